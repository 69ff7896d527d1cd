"""A filed record's file replaced by consent (R8): kept aside until agreed, then a new version; the old one stays."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from dms.domain.record import Record
from dms.errors import Damaged, NotFound, Unavailable, Usage
from dms.flow.file import stamp_of
from dms.flow.work import page_files, record_json, safe_name
from dms.ports.world import World


def keep_aside(world: World, file: Path, folder: str) -> dict[str, Any]:
    """Copy the new file to where it waits for consent; return its name and digest.

    Raises:
        NotFound: there is no such file.
        Usage: it is larger than the archive takes.
        Unavailable: it cannot be copied.
    """
    if not file.is_file():
        raise NotFound(f"There is no file {file}.", "Name the file that replaces the old one.")
    if file.stat().st_size > world.settings.max_bytes:
        most = f"{world.settings.max_bytes / 1e6:,.0f} MB"
        raise Usage(f"{file.name} is larger than {most}.", "Raise max_bytes in dms.toml, or split it.")
    place = world.work / folder
    try:
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place / "original")
    except OSError as problem:
        raise Unavailable(f"{file} cannot be copied: {problem.strerror}.", "Make room, then try again.") from problem
    digest = hashlib.sha512((place / "original").read_bytes()).hexdigest()
    return {"folder": folder, "name": file.name, "sha512": digest}


def put_in_place(world: World, record: Record, kept: dict[str, Any], *, message: str, now: str) -> Record:
    """Read the new file, write it as the record's next version, and return the record with it.

    Raises:
        Unreadable: the new file is broken, empty or of an unknown kind.
        Damaged: it is not what was asked for.
        NotFound: it is not there any more.
    """
    place = world.work / str(kept["folder"])
    original = place / "original"
    if not original.is_file():
        raise NotFound("The file that waited is gone.", "Refuse this change and ask for it again.")
    if hashlib.sha512(original.read_bytes()).hexdigest() != kept["sha512"]:
        raise Damaged("The file that waited is not what was asked for.", "Refuse this change and ask for it again.")
    name = safe_name(str(kept["name"]))
    examiner = world.examiner()
    inspection = examiner.inspect(original, name, place)
    pages = examiner.pages(original, inspection, place, lambda *_: None)
    access, stamped = place / "access.pdf", place / "stamped.pdf"
    examiner.access_copy(original, inspection, pages, place, access)
    examiner.stamp(access, pages, stamp_of(world, record), stamped)
    changed = record.with_(
        electronic=replace(
            record.electronic, present=True, name=name, media_type=inspection.media_type,
            size=original.stat().st_size, sha512=str(kept["sha512"]), pages=len(pages),
        )
    )  # fmt: skip
    head = world.vault.head(record.code)
    gone = [p for p in head.files if p.startswith("original/")] if head else []
    files: dict[str, Path | bytes | None] = dict.fromkeys(gone)
    files |= {f"original/{name}": original, "access.pdf": stamped, "record.json": record_json(changed)}
    files.update(page_files(pages))
    world.vault.write(record.code, files, message=message, user=world.user, at=now)
    return changed


def forget(world: World, kept: dict[str, Any]) -> None:
    """Remove a file that waited, after the decision."""
    shutil.rmtree(world.work / str(kept["folder"]), ignore_errors=True)
