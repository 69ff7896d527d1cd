"""Full-text indexes."""

from __future__ import annotations

from pathlib import Path

from dms.errors import MissingProgram, Usage
from dms.ports.search import SearchIndex
from dms.said import Said


def open_index(url: str) -> SearchIndex:
    """Open an index: ``whoosh:///path``, ``tantivy:///path``, ``postgresql://…`` or ``memory://``.

    Raises:
        Usage: the URL's kind is not known.
        MissingProgram: the engine is not installed.
        Unavailable: the folder cannot be made, or is not ours.
    """
    kind, _, path = url.partition("://")
    if kind == "memory":
        from dms.adapters.search.memory import MemoryIndex

        return MemoryIndex()
    if kind == "whoosh":
        from dms.adapters.search.whoosh_index import WhooshIndex

        return WhooshIndex(Path(path))
    if kind == "tantivy":
        try:
            from dms.adapters.search.tantivy_index import TantivyIndex
        except ImportError as problem:
            raise MissingProgram(
                Said("The search engine tantivy is not installed."), Said('pip install "dms[fast]"')
            ) from problem
        return TantivyIndex(Path(path))
    if kind.startswith("postgresql"):
        from dms.adapters.search.postgres_index import PostgresIndex

        return PostgresIndex(url)
    raise Usage(
        Said("The search “{url}” is of no known kind.", url=url),
        Said('Such as search = "whoosh://{{home}}/archive/index".'),
    )
