"""OFD (版式文件, the Chinese counterpart of PDF): text by its place on the page, notes and stamps, attachments.

Unpacking an OFD breaks its seals, so it is read where it lies and kept byte for byte. Written from public samples and
public texts; nobody here has read GB/T 33190 whole, and no conformance is claimed.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.container import BROKEN, all_within, attribute, child, container, local, parse
from dms.adapters.examine.readers.embedded import keep
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.packed import asked_where_little
from dms.adapters.examine.registry import Format, Sample, Source, broken_zip
from dms.domain.left_out import LeftOut, together
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Attachment
from dms.said import Said

_DATA = (".xml", ".xbrl")
# Parts of a line this many letters apart are columns, this many are words.
_COLUMN, _BLANK = 1.8, 0.3
_SAME_LINE = 0.6


def _is_ofd(sample: Sample) -> bool:
    return any(name.lower().lstrip("/\\") == "ofd.xml" for name in sample.entries)


def _read(source: Source) -> Flow:
    """Read an OFD.

    Raises:
        Unreadable: damaged.
        LimitExceeded: a zip bomb, or too many pages.
    """
    with container(source.path) as archive:
        return _Reader(archive, source).flow()


FORMATS = (Format("application/ofd", Said("an OFD document"), (".ofd",), _is_ofd, _read),)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text on a page: millimetres from the left and the top of its first letter's baseline point."""

    x: float
    y: float
    width: float
    size: float
    text: str


class _Reader:
    """Reads one OFD.

    Args:
        archive: the container.
        source: the file.
    """

    def __init__(self, archive: zipfile.ZipFile, source: Source) -> None:
        self._archive, self._source = archive, source
        # Upper and lower case and slashes are sometimes wrong.
        self._names = {one.replace("\\", "/").lstrip("/").lower(): one for one in archive.namelist()}
        self._attachments: list[Attachment] = []
        self._data: list[str] = []
        self._missing: list[str] = []
        self._pictures = self._drawn = 0

    def flow(self) -> Flow:
        """Return its text and what it says of itself."""
        root = self._xml("OFD.xml")
        if root is None:
            raise broken_zip()
        lines: list[str] = []
        signed = False
        for body in all_within(root, "DocBody"):
            place = _path("", _said(body, "DocRoot"))
            document = self._xml(place) if place else None
            if document is None:
                self._missing.append(place or "DocRoot")
                continue
            lines += self._document(place, document)
            signatures = self._xml(_path("", _said(body, "Signatures")))
            signed = signed or (signatures is not None and any(True for _ in all_within(signatures, "Signature")))
        if not lines and self._missing:
            raise Unreadable(
                Said("The OFD is damaged or incomplete: its pages are missing."), Said("Ask for it again.")
            )
        info = next(all_within(root, "DocInfo"), None)
        told = {local(one): (one.text or "").strip() for one in info} if info is not None else {}
        text = clean("\n".join(lines))
        day = (told.get("CreationDate") or told.get("ModDate") or "")[:10].replace("/", "-")
        return Flow(
            text,
            told.get("Title", ""),
            day if len(day) == 10 else "",
            told.get("Author", ""),
            tuple(self._attachments),
            signed=signed,
            left_out=together(self._left_out(text)),
        )

    def _left_out(self, text: str) -> Iterator[LeftOut]:
        yield from asked_where_little([LeftOut("pictures", self._pictures)] if self._pictures else [], text)
        if self._data:
            yield LeftOut("data", len(self._data), tuple(self._data))
        if self._missing:
            yield LeftOut("damaged", len(self._missing), tuple(self._missing), ask=True)
        if self._drawn:
            yield LeftOut("unknown", self._drawn, ask=True)

    def _document(self, place: str, document: Any) -> Iterator[str]:
        templates: dict[str, str] = {}
        for one in all_within(document, "TemplatePage"):
            templates[attribute(one, "ID")] = _path(place, attribute(one, "BaseLoc"))
        pages = [_path(place, attribute(one, "BaseLoc")) for one in all_within(document, "Page")]
        if len(pages) > self._source.limits.pages:
            raise LimitExceeded(
                Said("The OFD has {count:,} pages, more than are taken.", count=len(pages)), Said("Split it.")
            )
        notes = self._annotations(place, _said(document, "Annotations"))
        identities = [attribute(one, "ID") for one in all_within(document, "Page")]
        for identity, page in zip(identities, pages, strict=True):
            root = self._xml(page)
            if root is None:
                self._missing.append(page)
                continue
            pieces: list[_Piece] = []
            for one in all_within(root, "Template"):
                under = self._xml(templates.get(attribute(one, "TemplateID"), ""))
                if under is not None:
                    pieces += self._pieces(under)
            pieces += self._pieces(root)
            yield from lines_of(pieces)
            yield from notes.get(identity, [])
            yield ""
        self._attached(place, _said(document, "Attachments"))

    def _pieces(self, root: Any) -> Iterator[_Piece]:
        for one in root.iter():
            name = local(one)
            if name == "TextObject":
                yield from _text_object(one)
            elif name == "ImageObject":
                self._pictures += 1
            elif name == "CompositeObject":
                self._drawn += 1

    def _annotations(self, place: str, said: str) -> dict[str, list[str]]:
        """Return the lines of stamps, notes and watermarks by the id of their page."""
        listed = self._xml(_path(place, said))
        found: dict[str, list[str]] = {}
        for page in all_within(listed, "Page") if listed is not None else ():
            part = _path(_path(place, said), _said(page, "FileLoc"))
            root = self._xml(part)
            for note in all_within(root, "Annot") if root is not None else ():
                lines = list(lines_of(list(self._pieces(note))))
                remark = _said(note, "Remark")
                lines += [remark] if remark else []
                found.setdefault(attribute(page, "PageID"), []).extend(lines)
        return found

    def _attached(self, place: str, said: str) -> None:
        listed = self._xml(_path(place, said))
        for one in all_within(listed, "Attachment") if listed is not None else ():
            inside = _path(_path(place, said), _said(one, "FileLoc") or (one.text or "").strip())
            name = attribute(one, "Name") or posixpath.basename(inside)
            suffix = posixpath.splitext(inside)[1]
            if suffix.lower() in _DATA:
                self._data.append(name)
                continue
            data = self._bytes(inside)
            if not data or len(self._attachments) >= self._source.limits.parts:
                self._missing.append(name)
                continue
            shown = name if name.lower().endswith(suffix.lower()) else name + suffix
            self._attachments.append(keep(self._source.work, len(self._attachments) + 1, shown, data))

    def _xml(self, place: str) -> Any:
        data = self._bytes(place)
        if not data:
            return None
        try:
            return parse(data)
        except Unreadable as problem:
            if "attack" in problem.message:
                raise
            return parse(data, patient=True)

    def _bytes(self, place: str) -> bytes:
        name = self._names.get(place.lower())
        if name is None:
            return b""
        try:
            return self._archive.read(name)
        except (*BROKEN, KeyError):
            raise broken_zip() from None


def _path(base: str, said: str) -> str:
    """Return where a location leads: from the root, or from the file that names it; empty where nothing is said."""
    said = said.strip().replace("\\", "/")
    if not said:
        return ""
    joined = said if said.startswith("/") else posixpath.join(posixpath.dirname(base), said)
    return posixpath.normpath(joined).lstrip("/")


def _said(element: Any, name: str) -> str:
    found = child(element, name)
    return "" if found is None else (found.text or "").strip()


def _text_object(element: Any) -> Iterator[_Piece]:
    box = (_numbers(attribute(element, "Boundary")) + [0.0] * 4)[:4]
    matrix = _numbers(attribute(element, "CTM"))
    a, b, c, d, e, f = matrix if len(matrix) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    size = (_numbers(attribute(element, "Size")) or [3.5])[0] * (abs(d) or abs(b) or 1.0)
    x = y = 0.0
    for one in element:
        if local(one) != "TextCode":
            continue
        x = (_numbers(attribute(one, "X")) or [x])[0]
        y = (_numbers(attribute(one, "Y")) or [y])[0]
        text = "".join(one.itertext())
        if text.strip():
            steps = _steps(attribute(one, "DeltaX"), len(text))
            width = (sum(steps) if steps else size * len(text)) * (abs(a) or 1.0)
            yield _Piece(
                box[0] + a * x + c * y + e, box[1] + b * x + d * y + f, width + (size if steps else 0), size, text
            )


def _steps(told: str, letters: int) -> list[float]:
    """Return the advances of a text's letters: ``g 11 1.5`` is eleven times 1.5."""
    words = told.split()
    steps: list[float] = []
    place = 0
    while place < len(words) and len(steps) < letters:
        if words[place] == "g" and place + 2 < len(words):
            count, step = _numbers(f"{words[place + 1]} {words[place + 2]}") or [0, 0]
            steps += [step] * min(int(count), letters)
            place += 3
        else:
            steps += _numbers(words[place])
            place += 1
    return steps[: max(0, letters - 1)]


def _numbers(told: str) -> list[float]:
    try:
        return [float(one) for one in told.split()]
    except ValueError:
        return []


def lines_of(pieces: list[_Piece]) -> Iterator[str]:
    """Yield the lines of a page: what stands at one height, from left to right, columns apart."""
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda one: (one.y, one.x)):
        if rows and abs(rows[-1][0].y - piece.y) < _SAME_LINE * min(rows[-1][0].size, piece.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        line, end = "", 0.0
        for piece in sorted(row, key=lambda one: one.x):
            if line:
                gap = (piece.x - end) / (piece.size or 1.0)
                line += "\t" if gap > _COLUMN else " " if gap > _BLANK else ""
            line += piece.text
            end = piece.x + piece.width
        yield line
