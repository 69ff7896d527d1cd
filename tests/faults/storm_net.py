"""Several machines, each in a network of its own, at one archive on PostgreSQL and S3, and everything is killed in turn.

Needs root, iproute2, PostgreSQL and SeaweedFS; run by hand: ``python tests/faults/storm_net.py --rounds 30 --files 200``.
Each round kills -9 one of: a worker, a watcher, PostgreSQL, the S3 server; what was killed is started again. Afterwards
all files (some are long scans, which the machines read together) must be registered or in quarantine, once, whole, the
numbers without gaps, the log valid.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
import servers
from storm import DMS, content

_BRIDGE, _SERVER = "dmsbr", "10.77.0.1"
_ROLES = {"watcher1": "watch", "watcher2": "watch", "worker1": "worker", "worker2": "worker"}
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass
class Outcome:
    """What a storm left behind."""

    rounds: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    files: int = 0
    registered: int = 0
    quarantined: int = 0
    taken_by: Counter[str] = field(default_factory=Counter)
    helped: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def ip(*arguments: str, may_fail: bool = False) -> None:
    subprocess.run(["ip", *arguments], check=not may_fail, capture_output=may_fail)


class Net:
    """A bridge with the servers' address, and a namespace for each machine."""

    def __enter__(self) -> Net:
        self._clean()
        ip("link", "add", _BRIDGE, "type", "bridge")
        ip("addr", "add", f"{_SERVER}/24", "dev", _BRIDGE)
        ip("link", "set", _BRIDGE, "up")
        for number, name in enumerate(_ROLES, 2):
            ip("netns", "add", name)
            ip("link", "add", f"v{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", f"v{number}", "master", _BRIDGE, "up")
            ip("-n", name, "addr", "add", f"10.77.0.{number}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        self._clean()

    def _clean(self) -> None:
        for name in _ROLES:
            ip("netns", "del", name, may_fail=True)
        ip("link", "del", _BRIDGE, may_fail=True)


class Machine:
    """A machine: its name, home, network and the process it runs."""

    def __init__(self, name: str, root: Path, told: dict[str, str]) -> None:
        self.name, self.home = name, root / name
        self._environment = {**os.environ, **told, "DMS_HOME": str(self.home), "DMS_HOST": name, "DMS_USER": "tester"}
        self._process: subprocess.Popen[bytes] | None = None

    def dms(self, *arguments: str) -> dict:
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, *DMS, *arguments, "--json"], env=self._environment,
            capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        assert done.stdout.strip(), f"{arguments}: {done.returncode} {done.stderr[-2000:]}"
        return json.loads(done.stdout)

    def start(self) -> None:
        log = (self.home / "out.log").open("ab")
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, *DMS, _ROLES[self.name]], env=self._environment, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip

    def kill(self) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(120)


def long_scan(number: int) -> tuple[str, bytes]:
    """A scan of eighty pages, which several machines read together."""
    sheets = []
    for page in range(80):
        sheet = Image.new("L", (600, 840), 255)
        ImageDraw.Draw(sheet).rectangle((20, 20, 30 + 6 * page, 40 + number), fill=0)
        sheets.append(sheet)
    data = io.BytesIO()
    sheets[0].save(data, "PDF", resolution=100, save_all=True, append_images=sheets[1:])
    return f"scan-{number}.pdf", data.getvalue()


def storm(root: Path, *, rounds: int, files: int, seed: int) -> Outcome:
    """Drop files into two machines' inboxes while things are killed; return what is found afterwards."""
    rng = random.Random(seed)
    outcome = Outcome(files=files)
    os.environ.update(KEYS)
    with Net():
        database = servers.Postgres(Path(tempfile.mkdtemp(prefix="dmspg")), durable=True, port=15432)
        store = servers.Weed(root, ip=_SERVER, port=18500)
        machines: list[Machine] = []
        try:
            database.start()
            store.start()
            servers.make_bucket(store.endpoint, "dms")
            url = database.database("dms", host=_SERVER)
            query = f"endpoint={store.endpoint}"
            told = {"DMS_CATALOGUE": url, "DMS_SEARCH": url, "DMS_VAULT": f"s3://dms/vault?{query}",
                    "DMS_PARCELS": f"s3://dms/parcels?{query}", "DMS_OCR": "none", "DMS_SETTLE_SECONDS": "0.2",
                    "DMS_PATIENCE_SECONDS": "0.5", "DMS_LEASE_SECONDS": "10", "DMS_SWEEP_SECONDS": "5",
                    "OMP_THREAD_LIMIT": "1", "DMS_CHILDREN": "1", "DMS_LOG_LEVEL": "info", **KEYS}  # fmt: skip
            machines = [Machine(name, root, told) for name in _ROLES]
            machines[0].dms("init")
            for one in machines[1:]:
                (one.home / "archive").mkdir(parents=True)
                for name in ("dms.toml", "scheme.toml", "archive/secret.key"):
                    shutil.copy(machines[0].home / name, one.home / name)
            watchers = machines[:2]
            for one in watchers:
                (one.home / "inbox").mkdir(exist_ok=True)
            waiting = [long_scan(n) if n % 20 == 4 else content(n, rng) for n in range(files)]
            digests = {hashlib.sha512(data).hexdigest(): name for name, data in waiting}
            begun = time.monotonic()
            for one in machines:
                one.start()
            while outcome.rounds < rounds:
                # All files are dropped by the last round but two.
                for _ in range(-(-files // max(1, rounds - 2))):
                    if waiting:
                        name, data = waiting.pop()
                        (rng.choice(watchers).home / "inbox" / name).write_bytes(data)
                        time.sleep(rng.uniform(0.0, 0.3))
                time.sleep(rng.uniform(0.5, 4.0))
                victim = rng.choice(["worker", "watcher", "postgresql", "s3"])
                outcome.killed[victim] += 1
                outcome.rounds += 1
                if victim == "postgresql":
                    database.kill()
                    time.sleep(rng.uniform(0.2, 3.0))
                    database.start()
                elif victim == "s3":
                    store.kill()
                    time.sleep(rng.uniform(0.2, 3.0))
                    store.start()
                else:
                    one = rng.choice([m for m in machines if m.name.startswith(victim)])
                    one.kill()
                    time.sleep(rng.uniform(0.0, 2.0))
                    one.start()
            _wait(machines[0], seconds=300)
            outcome.seconds = time.monotonic() - begun
            for one in machines:
                one.stop()
            _look(machines, digests, outcome)
        finally:
            for one in machines:
                if one._process is not None and one._process.poll() is None:
                    one.kill()
            database.stop()
            store.kill()
    return outcome


def _world(machine: Machine):
    from dms.assembly import open_world

    os.environ.update({k: v for k, v in machine._environment.items() if k.startswith(("DMS_", "AWS_"))})
    return open_world(machine.home, user="tester")


def _wait(machine: Machine, *, seconds: float) -> None:
    """Wait until nothing is on its way any more."""
    from dms.domain.item import ItemState
    from dms.errors import DmsError

    end = time.monotonic() + seconds
    quiet = 0
    while time.monotonic() < end and quiet < 4:
        time.sleep(2)
        try:
            with _world(machine) as world, world.catalogue.look() as tx:
                busy = len(tx.items(states=[ItemState.WORKING])) + tx.jobs_waiting("index")
            left = [p for m in machine.home.parent.glob("watcher*") for p in (m / "inbox").rglob("*") if p.is_file()]
            busy += len([p for p in left if p.name not in ("README.md", "origin.json")])
        except DmsError:
            continue
        quiet = quiet + 1 if not busy else 0


def _look(machines: list[Machine], digests: dict[str, str], outcome: Outcome) -> None:
    """Check the promises."""
    from dms.domain.item import ItemState

    with _world(machines[0]) as world:
        with world.catalogue.look() as tx:
            kept = Counter(c.sha512 for r in tx.records() for c in (r.electronic, r.paper) if c.sha512)
            working = tx.items(states=[ItemState.WORKING])
            outcome.problems += [f"still on its way: {i.name} at {i.station} in {i.place} {i.reason}" for i in working]
            outcome.problems += [f"gap: {g}" for g in tx.gaps()]
            codes = sorted(r.code for r in tx.records())
        originals = set()
        for one in world.vault.objects():
            head = world.vault.head(one)
            originals |= {f.sha512 for p, f in head.files.items() if "original/" in p} if head else set()
        outcome.problems += [f"not in the vault: {digests.get(d, d[:12])}" for d in kept if d not in originals]
    aside: Counter[str] = Counter()
    for machine in machines:
        for file in (machine.home / "archive" / "quarantine").glob("*/*"):
            if file.name != "reason.txt":
                aside[hashlib.sha512(file.read_bytes()).hexdigest()] += 1
                if not file.name.startswith("broken"):
                    outcome.problems.append(f"put aside without need: {(file.parent / 'reason.txt').read_text()[:300]}")
    for digest, name in digests.items():
        if kept[digest] + aside[digest] != 1:
            outcome.problems.append(f"{name}: registered {kept[digest]}, in quarantine {aside[digest]}")
    outcome.registered, outcome.quarantined = len(kept), sum(aside.values())
    checked = machines[0].dms("verify")
    outcome.problems += [f"verify: {f['kind']} {f['target']} {f['detail']}" for f in checked["findings"]]
    outcome.problems += [f"log: {f}" for f in machines[0].dms("audit", "verify")["findings"]]
    found = machines[2].dms("search", "", "--limit", "1")["total"]
    if found != len(codes):
        outcome.problems.append(f"the index has {found} of {len(codes)}")
    for machine in machines:
        log = (machine.home / "out.log").read_text(errors="replace")
        outcome.helped[machine.name] = log.count("for another machine")
        outcome.taken_by[machine.name] = sum(log.count(f": {state} ") for state in ("registered", "quarantined"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dmsnet"))
    done = storm(folder, rounds=chosen.rounds, files=chosen.files, seed=chosen.seed)
    print(done)
    if done.problems:
        sys.exit(f"look into {folder}")
    shutil.rmtree(folder, ignore_errors=True)
