"""Every OCR engine keeps the same contract: text, boxes in points, rotation, nothing from nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from ocr_sheets import HEIGHT, WIDTH, Sheet, form

from dms.adapters.ocr import NAMES, available, open_engine
from dms.errors import MissingProgram, Unavailable, Usage
from dms.ports.ocr import OcrEngine, Raster

ENGINES = [info.name for info in available() if info.ok and info.name != "none"]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[OcrEngine]:
    yield open_engine(request.param, "chi_sim+chi_tra+eng")


def squeezed(text: str) -> str:
    return "".join(text.split()).replace(":", "：").replace("﹣", "-")


def test_none_reads_nothing() -> None:
    found = open_engine("none").recognise(form(72).raster())
    assert (found.words, found.rotation, found.confidence) == ((), 0, 0.0)


def test_an_unknown_engine_is_a_usage_error_that_lists_the_known_ones() -> None:
    with pytest.raises(Usage) as caught:
        open_engine("abbyy")
    assert all(name in caught.value.hint for name in NAMES)


def test_doctor_is_told_of_every_engine_without_loading_one() -> None:
    script = (
        "import sys, json; from dms.adapters.ocr import available; infos = available();"
        "print(json.dumps([[i.name for i in infos], [m for m in ('rapidocr','openvino','onnxruntime','pytesseract')"
        " if m in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    names, loaded = json.loads(done.stdout)
    assert names == ["rapidocr-openvino", "rapidocr-onnxruntime", "tesseract", "none"]
    assert loaded == []


def test_without_tesseract_the_hint_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingProgram) as caught:
        open_engine("tesseract")
    assert "apt install tesseract-ocr" in caught.value.hint
    assert not next(info for info in available() if info.name == "tesseract").ok


@pytest.mark.skipif("tesseract" not in ENGINES, reason="Tesseract is not installed")
def test_a_language_tesseract_does_not_have_is_a_missing_program() -> None:
    with pytest.raises(MissingProgram, match="xyz"):
        open_engine("tesseract", "xyz")


@pytest.mark.slow
def test_print_is_read_with_boxes_where_it_stands(engine: OcrEngine) -> None:
    sheet = form(300)
    found = engine.recognise(sheet.raster())
    assert found.rotation == 0
    assert found.confidence > 0.75
    text = squeezed("".join(w.text for w in found.words))
    for wanted in ("客户投诉处理单", "上海华光贸易有限公司", "2026-03-18", "12,480.50", "021-65430987"):
        assert wanted in text
    title = next(w for w in found.words if "投诉处理单" in squeezed(w.text))
    drawn = sheet.words[0].box
    assert title.box.overlaps(drawn)
    assert title.box.middle == pytest.approx(drawn.middle, abs=6)
    assert title.box.width == pytest.approx(drawn.width, abs=18)
    assert all(-1 <= w.box.x0 < w.box.x1 <= WIDTH + 1 and -1 <= w.box.y0 < w.box.y1 <= HEIGHT + 1 for w in found.words)
    assert all(0 <= w.confidence <= 1 for w in found.words)


@pytest.mark.slow
def test_columns_are_words_of_their_own_in_reading_order(engine: OcrEngine) -> None:
    found = engine.recognise(form(300).raster())
    texts = [squeezed(w.text) for w in found.words]
    company = next(i for i, t in enumerate(texts) if "华光贸易" in t)
    date = next(i for i, t in enumerate(texts) if "2026-03-18" in t)
    complaint = next(i for i, t in enumerate(texts) if "包装破损" in t)
    assert company < date < complaint
    assert "华光" not in texts[date]


@pytest.mark.slow
@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_read_upright(engine: OcrEngine, turned: int) -> None:
    sheet = form(200)
    for index in range(7):
        sheet.text(30, 330 + 32 * index, f"第{index}条：双方同意按合同约定的价格与期限交货付款", 11)
    upright = engine.recognise(sheet.raster())
    found = engine.recognise(sheet.raster(turned))
    assert found.rotation == (360 - turned) % 360
    company = next(w for w in found.words if "华光贸易" in squeezed(w.text))
    same = next(w for w in upright.words if "华光贸易" in squeezed(w.text))
    assert company.box.middle == pytest.approx(same.box.middle, abs=6)


@pytest.mark.slow
def test_blank_paper_has_no_words(engine: OcrEngine) -> None:
    found = engine.recognise(Sheet(150, (245, 243, 236)).raster())
    assert (found.words, found.rotation) == ((), 0)


@pytest.mark.slow
def test_grey_rasters_and_memoryviews_are_read_too(engine: OcrEngine) -> None:
    raster = form(200).raster(grey=True)
    view = Raster(raster.width, raster.height, 1, memoryview(raster.data), raster.dpi)
    text = squeezed("".join(w.text for w in engine.recognise(view).words))
    assert "华光贸易有限公司" in text


@pytest.mark.slow
def test_a_red_seal_over_print_does_not_hide_it() -> None:
    sheet = form(300)
    sheet.seal(120, 90)
    engine = open_engine("auto")
    text = squeezed("".join(w.text for w in engine.recognise(sheet.raster()).words))
    assert "客户名称：上海华光贸易有限公司" in text
    assert "投诉内容：货物包装破损三箱" in text


@pytest.mark.slow
def test_a_red_heading_is_read() -> None:
    sheet = Sheet(300)
    sheet.text(60, 60, "华光贸易有限公司文件", 26, (205, 30, 40))
    text = squeezed("".join(w.text for w in open_engine("auto").recognise(sheet.raster()).words))
    assert "华光贸易有限公司文件" in text


@pytest.mark.slow
def test_pixels_that_do_not_fit_their_size_are_refused(engine: OcrEngine) -> None:
    with pytest.raises(Unavailable):
        engine.recognise(Raster(10, 10, 3, b"\0" * 299, 200))


@pytest.mark.slow
@pytest.mark.parametrize("spec", [name for name in ENGINES if name.startswith("rapidocr")])
def test_reading_leaves_no_trace_in_the_home_folder_and_sends_nothing(spec: str, tmp_path: Path) -> None:
    """Promise 8: both runtimes keep an id in the home folder and report from it, unless told not to."""
    script = (
        "import sys, socket, threading\n"
        "def refuse(event, args):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto'): print('NETWORK', event, args)\n"
        "sys.addaudithook(refuse)\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from ocr_sheets import form\n"
        "from dms.adapters.ocr import open_engine\n"
        f"engine = open_engine({spec!r})\n"
        "print(len(engine.recognise(form(100).raster()).words), engine.name)\n"
        "print([m for m in sys.modules if 'telemetry' in m and sys.modules[m] is not None])\n"
        "print([t.name for t in threading.enumerate()])\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("XDG_CACHE_HOME", "CI", "ORT_DISABLE_TELEMETRY")}
    environment["HOME"] = str(tmp_path)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    read, reporting, threads = done.stdout.splitlines()
    assert spec.removeprefix("rapidocr-") in read
    assert reporting == "[]"
    assert threads == "['MainThread']"
    assert list(tmp_path.rglob("*")) == []
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core only: there is nothing to be bound to")
@pytest.mark.parametrize("spec", [name for name in ENGINES if name.startswith("rapidocr")])
def test_no_thread_is_bound_to_one_core_while_a_page_is_read(spec: str) -> None:
    """OpenVINO binds its stream to the first core in each process, so two reading processes shared one core."""
    engine, raster = open_engine(spec), form(200).raster()
    whole, seen = os.sched_getaffinity(0), set()
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(engine.recognise, raster)
        while not reading.done():
            for thread in Path("/proc/self/task").iterdir():
                with suppress(ProcessLookupError):  # it ended since the folder was read
                    seen.add(frozenset(os.sched_getaffinity(int(thread.name))))
    assert reading.result().words
    assert seen == {frozenset(whole)}
