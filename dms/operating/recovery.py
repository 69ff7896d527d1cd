"""A backup brought back (``dms recover``): whole, and never with what was destroyed since (R9)."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from dms.assembly import log_copy, open_world
from dms.desk.acts import gate
from dms.desk.care.against_log import last_rows
from dms.desk.care.rebuilding import bring_back_newer
from dms.desk.consent.disposing import destroy_in, empty_vault
from dms.desk.records.finding import catch_up
from dms.disk import make_folder, sync_file, sync_folder, sync_folders
from dms.domain.policy import Action
from dms.domain.record import RecordState
from dms.errors import Conflict, NotFound, Unavailable
from dms.flow.index import reindex
from dms.ports.catalogue import Act
from dms.ports.world import World
from dms.said import Do, Said

_ASIDE = "archive-before-recovery-"
_READY = ".recovering"


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

    It is made ready beside, whole and on the disk, and takes the archive's place last: killed anywhere, it is run
    again. What stands there is moved aside, never deleted. Tombstones and acts are honoured, of what stands there and
    of what every earlier attempt set aside: what was destroyed after the backup is destroyed again, and the log goes on
    from its newest act.

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
    ready = home / _READY
    try:
        _copy(home, backup, ready)
    except OSError as problem:
        raise _stopped(problem) from problem
    earlier = [*_set_aside_before(home), *([home / "archive"] if (home / "archive").is_dir() else [])]
    aside = _next_aside(home) if (home / "archive").exists() else None
    with open_world(ready, user=user) as world:
        with world.catalogue.look() as tx:
            gate.permitted(world, tx, Action.CARE)
        for before in sorted(earlier, key=_acts_in):
            bring_back_newer(world, list(log_copy(before / "log" / "acts.jsonl").acts()))
        again = tuple(code for before in earlier for code in _honour(world, before))
        reindex(world)
        catch_up(world)
        with world.catalogue.begin() as tx:
            count = len(tx.records())
            # The log goes on past the backup; from here on it tells what is there.
            tx.tell_all(last_rows(tx.log_from(1)))
            told = {"records": count, "destroyed_again": list(again), "aside": str(aside or "")}
            tx.log(Act(world.now(), world.actor.name, "recover", str(backup), "", told))
    try:
        _swap(home, ready, aside)
    except OSError as problem:
        raise _stopped(problem) from problem
    return Recovered(count, again, str(aside or ""))


def _copy(home: Path, backup: Path, ready: Path) -> None:
    """Copy the backup, and the settings it is opened with, to where it is made ready."""
    shutil.rmtree(ready, ignore_errors=True)
    make_folder(ready)
    for source in (backup, home):  # what stands in the home is newer
        for file in source.glob("*.toml"):
            shutil.copy2(file, ready / file.name)
    if (home / "forms").is_dir():
        shutil.copytree(home / "forms", ready / "forms")
    shutil.copytree(backup / "archive", ready / "archive")


def _swap(home: Path, ready: Path, aside: Path | None) -> None:
    """Put what is ready, once all of it is on the disk, in the archive's place."""
    for file in ready.rglob("*"):
        if file.is_file():
            sync_file(file)
    sync_folders(ready)
    for name in ("dms.toml", "scheme.toml"):
        if (ready / name).exists() and not (home / name).exists():
            (ready / name).rename(home / name)
    if aside is not None:
        (home / "archive").rename(aside)
    (ready / "archive").rename(home / "archive")
    (home / "inbox").mkdir(exist_ok=True)
    sync_folder(home)
    shutil.rmtree(ready, ignore_errors=True)


def _stopped(problem: OSError) -> Unavailable:
    return Unavailable(
        Said("The backup cannot be copied: {problem}.", problem=problem.strerror), Said("Make room, then try again.")
    )


def _acts_in(archive: Path) -> int:
    return sum(1 for _ in log_copy(archive / "log" / "acts.jsonl").acts())


def _set_aside_before(home: Path) -> list[Path]:
    """Return what earlier attempts set aside, oldest first: a killed one's may be the only place that knows an act."""
    return sorted(p for p in home.glob(f"{_ASIDE}*") if p.is_dir())


def _next_aside(home: Path) -> Path:
    for number in range(1, 1000):
        aside = home / f"{_ASIDE}{number}"
        if not aside.exists():
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
            tx.log(
                Act(world.now(), world.actor.name, "purge", code, "destroyed before the backup was brought back", told)
            )
        codes.append(code)
    empty_vault(world)
    return tuple(codes)
