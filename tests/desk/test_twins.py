"""A file is “known”, and removed, only where the archive keeps its bytes: not while, or after, its twin failed (F9)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from desk_kit import as_, put

from dms.desk.consent.disposing import ask_deletion, decide_deletion, destroy_in
from dms.desk.intake.discarding import discard
from dms.desk.intake.items import add_paths
from dms.desk.intake.workshop import Workshop
from dms.desk.records.waiting import waiting
from dms.domain.item import Hints, Item, ItemState
from dms.domain.record import RecordState
from dms.errors import Awaited, Unreadable
from dms.flow import travel
from dms.flow.quarantine import quarantine
from dms.flow.receive import receive
from dms.flow.work import Work
from dms.ports.world import World

TEXT = "客户投诉折让审批单第1号，金额1860.00元，请领导批示。"


@pytest.fixture
def dropped(office: World, tmp_path: Path) -> Item:
    """A file that was received and is on its way."""
    return receive(Work(office, drop(office, tmp_path, "first")))


def drop(world: World, folder: Path, name: str, text: str = TEXT) -> Item:
    """Somebody hands the same bytes in, to be removed where they came from."""
    source = folder / f"{name}.txt"
    source.write_text(text, encoding="utf-8")
    (item,) = add_paths(world, [source], Hints(class_code="04", manager="ZHS"), move=True)
    return item


def register(world: World, item: Item) -> str:
    """Let an item end as a record that keeps its bytes; return the code."""
    code = put(world)
    with world.catalogue.begin() as tx:
        record = tx.record(code)
        assert record is not None
        tx.save_record(record.with_(electronic=replace(record.electronic, sha512=item.sha512)))
        tx.save_item(item.with_(state=ItemState.REGISTERED, code=code, source=""))
    return code


def test_a_file_whose_twin_is_on_its_way_waits_and_is_kept(office: World, tmp_path: Path, dropped: Item) -> None:
    second = drop(office, tmp_path, "second")
    for _ in range(2):
        with pytest.raises(Awaited) as told:
            travel(office, second)
        assert told.value.twin == dropped.id and dropped.id in told.value.message
        with office.catalogue.look() as tx:
            second = tx.item(second.id) or second
        assert (second.state, second.station) == (ItemState.WORKING, "receive")
    assert Path(second.source).read_text(encoding="utf-8") == TEXT


def test_a_file_whose_twin_was_registered_is_known(office: World, tmp_path: Path, dropped: Item) -> None:
    code = register(office, dropped)
    second = travel(office, drop(office, tmp_path, "second"))
    assert (second.state, second.code) == (ItemState.KNOWN, code) and not (tmp_path / "second.txt").exists()


def test_a_file_that_waited_is_known_once_its_twin_is_registered(office: World, tmp_path: Path, dropped: Item) -> None:
    second = drop(office, tmp_path, "second")
    with pytest.raises(Awaited):
        travel(office, second)
    code = register(office, dropped)
    with office.catalogue.look() as tx:
        second = tx.item(second.id) or second
    assert travel(office, second).code == code


@pytest.mark.parametrize("discarded", [False, True])
def test_a_file_whose_twin_was_put_aside_comes_in_itself(
    office: World, tmp_path: Path, dropped: Item, discarded: bool
) -> None:
    second = drop(office, tmp_path, "second")
    with pytest.raises(Awaited):
        travel(office, second)
    quarantine(Work(office, dropped), Unreadable("broken"))
    if discarded:
        discard(office, dropped.id, reason="送错了")
    with office.catalogue.look() as tx:
        second = tx.item(second.id) or second
    received = receive(Work(office, second))
    assert (received.station, received.code, received.data.get("outcome")) == ("identify", "", None)


@pytest.mark.parametrize("state", [RecordState.VOID, RecordState.BINNED, RecordState.DESTROYED])
def test_a_file_whose_twin_is_gone_comes_in_anew(
    office: World, tmp_path: Path, dropped: Item, state: RecordState
) -> None:
    code = register(office, dropped)
    end(office, code, state)
    second = receive(Work(office, drop(office, tmp_path, "second")))
    assert (second.station, second.code, second.data.get("outcome")) == ("identify", "", None)
    assert second.data.get("gone") == (None if state is RecordState.VOID else code)
    with pytest.raises(Awaited):  # the claim is the second's now
        receive(Work(office, drop(office, tmp_path, "third")))


def test_who_sees_what_was_deleted_is_asked_when_it_comes_again(office: World, tmp_path: Path) -> None:
    for state, word in ((RecordState.BINNED, "deleted"), (RecordState.DESTROYED, "destroyed")):
        text = f"{TEXT}{word}"
        code = register(office, receive(Work(office, drop(office, tmp_path, "first", text))))
        end(office, code, state)
        second = travel(office, drop(office, tmp_path, "second", text))
        assert second.state is ItemState.REGISTERED and second.code not in ("", code)
        (asked,) = [str(a.question) for a in waiting(office) if a.target == code]
        assert f"was {word} by consent" in asked and second.code in asked
        third = travel(office, drop(office, tmp_path, "third", text))
        assert (third.state, third.code) == (ItemState.KNOWN, second.code)


def end(world: World, code: str, state: RecordState) -> None:
    """Let a record be given up, deleted by consent, or destroyed."""
    if state is not RecordState.VOID:
        asked = ask_deletion(as_(world, "ZHS"), code, reason="错")
        decide_deletion(as_(world, "SM"), asked.id, agree=True)
    with world.catalogue.begin() as tx:
        record = tx.record(code)
        assert record is not None
        if state is RecordState.VOID:
            tx.save_record(record.with_(state=state))
        if state is RecordState.DESTROYED:
            destroy_in(tx, record, world.now())


def test_a_stack_is_known_until_one_of_its_documents_is_destroyed(office: World, tmp_path: Path, dropped: Item) -> None:
    batch = f"batch-{dropped.sha512[:32]}"
    code = put(office)
    with office.catalogue.begin() as tx:
        record = tx.record(code)
        assert record is not None
        tx.save_record(record.with_(batch=batch))
        tx.save_item(dropped.with_(state=ItemState.SPLIT).noting(batch=batch))
    assert receive(Work(office, drop(office, tmp_path, "second"))).station == "settle"
    end(office, code, RecordState.DESTROYED)
    assert receive(Work(office, drop(office, tmp_path, "third"))).station == "identify"


def test_known_bytes_whose_original_was_replaced_are_in_the_version_before(
    office: World, tmp_path: Path, dropped: Item
) -> None:
    code = register(office, dropped)
    with office.catalogue.begin() as tx:
        record = tx.record(code)
        assert record is not None
        tx.save_record(record.with_(electronic=replace(record.electronic, sha512="b" * 128)))
    received = receive(Work(office, drop(office, tmp_path, "second")))
    assert (received.station, received.code) == ("settle", code)


def test_who_may_not_know_of_the_twin_does_not_wait_for_it(office: World, tmp_path: Path, dropped: Item) -> None:
    other = as_(office, "LMY")
    second = receive(Work(other, drop(other, tmp_path, "second")))
    assert (second.station, second.code, dict(second.data).get("gone")) == ("identify", "", None)


def test_twins_dropped_at_once_are_one_record_and_both_end(office: World, tmp_path: Path) -> None:
    ids = [drop(office, tmp_path, name).id for name in ("first", "second", "third")]
    shop = Workshop(office, 3)
    with shop.open():
        ended = shop.finish(ids)
    assert sorted(i.state.value for i in ended) == ["known", "known", "registered"]
    assert len({i.code for i in ended}) == 1
    with office.catalogue.look() as tx:
        assert len(tx.records()) == 1
