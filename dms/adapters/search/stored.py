"""What both engines keep of a document: sets of grams by field, raw values, and the packed texts."""

from __future__ import annotations

import json
import zlib
from typing import Any

from dms.adapters.search.documents import Folded, close, folded, grams, ordered_grams
from dms.ports.search import Entry

GRAMS = ("body", "head", "title", "customer", "number", "volume", "form", "code_grams", "pinyin")
KEYWORDS = ("class_code", "year", "state", "manager")
ORDERED = ("body", "head", "title", "customer")
RAW = ("class_raw", "manager_raw", "customer_raw", "volume_raw", "number_raw")
FACETS = {"class": "class_raw", "year": "year", "customer": "customer_raw", "manager": "manager_raw", "state": "state",
          "volume": "volume_raw"}  # fmt: skip


def document(entry: Entry) -> dict[str, Any]:
    """Return the fields of an entry as every engine gets them; grams are words parted by blanks, each once."""
    doc = folded(entry)
    head = " \n ".join((doc.title, doc.customer, doc.values, doc.code, doc.number, doc.volume))
    return {
        "code": entry.code,
        "body": _words(*doc.pages),
        "head": _words(head),
        "title": _words(doc.title),
        "customer": _words(doc.customer),
        "number": _words(doc.number),
        "volume": _words(doc.volume),
        "form": _words(doc.form),
        "code_grams": _words(doc.code),
        "pinyin": " ".join(sorted({doc.pinyin[i : i + 2] for i in range(len(doc.pinyin) - 1)})),
        "class_code": doc.class_code,
        "year": doc.year,
        "state": doc.state,
        "manager": doc.manager,
        "date": doc.date,
        "class_raw": entry.class_code,
        "manager_raw": entry.manager,
        "customer_raw": entry.customer,
        "volume_raw": entry.volume,
        "number_raw": entry.paper_number,
        "title_raw": entry.title,
        "folded": pack([getattr(doc, name) for name in Folded.__slots__]),
        "pages": pack([close(p) for p in entry.pages]),
    }


def ordered(entry: Entry) -> dict[str, str]:
    """Return the grams of :data:`ORDERED` fields in the order they stand, for engines that keep positions."""
    doc = folded(entry)
    head = " \n ".join((doc.title, doc.customer, doc.values))
    texts = {"body": "\n".join(doc.pages), "head": head, "title": doc.title, "customer": doc.customer}
    return {name: " ".join(ordered_grams(text)) for name, text in texts.items()}


def _words(*texts: str) -> str:
    return " ".join({g for text in texts for g in grams(text)})


def pack(value: Any) -> bytes:
    """Pack JSON data."""
    return zlib.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), 1)


def unpack(data: bytes) -> Any:
    """Unpack JSON data."""
    return json.loads(zlib.decompress(data))


def unpack_folded(data: bytes) -> Folded:
    """Unpack a folded document."""
    told: list[Any] = unpack(data)
    told[-1] = tuple(told[-1])
    return Folded(*told)
