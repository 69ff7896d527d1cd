"""Images: one or many frames, EXIF turned, resolution read or guessed."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from dms.adapters.examine.readers import tiff_chain
from dms.adapters.examine.registry import Format, Refusal, Sample, Source, starts
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Inspection, Limits
from dms.ports.ocr import Raster
from dms.said import Said

_A4_LONG_INCH = 11.69
_LEAST_SIDE = 16
# Pillow knows many more, some of which start other programs. JPEG includes the two-picture files of telephones (MPO).
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "JPEG2000", "AVIF", "HEIF")
# Frames that are not pages: animations, and the second picture of a telephone's camera.
_ONE_PAGE = frozenset({"GIF", "PNG", "WEBP", "MPO", "HEIF", "AVIF"})
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError, KeyError, ArithmeticError)


_HEIC = (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc", b"hevx")
_AVIF = (b"avif", b"avis")
_BRANDS = 64


def _is_bmp(sample: Sample) -> bool:
    return sample.head.startswith(b"BM") and sample.head[6:10] == b"\0\0\0\0"


def _is_webp(sample: Sample) -> bool:
    return sample.head[:4] == b"RIFF" and sample.head[8:12] == b"WEBP"


def _is_avif(sample: Sample) -> bool:
    brands = sample.head[8:_BRANDS] if sample.head[8:12] == b"mif1" else sample.head[8:12]
    return sample.head[4:8] == b"ftyp" and any(brand in brands for brand in _AVIF)


def _is_heif(sample: Sample) -> bool:
    return sample.head[4:8] == b"ftyp" and sample.head[8:12] in _HEIC and not _is_avif(sample)


def _read(source: Source) -> Inspection:
    return inspect(source.path, source.media_type, source.limits)


_JPEG_2000 = starts(b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
_TIFF = starts(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
FORMATS = (
    Format("image/jpeg", Said("a JPEG image"), (".jpg", ".jpeg"), starts(b"\xff\xd8\xff"), _read),
    Format("image/png", Said("a PNG image"), (".png",), starts(b"\x89PNG\r\n\x1a\n"), _read),
    Format("image/tiff", Said("a TIFF image"), (".tif", ".tiff"), _TIFF, _read),
    Format("image/gif", Said("a GIF image"), (".gif",), starts(b"GIF87a", b"GIF89a"), _read),
    Format("image/bmp", Said("a BMP image"), (".bmp",), _is_bmp, _read),
    Format("image/webp", Said("a WebP image"), (".webp",), _is_webp, _read),
    Format("image/heic", Said("a HEIC photograph"), (".heic", ".heif"), _is_heif, _read),
    Format("image/avif", Said("an AVIF image"), (".avif",), _is_avif, _read),
    Format("image/jp2", Said("a JPEG 2000 image"), (".jp2", ".jpx", ".j2k", ".jpf"), _JPEG_2000, _read),
)
REFUSALS = (
    Refusal(
        Said("It is a JPEG XL image."), Said("Save it as JPEG or PDF, and drop that."),
        starts(b"\xff\x0a", b"\x00\x00\x00\x0cJXL \r\n\x87\n"),
    ),
    Refusal(Said("It is a DjVu document."), Said("Save or print it as PDF, and drop that."), starts(b"AT&TFORM")),
)  # fmt: skip


def inspect(path: Path, media_type: str, limits: Limits) -> Inspection:
    """Tell frames and sizes of an image.

    Raises:
        Unreadable: damaged.
        LimitExceeded: too many pixels or frames.
    """
    with opened(path, limits) as image:
        _check_size(image, limits)
        frames = _frames(image)
        if frames > limits.pages:
            raise LimitExceeded(
                Said("The image has {frames:,} frames, more than are taken.", frames=frames), Said("Split it.")
            )
        told = []
        for frame in range(frames):
            # Sizes of all frames are checked before any is decoded.
            try:
                image.seek(frame)
            except BROKEN:
                if frame == 0:
                    raise _damaged() from None
                lost = Said(
                    "Only {frame} of {frames} pages can be found: the file is incomplete.", frame=frame, frames=frames
                )
                told.append(lost.stored())
                frames = frame
                break
            _check_size(image, limits)
        if frames == 1:
            # Of more than one, each page is tried when it is read; one broken page does not cost the others.
            try:
                image.seek(0)
                image.load()
            except BROKEN:
                raise _damaged() from None
    if media_type == "image/tiff" and not told and not tiff_chain.is_whole(path):
        cut = Said(
            "The file is cut off after page {frames}, or damaged: look whether pages are missing.", frames=frames
        )
        told.append(cut.stored())
    return Inspection(media_type, "scan", frames, warnings=tuple(told))


def _damaged() -> Unreadable:
    return Unreadable(Said("The image is damaged or incomplete."), Said("Scan it again."))


def _frames(image: Image.Image) -> int:
    """Pages of a TIFF; of an animation only the first frame is a page."""
    if image.format in _ONE_PAGE:
        return 1
    try:
        return int(getattr(image, "n_frames", 1))
    except BROKEN:
        return 1


def opened(path: Path, limits: Limits) -> Image.Image:
    """Open an image without decoding it.

    Raises:
        Unreadable: damaged.
    """
    pi_heif.register_heif_opener()
    # Pillow refuses twice this; each frame is held against the limit itself.
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(path, formats=_FORMATS)
    except Image.DecompressionBombError:
        raise LimitExceeded(Said("The image has more pixels than are taken."), Said("Scan it at 300 dpi.")) from None
    except UnidentifiedImageError:
        raise _damaged() from None
    except (*BROKEN, MemoryError):
        raise _damaged() from None


def _check_size(image: Image.Image, limits: Limits) -> None:
    width, height = image.size
    if width * height > limits.pixels:
        raise LimitExceeded(
            Said("The image has {width:,} × {height:,} pixels, more than are taken.", width=width, height=height),
            Said("Scan it at 300 dpi."),
        )
    if width < _LEAST_SIDE or height < _LEAST_SIDE:
        raise Unreadable(Said("The image is too small to be a document."), Said("Send a larger one."))


def raster(path: Path, number: int, limits: Limits) -> Raster:
    """Return one frame's pixels, upright as its EXIF says.

    Raises:
        Unreadable: there is no such frame, or it is damaged.
    """
    with opened(path, limits) as image:
        try:
            image.seek(number - 1)
            _check_size(image, limits)
            image.load()
            dpi = resolution(image)
            plain = flat(ImageOps.exif_transpose(image))
        except BROKEN:
            raise Unreadable(Said("The picture is damaged or incomplete."), Said("Scan it again.")) from None
        if plain.mode == "1":
            plain = plain.convert("L")
        return Raster(plain.width, plain.height, 1 if plain.mode == "L" else 3, plain.tobytes(), dpi)


def flat(image: Image.Image) -> Image.Image:
    """Return an image as one of bits, of grey or of RGB; what is transparent becomes white paper."""
    if image.mode in ("1", "L", "RGB"):
        return image
    if image.mode.startswith("I") or image.mode == "F":
        # Grey of 16 bits or more: the darkest and the lightest there is become black and white at most.
        values = np.nan_to_num(np.asarray(image, np.float32))
        top = max(255.0, 65535.0 if values.max(initial=0.0) > 255 else 255.0)
        return Image.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        white = Image.new("RGBA", over.size, "white")
        white.alpha_composite(over)
        return white.convert("RGB")
    return image.convert("RGB")


def resolution(image: Image.Image) -> float:
    """Return dots per inch as told, or as if the longer side were A4's where nothing believable is told."""
    told: Any = image.info.get("dpi")
    try:
        dpi = float(max(told)) if isinstance(told, tuple) else float(told or 0)
    except (TypeError, ValueError, ArithmeticError):
        dpi = 0.0
    long_side = max(image.size) / dpi if dpi > 0 else 0.0
    if 72 < dpi <= 1200 and 2 <= long_side <= 60:
        return dpi
    return max(72.0, min(600.0, max(image.size) / _A4_LONG_INCH))
