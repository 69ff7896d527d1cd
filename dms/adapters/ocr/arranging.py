"""Arranges pages of access copies: order, quarter turns, straightening and cropping; image data goes over as it is.

Words laid over a page invisibly stay with it. Where a page is turned or straightened they are taken off, for it is read
anew, and what was read then is laid over it. What a crop cuts off is not shown; the copy it comes from has it.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from dms.adapters.ocr import pdfa, text_layer
from dms.adapters.ocr.access import font_name
from dms.adapters.ocr.invisible_font import InvisibleFont
from dms.domain.arranging import Leaf
from dms.domain.pages import Box, Page
from dms.errors import Unreadable
from dms.said import Said

# Draws a page of a PDF turned clockwise by some degrees: ``(path, number, degrees)``.
Drawn = Callable[[Path, int, float], Image.Image]

_QUALITY = 88
_INVISIBLE = 3
_Step = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage
_SHOWING = frozenset({"Tj", "TJ", "'", '"'})
# What stays in force after a run of text, and so counts for what is drawn behind it.
_STATE = frozenset(
    {
        "Tf", "Tc", "Tw", "Tz", "TL", "Ts", "Tr", "g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN",
        "gs", "w", "J", "j", "M", "d", "i", "ri",
    }
)  # fmt: skip


def arrange(
    sources: Sequence[Path], leaves: Sequence[Leaf], read: Mapping[int, Page], drawn: Drawn, target: Path
) -> None:
    """Write the pages that leaves name to ``target``, whole or not at all.

    Args:
        sources: access copies without stamps, opened once each.
        leaves: the pages in their order.
        read: what was read anew, by place from 1: its words are laid over the page.
        drawn: draws a page that is straightened.
        target: the PDF; claims PDF/A-2b where all sources do.

    Raises:
        Unreadable: a page is not there.
    """
    with ExitStack() as opened, tempfile.TemporaryDirectory(dir=target.parent, prefix=".pages-") as folder:
        pdfs = [opened.enter_context(Pdf.open(path, access_mode=pikepdf.AccessMode.stream)) for path in sources]
        sure = all(pdfa.claims_pdfa(pdf) for pdf in pdfs)
        # The first is changed in place and saved elsewhere: so its layers stay with their pages.
        out, pages = pdfs[0], [list(pdf.pages) for pdf in pdfs]
        for leaf in leaves:
            if not 1 <= leaf.page <= len(pages[leaf.source]):
                raise Unreadable(
                    Said("The file has no page {page}.", page=leaf.page), Said("Compare it with its original.")
                )
        del out.pages[:]
        font = InvisibleFont(out)
        for place, leaf in enumerate(leaves, 1):
            out.pages.append(pages[leaf.source][leaf.page - 1])
            page = out.pages[-1]
            if leaf.turn or leaf.straighten:
                _take_words_off(page, out)
            page.obj.Rotate = (int(page.obj.get(Name.Rotate, 0)) + leaf.turn) % 360
            if leaf.straighten:
                picture = _alone(page, leaf.straighten, drawn, Path(folder))
                shown = _frame(page)
                out.pages[-1] = _picture_page(out, picture, shown.width, shown.height)
                page = out.pages[-1]
            if leaf.crop is not None:
                _cut(page, leaf.crop)
            if place in read:
                _lay_over(page, read[place], font)
        font.finish()
        _keep_layers(out, pdfs[1:])
        pdfa.save(out, target, sure=sure)


def _take_words_off(page: pikepdf.Page, out: Pdf) -> None:
    """Remove text that is drawn invisibly; all a person sees stays, with what it is drawn with."""
    mode, modes = 0, list[int]()
    kept, block, inside, hidden = list[_Step](), list[_Step](), False, True
    for step in pikepdf.parse_content_stream(page):
        name = str(step.operator)
        if name == "q":
            modes.append(mode)
        elif name == "Q" and modes:
            mode = modes.pop()
        elif name == "Tr":
            mode = int(str(step.operands[0]))
        elif name == "BT":
            inside, hidden, block = True, True, []
        if not inside:
            kept.append(step)
            continue
        block.append(step)
        if name in _SHOWING:
            hidden = hidden and mode == _INVISIBLE
        elif name == "ET":
            inside = False
            kept += [one for one in block if str(one.operator) in _STATE] if hidden else block
    page.obj.Contents = out.make_stream(pikepdf.unparse_content_stream([*kept, *block] if inside else kept))


def _alone(page: pikepdf.Page, degrees: float, drawn: Drawn, folder: Path) -> Image.Image:
    path = folder / "page.pdf"
    with Pdf.new() as one:
        one.pages.append(page)
        one.save(path)
    return drawn(path, 1, degrees)


def _picture_page(out: Pdf, picture: Image.Image, width: float, height: float) -> pikepdf.Page:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    image = out.make_stream(
        buffer.getvalue(),
        Dictionary(
            Type=Name.XObject, Subtype=Name.Image, Width=picture.width, Height=picture.height, BitsPerComponent=8,
            ColorSpace=Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB, Filter=Name.DCTDecode,
        ),
    )  # fmt: skip
    return pikepdf.Page(
        out.make_indirect(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
                Resources=Dictionary(XObject=Dictionary(Im0=image)),
                Contents=out.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q\n".encode("ascii")),
            )
        )
    )


def _frame(page: pikepdf.Page) -> text_layer.Frame:
    """Return how a page is shown: its size in points as a person sees it, and where that lies in the PDF."""
    x0, y0, x1, y1 = (float(v) for v in page.cropbox)
    corners = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    turn = int(page.obj.get(Name.Rotate, 0)) % 360
    across, down = corners[2] - corners[0], corners[3] - corners[1]
    width, height = (down, across) if turn % 180 else (across, down)
    return text_layer.frame_of(corners, turn, width, height)


def _cut(page: pikepdf.Page, part: Box) -> None:
    """Show only a part of a page, also where its margins are made larger later."""
    frame = _frame(page)
    a, b, c, d, e, f = frame.matrix
    ends = [(part.x0, frame.height - part.y1), (part.x1, frame.height - part.y0)]
    xs, ys = [a * x + c * y + e for x, y in ends], [b * x + d * y + f for x, y in ends]
    box = [round(v, 3) for v in (min(xs), min(ys), max(xs), max(ys))]
    page.obj.MediaBox = Array(box)
    page.obj.CropBox = Array(box)
    clip = f"q {box[0]} {box[1]} {box[2] - box[0]:.3f} {box[3] - box[1]:.3f} re W n\n"
    page.contents_add(clip.encode("ascii"), prepend=True)
    page.contents_add(b"\nQ\n")


def _lay_over(page: pikepdf.Page, read: Page, font: InvisibleFont) -> None:
    # On a page with its own text only what was seen in its pictures is laid over it.
    words = [w for w in read.words if w.confidence < 1.0] if read.source == "embedded" else read.words
    name = font_name(page, font)
    shown = _frame(page)
    frame = text_layer.Frame(read.width, read.height, shown.matrix)
    content = text_layer.draw(words, frame, font, name)
    if content:
        page.add_resource(font.object, Name.Font, Name(f"/{name}"))
        page.contents_add(b"q\n", prepend=True)
        page.contents_add(b"\nQ\n" + content)


def _keep_layers(out: Pdf, others: Sequence[Pdf]) -> None:
    """Bring what later sources say of their layers: without it, hidden ones would be shown."""
    for other in others:
        if Name.OCProperties not in other.Root:
            continue
        told = out.copy_foreign(other.make_indirect(other.Root.OCProperties))
        if Name.OCProperties not in out.Root:
            out.Root.OCProperties = told
            continue
        mine = out.Root.OCProperties
        for where, key in ((mine, Name.OCGs), (mine.D, Name.OFF), (mine.D, Name.ON)):
            more = (told if key == Name.OCGs else told.D).get(key, Array())
            where[key] = Array([*where.get(key, Array()), *more])
