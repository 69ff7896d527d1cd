"""Zip containers and XML of strangers: held against bombs, locks and entity tricks before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree

from dms.adapters.examine.registry import opened_zip
from dms.errors import LimitExceeded, Unreadable
from dms.said import Said

_MOST_ENTRIES = 10_000
_MOST_UNPACKED = 600 * 1024**2
_WORST_RATIO = 400
_SMALL = 5 * 1024**2
_LONGEST_XML = 200 * 1024**2
_HEAD = 64 * 1024
_ASK_FOR_PDF = Said("Ask the sender for a PDF.")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError)


@contextmanager
def container(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip container whose entries may all be read.

    Raises:
        LimitExceeded: a bomb.
        Unreadable: damaged or locked with a password.
    """
    with opened_zip(path) as archive:
        _check(archive.infolist())
        yield archive


def _check(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(e.file_size for e in entries)
    worst = max((e.file_size / max(1, e.compress_size) for e in entries if e.file_size > _SMALL), default=0.0)
    longest = max((e.file_size for e in entries if e.filename.lower().endswith((".xml", ".rels"))), default=0)
    if len(entries) > _MOST_ENTRIES:
        raise LimitExceeded(
            Said("It holds {count:,} parts: that is no ordinary document.", count=len(entries)), _ASK_FOR_PDF
        )
    if unpacked > _MOST_UNPACKED or worst > _WORST_RATIO or longest > _LONGEST_XML:
        raise LimitExceeded(
            Said("It would unpack to {unpacked:,.0f} MB: that is no ordinary document.", unpacked=unpacked / 1e6),
            _ASK_FOR_PDF,
        )
    if any(e.flag_bits & 1 for e in entries):
        raise Unreadable(Said("The file is locked with a password."), Said("Save it without one, and drop that."))


def parse(data: bytes, *, patient: bool = False) -> Any:
    """Return the root of an XML document; nothing outside it is loaded, no entity is expanded.

    Args:
        data: the document.
        patient: go on behind errors, as browsers do; for documents whose programs write broken XML.

    Raises:
        Unreadable: it is broken, or defines entities.
    """
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True,
        remove_pis=True, recover=patient,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    told = None if root is None else root.getroottree().docinfo.internalDTD
    defining = b"<!ENTITY" in data[:_HEAD] if root is None else told is not None and any(told.iterentities())
    if root is None and not defining:
        raise Unreadable(
            Said("The file is damaged or incomplete."),
            Said("Open it in its own program and save it again, or scan it."),
        )
    if defining:
        # A document type alone is harmless: OpenOffice wrote one into every manifest.
        raise Unreadable(
            Said("Its inside holds definitions no office program writes: it may be an attack."), _ASK_FOR_PDF
        )
    return root


def local(element: Any) -> str:
    """Return an element's name without its namespace: Strict and Transitional OOXML differ in nothing else."""
    tag = element.tag
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """Return an attribute by its name without namespace, empty where there is none."""
    value = element.get(name)
    if value is not None:
        return str(value)
    ending = "}" + name
    return next((str(v) for k, v in element.attrib.items() if k.endswith(ending)), "")


def child(element: Any, *names: str) -> Any:
    """Return what a path of local names leads to, None where it leads nowhere."""
    for name in names:
        element = next((one for one in element if local(one) == name), None)
        if element is None:
            return None
    return element


def all_within(element: Any, name: str) -> Iterator[Any]:
    """Return all descendants of a local name."""
    return (one for one in element.iter() if local(one) == name)
