"""A paper scanned twice, settled by a person: replaced, kept as a further version, discarded, or two papers after all.

The second scan's own object stays in the vault whatever is decided (promise 1); its code is voided with the reason.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.kinds import Input, on_record
from dms.desk.records.giving_up import give_up
from dms.domain.policy import Action
from dms.domain.record import ALIVE, Record, RecordState
from dms.errors import Conflict, NotFound, NotPermitted
from dms.flow.arrange import ARRANGED, SOURCES
from dms.flow.passing import passing_folder
from dms.flow.twice import BATCH, KIND
from dms.flow.work import copy_out, record_json
from dms.ports.world import World
from dms.said import Do, Said, Word

RESCAN = on_record(Action.PAIR, name="rescan")


class Settled(StrEnum):
    """What a second scan is."""

    REPLACE = "replace"
    VERSION = "version"
    DISCARD = "discard"
    DIFFERENT = "different"


def settle_rescan(world: World, named: str, how: Settled | str, *, reason: str = "") -> Record:
    """Settle a second scan; return the record that goes on.

    Args:
        world: the archive.
        named: the second scan's record.
        how: ``replace``: its pages become the first record's, whose earlier ones stay in the version before;
            ``version``: it is kept beside them in a version of its own; ``discard``: nothing of it is used;
            ``different``: two papers, both stay and count.
        reason: why; stays in the log and the version.

    Raises:
        NotFound: nothing of the kind waits for this record.
        Conflict: it is filed, or the other is gone by now.
        NotPermitted: the first record is filed, and changes only by consent (R8).
    """
    how = Settled(how)
    with gate.acting(world, RESCAN, named, reason=reason) as act:
        tx, record = act.tx, act.record
        asked = next((a for a in tx.attention(record.code) if a.kind in (KIND, BATCH)), None)
        if asked is None:
            raise NotFound(
                Said("{record} waits for no such answer.", record=record.code),
                Said("“{act}” names what waits.", act=Do("attention")),
            )
        act.notes |= {"how": how.value, "first": str(asked.data.get("other", ""))}
        if how is Settled.DIFFERENT:
            for kind in (KIND, BATCH):
                tx.settle(kind, record.code)
            return record
        first = act.see(str(asked.data.get("other", "")))
        gate.allow(act.reach, Action.PAIR, first)
        if record.state is not RecordState.REGISTERED:
            raise Conflict(
                Said(
                    "{record} is in the state “{state}”.", record=record.code, state=Word("state", record.state.value)
                ),
                Said("Only what is registered is given up."),
            )
        if first.state not in ALIVE:
            raise Conflict(
                Said("{first} is in the state “{state}”.", first=first.code, state=first.state.value),
                Do("rescan", record.code, different=True),
            )
        kept = first
        if how is not Settled.DISCARD:
            kept = _take_over(act, first, record, how, reason or how.value)
            tx.save_record(kept)
            tx.enqueue("index", first.code)
        why = Said("second scan of {first}: {reason}", first=first.code, reason=reason or Word("rescan", how.value))
        give_up(act, record, why)
        return kept


def _take_over(act: gate.Passage, first: Record, second: Record, how: Settled, reason: str) -> Record:
    """Write the second scan into a new version of the first record's object."""
    if first.state is RecordState.FILED:
        raise NotPermitted(
            Said(
                "{first} is filed as {paper_number}; a filed record changes only by consent (R8).",
                first=first.code,
                paper_number=first.paper_number,
            ),
            Said("Ask for it: {act}", act=Do("change", first.code, reason="…")),
        )
    world = act.archive
    head, old = act.head(second.code), act.head(first.code)
    names = [path for path in (head.files if head else ()) if path != "record.json"]
    folder = passing_folder(world, "rescan")
    beside = "" if how is Settled.REPLACE else f"rescans/{second.code}/"
    files: dict[str, Path | bytes | None] = {}
    if how is Settled.REPLACE and old is not None:
        files |= dict.fromkeys(p for p in old.files if p.startswith(("original/", SOURCES)) or p == ARRANGED)
    try:
        for number, path in enumerate(names):
            copy_out(world, second.code, path, folder / f"{number}")
            files[beside + path] = folder / f"{number}"
        kept = first
        if how is Settled.REPLACE:
            address = first.electronic.address
            paper = replace(first.paper, pages=second.paper.pages) if second.paper.present else first.paper
            kept = first.with_(electronic=replace(second.electronic, address=address), paper=paper)
        files["record.json"] = record_json(kept)
        told = (
            Said("Replaced by {second}: {reason}", second=second.code, reason=reason)
            if how is Settled.REPLACE
            else Said("Further version from {second}: {reason}", second=second.code, reason=reason)
        )
        act.write(first.code, files, told)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return kept


ACTS = (
    RESCAN.by(
        settle_rescan, Input("how", needed=True, choices=tuple(Settled)), Input("reason"), tells="record",
    ),
)  # fmt: skip
