"""What waits for people: listed within what the asker may see, settled with a trace in the acts.

After what acts put there comes what only the day brings: loans due, and agreed ones to be handed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dms.desk.acts import gate
from dms.desk.acts.kinds import on_record
from dms.desk.ledger.year_end import not_bound
from dms.desk.shelf.lending import reminders, to_hand_over
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
        names = {p.code: p.name for p in tx.people()}
        seen = []
        for one in tx.attention():
            # Files in quarantine belong to nobody yet, and what cannot be read to nobody known: whoever sees everything
            # settles them.
            record = _readable(tx, one.target)
            if may_see(scope, record) if record else scope.everything:
                seen.append(one)
    return [*seen, *_of_last_year(world), *_of_loans(world, names)]


def _of_last_year(world: World) -> list[Attention]:
    """Return the reminder, from January on, that volumes of the year before are not bound, for who keeps them (R2)."""
    year = world.clock.now().year - 1
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        left = not_bound(tx, gate.scope_of(tx, mine), year) if mine.may(Action.KEEP_VOLUMES) else []
    if not left:
        return []
    question = Said("{year}: {count} volumes are not bound yet.", year=str(year), count=len(left))
    return [Attention("year-end", str(year), question, Said("{act}", act=Do("report year-end", year)), left[-1].opened)]


def _of_loans(world: World, names: Mapping[str, str]) -> list[Attention]:
    """Return what the day itself asks: a loan that is due or overdue; it is over once the paper is back (R5)."""
    found = []
    for one in reminders(world):
        loan = one.loan
        told = {"target": loan.target, "borrower": loan.borrower, "due": loan.due}
        question = (
            Said("{target}, lent to {borrower}, was due on {due}: {days} days overdue.", **told, days=-one.days)
            if one.days < 0
            else Said("{target}, lent to {borrower}, is due on {due}.", **told)
        )
        todo = Said("When it is back: {act}", act=Do("loan back", loan.target))
        found.append(Attention("loan-due", loan.target, question, todo, loan.out_at))
    for request in to_hand_over(world):
        question = Said(
            "{asked} may be lent to {to} until {due}: agreed by {person}.", asked=str(request.data["asked"]),
            to=str(request.data["to"]), due=str(request.data["due"]),
            person=names.get(request.decided_by, request.decided_by),
        )  # fmt: skip
        todo = Said("{act}", act=Do("loan out", request.data["asked"]))
        found.append(Attention("loan-agreed", request.target, question, todo, request.decided_at))
    return found


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
