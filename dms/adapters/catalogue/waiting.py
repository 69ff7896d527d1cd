"""What waits: questions for people, and the outbox of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from dms.adapters.catalogue.base import Base, to_json
from dms.adapters.catalogue.rows import UNREADABLE, json_of, readable
from dms.adapters.catalogue.tables import attention, jobs, versions_due
from dms.ports.catalogue import Attention, Due, Job
from dms.said import as_said, read_said


class Waiting(Base):
    """The waiting part of a transaction."""

    def ask(self, attention_: Attention) -> None:
        """Put something before people; it replaces what stood there under the same kind and target."""
        asked = attention_
        self.settle(asked.kind, asked.target)
        self.connection.execute(
            insert(attention).values(
                kind=asked.kind, target=asked.target, question=_clean(asked.question.stored()),
                todo=_clean(as_said(asked.todo).stored()),
                at=asked.at, data=to_json(dict(asked.data)),
            )
        )  # fmt: skip

    def settle(self, kind: str, target: str) -> None:
        """Take it away again."""
        self.connection.execute(delete(attention).where(attention.c.kind == kind, attention.c.target == target))

    def attention(self, target: str = "", *, kind: str = "") -> Sequence[Attention]:
        """Return what waits, of one record or of one kind where told, oldest first."""
        query = select(attention).order_by(attention.c.id)
        if target:
            query = query.where(attention.c.target == target)
        if kind:
            query = query.where(attention.c.kind == kind)
        return [
            Attention(r.kind, r.target, read_said(str(r.question)), read_said(str(r.todo)), r.at, _data(r.data))
            for r in self.connection.execute(query)
        ]

    def enqueue(self, kind: str, target: str) -> None:
        """Put a job into the outbox; one that waits already gets a new generation."""
        new = {"kind": kind, "target": target, "generation": 1, "leased": 0, "attempts": 0, "owner": "", "until": 0.0}
        if not self.add_if_new(jobs, new, jobs.c.kind, jobs.c.target):
            self.connection.execute(
                update(jobs)
                .where(jobs.c.kind == kind, jobs.c.target == target)
                .values(generation=jobs.c.generation + 1)
            )

    def lease_jobs(self, kind: str, owner: str, *, now: float, seconds: float, limit: int) -> Sequence[Job]:
        """Take jobs nobody holds, oldest first."""
        rows = self.connection.execute(
            select(jobs.c.id, jobs.c.kind, jobs.c.target, jobs.c.attempts)
            .where(jobs.c.kind == kind, jobs.c.until <= now)
            .order_by(jobs.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        if rows:
            self.connection.execute(
                update(jobs)
                .where(jobs.c.id.in_([r.id for r in rows]))
                .values(owner=owner, until=now + seconds, leased=jobs.c.generation, attempts=jobs.c.attempts + 1)
            )
        return [Job(r.id, r.kind, r.target, r.attempts + 1) for r in rows]

    def finish_jobs(self, ids: Sequence[int], owner: str) -> None:
        """Remove done jobs; those enqueued again meanwhile wait on."""
        mine = (jobs.c.id.in_(list(ids)), jobs.c.owner == owner)
        self.connection.execute(delete(jobs).where(*mine, jobs.c.leased == jobs.c.generation))
        self.connection.execute(update(jobs).where(*mine).values(owner="", until=0.0))

    def jobs_waiting(self, kind: str = "") -> int:
        """Count jobs not yet done."""
        query = select(func.count()).select_from(jobs)
        if kind:
            query = query.where(jobs.c.kind == kind)
        return int(self.connection.execute(query).scalar_one())

    def decide(self, due: Due) -> Due:
        """Decide a version with this commit."""
        clean = replace(due, message=_clean(due.message), user=_clean(due.user))
        made = insert(versions_due).values(
            object_id=clean.object_id, token=clean.token, after=clean.after, message=clean.message, user=clean.user,
            at=clean.at, files=to_json(dict(clean.files)),
        )  # fmt: skip
        return replace(clean, id=int(self.connection.execute(made.returning(versions_due.c.id)).scalar_one()))

    def due(self, object_id: str = "") -> Sequence[Due]:
        """Return decided versions that the vault may not have yet, in the order of their commits."""
        query = select(versions_due).order_by(versions_due.c.id)
        if object_id:
            query = query.where(versions_due.c.object_id == object_id)
        return [readable(versions_due, row, _due) for row in self.connection.execute(query)]

    def written(self, ids: Sequence[int]) -> None:
        """Let go of versions that the vault has."""
        self.connection.execute(delete(versions_due).where(versions_due.c.id.in_(list(ids))))


def _due(row: Any) -> Due:
    files = {str(path): None if told is None else str(told) for path, told in json_of(row.files, dict).items()}
    return Due(row.object_id, row.token, row.after, row.message, row.user, row.at, files, row.id)


def _data(text: str) -> dict[str, Any]:
    """Read what a question holds besides; with a damaged row it is asked all the same, and ``check`` names it."""
    try:
        return json_of(text, dict)
    except UNREADABLE:
        return {"damaged": str(text)}


def _clean(text: str) -> str:
    """No database takes lone surrogates or NUL, and a person could not read them."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\N{REPLACEMENT CHARACTER}")
