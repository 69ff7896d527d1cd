"""Plain text, Markdown, CSV and HTML: encodings guessed carefully, scripts and styles left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.flow import Flow
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Limits
from dms.said import Said

_MOST_BYTES_A_CHARACTER = 4
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# The characters that make up much of any Chinese text, Simplified and Traditional: they tell GB 18030 from Big5.
_COMMON = frozenset(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好"
    "都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把"
    "法此实回二理美点月明其种声全工己话者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西"
    "再平真听世气信北少关并内加化由却代军产入先山五太水万市期品合户客单订价款额付收签章表号档案份"
    "這來國個說們為時會過學對裡後麼沒於還發當無開從動兩長樣現將與進實點種聲話給業間電門東氣關產戶單訂價額簽號檔"
)
_SAMPLE = 20_000
_FEW_NULLS = 0.02
_MANY_NULLS = 0.2


def read(path: Path, media_type: str, limits: Limits) -> Flow:
    """Read a text file.

    Raises:
        LimitExceeded: more text than is taken.
        Unreadable: nothing but blanks.
    """
    size = path.stat().st_size
    if size > limits.text * _MOST_BYTES_A_CHARACTER:
        raise LimitExceeded(
            Said("The file holds {size:,.0f} MB of text, more than is taken.", size=size / 1e6), Said("Split it.")
        )
    data = path.read_bytes()
    if media_type == "text/html":
        declared = _CHARSET.search(data[:4096])
        flow = html(decode(data, declared[1].decode("ascii") if declared else ""))
    else:
        flow = Flow(clean(decode(data)))
    if not flow.text.strip():
        raise Unreadable(Said("The file holds no text."), Said("Look whether the right file was sent."))
    return flow


def decode(data: bytes, declared: str = "") -> str:
    """Return text in the encoding its mark names, as declared, or as fits best: UTF-8, UTF-16, GB 18030, Big5."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for encoding in (declared, "utf-8", unmarked_utf16(data)):
        told = _decoded(data, encoding)
        if told is not None:
            return told
    fitting = [told for told in (_decoded(data, e) for e in ("gb18030", "big5hkscs")) if told is not None]
    if fitting:
        return max(fitting, key=_likeness)  # the first one where they are alike
    # Broken in places: whichever loses least.
    return min((data.decode(e, "replace") for e in ("utf-8", "gb18030", "big5hkscs")), key=lambda t: t.count("\ufffd"))


def _decoded(data: bytes, encoding: str) -> str | None:
    """Return the text, None where it is not in this encoding (or there is no such text encoding)."""
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeError, LookupError, ValueError):
        return None


def unmarked_utf16(data: bytes) -> str:
    """Return the UTF-16 a text without a mark is in, empty where it is in none: every other byte is often zero."""
    even, odd = data[0:_SAMPLE:2], data[1:_SAMPLE:2]
    if not odd:
        return ""
    high_first, high_last = even.count(0) / len(even), odd.count(0) / len(odd)
    if high_last > _MANY_NULLS and high_first < _FEW_NULLS:
        return "utf-16-le"
    return "utf-16-be" if high_first > _MANY_NULLS and high_last < _FEW_NULLS else ""


def _likeness(text: str) -> float:
    """Share of very common characters among those that are not ASCII."""
    foreign = [c for c in text[:_SAMPLE] if c > "\x7f"]
    return sum(c in _COMMON for c in foreign) / max(1, len(foreign))


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
