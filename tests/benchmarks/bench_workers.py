"""One and two worker machines with a reading process each, on PostgreSQL and S3 (moto): the same scans, timed.

Run: ``python tests/benchmarks/bench_workers.py --forms 24``. The yardstick is one machine; two on two cores can be twice
as quick at best, and the servers run on the same cores.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import servers

from dms.assembly import init, open_world
from dms.demo.forms import make_forms
from dms.demo.samples import scan, write_scan
from dms.demo.scanner import scan_pdf
from dms.desk.intake.items import add_paths
from dms.domain.item import Hints, ItemState

_WORKER = [sys.executable, "-m", "dms.faces.cli.main", "worker"]


def measure(
    endpoint: str, server: servers.Postgres, scans: list[Path], long: Path, pages: int, machines: int
) -> list[float]:
    """Return seconds a page: of many scans of one page each, and of one long scan."""
    bucket = f"bench{machines}"
    servers.make_bucket(endpoint, bucket)
    url = server.database(bucket)
    query = f"endpoint={endpoint}"
    os.environ |= {"DMS_CATALOGUE": url, "DMS_SEARCH": url, "DMS_VAULT": f"s3://{bucket}/vault?{query}",
                   "DMS_PARCELS": f"s3://{bucket}/parcels?{query}", "DMS_CHILDREN": "1"}  # fmt: skip
    root = Path(tempfile.mkdtemp(prefix="dmsbench"))
    homes = [root / f"m{n}" for n in range(machines)]
    os.environ["DMS_HOST"] = "m0"
    init(homes[0], user="t")
    for one in homes[1:]:
        (one / "archive").mkdir(parents=True)
        for name in ("dms.toml", "scheme.toml", "archive/secret.key"):
            shutil.copy(homes[0] / name, one / name)
    running = []
    with open_world(homes[0], user="t") as world:
        for one in homes:
            told = {**os.environ, "DMS_HOME": str(one), "DMS_HOST": one.name, "DMS_USER": "t"}
            running.append(subprocess.Popen(_WORKER, env=told, stderr=subprocess.DEVNULL))
        # The first page of each loads the models: they are read before the clock starts.
        ended = 0
        took = []
        for some, read in (
            (scans[: 2 * machines], 0),
            (scans[2 * machines :], len(scans) - 2 * machines),
            ([long], pages),
        ):
            begun = time.perf_counter()
            add_paths(world, some, Hints(), move=False)
            ended += len(some)
            while True:
                with world.catalogue.look() as tx:
                    if len(tx.items(states=[ItemState.REGISTERED])) >= ended:
                        break
                time.sleep(0.1)
            if read:
                took.append((time.perf_counter() - begun) / read)
    for process in running:
        process.terminate()
        process.wait()
    shutil.rmtree(root, ignore_errors=True)
    return took


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--forms", type=int, default=24)
    forms = make_forms(5, parser.parse_args().forms)
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "OMP_THREAD_LIMIT": "1"}
    with tempfile.TemporaryDirectory() as folder, servers.postgres(durable=True) as server, servers.s3() as endpoint:
        scans = [write_scan(f, Path(folder) / f"{n}.pdf", level=1, dpi=200) for n, f in enumerate(forms)]
        images = [image for n in range(4) for form in forms for image in scan(form, level=1, seed=100 + n)]
        long = scan_pdf(images, 200, Path(folder) / "long.pdf")
        print("| what | one machine, s a page | two | |\n| --- | --- | --- | --- |")
        one, two = (measure(endpoint, server, scans, long, len(images), n) for n in (1, 2))
        for what, alone, both in zip(("files of one page", f"one scan of {len(images)} pages"), one, two, strict=True):
            print(f"| {what} | {alone:.2f} | {both:.2f} | {alone / both:.2f} x |")


if __name__ == "__main__":
    main()
