"""What a document is: title, class, customer, manager, date. A person's word wins; what is uncertain is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dms.domain.describing.profiles import FieldProfile, FormProfile
from dms.domain.describing.reading import Reading, read_fields, recognise, squeeze
from dms.domain.describing.values import find_dates, read_date
from dms.domain.item import Hints
from dms.domain.pages import Page
from dms.domain.scheme import Scheme

SURE = 0.8
_TITLE_LENGTH = 80
_FORBIDDEN_NAME = re.compile(r"[0-9]{5,}|^[\W\d_]+$")

# Labels that nearly every letter and form has; read where no profile fits.
GENERAL = (
    FieldProfile("customer", "name", ("客户名称", "客户单位", "客户", "客戶名稱", "客戶", "Customer name", "Customer")),
    FieldProfile("number", "number", ("编号", "單號", "编 号", "文号", "文號", "Ref. No.", "Ref", "No.")),
    FieldProfile("date", "date", ("日期", "填表日期", "签订日期", "Date")),
    FieldProfile("manager", "person", ("客户经理", "客戶經理", "经办人", "經辦人", "Account manager", "Handled by")),
)


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer of the master data."""

    name: str
    manager: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody of the master data; ``code`` stands in volume numbers."""

    code: str
    name: str


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
    received: date,
) -> Description:
    """Describe a document.

    Args:
        pages: its pages.
        hints: what a person said; always wins.
        scheme: the classes there are.
        profiles: the forms there are.
        customers: known customers.
        people: known account managers.
        fold: length-preserving folding.
        file_title: title the file itself or its name gives.
        file_date: ISO date the file itself gives.
        received: day of receipt; a document's date is not later.
    """
    profile, why = recognise(pages, profiles, fold)
    read = read_fields(pages, profile.fields if profile else GENERAL, fold, profile.titles if profile else ())
    if "manager" not in read:
        # Whatever the form, a labelled account manager is one.
        read |= read_fields(pages, [f for f in GENERAL if f.key == "manager"], fold)
    state = _State(pages, hints, scheme, profile, read, fold, people=people, customers=customers)
    state.reasons["form"] = why
    customer = state.customer()
    manager = state.manager(customer)
    class_code = state.record_class()
    day = state.day(file_date, received)
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
        self.people, self.customers = people, customers
        self.text = squeeze(fold("".join(p.text for p in pages)))
        self.first = squeeze(fold(pages[0].text)) if pages else ""
        self.uncertain: list[str] = []
        self.reasons: dict[str, str] = {}

    def customer(self) -> str:
        """The customer: said, on the form and known, known and in the text, on the form and new."""
        if self.hints.customer:
            self.reasons["customer"] = "said by a person"
            return self.hints.customer
        names = {squeeze(self.fold(n)): c.name for c in self.customers for n in (c.name, *c.aliases) if n}
        reading = self.read.get("customer")
        if reading:
            told = squeeze(self.fold(reading.text))
            exact = next((n for n in sorted(names, key=len, reverse=True) if n in told or told == n), "")
            if exact:
                self.reasons["customer"] = "known, on the form"
                return names[exact]
            odd = reading.confidence < SURE or len(told) < 2 or bool(_FORBIDDEN_NAME.search(told))
            if odd:
                self.doubt("customer", f"“{reading.text}” was read, not clearly")
            else:
                self.reasons["customer"] = "on the form, not known before"
            return reading.text
        if self._daily():
            return ""
        present = sorted((n for n in names if len(n) >= 2 and n in self.text), key=len, reverse=True)
        apart = {names[n] for n in present if not any(n != m and n in m for m in present)}
        if len(apart) == 1:
            self.reasons["customer"] = "known, named in the text"
            return apart.pop()
        if apart:
            self.doubt("customer", "several customers are named: " + ", ".join(sorted(apart)))
        else:
            self.doubt("customer", "no customer was found")
        return ""

    def manager(self, customer: str) -> str:
        """The account manager: said, named on the form, or the customer's own."""
        by_name = {squeeze(self.fold(p.name)): p.code for p in self.people if p.name}
        codes = {p.code for p in self.people}
        if self.hints.manager:
            said = self.hints.manager
            self.reasons["manager"] = "said by a person"
            code = said.upper() if said.upper() in codes else by_name.get(squeeze(self.fold(said)), said.upper())
            if code not in codes:
                self.doubt("manager", f"nobody has the code “{said}”")
                return ""
            return code
        reading = self.read.get("manager")
        if reading:
            told = squeeze(self.fold(reading.text))
            named = {code for name, code in by_name.items() if name in told}
            named |= {c for c in codes if re.search(rf"(?<![a-z]){c.lower()}(?![a-z])", self.fold(reading.text))}
            if len(named) == 1:
                self.reasons["manager"] = "named on the form"
                return named.pop()
        own = next((c.manager for c in self.customers if c.name == customer and c.manager), "")
        if own:
            self.reasons["manager"] = "the customer's account manager"
            return own
        if len(codes) == 1:
            self.reasons["manager"] = "the only account manager"
            return next(iter(codes))
        self.doubt("manager", f"“{reading.text}” is nobody known" if reading else "no account manager was found")
        return ""

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
        scores = {
            c.code: sum(
                (3 if squeeze(self.fold(k)) in self.first[:60] else 1)
                for k in c.keywords
                if squeeze(self.fold(k)) in self.text
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

    def day(self, file_date: str, received: date) -> date | None:
        """The date: said, on the form, told by the file, or the only one on the first page."""
        if self.hints.date:
            self.reasons["date"] = "said by a person"
            return read_date(self.hints.date)
        reading = self.read.get("date")
        told = read_date(reading.text) if reading else None
        if told and told <= received:
            self.reasons["date"] = "on the form"
            return told
        if file_date:
            self.reasons["date"] = "told by the file"
            return read_date(file_date)
        days = {d for d in find_dates(self.first) if d <= received}
        if len(days) == 1:
            self.reasons["date"] = "the only date on the first page"
            return days.pop()
        if told:
            self.doubt("date", f"{told.isoformat()} lies after its receipt")
        else:
            self.doubt("date", "several dates, none labelled" if days else "no date was found")
        return None

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
