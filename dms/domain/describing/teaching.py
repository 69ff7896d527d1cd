"""A form taught by a person who marked its heading and fields on one scan: the profile file made of it, and its checks.

What is marked is data from a scan: nothing of it is trusted, and every text is written as a quoted string.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from dms.domain.describing.labels import TRIM, Fold, squeeze
from dms.domain.describing.profiles import FormProfile
from dms.domain.describing.reading import Reading, read_fields, recognise, same_heading
from dms.domain.pages import Box, Page, Word
from dms.errors import Usage
from dms.said import Said

# Fields that mean something to the archive, with how their value is read.
KNOWN = {"customer": "name", "manager": "person", "date": "date", "number": "number", "amount": "amount"}
KINDS = ("text", "name", "number", "date", "amount", "person", "choice")
# Only what people are asked about may be read by its place alone: what is read so is a question.
PLACED = ("customer", "manager", "date")
_ROOM = 0.01


@dataclass(frozen=True, slots=True)
class TaughtField:
    """One field as it was marked: its label, or where its value stands on a form that prints none.

    Attributes:
        place: left, top, right, bottom as shares of the page.
    """

    key: str
    kind: str
    label: str = ""
    place: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class TaughtForm:
    """A form as it was marked."""

    key: str
    name: str
    class_code: str
    titles: tuple[str, ...]
    fields: tuple[TaughtField, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a taught form would read from the very page it was taught on.

    Attributes:
        recognised: the page would be taken for this form.
        same: names of other forms with the same heading: each such paper is asked about.
        values: field key -> what would be read; a field that finds nothing is left out.
    """

    recognised: bool
    same: tuple[str, ...]
    values: dict[str, Reading]


def label_of(text: str) -> str:
    """Return the label in a line that may hold its value too: what stands before the colon."""
    for sign in "：:﹕︰":
        text = text.partition(sign)[0]
    return text.strip(TRIM)


def place_of(page: Page, box: Box) -> tuple[float, float, float, float]:
    """Return where a box stands on its page, a little room around it."""
    width, height = page.width or 1.0, page.height or 1.0
    edges = (box.x0 / width - _ROOM, box.y0 / height - _ROOM, box.x1 / width + _ROOM, box.y1 / height + _ROOM)
    left, top, right, bottom = (round(min(1.0, max(0.0, e)), 3) for e in edges)
    return left, top, right, bottom


def profile_text(form: TaughtForm) -> str:
    """Return a form's profile file, TOML."""
    lines = [f"# taught in the browser: {_one_line(form.name)}", "", "[form]", f"key = {_quoted(form.key)}"]
    lines.append(f"name = {_quoted(form.name)}")
    if form.class_code:
        lines.append(f"class = {_quoted(form.class_code)}")
    lines.append(f"titles = {_list(form.titles)}")
    fields: dict[str, list[TaughtField]] = {}
    for one in form.fields:
        fields.setdefault(one.key, []).append(one)
    for key, marked in fields.items():
        labels = [one.label for one in marked if one.label]
        place = next((one.place for one in marked if one.place), None)
        lines += ["", "[[field]]", f"key = {_quoted(key)}", f"kind = {_quoted(marked[0].kind)}"]
        lines.append(f"labels = {_list(labels)}")
        if place:
            lines.append(f"place = {list(place)}")
    return "\n".join(lines) + "\n"


def tried(profile: FormProfile, others: Sequence[FormProfile], pages: Sequence[Page], fold: Fold) -> Trial:
    """Return what a form would read from pages."""
    found, _ = recognise(pages, [profile], fold)
    same = same_heading(pages, [*others, profile], fold)
    names = tuple(p.name for p in same if p.key != profile.key)
    return Trial(found is not None, names, read_fields(pages, profile.fields, fold, profile.titles))


def shares_heading(profile: FormProfile, other: FormProfile, fold: Fold) -> bool:
    """Tell whether two forms have a title in common."""
    return bool({squeeze(fold(t)) for t in profile.titles} & {squeeze(fold(t)) for t in other.titles})


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(_quoted(t) for t in dict.fromkeys(texts)) + "]"


def _quoted(text: str) -> str:
    """Return a TOML string; JSON's escapes are TOML's, but for one sign that TOML wants escaped too."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


@dataclass(frozen=True, slots=True)
class Row:
    """One field as somebody marked it on a page.

    Attributes:
        line: which of the page's lines, counted from 0.
        what: ``customer``, ``manager``, ``date``, ``number``, ``amount``, or the kind of a field of the form's own.
        key: key of a field of the form's own; empty: one is made up.
        placed: the line is the value itself, on a form that prints no label for it.
    """

    line: int
    what: str
    key: str = ""
    placed: bool = False


def marked(page: Page, key: str, name: str, class_code: str, titles: Sequence[int], rows: Sequence[Row]) -> TaughtForm:
    """Return the form that somebody marked on a page.

    Raises:
        Usage: nothing to know it by, or a line that is not on the page, is no label, or cannot be read so.
    """
    heads = [_line(page, n).text.strip(TRIM) for n in titles]
    if not any(c.isalnum() for head in heads for c in head):
        raise Usage(
            Said("A form is known by its heading, and none was marked."),
            Said("Mark a line in the upper part of the page."),
        )
    fields = []
    for number, row in enumerate(rows):
        kind = KNOWN.get(row.what, row.what)
        if kind not in KINDS:
            raise Usage(Said("A field is no “{kind}”.", kind=row.what), Said("Kinds: {kinds}", kinds=KINDS))
        own = row.what if row.what in KNOWN else row.key.strip() or f"own_{chr(ord('a') + number % 26)}"
        word = _line(page, row.line)
        if row.placed and own not in PLACED:
            raise Usage(
                Said("“{key}” is not read by its place alone.", key=own),
                Said("Only customer, manager and date are: people are asked about what is read so."),
            )
        label = "" if row.placed else label_of(word.text)
        if not row.placed and not any(c.isalnum() for c in label):
            raise Usage(Said("“{text}” is no label.", text=word.text), Said("Mark the line that holds the label."))
        fields.append(TaughtField(own, kind, label, place_of(page, word.box) if row.placed else None))
    return TaughtForm(key.strip(), name.strip(), class_code, tuple(h for h in heads if h), tuple(fields))


def _line(page: Page, number: int) -> Word:
    if not 0 <= number < len(page.words):
        raise Usage(Said("There is no line {number} on this page.", number=number), Said("Mark a line of the page."))
    return page.words[number]
