"""What comes in: hints from folders, sidecars and options; items made from claims and from paths people name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.domain.item import Hints, Item, ItemState
from dms.domain.policy import Action
from dms.domain.scheme import Scheme
from dms.errors import NotFound, Unavailable, Usage
from dms.ports.catalogue import Person
from dms.ports.inbox import Claimed, Inbox
from dms.ports.world import Archive, World
from dms.said import Do, Said

CONTRIBUTE = ActKind("contribute", Action.CONTRIBUTE)
RETRY = ActKind("retry", Action.CONTRIBUTE)


# So many at once are somebody's own, who waits for them; more are a bulk load.
_FEW = 20
_SIDECAR_KEYS = ("class", "customer", "manager", "title", "date", "carrier", "fields")


def folder_hints(folders: Sequence[str], scheme: Scheme, people: Sequence[Person]) -> Hints:
    """Read sub-folder names as hints: a class (code or name) and a manager (code or name), in any order."""
    class_code = manager = ""
    for folder in folders:
        name = folder.strip()
        for kind in scheme.classes.values():
            if name in (kind.code, kind.name, kind.name_en, f"{kind.code} {kind.name}", f"{kind.code}{kind.name}"):
                class_code = kind.code
        for person in people:
            if name.upper() == person.code or name == person.name:
                manager = person.code
    return Hints(class_code=class_code, manager=manager)


def sidecar_hints(told: Mapping[str, Any], hints: Hints, scheme: Scheme) -> tuple[Hints, str]:
    """Add what a sidecar says; what cannot be used is named for a person, the rest counts.

    Returns:
        the hints, and a sentence about what was not understood (empty where all was).
    """
    problems = [f"unknown key “{key}”" for key in told if key not in _SIDECAR_KEYS and not key.startswith("$")]
    texts = {k: told[k].strip() for k in _SIDECAR_KEYS[:-1] if isinstance(told.get(k), str)}
    problems += [f"“{k}” is no text" for k in _SIDECAR_KEYS[:-1] if k in told and not isinstance(told[k], str)]
    if texts.get("class", "") and texts["class"] not in scheme.classes:
        problems.append(f"unknown class “{texts.pop('class')}”")
    if texts.get("carrier", "") not in ("", "paper", "electronic"):
        problems.append(f"unknown carrier “{texts.pop('carrier')}”")
    if texts.get("date"):
        try:
            date.fromisoformat(texts["date"])
        except ValueError:
            problems.append(f"“{texts.pop('date')}” is no date")
    fields = told.get("fields", {})
    if not isinstance(fields, dict):
        problems.append("“fields” is no object")
        fields = {}
    taken = replace(
        hints,
        class_code=texts.get("class") or hints.class_code,
        customer=texts.get("customer") or hints.customer,
        manager=texts.get("manager") or hints.manager,
        title=texts.get("title") or hints.title,
        date=texts.get("date") or hints.date,
        carrier=texts.get("carrier") or hints.carrier,
        fields={str(k): str(v) for k, v in fields.items()},
    )
    if not problems:
        return taken, ""
    return taken, Said("Its sidecar file was not understood in part: {problems}.", problems=problems).stored()


def take_claim(world: World, inbox: Inbox, claimed: Claimed, people: Sequence[Person]) -> Item:
    """Make the item of a claimed file; a repeat (after a crash) changes nothing."""
    hints = folder_hints(claimed.folders, world.scheme, people)
    hints, problem = sidecar_hints(claimed.sidecar, hints, world.scheme)
    item = Item(
        id=claimed.item_id,
        station="receive",
        name=claimed.path.name,
        source=str(claimed.path),
        origin=str(claimed.origin),
        hints=hints,
        user=world.actor.name,
        created=world.now(),
        place=world.place,
        bulk=1,
    ).noting(inbox=str(inbox.root), sidecar_problem=claimed.problem or problem)
    with world.catalogue.begin() as tx:
        tx.add_item(item)
    return item


def adopt(world: World) -> int:
    """Take up what dead watchers left: claims without an item, claims whose item has ended. Return how many."""
    found = 0
    with world.catalogue.look() as tx:
        people = tx.people()
    for inbox in world.inboxes:
        for claimed in inbox.claimed():
            with world.catalogue.look() as tx:
                item = tx.item(claimed.item_id)
            if item is None:
                take_claim(world, inbox, claimed, people)
                found += 1
            elif item.state is not ItemState.WORKING and (
                item.state is not ItemState.QUARANTINED or (item.source and Path(item.source).exists())
            ):
                inbox.release(claimed.item_id)
                found += 1
    return found


def free_dead(world: World) -> int:
    """Give back the leases of processes of this machine that are gone; return how many."""
    with world.catalogue.look() as tx:
        owners = {":".join(o.split(":")[:3]) for o in tx.lease_owners()}
    dead = [o for o in owners if world.alive(o) is False]
    if not dead:
        return 0
    with world.catalogue.begin() as tx:
        return sum(tx.free_owner(o) for o in dead)


def refuse_lost_catalogue(world: Archive) -> None:
    """Refuse to take anything in beside a vault whose catalogue is lost: codes would be given a second time.

    Raises:
        Unavailable: the catalogue is empty, the vault is not.
    """
    with world.catalogue.look() as tx:
        if tx.records(limit=1) or tx.items(limit=1):
            return
    if next(iter(world.vault.objects()), None) is not None:
        raise Unavailable(
            Said("The catalogue is empty, but the vault is not: the catalogue was lost."),
            Said(
                "Bring back a backup (“{act}”) or rebuild it from the vault (“{act_2}”); nothing was taken in.",
                act=Do("recover"),
                act_2=Do("rebuild"),
            ),
        )


def add_paths(world: World, paths: Sequence[Path], hints: Hints, *, move: bool) -> list[Item]:
    """Make items of files (and of all files in folders) that somebody named.

    Raises:
        NotFound: a path is not there; nothing was taken.
        Usage: a path is neither file nor folder, or there is no file in it.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(f for f in path.rglob("*") if f.is_file() and not f.name.startswith("."))
        elif path.is_file():
            files.append(path)
        elif not path.exists() and not path.is_symlink():
            raise NotFound(Said("There is no file {path}.", path=path), Said("Check its name; nothing was taken in."))
        else:
            raise Usage(Said("{path} is not a regular file.", path=path), Said("Name files or folders."))
    if not files:
        raise Usage(Said("There is no file to take in."), Said("Name files, or folders that hold some."))
    items = []
    refuse_lost_catalogue(world)
    with gate.acting(world, CONTRIBUTE) as act:
        act.logged = False  # each file is logged when it is registered
        tx, me = act.tx, act.me
        if not hints.manager and "account_manager" in me.roles and not act.scope.everything:
            # What an account manager hands in is his own until somebody says otherwise: else he could not see it (R5).
            hints = replace(hints, manager=me.code)
        for file in files:
            place = file.resolve()
            item = Item(
                id=world.new_id(),
                station="receive",
                name=file.name,
                source=str(place),
                origin=str(place),
                hints=hints,
                user=me.code,
                created=world.now(),
                place=world.place,
                bulk=int(len(files) > _FEW),
            ).noting(move=move)
            tx.add_item(item)
            items.append(item)
    return items


def received_by(world: World, *, limit: int = 50) -> list[Item]:
    """Return what the asker handed in himself, newest first; of others' files, nothing.

    Raises:
        NotPermitted: the archive does not know him.
    """
    with world.catalogue.look() as tx:
        me = gate.person(world, tx)
        return list(tx.items(user=me.code, newest=True, limit=limit))


def received_one(world: World, item_id: str) -> Item:
    """Return one of the files the asker handed in himself.

    Raises:
        NotFound: he handed in none under that id.
    """
    with world.catalogue.look() as tx:
        me = gate.person(world, tx)
        item = tx.item(item_id)
    if item is None or item.user != me.code:
        raise NotFound(Said("You sent in no file {item}.", item=item_id), Said("“Inbox” lists yours."))
    return item


def retry(world: World, item_ids: Sequence[str]) -> list[Item]:
    """Send files from quarantine through the journey again; all of them where none is named.

    Raises:
        NotFound: no such item in quarantine.
    """
    with gate.acting(world, RETRY) as act:
        tx = act.tx
        waiting = {i.id: i for i in tx.items(states=[ItemState.QUARANTINED])}
        unknown = [i for i in item_ids if i not in waiting]
        if unknown:
            raise NotFound(
                Said("There is nothing in quarantine under {unknown}.", unknown=unknown[0]),
                Said("“{act}” lists what is.", act=Do("attention")),
            )
        again = []
        for item in waiting.values() if not item_ids else (waiting[i] for i in item_ids):
            if not item.source or not Path(item.source).exists():
                continue
            kept = {k: item.data[k] for k in ("part_of", "depth", "batch", "part") if k in item.data}
            fresh = item.with_(
                state=ItemState.WORKING,
                station="receive",
                sha512="",
                size=0,
                reason="",
                attempts=0,
                data=kept,
                place=world.place,
            ).noting(move=True)
            tx.save_item(fresh)
            tx.settle("quarantine", item.id)
            again.append(fresh)
        act.target, act.logged = ",".join(i.id for i in again[:3]), bool(again)
        act.notes["items"] = [i.id for i in again]
    return again


ACTS = (CONTRIBUTE, RETRY)
