"""Fifth station: form, fields, class, customer, date, title. What is uncertain is named, never guessed silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from dms.domain.describing.deciding import Description
from dms.domain.describing.deciding import describe as decide
from dms.domain.describing.who import Customers, KnownCustomer, KnownPerson
from dms.domain.item import Hints, Item
from dms.domain.pages import Page
from dms.domain.record import Record
from dms.flow.work import Work
from dms.ports.catalogue import Transaction
from dms.ports.world import Archive


def describe(work: Work) -> Item:
    """Describe the document from what people said, its form, its text and the master data."""
    item, world = work.item, work.world
    with world.catalogue.look() as tx:
        attached = tx.record(item.data["attach"]) if item.data.get("attach") else None
    inspection = work.inspection
    found = described(
        world, work.content, _with_record(item.hints, attached), datetime.fromisoformat(item.created).date(),
        title=inspection.title or _stem(item.name), day=inspection.date, own_day=inspection.media_type in _MAIL,
    )  # fmt: skip
    if attached and attached.paper_number:
        found = _as_numbered(found, attached)
    told = asdict(found)
    told["date"] = found.date.isoformat() if found.date else ""
    told["fields"] = dict(found.fields)
    told["reasons"] = dict(found.reasons)
    told["uncertain"] = list(found.uncertain)
    return item.with_(station="register").noting(description=told)


def described(
    world: Archive, pages: Sequence[Page], hints: Hints, received: date, *,
    title: str = "", day: str = "", own_day: bool = False,
) -> Description:  # fmt: skip
    """Describe pages from what people said, their form and text and the master data.

    Args:
        world: the archive.
        pages: of the document.
        hints: what people said.
        received: day of receipt.
        title: that the file itself or its name gives.
        day: ISO date that the file itself gives.
        own_day: that date is the document's.
    """
    with world.catalogue.look() as tx:
        people = [KnownPerson(code=p.code, name=p.name) for p in tx.people()]
        customers = _customers(world, tx)
    return decide(
        pages, hints, world.scheme, world.profiles, customers, people, world.fold,
        file_title=title, file_date=day, file_date_is_own=own_day, received=received,
    )  # fmt: skip


_MAIL = ("message/rfc822", "application/vnd.ms-outlook")
# Of customers of one name, what so many of their records say tells them apart.
_RECORDS = 200
_MARKS = ("tax_number", "address", "phone")


def _customers(world: Archive, tx: Transaction) -> list[KnownCustomer]:
    """Return the known customers; of those who share a name also what tells them apart."""
    known = [KnownCustomer(name=c.name, manager=c.manager, aliases=c.aliases) for c in tx.customers()]
    shared = Customers(known, world.fold).shared()
    marks = {
        name: tuple(
            sorted({r.fields[k] for r in tx.records(customer=name, limit=_RECORDS) for k in _MARKS if r.fields.get(k)})
        )
        for name in shared
    }
    return [replace(c, marks=marks.get(c.name, ())) for c in known] if marks else known


def _as_numbered(found: Description, attached: Record) -> Description:
    """A reserved paper number says class, manager and year (R2): it stays, and what tells otherwise is asked about."""
    number, doubts = attached.paper_number, {}
    if found.date and found.date.year != attached.year:
        doubts["date"] = f"the paper is of {found.date.year}, its reserved number {number} of {attached.year}"
    if found.class_code != attached.class_code:
        doubts["class"] = f"class “{found.class_code}” was said, its reserved number {number} says another"
    if found.manager != attached.manager:
        doubts["manager"] = f"manager “{found.manager}” was said, its reserved number {number} says another"
    return replace(
        found,
        class_code=attached.class_code,
        manager=attached.manager,
        uncertain=tuple(dict.fromkeys((*found.uncertain, *doubts))),
        reasons={**found.reasons, **doubts},
    )


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
