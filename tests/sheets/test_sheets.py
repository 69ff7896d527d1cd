"""Cover sheets and labels as they come out of the printer."""

import subprocess

import numpy as np
import pypdfium2
import pytest

from dms.adapters.codes import open_code_painter, open_code_reader
from dms.adapters.paper import open_paper
from dms.adapters.paper.fonts import find_font, find_fonts
from dms.desk.shelf.sheets import sheets
from dms.domain import qr
from dms.domain.numbers import ElectronicCode, parse_paper
from dms.errors import MissingProgram, Unavailable, Usage
from dms.ports.ocr import Raster
from dms.sheets.cover import Cover, draw_covers
from dms.sheets.label import LAYOUTS, Label, draw_labels

KEY = b"k" * 32
NUMBER = parse_paper("HG01-KH·04·2026-D30-ZHS-002-0007")


def cover(
    serial=1,
    *,
    number=NUMBER,
    title="客户投诉处理及折让审批表 — 杭州新辰酒店有限公司",
    customer="杭州新辰酒店有限公司",
    **more,
):
    code = ElectronicCode("HG01", 2026, serial)
    told = dict(
        code=code, paper_number=number, class_code="04", class_name="客户投诉与折价", manager="ZHS", manager_name="张华生",
        customer=customer, title=title, pages_expected=3, signatures=("customer", "handler", "supervisor"),
        electronic_address="2026/0000/" + str(code), paper_address="", fonds_name="销售部客户档案",
        qr_text=qr.write(code, number, qr.Purpose.COVER, KEY),
    )  # fmt: skip
    return Cover(**{**told, **more})


def label(serial=1, *, number=NUMBER, title="投诉审批表"):
    code = ElectronicCode("HG01", 2026, serial)
    return Label(
        code, number, title, "杭州新辰酒店", f"2026/0000/{code}", "", qr.write(code, number, qr.Purpose.LABEL, KEY)
    )


def printed(path, draw, *arguments, **more):
    paper = open_paper()
    draw(paper, *arguments, **more)
    paper.save(path, title="test")
    return path


def rasters(path, dpi):
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            pixels = np.ascontiguousarray(page.render(scale=dpi / 72, rev_byteorder=True).to_numpy()[:, :, :3])
            yield Raster(pixels.shape[1], pixels.shape[0], 3, pixels.tobytes(), dpi)


def text(path):
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_both_codes_of_a_cover_are_read(tmp_path, dpi, folded):
    path = printed(tmp_path / "c.pdf", draw_covers, [cover()], folded=folded)
    (raster,) = rasters(path, dpi)
    symbols = open_code_reader().read(raster)
    assert len(symbols) == 2
    assert {qr.read(s.text, KEY) for s in symbols} == {
        qr.Payload(ElectronicCode("HG01", 2026, 1), NUMBER, qr.Purpose.COVER)
    }
    left, right = sorted((s.box for s in symbols), key=lambda b: b.x0)
    assert left.y1 < right.y0
    assert left.width * 25.4 / 72 == pytest.approx(30 if folded else 25, abs=1)


def test_all_a_cover_says_can_be_read_as_text(tmp_path):
    told = text(printed(tmp_path / "c.pdf", draw_covers, [cover()]))
    for wanted in (
        "扫描封面",
        "HG01E2026000001",
        str(NUMBER),
        "客户投诉与折价",
        "张华生",
        "杭州新辰酒店有限公司",
        "2026/0000/HG01E2026000001",
        "经办人",
    ):
        assert wanted in told, wanted


def test_same_covers_same_bytes(tmp_path):
    first = printed(tmp_path / "a.pdf", draw_covers, [cover(1), cover(2)]).read_bytes()
    assert printed(tmp_path / "b.pdf", draw_covers, [cover(1), cover(2)]).read_bytes() == first


@pytest.mark.parametrize(
    "more",
    [{"title": "很长的题名" * 60, "customer": "很长的客户名称有限公司" * 12}, {"title": "", "customer": "", "manager": "", "class_code": "", "class_name": "", "number": None, "signatures": (), "pages_expected": 0}, {"title": "𠮷野家 㐂 龘 rare"}],
)  # fmt: skip
def test_long_empty_and_rare_texts_stay_on_the_page(tmp_path, more):
    path = printed(tmp_path / "c.pdf", draw_covers, [cover(**more)])
    boxes = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True).stdout
    rights = [float(line.split('xMax="')[1].split('"')[0]) for line in boxes.splitlines() if "<word" in line]
    assert max(rights) <= 210 / 25.4 * 72
    (raster,) = rasters(path, 150)
    assert len(open_code_reader().read(raster)) == 2


def test_fonts_are_embedded(tmp_path):
    path = printed(tmp_path / "c.pdf", draw_covers, [cover()])
    listed = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    used = [line for line in listed if "Helvetica" not in line]
    assert used and all(" yes yes " in line for line in used)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_label_of_a_full_sheet_is_read_and_lies_on_the_paper(tmp_path, layout):
    places = LAYOUTS[layout].across * LAYOUTS[layout].down
    path = printed(tmp_path / "l.pdf", draw_labels, [label(n) for n in range(1, places + 2)], layout)
    pages = list(rasters(path, 300))
    assert len(pages) == 2
    read = {qr.read(s.text, KEY).code.serial for s in open_code_reader().read(pages[0])}
    assert read == set(range(1, places + 1))


def test_labels_start_where_the_sheet_is_still_full_and_follow_the_offset(tmp_path):
    path = printed(tmp_path / "l.pdf", draw_labels, [label()], "3x8", 5, (1.5, -1.0))
    (raster,) = rasters(path, 200)
    (symbol,) = open_code_reader().read(raster)
    assert symbol.box.x0 * 25.4 / 72 == pytest.approx(70 + 4 + 1.5, abs=0.6)
    assert symbol.box.y0 * 25.4 / 72 == pytest.approx(0.5 + 37 + 4 - 1.0, abs=0.6)
    for layout, start in (("9x9", 1), ("3x8", 25), ("3x8", 0)):
        with pytest.raises(Usage):
            draw_labels(open_paper(), [label()], layout, start)


def test_sheets_are_found_by_themselves():
    assert {"cover", "label"} <= set(sheets())
    assert all(s.title_zh and s.title_en for s in sheets().values())


def test_a_sheet_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("x")
    paper = open_paper()
    draw_covers(paper, [cover()])
    with pytest.raises(Unavailable):
        paper.save(tmp_path / "file" / "c.pdf", title="x")


def test_a_font_that_cannot_be_embedded_is_refused(tmp_path, monkeypatch):
    (tmp_path / "cff.otf").write_bytes(b"OTTO" + b"\0" * 50)
    monkeypatch.setenv("DMS_FONT", str(tmp_path / "cff.otf"))
    find_fonts.cache_clear()
    try:
        with pytest.raises(MissingProgram):
            find_font()
    finally:
        find_fonts.cache_clear()


def test_symbols_have_the_size_the_text_needs():
    painter = open_code_painter()
    modules = painter.matrix("DMS1:HG01E2026000123:-:ABCDEFGH", level="Q")
    assert len(modules) == len(modules[0]) == 25 or len(modules) == 29
    with pytest.raises(Usage):
        painter.matrix("x", level="Z")
    with pytest.raises(Usage):
        painter.matrix("x" * 8000, level="H")


def test_a_blank_and_a_noisy_page_have_no_codes():
    reader = open_code_reader()
    rng = np.random.default_rng(1)
    for pixels in (np.full((2200, 1700), 255, np.uint8), rng.integers(0, 255, (2200, 1700), np.uint8)):
        assert reader.read(Raster(1700, 2200, 1, pixels.tobytes(), 200)) == ()
