"""Finds the Chinese fonts of system packages: TrueType outlines, which ReportLab can embed and subset."""

from __future__ import annotations

import functools
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from dms.errors import MissingProgram
from dms.said import Said

_SETTING = "DMS_FONT"
_HINT = Said(
    "Debian, Ubuntu: apt install fonts-wqy-zenhei fonts-droid-fallback fonts-hanazono; "
    "or set DMS_FONT to a TrueType font."
)
# In the order of preference: WenQuanYi Zen Hei covers GBK and reads well small, Droid fills in, Hanazono has the rarest
# characters of names (CJK extensions B and on).
_NAMES = (
    "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "DroidSansFallback.ttf", "wqy-microhei.ttc", "ukai.ttc", "uming.ttc",
    "simsun.ttc", "simhei.ttf", "msyh.ttc", "HanaMinA.ttf", "HanaMinB.ttf",
)  # fmt: skip
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "C:/Windows/Fonts")


@dataclass(frozen=True, slots=True)
class FontFile:
    """One font.

    Attributes:
        path: its file.
        index: its place in a collection (``.ttc``), 0 else.
        name: file name without suffix.
    """

    path: Path
    index: int
    name: str


def find_font() -> FontFile:
    """Return the best Chinese TrueType font there is.

    Raises:
        MissingProgram: there is none, or ``DMS_FONT`` names one with PostScript outlines, which cannot be embedded.
    """
    return find_fonts()[0]


@functools.lru_cache(maxsize=1)
def find_fonts() -> tuple[FontFile, ...]:
    """Return all usable fonts, best first; later ones stand in for characters the first one lacks.

    Raises:
        MissingProgram: there is none.
    """
    chosen = os.environ.get(_SETTING)
    if chosen:
        path = Path(chosen)
        if not _truetype(path):
            raise MissingProgram(
                Said("{chosen} (from DMS_FONT) is not a TrueType font that can be embedded.", chosen=chosen), _HINT
            )
        return (FontFile(path, 0, path.stem), *(f for f in _installed() if f.path != path))
    found = _installed()
    if not found:
        raise MissingProgram(Said("No Chinese TrueType font is installed."), _HINT)
    return found


def _installed() -> tuple[FontFile, ...]:
    by_name: dict[str, Path] = {}
    for folder in _FOLDERS:
        place = Path(folder).expanduser()
        if place.is_dir():
            for path in sorted(place.rglob("*.tt[cf]")):
                by_name.setdefault(path.name.lower(), path)
    paths = (by_name[n.lower()] for n in _NAMES if n.lower() in by_name)
    return tuple(FontFile(p, 0, p.stem) for p in paths if _truetype(p))


def _truetype(path: Path) -> bool:
    """True for TrueType outlines, in a file of their own or the first of a collection."""
    try:
        with path.open("rb") as file:
            tag = file.read(4)
            if tag == b"ttcf":
                file.seek(12)
                file.seek(struct.unpack(">I", file.read(4))[0])
                tag = file.read(4)
    except (OSError, struct.error):
        return False
    return tag in (b"\x00\x01\x00\x00", b"true")
