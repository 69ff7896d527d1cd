"""The whole way with real OCR: a scan turned on its side, its codes and seals, its copy and its parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from examine_kit import nothing
from ocr_sheets import Sheet, form
from PIL import Image

from dms.adapters.codes import open_code_painter
from dms.adapters.examine import open_examiner
from dms.adapters.ocr import available
from dms.ports.examine import Examiner, Limits
from dms.said import read_said

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not any(engine.ok and engine.name != "none" for engine in available()), reason="no OCR engine is installed"
    ),
]
CODE = "DMS1:HG01E2026000123:-:ABCDEFGH"


@pytest.fixture(scope="module")
def examiner() -> Iterator[Examiner]:
    with closing(open_examiner(children=1, limits=Limits(), passwords=[], ocr="auto", languages="chi_sim+eng")) as one:
        yield one


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def with_code(sheet: Sheet) -> Sheet:
    """Draw a QR code of 25 mm in the lower left corner and a seal in the lower right."""
    modules = open_code_painter().matrix(CODE, level="Q")
    pixels = Image.new("L", (len(modules), len(modules)), 255)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                pixels.putpixel((x, y), 0)
    side = round(71 * sheet.scale)
    sheet.image.paste(pixels.resize((side, side), Image.Resampling.NEAREST).convert("RGB"),
                      (round(40 * sheet.scale), round(450 * sheet.scale)))  # fmt: skip
    sheet.seal(270, 440)
    return sheet


def test_a_stack_with_a_turned_page_and_a_blank_one(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    upright, turned = with_code(form()).image, with_code(form()).image.rotate(-90, expand=True)
    path = tmp_path / "stack.pdf"
    upright.save(path, save_all=True, append_images=[turned, Image.new("RGB", upright.size, "white")], resolution=200)
    inspection = examiner.inspect(path, path.name, work)
    assert (inspection.kind, inspection.pages, inspection.warnings) == ("scan", 3, ())
    pages = examiner.pages(path, inspection, work, nothing)
    for page in pages[:2]:
        assert page.source == "ocr"
        assert "上海华光贸易有限公司" in page.text
        assert "12,480.50" in page.text
        assert (page.width, page.height) == pytest.approx((420, 595), abs=2)
        (symbol,) = page.symbols
        assert symbol.text == CODE
        assert symbol.box.middle == pytest.approx((40 + 35.5, 450 + 35.5), abs=6)
        assert len(page.evidence.seals) == 1
        assert page.evidence.dpi == pytest.approx(200, abs=2)
        assert page.warnings == ()
    # The second page was turned a quarter clockwise, so three more make it upright.
    assert [page.rotation for page in pages] == [0, 270, 0]
    assert pages[2].evidence.blank
    assert (pages[2].source, pages[2].engine, pages[2].text) == ("none", "", "")

    copy = tmp_path / "copy.pdf"
    examiner.access_copy(path, inspection, pages, work, copy)
    for shown in list(pypdfium2.PdfDocument(copy))[:2]:
        assert "上海华光贸易有限公司" in shown.get_textpage().get_text_range()
        assert shown.get_size() == pytest.approx((420, 595), abs=2)

    part = tmp_path / "part.pdf"
    examiner.part(path, inspection, [2], work, part)
    assert pypdfium2.PdfDocument(part)[0].get_size() == pytest.approx((595, 420), abs=2)


def test_a_tiff_and_a_coarse_jpeg(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    sheet = form()
    tiff = tmp_path / "a.tif"
    sheet.image.convert("L").save(tiff, compression="tiff_lzw", dpi=(200, 200))
    (page,) = examiner.pages(tiff, examiner.inspect(tiff, "a.tif", work), work, nothing)
    assert "货物包装破损三箱" in page.text
    assert page.engine
    coarse = tmp_path / "coarse"
    coarse.mkdir()
    jpeg = tmp_path / "a.jpg"
    form(dpi=150).image.save(jpeg, quality=85, dpi=(150, 150))
    (page,) = examiner.pages(jpeg, examiner.inspect(jpeg, "a.jpg", coarse), coarse, nothing)
    assert "华光贸易" in page.text
    assert any("150 dpi" in str(read_said(warning)) for warning in page.warnings)
