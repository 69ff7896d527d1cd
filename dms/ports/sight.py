"""How somebody stands to records now: read from a transaction each time, so that a right taken away counts at once."""

from __future__ import annotations

from dms.domain.access import Reach, Standing
from dms.ports.catalogue import Person, Transaction
from dms.ports.clock import Clock, parse


def reach_of(tx: Transaction, me: Person, clock: Clock) -> Reach:
    """Return how a person stands to records: as himself, for those he stands in for today, by grants (R5)."""
    people = {p.code: p for p in tx.people()}
    moment = clock.now()
    today = moment.date().isoformat()
    stood_for = [
        people[d.person]
        for d in tx.deputies()
        if d.deputy == me.code and d.since <= today <= d.until and d.person in people
    ]

    def standing(one: Person) -> Standing:
        team = {p.code for p in people.values() if one.department and p.department == one.department} - {one.code}
        return Standing(one.code, one.roles, frozenset(team))

    granted = {
        r.target
        for r in tx.requests(kind="access", states=["granted"], asked_by=me.code)
        if not r.until or moment <= parse(r.until)
    }
    standings = (standing(me), *(standing(p) for p in stood_for))
    return Reach(standings, tx.owners(), frozenset(granted))
