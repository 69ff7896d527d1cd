"""Web pages and HTML bodies as text: what a person sees, the alternative texts of pictures too; scripts never run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.flow import Flow


def html(source: str) -> Flow:
    """Return the text of a page; scripts are named as active content and never run."""
    parser = _Text()
    parser.feed(source)
    parser.close()
    active = ("scripts in HTML",) if parser.scripts else ()
    return Flow(clean("".join(parser.parts)), " ".join("".join(parser.title).split())[:200], active_content=active)


class _Text(HTMLParser):
    """Collects text; what browsers show on lines of its own gets lines of its own."""

    _HIDDEN = frozenset({"script", "style", "noscript", "template", "head"})
    _LINES = frozenset(
        {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "section", "article"}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title: list[str] = []
        self.scripts = False
        self._hidden: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts = self.scripts or tag == "script" or any(_is_script(name, value) for name, value in attrs)
        if tag == "body":
            self._hidden.clear()
        if tag in self._HIDDEN and tag not in self._hidden:
            self._hidden.append(tag)
        self._in_title = tag == "title"
        if tag in self._LINES:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            self._hidden.remove(tag)
        self._in_title = False
        if tag in self._LINES:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._hidden:
            self.parts.append(_BLANKS.sub(" ", data))


_BLANKS = re.compile(r"\s+")


def _is_script(name: str, value: str | None) -> bool:
    return name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "vbscript:"))
