"""Is a file's content in the archive already? Only what a living record keeps is known; what is on its way is awaited.

A file called known is removed, so the word is given only where the archive holds these bytes for good. A twin that is
still being taken in may yet be refused or lost: the second file waits for it, and goes on by itself if it fails. What
was given up or destroyed is in the archive no more: it comes in anew, and who sees what stood there is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from dms.domain.item import Item, ItemState
from dms.domain.record import ALIVE, Record, RecordState
from dms.ports.catalogue import Transaction

_GONE = (RecordState.BINNED, RecordState.DESTROYED)


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive has of a content.

    Attributes:
        first: the item that holds the content; this one where it is the first.
        code: the living record that keeps it; empty for a stack that was split, and where it is new.
        kept: the archive holds it for good.
        awaited: the twin is on its way: whether the archive will hold it is not known yet.
        gone: the record, deleted or destroyed by consent, that kept it (R9).
    """

    first: str
    code: str = ""
    kept: bool = False
    awaited: Item | None = None
    gone: str = ""

    @property
    def new(self) -> bool:
        """The archive does not have it and does not expect it."""
        return not self.kept and self.awaited is None


def known(tx: Transaction, item: Item, sha512: str) -> Known:
    """Claim a content for an item and tell what the archive has of it.

    A claim of an item that ended without leaving the content in the archive is taken over.
    """
    first = tx.claim_digest(sha512, item.id)
    mine = first == item.id
    records = [r for r in tx.records_by_digest(sha512) if r.code != item.code]
    same = next((r for r in records if r.state in ALIVE), None)
    if same is not None:
        # An item that has a code was registered before: what it holds itself is its own.
        return Known(first) if mine and item.code else Known(first, same.code, kept=True)
    gone = next((r.code for r in records if r.state in _GONE), "")
    if mine:
        return Known(first, gone=gone)
    other = tx.item(first)
    if other is not None and other.state is ItemState.WORKING:
        return Known(first, awaited=other)
    held = tx.record(other.code) if other is not None and other.code else None
    if held is not None and held.state in ALIVE:
        # Its original was replaced since: the version before, in the same object, holds these bytes.
        return Known(first, held.code, kept=True)
    if _whole_stack(tx, first, other):
        return Known(first, kept=True)
    tx.release_digest(sha512, first)
    return Known(tx.claim_digest(sha512, item.id), gone=gone or _code_if_gone(held))


def _code_if_gone(held: Record | None) -> str:
    return held.code if held is not None and held.state in _GONE else ""


def _whole_stack(tx: Transaction, first: str, other: Item | None) -> bool:
    """Tell whether the vault still keeps a split stack: with the first of its documents destroyed, it was as well."""
    split = other is not None and other.state is ItemState.SPLIT
    # After a rebuild the stack's own object holds the claim.
    batch = str(other.data.get("batch", "")) if other is not None and split else first
    if not batch.startswith("batch-"):
        return False
    return all(r.batch != batch for r in tx.records(states=[RecordState.DESTROYED]))
