"""People and customers: added one by one or imported from CSV or XLSX rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dms.desk import gate
from dms.domain.access import ROLES
from dms.errors import NotPermitted, Usage
from dms.ports.catalogue import Act, Customer, Person
from dms.ports.world import World

_KEEPERS = frozenset({"general_manager", "sales_manager", "archivist", "administrator"})
_CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}")


def add_person(world: World, person: Person) -> None:
    """Add or change a person.

    Raises:
        Usage: a code that cannot stand in a volume number, no name, an unknown role.
        NotPermitted: the asker does not keep the archive's people.
    """
    if not _CODE.fullmatch(person.code):
        raise Usage(
            f"“{person.code}” cannot be a person's code.",
            "One to eight capital letters or digits, a letter first: ZHS.",
        )
    if not person.name.strip():
        raise Usage("A person needs a name.", "dms people add ZHS 张华生")
    unknown = set(person.roles) - ROLES
    if unknown:
        raise Usage(f"There is no role “{sorted(unknown)[0]}”.", "Roles: " + ", ".join(sorted(ROLES)))
    with world.catalogue.begin() as tx:
        if tx.people():
            _keeper(gate.person(world, tx))
        tx.save_person(person)
        tx.log(Act(world.now(), world.user, "person", person.code, "", {"roles": list(person.roles)}))


def add_customers(world: World, customers: Sequence[Customer]) -> int:
    """Add or change customers; return how many.

    Raises:
        Usage: no name, or an account manager nobody knows; nothing was taken then.
        NotPermitted: the asker does not keep the archive's customers.
    """
    with world.catalogue.begin() as tx:
        _keeper(gate.person(world, tx))
        known = {p.code for p in tx.people()}
        for row, customer in enumerate(customers, 1):
            if not customer.name.strip():
                raise Usage(f"Row {row}: a customer needs a name.", "Nothing was taken; mend the row.")
            if customer.manager and customer.manager not in known:
                raise Usage(
                    f"Row {row}: there is no account manager “{customer.manager}”.",
                    "Known: " + ", ".join(sorted(known)) + ". Nothing was taken.",
                )
            tx.save_customer(customer)
        tx.log(Act(world.now(), world.user, "customers", f"{len(customers)} rows"))
    return len(customers)


def _keeper(person: Person) -> None:
    if not _KEEPERS & set(person.roles):
        raise NotPermitted(
            "People and customers are kept by the archivist and the managers.", "Ask one of them to enter it."
        )


def seen_customers(world: World) -> list[Customer]:
    """Return the customers within what the asker may see (R5)."""
    with world.catalogue.look() as tx:
        scope = gate.scope(world, tx)
        return [c for c in tx.customers() if scope.everything or c.name in scope.customers]
