"""The registers of the archive's rules, row by row; see :class:`dms.ports.registers.Registers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from dms.adapters.catalogue.base import Base, to_json
from dms.adapters.catalogue.rows import Told, json_of, readable
from dms.adapters.catalogue.tables import (
    dealings,
    deputies,
    gradings,
    holds,
    lessons,
    loans,
    moves,
    reprints,
    requests,
    signatures,
)
from dms.domain.learning import Lesson
from dms.errors import Conflict, NotFound
from dms.ports.registers import Dealing, Deputy, Grading, Hold, Loan, Move, Reprint, Request, Signature
from dms.said import Do, Said, read_said

T = TypeVar("T")
_JSON = ("data", "figures")
# Databases take only so many values in one statement.
_AT_ONCE = 500


class Registers(Base):
    """The registers' part of a transaction."""

    def add_request(self, request: Request) -> Request:
        """Save a new request."""
        return self._add(requests, request)

    def save_request(self, request: Request) -> None:
        """Save a decision."""
        self._save(requests, request, request.id)

    def request(self, request_id: int) -> Request | None:
        """Return one request."""
        found = self._all(requests, Request, requests.c.id == request_id)
        return found[0] if found else None

    def requests(
        self, *, kind: str = "", states: Sequence[str] = (), target: str = "", asked_by: str = ""
    ) -> Sequence[Request]:
        """Return requests."""
        named = {"kind": kind, "target": target, "asked_by": asked_by}
        where = [requests.c[name] == value for name, value in named.items() if value]
        if states:
            where.append(requests.c.state.in_(list(states)))
        return self._all(requests, Request, *where)

    def sign(self, signature: Signature) -> None:
        """Save a signature."""
        self.put(signatures, asdict(signature), signatures.c.code, signatures.c.role)
        self.mark(signatures, signature.code, signature.role)

    def signatures(self, code: str) -> Sequence[Signature]:
        """Return the signatures of a record."""
        return self._all(signatures, Signature, signatures.c.code == code)

    def signatures_of(self, codes: Sequence[str]) -> Mapping[str, Sequence[Signature]]:
        """Return the signatures of several records at once."""
        found: dict[str, list[Signature]] = {}
        for start in range(0, len(codes), _AT_ONCE):
            query = select(signatures).where(signatures.c.code.in_(codes[start : start + _AT_ONCE]))
            for row in self.connection.execute(query.order_by(signatures.c.at)):
                signed = readable(signatures, row, lambda r: Signature(**r._asdict()))
                found.setdefault(row.code, []).append(signed)
        return found

    def unsign(self, code: str, roles: Sequence[str] = ()) -> int:
        """Take signatures of a record away."""
        which = [signatures.c.code == code, *([signatures.c.role.in_(list(roles))] if roles else [])]
        gone = self.connection.execute(delete(signatures).where(*which).returning(signatures.c.role)).scalars().all()
        for role in gone:
            self.mark(signatures, code, role)
        return len(gone)

    def move(self, move: Move) -> None:
        """Note a move."""
        self._add(moves, move)

    def moves(self, target: str = "") -> Sequence[Move]:
        """Return moves."""
        return self._all(moves, Move, *([moves.c.target == target] if target else []))

    def add_loan(self, loan: Loan) -> Loan:
        """Save a new loan."""
        try:
            return self._add(loans, loan)
        except IntegrityError as problem:
            raise Conflict(
                Said("{target} is lent out already.", target=loan.target),
                Said("“{act}” tells to whom.", act=Do("loan list")),
            ) from problem

    def save_loan(self, loan: Loan) -> None:
        """Save what came back."""
        self._save(loans, loan, loan.id)

    def loans(self, target: str = "") -> Sequence[Loan]:
        """Return loans."""
        return self._all(loans, Loan, *([loans.c.target == target] if target else []))

    def add_hold(self, hold: Hold) -> Hold:
        """Save a new hold."""
        return self._add(holds, hold)

    def save_hold(self, hold: Hold) -> None:
        """Save that it was lifted."""
        self._save(holds, hold, hold.id)

    def holds(self) -> Sequence[Hold]:
        """Return all holds."""
        return self._all(holds, Hold)

    def add_grading(self, grading: Grading) -> Grading:
        """Save a new grading."""
        return self._add(gradings, grading)

    def gradings(self, customer: str = "", period: str = "") -> Sequence[Grading]:
        """Return gradings."""
        named = {"customer": customer, "period": period}
        return self._all(gradings, Grading, *(gradings.c[name] == value for name, value in named.items() if value))

    def put_dealing(self, dealing: Dealing) -> None:
        """Save a dealing."""
        self.put(dealings, asdict(dealing), dealings.c.source, dealings.c.kind)

    def dealings(self, customer: str = "") -> Sequence[Dealing]:
        """Return dealings by date."""
        where = [dealings.c.customer == customer] if customer else []
        return self._all(dealings, Dealing, *where, order=("date", "source", "kind"))

    def save_deputy(self, deputy: Deputy) -> None:
        """Save a deputy."""
        self.put(deputies, asdict(deputy), deputies.c.person, deputies.c.deputy, deputies.c.since)
        self.mark(deputies, deputy.person, deputy.deputy, deputy.since)

    def deputies(self) -> Sequence[Deputy]:
        """Return all deputies."""
        return self._all(deputies, Deputy, order=("since", "person", "deputy"))

    def ask_reprint(self, reprint: Reprint) -> None:
        """Put a sheet on the reprint list."""
        self.put(reprints, {**asdict(reprint), "why": reprint.why.stored()}, reprints.c.target, reprints.c.sheet)

    def reprinted(self, target: str, sheet: str) -> None:
        """Take it off again."""
        self.connection.execute(delete(reprints).where(reprints.c.target == target, reprints.c.sheet == sheet))

    def reprints(self) -> Sequence[Reprint]:
        """Return the reprint list."""
        rows = self.connection.execute(select(reprints).order_by(reprints.c.at, reprints.c.target, reprints.c.sheet))
        return [Reprint(row.target, row.sheet, read_said(row.why), row.at) for row in rows]

    def keep_lesson(self, lesson: Lesson) -> Lesson:
        """Keep a lesson."""
        numbered = replace(lesson, id=self.count(f"R:{lessons.name}"))
        self.put(lessons, asdict(numbered), lessons.c.code, lessons.c.about)
        return numbered

    def lessons(self, said: Sequence[str] = ()) -> Sequence[Lesson]:
        """Return lessons."""
        return self._all(lessons, Lesson, *([lessons.c.said.in_(list(said))] if said else []))

    def forget_lesson(self, lesson_id: int) -> None:
        """Forget one."""
        self.connection.execute(delete(lessons).where(lessons.c.id == lesson_id))

    def forget_lessons_of(self, code: str) -> None:
        """Forget what was learned from a record."""
        self.connection.execute(delete(lessons).where(lessons.c.code == code))

    def _add(self, table: Table, entry: T) -> T:
        numbered: T = replace(entry, id=self.count(f"R:{table.name}"))  # type: ignore[type-var]  # every entry with an id is a dataclass
        row = _row(numbered)
        self.connection.execute(insert(table).values(**row))
        self.mark(table, row["id"])
        return numbered

    def _save(self, table: Table, entry: Any, entry_id: int) -> None:
        if not self.connection.execute(update(table).where(table.c.id == entry_id).values(**_row(entry))).rowcount:
            raise NotFound(
                Said("There is no entry {entry} among the {table}.", entry=entry_id, table=table.name),
                Said("List them first."),
            )
        self.mark(table, entry_id)

    def _all(self, table: Table, kind: type[T], *where: ColumnElement[bool], order: Sequence[str] = ()) -> list[T]:
        by = [table.c[name] for name in order or (("id",) if "id" in table.c else ())]
        rows = self.connection.execute(select(table).where(*where).order_by(*by))
        return [readable(table, row, lambda r: kind(**_entry(r._asdict()))) for row in rows]


def _row(entry: Any) -> dict[str, Any]:
    told = asdict(entry)
    return {name: to_json(value) if name in _JSON else value for name, value in told.items()}


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Told(json_of(value, dict)) if name in _JSON else value for name, value in row.items()}
