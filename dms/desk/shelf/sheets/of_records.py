"""What the sheets of records share: which records are meant, and whether each may be printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dms.desk.acts import gate
from dms.desk.shelf.sheets.sheet import Asked, Noted
from dms.domain.numbers import ElectronicCode, PaperNumber, fold, is_code, parse_code, parse_paper
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Usage
from dms.said import Said

MOST = 5000


@dataclass(frozen=True, slots=True)
class Meant:
    """Records to be printed, with what is noted and answered of them."""

    records: tuple[Record, ...]
    notes: tuple[Noted, ...]

    @property
    def told(self) -> dict[str, Any]:
        """What every sheet of records answers."""
        return {
            "codes": [r.code for r in self.records],
            "paper_numbers": [r.paper_number for r in self.records if r.paper_number],
        }


def meant(asked: Asked) -> Meant:
    """Return the records that are named, by code, paper number or a range ``FIRST..LAST`` of codes.

    Raises:
        NotFound: one of them is not there, or not for the asker.
        NotPermitted: one of them he may not print.
        Usage: one of them is neither, or there are too many.
    """
    records, notes = [], []
    for name in (one for target in asked.targets for one in _names(target)):
        record, standing = _own_reservation(asked, name), asked.me.code
        if record is None:
            record = gate.seen(asked.tx, asked.reach, name)
            standing = gate.allow(asked.reach, Action.PRINT, record).code
        records.append(record)
        notes.append(Noted(record.code, {"for": standing} if standing != asked.me.code else {}))
        if len(records) > MOST:
            raise Usage(
                Said("{count} sheets are too many at once.", count=len(records)),
                Said("At most {most}; print them in parts.", most=MOST),
            )
    return Meant(tuple(records), tuple(notes))


def numbers(record: Record) -> tuple[ElectronicCode, PaperNumber | None]:
    """Return a record's two numbers, as labels and covers show them."""
    return parse_code(record.code), parse_paper(record.paper_number) if record.paper_number else None


def _names(target: str) -> list[str]:
    first, dots, last = target.partition("..")
    if not dots:
        return [target]
    start, end = parse_code(first), parse_code(last)
    if end.serial - start.serial >= MOST:
        raise Usage(
            Said("{serial} sheets are too many at once.", serial=end.serial - start.serial + 1),
            Said("At most {most}; print them in parts.", most=MOST),
        )
    return [str(ElectronicCode(start.fonds, start.year, serial)) for serial in range(start.serial, end.serial + 1)]


def _own_reservation(asked: Asked, name: str) -> Record | None:
    """What somebody reserved himself he may print: it is nobody's record yet."""
    code = fold(name)
    record = asked.tx.record(code) if is_code(code) else None
    mine = (asked.me.code, asked.me.login)
    own = record is not None and record.state is RecordState.RESERVED and record.received_by in mine
    return record if own else None
