"""Search with Whoosh: sets of grams find candidates, the stored text decides where grams alone cannot.

One and two Han characters, and a Latin beginning, are single index terms and exact. Longer needles are the AND of their
grams, verified against the folded text. Totals, facets and pages of hits are exact, the asker's scope is in the query.
"""

from __future__ import annotations

import heapq
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from whoosh import fields, index, query

from dms.adapters.search.alike import best, telling, weight
from dms.adapters.search.candidates import both, candidates, scope_query, titled
from dms.adapters.search.documents import hit, holds
from dms.adapters.search.generations import Generations, sync
from dms.adapters.search.stored import FACETS, FORMAT, document, unpack
from dms.adapters.search.whoosh_segments import Segments
from dms.domain.query import Node, Scope
from dms.errors import Damaged, DmsError, Unavailable
from dms.ports.search import Answer, Ask, Entry, Hit
from dms.said import Do, Said

R = TypeVar("R")
_TRIES = 4
# Postings read to find what is alike, unless that leaves fewer terms than these.
_MOST_READ, _LEAST_TERMS = 500_000, 8


def _schema() -> Any:
    """Grams are given as words, each once: a set needs no positions."""
    gram = fields.KEYWORD
    return fields.Schema(
        code=fields.ID(unique=True, stored=True, sortable=True),
        body=gram(), head=gram(), title=gram(), customer=gram(), number=gram(), volume=gram(), form=gram(),
        code_grams=gram(), values=gram(), pinyin=gram(),
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
        self._generations = Generations(root, FORMAT)
        # One reader at a time; a writer holds it only while it looks up what it replaces, never while it commits.
        self._lock = threading.RLock()
        self._segments: Segments | None = None
        self._folder: Path | None = None
        self._synced: tuple[Path | None, frozenset[str]] = (None, frozenset())

    @property
    def name(self) -> str:
        """Engine and version."""
        import whoosh

        return "whoosh " + ".".join(map(str, whoosh.__version__))

    # -- writing ----------------------------------------------------------------------------------------------
    def update(self, entries: Iterable[Entry], removed: Iterable[str] = ()) -> None:
        """Add or replace entries and remove codes in one commit."""
        with self._generations.writing():
            # Lists, so that a second try has them all again.
            added, gone = list(entries), list(removed)
            self._tried(lambda: self._write(added, gone))

    def _write(self, entries: list[Entry], removed: list[str]) -> None:
        # What costs time, the documents' terms and the commit, happens while readers go on with the last commit.
        documents = [document(e) for e in entries]
        folder = self._generations.current()
        writer = index.open_dir(str(folder)).writer(limitmb=128)
        try:
            with self._lock:
                numbers = self._numbers({*removed, *(e.code for e in entries)})
            for number in numbers:
                writer.delete_document(number)
            for told in documents:
                writer.add_document(**told)
        except BaseException:
            writer.cancel()
            raise
        writer.commit()
        known = self._synced[1] if self._synced[0] == folder else frozenset()
        self._synced = (folder, sync(folder, frozenset(n for n in known if not n.endswith(".toc"))))

    def _numbers(self, codes: Collection[str]) -> list[int]:
        """Return the document numbers of codes in the last commit, which the writer's lock keeps the last."""
        searcher = self._opened().searcher()
        reader = searcher.reader()
        found: list[int] = []
        for code in codes:
            if ("code", code) in reader:
                found += [n for n in reader.postings("code", code).all_ids() if not reader.is_deleted(n)]
        return found

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
        return self._guarded(lambda: self._ask(ask))

    def alike(self, text: str, scope: Scope, *, limit: int = 5, without: str = "") -> Sequence[tuple[str, float]]:
        """Return the records most like a text."""
        return self._guarded(lambda: self._alike(telling(text), scope, limit, without))

    def codes(self) -> frozenset[str]:
        """Return every code in the index."""
        return self._guarded(self._codes)

    def empty(self) -> bool:
        """True where nothing is in the index."""
        return self._guarded(lambda: bool(self._opened().searcher().doc_count() == 0))

    def _alike(self, terms: Sequence[str], scope: Scope, limit: int, without: str) -> Sequence[tuple[str, float]]:
        segments = self._opened()
        searcher = segments.searcher()
        reader, docs = searcher.reader(), _docs(searcher, scope_query(scope, _ALGEBRA))
        scores: dict[int, float] = {}
        weights: list[float] = []
        read = 0
        # The rarest first: common ones tell least and cost most.
        for often, term in sorted((reader.doc_frequency("body", t), t) for t in terms if ("body", t) in reader):
            if read + often > _MOST_READ and len(weights) >= _LEAST_TERMS:
                break
            read += often
            having = docs.intersection(reader.postings("body", term).all_ids())
            weights.append(weight(len(having), len(docs)))
            for number in having:
                scores[number] = scores.get(number, 0.0) + weights[-1]
        codes = segments.column("code")
        return best(((codes[n], s) for n, s in scores.items()), weights, limit, without)

    def _codes(self) -> frozenset[str]:
        segments = self._opened()
        numbers = segments.searcher().reader().all_doc_ids()
        codes = segments.column("code")
        return frozenset(codes[n] for n in numbers)

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            segments, self._segments = self._segments, None
            self._folder = None
            if segments is not None:
                segments.close()

    def _guarded(self, act: Callable[[], R]) -> R:
        """Read, alone among readers."""
        with self._lock:
            return self._tried(act)

    def _tried(self, act: Callable[[], R]) -> R:
        """Try again while another process commits; what stays wrong is damage, and nothing but a DmsError comes out."""
        for attempt in range(1, _TRIES + 1):
            try:
                return act()
            except DmsError:
                raise
            except OSError as problem:
                self._forget()
                if problem.errno in (28, 30, 122):
                    raise Unavailable(
                        Said("The index cannot be written: {problem}.", problem=problem), Said("Make room on its disk.")
                    ) from problem
                if attempt == _TRIES:
                    raise Damaged(Said("The index is damaged: {problem}.", problem=problem), Do("reindex")) from problem
            except RecursionError as problem:
                raise Damaged(Said("The query is nested too deeply for the index."), Said("Simplify it.")) from problem
            except Exception as problem:
                # Broken Whoosh files raise whatever unpickling them happens to hit.
                self._forget()
                if attempt == _TRIES:
                    raise Damaged(
                        Said("The index is damaged: {name}.", name=type(problem).__name__), Do("reindex")
                    ) from problem
            time.sleep(0.05 * attempt)
        raise AssertionError("unreachable")

    def _forget(self) -> None:
        # A damaged reader may fail to close as well; it is dropped either way.
        with suppress(Exception):
            self.close()

    def _opened(self) -> Segments:
        folder = self._generations.current()
        if self._segments is None or folder != self._folder:
            self._forget()
            self._segments = Segments(index.open_dir(str(folder)))
            self._folder = folder
        return self._segments

    def _ask(self, ask: Ask) -> Answer:
        segments = self._opened()
        searcher = segments.searcher()
        wanted, exact = candidates(ask.query, _ALGEBRA)
        docs = _docs(searcher, both([wanted, scope_query(ask.scope, _ALGEBRA)], _ALGEBRA))
        if not exact:
            docs = {d for d in docs if holds(ask.query, segments.text(d))}
        counts = {name: _count(segments.column(FACETS[name]), docs) for name in ask.facets}
        ranked, first = _ranked(searcher, segments, docs, ask)
        hits = tuple(
            _hit(searcher.stored_fields(d), ask.query, 2.0 if d in first else 1.0) for d in ranked[ask.offset :]
        )
        return Answer(len(docs), hits, counts)


def _docs(searcher: Any, wanted: Any) -> set[int]:
    """Return the numbers of matching documents, deleted ones left out."""
    # Whoosh takes an AND with "everything" in it for everything, so that is asked for only alone.
    return set((query.Every() if wanted is None else wanted.normalize()).docs(searcher))


def _ranked(searcher: Any, segments: Segments, docs: Collection[int], ask: Ask) -> tuple[list[int], set[int]]:
    """Return the hits down to the page's end, in order, and which of them are above the others.

    Relevance: those with the words in title or customer first, then the newest.
    """
    most = ask.offset + ask.limit
    codes = segments.column("code")
    if ask.sort == "title":
        return heapq.nsmallest(most, docs, key=lambda d: (searcher.stored_fields(d)["title_raw"], codes[d])), set()
    if ask.sort != "relevance":
        values = segments.column({"code": "code", "number": "number_raw"}.get(ask.sort, "date"))
        choose = heapq.nlargest if ask.sort == "date" else heapq.nsmallest
        return choose(most, docs, key=lambda d: (values[d], codes[d])), set()
    above = titled(ask.query, _ALGEBRA)
    first = set() if above is None else set(above.normalize().docs(searcher))
    dates = segments.column("date")
    return heapq.nlargest(most, docs, key=lambda d: (d in first, dates[d], codes[d])), first


def _hit(stored: dict[str, Any], node: Node, score: float) -> Hit:
    told = {
        "code": stored["code"],
        "number": stored.get("number_raw", ""),
        "title": stored["title_raw"],
        "customer": stored.get("customer_raw", ""),
    }
    return hit(told, tuple(unpack(stored["pages"])), node, score)


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
