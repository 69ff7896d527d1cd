"""The relational catalogue."""

from __future__ import annotations

from collections.abc import Callable

from dms.ports.catalogue import Catalogue
from dms.ports.clock import Clock


def open_catalogue(
    url: str, *, clock: Clock | None = None, on_log: Callable[[int], None] = lambda _: None
) -> Catalogue:
    """Open a catalogue and bring it to the newest schema.

    Args:
        url: ``sqlite:///path``, ``memory://`` (gone when closed) or ``postgresql+psycopg://…``.
        clock: tells how long the archive has lived; the machine's unless given.
        on_log: called with the number of the newest act after a commit that logged something.

    Raises:
        Unavailable: the database cannot be opened or written.
        Usage: the URL's kind is not known, or the database is newer than this program.
    """
    from dms.adapters.catalogue.engine import SqlCatalogue

    return SqlCatalogue(url, clock=clock, on_log=on_log)
