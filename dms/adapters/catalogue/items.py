"""Items on their way, their leases, and which item has which content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, Table, delete, select, text, update

from dms.adapters.catalogue.base import Base, to_json
from dms.adapters.catalogue.rows import json_of, readable
from dms.adapters.catalogue.tables import contents, items, jobs, page_runs
from dms.domain.item import Hints, Item, ItemState
from dms.errors import NotFound
from dms.said import Do, Said

# Word for word as in the partial indexes: SQLite does not see through a parameter.
_HELD = text("owner <> ''")
_LEASED = (items, jobs, page_runs)
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
            raise NotFound(
                Said("There is no item {item}.", item=item.id), Said("“{act}” lists what waits.", act=Do("attention"))
            )

    def item(self, item_id: str) -> Item | None:
        """Return one item."""
        row = self.connection.execute(select(*_KEPT).where(items.c.id == item_id)).first()
        return _item(row) if row else None

    def items(
        self, *, states: Sequence[ItemState] = (), parent: str | None = None, user: str = "", newest: bool = False,
        limit: int = 0,
    ) -> Sequence[Item]:  # fmt: skip
        """Return items, oldest or newest first."""
        query = select(*_KEPT).order_by(items.c.id.desc() if newest else items.c.id)
        if user:
            query = query.where(items.c.user == user)
        if states:
            query = query.where(items.c.state.in_([s.value for s in states]))
        if parent is not None:
            query = query.where(items.c.parent == parent)
        if limit:
            query = query.limit(limit)
        return [_item(row) for row in self.connection.execute(query)]

    def item_free(self, *, now: float, place: str | None = None) -> bool:
        """Tell whether there is one to lease."""
        return self.connection.execute(_free(now, place).limit(1)).first() is not None

    def lease_item(
        self, owner: str, *, now: float, seconds: float, item_id: str = "", place: str | None = None
    ) -> Item | None:
        """Take the oldest working item that nobody holds."""
        query = _free(now, place)
        if item_id:
            query = query.where(items.c.id == item_id)
        query = query.order_by(items.c.bulk, items.c.id).limit(1).with_for_update(skip_locked=True)
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
        whole = owner_prefix.rstrip(":") + ":"
        freed = 0
        for table in _LEASED:
            # Up to a colon: ``host:12`` must not free what ``host:123`` holds.
            theirs = [o for o in self._owners(table) if (o + ":").startswith(whole)]
            if theirs:
                mine = (_HELD, table.c.owner.in_(theirs))
                freed += self.connection.execute(update(table).where(*mine).values(owner="", until=0)).rowcount
        return freed

    def lease_owners(self) -> Sequence[str]:
        """Return the owners of leases."""
        return sorted(set().union(*map(self._owners, _LEASED)))

    def _owners(self, table: Table) -> set[str]:
        return set(self.connection.execute(select(table.c.owner).where(_HELD)).scalars())

    def claim_digest(self, sha512: str, item_id: str) -> str:
        """Claim a content; return the id of the item that has it."""
        if self.add_if_new(contents, {"sha512": sha512, "item": item_id}, contents.c.sha512):
            return item_id
        return str(self.connection.execute(select(contents.c.item).where(contents.c.sha512 == sha512)).scalar_one())

    def release_digest(self, sha512: str, item_id: str) -> None:
        """Give a claim back."""
        self.connection.execute(delete(contents).where(contents.c.sha512 == sha512, contents.c.item == item_id))


def _free(now: float, place: str | None) -> Select[Any]:
    query = select(items.c.id).where(items.c.state == ItemState.WORKING.value, items.c.until <= now)
    return query if place is None else query.where(items.c.place.in_(["", place]))


def _row(item: Item) -> dict[str, Any]:
    row = asdict(item)
    row["state"] = item.state.value
    row["hints"] = to_json(row["hints"])
    row["data"] = to_json(row["data"])
    return row


def _item(row: Any) -> Item:
    return readable(items, row, _made)


def _made(row: Any) -> Item:
    told = dict(row._mapping)
    told["state"] = ItemState(told["state"])
    told["hints"] = Hints(**json_of(told["hints"], dict))
    told["data"] = json_of(told["data"], dict)
    return Item(**told)
