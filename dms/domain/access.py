"""Who sees which records (R5): how a person stands to a record, and the scope applied inside every query.

A record belongs to the account manager of its customer as customers are assigned now; where its customer is none's,
to the manager it was filed under. So access follows the customer when he is handed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dms.domain.policy import SCOPED, Action, Relation, Role, can
from dms.domain.query import Scope
from dms.domain.record import Record

ROLES = frozenset(role.value for role in Role)
CUSTOMER = "customer:"


@dataclass(frozen=True, slots=True)
class Standing:
    """One person as the policy sees him: himself, or somebody he stands in for.

    Attributes:
        code: code of the person.
        roles: his roles.
        team: codes of the people of his department, his own not among them.
    """

    code: str
    roles: tuple[str, ...]
    team: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reach:
    """All that decides how somebody stands to a record.

    Attributes:
        standings: himself first, then those he stands in for.
        owners: customer -> account manager's code, as assigned now.
        granted: codes and ``customer:NAME`` he was granted access to, not expired.
    """

    standings: tuple[Standing, ...]
    owners: Mapping[str, str] = field(default_factory=dict)
    granted: frozenset[str] = frozenset()

    def owner(self, record: Record) -> str:
        """Code of the manager a record belongs to now."""
        return self.owners.get(record.customer, "") or record.manager

    def relations(self, standing: Standing, record: Record) -> frozenset[Relation]:
        """How one standing stands to a record; a grant holds beside what he is to it anyway."""
        owner = self.owner(record)
        found = {Relation.OTHER}
        if owner and owner == standing.code:
            found = {Relation.OWN}
        elif owner and owner in standing.team:
            found = {Relation.DEPARTMENT}
        if record.code in self.granted or (record.customer and CUSTOMER + record.customer in self.granted):
            found.add(Relation.GRANTED)
        return frozenset(found)

    def may(self, action: Action, record: Record | None = None) -> Standing | None:
        """Return the standing in which somebody may act, himself before others; None where he may not.

        Acts on no record are asked without one.
        """
        for standing in self.standings:
            relations = self.relations(standing, record) if record else _without_record(action)
            if any(can(standing.roles, action, relation) for relation in relations):
                return standing
        return None

    def scope(self, customers_of: Iterable[str] = ()) -> Scope:
        """Return what somebody sees, for use inside queries.

        Args:
            customers_of: customers on records filed under one of his managers, to leave out those handed over.
        """
        managers: set[str] = set()
        granted = False
        for standing in self.standings:
            if can(standing.roles, Action.LOOK, Relation.OTHER):
                return Scope(everything=True)
            if can(standing.roles, Action.LOOK, Relation.OWN):
                managers.add(standing.code)
            if can(standing.roles, Action.LOOK, Relation.DEPARTMENT):
                managers |= standing.team
            granted = granted or can(standing.roles, Action.LOOK, Relation.GRANTED)
        mine = {name for name, owner in self.owners.items() if owner in managers}
        away = {name for name in customers_of if self.owners.get(name) and name not in mine}
        if granted:
            mine |= {g.removeprefix(CUSTOMER) for g in self.granted if g.startswith(CUSTOMER)}
            codes = frozenset(g for g in self.granted if not g.startswith(CUSTOMER))
        else:
            codes = frozenset()
        return Scope(managers=frozenset(managers), customers=frozenset(mine), codes=codes, away=frozenset(away - mine))


def _without_record(action: Action) -> frozenset[Relation]:
    return frozenset(Relation) if action in SCOPED else frozenset({Relation.OTHER})


def may_see(scope: Scope, record: Record) -> bool:
    """True where a record lies inside a scope."""
    return scope.holds(record.code, record.manager, record.customer)
