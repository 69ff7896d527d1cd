"""Full disks, folders nobody may write, files that vanish or grow: nothing is lost, and the way on is told."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time

import pytest

from dms.faces.cli.main import main

TEXT = "客户经理：张华生 会议纪要 会议日期：2026-05-06 关于折让的讨论"


def small_disk(path, size):
    """Mount a small disk, or skip with the reason."""
    path.mkdir(parents=True, exist_ok=True)
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("a small disk can only be mounted as root")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], capture_output=True)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.decode()[:100]}")


@pytest.fixture
def mounted():
    places = []
    yield places
    for place in places:
        subprocess.run(["umount", "-l", str(place)], check=False)


def drop(archive, count, size=1000):
    for n in range(count):
        (archive.inbox / f"note-{n:02d}.txt").write_text(f"{TEXT} 第{n}号 " + f"甲{n}" * size, encoding="utf-8")


def test_a_full_archive_disk_loses_nothing_and_goes_on_when_there_is_room(archive, mounted):
    work = archive.home / "archive" / "work"
    small_disk(work, "128k")
    mounted.append(work)
    drop(archive, 3, size=40_000)
    before = {p.name: p.read_bytes() for p in archive.inbox.glob("note-*")}
    told = archive.dms("watch", "--once")
    assert all(i["state"] != "registered" for i in told["items"])
    held = {p.name: p.read_bytes() for p in (archive.inbox / ".dms").rglob("note-*")}
    assert held == before
    subprocess.run(["umount", "-l", str(work)], check=True)
    mounted.clear()
    for _ in range(12):
        archive.dms("watch", "--once")
        if archive.dms("search", "")["total"] == 3:
            break
        time.sleep(1)
    assert archive.dms("search", "折让")["total"] == 3
    assert archive.dms("verify")["findings"] == []
    assert not list((archive.inbox / ".dms").rglob("note-*"))


def test_an_unwritable_vault_keeps_the_files_and_says_what_to_do(archive, monkeypatch):
    blocked = archive.home / "archive" / "vault-staging"
    shutil.rmtree(blocked, ignore_errors=True)
    blocked.write_text("not a folder")
    path = archive.home / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    (held,) = archive.dms("ingest", path)["items"]
    assert archive.exit == 1
    assert held["state"] == "waiting" and "vault cannot be written" in held["reason"]
    assert path.exists()
    blocked.unlink()
    for _ in range(15):
        archive.dms("watch", "--once")
        if archive.dms("search", "")["total"]:
            break
        time.sleep(1)
    assert archive.dms("search", "折让")["total"] == 1
    assert archive.dms("verify")["findings"] == []


def test_a_file_that_vanishes_is_no_drama(archive):
    drop(archive, 4, size=10)
    stop = threading.Event()

    def take_away():
        while not stop.is_set():
            for path in archive.inbox.glob("note-0[02].txt"):
                path.unlink(missing_ok=True)
            time.sleep(0.01)

    thief = threading.Thread(target=take_away)
    thief.start()
    archive.dms("watch", "--once")
    stop.set()
    thief.join()
    assert archive.dms("search", "折让")["total"] >= 2
    assert archive.dms("verify")["findings"] == []


@pytest.mark.slow
def test_a_growing_file_is_taken_once_and_whole(archive):
    environment = {**os.environ, "DMS_HOME": str(archive.home), "DMS_SETTLE_SECONDS": "1"}
    watcher = subprocess.Popen(
        [sys.executable, "-m", "dms.faces.cli.main", "watch"], env=environment, stderr=subprocess.DEVNULL
    )
    whole = b""
    for n in range(20):
        piece = f"{TEXT} 第{n}行\n".encode()
        whole += piece
        with (archive.inbox / "slow.txt").open("ab") as file:
            file.write(piece)
        time.sleep(0.3)
    for _ in range(100):
        if archive.dms("search", "")["total"]:
            break
        time.sleep(0.2)
    watcher.terminate()
    assert watcher.wait(30) == 0
    originals = [p.read_bytes() for p in (archive.home / "archive" / "vault").rglob("original/slow.txt")]
    assert originals == [whole]


def test_a_damaged_settings_file_names_its_line(archive, capsys):
    (archive.home / "dms.toml").write_text("ocr = [\n", encoding="utf-8")
    assert main(["--home", str(archive.home), "search", "x", "--json"]) == 2
    assert "dms.toml" in json.loads(capsys.readouterr().out)["error"]["message"]
