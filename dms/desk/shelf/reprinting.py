"""The reprint list (R13): every sheet that shows what has changed comes onto it, as the sheets say of themselves."""

from __future__ import annotations

from dms.desk.shelf.sheets import sheets
from dms.desk.shelf.sheets.sheet import Shown
from dms.ports.catalogue import Transaction
from dms.ports.registers import Reprint
from dms.said import Said


def ask_again(tx: Transaction, changed: Shown, *, why: Said, at: str, record: str = "", volume: str = "") -> None:
    """Put the sheets of a record and of a volume that show a change onto the reprint list.

    Args:
        tx: the transaction of the change.
        changed: what changed.
        why: reason, as the list tells it.
        at: ISO time.
        record: code of the record whose own sheets are meant; empty for none.
        volume: number of the volume whose sheets are meant; empty for none.
    """
    targets = {"record": record, "volume": volume}
    for sheet in sheets().values():
        target = targets.get(sheet.of, "")
        if target and changed in sheet.shows:
            tx.ask_reprint(Reprint(target, sheet.name, why, at))
