"""A damaged row ends no command in a traceback: each tells it with its place, and goes on with the others it can."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from dms.adapters.catalogue.tables import metadata
from dms.assembly import open_world
from dms.domain.record import Carrier, Record
from dms.flow.work import record_json
from dms.ports.catalogue import Attention
from dms.ports.registers import Loan, Request, Signature
from dms.said import Said

# What a row may hold after a flip: no UTF-8, no JSON, JSON of another shape, a word where a number stood.
ROT = ("x'ff80'", "'{'", "'[1]'", "'rot'", "'{}'")
CODES = {0, 1, 2, 4, 5, 6}
COMMANDS = (
    ("verify",), ("doctor",), ("show", "CODE"), ("search", "折让"), ("attention",), ("volume", "list"),
    ("volume", "check", "VOLUME"), ("audit", "verify"), ("audit", "list"), ("loan", "list"), ("people", "list"),
    ("customers", "list"), ("requests",), ("delete", "--list"), ("access",), ("report", "exceptions"),
)  # fmt: skip


@pytest.fixture
def filled(archive):
    """An archive with a row in nearly every table that commands read, and a copy of its catalogue."""
    with open_world(archive.home, user="tester") as world, world.catalogue.begin() as tx:
        codes = []
        for _ in range(2):
            code = str(tx.next_code("HG01", 2026))
            series = world.scheme.volume("04", 2026, "ZHS", "D30")
            number = str(tx.next_paper(tx.open_volume(series, world.now())))
            record = Record(
                code, title="折让审批", class_code="04", customer="杭州新辰酒店有限公司", manager="ZHS", year=2026,
                retention="D30", paper_number=number, volume=number.rpartition("-")[0], received_at=world.now(),
                electronic=Carrier(True, f"2026/0000/{code}"), fields={"amount": "1860.00"},
            )  # fmt: skip
            tx.add_record(record)
            tx.enqueue("index", code)
            codes.append((code, record))
        code = codes[-1][0]
        tx.ask(Attention("quality", code, Said("Look."), "", world.now(), {"a": "b"}))
        tx.sign(Signature(code, "handler", "online", "ZHS", "ZHS", world.now(), ""))
        tx.add_loan(Loan(code, "张华生", world.now(), "2026-12-31", "查阅", "GM", "AR"))
        tx.add_request(Request("access", code, "open", "LMY", world.now(), "核对"))
    with open_world(archive.home, user="tester") as world:
        for one, record in codes:
            world.vault.write(one, {"record.json": record_json(record)}, message="made", user="GM", at=world.now())
    archive.dms("search", "折让")
    shutil.copy(archive.home / "archive" / "catalogue.sqlite", archive.home / "whole")
    archive.places = {"CODE": code, "VOLUME": codes[0][1].volume}
    return archive


def rot(home: Path, table: str, column: str, value: str) -> bool:
    """Damage one column of a table's newest row; False where there is no row, or the engine refuses it."""
    for suffix in ("-wal", "-shm"):
        (home / "archive" / f"catalogue.sqlite{suffix}").unlink(missing_ok=True)
    shutil.copy(home / "whole", home / "archive" / "catalogue.sqlite")
    database = sqlite3.connect(home / "archive" / "catalogue.sqlite")
    database.execute("PRAGMA ignore_check_constraints = ON")
    try:
        with database:
            statement = (
                f'UPDATE "{table}" SET "{column}"=CAST({value} AS TEXT) WHERE rowid=(SELECT max(rowid) FROM "{table}")'  # noqa: S608 names of ours
            )
            return database.execute(statement).rowcount == 1
    except sqlite3.IntegrityError:
        return False
    finally:
        database.close()


def damage() -> list[tuple[str, str]]:
    return [(t.name, c.name) for t in metadata.sorted_tables for c in t.c if not c.primary_key]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_no_damaged_column_ends_a_command_in_a_traceback(filled, part):
    tried = 0
    for number, (table, column) in enumerate(damage()):
        if number % 4 != part or not rot(filled.home, table, column, ROT[number // 4 % len(ROT)]):
            continue
        for turn in range(4):
            command = COMMANDS[(number // 4 + turn * 4) % len(COMMANDS)]
            told = filled.dms(*(filled.places.get(word, word) for word in command))
            assert filled.exit in CODES, (table, column, command)
            assert filled.exit != 1 or told["error"]["code"] in ("damaged", "unavailable", "conflict"), (
                table,
                column,
                command,
                told,
            )
            tried += 1
    assert tried > 40


@pytest.mark.parametrize(
    ("table", "column", "named"),
    [
        ("people", "roles", "people"), ("customers", "aliases", "customers"), ("records", "fields", "records"),
        ("attention", "data", "attention"), ("loans", "due", "loans"), ("requests", "data", "requests"),
        ("signatures", "note", "signatures"), ("links", "state", "links"), ("volumes", "state", "volumes"),
    ],
)  # fmt: skip
def test_a_check_names_the_damaged_row_and_goes_on(filled, table, column, named):
    assert rot(filled.home, table, column, "x'ff80'" if column not in ("roles", "aliases", "fields", "data") else "'{'")
    told = filled.dms("verify")
    assert filled.exit == 6
    assert [f for f in told["findings"] if f["kind"] == "catalogue" and named in f["detail"]], told["findings"]
    doctor = filled.dms("doctor")
    assert filled.exit in (0, 6) and {"search", "backup"} <= {c["name"] for c in doctor["checks"]}


def test_a_person_whose_roles_are_damaged_may_nothing_and_the_others_go_on(filled):
    assert rot(filled.home, "people", "roles", "'{'")
    told = filled.dms("people", "list")
    assert filled.exit == 0 and [p["roles"] for p in told["people"]].count([]) == 1


def test_a_list_goes_on_past_a_question_whose_record_is_damaged(filled):
    assert rot(filled.home, "records", "fields", "'{'")
    assert [a["question"] for a in filled.dms("attention")["attention"]] == ["Look."]
    told = filled.dms("show", filled.places["CODE"])
    assert filled.exit == 1 and told["error"]["code"] == "damaged" and filled.places["CODE"] in told["error"]["message"]
