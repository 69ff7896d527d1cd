"""OpenDocument (text, tables, slides, drawings; packed or flat): as shown, with headers, notes and comments."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.container import BROKEN, all_within, attribute, child, container, local, parse
from dms.adapters.examine.readers.flow import Flow, comment_line
from dms.adapters.examine.readers.packed import asked_where_little
from dms.adapters.examine.registry import Format, Sample, Source, broken_zip
from dms.domain.left_out import LeftOut, together
from dms.errors import LimitExceeded, Unreadable
from dms.said import Said

_OPEN = "application/vnd.oasis.opendocument."
_MOST_CELLS = 500_000
_WIDEST = 50
_MOST_BLANKS = 200
_PARAGRAPHS = ("p", "h")
# Settings, styles, and what the page fills in by itself: its number, the day it is printed.
_SKIPPED = frozenset({
    "automatic-styles", "styles", "settings", "scripts", "font-face-decls", "meta", "page-number", "page-count",
    "sheet-name", "date-time", "number", "binary-data", "event-listeners", "content-validations",
    "calculation-settings", "database-ranges", "named-expressions", "forms-settings", "data-pilot-tables", "desc",
    "user-field-decls",
    "sequence-decls", "variable-decls", "table-of-content-source", "alphabetical-index-source", "image-map",
    "animations",
    "dde-connection-decls", "label-ranges", "par", "anim-par", "presentation-settings", "shapes-settings",
})  # fmt: skip
_MARGINS = ("header", "footer", "header-left", "footer-left", "header-first", "footer-first")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".svm", ".emf", ".wmf", ".tif", ".tiff", ".webp")
_MEDIA = (".mp3", ".mp4", ".wav", ".avi", ".mov", ".ogg", ".ogv", ".mkv", ".webm")
_NOT_SHOWN = ("META-INF/", "Configurations", "Thumbnails/", "Basic/", "Scripts/", "Dialogs/", "ObjectReplacements/",
              "layout-cache", "mimetype", "manifest.rdf", "settings.xml", "styles.xml", "meta.xml", "content.xml",
              "database/", "Fonts/", "Versions/", "current.xml", "VersionList.xml")  # fmt: skip


def _named(kind: str) -> Any:
    wanted = (_OPEN + kind, f"{_OPEN}{kind}-template", f"{_OPEN}{kind}-master")
    return lambda sample: sample.mimetype in wanted


def _is_flat(sample: Sample) -> bool:
    return sample.head[:5] == b"<?xml" and b":opendocument:xmlns:office:1.0" in sample.head and (
        b"<office:document " in sample.head or b"<office:document\n" in sample.head
    )  # fmt: skip


def _read(source: Source) -> Flow:
    """Read a packed document.

    Raises:
        Unreadable: damaged, or locked with a password.
        LimitExceeded: a zip bomb, or more cells than are taken.
    """
    with container(source.path) as archive:
        names = set(archive.namelist())
        _refuse_locked(archive, names)
        if "content.xml" not in names:
            raise broken_zip()
        content = parse(_data(archive, "content.xml"))
        styles = parse(_data(archive, "styles.xml")) if "styles.xml" in names else None
        meta = parse(_data(archive, "meta.xml")) if "meta.xml" in names else None
        walk = _Walk(archive, names, source.limits.text)
        flow = _flow(walk, content, styles, meta)
        unread = _unread(names - walk.read)
    return replace(
        flow,
        active_content=("macros",) if _has_macros(names) else (),
        signed="META-INF/documentsignatures.xml" in names,
        left_out=together((*flow.left_out, *asked_where_little(unread, flow.text))),
    )


def _read_flat(source: Source) -> Flow:
    root = parse(source.path.read_bytes())
    walk = _Walk(None, set(), source.limits.text)
    flow = _flow(walk, root, root, root)
    pictures = sum(1 for _ in all_within(root, "image"))
    told = asked_where_little([LeftOut("pictures", pictures)] if pictures else [], flow.text)
    return replace(flow, left_out=together((*flow.left_out, *told)))


FORMATS = (
    Format(_OPEN + "text", Said("an OpenDocument text"), (".odt", ".ott", ".odm"), _named("text"), _read),
    Format(_OPEN + "spreadsheet", Said("an OpenDocument table"), (".ods", ".ots"), _named("spreadsheet"), _read),
    Format(
        _OPEN + "presentation", Said("an OpenDocument presentation"), (".odp", ".otp"), _named("presentation"), _read
    ),
    Format(_OPEN + "graphics", Said("an OpenDocument drawing"), (".odg", ".otg"), _named("graphics"), _read),
    Format(
        _OPEN + "flat",
        Said("an OpenDocument file in one piece"),
        (".fodt", ".fods", ".fodp", ".fodg"),
        _is_flat,
        _read_flat,
        also=(".xml",),
    ),
)


def _data(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (*BROKEN, KeyError):
        raise broken_zip() from None


def _refuse_locked(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "META-INF/manifest.xml" in names and b"encryption-data" in _data(archive, "META-INF/manifest.xml"):
        raise Unreadable(Said("The file is locked with a password."), Said("Save it without one, and drop that."))


def _has_macros(names: Iterable[str]) -> bool:
    return any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names)


def _flow(walk: _Walk, content: Any, styles: Any, meta: Any) -> Flow:
    body = child(content, "body")
    margins = list(walk.margins(styles, content)) if styles is not None else []
    lines = list(walk.blocks(body)) if body is not None else []
    heads = [line for kind, line in margins if kind.startswith("header")]
    feet = [line for kind, line in margins if kind.startswith("footer")]
    said = child(meta, "meta") if meta is not None else None
    told = {local(one): (one.text or "").strip() for one in said} if said is not None else {}
    day = (told.get("date") or told.get("creation-date") or "")[:10]
    text = clean("\n".join([*heads, *lines, *feet]))
    author = told.get("creator") or told.get("initial-creator") or ""
    return Flow(text, told.get("title", ""), day, author, left_out=tuple(walk.left_out()))


def _unread(names: Iterable[str]) -> list[LeftOut]:
    kept = sorted(n for n in names if not n.endswith("/") and not any(piece in n for piece in _NOT_SHOWN))
    pictures = [n for n in kept if n.lower().endswith(_PICTURES)]
    media = [n for n in kept if n.lower().endswith(_MEDIA)]
    unknown = [n for n in kept if n not in pictures and n not in media]
    found = []
    if pictures:
        found.append(LeftOut("pictures", len(pictures)))
    if media:
        found.append(LeftOut("media", len(media), tuple(media[:20])))
    if unknown:
        found.append(LeftOut("embedded", len(unknown), tuple(unknown[:20]), ask=True))
    return found


class _Walk:
    """Walks the body of a document, collecting lines.

    Args:
        archive: of which parts within the document are read; None for a flat one.
        names: of its parts.
        most: characters.
    """

    def __init__(self, archive: zipfile.ZipFile | None, names: set[str], most: int) -> None:
        self._archive, self._names, self._most = archive, names, most
        self.read: set[str] = set()
        self._cells = self._deleted = self._without_result = 0
        self._no_result: list[str] = []
        self._damaged: list[str] = []

    def left_out(self) -> Iterator[LeftOut]:
        """Name what was passed over."""
        if self._deleted:
            yield LeftOut("deleted", self._deleted)
        if self._without_result:
            yield LeftOut("no_result", self._without_result, tuple(self._no_result), ask=True)
        if self._damaged:
            yield LeftOut("damaged", len(self._damaged), tuple(self._damaged), ask=True)

    def margins(self, styles: Any, content: Any) -> Iterator[tuple[str, str]]:
        """Yield kind and line of headers and footers that pages of this document use, each once."""
        used = {attribute(one, "master-page-name") for one in content.iter()} | {"Standard"}
        pages = {attribute(one, "name"): one for one in all_within(styles, "master-page")}
        used |= {attribute(page, "next-style-name") for name, page in pages.items() if name in used}
        seen: set[str] = set()
        for name, page in pages.items():
            for margin in page if name in used else ():
                kind = local(margin)
                if kind in _MARGINS and attribute(margin, "display") != "false":
                    said = self.blocks(margin)
                elif kind in ("frame", "custom-shape") and not attribute(margin, "placeholder"):
                    kind, said = "footer", self.blocks([margin])
                else:
                    continue
                for line in said:
                    if line.strip() and line not in seen:
                        seen.add(line)
                        yield kind, line

    def blocks(self, parent: Any) -> Iterator[str]:
        """Yield the lines of all that stands in an element."""
        for one in parent:
            name = local(one)
            if name in _SKIPPED:
                continue
            if name in _PARAGRAPHS:
                yield from self._paragraph(one)
            elif name == "tracked-changes":
                self._deleted += sum(1 for _ in all_within(one, "deletion"))
            elif name == "table" and one.tag.endswith("table:1.0}table"):
                if attribute(one, "name") and local(parent) == "spreadsheet":
                    yield attribute(one, "name")
                yield from self._rows(one)
            elif name == "annotation":
                yield self._comment(one)
            elif name == "object":
                yield from self._object(one)
            elif name in ("title",) and local(parent) != "chart":
                continue
            else:
                if name in ("button", "checkbox", "radio", "fixed-text", "frame") and attribute(one, "label"):
                    yield attribute(one, "label")
                shown = attribute(one, "current-value") or (attribute(one, "value") if "form:1.0}" in one.tag else "")
                if shown:
                    yield shown
                yield from self.blocks(one)

    def _paragraph(self, element: Any) -> Iterator[str]:
        line: list[str] = []
        beside: list[str] = []
        readings: list[str] = []
        self._runs(element, line, beside, readings)
        if readings:
            line.append(f"（{' '.join(readings)}）")
        text = "".join(line)
        if text.strip() or not beside:
            yield text
        yield from beside

    def _runs(self, element: Any, line: list[str], beside: list[str], readings: list[str]) -> None:
        line.append(element.text or "")
        for one in element:
            name = local(one)
            if name == "s":
                count = attribute(one, "c")
                line.append(" " * min(int(count) if count.isdigit() else 1, _MOST_BLANKS))
            elif name == "tab":
                line.append("\t")
            elif name == "line-break":
                line.append("\n")
            elif name == "annotation":
                beside.append(self._comment(one))
            elif name == "note":
                body = child(one, "note-body")
                beside += self.blocks(body) if body is not None else []
            elif name == "ruby-text":
                readings.append("".join(one.itertext()))
            elif name in _SKIPPED or name in ("note-citation", "bookmark", "soft-page-break"):
                pass
            elif "drawing:1.0}" in str(one.tag) and name != "a":
                beside += self.blocks([one])
            else:
                self._runs(one, line, beside, readings)
            line.append(one.tail or "")

    def _comment(self, element: Any) -> str:
        who = child(element, "creator")
        said = " ".join(line for p in element if local(p) in (*_PARAGRAPHS, "list") for line in self.blocks([p]))
        return comment_line("" if who is None else who.text or "", said)

    def _rows(self, table: Any) -> Iterator[str]:
        comments: list[str] = []
        for row in table:
            name = local(row)
            if name == "table-row":
                line = self._row(row, comments, attribute(table, "name"))
                if line:
                    yield line
                    if attribute(row, "number-rows-repeated").isdigit():
                        # The same again is shown again, as often as a page or so has room.
                        for _ in range(min(int(attribute(row, "number-rows-repeated")), _WIDEST) - 1):
                            yield line
            elif name in ("table-header-rows", "table-rows", "table-row-group"):
                yield from self._rows(row)
            elif name == "shapes":
                yield from self.blocks(row)
        yield from comments

    def _row(self, row: Any, comments: list[str], table: str) -> str:
        cells: list[str] = []
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            text = self._cell(cell, comments, table)
            repeated = attribute(cell, "number-columns-repeated")
            cells += [text] * min(int(repeated) if repeated.isdigit() else 1, _WIDEST)
        self._cells += sum(1 for one in cells if one)
        if self._cells > _MOST_CELLS:
            raise LimitExceeded(
                Said("The workbook has more than {most_cells:,} cells.", most_cells=_MOST_CELLS),
                Said("Split it, or save what matters as PDF."),
            )
        return "\t".join(cells).rstrip()

    def _cell(self, cell: Any, comments: list[str], table: str) -> str:
        pieces = []
        for one in cell:
            if local(one) == "annotation":
                comments.append(self._comment(one))
            else:
                pieces += [" ".join(line.split()) for line in self.blocks([one])]
        text = " ".join(piece for piece in pieces if piece)
        if not text and attribute(cell, "formula") and attribute(cell, "value-type") not in ("string",):
            value = attribute(cell, "value") or attribute(cell, "date-value") or attribute(cell, "boolean-value")
            if not value:
                self._without_result += 1
                self._no_result.append(table) if table not in self._no_result else None
            return value
        return text

    def _object(self, element: Any) -> Iterator[str]:
        """Yield the lines of a chart, table or formula within the document."""
        inside = next((one for one in element if local(one) in ("document", "math")), None)
        if inside is not None:
            yield from self.blocks(inside)
            return
        place = attribute(element, "href").removeprefix("./") + "/content.xml"
        if self._archive is None or place not in self._names or place in self.read:
            return
        self.read |= {n for n in self._names if n.startswith(place.removesuffix("content.xml"))}
        try:
            root = parse(_data(self._archive, place))
        except Unreadable:
            self._damaged.append(place)
            return
        if local(root) == "math":
            yield "".join("".join(one.itertext()) for one in root if local(one) == "semantics") or "".join(
                root.itertext()
            )
        else:
            yield from self.blocks(root)
