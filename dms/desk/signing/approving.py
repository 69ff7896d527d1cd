"""The gate of R3 and R4: the handler declares, three signatures are proved, then a record may be filed.

A proof is an electronic approval, where the scheme lets the class have it, or ink seen on the scan and confirmed by a
person, its picture kept in the vault. Nobody confirms or approves what he declared himself, or what was declared in his
place or by one he stands in for; that is asked at each signature, and once more when the record is filed.

What was filed without all of it (its class has no gate, or it was filed by hand) may be signed later: it moves into a
class with a gate only when it has what that class asks for (R11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dms.desk.acts import gate
from dms.desk.acts.four_eyes import broken, concerned_by, declared_by, refuse_concerned
from dms.desk.acts.kinds import NOTE, REASON, Form, Input, on_record
from dms.desk.signing.carriers import DIFFER, lacking_carriers, next_for_carriers, open_questions
from dms.domain.pages import Page
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.domain.signing import Ink, inks
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.flow.passing import passing
from dms.flow.work import copy_out, pages_of
from dms.ports.catalogue import Attention, Transaction
from dms.ports.registers import Signature
from dms.ports.world import World
from dms.said import Do, Said, Word

_SIGNABLE = (RecordState.REGISTERED, RecordState.FILED)
DECLARE = on_record(Action.DECLARE, *_SIGNABLE)
APPROVE = on_record(Action.APPROVE, *_SIGNABLE)
CONFIRM = on_record(Action.CONFIRM, *_SIGNABLE)
REJECT = on_record(Action.REJECT, RecordState.REGISTERED)


ROLES = ("customer", "handler", "supervisor")
NAMES = {
    "declaration": "the handler's declaration (经办人声明)",
    "customer": "the customer's signature (客户签字)",
    "handler": "the handler's signature (经办人签字)",
    "supervisor": "the direct supervisor's signature (直接领导签字)",
}


def declare(world: World, named: str, *, statement: str = "") -> Record:
    """Declare that a record is true and accurate (R3); where its class allows it, that is the handler's signature too.

    Raises:
        NotPermitted: it is not the asker's to declare.
        Conflict: it is filed, or nothing was scanned for it yet.
    """
    with gate.acting(world, DECLARE, named, reason=statement) as act:
        record = _signable(act)
        me, standing = act.me.code, act.standing.code
        # Who approved or confirmed and now declares takes that away: it is no other person's word any more.
        own = [
            s.role
            for s in act.tx.signatures(record.code)
            if s.role != "declaration" and concerned_by(act.reach, {s.by, s.standing})
        ]
        if own:
            act.tx.unsign(record.code, own)
            act.notes["taken_away"] = own
        act.tx.sign(Signature(record.code, "declaration", "declared", me, me, act.now, statement, standing))
        if "handler" in _electronic(world, record):
            act.tx.sign(Signature(record.code, "handler", "electronic", me, me, act.now, statement, standing))
        act.tx.settle("gate", record.code)
    return record


def approve(world: World, named: str, *, note: str = "") -> Record:
    """Approve a declared record electronically as the direct supervisor (R4).

    Raises:
        NotPermitted: not for the asker, his own, or the class asks for ink.
        Conflict: nobody declared it, it is filed, or nothing was scanned for it yet.
    """
    with gate.acting(world, APPROVE, named, reason=note) as act:
        record = _signable(act)
        _others(act, record)
        if "supervisor" not in _electronic(world, record):
            raise NotPermitted(
                Said("Class {class_code} asks for the supervisor's signature on paper.", class_code=record.class_code),
                Said("When it is signed: {act}", act=Do("approve", record.code, ink="supervisor")),
            )
        me = act.me.code
        standing = act.standing.code
        act.tx.sign(Signature(record.code, "supervisor", "electronic", me, me, act.now, note, standing))
        act.tx.settle("gate", record.code)
    return record


def found_ink(world: World, record: Record, electronic: Sequence[Page] | None = None) -> list[Ink]:
    """Return the signatures found on a record's scan, by role.

    Args:
        world: the archive.
        record: the record.
        electronic: the pages of its electronic file, where they are read already.
    """
    profile = next((p for p in world.profiles if p.key == record.form), None)
    pages = electronic
    if pages is None or record.paper.sha512:
        try:
            pages = pages_of(world, record.code, _paper_side(record, "words.json.gz"))
        except NotFound:
            return []
    return inks(pages, profile.signatures if profile else None)


def confirm(world: World, named: str, role: str, *, spot: int = 0, note: str = "") -> Signature:
    """Confirm that a signature stands on the paper (R4); its picture is kept with the record.

    Args:
        world: the archive.
        named: the record.
        role: ``customer``, ``handler`` or ``supervisor``.
        spot: which of the signatures found, as listed (1 …); 0 takes the first of that role.
        note: what was seen; needed where the machine found none.

    Raises:
        Usage: an unknown role or spot, or no note where nothing was found.
        NotPermitted: not for the asker, or his own.
        Conflict: nobody declared it, there is no paper, or it is filed.
    """
    if role not in ROLES:
        raise Usage(
            Said("There is no signature of a “{role}”.", role=Word("role", role)),
            Said("Roles: {roles}", roles=tuple(ROLES)),
        )
    seen = gate.about_to(world, Action.CONFIRM, named)
    if seen.state is not RecordState.FILED:
        _open(seen)
    with (
        _picture_of(world, seen, role, spot) as (ink, picture),
        gate.acting(world, CONFIRM, named, reason=note) as act,
    ):
        record = _signable(act)
        _others(act, record)
        if not record.paper.present:
            raise Conflict(
                Said("No paper of {record} was scanned: nobody can have signed it.", record=record.code),
                Said("Print, sign and scan it."),
            )
        if (record.paper, record.form) != (seen.paper, seen.form):
            raise Conflict(
                Said("The scan of {record} was changed just now.", record=record.code),
                Said("Look at it, then confirm."),
            )
        if ink is None and not note.strip():
            raise Usage(
                Said("No signature of the {role} was found on the scan.", role=Word("role", role)),
                Said(
                    "If you see it on the paper, say where: {act}", act=Do("approve", record.code, ink=role, note="…")
                ),
            )
        told = f"page {ink.page}" + (f": {note}" if note else "") if ink else note
        person = _named(act.tx, record, role)
        signature = Signature(
            record.code, role, "ink", person, act.me.code, act.now, told, act.standing.code
        )  # fmt: skip
        act.tx.sign(signature)
        act.tx.settle("gate", record.code)
        act.notes |= {"role": role, "found": ink is not None}
        if picture is not None:
            act.write(
                record.code,
                {f"evidence/{role}.png": picture},
                Said("Signature of the {role} confirmed", role=Word("role", role)),
            )
    return signature


def reject(world: World, named: str, *, reason: str) -> Record:
    """Send a record back to its handler with a reason; what was signed does not count any more (R4).

    Raises:
        Usage: no reason.
        NotPermitted: not for the asker.
        Conflict: it is filed, or nothing was scanned for it yet.
    """
    if not reason.strip():
        raise Usage(Said("A record is rejected only with a reason."), Do("", reason="金额与合同不符"))
    with gate.acting(world, REJECT, named, reason=reason) as act:
        record = _open(act.record)
        act.notes["signatures"] = [s.role for s in act.tx.signatures(record.code)]
        act.tx.unsign(record.code)
        todo = Said("Mend it, then: {act}", act=Do("declare", record.code))
        act.tx.ask(
            Attention(
                "gate", record.code, Said("Rejected by {me}: {reason}", me=act.me.name, reason=reason), todo, act.now
            )
        )
    return record


def missing(world: World, tx: Transaction, record: Record) -> tuple[str, ...]:
    """Return what a record still needs to pass the gate (R3, R4, R12): roles, then what its two sets lack."""
    questions = open_questions(tx, {record.code}).get(record.code, ())
    return lacking(world, record, tx.signatures(record.code), questions)


def lacking(
    world: World, record: Record, signatures: Sequence[Signature], questions: Collection[str]
) -> tuple[str, ...]:
    """Return the same of a record whose signatures and open questions are known already."""
    found: list[str] = []
    kind = world.scheme.classes.get(record.class_code)
    if kind is None or kind.gate:
        # What was approved here does not count in a class that asks for ink: the record may have changed its class.
        here = kind.electronic if kind else ()
        signed = {s.role for s in signatures if s.kind != "electronic" or s.role in here}
        wanted = ("declaration", *(kind.signatures if kind else ROLES))
        found += [role for role in wanted if role not in signed]
    return (*found, *lacking_carriers(record, questions))


def unproved(signatures: Sequence[Signature]) -> tuple[str, ...]:
    """Return the declaration and signatures nobody gave, whatever the class asks for."""
    signed = {s.role for s in signatures}
    return tuple(role for role in ("declaration", *ROLES) if role not in signed)


def state_of_gate(world: World, tx: Transaction, record: Record) -> dict[str, Any]:
    """Return signatures and what is missing, as plain data."""
    return {
        "signatures": [
            {"role": s.role, "kind": s.kind, "person": s.person, "by": s.by, "at": s.at, "note": s.note}
            for s in tx.signatures(record.code)
        ],
        "missing": list(missing(world, tx, record)) if record.state is RecordState.REGISTERED else [],
    }  # fmt: skip


def pass_gate(world: World, tx: Transaction, record: Record, *, by_hand: bool = True) -> None:
    """Let a record pass to filing or into another class, or name what is missing.

    Args:
        world: the archive.
        tx: the transaction of the act.
        record: the record, with the class it is to have.
        by_hand: whether a manager may do it by hand instead; the hint says so.

    Raises:
        NotPermitted: something is.
    """
    open_still = missing(world, tx, record)
    if not open_still:
        own = broken(tx.signatures(record.code))
        if own:
            raise NotPermitted(
                Said(
                    "{record} was declared and signed by the same person: {own}.",
                    record=record.code,
                    own=[Word("role", r) for r in own],
                ),
                Said("Somebody else signs it: {act}", act=Do("approve", record.code)),
            )
        return
    if DIFFER in open_still:
        raise NotPermitted(
            Said("The two carriers of {record} differ and nobody has accepted that.", record=record.code),
            Said("Mend one of them, or: {act}", act=Do("pair", record.code, accept=True, reason="…")),
        )
    raise NotPermitted(
        Said(
            "{record} waits at the gate. Missing: {open_still}.",
            record=record.code,
            open_still=[Word("role", m) for m in open_still],
        ),
        _next_step(record, open_still) if by_hand else _before_moving(record, open_still),
    )


def _next_step(record: Record, open_still: Sequence[str]) -> Said:
    by_hand = Do("file", record.code, by_hand=True, reason="…")
    first = next_for_carriers(record, open_still)
    if first:
        # Signatures are given to what will be filed, and on the paper: its carriers come first.
        return Said("{first}; all checked by hand: {by_hand}", first=first, by_hand=by_hand)
    if "declaration" in open_still:
        begin = Do("declare", record.code)
        return Said("Its handler begins: {act}; all checked by hand: {by_hand}", act=begin, by_hand=by_hand)
    if tuple(open_still) == ("supervisor",):
        return Said(
            "The supervisor: {act}; signed on paper: {ink}; all checked by hand: {by_hand}",
            act=Do("approve", record.code),
            ink=Do("approve", record.code, ink="supervisor"),
            by_hand=by_hand,
        )
    ink = Do("approve", record.code, ink=open_still[0])
    return Said("Seen on the paper: {act}; all checked by hand: {by_hand}", act=ink, by_hand=by_hand)


def _before_moving(record: Record, open_still: Sequence[str]) -> Said:
    first = next_for_carriers(record, open_still)
    return first or Said(
        "It is signed where it lies, then moved: {declare}; {approve}",
        declare=Do("declare", record.code),
        approve=Do("approve", record.code),
    )


def _signable(act: gate.Passage) -> Record:
    """Return the record of an act if it may still be signed: on its way, or filed without all proofs."""
    record = act.record
    if record.state is RecordState.FILED and unproved(act.tx.signatures(record.code)):
        return record
    return _open(record)


def _open(record: Record) -> Record:
    if record.state is not RecordState.REGISTERED:
        told = {
            RecordState.FILED: Said("{record} is filed already.", record=record.code),
            RecordState.RESERVED: Said("{record} has nothing scanned yet.", record=record.code),
        }
        state = Word("state", record.state.value)
        other = Said("{record} is in the state “{state}”.", record=record.code, state=state)
        raise Conflict(told.get(record.state, other), Said("Nothing is to be signed."))
    return record


def _others(act: gate.Passage, record: Record) -> None:
    signatures = act.tx.signatures(record.code)
    if not any(s.role == "declaration" for s in signatures):
        raise Conflict(
            Said("Nobody has declared {record} true and accurate yet.", record=record.code),
            Said("First, its handler: {act}", act=Do("declare", record.code)),
        )
    refuse_concerned(
        act.reach,
        declared_by(signatures),
        NotPermitted(
            Said("Nobody approves his own (R4), nor for whom he stands in."),
            Said("Ask the supervisor, or another manager, to do it."),
        ),
    )


def _electronic(world: World, record: Record) -> tuple[str, ...]:
    kind = world.scheme.classes.get(record.class_code)
    return kind.electronic if kind else ()


def _named(tx: Transaction, record: Record, role: str) -> str:
    if role == "handler":
        declared = next((s.person for s in tx.signatures(record.code) if s.role == "declaration"), "")
        return declared or record.manager
    return ""


def _chosen(found: Sequence[Ink], role: str, spot: int) -> Ink | None:
    if spot:
        if not 1 <= spot <= len(found):
            raise Usage(
                Said("There is no signature {spot} on the scan.", spot=spot),
                Said("{count} were found; “{act}” lists them.", count=len(found), act=Do("show")),
            )
        return found[spot - 1]
    return next((i for i in found if i.role == role), None)


def _paper_side(record: Record, name: str) -> str:
    """Where a file made from the paper lies: beside the electronic file's where the two were paired."""
    return f"paper/{name}" if record.paper.sha512 else name


@contextmanager
def _picture_of(world: World, record: Record, role: str, spot: int) -> Iterator[tuple[Ink | None, Path | None]]:
    """Find the signature on the scan and cut its picture out, before the act: that takes a reading process."""
    if not record.paper.present:
        yield None, None
        return
    ink = _chosen(found_ink(world, record), role, spot)
    if ink is None:
        yield None, None
        return
    with passing(world, "ink") as folder:
        access, picture = folder / "access.pdf", folder / "ink.png"
        copy_out(world, record.code, _paper_side(record, "access.pdf"), access)
        world.examiner().crop(access, ink.page, ink.box, picture)
        yield ink, picture


ACTS = (
    DECLARE.by(declare, Input("reason", parameter="statement")),
    CONFIRM.by(
        confirm, Input("role", Form.ROLE, needed=True, choices=ROLES), Input("spot", Form.NUMBER, most=1000), NOTE
    ),
    APPROVE.by(approve, NOTE),
    REJECT.by(reject, REASON),
)
