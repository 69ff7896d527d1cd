"""A lost catalogue filled again: records from the vault, acts, people and customers from the log's copy (promise 7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dms.desk.accounts.masters import bring_back_masters
from dms.desk.acts import gate
from dms.desk.care.auditing import bring_back, restore_acts
from dms.domain.numbers import parse_code, parse_paper
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState, record_from_dict
from dms.errors import Conflict, NotFound
from dms.ports.catalogue import Act, Transaction
from dms.ports.world import World
from dms.said import Said


def rebuild(world: World, on_step: Callable[[str, int, int], None] = lambda *_: None) -> int:
    """Fill an empty catalogue from the vault (promise 7): records, numbers, volumes, reservations.

    Acts, people and customers come back from the log's copy beside the vault; requests, loans, signatures and
    dealings come from a backup. Numbers below a counter that the vault does not explain are voided, so that none is
    given twice. A record that was in the bin is filed again: its removal must be asked for anew.

    Raises:
        Conflict: the catalogue is not empty.
    """
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
        if tx.records(limit=1) or tx.items(limit=1):
            raise Conflict(
                Said("The catalogue is not empty."),
                Said("Name an empty one (or move archive/catalogue.sqlite* away), then try again."),
            )
    objects = sorted(world.vault.objects())
    records: dict[str, Record] = {}
    for done, object_id in enumerate(objects, 1):
        on_step("objects", done, len(objects))
        for record in _records_in(world, object_id):
            # A reservation is older than what was registered under its code.
            if record.code not in records or records[record.code].state is RecordState.RESERVED:
                records[record.code] = record
    now = world.now()
    bring_back(world)
    with world.catalogue.begin() as tx:
        bring_back_masters(tx)
        for record in sorted(records.values(), key=lambda r: r.code):
            _restore(tx, record, now)
        for object_id in objects:
            if object_id.startswith("batch-"):
                head = world.vault.head(object_id)
                for file in head.files.values() if head else ():
                    if file.path.startswith("original/"):
                        tx.claim_digest(file.sha512, object_id)
        for gap in tx.gaps():
            reason = "not in the vault when the catalogue was rebuilt"
            tx.void(gap.number, kind=gap.kind, reason=reason, user=world.user, at=now)
        tx.log(Act(now, world.user, "rebuild", "catalogue", "", {"records": len(records)}))
    return len(records)


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


def _records_in(world: World, object_id: str) -> Iterator[Record]:
    name = "reserved.json" if object_id.startswith("batch-") else "record.json"
    try:
        with world.vault.open(object_id, name) as file:
            told = json.loads(file.read())
    except NotFound:
        return
    for one in told if isinstance(told, list) else [told]:
        yield record_from_dict(one)


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
