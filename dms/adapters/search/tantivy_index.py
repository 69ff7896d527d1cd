"""Search with tantivy: the same grams and meaning as with Whoosh, in an engine that stays quick past 50,000 records.

Exact queries are sorted, counted and paged inside the engine; only what grams cannot decide is read and verified.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import tantivy
from tantivy import Occur, Query

from dms.adapters.search.alike import best, telling, weight
from dms.adapters.search.candidates import both, candidates, scope_query, titled
from dms.adapters.search.documents import folded, hit, holds
from dms.adapters.search.generations import Generations
from dms.adapters.search.stored import (
    FACETS,
    FORMAT,
    GRAMS,
    KEYWORDS,
    ORDERED,
    RAW,
    document,
    ordered,
    unpack,
    unpack_folded,
)  # fmt: skip
from dms.domain.query import Scope
from dms.errors import Damaged, DmsError, Unavailable
from dms.ports.search import Answer, Ask, Entry, Hit
from dms.said import Do, Said

R = TypeVar("R")
_TRIES = 4
_WORDS = "grams"
_MOST_BUCKETS = 65_000
_SORTS = {"relevance": ("newest", True), "date": ("newest", True), "-date": ("newest", False),
          "code": ("code_raw", False), "number": ("number_sort", False), "title": ("title_sort", False)}  # fmt: skip


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("code", stored=True, tokenizer_name="raw", index_option="basic")
    for name in GRAMS:
        builder.add_text_field(name, tokenizer_name=_WORDS, index_option="basic")
    for name in ORDERED:
        builder.add_text_field(f"{name}_run", tokenizer_name=_WORDS, index_option="position")
    for name in (*KEYWORDS, *RAW):
        builder.add_text_field(name, stored=name in RAW, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("newest", "code_raw", "number_sort", "title_sort"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_text_field("title_raw", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("folded", stored=True)
    builder.add_bytes_field("pages", stored=True)
    return builder.build()


class TantivyIndex:
    """See :class:`dms.ports.search.SearchIndex`.

    Args:
        root: folder of the index, ours alone.
    """

    def __init__(self, root: Path) -> None:
        self._generations = Generations(root, FORMAT)
        self._schema = _schema()
        self._algebra = _Tantivy(self._schema)
        self._lock = threading.RLock()
        self._index: Any = None
        self._folder: Path | None = None
        self._held: Any = None
        self._seen: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """Engine and version."""
        return f"tantivy {version('tantivy')}"

    # -- writing ----------------------------------------------------------------------------------------------
    def update(self, entries: Iterable[Entry], removed: Iterable[str] = ()) -> None:
        """Add or replace entries and remove codes in one commit."""
        with self._generations.writing():
            added, gone = list(entries), list(removed)
            self._guarded(lambda: self._write(added, gone))

    def _write(self, entries: list[Entry], removed: list[str]) -> None:
        index = self._opened()
        writer = index.writer(heap_size=64_000_000, num_threads=1)
        for code in {*removed, *(e.code for e in entries)}:
            writer.delete_documents_by_term("code", code)
        for entry in entries:
            writer.add_document(_document(entry))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Build a new generation beside the old one, then switch."""
        with self._generations.writing():
            folder = self._generations.fresh()
            count = 0
            try:
                writer = self._at(folder).writer(heap_size=128_000_000, num_threads=1)
                for entry in entries:
                    writer.add_document(_document(entry))
                    count += 1
                writer.commit()
                writer.wait_merging_threads()
            except (OSError, ValueError) as problem:
                shutil.rmtree(folder, ignore_errors=True)
                raise Unavailable(
                    Said("The index cannot be written: {problem}.", problem=problem), Said("Make room on its disk.")
                ) from problem
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self._generations.switch(folder)
            return count

    # -- reading ----------------------------------------------------------------------------------------------
    def ask(self, ask: Ask) -> Answer:
        """Answer a question."""
        return self._guarded(lambda: self._ask(self._searcher(), ask))

    def alike(self, text: str, scope: Scope, *, limit: int = 5, without: str = "") -> Sequence[tuple[str, float]]:
        """Return the records most like a text."""
        return self._guarded(lambda: self._alike(self._searcher(), telling(text), scope, limit, without))

    def _alike(
        self, searcher: Any, terms: Sequence[str], scope: Scope, limit: int, without: str
    ) -> Sequence[tuple[str, float]]:
        seen = scope_query(scope, self._algebra)
        seen = Query.all_query() if seen is None else seen

        def count(*parts: Any) -> int:
            wanted = Query.boolean_query([(Occur.Must, part) for part in parts])
            return int(searcher.search(wanted, limit=1, count=True).count)

        records = count(seen)
        parts = [(self._algebra.term("body", t), t) for t in terms]
        weighted = [(part, weight(count(part, seen), records)) for part, _ in parts]
        weighted = [(part, told) for part, told in weighted if told]
        if not weighted:
            return ()
        # The scope counts nothing, each term what it weighs.
        any_of = Query.boolean_query(
            [(Occur.Should, Query.boost_query(Query.const_score_query(part, 1.0), told)) for part, told in weighted]
        )
        wanted = Query.boolean_query([(Occur.Must, any_of), (Occur.Must, Query.const_score_query(seen, 0.0))])
        found = searcher.search(wanted, limit=min(limit + 1, max(1, searcher.num_docs)))
        scores = [(str(searcher.doc(address).get_first("code")), float(score)) for score, address in found.hits]
        return best(scores, (told for _, told in weighted), limit, without)

    def codes(self) -> frozenset[str]:
        """Return every code in the index."""
        return self._guarded(self._codes)

    def empty(self) -> bool:
        """True where nothing is in the index."""
        return self._guarded(lambda: bool(self._searcher().num_docs == 0))

    def _codes(self) -> frozenset[str]:
        searcher = self._searcher()
        found = searcher.search(Query.all_query(), limit=max(1, searcher.num_docs), order_by_field="code_raw")
        return frozenset(str(key) for key, _ in found.hits)

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            self._index = self._folder = self._held = None

    def _guarded(self, act: Callable[[], R]) -> R:
        """Try again while another process commits; what stays wrong is damage, and nothing but a DmsError comes out."""
        for attempt in range(1, _TRIES + 1):
            try:
                return act()
            except DmsError:
                raise
            except (OSError, ValueError, RuntimeError, KeyError, TypeError) as problem:
                self.close()
                if "No space left" in str(problem) or "Read-only" in str(problem):
                    raise Unavailable(
                        Said("The index cannot be written: {problem}.", problem=problem), Said("Make room on its disk.")
                    ) from problem
                if attempt == _TRIES:
                    raise Damaged(
                        Said("The index is damaged: {name}.", name=type(problem).__name__), Do("reindex")
                    ) from problem
            time.sleep(0.05 * attempt)
        raise AssertionError("unreachable")

    def _at(self, folder: Path) -> Any:
        index = tantivy.Index(self._schema, path=str(folder))
        words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer(_WORDS, words)
        return index

    def _opened(self) -> Any:
        """Return the index; a searcher of it stays good whatever is written, so the lock is held only while opening."""
        folder = self._generations.current()
        with self._lock:
            if self._index is None or folder != self._folder:
                if not (folder / "meta.json").exists():
                    # The engine would make an empty index in its place.
                    raise Damaged(Said("The search index has lost its files."), Do("reindex"))
                self._index, self._folder, self._held = self._at(folder), folder, None
            return self._index

    def _searcher(self) -> Any:
        with self._lock:
            index = self._opened()
            # Every commit gives the folder a new list of segments: a look at it is cheaper than a reload each time.
            mark = _mark(self._folder) if self._folder else None
            if self._held is None or mark is None or mark != self._seen:
                index.reload()
                self._held, self._seen = index.searcher(), mark
            return self._held

    def _ask(self, searcher: Any, ask: Ask) -> Answer:
        wanted, exact = candidates(ask.query, self._algebra)
        found = both([wanted, scope_query(ask.scope, self._algebra)], self._algebra)
        everything = found if found is not None else Query.all_query()
        first = titled(ask.query, self._algebra) if ask.sort == "relevance" else None
        if exact:
            return self._exact(searcher, ask, everything, first)
        return self._verified(searcher, ask, everything, first)

    def _exact(self, searcher: Any, ask: Ask, wanted: Any, first: Any) -> Answer:
        """Page over those with the words in title or customer, then over the others, both newest first."""
        if first is None:
            shown, total = _page(searcher, wanted, ask.sort, ask.limit, ask.offset)
            hits = [_hit(searcher, a, ask, 1.0) for a in shown]
        else:
            above = Query.boolean_query([(Occur.Must, wanted), (Occur.Must, first)])
            shown, size = _page(searcher, above, ask.sort, ask.limit, ask.offset)
            hits = [_hit(searcher, a, ask, 2.0) for a in shown]
            # One pass finds the rest and counts it; where nothing of it is shown, only all are counted.
            room, skip = ask.limit - len(hits), max(0, ask.offset - size)
            if room > 0:
                rest = Query.boolean_query([(Occur.Must, wanted), (Occur.MustNot, first)])
                shown, others = _page(searcher, rest, ask.sort, room, skip)
                hits += [_hit(searcher, a, ask, 1.0) for a in shown]
                total = size + others
            else:
                total = _page(searcher, wanted, "code", 1, 0)[1]
        counts = {name: _count(searcher, wanted, FACETS[name], total) for name in ask.facets}
        return Answer(total, tuple(hits), counts)

    def _verified(self, searcher: Any, ask: Ask, wanted: Any, first: Any) -> Answer:
        """Read the candidates in order and keep those for which the query holds."""
        kept = []
        for address in _addresses(searcher, wanted, ask.sort):
            doc = searcher.doc(address)
            if holds(ask.query, unpack_folded(bytes(doc.get_first("folded")))):
                kept.append((address, doc))
        scores: dict[str, float] = {}
        if first is not None:
            above = _addresses(searcher, Query.boolean_query([(Occur.Must, wanted), (Occur.Must, first)]), ask.sort)
            titles = {str(searcher.doc(a).get_first("code")) for a in above}
            scores = {c: 2.0 for c in titles}
            kept.sort(key=lambda pair: str(pair[1].get_first("code")) not in titles)
        counts = {
            name: dict(Counter(_value(doc, ask_name) for _, doc in kept).most_common())
            for name, ask_name in ((n, FACETS[n]) for n in ask.facets)
        }
        shown = kept[ask.offset : ask.offset + ask.limit]
        hits = tuple(_hit(searcher, a, ask, scores.get(str(d.get_first("code")), 1.0)) for a, d in shown)
        return Answer(len(kept), hits, counts)


def _document(entry: Entry) -> Any:
    texts = folded(entry)
    told = document(entry, texts)
    doc = tantivy.Document()
    day = told["date"]
    for name in ("code", *GRAMS, *KEYWORDS, *RAW, "title_raw"):
        doc.add_text(name, told[name])
    for name, grams in ordered(texts).items():
        doc.add_text(f"{name}_run", grams)
    # Ties are broken by the code, as with every engine; undated records come last among the newest.
    doc.add_text("newest", f"{day or '0'} {entry.code}")
    doc.add_text("code_raw", entry.code)
    doc.add_text("number_sort", f"{entry.paper_number} {entry.code}")
    doc.add_text("title_sort", f"{entry.title[:200]} {entry.code}")
    if entry.date:
        doc.add_integer("day", entry.date.toordinal())
    doc.add_bytes("folded", told["folded"])
    doc.add_bytes("pages", told["pages"])
    return doc


def _mark(folder: Path) -> tuple[int, int] | None:
    """Tell one list of segments from the next, which takes its place by a rename."""
    try:
        found = (folder / "meta.json").stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _page(searcher: Any, wanted: Any, sort: str, limit: int, offset: int) -> tuple[list[Any], int]:
    """Return the addresses of a page of hits, and how many there are in all; the engine scores nothing."""
    field, newest = _SORTS[sort]
    order = tantivy.Order.Desc if newest else tantivy.Order.Asc
    # The engine makes room for all that is asked for before it looks how much there is.
    most = max(1, searcher.num_docs)
    room, skip = min(max(1, limit), most), min(offset, most)
    found = searcher.search(wanted, limit=room, offset=skip, order_by_field=field, order=order, count=True)
    return [address for _, address in found.hits[:limit]], int(found.count)


def _addresses(searcher: Any, wanted: Any, sort: str) -> list[Any]:
    """Return the addresses of all hits in order."""
    return _page(searcher, wanted, sort, max(1, searcher.num_docs), 0)[0]


def _count(searcher: Any, wanted: Any, field: str, total: int) -> dict[str, int]:
    if not total:
        return {}
    told = searcher.aggregate(wanted, {"by": {"terms": {"field": field, "size": _MOST_BUCKETS}}})
    return {str(b["key"]): int(b["doc_count"]) for b in told["by"]["buckets"]}


def _value(doc: Any, field: str) -> str:
    """Return a facet's value; keyword fields are kept in the folded document only."""
    if field in KEYWORDS:
        return str(getattr(unpack_folded(bytes(doc.get_first("folded"))), field))
    return str(doc.get_first(field) or "")


def _hit(searcher: Any, address: Any, ask: Ask, score: float) -> Hit:
    doc = searcher.doc(address)
    told = {
        "code": str(doc.get_first("code")),
        "number": str(doc.get_first("number_raw") or ""),
        "title": str(doc.get_first("title_raw") or ""),
        "customer": str(doc.get_first("customer_raw") or ""),
    }
    return hit(told, tuple(unpack(bytes(doc.get_first("pages")))), ask.query, score)


class _Tantivy:
    """tantivy's queries as the algebra of :mod:`candidates`."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def term(self, field: str, text: str) -> Any:
        return Query.term_query(self._schema, field, text, index_option="basic")

    def prefix(self, field: str, text: str) -> Any:
        return Query.regex_query(self._schema, field, re.escape(text) + ".*")

    def run(self, field: str, grams: Sequence[str]) -> Any:
        return Query.phrase_query(self._schema, f"{field}_run", list(grams)) if field in ORDERED else None

    def dates(self, start: date | None, end: date | None) -> Any:
        low = (start or date.min).toordinal()
        high = (end or date.max).toordinal()
        return Query.range_query(self._schema, "day", tantivy.FieldType.Integer, low, high)

    def both(self, parts: Sequence[Any]) -> Any:
        return Query.boolean_query([(Occur.Must, p) for p in parts])

    def either(self, parts: Sequence[Any]) -> Any:
        return Query.boolean_query([(Occur.Should, p) for p in parts])

    def without(self, part: Any) -> Any:
        return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, part)])

    def nothing(self) -> Any:
        return Query.empty_query()
