"""Records like one that waits: of the same kind first, within the asker's reach, and lending only what is settled."""

import pytest
from desk_kit import as_, put

from dms.desk.records.finding import catch_up
from dms.desk.records.likening import similar, taken_from
from dms.domain.record import Carrier, RecordState
from dms.errors import NotFound
from dms.flow.work import record_json

COMPLAINT = "客户投诉处理及折让审批表\n客户名称 {}\n投诉事由 房间噪音\n折让金额 {}.00\n经办人 直接领导"


def paper(world, text, **changes):
    """Put a record with this text into catalogue, vault and index; return its code."""
    code = put(world)
    with world.catalogue.begin() as tx:
        record = tx.record(code).with_(**{"paper": Carrier(), **changes})
        tx.save_record(record)
        tx.enqueue("index", code)
    files = {"record.json": record_json(record), "text.txt": text.encode()}
    world.vault.write(code, files, message="made", user="GM", at=world.now())
    catch_up(world)
    return code


def test_the_same_kind_of_paper_comes_first(office):
    alike = paper(office, COMPLAINT.format("上海大华公司", 12), title="像的")
    paper(office, "会议纪要\n主持人 王经理\n议题 明年的预算与人员安排", title="不像的")
    asked = paper(office, COMPLAINT.format("杭州新辰酒店", 99), uncertain=("class", "customer"))
    found = similar(office, asked)
    assert [(s.code, s.title, s.class_code) for s in found] == [(alike, "像的", "04")]
    with office.catalogue.look() as tx:
        last = tx.acts(asked, limit=1)[0]
    assert last.act == "similar" and list(last.data["shown"]) == [alike], "titles were looked at"


def test_nobody_is_shown_what_he_may_not_see(office):
    foreign = paper(office, COMPLAINT.format("上海大华公司", 12), customer="上海大华公司", manager="LMY")
    asked = paper(office, COMPLAINT.format("杭州新辰酒店", 99))
    assert [s.code for s in similar(office, asked)] == [foreign]
    assert similar(as_(office, "ZHS"), asked) == []
    assert taken_from(as_(office, "ZHS"), foreign) == {} != taken_from(office, foreign)
    with pytest.raises(NotFound):
        similar(as_(office, "LMY"), asked)


def test_what_waits_for_people_itself_lends_nothing(office):
    alike = paper(office, COMPLAINT.format("上海大华公司", 12), uncertain=("class",))
    asked = paper(office, COMPLAINT.format("杭州新辰酒店", 99))
    (found,) = similar(office, asked)
    assert found.class_code == "" and found.customer
    assert taken_from(office, alike) == {"customer": found.customer}


def test_what_is_in_the_bin_or_not_read_is_not_alike(office):
    gone = paper(office, COMPLAINT.format("上海大华公司", 12))
    asked = paper(office, COMPLAINT.format("杭州新辰酒店", 99))
    with office.catalogue.begin() as tx:
        tx.save_record(tx.record(gone).with_(state=RecordState.BINNED))
    assert similar(office, asked) == [], "the index does not know it yet"
    assert similar(office, put(office)) == [], "no text was read from it"
