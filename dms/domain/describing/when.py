"""Which day a paper is of: said, labelled, told by the mail, or the only one in its text; else a person is asked.

A birth date, a validity, a founding or print date stands on many papers; none is the paper's own without a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dms.domain.describing.dates import Seen, first_date, see_dates
from dms.domain.describing.reading import Reading

_YEAR = timedelta(days=366)
# What stands beside a date that is somebody's or something else's.
_OTHERS_BEFORE = re.compile(
    r"(?:出生|生于|诞生|生日|有效|失效|到期|届满|截止|截至|成立|创立|创建|注册|打印|列印|印制|印刷|导出|下载|生产|交货|送货|发货|付款|入职|发证|"
    r"版本|修订|根据|依据|按照|鉴于|参照|关于|自|从|至|到|born|birth|valid|expir|established|founded|since|print|until|"
    r"version|revised|according|dated|of your|deliver|due|by)[^\n]{0,8}$"
)
_OTHERS_AFTER = re.compile(
    r"\s*(?:出生|生(?![效产])|止|前|以前|之前|起|后|以后|之日|届满|到期|失效|有效|成立|签订的|签署的|的合同|的来函|的协议|打印|born)"
)


@dataclass(frozen=True, slots=True)
class When:
    """The day decided on, or why nobody but a person can.

    Attributes:
        doubt: True where a person must settle it; ``why`` then says what stands there.
    """

    day: date | None
    why: str
    doubt: bool = False


def decide_day(
    said: str, reading: Reading | None, text: str, told: str, received: date, *, trusted: bool, strict: bool
) -> When:
    """Decide.

    Args:
        said: what a person said.
        reading: what stands behind the form's own date label.
        text: the first page that is not blank, with its blanks and line breaks.
        told: ISO date the file tells of itself.
        received: day of receipt.
        trusted: the file's date is its own (an e-mail's), not that of the program that wrote it.
        strict: no form profile says which of several date labels counts.
    """
    if said:
        return _said(said)
    if reading is not None and (seen := first_date(reading.text)):
        return _labelled(reading, seen, received, strict=strict)
    stood = see_dates(text)
    own = first_date(told) if told else None
    if own and (trusted or any(s.sure and s.day == own.day for s in stood)):
        return When(own.day, "told by the file")
    return _unlabelled(text, stood, own, received)


def _said(said: str) -> When:
    seen = first_date(said)
    if seen is None:
        return When(None, f"“{said}” is no date", doubt=True)
    return When(seen.day, "said by a person") if seen.sure else When(None, _readings(said, seen), doubt=True)


def _labelled(reading: Reading, seen: Seen, received: date, *, strict: bool) -> When:
    if not seen.sure:
        return When(None, _readings(reading.text, seen), doubt=True)
    if seen.day > received:
        return When(None, f"{seen.day.isoformat()} lies after its receipt", doubt=True)
    if reading.placed:
        return When(
            seen.day, f"{seen.day.isoformat()} stands where this form has its date, without a label", doubt=True
        )
    if reading.within:
        return When(None, f"{seen.day.isoformat()} stands behind “{reading.within}”", doubt=True)
    if strict and reading.rivals:
        days = ", ".join((seen.day.isoformat(), *reading.rivals))
        return When(None, f"several dates have the same label: {days}", doubt=True)
    return When(seen.day, "on the form")


def _unlabelled(text: str, stood: Iterable[Seen], own: Seen | None, received: date) -> When:
    past = [s for s in stood if s.day <= received or not s.sure]
    days = {s.day for s in past}
    if not past:
        if own and own.day <= received:
            return When(own.day, f"no date in the text; the file was written on {own.day.isoformat()}", doubt=True)
        return When(None, "no date was found", doubt=True)
    unsure = next((s for s in past if not s.sure), None)
    if unsure:
        return When(None, _readings(text[unsure.start : unsure.end], unsure), doubt=True)
    if len(days) > 1:
        return When(None, "several dates, none labelled", doubt=True)
    day = past[0].day
    if any(_of_something_else(text, s) for s in past):
        return When(None, f"{day.isoformat()} may be the date of something else", doubt=True)
    if received - day > _YEAR:
        return When(None, f"{day.isoformat()} is the only date, and more than a year old", doubt=True)
    return When(day, "the only date on the first page")


def _of_something_else(text: str, seen: Seen) -> bool:
    line_start = text.rfind("\n", 0, seen.start) + 1
    before = text[max(line_start, seen.start - 24) : seen.start].lower()
    after = text[seen.end : seen.end + 12].split("\n")[0].lower()
    return bool(_OTHERS_BEFORE.search(before) or _OTHERS_AFTER.match(after))


def _readings(text: str, seen: Seen) -> str:
    days = ", ".join(d.isoformat() for d in (seen.day, *seen.others))
    return f"“{text.strip()}” can be read as {days}"
