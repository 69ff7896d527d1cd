"""The search port: one writer, many readers, an access scope inside every query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from dms.domain.query import Node, Scope

# What every index says that was never built, or whose files are gone.
NEVER_BUILT = "There is no search index."


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed of one record. ``pages`` holds the text of each page in order."""

    code: str
    title: str = ""
    customer: str = ""
    manager: str = ""
    class_code: str = ""
    year: int = 0
    date: date | None = None
    volume: str = ""
    paper_number: str = ""
    state: str = ""
    form: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A whole question.

    Attributes:
        query: parsed tree (:func:`dms.domain.querying.parse`).
        scope: what the asker may see.
        sort: ``relevance``, ``date`` (newest first), ``-date``, ``code``, ``number``, ``title``.
        facets: fields to count over all hits: ``class``, ``year``, ``customer``, ``manager``, ``state``, ``volume``.
    """

    query: Node
    scope: Scope
    limit: int = 20
    offset: int = 0
    sort: str = "relevance"
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found.

    Attributes:
        page: 1-based page of the first textual hit, 0 where only title, names or numbers matched.
        snippet: text around the hit on that page, plain, one line.
        marks: ``(start, end)`` offsets of hits in ``snippet``.
    """

    code: str
    paper_number: str
    title: str
    customer: str
    page: int
    snippet: str
    marks: tuple[tuple[int, int], ...]
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Hits of one page of results, the exact total, and facet counts (value -> number).

    Attributes:
        alike: nothing was found as typed; these are found with O and 0, l, I and 1 taken for each other.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    alike: bool = False


class SearchIndex(Protocol):
    """One full-text index. The catalogue can always rebuild it.

    One that was never built, lost its files or is of another format is damaged, not empty: whoever asks is told so.
    """

    @property
    def name(self) -> str:
        """Engine and version."""
        ...

    def update(self, entries: Iterable[Entry], removed: Iterable[str] = ()) -> None:
        """Add or replace entries and remove codes, in one commit; visible to readers when it returns.

        Raises:
            Unavailable: another process writes just now (retry later) or the disk is full.
            Damaged: the index is broken; call :meth:`rebuild`.
        """
        ...

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Build a new index beside the old one, which goes on answering, then switch; return the count."""
        ...

    def ask(self, ask: Ask) -> Answer:
        """Answer a question.

        Raises:
            Damaged: the index is broken; it must be rebuilt.
        """
        ...

    def alike(self, text: str, scope: Scope, *, limit: int = 5, without: str = "") -> Sequence[tuple[str, float]]:
        """Return the codes of the records within a scope whose pages are most like a text, most alike first.

        What lies outside the scope counts for nothing: neither as a hit nor for how rare a word is.

        Args:
            text: what they are compared with; its beginning counts most.
            scope: what the asker may see.
            limit: how many.
            without: a code to leave out: the record the text is of.

        Returns:
            codes with the share (0..1) of the text's terms they have, rare terms counting more.

        Raises:
            Damaged: the index is broken; it must be rebuilt.
        """
        ...

    def codes(self) -> frozenset[str]:
        """Return every code in the index, for drift checks.

        Raises:
            Damaged: the index is broken.
        """
        ...

    def empty(self) -> bool:
        """True where nothing is in the index, which beside records is damage.

        Raises:
            Damaged: the index is broken.
        """
        ...

    def close(self) -> None:
        """Let go of files and locks."""
        ...
