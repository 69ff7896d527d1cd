"""A record takes track, retention and secrecy of its class whole, whichever way its class is set or changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from desk_kit import CUSTOMER, as_, put

from dms.desk.intake.importing import import_sheet
from dms.desk.records import pairing
from dms.desk.records.describing import describe
from dms.desk.shelf.reserving import reserve
from dms.domain.describing.deciding import Description
from dms.domain.record import Carrier, Record, RecordState, Track
from dms.flow.describe import _as_numbered
from dms.flow.register import _of_class

FILES = ("99", Track.ELECTRONIC, "D10", "内部")
BOTH = ("04", Track.DUAL, "D30", "秘密")


@pytest.fixture
def files_only(office):
    """The same office, whose daily papers are kept as files."""
    kinds = {**office.scheme.classes, "99": replace(office.scheme.record_class("99"), track=Track.ELECTRONIC)}
    return replace(office, scheme=replace(office.scheme, classes=kinds))


def of_class(record):
    return record.class_code, record.track, record.retention, record.secrecy


def with_(world, code, **changes):
    with world.catalogue.begin() as tx:
        tx.save_record(tx.record(code).with_(**changes))
    return code


def text(world, code):
    world.vault.write(code, {"text.txt": "例会纪要".encode()}, message="read", user="GM", at=world.now())
    return code


def stored(world, code):
    with world.catalogue.look() as tx:
        return tx.record(code)


def test_describing(files_only):
    code = put(files_only)
    assert of_class(describe(as_(files_only, "ZHS"), code, class_code="99")) == FILES
    assert of_class(describe(as_(files_only, "ZHS"), code, class_code="04")) == BOTH
    assert of_class(stored(files_only, code)) == BOTH


def test_describing_again_what_a_reserved_number_says_leaves_its_retention(files_only):
    (record,) = reserve(as_(files_only, "SM"), class_code="04", manager="ZHS", numbered=True)
    kinds = {**files_only.scheme.classes, "04": replace(files_only.scheme.record_class("04"), retention="Y")}
    later = replace(files_only, scheme=replace(files_only.scheme, classes=kinds))
    again = describe(as_(later, "SM"), record.code, class_code="04")
    assert "-D30-" in again.paper_number and again.retention == "D30"


def test_reserving(files_only):
    (one,), (other,), (bare,) = (reserve(as_(files_only, "SM"), class_code=c) for c in ("99", "04", ""))
    assert (of_class(one), of_class(other)) == (FILES, BOTH)
    assert of_class(bare) == ("", Track.DUAL, "", "")


def test_importing_an_old_catalogue(files_only, tmp_path):
    sheet = tmp_path / "old.csv"
    sheet.write_text("题名,类别,客户经理,日期\n旧件,99,ZHS,2016-03-05\n旧折让,04,ZHS,2016-03-05\n", encoding="utf-8")
    assert import_sheet(as_(files_only, "AR"), "catalogue", sheet, dry=False).rows == 2
    with files_only.catalogue.look() as tx:
        assert sorted(map(of_class, tx.records())) == [BOTH, FILES]


@pytest.mark.parametrize("title", ["", "预留"])
def test_joining_a_record_that_has_no_class_yet(files_only, title):
    """The class comes from the other one, and with it all that hangs on it; so does the year of its date."""
    draft = text(files_only, put(files_only))
    with_(files_only, draft, class_code="", track=Track.DUAL, retention="", secrecy="", paper=Carrier(), year=2026)
    scan = text(files_only, put(files_only))
    with_(files_only, scan, class_code="99", track=Track.ELECTRONIC, retention="D10",
          secrecy="内部", date=date(2025, 12, 30), year=2025)  # fmt: skip
    joined = pairing.pair(as_(files_only, "ZHS"), draft, scan).record
    assert (of_class(joined), joined.year) == (FILES, 2025)
    other = with_(files_only, put(files_only), class_code="99", track=Track.ELECTRONIC, retention="D10", secrecy="内部")
    (cover,) = reserve(as_(files_only, "ZHS"), customer=CUSTOMER, title=title)
    assert of_class(pairing.pair(as_(files_only, "ZHS"), cover.code, other).record) == FILES


def test_a_hint_of_another_class_than_the_cover_says(files_only):
    """A folder or sidecar names another class than the reserved cover: all of the class changes, not its code alone."""
    cover = Record("A", state=RecordState.RESERVED, class_code="04", track=Track.DUAL, retention="D30", secrecy="秘密")
    assert of_class(_of_class(files_only.scheme, cover, "99")) == FILES
    assert of_class(_of_class(files_only.scheme, Record("A"), "99")) == FILES
    assert of_class(_of_class(files_only.scheme, Record("A"), "")) == ("", Track.DUAL, "", "")


def test_a_reserved_number_keeps_its_class_and_manager_and_the_hint_is_asked_about(files_only):
    number = "HG01-KH·04·2026-D30-ZHS-001-0001"
    cover = Record("A", state=RecordState.RESERVED, class_code="04", manager="ZHS", year=2026, paper_number=number)
    said = Description("t", "99", CUSTOMER, "LMY", date(2026, 3, 5), "", uncertain=("customer",))
    asked = _as_numbered(said, cover)
    assert (asked.class_code, asked.manager) == ("04", "ZHS")
    assert asked.uncertain == ("customer", "class", "manager") and "99" in asked.reasons["class"]
    same = replace(said, class_code="04", manager="ZHS")
    assert _as_numbered(same, cover) == same
