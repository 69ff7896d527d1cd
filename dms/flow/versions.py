"""Versions in one order of truth: content beside the vault first, decided by the commit, written after it.

An act stages what its version holds (:func:`decide`); the commit that passes the act decides it; :func:`finish` writes
it into the vault at once, :func:`complete` at the next start whatever was cut off. What no commit decided was never a
version, and what one decided is not lost on the way (promise 4). The journey of a file writes by itself: it repeats its
stations until its commit.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from dms.errors import Conflict, Damaged, DmsError, NotFound, Unavailable
from dms.flow.work import sha512_of
from dms.ports.catalogue import Due, Transaction
from dms.ports.vault import Version
from dms.ports.world import Archive
from dms.said import Do, Said

_log = logging.getLogger("dms.vault")
_AT_ONCE = 200


def decide(
    archive: Archive,
    tx: Transaction,
    object_id: str,
    files: Mapping[str, Path | bytes | None],
    *,
    message: str,
    user: str,
    at: str,
    new: bool = False,
) -> Due | None:
    """Let the commit of a transaction decide the next version of an object; its files may go afterwards.

    Args:
        archive: the archive.
        tx: the writing transaction of the act.
        object_id: whose version.
        files: as :meth:`dms.ports.vault.Vault.write` takes them.
        message: why this version exists.
        user: who.
        at: when, ISO 8601 with zone.
        new: the object must not be there yet.

    Returns:
        what :func:`complete` writes after the commit; None where the object holds all that already.

    Raises:
        Unavailable: the vault cannot be written, or holds another record under a new code; the act must not pass.
        Damaged: what was decided before cannot be written.
    """
    write_due(archive, tx, object_id)
    head = archive.vault.head(object_id)
    if new and head is not None:
        raise older_than_vault(object_id)
    token = archive.new_id()
    content = {path: source for path, source in files.items() if source is not None}
    digests = archive.vault.stage(token, content) if content else {}
    told = {path: digests.get(path) for path in files}
    if head is not None and _holds(head, told):
        archive.vault.unstage(token)
        return None
    return tx.decide(Due(object_id, token, head.number if head else 0, message, user, at, told))


def older_than_vault(code: str) -> Unavailable:
    """Return the refusal to give a code whose object holds another record's original already."""
    return Unavailable(
        Said("The vault holds another record under {record}: the catalogue is older than the vault.", record=code),
        Said(
            "Stop the intake, bring back the newest catalogue (“{act}”) or rebuild it (“{act_2}”).",
            act=Do("recover"),
            act_2=Do("rebuild"),
        ),
    )


def write_due(archive: Archive, tx: Transaction, object_id: str = "") -> None:
    """Write what earlier commits decided, of one object or all, inside a transaction that goes on from it.

    Raises:
        Unavailable, Damaged: it cannot be written.
    """
    due = tx.due(object_id)
    for one in due:
        _write(archive, one)
    if due:
        tx.written([one.id for one in due])


def complete(archive: Archive, object_id: str = "") -> int:
    """Write what commits decided, of one object or all, in their order; return how many wait on.

    Raises:
        Damaged: a row that tells what is due cannot be read.
        Unavailable: the catalogue does not answer.
    """
    with archive.catalogue.look() as tx:
        due = tx.due(object_id)
    if due:
        # Whoever was cut off may not have come to the log's copy either: a rebuild asks it what was decided.
        archive.journal.catch_up(archive.catalogue)
    return finish(archive, due)


def finish(archive: Archive, due: Sequence[Due]) -> int:
    """Write what an act has just decided; return how many wait on.

    What cannot be written now is said in the program's log and waits for the next start; ``dms verify`` names it.
    """
    done: list[Due] = []
    stuck: set[str] = set()
    for one in due:
        if one.object_id in stuck:
            continue
        try:
            _write(archive, one)
        except DmsError as problem:
            stuck.add(one.object_id)
            _log.warning("a version of %s waits for the vault: %s %s", one.object_id, problem.message, problem.hint)
            continue
        done.append(one)
        if len(done) == _AT_ONCE:
            _let_go(archive, done)
            done = []
    _let_go(archive, done)
    return sum(one.object_id in stuck for one in due)


def forget(archive: Archive, object_id: str) -> None:
    """Let go of what is still due of an object that is destroyed (R9), and of what is staged for it."""
    with archive.catalogue.look() as tx:
        due = tx.due(object_id)
    _let_go(archive, due)


def tidy_vault(archive: Archive) -> int:
    """Remove what crashed writers left in the vault's staging, but what waits for its writing; return how many."""
    with archive.catalogue.look() as tx:
        waiting = {one.token for one in tx.due()}
    return archive.vault.tidy(waiting=waiting)


def _let_go(archive: Archive, done: Sequence[Due]) -> None:
    if not done:
        return
    with archive.catalogue.begin() as tx:
        tx.written([one.id for one in done])
    for one in done:
        try:
            archive.vault.unstage(one.token)
        except Unavailable as problem:  # the vault's tidying removes it
            _log.info("%s", problem.message)


def _write(archive: Archive, due: Due) -> None:
    """Write a decided version, unless it is there: others may be at it, too."""
    while True:
        # Looked at before asking whether it is there: whatever is written in between makes the writing a conflict.
        head = archive.vault.head(due.object_id)
        number = head.number if head else 0
        if _is_there(archive, due, number):
            return
        try:
            _put(archive, due, number)
            return
        except Conflict:
            continue
        except (NotFound, Damaged, OSError) as problem:
            # Whoever wrote it meanwhile has removed what was staged.
            if not _is_there(archive, due, number + 1):
                raise Damaged(
                    Said(
                        "What was staged for a version of {object} is lost: {problem}.",
                        object=due.object_id,
                        problem=problem,
                    ),
                    Said("The row in the catalogue holds what was decided; bring back a backup, or do the act again."),
                ) from problem
            return


def _put(archive: Archive, due: Due, expect: int) -> None:
    removed: dict[str, Path | bytes | None] = {path: None for path, digest in due.files.items() if digest is None}
    with archive.vault.staged(due.token) if len(removed) < len(due.files) else nullcontext({}) as given:
        content = {path: given[path] for path in due.files if path not in removed and path in given}
        if {path: sha512_of(source) for path, source in content.items()} != {
            path: digest for path, digest in due.files.items() if digest is not None
        }:
            raise Damaged(Said("its files are not what they were"))
        archive.vault.write(
            due.object_id, {**removed, **content}, message=due.message, user=due.user, at=due.at, expect=expect
        )


def _is_there(archive: Archive, due: Due, upto: int) -> bool:
    """Tell whether one of the versions after the one it follows is the decided one."""
    if upto <= due.after:
        return False
    later = (v for v in archive.vault.versions(due.object_id) if v.number > due.after)
    return any(v.message == due.message and _holds(v, due.files) for v in later)


def _holds(version: Version, files: Mapping[str, str | None]) -> bool:
    held = {path: file.sha512 for path, file in version.files.items()}
    return all(held.get(path) == digest for path, digest in files.items())
