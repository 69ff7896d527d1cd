"""Legal holds: nothing of a record, a volume or a customer is destroyed until the hold is lifted."""

from __future__ import annotations

from dataclasses import replace

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.domain.access import CUSTOMER
from dms.domain.policy import Action
from dms.domain.record import Record
from dms.errors import NotFound, NotPermitted, Usage
from dms.ports.catalogue import Transaction
from dms.ports.registers import Hold
from dms.ports.world import World
from dms.said import Do, Said

HOLD = ActKind("hold", Action.HOLD)
LIFT_HOLD = ActKind("lift-hold", Action.HOLD)


def hold(world: World, target: str, *, reason: str) -> Hold:
    """Put a legal hold on a record, a volume or all of a customer's records.

    Raises:
        Usage: no reason, or no such target.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("A hold is set with a reason."), Do("", reason="诉讼（2026）浙01民初123号"))
    with gate.acting(world, HOLD, target=target, reason=reason) as act:
        if not target.startswith(CUSTOMER) and not act.tx.records(volume=target, limit=1):
            target = act.see(target).code
        return act.tx.add_hold(Hold(target, reason, act.me.code, act.now))


def lift(world: World, hold_id: int, *, reason: str) -> Hold:
    """Lift a legal hold; who set it does not lift it alone where another manager can.

    Raises:
        NotFound: there is no such hold, or it is lifted.
        Usage: no reason.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("A hold is lifted with a reason."), Do("", reason="结案"))
    with gate.acting(world, LIFT_HOLD, target=f"hold {hold_id}", reason=reason) as act:
        found = next((h for h in act.tx.holds() if h.id == hold_id and not h.lifted_at), None)
        if found is None:
            raise NotFound(
                Said("There is no hold {hold}.", hold=hold_id), Said("“{act}” names them.", act=Do("hold", list=True))
            )
        lifted = replace(found, lifted_by=act.me.code, lifted_at=act.now, lifted_reason=reason)
        act.tx.save_hold(lifted)
        act.notes["target"] = lifted.target
    return lifted


def holds(world: World) -> list[Hold]:
    """Return all holds, lifted ones too.

    Raises:
        NotPermitted: not for the asker.
    """
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.PURGE)
        return list(tx.holds())


def held(tx: Transaction, record: Record) -> str:
    """Return the reason of a hold on a record, empty where there is none."""
    targets = {record.code, record.paper_number, record.volume, CUSTOMER + record.customer} - {"", CUSTOMER}
    return next((h.reason for h in tx.holds() if not h.lifted_at and h.target in targets), "")


def refuse_held(tx: Transaction, record: Record) -> None:
    """Refuse to destroy what a legal hold protects.

    Raises:
        NotPermitted: it is held.
    """
    why = held(tx, record)
    if why:
        raise NotPermitted(
            Said("{record} is under a legal hold: {why}.", record=record.code, why=why),
            Said("Nothing of it is destroyed until the hold is lifted."),
        )


ACTS = (HOLD, LIFT_HOLD)
