"""Character errors, fields found and seconds a page of our OCR engines beside the bare ones, in the same run.

Run: ``python tests/benchmarks/bench_ocr.py --forms 6 --levels 0,2,3 --dpi 300 --engines ours,raw``. Prints a table
on stdout; never a gate. Errors are counted on every printed run of page 1: the least edit distance between it and any
part of the page's text, both folded (NFKC, lower case, no blanks). A field is found if its printed value is part of
the folded text.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import numpy as np
from PIL import Image

from dms.adapters.ocr import available, networks, open_engine
from dms.adapters.ocr.evidence import measure
from dms.adapters.ocr.pixels import as_array, turned
from dms.domain.hantext import page_text
from dms.ports.ocr import OcrEngine, Raster

if TYPE_CHECKING:
    from dms.demo.form import Form

Reader = Callable[[Image.Image, int], str]


@dataclass
class Score:
    """What one engine did at one level and resolution."""

    wrong: int = 0
    characters: int = 0
    found: int = 0
    fields: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    pages: int = 0

    def add(self, runs: Iterable[str], fields: Iterable[str], text: str) -> None:
        page = folded(text)
        for wanted in filter(None, map(folded, runs)):
            self.wrong += 0 if wanted in page else nearest(wanted, page)
            self.characters += len(wanted)
        for wanted in map(folded, fields):
            self.found += wanted in page
            self.fields += 1

    def merge(self, other: Score) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self) -> str:
        return (
            f"{100 * self.wrong / max(1, self.characters):7.2f} {100 * self.found / max(1, self.fields):8.1f}"
            f" {self.cpu / max(1, self.pages):8.2f} {self.wall / max(1, self.pages):8.2f} {self.pages:6d}"
        )


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def nearest(wanted: str, text: str) -> int:
    """Return the least edit distance between ``wanted`` and any part of ``text``."""
    codes = np.array([ord(c) for c in text], dtype=np.int32)
    before = np.zeros(len(text) + 1, dtype=np.int32)
    steps = np.arange(len(text) + 1, dtype=np.int32)
    for row, char in enumerate(wanted, 1):
        now = np.empty_like(before)
        now[0] = row
        now[1:] = np.minimum(before[:-1] + (codes != ord(char)), before[1:] + 1)
        # A gap costs one a step: the running minimum of (value - step) carries it rightwards.
        before = np.minimum.accumulate(now - steps) + steps
    return int(before.min())


def raster_of(image: Image.Image, dpi: int) -> Raster:
    pixels = image if image.mode in ("L", "RGB") else image.convert("RGB")
    return Raster(pixels.width, pixels.height, len(pixels.getbands()), pixels.tobytes(), dpi)


def our_reader(engine: OcrEngine) -> Reader:
    def read(image: Image.Image, dpi: int) -> str:
        return page_text(engine.recognise(raster_of(image, dpi)).words)

    return read


def evidence_reader(engine: OcrEngine) -> tuple[Reader, list[float]]:
    """Read with the engine and time the evidence of the page apart."""
    spent: list[float] = []

    def read(image: Image.Image, dpi: int) -> str:
        raster = raster_of(image, dpi)
        found = engine.recognise(raster)
        pixels = turned(as_array(raster), found.rotation)
        upright = Raster(pixels.shape[1], pixels.shape[0], raster.channels, memoryview(pixels).cast("B"), dpi)
        start = time.process_time()
        measure(upright, found.words)
        spent.append(time.process_time() - start)
        return page_text(found.words)

    return read, spent


def raw_rapidocr(runtime: str) -> Reader:
    """RapidOCR as its own manual calls it, one thread, its classifier on."""
    networks.silence()
    import rapidocr.main
    from rapidocr import EngineType, RapidOCR
    from rapidocr.ch_ppocr_rec import main as reader_module

    # Its result objects fetch a font to draw with, from the network.
    reader_module.VisRes = lambda **_: None
    kind = EngineType(runtime)
    models = Path(rapidocr.main.__file__).parent / "models"
    ocr: Any = RapidOCR(
        params={
            "Global.log_level": "error",
            "Det.engine_type": kind,
            "Cls.engine_type": kind,
            "Rec.engine_type": kind,
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Cls.model_path": str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            "EngineConfig.openvino.inference_num_threads": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    rapidocr.main.VisRes = lambda **_: None

    def read(image: Image.Image, _: int) -> str:
        result = ocr(np.asarray(image.convert("RGB"))[:, :, ::-1])
        return "\n".join(result.txts or ())

    return read


def raw_tesseract(image: Image.Image, dpi: int) -> str:
    import pytesseract

    text: str = pytesseract.image_to_string(image, lang="chi_sim+eng", config=f"--psm 3 --dpi {dpi}")
    return text


def readers(which: Sequence[str]) -> dict[str, tuple[Reader, list[float]]]:
    there = {info.name for info in available() if info.ok}
    chosen: dict[str, tuple[Reader, list[float]]] = {}
    for name in ("rapidocr-openvino", "rapidocr-onnxruntime", "tesseract"):
        if name not in there:
            continue
        if "ours" in which or name in which:
            chosen[name] = evidence_reader(open_engine(name))
        if name == "rapidocr-openvino" and ("ours" in which or f"{name}-int8" in which):
            chosen[f"{name}-int8"] = evidence_reader(open_engine(name, precision="int8"))
        if "raw" in which or f"raw-{name}" in which:
            read = raw_tesseract if name == "tesseract" else raw_rapidocr(name.removeprefix("rapidocr-"))
            chosen[f"raw-{name}"] = (read, [])
    return chosen


def timed(read: Reader, image: Image.Image, dpi: int, score: Score) -> str:
    times, wall = os.times(), time.perf_counter()
    text = read(image, dpi)
    after = os.times()
    score.wall += time.perf_counter() - wall
    # Tesseract works in a child process.
    score.cpu += sum(after[:4]) - sum(times[:4])
    score.pages += 1
    return text


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--levels", default="0,1,2,3")
    parser.add_argument("--dpi", default="300")
    parser.add_argument("--engines", default="ours,raw", help="ours, raw, or names such as rapidocr-openvino")
    parser.add_argument("--misses", action="store_true", help="tell on stderr what was not found")
    options = parser.parse_args(arguments)
    from dms.demo.forms import make_forms
    from dms.demo.scanner import damage

    engines = readers(options.engines.split(","))
    forms = make_forms(options.seed, options.forms)
    for read, spent in engines.values():  # models and shapes are loaded before the clock starts
        read(forms[0].render(200), 200)
        spent.clear()
    scores: dict[tuple[str, int, int], Score] = {}
    for dpi in (int(d) for d in options.dpi.split(",")):
        for number, form in enumerate(forms):
            clean = form.render(dpi)
            for level in (int(v) for v in options.levels.split(",")):
                scan = damage(clean, level, options.seed + number, dpi)
                for name, (read, _) in engines.items():
                    score = scores.setdefault((name, level, dpi), Score())
                    text = timed(read, scan, dpi, score)
                    fields = fields_of(form)
                    score.add((word.text for word in form.words[0]), fields.values(), text)
                    if options.misses:
                        tell_misses(name, level, number, fields, text)
                print(f"\r{dpi} dpi, form {number + 1}/{len(forms)}, level {level} ", end="", file=sys.stderr)
    print(file=sys.stderr)
    print(f"{'engine':28} level dpi  errors%  fields%  cpu s/p wall s/p  pages")
    for name, (_, spent) in engines.items():
        whole = Score()
        for (engine, level, dpi), score in sorted(scores.items()):
            if engine == name:
                print(f"{name:28} L{level}  {dpi:4d} {score.row()}")
                whole.merge(score)
        print(f"{name:28} all       {whole.row()}")
        if spent:
            print(f"{name:28} evidence  {1000 * sum(spent) / len(spent):.0f} ms a page")


def fields_of(form: Form) -> dict[str, str]:
    """Return the printed values that stand on page 1."""
    page = folded(form.page_texts[0])
    return {key: value for key, value in form.printed.items() if folded(value) and folded(value) in page}


def tell_misses(name: str, level: int, number: int, values: dict[str, str], text: str) -> None:
    page = folded(text)
    missed = {key: value for key, value in values.items() if folded(value) not in page}
    if missed:
        print(f"\n{name} L{level} form {number}: {missed}", file=sys.stderr)


if __name__ == "__main__":
    main()
