"""Bare paper is known without reading; anything a person might have written or printed is not bare."""

from __future__ import annotations

import numpy as np
import pytest
from ocr_sheets import Sheet, raster
from PIL import Image, ImageDraw

from dms.adapters.ocr.bare import is_bare
from dms.demo.scanner import damage

DPI = 200


def scanned(sheet: Sheet, level: int = 0, seed: int = 1) -> bool:
    return is_bare(raster(damage(sheet.image, level, seed, sheet.dpi), sheet.dpi))


@pytest.mark.parametrize("dpi", [100, 200, 300])
@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_blank_paper_is_bare_however_it_was_scanned(dpi: int, level: int, seed: int) -> None:
    assert scanned(Sheet(dpi, (245, 243, 236)), level, seed)


def test_dust_and_the_shadow_of_the_edge_leave_it_bare() -> None:
    sheet = Sheet(DPI)
    draw = ImageDraw.Draw(sheet.image)
    for place in ((300, 400), (801, 1100), (1000, 200)):
        draw.ellipse((*place, place[0] + 4, place[1] + 4), fill=(60, 60, 60))
    draw.rectangle((0, 0, 10, sheet.image.height), fill=(120, 120, 120))
    assert scanned(sheet)


@pytest.mark.parametrize("colour", [(0, 0, 0), (30, 60, 160), (150, 150, 150), (205, 205, 205)])
@pytest.mark.parametrize(("text", "size"), [("一", 9), ("1", 9), ("附件", 12), ("l", 7)])
def test_one_faint_character_is_enough(text: str, size: float, colour: tuple[int, int, int]) -> None:
    sheet = Sheet(DPI)
    sheet.text(200, 300, text, size, colour)
    assert not scanned(sheet)


def test_print_that_runs_over_the_edge_is_not_its_shadow() -> None:
    sheet = Sheet(DPI)
    sheet.text(180, -4, "第三页", 14)
    assert not scanned(sheet)


def test_dots_of_a_needle_printer_are_print() -> None:
    pixels = np.full((1600, 1100), 255, np.uint8)
    pixels[800:830:5, 300:340:5] = 0
    assert not is_bare(raster(Image.fromarray(pixels), DPI, grey=True))


def test_much_dust_is_looked_at() -> None:
    sheet = Sheet(DPI)
    draw = ImageDraw.Draw(sheet.image)
    for n in range(100):
        x, y = 150 + 80 * (n % 10), 150 + 120 * (n // 10)
        draw.rectangle((x, y, x + 3, y + 3), fill=(40, 40, 40))
    assert not scanned(sheet)
