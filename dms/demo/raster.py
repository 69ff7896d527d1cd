"""Prints a sheet as pixels: RGB, A4, at any resolution."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from dms.demo import fonts
from dms.demo.canvas import HEIGHT, WIDTH, Pen, Rule, Run, Seal, Shade, Sheet
from dms.demo.ink import handwriting, stamp


def print_sheet(sheet: Sheet, dpi: int, *, signatures: bool = True, seals: bool = True) -> Image.Image:
    """Return the page as pixels.

    Args:
        sheet: what stands on it.
        dpi: pixels per inch.
        signatures: with handwriting.
        seals: with seals and chops.
    """
    scale = dpi / 72
    image = Image.new("RGB", (round(WIDTH * scale), round(HEIGHT * scale)), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for mark in sheet.marks:
        if isinstance(mark, Shade):
            box = mark.box
            draw.rectangle((box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale), fill=mark.colour)
        elif isinstance(mark, Rule):
            ends = [round(v * scale) for v in (mark.x0, mark.y0, mark.x1, mark.y1)]
            draw.line(ends, fill=(30, 30, 32), width=max(1, round(mark.width * scale)))
        elif isinstance(mark, Run):
            font = fonts.sized(mark.face, max(4, round(mark.size * scale)))
            stroke = mark.size * scale * 0.017 if mark.bold else 0
            at = (mark.x * scale, mark.y * scale)
            draw.text(at, mark.text, font=font, fill=mark.colour, anchor="ls", stroke_width=stroke)
        elif isinstance(mark, Pen) and signatures:
            cover = Image.fromarray(handwriting(mark, dpi))
            image.paste(mark.colour, (round(mark.box.x0 * scale), round(mark.box.y0 * scale)), cover)
        elif isinstance(mark, Seal) and seals:
            _press(image, mark, dpi)
    return image


def _press(image: Image.Image, seal: Seal, dpi: int) -> None:
    """Press a seal onto the page: red ink lets the black print beneath through."""
    ink = stamp(seal, dpi)
    left, top = round(seal.box.x0 * dpi / 72), round(seal.box.y0 * dpi / 72)
    part = (left, top, left + ink.width, top + ink.height)
    below = np.asarray(image.crop(part), np.float32)
    red = np.asarray(ink, np.float32)
    cover = red[..., 3:] / 255.0
    mixed = below * (1 - cover + cover * red[..., :3] / 255.0)
    image.paste(Image.fromarray(mixed.astype(np.uint8)), part[:2])
