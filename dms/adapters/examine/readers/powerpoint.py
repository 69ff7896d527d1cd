"""PowerPoint: slides in their order with tables, charts, diagrams, notes and comments; what stands on the masters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dms.adapters.examine.noise import title_told
from dms.adapters.examine.readers.container import all_within, attribute, child, local
from dms.adapters.examine.readers.drawing import paragraph, shape_lines
from dms.adapters.examine.readers.embedded import embedded
from dms.adapters.examine.readers.flow import Flow, comment_line
from dms.adapters.examine.readers.ooxml import Package
from dms.adapters.examine.readers.packed import package_kind, read_package
from dms.adapters.examine.registry import Format, Source
from dms.said import Said

_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_MAIN = "ppt/presentation.xml"
_KIND = (
    r"presentationml\.(presentation|slideshow|template)\.main\+xml"
    r"|ms-powerpoint\.(presentation|slideshow|template|addin)\.macroEnabled\.main\+xml"
)
_SUFFIXES = (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm")


def _read(source: Source) -> Flow:
    return read_package(source, _lines)


FORMATS = (Format(_PPTX, Said("a PowerPoint file"), _SUFFIXES, package_kind(_KIND, _MAIN), _read),)


def _lines(package: Package, source: Source) -> Flow:
    main = package.main(_MAIN)
    root = package.xml(main, needed=True)
    listed = child(root, "sldIdLst")
    # "id" is there twice: the slide's own and, with a namespace, its relation's.
    order = [
        next((v for k, v in one.attrib.items() if k.endswith("}id")), "") for one in (() if listed is None else listed)
    ]
    relations = package.relations(main)
    slides = [relations[one].target for one in order if one in relations]
    authors = _authors(package, main)
    lines: list[str] = []
    title = ""
    for part in slides:
        slide = package.xml(part)
        if slide is None:
            continue
        title = title or _title(slide)
        lines += shape_lines(package, part, slide)
        lines += _notes(package, part)
        lines += _comments(package, part, authors)
        lines.append("")
    lines += _of_masters(package, slides)
    told, day, author = package.told()
    attachments, closed = embedded(package, source)
    return Flow("\n".join(lines), title_told(told) or title, day, author, attachments, left_out=tuple(closed))


def _title(slide: Any) -> str:
    """What stands in a slide's title, empty where it has none."""
    for shape in all_within(slide, "sp"):
        place = next(all_within(shape, "ph"), None)
        if place is not None and attribute(place, "type") in ("title", "ctrTitle"):
            return " ".join(" ".join(paragraph(p) for p in all_within(shape, "p")).split())
    return ""


def _notes(package: Package, slide: str) -> Iterator[str]:
    for part in package.related(slide, "notesSlide"):
        root = package.xml(part)
        if root is not None:
            yield from shape_lines(package, part, root)


def _authors(package: Package, main: str) -> dict[str, str]:
    found = {}
    for part in package.related(main, "commentAuthors", "authors"):
        root = package.xml(part)
        for one in root if root is not None else ():
            found[attribute(one, "id")] = attribute(one, "name")
    return found


def _comments(package: Package, slide: str, authors: dict[str, str]) -> Iterator[str]:
    for part in package.related(slide, "comments"):
        root = package.xml(part)
        for one in root.iter() if root is not None else ():
            if local(one) in ("cm", "reply"):
                said = [t.text or "" for t in one if local(t) == "text"]
                body = child(one, "txBody")
                said += [paragraph(p) for p in all_within(body, "p")] if body is not None else []
                yield comment_line(authors.get(attribute(one, "authorId"), ""), " ".join(said))


def _of_masters(package: Package, slides: list[str]) -> Iterator[str]:
    """What slides show without holding it: texts of their layouts and masters that are no placeholders."""
    layouts = list(dict.fromkeys(one for slide in slides for one in package.related(slide, "slideLayout")))
    masters = list(dict.fromkeys(one for layout in layouts for one in package.related(layout, "slideMaster")))
    for part in (*layouts, *masters):
        root = package.xml(part)
        for shape in list(all_within(root, "sp")) if root is not None else ():
            if next(all_within(shape, "ph"), None) is None:
                yield from shape_lines(package, part, shape)
