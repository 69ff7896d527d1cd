"""The gate is the one way to act: nothing else opens a writing transaction or writes the log, and every act is told."""

from __future__ import annotations

import ast
from pathlib import Path

import dms
from dms.desk.acts.kinds import ActKind
from dms.desk.registry import acts, record_acts

ROOT = Path(dms.__file__).parent
# What is no act of a person: the journey and its workers, the operator's commands, and the gate itself.
WRITES = ("desk/acts/gate.py", "desk/intake/items.py", "desk/intake/workshop.py", "desk/care/auditing.py",
          "desk/care/rebuilding.py", "operating/", "assembly.py", "flow/", "adapters/", "demo/")  # fmt: skip
LOGS = ("desk/acts/gate.py", "operating/", "assembly.py", "flow/", "adapters/")


def calls():
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield place, node


def test_only_the_gate_and_the_journey_write():
    found = sorted(
        f"{place}:{node.lineno}"
        for place, node in calls()
        if node.func.attr == "begin" and "catalogue" in ast.unparse(node.func.value) and not place.startswith(WRITES)
    )
    assert found == []


def test_only_the_gate_and_the_journey_log():
    found = sorted(
        f"{place}:{node.lineno}"
        for place, node in calls()
        if node.func.attr == "log" and ast.unparse(node.func.value).endswith("tx") and not place.startswith(LOGS)
    )
    assert found == []


def test_nothing_but_the_journey_and_what_a_commit_decided_is_written_into_the_vault():
    """Killed between the vault and its commit, any other would leave a version that nobody decided."""
    found = {
        place
        for place, node in calls()
        if node.func.attr == "write"
        and ast.unparse(node.func.value).endswith("vault")
        and not place.startswith("adapters/")
    }
    assert found == {"flow/register.py", "flow/route.py", "flow/versions.py"}


def test_every_act_that_passes_the_gate_is_told_in_the_registry():
    told = set(acts())
    for place, node in calls():
        if node.func.attr in ("acting", "entering") and ast.unparse(node.func.value) == "gate":
            names = {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)}
            module = __import__("dms." + place.removesuffix(".py").replace("/", "."), fromlist=["x"])
            found = [getattr(module, name, None) for name in names]
            kinds = [k for k in found if isinstance(k, ActKind)]
            kinds += [k for group in found if isinstance(group, dict) for k in group.values()]
            assert all(k.name in told for k in kinds), (place, node.lineno)
            assert kinds or names & {"kind"}, (place, node.lineno, "names no kind of act")


def test_the_names_in_the_log_are_those_of_the_registry(office):
    with office.catalogue.look() as tx:
        assert {a.act for a in tx.acts()} <= set(acts())


def test_acts_on_records_say_what_they_need():
    assert list(record_acts()["confirm"].inputs[0].choices) == ["customer", "handler", "supervisor"]
    assert {"declare", "approve", "reject", "file", "promote", "pair", "accept", "settle", "void"} <= set(record_acts())
