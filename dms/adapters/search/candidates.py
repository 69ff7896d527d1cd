"""From a query tree to an engine's own query: a superset of what holds, and whether it is exact; for any engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from dms.adapters.search.documents import is_initials
from dms.adapters.search.needles import Needle, Part, needles, plain
from dms.adapters.search.values import range_terms
from dms.domain.query import All, Between, Match, Node, Not, OneOf, Scope, Within

# An engine's own query; only its algebra looks into it.
Q = Any
_KEYWORDS = {"class": "class_code", "year": "year", "state": "state", "manager": "manager"}
_PLACES = {"text": ("body",), "": ("body", "head"), "code": ("code_grams",)}


class Algebra(Protocol):
    """How an engine writes the few things that are needed; None stands for everything."""

    def term(self, field: str, text: str) -> Q:
        """Documents whose field has this very term."""
        ...

    def prefix(self, field: str, text: str) -> Q:
        """Documents whose field has a term that begins so."""
        ...

    def run(self, field: str, grams: Sequence[str]) -> Q | None:
        """Documents whose field has these grams one after another; None where the engine keeps no order."""
        ...

    def dates(self, start: date | None, end: date | None) -> Q:
        """Documents with a date in this range."""
        ...

    def both(self, parts: Sequence[Q]) -> Q:
        """Documents in all of two or more parts."""
        ...

    def either(self, parts: Sequence[Q]) -> Q:
        """Documents in any of two or more parts."""
        ...

    def without(self, part: Q) -> Q:
        """All documents but these."""
        ...

    def nothing(self) -> Q:
        """No document."""
        ...


def candidates(node: Node, algebra: Algebra) -> tuple[Q | None, bool]:
    """Return a query that finds every document for which ``node`` holds (None: all), and whether it finds no other."""
    if isinstance(node, All | OneOf):
        queries: list[Q | None] = []
        exact = True
        for part in node.parts:
            query, sure = candidates(part, algebra)
            queries.append(query)
            exact = exact and sure
        return (both(queries, algebra) if isinstance(node, All) else _either(queries, algebra)), exact
    if isinstance(node, Not):
        inner, sure = candidates(node.part, algebra)
        if not sure:
            return None, False
        return (algebra.nothing() if inner is None else algebra.without(inner)), True
    if isinstance(node, Between):
        return algebra.dates(node.start, node.end), True
    if isinstance(node, Within):
        found = [algebra.term("values", f"{k}<{t}") for k in node.keys for t in range_terms(node.low, node.high)]
        return (algebra.nothing() if not found else _either(found, algebra)), True
    return _term(node, algebra)


def both(parts: Sequence[Q | None], algebra: Algebra) -> Q | None:
    """Join parts by AND."""
    narrow = [p for p in parts if p is not None]
    return None if not narrow else narrow[0] if len(narrow) == 1 else algebra.both(narrow)


def _either(parts: Sequence[Q | None], algebra: Algebra) -> Q | None:
    narrow = [p for p in parts if p is not None]
    if len(narrow) < len(parts):
        return None
    return narrow[0] if len(narrow) == 1 else algebra.either(narrow)


def _term(match: Match, algebra: Algebra) -> tuple[Q | None, bool]:
    text = plain(match)
    if match.field in _KEYWORDS:
        return algebra.term(_KEYWORDS[match.field], text), True
    # Where a form's field is meant, its terms stand behind its key.
    places = [("values", f"{key}:") for key in match.keys] or [
        (place, "") for place in _PLACES.get(match.field, (match.field,))
    ]
    options: list[Q | None] = []
    exact = True
    for needle in needles(match):
        runs = [algebra.run(place, needle.grams) if needle.run and not key else None for place, key in places]
        if None not in runs:
            # One Han run: its bigrams in order are the text itself.
            options += runs
            continue
        exact = exact and needle.sure
        options += [_at(needle, place, key, algebra) for place, key in places]
    if is_initials(match, text):
        options.append(both([algebra.term("pinyin", text[i : i + 2]) for i in range(len(text) - 1)], algebra))
        exact = exact and len(text) == 2
    return (algebra.nothing() if not options else _either(options, algebra)), exact


def _at(needle: Needle, place: str, key: str, algebra: Algebra) -> Q | None:
    """Return what finds a needle's terms in one field."""
    found = [algebra.term(place, key + gram) for gram in dict.fromkeys(needle.grams)]
    found += [_part(part, place, key, algebra) for part in needle.parts]
    return both(found, algebra)


def _part(part: Part, place: str, key: str, algebra: Algebra) -> Q:
    options = [algebra.prefix(place, key + term) for term in part.begins]
    options += [algebra.term(place, key + term) for term in part.whole]
    return options[0] if len(options) == 1 else algebra.either(options)


def scope_query(scope: Scope, algebra: Algebra) -> Q | None:
    """Return what a scope sees (None: all); an empty scope sees nothing (deny by default)."""
    if scope.everything:
        return None
    parts = _of_managers(scope, algebra)
    parts += [algebra.term("customer_raw", c) for c in sorted(scope.customers) if c]
    parts += [algebra.term("code", c) for c in sorted(scope.codes) if c]
    if not parts:
        return algebra.nothing()
    return parts[0] if len(parts) == 1 else algebra.either(parts)


def _of_managers(scope: Scope, algebra: Algebra) -> list[Q]:
    parts = [algebra.term("manager_raw", m) for m in sorted(scope.managers) if m]
    away = [algebra.term("customer_raw", c) for c in sorted(scope.away) if c]
    if not parts or not away:
        return parts
    gone = away[0] if len(away) == 1 else algebra.either(away)
    return [algebra.both([parts[0] if len(parts) == 1 else algebra.either(parts), algebra.without(gone)])]


def titled(node: Node, algebra: Algebra) -> Q | None:
    """Return what narrows hits to those with the words in title or customer; None where there are no free words."""
    if not has_words(node):
        return None
    found: list[Q] = []
    for place in ("title", "customer"):
        query, _ = candidates(moved(node, place), algebra)
        if query is not None:
            found.append(query)
    return None if not found else found[0] if len(found) == 1 else algebra.either(found)


def moved(node: Node, field: str) -> Node:
    """Return the query with its free words looked for in one field only."""
    if isinstance(node, All):
        return All(tuple(moved(p, field) for p in node.parts))
    if isinstance(node, OneOf):
        return OneOf(tuple(moved(p, field) for p in node.parts))
    free = isinstance(node, Match) and not node.field and not node.keys
    return replace(node, field=field) if isinstance(node, Match) and free else node


def has_words(node: Node) -> bool:
    """True where a query has words to be found anywhere."""
    if isinstance(node, All | OneOf):
        return any(has_words(p) for p in node.parts)
    return isinstance(node, Match) and not node.field and not node.keys
