"""Cuts frames out of an image file into a PDF without loss: JPEG and single-strip fax data as they are, else Flate.

Frames are held compressed only.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageOps, TiffImagePlugin

from dms.adapters.examine.readers.image import BROKEN, flat, opened, resolution
from dms.errors import Unreadable
from dms.ports.examine import Limits
from dms.said import Said

_TURNS = {1: 0, 3: 180, 6: 90, 8: 270}
_ORIENTATION, _COMPRESSION, _WHITE_IS, _FILL = 274, 259, 262, 266
_WIDTH, _HEIGHT, _OFFSETS, _COUNTS = 256, 257, 273, 279
_GROUP_4 = 4


@dataclass(frozen=True, slots=True)
class _Data:
    """Compressed image data and what a PDF must be told of it; ``turn`` in degrees clockwise."""

    data: bytes
    width: int
    height: int
    grey: bool
    bits: int
    filter: str
    parameters: dict[str, Any] = field(default_factory=dict)
    turn: int = 0


def part(path: Path, numbers: Sequence[int], limits: Limits, target: Path) -> None:
    """Write some frames (1-based) as the pages of a PDF, each as large as its resolution says.

    Raises:
        Unreadable: a frame is missing or damaged.
    """
    beside = target.with_name(target.name + ".new")
    with pikepdf.Pdf.new() as out, opened(path, limits) as image:
        for number in numbers:
            try:
                image.seek(number - 1)
                dpi = resolution(image)
                data = _as_jpeg(path, image) or _as_fax(path, image) or _as_flate(image)
            except BROKEN:
                raise Unreadable(Said("Page {number} is damaged.", number=number), Said("Scan it again.")) from None
            _add(out, data, dpi)
        out.save(beside, deterministic_id=True)
    beside.replace(target)


def _as_jpeg(path: Path, image: Image.Image) -> _Data | None:
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    if image.format not in ("JPEG", "MPO") or image.mode not in ("L", "RGB") or turn is None:
        return None
    return _Data(path.read_bytes(), image.width, image.height, image.mode == "L", 8, "DCTDecode", turn=turn)


def _as_fax(path: Path, image: Image.Image) -> _Data | None:
    """Return a CCITT group 4 frame's own data where it is in one piece."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return None
    tags = image.tag_v2
    offsets, counts = tags.get(_OFFSETS, ()), tags.get(_COUNTS, ())
    if tags.get(_COMPRESSION) != _GROUP_4 or len(offsets) != 1 or len(counts) != 1 or tags.get(_FILL, 1) != 1:
        return None
    turn = _TURNS.get(tags.get(_ORIENTATION, 1))
    if turn is None:
        return None
    with path.open("rb") as file:
        file.seek(offsets[0])
        data = file.read(counts[0])
    if len(data) != counts[0]:
        raise EOFError
    # Pillow turns width and height with the orientation, the data is not turned.
    width, height = int(tags[_WIDTH]), int(tags[_HEIGHT])
    told = {"K": -1, "Columns": width, "Rows": height, "BlackIs1": tags.get(_WHITE_IS, 0) == 1}
    return _Data(data, width, height, True, 1, "CCITTFaxDecode", told, turn)


def _as_flate(image: Image.Image) -> _Data:
    plain = flat(ImageOps.exif_transpose(image))
    bits = 1 if plain.mode == "1" else 8
    data = zlib.compress(plain.tobytes(), 6)
    return _Data(data, plain.width, plain.height, plain.mode != "RGB", bits, "FlateDecode")


def _add(out: pikepdf.Pdf, image: _Data, dpi: float) -> None:
    width, height = image.width * 72 / dpi, image.height * 72 / dpi
    told = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=pikepdf.Name.DeviceGray if image.grey else pikepdf.Name.DeviceRGB,
        BitsPerComponent=image.bits,
        Filter=pikepdf.Name(f"/{image.filter}"),
    )
    if image.parameters:
        told.DecodeParms = pikepdf.Dictionary({f"/{k}": v for k, v in image.parameters.items()})
    picture = out.make_stream(image.data, told)
    page = out.add_blank_page(page_size=(width, height))
    if image.turn:
        page.obj.Rotate = image.turn
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
    page.obj.Contents = out.make_stream(f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /Im0 Do Q".encode("ascii"))
