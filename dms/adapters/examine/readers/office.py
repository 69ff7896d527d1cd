"""docx, xlsx, pptx and odt. The zip container is checked against bombs before any library opens it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.flow import Flow
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Limits
from dms.said import Said

_MOST_ENTRIES = 10_000
_MOST_UNPACKED = 600 * 1024**2
_WORST_RATIO = 400
_SMALL = 5 * 1024**2
_LONGEST_XML = 200 * 1024**2
_PROLOGUE = 1024
_MOST_CELLS = 500_000
_LITTLE_TEXT = 200
_ASK_FOR_PDF = Said("Ask the sender for a PDF.")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_WORD_KINDS = (
    _WORD + "document.main+xml",
    _WORD + "template.main+xml",
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
)


def read(path: Path, media_type: str, limits: Limits) -> Flow:
    """Read an office file.

    Raises:
        Unreadable: damaged or locked.
        LimitExceeded: a zip bomb, or more cells than are taken.
    """
    container = _check_container(path)
    flow = READERS[media_type](path, limits)
    told = flow.warnings
    if container.pictures and len(flow.text) < _LITTLE_TEXT:
        told += (
            Said(
                "It holds {pictures} pictures; what is written in them was not read. Send them as PDF, too.",
                pictures=container.pictures,
            ).stored(),
        )
    macros = ("macros",) if container.macros else ()
    return Flow(clean(flow.text), flow.title[:200], flow.date, flow.author[:200], active_content=macros, warnings=told)


@dataclass(frozen=True, slots=True)
class _Container:
    """What is in a file besides text."""

    macros: bool
    pictures: int


def _check_container(path: Path) -> _Container:
    """Hold a zip container against bombs, locks and entity tricks before a library opens it."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            unpacked = sum(e.file_size for e in entries)
            worst = max((e.file_size / max(1, e.compress_size) for e in entries if e.file_size > _SMALL), default=0.0)
            longest = max((e.file_size for e in entries if _is_xml(e.filename)), default=0)
            if len(entries) > _MOST_ENTRIES:
                raise LimitExceeded(
                    Said("It holds {count:,} parts: that is no ordinary document.", count=len(entries)), _ASK_FOR_PDF
                )
            if unpacked > _MOST_UNPACKED or worst > _WORST_RATIO or longest > _LONGEST_XML:
                raise LimitExceeded(
                    Said(
                        "It would unpack to {unpacked:,.0f} MB: that is no ordinary document.", unpacked=unpacked / 1e6
                    ),
                    _ASK_FOR_PDF,
                )
            if any(e.flag_bits & 1 for e in entries):
                raise Unreadable(
                    Said("The file is locked with a password."), Said("Save it without one, and drop that.")
                )
            for entry in entries:
                if _is_xml(entry.filename):
                    with archive.open(entry) as part:
                        if b"<!DOCTYPE" in part.read(_PROLOGUE).replace(b"\0", b""):
                            raise Unreadable(
                                Said("Its inside holds definitions no office program writes: it may be an attack."),
                                _ASK_FOR_PDF,
                            )
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError):
        raise _damaged() from None
    names = [e.filename.lower() for e in entries]
    return _Container(
        macros=any(n.endswith("vbaproject.bin") or n.startswith(("basic/", "scripts/")) for n in names),
        pictures=sum("media/" in n or n.startswith("pictures/") for n in names),
    )


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _damaged() -> Unreadable:
    return Unreadable(Said("The file is damaged or incomplete (a broken zip container)."), Said("Send it again."))


def _docx(path: Path, limits: Limits) -> Flow:
    from docx.opc.part import PartFactory
    from docx.package import Package
    from docx.parts.document import DocumentPart

    for kind in _WORD_KINDS:
        PartFactory.part_type_for[kind] = DocumentPart  # python-docx itself opens no templates and no macro files
    part = Package.open(str(path)).main_document_part
    document = part.document
    lines: list[str] = []
    for section in document.sections[:1]:
        lines += [p.text for p in section.header.paragraphs if p.text.strip()]
    lines += _blocks(document.element.body, document)
    for section in document.sections[:1]:
        lines += [p.text for p in section.footer.paragraphs if p.text.strip()]
    told = document.core_properties
    return Flow("\n".join(lines), told.title or "", _day(told.modified or told.created), told.author or "")


def _blocks(parent: Any, document: Any) -> Iterator[str]:
    """Yield the lines of paragraphs and tables in order, those in content controls and text boxes too."""
    from docx.oxml.ns import qn
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for element in parent.iterchildren():
        if element.tag == qn("w:p"):
            yield Paragraph(element, document).text
            for box in element.iterdescendants(qn("w:txbxContent")):
                # A box is there twice: as drawn now, and as older programs draw it.
                if not any(a.tag.endswith("}Fallback") for a in box.iterancestors()):
                    yield from _blocks(box, document)
        elif element.tag == qn("w:tbl"):
            yield from _rows(Table(element, document))
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _blocks(element, document)


def _rows(table: Any) -> Iterator[str]:
    for row in table.rows:
        cells: list[str] = []
        seen: set[int] = set()
        for cell in row.cells:
            # A merged cell comes back once for each column it spans.
            if id(cell._tc) not in seen:
                seen.add(id(cell._tc))
                cells.append(" ".join(cell.text.split()))
        yield "\t".join(cells)


def _xlsx(path: Path, limits: Limits) -> Flow:
    import openpyxl

    lines: list[str] = []
    cells = size = 0
    # From an open file: by its path openpyxl judges the name, and our copy has none.
    with path.open("rb") as file, closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as book:
        for sheet in book.worksheets:
            lines.append(sheet.title)
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True):
                shown = [_cell(value) for value in row]
                while shown and not shown[-1]:
                    shown.pop()
                cells += len(shown)
                line = "\t".join(shown)
                size += len(line)
                if cells > _MOST_CELLS or size > limits.text:
                    raise LimitExceeded(
                        Said("The workbook has more than {most_cells:,} cells.", most_cells=_MOST_CELLS),
                        Said("Split it, or save what matters as PDF."),
                    )
                if line:
                    lines.append(line)
        told = book.properties
        return Flow("\n".join(lines), told.title or "", _day(told.modified or told.created), told.creator or "")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    if isinstance(value, float):
        return f"{value:.10g}" if value != int(value) else str(int(value))
    return " ".join(str(value).split())


def _pptx(path: Path, limits: Limits) -> Flow:
    import pptx

    show = pptx.Presentation(str(path))
    lines: list[str] = []
    for slide in show.slides:
        lines += _shapes(slide.shapes)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            lines.append(slide.notes_slide.notes_text_frame.text)
        lines.append("")
    told = show.core_properties
    return Flow("\n".join(lines), told.title or "", _day(told.modified or told.created), told.author or "")


def _shapes(shapes: Any) -> Iterator[str]:
    for shape in shapes:
        if shape.has_text_frame:
            yield from (p.text for p in shape.text_frame.paragraphs if p.text.strip())
        elif getattr(shape, "has_table", False):
            yield from ("\t".join(" ".join(c.text.split()) for c in row.cells) for row in shape.table.rows)
        elif hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)


def _odt(path: Path, limits: Limits) -> Flow:
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            raise _damaged()
        content = fromstring(archive.read("content.xml"))
        meta = fromstring(archive.read("meta.xml")) if "meta.xml" in archive.namelist() else None
    space = "{urn:oasis:names:tc:opendocument:xmlns:"
    body = content.find(f".//{space}office:1.0}}body")
    lines: list[str] = []
    for element in body.iter() if body is not None else ():
        if element.tag in (f"{space}text:1.0}}p", f"{space}text:1.0}}h"):
            lines.append("".join(element.itertext()))
    title = meta.findtext(".//{http://purl.org/dc/elements/1.1/}title", "") if meta is not None else ""
    day = meta.findtext(".//{http://purl.org/dc/elements/1.1/}date", "") if meta is not None else ""
    return Flow("\n".join(lines), title or "", (day or "")[:10])


def _day(moment: datetime | date | None) -> str:
    # Templates carry the date of the program that made them; a document of that day is unlikely.
    return moment.strftime("%Y-%m-%d") if moment and moment.year > 2013 else ""


_OPEN = "application/vnd.openxmlformats-officedocument."
READERS: dict[str, Callable[[Path, Limits], Flow]] = {
    _OPEN + "wordprocessingml.document": _docx,
    _OPEN + "spreadsheetml.sheet": _xlsx,
    _OPEN + "presentationml.presentation": _pptx,
    "application/vnd.oasis.opendocument.text": _odt,
}
