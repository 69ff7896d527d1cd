"""What a child can do: inspect a file, recognise pages, cut a stack, write and stamp access copies."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dms.adapters.examine.detect import detect
from dms.adapters.examine.noise import title_told
from dms.adapters.examine.readers import image_part, pdf
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.recognise import Recogniser
from dms.adapters.examine.registry import Source, format_of
from dms.adapters.examine.wording import one_line
from dms.domain.arranging import Leaf
from dms.domain.left_out import LeftOut
from dms.domain.pages import Box, page_from_dict
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Inspection, Limits, Stamp
from dms.said import Said

if TYPE_CHECKING:
    from PIL import Image


class Tasks:
    """The tasks of one child; models are loaded at the first page that needs them.

    Args:
        setup: ``ocr``, ``languages``, ``precision`` (else ``full``), ``passwords``, ``limits``.
    """

    def __init__(self, setup: dict[str, Any]) -> None:
        self._limits = Limits(**setup["limits"])
        self._passwords: list[str] = setup["passwords"]
        self._recogniser = Recogniser(setup["ocr"], setup["languages"], self._limits, setup.get("precision", "full"))

    def inspect(self, path: str, name: str, work: str) -> dict[str, Any]:
        """Tell what a file is."""
        file, folder = Path(path), Path(work)
        size = file.stat().st_size
        if size == 0:
            raise Unreadable(Said("The file is empty."), Said("Send or scan it again."))
        if size > self._limits.bytes:
            raise LimitExceeded(
                Said("The file has {size:,.0f} MB, more than is taken.", size=size / 1e6),
                Said("Split it, or raise max_bytes in dms.toml."),
            )
        media_type, warning = detect(file, name)
        source = Source(file, name, media_type, folder, self._limits, self._passwords)
        read = format_of(media_type).read(source)
        found = self._flowing(read, media_type, folder) if isinstance(read, Flow) else read
        told = asdict(found)
        title = found.title if media_type.startswith("message/") else title_told(found.title)
        told["title"], told["author"] = one_line(title), one_line(found.author)
        told["warnings"] = [*([warning] if warning else []), *found.warnings]
        told["attachments"] = [{"name": a.name, "path": str(a.path)} for a in found.attachments]
        return told

    def _flowing(self, read: Flow, media_type: str, folder: Path) -> Inspection:
        from dms.adapters.examine import flowing

        if len(read.text) > self._limits.text:
            raise LimitExceeded(
                Said("The file holds {count:,} characters, more than is taken.", count=len(read.text)),
                Said("Split it into smaller files."),
            )
        pages, rest = flowing.layout(read.text, most=self._limits.pages)
        shortened = (LeftOut("copy", flowing.hidden_lines(rest)),) if rest else ()
        for page in flowing.pages(pages, rest):
            _write(folder / f"page-{page.number:05d}.json", json.dumps(page.to_dict()).encode())
        return Inspection(
            media_type, "text", len(pages), read.title, read.date, read.author, read.attachments, False, read.signed,
            read.active_content, read.warnings, (*read.left_out, *shortened),
        )  # fmt: skip

    def pages(self, path: str, media_type: str, kind: str, work: str, numbers: list[int]) -> None:
        """Recognise pages and keep each at once."""
        folder = Path(work)
        for number in numbers:
            page = self._recogniser.page(pdf.working_copy(Path(path), folder), media_type, kind, number)
            _write(folder / f"page-{number:05d}.json", json.dumps(page.to_dict()).encode())

    def part(self, path: str, media_type: str, numbers: list[int], work: str, target: str) -> None:
        """Write some pages of a stack as a PDF."""
        if media_type == "application/pdf":
            pdf.part(pdf.working_copy(Path(path), Path(work)), numbers, Path(target))
        else:
            image_part.part(Path(path), numbers, self._limits, Path(target))

    def access_copy(
        self, path: str, media_type: str, kind: str, pages: list[dict[str, Any]], work: str, target: str
    ) -> None:
        """Write the access copy."""
        found = [page_from_dict(p) for p in pages]
        if kind == "text":
            from dms.adapters.examine import flowing

            flowing.draw(found, Path(target))
            return
        from PIL import Image

        from dms.adapters.ocr.access import make_access_copy

        Image.MAX_IMAGE_PIXELS = self._limits.pixels
        make_access_copy(pdf.working_copy(Path(path), Path(work)), media_type, "", found, Path(target))

    def arrange(
        self, sources: list[str], leaves: list[dict[str, Any]], read: dict[str, dict[str, Any]], target: str
    ) -> None:
        """Arrange pages of access copies."""
        from dms.adapters.ocr.arranging import arrange

        made = [Leaf(**{**leaf, "crop": Box(**leaf["crop"]) if leaf["crop"] else None}) for leaf in leaves]
        anew = {int(place): page_from_dict(page) for place, page in read.items()}
        arrange([Path(path) for path in sources], made, anew, self._straightened, Path(target))

    def _straightened(self, path: Path, number: int, degrees: float) -> Image.Image:
        """Return a page drawn as it was scanned, turned a little clockwise; the corners that come in are white."""
        from PIL import Image

        from dms.adapters.examine.readers import pdf_pages

        raster = pdf_pages.raster(path, number, self._limits)
        shape, paper = ("RGB", (255, 255, 255)) if raster.channels == 3 else ("L", 255)
        picture = Image.frombytes(shape, (raster.width, raster.height), bytes(raster.data))
        return picture.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=paper)

    def stamp(self, access: str, pages: list[dict[str, Any]], stamp: dict[str, Any], target: str) -> None:
        """Stamp an access copy."""
        from dms.adapters.ocr.access import stamp_access_copy

        cells = stamp["cells"]
        made = Stamp((cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]), stamp["qr"])
        stamp_access_copy(Path(access), [page_from_dict(p) for p in pages], made, Path(target))

    def crop(self, access: str, page: int, box: dict[str, float], target: str, dpi: float) -> None:
        """Cut a picture out of a page, with a little of what stands around."""
        from PIL import Image

        from dms.adapters.examine.readers import pdf_pages

        margin = 6.0
        raster = pdf_pages.raster(Path(access), page, self._limits, dpi=dpi)
        shape = "RGB" if raster.channels == 3 else "L"
        picture = Image.frombytes(shape, (raster.width, raster.height), bytes(raster.data))
        edges = (box["x0"] - margin, box["y0"] - margin, box["x1"] + margin, box["y1"] + margin)
        scale = dpi / 72
        inside = [max(0, round(e * scale)) for e in edges]
        cut = picture.crop((inside[0], inside[1], min(inside[2], picture.width), min(inside[3], picture.height)))
        beside = Path(target).with_name(f"{Path(target).name}.{os.getpid()}.new")
        if target.endswith(".jpg"):
            cut.save(beside, format="JPEG", quality=82)
        else:
            cut.save(beside, format="PNG")
        beside.replace(target)

    def watermark(self, access: str, text: str, target: str) -> None:
        """Write who looked across every page."""
        from dms.adapters.ocr.watermark import watermark

        watermark(Path(access), text, Path(target))


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    beside.replace(path)
