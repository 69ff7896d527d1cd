"""A backup brought back (``dms recover``): whole, and never with what was destroyed since (R9)."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from dms.assembly import log_copy, open_world
from dms.desk.acts import gate
from dms.desk.care.rebuilding import bring_back_newer
from dms.desk.consent.disposing import destroy_in, empty_vault
from dms.desk.records.finding import catch_up
from dms.domain.policy import Action
from dms.domain.record import RecordState
from dms.errors import Conflict, NotFound, Unavailable
from dms.flow.index import reindex
from dms.ports.catalogue import Act
from dms.ports.world import World
from dms.said import Do, Said


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a recovery did.

    Attributes:
        records: records that are back.
        destroyed_again: codes that were destroyed after the backup and are so again.
        aside: where the archive that stood here was moved; empty where there was none.
    """

    records: int
    destroyed_again: tuple[str, ...]
    aside: str


def recover(home: Path, backup: Path, *, user: str) -> Recovered:
    """Put a backup in the place of an archive that was lost or damaged.

    What stands there is moved aside, never deleted. Tombstones and acts it still holds are honoured: what was destroyed
    after the backup is destroyed again, and the log goes on from its newest act.

    Raises:
        NotFound: the folder holds no backup.
        Conflict: the backup lies inside the archive.
        Unavailable: files cannot be copied.
        NotPermitted: not for the asker, as the backup knows him.
    """
    if not (backup / "archive" / "catalogue.sqlite").is_file():
        raise NotFound(
            Said("{backup} holds no backup.", backup=backup),
            Said("Name the folder given to “{act}”.", act=Do("backup")),
        )
    if backup.resolve().is_relative_to((home / "archive").resolve()):
        raise Conflict(
            Said("The backup lies inside the archive it is to replace."), Said("Copy it to another folder first.")
        )
    aside = _set_aside(home)
    try:
        for name in ("dms.toml", "scheme.toml"):
            if (backup / name).exists() and not (home / name).exists():
                home.mkdir(parents=True, exist_ok=True)
                shutil.copy2(backup / name, home / name)
        fresh = home / "archive.recovering"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(backup / "archive", fresh)
        fresh.rename(home / "archive")
        (home / "inbox").mkdir(exist_ok=True)
    except OSError as problem:
        raise Unavailable(
            Said("The backup cannot be copied: {problem}.", problem=problem.strerror),
            Said("Make room, then try again; what stood here is in {aside}.", aside=aside)
            if aside
            else Said("Make room, then try again."),
        ) from problem
    with open_world(home, user=user) as world:
        with world.catalogue.look() as tx:
            gate.permitted(world, tx, Action.CARE)
        if aside:
            bring_back_newer(world, list(log_copy(aside / "log" / "acts.jsonl").acts()))
        again = _honour(world, aside) if aside else ()
        reindex(world)
        catch_up(world)
        with world.catalogue.begin() as tx:
            count = len(tx.records())
            told = {"records": count, "destroyed_again": list(again), "aside": str(aside or "")}
            tx.log(Act(world.now(), user, "recover", str(backup), "", told))
    return Recovered(count, again, str(aside or ""))


def _set_aside(home: Path) -> Path | None:
    archive = home / "archive"
    if not archive.exists():
        return None
    for number in range(1, 1000):
        aside = home / f"archive-before-recovery-{number}"
        if not aside.exists():
            archive.rename(aside)
            return aside
    raise Conflict(Said("There are a thousand archives set aside already."), Said("Remove the oldest ones."))


def _honour(world: World, aside: Path) -> tuple[str, ...]:
    """Destroy again what the archive set aside holds tombstones of."""
    codes = []
    for tombstone in sorted((aside / "vault").rglob("tombstone.json")):
        try:
            code = str(json.loads(tombstone.read_text(encoding="utf-8")).get("code", ""))
        except (OSError, ValueError):
            continue
        with world.catalogue.begin() as tx:
            record = tx.record(code) if code else None
            if record is None or record.state in (RecordState.DESTROYED, RecordState.VOID):
                continue
            destroy_in(tx, record, world.now())
            told = {"tombstone": str(tombstone.relative_to(aside))}
            tx.log(Act(world.now(), world.user, "purge", code, "destroyed before the backup was brought back", told))
        codes.append(code)
    empty_vault(world)
    return tuple(codes)
