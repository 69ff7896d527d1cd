"""Runs of pages of long files, offered to every machine and leased like items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, select, update

from dms.adapters.catalogue.base import Base
from dms.adapters.catalogue.tables import items, page_runs
from dms.domain.item import ItemState
from dms.ports.items import PageRun


class Runs(Base):
    """The part of a transaction about pages that several machines read."""

    def spread_pages(self, item_id: str, runs: Sequence[tuple[int, int]]) -> None:
        """Offer pages as runs."""
        for first, last in runs:
            row = {"item": item_id, "first": first, "last": last, "state": "open"}
            self.add_if_new(page_runs, row, page_runs.c.item, page_runs.c.first)

    def lease_run(
        self, owner: str, *, now: float, seconds: float, item_id: str = "", stranger: str = ""
    ) -> PageRun | None:
        """Take the first run nobody holds."""
        if item_id:
            mine = page_runs.c.item == item_id, page_runs.c.state != "done"
            query = select(page_runs).where(page_runs.c.until <= now, *mine)
        else:
            query = _strange(now, stranger)
        row = self.connection.execute(
            query.order_by(page_runs.c.item, page_runs.c.first).limit(1).with_for_update(skip_locked=True, of=page_runs)
        ).first()
        if row is None:
            return None
        run = _run(row, now)
        self.connection.execute(update(page_runs).where(*_is(run)).values(owner=owner, until=now + seconds))
        return run

    def renew_run(self, run: PageRun, owner: str, *, now: float, seconds: float) -> bool:
        """Prolong a lease; False where it was lost."""
        mine = update(page_runs).where(*_is(run), page_runs.c.owner == owner)
        return self.connection.execute(mine.values(until=now + seconds)).rowcount == 1

    def end_run(self, run: PageRun, owner: str, state: str) -> bool:
        """Give a lease back; False where it was lost."""
        mine = update(page_runs).where(*_is(run), page_runs.c.owner == owner)
        return self.connection.execute(mine.values(owner="", until=0, state=state)).rowcount == 1

    def run_free(self, *, now: float, stranger: str) -> bool:
        """Tell whether there is one for a helper."""
        return self.connection.execute(_strange(now, stranger).limit(1)).first() is not None

    def reopen_run(self, run: PageRun) -> None:
        """Offer a run that is done once more."""
        lost = update(page_runs).where(*_is(run), page_runs.c.state == "done")
        self.connection.execute(lost.values(state="open", owner="", until=0))

    def runs(self, item_id: str, *, now: float) -> Sequence[PageRun]:
        """Return the runs of an item in the order of their pages."""
        query = select(page_runs).where(page_runs.c.item == item_id).order_by(page_runs.c.first)
        return [_run(row, now) for row in self.connection.execute(query)]

    def forget_runs(self, item_id: str) -> None:
        """Take the runs of an item away."""
        self.connection.execute(delete(page_runs).where(page_runs.c.item == item_id))


def _strange(now: float, stranger: str) -> Select[Any]:
    """Select runs of items that other processes lead."""
    return (
        select(page_runs)
        .join(items, items.c.id == page_runs.c.item)
        .where(
            page_runs.c.until <= now,
            page_runs.c.state == "open",
            items.c.state == ItemState.WORKING.value,
            items.c.until > now,
            ~items.c.owner.startswith(f"{stranger}:", autoescape=True),
        )
    )


def _is(run: PageRun) -> tuple[Any, Any]:
    return page_runs.c.item == run.item, page_runs.c.first == run.first


def _run(row: Any, now: float) -> PageRun:
    return PageRun(row.item, row.first, row.last, row.state, free=row.until <= now)
