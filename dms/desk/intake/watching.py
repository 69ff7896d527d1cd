"""The watcher: sees drops, waits until they are whole, claims them, hands them to the workshop; never gives up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.intake.items import adopt, free_dead, refuse_lost_catalogue, take_claim
from dms.desk.intake.workshop import Workshop
from dms.domain.item import Item, ItemState
from dms.domain.settling import Settling
from dms.errors import DmsError, Unavailable
from dms.flow.passing import tidy_work
from dms.flow.versions import tidy_vault
from dms.flow.work import Progress
from dms.ports.catalogue import Attention
from dms.ports.inbox import Drop, Inbox
from dms.ports.world import World
from dms.said import Said

_log = logging.getLogger("dms.watch")
_TICK = 0.25
_AGAIN_SECONDS = 5.0


def take_care(world: World) -> None:
    """Free what dead processes of this machine hold, and tidy the vault; what fails now is tried again later."""
    try:
        free_dead(world)
        tidy_work(world)
        tidy_vault(world)
    except DmsError as problem:
        _log.warning("%s %s", problem.message, problem.hint)
    except OSError as problem:
        _log.warning("the work folder could not be tidied: %s", problem)


def ask_for_lonely(world: World) -> None:
    """Say which sidecars lie in drop folders without their file, until it comes or they are taken away."""
    patience = world.settings.patience_seconds
    # A name may hold bytes that are no text; the catalogue keeps text.
    lonely = {
        str(path).encode("utf-8", "replace").decode(): path
        for inbox in world.inboxes
        for path in inbox.lonely(patience)
    }
    with world.catalogue.look() as tx:
        asked = {one.target for one in tx.attention() if one.kind == "sidecar"}
    if asked == set(lonely):
        return
    with gate.noting(world) as tx:
        for target in asked - set(lonely):
            tx.settle("sidecar", target)
        for target in sorted(set(lonely) - asked):
            name = lonely[target].name.encode("utf-8", "replace").decode()
            tx.ask(
                Attention(
                    "sidecar", target, Said("{name} lies in the drop folder without the file it speaks of.", name=name),
                    Said("Drop {name} beside it, or remove it.", name=name.removesuffix('.json')), world.now(),
                )
            )  # fmt: skip


class Watcher:
    """Watches every drop folder of an archive.

    Args:
        world: the archive.
        workers: threads of the workshop.
        on_progress: told ``(item, pages done, pages in all)``.
        on_end: told each item that ended.
    """

    def __init__(
        self,
        world: World,
        workers: int,
        on_progress: Progress = lambda *_: None,
        on_end: Callable[[Item], None] = lambda _: None,
    ) -> None:
        self._world = world
        self._workshop = Workshop(world, workers, on_progress, on_end)
        settings = world.settings
        self._settling = Settling(settings.settle_seconds, settings.patience_seconds)
        self._news: dict[Path, tuple[Inbox, bool]] = {}
        self._lock = threading.Lock()
        self._took: list[str] = []
        self._remember = False
        self._missed = False
        self._away_until = 0.0

    def wake(self) -> None:
        """Tell the workshop that there is something new."""
        self._workshop.wake()

    def once(self) -> list[Item]:
        """Take in what is there now, then end; return what was taken and its parts, as they stand."""
        refuse_lost_catalogue(self._world)
        free_dead(self._world)
        adopt(self._world)
        tidy_work(self._world)
        tidy_vault(self._world)
        with self._world.catalogue.look() as tx:
            self._took = [i.id for i in tx.items(states=[ItemState.WORKING])]
        self._remember = True
        self._sweep()
        ask_for_lonely(self._world)
        with self._workshop.open():
            while self._settling.waiting():
                self._look_at(list(self._settling.waiting()))
                time.sleep(_TICK if self._settling.waiting() else 0)
            return self._workshop.finish(self._took)

    def run(self, stop: threading.Event) -> None:
        """Watch until ``stop`` is set; what is under way is finished or left to be taken up again."""
        refuse_lost_catalogue(self._world)
        settings = self._world.settings
        with ExitStack() as stack:
            stack.enter_context(self._workshop.open())
            for inbox in self._world.inboxes:
                stack.enter_context(inbox.watch(lambda path, moved, inbox=inbox: self._news_of(inbox, path, moved)))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            swept = -settings.sweep_seconds
            while not stop.is_set():
                if time.monotonic() < self._away_until:
                    stop.wait(_TICK)
                    continue
                if self._missed or time.monotonic() - swept >= settings.sweep_seconds:
                    swept = time.monotonic()
                    self._missed = False
                    self._care()
                with self._lock:
                    fresh = list(self._news)
                self._look_at(list(dict.fromkeys([*fresh, *self._settling.waiting()])))
                stop.wait(_TICK)

    def _care(self) -> None:
        """Whole look: what events missed, what dead watchers left. A missing share is said, and tried again."""
        take_care(self._world)
        try:
            adopt(self._world)
            self._sweep()
            ask_for_lonely(self._world)
            self._workshop.wake()
        except DmsError as problem:
            _log.warning("%s %s", problem.message, problem.hint)
            self._hold_off(problem)
        except OSError as problem:
            _log.warning("a drop folder could not be looked through: %s", problem)

    def _hold_off(self, problem: DmsError) -> None:
        """Leave files where they lie while the catalogue is away; all is looked through once it is back."""
        if not isinstance(problem, Unavailable):
            return
        try:
            with self._world.catalogue.look() as tx:
                tx.fact("backup")
        except DmsError:
            self._missed = True
            self._away_until = time.monotonic() + _AGAIN_SECONDS

    def _news_of(self, inbox: Inbox, path: Path, moved: bool) -> None:
        with self._lock:
            before = self._news.get(path)
            self._news[path] = (inbox, moved or (before is not None and before[1]))

    def _sweep(self) -> None:
        for inbox in self._world.inboxes:
            try:
                for drop in inbox.sweep():
                    with self._lock:
                        self._news.setdefault(drop.path, (inbox, False))
                    self._try(inbox, drop, moved=False)
            except DmsError as problem:
                _log.warning("%s %s", problem.message, problem.hint)

    def _look_at(self, paths: list[Path]) -> None:
        for path in paths:
            with self._lock:
                inbox, moved = self._news.get(path, (None, False))
            if inbox is None:
                self._settling.forget(path)
                continue
            drop = inbox.look(path)
            if drop is None:
                self._done_with(path)
                continue
            self._try(inbox, drop, moved=moved)

    def _try(self, inbox: Inbox, drop: Drop, *, moved: bool) -> None:
        """Consider one file; what goes wrong with it must not keep others waiting (promise 2)."""
        try:
            self._consider(inbox, drop, moved=moved)
        except DmsError as problem:
            _log.warning("%s %s", problem.message, problem.hint)
            self._hold_off(problem)

    def _consider(self, inbox: Inbox, drop: Drop, *, moved: bool) -> None:
        whole = self._settling.whole(
            drop.path,
            size=drop.size,
            mtime_ns=drop.mtime_ns,
            complete=drop.complete,
            busy=drop.busy,
            now=time.monotonic(),
            age=time.time() - drop.mtime_ns / 1e9,
            moved_in=moved,
        )
        if not whole:
            return
        world = self._world
        # Before the claim: while the catalogue is away, files stay where people see them.
        with world.catalogue.look() as tx:
            people = tx.people()
        claimed = inbox.claim(drop, world.new_id())
        self._done_with(drop.path)
        if claimed is None:
            return
        item = take_claim(world, inbox, claimed, people)
        if self._remember:
            self._took.append(item.id)
        _log.info("took %s", item.name, extra={"item": item.id, "state": ItemState.WORKING.value})
        self._workshop.wake()

    def _done_with(self, path: Path) -> None:
        self._settling.forget(path)
        with self._lock:
            self._news.pop(path, None)
