"""Backup: a consistent copy of the catalogue, then everything it names. Run again, it copies only what is new."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.disk import sync_file, sync_folder, sync_folders
from dms.domain.policy import Action
from dms.errors import Unavailable, Usage
from dms.flow.versions import complete
from dms.ports.world import World
from dms.said import Said

BACKUP = ActKind("backup", Action.CARE)


def backup(world: World, target: Path, on_step: Callable[[str, int, int], None] = lambda *_: None) -> int:
    """Copy the archive to ``target``; return how many files were copied.

    The catalogue first: whatever it names is in the vault by then, so the copy is whole while the watcher works on.
    Every file and folder of it is on the disk when this returns.

    Raises:
        Usage: the target lies inside the archive.
        Unavailable: the target cannot be written, or the vault is not on this machine's disk.
    """
    archive = world.settings.archive
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
    if target.resolve().is_relative_to(archive.resolve()):
        raise Usage(Said("A backup inside the archive is none."), Said("Name a folder on another disk."))
    copied = 0
    try:
        (target / "archive").mkdir(parents=True, exist_ok=True)
        fresh = target / "archive" / "catalogue.sqlite.new"
        world.catalogue.backup(str(fresh))
        fresh.replace(target / "archive" / "catalogue.sqlite")
        # What the copy of the catalogue says was decided is in the vault before that is copied.
        complete(world)
        sync_folder(target / "archive")
        files = list(_files(world))
        for done, source in enumerate(files, 1):
            on_step("files", done, len(files))
            copied += _copy(source, target / source.relative_to(world.settings.home))
        _forget_destroyed(world, target)
        sync_folders(target)
    except OSError as problem:
        raise Unavailable(
            Said("The backup stopped: {problem}: {filename}.", problem=problem.strerror, filename=problem.filename),
            Said("Mend it and run the command again."),
        ) from problem
    with gate.acting(world, BACKUP, target=str(target)) as act:
        act.notes["files"] = copied
        act.tx.set_fact("backup", act.now)
    return copied + 1


def _files(world: World) -> Iterator[Path]:
    home, archive = world.settings.home, world.settings.archive
    for name in ("dms.toml", "scheme.toml"):
        if (home / name).exists():
            yield home / name
    yield archive / "secret.key"
    for folder in ("vault", "quarantine", "log", "forms"):
        for path in sorted((archive / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path


def _forget_destroyed(world: World, target: Path) -> None:
    """Remove from the backup what the archive has destroyed since (R9); nothing else is ever removed from it."""
    for tombstone in (world.settings.archive / "vault").rglob("v1/content/tombstone.json"):
        place = tombstone.parents[2]
        for old in (target / place.relative_to(world.settings.home)).rglob("*"):
            if (
                old.is_file()
                and not (place / old.relative_to(target / place.relative_to(world.settings.home))).exists()
            ):
                old.unlink()


def _copy(source: Path, target: Path) -> bool:
    """Copy a file unless one of the same size and time is there."""
    try:
        have = target.stat()
        found = source.stat()
        if (have.st_size, have.st_mtime_ns) == (found.st_size, found.st_mtime_ns):
            return False
    except FileNotFoundError:
        # Not there yet (the target), or purged since it was listed (the source; copying says so).
        if not source.exists():
            return False
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(target.name + ".new")
    shutil.copy2(source, beside)
    sync_file(beside)
    beside.replace(target)
    return True


ACTS = (BACKUP,)
