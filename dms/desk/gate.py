"""The gate: who acts, what he may see, and whether an act may pass. Every desk act asks here first.

The three signatures of R4 become evidence here; until electronic approval is there, a class whose scheme says
``gate = true`` is filed only by hand, with a reason that stays in the log.
"""

from __future__ import annotations

from dms.domain.access import may_see, scope_of
from dms.domain.numbers import fold, is_code, is_paper
from dms.domain.query import Scope
from dms.domain.record import Record
from dms.errors import NotFound, NotPermitted, Usage
from dms.ports.catalogue import Person, Transaction
from dms.ports.world import World


def person(world: World, tx: Transaction) -> Person:
    """Return who acts.

    Raises:
        NotPermitted: the archive does not know him.
    """
    for one in tx.people():
        if world.user in (one.login, one.code):
            return one
    raise NotPermitted(
        f"“{world.user}” is not among the people of this archive.",
        "Somebody who is can add you: dms people add CODE NAME --login " + world.user,
    )


def scope(world: World, tx: Transaction) -> Scope:
    """Return what the acting person may see (R5)."""
    me = person(world, tx)
    return scope_of(me.code, me.roles, [c.name for c in tx.customers() if c.manager == me.code])


def record(world: World, tx: Transaction, named: str) -> Record:
    """Return the record somebody named by code or paper number, in any typed form, if he may see it.

    Raises:
        NotFound: there is none, or he may not know of it: both look the same.
        Usage: it is neither a code nor a paper number.
    """
    folded = fold(named)
    if is_code(folded):
        found = tx.record(folded)
    elif is_paper(folded):
        found = tx.record_by_number(folded)
    else:
        raise Usage(
            f"“{named}” is neither an electronic code nor a paper number.",
            "They look like HG01E2026000123 and HG01-KH·04·2026-D30-ZHS-002-0007; “dms search” finds them by words.",
        )
    if found is None or not may_see(scope(world, tx), found):
        raise NotFound(f"There is no record {folded}.", "Look for it with “dms search”.")
    return found


def pass_filing(world: World, target: Record, *, by_hand: str) -> None:
    """Let a record pass to filing (R4), or say what is missing.

    Args:
        world: the archive.
        target: the record.
        by_hand: reason of whoever overrides the gate, empty else.

    Raises:
        NotPermitted: its class asks for signatures that nobody confirmed.
    """
    if not target.class_code or by_hand:
        return
    kind = world.scheme.record_class(target.class_code)
    if kind.gate:
        names = {"customer": "the customer's (客户)", "handler": "the handler's (经办人)",
                 "supervisor": "the direct supervisor's (直接领导)"}  # fmt: skip
        wanted = ", ".join(names.get(s, s) for s in kind.signatures)
        raise NotPermitted(
            f"{target.code} waits at the gate: class {kind.code} {kind.name} asks for signatures: {wanted}.",
            "Check them on the paper, then: dms file " + target.code + ' --by-hand --reason "signatures checked by …"',
        )
