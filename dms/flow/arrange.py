"""The pages of a registered record as they stand, and a new copy of them made from its untouched scans.

The first arrangement puts the copy of all pages as they were read, without a stamp, under ``sources/`` of the object;
every later one is made from there. What was turned or straightened is read anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dms.disk import make_folder
from dms.domain.arranging import Arrangement, Leaf, Source, arrangement_from, joined
from dms.domain.hantext import page_text
from dms.domain.left_out import LeftOut, together
from dms.domain.pages import Page
from dms.domain.record import Record
from dms.errors import NotFound
from dms.flow.versions import complete
from dms.flow.work import copy_out, page_files, plain_copy, reading_of
from dms.ports.examine import Inspection
from dms.ports.world import Archive
from dms.said import Said

ARRANGED, SOURCES = "arrangement.json", "sources/"
_OUT, _APART = "pages_out", "pages_apart"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the files of a source are kept now: object, paths, and the version of the copy (None: the newest)."""

    code: str
    copy: str
    words: str
    original: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A record's pages as they stand.

    Attributes:
        head: number of the newest version.
        arrangement: which page of which scan each is.
        places: where its sources are kept.
        pages: what was read on them.
        left_out: what else is not in the text.
    """

    code: str
    head: int
    arrangement: Arrangement
    places: tuple[Place, ...]
    pages: tuple[Page, ...]
    left_out: tuple[LeftOut, ...]


def standing(archive: Archive, record: Record) -> Standing:
    """Return how a record's pages stand.

    Raises:
        NotFound: it has none.
        Damaged: its arrangement, or what was decided of it, cannot be read.
    """
    code = record.code
    complete(archive, code)
    head = archive.vault.head(code)
    plain = plain_copy(archive, code) if head else None
    if head is None or plain is None or "words.json.gz" not in head.files:
        raise NotFound(
            Said("{record} has no pages to look at.", record=code),
            Said("It is reserved, or its content was destroyed."),
        )
    pages, told = reading_of(archive, code)
    others = tuple(one for one in told if one.what not in (_OUT, _APART))
    if ARRANGED in head.files:
        with archive.vault.open(code, ARRANGED) as file:
            arrangement = arrangement_from(json.loads(file.read()))
        places = tuple(Place(code, s.copy, s.words, s.original) for s in arrangement.sources)
        return Standing(code, head.number, arrangement, places, pages, others)
    originals = {f.sha512: p for p, f in sorted(head.files.items(), reverse=True) if p.startswith("original/")}
    original = originals.get(record.electronic.sha512) or next(iter(originals.values()), "")
    source = Source(original, f"{SOURCES}1.pdf", f"{SOURCES}1.json.gz", code, len(pages))
    leaves = tuple(Leaf(0, number) for number in range(1, len(pages) + 1))
    place = Place(code, plain[0], "words.json.gz", original, plain[1])
    return Standing(code, head.number, Arrangement((source,), leaves), (place,), pages, others)


def together_with(archive: Archive, first: Standing, second: Standing) -> Standing:
    """Return the first record's pages with the second's behind them, kept in the first's object.

    A scan both have (one was split from the other) is one source.
    """
    held = {_digest(archive, place): at for at, place in enumerate(first.places)}
    sources, places, at = list(first.arrangement.sources), list(first.places), dict[int, int]()
    for number, (source, place) in enumerate(zip(second.arrangement.sources, second.places, strict=True)):
        same = held.get(_digest(archive, place))
        if same is not None:
            at[number] = same
            continue
        at[number] = len(sources)
        name = source.original.removeprefix("original/")
        own = name if name.startswith(f"{source.code}-") else f"{source.code}-{name}"
        stem = f"{SOURCES}{len(sources) + 1}"
        sources.append(replace(source, original=f"original/{own}", copy=f"{stem}.pdf", words=f"{stem}.json.gz"))
        places.append(place)
    made = joined(first.arrangement, second.arrangement, sources, at, {first.code, second.code})
    left_out = together((*first.left_out, *second.left_out))
    return Standing(first.code, first.head, made, tuple(places), (*first.pages, *second.pages), left_out)


def _digest(archive: Archive, place: Place) -> str:
    versions = archive.vault.versions(place.code)
    kept = versions[-1] if place.version is None else next(v for v in versions if v.number == place.version)
    return kept.files[place.copy].sha512


@dataclass(frozen=True, slots=True)
class Laid:
    """A new copy of a record's pages, ready to be written.

    Attributes:
        pages: what stands on them, numbered from 1.
        access: the copy, without a stamp.
        sources: files of the object that it does not have yet.
        left_out: what else is not in the text.
    """

    pages: tuple[Page, ...]
    access: Path
    sources: Mapping[str, Path | bytes | None]
    left_out: tuple[LeftOut, ...]

    def files(self, arrangement: Arrangement) -> dict[str, Path | bytes | None]:
        """Return what a version with these pages holds, but for its record."""
        out, apart = arrangement.left_out, arrangement.apart
        told = list(self.left_out)
        if out:
            told.append(LeftOut(_OUT, len(out), arrangement.named(out)))
        if apart:
            told.append(LeftOut(_APART, len(apart), tuple(sorted(set(apart.values())))))
        data = json.dumps(arrangement.to_dict(), ensure_ascii=False, indent=1).encode()
        return {**self.sources, ARRANGED: data, "access.pdf": self.access, **page_files(self.pages, told)}


def laid_out(archive: Archive, now: Standing, wanted: Arrangement, folder: Path, code: str = "") -> Laid:
    """Make a new copy of a record's pages; before the transaction, for pages may be read anew.

    Args:
        archive: the archive.
        now: as the pages stand; all leaves of both are counted by its sources.
        wanted: as they are to be.
        folder: of passing work.
        code: the object the copy is for, where it is not the record's own.

    Raises:
        Unreadable: a page cannot be drawn or read.
        Unavailable: the disk is full.
    """
    object_code = code or now.code
    copies, read, sources = [], [], dict[str, Path | bytes | None]()
    for number, (source, place) in enumerate(zip(wanted.sources, now.places, strict=True)):
        copy = folder / f"source-{number}.pdf"
        copy_out(archive, place.code, place.copy, copy, place.version)
        copies.append(copy)
        read.append(reading_of(archive, place.code, place.words)[0])
        if (place.code, place.copy, place.version) != (object_code, source.copy, None):
            sources[source.copy] = copy
            sources[source.words] = _bytes(archive, place.code, place.words)
        if place.original and place.code != object_code:
            original = folder / f"original-{number}"
            copy_out(archive, place.code, place.original, original)
            sources[source.original] = original
    # What was read once of a page as it is to be is not read again.
    pages = dict(zip(now.arrangement.leaves, now.pages, strict=True))
    anew = [leaf for leaf in wanted.leaves if leaf not in pages and (leaf.turn or leaf.straighten)]
    turned = _read_anew(archive, copies, read, anew, folder) if anew else {}
    for leaf in wanted.leaves:
        if leaf not in pages:
            pages[leaf] = _shown(turned.get(leaf) or read[leaf.source][leaf.page - 1], leaf)
    made = tuple(pages[leaf].numbered(place) for place, leaf in enumerate(wanted.leaves, 1))
    over = {p.number: p for leaf, p in zip(wanted.leaves, made, strict=True) if leaf.turn or leaf.straighten}
    access = folder / "access.pdf"
    archive.examiner().arrange(copies, wanted.leaves, over, access)
    return Laid(made, access, sources, now.left_out)


def _bytes(archive: Archive, code: str, path: str) -> bytes:
    with archive.vault.open(code, path) as file:
        return file.read()


def _read_anew(
    archive: Archive, copies: Sequence[Path], read: Sequence[Sequence[Page]], leaves: Sequence[Leaf], folder: Path
) -> dict[Leaf, Page]:
    """Read pages again that were turned or straightened, whole; how a person turned them is how they stand."""
    bare, place = folder / "bare.pdf", folder / "read"
    make_folder(place)
    examiner = archive.examiner()
    examiner.arrange(copies, [replace(leaf, crop=None) for leaf in leaves], {}, bare)
    seen = examiner.pages(bare, Inspection("application/pdf", "scan", len(leaves)), place, lambda *_: None)
    found = {}
    for leaf, page in zip(leaves, seen, strict=True):
        before = read[leaf.source][leaf.page - 1].turned(leaf.turn)
        after = page.turned(-page.rotation % 360)
        if before.text.strip() and not after.text.strip():
            # Nothing reads here, or nothing could be read: what was known of the page goes with it.
            skew = after.evidence.skew_degrees if leaf.straighten else before.evidence.skew_degrees
            after = replace(before, evidence=replace(before.evidence, skew_degrees=skew))
        found[leaf] = replace(after, rotation=before.rotation)
    return found


def _shown(page: Page, leaf: Leaf) -> Page:
    if leaf.crop is None:
        return page
    cut = page.cut_to(leaf.crop)
    return cut if len(cut.words) == len(page.words) else replace(cut, text=page_text(cut.words))


def with_pages(record: Record, count: int) -> Record:
    """Return a record with another number of pages; the paper's follow where they were counted from the scan."""
    paper, before = record.paper, record.electronic.pages
    if paper.present and not paper.sha512 and paper.pages == before:
        paper = replace(paper, pages=count)
    return record.with_(electronic=replace(record.electronic, pages=count), paper=paper)
