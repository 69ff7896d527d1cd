"""Searching the archive: the query language, filters, the asker's scope, and an index that mends itself.

Nothing found as typed is looked for once more with O and 0, l and 1 taken for each other, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.domain.asking import FieldNames
from dms.domain.query import All, Match, Node, taken_alike
from dms.domain.querying import parse
from dms.errors import Usage
from dms.flow.index import asked, index_waiting, refuse_lost
from dms.ports.search import Answer, Ask, SearchIndex
from dms.ports.world import World
from dms.said import Do, Said

FACETS = ("class", "year", "customer", "manager", "state", "volume")
SORTS = ("relevance", "date", "-date", "code", "number", "title")


SEARCH = ActKind("search")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search besides its words; empty does not narrow."""

    class_code: str = ""
    year: str = ""
    customer: str = ""
    manager: str = ""
    volume: str = ""
    state: str = ""

    def nodes(self) -> list[Node]:
        """Return them as parts of a query."""
        named = (
            ("class", self.class_code), ("year", self.year), ("customer", self.customer),
            ("manager", self.manager), ("volume", self.volume), ("state", self.state),
        )  # fmt: skip
        return [Match(value, field=name) for name, value in named if value]


def search(
    world: World,
    words: str,
    filters: Filters | None = None,
    *,
    limit: int = 20,
    offset: int = 0,
    sort: str = "relevance",
    facets: Sequence[str] = (),
    settled: bool = True,
) -> Answer:
    """Answer a search within what the asker may see (R5).

    Args:
        world: the archive.
        words: as typed.
        filters: what narrows the search besides.
        limit: how many hits.
        offset: how many to leave out before.
        sort: one of :data:`SORTS`.
        facets: of :data:`FACETS`, to be counted.
        settled: whether it is logged here. False while somebody types: half a word is no act. The face then logs the
            query he settles on by :func:`note_search`.

    Raises:
        Usage: an unknown sort or facet, a negative limit.
        NotPermitted: the archive does not know who asks.
    """
    if sort not in SORTS:
        raise Usage(Said("There is no order “{sort}”.", sort=sort), Said("Orders: {sorts}", sorts=tuple(SORTS)))
    unknown = [f for f in facets if f not in FACETS]
    if unknown:
        raise Usage(
            Said("Nothing is counted by “{unknown}”.", unknown=unknown[0]),
            Said("Facets: {facets}", facets=tuple(FACETS)),
        )
    if limit < 0 or offset < 0:
        raise Usage(
            Said("Limit and offset count from 0."), Said("Such as {inputs}.", inputs=Do("", limit="20", offset="40"))
        )
    parts = [parse(words, FieldNames(world.profiles)), *(filters or Filters()).nodes()]
    query: Node = parts[0] if len(parts) == 1 else All(tuple(parts))
    if settled:
        # A search shows titles and snippets: it is a look (R5), logged before the answer is given.
        note_search(world, words, filters)
    with world.catalogue.look() as tx:
        scope = gate.scope(world, tx)
    ask = Ask(query, scope, limit=limit, offset=offset, sort=sort, facets=tuple(facets))
    return asked(world, lambda index: _answer(world, index, ask))


def _answer(world: World, index: SearchIndex, ask: Ask) -> Answer:
    found = index.ask(ask)
    if found.total:
        return found
    refuse_lost(world, index)
    alike = taken_alike(ask.query)
    if alike is None:
        return found
    again = index.ask(replace(ask, query=alike))
    return replace(again, alike=True) if again.total else found


def note_search(world: World, words: str, filters: Filters | None = None) -> None:
    """Log a search.

    Raises:
        NotPermitted: the archive does not know who asks.
    """
    narrowed = {k: v for k, v in asdict(filters or Filters()).items() if v}
    with gate.acting(world, SEARCH) as act:
        act.notes |= {"query": words, "filters": narrowed}


def catch_up(world: World) -> int:
    """Index all that waits, batch by batch; return how many records."""
    done = 0
    while step := index_waiting(world):
        done += step
    return done


ACTS = (SEARCH,)
