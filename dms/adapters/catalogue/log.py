"""The log: acts under gap-free numbers, each hashed as it is written, and the time the archive has lived through.

A clock that is set forward must not free what waits in the bin (R9). So every act adds to ``lived`` the seconds since
the last one as the machine counted them; where it was started again in between, the wall clock's difference, at most
four days and never less than nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from dms.adapters.catalogue.base import Base, to_json
from dms.adapters.catalogue.logged import Logged
from dms.adapters.catalogue.masters import Masters
from dms.adapters.catalogue.rows import UNREADABLE, json_of
from dms.adapters.catalogue.tables import acts
from dms.domain.audit import canonical, leaf_hash
from dms.ports.catalogue import ROWS, Act

MOST_UNSEEN_SECONDS = 4 * 86400
_LAST = "log:last"
_KEPT = {"lived": float, "wall": float, "boot": str, "up": float}


class Log(Masters, Logged, Base):
    """The log part of a transaction."""

    def log(self, act: Act) -> Act:
        """Append an act, with the rows that were changed for it."""
        rows = self.changed_rows()
        if rows:
            act = replace(act, data={**act.data, ROWS: rows})
        seq = self.count("L:acts")
        lived = int(self._go_on())
        numbered = replace(act, seq=seq, lived=lived)
        leaf = leaf_hash(canonical(numbered.told())).hex()
        told = {"at": act.at, "user": act.user, "act": act.act, "target": act.target, "reason": act.reason}
        self.connection.execute(
            insert(acts).values(id=seq, **told, data=to_json(dict(act.data)), lived=lived, leaf=leaf)
        )
        self.logged = seq
        return replace(numbered, leaf=leaf)

    def restore_act(self, act: Act) -> None:
        """Put an act back under its own number."""
        told = {"at": act.at, "user": act.user, "act": act.act, "target": act.target, "reason": act.reason}
        self.connection.execute(
            insert(acts).values(id=act.seq, **told, data=to_json(dict(act.data)), lived=act.lived, leaf=act.leaf)
        )
        self.at_least("L:acts", act.seq)
        boot, up = self.clock.uptime()
        self.set_fact(_LAST, json.dumps({"lived": act.lived, "wall": self._wall(), "boot": boot, "up": up}))

    def acts(
        self,
        target: str = "",
        *,
        users: Sequence[str] = (),
        act: str = "",
        before: int = 0,
        limit: int = 0,
        offset: int = 0,
    ) -> Sequence[Act]:
        """Return acts, newest first."""
        query = select(acts).order_by(acts.c.id.desc())
        for column, value in ((acts.c.target, target), (acts.c.act, act)):
            if value:
                query = query.where(column == value)
        if users:
            query = query.where(acts.c.user.in_(list(users)))
        if before:
            query = query.where(acts.c.id < before)
        if limit:
            query = query.limit(limit)
        if offset:
            query = query.offset(offset)
        return [_act(row) for row in self.connection.execute(query)]

    def log_from(self, seq: int, *, limit: int = 0) -> Iterator[Act]:
        """Yield acts from a number on."""
        query = select(acts).where(acts.c.id >= seq).order_by(acts.c.id)
        if limit:
            query = query.limit(limit)
        for row in self.connection.execution_options(yield_per=1000).execute(query):
            yield _act(row)

    def leaves(self, *, limit: int = 0) -> Iterator[bytes]:
        """Yield the leaf hashes of the log."""
        query = select(acts.c.leaf).order_by(acts.c.id).limit(limit or None)
        for leaf in self.connection.execution_options(yield_per=5000).execute(query).scalars():
            yield _leaf(leaf)

    def lived(self) -> int:
        """Seconds the archive has lived through by now."""
        return int(self._lived(self._last()))

    def _go_on(self) -> float:
        last = self._last()
        lived = self._lived(last)
        boot, up = self.clock.uptime()
        # The wall clock of the newest act: one set back does not make the next step longer.
        wall = max(self._wall(), float(last.get("wall", 0)))
        if self._wall() < wall - MOST_UNSEEN_SECONDS:
            wall = self._wall()
        self.set_fact(_LAST, json.dumps({"lived": lived, "wall": wall, "boot": boot, "up": up}))
        return lived

    def _lived(self, last: dict[str, Any]) -> float:
        if not last:
            return 0.0
        boot, up = self.clock.uptime()
        if boot and boot == last["boot"] and up >= last["up"]:
            step = up - float(last["up"])
        else:
            step = min(max(0.0, self._wall() - float(last["wall"])), MOST_UNSEEN_SECONDS)
        return float(last["lived"]) + step

    def _last(self) -> dict[str, Any]:
        kept = self.fact(_LAST)
        if not kept:
            return {}
        try:
            told = json_of(kept, dict)
            return {name: kind(told[name]) for name, kind in _KEPT.items()}
        except UNREADABLE:
            # Damaged: the newest act tells the same, and what passed since is not counted: nothing is freed early.
            lived = self.connection.execute(select(acts.c.lived).order_by(acts.c.id.desc()).limit(1)).scalar()
            return {"lived": float(lived or 0), "wall": self._wall(), "boot": "", "up": 0.0}

    def _wall(self) -> float:
        now: datetime = self.clock.now()
        return now.timestamp()


def _leaf(text: str) -> bytes:
    """Return a leaf hash; a damaged one counts as other bytes, so that roots differ and the check names its act."""
    try:
        return bytes.fromhex(text)
    except (ValueError, TypeError):
        return str(text).encode("utf-8", errors="replace")


def _act(row: Any) -> Act:
    # A damaged row still is an act, and the check of its hash names it.
    lived = row.lived if isinstance(row.lived, int) else -1
    return Act(
        str(row.at), str(row.user), str(row.act), str(row.target), str(row.reason), _data(row.data), row.id, lived,
        str(row.leaf),
    )  # fmt: skip


def _data(text: str) -> dict[str, Any]:
    """Read what an act told besides; a damaged row still is an act, and the check of its hash names it."""
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError):
        return {"damaged": str(text)}
