"""People and customers: added one by one or imported from CSV or XLSX rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dms.desk.acts import gate
from dms.desk.care.auditing import bring_back
from dms.domain.access import ROLES
from dms.domain.policy import Action, Role
from dms.errors import NotFound, NotPermitted, Usage
from dms.ports.catalogue import Act, Customer, Person, Transaction
from dms.ports.registers import Deputy
from dms.ports.world import World
from dms.said import Do, Said

_CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}")


def add_person(world: World, person: Person) -> None:
    """Add or change a person.

    Raises:
        Usage: a code that cannot stand in a volume number, no name, an unknown role.
        NotPermitted: the asker does not keep the archive's people.
    """
    if not _CODE.fullmatch(person.code):
        raise Usage(
            Said("“{person}” cannot be a person's code.", person=person.code),
            Said("One to eight capital letters or digits, a letter first: ZHS."),
        )
    if not person.name.strip():
        raise Usage(Said("A person needs a name."), Do("people add", "ZHS", "张华生"))
    unknown = set(person.roles) - ROLES
    if unknown:
        raise Usage(
            Said("There is no role “{unknown}”.", unknown=sorted(unknown)[0]),
            Said("Roles: {roles}", roles=sorted(ROLES)),
        )
    with world.catalogue.look() as tx:
        nobody = not tx.people()
    if nobody:
        # A lost catalogue begins anew with whoever has the machine; the log goes on where its copy ends.
        bring_back(world)
        with world.catalogue.begin() as tx:
            tx.save_person(person)
            tx.log(Act(world.now(), world.user, "person", person.code, "the first", {"after": told_of(person)}))
        return
    with gate.acting(world, Action.KEEP_PEOPLE, target=person.code, other="person") as act:
        before = next((p for p in act.tx.people() if p.code == person.code), None)
        no_rise(act, person, before)
        act.tx.save_person(person)
        act.notes |= {"before": told_of(before) if before else None, "after": told_of(person)}


def add_customers(world: World, customers: Sequence[Customer]) -> int:
    """Add or change customers; return how many.

    Raises:
        Usage: no name, or an account manager nobody knows; nothing was taken then.
        NotPermitted: the asker does not keep the archive's customers.
    """
    with gate.acting(world, Action.KEEP_CUSTOMERS, target=f"{len(customers)} rows", other="customers") as act:
        tx = act.tx
        known = {p.code for p in tx.people()}
        owners = {c.name: c.manager for c in tx.customers()}
        for row, customer in enumerate(customers, 1):
            if not customer.name.strip():
                raise Usage(
                    Said("Row {row}: a customer needs a name.", row=row), Said("Nothing was taken; mend the row.")
                )
            if customer.manager and customer.manager not in known:
                raise Usage(
                    Said("Row {row}: there is no account manager “{manager}”.", row=row, manager=customer.manager),
                    Said("Known: {known}. Nothing was taken.", known=sorted(known)),
                )
            before = owners.get(customer.name, "")
            if before and customer.manager not in ("", before):
                raise NotPermitted(
                    Said("Row {row}: {customer} belongs to {before}.", row=row, customer=customer.name, before=before),
                    Said(
                        "Hand him over first: {act}", act=Do("customers reassign", customer.name, to=customer.manager)
                    ),
                )
            tx.save_customer(customer if customer.manager else replace(customer, manager=before))
        # Whole, so that a lost catalogue gets them back from the log.
        act.notes["customers"] = [
            {"name": c.name, "manager": c.manager or owners.get(c.name, ""), "aliases": list(c.aliases)}
            for c in customers
        ]
    return len(customers)


def no_rise(act: gate.Passage, person: Person, before: Person | None) -> None:
    """Nobody gives himself, or lets an administrator give, what decides over records: only a manager who has it."""
    gained = deciding(person) - (deciding(before) if before else set())
    held = set(act.me.roles)
    if gained and Role.GENERAL_MANAGER not in held:
        raise NotPermitted(
            Said("The role {gained} is given by the general manager.", gained=sorted(gained)[0]),
            Said("Ask him to enter it: {act}", act=Do("people add", "…")),
        )


def deciding(person: Person) -> set[Role]:
    """Return those of somebody's roles that decide over records or read the log."""
    decide = {Role.GENERAL_MANAGER, Role.SALES_MANAGER, Role.DEPARTMENT_MANAGER, Role.ARCHIVIST, Role.AUDITOR}
    return {role for role in decide if role in person.roles}


def told_of(person: Person) -> dict[str, object]:
    """Return what the log keeps of a person."""
    return {"name": person.name, "roles": list(person.roles), "login": person.login, "department": person.department}


def reassign(world: World, names: Sequence[str], manager: str, *, reason: str) -> int:
    """Hand customers over to another account manager: access follows at once, records keep who filed them.

    Args:
        world: the archive.
        names: customers; a person's code stands for all of his.
        manager: code of the new account manager.
        reason: why.

    Raises:
        NotFound: no such customer.
        Usage: no reason, or nobody has that code.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("Customers are handed over only with a reason."), Do("", reason="张华生离职"))
    with gate.acting(world, Action.REASSIGN, target=manager, reason=reason) as act:
        if manager not in {p.code for p in act.tx.people()}:
            raise Usage(
                Said("There is no account manager “{manager}”.", manager=manager),
                Said("“{act}” names them.", act=Do("people list")),
            )
        customers = {c.name: c for c in act.tx.customers()}
        chosen = []
        for name in names:
            mine = [c for c in customers.values() if c.manager == name.upper()] if name not in customers else []
            if name not in customers and not mine:
                raise NotFound(
                    Said("There is no customer “{name}”.", name=name),
                    Said("“{act}” names them.", act=Do("customers list")),
                )
            chosen += mine or [customers[name]]
        for one in chosen:
            act.tx.save_customer(Customer(one.name, manager, one.aliases))
        act.notes["customers"] = [{"name": c.name, "before": c.manager, "after": manager} for c in chosen]
    return len(chosen)


def appoint(world: World, deputy: Deputy, *, reason: str) -> None:
    """Let somebody stand in for another person between two dates, both included.

    Raises:
        Usage: unknown people, the same one twice, impossible dates, no reason.
        NotPermitted: not for the asker; a person may appoint his own deputy.
    """
    if not reason.strip():
        raise Usage(Said("A deputy is appointed only with a reason."), Do("", reason="年假"))
    try:
        if date.fromisoformat(deputy.since) > date.fromisoformat(deputy.until):
            raise Usage(Said("The last day lies before the first."), Do("", since="2026-12-01", until="2026-12-10"))
    except ValueError:
        raise Usage(Said("Days are written as 2026-12-01."), Do("", since="2026-12-01", until="2026-12-10")) from None
    with world.catalogue.begin() as tx:
        me = gate.person(world, tx)
        if deputy.person != me.code:
            gate.permitted(world, tx, Action.KEEP_PEOPLE)
        people = {p.code for p in tx.people()}
        if not {deputy.person, deputy.deputy} <= people or deputy.person == deputy.deputy:
            raise Usage(
                Said("A deputy and whom he stands in for are two known people."),
                Said("“{act}” names them.", act=Do("people list")),
            )
        tx.save_deputy(deputy)
        told = {"deputy": deputy.deputy, "since": deputy.since, "until": deputy.until}
        tx.log(Act(world.now(), world.user, "deputy", deputy.person, reason, told))


def own_deputies(world: World) -> list[Deputy]:
    """Return who stands, stood or will stand in for the asker."""
    with world.catalogue.look() as tx:
        me = gate.person(world, tx)
        return [d for d in tx.deputies() if d.person == me.code]


def people(world: World) -> list[Person]:
    """Return the people of the archive by code.

    Raises:
        NotPermitted: the archive does not know the asker.
    """
    with world.catalogue.look() as tx:
        gate.person(world, tx)
        return list(tx.people())


def bring_back_masters(tx: Transaction) -> int:
    """Fill people and customers from the log, as they were last entered (the catalogue was lost); return how many.

    Who is there already (the one who began anew) stays as he is.
    """
    people: dict[str, Person] = {}
    customers: dict[str, Customer] = {}
    for act in tx.log_from(1):
        data = act.data
        if act.act == "person" and data.get("after"):
            people[act.target] = _person(act.target, data["after"])
        elif act.act == "import-people":
            people |= {code: _person(code, told) for code, told in dict(data.get("people", {})).items()}
        elif act.act == "customers":
            for told in data.get("customers", ()):
                customers[told["name"]] = Customer(told["name"], told["manager"], tuple(told.get("aliases", ())))
        elif act.act == "reassign":
            for told in data.get("customers", ()):
                known = customers.get(told["name"], Customer(told["name"]))
                customers[told["name"]] = replace(known, manager=told["after"])
    there = {p.code for p in tx.people()}
    for person in people.values():
        if person.code not in there:
            tx.save_person(person)
    for customer in customers.values():
        tx.save_customer(customer)
    return len(people) + len(customers)


def _person(code: str, told: Mapping[str, Any]) -> Person:
    return Person(code, told["name"], tuple(told["roles"]), told["login"], told.get("department", ""))


def seen_customers(world: World) -> list[Customer]:
    """Return the customers within what the asker may see (R5)."""
    with gate.looking(world) as (tx, scope):
        return [c for c in tx.customers() if scope.everything or c.name in scope.customers]
