"""Filing at the desk: permission and the three signatures first, then the station."""

from __future__ import annotations

from dms.desk.acts import gate
from dms.desk.signing.approving import pass_gate
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.flow.file import file_record
from dms.ports.world import World


def file(world: World, named: str, *, by_hand: str = "") -> Record:
    """File a record into the open volume of its class, year and manager.

    Args:
        world: the archive.
        named: electronic code or paper number.
        by_hand: reason for passing the gate by hand.

    Raises:
        NotPermitted: not for the asker, or the gate holds it; what is missing is named.
        NotFound: no such record.
        Conflict: filed already, void or not scanned yet.
        Usage: class, manager, title or year are missing.
    """
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        found = gate.seen(tx, mine, named)
        gate.allow(mine, Action.FILE_BY_HAND if by_hand else Action.FILE, found)
        if found.state is RecordState.REGISTERED and found.class_code and not by_hand:
            pass_gate(world, tx, found)
    return file_record(world, found.code, reason=by_hand)
