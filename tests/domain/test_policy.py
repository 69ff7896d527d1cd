"""The whole role x action x relation table, cell by cell, against a second telling of the rules."""

from pathlib import Path

import pytest

from dms.domain.access import Reach, Standing
from dms.domain.policy import PERMISSIONS, Action, Relation, Role, can, table_as_markdown, who_can
from dms.domain.record import Record

# One letter a role in the order AM DM SM GM AR CO AD AU; of each: - no, o own, t own and department, g granted too, * all.
#   g for AM and CO means own+granted and granted; for DM own, department and granted.
EXPECTED = {
    "look": "gg***g--", "print": "gg***g--", "contribute": "******--", "describe": "ot***---", "pair": "ot***---", "accept": "-t***---",
    "declare": "ot**----", "confirm": "-t***---", "approve": "-t**----", "reject": "-t***---", "file": "ot***---",
    "file-by-hand": "--**----", "ask-access": "**--**--", "decide-access": "--**----", "ask-loan": "******--",
    "decide-loan": "--**----", "ask-change": "gg***g--",
    "decide-change": "--**----", "promote": "--**----", "ask-deletion": "ot***---", "decide-deletion": "--**----",
    "restore": "--***---", "purge": "--***---", "hold": "--**----", "appraise": "---**---",
    "decide-destruction": "---*----", "witness": "-****---", "reserve": "*****---", "void": "ot***---",
    "keep-volumes": "--***---", "lend": "--***---", "report": "gg***---", "grade": "--***---",
    "decide-grade": "--**----", "keep-people": "--***-*-", "keep-customers": "--***---", "set-credit": "--**----",
    "reassign": "--**----",
    "hand-over": "---**---", "read-log": "---*---*", "care": "---**-*-",
}  # fmt: skip
MEANS = {
    "-": set(),
    "o": {Relation.OWN},
    "t": {Relation.OWN, Relation.DEPARTMENT},
    "*": set(Relation),
}


@pytest.mark.parametrize("action", list(Action))
def test_every_cell(action):
    assert set(EXPECTED) == {a.value for a in Action}
    for role, letter in zip(Role, EXPECTED[action.value], strict=True):
        granted = {
            Role.ACCOUNT_MANAGER: {Relation.OWN, Relation.GRANTED},
            Role.DEPARTMENT_MANAGER: {Relation.OWN, Relation.DEPARTMENT, Relation.GRANTED},
            Role.CONTRIBUTOR: {Relation.GRANTED},
        }
        allowed = granted[role] if letter == "g" else MEANS[letter]
        for relation in Relation:
            assert can([role.value], action, relation) is (relation in allowed), (role, relation)
    assert not can([], action) and not can(["no such role"], action)


def test_the_table_in_the_documentation_is_this_one():
    told = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert told.endswith(table_as_markdown())
    assert set(PERMISSIONS) == set(Action)


def test_who_can():
    assert who_can(Action.DECIDE_DELETION) == (Role.SALES_MANAGER, Role.GENERAL_MANAGER)


def record(code="X", manager="", customer=""):
    return Record(code, manager=manager, customer=customer)


def test_relations_and_scope_agree_for_every_combination():
    """The scope inside queries and the policy for single records are two tellings of one rule."""
    owners = {"mine": "ZHS", "colleague's": "LI", "other's": "WU"}
    records = [
        record(f"{m}/{c}", m, c)
        for m in ("", "ZHS", "LI", "WU")
        for c in ("", "nobody's", "mine", "colleague's", "other's")
    ]
    grants = [frozenset(), frozenset({"WU/other's"}), frozenset({"customer:other's"}), frozenset({"customer:nobody's"})]
    for role in Role:
        for granted in grants:
            reach = Reach((Standing("ZHS", (role.value,), frozenset({"LI"})),), owners, granted)
            scope = reach.scope(sorted({r.customer for r in records if r.manager in ("ZHS", "LI") and r.customer}))
            for one in records:
                allowed = reach.may(Action.LOOK, one) is not None
                assert scope.holds(one.code, one.manager, one.customer) is allowed, (role, granted, one)
