"""Searches answered while somebody types: one entry in the log for the query he settles on, none for half a word.

The server decides what is settled, not the browser: a search that stood for a moment is logged whatever the browser
does next, so that nobody reads hits without a trace by never pressing Enter.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from dms.desk.records.finding import Filters, note_search
from dms.errors import DmsError
from dms.ports.world import World

_log = logging.getLogger("dms.web")
PAUSE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class _Typing:
    """A query that is being typed: in whose archive, its words and filters."""

    world: World
    words: str
    filters: Filters

    def goes_on(self, later: _Typing) -> bool:
        """Tell whether a later query is the same one typed further or taken back, not another search."""
        one, two = (t.words.casefold().strip() for t in (self, later))
        return self.filters == later.filters and (one.startswith(two) or two.startswith(one))


class Settling:
    """Holds each person's query until it is settled.

    Args:
        pause: how long a query stands until it counts as settled, seconds.
        start: begins to wait: called with the seconds and what to do then. A timer's thread where None.
    """

    def __init__(
        self, pause: float = PAUSE_SECONDS, start: Callable[[float, Callable[[], None]], None] | None = None
    ) -> None:
        self._pause = pause
        self._start = start or _by_timer
        self._lock = threading.Lock()
        self._waiting: dict[str, _Typing] = {}
        # Logged by a pause; Enter on the same query is the same search.
        self._logged: dict[str, _Typing] = {}

    def typed(self, who: str, world: World, words: str, filters: Filters) -> None:
        """Hold a query that was answered while somebody types."""
        query = _Typing(world, words, filters)
        with self._lock:
            before = self._waiting.get(who)
            self._waiting[who] = query
            self._logged.pop(who, None)
        if before is not None and not before.goes_on(query):
            self._note(who, before)
        self._start(self._pause, lambda: self._due(who, query))

    def entered(self, who: str, world: World, words: str, filters: Filters) -> bool:
        """Tell whether a query that was sent on purpose must still be logged; what was typed towards it is not."""
        query = _Typing(world, words, filters)
        with self._lock:
            before, logged = self._waiting.pop(who, None), self._logged.pop(who, None)
        if before is not None and not before.goes_on(query):
            self._note(who, before)
        return logged is None or (logged.words, logged.filters) != (words, filters)

    def flush(self) -> None:
        """Log all that waits: the server stops."""
        with self._lock:
            waiting = list(self._waiting.items())
        for who, query in waiting:
            self._due(who, query)

    def _due(self, who: str, query: _Typing) -> None:
        with self._lock:
            if self._waiting.get(who) is not query:
                return  # typed further, or sent
            del self._waiting[who]
            self._logged[who] = query
        self._note(who, query)

    def _note(self, who: str, query: _Typing) -> None:
        try:
            note_search(query.world, query.words, query.filters)
        except DmsError as problem:
            # A lock held, a disk full for a moment: what was looked at is logged later, not never.
            _log.warning("A search is not logged yet: %s", problem.message)
            self._start(self._pause, lambda: self._note(who, query))


def _by_timer(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
