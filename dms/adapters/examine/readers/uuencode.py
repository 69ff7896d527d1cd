"""Files written into the text of an old message by uuencode: taken out, and named where they stood."""

from __future__ import annotations

import binascii
import re

_BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,200})")
# One line: how many bytes it holds, then four signs for each three of them.
_LINE = re.compile(r"[ -`][ -`]{0,90}")


def taken_out(text: str) -> tuple[str, list[tuple[str, bytes]], int]:
    """Return the text without its uuencoded files, these files by name, and how many are broken and stay as text."""
    if "begin " not in text:
        return text, [], 0
    lines = text.splitlines()
    left: list[str] = []
    files: list[tuple[str, bytes]] = []
    broken = place = 0
    while place < len(lines):
        begun = _BEGIN.fullmatch(lines[place].rstrip())
        end = _end(lines, place + 1) if begun else 0
        data = _decoded(lines[place + 1 : end]) if end else b""
        if begun is None or not data:
            broken += bool(end)
            left.append(lines[place])
            place += 1
            continue
        name = begun[1].strip()
        files.append((name, data))
        left.append(f"[附件 attachment: {name}]")
        place = end + 1
    return "\n".join(left), files, broken


def _end(lines: list[str], place: int) -> int:
    """Return the line with the block's end, 0 where no block begins here: an English sentence may begin so, too."""
    start = place
    while place < len(lines) and (not lines[place].strip() or _LINE.fullmatch(lines[place])):
        place += 1
    return place if place > start and place < len(lines) and lines[place].strip() == "end" else 0


def _decoded(lines: list[str]) -> bytes:
    """Return the bytes of a block, none where it is broken."""
    try:
        return b"".join(_line(line) for line in lines if line.strip() and line.strip() != "`")
    except (binascii.Error, ValueError):
        return b""


def _line(line: str) -> bytes:
    try:
        return binascii.a2b_uu(line.encode("ascii"))
    except binascii.Error:
        # Blanks at the end get lost on the way, or an encoder writes too many: take as many as the line counts.
        count = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
        return binascii.a2b_uu(line[:count].ljust(count).encode("ascii"))
