"""Two clerks at once on the same records: filing, approving, borrowing, moving; nothing lost, doubled or stuck."""

from __future__ import annotations

import json
import multiprocessing
import random
import sqlite3
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from dms.assembly import init, open_world
from dms.desk.accounts import people
from dms.desk.care import auditing, checking
from dms.desk.records import describing, finding, showing
from dms.desk.shelf import lending, placing
from dms.desk.signing import approving, filing
from dms.domain.record import Carrier, Record
from dms.errors import DmsError
from dms.flow.work import record_json
from dms.ports.catalogue import Person

pytestmark = pytest.mark.slow
ACTS = 1000
RECORDS = 40
DUE = (date.today() + timedelta(days=3)).isoformat()


def prepare(home: Path) -> None:
    """An archive with records to fight over, without the cost of reading files."""
    init(home, user="gm")
    with open_world(home, user="gm") as world:
        for code, role, login in (
            ("C1", "archivist", "one"),
            ("C2", "archivist", "two"),
            ("ZHS", "account_manager", "zhs"),
        ):
            people.add_person(world, Person(code, f"{code}名", (role, "sales_manager"), login))
        with world.catalogue.begin() as tx:
            for n in range(1, RECORDS + 1):
                code = str(tx.next_code("HG01", 2026))
                record = Record(
                    code, title=f"文件{n}", class_code="04", manager="ZHS", year=2026, retention="D30",
                    received_at=world.now(), electronic=Carrier(True, f"2026/0000/{code}"),
                )  # fmt: skip
                tx.add_record(record)
                world.vault.write(code, {"record.json": record_json(record)}, message="made", user="gm", at=world.now())


def clerk(home: str, user: str, seed: int, count: int, target: str) -> None:
    """Do ``count`` acts at random; write down which passed and how the others ended."""
    rng = random.Random(seed)
    outcome: Counter[str] = Counter()
    with open_world(Path(home), user=user) as world:
        for _ in range(count):
            code = f"HG01E2026{rng.randint(1, RECORDS):06d}"
            acts = {
                "declare": lambda code=code: approving.declare(world, code),
                "approve": lambda code=code: approving.approve(world, code),
                "file": lambda code=code: filing.file(world, code, by_hand="两人同时"),
                "describe": lambda code=code: describing.describe(world, code, title=f"题名{rng.random()}"),
                "lend": lambda code=code: lending.lend(world, code, to="ZHS", due=DUE, purpose="核对"),
                "back": lambda code=code: lending.take_back(world, code),
                "move": lambda code=code: placing.locate(world, code, f"室/{rng.randint(1, 9)}柜"),
                "look": lambda code=code: showing.show(world, code),
            }
            name = rng.choice(list(acts))
            try:
                acts[name]()
                outcome[name] += 1
            except DmsError as problem:
                outcome[f"refused:{problem.code}"] += 1
    Path(target).write_text(json.dumps(outcome), encoding="utf-8")


def test_a_thousand_acts_by_two_clerks(tmp_path: Path) -> None:
    home = tmp_path / "home"
    prepare(home)
    with open_world(home, user="gm") as world:
        before = auditing.root(world).size
    context = multiprocessing.get_context("spawn")
    results = [tmp_path / "one.json", tmp_path / "two.json"]
    clerks = [
        context.Process(target=clerk, args=(str(home), user, seed, ACTS // 2, str(result)))
        for (user, seed), result in zip((("one", 1), ("two", 2)), results, strict=True)
    ]
    for process in clerks:
        process.start()
    for process in clerks:
        process.join(400)
        assert process.exitcode == 0
    outcome: Counter[str] = Counter()
    for result in results:
        outcome += Counter(json.loads(result.read_text(encoding="utf-8")))
    # Nothing but being too late or not permitted ever kept an act from passing: no lock, no lost database.
    assert set(outcome) <= {"declare", "approve", "file", "describe", "lend", "back", "move", "look", "refused:conflict",
                            "refused:not-found", "refused:not-permitted"}, outcome  # fmt: skip
    assert sum(outcome.values()) == ACTS
    passed = sum(n for name, n in outcome.items() if not name.startswith("refused"))
    with open_world(home, user="gm") as world:
        with world.catalogue.look() as tx:
            logged = [a for a in tx.log_from(before + 1)]
            records = tx.records()
            loans = tx.loans()
        # Every act that passed stands in the log, exactly once.
        assert len(logged) == passed
        names = {"take-back": "back"}
        assert Counter(names.get(a.act, a.act) for a in logged) == Counter(
            {k: v for k, v in outcome.items() if not k.startswith("refused")}
        )
        numbers = [r.paper_number for r in records if r.paper_number]
        assert len(numbers) == len(set(numbers)) == outcome["file"]
        assert sorted(int(n[-4:]) for n in numbers) == list(range(1, len(numbers) + 1))
        out = Counter(x.target for x in loans if not x.back_at)
        assert max(out.values(), default=0) <= 1
        assert len(loans) == outcome["lend"] and sum(bool(x.back_at) for x in loans) == outcome["back"]
        assert auditing.verify(world) == []
        finding.catch_up(world)
        assert [f for f in checking.verify(world) if f.kind != "gap"] == []
    with sqlite3.connect(home / "archive" / "catalogue.sqlite") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    print(dict(outcome))
