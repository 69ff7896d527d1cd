"""PDF: structure by pikepdf, text and pixels by pdfium. Locked ones are opened with known passwords."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from dms.domain.pages import Box, Page, Word
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Inspection, Limits
from dms.ports.ocr import Raster

_UNLOCKED = "unlocked.pdf"
_ACTIVE = {
    "/JavaScript": "JavaScript", "/JS": "JavaScript", "/Launch": "programs to start", "/SubmitForm": "forms to send",
    "/ImportData": "data to import", "/RichMedia": "media", "/EmbeddedFile": "embedded files",
}  # fmt: skip
_MOST_OBJECTS = 300_000
_LOOKED_AT = 12
_LONGEST_SIDE = 14_400.0
_BASE_DPI, _LOW_DPI, _HIGH_DPI = 300.0, 150.0, 400.0
_ENOUGH_TEXT = 20


def working_copy(path: Path, work: Path) -> Path:
    """Return the unlocked copy made by :func:`inspect`, else the file itself."""
    unlocked = work / _UNLOCKED
    return unlocked if unlocked.exists() else path


def inspect(path: Path, work: Path, passwords: Sequence[str], limits: Limits) -> Inspection:
    """Look at a PDF's structure.

    Raises:
        Unreadable: damaged beyond repair, locked, or without pages.
        LimitExceeded: too many pages, or pages of absurd size.
    """
    pdf, password = _open(path, passwords)
    with pdf:
        try:
            count = len(pdf.pages)
        except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError) as problem:
            raise _damaged() from problem
        if count == 0:
            raise Unreadable("The PDF has no pages.", "Export or scan it again.")
        if count > limits.pages:
            raise LimitExceeded(f"The PDF has {count:,} pages; at most {limits.pages:,} are taken.", "Split it.")
        active, signed = _survey(pdf)
        title = _title(pdf)
        encrypted = pdf.is_encrypted
        if encrypted:
            pdf.save(work / _UNLOCKED)
    kind = _kind(working_copy(path, work), count)
    warnings = ("The PDF was locked; the original is kept locked, the access copy is not.",) if password else ()
    return Inspection(
        "application/pdf",
        kind,
        count,
        title,
        encrypted=encrypted,
        signed=signed,
        active_content=active,
        warnings=warnings,
    )


def _open(path: Path, passwords: Sequence[str]) -> tuple[pikepdf.Pdf, str]:
    for password in ("", *passwords):
        try:
            return pikepdf.open(path, password=password), password
        except pikepdf.PasswordError:
            continue  # the next password may open it
        except (pikepdf.PdfError, ValueError, RuntimeError, OSError) as problem:
            raise _damaged() from problem
    raise Unreadable(
        "The PDF is locked with a password nobody told.",
        "Add it to “passwords” in dms.toml, or drop an unlocked copy; then “dms retry”.",
    )


def _damaged() -> Unreadable:
    return Unreadable("The PDF is damaged or incomplete.", "Send, export or scan it again.")


def _survey(pdf: pikepdf.Pdf) -> tuple[tuple[str, ...], bool]:
    """Name active content and tell whether there are signatures, without following anything."""
    active: set[str] = set()
    signed = False
    for number, found in enumerate(pdf.objects):
        if number > _MOST_OBJECTS:
            break
        if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            continue
        try:
            keys = set(found.keys())
            kind, subtype = str(found.get("/S", "")), str(found.get("/Type", ""))
        except (pikepdf.PdfError, ValueError, RuntimeError):
            continue  # a broken object says nothing
        active |= {_ACTIVE[k] for k in (*keys, kind, subtype) if k in _ACTIVE}
        signed = signed or "/ByteRange" in keys
    return tuple(sorted(active)), signed


def _title(pdf: pikepdf.Pdf) -> str:
    try:
        told = str(pdf.docinfo.get("/Title", "")) if pdf.trailer.get("/Info") is not None else ""
    except (pikepdf.PdfError, ValueError, RuntimeError, AttributeError):
        return ""
    told = " ".join(told.split())[:200]
    # Programs put file names and their own names there; those tell nothing.
    return (
        ""
        if told.lower().startswith(("microsoft word -", "untitled", "scan")) or told.lower().endswith(".pdf")
        else told
    )


def _kind(path: Path, count: int) -> str:
    """``scan`` where most pages looked at are pictures of paper, else ``document``."""
    step = max(1, count // _LOOKED_AT)
    looked = list(range(0, count, step))[:_LOOKED_AT]
    try:
        document = _document(str(path), path.stat().st_mtime_ns)
        scans = sum(_is_picture(document[i]) for i in looked)
    except pdfium.PdfiumError as problem:
        raise _damaged() from problem
    return "scan" if scans * 2 > len(looked) else "document"


def _is_picture(page: Any) -> bool:
    width, height = page.get_size()
    covered = max((w * h for w, h in _image_sizes(page)), default=0.0)
    return bool(covered > 0.6 * width * height)


def _image_sizes(page: Any) -> list[tuple[float, float]]:
    """Sizes of the images on a page in points; forms are looked into, but not deeply."""
    sizes = []
    for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = found.get_bounds()
        sizes.append((abs(right - left), abs(top - bottom)))
    return sizes


@functools.lru_cache(maxsize=1)
def _document(path: str, _mtime: int) -> Any:
    """Keep the last document open: a child reads many pages of one file."""
    return pdfium.PdfDocument(path)


def _page(path: Path, number: int) -> Any:
    try:
        page = _document(str(path), path.stat().st_mtime_ns)[number - 1]
    except (pdfium.PdfiumError, IndexError) as problem:
        raise Unreadable("The page is damaged.", "Export or scan it again.") from problem
    width, height = page.get_size()
    if not (1 <= width <= _LONGEST_SIDE and 1 <= height <= _LONGEST_SIDE):
        raise Unreadable("The page has an absurd size.", "Print it to a new PDF.")
    return page


def has_image(path: Path, number: int) -> bool:
    """True where a page shows an image, so that a code may be on it."""
    return bool(_image_sizes(_page(path, number)))


def text_page(path: Path, number: int) -> Page | None:
    """Return a page from its own text, None where it has too little or unreadable text and must be recognised."""
    page = _page(path, number)
    width, height = page.get_size()
    text = page.get_textpage()
    told = text.get_text_range().replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-")
    bare = "".join(told.split())
    if len(bare) < _ENOUGH_TEXT and (_is_picture(page) or not bare):
        return None if _is_picture(page) or _image_sizes(page) or not _is_empty(page) else _empty(number, width, height)
    strange = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < " " for c in bare)
    if strange > 0.2 * len(bare):
        return None  # fonts without a mapping to characters: what is seen must be recognised
    words = []
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        run = " ".join(text.get_text_bounded(left, bottom, right, top).split())
        if run:
            words.append(Word(run, Box(left, height - top, right, height - bottom)))
    return Page(number, width, height, tuple(words), told.strip(), "embedded")


def _is_empty(page: Any) -> bool:
    return next(iter(page.get_objects(max_depth=1)), None) is None


def _empty(number: int, width: float, height: float) -> Page:
    from dms.domain.pages import Evidence

    return Page(number, width, height, evidence=Evidence(blank=True))


def raster(path: Path, number: int, limits: Limits, *, dpi: float = 0.0) -> Raster:
    """Return a page's pixels, at its scan's own resolution where that is sensible, else at 300 dpi."""
    page = _page(path, number)
    width, height = page.get_size()
    own = _own_dpi(page)
    dpi = dpi or (own if _LOW_DPI <= own <= _HIGH_DPI else _HIGH_DPI if own > _HIGH_DPI else _BASE_DPI)
    if width * height * (dpi / 72) ** 2 > limits.pixels:
        dpi = 72 * (limits.pixels / (width * height)) ** 0.5 * 0.99
    try:
        bitmap = page.render(scale=dpi / 72, rev_byteorder=True, may_draw_forms=True)
    except pdfium.PdfiumError as problem:
        raise Unreadable("The page cannot be drawn.", "Print it to a new PDF.") from problem
    pixels = bitmap.to_numpy()
    channels = 1 if pixels.ndim == 2 or pixels.shape[2] == 1 else 3
    plain = pixels.reshape(pixels.shape[0], pixels.shape[1], -1)[:, :, :channels]
    return Raster(
        pixels.shape[1], pixels.shape[0], channels, plain.tobytes(), own if 72 <= own < _LOW_DPI and not dpi else dpi
    )


def scanned_dpi(path: Path, number: int) -> float:
    """Return the resolution a page was scanned at, 0 where it is no picture."""
    return _own_dpi(_page(path, number))


def _own_dpi(page: Any) -> float:
    """Resolution of the largest image on a page, 0 where there is none."""
    best, dpi = 0.0, 0.0
    for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = found.get_bounds()
        area = abs((right - left) * (top - bottom))
        if area > best:
            across, down = found.get_px_size()
            shown = max(abs(right - left), abs(top - bottom))
            best, dpi = area, max(across, down) * 72 / max(1.0, shown)
    return dpi


def part(path: Path, numbers: Sequence[int], target: Path) -> None:
    """Write some pages to a new PDF; image data is copied as it is."""
    try:
        with pikepdf.open(path) as source, pikepdf.Pdf.new() as out:
            for number in numbers:
                out.pages.append(source.pages[number - 1])
            out.remove_unreferenced_resources()
            out.save(target, deterministic_id=True)
    except pikepdf.PdfError as problem:
        raise _damaged() from problem
