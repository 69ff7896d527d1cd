"""A filed record's file replaced by consent (R8): kept aside until agreed, then a new version; the old one stays."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dms.desk.acts import gate
from dms.disk import make_folder, sync_file, sync_folder
from dms.domain.record import Carrier, Record
from dms.errors import Conflict, Damaged, NotFound, Unavailable, Usage
from dms.flow.arrange import ARRANGED, SOURCES
from dms.flow.file import stamp_of
from dms.flow.work import PLAIN, page_files, record_json, safe_name, sha512_of
from dms.ports.world import World
from dms.said import Said


def keep_aside(world: World, file: Path, folder: str) -> dict[str, Any]:
    """Copy the new file to where it waits for consent; return its name and digest.

    Raises:
        NotFound: there is no such file.
        Usage: it is larger than the archive takes.
        Unavailable: it cannot be copied.
    """
    if not file.is_file():
        raise NotFound(Said("There is no file {file}.", file=file), Said("Name the file that replaces the old one."))
    if file.stat().st_size > world.settings.max_bytes:
        most = f"{world.settings.max_bytes / 1e6:,.0f} MB"
        raise Usage(
            Said("{file} is larger than {most}.", file=file.name, most=most),
            Said("Raise max_bytes in dms.toml, or split it."),
        )
    place = world.work / folder
    try:
        make_folder(place)
        shutil.copyfile(file, place / "original")
        sync_file(place / "original")
        sync_folder(place)
    except OSError as problem:
        raise Unavailable(
            Said("{file} cannot be copied: {problem}.", file=file, problem=problem.strerror),
            Said("Make room, then try again."),
        ) from problem
    digest = sha512_of(place / "original")
    return {"folder": folder, "name": file.name, "sha512": digest}


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new file or new pages read and stamped, ready to be written.

    Attributes:
        number: the paper number on the stamp.
        carrier: the electronic carrier as it is going to be.
        paper: the paper one.
        files: of the version.
        head: version it was made from; 0 where it came from outside.
        gives_up: the record whose pages it takes over, which is given up for it.
    """

    number: str
    carrier: Carrier
    paper: Carrier
    files: Mapping[str, Path | bytes | None]
    head: int = 0
    gives_up: Record | None = None


def prepare(world: World, record: Record, kept: Mapping[str, Any]) -> Fresh:
    """Read the new file and stamp its copy; before the transaction, for a scan takes its time.

    Raises:
        Unreadable: the new file is broken, empty or of an unknown kind.
        Damaged: it is not what was asked for.
        NotFound: it is not there any more.
    """
    place = world.work / str(kept["folder"])
    original = place / "original"
    if not original.is_file():
        raise NotFound(Said("The file that waited is gone."), Said("Refuse this change and ask for it again."))
    if sha512_of(original) != kept["sha512"]:
        raise Damaged(
            Said("The file that waited is not what was asked for."), Said("Refuse this change and ask for it again.")
        )
    name = safe_name(str(kept["name"]))
    examiner = world.examiner()
    inspection = examiner.inspect(original, name, place)
    pages = examiner.pages(original, inspection, place, lambda *_: None)
    carrier = replace(
        record.electronic, present=True, name=name, media_type=inspection.media_type, size=original.stat().st_size,
        sha512=str(kept["sha512"]), pages=len(pages),
    )  # fmt: skip
    access, stamped = place / "access.pdf", place / "stamped.pdf"
    examiner.access_copy(original, inspection, pages, place, access)
    examiner.stamp(access, pages, stamp_of(world, record.with_(electronic=carrier)), stamped)
    files: dict[str, Path | bytes | None] = {
        f"original/{name}": original, "access.pdf": stamped, PLAIN: access,
        **page_files(pages, inspection.left_out)
    }  # fmt: skip
    return Fresh(record.paper_number, carrier, record.paper, files)


def put_in_place(act: gate.Passage, record: Record, fresh: Fresh, message: Said) -> Record:
    """Let the act write the new file as the record's next version, and return the record with it.

    Raises:
        Conflict: the record has moved, or its pages changed, since its stamp was drawn.
    """
    if record.paper_number != fresh.number:
        raise Conflict(
            Said(
                "{record} has moved to {paper_number} just now.", record=record.code, paper_number=record.paper_number
            ),
            Said("Agree once more."),
        )
    head = act.head(record.code)
    gone: list[str] = []
    if fresh.head:
        if head is None or head.number != fresh.head:
            raise Conflict(
                Said("{record} was changed by somebody else just now.", record=record.code), Said("Agree once more.")
            )
        # Only the pages: where the paper stands may have been said meanwhile.
        electronic = replace(record.electronic, pages=fresh.carrier.pages)
        changed = record.with_(electronic=electronic, paper=replace(record.paper, pages=fresh.paper.pages))
    else:
        changed = record.with_(electronic=fresh.carrier)
        gone = [p for p in head.files if p.startswith(("original/", SOURCES)) or p == ARRANGED] if head else []
    files: dict[str, Path | bytes | None] = {**dict.fromkeys(gone), **fresh.files, "record.json": record_json(changed)}
    act.write(record.code, files, message)
    return changed


def forget(world: World, kept: dict[str, Any]) -> None:
    """Remove a file that waited, after the decision."""
    shutil.rmtree(world.work / str(kept["folder"]), ignore_errors=True)
