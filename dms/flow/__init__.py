"""A document's journey from the inbox into the archive, station by station.

Each station takes a saved item and returns its next state; each can be repeated, so any worker can go on after any
crash. ``index`` is not in the way: ``register`` puts it into the outbox and :mod:`dms.flow.index` catches up in
batches. Filing, which needs a person's word, is :mod:`dms.flow.file`.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from dms.domain.item import Item, ItemState
from dms.errors import DmsError, Unavailable, Unreadable
from dms.flow.describe import describe
from dms.flow.examine import identify, recognise
from dms.flow.pair import pair
from dms.flow.quarantine import quarantine
from dms.flow.receive import receive
from dms.flow.register import register
from dms.flow.route import route
from dms.flow.settle import settle
from dms.flow.work import Progress, Work
from dms.ports.tracing import Told
from dms.ports.world import Archive
from dms.said import Said, Word, read_said

Station = Callable[[Work], Item]

STATIONS: Mapping[str, Station] = MappingProxyType(
    {
        "receive": receive,
        "identify": identify,
        "recognise": recognise,
        "route": route,
        "describe": describe,
        "register": register,
        "pair": pair,
        "settle": settle,
    }
)

# After this many failures of our own, not of the disk or the network, a file is put aside for a person.
_TRIES = 3
# Quick stations need no commit of their own: repeating them costs less than the fsync.
_WORTH_SAVING_SECONDS = 1.0
_log = logging.getLogger("dms.flow")


def travel(world: Archive, item: Item, on_progress: Progress = lambda *_: None) -> Item:
    """Take an item to the end of its journey; the caller holds its lease.

    Raises:
        Unavailable: a part does not answer (disk full, lock held); the item stays where it is, to be tried again.

    Returns:
        the item at its end; or still working, saved, where another machine must go on, or any may.
    """
    with world.tracer.span("travel", trace=item.id, item=item.id, station=item.station) as span:
        ended = _go_on(Work(world, item, on_progress))
        span.tell(**_about(ended))
    return ended


def _go_on(work: Work) -> Item:
    world = work.world
    saved = time.monotonic()
    while work.item.state is ItemState.WORKING:
        station = work.item.station
        try:
            if "refused" in work.item.data:
                work.item = quarantine(work, Unreadable(*map(read_said, work.item.data["refused"])))
                break
            work.item = _through(work, station)
        except Unreadable as problem:
            if not _at_home(work):
                work.item = work.item.noting(refused=[problem.said.stored(), problem.remedy.stored()])
                return _handed_back(work)
            work.item = quarantine(work, problem)
        except Unavailable:
            raise
        except Exception as problem:
            _log.exception("station %s failed", station, extra={"item": work.item.id, "station": station})
            work.item = _failed(work, problem)
        _log.debug("passed %s", station, extra={"item": work.item.id, "station": station, "next": work.item.station})
        if work.item.state is ItemState.WORKING and work.item.station == "settle" and not _at_home(work):
            return _handed_back(work)
        if world.parcels and station == "receive" and work.item.state is ItemState.WORKING and not work.item.place:
            return work.item
        if work.item.state is ItemState.WORKING and time.monotonic() - saved > _WORTH_SAVING_SECONDS:
            with world.catalogue.begin() as tx:
                tx.save_item(work.item)
            saved = time.monotonic()
    return work.item


def _through(work: Work, station: str) -> Item:
    with work.world.tracer.span(station, item=work.item.id, station=station) as span:
        item = STATIONS[station](work)
        span.tell(**_about(item))
    return item


def _about(item: Item) -> Told:
    outcome = "goes on" if item.state is ItemState.WORKING else item.state.value
    return Told(outcome=outcome, kind=item.data.get("kind", ""), pages=item.data.get("pages", 0))


def _at_home(work: Work) -> bool:
    """True on the machine that has the file as dropped: only there it can be removed, or put aside."""
    return bool(work.item.data.get("home", work.world.place) == work.world.place)


def _handed_back(work: Work) -> Item:
    work.item = work.item.with_(place=work.item.data["home"])
    with work.world.catalogue.begin() as tx:
        tx.save_item(work.item)
    shutil.rmtree(work.folder, ignore_errors=True)
    return work.item


def _failed(work: Work, problem: Exception) -> Item:
    """Count a fault of ours; after the third the file is put aside, the others go on (promise 2)."""
    tried = work.item.with_(attempts=work.item.attempts + 1)
    with work.world.catalogue.begin() as tx:
        tx.save_item(tried)
    if tried.attempts < _TRIES:
        raise Unavailable(
            Said(
                "{item} failed at {station}: {problem}",
                item=work.item.name,
                station=Word("station", tried.station),
                problem=problem,
            ),
            Said("It is tried again."),
        ) from problem
    work.item = tried
    message = (
        problem.said
        if isinstance(problem, DmsError)
        else Said(
            "The program failed at “{station}”: {problem}", station=Word("station", tried.station), problem=problem
        )
    )
    return quarantine(
        work, Unreadable(message, Said("The file is kept here; the log has the details for the developers."))
    )
