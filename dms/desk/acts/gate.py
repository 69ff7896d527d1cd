"""The gate: permission, transaction and log entry together. Every desk act passes here; deny by default.

:func:`acting` is the one way to do something: it opens the transaction, finds who acts (also for whom he stands in),
finds the record as far as he may know of it, asks the policy, lets the act happen, and logs it in the same commit.
:func:`looking` is the one way to read within what somebody may see.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from dms.domain.access import Reach, Standing
from dms.domain.numbers import fold, is_code, is_paper
from dms.domain.policy import Action, who_can
from dms.domain.query import Scope
from dms.domain.record import Record
from dms.errors import NotFound, NotPermitted, Usage
from dms.ports.catalogue import Act, Person, Transaction
from dms.ports.clock import parse
from dms.ports.world import World
from dms.said import Do, Said, Word


@dataclass(slots=True)
class Passage:
    """One act on its way through the gate.

    Attributes:
        tx: the transaction everything belongs to.
        me: who acts.
        reach: how he stands to records.
        now: ISO time of the act.
        record: the record acted on, as it was when the act began; None for acts on none.
        notes: what the log keeps besides; filled in while the act happens.
    """

    tx: Transaction
    me: Person
    reach: Reach
    now: str
    found: Record | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def record(self) -> Record:
        """The record acted on.

        Raises:
            LookupError: the act is on no record (a mistake of ours).
        """
        if self.found is None:
            raise LookupError("this act is on no record")
        return self.found

    @property
    def scope(self) -> Scope:
        """What the one who acts may see, for queries within this act."""
        return scope_of(self.tx, self.reach)

    def see(self, named: str) -> Record:
        """Return another record somebody named, if he may see it; raises as :func:`record` does."""
        return seen(self.tx, self.reach, named)


def person(world: World, tx: Transaction) -> Person:
    """Return who acts.

    Raises:
        NotPermitted: the archive does not know him.
    """
    for one in tx.people():
        if world.user in (one.login, one.code):
            return one
    raise NotPermitted(
        Said("“{user}” is not among the people of this archive.", user=world.user),
        Said("Somebody who is can add you: {act}", act=Do("people add", "CODE", "NAME", login=world.user)),
    )


def reach(world: World, tx: Transaction) -> tuple[Person, Reach]:
    """Return who acts and how he stands to records: as himself, for those he stands in for today, by grants."""
    people = {p.code: p for p in tx.people()}
    me = person(world, tx)
    now = world.now()
    today = now[:10]
    stood_for = [
        people[d.person]
        for d in tx.deputies()
        if d.deputy == me.code and d.since <= today <= d.until and d.person in people
    ]

    def standing(one: Person) -> Standing:
        team = {p.code for p in people.values() if one.department and p.department == one.department} - {one.code}
        return Standing(one.code, one.roles, frozenset(team))

    moment = world.clock.now()
    granted = {
        r.target
        for r in tx.requests(kind="access", states=["granted"], asked_by=me.code)
        if not r.until or moment <= parse(r.until)
    }
    standings = (standing(me), *(standing(p) for p in stood_for))
    return me, Reach(standings, tx.owners(), frozenset(granted))


def scope(world: World, tx: Transaction) -> Scope:
    """Return what the acting person may see (R5)."""
    _, mine = reach(world, tx)
    return scope_of(tx, mine)


def scope_of(tx: Transaction, mine: Reach) -> Scope:
    """Return a reach as a scope for queries."""
    wide = mine.scope()
    return wide if wide.everything else mine.scope(tx.customers_of(sorted(wide.managers)))


@contextmanager
def acting(
    world: World, action: Action, named: str = "", *, target: str = "", reason: str = "", other: str = ""
) -> Iterator[Passage]:
    """Let one act pass, or raise.

    Args:
        world: the archive.
        action: what is done; its name stands in the log.
        named: code or paper number of the record acted on; empty for acts on none.
        target: what the log names for acts on no record.
        reason: why.
        other: a more telling name of the act for the log.

    Raises:
        NotPermitted: he may not; the hint says who may.
        NotFound: there is no such record, or he may not know of it: both look the same.
        Usage: ``named`` is neither a code nor a paper number.
    """
    with world.catalogue.begin() as tx:
        me, mine = reach(world, tx)
        passage = Passage(tx, me, mine, world.now())
        if named:
            passage.found = seen(tx, mine, named)
        standing = allow(mine, action, passage.found)
        if standing.code != me.code:
            passage.notes["for"] = standing.code
        yield passage
        about = target or (passage.found.code if passage.found else "")
        tx.log(Act(passage.now, world.user, other or action.value, about, reason, passage.notes))


@contextmanager
def looking(world: World) -> Iterator[tuple[Transaction, Scope]]:
    """Read within what somebody may see; nothing is logged, so show no record's content from here.

    Raises:
        NotPermitted: the archive does not know him.
    """
    with world.catalogue.look() as tx:
        yield tx, scope(world, tx)


def permitted(world: World, tx: Transaction, action: Action, found: Record | None = None) -> Person:
    """Return who acts if he may do this; for acts that span several transactions.

    Raises:
        NotPermitted: he may not.
    """
    me, mine = reach(world, tx)
    allow(mine, action, found)
    return me


def allow(mine: Reach, action: Action, found: Record | None = None) -> Standing:
    """Return the standing in which somebody may do this.

    Raises:
        NotPermitted: he may not.
    """
    standing = mine.may(action, found)
    if standing is None:
        raise refused(action)
    return standing


def refused(action: Action) -> NotPermitted:
    """Return the refusal of an act, naming who may."""
    roles = [Word("person", role.value) for role in who_can(action)] or Said("nobody but the record's own people")
    return NotPermitted(
        Said("You may not do that ({action}).", action=Word("act", action.value)),
        Said("On every record it is for: {roles}.", roles=roles),
    )


def record(world: World, tx: Transaction, named: str) -> Record:
    """Return the record somebody named by code or paper number, in any typed form, if he may see it.

    Raises:
        NotFound: there is none, or he may not know of it: both look the same.
        Usage: it is neither a code nor a paper number.
    """
    _, mine = reach(world, tx)
    return seen(tx, mine, named)


def seen(tx: Transaction, mine: Reach, named: str) -> Record:
    """Return a record as :func:`record` does, for a reach that is known already: finding it out is not free."""
    folded = fold(named)
    if is_code(folded):
        found = tx.record(folded)
    elif is_paper(folded):
        found = tx.record_by_number(folded)
    else:
        raise Usage(
            Said("“{named}” is neither an electronic code nor a paper number.", named=named),
            Said(
                "They look like HG01E2026000123 and HG01-KH·04·2026-D30-ZHS-002-0007; “{act}” finds them by words.",
                act=Do("search"),
            ),
        )
    if found is None or mine.may(Action.LOOK, found) is None:
        raise NotFound(
            Said("There is no record {record}.", record=folded), Said("Look for it with “{act}”.", act=Do("search"))
        )
    return found
