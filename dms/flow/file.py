"""The filing station, after a person's word: paper number, stamp, QR, remarks, a new version in the vault.

Safe to repeat at any step: the number is committed to the record before anything is written under it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from dms.domain import qr
from dms.domain.numbers import parse_code, parse_paper
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, NotFound, Usage
from dms.flow.work import copy_out, pages_of, record_json
from dms.ports.catalogue import Act
from dms.ports.examine import Stamp
from dms.ports.world import World
from dms.said import Do, Said, Word


def missing_for_filing(record: Record) -> tuple[str, ...]:
    """Name what a record still needs before it can have a place in a volume (R2)."""
    needs = {"class": record.class_code, "manager": record.manager, "title": record.title, "year": record.year}
    return tuple(name for name, value in needs.items() if not value)


def file_record(world: World, code: str, *, reason: str = "") -> Record:
    """Give a registered record its place in the open volume and write that onto both carriers (R2, R13).

    Args:
        world: the archive.
        code: electronic code.
        reason: why somebody filed it without the gate, empty where the gate let it pass.

    Raises:
        Usage: something is missing; it is named.
        Conflict: it is filed already, or void, or nothing was scanned for it yet.
        NotFound: no such record.
    """
    numbered = _with_number(world, code)
    filed = numbered.with_(state=RecordState.FILED)
    now = world.now()
    with tempfile.TemporaryDirectory(dir=world.work, prefix="file-") as folder:
        files = _sheets_of(world, filed, Path(folder))
        with world.catalogue.begin() as tx:
            # Two desks may have come this far with the same record, or one of them changed it meanwhile.
            current = tx.record(code)
            if current is not None and current.state is RecordState.FILED:
                raise Conflict(
                    Said("{code} is filed already as {paper_number}.", code=code, paper_number=current.paper_number),
                    Said("Nothing is left to do."),
                )
            if current != numbered:
                raise Conflict(
                    Said("{code} was changed by somebody else just now.", code=code),
                    Said("Look at it, then file it again."),
                )
            world.vault.write(
                code,
                files,
                message=Said("Filed as {number}", number=filed.paper_number).stored(),
                user=world.user,
                at=now,
            )
            tx.save_record(filed)
            tx.enqueue("index", code)
            told = {"paper_number": filed.paper_number, "by_hand": bool(reason)}
            tx.log(Act(now, world.user, "file", code, reason, told))
    return filed


def _sheets_of(world: World, record: Record, folder: Path) -> dict[str, Path | bytes | None]:
    """Return what a filed version holds: record, remarks, and the copy, stamped once whatever was tried before.

    Raises:
        NotFound: the vault has no object for it.
    """
    unstamped = [v for v in world.vault.versions(record.code) if "remarks.txt" not in v.files]
    remarks = f"{record.electronic_remark()}\n{record.paper_remark()}\n".encode()
    files: dict[str, Path | bytes | None] = {"record.json": record_json(record), "remarks.txt": remarks}
    if unstamped and "access.pdf" in unstamped[-1].files:
        files["access.pdf"] = _stamped(world, record, unstamped[-1].number, folder)
    return files


def refile_record(world: World, moved: Record, *, message: str, now: str) -> None:
    """Stamp a record's new place onto its copy and write that as a version (R11); the old stamp is not under it.

    Raises:
        NotFound: the vault has no object for it.
    """
    with tempfile.TemporaryDirectory(dir=world.work, prefix="file-") as folder:
        files = _sheets_of(world, moved, Path(folder))
        world.vault.write(moved.code, files, message=message, user=world.user, at=now)


def _stamped(world: World, record: Record, version: int, folder: Path) -> Path:
    plain, stamped = folder / "access.pdf", folder / "stamped.pdf"
    copy_out(world, record.code, "access.pdf", plain, version)
    world.examiner().stamp(plain, pages_of(world, record.code), stamp_of(world, record), stamped)
    return stamped


def _with_number(world: World, code: str) -> Record:
    with world.catalogue.begin() as tx:
        record = tx.record(code)
        if record is None:
            raise NotFound(
                Said("There is no record {code}.", code=code), Said("Look for it with “{act}”.", act=Do("search"))
            )
        if record.state is not RecordState.REGISTERED:
            told = {
                RecordState.FILED: Conflict(
                    Said("{code} is filed already as {paper_number}.", code=code, paper_number=record.paper_number),
                    Said("Nothing is left to do."),
                ),
                RecordState.RESERVED: Conflict(
                    Said("Nothing was scanned for {code} yet.", code=code), Said("Scan it with its cover sheet on top.")
                ),
                RecordState.VOID: Conflict(
                    Said("{code} was voided.", code=code), Said("Look at the reason with “{act}”.", act=Do("show"))
                ),
            }
            raise told[record.state]
        missing = missing_for_filing(record)
        if missing:
            raise Usage(
                Said(
                    "{code} cannot be filed: {missing} missing.", code=code, missing=[Word("field", m) for m in missing]
                ),
                Do("describe", code, **dict.fromkeys(missing, "…")),
            )
        if not record.paper_number:
            kind = world.scheme.record_class(record.class_code)
            retention = record.retention or kind.retention
            series = world.scheme.volume(record.class_code, record.year, record.manager, retention)
            volume = tx.open_volume(series, world.now())
            number = tx.next_paper(volume)
            record = record.with_(paper_number=str(number), volume=str(volume), retention=retention)
            tx.save_record(record)
    return record


def stamp_of(world: World, record: Record) -> Stamp:
    """Return the filing stamp (归档章): fonds, year, item, office or matter, retention, pages."""
    number = parse_paper(record.paper_number)
    return Stamp(
        cells=(
            number.volume.fonds,
            str(number.volume.year),
            f"{number.item:04d}",
            f"{number.volume.class_code}-{number.volume.manager}",
            number.volume.retention,
            str(record.electronic.pages),
        ),
        qr=qr.write(parse_code(record.code), number, qr.Purpose.LABEL, world.key, world.settings.base_url),
    )
