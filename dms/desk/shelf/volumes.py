"""Volumes (R1, R2): what is in them, whether they are in order, closed and bound at year's end, never opened again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.desk.shelf.reprinting import ask_again
from dms.domain.access import may_see
from dms.domain.numbers import VolumeNumber, fold, is_volume, parse_volume
from dms.domain.policy import Action
from dms.domain.record import LinkState, Record, RecordState
from dms.errors import Conflict, NotFound
from dms.ports.catalogue import Act, Transaction, Volume
from dms.ports.world import World
from dms.said import Do, Said, Word

CLOSE_VOLUME = ActKind("close-volume", Action.KEEP_VOLUMES, Of.VOLUME)
BIND_VOLUME = ActKind("bind-volume", Action.KEEP_VOLUMES, Of.VOLUME)


OPEN, CLOSED, BOUND = "open", "closed", "bound"


def volumes(world: World) -> list[Volume]:
    """Return the volumes within what the asker may see, in the order of their numbers."""
    with gate.looking(world) as (tx, scope):
        return [v for v in tx.volumes() if scope.everything or v.number.manager in scope.managers]


def volume_of(world: World, named: str) -> tuple[Volume, Sequence[Record]]:
    """Return a volume and its records in the order of their paper numbers, within what the asker may see.

    Raises:
        NotFound: there is no such volume, or nothing in it is for the asker.
        Usage: that is no volume number.
    """
    number = parse_volume(named)
    with gate.looking(world) as (tx, scope):
        volume = tx.volume(number)
        seen = [r for r in tx.records(volume=str(number)) if may_see(scope, r)]
        if volume is None or (not seen and not scope.everything and number.manager not in scope.managers):
            raise NotFound(
                Said("There is no volume {number}.", number=number), Said("“{act}” names them.", act=Do("volume list"))
            )
    return volume, sorted(seen, key=lambda r: r.paper_number)


def contents(world: World, named: str) -> Sequence[Record]:
    """Return the records of a volume in the order of their paper numbers; see :func:`volume_of`."""
    return volume_of(world, named)[1]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must be mended before a volume is bound: kind, number, detail."""

    kind: str
    target: str
    detail: Said


def problems(tx: Transaction, volume: Volume) -> list[Problem]:
    """Check a volume before it is closed or bound (R2, R12): gaps, carriers, links, signatures, pages."""
    number = str(volume.number)
    records = tx.records(volume=number)
    held = {r.paper_number: r for r in records}
    voided = tx.voided()
    found: list[Problem] = []
    for item in range(1, volume.used + 1):
        paper = str(volume.number.item(item))
        if paper not in held and paper not in voided:
            found.append(Problem("gap", paper, Said("Given, but no record has it.")))
    for record in records:
        if record.state is RecordState.RESERVED:
            found.append(
                Problem("reserved", record.paper_number, Said("Its number is reserved and nothing was scanned."))
            )
        if record.state is not RecordState.FILED:
            continue
        for carrier in record.missing_carriers:
            found.append(
                Problem(
                    "carrier",
                    record.paper_number,
                    Said("Its {carrier} carrier is missing.", carrier=Word("carrier", carrier)),
                )
            )
        if record.link.state is LinkState.MISMATCH:
            found.append(Problem("mismatch", record.paper_number, Said("Its two carriers differ.")))
        by_hand = filed_by_hand(tx, record.code)
        if by_hand is not None:
            found.append(
                Problem("unsigned", record.paper_number, Said("Filed by hand: {reason}", reason=by_hand.reason))
            )
        expected = record.fields.get("pages_expected", "")
        if expected.isdigit() and int(expected) > record.electronic.pages:
            found.append(
                Problem(
                    "pages",
                    record.paper_number,
                    Said("{pages} of {expected} pages.", pages=record.electronic.pages, expected=expected),
                )
            )
    return sorted(found, key=lambda p: (p.target, p.kind))


def filed_by_hand(tx: Transaction, code: str) -> Act | None:
    """Return the act that filed a record past its gate by hand (R4), whatever was signed before or after.

    A record that moved into another class since passed the gate of that class.
    """
    placed = next((a for a in tx.acts(code) if a.act in ("file", "promote")), None)
    return placed if placed is not None and placed.data.get("by_hand") else None


def check(world: World, named: str) -> list[Problem]:
    """Return what must be mended before a volume is bound.

    Raises:
        NotFound: there is no such volume.
        NotPermitted: not for the asker.
    """
    number = parse_volume(named)
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.KEEP_VOLUMES)
        return problems(tx, existing(tx, number))


def close(world: World, named: str, *, title: str = "", note: str = "") -> Volume:
    """Close a volume: it takes nothing more, the next one opens with the next record (R2).

    Raises:
        NotFound: there is no such volume.
        Conflict: it is closed already.
        NotPermitted: not for the asker.
    """
    number = parse_volume(named)
    with gate.acting(world, CLOSE_VOLUME, target=str(number)) as act:
        volume = existing(act.tx, number)
        if volume.state != OPEN:
            raise Conflict(
                Said("{number} is {state} already.", number=number, state=Word("volume_state", volume.state)),
                Said("It is never opened again; later papers go on."),
            )
        closed = replace(
            volume, state=CLOSED, closed=act.now, closed_by=act.me.code, title=title or volume.title, note=note
        )
        act.tx.save_volume(closed)
        ask_again(act.tx, "binding", why=Said("the volume was closed"), at=act.now, volume=str(number))
    return closed


def bind(world: World, named: str, *, title: str = "", accept: str = "") -> Volume:
    """Bind a volume at year's end (R2): it must be in order, or somebody says why it is bound as it is.

    Args:
        world: the archive.
        named: its number; an open one is closed in the same act.
        title: 案卷题名.
        accept: reason for binding with problems left.

    Raises:
        NotFound: there is no such volume.
        Conflict: it is bound already, or something is not in order; the first things are named.
        NotPermitted: not for the asker.
    """
    number = parse_volume(named)
    with gate.acting(world, BIND_VOLUME, target=str(number), reason=accept) as act:
        volume = existing(act.tx, number)
        if volume.state == BOUND:
            raise Conflict(Said("{number} is bound already.", number=number), Said("Nothing is left to do."))
        left = problems(act.tx, volume)
        if left and not accept.strip():
            named_ones = "; ".join(f"{p.target} {p.detail}" for p in left[:3])
            raise Conflict(
                Said(
                    "{number} is not in order ({count}): {named_ones}",
                    number=number,
                    count=len(left),
                    named_ones=named_ones,
                ),
                Said(
                    "“{act}” lists all. As it is: {act_2}",
                    act=Do("volume check", number),
                    act_2=Do("volume bind", number, accept="…"),
                ),
            )
        bound = replace(
            volume, state=BOUND, bound=act.now, closed=volume.closed or act.now,
            closed_by=volume.closed_by or act.me.code, title=title or volume.title,
            note="; ".join([n for n in (volume.note, accept) if n]),
        )  # fmt: skip
        act.tx.save_volume(bound)
        act.notes["problems"] = [f"{p.target} {p.detail}" for p in left]
        ask_again(act.tx, "binding", why=Said("the volume was bound"), at=act.now, volume=str(number))
    return bound


def paper_of(world: World, tx: Transaction, named: str) -> tuple[list[Record], str]:
    """Return the records of a volume, or one record, and the number their paper goes by.

    Raises:
        NotFound: there is no such volume or record, or it is not for the asker.
        Conflict: the record has no place in a volume yet.
    """
    folded = fold(named)
    if is_volume(folded):
        number = parse_volume(folded)
        existing(tx, number)
        return list(tx.records(volume=str(number))), str(number)
    record = gate.record(world, tx, named)
    if not record.paper_number:
        raise Conflict(Said("{record} has no place in a volume yet.", record=record.code), Do("file", record.code))
    return [record], record.paper_number


def existing(tx: Transaction, number: VolumeNumber) -> Volume:
    """Return a volume (NotFound where there is none)."""
    found = tx.volume(number)
    if found is None:
        raise NotFound(
            Said("There is no volume {number}.", number=number), Said("“{act}” names them.", act=Do("volume list"))
        )
    return found


ACTS = (CLOSE_VOLUME, BIND_VOLUME)
