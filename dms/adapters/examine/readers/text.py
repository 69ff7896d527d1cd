"""Plain text, Markdown, CSV and HTML as people see them; scripts and styles left out."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.charset import Decoded, declared_in, decoded
from dms.adapters.examine.readers.flow import Flow
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Limits

_MOST_BYTES_A_CHARACTER = 4
# Guessed, and right in any case an office meets: Western letters standing singly.
_HARMLESS = frozenset({"cp1252"})


def read(path: Path, media_type: str, limits: Limits) -> Flow:
    """Read a text file.

    Raises:
        LimitExceeded: more text than is taken.
        Unreadable: nothing but blanks.
    """
    size = path.stat().st_size
    if size > limits.text * _MOST_BYTES_A_CHARACTER:
        raise LimitExceeded(f"The file holds {size / 1e6:,.0f} MB of text, more than is taken.", "Split it.")
    data = path.read_bytes()
    made = decoded(data, declared_in(data))
    flow = html(made.text) if media_type == "text/html" else Flow(clean(made.text))
    if not flow.text.strip():
        raise Unreadable("The file holds no text.", "Look whether the right file was sent.")
    return replace(flow, warnings=(*flow.warnings, *_doubts(made)))


def _doubts(made: Decoded) -> tuple[str, ...]:
    """Say where characters were lost, or the encoding is a guess that others would fit as well."""
    if made.lost:
        return (f"{made.lost:,} of its characters are damaged and could not be read.",)
    if made.sure or made.encoding in _HARMLESS:
        return ()
    return (f"It does not say its encoding; it was read as {made.encoding}. Look whether its letters are right.",)


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
