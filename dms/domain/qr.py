"""What our QR codes say, and the check that keeps forged and damaged ones out.

``DMS1:{electronic code}:{paper number, "·" as ".", or -}:{check}``, upper-case ASCII of QR's alphanumeric set. With a
base URL it stands in front of the same fields, so that a phone opens the record. The check is eight base-32
characters (40 bits) of HMAC-SHA-256 with the archive's key over the fields *and the purpose*: a cover sheet's code
splits and routes a stack, a label's or a stamp's only names the record it sticks to, and neither passes for the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from dms.domain.numbers import DOT, ElectronicCode, PaperNumber, parse_code, parse_paper
from dms.errors import Usage
from dms.said import Said

MARK = "DMS1"
_SHAPE = re.compile(rf"(?:https?://[^\s]*/)?{MARK}:([A-Z0-9]+):([A-Z0-9.\-]+):([A-Z2-7]{{8}})", re.IGNORECASE)
_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


class Purpose(StrEnum):
    """What a printed code is for; part of what its check proves."""

    COVER = "cover"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Payload:
    """A code that passed its check."""

    code: ElectronicCode
    paper: PaperNumber | None
    purpose: Purpose


def write(code: ElectronicCode, paper: PaperNumber | None, purpose: Purpose, key: bytes, base_url: str = "") -> str:
    """Return the text of a QR code.

    Raises:
        Usage: where ``base_url`` has characters outside QR's alphanumeric set (the symbol would grow by half).
    """
    fields = _fields(code, paper)
    text = f"{fields}:{_check(fields, purpose, key)}"
    if base_url:
        text = f"{base_url.upper().rstrip('/')}/{text}"
    if not _ALPHANUMERIC.issuperset(text):
        raise Usage(
            Said("The base URL {base_url} cannot stand in a QR code.", base_url=repr(base_url)),
            Said("Use letters, digits, '.', ':', '/', '-'."),
        )
    return text


def read(text: str, *keys: bytes) -> Payload | None:
    """Return the payload of one of our codes, or None for anything foreign, damaged or forged.

    Args:
        text: what the symbol says.
        keys: the archive's key and those it had before; what any of them signed is ours.
    """
    match = _SHAPE.fullmatch(text.strip())
    if not match:
        return None
    try:
        code = parse_code(match[1])
        paper = None if match[2] == "-" else parse_paper(match[2].replace(".", DOT))
    except Usage:
        return None
    fields = _fields(code, paper)
    found = match[3].upper()
    for key in keys:
        for purpose in Purpose:
            if hmac.compare_digest(_check(fields, purpose, key), found):
                return Payload(code, paper, purpose)
    return None


def _fields(code: ElectronicCode, paper: PaperNumber | None) -> str:
    return f"{MARK}:{code}:{paper.file_name if paper else '-'}"


def _check(fields: str, purpose: Purpose, key: bytes) -> str:
    digest = hmac.new(key, f"{purpose.value}\n{fields}".encode("ascii"), hashlib.sha256).digest()
    return base64.b32encode(digest[:5]).decode("ascii")
