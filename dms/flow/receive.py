"""First station: copy the file to our side with its digest, fsynced, and see whether its content is known."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from dms.disk import make_folder, sync_folder
from dms.domain.item import Item
from dms.domain.policy import Action
from dms.errors import Awaited, LimitExceeded, Unavailable, Unreadable
from dms.flow.known import Known, known
from dms.flow.work import Work
from dms.ports.catalogue import Transaction
from dms.ports.sight import reach_of
from dms.said import Do, Said

_CHUNK = 1 << 20


def receive(work: Work) -> Item:
    """Take the bytes (promise 1): the source is only read here; it is removed by the last station.

    Where several machines work, it is put where all of them get it.

    Raises:
        LimitExceeded: the file is larger than ``max_bytes``.
        Unreadable: it is gone or not a regular file.
        Awaited: the very same file is just being taken in; what becomes of it decides about this one.
        Unavailable: it still grows, or our disk is full.
    """
    item, world = work.item, work.world
    make_folder(work.folder)
    if item.sha512 and work.original.exists():
        sha512, size = item.sha512, item.size
    else:
        sha512, size = _copy(Path(item.source), work.original, world.settings.max_bytes)
        if world.parcels is not None:
            world.parcels.put(item.id, work.original)
    with world.catalogue.begin() as tx:
        found = known(tx, item, sha512)
        taken = item.with_(sha512=sha512, size=size)
        if not found.new and not _may_be_told(work, tx, found):
            # Registered apart: who sees the other record is asked.
            found = Known(found.first)
        received = taken if found.awaited else _received(work, taken, found)
        tx.save_item(received)
    if found.awaited:
        raise Awaited(
            Said("The very same file is just being taken in as {item}.", item=found.first),
            Said("This one waits until it is kept, or goes on by itself if it cannot be."),
            twin=found.first,
        )
    return received


def _received(work: Work, taken: Item, found: Known) -> Item:
    if found.kept:
        return taken.with_(station="settle", code=found.code).noting(outcome="known", same_as=found.first)
    received = taken.with_(station="identify")
    if found.gone:
        received = received.noting(gone=found.gone)
    if work.world.parcels is not None:
        received = received.with_(place="").noting(home=work.world.place)
    return received


def _may_be_told(work: Work, tx: Transaction, found: Known) -> bool:
    """Tell whether the sender may learn that the archive has this content (R5): else it is registered apart, and asked.

    A watcher that runs under nobody's login takes in for the whole office.
    """
    item = work.item
    me = next((p for p in tx.people() if p.code == item.user), None)
    if me is None:
        return True
    same = tx.record(found.code) if found.code else None
    if same is None:
        # The other file is still on its way, or a stack; whose it will be nobody knows.
        first = found.awaited or tx.item(found.first)
        if first is None or first.user == item.user:
            return True
        return reach_of(tx, me, work.world.clock).scope().everything
    return reach_of(tx, me, work.world.clock).may(Action.LOOK, same) is not None


def _copy(source: Path, target: Path, limit: int) -> tuple[str, int]:
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise Unreadable(
            Said("The file was gone before it could be read."),
            Said("Someone moved or deleted it; drop it again if it is needed."),
        ) from None
    except OSError as problem:
        raise Unavailable(
            Said("The file cannot be opened: {problem}.", problem=problem.strerror),
            Said("Check its permissions; it is tried again."),
        ) from problem
    digest = hashlib.sha512()
    beside = target.with_name("receiving")
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        before = os.fstat(file.fileno())
        if before.st_size > limit:
            raise LimitExceeded(
                Said(
                    "The file has {st_size:,.0f} MB; at most {limit:,.0f} MB are taken.",
                    st_size=before.st_size / 1e6,
                    limit=limit / 1e6,
                ),
                Said("Split it, or raise max_bytes in dms.toml and use “{act}”.", act=Do("retry")),
            )
        try:
            with beside.open("wb") as copy:
                while block := file.read(_CHUNK):
                    digest.update(block)
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
        except OSError as problem:
            beside.unlink(missing_ok=True)
            raise Unavailable(
                Said("The file cannot be copied into the archive: {problem}.", problem=problem.strerror),
                Said("Make room on the archive's disk or mend its permissions; the file stays where it is meanwhile."),
            ) from problem
        after = os.fstat(file.fileno())
    size = beside.stat().st_size
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        beside.unlink()
        raise Unavailable(Said("The file is still being written."), Said("It is taken once it is still."))
    beside.replace(target)
    sync_folder(target.parent)
    return digest.hexdigest(), size
