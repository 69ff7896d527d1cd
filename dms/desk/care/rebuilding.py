"""A lost catalogue filled again: records from the vault, acts, people and customers from the log's copy (promise 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dms.desk.accounts.people import bring_back_masters
from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.care.against_log import Rows, last_rows
from dms.desk.care.auditing import bring_back, restore_acts
from dms.desk.care.checking import Finding
from dms.desk.care.deciding import UNDECIDED_TODO, Decisions, decisions, owners_of_numbers, records_in
from dms.domain.actor import Way
from dms.domain.numbers import parse_code, parse_paper
from dms.domain.policy import Action
from dms.domain.record import ALIVE, Record, RecordState
from dms.errors import Conflict, Damaged, NotPermitted, Usage
from dms.ports.catalogue import Transaction
from dms.ports.world import World
from dms.said import Do, Said

REBUILD = ActKind("rebuild", Action.CARE)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did.

    Attributes:
        records: records that are back.
        findings: what could not be taken as it stands in the vault, each with its place.
    """

    records: int
    findings: tuple[Finding, ...] = ()


def rebuild(world: World, on_step: Callable[[str, int, int], None] = lambda *_: None) -> Rebuilt:
    """Fill an empty catalogue from the vault (promise 7): records, numbers, volumes, reservations.

    Acts, people and customers come back first, from the log's copy; while the catalogue knows nobody, whoever has the
    machine rebuilds it. What acts changed in rows alone (states of volumes, places, the bin, requests, signatures,
    loans, moves, holds, classes of customers) comes back from the log too; dealings come from a backup. Numbers below
    a counter that the vault does not explain are voided, so that none is given twice. A version that no act in the log
    decided counts for nothing; that, a number two objects claim and an object that cannot be read are told, and the
    rest goes on.

    Raises:
        Conflict: the catalogue is not empty.
        NotPermitted: the catalogue knows people, and the asker may not; or he is not at the machine itself.
    """
    with world.catalogue.look() as tx:
        if tx.people():
            gate.permitted(world, tx, Action.CARE)
        elif world.actor.way is not Way.CONSOLE:
            raise NotPermitted(Said("A lost catalogue is rebuilt at the machine itself."), Do("rebuild"))
        if tx.records(limit=1) or tx.items(limit=1):
            raise Conflict(
                Said("The catalogue is not empty."),
                Said("Name an empty one (or move archive/catalogue.sqlite* away), then try again."),
            )
    bring_back(world)
    now = world.now()
    with gate.entering(world, REBUILD, world.actor.name) as act:
        tx = act.tx
        bring_back_masters(tx)
        objects = sorted(world.vault.objects())
        records, findings = _read_all(world, objects, decisions(tx.log_from(1)), on_step)
        owners = owners_of_numbers(tx.log_from(1))
        findings += _settle_numbers(records, owners)
        rows = last_rows(tx.log_from(1))
        for code, record in sorted(records.items()):
            _restore(tx, _in_its_place(record, rows.get(("records", code))), now)
        _restore_rows(tx, rows, records)
        _claim_stacks(world, tx, objects)
        for gap in tx.gaps():
            reason = "not in the vault when the catalogue was rebuilt"
            tx.void(gap.number, kind=gap.kind, reason=reason, user=world.actor.name, at=now)
        act.target = "catalogue"
        act.notes |= {"records": len(records), "findings": [[f.kind, f.target] for f in findings]}
    return Rebuilt(len(records), tuple(findings))


def _read_all(
    world: World, objects: Sequence[str], decided: Decisions, on_step: Callable[[str, int, int], None]
) -> tuple[dict[str, Record], list[Finding]]:
    """Read every object's record; what cannot be read is a finding and stays an orphan that ``verify`` names."""
    records: dict[str, Record] = {}
    findings: list[Finding] = []
    for done, object_id in enumerate(objects, 1):
        on_step("objects", done, len(objects))
        try:
            found, passed_over = records_in(world, object_id, decided)
            for record in found:
                parse_code(record.code)
                # A reservation is older than what was registered under its code.
                if record.code not in records or records[record.code].state is RecordState.RESERVED:
                    records[record.code] = record
        except (ValueError, TypeError, KeyError, Damaged, Usage) as problem:
            detail = Said("Its record cannot be read: {problem}.", problem=problem)
            findings.append(Finding("unreadable-record", object_id, detail, Said("Restore the object from a backup.")))
            continue
        if passed_over:
            detail = Said(
                "Version {passed_over} was written for an act that no commit decided; the one before counts.",
                passed_over=passed_over,
            )
            findings.append(Finding("undecided-version", object_id, detail, UNDECIDED_TODO))
    return records, findings


def _settle_numbers(records: dict[str, Record], owners: Mapping[str, str]) -> list[Finding]:
    """Leave a paper number that two records claim to whom the log gave it last; the other is back without a place."""
    claims: dict[str, list[str]] = {}
    for code, record in sorted(records.items()):
        if record.paper_number:
            claims.setdefault(record.paper_number, []).append(code)
    findings = []
    for number, codes in claims.items():
        owner = owners.get(number, codes[0])
        for code in codes if len(codes) > 1 else ():
            if code == (owner if owner in codes else codes[0]):
                continue
            record = records[code]
            state = RecordState.REGISTERED if record.state is RecordState.FILED else record.state
            records[code] = record.with_(paper_number="", volume="", state=state)
            detail = Said("Its number {number} is {owner}'s; it is back without one.", number=number, owner=owner)
            findings.append(
                Finding(
                    "number-taken", code, detail, Said("Look at both, then file it again: {act}", act=Do("file", code))
                )
            )
    return findings


def _claim_stacks(world: World, tx: Transaction, objects: Sequence[str]) -> None:
    for object_id in objects:
        if object_id.startswith("batch-"):
            head = world.vault.head(object_id)
            for file in head.files.values() if head else ():
                if file.path.startswith("original/"):
                    tx.claim_digest(file.sha512, object_id)


def bring_back_newer(world: World, lines: Sequence[Mapping[str, Any]]) -> int:
    """Add the acts that another copy of the log holds beyond this one's newest; return how many.

    Only where both tell the same up to there: a log that branches off is not mixed with this one.
    """
    with world.catalogue.begin() as tx:
        mine = {a.seq: a.leaf for a in tx.log_from(1)}
        told = [a for a in lines if a.get("seq")]
        same = all(mine.get(int(a["seq"])) in (None, a.get("leaf")) for a in told)
        newer = [a for a in told if int(a["seq"]) > len(mine)]
        return restore_acts(tx, newer) if same else 0


def _restore(tx: Transaction, record: Record, now: str) -> None:
    code = parse_code(record.code)
    tx.restore_code(code)
    if record.paper_number:
        tx.restore_paper(parse_paper(record.paper_number), now)
    tx.add_record(record)
    if record.state is RecordState.VOID:
        tx.void(
            record.code, kind="code", reason=Said("voided before the catalogue was rebuilt").stored(), user="", at=now
        )
    tx.enqueue("index", record.code)


def _restore_rows(tx: Transaction, rows: Rows, records: Mapping[str, Record]) -> None:
    """Bring back what acts changed in rows alone: volumes, requests, signatures, loans, moves, holds, gradings."""
    for (table, _), row in rows.items():
        if row is not None and table != "records" and (table != "signatures" or str(row.get("code")) in records):
            tx.restore_row(table, row)


def _in_its_place(record: Record, row: Mapping[str, Any] | None) -> Record:
    """Return a record with what its row alone told: where its paper stands, that it is in the bin, or never came."""
    if row is None:
        return record
    binned = row.get("state") == RecordState.BINNED and record.state in ALIVE
    voided = row.get("state") == RecordState.VOID and record.state is RecordState.RESERVED
    if binned or voided:
        record = record.with_(state=RecordState(row["state"]))
    return record.with_(paper=replace(record.paper, address=str(row.get("place", record.paper.address))))


ACTS = (REBUILD,)
