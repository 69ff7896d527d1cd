"""The index station: catches up with the outbox in batches, one commit each; never in the way of a document."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from dms.domain.record import Record, RecordState
from dms.errors import Damaged, NotFound
from dms.flow.versions import complete
from dms.flow.work import text_of
from dms.ports.search import NEVER_BUILT, Entry, SearchIndex
from dms.ports.world import Archive
from dms.said import Do, Said

T = TypeVar("T")
BATCH = 200
# What is in the bin is not found either: only those who may restore it list it (R9).
HIDDEN = frozenset({RecordState.VOID, RecordState.BINNED, RecordState.DESTROYED})
_LEASE_SECONDS = 120.0
# Fact of the archive: when and why the index last had to be built anew unasked.
MENDED = "index mended"
_MADE = "index made"
_mending = threading.Lock()
_log = logging.getLogger("dms.index")


def entry(record: Record, pages: tuple[str, ...]) -> Entry:
    """Return what is indexed of a record."""
    return Entry(
        code=record.code,
        title=record.title,
        customer=record.customer,
        manager=record.manager,
        class_code=record.class_code,
        year=record.year,
        date=record.date,
        volume=record.volume,
        paper_number=record.paper_number,
        state=record.state.value,
        form=record.form,
        fields=record.fields,
        pages=pages,
    )


def index_waiting(world: Archive, limit: int = BATCH) -> int:
    """Index what waits in the outbox; return how many records.

    A damaged index is rebuilt from the catalogue and the vault, and ingest never waits for it.

    Raises:
        Unavailable: another process writes to the index just now.
    """
    # What is read of a record is what was decided: a version another machine was cut off from comes first.
    complete(world)
    with world.catalogue.look() as tx:
        if not tx.jobs_waiting("index"):
            return 0
    owner = f"{world.owner}:index"
    with world.catalogue.begin() as tx:
        jobs = tx.lease_jobs("index", owner, now=tx.moment(), seconds=_LEASE_SECONDS, limit=limit)
        records = {job.target: tx.record(job.target) for job in jobs}
    if not jobs:
        return 0
    try:
        with world.tracer.span("index", records=len(records)):
            _update(world, records)
    except BaseException:
        with world.catalogue.begin() as tx:
            tx.free_owner(owner)
        raise
    with world.catalogue.begin() as tx:
        tx.finish_jobs([job.id for job in jobs], owner)
    return len(jobs)


def _update(world: Archive, records: Mapping[str, Record | None]) -> None:
    entries = [_load(world, r) for r in records.values() if r is not None and r.state not in HIDDEN]
    gone = [code for code, r in records.items() if r is None or r.state in HIDDEN]
    try:
        if world.index().empty() and unindexed(world):
            raise Damaged(Said("The search index is empty beside records."), Do("reindex"))
        world.index().update(entries, removed=gone)
    except Damaged as problem:
        # A rebuild takes all records as they are now, those of this batch too.
        reindex(world, problem.message)


def unindexed(world: Archive) -> bool:
    """True where the catalogue has records that should be in an index: more than are on their way there."""
    with world.catalogue.look() as tx:
        waiting = tx.jobs_waiting("index")
        seen = tx.records(states=[s for s in RecordState if s not in HIDDEN], limit=waiting + 1)
    return len(seen) > waiting


def mend(world: Archive) -> bool:
    """Build a damaged index anew, or an empty one beside records; return whether it was.

    Raises:
        Unavailable: another process builds it just now.
    """
    with _mending:  # whoever waited for another's rebuild finds it whole
        try:
            lost = world.index().empty() and unindexed(world)
            why = "The search index is empty beside records." if lost else ""
        except Damaged as problem:
            why = problem.message
        if why:
            reindex(world, why)
    return bool(why)


def reindex(world: Archive, why: str = "") -> int:
    """Build the index anew beside the old one, which goes on answering; return the number of records.

    Args:
        world: the archive.
        why: what was wrong with the index, where it is mended unasked: for ``dms doctor``.
    """
    if why:
        _log.log(logging.INFO if why == NEVER_BUILT else logging.WARNING, "the index is built anew: %s", why)
    count = world.index().rebuild(_everything(world))
    with world.catalogue.begin() as tx:
        # The first index of an archive is not mended, it is made.
        if why and count and (tx.fact(_MADE) or why != NEVER_BUILT):
            tx.set_fact(MENDED, f"{world.now()}: {why}")
        tx.set_fact(_MADE, world.now())
    return count


def asked(world: Archive, ask: Callable[[SearchIndex], T]) -> T:
    """Ask the index; a damaged one is mended, one that breaks where it is read is built anew, and asked once more."""
    try:
        return ask(world.index())
    except Damaged:
        if not mend(world):
            # It opens, and breaks where this question reads.
            reindex(world, "The search index was damaged.")
        return ask(world.index())


def refuse_lost(world: Archive, index: SearchIndex) -> None:
    """Refuse an index with nothing in it beside records: it says nothing about what is there.

    Raises:
        Damaged: so it is.
    """
    if index.empty() and unindexed(world):
        raise Damaged(Said("The search index is empty beside records."), Do("reindex"))


def _everything(world: Archive) -> Iterator[Entry]:
    last = ""
    while True:
        with world.catalogue.look() as tx:
            records = tx.records(limit=500, after=last)
        for record in records:
            if record.state not in HIDDEN:
                yield _load(world, record)
        if len(records) < 500:
            return
        last = records[-1].code


def _load(world: Archive, record: Record) -> Entry:
    try:
        pages = text_of(world, record.code)
    except NotFound:
        # Reserved: a cover is printed, nothing is scanned yet; its title and customer can be found all the same.
        return entry(record, ())
    if record.paper.sha512:
        # What was added by hand on the paper is found too; its pages count on after the electronic ones.
        pages += text_of(world, record.code, "paper/text.txt")
    return entry(record, pages)
