"""Labels on a form: where one stands in a word, what it belongs to, and how surely it is a label and the right one.

“出生日期” is not “日期”, “推荐客户” not “客户”, and “from” in a sentence is no label at all: a label inside a longer
one is marked as such, so that the value behind it is asked about, never taken silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dms.domain.describing.dates import first_date
from dms.domain.describing.profiles import FieldProfile
from dms.domain.describing.values import narrow

Fold = Callable[[str], str]
COLONS = "：:﹕︰"
TRIM = " \t　：:﹕︰|｜,，;；、*＊_＿"
_GAPS = " \t|｜　"
_WORDY = ("name", "person", "text", "choice")

# Dates a form has besides its own; whose they are stands in their label.
OTHER = "~other"
OTHER_DATES = (
    "出生日期", "出生年月", "出生年月日", "出生", "生日", "有效期", "有效期限", "有效期至", "有效期自", "有效日期",
    "失效日期", "到期日", "到期日期", "截止日期", "成立日期", "成立时间", "打印日期", "打印时间", "印刷日期",
    "导出时间", "下载时间", "生产日期", "交货日期", "送货日期", "发货日期", "付款日期", "入职日期", "发证日期",
    "版本日期", "修订日期",
    "Date of birth", "Birth date", "Birthday", "Born", "Valid until", "Valid from", "Valid to", "Expiry date",
    "Date of expiry", "Expires", "Print date", "Printed on", "Date printed", "Printed", "Established", "Founded",
    "Date founded", "Delivery date", "Due date", "Payment date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A label found in a word: where it begins and ends, and whose it is.

    Attributes:
        within: the longer label it stands in (出生日期 for 日期), empty where it stands alone.
        glued: its value follows without a sign or gap, so that both may be one phrase (客户名称变更通知).
    """

    start: int
    end: int
    key: str
    within: str = ""
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a form, folded, longest first.

    Attributes:
        texts: label -> field key, dates that are not the form's own among them.
        ranks: field key and label -> place in the profile; the earlier the better.
        kinds: field key -> kind.
        wide: English labels of several words.
    """

    texts: Sequence[tuple[str, str]]
    ranks: dict[tuple[str, str], int]
    kinds: dict[str, str]
    wide: frozenset[str]

    @classmethod
    def of(cls, fields: Sequence[FieldProfile], fold: Fold) -> Labels:
        """Fold the labels of a form's fields."""
        ranks: dict[tuple[str, str], int] = {}
        kinds = {OTHER: "text"}
        wide = {squeeze(fold(a)) for f in fields for a in f.labels if a.isascii() and " " in a}
        for field in fields:
            kinds[field.key] = field.kind
            for rank, alias in enumerate(field.labels):
                # The Traditional form of a label folds to its Simplified one; the earlier place counts.
                ranks.setdefault((field.key, squeeze(fold(alias))), rank)
        own = {label for _, label in ranks}
        texts = [(label, key) for key, label in ranks]
        texts += [(label, OTHER) for label in (squeeze(fold(o)) for o in OTHER_DATES) if label not in own]
        return cls(sorted(texts, key=lambda pair: len(pair[0]), reverse=True), ranks, kinds, frozenset(wide))

    def marks(self, folded: str) -> list[Mark]:
        """Find labels in one word: at its start, after a gap, or before a colon; the longest win, none overlap."""
        taken: list[Mark] = []
        for label, key in self.texts:
            place = _place(folded, label)
            while place is not None:
                start, end = place
                if all(end <= m.start or start >= m.end for m in taken) and self._stands(
                    folded, label, key, start, end
                ):
                    rest = folded[end : end + 1]
                    glued = rest != "" and rest not in COLONS + _GAPS + "*"
                    glued = glued or (
                        label[-1].isascii() and self.kinds[key] in _WORDY and rest == " " != folded[end + 1]
                    )
                    taken.append(Mark(start, end, key, glued=glued))
                place = _place(folded, label, end)
        if not taken:
            taken = self._slipped(folded)
        ordered = sorted(taken, key=lambda m: m.start)
        ends = [0, *(m.end for m in ordered)]
        return [_qualified(folded, mark, before) for mark, before in zip(ordered, ends, strict=False)]

    def _stands(self, folded: str, label: str, key: str, start: int, end: int) -> bool:
        """True where these letters are a label: set apart, and followed by a colon, a gap or its value."""
        before = folded[start - 1] if start else " "
        after = folded[end : end + 3].lstrip()[:1]
        next_ = folded[end : end + 1]
        if label[-1].isascii() and not self._english(folded, label, key, end):
            return False
        apart = start == 0 or before in " \t|｜　,，;；。" or after in COLONS
        whole = after == "" or after in COLONS or next_ in " \t|｜　*" or not label[-1].isascii()
        strong = len(label) >= 4 or after == "" or after in COLONS or next_ in _GAPS
        return apart and whole and strong and (after != "" or start == 0 or before in _GAPS)

    def _english(self, folded: str, label: str, key: str, end: int) -> bool:
        """English words are labels with a colon, in a cell of their own, or before what can only be their value."""
        rest = folded[end:]
        if rest.strip() == "" or rest.lstrip(" .")[:1] in COLONS or rest[:2] == "  " or rest[:1] in "\t|｜　":
            return True
        value = rest.strip(TRIM)
        kind = self.kinds[key]
        if kind == "date" or key == OTHER:
            seen = first_date(value)
            return seen is not None and seen.start == 0
        if kind in ("amount", "number"):
            return any(c.isdigit() for c in value.split(" ")[0])
        return label in self.wide

    def _slipped(self, folded: str) -> list[Mark]:
        """The whole word may be a label with one slip of the OCR, never at its first character.

        Labels such as 订货日期 and 交货日期 differ only there.
        """
        bare = squeeze(folded).strip(TRIM)
        if len(bare) < 4:
            return []
        slip = next((k for a, k in self.texts if len(a) == len(bare) and a[0] == bare[0] and near(bare, a)), None)
        return [Mark(0, len(folded), slip)] if slip is not None else []


def _qualified(folded: str, mark: Mark, before: int) -> Mark:
    """Say what longer label a mark stands in: letters tied to its front, or English words before it."""
    front = folded[before : mark.start]
    tied = re.search(r"[^\W\d_]+$", front)
    # Right behind an earlier label this is its value, whose gap the OCR lost.
    if tied and (before == 0 or front[: tied.start()].strip(TRIM)):
        return Mark(mark.start, mark.end, mark.key, front[tied.start() :] + folded[mark.start : mark.end], mark.glued)
    if before == 0 and folded[mark.start].isascii() and re.fullmatch(r"[a-z'’. ]{2,24} ", narrow(front)):
        return Mark(mark.start, mark.end, mark.key, folded[: mark.end], mark.glued)
    return mark


def _place(folded: str, label: str, begin: int = 0) -> tuple[int, int] | None:
    """Find a label in a text, blanks inside it allowed; return where it begins and ends."""
    found = folded.find(label, begin)
    if found >= 0:
        return found, found + len(label)
    if " " not in folded and "\u3000" not in folded:
        return None
    kept = [i for i in range(begin, len(folded)) if folded[i] not in " \u3000\t"]
    at = "".join(folded[i] for i in kept).find(label)
    return (kept[at], kept[at + len(label) - 1] + 1) if at >= 0 else None


def squeeze(text: str) -> str:
    """Return text without blanks."""
    return "".join(text.split())


def near(a: str, b: str) -> bool:
    """True where two texts of about four or more characters differ in one (two from eight on)."""
    allowed = 2 if len(b) >= 8 else 1
    if abs(len(a) - len(b)) > allowed:
        return False
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1] <= allowed
