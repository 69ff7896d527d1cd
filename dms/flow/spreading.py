"""Within ``recognise``: a long scan read by several machines at once.

Whoever holds the item leads: he offers its pages in runs, reads runs himself, and gathers what helpers read. A worker
with nothing else to do helps. Nobody is waited for in vain: a run whose helper is gone comes back when its lease ends,
one that a helper failed at is left to the leader, and what is still missing at the end the leader reads as ever.
"""

from __future__ import annotations

import gzip
import json
import logging
import tempfile
import threading
import time
import zlib
from pathlib import Path

from dms.domain.pages import page_from_dict
from dms.errors import NotFound, Unreadable
from dms.flow.passing import passing_prefix
from dms.flow.work import Work, keep_pages, page_path
from dms.ports.items import PageRun
from dms.ports.parcels import Parcels
from dms.ports.world import Archive

# Long enough that fetching the file is worth a helper's while, short enough that nobody waits long for the last one.
_RUN = 16
_LOOK_SECONDS = 0.3
_log = logging.getLogger("dms.flow")


def worth_spreading(work: Work) -> bool:
    """True for a scan of three runs or more where other machines could get at it; too long ones are refused later."""
    found = work.inspection
    long = 2 * _RUN < found.pages <= work.world.settings.max_pages
    return work.world.parcels is not None and "home" in work.item.data and found.kind == "scan" and long


def read_together(work: Work) -> None:
    """Lead the reading of a long scan: afterwards its pages lie in the work folder, whoever read them.

    Raises:
        Unreadable: a page that the leader read himself cannot be read.
        Unavailable: the catalogue or the parcels do not answer; a repeat goes on from here.
    """
    world, item, total = work.world, work.item, work.inspection.pages
    owner = f"{world.owner}:{item.id}"
    with world.catalogue.begin() as tx:
        tx.spread_pages(item.id, [(n, min(n + _RUN - 1, total)) for n in range(1, total + 1, _RUN)])
    try:
        while True:
            with world.catalogue.begin() as tx:
                run = tx.lease_run(owner, now=tx.moment(), seconds=world.settings.lease_seconds, item_id=item.id)
            if run is not None:
                state = "open"
                try:
                    _read(work, run, owner)
                    state = "done"
                finally:
                    with world.catalogue.begin() as tx:
                        tx.end_run(run, owner, state)
            with world.catalogue.look() as tx:
                runs = tx.runs(item.id, now=tx.moment())
            done = [r for r in runs if r.state == "done"]
            lost = [one for one in done if not _gather(work, one)]
            if lost:
                # Read by a leader who is gone, or not whole: once more, by whoever comes.
                with world.catalogue.begin() as tx:
                    for one in lost:
                        tx.reopen_run(one)
                continue
            work.on_progress(item, sum(r.last - r.first + 1 for r in done), total)
            if len(done) == len(runs):
                break
            if run is None:
                time.sleep(_LOOK_SECONDS)
    except Unreadable:
        forget_runs(world, item.id)
        raise
    forget_runs(world, item.id)


class Helper:
    """Reads pages for files that other processes lead; one run at a time, since each keeps all children busy.

    Args:
        world: the archive.
    """

    def __init__(self, world: Archive) -> None:
        self._world = world
        self._turn = threading.Lock()
        self._item = ""
        self._rests_until = 0.0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def read(self, owner: str) -> bool:
        """Read a run of pages; False where there is none, or somebody of this process is at one.

        Raises:
            DmsError: it could not be read here; it is left to the leader, who has the words for what is wrong with it.
        """
        parcels = self._world.parcels
        if parcels is None or time.monotonic() < self._rests_until or not self._turn.acquire(blocking=False):
            return False
        try:
            return self._read(owner, parcels)
        finally:
            self._turn.release()

    def _read(self, owner: str, parcels: Parcels) -> bool:
        world = self._world
        with world.catalogue.look() as tx:
            # A look costs no write lock.
            if not tx.run_free(now=tx.moment(), stranger=world.owner):
                self.close()
                return False
        with world.catalogue.begin() as tx:
            seconds = world.settings.lease_seconds
            run = tx.lease_run(owner, now=tx.moment(), seconds=seconds, stranger=world.owner)
            item = tx.item(run.item) if run else None
        if run is None or item is None:
            return False
        work = Work(world, item, folder=self._place(item.id))
        try:
            _read(work, run, owner)
        except Unreadable:
            with world.catalogue.begin() as tx:
                tx.end_run(run, owner, "alone")
            raise
        except Exception:
            # The fault is this machine's: others may take the run when its lease ends, and this one rests meanwhile.
            self._rests_until = time.monotonic() + seconds
            raise
        told = [json.loads(page_path(work.folder, n).read_bytes()) for n in range(run.first, run.last + 1)]
        parcel = work.folder / "run.json.gz"
        parcel.write_bytes(gzip.compress(json.dumps(told).encode()))
        parcels.put(_parcel(run), parcel)
        with world.catalogue.begin() as tx:
            mine = tx.end_run(run, owner, "done")
            led = tx.runs(run.item, now=0)
        if not mine and not led:  # the file went on without it; else its leader drops what was read
            parcels.drop(_parcel(run))
        _log.info("read pages %d to %d for another machine", run.first, run.last, extra={"item": run.item})
        return True

    def _place(self, item_id: str) -> Path:
        """Return where the file of an item lies while its runs are read one after another."""
        if self._folder is None or self._item != item_id:
            self.close()
            self._item = item_id
            self._folder = tempfile.TemporaryDirectory(
                prefix=passing_prefix(self._world, "help"), dir=self._world.work, ignore_cleanup_errors=True
            )
        return Path(self._folder.name)

    def close(self) -> None:
        """Remove what was brought here."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _read(work: Work, run: PageRun, owner: str) -> None:
    """Read the pages of a run into the work folder, prolonging the lease page by page."""
    world = work.world

    def on_page(done: int, total: int) -> None:
        with world.catalogue.begin() as tx:
            tx.renew_run(run, owner, now=tx.moment(), seconds=world.settings.lease_seconds)

    world.examiner().pages(work.original, work.inspection, work.folder, on_page, numbers=range(run.first, run.last + 1))


def _gather(work: Work, run: PageRun) -> bool:
    """Bring what a helper read; False where it cannot be had."""
    wanted = range(run.first, run.last + 1)
    if all(page_path(work.folder, n).exists() for n in wanted) or work.world.parcels is None:
        return True
    brought = work.folder / "run.json.gz"
    try:
        work.world.parcels.fetch(_parcel(run), brought)
        pages = [page_from_dict(p) for p in json.loads(gzip.decompress(brought.read_bytes()))]
    except (NotFound, OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return False
    keep_pages(work.folder, [p for p in pages if p.number in wanted])
    return all(page_path(work.folder, n).exists() for n in wanted)


def forget_runs(world: Archive, item_id: str) -> None:
    """Take the runs of an item away, and what helpers read of it."""
    with world.catalogue.look() as tx:
        if not (runs := tx.runs(item_id, now=0)):
            return
    # The rows go last: they tell what there is to drop.
    for run in runs:
        if world.parcels is not None:
            world.parcels.drop(_parcel(run))
    with world.catalogue.begin() as tx:
        tx.forget_runs(item_id)


def _parcel(run: PageRun) -> str:
    return f"{run.item}.pages-{run.first:05d}"
