"""Searching the archive: the query language, filters, the asker's scope, and an index that mends itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from dms.desk.acts import gate
from dms.domain.query import All, Match, Node
from dms.domain.querying import parse
from dms.errors import Damaged, Usage
from dms.flow.index import index_waiting, reindex
from dms.ports.catalogue import Act
from dms.ports.search import Answer, Ask
from dms.ports.world import World
from dms.said import Do, Said

FACETS = ("class", "year", "customer", "manager", "state", "volume")
SORTS = ("relevance", "date", "-date", "code", "number", "title")


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
) -> Answer:
    """Answer a search within what the asker may see (R5).

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
    asked = {k: v for k, v in asdict(filters or Filters()).items() if v}
    parts = [parse(words), *(filters or Filters()).nodes()]
    query: Node = parts[0] if len(parts) == 1 else All(tuple(parts))
    with world.catalogue.begin() as tx:
        scope = gate.scope(world, tx)
        # A search shows titles and snippets: it is a look (R5), logged before the answer is given.
        tx.log(Act(world.now(), world.user, "search", "", "", {"query": words, "filters": asked}))
    ask = Ask(query, scope, limit=limit, offset=offset, sort=sort, facets=tuple(facets))
    try:
        return world.index().ask(ask)
    except Damaged:
        reindex(world)
        return world.index().ask(ask)


def catch_up(world: World) -> int:
    """Index all that waits, batch by batch; return how many records."""
    done = 0
    while step := index_waiting(world):
        done += step
    return done
