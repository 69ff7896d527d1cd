"""Four eyes (R4, R8, R9, R12): who decides is another person *and* acts in another standing than whom it concerns.

Whom an act concerns are those who asked for, declared or signed what is decided, and those in whose place they did.
Somebody who stands in for one of them decides nothing of it, whatever his own rights, and nobody decides what he let
somebody else ask in his place. One rule for consent, loans, deletion, destruction, signatures and differences of
carriers.
"""

from __future__ import annotations

from collections.abc import Iterable

from dms.domain.access import Reach
from dms.errors import NotPermitted
from dms.ports.registers import Request, Signature


def concerned_by(mine: Reach, parties: Iterable[str]) -> bool:
    """True where somebody, or one he stands in for today, is among those whom a decision concerns."""
    return not {s.code for s in mine.standings}.isdisjoint({p for p in parties if p})


def asked_by(request: Request) -> frozenset[str]:
    """Who asked: the person, and in whose place."""
    return frozenset({request.asked_by, str(request.data.get("for", ""))} - {""})


def borrowing(request: Request) -> frozenset[str]:
    """Whom a loan that is asked for concerns besides: who borrows, and who answers for him."""
    return frozenset({str(request.data.get("borrower", "")), str(request.data.get("answers", ""))} - {""})


def decided_by(request: Request) -> frozenset[str]:
    """Who decided: the person, and in whose place."""
    return frozenset({request.decided_by, str(request.data.get("decided_for", ""))} - {""})


def signers(signatures: Iterable[Signature], *roles: str) -> frozenset[str]:
    """Who gave the signatures of these roles: the people, who entered them, and in whose place."""
    chosen = [s for s in signatures if s.role in roles]
    return frozenset({one for s in chosen for one in (s.person, s.by, s.standing)} - {""})


def declared_by(signatures: Iterable[Signature]) -> frozenset[str]:
    """Whom approval and confirmation concern: who declared the record true, and its handler."""
    return signers(signatures, "declaration") | frozenset(
        {s.person for s in signatures if s.role == "handler"} - {""}
    )  # fmt: skip


def refuse_concerned(mine: Reach, parties: Iterable[str], refusal: NotPermitted) -> None:
    """Refuse a decision of somebody whom it concerns.

    Raises:
        NotPermitted: he, or one he stands in for, is among the parties.
    """
    if concerned_by(mine, parties):
        raise refusal


def broken(signatures: Iterable[Signature]) -> tuple[str, ...]:
    """Return the roles whose proof was given by somebody whom it concerns, in whatever order they were signed."""
    every = list(signatures)
    parties = declared_by(every)
    given = [s for s in every if s.role in ("customer", "handler", "supervisor") and s.kind != "declared"]
    return tuple(
        s.role
        for s in given
        if not (s.role == "handler" and s.kind == "electronic") and not {s.by, s.standing}.isdisjoint(parties)
    )
