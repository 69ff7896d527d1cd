"""Traces that nobody asked for: nothing is kept, nothing is sent, next to nothing is done."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Unpack

from dms.ports.tracing import Span, Told


class NullTracer:
    """See :class:`dms.ports.tracing.Tracer`."""

    def span(self, name: str, trace: str = "", **told: Unpack[Told]) -> AbstractContextManager[Span]:
        """Return the one step there is."""
        return _STEP

    def close(self) -> None:
        """There is nothing to send."""


class _Step:
    def __enter__(self) -> _Step:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def tell(self, name: str = "", **told: Unpack[Told]) -> None:
        return None


_STEP = _Step()
