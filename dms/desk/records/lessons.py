"""What was learned from people's corrections: proposed beside a question, listed, taken back, remembered as an alias.

Within what the asker may see (R5): a lesson is told only to who may see the record it is from, and a customer only to
who may see him; what he may not see counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dms.desk.accounts.customers import CUSTOMERS
from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.domain.access import may_see
from dms.domain.describing.who import Customers, KnownCustomer
from dms.domain.learning import ABOUT, ENOUGH, Learned, Lesson, compared, filled, heading_of, learned_for, said_by
from dms.domain.policy import Action
from dms.domain.query import Scope
from dms.domain.record import Record
from dms.errors import Conflict, NotFound
from dms.flow.index import HIDDEN
from dms.flow.work import text_of
from dms.ports.catalogue import Transaction
from dms.ports.world import World
from dms.said import Do, Said

FORGET = ActKind("forget-lesson")
ALIAS = replace(CUSTOMERS, name="alias-lesson")


def heading(world: World, code: str) -> str:
    """Return the heading of a record's first page, empty where nothing was read of it."""
    try:
        pages = text_of(world, code)
    except NotFound:
        return ""
    return heading_of(pages[0]) if pages else ""


def lessons(world: World) -> list[Lesson]:
    """Return what was learned, within what the asker may see, oldest first."""
    with gate.looking(world) as (tx, scope):
        return _seen(tx, scope, tx.lessons())


def learned(world: World, record: Record) -> list[Learned]:
    """Return the answers people gave before to what is open of a record."""
    if not record.uncertain and record.form:
        return []
    top = heading(world, record.code)
    said = [compared(text, world.fold) for text in said_by(record, top).values()]
    if not said:
        return []
    with gate.looking(world) as (tx, scope):
        known = _seen(tx, scope, tx.lessons(said))
        people = {p.code for p in tx.people()}
    # What a class or person was called who is there no more is no answer.
    there = {"class": set(world.scheme.classes), "manager": people}
    known = [x for x in known if x.about not in there or x.meant in there[x.about]]
    return learned_for(record, top, known, world.fold)


def preselected(told: Mapping[str, Any]) -> dict[str, str]:
    """Return what people's answers fill into the form of a shown record: attribute -> the one answer to its question.

    A title is filled in only where the machine had none.
    """
    return {
        ABOUT[one["about"]]: one["meant"]
        for one in told["learned"]
        if one["alone"] and (one["about"] in told["uncertain"] or not told[ABOUT[one["about"]]])
    }


def may_take_back(world: World) -> tuple[str, bool]:
    """Return the asker's own code, and whether he may take back and remember what others taught."""
    with world.catalogue.look() as tx:
        me, mine = gate.reach(world, tx)
        return me.code, mine.may(Action.KEEP_CUSTOMERS) is not None


def forget(world: World, lesson: int, *, reason: str = "") -> Lesson:
    """Take a lesson back: by who taught it, or by who keeps the archive's customers.

    Raises:
        NotFound: there is no such lesson, or not for the asker.
        NotPermitted: it is somebody else's, and he does not keep the archive's customers.
    """
    with gate.acting(world, FORGET, target=str(lesson), reason=reason) as act:
        one = _one(act.tx, act.scope, lesson)
        if one.by not in act.parties:
            gate.allow(act.reach, Action.KEEP_CUSTOMERS)
        act.tx.forget_lesson(one.id)
        # Not what it said: that would stay in the log for ever.
        act.notes |= {"record": one.code, "about": one.about, "by": one.by}
    return one


def remember(world: World, lesson: int) -> str:
    """Make the name of a lesson an alias of its customer: from then on it is he, unasked. Return his name.

    Raises:
        NotFound: there is no such lesson, or not for the asker.
        Conflict: it is about no customer, too few people said so, somebody said otherwise, he is none of the customers
            entered, or the name is another one's.
        NotPermitted: the asker does not keep the archive's customers.
    """
    with gate.acting(world, ALIAS, target=str(lesson)) as act:
        tx = act.tx
        one = _one(tx, act.scope, lesson)
        if not ripe(one, tx.lessons()):
            raise Conflict(
                Said("“{shown}” is no alias yet.", shown=one.shown),
                Said(
                    "{enough} papers must have been settled so by people, none otherwise. Add it yourself: {act}",
                    enough=ENOUGH,
                    act=Do("customers add", one.meant, alias=one.shown),
                ),
            )
        known = {c.name: c for c in tx.customers()}
        if one.meant not in known:
            raise Conflict(
                Said("There is no customer “{name}”.", name=one.meant),
                Said("Add him first: {act}", act=Do("customers add")),
            )
        names = [KnownCustomer(c.name, aliases=c.aliases) for c in known.values() if c.name != one.meant]
        others = Customers(names, world.fold).named(one.shown)
        if others:
            raise Conflict(
                Said("“{shown}” is {customer} already.", shown=one.shown, customer=others[0].name),
                Said("One name of two customers is asked about each time."),
            )
        customer = known[one.meant]
        if one.shown not in customer.aliases:
            customer = replace(customer, aliases=(*customer.aliases, one.shown))
            tx.save_customer(customer)
        act.target = customer.name
        told = {"name": customer.name, "manager": customer.manager, "aliases": list(customer.aliases)}
        act.notes |= {"lesson": one.id, "customers": [told]}
    return customer.name


def ripe(one: Lesson, every: Iterable[Lesson]) -> bool:
    """Tell whether a name may become an alias: enough papers were settled so by people, none otherwise."""
    same = [x for x in every if (x.about, x.said) == ("customer", one.said)]
    return one.about == "customer" and len(same) >= ENOUGH and {x.meant for x in same} == {one.meant}


def _one(tx: Transaction, scope: Scope, lesson: int) -> Lesson:
    found = _seen(tx, scope, [x for x in tx.lessons() if x.id == lesson])
    if not found:
        raise NotFound(
            Said("There is no lesson {lesson}.", lesson=lesson), Said("“{act}” names them.", act=Do("lessons list"))
        )
    return found[0]


def _seen(tx: Transaction, scope: Scope, every: Sequence[Lesson]) -> list[Lesson]:
    records = {code: tx.record(code) for code in {x.code for x in every}}
    return [x for x in every if (record := records[x.code]) is not None and _tells(scope, record, x)]


def _tells(scope: Scope, record: Record, lesson: Lesson) -> bool:
    """True where the asker may see a lesson's record, and its customer, who need not be the record's any more."""
    if record.state in HIDDEN or not may_see(scope, record):
        return False
    if lesson.about == "customer":
        return scope.everything or lesson.meant in scope.customers or lesson.meant == record.customer
    # A title may name whom its record is of no more.
    return lesson.about != "title" or scope.everything or filled(lesson.meant, record) == record.title


ACTS = (FORGET, ALIAS)
