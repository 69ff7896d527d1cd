"""What is drawn in Office files: paragraphs of shapes, tables on slides, charts and diagrams, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dms.adapters.examine.readers.container import all_within, attribute, child, local
from dms.adapters.examine.readers.number_format import shown
from dms.adapters.examine.readers.ooxml import Package

_SKIPPED = frozenset({"pPr", "rPr", "endParaRPr", "bodyPr", "lstStyle", "nvSpPr", "nvPr", "tcPr", "tblPr", "tblGrid"})
# Not what a slide says but where it stands: number, date of today.
_OF_THE_PAGE = ("sldNum", "dt")


def alternative(element: Any) -> Any:
    """Return the branch of an AlternateContent that says something: a newer one first; None where none does."""
    for wanted in ("Choice", "Fallback"):
        for branch in element:
            if local(branch) == wanted and any(local(one) in _SAYING for one in branch.iter()):
                return branch
    return None


_SAYING = frozenset({"t", "chart", "relIds", "textpath", "txbxContent", "oleObj", "OLEObject", "v"})


def paragraph(element: Any) -> str:
    """Return the text of one DrawingML paragraph; line breaks stay."""
    parts: list[str] = []
    for one in element.iter():
        name = local(one)
        if name == "t":
            # A slide's number and the day it is shown are none of its words.
            filled_in = attribute(one.getparent(), "type") if local(one.getparent()) == "fld" else ""
            if not filled_in.startswith(("slidenum", "datetime")):
                parts.append(one.text or "")
        elif name == "br":
            parts.append("\n")
        elif name == "tab" and local(one.getparent()) != "tabLst":
            parts.append("\t")
    return "".join(parts)


def shape_lines(package: Package, part: str, element: Any) -> Iterator[str]:
    """Yield what shapes say in order: text, tables, charts, diagrams, groups.

    Args:
        package: the file.
        part: the part the shapes stand in.
        element: the shapes' tree.
    """
    for one in element:
        name = local(one)
        if name in _SKIPPED:
            continue
        if name == "AlternateContent":
            branch = alternative(one)
            if branch is not None:
                yield from shape_lines(package, part, branch)
        elif name in ("sp", "wsp") and _place(one) in _OF_THE_PAGE:
            continue
        elif name == "p":
            text = paragraph(one)
            if text.strip():
                yield text
        elif name == "tbl":
            yield from table_lines(one)
        elif name == "chart":
            yield from chart_lines(package, part, attribute(one, "id"))
        elif name == "relIds":
            yield from diagram_lines(package, part, attribute(one, "dm"))
        elif name == "textpath":
            yield attribute(one, "string")
        else:
            yield from shape_lines(package, part, one)


def _place(shape: Any) -> str:
    """The kind of placeholder a shape is, empty where it is none."""
    found = next(all_within(shape, "ph"), None)
    return "" if found is None else attribute(found, "type") or "body"


def table_lines(table: Any) -> Iterator[str]:
    """Yield a slide table's rows, cells between tabs."""
    for row in all_within(table, "tr"):
        cells = [one for one in row if local(one) == "tc"]
        yield "\t".join(" ".join(" ".join(paragraph(p) for p in all_within(c, "p")).split()) for c in cells)


def chart_lines(package: Package, part: str, identity: str) -> Iterator[str]:
    """Yield titles, series, categories and values of a chart."""
    relation = package.relations(part).get(identity)
    if relation is None or relation.outside:
        return
    root = package.xml(relation.target)
    if root is None:
        return
    for one in all_within(root, "p"):
        text = paragraph(one)
        if text.strip():
            yield text
    categories: list[str] = []
    for series in all_within(root, "ser"):
        named = _cached(child(series, "cat") if child(series, "cat") is not None else child(series, "xVal"))
        if named and named != categories:
            categories = named
            yield "\t".join(["", *named])
        values = _cached(child(series, "val") if child(series, "val") is not None else child(series, "yVal"))
        title = _cached(child(series, "tx"))
        if title or values:
            yield "\t".join([" ".join(title), *values])
    # Newer charts (histograms, maps) keep their data apart.
    for dimension in ("strDim", "numDim"):
        for one in all_within(root, dimension):
            yield "\t".join(p.text for p in all_within(one, "pt") if p.text)
    for one in all_within(root, "txData"):
        value = child(one, "v")
        if value is not None and value.text:
            yield value.text


def _cached(element: Any) -> list[str]:
    """What a reference to cells was last seen to hold, as shown."""
    if element is None:
        return []
    code = next((one.text or "" for one in all_within(element, "formatCode")), "General")
    found = []
    for one in all_within(element, "pt"):
        value = child(one, "v")
        if value is not None and value.text:
            numeric = local(one.getparent()) in ("numCache", "numLit")
            found.append(shown(value.text, attribute(one, "formatCode") or code) if numeric else value.text)
    if not found:
        found = [v.text for v in all_within(element, "v") if v.text]
    return [" ".join(one.split()) for one in found]


def diagram_lines(package: Package, part: str, identity: str) -> Iterator[str]:
    """Yield what the nodes of a diagram (SmartArt) say."""
    relation = package.relations(part).get(identity)
    root = None if relation is None or relation.outside else package.xml(relation.target)
    for one in all_within(root, "p") if root is not None else ():
        text = paragraph(one)
        if text.strip():
            yield text
