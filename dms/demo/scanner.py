"""An office scanner and what befell the paper before: skew, noise, blur, punch holes, folds, stains, JPEG.

Levels: 0 clean, 1 light, 2 a worn office machine, 3 a wreck (folded, stained, stamped over, badly compressed).
All lengths are those of 300 dpi, scaled to the resolution at hand.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
import pikepdf
from PIL import Image, ImageDraw

from dms.demo import fonts
from dms.demo.canvas import Seal
from dms.demo.ink import stamp
from dms.domain.pages import Box

Pixels = npt.NDArray[np.uint8]
Wide = npt.NDArray[np.float32]
_TINTS = ((253, 253, 250), (252, 251, 246), (250, 250, 250), (254, 252, 247))
_JPEG = {1: 80, 2: 60, 3: 40}
_NOISE = {0: 0.0, 1: 2.5, 2: 4.5, 3: 7.5}


def damage(image: Image.Image, level: int, seed: int, dpi: int) -> Image.Image:
    """Return the page as it comes out of the scanner, the same size in pixels.

    Args:
        image: the printed page, RGB.
        level: 0 to 3.
        seed: decides angle, places and grain.
        dpi: resolution of the image.

    Raises:
        ValueError: for another level.
    """
    if level not in _NOISE:
        raise ValueError(f"There is no damage level {level}.")
    rng = Random(f"damage:{seed}:{level}")
    grain = np.random.default_rng(rng.randrange(2**32))
    scale = dpi / 300
    pixels: Pixels = np.array(image.convert("RGB"), np.uint8)
    pixels = _tint(pixels, rng)
    if level >= 2:
        _punch(pixels, rng, dpi)
    if level >= 3:
        _stamp_over(pixels, rng, dpi)
        _stains(pixels, rng, dpi)
    if level:
        pixels = _lay(pixels, level, rng)
    if level >= 2:
        pixels = _light(pixels, level, rng)
        sigma = (0.6 if level == 2 else 0.95) * scale
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), max(sigma, 0.3)), np.uint8)
    if level:
        pixels = _noise(pixels, _NOISE[level], grain)
    if level >= 3:
        _specks(pixels, rng, dpi)
    if level:
        pixels = _jpeg(pixels, _JPEG[level])
    return Image.fromarray(pixels)


def _tint(pixels: Pixels, rng: Random) -> Pixels:
    """Give white the colour of paper."""
    tables = np.stack([np.arange(256) * t / 255 for t in rng.choice(_TINTS)], axis=1).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, tables.reshape(1, 256, 3)), np.uint8)


def _lay(pixels: Pixels, level: int, rng: Random) -> Pixels:
    """Lay the sheet askew on the glass; at level 3 it has been folded, so the parts do not lie quite flat."""
    height, width = pixels.shape[:2]
    most = {1: 0.5, 2: 1.5, 3: 3.0}[level]
    angle = rng.choice((-1, 1)) * most * rng.uniform(0.7, 1.0)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turn[:, 2] += (rng.uniform(-0.004, 0.004) * width, rng.uniform(-0.004, 0.004) * height)
    lid = 214 if level == 3 else 246
    if level < 3:
        laid = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=(lid, lid, lid))
        return np.asarray(laid, np.uint8)
    pixels = _fold(pixels, rng)
    step = 16
    rows = np.arange(0, height + step, step, dtype=np.float32)
    columns = np.arange(0, width + step, step, dtype=np.float32)
    x, y = np.meshgrid(columns, rows)
    back = cv2.invertAffineTransform(turn)
    from_x = back[0, 0] * x + back[0, 1] * y + back[0, 2]
    from_y = back[1, 0] * x + back[1, 1] * y + back[1, 2]
    for part in (1 / 3, 2 / 3):
        rise = np.exp(-(((from_y - part * height) / (0.04 * height)) ** 2))
        from_y = from_y + 0.0004 * height * rise * np.sign(from_y - part * height)
    from_x = from_x + 0.0011 * width * np.sin(from_y / height * 5.2 + rng.uniform(0, 6))
    full = (len(columns) * step, len(rows) * step)
    map_x = _enlarge(from_x, full)[:height, :width]
    map_y = _enlarge(from_y, full)[:height, :width]
    laid = cv2.remap(pixels, map_x, map_y, cv2.INTER_LINEAR, borderValue=(lid, lid, lid))
    return np.asarray(laid, np.uint8)


def _enlarge(field: npt.NDArray[np.floating], size: tuple[int, int]) -> Wide:
    """Stretch a coarse grid of places over all pixels: node ``i`` holds the value of pixel ``i * step`` exactly."""
    rows, columns = field.shape
    step_x, step_y = size[0] / columns, size[1] / rows
    stretch = np.array([[step_x, 0, 0], [0, step_y, 0]], np.float32)
    grid = np.ascontiguousarray(field, np.float32)
    return np.asarray(
        cv2.warpAffine(grid, stretch, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _fold(pixels: Pixels, rng: Random) -> Pixels:
    """Crease the sheet in thirds and, often, lengthwise: one side in shade, the fold itself worn bright and rough."""
    height, width = pixels.shape[:2]
    shade = np.ones((height // 8 + 1, width // 8 + 1), np.float32)
    down = np.linspace(0, 1, shade.shape[0], dtype=np.float32)[:, None]
    along = np.linspace(0, 1, shade.shape[1], dtype=np.float32)[None, :]
    creases = [(down, 1 / 3 + rng.uniform(-0.02, 0.02)), (down, 2 / 3 + rng.uniform(-0.02, 0.02))]
    if rng.random() < 0.7:
        creases.append((along, 0.5 + rng.uniform(-0.04, 0.04)))
    for axis, place in creases:
        away = axis - place
        depth = rng.uniform(0.1, 0.2)
        shade *= 1 - depth * np.exp(-np.abs(away) / 0.022) * (away > 0) - 0.03 * np.exp(-np.abs(away) / 0.09)
    light = np.clip(shade * 255, 0, 255).astype(np.uint8)
    whole = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)
    pixels = np.asarray(cv2.multiply(pixels, cv2.merge([whole] * 3), scale=1 / 255), np.uint8)
    for axis, place in creases:
        lengthwise = axis is along
        span = height if lengthwise else width
        points, at = [], place * (width if lengthwise else height)
        for step in range(0, span + 24, 24):
            at += rng.uniform(-1, 1) * width / 2480
            points.append((at, step) if lengthwise else (step, at))
        line = np.array(points, np.int32).reshape(-1, 1, 2)
        cv2.polylines(pixels, [line], False, (236, 235, 230), max(1, round(2 * width / 2480)), cv2.LINE_AA)
        cv2.polylines(
            pixels,
            [line + np.array((1, 2), np.int32)],
            False,
            (150, 148, 142),
            max(1, round(width / 2480)),
            cv2.LINE_AA,
        )
    return pixels


def _light(pixels: Pixels, level: int, rng: Random) -> Pixels:
    """Light the page unevenly: darker toward one corner, a shadow where the book or the lid stood off."""
    height, width = pixels.shape[:2]
    y = np.linspace(0, 1, 64, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, 48, dtype=np.float32)[None, :]
    direction = rng.uniform(0, 2 * math.pi)
    slope = (x - 0.5) * math.cos(direction) + (y - 0.5) * math.sin(direction)
    depth = 0.09 if level == 2 else 0.2
    field = 1 - depth * np.clip(slope + 0.35, 0, 1) - (0.12 if level == 2 else 0.22) * np.exp(-x / 0.02)
    light = np.clip(field * 255, 0, 255).astype(np.uint8)
    whole = cv2.resize(light, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.multiply(pixels, cv2.merge([whole] * 3), scale=1 / 255), np.uint8)


def _noise(pixels: Pixels, sigma: float, grain: np.random.Generator) -> Pixels:
    """Add sensor grain: one patch of noise laid over the page like tiles, each time from another corner."""
    height, width = pixels.shape[:2]
    patch = grain.normal(0, sigma, (701, 599)).astype(np.int16)
    plane = np.tile(patch, (height // 701 + 1, width // 599 + 1))[:height, :width]
    return np.asarray(cv2.add(pixels, cv2.merge([plane] * 3), dtype=cv2.CV_8U), np.uint8)


def _punch(pixels: Pixels, rng: Random, dpi: int) -> None:
    """Punch two filing holes into the left margin: 80 mm apart, 12 mm in, the dark lid behind them."""
    height = pixels.shape[0]
    radius = round(3 / 25.4 * dpi)
    x = round((11 + rng.uniform(-1, 1.5)) / 25.4 * dpi)
    middle = height / 2 + rng.uniform(-4, 4) / 25.4 * dpi
    for side in (-1, 1):
        at = (x, round(middle + side * 40 / 25.4 * dpi))
        cv2.circle(pixels, at, radius, (92, 90, 88), -1, cv2.LINE_AA)
        cv2.circle(
            pixels,
            (at[0] + max(1, radius // 9), at[1] + max(1, radius // 9)),
            radius - max(1, radius // 6),
            (70, 69, 68),
            -1,
            cv2.LINE_AA,
        )


def _stamp_over(pixels: Pixels, rng: Random, dpi: int) -> None:
    """Press a receiving seal carelessly over the print."""
    side = 118.0
    name = rng.choice(("海光国际酒店档案室", "海光国际酒店收发室"))
    ink = stamp(Seal(Box(0, 0, side, side), name, rng.choice(("收文专用", "已归档")), rng.randrange(10**6)), dpi)
    height, width = pixels.shape[:2]
    left = round(rng.uniform(0.3, 0.62) * width)
    top = round(rng.uniform(0.22, 0.6) * height)
    red = np.asarray(ink, np.float32)[: height - top, : width - left]
    cover = red[..., 3:] / 255
    part = pixels[top : top + red.shape[0], left : left + red.shape[1]]
    part[:] = (part * (1 - cover + cover * red[..., :3] / 255)).astype(np.uint8)


def _stains(pixels: Pixels, rng: Random, dpi: int) -> None:
    """Leave a ring of tea and a few blots of grease."""
    height, width = pixels.shape[:2]
    scale = dpi / 300
    for _ in range(rng.randrange(2, 4)):
        radius = round(rng.uniform(120, 330) * scale)
        x, y = round(rng.uniform(0.1, 0.9) * width), round(rng.uniform(0.1, 0.9) * height)
        x0, y0, x1, y1 = (
            max(0, x - radius * 2),
            max(0, y - radius * 2),
            min(width, x + radius * 2),
            min(height, y + radius * 2),
        )
        part = pixels[y0:y1, x0:x1]
        small = np.zeros(((y1 - y0) // 4 + 1, (x1 - x0) // 4 + 1), np.float32)
        centre = ((x - x0) // 4, (y - y0) // 4)
        axes = (radius // 4, round(radius / 4 * rng.uniform(0.8, 1.0)))
        if rng.random() < 0.6:
            cv2.ellipse(
                small,
                centre,
                axes,
                rng.uniform(0, 90),
                rng.uniform(0, 60),
                340,
                0.9,
                max(1, round(5 * scale)),
                cv2.LINE_AA,
            )
        cv2.ellipse(small, centre, axes, 0, 0, 360, 0.28, -1, cv2.LINE_AA)
        soft = cv2.GaussianBlur(small, (0, 0), max(1.0, 2.2 * scale))
        cover = cv2.resize(soft, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)[..., None]
        part[:] = (part * (1 - cover * np.array([0.10, 0.18, 0.36], np.float32))).astype(np.uint8)


def _specks(pixels: Pixels, rng: Random, dpi: int) -> None:
    """Scatter dust, hairs and a dirty sensor's vertical streak."""
    height, width = pixels.shape[:2]
    for _ in range(rng.randrange(90, 170)):
        at = (rng.randrange(width), rng.randrange(height))
        cv2.circle(pixels, at, rng.choice((0, 0, 1, 1, 2)) * dpi // 300, (rng.randrange(40, 150),) * 3, -1)
    for _ in range(3):
        x, y = rng.randrange(width), rng.randrange(height)
        line = np.array(
            [(x + round(i * 6 * dpi / 300), y + round(14 * dpi / 300 * math.sin(i / 3))) for i in range(14)], np.int32
        )
        cv2.polylines(pixels, [line.reshape(-1, 1, 2)], False, (120, 118, 116), 1, cv2.LINE_AA)
    x = rng.randrange(width // 10, width - 4)
    streak = pixels[:, x : x + max(1, round(1.5 * dpi / 300))]
    streak[:] = (streak * 0.86).astype(np.uint8)


def _jpeg(pixels: Pixels, quality: int) -> Pixels:
    data = _encode(pixels, quality)
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if decoded is None:
        raise ValueError("The page just compressed could not be read back.")
    return np.asarray(decoded, np.uint8)


def _encode(pixels: Pixels, quality: int) -> bytes:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("The page could not be compressed as JPEG.")
    return bytes(data.tobytes())


def fax(
    image: Image.Image, seed: int, dpi: int = 204, *, sender: str = "", at: str = "2026-03-05 14:22"
) -> Image.Image:
    """Return the page as a fax machine prints it: 1 bit, ragged edges, a header line with sender and time."""
    rng = Random(f"fax:{seed}")
    grain = np.random.default_rng(rng.randrange(2**32))
    size = (round(8.27 * dpi), round(11.69 * dpi))
    grey = np.asarray(image.convert("L").resize(size, Image.Resampling.LANCZOS), np.int16)
    rough = cv2.GaussianBlur(grain.normal(0, 60, grey.shape).astype(np.float32), (0, 0), 0.9)
    page = Image.fromarray(np.where(grey + rough > 148, 255, 0).astype(np.uint8))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, size[0], round(0.24 * dpi)), fill=255)
    font = fonts.sized(fonts.han(), round(0.11 * dpi))
    draw.text(
        (0.4 * dpi, 0.2 * dpi), f"{at}   FROM: {sender or '0571-5550 0000'}   P.01/01", font=font, fill=0, anchor="ls"
    )
    return page.convert("1", dither=Image.Dither.NONE)


def scan_pdf(images: Sequence[Image.Image], dpi: int, target: Path, quality: int = 75) -> Path:
    """Write an image-only PDF as a scanner makes it: one JPEG (1-bit pages: G4) a page, page size as scanned.

    Same pictures, same bytes. Returns ``target``.
    """
    with pikepdf.new() as pdf:
        for image in images:
            width, height = image.width * 72 / dpi, image.height * 72 / dpi
            page = pdf.add_blank_page(page_size=(width, height))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=_picture(pdf, image, quality)))
            page.Contents = pikepdf.Stream(pdf, f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode())
        pdf.docinfo["/Producer"] = "Office scanner"
        pdf.docinfo["/CreationDate"] = "D:20260305142200+08'00'"
        pdf.save(target, deterministic_id=True)
    return target


def _picture(pdf: pikepdf.Pdf, image: Image.Image, quality: int) -> pikepdf.Stream:
    """Return a page's picture as an image object."""
    picture = pikepdf.Stream(pdf, b"")
    picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    picture.Width, picture.Height = image.width, image.height
    if image.mode == "1":
        held = io.BytesIO()
        image.save(held, "TIFF", compression="group4", tiffinfo={278: image.height})  # one strip
        with Image.open(held) as tiff:
            tags = getattr(tiff, "tag_v2", {})
            begins, counts, photometric = tags[273], tags[279], tags[262]
        if len(begins) == 1:
            data = held.getvalue()[begins[0] : begins[0] + counts[0]]
            picture.ColorSpace, picture.BitsPerComponent = pikepdf.Name.DeviceGray, 1
            form = pikepdf.Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=photometric == 1)
            picture.write(data, filter=pikepdf.Name.CCITTFaxDecode, decode_parms=form)
            return picture
    colour = image.mode not in ("1", "L")
    pixels = np.asarray(image.convert("RGB" if colour else "L"), np.uint8)
    if colour:
        data = _encode(pixels, quality)
    else:
        data = bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())
    picture.ColorSpace = pikepdf.Name.DeviceRGB if colour else pikepdf.Name.DeviceGray
    picture.BitsPerComponent = 8
    picture.write(data, filter=pikepdf.Name.DCTDecode)
    return picture


def scan_tiff(images: Sequence[Image.Image], dpi: int, target: Path, compression: str = "tiff_lzw") -> Path:
    """Write a TIFF of one or more pages; ``group4`` makes 1-bit pages of them. Returns ``target``."""
    pages = [i if compression != "group4" else i.convert("1", dither=Image.Dither.NONE) for i in images]
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:], compression=compression, dpi=(dpi, dpi))
    return target


def scan_jpeg(image: Image.Image, dpi: int, target: Path, quality: int = 75) -> Path:
    """Write one page as a JPEG file. Returns ``target``."""
    image.save(target, "JPEG", quality=quality, dpi=(dpi, dpi))
    return target
