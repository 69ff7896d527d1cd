"""What waits for people: listed within what the asker may see, settled with a trace in the acts."""

from __future__ import annotations

from collections.abc import Sequence

from dms.desk.acts import gate
from dms.desk.acts.kinds import on_record
from dms.domain.access import may_see
from dms.domain.policy import Action
from dms.domain.record import Record
from dms.errors import Damaged, NotFound
from dms.ports.catalogue import Attention, Transaction
from dms.ports.world import World
from dms.said import Do, Said

SETTLE = on_record(Action.DESCRIBE, name="settle")


def waiting(world: World) -> Sequence[Attention]:
    """Return what needs attention, oldest first; of records the asker may not see, nothing."""
    with gate.looking(world) as (tx, scope):
        seen = []
        for one in tx.attention():
            # Files in quarantine belong to nobody yet, and what cannot be read to nobody known: whoever sees everything
            # settles them.
            record = _readable(tx, one.target)
            if may_see(scope, record) if record else scope.everything:
                seen.append(one)
        return seen


def _readable(tx: Transaction, target: str) -> Record | None:
    try:
        return tx.record(target)
    except Damaged:
        return None


def settle(world: World, target: str) -> None:
    """Take remarks on quality, pairing and splitting off the list; all else is settled by its own act.

    Raises:
        NotFound: nothing of the kind waits under this code.
    """
    mine = [a for a in waiting(world) if a.kind in ("quality", "pair", "split", "batch") and target in _named(a)]
    if not mine:
        raise NotFound(
            Said("Nothing about {target} can be taken off the list.", target=target),
            Said("Use the command listed beside it in “{act}”.", act=Do("attention")),
        )
    with gate.acting(world, SETTLE, target) as act:
        for one in mine:
            act.tx.settle(one.kind, one.target)
        act.notes["settled"] = [{"kind": one.kind, "question": one.question.to_dict()} for one in mine]


def _named(one: Attention) -> set[str]:
    """Return the records a question is about: a proposal to pair stands under one of two."""
    return {one.target, str(one.data.get("other", "")) if one.kind in ("pair", "batch") else ""} - {""}


ACTS = (SETTLE.by(settle),)
