"""Search by reading everything: the oracle the engines are compared with, and quick enough for small tests."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dms.adapters.search.alike import best, telling, weight
from dms.adapters.search.candidates import has_words, moved
from dms.adapters.search.documents import Folded, folded, hit, holds
from dms.adapters.search.folding import close
from dms.adapters.search.tokens import grams
from dms.domain.query import Scope
from dms.ports.search import Answer, Ask, Entry


class MemoryIndex:
    """See :class:`dms.ports.search.SearchIndex`."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[Entry, Folded]] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Engine and version."""
        return "memory"

    def update(self, entries: Iterable[Entry], removed: Iterable[str] = ()) -> None:
        """Add, replace and remove."""
        with self._lock:
            for code in removed:
                self._entries.pop(code, None)
            for entry in entries:
                self._entries[entry.code] = (entry, folded(entry))

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Start anew."""
        fresh = {e.code: (e, folded(e)) for e in entries}
        with self._lock:
            self._entries = fresh
        return len(fresh)

    def ask(self, ask: Ask) -> Answer:
        """Answer by reading everything."""
        with self._lock:
            found = [
                (e, f) for e, f in self._entries.values()
                if ask.scope.holds(e.code, e.manager, e.customer) and holds(ask.query, f)
            ]  # fmt: skip

        def first(doc: Folded) -> bool:
            return has_words(ask.query) and any(holds(moved(ask.query, f), doc) for f in ("title", "customer"))

        keys: dict[str, Callable[[tuple[Entry, Folded]], Any]] = {
            "date": lambda p: (p[1].date, p[0].code), "-date": lambda p: (p[1].date, p[0].code),
            "code": lambda p: p[0].code, "number": lambda p: (p[0].paper_number, p[0].code),
            "title": lambda p: (p[0].title, p[0].code), "relevance": lambda p: (first(p[1]), p[1].date, p[0].code),
        }  # fmt: skip
        found.sort(key=keys[ask.sort], reverse=ask.sort in ("date", "relevance"))
        counts = {name: Counter(facet(e, name) for e, _ in found) for name in ask.facets}
        hits = tuple(
            hit(
                {"code": e.code, "number": e.paper_number, "title": e.title, "customer": e.customer},
                tuple(close(p) for p in e.pages), ask.query, 1.0,
            )
            for e, _ in found[ask.offset : ask.offset + ask.limit]
        )  # fmt: skip
        return Answer(len(found), hits, {n: dict(c.most_common()) for n, c in counts.items()})

    def alike(self, text: str, scope: Scope, *, limit: int = 5, without: str = "") -> Sequence[tuple[str, float]]:
        """Compare with everything."""
        with self._lock:
            seen = [(e.code, f) for e, f in self._entries.values() if scope.holds(e.code, e.manager, e.customer)]
        held = [(code, {g for page in doc.pages for g in grams(page)}) for code, doc in seen]
        terms = telling(text)
        weights = {t: weight(sum(t in has for _, has in held), len(held)) for t in terms}
        scores = [(code, sum(weights[t] for t in terms if t in has)) for code, has in held]
        return best(((code, s) for code, s in scores if s), weights.values(), limit, without)

    def codes(self) -> frozenset[str]:
        """Return every code."""
        return frozenset(self._entries)

    def empty(self) -> bool:
        """True where nothing is in the index."""
        return not self._entries

    def close(self) -> None:
        """Nothing to let go of."""


def facet(entry: Entry, name: str) -> str:
    """Return the value an entry is counted under."""
    return {
        "class": entry.class_code, "year": str(entry.year or ""), "customer": entry.customer, "manager": entry.manager,
        "state": entry.state, "volume": entry.volume,
    }[name]  # fmt: skip
