"""People, customers and the archive's own facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from dms.adapters.catalogue.base import Base, to_json
from dms.adapters.catalogue.rows import UNREADABLE, json_of, readable
from dms.adapters.catalogue.tables import customers, facts, people
from dms.domain.dossier import read_terms, terms_told
from dms.ports.catalogue import Customer, Person


class Masters(Base):
    """The remaining part of a transaction."""

    def save_person(self, person: Person) -> None:
        """Add or change a person."""
        told = {"name": person.name, "roles": to_json(list(person.roles)), "login": person.login,
                "department": person.department}  # fmt: skip
        self.put(people, {"code": person.code, **told}, people.c.code)

    def people(self) -> Sequence[Person]:
        """Return all people by code."""
        rows = self.connection.execute(select(people).order_by(people.c.code))
        return [Person(r.code, r.name, _roles(r.roles), r.login, r.department) for r in rows]

    def save_customer(self, customer: Customer) -> None:
        """Add or change a customer."""
        told = {"manager": customer.manager, "aliases": to_json(list(customer.aliases)),
                "terms": to_json(terms_told(customer.terms))}  # fmt: skip
        self.put(customers, {"name": customer.name, **told}, customers.c.name)

    def customers(self) -> Sequence[Customer]:
        """Return all customers by name."""
        rows = self.connection.execute(select(customers).order_by(customers.c.name))
        return [readable(customers, row, _customer) for row in rows]

    def owners(self) -> Mapping[str, str]:
        """Return customers that have an account manager, with his code."""
        query = select(customers.c.name, customers.c.manager).where(customers.c.manager != "")
        return {name: manager for name, manager in self.connection.execute(query)}

    def fact(self, key: str) -> str | None:
        """Return one of the archive's own facts."""
        return self.connection.execute(select(facts.c.value).where(facts.c.key == key)).scalar()

    def set_fact(self, key: str, value: str) -> None:
        """Set one."""
        self.put(facts, {"key": key, "value": value}, facts.c.key)


def _customer(row: Any) -> Customer:
    terms = read_terms(json_of(row.terms, dict))
    return Customer(row.name, row.manager, tuple(json_of(row.aliases, list)), terms)


def _roles(text: str) -> tuple[str, ...]:
    """Return somebody's roles; none where the row is damaged: he may nothing, the others go on, ``check`` names him."""
    try:
        return tuple(str(role) for role in json_of(text, list))
    except UNREADABLE:
        return ()
