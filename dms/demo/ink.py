"""Ink on paper: handwriting thinned from glyphs and shaken, round seals and square chops with uneven red."""

from __future__ import annotations

import functools
import math
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from dms.demo import fonts
from dms.demo.canvas import Pen, Seal

Plane = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float32]
RED = (200, 28, 36)
_GLYPH = 72


def handwriting(pen: Pen, dpi: int) -> Plane:
    """Return the coverage (0..255) of a piece of handwriting, in the pixels of its box."""
    scale = dpi / 72
    wide, high = max(8, round(pen.box.width * scale)), max(8, round(pen.box.height * scale))
    rng = Random(f"pen:{pen.seed}:{pen.text}")
    strokes = _strokes(pen.text, rng, pen.loose)
    points = np.concatenate(strokes)
    low, top = points.min(axis=0), points.max(axis=0)
    size = np.maximum(top - low, 1.0)
    pad = 0.06 * high
    factor = min((high - 2 * pad) / size[1], (wide - 2 * pad) / size[0])
    left = {"left": pad, "centre": (wide - size[0] * factor) / 2, "right": wide - pad - size[0] * factor}[pen.align]
    shift = np.array([left, (high - size[1] * factor) / 2])
    canvas = np.zeros((high * 2, wide * 2), np.uint8)
    body = max(1.6, (0.62 + 0.1 * rng.random()) * scale)
    for stroke in strokes:
        placed = ((stroke - low) * factor + shift) * 2
        count = len(placed)
        # A pen starts heavy, runs thin in the middle of a fast stroke and leaves the paper thinner still.
        press = [body * (1.15 - 0.35 * math.sin(math.pi * i / count) - (0.35 * (i / count) ** 3)) for i in range(count)]
        for i in range(1, count):
            begin, end = placed[i - 1], placed[i]
            cv2.line(
                canvas, (round(begin[0] * 16), round(begin[1] * 16)), (round(end[0] * 16), round(end[1] * 16)), 255,
                max(1, round(press[i] * 2)), cv2.LINE_AA, 4,
            )  # fmt: skip
    return np.asarray(cv2.resize(canvas, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)


def _strokes(text: str, rng: Random, loose: float) -> list[Field]:
    """Return the strokes of a text: skeleton paths of its glyphs, slanted, shaken, joined where the hand is quick."""
    strokes: list[Field] = []
    across = 0.0
    slant = rng.uniform(0.08, 0.28)
    rise = rng.uniform(-0.08, 0.01) * (1 + loose)
    last: Field | None = None
    for char in text:
        if char == " ":
            across += 0.4
            continue
        size = rng.uniform(0.86, 1.12)
        turn = rng.gauss(0, 0.05 + 0.08 * loose)
        waves = [(rng.uniform(1, 3), rng.uniform(1, 3), rng.uniform(0, 6.3), rng.uniform(0, 6.3)) for _ in range(2)]
        paths = _skeleton(char)
        right = max((float(p[:, 0].max()) for p in paths), default=0.6)
        for path in paths:
            if loose > 0.7 and len(path) < 5 and rng.random() < 0.6:
                continue  # a quick hand drops its dots
            x, y = path[:, 0] * size, (path[:, 1] - 0.5) * size
            shake = 0.035 + 0.1 * loose
            for fx, fy, px, py in waves:
                x, y = x + shake * np.sin(fy * y * 2.2 + px), y + shake * np.sin(fx * x * 2.2 + py)
            x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
            drawn = np.stack([across + x - slant * y, y + rise * across], axis=1).astype(np.float32)
            if last is not None and rng.random() < 0.75 * loose:
                strokes.append(_join(last[-1], drawn[0], rng))
            strokes.append(drawn)
            last = drawn
        across += (right + 0.1) * size * (1 - 0.18 * loose)
    if loose > 0.5 and last is not None:
        strokes.append(_flourish(last[-1], rng))
    return strokes or [np.array([[0, 0], [1, 0]], np.float32)]


def _join(begin: Field, end: Field, rng: Random) -> Field:
    aside = np.array([rng.uniform(-0.1, 0.1), rng.uniform(-0.12, 0.05)], np.float32)
    return _bezier(begin, np.asarray((begin + end) / 2 + aside, np.float32), end)


def _flourish(begin: Field, rng: Random) -> Field:
    """The tail many people end their name with."""
    away = np.array([rng.uniform(0.3, 0.8), rng.uniform(0.0, 0.25)], np.float32)
    back = np.array([rng.uniform(0.5, 1.2), rng.uniform(-0.45, -0.1)], np.float32)
    return _bezier(begin, begin + away, begin + back)


def _bezier(a: Field, b: Field, c: Field) -> Field:
    t = np.linspace(0, 1, 14, dtype=np.float32)[:, None]
    return np.asarray((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c, np.float32)


@functools.lru_cache(maxsize=512)
def _skeleton(char: str) -> tuple[Field, ...]:
    """Return the middle lines of a glyph as smoothed paths; one em is 1."""
    face = fonts.han()
    font = fonts.sized(face, _GLYPH)
    picture = Image.new("L", (_GLYPH + 16, _GLYPH + 16))
    ImageDraw.Draw(picture).text((8, 8 + round(0.88 * _GLYPH)), char, font=font, fill=255, anchor="ls")
    thin = _thin(np.asarray(picture) > 110)
    left = int(np.nonzero(thin.any(axis=0))[0].min()) if thin.any() else 0
    paths = []
    for path in _trace(thin):
        if len(path) < 2:
            continue
        line = np.array(path, np.float32)[:, ::-1]
        if len(line) > 5:
            kernel = np.ones(5, np.float32) / 5
            padded = np.pad(line, ((2, 2), (0, 0)), mode="edge")
            line = np.stack([np.convolve(padded[:, k], kernel, "valid") for k in (0, 1)], axis=1).astype(np.float32)
        kept = line[:: 3 if len(line) > 8 else 1]
        whole = np.concatenate([kept, line[-1:]])
        paths.append(np.asarray((whole - np.array([left, 8.0])) / _GLYPH, np.float32))
    if not paths:  # a full stop thins to a point; the pen still touches the paper
        paths.append(np.array([[0.0, 0.88], [0.04, 0.92]], np.float32))
    return tuple(sorted(paths, key=lambda p: (round(float(p[0][0]) * 2.5), float(p[0][1]))))


def _thin(ink: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Thin a shape to one pixel (Zhang and Suen 1984)."""
    work = np.pad(ink, 1)
    while True:
        changed = False
        for step in (0, 1):
            n = [np.roll(work, shift, (0, 1)) for shift in
                 ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))]  # fmt: skip
            count = sum(x.astype(np.int8) for x in n)
            turns = sum((~n[i] & n[(i + 1) % 8]).astype(np.int8) for i in range(8))
            if step == 0:
                free = ~(n[0] & n[2] & n[4]) & ~(n[2] & n[4] & n[6])
            else:
                free = ~(n[0] & n[2] & n[6]) & ~(n[0] & n[4] & n[6])
            drop = work & (np.asarray(count) >= 2) & (np.asarray(count) <= 6) & (np.asarray(turns) == 1) & free
            if drop.any():
                work = work & ~drop
                changed = True
        if not changed:
            return np.asarray(work[1:-1, 1:-1], np.bool_)


def _trace(thin: npt.NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Cut a skeleton into paths between ends and crossings, straight on where a stroke crosses another."""
    left = {(int(y), int(x)) for y, x in np.argwhere(thin)}

    def near(at: tuple[int, int]) -> list[tuple[int, int]]:
        y, x = at
        around = ((y, x + 1), (y + 1, x), (y, x - 1), (y - 1, x), (y + 1, x + 1), (y + 1, x - 1), (y - 1, x - 1),
                  (y - 1, x + 1))  # fmt: skip
        return [p for p in around if p in left]

    paths = []
    while left:
        ends = [p for p in left if len(near(p)) == 1]
        at = min(ends or left, key=lambda p: (p[0] + p[1] * 0.6, p))
        left.discard(at)
        path = [at]
        while True:
            choice = near(at)
            if not choice:
                break
            back = path[-5] if len(path) >= 5 else path[0]
            ahead = (at[0] - back[0], at[1] - back[1])
            at = max((_straight(p, at, ahead), p) for p in choice)[1]
            left.discard(at)
            path.append(at)
        if len(path) >= 3:
            paths.append(path)
    return paths


def _straight(step: tuple[int, int], at: tuple[int, int], ahead: tuple[int, int]) -> int:
    """How much a step goes on in the direction a path came from."""
    return (step[0] - at[0]) * ahead[0] + (step[1] - at[1]) * ahead[1]


def stamp(seal: Seal, dpi: int) -> Image.Image:
    """Return a seal as RGBA pixels of its box, ink uneven as of a half-dry pad, slightly turned."""
    side = max(24, round(seal.box.width * dpi / 72))
    rng = Random(f"seal:{seal.seed}:{seal.text}")
    cover = _chop(seal, side) if seal.square else _round(seal, side)
    cover = cover.rotate(rng.uniform(-14, 14) if not seal.square else rng.uniform(-5, 5), Image.Resampling.BICUBIC)
    noise = np.random.default_rng(rng.randrange(2**32))
    coarse = cv2.resize(noise.random((7, 7), np.float32), cover.size, interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(noise.random((side // 3, side // 3), np.float32), cover.size, interpolation=cv2.INTER_LINEAR)
    strength = np.clip(0.52 + 0.45 * coarse, 0.35, 0.95) * np.where(fine < 0.1, 0.35, 1.0)
    alpha = (np.asarray(cover, np.float32) * strength).astype(np.uint8)
    red = np.empty((*alpha.shape, 4), np.uint8)
    red[..., :3] = RED
    red[..., 3] = alpha
    return Image.fromarray(red, "RGBA")


def _round(seal: Seal, side: int) -> Image.Image:
    """Round company seal: ring, star, name along the upper arc, purpose below."""
    twice = side * 2
    cover = Image.new("L", (twice, twice))
    draw = ImageDraw.Draw(cover)
    edge = 0.055 * twice
    draw.ellipse((edge, edge, twice - edge, twice - edge), outline=255, width=max(3, round(0.028 * twice)))
    middle, outer, inner = twice / 2, 0.15 * twice, 0.058 * twice
    corners = [
        (middle + r * math.sin(math.pi * k / 5), middle - r * math.cos(math.pi * k / 5))
        for k, r in ((k, outer if k % 2 == 0 else inner) for k in range(10))
    ]
    draw.polygon(corners, fill=255)
    size = round(min(0.125, 1.55 / max(len(seal.text), 1)) * twice)
    font = fonts.sized(fonts.han(), max(8, size))
    spread = math.radians(min(250, 19 * len(seal.text)))
    radius = 0.335 * twice
    for index, char in enumerate(seal.text):
        share = index / max(len(seal.text) - 1, 1) - 0.5
        angle = share * spread
        tile = Image.new("L", (size * 2, size * 2))
        ImageDraw.Draw(tile).text((size, size), char, font=font, fill=255, anchor="mm", stroke_width=round(size * 0.02))
        tile = tile.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        at = (round(middle + radius * math.sin(angle)) - size, round(middle - radius * math.cos(angle)) - size)
        cover.paste(255, (at[0], at[1], at[0] + tile.width, at[1] + tile.height), tile)
    if seal.below:
        small = fonts.sized(fonts.han(), max(8, round(0.092 * twice)))
        draw.text((middle, 0.76 * twice), seal.below, font=small, fill=255, anchor="mm")
    return cover.resize((side, side), Image.Resampling.LANCZOS)


def _chop(seal: Seal, side: int) -> Image.Image:
    """Square name chop: the name in two columns from the right, 印 filling up."""
    twice = side * 2
    cover = Image.new("L", (twice, twice))
    draw = ImageDraw.Draw(cover)
    edge = 0.07 * twice
    draw.rounded_rectangle(
        (edge, edge, twice - edge, twice - edge), radius=0.05 * twice, outline=255, width=round(0.045 * twice)
    )
    name = (seal.text + ("之印" if len(seal.text) == 2 else "印"))[:4]
    font = fonts.sized(fonts.han(), round(0.36 * twice))
    for char, at in zip(name, ((0.69, 0.3), (0.69, 0.7), (0.31, 0.3), (0.31, 0.7)), strict=False):
        draw.text((at[0] * twice, at[1] * twice), char, font=font, fill=255, anchor="mm", stroke_width=1)
    return cover.resize((side, side), Image.Resampling.LANCZOS)
