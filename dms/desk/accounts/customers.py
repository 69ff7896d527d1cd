"""Customers and whose they are: entered, handed over, listed within what somebody may see (R5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.domain.policy import Action
from dms.errors import NotFound, NotPermitted, Usage
from dms.ports.catalogue import Customer
from dms.ports.world import World
from dms.said import Do, Said

CUSTOMERS = ActKind("customers", Action.KEEP_CUSTOMERS, Of.CUSTOMER)
REASSIGN = ActKind("reassign", Action.REASSIGN, Of.CUSTOMER)


def add_customers(world: World, customers: Sequence[Customer]) -> int:
    """Add or change customers; return how many.

    Raises:
        Usage: no name, or an account manager nobody knows; nothing was taken then.
        NotPermitted: the asker does not keep the archive's customers.
    """
    with gate.acting(world, CUSTOMERS, target=customers[0].name if len(customers) == 1 else "") as act:
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
    with gate.acting(world, REASSIGN, target=manager, reason=reason) as act:
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


def seen_customers(world: World) -> list[Customer]:
    """Return the customers within what the asker may see (R5)."""
    with gate.looking(world) as (tx, scope):
        return [c for c in tx.customers() if scope.everything or c.name in scope.customers]


ACTS = (CUSTOMERS, REASSIGN)
