"""Makes access copies: the scan's own image data, upright, under an invisible text layer; PDF/A-2b where that holds.

A copy is for reading and searching; the original is kept apart, byte for byte. So scripts, attachments, links and
editors' private data are left behind, while what a form's fields show becomes part of the page.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from dms.adapters.ocr import notes, page_images, pdfa, text_layer
from dms.adapters.ocr.filing_stamp import stamp_access_copy
from dms.adapters.ocr.invisible_font import InvisibleFont
from dms.domain.pages import Page
from dms.errors import Unreadable, Usage
from dms.said import Said

__all__ = ["make_access_copy", "stamp_access_copy"]

_STREAM = pikepdf.AccessMode.stream
_SPILL_BYTES = 48 * 1024 * 1024
_UNWANTED = (
    "/AA", "/B", "/Metadata", "/PieceInfo", "/Thumb", "/StructParents", "/Tabs", "/Trans", "/Dur",
    "/PresSteps", "/AF", "/TemplateInstantiated",
)  # fmt: skip


def make_access_copy(source: Path, media_type: str, password: str, pages: Sequence[Page], target: Path) -> None:
    """Write the access copy of a PDF or an image file.

    Args:
        source: the file as received; opened once, read page by page.
        media_type: ``application/pdf`` or ``image/…``.
        password: opens an encrypted PDF, empty else.
        pages: ``pages[i].number`` names the page of ``source`` that becomes page ``i + 1``. Where ``source`` is
            ``embedded`` the page has its text already; else its words are laid over it. ``rotation`` is on top of
            what a viewer shows (a PDF's /Rotate, a photograph's EXIF orientation).
        target: the PDF; whole or not at all, the same bytes for the same input.

    Raises:
        Unreadable: where the file is broken or a page is not there.
        LimitExceeded: where an image is too large.
        Usage: for a file that is neither PDF nor image, or no pages.
    """
    if not pages:
        raise Usage(Said("An access copy needs at least one page."))
    if media_type == "application/pdf":
        _from_pdf(source, password, pages, target)
    elif media_type.startswith("image/"):
        _from_images(source, media_type, pages, target)
    else:
        raise Usage(
            Said("No access copy can be made of {media_type} directly.", media_type=media_type),
            Said("Convert it to PDF first."),
        )


def _from_images(source: Path, media_type: str, pages: Sequence[Page], target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".access-") as folder:
        spills: list[Path] = []
        out, font, held = Pdf.new(), None, 0
        with page_images.opened(source, media_type) as images:
            for page in pages:
                font = font or InvisibleFont(out)
                image = _image_or_nothing(images, page)
                _add_image_page(out, page, image, font)
                held += len(image.data) if image else 0
                if held > _SPILL_BYTES:
                    # Long stacks go through the disk, so that memory does not grow with their pages.
                    spills.append(_spilled(out, font, Path(folder) / f"{len(spills)}.pdf"))
                    out, font, held = Pdf.new(), None, 0
        if font is not None:
            if not spills:
                font.finish()
                pdfa.save(out, target, sure=True)
                return
            spills.append(_spilled(out, font, Path(folder) / f"{len(spills)}.pdf"))
        # qpdf's own job copies from file to file; appending page by page would hold every image in memory.
        merged = str(Path(folder) / "all.pdf")
        pikepdf.Job({"empty": "", "outputFile": merged, "pages": [{"file": str(spill)} for spill in spills]}).run()
        with Pdf.open(merged, access_mode=_STREAM) as whole:
            pdfa.save(whole, target, sure=True)


def _image_or_nothing(images: page_images.ImageFile, page: Page) -> page_images.PageImage | None:
    """Return a page's image; None for a broken one people were warned of, which must not cost the other pages."""
    try:
        return images.page(page)
    except Unreadable:
        if not page.warnings:
            raise
        return None


def _spilled(pdf: Pdf, font: InvisibleFont, path: Path) -> Path:
    font.finish()
    pdf.save(path)
    pdf.close()
    return path


def _add_image_page(out: Pdf, page: Page, image: page_images.PageImage | None, font: InvisibleFont) -> None:
    frame = text_layer.Frame(page.width, page.height)
    drawn, resources = b"", Dictionary()
    if image is not None:
        drawn = f"q {image.placed(page.width, page.height)} cm /Im0 Do Q\n".encode("ascii")
        resources.XObject = Dictionary(Im0=image.object(out))
    content = out.make_stream(drawn + text_layer.draw(page.words, frame, font))
    if page.words:
        resources.Font = Dictionary({f"/{text_layer.FONT}": font.object})
    out.pages.append(
        pikepdf.Page(
            out.make_indirect(
                Dictionary(
                    Type=Name.Page,
                    MediaBox=Array([0, 0, round(page.width, 3), round(page.height, 3)]),
                    Resources=resources,
                    Contents=content,
                )
            )
        )
    )


def _from_pdf(source: Path, password: str, pages: Sequence[Page], target: Path) -> None:
    try:
        # Changed in place and saved elsewhere: images go from file to file, memory stays flat in pages.
        with Pdf.open(source, password=password, access_mode=_STREAM) as pdf:
            _flatten_forms(pdf)
            for page in pages:
                if not 1 <= page.number <= len(pdf.pages):
                    raise Unreadable(
                        Said("The file has no page {page}.", page=page.number),
                        Said("It may have been cut off; send it again."),
                    )
            chosen = [pdf.pages[page.number - 1] for page in pages]
            del pdf.pages[:]
            for original in chosen:
                pdf.pages.append(original)
            font = InvisibleFont(pdf)
            bare = [_settle_page(added, page, font) for added, page in zip(pdf.pages, pages, strict=True)]
            font.finish()
            # Layers decide what a page shows; all else of the document's own machinery stays behind.
            kept = {"/Type", "/Pages"} if all(bare) else {"/Type", "/Pages", "/OCProperties"}
            for key in set(pdf.Root.keys()) - kept:
                del pdf.Root[key]
            pdfa.save(pdf, target, sure=all(bare))
    except pikepdf.PasswordError as error:
        raise Unreadable(
            Said("The PDF is locked with a password."), Said("Save it without one, or add the password.")
        ) from error
    except pikepdf.PdfError as error:
        raise Unreadable(
            Said("The PDF is broken: {error}.", error=error), Said("Open it in a PDF program and save it again.")
        ) from error


def _flatten_forms(pdf: Pdf) -> None:
    """Make what form fields and annotations show part of their pages; links and buttons are lost with their actions.

    Our own notes, which hold what annotations of other programs only said, stay.
    """
    if not any(Name.Annots in page.obj for page in pdf.pages):
        return
    if Name.AcroForm in pdf.Root and pdf.Root.AcroForm.get(Name.NeedAppearances, False):
        pdf.generate_appearance_streams()
    notes.flatten(pdf)


def _settle_page(added: pikepdf.Page, page: Page, font: InvisibleFont) -> bool:
    """Turn a page upright and lay its words over it; return whether it is sure to be fit for PDF/A-2b."""
    for key in _UNWANTED:
        if key in added.obj:
            del added.obj[key]
    bare = page.source != "embedded" and pdfa.is_bare_scan(added)
    turn = (int(added.obj.get(Name.Rotate, 0)) + page.rotation) % 360
    added.obj.Rotate = turn
    # On a page with its own text only what was seen in its pictures is laid over it (never quite certain, as read).
    words = [w for w in page.words if w.confidence < 1.0] if page.source == "embedded" else page.words
    if not words:
        return bare
    box = [float(v) for v in added.cropbox]
    corners = (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))
    frame = text_layer.frame_of(corners, turn, page.width, page.height)
    name = font_name(added, font)
    content = text_layer.draw(words, frame, font, name)
    if content:
        added.add_resource(font.object, Name.Font, Name(f"/{name}"))
        # The page's own content may leave its graphics state changed.
        added.contents_add(b"q\n", prepend=True)
        added.contents_add(b"\nQ\n" + content)
    return bare


def font_name(page: pikepdf.Page, font: InvisibleFont) -> str:
    """Return a font name the page does not use for something else (one of our own copies may come in again)."""
    fonts = page.obj.get(Name.Resources, Dictionary()).get(Name.Font, Dictionary())
    name, number = text_layer.FONT, 0
    while f"/{name}" in fonts and fonts[f"/{name}"].objgen != font.object.objgen:
        number += 1
        name = f"{text_layer.FONT}{number}"
    return name
