"""Files written into the text of an old message by uuencode: taken out, and named where they stood."""

from __future__ import annotations

import binascii
import re

_BLOCK = re.compile(
    r"^begin(?:-base64)? [0-7]{3,4} (?P<name>[^\r\n]{1,200})\r?\n(?P<body>(?:[^\r\n]{1,90}\r?\n)*?)(?:`|=*)?\s*?^(?:end|====)[ \t]*$",
    re.MULTILINE,
)
_BEGIN = re.compile(r"^begin(?:-base64)? [0-7]{3,4} \S", re.MULTILINE)


def taken_out(text: str) -> tuple[str, list[tuple[str, bytes]], int]:
    """Return the text without its uuencoded files, these files by name, and how many are broken and stay as text."""
    files: list[tuple[str, bytes]] = []
    broken = 0

    def take(block: re.Match[str]) -> str:
        nonlocal broken
        data = _decoded(block["body"], base64="-base64" in block[0][:12])
        if data is None:
            broken += 1
            return block[0]
        name = block["name"].strip()
        files.append((name, data))
        return f"[附件 attachment: {name}]"

    left = _BLOCK.sub(take, text)
    return left, files, max(broken, len(_BEGIN.findall(left)) if _looks_encoded(left) else 0)


def _looks_encoded(text: str) -> bool:
    """True where lines as uuencode writes them follow a beginning; an English sentence may begin so, too."""
    begun = _BEGIN.search(text)
    return begun is not None and re.search(r"^M[!-`]{60}$", text[begun.end() :], re.MULTILINE) is not None


def _decoded(body: str, *, base64: bool) -> bytes | None:
    lines = [line for line in body.splitlines() if line.strip() and line.strip() != "`"]
    try:
        if base64:
            return binascii.a2b_base64("".join(lines))
        return b"".join(_line(line) for line in lines) or None
    except (binascii.Error, ValueError):
        return None


def _line(line: str) -> bytes:
    try:
        return binascii.a2b_uu(line.encode("ascii"))
    except binascii.Error:
        # Blanks at the end get lost on the way, or an encoder writes too many: take as many as the line counts.
        count = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
        return binascii.a2b_uu(line[:count].ljust(count).encode("ascii"))
