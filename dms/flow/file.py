"""The filing station, after a person's word: paper number, stamp, QR, remarks, a new version in the vault.

The stamp is drawn before the commit, with the number the record is going to get; the commit takes that very number or
none. So no number is given to a record that is not filed, and no write lock waits for a reading process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dms.domain import qr
from dms.domain.numbers import VolumeNumber, parse_code, parse_paper
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, Usage
from dms.flow.passing import passing
from dms.flow.versions import complete
from dms.flow.work import copy_out, pages_of, plain_copy, record_json
from dms.ports.catalogue import Transaction
from dms.ports.examine import Stamp
from dms.ports.world import Archive
from dms.said import Do, Said, Word


class NumberGone(Exception):
    """Somebody else took the number a stamp was drawn with; it is drawn once more with the next one."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a record's version in its place holds, drawn before the commit.

    Attributes:
        record: the record as it is going to be.
        files: the version's files.
    """

    record: Record
    files: Mapping[str, Path | bytes | None]


def missing_for_filing(record: Record) -> tuple[str, ...]:
    """Name what a record still needs before it can have a place in a volume (R2)."""
    needs = {"class": record.class_code, "manager": record.manager, "title": record.title, "year": record.year}
    return tuple(name for name, value in needs.items() if not value)


def refuse_unfit(record: Record) -> None:
    """Refuse a record that cannot be filed as it is, whoever asks.

    Raises:
        Usage: something is missing; it is named.
        Conflict: it is filed already, or void, or nothing was scanned for it yet.
    """
    code = record.code
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
        other = Conflict(
            Said("{code} is in the state “{state}”.", code=code, state=Word("state", record.state.value)),
            Said("Nothing is left to do."),
        )
        raise told.get(record.state, other)
    missing = missing_for_filing(record)
    if missing:
        raise Usage(
            Said("{code} cannot be filed: {missing} missing.", code=code, missing=[Word("field", m) for m in missing]),
            Do("describe", code, **dict.fromkeys(missing, "…")),
        )


def series_of(archive: Archive, record: Record) -> VolumeNumber:
    """Return the series of volumes a record belongs into; its retention is its class's unless somebody said."""
    retention = record.retention or archive.scheme.record_class(record.class_code).retention
    return archive.scheme.volume(record.class_code, record.year, record.manager, retention)


def expected(archive: Archive, tx: Transaction, record: Record) -> Record:
    """Return a record as it would be filed now; a number reserved for it is kept."""
    filed = record.with_(state=RecordState.FILED)
    if record.paper_number:
        return filed
    series = series_of(archive, record)
    return _placed(filed, str(tx.expected_paper(series)), series.retention)


def take_place(archive: Archive, tx: Transaction, record: Record, wanted: Record) -> None:
    """Take the number a stamp was drawn with, inside the commit that files the record.

    Raises:
        NumberGone: somebody else has it; the transaction must be rolled back, and the stamp drawn anew.
    """
    if record.paper_number:
        return
    number = tx.next_paper(tx.open_volume(series_of(archive, record), archive.now()))
    if str(number) != wanted.paper_number:
        raise NumberGone(str(number))


def _placed(record: Record, number: str, retention: str) -> Record:
    return record.with_(paper_number=number, volume=str(parse_paper(number).volume), retention=retention)


@contextmanager
def drawn(archive: Archive, record: Record) -> Iterator[Drawn]:
    """Draw a record's place onto its copy; what is drawn is gone when the context ends.

    Raises:
        NotFound: the vault has no object for it.
    """
    complete(archive, record.code)
    with passing(archive, "file") as folder:
        yield Drawn(record, _sheets_of(archive, record, folder))


def _sheets_of(archive: Archive, record: Record, folder: Path) -> dict[str, Path | bytes | None]:
    """Return what a filed version holds: record, remarks, and the copy, stamped once whatever was tried before."""
    remarks = f"{record.electronic_remark()}\n{record.paper_remark()}\n".encode()
    files: dict[str, Path | bytes | None] = {"record.json": record_json(record), "remarks.txt": remarks}
    plain = plain_copy(archive, record.code)
    if plain is not None:
        files["access.pdf"] = _stamped(archive, record, *plain, folder)
    return files


def _stamped(archive: Archive, record: Record, path: str, version: int, folder: Path) -> Path:
    plain, stamped = folder / "access.pdf", folder / "stamped.pdf"
    copy_out(archive, record.code, path, plain, version)
    archive.examiner().stamp(plain, pages_of(archive, record.code), stamp_of(archive, record), stamped)
    return stamped


def stamp_of(archive: Archive, record: Record) -> Stamp:
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
        qr=qr.write(parse_code(record.code), number, qr.Purpose.LABEL, archive.key, archive.settings.base_url),
    )
