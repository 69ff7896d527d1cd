"""Rows compared with the log, which has every act that changed them: a row changed, added or removed by hand is told.

Each act carries the rows of the registers, volumes and voided numbers that it changed, and the state and place of
records (:data:`dms.ports.catalogue.ROWS`). People, and loans of older archives, are compared by what their acts noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dms.ports.catalogue import ROWS, Act, Person, Transaction
from dms.ports.clock import parse
from dms.ports.registers import Loan
from dms.said import Said

# Last state of rows by table and key; None for one that was removed.
Rows = Mapping[tuple[str, str], Mapping[str, Any] | None]


@dataclass
class _Logged:
    """What the log says stands there now: people by code, loans by number, loans that came back."""

    people: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    loans: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    back: set[int] = field(default_factory=set)
    rows: dict[tuple[str, str], Mapping[str, Any] | None] = field(default_factory=dict)
    since: str = ""


def rows_against_log(tx: Transaction) -> Iterator[tuple[str, Said]]:
    """Yield place and sentence for each person and loan whose row is not what the log says."""
    logged = _read(tx)
    people = {p.code: p for p in tx.people()}
    for code, told in sorted(logged.people.items()):
        yield from ((code, said) for said in _person(people.get(code), told))
    loans = {loan.id: loan for loan in tx.loans()}
    for number in sorted(logged.loans.keys() | loans.keys()):
        if ("loans", str(number)) not in logged.rows:
            yield from ((f"loan {number}", said) for said in _loan(loans.get(number), number, logged))
    yield from _rows(tx, logged)


def last_rows(log: Iterable[Act]) -> Rows:
    """Return the last state of each row that the log tells."""
    last: dict[tuple[str, str], Mapping[str, Any] | None] = {}
    for act in log:
        last.update(_of_act(act))
    return last


def _of_act(act: Act) -> Rows:
    told = act.data.get(ROWS)
    tables = told.items() if isinstance(told, Mapping) else ()
    return {(table, key): row for table, rows in tables if isinstance(rows, Mapping) for key, row in rows.items()}


# When a row was made, for those that no act tells: older ones are of an archive whose log told none yet.
_MADE = {
    "requests": "asked_at", "signatures": "at", "moves": "at", "loans": "out_at", "holds": "at", "gradings": "at",
    "volumes": "opened",
}  # fmt: skip


def _rows(tx: Transaction, logged: _Logged) -> Iterator[tuple[str, Said]]:
    held = tx.logged_rows()
    for (table, key), told in sorted(logged.rows.items(), key=lambda item: item[0]):
        if table == "records":
            continue  # their objects tell them
        row = held.get(table, {}).get(key)
        place = f"{table} {key}"
        if told is None and row is not None:
            yield place, Said("By the log this was removed, the catalogue has it.")
        elif told is not None and row is None:
            yield place, Said("The log knows this, the catalogue does not.")
        elif told is not None and row is not None:
            for name in sorted(told.keys() & row.keys()):
                if told[name] != row[name]:
                    yield place, _differs(name, row[name], told[name])
    for table, made in _MADE.items():
        for key, row in sorted(held.get(table, {}).items()):
            if (table, key) not in logged.rows and row is not None and _after(str(row[made]), logged.since):
                yield f"{table} {key}", Said("No act in the log made this.")


def _read(tx: Transaction) -> _Logged:
    logged = _Logged()
    for act in tx.log_from(1):
        data = act.data
        rows = _of_act(act)
        if rows and not logged.since:
            logged.since = act.at
        logged.rows.update(rows)
        if act.act in ("person", "first-run") and isinstance(data.get("after"), dict):
            logged.people[act.target] = data["after"]
        elif act.act == "import-people" and isinstance(data.get("people"), dict):
            logged.people |= data["people"]
        elif act.act == "lend" and isinstance(data.get("loan"), int):
            logged.loans[data["loan"]] = data
        elif act.act == "take-back" and isinstance(data.get("loan"), int):
            logged.back.add(data["loan"])
    return logged


def _after(made: str, since: str) -> bool:
    """Tell whether a row was made after the log began to tell rows; clocks of different zones may have told it."""
    try:
        return bool(since) and parse(made) > parse(since)
    except ValueError:
        return True


def _differs(name: str, row: object, held: object) -> Said:
    return Said("{name}: the catalogue says {row}, the log {held}.", name=name, row=row, held=held)


def _person(row: Person | None, told: Mapping[str, Any]) -> Iterator[Said]:
    if row is None:
        yield Said("The log knows this person, the catalogue does not.")
        return
    held = {"name": row.name, "roles": list(row.roles), "login": row.login, "department": row.department}
    for name, value in held.items():
        if name in told and told[name] != value:
            yield _differs(name, value, told[name])


def _loan(row: Loan | None, number: int, logged: _Logged) -> Iterator[Said]:
    told = logged.loans.get(number)
    if row is None or told is None:
        yield Said("The log knows this loan, the catalogue does not.") if told else Said("No act in the log lent this.")
        return
    for name in ("borrower", "due", "approver", "answers", "request"):
        if name in told and told[name] != getattr(row, name):
            yield _differs(name, getattr(row, name), told[name])
    if bool(row.back_at) != (number in logged.back):
        yield Said("It came back by the log only.") if number in logged.back else Said("It came back by the row only.")
