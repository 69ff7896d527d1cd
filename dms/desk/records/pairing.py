"""Pairing by hand: an electronic file and the scan of its paper become one record on two carriers (R12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dms.desk.acts import gate
from dms.domain.marking import marks
from dms.domain.pages import Box, Page
from dms.domain.pairing import FactDifference, similarity, told_apart
from dms.domain.pairing import differences as compare
from dms.domain.policy import Action
from dms.domain.record import Link, LinkState, Record, RecordState
from dms.errors import Conflict, NotFound, Usage
from dms.flow.work import pages_of, record_json, text_of
from dms.ports.catalogue import Act, Attention
from dms.ports.world import World
from dms.said import Do, Said, Word


@dataclass(frozen=True, slots=True)
class Pairing:
    """What pairing two records gave.

    Attributes:
        record: the one record that is left.
        given_up: code of the other one, voided, its object kept in the vault.
        likeness: 0..1.
        differences: amounts, dates and numbers that stand on one side only.
    """

    record: Record
    given_up: str
    likeness: float
    differences: tuple[FactDifference, ...]


def pair(world: World, electronic: str, scan: str, *, reason: str = "") -> Pairing:
    """Join the scan ``scan`` to the record ``electronic``.

    The electronic record keeps its code. The scan's files go to ``paper/`` of its object; its code is voided and its
    own object stays, saying where it went. Facts that differ make the link a mismatch until a person gives a reason.

    Raises:
        Conflict: one of them is filed, void, the same, or the first has its paper already.
        NotFound: one of them is not there.
        Usage: neither is a scan.
    """
    with world.catalogue.look() as tx:
        _, reach = gate.reach(world, tx)
        left, right = gate.seen(tx, reach, electronic), gate.seen(tx, reach, scan)
        for one in (left, right):
            gate.allow(reach, Action.PAIR, one)
    if left.paper.present and not right.paper.present:
        left, right = right, left
    _check(left, right)
    mine, other = text_of(world, left.code), text_of(world, right.code)
    likeness = similarity("\n".join(mine), "\n".join(other), world.fold)
    ours = frozenset({left.code, right.code, left.paper_number, right.paper_number} - {""})
    differences = tuple(compare(mine, other, names=names_of(left, right), ours=ours))
    now = world.now()
    state = LinkState.CONFIRMED if not differences else LinkState.WAIVED if reason else LinkState.MISMATCH
    joined = left.with_(
        paper=replace(right.electronic, address=right.paper.address),
        link=Link(state, "content", world.user, now, reason),
        uncertain=tuple(n for n in left.uncertain if n in right.uncertain),
        class_code=left.class_code or right.class_code,
        customer=left.customer or right.customer,
        manager=left.manager or right.manager,
        date=left.date or right.date,
        fields={**right.fields, **left.fields},
    )
    gone = right.with_(state=RecordState.VOID, paper_number="", volume="")
    why = Said("paired with {left}", left=left.code).stored()
    with world.catalogue.begin() as tx:
        if (tx.record(left.code), tx.record(right.code)) != (left, right):
            raise Conflict(
                Said("One of them was changed by somebody else just now."), Said("Look at them, then pair them again.")
            )
        _join_objects(world, joined, right, now)
        tx.save_record(gone)
        tx.void(right.code, kind="code", reason=why, user=world.user, at=now)
        tx.save_record(joined)
        for code in (left.code, right.code):
            tx.settle("pair", code)
            tx.enqueue("index", code)
        tx.settle("describe", right.code)
        if state is LinkState.MISMATCH:
            listed = told_apart(differences)
            tx.ask(
                Attention(
                    "pair", left.code, Said("Its two carriers differ: {listed}.", listed=listed),
                    Said("Mend one of them, or: {act}", act=Do("pair", left.code, accept=True, reason="…")), now,
                )
            )  # fmt: skip
        tx.log(Act(now, world.user, "pair", left.code, reason or why, {"scan": right.code, "state": state.value}))
    return Pairing(joined, right.code, likeness, differences)


@dataclass(frozen=True, slots=True)
class Twin:
    """Both carriers of a record side by side.

    Attributes:
        electronic: pages of the electronic file.
        paper: pages of the paper's scan.
        likeness: 0..1.
        differences: facts told differently, each with page and line on both.
        marks: for each difference its boxes on the electronic and on the paper side, as (page, boxes).
    """

    record: Record
    electronic: tuple[Page, ...]
    paper: tuple[Page, ...]
    likeness: float
    differences: tuple[FactDifference, ...]
    marks: tuple[tuple[tuple[int, list[Box]], tuple[int, list[Box]]], ...]


def twin(world: World, named: str) -> Twin:
    """Compare both carriers of a record, page pictures and facts (R12); the look is logged.

    Raises:
        NotFound: no such record, not for the asker, or it has one carrier only.
    """
    with gate.acting(world, Action.LOOK, named) as act:
        record = act.record
        act.notes["twin"] = True
    try:
        left, right = pages_of(world, record.code), pages_of(world, record.code, "paper/words.json.gz")
    except NotFound:
        raise NotFound(
            Said("{record} has no two carriers to compare.", record=record.code),
            Said("Pair an electronic file with the scan of its paper."),
        ) from None
    mine, other = [p.text for p in left], [p.text for p in right]
    ours = frozenset({record.code, record.paper_number} - {""})
    found = compare(mine, other, ours=ours)
    places = tuple(
        (_place(world, left, d.left_page, d.left_line), _place(world, right, d.right_page, d.right_line)) for d in found
    )
    likeness = similarity("\n".join(mine), "\n".join(other), world.fold)
    return Twin(record, left, right, likeness, tuple(found), places)


def _place(world: World, pages: Sequence[Page], number: int, line: str) -> tuple[int, list[Box]]:
    page = next((p for p in pages if p.number == number), None)
    return number, marks(page, [line], world.fold) if page and line else []


def names_of(left: Record, right: Record) -> list[tuple[str, str]]:
    """Return the names both carriers' forms tell: customer, manager, contact (R12)."""
    pairs = [(left.fields.get(k, ""), right.fields.get(k, "")) for k in ("manager", "contact")]
    return [(left.customer, right.customer), *pairs]


def accept(world: World, named: str, *, reason: str) -> Record:
    """Accept the differences between two carriers with a reason.

    Raises:
        Usage: no reason.
        Conflict: nothing differs.
    """
    if not reason.strip():
        raise Usage(
            Said("Differences are accepted only with a reason."), Do("", reason="amount corrected by hand on the paper")
        )
    with gate.acting(world, Action.PAIR, named, reason=reason, other="accept") as act:
        tx, record, now = act.tx, act.record, act.now
        if record.link.state is not LinkState.MISMATCH:
            raise Conflict(
                Said("The carriers of {record} do not differ.", record=record.code), Said("Nothing is left to accept.")
            )
        record = record.with_(link=Link(LinkState.WAIVED, record.link.proof, world.user, now, reason))
        tx.save_record(record)
        tx.settle("pair", record.code)
        world.vault.write(
            record.code,
            {"record.json": record_json(record)},
            message=Said("Differences accepted: {reason}", reason=reason).stored(),
            user=world.user,
            at=now,
        )
    return record


def _check(left: Record, right: Record) -> None:
    if left.code == right.code:
        raise Conflict(Said("A record cannot be paired with itself."), Said("Name the electronic record and the scan."))
    for one in (left, right):
        if one.state is not RecordState.REGISTERED:
            raise Conflict(
                Said("{one} is in the state “{state}”.", one=one.code, state=Word("state", one.state.value)),
                Said("Only registered records can be paired."),
            )
    if not right.paper.present:
        raise Usage(
            Said("Neither {left} nor {right} is a scan.", left=left.code, right=right.code),
            Said("Pair an electronic file with a scan."),
        )
    if left.paper.present:
        raise Conflict(
            Said("Both {left} and {right} are scans of paper.", left=left.code, right=right.code),
            Said("Pair a scan with an electronic file."),
        )


def _join_objects(world: World, joined: Record, right: Record, now: str) -> None:
    head = world.vault.head(right.code)
    files: dict[str, Path | bytes | None] = {"record.json": record_json(joined)}
    if head is not None:
        for path in head.files:
            if path == "record.json":
                continue
            name = path.removeprefix("original/")
            with world.vault.open(right.code, path) as source:
                files[f"paper/{name}"] = source.read()
    world.vault.write(
        joined.code,
        files,
        message=Said("Paired with the scan {scan}", scan=right.code).stored(),
        user=world.user,
        at=now,
    )
    gone = right.with_(state=RecordState.VOID, paper_number="", volume="")
    world.vault.write(
        right.code,
        {"record.json": record_json(gone)},
        message=Said("Paired into {record}", record=joined.code).stored(),
        user=world.user,
        at=now,
    )
