"""Who a paper is of: a name is somebody's only where the whole of it is; what lies near is a question naming both.

张伟 is not 张伟明, and 新辰酒店 not 上海新辰酒店. Legal forms, blanks and punctuation do not count, aliases do. Two
customers of one name are told apart by their tax number, address or account manager, or by a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dms.domain.describing.labels import squeeze
from dms.domain.describing.values import narrow

Fold = Callable[[str], str]
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_FORMS = (
    ("股份有限公司", "stock"), ("股份公司", "stock"), ("有限责任公司", "limited"), ("有限公司", "limited"),
    ("公司", ""),
)  # fmt: skip
# Behind these, 公司 names a part of a company, which is another customer.
_PARTS = ("分", "子", "总", "母")
_LATIN_FORMS = {
    "co": "", "company": "", "corp": "corporation", "corporation": "corporation", "ltd": "limited",
    "limited": "limited", "inc": "corporation", "incorporated": "corporation", "llc": "llc", "llp": "llp", "plc": "plc",
    "gmbh": "gmbh",
}  # fmt: skip
_ADDRESSED = re.compile(r"(?:先生|女士|小姐|夫人)$")
_TITLED = re.compile(r"^(?:mr|mrs|ms|miss|dr)\.?\s+")
_SEALED = re.compile(r"[(（]?\s*(?:盖章|签章|公章|签字|签名)\s*[)）]?\s*$")
_ORGANISATION = re.compile(
    r"(?:公司|集团|酒店|宾馆|饭店|旅馆|山庄|度假村|协会|学会|中心|学校|学院|大学|医院|银行|支行|分行|工厂|厂|局|委员会|研究院|研究所|"
    r"事务所|旅行社|商行|商店|商场|超市|餐厅|会所|俱乐部|基金会|出版社|杂志社|报社|合作社)$"
)
# Words of a sentence that may touch a name; before it only where they begin the sentence or follow a party to it.
_BEFORE = re.compile(
    rf"(?:关于|(?:^|[^{_HAN}]|公司|我司|贵司|我方|双方|甲方|乙方)(?:致|与|和|及|同|向|由|对|给|为|请))$"
)
_AFTER = re.compile(
    r"(?:的|与|和|及|于|在|向|就|对|提出|因|已|将|为|签订|签署|来函|委托|要求|反映|投诉|订购|支付|付款)"
)
_COMPANIES = re.compile(r"有限责任公司|有限公司|股份公司|(?<![a-z])(?:ltd|inc|llc|limited)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Name:
    """A name to compare: its core without legal form, and that form."""

    whole: str
    core: str
    form: str | None

    def same(self, other: Name) -> bool:
        """True where nothing but legal form, blanks and punctuation differs, and the forms do not contradict."""
        if self.whole == other.whole:
            return True
        return (
            bool(self.core) and self.core == other.core and (not self.form or not other.form or self.form == other.form)
        )

    def close(self, other: Name) -> bool:
        """True where one stands inside the other, or one character differs, of a short name not its first."""
        a, b = self.core or self.whole, other.core or other.whole
        if not a or not b:
            return False
        short, long = sorted((a, b), key=len)
        if len(short) >= 2 and short in long:
            return True
        if len(short) >= 4:
            return _one_apart(short, long)
        # A short name: one letter of it read wrongly, its surname as it is.
        return len(short) == len(long) >= 2 and short[0] == long[0] and _one_apart(short, long)


@lru_cache(maxsize=50_000)
def name_of(text: str, fold: Fold) -> Name:
    """Return a name as it is compared."""
    told = _TITLED.sub("", _SEALED.sub("", fold(narrow(text)).strip().lower()))
    words = re.split(r"[\s.,，。]+", told)
    words = [w for w in words if w]
    form: str | None = None
    while len(words) > 1 and words[-1] in _LATIN_FORMS:
        form = _LATIN_FORMS[words.pop()] or form or ""
    whole = _ADDRESSED.sub("", _bare(told)) or _bare(told)
    core = _ADDRESSED.sub("", _bare("".join(words))) or whole
    for ending, kind in _HAN_FORMS:
        if core.endswith(ending) and len(core) > len(ending) + 1:
            if not core[: -len(ending)].endswith(_PARTS):
                core, form = core[: -len(ending)], kind
            break
    return Name(whole, core, form)


def _one_apart(short: str, long: str) -> bool:
    """True where one character is another, or one is missing."""
    if len(long) - len(short) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[start:] == long[start + 1 :] or short[start + 1 :] == long[start + 1 :]


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer of the master data.

    Attributes:
        marks: tax numbers, addresses and telephones known of him; they tell customers of one name apart.
    """

    name: str
    manager: str = ""
    aliases: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody of the master data; ``code`` stands in volume numbers."""

    code: str
    name: str


class Customers:
    """The known customers, ready to be compared."""

    def __init__(self, customers: Iterable[KnownCustomer], fold: Fold) -> None:
        self.fold = fold
        self.known = list(customers)
        self.names = [
            (name_of(name, fold), name, customer)
            for customer in self.known
            for name in (customer.name, *customer.aliases)
            if name.strip()
        ]

    def shared(self) -> set[str]:
        """Return customers one of whose names is another customer's as well."""
        first: dict[str, str] = {}
        found: set[str] = set()
        for name, _, customer in self.names:
            owner = first.setdefault(name.core, customer.name)
            if owner != customer.name:
                found |= {owner, customer.name}
        return found

    def named(self, text: str) -> list[KnownCustomer]:
        """Return the customers whose name this is, as a whole; those with exactly these letters before others."""
        told = name_of(text, self.fold)
        same = [(name, customer) for name, _, customer in self.names if told.same(name)]
        exact = [customer for name, customer in same if name.whole == told.whole]
        return _once(exact or [customer for _, customer in same])

    def close(self, text: str) -> list[str]:
        """Return known names that lie near this one without being it."""
        told = name_of(text, self.fold)
        return list(dict.fromkeys(shown for name, shown, _ in self.names if told.close(name)))

    def in_text(self, text: str) -> tuple[list[KnownCustomer], list[str]]:
        """Return the customers a text names, standing apart, and the known names that stand inside longer words.

        A name inside a longer known one at the same place does not count.
        """
        folded = self.fold(narrow(text)).lower()
        bare = squeeze(folded)
        present = [
            (pattern, shown, customer)
            for name, shown, customer in self.names
            if len(name.whole) >= 2 and squeeze(self.fold(narrow(shown)).lower()) in bare
            for pattern in [_pattern(self.fold(narrow(shown)).lower())]
        ]
        hits = [(m.start(), m.end(), shown, c) for pattern, shown, c in present for m in pattern.finditer(folded)]
        outer = [h for h in hits if not any(o[0] <= h[0] and h[1] <= o[1] and o[1] - o[0] > h[1] - h[0] for o in hits)]
        apart = [c for start, end, shown, c in outer if self._stands(folded, start, end, shown)]
        inside = [shown for start, end, shown, _ in outer if not self._stands(folded, start, end, shown)]
        return _once(apart), list(dict.fromkeys(inside))

    def others_in(self, text: str, own: Sequence[str]) -> bool:
        """True where a text names a company besides these."""
        rest = self.fold(narrow(text)).lower()
        for name in own:
            rest = _pattern(self.fold(narrow(name)).lower()).sub(" ", rest)
        # The legal form of a known one named without it.
        rest = re.sub(rf"(?<=\s)\s*(?:{_COMPANIES.pattern})", " ", rest)
        return bool(_COMPANIES.search(rest))

    def _stands(self, folded: str, start: int, end: int, shown: str) -> bool:
        """True where no letter of a longer name touches it."""
        before, after = folded[max(0, start - 4) : start].split("\n")[-1], folded[end : end + 8].split("\n")[0]
        if re.match(r"[a-z0-9]", shown[:1].lower()):
            return not re.search(r"[a-z0-9]$", before) and not re.match(r"[a-z0-9]", after)
        organisation = name_of(shown, self.fold).form is not None or bool(_ORGANISATION.search(self.fold(shown)))
        for ending, _ in _HAN_FORMS:
            if organisation and after.startswith(ending):
                after = folded[end + len(ending) : end + len(ending) + 8].split("\n")[0]
                break
        left = not re.search(rf"[{_HAN}]$", before) or (organisation and bool(_BEFORE.search(before)))
        right = (
            not re.match(rf"[{_HAN}]", after)
            or bool(re.match(r"(?:先生|女士|小姐)", after))
            or (organisation and bool(_AFTER.match(after)))
        )
        return left and right


def tell_apart(candidates: Sequence[KnownCustomer], text: str, manager: str, fold: Fold) -> KnownCustomer | None:
    """Return the one of several customers of one name whose marks a text bears, None where that does not settle it."""
    bare = _bare(fold(narrow(text)).lower())
    borne = []
    for customer in candidates:
        marks = [_bare(fold(narrow(m)).lower()) for m in customer.marks]
        shown = any(len(m) >= 6 and m in bare for m in marks)
        borne.append(2 * shown + (bool(manager) and customer.manager == manager))
    marked = [c for c, score in zip(candidates, borne, strict=True) if score]
    return marked[0] if len(marked) == 1 else None


def is_person(name: str, fold: Fold) -> bool:
    """True for what is a person's name rather than a company's: short, Han, and of no kind of organisation."""
    bare = fold(squeeze(name))
    return len(bare) <= 4 and bool(re.fullmatch(rf"[{_HAN}]+", bare)) and not _ORGANISATION.search(bare)


@dataclass(frozen=True, slots=True)
class People:
    """The people of the house, compared by code and whole name."""

    known: Sequence[KnownPerson]
    fold: Fold

    def named(self, text: str) -> set[str]:
        """Return the codes of everybody a text names, each by his whole name or code; empty where a name is nobody's.

        One name that two people have gives both codes.
        """
        whole = self._codes(text)
        if whole:
            return whole
        found: set[str] = set()
        for token in re.findall(rf"[{_HAN}]+|[a-z][a-z0-9]*", self._folded(text)):
            codes = self._codes(_OFFICE.sub("", token) or token)
            if not codes and re.match(rf"[{_HAN}]", token) and token not in _WORDS:
                return set()
            found |= codes
        return found

    def close(self, text: str) -> list[str]:
        """Return people whose name stands in a text or holds it without being it."""
        told = squeeze(self._folded(text))
        names = [(squeeze(self._folded(p.name)), p.name) for p in self.known if p.name]
        return [shown for name, shown in names if len(told) >= 2 and (name in told or told in name)]

    def _codes(self, text: str) -> set[str]:
        told = _bare(self._folded(text))
        return {p.code for p in self.known if told and told in (_bare(self._folded(p.name)), p.code.lower())}

    def _folded(self, text: str) -> str:
        return self.fold(narrow(text)).lower()


_OFFICE = re.compile(r"(?:先生|女士|小姐|经理|总监|主管|主任)$")
_WORDS = ("经理", "客户经理", "先生", "女士", "签字", "电话", "工号")


def _pattern(name: str) -> re.Pattern[str]:
    """Find a name whatever blanks the engine put into it."""
    return re.compile(r"[ \t]*".join(re.escape(c) for c in squeeze(name)))


def _once(customers: Iterable[KnownCustomer]) -> list[KnownCustomer]:
    return list({c.name: c for c in customers}.values())
