"""The filing stamp: at the top centre where there is room, never on ink, words or seals; its QR is read."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from ocr_sheets import HEIGHT, WIDTH, Sheet, form
from test_access import assert_claims_pdfa, assert_sound, born_digital, jpeg, needs_poppler, scanned_pdf

from dms.adapters.ocr.access import make_access_copy, stamp_access_copy
from dms.adapters.ocr.filing_stamp import MM, Place, find_place
from dms.domain.pages import Box, Evidence, Page
from dms.errors import NotFound
from dms.ports.examine import Stamp

STAMP = Stamp(
    ("HG01", "2026", "0007", "销售部", "30年", "3页"),
    "DMS1:HG01E2026000123:HG01-KH.04.2026-D30-ZHS-002-0007:ABCDEFGH",
)


def copy_of(sheet: Sheet, folder: Path, turned: int = 0) -> Path:
    scanned_pdf(sheet, folder / "scan.pdf", turned=turned)
    page = sheet.page(rotation=-turned % 360)
    make_access_copy(folder / "scan.pdf", "application/pdf", "", [page], folder / "access.pdf")
    return folder / "access.pdf"


def shown(pdf: Path, scale: float = 2.0) -> np.ndarray:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3].astype(int)
    finally:
        document.close()


def area(place: Place) -> Box:
    return Box(place.x * MM, place.y * MM, (place.x + place.width) * MM, (place.y + place.height) * MM)


def stamped(access: Path, page: Page) -> tuple[Path, Place]:
    target = access.with_name("stamped.pdf")
    return target, stamp_access_copy(access, [page], STAMP, target)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_it_is_drawn_upright_on_free_paper_and_nothing_else_changes(turned: int, tmp_path: Path) -> None:
    sheet = form(150)
    access = copy_of(sheet, tmp_path, turned)
    target, place = stamped(access, sheet.page())
    assert not place.below_page
    assert_claims_pdfa(target)
    before, after = shown(access), shown(target)
    assert before.shape == after.shape
    changed = np.argwhere(np.abs(before - after).max(axis=2) > 40) / 2
    box = area(place)
    (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
    assert box.x0 - 1 <= left
    assert right <= box.x1 + 1
    assert box.y0 - 1 <= top
    assert bottom <= box.y1 + 1
    rows, columns = slice(int(box.y0 * 2), int(box.y1 * 2)), slice(int(box.x0 * 2), int(box.x1 * 2))
    assert before[rows, columns].min() > 200
    red = (after[:, :, 0] - after[:, :, 1] > 80)[rows, columns]
    assert red.sum() > 500
    assert not any(word.box.overlaps(box) for word in sheet.words)


def test_its_qr_is_read_from_a_print_at_200_dpi(tmp_path: Path) -> None:
    sheet = form(150)
    target, _ = stamped(copy_of(sheet, tmp_path), sheet.page())
    found = zxingcpp.read_barcodes(shown(target, 200 / 72).astype(np.uint8))
    assert [f.text for f in found] == [STAMP.qr]
    assert found[0].error_correction_level == "Q" if hasattr(found[0], "error_correction_level") else True


@needs_poppler
def test_its_cells_are_text_and_the_words_below_stay_found(tmp_path: Path) -> None:
    sheet = form(150)
    target, _ = stamped(copy_of(sheet, tmp_path), sheet.page())
    done = subprocess.run(["pdftotext", "-layout", str(target), "-"], capture_output=True, text=True, check=True)
    for wanted in (*STAMP.cells, "上海华光贸易有限公司"):
        assert wanted in done.stdout


def test_an_empty_head_takes_it_at_the_top_centre(tmp_path: Path) -> None:
    sheet = Sheet(100)
    sheet.text(60, 300, "正文", 12)
    _, place = stamped(copy_of(sheet, tmp_path), sheet.page())
    assert (place.y, place.scale) == (5.0, 1.0)
    assert place.x + 45 / 2 == pytest.approx(WIDTH / MM / 2, abs=0.5)


def test_seals_signatures_and_unread_ink_are_kept_clear(tmp_path: Path) -> None:
    sheet = Sheet(100)
    drawn = sheet.seal(160, 10, 80)
    faint = Box(0, 100, WIDTH, 300)
    evidence = Evidence(seals=(drawn,), signatures=(faint,))
    page = Page(1, WIDTH, HEIGHT, evidence=evidence)
    _, place = stamped(copy_of(sheet, tmp_path), page)
    assert not area(place).overlaps(drawn)
    assert not area(place).overlaps(faint)


def test_a_full_page_grows_below_and_what_stood_keeps_its_place(tmp_path: Path) -> None:
    sheet = Sheet(100)
    for row in range(29):
        sheet.text(14, 12 + 20 * row, "密密麻麻的正文没有留下任何空白之处" * 2, 11.4)
    access = copy_of(sheet, tmp_path)
    target, place = stamped(access, sheet.page())
    assert place.below_page
    assert_sound(target)
    before, after = shown(access), shown(target)
    assert after.shape[0] > before.shape[0] + 2 * place.height * MM
    assert np.abs(after[: before.shape[0]] - before).mean() < 1
    assert zxingcpp.read_barcodes(shown(target, 3).astype(np.uint8))[0].text == STAMP.qr


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_added_margin_is_below_as_displayed(rotate: int, tmp_path: Path) -> None:
    full = np.ones((round(HEIGHT / MM * 2), round(WIDTH / MM * 2)), dtype=bool)
    assert find_place(full, WIDTH / MM, HEIGHT / MM).below_page
    sheet = Sheet(72)
    sheet.image.paste((0, 0, 0), (0, 0, *sheet.image.size))
    for x in range(0, sheet.image.width, 4):
        sheet.image.paste((255, 255, 255), (x, 0, x + 2, sheet.image.height))
    access = copy_of(sheet, tmp_path, rotate)
    target, place = stamped(access, sheet.page())
    assert place.below_page
    assert zxingcpp.read_barcodes(shown(target, 3).astype(np.uint8))[0].text == STAMP.qr
    assert shown(target).shape[0] == pytest.approx(2 * (HEIGHT + (place.height + 10) * MM), abs=4)


def test_a_document_that_claimed_nothing_claims_nothing_stamped(tmp_path: Path) -> None:
    born_digital(tmp_path / "in.pdf")
    page = Page(1, WIDTH, HEIGHT, source="embedded")
    make_access_copy(tmp_path / "in.pdf", "application/pdf", "", [page], tmp_path / "access.pdf")
    target, _ = stamped(tmp_path / "access.pdf", page)
    with pikepdf.open(target) as opened, opened.open_metadata() as metadata:
        assert metadata.pdfa_status == ""


def test_a_repeat_stamps_the_same_bytes_and_the_copy_itself_stays(tmp_path: Path) -> None:
    sheet = form(100)
    access = copy_of(sheet, tmp_path)
    kept = access.read_bytes()
    one = stamped(access, sheet.page())[0].read_bytes()
    two = stamped(access, sheet.page())[0].read_bytes()
    assert one == two
    assert access.read_bytes() == kept


def test_overlong_cells_are_made_to_fit(tmp_path: Path) -> None:
    sheet = form(100)
    jpeg(sheet, tmp_path / "s.jpg")
    make_access_copy(tmp_path / "s.jpg", "image/jpeg", "", [sheet.page()], tmp_path / "access.pdf")
    long = Stamp(("HG01",) * 3 + ("华东大区重点客户销售管理事业部",) + ("永久", "128页"), "DMS1:X")
    place = stamp_access_copy(tmp_path / "access.pdf", [sheet.page()], long, tmp_path / "stamped.pdf")
    picture = shown(tmp_path / "stamped.pdf", 4)
    # The gap between stamp and QR stays clean: nothing ran over its cell's edge.
    x0, x1 = round((place.x + 45.1) * MM * 4), round((place.x + 45.9) * MM * 4)
    y0, y1 = round(place.y * MM * 4), round((place.y + 18) * MM * 4)
    assert picture[y0:y1, x0:x1].min() > 230


def test_no_page_no_stamp(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        stamp_access_copy(tmp_path / "nothing.pdf", [], STAMP, tmp_path / "out.pdf")
