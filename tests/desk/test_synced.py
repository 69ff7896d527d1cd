"""Synced means synced: what is called safe is on the disk, content and name, before anybody is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_kit import put

from dms.adapters.inbox import Folder
from dms.desk.care.backing import backup
from dms.desk.consent.replacing import keep_aside
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
