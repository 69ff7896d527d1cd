"""Images as PDF image objects: JPEG data as it is, everything else at most 300 dpi, flattened, no transparency."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pikepdf import Dictionary, Name, Object, Pdf
from PIL import Image, ImageOps

from dms.domain.pages import Page
from dms.errors import LimitExceeded, Unreadable
from dms.said import Said

_QUALITY = 85
_MAX_DPI = 300.0
_ORIENTATION_TAG = 0x0112
# EXIF orientation -> (mirrored left to right first, then turned clockwise by).
_ORIENTATIONS = {
    1: (False, 0), 2: (True, 0), 3: (False, 180), 4: (True, 180),
    5: (True, 270), 6: (False, 90), 7: (True, 90), 8: (False, 270),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page's image, still compressed.

    Attributes:
        space: ``DeviceGray`` or ``DeviceRGB``.
        mirrored: to be shown mirrored left to right before turning (EXIF).
        turn: degrees clockwise to turn it for display.
    """

    data: bytes
    filter: str
    width: int
    height: int
    space: str
    bits: int
    mirrored: bool
    turn: int

    def object(self, pdf: Pdf) -> Object:
        """Return it as an image XObject of ``pdf``; a JPEG's bytes are those of the file."""
        return pdf.make_stream(
            self.data,
            Dictionary(
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=self.width,
                Height=self.height,
                ColorSpace=Name(f"/{self.space}"),
                BitsPerComponent=self.bits,
                Filter=Name(f"/{self.filter}"),
            ),
        )

    def placed(self, width: float, height: float) -> str:
        """Return the ``cm`` operands that fill a page of ``width`` x ``height`` points upright."""
        mirror = -1.0 if self.mirrored else 1.0
        a, b, c, d, e, f = {
            0: (width, 0.0, 0.0, height, 0.0, 0.0),
            90: (0.0, -height, width, 0.0, 0.0, height),
            180: (-width, 0.0, 0.0, -height, width, height),
            270: (0.0, height, -width, 0.0, width, 0.0),
        }[self.turn]
        if self.mirrored:
            e, f = e + a, f + b
        return " ".join(f"{v:.3f}" for v in (a * mirror, b * mirror, c, d, e, f))


class ImageFile:
    """One opened image file of one or more frames."""

    def __init__(self, image: Image.Image, source: Path) -> None:
        self._image = image
        self._source = source

    def page(self, page: Page) -> PageImage:
        """Return frame ``page.number`` as it shall be embedded.

        Raises:
            Unreadable: where the frame is not there or cannot be decoded.
        """
        try:
            self._image.seek(page.number - 1)
            if page.number == 1 and self._image.format in ("JPEG", "MPO") and self._image.mode in ("L", "RGB"):
                return self._jpeg(page.rotation)
            return _encoded(self._image, page)
        except (OSError, EOFError, SyntaxError, ValueError, zlib.error) as error:
            raise Unreadable(
                Said("Page {page} of the image cannot be read: {error}.", page=page.number, error=error),
                Said("Open it in an image program, or scan again."),
            ) from error

    def _jpeg(self, rotation: int) -> PageImage:
        image = self._image
        mirrored, turn = _ORIENTATIONS.get(image.getexif().get(_ORIENTATION_TAG, 1), (False, 0))
        return PageImage(
            data=self._source.read_bytes(),
            filter="DCTDecode",
            width=image.width,
            height=image.height,
            space="DeviceGray" if image.mode == "L" else "DeviceRGB",
            bits=8,
            mirrored=mirrored,
            turn=(turn + rotation) % 360,
        )


@contextmanager
def opened(source: Path, media_type: str) -> Iterator[ImageFile]:
    """Open an image file.

    Raises:
        Unreadable: where it is no image Pillow knows.
        LimitExceeded: where it has more pixels than Pillow was allowed.
    """
    if media_type in ("image/heic", "image/heif"):
        import pi_heif

        pi_heif.register_heif_opener()
    try:
        image = Image.open(source)
    except Image.DecompressionBombError as error:
        raise LimitExceeded(
            Said("The image has too many pixels."), Said("Scan at 300 dpi, one sheet per page.")
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Unreadable(
            Said("The image cannot be opened."), Said("Open it in an image program, or scan again.")
        ) from error
    with image:
        yield ImageFile(image, source)


def _encoded(image: Image.Image, page: Page) -> PageImage:
    shown = ImageOps.exif_transpose(image)
    bilevel = shown.mode == "1"
    if not bilevel:
        shown = _flat(shown)
        wide = page.width if page.rotation % 180 == 0 else page.height
        limit = round(_MAX_DPI * wide / 72.0)
        if shown.width > 1.05 * limit > 0:
            size = (limit, max(1, round(shown.height * limit / shown.width)))
            shown = shown.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if bilevel:
        data, kind = zlib.compress(shown.tobytes(), 6), "FlateDecode"
    else:
        buffer = io.BytesIO()
        shown.save(buffer, "JPEG", quality=_QUALITY, subsampling=0 if shown.width < 1200 else 2)
        data, kind = buffer.getvalue(), "DCTDecode"
    return PageImage(
        data=data,
        filter=kind,
        width=shown.width,
        height=shown.height,
        space="DeviceRGB" if shown.mode == "RGB" else "DeviceGray",
        bits=1 if bilevel else 8,
        mirrored=False,
        turn=page.rotation % 360,
    )


def _flat(image: Image.Image) -> Image.Image:
    """Return an image as grey or RGB of 8 bits; what is transparent becomes paper."""
    if image.mode in ("L", "RGB"):
        return image
    if image.mode.startswith("I") or image.mode == "F":
        high = image.getextrema()[1]
        top = 65535.0 if isinstance(high, int | float) and high > 255 else 255.0
        return image.point(lambda v: v * (255.0 / top)).convert("L")
    if image.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(layered, mask=layered.getchannel("A"))
        return paper
    return image.convert("RGB")
