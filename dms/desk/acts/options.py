"""What somebody may do with a record just now, and why not the rest: for faces that show acts before they are tried.

The gate decides again when the act is done; nothing here permits anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.desk.acts.four_eyes import concerned_by, declared_by, signers
from dms.desk.acts.kinds import Of
from dms.desk.registry import acts
from dms.desk.signing.approving import lacking, unproved
from dms.desk.signing.carriers import open_questions
from dms.domain.access import Reach, may_see
from dms.domain.policy import Action, Relation, Role, who_can
from dms.domain.record import LinkState, Record, RecordState
from dms.ports.registers import Signature
from dms.ports.world import World

_GATED = (Action.DECLARE, Action.CONFIRM, Action.APPROVE, Action.FILE)


def _shown() -> Mapping[Action, tuple[RecordState, ...]]:
    """Return the acts on a record and the states they fit, in the order of the journey."""
    found = {kind.action: kind.states for kind in acts().values() if kind.of is Of.RECORD and kind.states}
    return {action: found[action] for action in Action if action in found}


@dataclass(frozen=True, slots=True)
class Option:
    """One act on a record.

    Attributes:
        may: it would pass now.
        why: where not: ``state`` (not in this state), ``role`` (for others), ``own`` (declared by himself),
            ``declare-first``, ``declared``, ``signed``, ``ink`` (its class asks for paper), ``no-paper``,
            ``missing`` (signatures or carriers are, or an answer is).
        roles: who may, where it is for others.
        missing: what filing waits for.
    """

    action: Action
    may: bool
    why: str = ""
    roles: tuple[Role, ...] = ()
    missing: tuple[str, ...] = ()


def options(world: World, named: str) -> list[Option]:
    """Return every act on a record with whether the asker may do it now, in the order of the journey.

    Raises:
        NotFound: no such record, or not for the asker.
    """
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        record = gate.seen(tx, mine, named)
        signed = tx.signatures(record.code)
        asked = open_questions(tx, {record.code}).get(record.code, ())
        return [_option(world, signed, asked, mine, action, record) for action in _shown()]


@dataclass(frozen=True, slots=True)
class Awaited:
    """A record on its way to its volume: what it still needs, and what of it the asker may do now."""

    record: Record
    missing: tuple[str, ...]
    mine: tuple[Action, ...]


def on_the_way(world: World, *, mine_only: bool = False, limit: int = 100) -> list[Awaited]:
    """Return the registered records within what the asker may see, oldest first.

    Args:
        world: the archive.
        mine_only: only those the asker can take a step further.
        limit: at most so many.
    """
    found: list[Awaited] = []
    step = 500
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        scope = gate.scope_of(tx, mine)
        offset = 0
        while rows := tx.records(states=[RecordState.REGISTERED], limit=step, offset=offset):
            offset += step
            seen = [r for r in rows if may_see(scope, r)]
            signatures = tx.signatures_of([r.code for r in seen])
            questions = open_questions(tx, {r.code for r in seen})
            for record in seen:
                signed = signatures.get(record.code, ())
                asked = questions.get(record.code, ())
                acts = tuple(a for a in _GATED if _option(world, signed, asked, mine, a, record).may)
                if acts or not mine_only:
                    found.append(Awaited(record, lacking(world, record, signed, asked), acts))
                if len(found) >= limit:
                    return found
    return found


def _option(
    world: World,
    signatures: Sequence[Signature],
    asked: Collection[str],
    mine: Reach,
    action: Action,
    record: Record,
) -> Option:
    if record.state not in _shown()[action]:
        return Option(action, False, "state")
    if mine.may(action, record) is None:
        relations: Sequence[Relation] = (Relation.OTHER, Relation.DEPARTMENT)
        roles = tuple(dict.fromkeys(role for relation in relations for role in who_can(action, relation)))
        return Option(action, False, "role", roles)
    if action is Action.ACCEPT:
        if record.link.state is not LinkState.MISMATCH:
            return Option(action, False, "state")
        parties = {*declared_by(signatures), *signers(signatures, "handler"), record.link.by}
        return Option(action, False, "own") if concerned_by(mine, parties) else Option(action, True)
    if action not in _GATED:
        return Option(action, True)
    late = record.state is RecordState.FILED
    open_still = unproved(signatures) if late else lacking(world, record, signatures, asked)
    if late and not open_still:
        return Option(action, False, "state")
    if action is Action.FILE:
        return Option(action, not open_still, "missing" if open_still else "", missing=open_still)
    signed = {s.role: s for s in signatures}
    if action is Action.DECLARE:
        return Option(action, "declaration" not in signed, "declared" if "declaration" in signed else "")
    if "declaration" not in signed:
        return Option(action, False, "declare-first")
    if concerned_by(mine, declared_by(signatures)):
        return Option(action, False, "own")
    if action is Action.CONFIRM:
        open_roles = tuple(r for r in open_still if r in ("customer", "handler", "supervisor"))
        why = "" if record.paper.present and open_roles else "no-paper" if open_roles else "signed"
        return Option(action, not why, why, missing=open_roles)
    kind = world.scheme.classes.get(record.class_code)
    if kind is not None and "supervisor" not in kind.electronic:
        return Option(action, False, "ink")
    return Option(action, "supervisor" not in signed, "signed" if "supervisor" in signed else "")
