"""A font without ink for the text layer: two glyphs never painted, a square and a half square, made here.

A CID font with ToUnicode lets any viewer search and copy Chinese without a byte of a real font in the file. Widths in
the PDF and in the font program agree, no character maps to .notdef: both are asked for by PDF/A-2.
"""

from __future__ import annotations

import struct
from unicodedata import east_asian_width

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

NAME = "DmsInvisible"
ASCENT, DESCENT = 800, -200
_NARROW, _WIDE = 500, 1000
_CHECKSUM_TARGET = 0xB1B0AFBA


class InvisibleFont:
    """The text-layer font of one PDF; characters get their codes as they come."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._codes: dict[str, int] = {}
        self.object: Object = pdf.make_indirect(Dictionary(Type=Name.Font))

    def encode(self, text: str) -> str:
        """Return the hexadecimal string of two-byte codes that shows ``text``."""
        return "".join(f"{self._codes.setdefault(char, len(self._codes) + 1):04X}" for char in text)

    @staticmethod
    def width(text: str) -> float:
        """Return the natural width of ``text`` at size 1."""
        return sum(_width(char) for char in text) / 1000.0

    def finish(self) -> None:
        """Write the font once all text was encoded."""
        chars = list(self._codes)
        to_glyph = b"\0\0" + b"".join(struct.pack(">H", 2 if _width(c) == _WIDE else 1) for c in chars)
        program = self._pdf.make_stream(_program())
        program.Length1 = len(program.read_raw_bytes())
        descriptor = self._pdf.make_indirect(
            Dictionary(
                Type=Name.FontDescriptor,
                FontName=Name(f"/{NAME}"),
                Flags=4,
                FontBBox=Array([0, DESCENT, 1000, ASCENT]),
                ItalicAngle=0,
                Ascent=ASCENT,
                Descent=DESCENT,
                CapHeight=ASCENT,
                StemV=80,
                FontFile2=program,
            )
        )
        descendant = self._pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.CIDFontType2,
                BaseFont=Name(f"/{NAME}"),
                CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
                FontDescriptor=descriptor,
                DW=_WIDE,
                W=Array([1, Array([_width(c) for c in chars])]),
                CIDToGIDMap=self._pdf.make_stream(to_glyph),
            )
        )
        self.object.Subtype = Name.Type0
        self.object.BaseFont = Name(f"/{NAME}")
        self.object.Encoding = Name("/Identity-H")
        self.object.DescendantFonts = Array([descendant])
        self.object.ToUnicode = self._pdf.make_stream(_to_unicode(chars))


def _width(char: str) -> int:
    return _WIDE if east_asian_width(char) in "WFA" else _NARROW


def _to_unicode(chars: list[str]) -> bytes:
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, len(chars), 100):
        some = chars[start : start + 100]
        lines.append(f"{len(some)} beginbfchar")
        lines += [f"<{start + i + 1:04X}> <{c.encode('utf-16-be').hex().upper()}>" for i, c in enumerate(some)]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")


def _program() -> bytes:
    """Return a TrueType program of three glyphs: .notdef, a half square, a square."""
    advances = (_WIDE, _NARROW, _WIDE)
    half, square = _box_glyph(_NARROW), _box_glyph(_WIDE)
    tables = {
        b"glyf": half + square,
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh",
            0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, DESCENT, 1000, ASCENT, 0, 8, 2, 0, 0,
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x00010000, ASCENT, DESCENT, 0, _WIDE, 0, 0, _WIDE, 1, 0, 0, 0, 0, 0, 0, 0, 3
        ),
        b"hmtx": b"".join(struct.pack(">Hh", advance, 0) for advance in advances),
        b"loca": struct.pack(">4H", 0, 0, len(half) // 2, (len(half) + len(square)) // 2),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x00010000, 3, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    }  # fmt: skip
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    directory = struct.pack(">IHHHH", 0x00010000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    body, at = b"", 12 + 16 * count
    for tag, data in sorted(tables.items()):
        directory += tag + struct.pack(">III", _checksum(data), at + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    font = directory + body
    head = font.index(struct.pack(">I", 0x5F0F3CF5)) - 4
    adjustment = (_CHECKSUM_TARGET - _checksum(font)) & 0xFFFFFFFF
    return font[:head] + struct.pack(">I", adjustment) + font[head + 4 :]


def _box_glyph(width: int) -> bytes:
    """Return a glyph that fills its box: viewers highlight a hit by the outline, though it is never painted."""
    head = struct.pack(">hhhhhHH", 1, 0, DESCENT, width, ASCENT, 3, 0)
    flags = b"\1\1\1\1"
    across = struct.pack(">4h", 0, 0, width, 0)
    up = struct.pack(">4h", DESCENT, ASCENT - DESCENT, 0, DESCENT - ASCENT)
    glyph = head + flags + across + up
    return glyph + b"\0" * (-len(glyph) % 4)


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF
