"""Search with Whoosh: sets of grams find candidates, the stored text decides where grams alone cannot.

One and two Han characters, and a Latin beginning, are single index terms and exact. Longer needles are the AND of their
grams, verified against the folded text. Totals, facets and pages of hits are exact, the asker's scope is in the query.
"""

from __future__ import annotations

import heapq
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from whoosh import fields, index, query

from dms.adapters.search.candidates import both, candidates, scope_query, titled
from dms.adapters.search.documents import Folded, hit, holds
from dms.adapters.search.generations import Generations
from dms.adapters.search.stored import FACETS, document, unpack, unpack_folded
from dms.domain.query import Node
from dms.errors import Damaged, DmsError, Unavailable
from dms.ports.search import Answer, Ask, Entry, Hit

R = TypeVar("R")
_TRIES = 4
# Unpacked texts kept for the next search: about 100 MB.
_KEPT_CHARACTERS = 40_000_000


def _schema() -> Any:
    """Grams are given as words, each once: a set needs no positions."""
    gram = fields.KEYWORD
    return fields.Schema(
        code=fields.ID(unique=True, stored=True, sortable=True),
        body=gram(), head=gram(), title=gram(), customer=gram(), number=gram(), volume=gram(), form=gram(),
        code_grams=gram(), pinyin=gram(),
        class_code=fields.ID(), year=fields.ID(sortable=True), state=fields.ID(sortable=True), manager=fields.ID(),
        date=fields.ID(sortable=True), class_raw=fields.ID(sortable=True), manager_raw=fields.ID(sortable=True),
        customer_raw=fields.ID(sortable=True, stored=True), volume_raw=fields.ID(sortable=True),
        number_raw=fields.ID(sortable=True, stored=True),
        title_raw=fields.STORED(), folded=fields.STORED(), pages=fields.STORED(),
    )  # fmt: skip


class WhooshIndex:
    """See :class:`dms.ports.search.SearchIndex`.

    Args:
        root: folder of the index, ours alone.
    """

    def __init__(self, root: Path) -> None:
        self._generations = Generations(root)
        self._lock = threading.RLock()
        self._index: Any = None
        self._searcher: Any = None
        self._folder: Path | None = None
        self._texts: dict[int, Folded] = {}
        self._room = _KEPT_CHARACTERS
        self._columns: dict[str, list[str]] = {}
        self._segments: dict[tuple[str, str], list[str]] = {}

    @property
    def name(self) -> str:
        """Engine and version."""
        import whoosh

        return "whoosh " + ".".join(map(str, whoosh.__version__))

    # -- writing ----------------------------------------------------------------------------------------------
    def update(self, entries: Iterable[Entry], removed: Iterable[str] = ()) -> None:
        """Add or replace entries and remove codes in one commit."""
        with self._generations.writing():
            self._guarded(lambda: self._write(self._opened(), list(entries), list(removed)))

    def _write(self, opened: Any, entries: list[Entry], removed: list[str]) -> None:
        writer = opened.writer(limitmb=128)
        try:
            for code in {*removed, *(e.code for e in entries)}:
                writer.delete_by_term("code", code)
            for entry in entries:
                writer.add_document(**document(entry))
        except BaseException:
            writer.cancel()
            raise
        writer.commit()

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Build a new generation beside the old one, then switch."""
        with self._generations.writing():
            folder = self._generations.fresh()
            count = 0
            try:
                writer = index.create_in(str(folder), _schema()).writer(limitmb=256)
                for entry in entries:
                    writer.add_document(**document(entry))
                    count += 1
                writer.commit()
            except OSError as problem:
                shutil.rmtree(folder, ignore_errors=True)
                raise Unavailable(f"The index cannot be written: {problem}.", "Make room on its disk.") from problem
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self._generations.switch(folder)
            return count

    # -- reading ----------------------------------------------------------------------------------------------
    def ask(self, ask: Ask) -> Answer:
        """Answer a question."""
        return self._guarded(lambda: self._ask(ask))

    def codes(self) -> frozenset[str]:
        """Return every code in the index."""
        return self._guarded(lambda: frozenset(f["code"] for f in self._search().reader().all_stored_fields()))

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            if self._searcher is not None:
                self._searcher.close()
            self._searcher = self._index = self._folder = None
            self._drop_texts()

    def _guarded(self, act: Callable[[], R]) -> R:
        """Try again while another process commits; what stays wrong is damage, and nothing but a DmsError comes out."""
        with self._lock:
            for attempt in range(1, _TRIES + 1):
                try:
                    return act()
                except DmsError:
                    raise
                except OSError as problem:
                    self._forget()
                    if problem.errno in (28, 30, 122):
                        raise Unavailable(
                            f"The index cannot be written: {problem}.", "Make room on its disk."
                        ) from problem
                    if attempt == _TRIES:
                        raise Damaged(f"The index is damaged: {problem}.", "dms reindex") from problem
                except RecursionError as problem:
                    raise Damaged("The query is nested too deeply for the index.", "Simplify it.") from problem
                except Exception as problem:
                    # Broken Whoosh files raise whatever unpickling them happens to hit.
                    self._forget()
                    if attempt == _TRIES:
                        raise Damaged(f"The index is damaged: {type(problem).__name__}.", "dms reindex") from problem
                time.sleep(0.05 * attempt)
        raise AssertionError("unreachable")

    def _forget(self) -> None:
        try:
            self.close()
        except Exception:
            # A damaged searcher may fail to close as well; it is dropped either way.
            self._searcher = self._index = self._folder = None
            self._drop_texts()

    def _opened(self) -> Any:
        folder = self._generations.current()
        if self._index is None or folder != self._folder:
            self._forget()
            folder.mkdir(exist_ok=True, mode=0o700)
            if not index.exists_in(str(folder)) and not any(folder.iterdir()):
                with self._generations.writing():
                    if not any(folder.iterdir()):
                        index.create_in(str(folder), _schema())
            self._index = index.open_dir(str(folder))
            self._folder = folder
        return self._index

    def _search(self) -> Any:
        opened = self._opened()
        if self._searcher is None:
            self._searcher = opened.searcher()
        elif not self._searcher.up_to_date():
            self._searcher = self._searcher.refresh()
            # Documents have other numbers now.
            self._drop_texts()
        return self._searcher

    def _ask(self, ask: Ask) -> Answer:
        searcher = self._search()
        wanted, exact = candidates(ask.query, _ALGEBRA)
        docs = self._docs(searcher, both([wanted, scope_query(ask.scope, _ALGEBRA)], _ALGEBRA))
        if not exact:
            docs = {d for d in docs if holds(ask.query, self._text(searcher, d))}
        counts = {name: _count(self._column(searcher, FACETS[name]), docs) for name in ask.facets}
        ranked, first = self._ranked(searcher, docs, ask)
        hits = tuple(
            _hit(searcher.stored_fields(d), ask.query, 2.0 if d in first else 1.0) for d in ranked[ask.offset :]
        )
        return Answer(len(docs), hits, counts)

    def _text(self, searcher: Any, doc: int) -> Folded:
        """Return a document's folded text; what was unpacked once is kept, as much as there is room for."""
        kept = self._texts.get(doc)
        if kept is None:
            kept = unpack_folded(searcher.stored_fields(doc)["folded"])
            size = sum(map(len, kept.pages)) + 500
            if self._room >= size:
                self._room -= size
                self._texts[doc] = kept
        return kept

    def _drop_texts(self) -> None:
        self._texts.clear()
        self._columns.clear()
        self._room = _KEPT_CHARACTERS

    def _column(self, searcher: Any, name: str) -> list[str]:
        """Return a column's values by document number.

        A segment never changes, so what was read of it once is kept: reading value by value takes longer than the
        search itself.
        """
        if name not in self._columns:
            before = self._segments
            kept: dict[tuple[str, str], list[str]] = {}
            values: list[str] = []
            for leaf, _ in searcher.reader().leaf_readers():
                segment = leaf.segment()
                if segment is None:  # an empty index has none
                    continue
                key = (segment.segment_id(), name)
                kept[key] = before.get(key) or [sys.intern(v) for v in _values(leaf, name)]
                values += kept[key]
            self._segments = {k: v for k, v in before.items() if k[1] != name} | kept
            self._columns[name] = values
        return self._columns[name]

    def _docs(self, searcher: Any, wanted: Any) -> set[int]:
        """Return the numbers of matching documents, deleted ones left out."""
        # Whoosh takes an AND with "everything" in it for everything, so that is asked for only alone.
        return set((query.Every() if wanted is None else wanted.normalize()).docs(searcher))

    def _ranked(self, searcher: Any, docs: Collection[int], ask: Ask) -> tuple[list[int], set[int]]:
        """Return the hits down to the page's end, in order, and which of them are above the others.

        Relevance: those with the words in title or customer first, then the newest.
        """
        most = ask.offset + ask.limit
        codes = self._column(searcher, "code")
        if ask.sort == "title":
            return heapq.nsmallest(most, docs, key=lambda d: (searcher.stored_fields(d)["title_raw"], codes[d])), set()
        if ask.sort != "relevance":
            values = self._column(searcher, {"code": "code", "number": "number_raw"}.get(ask.sort, "date"))
            choose = heapq.nlargest if ask.sort == "date" else heapq.nsmallest
            return choose(most, docs, key=lambda d: (values[d], codes[d])), set()
        above = titled(ask.query, _ALGEBRA)
        first = set() if above is None else set(above.normalize().docs(searcher))
        dates = self._column(searcher, "date")
        return heapq.nlargest(most, docs, key=lambda d: (d in first, dates[d], codes[d])), first


def _hit(stored: dict[str, Any], node: Node, score: float) -> Hit:
    told = {
        "code": stored["code"],
        "number": stored.get("number_raw", ""),
        "title": stored["title_raw"],
        "customer": stored.get("customer_raw", ""),
    }
    return hit(told, tuple(unpack(stored["pages"])), node, score)


def _values(leaf: Any, name: str) -> Iterable[str]:
    """Return a column's values in one segment; where no document has one there is no column."""
    return leaf.column_reader(name) if leaf.has_column(name) else [""] * leaf.doc_count_all()


def _count(values: list[str], docs: Collection[int]) -> dict[str, int]:
    return dict(Counter(values[d] for d in docs).most_common())


class _Whoosh:
    """Whoosh's queries as the algebra of :mod:`candidates`."""

    def term(self, field: str, text: str) -> Any:
        return query.Term(field, text)

    def prefix(self, field: str, text: str) -> Any:
        return query.Prefix(field, text)

    def run(self, field: str, grams: Sequence[str]) -> Any:
        return None  # positions would double the index and its time; the text decides

    def dates(self, start: date | None, end: date | None) -> Any:
        return query.TermRange("date", start.isoformat() if start else "0", end.isoformat() if end else "9")

    def both(self, parts: Sequence[Any]) -> Any:
        return query.And(list(parts))

    def either(self, parts: Sequence[Any]) -> Any:
        return query.Or(list(parts))

    def without(self, part: Any) -> Any:
        return query.AndNot(query.Every(), part)

    def nothing(self) -> Any:
        # Whoosh drops its NullQuery out of an AND; a term that no document has stays.
        return query.Term("code", "-")


_ALGEBRA = _Whoosh()
