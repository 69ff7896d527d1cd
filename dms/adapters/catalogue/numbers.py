"""Numbers (promise 3): counters move inside the transaction that uses the number, so a rollback gives it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, func, select, update

from dms.adapters.catalogue.base import Base
from dms.adapters.catalogue.rows import readable
from dms.adapters.catalogue.tables import NUMBERED, counters, items, records, voided, volumes
from dms.domain.numbers import ElectronicCode, PaperNumber, VolumeNumber, parse_volume
from dms.errors import Conflict, NotFound
from dms.ports.catalogue import Gap, Volume
from dms.said import Do, Said

_OPEN = "open"


class Numbers(Base):
    """The number part of a transaction."""

    def next_code(self, fonds: str, year: int) -> ElectronicCode:
        """Give the next electronic code of a year."""
        return ElectronicCode(fonds, year, self.count(f"E:{fonds}:{year}"))

    def open_volume(self, series: VolumeNumber, at: str) -> VolumeNumber:
        """Return the open volume of a series, opening the next one where there is none."""
        row = self._newest(series)
        if row is not None and row.state == _OPEN:
            return replace(series, volume=row.volume)
        number = replace(series, volume=(row.volume if row else 0) + 1)
        self._add_volume(number, at)
        return number

    def next_paper(self, volume: VolumeNumber) -> PaperNumber:
        """Give the next paper number of an open volume."""
        state = self.connection.execute(select(volumes.c.state).where(volumes.c.number == str(volume))).scalar()
        if state is None:
            raise NotFound(
                Said("There is no volume {volume}.", volume=volume), Said("“{act}” names them.", act=Do("volume list"))
            )
        if state != _OPEN:
            raise Conflict(
                Said("The volume {volume} is closed.", volume=volume), Said("What comes later goes into the next one.")
            )
        return volume.item(self.count(f"P:{volume}"))

    def expected_paper(self, series: VolumeNumber) -> PaperNumber:
        """Return the paper number the next record of a series would get now; gives none."""
        row = self._newest(series)
        if row is None or row.state != _OPEN:
            return replace(series, volume=(row.volume if row else 0) + 1).item(1)
        volume = replace(series, volume=row.volume)
        last = self.connection.execute(select(counters.c.last).where(counters.c.series == f"P:{volume}")).scalar()
        return volume.item(int(last or 0) + 1)

    def volume(self, number: VolumeNumber) -> Volume | None:
        """Return one volume."""
        row = self.connection.execute(_volumes().where(volumes.c.number == str(number))).first()
        return _volume(row) if row else None

    def save_volume(self, volume: Volume) -> None:
        """Save a volume's state."""
        told = {"state": volume.state, "closed": volume.closed, "title": volume.title, "closed_by": volume.closed_by,
                "bound": volume.bound, "note": volume.note}  # fmt: skip
        if not self.connection.execute(
            update(volumes).where(volumes.c.number == str(volume.number)).values(**told)
        ).rowcount:
            raise NotFound(
                Said("There is no volume {volume}.", volume=volume.number),
                Said("“{act}” names them.", act=Do("volume list")),
            )
        self.mark(volumes, str(volume.number))

    def volumes(self) -> Sequence[Volume]:
        """Return all volumes in the order of their numbers."""
        return [
            _volume(row) for row in self.connection.execute(_volumes().order_by(volumes.c.series, volumes.c.volume))
        ]

    def void(self, number: str, *, kind: str, reason: str, user: str, at: str) -> None:
        """Void a number; a second time changes nothing."""
        told = {"number": number, "kind": kind, "reason": reason, "user": user, "at": at}
        if self.add_if_new(voided, told, voided.c.number):
            self.mark(voided, number)

    def voided(self) -> Mapping[str, str]:
        """Return voided numbers with their reason."""
        return {r.number: r.reason for r in self.connection.execute(select(voided.c.number, voided.c.reason))}

    def gaps(self) -> Sequence[Gap]:
        """Return numbers below their counter that nothing explains."""
        explained = set(self.connection.execute(select(voided.c.number)).scalars())
        codes = explained | set(self.connection.execute(select(records.c.code)).scalars())
        codes |= set(self.connection.execute(select(items.c.code).where(items.c.state == "working")).scalars())
        papers = explained | set(self.connection.execute(select(records.c.paper_number).where(NUMBERED)).scalars())
        found = []
        for row in self.connection.execute(select(counters).order_by(counters.c.series)):
            kind, given = readable(counters, row, _given)
            held = codes if kind == "code" else papers
            found += [Gap(kind, one, Said("Given, but no record has it.")) for one in given if one not in held]
        return found

    def restore_code(self, code: ElectronicCode) -> None:
        """Note a code given before the catalogue was lost."""
        self.at_least(f"E:{code.fonds}:{code.year}", code.serial)

    def restore_paper(self, number: PaperNumber, at: str) -> None:
        """Note a paper number given before the catalogue was lost; its volume is opened."""
        if self.volume(number.volume) is None:
            self._add_volume(number.volume, at)
        self.at_least(f"P:{number.volume}", number.item)

    def _newest(self, series: VolumeNumber) -> Any:
        """Return number and state of the newest volume of a series, None where there is none."""
        return self.connection.execute(
            select(volumes.c.volume, volumes.c.state)
            .where(volumes.c.series == series.series)
            .order_by(volumes.c.volume.desc())
            .limit(1)
        ).first()

    def _add_volume(self, number: VolumeNumber, at: str) -> None:
        told = {"series": number.series, "volume": number.volume, "state": _OPEN, "opened": at, "closed": ""}
        # Two desks may open it at once; then it is the same volume.
        if self.add_if_new(volumes, {"number": str(number), **told}, volumes.c.number):
            self.mark(volumes, str(number))


def _given(row: Any) -> tuple[str, list[str]]:
    """Return what a counter has given so far: ``code`` or ``paper``, and the numbers; nothing for other counters."""
    kind, _, series = row.series.partition(":")
    if kind == "E":
        fonds, _, year = series.partition(":")
        return "code", [str(ElectronicCode(fonds, int(year), n)) for n in range(1, row.last + 1)]
    if kind == "P":
        volume = parse_volume(series)
        return "paper", [str(volume.item(n)) for n in range(1, row.last + 1)]
    return "", []


def _volumes() -> Select[Any]:
    used = func.coalesce(counters.c.last, 0).label("used")
    return select(volumes, used).outerjoin(counters, counters.c.series == "P:" + volumes.c.number)


def _volume(row: Any) -> Volume:
    return readable(volumes, row, _made)


def _made(row: Any) -> Volume:
    told = (row.title, row.closed_by, row.bound, row.note)
    return Volume(parse_volume(row.number), row.state, row.opened, row.closed, int(row.used), *told)
