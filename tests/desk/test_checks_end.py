"""Checks never give up: a damaged row or file is a finding with its place, and a row is compared with the vault."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk_kit import as_, put

from dms.assembly import open_world
from dms.desk.care import auditing
from dms.desk.care.checking import verify
from dms.desk.consent.disposing import ask_deletion, decide_deletion
from dms.desk.shelf.lending import lend
from dms.desk.shelf.placing import locate
from dms.desk.signing.filing import file
from dms.domain.record import RecordState
from dms.errors import Usage
from dms.flow.work import record_json
from dms.ports.registers import Loan
from dms.ports.world import World


def rot(world: World, statement: str, *values: object) -> None:
    """Change the catalogue behind the program's back, as a flipped bit does."""
    database = sqlite3.connect(world.settings.archive / "catalogue.sqlite")
    database.execute("PRAGMA ignore_check_constraints = ON")
    with database:
        assert database.execute(statement, values).rowcount == 1
    database.close()


def kinds(world: World, code: str) -> list[str]:
    """What the check says of a record's row (the desk's records have no scan in the vault, which is told as well)."""
    return [f.kind for f in verify(world) if f.target == code and f.kind in ("damaged-row", "row-differs", "damaged")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE links SET state='confirmEd' WHERE code=?",
        "UPDATE records SET state='fileD' WHERE code=?",
        "UPDATE records SET fields='{' WHERE code=?",
        "UPDATE records SET date='2026-13-01' WHERE code=?",
        "UPDATE records SET see_also='[' WHERE code=?",
    ],
)
def test_a_damaged_row_is_a_finding_and_the_others_are_checked(office: World, statement: str) -> None:
    bad, worse = put(office), put(office)
    rot(office, statement, bad)
    rot(office, "UPDATE records SET customer='X' WHERE code=?", worse)
    assert kinds(office, bad) == ["damaged-row"] and kinds(office, worse) == ["row-differs"]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE records SET title='折让审枇' WHERE code=?", "title"),
        ("UPDATE records SET manager='ZHT' WHERE code=?", "manager"),
        ('UPDATE records SET fields=\'{"amount": "1"}\' WHERE code=?', "fields.amount"),
        ("UPDATE carriers SET address='室/柚' WHERE kind='paper' AND code=?", "paper.address"),
        ("UPDATE carriers SET pages=7 WHERE kind='electronic' AND code=?", "electronic.pages"),
        ("UPDATE links SET reason='x' WHERE code=?", "link.reason"),
    ],
)
def test_a_row_that_is_not_what_the_vault_says_is_told(office: World, statement: str, named: str) -> None:
    code = put(office)
    assert kinds(office, code) == []
    rot(office, statement, code)
    (told,) = [f for f in verify(office) if f.kind == "row-differs"]
    assert told.target == code and str(told.detail).startswith(named + ":")


def test_a_vault_ahead_of_its_row_is_told(office: World) -> None:
    code = put(office, state=RecordState.FILED)
    with office.catalogue.look() as tx:
        record = tx.record(code)
    assert record is not None
    ghost = record_json(replace(record, title="GHOST"))
    office.vault.write(code, {"record.json": ghost}, message="Changed: x", user="GM", at=office.now())
    assert kinds(office, code) == ["row-differs"]


def test_what_acts_change_in_the_row_alone_is_no_difference(office: World) -> None:
    code = put(office)
    file(office, code, by_hand="补录")
    locate(office, code, "二室/3柜", home=False, reason="搬")
    assert kinds(office, code) == []
    asked = ask_deletion(as_(office, "ZHS"), code, reason="重复")
    decide_deletion(as_(office, "SM"), asked.id, agree=True)
    assert kinds(office, code) == []


@pytest.mark.parametrize("column", ["data", "leaf"])
def test_a_damaged_act_is_a_finding_of_the_log(office: World, column: str) -> None:
    put(office)
    rot(office, f"UPDATE acts SET {column}='{{x' WHERE id=2")  # noqa: S608 a column of ours
    assert "act 2" in {f.target for f in auditing.verify(office)}


@pytest.mark.parametrize("name", ["scheme.toml", "forms/own.toml"])
def test_a_file_of_the_house_that_is_no_text_is_named_with_its_line(office: World, name: str) -> None:
    home: Path = office.settings.home
    path = home / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"# first\n# \xff\n")
    with pytest.raises(Usage, match="line 2"), open_world(home, user="gm"):
        pass


@pytest.mark.parametrize(
    ("statement", "place", "named"),
    [
        ("UPDATE people SET roles='[\"general_manager\"]' WHERE code='CO'", "CO", "roles"),
        ("UPDATE people SET login='x' WHERE code='SM'", "SM", "login"),
        ("DELETE FROM people WHERE code='LMY'", "LMY", "The log knows"),
        ("UPDATE loans SET borrower='别人'", "loans 1", "borrower"),
        ("UPDATE loans SET back_at='2026-01-01'", "loans 1", "back_at"),
        ("DELETE FROM loans", "loans 1", "The log knows"),
        ("UPDATE loans SET id=9", "loan 9", "No act"),
    ],
)
def test_people_and_loans_that_are_not_what_the_log_says_are_told(
    office: World, statement: str, place: str, named: str
) -> None:
    code = put(office, state=RecordState.FILED)
    due = (office.clock.now().date() + timedelta(days=9)).isoformat()
    lend(office, code, Loan("", "李美玉", "", due, "核对", "", ""))
    assert [f.target for f in verify(office) if f.kind == "row-differs"] == []
    rot(office, statement)
    assert [f.target for f in verify(office) if f.kind == "row-differs" and named in str(f.detail)] == [place]
