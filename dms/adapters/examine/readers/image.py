"""Images: one or many frames, EXIF turned, resolution read or guessed; stacks cut without loss."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Inspection, Limits
from dms.ports.ocr import Raster

_A4_LONG_INCH = 11.69
_ANIMATED = frozenset({"GIF", "PNG", "WEBP"})


def inspect(path: Path, media_type: str, limits: Limits) -> Inspection:
    """Tell frames and sizes of an image.

    Raises:
        Unreadable: damaged, or a kind whose extra is not installed.
        LimitExceeded: too many pixels or frames.
    """
    with _opened(path) as image:
        _check_size(image, limits)
        frames = _frames(image)
        if frames > limits.pages:
            raise LimitExceeded(f"The image has {frames:,} frames, more than are taken.", "Split it.")
        for frame in range(frames):
            # Sizes of all frames are checked before any is decoded.
            try:
                image.seek(frame)
            except (EOFError, OSError, ValueError, SyntaxError):
                if frame == 0:
                    raise Unreadable("The image is damaged or incomplete.", "Scan it again.") from None
                frames = frame
                break
            _check_size(image, limits)
        try:
            image.seek(0)
            image.load()
        except (OSError, ValueError, SyntaxError, EOFError, IndexError) as problem:
            if frames == 1:
                raise Unreadable("The image is damaged or incomplete.", "Scan it again.") from problem
    return Inspection(media_type, "scan", frames)


def _frames(image: Image.Image) -> int:
    """Pages of a TIFF; of an animation only the first frame is a page."""
    if image.format in _ANIMATED:
        return 1
    try:
        return int(getattr(image, "n_frames", 1))
    except (OSError, ValueError, SyntaxError, EOFError):
        return 1


def _opened(path: Path) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked on each frame
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _heif()
            return Image.open(path)
    except UnidentifiedImageError:
        if path.open("rb").read(12)[4:8] == b"ftyp":
            raise Unreadable(
                "HEIC photographs need an extra part.", 'pip install "dms[heic]", then “dms retry”; or save it as JPEG.'
            ) from None
        raise Unreadable("The image is damaged or incomplete.", "Scan it again.") from None
    except (OSError, ValueError, SyntaxError, OverflowError, MemoryError):
        raise Unreadable("The image is damaged or incomplete.", "Scan it again.") from None


def _heif() -> None:
    try:
        import pillow_heif
    except ImportError:
        return
    pillow_heif.register_heif_opener()


def _check_size(image: Image.Image, limits: Limits) -> None:
    width, height = image.size
    if width * height > limits.pixels:
        raise LimitExceeded(f"The image has {width:,} × {height:,} pixels, more than are taken.", "Scan it at 300 dpi.")
    if width < 16 or height < 16:
        raise Unreadable("The image is too small to be a document.", "Send a larger one.")


def raster(path: Path, number: int, limits: Limits) -> Raster:
    """Return one frame's pixels, upright as its EXIF says.

    Raises:
        Unreadable: there is no such frame, or it is damaged.
        OSError: damaged in a way Pillow tells only so.
    """
    with _opened(path) as image:
        try:
            image.seek(number - 1)
        except EOFError:
            raise Unreadable("The frame is missing.", "Scan it again.") from None
        _check_size(image, limits)
        image.load()
        dpi = resolution(image)
        upright = ImageOps.exif_transpose(image)
        grey = upright.mode in ("1", "L", "I;16", "I")
        plain = _flat(upright).convert("L" if grey else "RGB")
        return Raster(plain.width, plain.height, 1 if grey else 3, plain.tobytes(), dpi)


def _flat(image: Image.Image) -> Image.Image:
    """Put transparent images on white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        white = Image.new("RGBA", over.size, "white")
        white.alpha_composite(over)
        return white
    if image.mode == "I;16":
        return image.point(lambda v: v / 256).convert("L")
    return image


def resolution(image: Image.Image) -> float:
    """Return dots per inch as told, or as if the longer side were A4's where nothing believable is told."""
    told: Any = image.info.get("dpi")
    try:
        dpi = float(max(told)) if isinstance(told, tuple) else float(told or 0)
    except (TypeError, ValueError, ZeroDivisionError):
        dpi = 0.0
    long_side = max(image.size) / dpi if dpi > 0 else 0.0
    if 72 < dpi <= 1200 and 2 <= long_side <= 60:
        return dpi
    return max(72.0, min(600.0, max(image.size) / _A4_LONG_INCH))


def part(path: Path, numbers: Sequence[int], target: Path) -> None:
    """Write some frames as a PDF, without loss."""
    out = pikepdf.Pdf.new()
    with _opened(path) as image:
        for number, frame in enumerate(ImageSequence.Iterator(image), 1):
            if number not in numbers:
                continue
            dpi = resolution(frame)
            plain = _flat(ImageOps.exif_transpose(frame))
            _add(out, plain, dpi)
    out.save(target, deterministic_id=True, compress_streams=True, recompress_flate=False)


def _add(out: pikepdf.Pdf, image: Image.Image, dpi: float) -> None:
    mode = "L" if image.mode in ("1", "L", "I;16") else "RGB"
    bits = 1 if image.mode == "1" else 8
    data = image.tobytes() if bits == 1 else image.convert(mode).tobytes()
    width, height = image.width * 72 / dpi, image.height * 72 / dpi
    picture = pikepdf.Stream(out, data)
    picture.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=pikepdf.Name.DeviceGray if mode == "L" else pikepdf.Name.DeviceRGB,
        BitsPerComponent=bits,
    )
    page = out.add_blank_page(page_size=(width, height))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=out.make_indirect(picture)))
    page.obj.Contents = out.make_stream(f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /Im0 Do Q".encode("ascii"))
