from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from dms.demo.form import Form
from dms.demo.scanner import damage, fax, scan_jpeg, scan_pdf, scan_tiff

DPI = 100


@pytest.fixture(scope="module")
def page(forms: list[Form]) -> Image.Image:
    return forms[2].render(DPI)


@pytest.mark.parametrize("level", range(4))
def test_damage_keeps_the_size_and_is_seeded(page: Image.Image, level: int) -> None:
    one = damage(page, level, 5, DPI)
    assert (one.size, one.mode) == (page.size, "RGB")
    assert np.array_equal(np.asarray(one), np.asarray(damage(page, level, 5, DPI)))
    if level:
        assert not np.array_equal(np.asarray(one), np.asarray(damage(page, level, 6, DPI)))


def test_each_level_is_worse(page: Image.Image) -> None:
    clean = np.asarray(page, np.int16)
    away = [float(np.abs(np.asarray(damage(page, level, 5, DPI), np.int16) - clean).mean()) for level in range(4)]
    assert away == sorted(away)
    assert away[3] > 4 * away[0]


def test_damage_does_not_touch_the_page_given(page: Image.Image) -> None:
    before = page.tobytes()
    damage(page, 3, 5, DPI)
    assert page.tobytes() == before


def test_unknown_level(page: Image.Image) -> None:
    with pytest.raises(ValueError, match="level 4"):
        damage(page, 4, 1, DPI)


def test_a_scan_is_an_image_only_pdf_of_the_right_size(page: Image.Image, tmp_path: Path) -> None:
    path = scan_pdf([page, fax(page, 1)], DPI, tmp_path / "scan.pdf")
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 2
        first = pdf.pages[0].Resources.XObject.Im0
        assert first.Filter == pikepdf.Name.DCTDecode
        assert pdf.pages[1].Resources.XObject.Im0.Filter == pikepdf.Name.CCITTFaxDecode
        assert [round(float(v)) for v in pdf.pages[0].MediaBox] == [0, 0, 595, 842]
    document = pypdfium2.PdfDocument(path)
    assert document[0].get_textpage().get_text_range().strip() == ""
    shown = np.asarray(document[0].render(scale=DPI / 72).to_pil().convert("L"), np.int16)
    assert float(np.abs(shown[:1100, :800] - np.asarray(page.convert("L"), np.int16)[:1100, :800]).mean()) < 6
    black = np.asarray(document[1].render(scale=1).to_pil().convert("L"))
    assert black.mean() > 200  # white paper, not a negative
    document.close()
    again = scan_pdf([page, fax(page, 1)], DPI, tmp_path / "again.pdf")
    assert again.read_bytes() == path.read_bytes()


def test_tiff_and_jpeg_keep_resolution(page: Image.Image, tmp_path: Path) -> None:
    with Image.open(scan_tiff([page, page], DPI, tmp_path / "a.tif")) as tiff:
        assert (getattr(tiff, "n_frames", 1), tiff.info["dpi"]) == (2, (DPI, DPI))
    with Image.open(scan_tiff([fax(page, 1)], 204, tmp_path / "b.tif", "group4")) as tiff:
        assert (tiff.mode, tiff.info["compression"]) == ("1", "group4")
    with Image.open(scan_jpeg(page, DPI, tmp_path / "c.jpg")) as jpeg:
        assert jpeg.info["dpi"] == (DPI, DPI)
