"""A file is taken when it is whole, never before, and not never."""

from pathlib import Path

import pytest

from dms.domain.settling import Settling

FILE = Path("scan.pdf")


def look(settling, now, *, size=100, mtime=1, complete=True, busy=None, age=0.0, moved_in=False):
    return settling.whole(
        FILE, size=size, mtime_ns=mtime, complete=complete, busy=busy, now=now, age=age, moved_in=moved_in
    )


def test_needs_two_looks_and_the_settle_time():
    settling = Settling(5, 60)
    assert not look(settling, 0)
    assert not look(settling, 4.9)
    assert look(settling, 5.0)


def test_growing_for_a_minute_is_not_taken_half():
    settling = Settling(5, 60)
    for second in range(60):
        assert not look(settling, second, size=100 + second, mtime=second)
    assert not look(settling, 63, size=159, mtime=59)
    assert look(settling, 65, size=159, mtime=59)


def test_open_for_writing_is_never_taken_however_still():
    settling = Settling(5, 60)
    assert not look(settling, 0, busy=True)
    assert not look(settling, 500, busy=True, age=500)
    assert not look(settling, 501, busy=None)
    assert look(settling, 506, busy=None)


def test_rename_into_the_folder_is_whole_at_once():
    assert look(Settling(5, 60), 0, moved_in=True)
    assert not look(Settling(5, 60), 0, moved_in=True, complete=False)


@pytest.mark.parametrize(("busy", "taken_at"), [(None, 60), (False, 15)])
def test_a_file_without_its_end_is_taken_after_patience(busy, taken_at):
    settling = Settling(5, 60)
    assert not look(settling, 0, complete=False, busy=busy)
    assert not look(settling, taken_at - 1, complete=False, busy=busy)
    assert look(settling, taken_at, complete=False, busy=busy)


def test_old_file_that_nobody_writes_needs_one_look():
    assert look(Settling(5, 60), 0, busy=False, age=3600)
    assert not look(Settling(5, 60), 0, busy=None, age=3600)


@pytest.mark.parametrize("busy", [None, False])
def test_an_empty_placeholder_waits_with_patience_however_it_came_and_however_old(busy):
    settling = Settling(5, 60)
    assert not look(settling, 0, size=0, complete=False, busy=busy, age=3600, moved_in=True)
    assert not look(settling, 59, size=0, complete=None, busy=busy, age=3600, moved_in=True)
    assert look(settling, 60, size=0, complete=False, busy=busy)
    filled = Settling(5, 60)
    assert not look(filled, 0, size=0, complete=False, busy=busy)
    assert not look(filled, 30, size=100, mtime=2, busy=busy)
    assert look(filled, 35, size=100, mtime=2, busy=busy)


def test_forget():
    settling = Settling(5, 60)
    look(settling, 0)
    assert settling.waiting() == (FILE,)
    settling.forget(FILE)
    assert settling.waiting() == ()
