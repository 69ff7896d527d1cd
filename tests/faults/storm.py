"""Kill the watcher again and again while files arrive, then look whether every promise still holds.

Run by hand for the long version: ``python tests/faults/storm.py --kills 100 --files 60``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

DMS = [sys.executable, "-m", "dms.faces.cli.main"]


@dataclass
class Outcome:
    """What a storm left behind."""

    kills: int = 0
    files: int = 0
    registered: int = 0
    known: int = 0
    quarantined: int = 0
    problems: list[str] = field(default_factory=list)


def environment(home: Path, **more: str) -> dict[str, str]:
    told = {"DMS_HOME": str(home), "DMS_OCR": "none", "DMS_SETTLE_SECONDS": "0.2", "DMS_PATIENCE_SECONDS": "0.5",
            "DMS_LEASE_SECONDS": "5", "OMP_THREAD_LIMIT": "1"}  # fmt: skip
    return {**os.environ, **told, **more}


def dms(home: Path, *arguments: str, **more: str) -> dict:
    done = subprocess.run(
        [*DMS, *arguments, "--json"], env=environment(home, **more), capture_output=True, text=True, timeout=600
    )
    if not done.stdout.strip():
        raise AssertionError(f"{arguments}: {done.returncode} {done.stderr}")
    return {**json.loads(done.stdout), "exit": done.returncode}


def content(number: int, rng: random.Random) -> tuple[str, bytes]:
    """A file to drop: text, a PDF of one page, or one that is broken."""
    if number % 10 == 9:
        return f"broken-{number}.pdf", b"%PDF-1.4\n" + rng.randbytes(200) + b"\n%%EOF\n"
    if number % 3 == 0:
        import pikepdf

        pdf = pikepdf.Pdf.new()
        pdf.add_blank_page()
        pdf.docinfo["/Title"] = f"file {number}"
        path = Path(tempfile.mkstemp(suffix=".pdf")[1])
        pdf.save(path)
        data = path.read_bytes()
        path.unlink()
        return f"page-{number}.pdf", data
    body = "".join(rng.choice("客户投诉折让金额审批酒店会议纪要合同") for _ in range(200))
    return f"note-{number}.txt", f"第{number}号文件 {body} word{number:04d}\n".encode()


def storm(home: Path, *, kills: int, files: int, seed: int, watchers: int = 1) -> Outcome:
    """Drop files at random moments while watchers are killed at random moments; return what is found afterwards."""
    rng = random.Random(seed)
    outcome = Outcome(files=files)
    dms(home, "init")
    inbox = home / "inbox"
    waiting = [content(n, rng) for n in range(files)]
    digests = {hashlib.sha512(data).hexdigest(): name for name, data in waiting}
    to_drop = list(waiting)
    while outcome.kills < kills or to_drop:
        running = [start(home) for _ in range(watchers)]
        end = time.monotonic() + rng.uniform(0.3, 2.2)
        while time.monotonic() < end:
            if to_drop and rng.random() < 0.5:
                name, data = to_drop.pop()
                (inbox / name).write_bytes(data)
            time.sleep(rng.uniform(0.01, 0.15))
        for process in running:
            process.send_signal(signal.SIGKILL)
            process.wait()
            outcome.kills += 1
    for _ in range(3):
        dms(home, "watch", "--once")
    look(home, digests, outcome)
    return outcome


def start(home: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [*DMS, "watch"], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def look(home: Path, digests: dict[str, str], outcome: Outcome) -> None:
    """Check the promises from outside: vault by its files, numbers, index, quarantine."""
    import sqlite3

    # A claim killed before its file came is an empty folder with its note; the watcher removes it within the hour.
    left = [p for p in (home / "inbox").rglob("*") if p.is_file() and p.name not in ("README.md", "origin.json")]
    outcome.problems += [f"left in the inbox: {p}" for p in left]
    db = sqlite3.connect(home / "archive" / "catalogue.sqlite")
    rows = db.execute("SELECT code, sha512 FROM carriers WHERE sha512 <> ''").fetchall()
    states = dict(db.execute("SELECT state, count(*) FROM items GROUP BY state").fetchall())
    outcome.registered, outcome.known = len(rows), states.get("known", 0)
    if states.get("working"):
        outcome.problems.append(f"{states['working']} items still under way")
    kept: dict[str, int] = {}
    for _, sha512 in rows:
        kept[sha512] = kept.get(sha512, 0) + 1
    quarantine = home / "archive" / "quarantine"
    aside: dict[str, int] = {}
    for file in quarantine.glob("*/*"):
        if file.name != "reason.txt":
            digest = hashlib.sha512(file.read_bytes()).hexdigest()
            aside[digest] = aside.get(digest, 0) + 1
    outcome.quarantined = sum(aside.values())
    for folder in quarantine.glob("*"):
        if not any(f.name.startswith("broken") for f in folder.iterdir()):
            outcome.problems.append(f"put aside without need: {(folder / 'reason.txt').read_text()[:300]}")
    for digest, name in digests.items():
        times = kept.get(digest, 0) + aside.get(digest, 0)
        if times != 1:
            outcome.problems.append(f"{name}: registered {kept.get(digest, 0)}, in quarantine {aside.get(digest, 0)}")
    originals = {
        hashlib.sha512(p.read_bytes()).hexdigest() for p in (home / "archive/vault").rglob("original/*") if p.is_file()
    }
    outcome.problems += [
        f"{digests[d]}: its original is not in the vault" for d in kept if d not in originals and d in digests
    ]
    checked = dms(home, "verify")
    outcome.problems += [f"verify: {f['kind']} {f['target']} {f['detail']}" for f in checked["findings"]]
    found = dms(home, "search", "", "--limit", "1")["total"]
    if found != outcome.registered:
        outcome.problems.append(f"the index has {found} of {outcome.registered}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--watchers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(storm(Path(folder), kills=chosen.kills, files=chosen.files, seed=chosen.seed, watchers=chosen.watchers))
