"""What people made of what papers say, kept as lessons; a later paper that says the same is asked with their answer.

A lesson settles nothing: its answer stands in the question, with who gave it. Where people answered differently, the
answers are only told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dms.domain.describing.labels import TRIM, squeeze
from dms.domain.describing.values import narrow
from dms.domain.record import Record

# What is learned -> the attribute of a record it is about.
ABOUT = MappingProxyType({"class": "class_code", "customer": "customer", "manager": "manager", "title": "title"})
# So many people's equal answers, none contrary, and a name may be remembered as an alias.
ENOUGH = 3
_HEADING = 60
# No name and no heading is longer.
_LONGEST = 200
# Stands in a learned title for the customer's name.
_CUSTOMER = "{customer}"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a person made of what one paper says.

    Attributes:
        about: ``class``, ``customer``, ``manager`` or ``title``.
        said: what the paper says, as it is compared.
        shown: the same as it was read.
        meant: what the person settled: a class's code, a customer's name, a manager's code, the words of a title.
        code: the record it was learned from; of one record and attribute the last word counts.
        by: code of the person.
    """

    about: str
    said: str
    shown: str
    meant: str
    code: str
    by: str
    at: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Learned:
    """An answer people gave before to what a paper says.

    Attributes:
        times: how many papers were settled so.
        alone: nobody settled it otherwise; only then it may stand in a form.
        last: the latest lesson that says so.
    """

    about: str
    shown: str
    meant: str
    times: int
    alone: bool
    last: Lesson


def heading_of(text: str) -> str:
    """Return the first line of a text that says something; empty where none does."""
    lines = (line.strip(TRIM) for line in text.splitlines())
    return next((line[:_HEADING] for line in lines if sum(c.isalpha() for c in line) >= 2), "")


def said_by(record: Record, heading: str) -> dict[str, str]:
    """Return what a paper says of each attribute that can be learned, as it was read; what it does not say is left out.

    Class and title go by the heading, customer and manager by what the form says.
    """
    said = {
        "class": heading,
        "title": heading,
        "customer": str(record.fields.get("customer", "")),
        "manager": str(record.fields.get("manager", "")),
    }
    return {about: text.strip() for about, text in said.items() if text.strip()}


def compared(text: str, fold: Callable[[str], str]) -> str:
    """Return a text as lessons compare it: blanks, width, case and script do not count."""
    return squeeze(fold(narrow(text))).lower()


def lessons_of(
    before: Record,
    after: Record,
    told: Mapping[str, object],
    heading: str,
    by: str,
    at: str,
    fold: Callable[[str], str],
) -> list[Lesson]:
    """Return what is learned when a person describes a record: where he changed something or answered a question.

    Args:
        before: the record as it stood.
        after: the record as he left it.
        told: the attributes he said something of.
        heading: of its first page.
        by: who.
        at: when.
        fold: length-preserving folding.
    """
    found = []
    for about, shown in said_by(before, heading).items():
        name = ABOUT[about]
        value = str(getattr(after, name))
        said = compared(shown, fold)
        if name not in told or not value or not 0 < len(said) <= _LONGEST:
            continue
        if value == getattr(before, name) and about not in before.uncertain:
            continue
        meant = value.replace(after.customer, _CUSTOMER) if about == "title" and after.customer else value
        found.append(Lesson(about, said, shown, meant, before.code, by, at))
    return found


def learned_for(record: Record, heading: str, lessons: Sequence[Lesson], fold: Callable[[str], str]) -> list[Learned]:
    """Return the answers people gave to what a record says, for what is open of it; the most frequent first.

    A title is proposed for a paper of no known form only: a form makes its own.
    """
    said = {about: compared(shown, fold) for about, shown in said_by(record, heading).items()}
    found: list[Learned] = []
    for about in ABOUT:
        if about not in record.uncertain and not (about == "title" and not record.form):
            continue
        same = [x for x in lessons if x.about == about and x.said == said.get(about) and x.code != record.code]
        answers: dict[str, list[Lesson]] = {}
        for lesson in same:
            answers.setdefault(lesson.meant, []).append(lesson)
        told = []
        for meant, given in answers.items():
            answer = filled(meant, record) if about == "title" else meant
            if answer and (about != "title" or answer != record.title):
                last = max(given, key=lambda x: (x.at, x.id))
                told.append(Learned(about, last.shown, answer, len(given), len(answers) == 1, last))
        found += sorted(told, key=lambda x: (-x.times, x.meant))
    return found


def filled(pattern: str, record: Record) -> str:
    """Return a learned title for a record; empty where it names a customer and the record has none."""
    if _CUSTOMER in pattern and not record.customer:
        return ""
    return pattern.replace(_CUSTOMER, record.customer)
