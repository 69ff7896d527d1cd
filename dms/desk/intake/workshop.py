"""Workers: threads that take items by lease through the journey, with a heartbeat, and one that keeps the index up.

The heavy work is in the examiner's child processes; these threads only wait for it, for the vault and the catalogue.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from dms.domain.item import Item, ItemState
from dms.errors import Awaited, Damaged, DmsError, Unavailable
from dms.flow import travel
from dms.flow.index import index_waiting, mend
from dms.flow.spreading import Helper
from dms.flow.work import Progress
from dms.ports.world import World
from dms.said import as_said

_log = logging.getLogger("dms.workshop")
# How long an item waits after a fault that is not its own: 1, 2, 4 ... seconds, at most this.
_LONGEST_WAIT = 60.0
_GIVE_UP = 4
# How long one waits for its twin that is just being taken in: at most this, and this at first.
_TWIN_WAIT, _LONGEST_TWIN_WAIT = 1.0, 8.0


class Workshop:
    """Takes items through the journey with several threads.

    Args:
        world: the archive.
        workers: number of threads; enough to keep every reading process busy.
        on_progress: told ``(item, pages done, pages in all)``.
        on_end: told each item that reached its end.
    """

    def __init__(
        self,
        world: World,
        workers: int,
        on_progress: Progress = lambda *_: None,
        on_end: Callable[[Item], None] = lambda _: None,
    ) -> None:
        self._world = world
        self._workers = workers
        self._on_progress = on_progress
        self._on_end = on_end
        self._held: dict[str, str] = {}
        self._failures: dict[str, int] = {}
        self._twins: dict[str, str] = {}
        self._lock = threading.Lock()
        self._helper = Helper(world)
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._problem: BaseException | None = None

    def wake(self) -> None:
        """Tell the workers that there is something new."""
        self._wake.set()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Run workers and indexer until the context ends; what is under way is finished first."""
        threads = [threading.Thread(target=self._work, args=(n,), name=f"worker-{n}") for n in range(self._workers)]
        threads += [threading.Thread(target=self._beat, name="heartbeat"), threading.Thread(target=self._index)]
        for thread in threads:
            thread.daemon = True
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._wake.set()
            for thread in threads:
                thread.join()
            self._helper.close()

    def finish(self, ids: Iterable[str]) -> list[Item]:
        """Wait, while open, until these items and their parts have ended or cannot go on now.

        Returns:
            the items and parts as they stand, oldest first.
        """
        wanted = list(ids)
        # Looking at many items is work of its own: the more there are, the seldomer.
        while not self._stop.wait(min(1.0, 0.05 + len(wanted) / 500)):
            open_items = self._open(wanted)
            if not open_items or self._stuck(open_items):
                break
            if self._problem is not None:
                raise self._problem
        return self._with_parts(wanted)

    def _stuck(self, items: list[Item]) -> bool:
        """Tell whether none of these can go on now; what waited for a twin that has ended can."""
        if any(self._failures.get(i.id, 0) < _GIVE_UP for i in items):
            return False
        with self._lock:
            twins = {self._twins[i.id] for i in items if i.id in self._twins}
        with self._world.catalogue.look() as tx:
            found = [tx.item(twin) for twin in twins]
        return all(twin is not None and twin.state is ItemState.WORKING for twin in found)

    def _with_parts(self, wanted: list[str]) -> list[Item]:
        with self._world.catalogue.look() as tx:
            found: dict[str, Item] = {}
            level = [i for w in wanted if (i := tx.item(w))]
            while level:
                found |= {i.id: i for i in level}
                level = [c for i in level for part in i.data.get("parts", ()) if (c := tx.item(part))]
            return [found[key] for key in sorted(found)]

    def _open(self, wanted: list[str]) -> list[Item]:
        return [i for i in self._with_parts(wanted) if i.state is ItemState.WORKING]

    def _work(self, number: int) -> None:
        owner = f"{self._world.owner}:{number}"
        while not self._stop.is_set():
            try:
                item = self._lease(owner)
            except DmsError as problem:
                _log.warning("no item could be taken: %s", problem.message)
                self._stop.wait(1.0)
                continue
            except Exception as problem:
                _log.exception("the worker stopped")
                self._problem = problem
                return
            if item is None:
                if self._help(owner):
                    continue
                self._wake.wait(0.5)
                self._wake.clear()
                continue
            self._go(item, owner)

    def _help(self, owner: str) -> bool:
        """Read pages for another machine that leads a long file."""
        try:
            return self._helper.read(owner)
        except Exception as problem:
            # It is the leader's file; he finds out for himself and tells.
            _log.warning("pages for another machine could not be read: %s", problem)
            return False

    def _lease(self, owner: str) -> Item | None:
        world = self._world
        with world.catalogue.look() as tx:
            # A look costs no write lock; most of the time there is nothing to take.
            if not tx.item_free(now=tx.moment(), place=world.place or None):
                return None
        with world.catalogue.begin() as tx:
            item = tx.lease_item(
                owner, now=tx.moment(), seconds=world.settings.lease_seconds, place=world.place or None
            )
        if item is None:
            return None
        with self._lock:
            self._held[item.id] = owner
        return item.with_(reason="")

    def _go(self, item: Item, owner: str) -> None:
        try:
            ended = travel(self._world, item, self._on_progress)
        except DmsError as problem:
            self._put_off(item, owner, problem)
            return
        except Exception as problem:
            # The catalogue itself failed, or a bug outside every station: say it, keep the item, go on.
            _log.exception("item %s could not go on", item.id)
            self._put_off(item, owner, Unavailable(as_said(problem)))
            return
        with self._lock:
            self._held.pop(item.id, None)
            self._failures.pop(item.id, None)
            self._twins.pop(item.id, None)
        self._free(item, owner)
        self._wake.set()
        if ended.state is not ItemState.WORKING:
            self._on_end(ended)

    def _free(self, item: Item, owner: str) -> None:
        try:
            with self._world.catalogue.begin() as tx:
                tx.free_item(item.id, owner)
        except DmsError as problem:
            _log.warning("the lease of %s runs out by itself: %s", item.id, problem.message)

    def _put_off(self, item: Item, owner: str, problem: DmsError) -> None:
        """Keep the lease as a waiting time, longer after each failure."""
        with self._lock:
            self._held.pop(item.id, None)
            self._twins.pop(item.id, None)
            longest = _LONGEST_WAIT
            if isinstance(problem, Awaited):
                self._twins[item.id], longest = problem.twin, _LONGEST_TWIN_WAIT
            # A twin that this workshop has in hand comes to its end: to wait for it is no failure.
            in_hand = self._twins.get(item.id) in self._held
            tried = self._failures[item.id] = self._failures.get(item.id, 0) + (not in_hand)
        wait = _TWIN_WAIT if in_hand else min(longest, 2.0 ** (tried - 1))
        _log.log(
            logging.INFO if in_hand else logging.WARNING,
            "%s waits %.0f s: %s %s", item.name, wait, problem.message, problem.hint,
        )  # fmt: skip
        try:
            with self._world.catalogue.begin() as tx:
                tx.renew_item(item.id, owner, now=tx.moment(), seconds=wait)
                fresh = tx.item(item.id)
                if fresh is not None:
                    tx.save_item(fresh.with_(reason=problem.told.stored()))
        except DmsError as again:
            _log.warning("the catalogue does not answer: %s", again.message)

    def _beat(self) -> None:
        """Prolong the leases of what is under way."""
        seconds = self._world.settings.lease_seconds
        while not self._stop.wait(seconds / 3):
            with self._lock:
                held = dict(self._held)
            if not held:
                continue
            try:
                with self._world.catalogue.begin() as tx:
                    now = tx.moment()
                    for item_id, owner in held.items():
                        tx.renew_item(item_id, owner, now=now, seconds=seconds)
            except DmsError as problem:
                _log.warning("leases could not be prolonged: %s", problem.message)

    def _index(self) -> None:
        looked = False
        while True:
            stopping = self._stop.is_set()
            begun = time.monotonic()
            try:
                if not looked:
                    # An index of an older version is built anew now, not when somebody searches.
                    mend(self._world)
                    looked = True
                done = index_waiting(self._world)
            except Unavailable as problem:
                _log.info("the index is busy: %s", problem.message)
                done = 0
            except Damaged as problem:
                _log.warning("the index cannot be mended now: %s", problem.message)
                done = 0
            except Exception:
                _log.exception("indexing failed; ingest goes on")
                done = 0
            if stopping and not done:
                return
            if not stopping:
                # A commit costs the same for one record as for fifty: while much comes in, wait for company.
                self._stop.wait(min(2.0, max(0.3, 4 * (time.monotonic() - begun) if done else 0.3)))
