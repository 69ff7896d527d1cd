"""Printing any sheet: its content is read, drawn with nobody waiting, then noted, and only then handed out.

A sheet leaves the reprint list only where its file was written and nothing asked for it again meanwhile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dms.desk.acts import gate
from dms.desk.shelf.sheets import sheet_named
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Printed, Sheet, still_asked
from dms.domain.numbers import parse_volume
from dms.errors import Unavailable, Usage
from dms.ports.registers import Reprint
from dms.ports.world import World
from dms.said import Said

MOST = 5000
_EXAMPLES = {"record": "HG01E2026000123", "volume": "HG01-KH·04·2026-D30-ZHS-002", "request": "12"}


def print_sheet(
    world: World, name: str, targets: Sequence[str], file: Path, options: Mapping[str, object] | None = None
) -> Printed:
    """Print a sheet of what is named, or of the archive.

    Args:
        world: the archive.
        name: of the sheet.
        targets: codes, paper numbers, ranges ``FIRST..LAST`` of codes, volumes or requests.
        file: where to write; its suffix says the format. What cannot be one file is numbered: ``copy-2.pdf``.
        options: of the sheet.

    Raises:
        NotFound: there is no such sheet, record or volume, or it is not for the asker.
        NotPermitted: not for the asker.
        Usage: nothing or too much is named, a format the sheet cannot be, or an option that does not fit.
        Unavailable: the file cannot be written; then nothing is noted either.
    """
    sheet = sheet_named(name)
    form = sheet.form(file.suffix)
    chosen = sheet.chosen(options or {})
    if not targets and not sheet.without_targets:
        raise Usage(
            Said("Nothing was named to print “{name}” of.", name=name),
            Said("Such as {examples}.", examples=_EXAMPLES[sheet.of]),
        )
    if len(targets) > MOST:
        raise Usage(
            Said("{count} sheets are too many at once.", count=len(targets)),
            Said("At most {most}; print them in parts.", most=MOST),
        )
    with world.catalogue.look() as tx:
        me, mine = gate.reach(world, tx)
        gathered = sheet.gather(Asked(world, tx, me, mine, world.now(), targets, chosen))
        shown = {note.target for note in gathered.notes}
        asked = [one for one in tx.reprints() if one.sheet == name and one.target in shown]
    with _beside(file) as folder:
        made = _made(world, sheet, gathered.content, folder, form)
        _note(world, sheet, gathered, asked)
        return Printed(_handed_out(made, file), gathered.told)


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder next to the file to be written: what is whole there is moved, not copied."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_dir():
            raise IsADirectoryError(21, "Is a directory")
        made = tempfile.TemporaryDirectory(dir=file.parent, prefix=".print-")
    except OSError as problem:
        raise Unavailable(
            Said("{file} cannot be written: {problem}.", file=file, problem=problem.strerror),
            Said("Choose another file with -o."),
        ) from problem
    with made as folder:
        yield Path(folder)


def _made(world: World, sheet: Sheet[Any], content: Any, folder: Path, form: str) -> Sequence[Path]:
    target = folder / f"{sheet.name}.{form}"
    if form == "xlsx" and sheet.grids is not None:
        world.spreadsheet().write(target, sheet.grids(content), title=sheet.title_zh)
    elif sheet.files is not None:
        return sheet.files(world, content, folder)
    elif sheet.draw is not None:
        paper = world.paper()
        sheet.draw(paper, content)
        paper.save(target, title=f"{sheet.title_zh} {sheet.title_en}")
    return [target]


def _note(world: World, sheet: Sheet[Any], gathered: Gathered[Any], asked: Sequence[Reprint]) -> None:
    if not gathered.notes:
        return
    first, *more = gathered.notes
    kind = first.act
    with gate.acting(world, kind, target=first.target) as act:
        act.notes |= {"sheet": sheet.name, **first.data}
        for one in still_asked(asked, act.tx.reprints()):
            act.tx.reprinted(one.target, one.sheet)
        for note in more:
            act.log_also(note.act, note.target, **{"sheet": sheet.name, **note.data})


def _handed_out(made: Sequence[Path], file: Path) -> list[Path]:
    files = [file if not n else file.with_name(f"{file.stem}-{n + 1}{file.suffix}") for n in range(len(made))]
    try:
        for source, target in zip(made, files, strict=True):
            source.replace(target)
    except OSError as problem:
        raise Unavailable(
            Said("{file} cannot be written: {problem}.", file=file, problem=problem.strerror),
            Said("Choose another file with -o."),
        ) from problem
    return files


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
