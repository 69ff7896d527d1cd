"""The tag files of a BagIt 1.0 bag (RFC 8493): ``bagit.txt``, ``bag-info.txt`` and manifests, written and read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dms.adapters.handover.layout import is_safe, shown
from dms.errors import Damaged, Usage
from dms.said import Said

DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
MANIFEST = "manifest-sha512.txt"
TAG_MANIFEST = "tagmanifest-sha512.txt"
DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

ASK_AGAIN = Said("Copy the package again from where it came from; if it stays so, ask the sender for a new one.")
_DECLARED = re.compile(
    rb"BagIt-Version: 1\.0(\r\n|\r|\n)Tag-File-Character-Encoding: UTF-8(\r\n|\r|\n)?", re.IGNORECASE
)
_LINE = re.compile(r"([0-9a-fA-F]{128})[ \t]+(\S.*)")
_LABEL = re.compile(r"([A-Za-z0-9-]+)[ \t]*:[ \t]*(.*)")


def is_declaration(data: bytes) -> bool:
    """True for the ``bagit.txt`` of a bag of version 1.0."""
    return _DECLARED.fullmatch(data) is not None


def manifest(digests: Mapping[str, str]) -> bytes:
    """Write a manifest of path -> SHA-512 in hex."""
    return "".join(f"{digest}  {_encoded(path)}\n" for path, digest in sorted(digests.items())).encode()


def parse_manifest(data: bytes, name: str) -> dict[str, str]:
    """Read a manifest into path -> SHA-512 in hex.

    Raises:
        Damaged: it is no manifest, or names a file twice.
        Usage: a path leads out of the package.
    """
    digests: dict[str, str] = {}
    for number, line in enumerate(_lines(data, name), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise Damaged(
                Said(
                    "Line {number} of {name} is no digest and file name: {line}",
                    number=number,
                    name=name,
                    line=shown(line),
                ),
                ASK_AGAIN,
            )
        path = _decoded(match[2])
        if not is_safe(path):
            raise Usage(
                Said("{name} names a file that cannot be in a package: {path}", name=name, path=shown(path)),
                Said("Do not use this package; tell the sender and whoever looks after your computers."),
            )
        if path in digests:
            raise Damaged(Said("{name} names a file twice: {path}", name=name, path=shown(path)), ASK_AGAIN)
        digests[path] = match[1].lower()
    return digests


def info(values: Iterable[tuple[str, str]]) -> bytes:
    """Write ``bag-info.txt``; labels without a value are left out."""
    return "".join(f"{label}: {value}\n" for label, value in values if value).encode()


def parse_info(data: bytes) -> dict[str, str]:
    """Read ``bag-info.txt``.

    Raises:
        Damaged: a line is no label and value, or a label is there twice.
    """
    values: dict[str, str] = {}
    last = ""
    for line in _lines(data, INFO):
        if line[:1] in " \t" and last:
            values[last] += " " + line.strip()
            continue
        match = _LABEL.fullmatch(line)
        if match is None or match[1] in values:
            raise Damaged(Said("bag-info.txt has a line that cannot be: {line}", line=shown(line)), ASK_AGAIN)
        last = match[1]
        values[last] = match[2].strip()
    return values


def _lines(data: bytes, name: str) -> list[str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Damaged(Said("{name} is not written in UTF-8.", name=name), ASK_AGAIN) from None
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


def _encoded(path: str) -> str:
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _decoded(text: str) -> str:
    return re.sub(r"%(25|0[AaDd])", lambda match: chr(int(match[1], 16)), text)
