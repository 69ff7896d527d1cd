"""Word: all that a reader of the printed file sees, and its comments; what was deleted with tracked changes stays out.

One walk serves .docx (Transitional and Strict), Flat OPC and the XML of Word 2003: their elements have the same names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dms.adapters.examine.readers import drawing
from dms.adapters.examine.readers.chunks import chunk_lines
from dms.adapters.examine.readers.container import all_within, attribute, child, local, parse
from dms.adapters.examine.readers.embedded import embedded
from dms.adapters.examine.readers.flow import Flow, comment_line
from dms.adapters.examine.readers.numbering import Numbering
from dms.adapters.examine.readers.ooxml import Package, flat_parts
from dms.adapters.examine.readers.packed import flow_of, package_kind, read_package
from dms.adapters.examine.registry import Format, Sample, Source
from dms.domain.left_out import LeftOut
from dms.said import Said

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XML_2003 = "application/vnd.ms-word.xml"
_MAIN = "word/document.xml"
_KIND = r"wordprocessingml\.(document|template)\.main\+xml|ms-word\.(document|template)\.macroEnabled\w*\.main\+xml"
# Looks, settings and codes; not text.
_SKIPPED = frozenset({
    "rPr", "pPr", "tblPr", "tblPrEx", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "instrText", "delInstrText",
    "fldData", "binData", "proofErr", "docDefaults", "styles", "lists", "fonts", "docPr", "ctrlPr", "instr",
})  # fmt: skip
_DELETED = frozenset({"del", "moveFrom", "delText"})
_BLOCKS = frozenset({"p", "tbl"})
# Letters of symbol fonts that mean a ticked or empty box.
_SYMBOLS = {"F0FE": "☒", "F0FD": "☒", "F052": "☑", "F053": "☒", "F0FC": "✓", "F0FB": "✗", "F0A8": "☐", "F06F": "☐",
            "F0A3": "☐", "F0B7": "•", "F0D8": "➢", "F0E0": "→", "F0DF": "←", "F0A7": "▪"}  # fmt: skip
_NO_NOTES = ("separator", "continuationSeparator", "continuationNotice")


def _read(source: Source) -> Flow:
    return read_package(source, package_lines)


def _read_xml(source: Source) -> Flow:
    """Read Word's XML in one file: of 2003, or a package laid flat."""
    root = parse(source.path.read_bytes())
    if local(root) == "package":
        return flow_of(source, Package(flat_parts(root)), package_lines)
    text = Walk(Package({}), "")
    body = child(root, "body")
    lines = list(text.margins(root, "hdr"))
    lines += text.blocks(body if body is not None else root)
    lines += text.margins(root, "ftr")
    told = child(root, "DocumentProperties")
    said = {local(one): (one.text or "") for one in told} if told is not None else {}
    day = (said.get("LastSaved") or said.get("Created") or "")[:10]
    return Flow("\n".join(lines), said.get("Title", ""), day, said.get("Author", ""), left_out=tuple(text.left_out()))


def _is_xml(sample: Sample) -> bool:
    return sample.head[:5] == b"<?xml" and (
        b"schemas.microsoft.com/office/word/2003/wordml" in sample.head[:4096]
        or (b"schemas.microsoft.com/office/2006/xmlPackage" in sample.head[:4096] and b"/word/" in sample.head)
    )


FORMATS = (
    Format(_DOCX, Said("a Word file"), (".docx", ".docm", ".dotx", ".dotm"), package_kind(_KIND, _MAIN), _read),
    Format(_XML_2003, Said("a Word file saved as XML"), (), _is_xml, _read_xml, also=(".doc", ".xml")),
)


def package_lines(package: Package, source: Source) -> Flow:
    """Return the text of a Word package and the files embedded in it."""
    lines, told = walked(package)
    title, day, author = package.told()
    attachments, closed = embedded(package, source)
    return Flow("\n".join(lines), title, day, author, attachments, left_out=(*told, *closed))


def walked(package: Package, depth: int = 0) -> tuple[list[str], list[LeftOut]]:
    """Return the lines of a Word package, and what was passed over.

    Args:
        package: its parts.
        depth: how many documents this one lies in, as a chunk.
    """
    main = package.main(_MAIN)
    root = package.xml(main, needed=True)
    walk = Walk(package, main, numbering=Numbering(package, main), depth=depth)
    body = child(root, "body")
    lines = walk.other_parts("header")
    lines += walk.blocks(root if body is None else body)
    lines += walk.notes("footnotes", "footnote")
    lines += walk.notes("endnotes", "endnote")
    lines += walk.other_parts("footer")
    lines += walk.comments()
    return lines, walk.left_out()


class Walk:
    """Walks one part of a Word file, collecting lines.

    Args:
        package: the file.
        part: the part walked.
        numbering: of its lists; none of them is numbered where None.
        depth: how many documents this one lies in, as a chunk.
    """

    def __init__(self, package: Package, part: str, *, numbering: Numbering | None = None, depth: int = 0) -> None:
        self._package, self._part, self._numbering, self._depth = package, part, numbering, depth
        self._deleted = 0
        self._left_out: list[LeftOut] = []

    def left_out(self) -> list[LeftOut]:
        """Name what was passed over."""
        told = [LeftOut("deleted", self._deleted)] if self._deleted else []
        return told + self._left_out

    def other_parts(self, kind: str) -> list[str]:
        """Return the lines of all headers or footers, each text once."""
        lines: list[str] = []
        for part in self._package.related(self._part, kind):
            root = self._package.xml(part)
            for line in self._inside(part, root) if root is not None else ():
                if line.strip() and line not in lines:
                    lines.append(line)
        return lines

    def margins(self, root: Any, name: str) -> list[str]:
        """Return headers or footers that stand inside the section (Word 2003)."""
        found = [line for one in all_within(root, name) for line in self.blocks(one) if line.strip()]
        return list(dict.fromkeys(found))

    def notes(self, kind: str, name: str) -> list[str]:
        """Return the lines of all foot- or endnotes."""
        lines: list[str] = []
        for part in self._package.related(self._part, kind):
            root = self._package.xml(part)
            for note in all_within(root, name) if root is not None else ():
                if attribute(note, "type") not in _NO_NOTES:
                    lines += [line for line in self._inside(part, note) if line.strip()]
        return lines

    def comments(self) -> list[str]:
        """Return all comments with their authors."""
        lines: list[str] = []
        for part in self._package.related(self._part, "comments"):
            root = self._package.xml(part)
            for note in all_within(root, "comment") if root is not None else ():
                said = " ".join(line for line in self._inside(part, note) if line.strip())
                lines.append(comment_line(attribute(note, "author"), said))
        return lines

    def _inside(self, part: str, root: Any) -> list[str]:
        """Lines of another part: its pictures and charts are related from there."""
        other = Walk(self._package, part, numbering=self._numbering, depth=self._depth)
        lines = list(other.blocks(root))
        self._deleted += other._deleted
        self._left_out += other._left_out
        return lines

    def blocks(self, parent: Any) -> Iterator[str]:
        """Yield the lines of paragraphs and tables in order; whatever wraps them is looked through."""
        for one in parent:
            name = local(one)
            if name == "p":
                yield from self._paragraph(one)
            elif name == "tbl":
                yield from self._rows(one)
            elif name == "altChunk":
                lines, told = chunk_lines(self._package, self._part, attribute(one, "id"), self._depth)
                self._left_out += told
                yield from lines
            elif name == "AlternateContent":
                branch = drawing.alternative(one)
                if branch is not None:
                    yield from self.blocks(branch)
            elif not self._passed_over(one, name):
                yield from self.blocks(one)

    def _passed_over(self, element: Any, name: str) -> bool:
        if name in _DELETED or (name == "annotation" and attribute(element, "type") == "Word.Deletion"):
            said = any((t.text or "").strip() for t in element.iter() if local(t) in ("t", "delText"))
            self._deleted += said
            return True
        return name in _SKIPPED or name in ("hdr", "ftr") or name == "sectPr"

    def _paragraph(self, element: Any) -> Iterator[str]:
        line: list[str] = []
        beside: list[str] = []
        if self._numbering is not None:
            line.append(self._numbering.label(element))
        readings: list[str] = []
        self._runs(element, line, beside, readings)
        if readings:
            line.append(f"（{' '.join(readings)}）")
        text = "".join(line)
        if text.strip() or not beside:
            yield text
        yield from beside

    def _runs(self, parent: Any, line: list[str], beside: list[str], readings: list[str]) -> None:
        """Collect what stands in a line, and what is drawn beside it."""
        for one in parent:
            name = local(one)
            if name == "t":
                line.append(one.text or "")
            elif name in ("tab", "ptab"):
                line.append("\t")
            elif name in ("br", "cr"):
                line.append("\n")
            elif name in ("noBreakHyphen", "softHyphen"):
                line.append("-" if name == "noBreakHyphen" else "")
            elif name == "sym":
                line.append(_SYMBOLS.get(attribute(one, "char").upper(), ""))
            elif name == "ruby":
                reading: list[str] = []
                for piece in one:
                    self._runs(piece, reading if local(piece) == "rt" else line, beside, readings)
                readings.append("".join(reading))
            elif name == "ffData":
                line.append(_choice(one))
            elif name in _BLOCKS:
                beside += self.blocks([one])
            elif name == "txbxContent":
                beside += self.blocks(one)
            elif name in ("chart", "relIds", "textpath"):
                beside += drawing.shape_lines(self._package, self._part, [one])
            elif name == "AlternateContent":
                branch = drawing.alternative(one)
                if branch is not None:
                    self._runs(branch, line, beside, readings)
            elif name == "annotation" and attribute(one, "type") == "Word.Comment":
                beside.append(comment_line(attribute(one, "author"), " ".join(self.blocks(one))))
            elif not self._passed_over(one, name):
                self._runs(one, line, beside, readings)

    def _rows(self, table: Any) -> Iterator[str]:
        for row in _members(table, "tr"):
            if _is_deleted(row, "trPr", "del"):
                self._deleted += 1
                continue
            cells = [self._cell(one) for one in _members(row, "tc") if not _is_deleted(one, "tcPr", "cellDel")]
            yield "\t".join(cells)

    def _cell(self, cell: Any) -> str:
        """A cell in one line: paragraphs a blank apart, rows of a table in it three."""
        text = ""
        for one in cell:
            apart = "   " if local(one) == "tbl" else " "
            pieces = [" ".join(piece.split()) for line in self.blocks([one]) for piece in line.split("\t")]
            said = apart.join(piece for piece in pieces if piece)
            if said:
                text += apart + said if text else said
        return text


def _members(parent: Any, name: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, those in content controls too, not those of tables within."""
    for one in parent:
        if local(one) == name:
            yield one
        elif local(one) not in ("tbl", "tc", "p", *_DELETED):
            yield from _members(one, name)


def _is_deleted(element: Any, properties: str, mark: str) -> bool:
    return child(element, properties, mark) is not None


def _choice(form: Any) -> str:
    """What an old form field shows that is no text: the choice of a list, a ticked box."""
    options = child(form, "ddList")
    if options is not None:
        entries = [attribute(one, "val") for one in options if local(one) == "listEntry"]
        chosen = child(options, "result") if child(options, "result") is not None else child(options, "default")
        number = attribute(chosen, "val") if chosen is not None else "0"
        return entries[int(number)] if number.isdigit() and int(number) < len(entries) else ""
    box = child(form, "checkBox")
    if box is None:
        return ""
    state = child(box, "checked") if child(box, "checked") is not None else child(box, "default")
    return "☑" if state is not None and attribute(state, "val") not in ("0", "false", "off") else "☐"
