"""The index station: catches up with the outbox in batches, one commit each; never in the way of a document."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from dms.domain.record import Record, RecordState
from dms.errors import Damaged, NotFound
from dms.flow.work import text_of
from dms.ports.search import Entry
from dms.ports.world import Archive

BATCH = 200
# What is in the bin is not found either: only those who may restore it list it (R9).
HIDDEN = frozenset({RecordState.VOID, RecordState.BINNED, RecordState.DESTROYED})
_LEASE_SECONDS = 120.0
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
        world.index().update(entries, removed=gone)
    except Damaged as problem:
        _log.warning("the index is damaged and is rebuilt: %s", problem.message)
        reindex(world)


def reindex(world: Archive) -> int:
    """Build the index anew beside the old one, which goes on answering; return the number of records."""
    return world.index().rebuild(_everything(world))


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
