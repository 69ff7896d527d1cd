"""查阅件: a record's own pages, each marked with who printed it when (R6); one file for each record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dms.desk.shelf.sheets.of_records import meant
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Sheet
from dms.domain.policy import Action
from dms.flow.work import copy_out
from dms.ports.world import World

Copies = tuple[tuple[str, str], ...]


def _gather(asked: Asked) -> Gathered[Copies]:
    found = meant(asked)
    mark = f"{asked.me.name} {asked.me.code} {asked.now[:16].replace('T', ' ')}"
    notes = [replace(note, data={**note.data, "watermark": mark}) for note in found.notes]
    return Gathered(tuple((record.code, mark) for record in found.records), notes, found.told)


def _files(world: World, content: Copies, folder: Path) -> Sequence[Path]:
    plain = folder / "plain.pdf"
    made: list[Path] = []
    for code, mark in content:
        target = folder / f"{len(made) + 1}.pdf"
        copy_out(world, code, "access.pdf", plain)
        world.examiner().watermark(plain, mark, target)
        plain.unlink()
        made.append(target)
    return made


SHEET = Sheet(
    name="copy", title_zh="查阅件（带水印）", title_en="Copy with watermark",
    about="a record's pages with a watermark: who printed them, when (R6)",
    of="record", action=Action.PRINT, gather=_gather, files=_files,
)  # fmt: skip
