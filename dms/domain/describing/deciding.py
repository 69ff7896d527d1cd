"""What a document is: title, class, customer, manager, date. A person's word wins; what is uncertain is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dms.domain.describing.labels import squeeze
from dms.domain.describing.profiles import FieldProfile, FormProfile
from dms.domain.describing.reading import Reading, read_fields, recognise, same_heading, two_forms, written
from dms.domain.describing.when import decide_day
from dms.domain.describing.who import Customers, KnownCustomer, KnownPerson, People, is_person, tell_apart
from dms.domain.item import Hints
from dms.domain.pages import Page
from dms.domain.scheme import Scheme

SURE = 0.8
# Why what was read by its place alone is asked about.
_PLACED = "stands where this form has it, without a label"
_TITLE_LENGTH = 80
_FORBIDDEN_NAME = re.compile(r"[0-9]{5,}|^[\W\d_]+$")

# Labels that nearly every letter and form has; read where no profile fits.
GENERAL = (
    FieldProfile("customer", "name", ("客户名称", "客户单位", "客户", "客戶名稱", "客戶", "Customer name", "Customer")),
    FieldProfile("number", "number", ("编号", "單號", "编 号", "文号", "文號", "Ref. No.", "Ref", "No.")),
    FieldProfile(
        "date", "date", ("日期", "填表日期", "签订日期", "开票日期", "申请日期", "报告日期", "Date", "Invoice date")
    ),
    FieldProfile("manager", "person", ("客户经理", "客戶經理", "经办人", "經辦人", "Account manager", "Handled by")),
)


# Behind these nobody but the account manager stands; other labels may name any clerk.
_MANAGER_LABELS = ("客户经理", "业务经理", "负责经理", "Account manager", "Sales manager", "Account Mgr")


@dataclass(frozen=True, slots=True)
class Description:
    """What was found out.

    Attributes:
        form: key of the form profile, empty where none fits.
        uncertain: attributes a person must settle (``class``, ``customer``, ``manager``, ``date``).
        reasons: attribute -> why it was chosen, or why it is uncertain.
    """

    title: str
    class_code: str
    customer: str
    manager: str
    date: date | None
    form: str
    fields: Mapping[str, str] = field(default_factory=dict)
    uncertain: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


def describe(
    pages: Sequence[Page],
    hints: Hints,
    scheme: Scheme,
    profiles: Sequence[FormProfile],
    customers: Sequence[KnownCustomer],
    people: Sequence[KnownPerson],
    fold: Callable[[str], str],
    *,
    file_title: str = "",
    file_date: str = "",
    file_date_is_own: bool = False,
    received: date,
) -> Description:
    """Describe a document.

    Args:
        pages: its pages; blank ones (backs of a duplex scan) count for nothing.
        hints: what a person said; always wins.
        scheme: the classes there are.
        profiles: the forms there are.
        customers: known customers.
        people: known account managers.
        fold: length-preserving folding.
        file_title: title the file itself or its name gives.
        file_date: ISO date the file itself gives.
        file_date_is_own: that date is the document's (an e-mail's), not of the program that wrote the file.
        received: day of receipt; a document's date is not later.
    """
    pages = written(pages)
    profile, why = recognise(pages, profiles, fold)
    read = read_fields(pages, profile.fields if profile else GENERAL, fold, profile.titles if profile else ())
    if "manager" not in read:
        # Whatever the form, a labelled account manager is one.
        read |= read_fields(pages, [f for f in GENERAL if f.key == "manager"], fold)
    state = _State(pages, hints, scheme, profile, read, fold, people=people, customers=customers)
    state.reasons["form"] = why
    named = state.managers()
    customer = state.customer(named)
    manager = state.manager(customer, named)
    class_code = state.record_class()
    same = same_heading(pages, profiles, fold) if profile else ()
    if len(same) > 1 and not hints.class_code:
        state.doubt("class", "several forms have this heading: " + ", ".join(p.name for p in same))
    day = state.day(file_date, received, trusted=file_date_is_own)
    if any(two_forms(page, profiles, fold) for page in pages):
        for name in ("customer", "date"):
            state.doubt(name, "two forms stand side by side on one sheet")
    title = hints.title or _title(profile, customer, pages, file_title)
    fields = {k: r.text for k, r in read.items()} | {k: str(v) for k, v in hints.fields.items()}
    return Description(
        title=title,
        class_code=class_code,
        customer=customer,
        manager=manager,
        date=day,
        form=profile.key if profile else "",
        fields=fields,
        uncertain=tuple(dict.fromkeys(state.uncertain)),
        reasons=state.reasons,
    )


class _State:
    """The steps of one description, with their reasons and doubts."""

    def __init__(
        self,
        pages: Sequence[Page],
        hints: Hints,
        scheme: Scheme,
        profile: FormProfile | None,
        read: Mapping[str, Reading],
        fold: Callable[[str], str],
        *,
        people: Sequence[KnownPerson],
        customers: Sequence[KnownCustomer],
    ) -> None:
        self.hints, self.scheme, self.profile, self.read, self.fold = hints, scheme, profile, read, fold
        self.people, self.customers = People(people, fold), Customers(customers, fold)
        self.lines = "\n".join(p.text for p in pages)
        self.text = squeeze(fold(self.lines))
        self.first = pages[0].text if pages else ""
        self.uncertain: list[str] = []
        self.reasons: dict[str, str] = {}

    def customer(self, managers: set[str]) -> str:
        """The customer: said, on the form and known, known and in the text, on the form and new."""
        if self.hints.customer:
            self.reasons["customer"] = "said by a person"
            return self.hints.customer
        reading = self.read.get("customer")
        if reading:
            return self._labelled_customer(reading, managers)
        if self._daily():
            return ""
        apart, inside = self.customers.in_text(self.lines)
        if len(apart) == 1 and not inside:
            (only,) = apart
            if not self.customers.others_in(self.lines, (only.name, *only.aliases)):
                return self._settled([only], managers, "known, named in the text", only.name)
            self.doubt("customer", f"{only.name} is named, and another company")
        elif apart or inside:
            names = list(dict.fromkeys([*(c.name for c in apart), *inside]))
            several = "several customers are named" if len(names) > 1 else "a longer name may be meant"
            self.doubt("customer", f"{several}: " + ", ".join(sorted(names)))
        else:
            self.doubt("customer", "no customer was found")
        return ""

    def _labelled_customer(self, reading: Reading, managers: set[str]) -> str:
        """Whom a label names: a known customer by his whole name, a new one, or a question."""
        if reading.rivals:
            self.doubt(
                "customer", "several are named behind the same label: " + ", ".join((reading.text, *reading.rivals))
            )
            return ""
        if reading.within:
            self.doubt("customer", f"“{reading.text}” stands behind “{reading.within}”")
            return reading.text
        if reading.placed:
            self.doubt("customer", f"“{reading.text}” {_PLACED}")
            return reading.text
        same = self.customers.named(reading.text)
        if same:
            return self._settled(same, managers, "known, on the form", reading.text)
        near_by = self.customers.close(reading.text)
        told = squeeze(self.fold(reading.text))
        odd = reading.confidence < SURE or len(told) < 2 or bool(_FORBIDDEN_NAME.search(told))
        if near_by:
            known = ", ".join(f"“{n}”" for n in near_by[:3])
            self.doubt("customer", f"“{reading.text}” was read; known is {known}")
        elif odd or reading.glued:
            self.doubt("customer", f"“{reading.text}” was read, not clearly")
        else:
            self.reasons["customer"] = "on the form, not known before"
        return reading.text

    def _settled(self, same: Sequence[KnownCustomer], managers: set[str], why: str, read: str) -> str:
        """Return the one customer of that name, or of several the one other marks on the paper tell."""
        manager = next(iter(managers)) if len(managers) == 1 else ""
        one = same[0] if len(same) == 1 else tell_apart(same, self.lines, manager, self.fold)
        if one is None:
            names = ", ".join(f"{c.name} ({c.manager})" if c.manager else c.name for c in same)
            self.doubt("customer", f"several customers are called “{read}”: {names}")
            return ""
        if len(same) == 1 and manager and one.manager not in ("", manager) and is_person(one.name, self.fold):
            self.doubt("customer", f"the known {one.name} is {one.manager}'s; the paper names {manager}")
            return one.name
        self.reasons["customer"] = why if len(same) == 1 else f"{why}, told apart by what else stands there"
        return one.name

    def managers(self) -> set[str]:
        """Return the codes of those the form names as account manager."""
        reading = self.read.get("manager")
        return self.people.named(reading.text) if reading and not reading.within else set()

    def manager(self, customer: str, named: set[str]) -> str:
        """The account manager: said, named on the form, or the customer's own."""
        codes = {p.code for p in self.people.known}
        if self.hints.manager:
            return self._said_manager(self.hints.manager, codes)
        reading = self.read.get("manager")
        own = next((c.manager for c in self.customers.known if c.name == customer and c.manager), "")
        if reading and reading.placed:
            self.doubt("manager", f"“{reading.text}” {_PLACED}")
            return next(iter(named)) if len(named) == 1 else ""
        if reading and named:
            if len(named) == 1 and not reading.rivals:
                self.reasons["manager"] = "named on the form"
                return next(iter(named))
            if own in named and not reading.rivals:
                self.reasons["manager"] = "named on the form, and the customer's account manager"
                return own
            self.doubt(
                "manager", f"“{', '.join((reading.text, *reading.rivals))}” may be several: " + ", ".join(sorted(named))
            )
            return ""
        if reading and (why := self._nobody(reading)):
            self.doubt("manager", why)
            return ""
        if own:
            self.reasons["manager"] = "the customer's account manager"
            return own
        if len(codes) == 1:
            self.reasons["manager"] = "the only account manager"
            return next(iter(codes))
        self.doubt("manager", f"“{reading.text}” is nobody known" if reading else "no account manager was found")
        return ""

    def _said_manager(self, said: str, codes: set[str]) -> str:
        named = {said.upper()} & codes or self.people.named(said)
        if len(named) == 1:
            self.reasons["manager"] = "said by a person"
            return next(iter(named))
        told = "several people are called" if named else "nobody has the code"
        self.doubt("manager", f"{told} “{said}”")
        return ""

    def _nobody(self, reading: Reading) -> str:
        """Why a name that is nobody's must be asked about; empty where the customer's own manager may serve."""
        near_by = self.people.close(reading.text)
        if near_by:
            return f"“{reading.text}” was read; known is " + ", ".join(f"“{n}”" for n in near_by)
        strict = reading.label in {squeeze(self.fold(label)) for label in _MANAGER_LABELS}
        # Known by Chinese names, an English form's pinyin cannot be compared.
        comparable = not reading.text.isascii() or any(p.name.isascii() for p in self.people.known if p.name)
        return f"“{reading.text}” is nobody known" if strict and comparable else ""

    def record_class(self) -> str:
        """The class: said, the form's, or by keywords with a clear margin."""
        if self.hints.class_code:
            if self.hints.class_code in self.scheme.classes:
                self.reasons["class"] = "said by a person"
                return self.hints.class_code
            self.doubt("class", f"there is no class “{self.hints.class_code}”")
        elif self.profile and self.profile.class_code in self.scheme.classes:
            self.reasons["class"] = f"form {self.profile.name}"
            return self.profile.class_code
        top = squeeze(self.fold(self.first))[:60]
        scores = {
            c.code: sum(
                (3 if squeeze(self.fold(k)) in top else 1) for k in c.keywords if squeeze(self.fold(k)) in self.text
            )
            for c in self.scheme.classes.values()
        }
        ranked = sorted(scores.items(), key=lambda pair: -pair[1])
        if ranked and ranked[0][1] >= 2 and ranked[0][1] >= 2 * ranked[1][1]:
            self.reasons["class"] = "words in the text"
            return ranked[0][0]
        if ranked and ranked[0][1]:
            kind = self.scheme.classes[ranked[0][0]]
            self.doubt("class", f"perhaps {kind.code} {kind.name}, by few words in the text")
        else:
            self.doubt("class", "no form and no words that tell a class")
        return ""

    def day(self, file_date: str, received: date, *, trusted: bool) -> date | None:
        """The date: said, on the form, told by the file, or the only one on the first page."""
        found = decide_day(
            self.hints.date, self.read.get("date"), self.first, file_date, received,
            trusted=trusted, strict=self.profile is None or self._plain_date(),
        )  # fmt: skip
        if found.doubt:
            self.doubt("date", found.why)
        else:
            self.reasons["date"] = found.why
        return found.day

    def _plain_date(self) -> bool:
        """A bare “日期” stands beside signatures, too."""
        reading = self.read.get("date")
        return reading is not None and reading.label in ("日期", "date")

    def doubt(self, name: str, why: str) -> None:
        """Note that a person must settle an attribute."""
        self.uncertain.append(name)
        self.reasons[name] = why

    def _daily(self) -> bool:
        """Minutes, reports and notices need no customer: those without a customer field on their form."""
        return self.profile is not None and not any(f.key == "customer" for f in self.profile.fields)


def _title(profile: FormProfile | None, customer: str, pages: Sequence[Page], file_title: str) -> str:
    """Form and customer, else the document's own heading, else what the file is called."""
    if profile:
        return f"{profile.name} — {customer}" if customer else profile.name
    if file_title and not re.fullmatch(
        r"[\W\d_]*|(scan|doc|img|image|file|未命名|无标题|扫描)[\W\d_]*", file_title, re.I
    ):
        return file_title[:_TITLE_LENGTH]
    if pages and pages[0].words:
        top = [w for w in pages[0].words if w.box.y0 < pages[0].height / 3 and len(squeeze(w.text)) >= 2]
        if top:
            return max(top, key=lambda w: (round(w.box.height), -w.box.y0)).text[:_TITLE_LENGTH]
    return file_title[:_TITLE_LENGTH]
