"""Settling what the machine left open: a person's word on class, customer, manager, title, date and fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dms.desk.acts import gate
from dms.desk.acts.kinds import on_record
from dms.desk.records.lessons import heading
from dms.domain.learning import lessons_of
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, NotPermitted, Usage
from dms.flow.work import record_json
from dms.ports.world import World
from dms.said import Do, Said, Word

DESCRIBE = on_record(Action.DESCRIBE, RecordState.RESERVED, RecordState.REGISTERED)


def describe(
    world: World,
    named: str,
    *,
    class_code: str = "",
    customer: str = "",
    manager: str = "",
    title: str = "",
    day: str = "",
    fields: Mapping[str, str] | None = None,
) -> Record:
    """Change what is known of a record that is not filed yet; a new vault version keeps what stood there before.

    Raises:
        NotPermitted: it is filed; a filed record changes only by consent (R8).
        Conflict: it is void.
        Usage: nothing to change, an unknown class or manager, or an impossible date.
    """
    changes: dict[str, object] = {}
    top = heading(world, gate.about_to(world, Action.DESCRIBE, named).code)
    with gate.acting(world, DESCRIBE, named) as act:
        tx, record = act.tx, act.record
        if record.state is RecordState.FILED:
            raise NotPermitted(
                Said(
                    "{record} is filed as {paper_number}; a filed record changes only by consent (R8).",
                    record=record.code,
                    paper_number=record.paper_number,
                ),
                Said("Ask for it: {act}", act=Do("change", record.code, reason="…")),
            )
        if record.state is RecordState.VOID:
            raise Conflict(Said("{record} was voided.", record=record.code), Said("Nothing more can be said of it."))
        if class_code:
            kind = world.scheme.record_class(class_code)
            changes |= kind.given
            if record.paper_number:
                # The reserved number says it.
                changes["retention"] = record.retention
        if manager:
            changes["manager"] = _manager(manager, {p.code: p.name for p in tx.people()})
        if customer:
            changes["customer"] = customer.strip()
        if title:
            changes["title"] = title.strip()
        if day:
            try:
                parsed = date.fromisoformat(day)
            except ValueError:
                raise Usage(Said("“{day}” is no date.", day=day), Said("Write it as 2026-11-23.")) from None
            changes["date"] = parsed
            if not record.paper_number:
                changes["year"] = parsed.year
        told = {"class_code": record.class_code, "manager": record.manager}
        if record.paper_number and any(changes.get(name, value) != value for name, value in told.items()):
            raise Conflict(
                Said(
                    "{record} has the reserved number {paper_number}, which says its class and manager.",
                    record=record.code,
                    paper_number=record.paper_number,
                ),
                Said("Void that number first: {act}", act=Do("void", record.paper_number, reason="…")),
            )
        if fields:
            changes["fields"] = {**record.fields, **fields}
        if not changes:
            raise Usage(
                Said("Nothing was said about the record."),
                Said("Give at least one of {inputs}", inputs=Do("", class_=True, customer=True, manager=True)),
            )
        settled = {"class": "class_code"}
        open_still = tuple(n for n in record.uncertain if settled.get(n, n) not in changes)
        described = record.with_(**changes, uncertain=open_still)
        if tx.unsign(record.code):
            act.notes["signatures"] = "taken away: they were given for what stood there before"
        tx.save_record(described)
        for lesson in lessons_of(record, described, changes, top, act.me.code, act.now, world.fold):
            tx.keep_lesson(lesson)
        tx.enqueue("index", record.code)
        before = record.to_dict()
        act.notes |= {k: {"before": before.get(k), "after": str(v)} for k, v in changes.items() if k != "fields"}
        if fields:
            act.notes["fields"] = {k: {"before": record.fields.get(k, ""), "after": v} for k, v in fields.items()}
        if not open_still:
            tx.settle("describe", record.code)
        if described.state is RecordState.REGISTERED:
            message = Said("Described: {fields}", fields=[Word("field", name) for name in sorted(changes)])
            act.write(record.code, {"record.json": record_json(described)}, message)
    return described


def _manager(named: str, people: Mapping[str, str]) -> str:
    if named.upper() in people:
        return named.upper()
    by_name = [code for code, name in people.items() if name == named]
    if len(by_name) == 1:
        return by_name[0]
    raise Usage(
        Said("There is no account manager “{named}”.", named=named),
        Said(
            "Known: {people}. Add one: {act}",
            people=", ".join(f"{c} {n}" for c, n in people.items()) or "nobody yet",
            act=Do("people add"),
        ),
    )


ACTS = (DESCRIBE,)
