"""Items on their way, their leases, and which item has which content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, or_, select, update

from dms.adapters.catalogue.base import Base
from dms.adapters.catalogue.tables import contents, items, jobs
from dms.domain.item import Hints, Item, ItemState
from dms.errors import NotFound

_KEPT = [c for c in items.c if c.name not in ("owner", "until")]


class Items(Base):
    """The item part of a transaction."""

    def add_item(self, item: Item) -> bool:
        """Save a new item; False where it is saved already."""
        return self.add_if_new(items, _row(item), items.c.id)

    def save_item(self, item: Item) -> None:
        """Save an item's next state."""
        changed = self.connection.execute(update(items).where(items.c.id == item.id).values(**_row(item))).rowcount
        if not changed:
            raise NotFound(f"There is no item {item.id}.", "“dms attention” lists what waits.")

    def item(self, item_id: str) -> Item | None:
        """Return one item."""
        row = self.connection.execute(select(*_KEPT).where(items.c.id == item_id)).first()
        return _item(row) if row else None

    def items(self, *, states: Sequence[ItemState] = (), parent: str | None = None, limit: int = 0) -> Sequence[Item]:
        """Return items, oldest first."""
        query = select(*_KEPT).order_by(items.c.id)
        if states:
            query = query.where(items.c.state.in_([s.value for s in states]))
        if parent is not None:
            query = query.where(items.c.parent == parent)
        if limit:
            query = query.limit(limit)
        return [_item(row) for row in self.connection.execute(query)]

    def lease_item(self, owner: str, *, now: float, seconds: float, item_id: str = "") -> Item | None:
        """Take the oldest working item that nobody holds."""
        query = select(items.c.id).where(items.c.state == ItemState.WORKING.value, items.c.until <= now)
        if item_id:
            query = query.where(items.c.id == item_id)
        query = query.order_by(items.c.id).limit(1).with_for_update(skip_locked=True)
        found = self.connection.execute(query).scalar()
        if found is None:
            return None
        self.connection.execute(update(items).where(items.c.id == found).values(owner=owner, until=now + seconds))
        return self.item(found)

    def renew_item(self, item_id: str, owner: str, *, now: float, seconds: float) -> bool:
        """Prolong a lease; False where it was lost."""
        return (
            self.connection.execute(
                update(items).where(items.c.id == item_id, items.c.owner == owner).values(until=now + seconds)
            ).rowcount
            == 1
        )

    def free_item(self, item_id: str, owner: str) -> None:
        """Give a lease back."""
        self.connection.execute(
            update(items).where(items.c.id == item_id, items.c.owner == owner).values(owner="", until=0)
        )

    def free_owner(self, owner_prefix: str) -> int:
        """Give back every lease of owners that begin so."""
        freed = 0
        for table in (items, jobs):
            same = or_(table.c.owner == owner_prefix, table.c.owner.startswith(owner_prefix + ":", autoescape=True))
            freed += self.connection.execute(update(table).where(same).values(owner="", until=0)).rowcount
        return freed

    def lease_owners(self) -> Sequence[str]:
        """Return the owners of leases on items and jobs."""
        found: set[str] = set()
        for table in (items, jobs):
            found |= set(self.connection.execute(select(table.c.owner).where(table.c.owner != "").distinct()).scalars())
        return sorted(found)

    def claim_digest(self, sha512: str, item_id: str) -> str:
        """Claim a content; return the id of the item that has it."""
        if self.add_if_new(contents, {"sha512": sha512, "item": item_id}, contents.c.sha512):
            return item_id
        return str(self.connection.execute(select(contents.c.item).where(contents.c.sha512 == sha512)).scalar_one())

    def release_digest(self, sha512: str, item_id: str) -> None:
        """Give a claim back."""
        self.connection.execute(delete(contents).where(contents.c.sha512 == sha512, contents.c.item == item_id))


def _row(item: Item) -> dict[str, Any]:
    row = asdict(item)
    row["state"] = item.state.value
    row["hints"] = json.dumps(row["hints"])
    row["data"] = json.dumps(row["data"])
    # A name may hold bytes that are no UTF-8; no database takes the surrogates Python reads them as.
    for key in ("name", "source", "origin", "reason"):
        row[key] = _storable(row[key])
    return row


def _item(row: Any) -> Item:
    told = dict(row._mapping)
    told["state"] = ItemState(told["state"])
    told["hints"] = Hints(**json.loads(told["hints"]))
    told["data"] = json.loads(told["data"])
    for key in ("name", "source", "origin", "reason"):
        told[key] = _restored(told[key])
    return Item(**told)


def _storable(text: str) -> str:
    """Escape lone surrogates and NUL with a private mark, so that every file name comes back as it was."""
    if not any("\ud800" <= c <= "\udfff" or c in "\x00\ue000" for c in text):
        return text
    return "".join(f"\ue000{ord(c):04x}" if "\ud800" <= c <= "\udfff" or c in "\x00\ue000" else c for c in text)


def _restored(text: str) -> str:
    if "\ue000" not in text:
        return text
    head, *rest = text.split("\ue000")
    return head + "".join(chr(int(part[:4], 16)) + part[4:] for part in rest)
