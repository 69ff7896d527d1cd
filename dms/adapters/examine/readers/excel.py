"""Excel: cells as they are shown, sheet by sheet; text boxes, charts, comments, headers and footers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import etree

from dms.adapters.examine.readers.container import all_within, attribute, child, local, parse
from dms.adapters.examine.readers.drawing import shape_lines
from dms.adapters.examine.readers.embedded import embedded
from dms.adapters.examine.readers.flow import Flow, comment_line
from dms.adapters.examine.readers.number_format import BUILT_IN, shown
from dms.adapters.examine.readers.ooxml import Package
from dms.adapters.examine.readers.packed import package_kind, read_package
from dms.adapters.examine.registry import Format, Source
from dms.domain.left_out import LeftOut
from dms.errors import LimitExceeded, Unreadable
from dms.said import Said

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAIN = "xl/workbook.xml"
_KIND = r"spreadsheetml\.(sheet|template)\.main\+xml|ms-excel\.(sheet|template|addin)\.macroEnabled\.main\+xml"
_MOST_CELLS = 500_000
_WIDEST_GAP = 50
_CELL = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_INTEGER = re.compile(r"-?\d{1,15}")
_HEADER_CODE = re.compile(r'&"[^"]*"|&K[0-9A-Fa-f+\-]{6}|&\d+|&[A-Z]|&&', re.IGNORECASE)


def _read(source: Source) -> Flow:
    return read_package(source, _lines)


FORMATS = (
    Format(
        _XLSX, Said("an Excel file"), (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlam"), package_kind(_KIND, _MAIN), _read
    ),
)  # fmt: skip


def _lines(package: Package, source: Source) -> Flow:
    book = _Book(package, source)
    lines = list(book.lines())
    title, day, author = package.told()
    attachments, closed = embedded(package, source)
    return Flow("\n".join(lines), title, day, author, attachments, left_out=(*book.left_out(), *closed))


class _Book:
    """One workbook.

    Args:
        package: its parts.
        source: the file, for what it may cost.
    """

    def __init__(self, package: Package, source: Source) -> None:
        self._package, self._most = package, source.limits.text
        self._main = package.main(_MAIN)
        self._root = package.xml(self._main, needed=True)
        properties = child(self._root, "workbookPr")
        self._mac = properties is not None and attribute(properties, "date1904") in ("1", "true")
        self._strings = [text for part in package.related(self._main, "sharedStrings") for text in self._shared(part)]
        self._codes = self._formats()
        self._cells = self._size = 0
        self._no_result: list[str] = []
        self._without_result = 0

    def left_out(self) -> list[LeftOut]:
        """Name the formulas whose results the file does not hold."""
        count = self._without_result
        return [LeftOut("no_result", count, tuple(self._no_result), ask=True)] if count else []

    def lines(self) -> Iterator[str]:
        """Yield the lines of all sheets, hidden ones too."""
        sheets = child(self._root, "sheets")
        people = self._people()
        for sheet in sheets if sheets is not None else ():
            relation = self._package.relations(self._main).get(attribute(sheet, "id"))
            if relation is None or relation.outside:
                continue
            name, part = attribute(sheet, "name"), relation.target
            yield name
            yield from self._sheet(name, part)
            yield from self._drawn(part)
            yield from self._comments(part, people)

    def _shared(self, part: str) -> list[str]:
        data = self._package.data(part)
        return [_text(one) for one in _each(data, "si")] if data else []

    def _formats(self) -> list[str]:
        codes: dict[str, str] = {}
        styles: list[str] = []
        for part in self._package.related(self._main, "styles"):
            root = self._package.xml(part)
            if root is None:
                continue
            codes = {attribute(f, "numFmtId"): attribute(f, "formatCode") for f in all_within(root, "numFmt")}
            used = child(root, "cellXfs")
            styles = [attribute(one, "numFmtId") for one in used] if used is not None else []
        return [codes.get(one) or BUILT_IN.get(int(one) if one.isdigit() else 0, "General") for one in styles]

    def _sheet(self, name: str, part: str) -> Iterator[str]:
        data = self._package.data(part)
        try:
            for element in _each(data, "row", "headerFooter"):
                if local(element) == "row":
                    line = self._row(name, element)
                else:
                    line = "\n".join(dict.fromkeys(t for one in element if (t := _header(one.text or ""))))
                if line:
                    yield line
        except etree.XMLSyntaxError:
            raise Unreadable(
                Said("The file is damaged or incomplete."),
                Said("Open it in its own program and save it again, or scan it."),
            ) from None

    def _row(self, sheet: str, row: Any) -> str:
        texts: list[str] = []
        for cell in row:
            if local(cell) != "c":
                continue
            text = self._cell(sheet, cell)
            if not text:
                continue
            place = _CELL.fullmatch(cell.get("r", ""))
            gap = _column(place[1].upper()) - len(texts) if place else 0
            texts += [""] * max(0, min(gap, _WIDEST_GAP))
            texts.append(text)
        line = "\t".join(texts)
        self._cells += len(texts)
        self._size += len(line)
        if self._cells > _MOST_CELLS or self._size > self._most:
            raise LimitExceeded(
                Said("The workbook has more than {most_cells:,} cells.", most_cells=_MOST_CELLS),
                Said("Split it, or save what matters as PDF."),
            )
        return line

    def _cell(self, sheet: str, cell: Any) -> str:
        kind, value, formula = cell.get("t", "n"), None, False
        for one in cell:
            name = local(one)
            if name == "v":
                value = one.text
            elif name == "is":
                return " ".join(_text(one).split())
            elif name == "f":
                formula = True
        if value is None:
            if formula and kind != "str":
                self._without_result += 1
                if len(self._no_result) < 20:
                    self._no_result.append(f"{sheet}!{cell.get('r', '?')}")
            return ""
        if kind == "s":
            text = self._strings[int(value)] if value.isdigit() and int(value) < len(self._strings) else ""
            return " ".join(text.split())
        if kind in ("str", "e"):
            return " ".join(value.split())
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "d":
            return str(value.replace("T", " ").removesuffix("Z").removesuffix(" 00:00:00"))
        return self._number(value, cell.get("s", "0"))

    def _number(self, value: str, style: str) -> str:
        code = self._codes[int(style)] if style.isdigit() and int(style) < len(self._codes) else "General"
        if code == "General" and _INTEGER.fullmatch(value):
            return value
        return _shown(value, code, self._mac)

    def _drawn(self, part: str) -> Iterator[str]:
        """Text boxes, charts and diagrams of a sheet, and the labels of its buttons."""
        for drawing in self._package.related(part, "drawing"):
            root = self._package.xml(drawing)
            if root is not None:
                yield from shape_lines(self._package, drawing, root)
        for drawing in self._package.related(part, "vmlDrawing"):
            data = self._package.data(drawing)
            for shape in all_within(parse(data, patient=True), "shape") if data.strip() else ():
                told = child(shape, "ClientData")
                if told is None or attribute(told, "ObjectType") != "Note":
                    yield from (" ".join("".join(box.itertext()).split()) for box in all_within(shape, "textbox"))

    def _people(self) -> dict[str, str]:
        roots = (self._package.xml(part) for part in self._package.related(self._main, "person"))
        found = (p for root in roots if root is not None for p in all_within(root, "person"))
        return {attribute(one, "id"): attribute(one, "displayName") for one in found}

    def _comments(self, part: str, people: dict[str, str]) -> Iterator[str]:
        for threads in self._package.related(part, "threadedComment"):
            root = self._package.xml(threads)
            for one in all_within(root, "threadedComment") if root is not None else ():
                who = people.get(attribute(one, "personId"), "")
                said = "".join(t.text or "" for t in all_within(one, "text"))
                yield comment_line(who, said, attribute(one, "ref"))
        for comments in self._package.related(part, "comments"):
            root = self._package.xml(comments)
            if root is None:
                continue
            authors = [one.text or "" for one in all_within(root, "author")]
            for one in all_within(root, "comment"):
                number = attribute(one, "authorId")
                who = authors[int(number)] if number.isdigit() and int(number) < len(authors) else ""
                # What a threaded comment leaves for older programs repeats it.
                if not who.startswith("tc="):
                    yield comment_line(who, _text(one), attribute(one, "ref"))


_shown = lru_cache(maxsize=20_000)(lambda value, code, mac: shown(value, code, mac=mac))


def _each(data: bytes, *names: str) -> Iterator[Any]:
    """Yield elements of these names one by one; what was yielded is forgotten, so that a large sheet fits."""
    if b"<!DOCTYPE" in data[:4096].replace(b"\0", b""):
        parse(data)  # says so where it defines entities
    tags = [f"{{*}}{name}" for name in names]
    walk = etree.iterparse(io.BytesIO(data), tag=tags, resolve_entities=False, load_dtd=False, no_network=True)
    for _, element in walk:
        yield element
        element.clear()
        before = element.getprevious()
        while before is not None:
            element.getparent().remove(before)
            before = element.getprevious()


def _text(element: Any) -> str:
    """What a string says: without the readings beside it (furigana)."""
    out = []
    for one in element.iter():
        if local(one) == "t" and local(one.getparent()) != "rPh":
            out.append(one.text or "")
    return "".join(out)


def _header(told: str) -> str:
    """What a header says: without its codes for fonts, page numbers and dates of the day."""
    bare = _HEADER_CODE.sub(lambda m: "&" if m[0] == "&&" else "\t" if m[0].upper() in ("&L", "&C", "&R") else "", told)
    return bare.strip()


def _column(letters: str) -> int:
    """Return a column's place from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
