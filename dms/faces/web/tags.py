"""Tags: what a form or a caller was shown carries one, so that nobody overwrites what he has not seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dms.desk.acts import gate
from dms.domain.policy import Action
from dms.domain.record import Record
from dms.errors import DmsError, NotFound
from dms.ports.catalogue import Person, Transaction
from dms.ports.world import World
from dms.said import Said

_RECORD, _PERSON = "record", "person"


class Stale(DmsError):
    """The record changed since the caller saw it."""

    code = "stale"
    http_status = 412


def tag_of(record: Record) -> str:
    """Return a record's tag: it changes when anything of the record does, and not with a look."""
    return f'"{_digest(record.to_dict())}"'


def seen_record(record: Record) -> str:
    """Return what a form carries that was drawn from a record: which one, and its tag."""
    return f"{_RECORD}:{record.code}:{_digest(record.to_dict())}"


def seen_person(person: Person) -> str:
    """Return the same of a form drawn from a person."""
    return f"{_PERSON}:{person.code}:{_digest(person_drawn(person))}"


def named_record(world: World, named: str) -> str:
    """Return what a form drawn from a named record carries; read it before what is drawn, never after.

    Raises:
        NotFound: no such record, or not for the asker.
    """
    with world.catalogue.look() as tx:
        return seen_record(gate.record(world, tx, named))


def drawn(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that the fields of a form show of a record, told as plain data."""
    return {k: record[k] or "" for k in ("class_code", "customer", "manager", "title", "date", "secrecy")}


def stands_now(world: World, tx: Transaction, seen: str) -> tuple[str, dict[str, Any]]:
    """Return what a form drawn now would carry, and the values it would show.

    Args:
        world: the archive.
        tx: where it is read.
        seen: what the form carried.

    Raises:
        NotFound: what it was drawn from is gone, or not for the asker.
        NotPermitted: it was drawn from a person, and the asker does not keep the archive's people.
    """
    kind, _, rest = seen.partition(":")
    name = rest.rpartition(":")[0]
    if kind == _RECORD:
        record = gate.record(world, tx, name)
        return seen_record(record), drawn(record.to_dict())
    gate.permitted(world, tx, Action.KEEP_PEOPLE)
    person = next((p for p in tx.people() if kind == _PERSON and p.code == name), None)
    if person is None:
        raise NotFound(
            Said("What this form was drawn from is not there any more."), Said("Begin again from the first page.")
        )
    return seen_person(person), person_drawn(person)


def person_drawn(person: Person) -> dict[str, Any]:
    """Return the values that the form of a person shows."""
    return {"name": person.name, "login": person.login, "department": person.department, "roles": list(person.roles)}


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]
