"""The fonts forms are printed in: the paper adapter's Chinese font and a Latin one beside it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFont

_LATIN = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "C:/Windows/Fonts")
_UNITS = 200


@dataclass(frozen=True, slots=True)
class Face:
    """One font file; ``index`` is its place in a collection."""

    path: Path
    index: int


@functools.lru_cache(maxsize=1)
def han() -> Face:
    """Return the Chinese font.

    Raises:
        MissingProgram: none is installed.
    """
    from dms.adapters.paper.fonts import find_font  # here, so that plain data needs no font

    found = find_font()
    return Face(found.path, found.index)


@functools.lru_cache(maxsize=1)
def latin() -> Face:
    """Return the Latin font, the Chinese one where there is no other."""
    for path in _candidates():
        return Face(path, 0)
    return han()


def _candidates() -> Iterator[Path]:
    for name in _LATIN:
        for folder in _FOLDERS:
            place = Path(folder).expanduser()
            if place.is_dir():
                yield from sorted(place.rglob(name))


def face_for(text: str, *, english: bool) -> Face:
    """Return the face a run is set in: Latin on English forms unless it holds a Han character."""
    return latin() if english and not any(ord(c) >= 0x2E80 for c in text) else han()


@functools.lru_cache(maxsize=128)
def sized(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """Return a face at a size in pixels."""
    return ImageFont.truetype(str(face.path), pixels, index=face.index)


def width(text: str, size: float, face: Face) -> float:
    """Return the width of a run in points."""
    return float(sized(face, _UNITS).getlength(text)) * size / _UNITS
