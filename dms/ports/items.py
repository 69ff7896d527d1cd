"""The catalogue's items: files on their way, who holds them, and the pages of long ones that several machines read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dms.domain.item import Item, ItemState


@dataclass(frozen=True, slots=True)
class PageRun:
    """Some pages of a long file that any machine may read for the one that leads the file.

    Attributes:
        item: id of the item.
        first: number of the first page, from 1.
        last: number of the last one.
        state: ``open`` (also while somebody reads it), ``alone`` (a helper failed: for the leader only), ``done``.
        free: nobody holds a lease on it.
    """

    item: str
    first: int
    last: int
    state: str = "open"
    free: bool = True


class Items(Protocol):
    """The part of a transaction about items (see :class:`dms.ports.catalogue.Transaction`)."""

    def add_item(self, item: Item) -> bool:
        """Save a new item; False where one with this id is saved already."""
        ...

    def save_item(self, item: Item) -> None:
        """Save an item's next state (NotFound where there is none)."""
        ...

    def item(self, item_id: str) -> Item | None:
        """Return one item."""
        ...

    def items(
        self, *, states: Sequence[ItemState] = (), parent: str | None = None, user: str = "", newest: bool = False,
        limit: int = 0,
    ) -> Sequence[Item]:  # fmt: skip
        """Return items, oldest first or newest first; any state and anybody's where none is named."""
        ...

    def moment(self) -> float:
        """Return the POSIX time leases are counted in: the server's, so that machines with other clocks agree."""
        ...

    def item_free(self, *, now: float, place: str | None = None) -> bool:
        """Tell whether :meth:`lease_item` would find one; a look, so that idle workers keep no writer waiting."""
        ...

    def lease_item(
        self, owner: str, *, now: float, seconds: float, item_id: str = "", place: str | None = None
    ) -> Item | None:
        """Take a working item (or the one named) that nobody holds a live lease on, or return None.

        What came in bulk goes last, else the oldest first.

        Args:
            owner: who takes it.
            now: POSIX time.
            seconds: how long the lease lasts.
            place: only items whose files lie on this machine, or that any worker can get; None: wherever.
            item_id: only this one.
        """
        ...

    def renew_item(self, item_id: str, owner: str, *, now: float, seconds: float) -> bool:
        """Prolong a lease; False where it was lost."""
        ...

    def free_item(self, item_id: str, owner: str) -> None:
        """Give a lease back."""
        ...

    def free_owner(self, owner_prefix: str) -> int:
        """Give back every lease of owners that begin so (a host's dead process); return how many."""
        ...

    def lease_owners(self) -> Sequence[str]:
        """Return the owners of live leases."""
        ...

    def claim_digest(self, sha512: str, item_id: str) -> str:
        """Claim a content for an item; return the id of the item that has it (this one where it was free)."""
        ...

    def release_digest(self, sha512: str, item_id: str) -> None:
        """Give a claim back (the item was quarantined)."""
        ...

    # -- pages of long files, read by several machines --------------------------------------------------------
    def spread_pages(self, item_id: str, runs: Sequence[tuple[int, int]]) -> None:
        """Offer pages of an item as runs (first, last); what is offered already stays as it stands."""
        ...

    def lease_run(
        self, owner: str, *, now: float, seconds: float, item_id: str = "", stranger: str = ""
    ) -> PageRun | None:
        """Take the first run nobody holds, or return None.

        Args:
            owner: who takes it.
            now: POSIX time.
            seconds: how long the lease lasts.
            item_id: of this item, as its leader: also runs a helper failed at.
            stranger: as a helper: only of items that live leases of other processes than this one hold.
        """
        ...

    def renew_run(self, run: PageRun, owner: str, *, now: float, seconds: float) -> bool:
        """Prolong a lease on a run; False where it was lost."""
        ...

    def end_run(self, run: PageRun, owner: str, state: str) -> bool:
        """Give a lease on a run back, its state now ``done`` or ``alone``; False where it was lost."""
        ...

    def run_free(self, *, now: float, stranger: str) -> bool:
        """Tell whether :meth:`lease_run` would find one for a helper; a look as well."""
        ...

    def reopen_run(self, run: PageRun) -> None:
        """Offer a run that is done once more: what was read of it is lost."""
        ...

    def runs(self, item_id: str, *, now: float) -> Sequence[PageRun]:
        """Return the runs of an item in the order of their pages."""
        ...

    def forget_runs(self, item_id: str) -> None:
        """Take the runs of an item away."""
        ...
