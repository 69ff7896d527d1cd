"""The query language as data: what people type becomes a tree that every engine answers alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

FIELDS = (
    "title", "text", "customer", "manager", "class", "year", "volume", "state", "code", "number", "date", "form",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """Some text, as a contiguous run after folding (a Chinese word of any length, a Latin word, a number).

    Attributes:
        text: as typed.
        field: one of :data:`FIELDS`, empty for everywhere.
        exact: a quoted phrase: Latin words match whole, as written; otherwise the last Latin word or number matches by
            prefix, and numbers and codes in every notation.
        alike: O and 0, l, I and 1 are taken for each other.
        keys: fields read from forms that it is looked for in, instead of ``field``.
    """

    text: str
    field: str = ""
    exact: bool = False
    alike: bool = False
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """A date range, both ends included; None is open."""

    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Within:
    """A field read from a form has a value in a range, both ends included; None is open.

    Attributes:
        keys: the fields, any of which.
        low: hundredths of an amount; a day is the number ``yyyymmdd`` times a hundred.
        high: the same.
    """

    keys: tuple[str, ...]
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds (AND). Empty: everything."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one part holds (OR)."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node


Node = Match | Between | Within | All | OneOf | Not


def terms(node: Node) -> Iterator[Match]:
    """Yield the terms that a hit contains (none under NOT)."""
    if isinstance(node, All | OneOf):
        for part in node.parts:
            yield from terms(part)
    elif isinstance(node, Match):
        yield node


def taken_alike(node: Node) -> Node | None:
    """Return a query with O and 0, l, I and 1 taken for each other in its numbers and codes, None where it has none."""
    if isinstance(node, All | OneOf):
        parts = [taken_alike(part) for part in node.parts]
        if not any(parts):
            return None
        return type(node)(tuple(new or old for new, old in zip(parts, node.parts, strict=True)))
    if not isinstance(node, Match) or node.exact or node.field not in _ALIKE_IN:
        return None
    figures = any(c.isdigit() for c in node.text)
    return replace(node, alike=True) if figures and any(c in "0oO1lI" for c in node.text) else None


# Elsewhere are keywords, and names that people choose from a list.
_ALIKE_IN = frozenset({"", "text", "title", "number", "volume", "code"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What the asker may see (R5), applied inside the engine to hits, totals, facets and snippets alike.

    Deny by default: an empty scope sees nothing.

    Attributes:
        everything: all records.
        managers: records filed under these managers, except those of customers in ``away``.
        customers: all records of these customers.
        codes: single records.
        away: customers since handed over to somebody else: their records are not seen through ``managers``.
    """

    everything: bool = False
    managers: frozenset[str] = field(default_factory=frozenset)
    customers: frozenset[str] = field(default_factory=frozenset)
    codes: frozenset[str] = field(default_factory=frozenset)
    away: frozenset[str] = field(default_factory=frozenset)

    def holds(self, code: str, manager: str, customer: str) -> bool:
        """True where a record with these values lies inside."""
        return (
            self.everything
            or code in self.codes
            or (bool(customer) and customer in self.customers)
            or (bool(manager) and manager in self.managers and customer not in self.away)
        )
