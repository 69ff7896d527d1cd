"""Plain text, Markdown, CSV and HTML: encodings guessed carefully, scripts and styles left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.flow import Flow
from dms.errors import LimitExceeded
from dms.ports.examine import Limits

_MOST_BYTES_A_CHARACTER = 4
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read(path: Path, media_type: str, limits: Limits) -> Flow:
    """Read a text file.

    Raises:
        LimitExceeded: more text than is taken.
    """
    size = path.stat().st_size
    if size > limits.text * _MOST_BYTES_A_CHARACTER:
        raise LimitExceeded(f"The file holds {size / 1e6:,.0f} MB of text, more than is taken.", "Split it.")
    data = path.read_bytes()
    if media_type == "text/html":
        declared = _CHARSET.search(data[:4096])
        return html(decode(data, declared[1].decode("ascii") if declared else ""))
    return Flow(clean(decode(data)))


def decode(data: bytes, declared: str = "") -> str:
    """Return text in the encoding of its mark, as declared, or the first that fits: UTF-8, GB 18030, Big5."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for encoding in (declared, "utf-8", "gb18030", "big5"):
        if not encoding:
            continue
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue  # the next encoding may fit
    return data.decode("utf-8", "replace")


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
        self.scripts = self.scripts or tag == "script" or any(name.startswith("on") for name, _ in attrs)
        if tag == "body":
            self._hidden.clear()
        if tag in self._HIDDEN:
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
            self.parts.append(" ".join(data.split()) if data.strip() else " ")
