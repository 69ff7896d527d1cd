"""Pages of two records: a later batch joined to its record, and a record split in two.

Both are free before filing; to a filed record a batch comes by consent (R8), and nothing is split off it. The scan
that comes stays beside the first one, byte for byte; the code given up is voided with the reason.
"""

from __future__ import annotations

from dms.desk.acts import gate
from dms.desk.acts.kinds import Form, Input, on_record
from dms.desk.consent.changing import ask_change
from dms.desk.records.arranging import refuse_overtaken, refuse_unregistered, unsign
from dms.desk.records.giving_up import give_up
from dms.domain.arranging import collate_all
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, Usage
from dms.flow.arrange import laid_out, standing, together_with, with_pages
from dms.flow.passing import passing
from dms.flow.work import record_json
from dms.ports.catalogue import Transaction
from dms.ports.registers import Request
from dms.ports.world import World
from dms.said import Do, Said

JOIN = on_record(Action.PAIR, name="join")


def join(world: World, named: str, to: str, *, reason: str, collate: str = "") -> Record | Request:
    """Join a record's pages to another's, behind them; of a filed one, ask for consent to it.

    Args:
        world: the archive.
        named: the record whose pages come; its code is given up.
        to: the record that goes on.
        reason: why.
        collate: the first are fronts, the others backs: ``reversed`` from the last one, or ``same``; empty: behind.

    Returns:
        the record that goes on, or the request where it is filed.

    Raises:
        Usage: no reason, a file and a scan, or fronts and backs that make no pairs.
        NotFound: one of them is not there, or has no pages.
        Conflict: they are the same, not registered, or somebody changed one meanwhile.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("Pages are joined only with a reason."), Do("", reason="同一份材料的后续页"))
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        second, first = gate.seen(tx, mine, named), gate.seen(tx, mine, to)
        gate.allow(mine, Action.PAIR, second)
        if first.state is not RecordState.FILED:
            gate.allow(mine, Action.PAIR, first)
    _refuse_unfit(first, second)
    now = together_with(world, standing(world, first), standing(world, second))
    before = standing(world, first).arrangement
    wanted = collate_all(now.arrangement, len(before.leaves), collate) if collate else now.arrangement
    if first.state is RecordState.FILED:
        told = Said("{count} pages of {record} joined", count=second.electronic.pages, record=second.code)
        data = {"arrangement": wanted.to_dict(), "before": before.to_dict(), "join": second.code}
        return ask_change(world, first.code, {}, pages=data | {"told": [told.stored()]}, reason=reason)
    with passing(world, "pages") as folder:
        laid = laid_out(world, now, wanted, folder)
        with gate.acting(world, JOIN, first.code, reason=reason) as act:
            gate.allow(act.reach, Action.PAIR, act.see(second.code))
            refuse_overtaken(world, act.record, first, now)
            if act.tx.record(second.code) != second:
                raise Conflict(
                    Said("{record} was changed by somebody else just now.", record=second.code),
                    Said("Look at its pages, then try again."),
                )
            record = with_pages(first, len(laid.pages))
            unsign(act, first.code)
            act.notes |= {"joined": second.code, "collate": collate}
            message = Said("Pages of {record} joined: {reason}", record=second.code, reason=reason).stored()
            files = laid.files(wanted) | {"record.json": record_json(record)}
            world.vault.write(first.code, files, message=message, user=act.me.code, at=act.now)
            act.tx.save_record(record)
            act.tx.enqueue("index", first.code)
            give_up(world, act, second, Said("its pages joined to {record}", record=first.code))
            settle_between(act.tx, first.code, second.code)
    return record


def settle_between(tx: Transaction, first: str, second: str) -> None:
    """Take questions about a record off the list that only asked what another one, now given up, is to it."""
    for one in tx.attention(first):
        if one.data.get("other") == second:
            tx.settle(one.kind, first)


def _refuse_unfit(first: Record, second: Record) -> None:
    if first.code == second.code:
        raise Conflict(
            Said("A record cannot be joined to itself."), Said("Name the later batch and the record it belongs to.")
        )
    refuse_unregistered(second)
    if first.state is RecordState.RESERVED:
        raise Conflict(
            Said("Nothing was scanned for {code} yet.", code=first.code), Do("pair", first.code, second.code)
        )
    if first.state is not RecordState.FILED:
        refuse_unregistered(first)
    for one in (first, second):
        if one.paper.sha512:
            raise Conflict(
                Said("{record} has two carriers; pages are joined to records of one.", record=one.code),
                Said("Scan its paper whole and hand that in: {act}", act=Do("rescan")),
            )
    if first.paper.present != second.paper.present:
        raise Usage(
            Said("One of {first} and {second} is a file, the other a scan.", first=first.code, second=second.code),
            Do("pair", first.code, second.code),
        )


ACTS = (
    JOIN.by(
        join, Input("other", Form.RECORD, needed=True, parameter="to"), Input("reason", needed=True),
        Input("collate", choices=("reversed", "same")), tells="record",
    ),
)  # fmt: skip
