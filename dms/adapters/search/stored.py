"""What both engines keep of a document: sets of grams by field, raw values, and the packed texts."""

from __future__ import annotations

import json
import zlib
from typing import Any

from dms.adapters.search.documents import NOTED, Folded, folded
from dms.adapters.search.folding import close
from dms.adapters.search.tokens import grams, ordered_grams
from dms.adapters.search.values import hundredths, value_terms
from dms.ports.search import Entry

# Of what is kept for a document and how; an index of another format is built anew.
FORMAT = 2
GRAMS = ("body", "head", "title", "customer", "number", "volume", "form", "code_grams", "values", "pinyin")
KEYWORDS = ("class_code", "year", "state", "manager")
ORDERED = ("body", "head", "title", "customer")
RAW = ("class_raw", "manager_raw", "customer_raw", "volume_raw", "number_raw")
FACETS = {"class": "class_raw", "year": "year", "customer": "customer_raw", "manager": "manager_raw", "state": "state",
          "volume": "volume_raw"}  # fmt: skip


def document(entry: Entry, doc: Folded | None = None) -> dict[str, Any]:
    """Return the fields of an entry as every engine gets them; grams are words parted by blanks, each once."""
    doc = doc or folded(entry)
    more = dict(zip(NOTED, doc.more, strict=True))
    return {
        "code": entry.code,
        "body": _words(more["body"], *doc.pages),
        "head": _words(more["head"], doc.title, doc.customer, doc.values, doc.code, doc.number, doc.volume),
        **{name: _words(more[name], getattr(doc, name)) for name in ("title", "customer", "number", "volume", "form")},
        "code_grams": _words(more["code"], doc.code),
        "values": " ".join(sorted(t for key, text, noted in doc.fields for t in _of_field(key, text, noted))),
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


def ordered(doc: Folded) -> dict[str, str]:
    """Return the grams of :data:`ORDERED` fields in the order they stand, for engines that keep positions."""
    head = "\n".join((doc.title, doc.customer, doc.values))
    texts = {"body": "\n".join(doc.pages), "head": head, "title": doc.title, "customer": doc.customer}
    return {name: " ".join(ordered_grams(text)) for name, text in texts.items()}


def _words(more: str, *texts: str) -> str:
    return " ".join({g for text in texts for g in grams(text)}.union(more.split()))


def _of_field(key: str, text: str, noted: str) -> set[str]:
    """Return the terms of a form's field, each behind its key."""
    value = hundredths(text)
    told = {f"{key}:{t}" for t in {*grams(text), *noted.split()}}
    return told | ({f"{key}<{t}" for t in value_terms(value)} if value is not None else set())


def pack(value: Any) -> bytes:
    """Pack JSON data."""
    return zlib.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), 1)


def unpack(data: bytes) -> Any:
    """Unpack JSON data."""
    return json.loads(zlib.decompress(data))


def unpack_folded(data: bytes) -> Folded:
    """Unpack a folded document."""
    told: list[Any] = unpack(data)
    *others, more, read, pages = told
    return Folded(*[*others, tuple(more), tuple(tuple(f) for f in read), tuple(pages)])
