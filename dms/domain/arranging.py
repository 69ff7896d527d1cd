"""How the pages of a record are arranged: which page of which scan comes where, turned, straightened, cut to.

The scan itself stays as it is; an arrangement is a list of leaves that name its pages, so every one can be undone.
Numbers of pages that people type are those of the pages as they stand now; lists of pages are written as qpdf writes
them: ``3,1-2``, ``z`` the last, ``r2`` the last but one, ``z-1`` backwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from dms.domain.pages import Box, Page
from dms.errors import Damaged, Usage
from dms.said import Do, Said

_T = TypeVar("_T")
FORMAT = "dms-arrangement-1"
# So many degrees a page lies askew at most; more is a page that lies sideways.
MOST_ASKEW = 10.0
_LEAST_SIDE = 36.0
_POINTS = 72 / 25.4
_ONE = re.compile(r"(?:(\d{1,9})|(z)|r(\d{1,9}))", re.ASCII)
_RUN = re.compile(rf"({_ONE.pattern})(?:-({_ONE.pattern}))?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,5}(?:\.\d{1,4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """A scan pages are taken from.

    Attributes:
        original: its path in the object, as received.
        copy: path of its access copy with all pages of the record as they were read at first, without a stamp.
        words: path of their words and boxes.
        code: electronic code it was registered under.
        pages: how many pages ``copy`` has.
    """

    original: str
    copy: str
    words: str
    code: str
    pages: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: taken from a source, then turned, then straightened, then cut to a part of it.

    Attributes:
        source: 0-based place in :attr:`Arrangement.sources`.
        page: 1-based in its copy.
        turn: degrees clockwise: 0, 90, 180 or 270.
        straighten: degrees clockwise, small.
        crop: what is shown of it, points of the page as turned and straightened; None: all.
    """

    source: int
    page: int
    turn: int = 0
    straighten: float = 0.0
    crop: Box | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The pages of a record in their order.

    Attributes:
        sources: the scans, the record's own first.
        leaves: its pages.
        apart: pages that became another record: source and page -> its code.
    """

    sources: tuple[Source, ...]
    leaves: tuple[Leaf, ...]
    apart: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def left_out(self) -> tuple[tuple[int, int], ...]:
        """Source and page of what is in the scans and in no record's pages."""
        shown = {(leaf.source, leaf.page) for leaf in self.leaves}
        return tuple(one for one in self._all() if one not in shown and one not in self.apart)

    @property
    def as_scanned(self) -> Arrangement:
        """All pages as they were scanned, without those that became another record."""
        return replace(self, leaves=tuple(Leaf(*one) for one in self._all() if one not in self.apart))

    def _all(self) -> list[tuple[int, int]]:
        return [(place, page) for place, one in enumerate(self.sources) for page in range(1, one.pages + 1)]

    def named(self, places: Collection[tuple[int, int]]) -> tuple[str, ...]:
        """Return pages of the scans as people are told them: by number, behind their scan's code where needed."""
        return tuple(
            f"{self.sources[source].code}:{page}" if len(self.sources) > 1 else str(page)
            for source, page in sorted(places)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data, as ``docs/architecture.md`` describes ``arrangement.json``."""
        told: dict[str, Any] = {
            "format": FORMAT,
            "sources": [
                {"original": s.original, "copy": s.copy, "words": s.words, "code": s.code, "pages": s.pages}
                for s in self.sources
            ],
            "pages": [_told(leaf) for leaf in self.leaves],
        }
        out = self.left_out
        told["left_out"] = [{"source": source + 1, "page": page} for source, page in out]
        told["apart"] = [
            {"source": source + 1, "page": page, "record": code} for (source, page), code in sorted(self.apart.items())
        ]
        return told


def _told(leaf: Leaf) -> dict[str, Any]:
    told: dict[str, Any] = {"source": leaf.source + 1, "page": leaf.page}
    if leaf.turn:
        told["turn"] = leaf.turn
    if leaf.straighten:
        told["straighten"] = leaf.straighten
    if leaf.crop:
        told["crop"] = [leaf.crop.x0, leaf.crop.y0, leaf.crop.x1, leaf.crop.y1]
    return told


def arrangement_from(told: Mapping[str, Any]) -> Arrangement:
    """Read back what :meth:`Arrangement.to_dict` wrote.

    Raises:
        Damaged: it says nothing that can be.
    """
    try:
        sources = tuple(
            Source(str(s["original"]), str(s["copy"]), str(s["words"]), str(s["code"]), int(s["pages"]))
            for s in told["sources"]
        )
        leaves = tuple(
            Leaf(
                int(p["source"]) - 1, int(p["page"]), int(p.get("turn", 0)), float(p.get("straighten", 0.0)),
                Box(*map(float, p["crop"])) if p.get("crop") else None,
            )
            for p in told["pages"]
        )  # fmt: skip
        apart = {(int(a["source"]) - 1, int(a["page"])): str(a["record"]) for a in told.get("apart", ())}
        there = all(
            0 <= leaf.source < len(sources) and 1 <= leaf.page <= sources[leaf.source].pages and leaf.turn % 90 == 0
            for leaf in leaves
        )
        if told["format"] != FORMAT or not leaves or not there:
            raise ValueError("arrangement")
    except (KeyError, TypeError, ValueError) as problem:
        raise Damaged(
            Said("How its pages are arranged cannot be read: {problem}.", problem=problem),
            Said("“{act}” tells all that is damaged.", act=Do("verify")),
        ) from problem
    return Arrangement(sources, leaves, apart)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants done with the pages; numbers are those of the pages as they stand now.

    Attributes:
        order: all pages that stay, in their new order.
        drop: pages to leave out.
        drop_blank: leave out what shows nothing.
        turn: each ``PAGES:DEGREES`` clockwise.
        straighten: each ``PAGES`` or ``PAGE:DEGREES`` clockwise; without degrees as was measured.
        crop: each ``PAGES:LEFT,TOP,RIGHT,BOTTOM``, millimetres taken off each edge.
        collate: fronts, then backs: ``reversed`` where the stack was turned over whole, else ``same``; empty: no.
        as_scanned: undo all of it.
    """

    order: str = ""
    drop: str = ""
    drop_blank: bool = False
    turn: tuple[str, ...] = ()
    straighten: tuple[str, ...] = ()
    crop: tuple[str, ...] = ()
    collate: str = ""
    as_scanned: bool = False


def page_list(text: str, count: int) -> tuple[int, ...]:
    """Return the pages a list names, in its order.

    Args:
        text: such as ``3,1-2`` or ``z-1``; full-width signs are taken as well.
        count: how many pages there are.

    Raises:
        Usage: it is no list of pages, a page is not there, or is named twice.
    """
    folded = unicodedata.normalize("NFKC", text).replace("、", ",").replace("–", "-").lower()
    found: list[int] = []
    for part in folded.split(","):
        run = _RUN.fullmatch("".join(part.split()))
        if run is None:
            raise Usage(
                Said("“{text}” is no list of pages.", text=text),
                Said("Write it as 3,1-2; z is the last page, r2 the last but one, z-1 all of them backwards."),
            )
        first = _page_of(run.group(2), run.group(4), count)
        last = _page_of(run.group(6), run.group(8), count) if run.group(5) else first
        # Before the run is made: a mistyped number must not make a list of a thousand million pages.
        for one in (first, last):
            if not 1 <= one <= count:
                raise Usage(
                    Said("There is no page {page}: it has {count}.", page=part.strip(), count=count),
                    Said("Pages are counted as they stand now."),
                )
        found += range(first, last + 1) if first <= last else range(first, last - 1, -1)
    _refuse_twice(found)
    return tuple(found)


def _refuse_twice(numbers: Sequence[int]) -> None:
    twice = [n for n, times in Counter(numbers).items() if times > 1]
    if twice:
        raise Usage(Said("Page {page} is named twice.", page=twice[0]), Said("Name each page once."))


def _page_of(number: str | None, back: str | None, count: int) -> int:
    if number:
        return int(number)
    return count + 1 - int(back) if back else count


def collated(fronts: Sequence[int], backs: Sequence[int], *, reversed_: bool) -> tuple[int, ...]:
    """Return fronts and backs of a one-sided feeder in the order of their sheets.

    Args:
        fronts: pages of the first run.
        backs: pages of the second run; the last sheet may have none.
        reversed_: the stack was turned over whole, so that its last back came first.

    Raises:
        Usage: there are not as many of both.
    """
    if len(fronts) - len(backs) not in (0, 1):
        raise Usage(
            Said("{fronts} fronts and {backs} backs do not make pairs.", fronts=len(fronts), backs=len(backs)),
            Said("Leave out what is too much, or say the order yourself: {inputs}", inputs=Do("", order="1,4,2,3")),
        )
    turned = tuple(backs[::-1]) if reversed_ else tuple(backs)
    pairs = [one for pair in zip(fronts, turned, strict=False) for one in pair]
    return (*pairs, *fronts[len(turned) :])


def arranged(now: Arrangement, pages: Sequence[Page], wish: Wish) -> tuple[Arrangement, tuple[Said, ...]]:
    """Return the arrangement somebody wants, and what is done in words.

    Args:
        now: as the pages stand.
        pages: what was read on them, in the same order.
        wish: what is wanted.

    Raises:
        Usage: it cannot be, or changes nothing.
    """
    told: list[Said] = []
    if wish.as_scanned:
        if wish != Wish(as_scanned=True):
            raise Usage(Said("All changes are undone first, then others are made."), Do("", as_scanned=True))
        return _changed(now, now.as_scanned, [Said("all pages as they were scanned")])
    leaves = dict(enumerate(now.leaves, 1))
    kept = _kept(leaves, pages, wish, told)
    ordered = _ordered(now, kept, wish, told)
    for number, degrees in _turns(wish.turn, ordered, len(leaves)):
        leaves[number] = _turned(leaves[number], degrees)
        told.append(Said("page {page} turned by {degrees}°", page=number, degrees=degrees))
    for number, angle in _angles(wish.straighten, ordered, pages):
        leaves[number] = _straightened(leaves[number], pages[number - 1], number, angle)
        told.append(Said("page {page} straightened by {degrees}°", page=number, degrees=angle))
    for number, edges in _edges(wish.crop, ordered, len(leaves)):
        turned = (leaves[number].turn - now.leaves[number - 1].turn) % 360
        leaves[number] = _cropped(leaves[number], pages[number - 1].turned(turned), number, edges)
        told.append(Said("page {page} cropped", page=number))
    return _changed(now, replace(now, leaves=tuple(leaves[n] for n in ordered)), told)


def _changed(now: Arrangement, made: Arrangement, told: Sequence[Said]) -> tuple[Arrangement, tuple[Said, ...]]:
    if made == now:
        raise Usage(
            Said("Nothing is changed: its pages stand so already."),
            Said(
                "Give at least one of {inputs}",
                inputs=Do("", order=True, turn=True, drop=True, drop_blank=True, crop=True, straighten=True),
            ),
        )
    return made, tuple(told)


def _kept(leaves: Mapping[int, Leaf], pages: Sequence[Page], wish: Wish, told: list[Said]) -> list[int]:
    out = set(page_list(wish.drop, len(leaves))) if wish.drop.strip() else set()
    if wish.drop_blank:
        blank = {n for n in leaves if pages[n - 1].evidence.blank}
        if not blank:
            raise Usage(Said("None of its pages is blank."), Do("", drop="2"))
        out |= blank
    kept = [n for n in leaves if n not in out]
    if not kept:
        raise Usage(
            Said("No page would be left."), Said("A record that should be gone: {act}", act=Do("delete", reason="…"))
        )
    if out:
        told.append(Said("left out: {pages}", pages=tuple(str(n) for n in sorted(out))))
    return kept


def _ordered(now: Arrangement, kept: Sequence[int], wish: Wish, told: list[Said]) -> tuple[int, ...]:
    if wish.order.strip() and wish.collate:
        raise Usage(Said("Pages are collated or put in an order, not both."), Do("", order="2,1,3"))
    if wish.collate:
        told.append(Said("fronts and backs collated"))
        return collated(*_runs(now, kept), reversed_=wish.collate == "reversed")
    if not wish.order.strip():
        return tuple(kept)
    order = page_list(wish.order, len(now.leaves))
    missing = [n for n in kept if n not in order]
    if missing:
        raise Usage(
            Said("The order does not name page {pages}.", pages=tuple(map(str, missing))),
            Said("To leave it out, say so: {inputs}", inputs=Do("", drop=",".join(map(str, missing)))),
        )
    gone = [n for n in order if n not in kept]
    if gone:
        raise Usage(
            Said("Page {pages} is left out and cannot be put in order.", pages=tuple(map(str, gone))),
            Said("Name only the pages that stay."),
        )
    if list(order) != list(kept):
        told.append(Said("order: {pages}", pages=tuple(map(str, order))))
    return order


def _runs(now: Arrangement, kept: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return fronts and backs: two scans where the pages come from two, else the two halves of one."""
    sources = sorted({now.leaves[n - 1].source for n in kept})
    if len(sources) == 2:
        first = [n for n in kept if now.leaves[n - 1].source == sources[0]]
        return first, [n for n in kept if n not in first]
    half = (len(kept) + 1) // 2
    return list(kept[:half]), list(kept[half:])


def _turns(wished: Sequence[str], ordered: Sequence[int], count: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for one in wished:
        listed, _, degrees = _halves(one)
        if degrees not in ("90", "180", "270", "-90"):
            raise Usage(Said("A page is turned by 90, 180 or 270 degrees clockwise."), Do("", turn="2:180"))
        found += [(n, int(degrees) % 360) for n in _staying(listed, ordered, count)]
    return _once(found)


def _angles(wished: Sequence[str], ordered: Sequence[int], pages: Sequence[Page]) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    for one in wished:
        listed, said, degrees = _halves(one)
        for number in _staying(listed, ordered, len(pages)):
            if said and not _NUMBER.fullmatch(degrees):
                raise Usage(Said("“{text}” is no angle.", text=degrees), Do("", straighten="4:1.5"))
            # Lines that fall to the right are mended by turning them back.
            angle = round(float(degrees), 2) if said else -pages[number - 1].evidence.skew_degrees
            if not angle:
                raise Usage(
                    Said("Page {page} lies straight, as far as can be measured.", page=number),
                    Said("Say by how many degrees: {inputs}", inputs=Do("", straighten=f"{number}:1.5")),
                )
            found.append((number, angle))
    return _once(found)


def _edges(wished: Sequence[str], ordered: Sequence[int], count: int) -> list[tuple[int, tuple[float, ...]]]:
    found: list[tuple[int, tuple[float, ...]]] = []
    for one in wished:
        listed, _, text = _halves(one)
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != 4 or not all(_NUMBER.fullmatch(part) for part in parts) or any(float(p) < 0 for p in parts):
            raise Usage(
                Said("“{text}” does not say what to cut off.", text=one),
                Said(
                    "Millimetres off the left, top, right and bottom edge: {inputs}", inputs=Do("", crop="2:5,0,5,12")
                ),
            )
        found += [(n, tuple(float(p) for p in parts)) for n in _staying(listed, ordered, count)]
    return _once(found)


def _halves(text: str) -> tuple[str, str, str]:
    listed, sign, rest = unicodedata.normalize("NFKC", text).partition(":")
    return listed, sign, rest.strip().removesuffix("°")


def _staying(listed: str, ordered: Sequence[int], count: int) -> tuple[int, ...]:
    named = page_list(listed, count)
    gone = [n for n in named if n not in ordered]
    if gone:
        raise Usage(
            Said("Page {pages} is left out and stays as it is.", pages=tuple(map(str, gone))),
            Said("Name only the pages that stay."),
        )
    return named


def _once(found: list[tuple[int, _T]]) -> list[tuple[int, _T]]:
    _refuse_twice([number for number, _ in found])
    return found


def _turned(leaf: Leaf, degrees: int) -> Leaf:
    if leaf.crop is not None:
        raise Usage(
            Said("A page is turned before it is cropped."),
            Said("Undo first what was done: {inputs}", inputs=Do("", as_scanned=True)),
        )
    return replace(leaf, turn=(leaf.turn + degrees) % 360)


def _straightened(leaf: Leaf, page: Page, number: int, angle: float) -> Leaf:
    if page.source == "embedded" and not page.evidence.dpi:
        raise Usage(
            Said("Page {page} was written by a program, not scanned: it lies straight.", page=number),
            Said("Only pages that are pictures of paper are straightened."),
        )
    if leaf.crop is not None:
        raise Usage(
            Said("A page is straightened before it is cropped."),
            Said("Undo first what was done: {inputs}", inputs=Do("", as_scanned=True)),
        )
    whole = round(leaf.straighten + angle, 2)
    if abs(whole) > MOST_ASKEW:
        raise Usage(
            Said("A page is straightened by {most:.0f} degrees at most.", most=MOST_ASKEW), Do("", turn=f"{number}:90")
        )
    return replace(leaf, straighten=whole)


def _cropped(leaf: Leaf, page: Page, number: int, edges: Sequence[float]) -> Leaf:
    left, top, right, bottom = (edge * _POINTS for edge in edges)
    shown = leaf.crop or Box(0.0, 0.0, page.width, page.height)
    part = Box(
        round(shown.x0 + left, 2), round(shown.y0 + top, 2), round(shown.x1 - right, 2), round(shown.y1 - bottom, 2)
    )
    if part.width < _LEAST_SIDE or part.height < _LEAST_SIDE:
        raise Usage(
            Said("Hardly anything of page {page} would be left.", page=number), Said("Cut off less of its edges.")
        )
    return replace(leaf, crop=part)


def split_at(now: Arrangement, at: int, code: str, own: str) -> tuple[Arrangement, Arrangement]:
    """Return the arrangement of what stays and of what becomes a record of its own.

    Args:
        now: as the pages stand.
        at: the page the new record begins with.
        code: of the new record.
        own: of the record that is split.

    Raises:
        Usage: nothing would stay, or the page is not there.
    """
    count = len(now.leaves)
    if not 2 <= at <= count:
        raise Usage(
            Said("A record of {count} pages is not split before page {page}.", count=count, page=at),
            Said("Name the page the new record begins with: {inputs}", inputs=Do("", at=2)),
        )
    stays, goes = now.leaves[: at - 1], now.leaves[at - 1 :]
    gone = {(leaf.source, leaf.page): code for leaf in goes}
    left = {(leaf.source, leaf.page): own for leaf in stays}
    return (
        replace(now, leaves=stays, apart={**now.apart, **gone}),
        replace(now, leaves=goes, apart={**now.apart, **left}),
    )


def joined(
    first: Arrangement, second: Arrangement, sources: Sequence[Source], at: Mapping[int, int], both: Collection[str]
) -> Arrangement:
    """Return both records' pages, the second's behind the first's.

    Args:
        first: of the record that goes on.
        second: of the one whose pages come to it.
        sources: of both, the first's own first.
        at: where each of the second's sources stands among them.
        both: the two records' codes: what each says lies in the other is here now.
    """
    more = tuple(replace(leaf, source=at[leaf.source]) for leaf in second.leaves)
    apart = {**first.apart, **{(at[source], page): code for (source, page), code in second.apart.items()}}
    return Arrangement(
        tuple(sources), (*first.leaves, *more), {place: code for place, code in apart.items() if code not in both}
    )


def collate_all(now: Arrangement, fronts: int, how: str) -> Arrangement:
    """Return an arrangement of fronts and backs with its sheets in order; see :func:`collated` for what it raises.

    Args:
        now: so many fronts, then backs.
        fronts: how many.
        how: ``reversed`` or ``same``.
    """
    numbers = tuple(range(1, len(now.leaves) + 1))
    order = collated(numbers[:fronts], numbers[fronts:], reversed_=how == "reversed")
    return replace(now, leaves=tuple(now.leaves[n - 1] for n in order))
