"""XML as we write it, and a stranger's XML read without DTDs, entities or anything from outside.

Names are written with literal prefixes (``mets:file``) and declared at the root: nothing global is registered.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from io import BytesIO

from defusedxml import ElementTree as Safe

from dms.adapters.handover.layout import shown
from dms.adapters.handover.tags import ASK_AGAIN
from dms.errors import Damaged
from dms.said import Said

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return text that XML can hold and gives back as it is: other control characters become U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """Append an element; attributes without a value are left out."""
    child = ET.SubElement(parent, tag, {key: clean(value) for key, value in attributes.items() if value})
    if text:
        child.text = clean(text)
    return child


def document(root: ET.Element) -> bytes:
    """Write a whole document, indented for a person."""
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return HEAD + body + b"\n"


def elements(data: bytes, name: str) -> Iterator[tuple[str, ET.Element]]:
    """Yield ``start`` and ``end`` of every element of a stranger's document.

    Raises:
        Damaged: it is no well-formed XML, or asks for a DTD or entities.
    """
    try:
        yield from Safe.iterparse(BytesIO(data), events=("start", "end"), forbid_dtd=True)
    except (ET.ParseError, ValueError, LookupError) as problem:  # defusedxml's own errors are ValueErrors
        raise Damaged(
            Said("{name} is no XML that can be read: {problem}.", name=name, problem=shown(str(problem))), ASK_AGAIN
        ) from problem
