"""Who may see which records (R5), decided here only and applied inside every query. Deny by default."""

from __future__ import annotations

from collections.abc import Iterable

from dms.domain.query import Scope
from dms.domain.record import Record

SEES_ALL = frozenset({"general_manager", "sales_manager", "archivist", "auditor"})
ROLES = frozenset(
    {
        "account_manager", "department_manager", "sales_manager", "general_manager", "archivist", "contributor",
        "administrator", "auditor",
    }
)  # fmt: skip


def scope_of(code: str, roles: Iterable[str], customers: Iterable[str]) -> Scope:
    """Return what a person may see: all, or his own customers' records and those that carry his code.

    Args:
        code: his code as in volume numbers.
        roles: his roles, of :data:`ROLES`.
        customers: customers whose account manager he is.
    """
    held = set(roles)
    if held & SEES_ALL:
        return Scope(everything=True)
    if "account_manager" in held:
        return Scope(managers=frozenset({code}), customers=frozenset(customers))
    return Scope()


def may_see(scope: Scope, record: Record) -> bool:
    """True where a record lies inside a scope."""
    return (
        scope.everything
        or record.code in scope.codes
        or (bool(record.manager) and record.manager in scope.managers)
        or (bool(record.customer) and record.customer in scope.customers)
    )
