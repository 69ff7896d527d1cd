"""R2: what a year left open is listed, and who keeps the volumes is reminded from January until all are bound."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_kit import as_, put

from dms.desk.ledger.reporting import failing, report
from dms.desk.records.waiting import waiting
from dms.desk.shelf import lending, volumes
from dms.domain.record import Carrier, RecordState
from dms.errors import Usage
from dms.ports.clock import SystemClock


class January(SystemClock):
    """The machine's clock, set to the January after the records' year."""

    def now(self):
        return super().now().replace(year=2027, month=1, day=5)


def year_end(world):
    return [str(a.question) for a in waiting(world) if a.kind == "year-end"]


def test_a_year_that_is_over_is_listed_and_reminded_of_until_its_volumes_are_bound(office):
    filed = put(office, state=RecordState.FILED)
    waits = put(office)
    with office.catalogue.begin() as tx:
        record = tx.record(filed)
        tx.save_record(record.with_(paper=Carrier()))
    lending.lend(as_(office, "AR"), record.volume, to="ZHS", due="2099-01-01", purpose="核对")
    later = replace(office, clock=January())
    open_ones, faults, unfiled, out = report(as_(later, "AR"), "year-end").sections
    assert [[str(cell) for cell in row] for row in open_ones.rows] == [[record.volume, "open", "1", "1"]]
    assert [row[0] for row in faults.rows] == [record.paper_number] and "paper" in str(faults.rows[0][1])
    assert [row[0] for row in unfiled.rows] == [waits]
    assert [row[:3] for row in out.rows] == [(record.volume, "张华生", "2099-01-01")]
    for who in ("AR", "SM", "GM"):
        assert year_end(as_(later, who)) == ["2026: 1 volumes are not bound yet."]
    for who in ("ZHS", "CO", "DM1"):
        assert year_end(as_(later, who)) == []
    # Another manager's year is not hers.
    assert all(not s.rows for s in report(as_(later, "LMY"), "year-end", "2026").sections[:3])
    volumes.bind(as_(office, "AR"), record.volume, accept="纸质后补")
    assert year_end(as_(later, "AR")) == [] and not failing(report(as_(later, "AR"), "year-end", "2026"))


def test_only_a_year_ends(office):
    with pytest.raises(Usage):
        report(as_(office, "AR"), "year-end", "2026-Q1")
