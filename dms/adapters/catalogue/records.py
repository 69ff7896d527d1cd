"""Records with their two carriers and their link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, insert, select, union_all, update
from sqlalchemy.exc import IntegrityError

from dms.adapters.catalogue.base import Base, to_json
from dms.adapters.catalogue.rows import json_of, readable
from dms.adapters.catalogue.tables import NUMBERED, carriers, links, records
from dms.domain.record import Carrier, Link, LinkState, Record, RecordState, Track
from dms.errors import Conflict, NotFound
from dms.said import Do, Said

_KINDS = ("electronic", "paper")
_electronic, _paper = carriers.alias("electronic"), carriers.alias("paper")
_CARRIER = ("present", "address", "name", "media_type", "size", "sha512", "pages")
_LINK = ("state", "proof", "by", "at", "reason")
_MAPPED = {"date", "track", "state", "fields", "uncertain", "see_also"}
_PLAIN = tuple(c.name for c in records.c if c.name not in _MAPPED)
_COLUMNS = (
    *records.c,
    *(alias.c[name].label(f"{alias.name}_{name}") for alias in (_electronic, _paper) for name in _CARRIER),
    *(links.c[name].label(f"link_{name}") for name in _LINK),
)


def _whole(start: FromClause, code: ColumnElement[str]) -> Select[Any]:
    """Return records with all that belongs to them, joined from ``start``, whose column ``code`` names them.

    Outer joins, for two reasons: SQLite keeps their order, so that it never starts at the carriers and sorts
    everything; and a record whose carrier is lost is still shown (``check`` tells).
    """
    joined = start if start is records else start.outerjoin(records, records.c.code == code)
    return select(*_COLUMNS).select_from(
        joined.outerjoin(_electronic, and_(_electronic.c.code == code, _electronic.c.kind == "electronic"))
        .outerjoin(_paper, and_(_paper.c.code == code, _paper.c.kind == "paper"))
        .outerjoin(links, links.c.code == code)
    )


_ALL = _whole(records, records.c.code)


class Records(Base):
    """The record part of a transaction."""

    def add_record(self, record: Record) -> None:
        """Save a new record."""
        try:
            self.connection.execute(insert(records).values(**_row(record)))
        except IntegrityError as problem:
            raise Conflict(
                Said(
                    "The code {record} or the number {paper_number} is taken.",
                    record=record.code,
                    paper_number=record.paper_number or "-",
                ),
                Said("Look at it: {act}.", act=Do("show")),
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
                Said("The number {paper_number} is taken.", paper_number=record.paper_number),
                Said("Look at it: {act}", act=Do("show", record.paper_number)),
            ) from problem
        if not changed:
            raise NotFound(
                Said("There is no record {record}.", record=record.code),
                Said("Look for it with “{act}”.", act=Do("search")),
            )
        for kind in _KINDS:
            self.put(carriers, _carrier_row(record, kind), carriers.c.code, carriers.c.kind)
        self.put(links, _link_row(record), links.c.code)
        self.mark(records, record.code)

    def record(self, code: str) -> Record | None:
        """Return the record with this code."""
        row = self.connection.execute(_ALL.where(records.c.code == code)).first()
        return _record(row) if row else None

    def record_by_number(self, paper_number: str) -> Record | None:
        """Return the record that holds this paper number."""
        if not paper_number:
            return None
        row = self.connection.execute(_ALL.where(NUMBERED, records.c.paper_number == paper_number)).first()
        return _record(row) if row else None

    def records_by_digest(self, sha512: str) -> Sequence[Record]:
        """Return records one of whose carriers has this content."""
        if not sha512:
            return []
        # The codes first, by the index on digests: an OR over two joins would read every record.
        codes = select(carriers.c.code).where(carriers.c.sha512 == sha512).distinct().subquery()
        query = _whole(codes, codes.c.code).order_by(codes.c.code)
        return [_record(row) for row in self.connection.execute(query)]

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
        after: str = "",
        limit: int = 0,
        offset: int = 0,
    ) -> Sequence[Record]:
        """Return records in the order of their codes."""
        wanted = {"class_code": class_code, "customer": customer, "manager": manager, "volume": volume, "year": year}
        chosen = select(records.c.code).where(*(records.c[name] == value for name, value in wanted.items() if value))
        if since:
            chosen = chosen.where(records.c.date >= since.isoformat())
        if after:
            chosen = chosen.where(records.c.code > after)
        # One ordered walk for each state, merged: an IN would sort all records of these states for the first fifty.
        walks = [chosen.where(records.c.state == state.value) for state in dict.fromkeys(states)] or [chosen]
        found = walks[0] if len(walks) == 1 else union_all(*walks)
        ordered = found.order_by("code").limit(limit or None).offset(offset or None).subquery()
        query = _whole(ordered, ordered.c.code).order_by(ordered.c.code)
        return [_record(row) for row in self.connection.execute(query)]

    def all_codes(self) -> Iterator[str]:
        """Yield the code of every record."""
        yield from self.connection.execute(select(records.c.code).order_by(records.c.code)).scalars()

    def customers_of(self, managers: Sequence[str]) -> Sequence[str]:
        """Return the customers named on records that carry one of these managers' codes."""
        if not managers:
            return []
        query = select(records.c.customer).where(records.c.manager.in_(list(managers))).distinct()
        return sorted(name for name in self.connection.execute(query).scalars() if name)

    def incomplete(self) -> Sequence[str]:
        """Return what is wrong with records one of whose parts is not there; nothing else notices a lost row."""
        held = {
            "electronic carrier": select(carriers.c.code).where(carriers.c.kind == "electronic"),
            "paper carrier": select(carriers.c.code).where(carriers.c.kind == "paper"),
            "link": select(links.c.code),
        }
        return [
            f"record {code} has lost its {part}"
            for part, codes in held.items()
            for code in self.connection.execute(select(records.c.code).where(records.c.code.not_in(codes))).scalars()
        ]


def _row(record: Record) -> dict[str, Any]:
    return {
        **{name: getattr(record, name) for name in _PLAIN},
        "date": record.date.isoformat() if record.date else "",
        "track": record.track.value,
        "state": record.state.value,
        "fields": to_json(dict(record.fields)),
        "uncertain": to_json(list(record.uncertain)),
        "see_also": to_json(list(record.see_also)),
    }


def _carrier_row(record: Record, kind: str) -> dict[str, Any]:
    carrier: Carrier = getattr(record, kind)
    told = {name: getattr(carrier, name) for name in _CARRIER}
    return {"code": record.code, "kind": kind, **told, "present": int(carrier.present)}


def _link_row(record: Record) -> dict[str, Any]:
    told = {name: getattr(record.link, name) for name in _LINK}
    return {"code": record.code, **told, "state": record.link.state.value}


def _record(row: Any) -> Record:
    return readable(records, row, _made)


def _made(row: Any) -> Record:
    told = row._asdict()
    known = {name: told[name] for name in _PLAIN}
    return Record(
        **known,
        date=date.fromisoformat(told["date"]) if told["date"] else None,
        track=Track(told["track"]),
        state=RecordState(told["state"]),
        fields=json_of(told["fields"], dict),
        uncertain=tuple(json_of(told["uncertain"], list)),
        see_also=tuple(json_of(told["see_also"], list)),
        electronic=_carrier(told, "electronic"),
        paper=_carrier(told, "paper"),
        link=_link(told),
    )


def _carrier(told: Mapping[str, Any], kind: str) -> Carrier:
    if told[f"{kind}_present"] is None:
        return Carrier()
    parts = {name: told[f"{kind}_{name}"] for name in _CARRIER}
    for name in ("present", "size", "pages"):
        if not isinstance(parts[name], int):
            raise TypeError(f"{name} of the {kind} carrier is no number: {parts[name]}")
    return Carrier(**{**parts, "present": bool(parts["present"])})


def _link(told: Mapping[str, Any]) -> Link:
    if told["link_state"] is None:
        return Link()
    return Link(**{**{name: told[f"link_{name}"] for name in _LINK}, "state": LinkState(told["link_state"])})
