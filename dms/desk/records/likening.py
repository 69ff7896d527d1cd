"""Records most like one that is not settled: shown beside it with what people know of them, never taken unasked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.desk.acts.kinds import on_record
from dms.domain.access import may_see
from dms.domain.policy import Action
from dms.domain.query import Scope
from dms.domain.record import Record
from dms.errors import NotFound
from dms.flow.index import HIDDEN, asked, refuse_lost
from dms.flow.work import text_of
from dms.ports.search import SearchIndex
from dms.ports.world import World

SIMILAR = on_record(Action.LOOK, name="similar")
# Less than this in common is chance; so much of a text is compared.
LEAST, _TEXT = 0.2, 6000


@dataclass(frozen=True, slots=True)
class Similar:
    """A record like another one.

    Attributes:
        share: 0..1, how much of the other's text it has.
        class_code: its class; empty where that waits for people itself, as its customer.
    """

    code: str
    title: str
    class_code: str
    customer: str
    share: float


def similar(world: World, named: str, *, limit: int = 5) -> list[Similar]:
    """Return the records most like one, within what the asker may see (R5); the look is logged (R6).

    Raises:
        NotFound: no such record, or not for the asker.
    """
    record = gate.about_to(world, Action.LOOK, named)
    with gate.looking(world) as (_, scope):
        pass
    # A few more: of what the index has, some may just have been taken away from the asker.
    found = dict(_alike(world, record, scope, limit * 2))
    with gate.acting(world, SIMILAR, named) as act:
        rows = [act.tx.record(code) for code, share in found.items() if share >= LEAST]
        seen = [r for r in rows if r is not None and r.state not in HIDDEN and may_see(act.scope, r)][:limit]
        act.notes["shown"] = [r.code for r in seen]
    return [_told(r, found[r.code]) for r in seen]


def taken_from(world: World, named: str) -> dict[str, str]:
    """Return what another record lends a form that is to be settled: its class and customer, where they are settled.

    Nothing where there is no such record, or not for the asker: a link to it may be old.
    """
    with world.catalogue.look() as tx:
        try:
            found = _told(gate.record(world, tx, named), 1.0)
        except NotFound:
            return {}
    return {k: v for k, v in (("class_code", found.class_code), ("customer", found.customer)) if v}


def _told(record: Record, share: float) -> Similar:
    sure = [n for n in ("class", "customer") if n not in record.uncertain]
    class_code = record.class_code if "class" in sure else ""
    return Similar(record.code, record.title, class_code, record.customer if "customer" in sure else "", share)


def _alike(world: World, record: Record, scope: Scope, limit: int) -> Sequence[tuple[str, float]]:
    try:
        pages = text_of(world, record.code)
    except NotFound:
        return ()  # reserved: nothing is scanned yet
    text = "\n".join((*pages[:1], record.customer, *pages[1:]))[:_TEXT]

    def ask(index: SearchIndex) -> Sequence[tuple[str, float]]:
        found = index.alike(text, scope, limit=limit, without=record.code)
        if not found:
            refuse_lost(world, index)
        return found

    return asked(world, ask)


ACTS = (SIMILAR,)
