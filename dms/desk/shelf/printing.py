"""Printing: records and reservations become sheets; any of them can be printed again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.shelf.reserving import expected_pages
from dms.domain import qr
from dms.domain.numbers import parse_code, parse_paper, parse_volume
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Unavailable
from dms.flow.work import copy_out
from dms.ports.catalogue import Act
from dms.ports.registers import Reprint
from dms.ports.world import World
from dms.said import Said
from dms.sheets.calibration import draw_calibration
from dms.sheets.cover import Cover, draw_covers
from dms.sheets.label import Label, draw_labels


def named_records(world: World, names: Sequence[str]) -> list[Record]:
    """Return records by code, paper number or a range ``FIRST..LAST`` of codes, each seen by the gate.

    Raises:
        NotFound: one of them is not there, or not for the asker.
        Usage: one of them is neither.
    """
    records: list[Record] = []
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        for name in names:
            first, dots, last = name.partition("..")
            if not dots:
                records.append(gate.seen(tx, mine, name))
                continue
            start, end = parse_code(first), parse_code(last)
            for serial in range(start.serial, end.serial + 1):
                records.append(gate.seen(tx, mine, f"{start.fonds}E{start.year:04d}{serial:06d}"))
    return records


def print_covers(world: World, records: Sequence[Record], target: Path, *, folded: bool = False) -> None:
    """Print one cover sheet (扫描封面) for each record to a PDF.

    Args:
        world: the archive.
        records: reserved, registered or filed records.
        target: PDF to write.
        folded: larger codes with more error correction, for paper that will be folded.
    """
    _permitted(world, records)
    names = _people(world)
    covers = []
    for record in records:
        kind = world.scheme.classes.get(record.class_code)
        code = parse_code(record.code)
        paper = parse_paper(record.paper_number) if record.paper_number else None
        covers.append(
            Cover(
                code=code,
                paper_number=paper,
                class_code=record.class_code,
                class_name=kind.name if kind else "",
                manager=record.manager,
                manager_name=names.get(record.manager, ""),
                customer=record.customer,
                title=record.title,
                pages_expected=expected_pages(record),
                signatures=kind.signatures if kind else ("customer", "handler", "supervisor"),
                electronic_address=world.vault.address(record.code),
                paper_address=record.paper.address,
                fonds_name=world.scheme.fonds_name,
                qr_text=qr.write(code, paper, qr.Purpose.COVER, world.key, world.settings.base_url),
            )
        )
    paper_sheet = world.paper()
    draw_covers(paper_sheet, covers, folded=folded)
    paper_sheet.save(target, title="扫描封面 Cover sheets")
    _log(world, "cover", records)


def print_labels(
    world: World,
    records: Sequence[Record],
    target: Path,
    *,
    layout: str,
    start: int = 1,
    offset: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Print cross-reference labels (互见标签) on a label sheet.

    Args:
        world: the archive.
        records: registered or filed records.
        target: PDF to write.
        layout: name of the label sheet.
        start: first free label on the sheet, 1 is top left.
        offset: millimetres right and down, from the calibration of the printer.
    """
    _permitted(world, records)
    labels = []
    for record in records:
        code = parse_code(record.code)
        paper = parse_paper(record.paper_number) if record.paper_number else None
        labels.append(
            Label(
                code=code,
                paper_number=paper,
                title=record.title,
                customer=record.customer,
                electronic_address=world.vault.address(record.code),
                paper_address=record.paper.address,
                qr_text=qr.write(code, paper, qr.Purpose.LABEL, world.key, world.settings.base_url),
            )
        )
    paper_sheet = world.paper()
    draw_labels(paper_sheet, labels, layout, start, offset)
    paper_sheet.save(target, title="互见标签 Cross-reference labels")
    _log(world, "label", records)


def print_calibration(world: World, target: Path, *, layout: str, offset: tuple[float, float] = (0.0, 0.0)) -> None:
    """Write a label sheet's calibration page: no record stands on it.

    Raises:
        Usage: an unknown layout.
        NotPermitted: the archive does not know the asker.
    """
    with world.catalogue.look() as tx:
        gate.person(world, tx)
    paper = world.paper()
    draw_calibration(paper, layout, offset)
    paper.save(target, title="标签校准页 Label calibration page")


def print_copy(world: World, named: str, target: Path) -> Record:
    """Write a record's pages with a watermark that says who looked and when (R6); the printing is logged.

    Raises:
        NotFound: there is no such record or copy, or it is not for the asker.
    """
    with gate.acting(world, Action.PRINT, named) as act:
        record = act.record
        mark = f"{act.me.name} {act.me.code} {act.now[:16].replace('T', ' ')}"
        act.notes |= {"sheet": "copy", "watermark": mark}
    # After the act: nobody waits for the watermark of a long record to take his turn.
    with tempfile.TemporaryDirectory(dir=world.work, prefix="copy-") as folder:
        plain, marked = Path(folder) / "access.pdf", Path(folder) / "marked.pdf"
        copy_out(world, record.code, "access.pdf", plain)
        world.examiner().watermark(plain, mark, marked)
        try:
            shutil.copyfile(marked, target)
        except OSError as problem:
            raise Unavailable(
                Said("{target} cannot be written: {problem}.", target=target, problem=problem.strerror),
                Said("Choose another place."),
            ) from problem
    return record


def reprints(world: World) -> list[Reprint]:
    """Return the sheets to be printed again, within what the asker may see."""
    with gate.looking(world) as (tx, scope):
        found = []
        for one in tx.reprints():
            record = tx.record(one.target)
            manager = record.manager if record else parse_volume(one.target).manager
            if scope.holds(one.target, manager, record.customer if record else ""):
                found.append(one)
        return found


def _people(world: World) -> dict[str, str]:
    with world.catalogue.look() as tx:
        return {p.code: p.name for p in tx.people()}


def _log(world: World, sheet: str, records: Sequence[Record]) -> None:
    now = world.now()
    with world.catalogue.begin() as tx:
        for record in records:
            tx.reprinted(record.code, sheet)
            tx.log(Act(now, world.user, Action.PRINT.value, record.code, "", {"sheet": sheet}))


def _permitted(world: World, records: Sequence[Record]) -> None:
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        for record in records:
            if record.state is RecordState.RESERVED and record.received_by == world.user:
                continue  # his own reservation, of nobody's record yet
            gate.allow(mine, Action.PRINT, record)
