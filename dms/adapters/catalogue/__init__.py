"""The relational catalogue."""

from __future__ import annotations

from dms.ports.catalogue import Catalogue


def open_catalogue(url: str) -> Catalogue:
    """Open a catalogue and bring it to the newest schema.

    Args:
        url: ``sqlite:///path``, ``memory://`` (gone when closed) or ``postgresql+psycopg://…``.

    Raises:
        Unavailable: the database cannot be opened or written.
        Usage: the URL's kind is not known, or the database is newer than this program.
    """
    from dms.adapters.catalogue.engine import SqlCatalogue

    return SqlCatalogue(url)
