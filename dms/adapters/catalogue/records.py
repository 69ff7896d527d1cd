"""Records with their two carriers and their link."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from dms.adapters.catalogue.base import Base
from dms.adapters.catalogue.tables import carriers, links, records
from dms.domain.record import Carrier, Link, LinkState, Record, RecordState, Track
from dms.errors import Conflict, NotFound

_KINDS = ("electronic", "paper")
_electronic, _paper = carriers.alias("electronic"), carriers.alias("paper")
_CARRIER = ("present", "address", "name", "media_type", "size", "sha512", "pages")
_LINK = ("state", "proof", "by", "at", "reason")
_ALL = select(
    records,
    *(alias.c[name].label(f"{alias.name}_{name}") for alias in (_electronic, _paper) for name in _CARRIER),
    *(links.c[name].label(f"link_{name}") for name in _LINK),
).select_from(
    records.join(_electronic, and_(_electronic.c.code == records.c.code, _electronic.c.kind == "electronic"))
    .join(_paper, and_(_paper.c.code == records.c.code, _paper.c.kind == "paper"))
    .join(links, links.c.code == records.c.code)
)


class Records(Base):
    """The record part of a transaction."""

    def add_record(self, record: Record) -> None:
        """Save a new record."""
        try:
            self.connection.execute(insert(records).values(**_row(record)))
        except IntegrityError as problem:
            raise Conflict(
                f"The code {record.code} or the number {record.paper_number or '-'} is taken.", "Look at it: dms show."
            ) from problem
        self.connection.execute(insert(carriers), [_carrier_row(record, kind) for kind in _KINDS])
        self.connection.execute(insert(links).values(**_link_row(record)))

    def save_record(self, record: Record) -> None:
        """Save changes to a record."""
        try:
            changed = self.connection.execute(
                update(records).where(records.c.code == record.code).values(**_row(record))
            ).rowcount
        except IntegrityError as problem:
            raise Conflict(
                f"The number {record.paper_number} is taken.", f"Look at it: dms show {record.paper_number}"
            ) from problem
        if not changed:
            raise NotFound(f"There is no record {record.code}.", "Look for it with “dms search”.")
        self.connection.execute(delete(carriers).where(carriers.c.code == record.code))
        self.connection.execute(insert(carriers), [_carrier_row(record, kind) for kind in _KINDS])
        self.connection.execute(update(links).where(links.c.code == record.code).values(**_link_row(record)))

    def record(self, code: str) -> Record | None:
        """Return the record with this code."""
        row = self.connection.execute(_ALL.where(records.c.code == code)).first()
        return _record(row) if row else None

    def record_by_number(self, paper_number: str) -> Record | None:
        """Return the record that holds this paper number."""
        if not paper_number:
            return None
        row = self.connection.execute(_ALL.where(records.c.paper_number == paper_number)).first()
        return _record(row) if row else None

    def records_by_digest(self, sha512: str) -> Sequence[Record]:
        """Return records one of whose carriers has this content."""
        if not sha512:
            return []
        query = _ALL.where(or_(_electronic.c.sha512 == sha512, _paper.c.sha512 == sha512)).order_by(records.c.code)
        # The codes first, by the index on digests: an OR over two joins would read every record.
        codes = list(self.connection.execute(select(carriers.c.code).where(carriers.c.sha512 == sha512)).scalars())
        if not codes:
            return []
        return [_record(row) for row in self.connection.execute(query.where(records.c.code.in_(codes)))]

    def records(
        self,
        *,
        states: Sequence[RecordState] = (),
        class_code: str = "",
        customer: str = "",
        manager: str = "",
        volume: str = "",
        year: int = 0,
        since: date | None = None,
        limit: int = 0,
        offset: int = 0,
    ) -> Sequence[Record]:
        """Return records in the order of their codes."""
        query = _ALL.order_by(records.c.code)
        wanted = {"class_code": class_code, "customer": customer, "manager": manager, "volume": volume, "year": year}
        for name, value in wanted.items():
            if value:
                query = query.where(records.c[name] == value)
        if states:
            query = query.where(records.c.state.in_([s.value for s in states]))
        if since:
            query = query.where(records.c.date >= since.isoformat())
        if limit:
            query = query.limit(limit)
        if offset:
            query = query.limit(limit or -1).offset(offset)
        return [_record(row) for row in self.connection.execute(query)]

    def all_codes(self) -> Iterator[str]:
        """Yield the code of every record."""
        yield from self.connection.execute(select(records.c.code).order_by(records.c.code)).scalars()


def _row(record: Record) -> dict[str, Any]:
    return {
        "code": record.code,
        "state": record.state.value,
        "title": record.title,
        "class_code": record.class_code,
        "customer": record.customer,
        "manager": record.manager,
        "date": record.date.isoformat() if record.date else "",
        "year": record.year,
        "retention": record.retention,
        "secrecy": record.secrecy,
        "track": record.track.value,
        "paper_number": record.paper_number,
        "volume": record.volume,
        "form": record.form,
        "fields": json.dumps(dict(record.fields), ensure_ascii=False),
        "uncertain": json.dumps(list(record.uncertain)),
        "part_of": record.part_of,
        "batch": record.batch,
        "received_at": record.received_at,
        "received_by": record.received_by,
    }


def _carrier_row(record: Record, kind: str) -> dict[str, Any]:
    carrier: Carrier = getattr(record, kind)
    told = {name: getattr(carrier, name) for name in _CARRIER}
    return {"code": record.code, "kind": kind, **told, "present": int(carrier.present)}


def _link_row(record: Record) -> dict[str, Any]:
    link = record.link
    return {
        "code": record.code, "state": link.state.value, "proof": link.proof, "by": link.by, "at": link.at,
        "reason": link.reason,
    }  # fmt: skip


def _record(row: Any) -> Record:
    told = row._mapping
    parts = {kind: {name: told[f"{kind}_{name}"] for name in _CARRIER} for kind in _KINDS}
    return Record(
        code=told["code"],
        title=told["title"],
        class_code=told["class_code"],
        customer=told["customer"],
        manager=told["manager"],
        date=date.fromisoformat(told["date"]) if told["date"] else None,
        year=told["year"],
        retention=told["retention"],
        secrecy=told["secrecy"],
        track=Track(told["track"]),
        state=RecordState(told["state"]),
        paper_number=told["paper_number"],
        volume=told["volume"],
        form=told["form"],
        fields=json.loads(told["fields"]),
        uncertain=tuple(json.loads(told["uncertain"])),
        electronic=Carrier(**{**parts["electronic"], "present": bool(parts["electronic"]["present"])}),
        paper=Carrier(**{**parts["paper"], "present": bool(parts["paper"]["present"])}),
        link=Link(LinkState(told["link_state"]), *(told[f"link_{name}"] for name in _LINK[1:])),
        part_of=told["part_of"],
        batch=told["batch"],
        received_at=told["received_at"],
        received_by=told["received_by"],
    )
