"""EPUB: the chapters in the order of reading."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.charset import decode
from dms.adapters.examine.readers.container import BROKEN, all_within, attribute, container, local, parse
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.html import html
from dms.adapters.examine.registry import Format, Sample, Source, broken_zip
from dms.domain.left_out import LeftOut
from dms.errors import Unreadable
from dms.said import Said

_PICTURES = ("image/",)


def _is_epub(sample: Sample) -> bool:
    return sample.mimetype == "application/epub+zip"


def _read(source: Source) -> Flow:
    """Read a book.

    Raises:
        Unreadable: damaged, or its text is locked.
    """
    with container(source.path) as archive:
        names = set(archive.namelist())
        try:
            found = parse(archive.read("META-INF/container.xml"))
            place = next(attribute(one, "full-path") for one in all_within(found, "rootfile"))
            book = parse(archive.read(place))
        except (*BROKEN, KeyError, StopIteration):
            raise broken_zip() from None
        if "META-INF/rights.xml" in names:
            raise Unreadable(Said("The book is locked to its buyer."), Said("Ask the sender for a PDF."))
        items = {attribute(one, "id"): one for one in all_within(book, "item")}
        chapters: list[str] = []
        missing: list[str] = []
        scripts = False
        for one in all_within(book, "itemref"):
            item = items.get(attribute(one, "idref"))
            name = "" if item is None else posixpath.normpath(
                posixpath.join(posixpath.dirname(place), unquote(attribute(item, "href")))
            )  # fmt: skip
            if name not in names:
                missing.append(name or attribute(one, "idref"))
                continue
            page = html(decode(archive.read(name)))
            scripts = scripts or bool(page.active_content)
            chapters.append(page.text)
    told = {local(one): (one.text or "").strip() for one in book.iter() if "dc/elements" in str(one.tag)}
    pictures = sum(attribute(one, "media-type").startswith(_PICTURES) for one in items.values())
    left_out = [LeftOut("pictures", pictures)] if pictures else []
    left_out += [LeftOut("damaged", len(missing), tuple(missing[:20]), ask=True)] if missing else []
    return Flow(
        clean("\n\n".join(chapters)), told.get("title", ""), told.get("date", "")[:10], told.get("creator", ""),
        active_content=("scripts in HTML",) if scripts else (), left_out=tuple(left_out),
    )  # fmt: skip


FORMATS = (Format("application/epub+zip", Said("an EPUB book"), (".epub",), _is_epub, _read),)
