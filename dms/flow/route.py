"""Fourth station: what our QR codes say. Cover sheets split a stack and name its records; labels name one record.

Every foreign, broken or forged symbol was dropped one by one; a page is never given up for one of them. What may be
cut wrongly is noted on the item, and ``register`` asks a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dms.disk import make_folder, sync_file, sync_folder
from dms.domain.describing.reading import two_forms
from dms.domain.item import Item
from dms.domain.pages import Page
from dms.domain.record import expected_pages
from dms.domain.splitting import Cut, Segment, Sign, cut
from dms.errors import Damaged
from dms.flow.asking import ask_about
from dms.flow.work import Work, keep_inspection, keep_pages, sha512_of
from dms.ports.examine import Inspection
from dms.said import Do, Said


def route(work: Work) -> Item:
    """Attach the file to the record its cover or label names, or split the stack into one item per document."""
    item = work.item
    if item.data.get("attach") or item.data.get("part"):
        return item.with_(station="describe")
    found = cut(work.pages, work.world.keys, work.world.scheme.fonds)
    segments = [_looked_through(work, s) for s in found.segments]
    if len(segments) > 1:
        return _split(work, segments, found)
    only = segments[0]
    left_out = [p.number for p in work.pages if p.number not in only.pages]
    routed = item.with_(station="describe").noting(**_notes(only), covers=left_out)
    return routed.noting(unused=[s.to_dict() for s in found.unused]) if found.unused else routed


def _notes(segment: Segment) -> dict[str, object]:
    """Return what the item notes of its part: the record it goes to, and the signs a person must look at."""
    notes: dict[str, object] = {"attach": segment.code} if segment.code else {}
    return notes | ({"signs": [s.to_dict() for s in segment.signs]} if segment.signs else {})


def _looked_through(work: Work, segment: Segment) -> Segment:
    """Add the signs that only the record and the forms show: another page count than announced, two forms on a page."""
    pages = [p for p in work.pages if p.number in segment.pages]
    signs = list(segment.signs)
    if segment.code:
        with work.world.catalogue.look() as tx:
            record = tx.record(segment.code)
        expected = expected_pages(record) if record else 0
        written = sum(not p.evidence.blank for p in pages)
        if expected and segment.cover and expected not in (len(pages), written):
            signs.append(Sign("page_count", segment.pages[0], (segment.code,), f"{written} / {expected}"))
    double: Page | None = next((p for p in pages if two_forms(p, work.world.profiles, work.world.fold)), None)
    if double:
        signs.append(Sign("two_forms", double.number))
    return replace(segment, signs=tuple(signs))


def _split(work: Work, segments: Sequence[Segment], found: Cut) -> Item:
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
        child = child.noting(**_notes(segment))
        part = Work(world, child)
        make_folder(part.folder)
        world.examiner().part(work.original, work.inspection, segment.pages, work.folder, part.original)
        keep_inspection(part.folder, Inspection("application/pdf", "scan", len(segment.pages)))
        keep_pages(part.folder, [by_number[n].numbered(i) for i, n in enumerate(segment.pages, 1)])
        sync_file(part.original)
        sync_folder(part.folder)
        digest = sha512_of(part.original)
        children.append(child.with_(sha512=digest, size=part.original.stat().st_size))
    done = item.with_(station="settle").noting(outcome="split", parts=[c.id for c in children], batch=batch)
    with world.catalogue.begin() as tx:
        for child in children:
            tx.add_item(child)
        ask_about(tx, found.unused, item.name, world.now())
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
