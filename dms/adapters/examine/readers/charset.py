"""Bytes into text: marks and declarations, then UTF-16 and UTF-8, then what looks Chinese, then a library's guess.

A wrong guess reads as text and is never noticed again, so each encoding must show that it fits: GB 18030 accepts almost
any bytes and is taken only where the outcome looks Chinese.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from dms.domain.likeness import COMMON_HAN

_SAMPLE = 40_000
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# What senders write, and what they mean: the larger set of the same family, as browsers take it (WHATWG encodings).
_MEANT = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "cp936": "gb18030", "ms936": "gb18030",
    "windows-936": "gb18030", "x-gbk": "gb18030", "euc-cn": "gb18030", "x-euc-cn": "gb18030", "chinese": "gb18030",
    "x-mac-chinesesimp": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "big5-hkscs": "big5hkscs",
    "cn-big5": "big5hkscs", "x-x-big5": "big5hkscs", "cp950": "big5hkscs", "windows-950": "big5hkscs",
    "ks_c_5601-1987": "cp949", "ks_c_5601-1989": "cp949", "ksc5601": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949",
    "windows-949": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "windows-31j": "cp932", "ms_kanji": "cp932", "x-euc-jp": "euc_jp", "iso-8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "ansi": "cp1252", "ansi_x3.4-1968": "cp1252",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "iso-8859-11": "cp874", "windows-874": "cp874",
    "iso-8859-8-i": "iso8859-8", "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8", "unicode": "utf-16",
    "x-mac-cyrillic": "mac_cyrillic",
}  # fmt: skip
# Encodings in which nearly every byte is some letter: a declaration of one of these proves little.
_ACCEPTS_ALL = frozenset({"cp1252", "cp1250", "cp1251", "cp1254", "iso8859-15", "iso8859-2", "koi8_r", "cp866"})
# Tried by the library, in the order in which one is preferred where two fit alike.
_FOREIGN = (
    "cp1252", "cp1251", "koi8_r", "cp866", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp874",
)  # fmt: skip
_LATIN = ("cp1252", "cp1250")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_IN_WORD = re.compile(r"(?<=[^\W\d_])[^\x00-\x7f’‘–—\s](?=[^\W\d_])")
_ALIKE_MESS, _ALIKE_LANGUAGE = 0.02, 0.03
_CHINESE_COMMON, _CHINESE_PLAIN, _CHINESE_PLAIN_SHORT = 0.12, 0.75, 0.5
_SHORT = 9
_MANY_NULLS = 0.2
_FEW_ERRORS, _CUT_OFF = 0.1, 3
_WEB = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-:]+)""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_\-:]+)""", re.IGNORECASE)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and how it was found.

    Attributes:
        text: with U+FFFD where a byte fits nothing.
        encoding: Python's name of it.
        sure: a mark, a fitting declaration, or bytes that fit one encoding only.
        lost: characters that could not be read.
    """

    text: str
    encoding: str
    sure: bool = True
    lost: int = 0


def decode(data: bytes, declared: str = "") -> str:
    """Return the text of some bytes; see :func:`decoded`."""
    return decoded(data, declared).text


def decoded(data: bytes, declared: str = "") -> Decoded:
    """Return text in the encoding its mark names, as declared, or as fits best.

    Args:
        data: the bytes.
        declared: what the sender says, in any spelling; empty where nothing is said.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _made(data, encoding)
    if data.isascii() and b"\0" not in data and b"\x1b$" not in data and b"~{" not in data:
        return Decoded(data.decode("ascii"), "ascii")
    wide = unmarked_utf16(data)
    if wide:
        return _made(data, wide)
    told = codec(declared)
    if told:
        taken = _as_declared(data, told)
        if taken is not None:
            return taken
    return _as_iso2022(data) or _as_utf8(data) or _as_chinese(data) or _as_neighbours(data) or _as_library_says(data)


def codec(declared: str) -> str:
    """Return Python's name for what a sender means by an encoding's name; empty where there is no such encoding."""
    name = declared.strip().strip("\"'").lower()
    name = _MEANT.get(name, _MEANT.get(name.replace("_", "-"), name))
    try:
        found = codecs.lookup(name).name if name else ""
        b"aa".decode(found or "ascii", "replace")  # refuses what is no encoding of text
    except (LookupError, ValueError, TypeError):
        return ""
    return _MEANT.get(found, found)


def declared_in(data: bytes) -> str:
    """Return the encoding a web page or XML file declares of itself, empty where it declares none."""
    for pattern in (_XML, _WEB):
        found = pattern.search(data[:4096].replace(b"\0", b""))
        if found:
            return found[1].decode("ascii")
    return ""


def unmarked_utf16(data: bytes) -> str:
    """Return the UTF-16 a text without a mark is in, empty where it is in none: every other byte is often zero."""
    even, odd = data[0:_SAMPLE:2], data[1:_SAMPLE:2]
    if not odd:
        return ""
    high_first, high_last = even.count(0) / len(even), odd.count(0) / len(odd)
    for encoding, high, low in (("utf-16-le", high_last, high_first), ("utf-16-be", high_first, high_last)):
        if high > _MANY_NULLS and low < high / 4:
            # Zeros may as well be damage in a text of single bytes: then its pairs are letters of no script we know.
            return encoding if _plausible(data[: len(data[:_SAMPLE]) // 2 * 2].decode(encoding, "replace")) else ""
    if b"\0" in data[:_SAMPLE]:
        # Chinese with little else: only its line ends and digits have zeros.
        whole = data[: min(len(data), _SAMPLE) // 2 * 2]
        likeness = {e: chinese(whole.decode(e, "replace")) for e in ("utf-16-le", "utf-16-be")}
        best = max(likeness, key=lambda encoding: likeness[encoding])
        return best if likeness[best] > 100 * _CHINESE_COMMON else ""
    return ""


def _plausible(text: str) -> bool:
    """True where nearly all letters are of scripts that offices write: European ones, Chinese, Japanese, Korean."""
    known = sum(c < "\u0600" or "\u2000" <= c <= "\u22ff" or "\u3000" <= c <= "\ud7a3" or c >= "\uff00" for c in text)
    return known >= 0.8 * len(text)


def chinese(text: str) -> float:
    """Return how Chinese a text looks: the share of very common characters, in percent of those that are not ASCII."""
    foreign = _NOT_ASCII.findall(text[:_SAMPLE])
    return 100 * sum(c in COMMON_HAN for c in foreign) / max(1, len(foreign))


def _made(data: bytes, encoding: str, *, sure: bool = True) -> Decoded:
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, sure, text.count("\ufffd"))


def _few_errors(made: Decoded) -> bool:
    """True where the characters beyond ASCII are sound but for a few; the last one may have been cut off."""
    if not made.lost:
        return True
    text = made.text.rstrip("\ufffd")
    lost = text.count("\ufffd")
    sound = len(_NOT_ASCII.findall(text)) - lost
    return sound > 0 and lost <= _FEW_ERRORS * sound and made.lost - lost <= _CUT_OFF


def _as_declared(data: bytes, encoding: str) -> Decoded | None:
    """Return the text as declared, None where the bytes show that the declaration is not true."""
    try:
        made = _made(data, encoding)
    except (UnicodeError, LookupError, ValueError):
        return None
    if encoding in _ACCEPTS_ALL:
        # Mail programs write these over UTF-8 and GBK text; those show themselves.
        other = _as_utf8(data) or (_as_chinese(data) if encoding == "cp1252" else None)
        if other is not None and not other.lost and _mostly_pairs(data):
            return other
    if encoding == "utf-8" or not made.lost:
        return made if _few_errors(made) else None
    return made if _few_errors(made) and _as_utf8(data) is None else None


def _mostly_pairs(data: bytes) -> bool:
    """True where bytes beyond ASCII come in runs, as in Chinese and UTF-8, and not singly, as in Western words."""
    runs = re.findall(rb"[\x80-\xff]+", data[:_SAMPLE])
    return sum(len(r) > 1 for r in runs) > 0.8 * len(runs)


def _as_utf8(data: bytes) -> Decoded | None:
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        made = _made(data, "utf-8")
    return made if _few_errors(made) else None


def _as_iso2022(data: bytes) -> Decoded | None:
    """Return text in the seven-bit encodings of East Asia, which switch sets by escapes."""
    for mark, encoding in ((b"\x1b$", "iso2022_jp_2"), (b"\x1b$)C", "iso2022_kr"), (b"~{", "hz")):
        if mark in data and data.isascii():
            try:
                text = data.decode(encoding)
            except UnicodeError:
                continue  # the next may fit
            return Decoded(text, encoding)
    return None


def _as_chinese(data: bytes) -> Decoded | None:
    """Return GB 18030 or Big5 where the outcome looks Chinese, a few damaged characters allowed."""
    best: tuple[float, Decoded] | None = None
    for encoding in ("gb18030", "big5hkscs"):
        made = _made(data, encoding)
        if not _few_errors(made):
            continue
        likeness = chinese(made.text)
        plain = _plain_share(made.text, encoding)
        short = len(_NOT_ASCII.findall(made.text[:_SAMPLE])) < _SHORT
        # A name alone may hold a rare character; a letter of a Western word swallows the letter behind it.
        least = _CHINESE_PLAIN_SHORT if short and _mostly_pairs(data) else _CHINESE_PLAIN
        if (likeness < 100 * _CHINESE_COMMON and not short) or plain < least:
            continue
        if best is None or likeness > best[0]:
            best = likeness, made
    return best[1] if best else None


def _plain_share(text: str, encoding: str) -> float:
    """Share of characters from an encoding's everyday part (level 1 and punctuation) among those beyond ASCII."""
    foreign = _NOT_ASCII.findall(text[:_SAMPLE])
    if not foreign:
        return 0.0
    everyday = sum(_everyday(c, encoding) for c in foreign)
    return everyday / len(foreign)


def _everyday(char: str, encoding: str) -> bool:
    if char == "\ufffd":
        return False
    code = char.encode(encoding, "replace")
    if len(code) != 2:
        return False
    if encoding == "gb18030":
        return code[1] >= 0xA1 and (0xB0 <= code[0] <= 0xD7 or 0xA1 <= code[0] <= 0xA3)
    return 0xA4 <= code[0] <= 0xC6 or 0xA1 <= code[0] <= 0xA3


def _as_neighbours(data: bytes) -> Decoded | None:
    """Return Japanese or Korean where the outcome has the script of its own that no other reading gives."""
    for encoding, script, least in (("euc_jp", _KANA, 0.15), ("cp932", _KANA, 0.15), ("euc_kr", _HANGUL, 0.8)):
        made = _made(data, encoding)
        foreign = len(_NOT_ASCII.findall(made.text[:_SAMPLE]))
        if _few_errors(made) and len(script.findall(made.text[:_SAMPLE])) > least * foreign:
            return _made(data, "cp949") if encoding == "euc_kr" else made
    return None


def _as_library_says(data: bytes) -> Decoded:
    """Return what charset-normalizer finds most like a language; where it finds nothing, what loses least."""
    from charset_normalizer import from_bytes

    found = from_bytes(data[:_SAMPLE], cp_isolation=list(_FOREIGN), enable_fallback=False, preemptive_behaviour=False)
    best = found.best()
    if best is None:
        tried = (_made(data, e, sure=False) for e in ("cp1252", "gb18030", "utf-8", "big5hkscs"))
        return min(tried, key=lambda made: made.lost)
    alike = {
        match.encoding
        for match in found
        if match.chaos <= best.chaos + _ALIKE_MESS and match.coherence >= best.coherence - _ALIKE_LANGUAGE
    }
    alike |= {name for match in found if match.encoding in alike for name in match.could_be_from_charset}
    name = next((e for e in _FOREIGN if e in alike), best.encoding)
    if name in _LATIN or not _mostly_pairs(data):
        # Letters beyond ASCII stand singly, as in Western words and prices.
        language = best.coherence > 0
        name = min(_LATIN, key=lambda e: (_made(data, e).lost, _signs_in_words(data, e), language and e not in alike))
    made = _made(data, name, sure=False)
    return Decoded(made.text, name, len(alike) == 1 and len(data) > _SHORT, made.lost)


def _signs_in_words(data: bytes, encoding: str) -> int:
    """Count signs within words, as a Polish text read as a Western one has them."""
    text = data[:_SAMPLE].decode(encoding, "replace")
    return sum(not sign.isalpha() for sign in _IN_WORD.findall(text))
