"""Filing: the stamp is drawn first; then permission, the three signatures and the number pass in one commit."""

from __future__ import annotations

from dataclasses import replace

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.desk.signing.approving import missing, pass_gate
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, Unavailable
from dms.flow.file import Drawn, NumberGone, drawn, expected, refuse_unfit, take_place
from dms.ports.catalogue import Transaction
from dms.ports.world import World
from dms.said import Said

FILE = ActKind("file", Action.FILE, Of.RECORD, (RecordState.REGISTERED,))
FILE_BY_HAND = replace(FILE, action=Action.FILE_BY_HAND)

# So often another desk may take the very number a stamp was drawn with, before we say so.
_TRIES = 50


def file(world: World, named: str, *, by_hand: str = "") -> Record:
    """File a record into the open volume of its class, year and manager.

    Args:
        world: the archive, and who acts.
        named: electronic code or paper number.
        by_hand: reason for passing the gate by hand.

    Raises:
        NotPermitted: not for the asker, or the gate holds it; what is missing is named.
        NotFound: no such record.
        Conflict: filed already, void or not scanned yet, or somebody changed it meanwhile.
        Usage: class, manager, title or year are missing.
    """
    kind = FILE_BY_HAND if by_hand else FILE
    for _ in range(_TRIES):
        with world.catalogue.look() as tx:
            _, mine = gate.reach(world, tx)
            seen = gate.seen(tx, mine, named)
            gate.allow(mine, kind.action, seen)
            _refuse(world, tx, seen, by_hand)
            wanted = expected(world, tx, seen)
        with drawn(world, wanted) as sheets:
            try:
                return _pass(world, kind, seen, sheets, by_hand)
            except NumberGone:
                continue
    raise Unavailable(Said("Others file into the same volume all the time."), Said("Try again."))


def _pass(world: World, kind: ActKind, seen: Record, sheets: Drawn, by_hand: str) -> Record:
    filed = sheets.record
    with gate.acting(world, kind, seen.code, reason=by_hand) as act:
        _refuse(world, act.tx, act.record, by_hand)
        if act.record != seen:
            raise Conflict(
                Said("{seen} was changed by somebody else just now.", seen=seen.code),
                Said("Look at it, then file it again."),
            )
        take_place(world, act.tx, act.record, filed)
        act.write(filed.code, sheets.files, Said("Filed as {number}", number=filed.paper_number))
        act.tx.save_record(filed)
        act.tx.enqueue("index", filed.code)
        act.notes |= {"paper_number": filed.paper_number, "by_hand": bool(by_hand)}
        if by_hand:
            act.notes["lacking"] = list(missing(world, act.tx, seen))
    return filed


def _refuse(world: World, tx: Transaction, record: Record, by_hand: str) -> None:
    """Refuse what cannot pass: asked before the stamp is drawn, and again in the commit."""
    if record.class_code and not by_hand:
        pass_gate(world, tx, record)
    refuse_unfit(record)


ACTS = (FILE.by(file, tells="record"),)
