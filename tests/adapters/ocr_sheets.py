"""Small pages drawn for the tests of OCR, evidence and access copies; all lengths in points."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from dms.domain.pages import Box, Page, Word
from dms.ports.ocr import Raster

WIDTH, HEIGHT = 420.0, 595.0
RED = (205, 30, 40)
_FONTS = ("wqy-zenhei.ttc", "DroidSansFallbackFull.ttf")


def font_file() -> Path:
    for name in _FONTS:
        for found in sorted(Path("/usr/share/fonts").rglob(name)):
            return found
    pytest.skip("no Chinese font installed (fonts-wqy-zenhei)")


@dataclass
class Sheet:
    """A page being drawn; remembers what was written where."""

    dpi: int = 200
    paper: tuple[int, int, int] = (255, 255, 255)
    width: float = WIDTH
    height: float = HEIGHT
    words: list[Word] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scale = self.dpi / 72
        self.image = Image.new("RGB", (round(self.width * self.scale), round(self.height * self.scale)), self.paper)
        self._draw = ImageDraw.Draw(self.image)

    def text(self, x: float, y: float, text: str, size: float = 12, colour: tuple[int, int, int] = (0, 0, 0)) -> Box:
        font = ImageFont.truetype(str(font_file()), round(size * self.scale))
        at = (x * self.scale, y * self.scale)
        self._draw.text(at, text, font=font, fill=colour)
        box = Box(*(v / self.scale for v in self._draw.textbbox(at, text, font=font)))
        self.words.append(Word(text, box))
        return box

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.8) -> None:
        points = [(x0 * self.scale, y0 * self.scale), (x1 * self.scale, y1 * self.scale)]
        self._draw.line(points, fill=(0, 0, 0), width=max(1, round(width * self.scale)))

    def seal(self, x: float, y: float, size: float = 110) -> Box:
        box = Box(x, y, x + size, y + size)
        corners = [v * self.scale for v in (box.x0, box.y0, box.x1, box.y1)]
        self._draw.ellipse(corners, outline=RED, width=round(3 * self.scale))
        font = ImageFont.truetype(str(font_file()), round(size / 7 * self.scale))
        self._draw.text(((x + size * 0.2) * self.scale, (y + size * 0.42) * self.scale), "专用章", font=font, fill=RED)
        return box

    def scribble(self, x: float, y: float, width: float = 60, height: float = 14) -> Box:
        """Handwriting-like strokes in blue ink."""
        points = [
            (
                (x + width * i / 60) * self.scale,
                (y + height / 2 + height / 2 * math.sin(i * 0.9) * math.cos(i / 7)) * self.scale,
            )
            for i in range(61)
        ]
        self._draw.line(points, fill=(25, 35, 130), width=round(1.2 * self.scale))
        return Box(x, y, x + width, y + height)

    def speck(self, x: float, y: float, size: float = 1.0) -> None:
        corners = [v * self.scale for v in (x, y, x + size, y + size)]
        self._draw.ellipse(corners, fill=(60, 60, 60))

    def raster(self, turned: int = 0, grey: bool = False) -> Raster:
        """Return the page, turned clockwise by ``turned`` degrees."""
        return raster(self.image.rotate(-turned, expand=True), self.dpi, grey)

    def page(self, number: int = 1, rotation: int = 0, source: str = "ocr") -> Page:
        return Page(number, self.width, self.height, tuple(self.words), source=source, rotation=rotation)


def raster(image: Image.Image, dpi: float, grey: bool = False) -> Raster:
    pixels = image.convert("L" if grey else "RGB")
    return Raster(pixels.width, pixels.height, 1 if grey else 3, pixels.tobytes(), dpi)


def form(dpi: int = 200) -> Sheet:
    """A small complaint form: title, two columns, English, numbers."""
    sheet = Sheet(dpi)
    sheet.text(130, 40, "客户投诉处理单", 22)
    rows = (
        ("客户名称：上海华光贸易有限公司", "日期：2026-03-18"),
        ("投诉内容：货物包装破损三箱", "数量：36 箱"),
        ("处理意见：同意折价百分之五", "金额：12,480.50 元"),
        ("Customer: Huaguang Trading Co.", "No. HG-2026-0117"),
        ("備註：請財務部覆核後歸檔", "電話：021-65430987"),
    )
    for index, (left, right) in enumerate(rows):
        y = 110 + 40 * index
        sheet.text(30, y, left, 11)
        sheet.text(280, y, right, 11)
        sheet.line(25, y + 26, 395, y + 26)
    return sheet
