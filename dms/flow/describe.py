"""Fifth station: form, fields, class, customer, date, title. What is uncertain is named, never guessed silently."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from dms.domain.describing.deciding import Description, KnownCustomer, KnownPerson
from dms.domain.describing.deciding import describe as decide
from dms.domain.item import Hints, Item
from dms.domain.record import Record
from dms.flow.work import Work
from dms.ports.world import Archive


def describe(work: Work) -> Item:
    """Describe the document from what people said, its form, its text and the master data."""
    item, world = work.item, work.world
    with world.catalogue.look() as tx:
        people = [KnownPerson(code=p.code, name=p.name) for p in tx.people()]
        customers = [KnownCustomer(name=c.name, manager=c.manager, aliases=c.aliases) for c in tx.customers()]
        attached = tx.record(item.data["attach"]) if item.data.get("attach") else None
    inspection = work.inspection
    found: Description = decide(
        work.content,
        _with_record(item.hints, attached),
        world.scheme,
        world.profiles,
        customers,
        people,
        world.fold,
        file_title=inspection.title or _stem(item.name),
        file_date=inspection.date,
        received=datetime.fromisoformat(item.created).date(),
    )
    told = asdict(found)
    told["date"] = found.date.isoformat() if found.date else ""
    told["fields"] = dict(found.fields)
    told["reasons"] = dict(found.reasons)
    told["uncertain"] = list(found.uncertain)
    return item.with_(station="register").noting(description=told)


def _with_record(hints: Hints, record: Record | None) -> Hints:
    """What a reserved record already says came from a person, so it counts as a hint."""
    if record is None:
        return hints
    return Hints(
        class_code=hints.class_code or record.class_code,
        customer=hints.customer or record.customer,
        manager=hints.manager or record.manager,
        title=hints.title or record.title,
        date=hints.date or (record.date.isoformat() if record.date else ""),
        carrier=hints.carrier,
        fields={**record.fields, **hints.fields},
    )


def _stem(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and 0 < len(suffix) <= 5 else name


def known_people(world: Archive) -> dict[str, str]:
    """Return account managers: code -> name."""
    with world.catalogue.look() as tx:
        return {p.code: p.name for p in tx.people()}
