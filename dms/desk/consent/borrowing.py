"""Loans asked for (R5): what is not all the borrower's own is lent only once a sales or general manager agreed to it.

Who agrees does so by an act of his own, and is neither who asks, who borrows, nor who answers for him. What he agreed
to holds for one handing over until the day the paper is due back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.desk.consent.requesting import asking, decided, evening
from dms.desk.shelf.volumes import paper_of
from dms.domain.access import Reach
from dms.domain.numbers import fold, is_code, is_paper, is_volume, parse_volume
from dms.domain.policy import Action, Relation, can
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, NotFound, Usage
from dms.ports.catalogue import Attention, Person, Transaction
from dms.ports.clock import Clock, parse
from dms.ports.registers import Request
from dms.ports.sight import reach_of
from dms.ports.world import World
from dms.said import Do, Said, Word

ASK_LOAN = ActKind("ask-loan", Action.ASK_LOAN, Of.REQUEST)
AGREE_LOAN = ActKind("agree-loan", Action.DECIDE_LOAN, Of.REQUEST)
REFUSE_LOAN = ActKind("refuse-loan", Action.DECIDE_LOAN, Of.REQUEST)

GONE = (RecordState.DESTROYED, RecordState.VOID)


@dataclass(frozen=True, slots=True)
class Borrower:
    """Who borrows.

    Attributes:
        name: as the register names him.
        person: his code; empty for somebody outside.
        answers: code of who answers for the paper: himself, or somebody inside for one outside.
        department: his, where he is inside.
    """

    name: str
    person: str
    answers: str
    department: str = ""


def ask_loan(
    world: World, named: str, *, to: str = "", due: str, purpose: str, answers: str = "", department: str = "",
    contact: str = "",
) -> Request:  # fmt: skip
    """Ask for a loan of a record's paper or a volume; who may not see it learns nothing by asking.

    Args:
        world: the archive.
        named: code, paper number or volume number.
        to: code or name of who borrows, the asker where empty; somebody outside in words.
        due: day it comes back.
        purpose: what for.
        answers: code or name of who answers for somebody outside.
        department: of who borrows, where he is outside.
        contact: how he is reached.

    Raises:
        Usage: no purpose, no day to come, nobody who answers, or a target that is none.
        Conflict: the same was asked for already, or all of it is the borrower's own.
        NotPermitted: the asker's roles may not borrow at all.
    """
    if not purpose.strip():
        raise Usage(Said("A loan names borrower and purpose."), Do("", to="李美玉", purpose="核对合同"))
    day = due_day(world, due)
    folded = fold(named)
    if not (is_code(folded) or is_paper(folded) or is_volume(folded)):
        raise Usage(
            Said("“{named}” is neither a code, a paper number nor a volume.", named=named),
            Said("They look like HG01E2026000123 and HG01-KH·04·2026-D30-ZHS-002."),
        )
    with gate.acting(world, ASK_LOAN, target=folded, reason=purpose) as act:
        who = borrower(act.tx, to or act.me.code, answers)
        target, records = _meant(act.tx, folded)
        _refuse_again(act.tx, act.me.code, target, who.name, world.clock)
        may_know = act.scope.everything or who.person == act.me.code
        if may_know and (records or is_volume(target)) and all_own(act.tx, world.clock, who, target, records):
            raise Conflict(
                Said("All of it is {name}'s own: no leave is needed.", name=who.name),
                Do("loan out", folded, to=who.person, due=due, purpose=purpose),
            )
        data = {
            "asked": folded, "to": who.name, "borrower": who.person, "answers": who.answers, "due": day.isoformat(),
            "department": department or who.department, "contact": contact,
        }  # fmt: skip
        request = act.tx.add_request(asking(act, "loan", target, purpose, data))
        act.notes |= {"request": request.id, "to": who.name, "answers": who.answers, "due": day.isoformat()}
        _put_before(act.tx, target, act.now)
    return request


def decide_loan(world: World, request_id: int, *, agree: bool, reason: str = "") -> Request:
    """Agree to a loan, or refuse it; what was agreed to ends with the day it would be due back.

    Raises:
        NotFound: there is no such request, or no such paper.
        Conflict: it is decided already, its day has passed, or the paper is destroyed.
        NotPermitted: not for the asker, or he asked, borrows or answers himself.
        Usage: a refusal without a reason.
    """
    if not agree and not reason.strip():
        raise Usage(Said("A loan is refused only with a reason."), Do("", reason="…"))
    with gate.acting(world, AGREE_LOAN if agree else REFUSE_LOAN, reason=reason) as act:
        asked = act.tx.request(request_id)
        if asked is None or asked.kind != "loan":
            raise NotFound(
                Said("There is no request {request}.", request=request_id),
                Said("“{act}” names them.", act=Do("loan list", asked=True)),
            )
        ends = evening(world, date.fromisoformat(str(asked.data["due"])))
        if agree and asked.state == "open":
            if parse(ends) < world.clock.now():
                raise Conflict(
                    Said("{day} has passed.", day=str(asked.data["due"])), Said("Refuse it, and let it be asked anew.")
                )
            refuse_gone(*paper_of(world, act.tx, asked.target))
        request = decided(
            act, request_id, "loan", state="granted" if agree else "denied", decision=reason,
            until=ends if agree else "",
        )  # fmt: skip
        _put_before(act.tx, request.target, act.now)
        act.target = request.target
        act.notes |= {"request": request.id, "to": request.data["to"], "due": request.data["due"]}
    return request


def agreed(tx: Transaction, clock: Clock, targets: Iterable[str] = (), to: str = "") -> list[Request]:
    """Return what was agreed to and not handed over yet, of some targets or all, of one borrower or all."""
    wanted = set(targets)
    return [
        r
        for r in tx.requests(kind="loan", states=["granted"])
        if clock.now() <= parse(r.until)
        and (not wanted or r.target in wanted)
        and (not to or r.data["to"] == to)
    ]  # fmt: skip


def borrower(tx: Transaction, to: str, answers: str = "") -> Borrower:
    """Return who is meant by a code, a name, or words for somebody outside.

    Raises:
        Usage: two people have that name, or nobody inside answers for somebody outside.
    """
    found = _person(tx, to)
    if found is not None:
        return Borrower(found.name, found.code, found.code, found.department)
    inside = _person(tx, answers) if answers.strip() else None
    if inside is None:
        raise Usage(
            Said("“{to}” is nobody of this archive: name who here answers for him.", to=to), Do("", answers="ZHS")
        )
    return Borrower(to.strip(), "", inside.code)


def all_own(tx: Transaction, clock: Clock, who: Borrower, target: str, records: Sequence[Record]) -> bool:
    """True where all of what is lent belongs to customers that are the borrower's own today (R5)."""
    person = next((p for p in tx.people() if p.code == who.person), None) if who.person else None
    if person is None:
        return False
    mine = reach_of(tx, person, clock)
    kept = [r for r in records if r.state not in GONE]
    if not kept:
        return is_volume(target) and parse_volume(target).manager == person.code
    return all(_owns(mine, record) for record in kept)


def due_day(world: World, due: str) -> date:
    """Return the day a loan comes back.

    Raises:
        Usage: it is no day, or has passed.
    """
    try:
        day = date.fromisoformat(due)
    except ValueError:
        raise Usage(Said("“{due}” is no day.", due=due), Do("", due="2026-12-01")) from None
    if day < world.clock.now().date():
        raise Usage(Said("{due} has passed.", due=due), Said("Name the day it comes back."))
    return day


def refuse_gone(records: Sequence[Record], target: str) -> None:
    """Refuse paper that is destroyed.

    Raises:
        Conflict: it is.
    """
    if any(r.state in GONE for r in records) and not is_volume(target):
        raise Conflict(Said("{target} is destroyed.", target=target), Said("There is no paper to lend."))


def _owns(mine: Reach, record: Record) -> bool:
    return any(
        Relation.OWN in mine.relations(one, record) and can(one.roles, Action.LOOK, Relation.OWN)
        for one in mine.standings
    )


def _person(tx: Transaction, typed: str) -> Person | None:
    people = tx.people()
    word = fold(typed).strip()
    coded = next((p for p in people if p.code.casefold() == word.casefold()), None)
    named = [p for p in people if p.name == typed.strip()]
    if coded is None and len(named) > 1:
        raise Usage(
            Said("“{name}” is the name of several people.", name=typed.strip()),
            Said("Name one by his code: {codes}.", codes=[p.code for p in named]),
        )
    return coded or next(iter(named), None)


def _meant(tx: Transaction, folded: str) -> tuple[str, Sequence[Record]]:
    """Return the target a request stands under, and its records; nothing is told of it to who asks."""
    if is_volume(folded):
        number = str(parse_volume(folded))
        return number, tx.records(volume=number)
    record = tx.record_by_number(folded) if is_paper(folded) else tx.record(folded)
    return (record.code, [record]) if record else (folded, [])


def _refuse_again(tx: Transaction, asker: str, target: str, to: str, clock: Clock) -> None:
    for one in tx.requests(kind="loan", states=["open", "granted"], target=target, asked_by=asker):
        if one.data["to"] == to and (one.state == "open" or clock.now() <= parse(one.until)):
            raise Conflict(
                Said("This loan was asked for already: request {request}, {state}.", request=one.id,
                     state=Word("request", one.state)),
                Said("“{act}” names them.", act=Do("loan list", asked=True)),
            )  # fmt: skip


def _put_before(tx: Transaction, target: str, now: str) -> None:
    """Put the oldest open request about a target before people; take it away where none is open."""
    one = next(iter(tx.requests(kind="loan", states=["open"], target=target)), None)
    if one is None:
        tx.settle("loan", target)
        return
    name = next((p.name for p in tx.people() if p.code == one.asked_by), one.asked_by)
    question = Said(
        "{me} asks to lend {asked} to {to} until {due}: {reason}", me=name, asked=str(one.data["asked"]),
        to=str(one.data["to"]), due=str(one.data["due"]), reason=one.reason,
    )  # fmt: skip
    todo = Said("{act}, or {act_2}", act=Do("loan agree", one.id), act_2=Do("loan refuse", one.id, reason="…"))
    tx.ask(Attention("loan", target, question, todo, now))


ACTS = (ASK_LOAN, AGREE_LOAN, REFUSE_LOAN)
