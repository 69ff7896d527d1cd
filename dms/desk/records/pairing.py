"""Pairing by hand: an electronic file and the scan of its paper become one record on two carriers (R12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.four_eyes import declared_by, refuse_concerned, signers
from dms.desk.acts.kinds import LOOK, REASON, Form, Input, on_record
from dms.domain.marking import marks
from dms.domain.pages import Box, Page
from dms.domain.pairing import FactDifference, similarity, told_apart
from dms.domain.pairing import differences as compare
from dms.domain.policy import Action
from dms.domain.record import Link, LinkState, Record, RecordState
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.flow.asking import to_describe
from dms.flow.work import pages_of, record_json, text_of
from dms.ports.catalogue import Attention
from dms.ports.world import World
from dms.said import Do, Said, Word

PAIR = on_record(Action.PAIR, RecordState.REGISTERED)
ACCEPT = on_record(Action.ACCEPT, RecordState.REGISTERED)


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
    A reserved record, whose cover was not read, takes the file as its own.

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
    if left.state is RecordState.RESERVED and right.state is RecordState.REGISTERED:
        return _fill(world, left, right, reason)
    _check(left, right)
    mine, other = text_of(world, left.code), text_of(world, right.code)
    likeness = similarity("\n".join(mine), "\n".join(other), world.fold)
    ours = frozenset({left.code, right.code, left.paper_number, right.paper_number} - {""})
    differences = tuple(compare(mine, other, names=names_of(left, right), ours=ours))
    now = world.now()
    # A difference is accepted by another person, never by who joins the carriers.
    state = LinkState.MISMATCH if differences else LinkState.CONFIRMED
    joined = left.with_(
        paper=replace(right.electronic, address=right.paper.address),
        link=Link(state, "content", world.actor.name, now),
        uncertain=tuple(n for n in left.uncertain if n in right.uncertain),
        **_class_of(left, right),
        customer=left.customer or right.customer,
        manager=left.manager or right.manager,
        date=left.date or right.date,
        year=left.year if left.date or left.paper_number or not right.date else right.year,
        fields={**right.fields, **left.fields},
    )
    gone = right.with_(state=RecordState.VOID, paper_number="", volume="")
    why = Said("paired with {left}", left=left.code).stored()
    files = _joined_files(world, joined, right)
    told = {"scan": right.code, "state": state.value}
    with gate.acting(world, PAIR, left.code, reason=reason or why) as act:
        tx = act.tx
        gate.allow(act.reach, Action.PAIR, act.see(right.code))
        if (act.record, tx.record(right.code)) != (left, right):
            raise Conflict(
                Said("One of them was changed by somebody else just now."), Said("Look at them, then pair them again.")
            )
        _join_objects(joined, gone, files, act)
        # What was signed was one carrier only: it counts for both where they were shown to tell the same.
        if state is not LinkState.CONFIRMED and tx.unsign(left.code):
            told["signatures"] = "taken away: they were given before the carriers were joined"
        tx.unsign(right.code)
        act.notes |= told
        tx.save_record(gone)
        tx.void(right.code, kind="code", reason=why, user=act.me.code, at=now)
        tx.save_record(joined)
        for code in (left.code, right.code):
            tx.settle("pair", code)
            tx.enqueue("index", code)
        for kind in ("describe", "split", "rescan", "batch"):
            tx.settle(kind, right.code)
        if state is LinkState.MISMATCH:
            listed = told_apart(differences)
            tx.ask(
                Attention(
                    "pair", left.code, Said("Its two carriers differ: {listed}.", listed=listed),
                    Said("Mend one of them, or: {act}", act=Do("pair", left.code, accept=True, reason="…")), now,
                )
            )  # fmt: skip
    return Pairing(joined, right.code, likeness, differences)


def _fill(world: World, reserved: Record, right: Record, reason: str) -> Pairing:
    """Give a reserved record the file that was registered apart from it; what the reservation says of it stays."""
    now = world.now()
    year = reserved.year if reserved.paper_number or not right.date else right.year
    filled = right.with_(
        code=reserved.code,
        title=reserved.title or right.title,
        **_class_of(reserved, right),
        customer=reserved.customer or right.customer,
        manager=reserved.manager or right.manager,
        year=year,
        paper_number=reserved.paper_number,
        volume=reserved.volume,
        fields={**right.fields, **reserved.fields},
        uncertain=tuple(n for n in right.uncertain if not getattr(reserved, "class_code" if n == "class" else n, "")),
        electronic=replace(right.electronic, address=world.vault.address(reserved.code)),
        link=Link(LinkState.CONFIRMED, "scan+hand", world.actor.name, now, reason)
        if right.paper.present
        else right.link,
    )
    gone = right.with_(state=RecordState.VOID, paper_number="", volume="")
    why = Said("joined to the reserved {reserved}", reserved=reserved.code)
    head = world.vault.head(right.code)
    files: dict[str, Path | bytes | None] = {"record.json": record_json(filled)}
    for path in head.files if head else ():
        if path != "record.json":
            with world.vault.open(right.code, path) as source:
                files[path] = source.read()
    with gate.acting(world, PAIR, reserved.code, reason=reason or why.stored()) as act:
        tx = act.tx
        gate.allow(act.reach, Action.PAIR, act.see(right.code))
        if (act.record, tx.record(right.code)) != (reserved, right):
            raise Conflict(
                Said("One of them was changed by somebody else just now."), Said("Look at them, then pair them again.")
            )
        act.write(reserved.code, files, Said("Joined by {right}", right=right.code))
        act.write(right.code, {"record.json": record_json(gone)}, why)
        tx.save_record(gone)
        tx.void(right.code, kind="code", reason=why.stored(), user=act.me.code, at=act.now)
        # What was signed stands on a record that is no more.
        tx.unsign(right.code)
        tx.save_record(filled)
        for one in tx.attention(right.code):
            tx.settle(one.kind, right.code)
            if one.kind == "describe" and filled.uncertain:
                tx.ask(replace(one, target=filled.code, todo=to_describe(filled.code, filled.uncertain)))
        tx.settle("split", reserved.code)
        for code in (reserved.code, right.code):
            tx.enqueue("index", code)
        act.notes |= {"scan": right.code, "state": "confirmed"}
    return Pairing(filled, right.code, 1.0, ())


def _class_of(first: Record, second: Record) -> Mapping[str, object]:
    """Return the class of the first, else of the second, with all a record has of its class."""
    one = first if first.class_code else second
    return {name: getattr(one, name) for name in ("class_code", "track", "retention", "secrecy")}


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
    with gate.acting(world, LOOK, named) as act:
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
        NotPermitted: not for the asker, or he is who joined the carriers, declared the record or handles it (R4, R12).
    """
    if not reason.strip():
        raise Usage(
            Said("Differences are accepted only with a reason."), Do("", reason="amount corrected by hand on the paper")
        )
    with gate.acting(world, ACCEPT, named, reason=reason) as act:
        tx, record, now = act.tx, act.record, act.now
        if record.link.state is not LinkState.MISMATCH:
            raise Conflict(
                Said("The carriers of {record} do not differ.", record=record.code), Said("Nothing is left to accept.")
            )
        signatures = tx.signatures(record.code)
        refuse_concerned(
            act.reach,
            {*declared_by(signatures), *signers(signatures, "handler"), record.link.by},
            NotPermitted(
                Said("Who joined the carriers or declared the record does not accept how they differ."),
                Said("Another person looks at both, and accepts it."),
            ),
        )
        record = record.with_(link=Link(LinkState.WAIVED, record.link.proof, act.me.code, now, reason))
        tx.save_record(record)
        tx.settle("pair", record.code)
        act.write(
            record.code,
            {"record.json": record_json(record)},
            Said("Differences accepted: {reason}", reason=reason),
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
            Said("Pair a scan with an electronic file; a later batch is joined: {act}",
                 act=Do("join", right.code, to=left.code, reason="…")),
        )  # fmt: skip


def _joined_files(world: World, joined: Record, right: Record) -> dict[str, Path | bytes | None]:
    """Read the scan's files as they lie beside the electronic ones, before the act."""
    head = world.vault.head(right.code)
    files: dict[str, Path | bytes | None] = {"record.json": record_json(joined)}
    for path in head.files if head else ():
        if path != "record.json":
            with world.vault.open(right.code, path) as source:
                files[f"paper/{path.removeprefix('original/')}"] = source.read()
    return files


def _join_objects(joined: Record, gone: Record, files: Mapping[str, Path | bytes | None], act: gate.Passage) -> None:
    """Write both objects: the record with its paper, and the scan that says where it went."""
    act.write(joined.code, files, Said("Paired with the scan {scan}", scan=gone.code))
    act.write(gone.code, {"record.json": record_json(gone)}, Said("Paired into {record}", record=joined.code))


ACTS = (
    PAIR.by(pair, Input("other", Form.RECORD, needed=True, parameter="scan"), Input("reason"), tells="pairing"),
    ACCEPT.by(accept, REASON),
)
