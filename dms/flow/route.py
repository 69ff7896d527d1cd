"""Fourth station: what our QR codes say. Cover sheets split a stack and name its records; labels name one record.

Every foreign, broken or forged symbol was dropped one by one; a page is never given up for one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dms.domain import qr
from dms.domain.item import Item
from dms.domain.numbers import ElectronicCode
from dms.domain.pages import Page
from dms.errors import Damaged
from dms.flow.work import Work, keep_inspection, keep_pages, sha512_of
from dms.ports.examine import Inspection
from dms.said import Do, Said


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive pages of one document in a stack.

    Attributes:
        code: named by its cover sheet, None for pages before the first cover.
        cover: page number of the cover, 0 for none.
        pages: page numbers of the document itself.
    """

    code: ElectronicCode | None
    cover: int
    pages: tuple[int, ...]


def route(work: Work) -> Item:
    """Attach the file to the record its cover or label names, or split the stack into one item per document."""
    item = work.item
    if item.data.get("attach") or item.data.get("part"):
        return item.with_(station="describe")
    segments = split(work.pages, work.world.key)
    if len(segments) == 1:
        only = segments[0]
        routed = item.with_(station="describe")
        if only.code:
            covers = [p.number for p in work.pages if p.number not in only.pages] if only.cover else []
            return routed.noting(attach=str(only.code), covers=covers)
        label = first_label(work.pages, work.world.key)
        return routed.noting(attach=str(label)) if label else routed
    return _split(work, segments)


def payloads(page: Page, key: bytes) -> tuple[qr.Payload, ...]:
    """Return what our own symbols on a page say; all others are ignored."""
    found = (qr.read(symbol.text, key) for symbol in page.symbols)
    return tuple(p for p in found if p is not None)


def split(pages: Sequence[Page], key: bytes) -> tuple[Segment, ...]:
    """Split pages at cover sheets; a cover that names the record already being read goes on with it.

    A cover with nothing behind it (its stack was not fed) gives no segment, unless it is all there is.
    """
    segments: list[Segment] = []
    for page in pages:
        covers = {p.code for p in payloads(page, key) if p.purpose is qr.Purpose.COVER}
        # Two covers scanned as one page would be a wrong attach either way: such a page is content.
        code = covers.pop() if len(covers) == 1 else None
        if code is not None:
            same = next((i for i, s in enumerate(segments) if s.code == code), None)
            if same is not None:
                segments.append(segments.pop(same))
            else:
                segments.append(Segment(code, page.number, ()))
        elif segments:
            segments[-1] = replace(segments[-1], pages=(*segments[-1].pages, page.number))
        else:
            segments.append(Segment(None, 0, (page.number,)))
    filled = tuple(s for s in segments if _has_content(s, pages))
    return tuple(sorted(filled, key=lambda s: s.pages)) or (Segment(None, 0, tuple(p.number for p in pages)),)


def _has_content(segment: Segment, pages: Sequence[Page]) -> bool:
    """Blank pages before the first cover (a duplex scanner's) are no document."""
    wanted = set(segment.pages)
    mine = [p for p in pages if p.number in wanted]
    return bool(mine) and (segment.code is not None or any(not p.evidence.blank for p in mine))


def first_label(pages: Sequence[Page], key: bytes) -> ElectronicCode | None:
    """Return the record a label or stamp on the first page names; two different ones name none."""
    found = {p.code for p in payloads(pages[0], key) if p.purpose is qr.Purpose.LABEL} if pages else set()
    return found.pop() if len(found) == 1 else None


def _split(work: Work, segments: Sequence[Segment]) -> Item:
    """Keep the stack whole in the vault, then make one item for each document in it."""
    item, world = work.item, work.world
    batch = f"batch-{item.sha512[:32]}"
    suffix = {"application/pdf": "pdf", "image/tiff": "tif"}.get(work.inspection.media_type, "bin")
    stored = world.vault.write(
        batch,
        {f"original/stack.{suffix}": work.original},
        message=Said("Received the stack {name}", name=item.name).stored(),
        user=item.user,
        at=item.created,
    )
    check_digest(stored.files[f"original/stack.{suffix}"].sha512, item.sha512, item.name)
    by_number = {p.number: p for p in work.pages}
    children = []
    for order, segment in enumerate(segments, 1):
        child = Item(
            id=f"{item.id}-{order:03d}",
            station="describe",
            name=f"{Path(item.name).stem[:120]}-{order:03d}.pdf",
            source="",
            origin=item.origin,
            parent=item.id,
            hints=item.hints,
            user=item.user,
            created=item.created,
            place=world.place,
            bulk=item.bulk,
        ).noting(part=list(segment.pages), batch=batch, kind="scan", media_type="application/pdf")
        if segment.code:
            child = child.noting(attach=str(segment.code))
        part = Work(world, child)
        part.folder.mkdir(parents=True, exist_ok=True)
        world.examiner().part(work.original, work.inspection, segment.pages, work.folder, part.original)
        keep_inspection(part.folder, Inspection("application/pdf", "scan", len(segment.pages)))
        keep_pages(part.folder, [by_number[n].numbered(i) for i, n in enumerate(segment.pages, 1)])
        digest = sha512_of(part.original)
        children.append(child.with_(sha512=digest, size=part.original.stat().st_size))
    done = item.with_(station="settle").noting(outcome="split", parts=[c.id for c in children], batch=batch)
    with world.catalogue.begin() as tx:
        for child in children:
            tx.add_item(child)
        tx.save_item(done)
    return done


def check_digest(stored: str, received: str, name: str) -> None:
    """Compare what the vault holds with what was received.

    Raises:
        Damaged: they differ; the source stays where it is.
    """
    if stored != received:
        raise Damaged(
            Said("The vault's copy of {name} is not what was received.", name=name),
            Said("The file stays in the inbox. Check the disk, then run “{act}”.", act=Do("verify")),
        )
