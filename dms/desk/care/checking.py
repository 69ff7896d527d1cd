"""Care: does everything the archive says hold? Digests, orphans, gaps, index drift; and the catalogue rebuilt."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.desk.care.against_log import rows_against_log
from dms.desk.care.comparing import row_against_vault
from dms.domain.item import ItemState
from dms.domain.policy import Action
from dms.domain.record import ALIVE, Record, RecordState
from dms.errors import Damaged, DmsError
from dms.flow.index import reindex, unindexed
from dms.flow.versions import complete
from dms.ports.catalogue import Transaction
from dms.ports.search import NEVER_BUILT
from dms.ports.vault import Trouble
from dms.ports.world import World
from dms.said import NOTHING, Do, Remedy, Said, as_said, read_said, verbatim

_RESTORE = Said(
    "Bring back a backup ({act}), or rebuild the catalogue from the vault ({act_2}).",
    act=Do("recover"),
    act_2=Do("rebuild"),
)
_DIFFERS = Said(
    "Look which is right: {act} tells what was decided. An act killed before its commit "
    "is done again; a row that was damaged comes from a backup ({act_2}) or the vault "
    "({act_3}).",
    act=Do("audit list", "CODE"),
    act_2=Do("recover"),
    act_3=Do("rebuild"),
)

_DUE = Said(
    "Make room or bring the vault's disk back, then run “{act}” again; its log says what is in the way. What was "
    "staged and is lost comes from a backup, or by doing the act again.",
    act=Do("verify"),
)
_NOT_LOGGED = Said(
    "Nobody did this by an act: look at {act} and {act_2}, then bring back a backup ({act_3}) or enter it anew.",
    act=Do("audit list"),
    act_2=Do("audit verify"),
    act_3=Do("recover"),
)


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
    found = _whole("versions", lambda: _due(world))
    found += [
        Finding("catalogue", "catalogue", verbatim(text), Said("Restore it: {act}", act=Do("rebuild")))
        for text in world.catalogue.check()
    ]
    codes: list[str] = []
    found += _whole("records", lambda: _codes(world, codes))
    found += _whole("numbers", lambda: _gaps(world))
    found += _whole("log", lambda: _log(world))
    found += _whole("vault", lambda: _vault(world, codes, sample, on_step))
    found += _whole("index", lambda: _index(world))
    found += _whole("quarantine", lambda: _quarantine(world))
    on_step("done", len(codes), len(codes))
    return found


def _whole(place: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Run one check to its end; damage that ends it is a finding too, and the other checks go on."""
    found: list[Finding] = []
    try:
        found.extend(check())
    except (DmsError, ValueError, TypeError, KeyError) as problem:
        found.append(
            Finding("damaged", place, Said("It cannot be checked to the end: {problem}.", problem=problem), _RESTORE)
        )
    return found


def _codes(world: World, codes: list[str]) -> Iterator[Finding]:
    with world.catalogue.look() as tx:
        codes.extend(tx.all_codes())
    yield from ()


def _due(world: World) -> Iterator[Finding]:
    """What was decided and cannot be written into the vault; what can be is written here."""
    if not complete(world):
        return
    with world.catalogue.look() as tx:
        waiting = tx.due()
    for due in waiting:
        detail = Said("A version decided on {at} is not in the vault: {why}", at=due.at, why=read_said(due.message))
        yield Finding("version-due", due.object_id, detail, _DUE)


def _gaps(world: World) -> Iterator[Finding]:
    with world.catalogue.look() as tx:
        for gap in tx.gaps():
            yield Finding("gap", gap.number, gap.detail, Do("void", gap.number, reason="…"))


def _log(world: World) -> Iterator[Finding]:
    with world.catalogue.look() as tx:
        for place, detail in rows_against_log(tx):
            yield Finding("row-differs", place, detail, _NOT_LOGGED)


def _quarantine(world: World) -> Iterator[Finding]:
    with world.catalogue.look() as tx:
        quarantined = tx.items(states=[ItemState.QUARANTINED])
    for item in quarantined:
        if item.source and item.place in ("", world.place) and not world.quarantine.joinpath(item.id).exists():
            detail = Said("The file of {item} is not in quarantine any more.", item=item.name)
            yield Finding("quarantine-file", item.id, detail, Said("Look in a backup."))


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
        try:
            with world.catalogue.look() as tx:
                record = tx.record(code)
        except Damaged as problem:
            yield Finding(
                "damaged-row",
                code,
                Said("Its row in the catalogue cannot be read: {problem}.", problem=problem),
                _RESTORE,
            )
            continue
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
    if not _on_its_way(world, code):
        for difference in row_against_vault(world, record):
            yield Finding("row-differs", code, difference, _DIFFERS)


def _on_its_way(world: World, code: str) -> bool:
    with world.catalogue.look() as tx:
        return any(i.code == code for i in tx.items(states=[ItemState.WORKING]))


def _index(world: World) -> Iterator[Finding]:
    try:
        indexed = world.index().codes()
    except Damaged as problem:
        if problem.message == NEVER_BUILT and not unindexed(world):
            return  # nothing was ever registered
        yield Finding("index-damaged", "index", problem.said, Do("reindex"))
        return
    with world.catalogue.look() as tx:
        waiting = tx.jobs_waiting("index")
        known = set(tx.all_codes())
        wanted = {code for code in known if _is_searched(tx, code)}
    if waiting:
        return  # The watcher or the next command catches up; drift can be told only when nothing waits.
    for code in sorted(wanted - indexed):
        yield Finding("index-missing", code, Said("The search does not find this record."), Do("reindex"))
    for code in sorted(indexed - known):
        yield Finding("index-extra", code, Said("The search finds a record that is not there."), Do("reindex"))


def _is_searched(tx: Transaction, code: str) -> bool:
    try:
        record = tx.record(code)
    except Damaged:
        return False  # A finding of its own.
    return record is not None and record.state in ALIVE


def rebuild_index(world: World) -> int:
    """Build the search index anew beside the old one; return the number of records.

    Raises:
        NotPermitted: not for the asker.
    """
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
    return reindex(world)
