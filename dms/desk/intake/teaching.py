"""Teaching a form: marked on one scan, tried on it at once, kept as a profile file by an act, and taken back by one."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.kinds import LOOK, ActKind
from dms.disk import make_folder, sync_file, sync_folder
from dms.domain.describing.profiles import FormProfile
from dms.domain.describing.teaching import Trial, tried
from dms.domain.pages import Page
from dms.domain.policy import Action
from dms.errors import Conflict, NotFound, Unavailable, Usage
from dms.flow.work import pages_of
from dms.ports.world import World
from dms.said import Do, Said
from dms.shipped import check_form, taught_forms

TEACH = ActKind("teach-form", Action.CARE)
FORGET = ActKind("forget-form", Action.CARE)
_KEY = re.compile(r"[a-z][a-z0-9-]{0,60}")
_MOST_BYTES = 200_000


def page_to_mark(world: World, named: str) -> tuple[str, Page]:
    """Return a record's code and its first page, for who may teach; the look is logged (R6).

    Raises:
        NotFound: no such record, not for the asker, or nothing was read of it.
        NotPermitted: he does not care for the archive.
    """
    with gate.acting(world, LOOK, named) as act:
        gate.allow(act.reach, Action.CARE)
        code = act.record.code
    pages = [p for p in pages_of(world, code) if p.words]
    if not pages:
        raise NotFound(Said("Nothing was read on {record}.", record=code), Said("Teach the form on a scan with text."))
    return code, pages[0]


def try_form(world: World, page: Page, text: str) -> tuple[FormProfile, Trial]:
    """Return a form and what it would read from a page; nothing is kept.

    Raises:
        Usage: the profile is wrong.
        Conflict: its key is another form's.
    """
    form = _checked(world, text)
    return form, tried(form, tuple(world.profiles), [page], world.fold)


def check(world: World, text: str) -> FormProfile:
    """Return a form profile that could be kept; nothing is.

    Raises:
        NotPermitted: the asker does not care for the archive.
        Usage: the profile is wrong.
        Conflict: its key is another form's.
    """
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
    return _checked(world, text)


def teach(world: World, text: str) -> FormProfile:
    """Keep a form profile: it counts from the next paper on.

    Raises:
        NotPermitted: the asker does not care for the archive.
        Usage: the profile is wrong.
        Conflict: its key is another form's.
        Unavailable: it cannot be written.
    """
    with gate.acting(world, TEACH) as act:
        form = _checked(world, text)
        act.target = form.key
        act.notes |= {"name": form.name, "class": form.class_code, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        _write(taught_forms(world.settings), form.key, text)
    return form


def forget(world: World, key: str, *, reason: str = "") -> None:
    """Take a taught form back: papers are no longer recognised by it, what it read stays with its records.

    Raises:
        NotPermitted: the asker does not care for the archive.
        NotFound: there is no taught form of this key.
    """
    with gate.acting(world, FORGET, target=key, reason=reason):
        file = taught_forms(world.settings) / f"{key}.toml"
        if not _KEY.fullmatch(key) or not file.is_file():
            raise NotFound(
                Said("No form “{key}” was taught.", key=key), Said("“{act}” names them.", act=Do("forms list"))
            )
        try:
            file.unlink()
            sync_folder(file.parent)
        except OSError as problem:
            raise _unwritten(problem) from problem


def forms(world: World) -> list[tuple[FormProfile, bool]]:
    """Return the forms there are, each with whether it was taught.

    Raises:
        NotPermitted: the archive does not know the asker.
    """
    with world.catalogue.look() as tx:
        gate.person(world, tx)
    folder = taught_forms(world.settings)
    return [(form, (folder / f"{form.key}.toml").is_file()) for form in world.profiles]


def _checked(world: World, text: str) -> FormProfile:
    if len(text.encode("utf-8", "replace")) > _MOST_BYTES:
        raise Usage(Said("A form profile is not that long."), Said("Leave out what is no title and no label."))
    form = check_form(text, "form")
    if not _KEY.fullmatch(form.key):
        raise Usage(Said("“{key}” is no key of a form.", key=form.key), Said("Small letters, figures and “-”."))
    if any(form.key == other.key for other in world.profiles):
        raise Conflict(
            Said("There is a form “{key}” already.", key=form.key),
            Said("Choose another key, or take that one back if it was taught: {act}", act=Do("forms forget", form.key)),
        )
    if form.class_code:
        world.scheme.record_class(form.class_code)
    for said in (*form.titles, *(label for f in form.fields for label in f.labels)):
        if not any(c.isalnum() for c in said):
            raise Usage(Said("“{text}” is no label.", text=said), Said("Mark the line that holds the label."))
    return form


def _write(folder: Path, key: str, text: str) -> None:
    """Write a profile so that a reader sees the whole file or none."""
    try:
        make_folder(folder)
        beside = folder / f".{key}.new"
        beside.write_text(text, encoding="utf-8")
        sync_file(beside)
        beside.replace(folder / f"{key}.toml")
        sync_folder(folder)
    except OSError as problem:
        raise _unwritten(problem) from problem


def _unwritten(problem: OSError) -> Unavailable:
    return Unavailable(
        Said("The forms cannot be written: {problem}.", problem=problem.strerror), Said("Mend the archive's folder.")
    )


ACTS = (TEACH, FORGET)
