"""Ingest by format and by engine, born-digital files, access copies, starting: beside the bare engine and OCRmyPDF.

Run: ``python tests/benchmarks/bench_formats.py --forms 20``. The whole journey to the search is timed, programs' start
included. OCRmyPDF (with Tesseract, two jobs, PDF/A) gets the same scan; its output is searchable, nothing more.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil
from bench_ingest import CORES, DMS, Spent, bare, run
from PIL import Image

from dms.demo.files import make_electronic
from dms.demo.forms import make_forms
from dms.demo.scanner import damage, scan_jpeg, scan_pdf, scan_tiff

_OTHER_ENGINES = ("rapidocr-onnxruntime", "tesseract", "none")
_SHARE = 0.95
_DIGITAL = ("docx", "xlsx", "pdf", "csv", "md", "txt", "html")


class Memory:
    """The most memory that one process below this one held while the block ran, in bytes."""

    def __enter__(self) -> Memory:
        self.most = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.1):
            for process in me.children(recursive=True):
                try:
                    self.most = max(self.most, process.memory_info().rss)
                except psutil.Error:
                    continue


def ingest(files: Iterable[Path], states: set[str], **environment: str) -> tuple[Spent, int]:
    """Return what the whole journey of the files into a new archive took, and the most memory of one process."""
    with tempfile.TemporaryDirectory() as home:
        run(Path(home), "init")
        with Memory() as memory, Spent() as spent:
            told = run(Path(home), "ingest", *map(str, files), **environment)
        ended = {i["state"] for i in told["items"]}
        assert ended <= states, (ended, [i["reason"] for i in told["items"]])
        return spent, memory.most


def ocrmypdf(scan: Path, target: Path) -> tuple[Spent, int] | None:
    program = shutil.which("ocrmypdf") or str(Path(DMS[0]).with_name("ocrmypdf"))
    if not Path(program).exists() or not shutil.which("gs"):
        return None
    command = [program, "-q", "-l", "chi_sim+eng", "-j", "2", "--output-type", "pdfa", str(scan), str(target)]
    with Memory() as memory, Spent() as spent:
        subprocess.run(command, check=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    return spent, memory.most


def table(title: str, head: str) -> None:
    print(f"\n**{title}**\n\n| {head} |\n|{' --- |' * (head.count('|') + 1)}", flush=True)


def scans(folder: Path, images: list[Image.Image], dpi: int) -> None:
    each = list(enumerate(images))
    formats: dict[str, Callable[[], list[Path]]] = {
        "PDF, one of all pages": lambda: [scan_pdf(images, dpi, folder / "all.pdf")],
        "PDF (JPEG inside)": lambda: [scan_pdf([i], dpi, folder / f"{n}.pdf") for n, i in each],
        "JPEG": lambda: [scan_jpeg(i, dpi, folder / f"{n}.jpg") for n, i in each],
        "TIFF (LZW)": lambda: [scan_tiff([i], dpi, folder / f"{n}.tif") for n, i in each],
        "PNG": lambda: [png(i, dpi, folder / f"{n}.png") for n, i in each],
    }
    pages = len(images)
    made = {name: make() for name, make in formats.items()}
    singles = made["PDF (JPEG inside)"]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(bare, map(str, singles[:2]), ["auto"] * 2))
        begun = time.perf_counter()
        list(pool.map(bare, map(str, singles), ["auto"] * pages))
        engine = time.perf_counter() - begun
    table(f"Scans, {pages} pages at {dpi} dpi, by format", "what | s a page | of the bare engine | largest process, MB")
    print(f"| bare engine on both cores, the yardstick | {engine / pages:.2f} | 1.00 | |", flush=True)
    whole = {}
    for name, files in made.items():
        spent, most = ingest(files, {"registered"})
        whole[name] = spent.wall
        print(f"| {name} | {whole[name] / pages:.2f} | {whole[name] / engine:.2f} | {most / 1e6:,.0f} |", flush=True)
    table(
        "By engine, one PDF of all pages",
        "what | s a page | times as long as dms with `auto` | CPU s a page | cores used | largest process, MB",
    )
    ours = whole["PDF, one of all pages"]
    share = 0.0
    for spec, precision in (("auto", "full"), ("auto", "int8"), *((s, "full") for s in _OTHER_ENGINES)):
        files = made["PDF, one of all pages"]
        spent, most = ingest(files, {"registered"}, DMS_OCR=spec, DMS_OCR_PRECISION=precision)
        if (spec, precision) == ("auto", "full"):
            ours, share = spent.wall, spent.share
        engine_row(f"dms, `{spec}`{', `int8`' if precision == 'int8' else ''}", spent, most, pages, ours)
    other = ocrmypdf(folder / "all.pdf", folder / "out.pdf")
    if other is None:
        print("| OCRmyPDF and Ghostscript are not both installed | | | | | |")
    else:
        engine_row("OCRmyPDF, Tesseract chi_sim+eng, `-j 2`, PDF/A", other[0], other[1], pages, ours)
    print(f"\nShare of {CORES} cores used by dms with `auto`, starting included: {share:.0%}; target 95 %: "
          f"{'met' if share >= _SHARE else 'not met'}", flush=True)  # fmt: skip


def engine_row(name: str, spent: Spent, most: int, pages: int, ours: float) -> None:
    print(f"| {name} | {spent.wall / pages:.2f} | {spent.wall / ours:.2f} | {spent.cpu / pages:.2f} "
          f"| {spent.share:.0%} | {most / 1e6:,.0f} |", flush=True)  # fmt: skip


def png(image: Image.Image, dpi: int, target: Path) -> Path:
    image.save(target, dpi=(dpi, dpi))
    return target


def access_copies(folder: Path) -> None:
    """Time the access copy of a scan of many pages: JPEG data passed through, a text layer, PDF/A-2b."""
    import pikepdf

    from dms.adapters.ocr.access import make_access_copy
    from dms.domain.pages import Box, Page, Word

    scan = folder / "all.pdf"
    with pikepdf.open(scan) as pdf:
        sizes = [(float(p.mediabox[2]), float(p.mediabox[3])) for p in pdf.pages]
    words = tuple(Word("客户投诉折让审批", Box(60, 40 + 14 * n, 200, 52 + 14 * n)) for n in range(50))
    pages = [Page(n, w, h, words=words, text="x", source="ocr") for n, (w, h) in enumerate(sizes, 1)]
    make_access_copy(scan, "application/pdf", "", pages[:1], folder / "access.pdf")  # fonts and models once
    begun = time.perf_counter()
    make_access_copy(scan, "application/pdf", "", pages, folder / "access.pdf")
    took = (time.perf_counter() - begun) / len(pages)
    begun = time.perf_counter()
    with pikepdf.open(scan) as pdf:
        pdf.save(folder / "plain.pdf")
    plain = (time.perf_counter() - begun) / len(pages)
    table("Access copies", "what | ms a page")
    print(f"| PDF/A-2b with a text layer of 50 words | {took * 1000:.1f} |")
    print(f"| pikepdf opening and saving the same file, the yardstick | {plain * 1000:.1f} |", flush=True)


def digital(folder: Path, count: int) -> None:
    forms = make_forms(3, count)
    files = [make_electronic(f, (k := _DIGITAL[n % len(_DIGITAL)]), folder / f"d{n}.{k}") for n, f in enumerate(forms)]
    spent, most = ingest(files, {"registered"})
    table(f"Born-digital, {count} files of {len(_DIGITAL)} kinds", "files a second | largest process, MB")
    print(f"| {count / spent.wall:.1f} | {most / 1e6:,.0f} |", flush=True)


def starting(folder: Path) -> None:
    home = folder / "home"
    run(home, "init")
    table("Starting", "command | s, best of 5")
    commands = (["python -c pass, the yardstick"], ["--help"], ["search", "客户"], ["attention"])
    for command in commands:
        whole = [DMS[0], "-c", "pass"] if "yardstick" in command[0] else [*DMS, "--home", str(home), *command]
        took = []
        for _ in range(5):
            begun = time.perf_counter()
            subprocess.run(whole, capture_output=True, check=False)
            took.append(time.perf_counter() - begun)
        print(f"| {' '.join(command)} | {min(took):.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--forms", type=int, default=20)
    parser.add_argument("--digital", type=int, default=200)
    parser.add_argument("--dpi", type=int, default=200)
    chosen = parser.parse_args()
    images = [damage(f.render(chosen.dpi), 1, n, chosen.dpi) for n, f in enumerate(make_forms(7, chosen.forms))]
    with tempfile.TemporaryDirectory() as folder:
        scans(Path(folder), images, chosen.dpi)
        access_copies(Path(folder))
        digital(Path(folder), chosen.digital)
        starting(Path(folder))


if __name__ == "__main__":
    main()
