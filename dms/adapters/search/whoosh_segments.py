"""The segments of a Whoosh index, each opened once, with what was read of it.

Whoosh's own ``refresh`` opens every segment anew, which copies the whole index into memory at each commit. A segment
never changes but for its deletions, so only new ones are opened here, and columns and texts read once stay good.
"""

from __future__ import annotations

import sys
import time
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from whoosh.index import TOC
from whoosh.reading import EmptyReader, MultiReader, SegmentReader
from whoosh.searching import Searcher

from dms.adapters.search.documents import Folded
from dms.adapters.search.stored import unpack_folded

_TRIES = 10
# Unpacked texts kept for the next search: about 100 MB.
_KEPT_CHARACTERS = 40_000_000


class _Segment:
    """A segment's reader, its columns and unpacked texts by its own document numbers."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.columns: dict[str, list[str]] = {}
        self.texts: dict[int, Folded] = {}
        self.characters = 0

    def deleted(self, segment: Any) -> None:
        """Take over deletions from a later state of the segment; there are only ever more."""
        mine = self.reader.segment()
        for number in set(segment.deleted_docs()).difference(mine.deleted_docs()):
            mine.delete_document(number)

    def column(self, name: str) -> list[str]:
        """Return a column's values by document number; where no document has one there is no column."""
        if name not in self.columns:
            reader = self.reader
            values: Iterable[str] = (
                reader.column_reader(name) if reader.has_column(name) else [""] * reader.doc_count_all()
            )
            self.columns[name] = [sys.intern(v) for v in values]
        return self.columns[name]


class Segments:
    """An opened index; not for several threads at once.

    Args:
        index: Whoosh's, opened.
    """

    def __init__(self, index: Any) -> None:
        self.index = index
        self._generation = -1
        self._segments: dict[str, _Segment] = {}
        self._offsets: list[int] = []
        self._ordered: list[_Segment] = []
        self._columns: dict[str, list[str]] = {}
        self._searcher: Any = None

    def searcher(self) -> Any:
        """Return a searcher of the last commit; it holds until the next call."""
        for attempt in range(1, _TRIES + 1):
            if self._generation == self.index.latest_generation():
                break
            try:
                self._refresh()
            except OSError:
                # Another process merged a segment away between its table of contents and the opening.
                if attempt == _TRIES:
                    raise
                time.sleep(0.05)
        return self._searcher

    def _refresh(self) -> None:
        index = self.index
        toc = TOC.read(index.storage, index.indexname)
        for segment in toc.segments:
            known = self._segments.get(segment.segment_id())
            if known is None:
                reader = SegmentReader(index.storage, toc.schema, segment, generation=toc.generation)
                self._segments[segment.segment_id()] = _Segment(reader)
            else:
                known.deleted(segment)
        for gone in self._segments.keys() - {s.segment_id() for s in toc.segments}:
            self._segments.pop(gone).reader.close()
        self._ordered = [self._segments[s.segment_id()] for s in toc.segments]
        readers = [s.reader for s in self._ordered]
        self._offsets = list(accumulate((r.doc_count_all() for r in readers[:-1]), initial=0))
        self._columns.clear()
        match readers:
            case []:
                whole = EmptyReader(toc.schema)
            case [only]:
                whole = only
            case _:
                whole = MultiReader(readers, generation=toc.generation)
        self._searcher = Searcher(whole)
        self._generation = toc.generation

    def column(self, name: str) -> list[str]:
        """Return a column's values by the searcher's document numbers: one by one they take longer than the search."""
        if name not in self._columns:
            self._columns[name] = [value for segment in self._ordered for value in segment.column(name)]
        return self._columns[name]

    def text(self, number: int) -> Folded:
        """Return a document's folded text; what was unpacked once is kept, as much as there is room for."""
        at = bisect_right(self._offsets, number) - 1
        segment, local = self._ordered[at], number - self._offsets[at]
        kept = segment.texts.get(local)
        if kept is None:
            kept = unpack_folded(segment.reader.stored_fields(local)["folded"])
            size = sum(map(len, kept.pages)) + 500
            if sum(s.characters for s in self._ordered) + size <= _KEPT_CHARACTERS:
                segment.characters += size
                segment.texts[local] = kept
        return kept

    def close(self) -> None:
        """Let go of all files."""
        segments, self._segments = list(self._segments.values()), {}
        self._ordered, self._searcher, self._generation = [], None, -1
        for segment in segments:
            segment.reader.close()
