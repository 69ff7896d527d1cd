"""Every act there is, found in the modules that tell them; what the faces, the log's readers and the docs go by."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

import dms.desk
from dms.desk.acts.kinds import ActKind, Form, Of
from dms.domain.policy import Action
from dms.errors import NotFound, Usage
from dms.ports.world import World
from dms.said import Said, Word

# Acts of the journey itself, which nobody asks for one by one, and of the operator's own commands.
JOURNEY = (ActKind("register"), ActKind("quarantine"), ActKind("recover", Action.CARE), ActKind("migrate", Action.CARE),
           ActKind("renew-key", Action.CARE))  # fmt: skip


@functools.cache
def acts() -> Mapping[str, ActKind]:
    """Return every kind of act by its name, in the order of the rooms."""
    found: dict[str, ActKind] = {}
    for name in sorted(_modules()):
        for kind in getattr(importlib.import_module(name), "ACTS", ()):
            if kind.name in found:
                raise ValueError(f"two acts are named {kind.name}")
            found[kind.name] = kind
    return found | {kind.name: kind for kind in JOURNEY}


@functools.cache
def record_acts() -> Mapping[str, ActKind]:
    """Return the acts on one record that a face offers by their name."""
    return {name: kind for name, kind in acts().items() if kind.of is Of.RECORD and kind.run is not None}


def perform(world: World, name: str, named: str, given: Mapping[str, Any]) -> Any:
    """Do an act on a record with what somebody typed.

    Args:
        world: the archive, and who acts.
        name: name of the act.
        named: code or paper number of the record.
        given: inputs by their names; what the act does not know is passed over, what it needs is asked for.

    Raises:
        NotFound: there is no such act.
        Usage: an input is missing or impossible.
        DmsError: what the act itself raises.
    """
    kind = record_acts().get(name)
    if kind is None or kind.run is None:
        raise NotFound(
            Said("There is no act “{name}”.", name=name), Said("Acts: {record_acts}", record_acts=tuple(record_acts()))
        )
    told: dict[str, Any] = {}
    for one in kind.inputs:
        value = given.get(one.name)
        if value in (None, ""):
            if one.needed:
                raise Usage(
                    Said("“{name}” needs {one}.", name=Word("act", name), one=Word("input", one.name)),
                    _example(one.form),
                )
            continue
        if one.choices and value not in one.choices:
            raise Usage(
                Said("“{value}” is none of {choices}.", value=value, choices=tuple(one.choices)),
                Said("Choose one of them."),
            )
        if one.form is Form.NUMBER and not 0 <= int(value) <= one.most:
            raise Usage(Said("{one} is a number up to {most}.", one=one.name, most=one.most), Said("Type it again."))
        if isinstance(value, str) and len(value) > one.most:
            raise Usage(
                Said("{one} has {most} characters at most.", one=one.name, most=one.most), Said("Say it shorter.")
            )
        told[one.parameter or one.name] = value
    return kind.run(world, named, **told)


def _example(form: Form) -> Said:
    return {
        Form.CLASS: Said("A class of the scheme, such as 04."),
        Form.RECORD: Said("An electronic code, such as HG01E2026000123."),
        Form.ROLE: Said("Whose signature it is."),
    }.get(form, Said("Say why."))


def _modules() -> Iterator[str]:
    for found in pkgutil.walk_packages(dms.desk.__path__, "dms.desk."):
        if not found.ispkg and found.name != __name__:
            yield found.name
