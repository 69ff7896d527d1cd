"""A span for each web request: method, route and status; never the address asked for, which may name a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fastapi import Request

from dms.ports.world import World

# A method is a stranger's text too.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@contextmanager
def traced(request: Request) -> Iterator[Callable[[int], None]]:
    """Put one request into a span; call what is given with its status."""
    world: World = request.app.state.world
    method = request.method if request.method in _METHODS else "_OTHER"
    status = 500

    def told(code: int) -> None:
        nonlocal status
        status = code

    with world.tracer.span(method, method=method) as span:
        try:
            yield told
        finally:
            # Known once it was found.
            route = getattr(request.scope.get("route"), "path", "none")
            span.tell(f"{method} {route}", route=route, status=status)
