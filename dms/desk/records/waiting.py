"""What waits for people: listed within what the asker may see, settled with a trace in the acts."""

from __future__ import annotations

from collections.abc import Sequence

from dms.desk.acts import gate
from dms.domain.access import may_see
from dms.domain.policy import Action
from dms.errors import NotFound
from dms.ports.catalogue import Act, Attention
from dms.ports.world import World
from dms.said import Do, Said


def waiting(world: World) -> Sequence[Attention]:
    """Return what needs attention, oldest first; of records the asker may not see, nothing."""
    with gate.looking(world) as (tx, scope):
        seen = []
        for one in tx.attention():
            record = tx.record(one.target)
            # Files in quarantine belong to nobody yet: whoever sees everything settles them.
            if may_see(scope, record) if record else scope.everything:
                seen.append(one)
        return seen


def settle(world: World, target: str) -> None:
    """Take remarks on quality and pairing off the list; what is uncertain or in quarantine is settled by its own act.

    Raises:
        NotFound: nothing of the kind waits under this code.
    """
    mine = [a for a in waiting(world) if a.target == target and a.kind in ("quality", "pair")]
    if not mine:
        raise NotFound(
            Said("Nothing about {target} can be taken off the list.", target=target),
            Said("Use the command listed beside it in “{act}”.", act=Do("attention")),
        )
    now = world.now()
    with world.catalogue.begin() as tx:
        gate.permitted(world, tx, Action.DESCRIBE, tx.record(target))
        for one in mine:
            tx.settle(one.kind, target)
            tx.log(Act(now, world.user, "settle", target, "", {"kind": one.kind, "question": str(one.question)}))
