"""Saved searches: each person's own, named, opened again with one click."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from urllib.parse import parse_qsl, urlencode

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.errors import Damaged, NotFound, Usage
from dms.ports.catalogue import Person, Transaction
from dms.ports.world import World
from dms.said import Do, Said

SAVE_VIEW = ActKind("save-view")
FORGET_VIEW = ActKind("forget-view")


MOST = 100


@dataclass(frozen=True, slots=True)
class View:
    """A named search; ``query`` is what stands behind ``?`` in its address."""

    name: str
    query: str


def views(world: World) -> list[View]:
    """Return the asker's saved searches by name.

    Raises:
        NotPermitted: the archive does not know him.
    """
    with world.catalogue.look() as tx:
        return _read(tx, _key(gate.person(world, tx)))


def save_view(world: World, name: str, query: str) -> View:
    """Save a search under a name; one of the same name is replaced.

    Raises:
        Usage: no name, too long, or too many.
    """
    view = View(name.strip(), urlencode([(k, v) for k, v in parse_qsl(query) if k not in ("page", "lang")]))
    if not view.name or len(view.name) > 60 or len(view.query) > 2000:
        raise Usage(Said("A saved search has a name of 1 to 60 characters."), Said("Give it a short one."))
    with gate.acting(world, SAVE_VIEW) as act:
        act.logged = False  # a bookmark of one's own
        tx, key = act.tx, _key(act.me)
        kept = [v for v in _read(tx, key) if v.name != view.name]
        if len(kept) >= MOST:
            raise Usage(Said("{most} searches are saved already.", most=MOST), Said("Remove one first."))
        _write(tx, key, [*kept, view])
    return view


def forget_view(world: World, name: str) -> None:
    """Remove a saved search.

    Raises:
        NotFound: there is none of that name.
    """
    with gate.acting(world, FORGET_VIEW) as act:
        act.logged = False
        tx, key = act.tx, _key(act.me)
        kept = _read(tx, key)
        if name not in {v.name for v in kept}:
            raise NotFound(Said("No search is saved as “{name}”.", name=name), Said("Reload the page."))
        _write(tx, key, [v for v in kept if v.name != name])


def _key(me: Person) -> str:
    return f"views:{me.code}"


def _read(tx: Transaction, key: str) -> list[View]:
    try:
        return [View(str(one["name"]), str(one["query"])) for one in json.loads(tx.fact(key) or "[]")]
    except (ValueError, TypeError, KeyError) as problem:
        raise Damaged(
            Said("The saved searches in the catalogue are damaged: {problem}.", problem=problem),
            Said("“{act}” tells all that is damaged.", act=Do("verify")),
        ) from problem


def _write(tx: Transaction, key: str, found: list[View]) -> None:
    told = [asdict(v) for v in sorted(found, key=lambda v: v.name)]
    tx.set_fact(key, json.dumps(told, ensure_ascii=False))


ACTS = (SAVE_VIEW, FORGET_VIEW)
