"""Documents inside a Word file that Word takes in when it opens it (altChunk): web pages, mail archives, text, Word."""

from __future__ import annotations

import email
import email.policy
import io
import zipfile

from dms.adapters.examine.readers.charset import decode
from dms.adapters.examine.readers.container import BROKEN
from dms.adapters.examine.readers.html import html
from dms.adapters.examine.readers.ooxml import Package
from dms.domain.left_out import LeftOut

_DEEPEST = 3


def chunk_lines(package: Package, part: str, identity: str, depth: int) -> tuple[list[str], list[LeftOut]]:
    """Return the lines of one chunk, and what could not be taken of it.

    Args:
        package: the file.
        part: the part that names the chunk.
        identity: of the relation to it.
        depth: how many documents that part lies in.
    """
    relation = package.relations(part).get(identity)
    if relation is None or relation.outside:
        return [], []
    data = package.data(relation.target)
    closed = [LeftOut("embedded", 1, (relation.target.rpartition("/")[2],), ask=True)]
    start = data[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if data.startswith(b"PK"):
        return _word(data, depth) if depth < _DEEPEST else ([], closed)
    if start.startswith((b"mime-version", b"from:", b"content-type:")):
        return _archived(data), []
    if b"<html" in start or start.startswith((b"<!doctype html", b"<")):
        return html(decode(data)).text.splitlines(), []
    if start.startswith(b"{\\rtf"):
        return [], closed
    return decode(data).splitlines(), []


def _word(data: bytes, depth: int) -> tuple[list[str], list[LeftOut]]:
    from dms.adapters.examine.readers.word import walked

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > 100 * 1024**2:
                return [], [LeftOut("embedded", ask=True)]
            lines, told = walked(Package(archive), depth + 1)
            return lines, told
    except BROKEN:
        return [], [LeftOut("damaged", ask=True)]


def _archived(data: bytes) -> list[str]:
    """The text of a web page saved with all it needs (MHT)."""
    lines: list[str] = []
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        kind = part.get_content_type()
        if kind in ("text/html", "text/plain"):
            said = decode(bytes(part.get_payload(decode=True) or b""), str(part.get_content_charset() or ""))
            lines += (html(said).text if kind == "text/html" else said).splitlines()
    return lines
