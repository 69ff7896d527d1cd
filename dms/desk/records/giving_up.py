"""Giving a registered record up for another one that goes on: its code voided with the reason, its object kept."""

from __future__ import annotations

from dms.desk.acts import gate
from dms.domain.record import Record, RecordState
from dms.flow.work import record_json
from dms.said import Said


def give_up(act: gate.Passage, record: Record, why: Said) -> Record:
    """Void a record's code (and the number reserved for it) inside an act; return the record as it is then.

    What was signed on it and asked about it is settled: it stands on a record that is no more.
    """
    gone = record.with_(state=RecordState.VOID, paper_number="", volume="")
    tx, reason, by = act.tx, why.stored(), act.me.code
    tx.save_record(gone)
    tx.void(record.code, kind="code", reason=reason, user=by, at=act.now)
    if record.paper_number:
        tx.void(record.paper_number, kind="paper", reason=reason, user=by, at=act.now)
    tx.unsign(record.code)
    for waiting in tx.attention(record.code):
        tx.settle(waiting.kind, record.code)
    tx.enqueue("index", record.code)
    act.write(record.code, {"record.json": record_json(gone)}, why)
    return gone
