"""The query language as data: what people type becomes a tree that every engine answers alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
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
        exact: a quoted phrase: Latin words match whole; otherwise the last Latin word or number matches by prefix.
    """

    text: str
    field: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """A date range, both ends included; None is open."""

    start: date | None
    end: date | None


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


Node = Match | Between | All | OneOf | Not


def terms(node: Node) -> Iterator[Match]:
    """Yield the terms that a hit contains (none under NOT)."""
    if isinstance(node, All | OneOf):
        for part in node.parts:
            yield from terms(part)
    elif isinstance(node, Match):
        yield node


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
