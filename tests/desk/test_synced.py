"""Synced means synced: what is called safe is on the disk, content and name, before anybody is told."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_kit import put

from dms import disk
from dms.adapters.inbox import Folder
from dms.desk.care.backing import backup
from dms.desk.consent.replacing import keep_aside
from dms.errors import Unavailable
from dms.faces.web.upload import keep_blocks
from dms.ports.world import World

Seen = set[tuple[int, int]]


@pytest.fixture
def fsynced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    """Record every file and folder that is put on the disk, as the system knows it."""
    seen: Seen = set()
    real = os.fsync

    def recorded(descriptor: int) -> None:
        real(descriptor)
        found = os.fstat(descriptor)
        seen.add((found.st_dev, found.st_ino))

    monkeypatch.setattr(os, "fsync", recorded)
    yield seen


def unsynced(seen: Seen, *paths: Path) -> list[str]:
    return [str(p) for p in paths if (p.stat().st_dev, p.stat().st_ino) not in seen]


def test_a_backup_that_says_done_is_on_the_disk(office: World, tmp_path: Path, fsynced: Seen) -> None:
    put(office)
    target = tmp_path / "bk"
    assert backup(office, target) > 3
    assert unsynced(fsynced, target, *target.rglob("*")) == []
    put(office)
    fsynced.clear()
    backup(office, target)
    fresh = [p for p in target.rglob("*") if p.name in ("catalogue.sqlite", "acts.jsonl")]
    assert len(fresh) == 2 and unsynced(fsynced, *fresh, target / "archive") == []


def test_a_replacement_that_waits_is_on_the_disk(office: World, tmp_path: Path, fsynced: Seen) -> None:
    new = tmp_path / "new.txt"
    new.write_text("新的内容", encoding="utf-8")
    kept = keep_aside(office, new, "change-1")
    place = office.work / kept["folder"]
    assert unsynced(fsynced, place / "original", place, office.work) == []


def test_an_upload_is_on_the_disk_before_it_is_answered(office: World, fsynced: Seen) -> None:
    folder = office.work / "uploads" / "1"
    kept = keep_blocks(office, [b"a", b"b"], "a.txt", folder)
    assert unsynced(fsynced, kept, folder, folder.parent, office.work) == []


def test_a_claim_is_on_the_disk_with_its_names(tmp_path: Path, fsynced: Seen) -> None:
    inbox = Folder(tmp_path / "in")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("甲", encoding="utf-8")
    (drop,) = inbox.sweep()
    claimed = inbox.claim(drop, "1")
    assert claimed is not None
    home = claimed.path.parent
    assert unsynced(fsynced, home, home / "origin.json", home.parent, home.parent.parent, tmp_path / "in") == []


def refusing(monkeypatch: pytest.MonkeyPatch, number: int, *, folders: bool) -> None:
    """Let the system refuse to sync folders, or files, as some network shares do."""
    real = os.fsync

    def refused(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) is folders:
            raise OSError(number, os.strerror(number))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", refused)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES])
def test_a_share_that_syncs_no_folders_takes_claims_and_uploads_and_is_told_once(
    office: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    monkeypatch.setattr(disk, "_told", set())
    refusing(monkeypatch, number, folders=True)
    inbox = Folder(tmp_path / "in")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("甲", encoding="utf-8")
    (drop,) = inbox.sweep()
    claimed = inbox.claim(drop, "1")
    assert claimed is not None and claimed.path.read_text(encoding="utf-8") == "甲"
    assert keep_blocks(office, [b"a"], "a.txt", office.work / "uploads" / "1").read_bytes() == b"a"
    assert caplog.text.count("syncs no folders") == 1


@pytest.mark.parametrize(("number", "folders"), [(errno.EIO, True), (errno.ENOSPC, True), (errno.EINVAL, False)])
def test_a_failing_disk_and_a_file_that_cannot_be_synced_are_never_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, folders: bool
) -> None:
    inbox = Folder(tmp_path / "in")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("甲", encoding="utf-8")
    (drop,) = inbox.sweep()
    refusing(monkeypatch, number, folders=folders)
    with pytest.raises(Unavailable):
        inbox.claim(drop, "1")
    assert [p for p in (tmp_path / "in").rglob("a.txt") if p.read_text(encoding="utf-8") == "甲"]
