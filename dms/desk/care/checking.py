"""Care: does everything the archive says hold? Digests, orphans, gaps, index drift; and the catalogue rebuilt."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.domain.item import ItemState
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Damaged
from dms.flow.index import reindex
from dms.ports.vault import Trouble
from dms.ports.world import World
from dms.said import NOTHING, Do, Remedy, Said, as_said, verbatim


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a check found.

    Attributes:
        kind: short code (``digest-mismatch``, ``gap``, ``index-missing`` ...).
        target: code, number, item or path.
        detail: for a person.
        todo: what to do about it.
    """

    kind: str
    target: str
    detail: Said
    todo: Remedy = NOTHING

    def __post_init__(self) -> None:
        """Keep an act to be done as a sentence."""
        object.__setattr__(self, "todo", as_said(self.todo))


def verify(
    world: World, *, sample: float = 1.0, on_step: Callable[[str, int, int], None] = lambda *_: None
) -> list[Finding]:
    """Check the whole archive, or a random share of its vault objects.

    Args:
        world: the archive.
        sample: share of objects whose files are read and digested, 0..1; all else is always checked whole.
        on_step: told ``(what, done, total)``.
    """
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
    found: list[Finding] = []
    found += [
        Finding("catalogue", "catalogue", verbatim(text), Said("Restore it: {act}", act=Do("rebuild")))
        for text in world.catalogue.check()
    ]
    with world.catalogue.look() as tx:
        codes = list(tx.all_codes())
        found += [Finding("gap", gap.number, gap.detail, Do("void", gap.number, reason="…")) for gap in tx.gaps()]
        quarantined = tx.items(states=[ItemState.QUARANTINED])
    found += list(_vault(world, codes, sample, on_step))
    found += list(_index(world))
    found += [
        Finding(
            "quarantine-file",
            i.id,
            Said("The file of {item} is not in quarantine any more.", item=i.name),
            Said("Look in a backup."),
        )
        for i in quarantined
        if i.source and i.place in ("", world.place) and not world.quarantine.joinpath(i.id).exists()
    ]
    on_step("done", len(codes), len(codes))
    return found


def _vault(
    world: World, codes: list[str], sample: float, on_step: Callable[[str, int, int], None]
) -> Iterator[Finding]:
    expected = set(codes)
    stored = set(world.vault.objects())
    for code in sorted(o for o in stored - expected if not o.startswith("batch-")):
        # Written, not yet committed: a watcher is at it, or died between the two; the item goes on by itself.
        if not _on_its_way(world, code):
            yield Finding("orphan", code, Said("The vault holds an object the catalogue does not know."), Do("rebuild"))
    # All at once finds what belongs to no object as well; a sample looks at its objects only.
    troubles: dict[str, list[Trouble]] = {}
    if sample >= 1:
        for done, trouble in enumerate(world.vault.verify(), 1):
            on_step("troubles in the vault", done, done)
            troubles.setdefault(trouble.object_id, []).append(trouble)
        yield from (
            Finding(t.problem, t.path, t.detail, Said("Look at it, move it away.")) for t in troubles.get("", ())
        )
    chosen = codes if sample >= 1 else sorted(random.sample(codes, max(1, int(len(codes) * sample)))) if codes else []
    for done, code in enumerate(chosen, 1):
        on_step("records", done, len(chosen))
        with world.catalogue.look() as tx:
            record = tx.record(code)
        if record is None or (record.state in (RecordState.RESERVED, RecordState.VOID) and code not in stored):
            continue
        wrong = troubles.get(code, []) if sample >= 1 else list(world.vault.verify(code)) if code in stored else []
        yield from _object(world, record, wrong, known=code in stored)
    for batch in sorted(o for o in stored if o.startswith("batch-")):
        for trouble in troubles.get(batch, ()) if sample >= 1 else world.vault.verify(batch):
            yield Finding(trouble.problem, batch, trouble.detail, Said("Restore the object from a backup."))


def _object(world: World, record: Record, troubles: list[Trouble], *, known: bool) -> Iterator[Finding]:
    code = record.code
    if not known:
        yield Finding(
            "missing-object", code, Said("The vault has no object for this record."), Said("Restore it from a backup.")
        )
        return
    for trouble in troubles:
        yield Finding(trouble.problem, code, trouble.detail, Said("Restore the object from a backup."))
    head = None if troubles else world.vault.head(code)
    if head is None:
        return
    held = {f.sha512 for f in head.files.values()}
    for carrier in (record.electronic, record.paper):
        if carrier.sha512 and carrier.sha512 not in held:
            yield Finding(
                "digest-mismatch",
                code,
                Said("The original {carrier} is not what was received.", carrier=carrier.name),
                Said("Restore."),
            )
    if record.electronic.present and record.electronic.address != world.vault.address(code):
        yield Finding(
            "address",
            code,
            Said("Recorded address {address} is not the real one.", address=record.electronic.address),
        )


def _on_its_way(world: World, code: str) -> bool:
    with world.catalogue.look() as tx:
        return any(i.code == code for i in tx.items(states=[ItemState.WORKING]))


def _index(world: World) -> Iterator[Finding]:
    try:
        indexed = world.index().codes()
    except Damaged as problem:
        yield Finding("index-damaged", "index", problem.said, Do("reindex"))
        return
    with world.catalogue.look() as tx:
        waiting = tx.jobs_waiting("index")
        wanted = {r.code for r in tx.records(states=[RecordState.REGISTERED, RecordState.FILED])}
        known = set(tx.all_codes())
    if waiting:
        return  # The watcher or the next command catches up; drift can be told only when nothing waits.
    for code in sorted(wanted - indexed):
        yield Finding("index-missing", code, Said("The search does not find this record."), Do("reindex"))
    for code in sorted(indexed - known):
        yield Finding("index-extra", code, Said("The search finds a record that is not there."), Do("reindex"))


def rebuild_index(world: World) -> int:
    """Build the search index anew beside the old one; return the number of records.

    Raises:
        NotPermitted: not for the asker.
    """
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
    return reindex(world)
