"""The tracing port: which step took how long and where it failed, for whoever watches over the machines."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol, TypedDict, Unpack


class Told(TypedDict, total=False):
    """All that a span may tell; closed, so that nothing of a record gets out (promise 8).

    Attributes:
        item: id of an item, a random one.
        station: where it is on its journey.
        kind: ``scan``, ``document`` or ``text``.
        pages: how many; 0: not known yet.
        outcome: ``goes on``, or the state it ended in.
        records: how many were indexed.
        method: of a web request.
        route: the route's template, never the address asked for.
        status: of the answer.
    """

    item: str
    station: str
    kind: str
    pages: int
    outcome: str
    records: int
    method: str
    route: str
    status: int


class Span(Protocol):
    """A step under way."""

    def tell(self, name: str = "", **told: Unpack[Told]) -> None:
        """Add what is known only now; what is empty or 0 is left out.

        Args:
            name: a better name for the step; empty: it keeps its own.
            told: see :class:`Told`.
        """
        ...


class Tracer(Protocol):
    """Takes the time of steps; never fails or delays them."""

    def span(self, name: str, trace: str = "", **told: Unpack[Told]) -> AbstractContextManager[Span]:
        """Open a step: part of the one that is open here, else the first of its own trace.

        Left by an exception it has failed; the exception's class is told, never its message.

        Args:
            name: of few different ones; nothing of a record.
            trace: an id; steps under the same one are of one trace, on whatever machine they happen.
            told: see :class:`Told`.
        """
        ...

    def close(self) -> None:
        """Send what waits, within two seconds; the rest is dropped."""
        ...
