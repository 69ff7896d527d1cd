"""Reading a form: recognise it by its title and labels, read fields anchored on their labels.

A value stands after its label's colon, in the words to the right in the same row, or in the cell below. It ends at the
next label. Labels may have an OCR slip. ``fold`` keeps the length of a text, so offsets hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dms.domain.describing.dates import first_date
from dms.domain.describing.labels import OTHER, TRIM, Fold, Labels, near, squeeze
from dms.domain.describing.profiles import FieldProfile, FormProfile
from dms.domain.describing.values import plain, read_amount
from dms.domain.pages import Page, Word

_CLOSE_LINES = 1.25


@dataclass(frozen=True, slots=True)
class Reading:
    """A value with how sure the engine was of it.

    Attributes:
        label: what stands before it, folded.
        within: the longer label its own stands in, empty where it stands alone.
        glued: it follows its label without a sign or gap.
        rivals: other values behind the same label on this document.
        placed: no label was found; it stands where the form has this field.
    """

    text: str
    confidence: float
    label: str = ""
    within: str = ""
    glued: bool = False
    rivals: tuple[str, ...] = ()
    placed: bool = False


def recognise(pages: Sequence[Page], profiles: Sequence[FormProfile], fold: Fold) -> tuple[FormProfile | None, str]:
    """Return the form a document is, with the reason; None where no profile fits well enough.

    A title in the upper part of the first page speaks strongest, longer titles more than shorter ones; labels found
    support it. Without a title nothing is recognised: many forms share their labels.
    """
    if not pages:
        return None, "no pages"
    first = written(pages)[0]
    heading, joined = _heading(pages, fold)
    everything = [squeeze(fold(w.text)) for w in first.words]
    best: tuple[float, FormProfile, str] | None = None
    for profile in profiles:
        title = _title_in(profile, heading, joined, fold)
        if not title:
            continue
        labels = sum(any(_has_label(e, squeeze(fold(a))) for e in everything for a in f.labels) for f in profile.fields)
        share = labels / max(1, len(profile.fields))
        score = len(title) + 4 * share
        if best is None or score > best[0]:
            best = (score, profile, f"title “{title}”, {labels} of {len(profile.fields)} labels")
    if best is None:
        return None, "no known form title"
    return best[1], best[2]


def same_heading(pages: Sequence[Page], profiles: Sequence[FormProfile], fold: Fold) -> tuple[FormProfile, ...]:
    """Return the forms whose very title is that of the form a document is, with that one; none where it is none."""
    found, _ = recognise(pages, profiles, fold)
    if found is None:
        return ()
    heading, joined = _heading(pages, fold)
    title = _title_in(found, heading, joined, fold)
    return tuple(p for p in profiles if _title_in(p, heading, joined, fold) == title)


def written(pages: Sequence[Page]) -> Sequence[Page]:
    """Return the pages without blank ones, such as empty backs of a duplex scan; all where all are blank."""
    return [p for p in pages if not p.evidence.blank] or pages


def two_forms(page: Page, profiles: Sequence[FormProfile], fold: Fold) -> bool:
    """True where a sheet as wide as two pages (A3) bears a form's title on both halves."""
    if page.width < _A3_WIDTH or page.width < page.height:
        return False
    half = page.width / 2
    sides = ([w for w in page.words if (w.box.middle[0] < half) is left] for left in (True, False))
    return all(recognise([replace(page, words=tuple(words))], profiles, fold)[0] is not None for words in sides)


_A3_WIDTH = 1000.0


def _heading(pages: Sequence[Page], fold: Fold) -> tuple[list[str], str]:
    """Return what stands in the upper part of the first page, word by word and as one."""
    first = written(pages)[0]
    top = [w for w in first.words if w.box.y0 <= first.height * 0.35] or list(first.words[:12])
    heading = [squeeze(fold(w.text)) for w in top]
    return heading, "".join(heading)


def _title_in(profile: FormProfile, heading: Sequence[str], joined: str, fold: Fold) -> str:
    """Return the longest title of a form that stands there, folded; empty where none does."""
    titles = [squeeze(fold(t)) for t in profile.titles]
    return max((t for t in titles if _titled(t, heading, joined)), key=len, default="")


def _titled(title: str, heading: Sequence[str], joined: str) -> bool:
    if len(title) <= 2 or (title.isascii() and title.isalpha() and len(title) <= 8):
        # 传真, Letter: a word of any sentence or letterhead; a title only as a line of its own or at a short one's end.
        return any(h.strip(TRIM).endswith(title) and len(h) <= len(title) + _HEADING for h in heading)
    if title in joined:
        return True
    if len(title) < 6:
        return False
    return any(abs(len(h) - len(title)) <= 1 and near(h, title) for h in heading)


_HEADING = 16


def _has_label(text: str, label: str) -> bool:
    return text.startswith(label) or (len(label) >= 3 and label in text)


def read_fields(
    pages: Sequence[Page], fields: Sequence[FieldProfile], fold: Fold, titles: Sequence[str] = ()
) -> dict[str, Reading]:
    """Return the fields of a form found on its pages; the first page that has a field wins.

    What the same label says otherwise, there or on a later page, is told as a rival.
    ``titles`` are no labels, whatever words they hold.
    """
    headings = [squeeze(fold(t)) for t in titles]
    labels = Labels.of(fields, fold)
    found: dict[str, Reading] = {}
    for page in pages:
        for key, readings in _page_fields(page, labels, fold, headings).items():
            best = found.setdefault(key, readings[0])
            same = squeeze(fold(best.text))
            others = (r.text for r in readings if r.label == best.label and squeeze(fold(r.text)) != same)
            found[key] = replace(best, rivals=tuple(dict.fromkeys((*best.rivals, *others))))
    for field in fields:
        if field.place and field.key not in found and pages:
            placed = _at_place(pages[0], field, field.place)
            if placed:
                found[field.key] = placed
    return found


def _at_place(page: Page, field: FieldProfile, place: tuple[float, float, float, float]) -> Reading | None:
    """Return what stands in a place of a page, line by line."""
    left, top, right, bottom = place
    inside = [
        w
        for w in page.words
        if left * page.width <= w.box.middle[0] <= right * page.width
        and top * page.height <= w.box.middle[1] <= bottom * page.height
    ]
    inside.sort(key=lambda w: (round(w.box.middle[1] / max(1.0, w.box.height)), w.box.x0))
    value = normalise(" ".join(w.text for w in inside).strip(TRIM), field.kind) if inside else ""
    return Reading(value, min(w.confidence for w in inside), placed=True) if value else None


def _page_fields(page: Page, labels: Labels, fold: Fold, headings: Sequence[str]) -> dict[str, list[Reading]]:
    """Return what each field's labels say on a page, the value of its foremost label first."""
    marked = [
        (word, [] if squeeze(fold(word.text)) in headings else labels.marks(fold(word.text))) for word in page.words
    ]
    is_label = [bool(marks) for _, marks in marked]
    candidates: dict[str, list[tuple[int, Reading]]] = {}
    for index, (word, marks) in enumerate(marked):
        for place, mark in enumerate(marks):
            end = marks[place + 1].start if place + 1 < len(marks) else len(word.text)
            text = word.text[mark.end : end].strip(TRIM)
            kind = labels.kinds[mark.key]
            reading = Reading(text, word.confidence) if text else None
            if reading is None and place + 1 == len(marks):
                if kind == "text":
                    reading = _block(page.words, is_label, index)
                reading = reading or _beside(page.words, is_label, index, kind)
                reading = reading or _below(page.words, is_label, index)
            if reading is None or mark.key == OTHER:
                continue
            value = normalise(reading.text, kind)
            if value:
                label = squeeze(fold(word.text[mark.start : mark.end]))
                told = Reading(value, reading.confidence, label, mark.within, mark.glued and bool(text))
                # A label that stands alone speaks before one inside a longer label.
                rank = labels.ranks.get((mark.key, label), 99) + (100 if mark.within else 0)
                candidates.setdefault(mark.key, []).append((rank, told))
    return {key: [r for _, r in sorted(found, key=lambda pair: pair[0])] for key, found in candidates.items()}


def _beside(words: Sequence[Word], is_label: Sequence[bool], index: int, kind: str) -> Reading | None:
    """Return the words to the right in the same row, up to the next label; a wide gap ends short values."""
    me = words[index].box
    row = sorted(
        (
            (w.box.x0, i)
            for i, w in enumerate(words)
            if i != index and w.box.x0 >= me.x1 - me.height * 0.5 and _same_row(me.y0, me.y1, w.box.y0, w.box.y1)
        ),
    )
    taken: list[Word] = []
    for _, i in row:
        word = words[i]
        if is_label[i]:
            break
        if taken and (word.box.x0 - taken[-1].box.x1 > 4 * me.height or kind in ("date", "amount", "number")):
            if kind == "date" and first_date(" ".join(w.text for w in taken)) is None:
                taken.append(word)
                continue
            break
        taken.append(word)
    if not taken:
        return None
    return Reading(" ".join(w.text for w in taken).strip(TRIM), min(w.confidence for w in taken))


def _block(words: Sequence[Word], is_label: Sequence[bool], index: int) -> Reading | None:
    """Return a text of several lines to the right of its label: aligned lines close to each other.

    The label stands beside the middle of its cell, so lines above it belong to the text as well as lines below.
    """
    me = words[index].box
    right = [i for i, w in enumerate(words) if i != index and not is_label[i] and w.box.x0 >= me.x1 - me.height * 0.5]
    near_by = [i for i in right if abs(words[i].box.middle[1] - me.middle[1]) < 1.5 * me.height]
    if not near_by:
        return None
    first = min(near_by, key=lambda i: (words[i].box.x0, abs(words[i].box.middle[1] - me.middle[1])))
    left = words[first].box.x0
    column = sorted(
        (i for i in right if abs(words[i].box.x0 - left) < me.height and _alone(words, i, index)),
        key=lambda i: words[i].box.y0,
    )
    if first not in column:
        return None
    place = column.index(first)
    low = high = place
    while low > 0 and _gap(words, column[low - 1], column[low]) < _CLOSE_LINES:
        low -= 1
    while high + 1 < len(column) and _gap(words, column[high], column[high + 1]) < _CLOSE_LINES:
        high += 1
    taken = [words[i] for i in column[low : high + 1]]
    joint = "" if taken[0].text[-1:] >= "\u2e80" else " "
    return Reading(joint.join(w.text for w in taken).strip(TRIM), min(w.confidence for w in taken))


def _alone(words: Sequence[Word], index: int, own: int) -> bool:
    """True where no other row's label stands to the left in the same row."""
    me = words[index].box
    return not any(
        i not in (index, own) and me.x0 - 200 < w.box.x1 <= me.x0 + 1 and _same_row(me.y0, me.y1, w.box.y0, w.box.y1)
        for i, w in enumerate(words)
    )


def _gap(words: Sequence[Word], upper: int, lower: int) -> float:
    """Space between two lines in heights of a line."""
    a, b = words[upper].box, words[lower].box
    return (b.y0 - a.y1) / max(1.0, min(a.height, b.height))


def _same_row(a0: float, a1: float, b0: float, b1: float) -> bool:
    return min(a1, b1) - max(a0, b0) > 0.5 * min(a1 - a0, b1 - b0)


def _below(words: Sequence[Word], is_label: Sequence[bool], index: int) -> Reading | None:
    """Return the word in the cell below, if one begins within two and a half lines and shares the column."""
    me = words[index].box
    under = [
        (w.box.y0, i)
        for i, w in enumerate(words)
        if i != index
        and 0 <= w.box.y0 - me.y1 + 0.3 * me.height < 2.5 * me.height
        and min(me.x1, w.box.x1) - max(me.x0, w.box.x0) > 0
    ]
    if not under:
        return None
    _, i = min(under)
    return None if is_label[i] else Reading(words[i].text.strip(TRIM), words[i].confidence)


def normalise(text: str, kind: str) -> str:
    """Bring a value to its kind's notation; empty where it cannot be one.

    Dates become ``2026-03-05``, but stay as they stand where they may be several days; amounts become ``12800.00``;
    numbers lose blanks; names and texts stay as they are.
    """
    if kind == "date":
        seen = first_date(text)
        if seen is None:
            return ""
        return seen.day.isoformat() if seen.sure else text[seen.start : seen.end]
    if kind == "amount":
        amount = read_amount(text)
        return plain(amount) if amount is not None else ""
    if kind == "number":
        bare = text.split("  ")[0].replace(" ", "")
        return bare if any(c.isdigit() for c in bare) else ""
    if kind == "choice":
        return text.split("  ")[0].removesuffix("级").strip()
    if kind in ("name", "person"):
        return "" if not any(c.isalpha() for c in text) else text
    return text
