"""The other way out of quarantine: a file that will never be taken in is discarded, with a reason that stays logged."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.domain.item import Item, ItemState
from dms.domain.policy import Action
from dms.errors import Conflict, NotFound, Usage
from dms.ports.world import World
from dms.said import Do, Said

DISCARD = ActKind("discard", Action.VOID)


def discard(world: World, item_id: str, *, reason: str) -> Item:
    """Discard a file in quarantine: it is removed; its name, digest and the reason stay in the log.

    Args:
        world: the archive.
        item_id: of the file.
        reason: why it is not taken in.

    Raises:
        Usage: no reason.
        NotPermitted: not for the asker: like voiding a record that is nobody's.
        NotFound: no such item in quarantine.
        Conflict: its file lies on another machine.
    """
    if not reason.strip():
        raise Usage(Said("A file is discarded only with a reason."), Said("Such as: a program, sent by mistake."))
    digest = _digest(world, item_id)
    with gate.acting(world, DISCARD, target=item_id, reason=reason.strip()) as act:
        item = _quarantined(act.tx.item(item_id), item_id)
        if item.place not in ("", world.place):
            raise Conflict(
                Said("The file of {item} lies on {place}.", item=item.name, place=item.place), Said("Discard it there.")
            )
        act.notes |= {"name": item.name, "origin": item.origin, "size": item.size, "sha512": item.sha512 or digest,
                      "refused": item.reason}  # fmt: skip
        gone = item.with_(state=ItemState.DISCARDED, reason=reason.strip(), source="")
        act.tx.save_item(gone)
        act.tx.settle("quarantine", item_id)
        # After the commit: a crash before leaves a file that the log calls discarded, never a file gone without a line.
        act.afterwards(lambda: shutil.rmtree(world.quarantine / item_id, ignore_errors=True))
    return gone


def _quarantined(item: Item | None, item_id: str) -> Item:
    if item is None or item.state is not ItemState.QUARANTINED:
        raise NotFound(
            Said("There is nothing in quarantine under {item}.", item=item_id),
            Said("“{act}” lists what is.", act=Do("attention")),
        )
    return item


def _digest(world: World, item_id: str) -> str:
    """Return the SHA-512 of a file in quarantine, empty where it is not there; read before the act, not within it."""
    with world.catalogue.look() as tx:
        item = tx.item(item_id)
    if item is None or item.state is not ItemState.QUARANTINED or not item.source:
        return ""
    path = Path(item.source)
    if not path.is_file() or world.quarantine not in path.parents:
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


ACTS = (DISCARD,)
