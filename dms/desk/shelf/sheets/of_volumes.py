"""What the sheets of a volume share: all that lies, lay or is missing in it, whole or refused (R2, R13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dms.desk.acts import gate
from dms.desk.shelf.sheets.sheet import Asked, Noted
from dms.desk.shelf.volumes import existing
from dms.domain.numbers import VolumeNumber, parse_volume
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import NotFound, NotPermitted
from dms.ports.catalogue import Act, Person, Transaction, Volume
from dms.said import Do, Said

Fate = Literal["held", "reserved", "moved", "destroyed", "void", "gap"]
_FATES: Mapping[RecordState, Fate] = {
    RecordState.RESERVED: "reserved", RecordState.REGISTERED: "reserved", RecordState.DESTROYED: "destroyed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One number of a volume and what became of it.

    Attributes:
        number: paper number; of a gap, the first of its numbers.
        last: the last number of a gap of several, else the same.
        fate: ``held`` (it lies there), or why it does not.
        first_page: its first page in the volume, 0 for what has none. It never changes: what left keeps its pages.
        pages: how many.
        record: the record that has or had the number.
        day: ISO day it left.
        note: where it went, or why.
    """

    number: str
    last: str
    fate: Fate
    first_page: int = 0
    pages: int = 0
    record: Record | None = None
    day: str = ""
    note: str = ""

    @property
    def span(self) -> str:
        """Its pages as printed: ``4`` or ``4-6``."""
        if not self.pages:
            return ""
        return str(self.first_page) if self.pages == 1 else f"{self.first_page}-{self.first_page + self.pages - 1}"

    @property
    def order(self) -> str:
        """Its running number, of a gap the first and the last."""
        first, last = self.number.rpartition("-")[2], self.last.rpartition("-")[2]
        return first if first == last else f"{first}-{last}"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A volume with all that its sheets show."""

    volume: Volume
    places: tuple[Place, ...]
    manager: str
    people: Mapping[str, Person]

    @property
    def title(self) -> str:
        """案卷题名: as given, else manager and year."""
        return self.volume.title or f"{self.volume.number.year}年 {self.manager}"

    @property
    def filed(self) -> tuple[Record, ...]:
        """The records that lie in it: filed, also those in the bin."""
        return tuple(p.record for p in self.places if p.fate == "held" and p.record is not None)

    @property
    def pages(self) -> int:
        """Pages that lie in it."""
        return sum(p.pages for p in self.places if p.fate == "held")

    @property
    def dates(self) -> tuple[str, str]:
        """Dates of its first and last document, empty where there is none."""
        days = sorted(r.date.isoformat() for r in self.filed if r.date)
        return (days[0], days[-1]) if days else ("", "")


def bundles(asked: Asked, *, content: bool = True) -> list[Bundle]:
    """Return the volumes that are named.

    Args:
        asked: what was asked.
        content: the sheet shows what is in the volume, so it is whole or refused (R2).

    Raises:
        NotFound: there is no such volume, or nothing in it is for the asker.
        NotPermitted: some of it is not for the asker.
        Usage: no volume number.
    """
    found = []
    people = {p.code: p for p in asked.tx.people()}
    for number in [parse_volume(name) for name in asked.targets]:
        bundle = bundle_of(asked.tx, existing(asked.tx, number), people)
        if asked.reach.may(Action.KEEP_VOLUMES) is None:
            seen, hidden = seen_and_hidden(asked, bundle)
            if not seen:
                raise NotFound(
                    Said("There is no volume {number}.", number=number),
                    Said("“{act}” names them.", act=Do("volume list")),
                )
            if hidden and content:
                raise NotPermitted(
                    Said(
                        "{number} holds records you may not print, and this sheet is whole or not at all.",
                        number=number,
                    ),
                    gate.refused(Action.PRINT).remedy,
                )
        found.append(bundle)
    return found


def seen_and_hidden(asked: Asked, bundle: Bundle) -> tuple[int, int]:
    """Return how many records of a volume, present or gone, somebody may print, and how many not."""
    records = [p.record for p in bundle.places if p.record]
    seen = sum(1 for record in records if asked.reach.may(Action.PRINT, record) is not None)
    return seen, len(records) - seen


def bundle_of(tx: Transaction, volume: Volume, people: Mapping[str, Person]) -> Bundle:
    """Return a volume with each of its numbers explained."""
    number = volume.number
    manager = people[number.manager].name if number.manager in people else number.manager
    return Bundle(volume, tuple(_places(tx, volume)), manager, people)


def notes(found: Sequence[Bundle], data: Mapping[str, Any] | None = None) -> tuple[Noted, ...]:
    """Return what the log keeps of sheets of volumes."""
    return tuple(Noted(str(b.volume.number), data or {}) for b in found)


def told(found: Sequence[Bundle]) -> dict[str, Any]:
    """Return what every sheet of volumes answers."""
    return {"volumes": [str(b.volume.number) for b in found]}


def author(record: Record, people: Mapping[str, Person]) -> str:
    """责任者: who made the document. The account manager makes the forms of the house, the customer all else."""
    person = people.get(record.manager)
    manager = record.fields.get("manager", "") or (person.name if person else record.manager)
    return manager if record.form or not record.customer else record.customer


def pages_of(record: Record) -> int:
    """Return how many pages a record takes in its volume; at least one."""
    return max(1, record.paper.pages or record.electronic.pages)


def qr_of(number: VolumeNumber) -> str:
    """Return a volume's number for a hand scanner: it names no record, so it needs no check."""
    return str(number).replace("·", ".")


def _places(tx: Transaction, volume: Volume) -> list[Place]:
    number = volume.number
    held = {r.paper_number: r for r in tx.records(volume=str(number))}
    voided = {n: why for n, why in tx.voided().items() if n.startswith(f"{number}-")}
    moved = {str(a.data.get("before", "")): a for a in tx.acts(act=Action.PROMOTE.value)} if voided else {}
    places: list[Place] = []
    page = 1
    for item in range(1, volume.used + 1):
        place = _place(tx, str(number.item(item)), held, voided, moved)
        if place.fate == "gap" and places and places[-1].fate == "gap":
            places[-1] = Place(places[-1].number, place.number, "gap")
            continue
        if place.record is not None and place.fate != "reserved":
            pages = pages_of(place.record)
            place = Place(place.number, place.last, place.fate, page, pages, place.record, place.day, place.note)
            page += pages
        places.append(place)
    return places


def _place(
    tx: Transaction, number: str, held: Mapping[str, Record], voided: Mapping[str, str], moved: Mapping[str, Act]
) -> Place:
    record = held.get(number)
    if record is not None and record.state is not RecordState.VOID:
        fate = _FATES.get(record.state, "held")
        day = _destroyed_on(tx, record) if fate == "destroyed" else ""
        return Place(number, number, fate, record=record, day=day)
    act = moved.get(number)
    if act is not None:
        return Place(
            number, number, "moved", record=tx.record(act.target), day=act.at[:10], note=str(act.data.get("after", ""))
        )
    if number in voided:
        return Place(number, number, "void", note=voided[number])
    return Place(number, number, "gap")


def _destroyed_on(tx: Transaction, record: Record) -> str:
    return next((a.at[:10] for a in tx.acts(record.code) if a.act in ("purge", "destroy")), "")
