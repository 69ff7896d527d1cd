"""Access to other people's records (R5): asked with a purpose, decided by another person, ended by a day or a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from dms.desk.acts import gate
from dms.desk.acts.four_eyes import asked_by, borrowing, refuse_concerned
from dms.desk.acts.kinds import ActKind, Of
from dms.domain.access import CUSTOMER
from dms.domain.numbers import fold, is_code, is_paper
from dms.domain.policy import Action
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.ports.catalogue import Attention, Transaction
from dms.ports.clock import parse
from dms.ports.registers import Request
from dms.ports.world import World
from dms.said import Do, Said, Word

ASK_ACCESS = ActKind("ask-access", Action.ASK_ACCESS, Of.REQUEST)
GRANT = ActKind("grant", Action.DECIDE_ACCESS, Of.REQUEST)
DENY = ActKind("deny", Action.DECIDE_ACCESS, Of.REQUEST)
END_ACCESS = ActKind("end-access", Action.DECIDE_ACCESS, Of.REQUEST)


DAYS = 7


def ask_access(world: World, target: str, *, purpose: str) -> Request:
    """Ask to see a record (code or paper number) or all of a customer's (``customer:NAME``).

    The answer is the same whether there is such a record or not: who may not see it learns nothing by asking.

    Raises:
        Usage: no purpose, or a target that is none.
        NotPermitted: the asker's roles may not look at records at all.
    """
    if not purpose.strip():
        raise Usage(Said("Access is asked for with a purpose."), Do("", purpose="核对2026年3月的折让"))
    folded = target if target.startswith(CUSTOMER) else fold(target)
    if not (is_code(folded) or is_paper(folded) or target.removeprefix(CUSTOMER).strip() != target):
        raise Usage(
            Said("“{target}” is neither a code, a paper number nor customer:NAME.", target=target),
            Do("access request", "customer:甲公司", "…"),
        )
    with gate.acting(world, ASK_ACCESS, target=folded, reason=purpose) as act:
        known = act.tx.record_by_number(folded) if is_paper(folded) else None
        target = known.code if known else folded
        request = act.tx.add_request(asking(act, "access", target, purpose, {"asked": folded}))
        act.notes["request"] = request.id
    # What is told to the asker says no more than he typed.
    return replace(request, target=folded)


def decide_access(world: World, request_id: int, *, grant: bool, until: str = "", reason: str = "") -> Request:
    """Grant or deny access; a grant ends by itself.

    Args:
        world: the archive.
        request_id: its number.
        grant: yes or no.
        until: ISO day, its evening included; a week from today where empty.
        reason: needed for a no.

    Raises:
        NotFound: there is no such request.
        Conflict: it is decided already.
        NotPermitted: not for the asker, or his own request.
        Usage: a no without a reason, or a day that has passed.
    """
    if not grant and not reason.strip():
        raise Usage(Said("A request is denied only with a reason."), Do("", reason="与目的无关"))
    ends = _evening(world, until) if grant else ""
    with gate.acting(world, GRANT if grant else DENY, reason=reason) as act:
        request = decided(
            act, request_id, "access", state="granted" if grant else "denied", decision=reason, until=ends
        )
        act.notes |= {"request": request.id, "who": request.asked_by, "target": request.target, "until": ends}
    return request


def end_access(world: World, request_id: int, *, reason: str) -> Request:
    """End a grant before its day.

    Raises:
        NotFound: there is no such grant.
        Usage: no reason.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("A grant is ended only with a reason."), Do("", reason="…"))
    with gate.acting(world, END_ACCESS, reason=reason) as act:
        request = act.tx.request(request_id)
        if request is None or request.kind != "access" or request.state != "granted":
            raise NotFound(
                Said("There is no grant {request}.", request=request_id),
                Said("“{act}” names them.", act=Do("access list")),
            )
        ended = replace(request, state="withdrawn", decision=f"{request.decision} / ended: {reason}".strip(" /"))
        act.tx.save_request(ended)
        act.notes |= {"request": request.id, "who": request.asked_by, "target": request.target}
    return ended


def requests(world: World, kind: str, *, states: Sequence[str] = ()) -> list[Request]:
    """Return requests of a kind: the asker's own, and those he may decide.

    Of a record whose contents he may not know, he is told no more than he typed.
    """
    deciding = {
        "access": Action.DECIDE_ACCESS, "change": Action.DECIDE_CHANGE, "deletion": Action.DECIDE_DELETION,
        "destruction": Action.APPRAISE, "loan": Action.LEND,
    }[kind]  # fmt: skip
    with world.catalogue.look() as tx:
        me, mine = gate.reach(world, tx)
        all_of_them = mine.may(deciding) is not None
        found = tx.requests(kind=kind, states=states, asked_by="" if all_of_them else me.code)
    return list(found) if all_of_them else [_as_typed(one) for one in found]


def _as_typed(one: Request) -> Request:
    told = {name: one.data[name] for name in ("to", "due") if name in one.data}
    return replace(one, target=str(one.data.get("asked", one.target)), data=told)


def evening(world: World, day: date) -> str:
    """Return the ISO time at which a day ends."""
    return datetime.combine(day, time(23, 59, 59), world.clock.now().tzinfo).isoformat()


def decided(
    act: gate.Passage, request_id: int, kind: str, *, state: str, decision: str = "", until: str = ""
) -> Request:
    """Save a decision inside an act; four eyes: see :mod:`dms.desk.acts.four_eyes`.

    Raises:
        NotFound: there is no such request.
        Conflict: it is decided already.
        NotPermitted: it is his own.
    """
    request = act.tx.request(request_id)
    if request is None or request.kind != kind:
        raise NotFound(Said("There is no request {request}.", request=request_id), Said("List the open ones first."))
    if request.state != "open":
        raise Conflict(
            Said("Request {request} is {state} already.", request=request_id, state=Word("request", request.state)),
            Said("Nothing is left to decide."),
        )
    refuse_concerned(
        act.reach,
        asked_by(request) | borrowing(request),
        NotPermitted(
            Said("Nobody decides what he asked for or borrows himself, nor what somebody he stands in for did."),
            Said("Another manager decides it."),
        ),
    )
    made = replace(
        request, state=state, decided_by=act.me.code, decided_at=act.now, decision=decision, until=until,
        data={**request.data, "decided_for": act.standing.code},
    )  # fmt: skip
    act.tx.save_request(made)
    return made


def asking(
    act: gate.Passage, kind: str, target: str, reason: str, data: Mapping[str, Any] = MappingProxyType({})
) -> Request:
    """Return a request as it is asked inside an act: by whom, and in whose place."""
    return Request(kind, target, act.me.code, act.now, reason, data={**data, "for": act.standing.code})


def put_before(act: gate.Passage, request: Request, command: str, question: Said) -> None:
    """Ask people to decide a request about a record: they agree, or refuse with a reason."""
    todo = Said("{act}, or {inputs}", act=Do(command, approve=request.id), inputs=Do("", refuse=request.id, reason="…"))
    act.tx.ask(Attention(request.kind, request.target, question, todo, act.now))


def open_request(tx: Transaction, kind: str, target: str) -> Request | None:
    """Return the open request of a kind about a record."""
    return next(iter(tx.requests(kind=kind, states=["open"], target=target)), None)


def _evening(world: World, until: str) -> str:
    now = world.clock.now()
    try:
        day = date.fromisoformat(until) if until else now.date() + timedelta(days=DAYS)
    except ValueError:
        raise Usage(Said("“{until}” is no day.", until=until), Do("", until="2026-12-01")) from None
    end = evening(world, day)
    if parse(end) <= now:
        raise Usage(Said("{day} has passed.", day=day), Said("Name a day to come."))
    return end


ACTS = (ASK_ACCESS, GRANT, DENY, END_ACCESS)
