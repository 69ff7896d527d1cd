"""The log tells every row that acts change: a rebuild brings all of them back, and none changes unnoticed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_kit import CUSTOMER, as_, desk, put, stand_in

from dms.adapters.catalogue.tables import metadata
from dms.assembly import open_world
from dms.desk.accounts.customers import add_customers
from dms.desk.care.checking import verify
from dms.desk.care.rebuilding import rebuild
from dms.desk.consent import changing, disposing, holding, requesting
from dms.desk.shelf import placing, reserving, volumes
from dms.desk.signing import approving
from dms.domain.numbers import parse_volume
from dms.domain.record import Carrier, RecordState
from dms.ports.catalogue import Act, Customer
from dms.ports.registers import Loan
from dms.ports.world import World

LATER = (date.today() + timedelta(days=30)).isoformat()
# What is on its way, waits for people or is somebody's own; and what is compared in the test as records.
_ELSEWHERE = {
    "counters", "items", "contents", "page_runs", "attention", "jobs", "acts", "facts", "reprints", "accounts", "sessions",
    "tokens", "answers", "versions_due", "dealings",
}  # fmt: skip


def a_year(world: World) -> dict[str, str]:
    """Let people do one of everything; return what it was done to."""
    first, second, third, fourth = (put(world, state=RecordState.FILED, paper=Carrier(True, "")) for _ in range(4))
    add_customers(world, [Customer(CUSTOMER, "ZHS", ("新辰",))])
    with world.catalogue.look() as tx:
        record = tx.record(first)
    assert record is not None
    waiting = put(world)
    approving.declare(as_(world, "ZHS"), waiting)
    approving.declare(as_(world, "ZHS"), (again := put(world)))
    approving.reject(as_(world, "DM1"), again, reason="金额与合同不符")
    placing.locate(as_(world, "AR"), first, "档案室/柜3/层2", home=True, reason="上架")
    stand_in(world, "ZHS", "LMY")
    asked = changing.ask_change(as_(world, "ZHS"), first, {"title": "改后"}, reason="录入有误")
    changing.decide_change(as_(world, "SM"), asked.id, agree=True)
    changing.ask_change(as_(world, "ZHS"), second, {"title": "未定"}, reason="还在等")
    deletion = disposing.ask_deletion(as_(world, "ZHS"), third, reason="重复")
    disposing.decide_deletion(as_(world, "SM"), deletion.id, agree=True)
    holding.hold(as_(world, "GM"), fourth, reason="诉讼")
    requesting.ask_access(as_(world, "LMY"), f"customer:{CUSTOMER}", purpose="核对")
    with world.catalogue.begin() as tx:
        tx.add_loan(Loan(fourth, "张华生", world.now(), LATER, "查阅", "GM", "AR"))
        tx.log(Act(world.now(), "AR", "lend", fourth))
    reserving.void(world, reserving.reserve(world, count=1)[0].code, reason="不用了")
    volumes.close(as_(world, "AR"), record.volume)
    return {"first": first, "third": third, "volume": record.volume}


def everything(world: World) -> dict[str, Any]:
    with world.catalogue.look() as tx:
        rows = {name: {key: dict(row or {}) for key, row in told.items()} for name, told in tx.logged_rows().items()}
        records = {r.code: r.to_dict() for r in tx.records()}
        masters = ([*tx.people()], [*tx.customers()])
    return {"rows": rows, "records": records, "masters": masters}


def test_a_rebuild_brings_back_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DMS_OCR", "none")
    with desk(tmp_path) as world:
        made = a_year(world)
        before = everything(world)
        for name, rows in before["rows"].items():
            assert rows or name == "gradings", f"the year makes a row of {name}"
    for part in (tmp_path / "archive").glob("catalogue.sqlite*"):
        part.unlink()
    with open_world(tmp_path, user="gm") as world:
        assert rebuild(world).findings == ()
        after = everything(world)
        for part, told in before.items():
            assert after[part] == told, part
        with world.catalogue.look() as tx:
            third = tx.record(made["third"])
            volume = tx.volume(parse_volume(made["volume"]))
        assert third is not None and third.state is RecordState.BINNED
        assert volume is not None and volume.state == "closed"
        assert [f for f in verify(world) if f.kind == "row-differs"] == []
        # What comes next has the next number, and the bin's month goes on.
        asked = requesting.ask_access(as_(world, "LMY"), f"customer:{CUSTOMER}", purpose="再核对")
        assert asked.id == 1 + max(int(key) for key in before["rows"]["requests"])
        assert disposing.restore(as_(world, "SM"), made["third"], reason="留着").state is RecordState.FILED


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("UPDATE requests SET state = 'granted' WHERE state = 'open'", "requests"),
        ("UPDATE signatures SET person = 'SM'", "signatures"),
        ("DELETE FROM holds", "holds"),
        ("UPDATE volumes SET state = 'open', closed = ''", "volumes"),
        ("UPDATE loans SET purpose = '别的'", "loans"),
        ("UPDATE moves SET place = '别处'", "moves"),
        ("UPDATE deputies SET until = '2030-01-01'", "deputies"),
        ("DELETE FROM voided", "voided"),
        ("INSERT INTO signatures SELECT code, 'supervisor', kind, 'SM', 'SM', '2099-01-01T00:00:00+08:00', note, standing"
         " FROM signatures LIMIT 1", "signatures"),
    ],
)  # fmt: skip
def test_no_row_changes_unnoticed(office: World, sql: str, place: str) -> None:
    a_year(office)
    assert [f for f in verify(office) if f.kind == "row-differs"] == []
    with office.catalogue.begin() as tx:
        tx.connection.exec_driver_sql(sql)  # type: ignore[attr-defined]  # somebody with the database's own tools
    found = [f.target for f in verify(office) if f.kind == "row-differs"]
    assert found and all(target.startswith(place) for target in found), found


def test_every_table_is_told_by_the_log_or_compared_or_named_as_not(office: World) -> None:
    with office.catalogue.look() as tx:
        told = set(tx.logged_rows())
    by_vault = {"records", "carriers", "links"}
    by_notes = {"people", "customers"}
    assert {t.name for t in metadata.sorted_tables} == told | by_vault | by_notes | _ELSEWHERE
