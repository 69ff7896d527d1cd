"""A whole archive moved to other engines and back (``dms migrate``), proven equal before anything points to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dms.assembly import open_parts, open_world
from dms.desk.acts import gate
from dms.domain.audit import root_of
from dms.domain.item import ItemState
from dms.domain.policy import Action
from dms.errors import Conflict, Damaged, Unavailable, Usage
from dms.flow.index import reindex
from dms.flow.versions import write_due
from dms.ports.catalogue import Act
from dms.ports.vault import Vault, Version
from dms.ports.world import World
from dms.said import Do, Said
from dms.settings import FILE_NAME, Settings, parcels_for

Told = Callable[[str, int, int], None]
_KINDS = {
    "sqlite": "catalogue", "postgresql": "catalogue", "whoosh": "search", "tantivy": "search", "file": "vault",
    "s3": "vault",
}  # fmt: skip
_EXAMPLE = Do("migrate", "s3://bucket/vault?endpoint=http://host:9000", to="postgresql://dms@host/dms")


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a move did, or would do.

    Attributes:
        settings: the keys of ``dms.toml`` that change, with their new values (no passwords).
        rows: table -> rows.
        objects: vault objects compared and found equal.
        bytes: their content.
        records: records in the new index.
        log_root: ``size:root`` of the log, the same on both sides.
        dry: nothing was done.
    """

    settings: Mapping[str, str]
    rows: Mapping[str, int]
    objects: int
    bytes: int
    records: int = 0
    log_root: str = ""
    dry: bool = False
    notes: tuple[str, ...] = field(default=())


def chosen(current: Settings, urls: Sequence[str]) -> dict[str, str]:
    """Return the settings that addresses stand for.

    Raises:
        Usage: one is of no known kind, or two say the same part.
    """
    found: dict[str, str] = {}
    for url in urls:
        kind = re.split(r"[+:]", url, maxsplit=1)[0]
        part = _KINDS.get(kind)
        if part is None or part in found:
            raise Usage(Said("“{url}” says no part of an archive, or one twice.", url=hidden(url)), _EXAMPLE)
        found[part] = url
    if not found:
        raise Usage(Said("Where to?"), _EXAMPLE)
    catalogue = found.get("catalogue", current.catalogue)
    if "catalogue" in found and "search" not in found:
        if catalogue.startswith("postgresql"):
            found["search"] = catalogue
        elif current.search.startswith("postgresql"):
            found["search"] = str(Settings.__dataclass_fields__["search"].default)
    way = parcels_for(catalogue, found.get("vault", current.vault))
    if way != current.parcels:
        found["parcels"] = way
    return {key: value for key, value in found.items() if value != getattr(current, key)}


def migrate(home: Path, urls: Sequence[str], *, user: str, dry: bool = False, told: Told = lambda *_: None) -> Migrated:
    """Move an archive's catalogue, vault and index to where the addresses say.

    The old parts stay as they are. The vault goes first, object by object, and is taken up where it was cut off; then,
    while nobody can write, what came meanwhile, the catalogue in one transaction, and the index. Both sides are
    compared (rows by digest, objects by the digests of every version, the log by its root) before ``dms.toml`` changes.

    Raises:
        NotPermitted: not for the asker.
        Usage: an address says nothing we know.
        Conflict: files are on their way, or there is something else where the archive is to go.
        Damaged: the copy is not equal; the archive stays where it is.
        Unavailable: one of the engines does not answer; call it again.
    """
    with open_world(home, user=user) as world:
        with world.catalogue.look() as tx:
            gate.permitted(world, tx, Action.CARE)
            working = len(tx.items(states=[ItemState.WORKING]))
        if working:
            raise Conflict(
                Said("{working} files are on their way.", working=working),
                Said("Let them end first: {act}", act=Do("watch", once=True)),
            )
        changes = chosen(world.settings, urls)
        if not changes:
            raise Usage(
                Said("The archive is there already."), Said("“{act}” tells where everything is.", act=Do("doctor"))
            )
        target = _with(world.settings, changes)
        if dry:
            return _would(world, changes)
        if "catalogue" in changes:
            with world.catalogue.begin() as tx:
                into = ", ".join(f"{key}={hidden(value)}" for key, value in sorted(changes.items()))
                tx.log(Act(world.now(), world.actor.name, "migrate", "archive", "", {"to": into}))
        with open_parts(target, world.clock) as (catalogue, vault, index):
            moves_vault, moves_catalogue = "vault" in changes, "catalogue" in changes
            objects = size = 0
            if moves_vault:
                _copy_vault(world.vault, vault, told, check=True)
            with world.catalogue.begin() as tx:  # nobody writes meanwhile
                tx.take_time()
                write_due(world, tx)
                if moves_vault:
                    objects, size = _copy_vault(world.vault, vault, told)
                if moves_catalogue:
                    tx.copy_to(catalogue)
                root = _log_root(tx)
            rows = _compare(world, catalogue) if moves_catalogue else {}
            if moves_catalogue:
                with catalogue.look() as tx:
                    if _log_root(tx) != root:
                        raise Damaged(
                            Said("The log of the copy has another root."), Said("The archive stays where it is.")
                        )
            fresh = replace(world, settings=target, catalogue=catalogue, vault=vault, index=lambda: index)
            records = reindex(fresh) if "search" in changes else 0
    _write(home / FILE_NAME, changes)
    return Migrated({k: hidden(v) for k, v in changes.items()}, rows, objects, size, records, root)


def hidden(url: str) -> str:
    """Return an address without a password in it."""
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:…@", url)


def _with(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    return replace(settings, **changes)


def _would(world: World, changes: Mapping[str, str]) -> Migrated:
    notes: tuple[str, ...] = ()
    with open_parts(_with(world.settings, changes), world.clock) as (catalogue, _, _):
        if "catalogue" in changes and any(count for count, _ in catalogue.fingerprints().values()):
            notes = ("The other catalogue is not empty: moving would be refused.",)
    objects = size = 0
    if "vault" in changes:
        for one in world.vault.objects():
            objects += 1
            size += sum(f.size for f in _contents(world.vault.versions(one)).values())
    rows = {name: count for name, (count, _) in world.catalogue.fingerprints().items()}
    told = {k: hidden(v) for k, v in changes.items()}
    return Migrated(told, rows if "catalogue" in changes else {}, objects, size, dry=True, notes=notes)


def _contents(versions: Sequence[Version]) -> dict[str, Any]:
    return {f.sha512: f for v in versions for f in v.files.values()}


def _copy_vault(source: Vault, target: Vault, told: Told, *, check: bool = False) -> tuple[int, int]:
    """Bring every object up to date in the target and compare; with ``check``, read back what was written as well."""
    names = list(source.objects())
    size = 0
    for number, one in enumerate(names, 1):
        ours = source.versions(one)
        theirs = target.versions(one) if target.head(one) is not None else ()
        if theirs != ours[: len(theirs)] and "tombstone.json" in ours[0].files:
            # Destroyed here after it was copied.
            files = {path: source.open(one, path, 1).read() for path in ours[0].files}
            target.purge(one, files, message=ours[0].message, user=ours[0].user, at=ours[0].at)
            theirs = target.versions(one)
        if theirs != ours[: len(theirs)]:
            raise Conflict(
                Said("There is another {one} where the vault is to go.", one=one), Said("Name an empty place.")
            )
        for version in ours[len(theirs) :]:
            try:
                _copy_version(source, target, one, version)
            except Conflict:
                # A move that was cut off had made this version already; writing has just brought it to light.
                if target.versions(one)[: version.number] != ours[: version.number]:
                    raise
        size += sum(f.size for f in _contents(ours).values())
        if len(theirs) < len(ours) and target.versions(one) != ours:
            raise Damaged(
                Said("The copy of {one} is not equal.", one=one), Said("The archive stays where it is; try again.")
            )
        if check:
            for trouble in target.verify(one):
                raise Damaged(
                    Said("The copy of {one}: {trouble}", one=one, trouble=trouble.detail),
                    Said("The archive stays where it is."),
                )
        told("check" if check else "copy", number, len(names))
    if check and len(names) != sum(1 for _ in target.objects()):
        raise Conflict(Said("There are more objects where the vault is to go."), Said("Name an empty place."))
    return len(names), size


def _copy_version(source: Vault, target: Vault, object_id: str, version: Version) -> None:
    import shutil
    import tempfile

    before = target.head(object_id)
    known = before.files if before else {}
    with tempfile.TemporaryDirectory(prefix="dms-migrate-") as folder:
        files: dict[str, Path | bytes | None] = {path: None for path in known if path not in version.files}
        for number, (path, told) in enumerate(version.files.items()):
            if path in known and known[path].sha512 == told.sha512:
                continue
            local = Path(folder) / str(number)
            with source.open(object_id, path, version.number) as stream, local.open("wb") as file:
                shutil.copyfileobj(stream, file)
            files[path] = local
        target.write(
            object_id, files, message=version.message, user=version.user, at=version.at, expect=version.number - 1
        )


def _compare(world: World, catalogue: Any) -> dict[str, int]:
    ours, theirs = world.catalogue.fingerprints(), catalogue.fingerprints()
    differing = sorted(name for name in ours if ours[name] != theirs.get(name))
    if differing:
        raise Damaged(
            Said("The copy differs in: {differing}.", differing=tuple(differing)),
            Said("The archive stays where it is; try again."),
        )
    return {name: count for name, (count, _) in ours.items()}


def _log_root(tx: Any) -> str:
    leaves = list(tx.leaves())
    return f"{len(leaves)}:{root_of(leaves).hex()}"


def _write(file: Path, changes: Mapping[str, str]) -> None:
    """Let the settings name the new places; the old lines stay as comments, for the way back."""
    import json

    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        key = line.partition("=")[0].strip()
        lines.append(f"# until the move: {line}" if key in changes else line)
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in changes.items()]
    beside = file.with_name(file.name + ".new")
    try:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
        beside.replace(file)
    except OSError as problem:
        raise Unavailable(
            Said("{file} cannot be written: {problem}.", file=file, problem=problem.strerror),
            Said("Write these lines into it: {lines}", lines="; ".join(lines[-3:])),
        ) from problem
