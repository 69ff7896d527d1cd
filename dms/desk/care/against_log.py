"""People and loans compared with the log, which has every act that changed them: a row changed by hand is told.

Requests, signatures, moves, holds and dealings are not compared: docs/promises.md says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dms.ports.catalogue import Person, Transaction
from dms.ports.registers import Loan
from dms.said import Said


@dataclass
class _Logged:
    """What the log says stands there now: people by code, loans by number, loans that came back."""

    people: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    loans: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    back: set[int] = field(default_factory=set)


def rows_against_log(tx: Transaction) -> Iterator[tuple[str, Said]]:
    """Yield place and sentence for each person and loan whose row is not what the log says."""
    logged = _read(tx)
    people = {p.code: p for p in tx.people()}
    for code, told in sorted(logged.people.items()):
        yield from ((code, said) for said in _person(people.get(code), told))
    loans = {loan.id: loan for loan in tx.loans()}
    for number in sorted(logged.loans.keys() | loans.keys()):
        yield from ((f"loan {number}", said) for said in _loan(loans.get(number), number, logged))


def _read(tx: Transaction) -> _Logged:
    logged = _Logged()
    for act in tx.log_from(1):
        data = act.data
        if act.act in ("person", "first-run") and isinstance(data.get("after"), dict):
            logged.people[act.target] = data["after"]
        elif act.act == "import-people" and isinstance(data.get("people"), dict):
            logged.people |= data["people"]
        elif act.act == "lend" and isinstance(data.get("loan"), int):
            logged.loans[data["loan"]] = data
        elif act.act == "take-back" and isinstance(data.get("loan"), int):
            logged.back.add(data["loan"])
    return logged


def _person(row: Person | None, told: Mapping[str, Any]) -> Iterator[Said]:
    if row is None:
        yield Said("The log knows this person, the catalogue does not.")
        return
    held = {"name": row.name, "roles": list(row.roles), "login": row.login, "department": row.department}
    for name, value in held.items():
        if name in told and told[name] != value:
            yield Said("{name}: the catalogue says {row}, the log {held}.", name=name, row=value, held=told[name])


def _loan(row: Loan | None, number: int, logged: _Logged) -> Iterator[Said]:
    told = logged.loans.get(number)
    if row is None or told is None:
        yield Said("The log knows this loan, the catalogue does not.") if told else Said("No act in the log lent this.")
        return
    for name in ("borrower", "due", "approver"):
        if name in told and told[name] != getattr(row, name):
            yield Said(
                "{name}: the catalogue says {row}, the log {held}.", name=name, row=getattr(row, name), held=told[name]
            )
    if bool(row.back_at) != (number in logged.back):
        yield Said("It came back by the log only.") if number in logged.back else Said("It came back by the row only.")
