"""What dead processes left under ``archive/work`` goes at the next start and with a purge; what is alive stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

from desk_kit import as_, put

from dms.desk.consent.changing import ask_change
from dms.domain.record import RecordState
from dms.flow.passing import passing, passing_folder, tidy_work
from dms.ports.world import World

_DAY = 86400


def left(world: World, name: str, age: float = 0.0) -> Path:
    """A folder as a killed process leaves it."""
    folder = world.work / name
    folder.mkdir(parents=True)
    (folder / "access.pdf").write_bytes(b"pages")
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def test_what_dead_owners_left_goes_and_what_is_alive_stays(office: World) -> None:
    host = office.owner.split(":")[0]
    kinds = ("file", "print", "copy", "change", "ink", "rescan", "shelf", "check", "stocktake", "help")
    dead = [left(office, f"{kind}-{host}+999999999+1+x") for kind in kinds]
    old = [left(office, "file-ab12cd34", 2 * _DAY), left(office, "rescan-HG01E2026000001", 2 * _DAY)]
    old.append(left(office, "uploads/0123456789ab0123456789", 2 * _DAY))
    young = [left(office, "print-zz12cd34"), left(office, "uploads/1123456789ab0123456789")]
    elsewhere = left(office, "file-another-machine+1+1+x")
    with passing(office, "file") as mine:
        kept = passing_folder(office, "print")
        assert tidy_work(office) == len(dead) + len(old)
        assert mine.is_dir() and kept.is_dir() and elsewhere.is_dir()
    assert not any(f.exists() for f in (*dead, *old, mine)) and all(f.exists() for f in young)


def test_a_file_that_waits_for_consent_stays(office: World, tmp_path: Path) -> None:
    code = put(office, state=RecordState.FILED)
    new = tmp_path / "new.txt"
    new.write_text("新的", encoding="utf-8")
    kept = ask_change(as_(office, "ZHS"), code, {}, file=new, reason="换")
    folder = office.work / kept.data["file"]["folder"]
    os.utime(folder, (time.time() - 40 * _DAY,) * 2)
    tidy_work(office)
    assert (folder / "original").read_text(encoding="utf-8") == "新的"


def test_copies_for_viewing_go_with_what_was_destroyed(office: World) -> None:
    view = left(office, "views")
    tidy_work(office)
    assert view.exists()
    tidy_work(office, purging=True)
    assert not view.exists()
