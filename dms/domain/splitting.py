"""Where a stack of scanned pages is cut, which record each part belongs to, and every sign that this may be wrong.

A cover sheet names its record and a label on a first page names one too; all else is a sign: the part is then kept
apart from every record and a person is asked. A paper in another customer's record is worse than a question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from dms.domain import qr
from dms.domain.pages import Page

_HEAD = re.compile(
    r"(?:扫描封面|掃描封面)(?:scancoversheet\W?(?:互见封面|互見封面)?)?|scancoversheet\W?(?:互见封面|互見封面)?"
)
# What engines take for each other in printed codes.
_ALIKE = str.maketrans("OQDILSBZ", "00011582")


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that a stack was cut wrongly, or that a part belongs elsewhere.

    Attributes:
        kind: ``lost_cover``, ``lost_code``, ``cover_behind``, ``empty_cover``, ``label_within``, ``labels``,
            ``page_count`` or ``two_forms``.
        page: page of the file as scanned it was seen on.
        codes: the records it names, the likeliest first.
        detail: what else is told, such as the page counts.
    """

    kind: str
    page: int
    codes: tuple[str, ...] = ()
    detail: str = ""

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data; :func:`sign_from_dict` reads it back."""
        return {"kind": self.kind, "page": self.page, "codes": list(self.codes), "detail": self.detail}


def sign_from_dict(told: Mapping[str, object]) -> Sign:
    """Read back what :meth:`Sign.to_dict` wrote."""
    codes = told["codes"]
    named = tuple(str(c) for c in codes) if isinstance(codes, list | tuple) else ()
    return Sign(str(told["kind"]), int(str(told["page"])), named, str(told["detail"]))


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive pages of one document in a stack.

    Attributes:
        code: the record it is attached to, None where none is named for sure.
        cover: page number of its cover, 0 for none.
        pages: page numbers of the document itself; without the blank back of its cover.
        signs: why a person must look at it.
    """

    code: str | None
    cover: int
    pages: tuple[int, ...]
    signs: tuple[Sign, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Cut:
    """How a file is cut.

    Attributes:
        segments: its documents in the order of their pages; at least one.
        unused: records whose cover lay in the file with nothing behind it, with the sign.
    """

    segments: tuple[Segment, ...]
    unused: tuple[Sign, ...] = ()


def payloads(page: Page, keys: Sequence[bytes]) -> tuple[qr.Payload, ...]:
    """Return what our own symbols on a page say; all others are ignored."""
    found = (qr.read(symbol.text, *keys) for symbol in page.symbols)
    return tuple(p for p in found if p is not None)


def cut(pages: Sequence[Page], keys: Sequence[bytes], fonds: str) -> Cut:
    """Cut pages at cover sheets, and at labels that name another record than the first one's.

    A cover that names the record already being read goes on with it. One with nothing behind it gives no segment,
    unless it is all there is.

    Args:
        pages: all pages of the file.
        keys: the archive's and those it had before, for the check of its codes.
        fonds: how the archive's codes begin, to know a printed one.
    """
    by_number = {p.number: p for p in pages}
    segments = [_without_back(s, by_number) for s in _at_covers(pages, keys, fonds)]
    filled = [s for s in segments if any(not by_number[n].evidence.blank for n in s.pages)]
    if not filled:
        everything = Segment(None, 0, tuple(p.number for p in pages))
        empty = tuple(s for segment in segments for s in _emptied(segment))
        return Cut((replace(everything, signs=empty),))
    empty_ones = [s for s in segments if s not in filled and s.cover]
    behind = _covers_behind(segments, filled)
    if behind:
        return Cut(tuple(behind))
    ordered = sorted(filled, key=lambda s: s.pages)
    parts = [part for s in ordered for part in _at_labels(s, by_number, keys, fonds)]
    return Cut(tuple(parts), tuple(sign for s in empty_ones for sign in _emptied(s)))


def _at_covers(pages: Sequence[Page], keys: Sequence[bytes], fonds: str) -> list[Segment]:
    segments: list[Segment] = []
    for page in pages:
        covers = {str(p.code) for p in payloads(page, keys) if p.purpose is qr.Purpose.COVER}
        # Two covers scanned as one page would be a wrong attach either way: such a page is content.
        code = covers.pop() if len(covers) == 1 else None
        if code is not None:
            same = next((i for i, s in enumerate(segments) if s.code == code), None)
            segments.append(segments.pop(same) if same is not None else Segment(code, page.number, ()))
        elif _is_cover(page) and not payloads(page, keys):
            sign = Sign("lost_cover", page.number, printed_codes(page, fonds)[:1])
            segments.append(Segment(None, page.number, (), (sign,)))
        elif segments:
            segments[-1] = replace(segments[-1], pages=(*segments[-1].pages, page.number))
        else:
            segments.append(Segment(None, 0, (page.number,)))
    return segments


def _without_back(segment: Segment, by_number: Mapping[int, Page]) -> Segment:
    """Drop the blank back of a cover; a duplex scanner gives one."""
    pages = segment.pages
    while segment.cover and pages and by_number[pages[0]].evidence.blank:
        pages = pages[1:]
    return replace(segment, pages=pages)


def _emptied(segment: Segment) -> tuple[Sign, ...]:
    """A cover whose stack was not fed, or double-fed."""
    if segment.code:
        return (Sign("empty_cover", segment.cover, (segment.code,)),)
    return segment.signs


def _covers_behind(segments: Sequence[Segment], filled: Sequence[Segment]) -> list[Segment]:
    """Return the documents apart from all records where their covers seem to lie behind them; else nothing.

    The sign is a document before the first cover, and a cover last with nothing behind it.
    """
    first, last = segments[0], segments[-1]
    if first.cover or first not in filled or last in filled or not last.cover:
        return []
    apart = []
    for segment, following in pairwise([*segments, None]):
        if segment is None or segment not in filled:
            continue
        own = segment.code or next((c for s in segment.signs for c in s.codes), "")
        behind = ""
        if following is not None:
            behind = following.code or next((c for s in following.signs for c in s.codes), "")
        codes = tuple(c for c in (behind, own) if c)
        apart.append(replace(segment, code=None, signs=(Sign("cover_behind", segment.pages[-1], codes),)))
    return apart


def _at_labels(segment: Segment, by_number: Mapping[int, Page], keys: Sequence[bytes], fonds: str) -> list[Segment]:
    """Attach a segment to the record its label names, or cut it where labels name several and ask."""
    named: dict[int, tuple[str, ...]] = {}
    for number in segment.pages:
        found = {str(p.code) for p in payloads(by_number[number], keys) if p.purpose is qr.Purpose.LABEL}
        if found - {segment.code}:
            named[number] = tuple(sorted(found - {segment.code}))
    codes = tuple(dict.fromkeys(c for on_page in named.values() for c in on_page))
    if not codes:
        return [_with_lost_code(segment, by_number, keys, fonds)]
    first = next(n for n in segment.pages if not by_number[n].evidence.blank)
    if segment.cover:
        sign = Sign("label_within", next(iter(named)), codes)
        return [replace(segment, signs=(*segment.signs, sign))]
    if named == {first: codes} or (set(named.values()) == {codes} and first in named):
        if len(codes) == 1:
            return [replace(segment, code=codes[0])]
        return [replace(segment, signs=(*segment.signs, Sign("labels", first, codes)))]
    if len(codes) == 1 or any(len(on_page) > 1 for on_page in named.values()) or first not in named:
        kind = "label_within" if len(codes) == 1 else "labels"
        return [replace(segment, signs=(*segment.signs, Sign(kind, next(iter(named)), codes)))]
    return _each_label(segment, {n: on_page[0] for n, on_page in named.items()}, codes)


def _each_label(segment: Segment, named: Mapping[int, str], codes: Sequence[str]) -> list[Segment]:
    """Cut where the label changes; the part's own code stands first in its sign."""
    parts: list[tuple[str, list[int]]] = []
    for number in segment.pages:
        code = named.get(number)
        if not parts or (code and code != parts[-1][0]):
            parts.append((code or "", []))
        parts[-1][1].append(number)
    return [
        Segment(None, 0, tuple(pages), (Sign("labels", pages[0], (code, *(c for c in codes if c != code))),))
        for code, pages in parts
    ]


def _with_lost_code(segment: Segment, by_number: Mapping[int, Page], keys: Sequence[bytes], fonds: str) -> Segment:
    """A single printed code without a readable symbol is a label's or a stamp's; many are a list of records."""
    if segment.cover:
        return segment
    for number in segment.pages:
        page = by_number[number]
        codes = printed_codes(page, fonds)
        if len(codes) == 1 and not payloads(page, keys):
            return replace(segment, signs=(*segment.signs, Sign("lost_code", number, codes)))
    return segment


def _is_cover(page: Page) -> bool:
    """True for a page headed as our cover sheets are."""
    heads = ("".join(w.text.split()).lower() for w in page.words if w.box.y0 < page.height / 3)
    return any(_HEAD.fullmatch(head) for head in heads)


def printed_codes(page: Page, fonds: str) -> tuple[str, ...]:
    """Return the electronic codes printed on a page, the most frequent first; slips such as O for 0 are mended."""
    pattern = re.compile(rf"(?<![A-Z0-9]){re.escape(_alike(fonds))}E(\d{{4}})(\d{{6}})(?!\d)")
    found: Counter[str] = Counter()
    for word in page.words:
        found.update(f"{fonds}E{m[1]}{m[2]}" for m in pattern.finditer(_alike("".join(word.text.split()))))
    return tuple(code for code, _ in found.most_common())


def _alike(text: str) -> str:
    return text.upper().translate(_ALIKE)
