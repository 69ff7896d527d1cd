"""Who may do what: roles, acts, and how the person stands to the record. One table, deny by default.

``docs/permissions.md`` is printed from it. Beside it stands the rule of four eyes, :mod:`dms.desk.acts.four_eyes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person is in the archive; he may be several."""

    ACCOUNT_MANAGER = "account_manager"
    DEPARTMENT_MANAGER = "department_manager"
    SALES_MANAGER = "sales_manager"
    GENERAL_MANAGER = "general_manager"
    ARCHIVIST = "archivist"
    CONTRIBUTOR = "contributor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Relation(StrEnum):
    """How a person stands to a record; of several the first that holds in this order counts most."""

    OWN = "own"
    DEPARTMENT = "department"
    GRANTED = "granted"
    OTHER = "other"


class Action(StrEnum):
    """What can be done. The value is the name of the act in the log."""

    LOOK = "look"
    PRINT = "print"
    CONTRIBUTE = "contribute"
    DESCRIBE = "describe"
    PAIR = "pair"
    ACCEPT = "accept"
    DECLARE = "declare"
    CONFIRM = "confirm"
    APPROVE = "approve"
    REJECT = "reject"
    FILE = "file"
    FILE_BY_HAND = "file-by-hand"
    ASK_ACCESS = "ask-access"
    DECIDE_ACCESS = "decide-access"
    ASK_LOAN = "ask-loan"
    DECIDE_LOAN = "decide-loan"
    ASK_CHANGE = "ask-change"
    DECIDE_CHANGE = "decide-change"
    PROMOTE = "promote"
    ASK_DELETION = "ask-deletion"
    DECIDE_DELETION = "decide-deletion"
    RESTORE = "restore"
    PURGE = "purge"
    HOLD = "hold"
    APPRAISE = "appraise"
    DECIDE_DESTRUCTION = "decide-destruction"
    WITNESS = "witness"
    RESERVE = "reserve"
    VOID = "void"
    KEEP_VOLUMES = "keep-volumes"
    LEND = "lend"
    REPORT = "report"
    GRADE = "grade"
    DECIDE_GRADE = "decide-grade"
    KEEP_PEOPLE = "keep-people"
    KEEP_CUSTOMERS = "keep-customers"
    SET_CREDIT = "set-credit"
    REASSIGN = "reassign"
    HAND_OVER = "hand-over"
    READ_LOG = "read-log"
    CARE = "care"


# Asked without a record, these reach as far as the person sees: a report holds what is inside his scope.
SCOPED = frozenset({Action.REPORT, Action.PRINT})

_ALL = frozenset(Relation)
_OWN = frozenset({Relation.OWN})
_TEAM = frozenset({Relation.OWN, Relation.DEPARTMENT})
_OWN_GRANTED = _OWN | {Relation.GRANTED}
_TEAM_GRANTED = _TEAM | {Relation.GRANTED}
_GRANTED = frozenset({Relation.GRANTED})

_AM, _DM, _SM, _GM = Role.ACCOUNT_MANAGER, Role.DEPARTMENT_MANAGER, Role.SALES_MANAGER, Role.GENERAL_MANAGER
_AR, _CO, _AD, _AU = Role.ARCHIVIST, Role.CONTRIBUTOR, Role.ADMINISTRATOR, Role.AUDITOR

PERMISSIONS: Mapping[Action, Mapping[Role, frozenset[Relation]]] = MappingProxyType(
    {
        # R5, R6
        Action.LOOK: {_AM: _OWN_GRANTED, _DM: _TEAM_GRANTED, _SM: _ALL, _GM: _ALL, _AR: _ALL, _CO: _GRANTED},
        Action.PRINT: {_AM: _OWN_GRANTED, _DM: _TEAM_GRANTED, _SM: _ALL, _GM: _ALL, _AR: _ALL, _CO: _GRANTED},
        # R7
        Action.CONTRIBUTE: {_AM: _ALL, _DM: _ALL, _SM: _ALL, _GM: _ALL, _AR: _ALL, _CO: _ALL},
        Action.DESCRIBE: {_AM: _OWN, _DM: _TEAM, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.PAIR: {_AM: _OWN, _DM: _TEAM, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        # R12: for another person than the handler
        Action.ACCEPT: {_DM: _TEAM, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        # R3, R4
        Action.DECLARE: {_AM: _OWN, _DM: _TEAM, _SM: _ALL, _GM: _ALL},
        Action.CONFIRM: {_DM: _TEAM, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.APPROVE: {_DM: _TEAM, _SM: _ALL, _GM: _ALL},
        Action.REJECT: {_DM: _TEAM, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.FILE: {_AM: _OWN, _DM: _TEAM, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.FILE_BY_HAND: {_SM: _ALL, _GM: _ALL},
        # R5
        Action.ASK_ACCESS: {_AM: _ALL, _DM: _ALL, _AR: _ALL, _CO: _ALL},
        Action.DECIDE_ACCESS: {_SM: _ALL, _GM: _ALL},
        Action.ASK_LOAN: {_AM: _ALL, _DM: _ALL, _SM: _ALL, _GM: _ALL, _AR: _ALL, _CO: _ALL},
        Action.DECIDE_LOAN: {_SM: _ALL, _GM: _ALL},
        # R8, R11
        Action.ASK_CHANGE: {_AM: _OWN_GRANTED, _DM: _TEAM_GRANTED, _SM: _ALL, _GM: _ALL, _AR: _ALL, _CO: _GRANTED},
        Action.DECIDE_CHANGE: {_SM: _ALL, _GM: _ALL},
        Action.PROMOTE: {_SM: _ALL, _GM: _ALL},
        # R9
        Action.ASK_DELETION: {_AM: _OWN, _DM: _TEAM, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.DECIDE_DELETION: {_SM: _ALL, _GM: _ALL},
        Action.RESTORE: {_SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.PURGE: {_SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.HOLD: {_SM: _ALL, _GM: _ALL},
        Action.APPRAISE: {_GM: _ALL, _AR: _ALL},
        Action.DECIDE_DESTRUCTION: {_GM: _ALL},
        Action.WITNESS: {_DM: _ALL, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        # R1, R2, R13
        Action.RESERVE: {_AM: _ALL, _DM: _ALL, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.VOID: {_AM: _OWN, _DM: _TEAM, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.KEEP_VOLUMES: {_SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.LEND: {_SM: _ALL, _GM: _ALL, _AR: _ALL},
        # R10, R14
        Action.REPORT: {_AM: _OWN_GRANTED, _DM: _TEAM_GRANTED, _SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.GRADE: {_SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.DECIDE_GRADE: {_SM: _ALL, _GM: _ALL},
        # the archive itself
        Action.KEEP_PEOPLE: {_SM: _ALL, _GM: _ALL, _AR: _ALL, _AD: _ALL},
        Action.KEEP_CUSTOMERS: {_SM: _ALL, _GM: _ALL, _AR: _ALL},
        Action.SET_CREDIT: {_SM: _ALL, _GM: _ALL},
        Action.REASSIGN: {_SM: _ALL, _GM: _ALL},
        Action.HAND_OVER: {_GM: _ALL, _AR: _ALL},
        Action.READ_LOG: {_GM: _ALL, _AU: _ALL},
        Action.CARE: {_GM: _ALL, _AR: _ALL, _AD: _ALL},
    }
)


def can(roles: Iterable[str], action: Action, relation: Relation = Relation.OTHER) -> bool:
    """Tell whether somebody with these roles may do this to a record he stands to so.

    Acts on no record (people, log, care) are asked with ``Relation.OTHER``.
    """
    allowed = PERMISSIONS[action]
    return any(relation in allowed.get(Role(role), frozenset()) for role in roles if role in set(Role))


def who_can(action: Action, relation: Relation = Relation.OTHER) -> tuple[Role, ...]:
    """Return the roles that may, in the order of :class:`Role`."""
    return tuple(role for role in Role if relation in PERMISSIONS[action].get(role, frozenset()))


def table_as_markdown() -> str:
    """Return the whole table for ``docs/permissions.md``."""
    heads = [role.value.replace("_", " ") for role in Role]
    lines = ["| act | " + " | ".join(heads) + " |", "| --- |" + " --- |" * len(heads)]
    for action, allowed in PERMISSIONS.items():
        cells = []
        for role in Role:
            held = allowed.get(role, frozenset())
            cells.append("all" if held == _ALL else ", ".join(r.value for r in Relation if r in held) or "–")
        lines.append(f"| `{action.value}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
