"""Appraisal (鉴定) and destruction (销毁) at the end of retention: its own road beside the deletion of R9.

Listed, proposed, approved by another, seen by two supervisors (监销人) who are neither, then carried out; the register
stays for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dms.desk.acts import gate
from dms.desk.acts.four_eyes import asked_by, decided_by, refuse_concerned
from dms.desk.acts.kinds import ActKind, Of, on_record
from dms.desk.consent.disposing import destroy_in, empty_vault
from dms.desk.consent.holding import held, refuse_held
from dms.desk.consent.requesting import asking, decided
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.ports.catalogue import Transaction
from dms.ports.registers import Request
from dms.ports.world import World
from dms.said import Do, Said

PROPOSE_DESTRUCTION = ActKind("propose-destruction", Action.APPRAISE, Of.REQUEST)
AGREE_DESTRUCTION = ActKind("agree-destruction", Action.DECIDE_DESTRUCTION, Of.REQUEST)
REFUSE_DESTRUCTION = ActKind("refuse-destruction", Action.DECIDE_DESTRUCTION, Of.REQUEST)
WITNESS = ActKind("witness", Action.WITNESS, Of.REQUEST)
DESTROY = on_record(Action.APPRAISE, name="destroy")
CARRY_OUT = ActKind("carry-out", Action.APPRAISE, Of.REQUEST)


WITNESSES = 2
MOST = 5000


def ended(world: World) -> list[tuple[Record, int, str]]:
    """Return filed records whose retention has ended, with the year it ended and what holds them.

    A retention of ten years of a record filed in 2016 runs from 1 January 2017 and ends with 2026.

    Raises:
        NotPermitted: not for the asker.
    """
    this_year = world.clock.now().year
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.APPRAISE)
        found = []
        for record in tx.records(states=[RecordState.FILED]):
            last = last_year(record)
            if last and last < this_year:
                found.append((record, last, held(tx, record)))
    return found


def last_year(record: Record) -> int:
    """Return the last year a record is kept; 0 where it is kept for ever or nobody said."""
    years = record.retention.removeprefix("D")
    return record.year + int(years) if record.retention.startswith("D") and years.isdigit() else 0


def propose(world: World, names: Sequence[str], *, reason: str, way: str = "粉碎/清除") -> Request:
    """Propose the destruction of records whose retention has ended.

    Raises:
        Usage: no reason, or none named.
        Conflict: one of them is not filed, or its retention runs on.
        NotPermitted: not for the asker, or a legal hold.
    """
    if not reason.strip() or not names:
        raise Usage(
            Said("Destruction is proposed of named records, with a reason."), Do("", reason="保管期满，无继续保存价值")
        )
    if len(names) > MOST:
        raise Usage(Said("At most {most} records go into one register.", most=MOST), Said("Propose them in parts."))
    this_year = world.clock.now().year
    with gate.acting(world, PROPOSE_DESTRUCTION, target=f"{len(names)} records", reason=reason) as act:
        lines = []
        for named in names:
            record = act.see(named)
            last = last_year(record)
            if record.state is not RecordState.FILED or not last or last >= this_year:
                raise Conflict(
                    Said(
                        "The retention of {record} has not ended ({retention}, {year}).",
                        record=record.code,
                        retention=record.retention,
                        year=record.year,
                    ),
                    Said("Before its end a record is removed only by consent: {act}", act=Do("delete")),
                )
            refuse_held(act.tx, record)
            lines.append(_line(record, this_year))
        request = act.tx.add_request(asking(act, "destruction", lines[0]["code"], reason, {"lines": lines, "way": way}))
        act.notes["request"] = request.id
    return request


def decide(world: World, request_id: int, *, agree: bool, reason: str = "") -> Request:
    """Approve or refuse a destruction (批准人).

    Raises:
        NotFound, Conflict: no such request, or it is decided.
        NotPermitted: not for the asker, or his own.
        Usage: a refusal without a reason.
    """
    if not agree and not reason.strip():
        raise Usage(Said("A destruction is refused only with a reason."), Do("", reason="…"))
    with gate.acting(
        world, AGREE_DESTRUCTION if agree else REFUSE_DESTRUCTION, target=f"request {request_id}", reason=reason
    ) as act:
        return decided(act, request_id, "destruction", state="granted" if agree else "denied", decision=reason)


def witness(world: World, request_id: int) -> Request:
    """Confirm as one of two supervisors (监销人) that what is listed is what is destroyed.

    Raises:
        NotFound: no such approved destruction.
        Conflict: two have confirmed already, or he has.
        NotPermitted: not for the asker, or he proposed or approved it.
    """
    with gate.acting(world, WITNESS, target=f"request {request_id}") as act:
        request = _approved(act.tx, request_id)
        seen = list(request.data.get("witnesses", ()))
        refuse_concerned(
            act.reach,
            asked_by(request) | decided_by(request),
            NotPermitted(
                Said("Who proposed or approved it does not supervise it, nor who stands in for one of them."),
                Said("Two others confirm."),
            ),
        )
        if not {s.code for s in act.reach.standings}.isdisjoint(seen) or len(seen) >= WITNESSES:
            raise Conflict(Said("{seen} confirmed already.", seen=tuple(seen)), Do("appraise destroy", request_id))
        made = replace(request, data={**request.data, "witnesses": [*seen, act.me.code]})
        act.tx.save_request(made)
    return made


def destroy(world: World, request_id: int) -> Request:
    """Carry out a destruction that two supervisors confirmed; the register stays, what the records held is gone.

    Raises:
        NotFound: no such approved destruction.
        NotPermitted: not for the asker, a supervisor is missing, or a legal hold.
    """
    with gate.acting(world, CARRY_OUT, target=f"request {request_id}") as act:
        request = _approved(act.tx, request_id)
        missing = WITNESSES - len(request.data.get("witnesses", ()))
        if missing > 0:
            raise NotPermitted(
                Said("{missing} supervisors (监销人) have not confirmed yet.", missing=missing),
                Said("Each of them: {act}", act=Do("appraise witness", request_id)),
            )
        for line in request.data["lines"]:
            record = act.tx.record(str(line["code"]))
            if record is None or record.state is not RecordState.FILED:
                continue
            refuse_held(act.tx, record)
            destroy_in(act.tx, record, act.now)
            act.log_also(
                DESTROY, record.code, request.reason, asked_by=request.asked_by, agreed_by=request.decided_by,
                register=request.id,
            )  # fmt: skip
        done = replace(request, state="done", data={**request.data, "by": act.me.code, "done_at": act.now})
        act.tx.save_request(done)
        act.notes["codes"] = [line["code"] for line in request.data["lines"]]
    empty_vault(world)
    return done


def _approved(tx: Transaction, request_id: int) -> Request:
    request = tx.request(request_id)
    if request is None or request.kind != "destruction" or request.state != "granted":
        raise NotFound(
            Said("There is no approved destruction {request}.", request=request_id),
            Said("“{act}” names them.", act=Do("appraise list")),
        )
    return request


def _line(record: Record, this_year: int) -> dict[str, Any]:
    carriers = [name for name, carrier in (("纸质", record.paper), ("电子", record.electronic)) if carrier.present]
    return {
        "code": record.code, "paper_number": record.paper_number, "title": record.title,
        "author": record.customer or record.manager, "year": record.year, "pages": record.electronic.pages,
        "bytes": record.electronic.size, "kept": f"{record.retention[1:]}年/{this_year - record.year}年",
        "carriers": "+".join(carriers),
    }  # fmt: skip


ACTS = (PROPOSE_DESTRUCTION, AGREE_DESTRUCTION, REFUSE_DESTRUCTION, WITNESS, CARRY_OUT, DESTROY)
