"""The main job, measured: forms scanned with damage, dropped, recognised, searched; beside the bare engine.

Run: ``python tests/benchmarks/bench_ingest.py --forms 20 --levels 0 1 2 3 --dpi 300``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

CORES = len(os.sched_getaffinity(0))
DMS = [sys.executable, "-m", "dms.faces.cli.main"]


class Spent:
    """Wall and CPU seconds of what the block runs in processes of its own, and the share of the cores they used.

    The share needs no other program beside it to be believed: reading processes that share one core show as a half.
    """

    def __enter__(self) -> Spent:
        self._wall, self._cpu = time.perf_counter(), self._children()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._wall, self._children() - self._cpu

    @property
    def share(self) -> float:
        return self.cpu / (CORES * self.wall)

    @staticmethod
    def _children() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime


def distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


def bare(path: str, spec: str) -> float:
    """Seconds the bare engine needs for a page, its raster given (in a process of its own, warmed up)."""
    from dms.adapters.examine.readers import pdf_pages
    from dms.adapters.ocr import open_engine
    from dms.ports.examine import Limits

    engine = _ENGINES.setdefault(spec, open_engine(spec))
    raster = pdf_pages.raster(Path(path), 1, Limits())
    begun = time.perf_counter()
    engine.recognise(raster)
    return time.perf_counter() - begun


_ENGINES: dict = {}


def run(home: Path, *arguments: str, **environment: str) -> dict:
    done = subprocess.run([*DMS, "--home", str(home), *arguments, "--json"], capture_output=True, text=True,
                          env={**os.environ, **environment})  # fmt: skip
    return json.loads(done.stdout)


def main() -> None:
    from dms.demo.forms import make_forms
    from dms.demo.scanner import damage, scan_pdf

    parser = argparse.ArgumentParser()
    parser.add_argument("--forms", type=int, default=20)
    parser.add_argument("--levels", type=int, nargs="+", default=[0, 2, 3])
    parser.add_argument("--dpi", type=int, nargs="+", default=[300])
    parser.add_argument("--ocr", default="auto")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    print(
        "| dpi | level | pages | fields found by dms search | fields read right | seconds a page, whole ingest | bare engine, 2 cores | ratio | cores used |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for dpi in chosen.dpi:
        for level in chosen.levels:
            row(chosen, dpi, level, make_forms(chosen.seed, chosen.forms), damage, scan_pdf)


def row(chosen, dpi, level, forms, damage, scan_pdf) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run(home, "init")
        paths = []
        for number, form in enumerate(forms):
            path = home / f"form-{number:02d}.pdf"
            scan_pdf([damage(form.render(dpi), level, number, dpi)], dpi, path)
            paths.append(path)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            list(pool.map(bare, map(str, paths[:2]), [chosen.ocr] * 2))
            begun = time.perf_counter()
            list(pool.map(bare, map(str, paths), [chosen.ocr] * len(paths)))
            engine = time.perf_counter() - begun
        # A first file warms nothing: starting the reading processes is part of what an office waits for, once.
        with Spent() as spent:
            told = run(home, "ingest", *map(str, paths), DMS_OCR=chosen.ocr)
        whole = spent.wall
        codes = {Path(i["path"]).name: i["code"] for i in told["items"]}
        found = asked = right = 0
        missed = []
        for path, form in zip(paths, forms, strict=True):
            record = run(home, "show", codes[path.name])
            for key, value in form.values.items():
                if key in ("title", "amount_capitals"):
                    continue
                asked += 1
                printed = form.printed.get(key, value)
                hits = run(home, "search", f'"{printed}"', "--limit", "100")["hits"]
                ok = codes[path.name] in {h["code"] for h in hits}
                found += ok
                right += record["fields"].get(key, "") == value
                if not ok:
                    missed.append(f"{path.stem}:{key}={printed}")
        print(f"| {dpi} | L{level} | {len(forms)} | {found / asked:.1%} ({found}/{asked}) | {right / asked:.1%} "
              f"| {whole / len(forms):.2f} | {engine / len(forms):.2f} | {whole / engine:.2f} | {spent.share:.0%} |", flush=True)  # fmt: skip
        print("missed:", missed[:12], file=sys.stderr)


if __name__ == "__main__":
    main()
