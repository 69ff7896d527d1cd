"""What an act is, told once: its name, who may, on what, in which states, what it needs to know, and what does it.

Each module of the desk tells its own acts in ``ACTS``; :mod:`dms.desk.registry` finds them, and every face derives its
routes, forms, buttons and documentation from there. The name of an act stands in the log for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from dms.domain.policy import Action
from dms.domain.record import RecordState


class Of(StrEnum):
    """What an act is on."""

    RECORD = "record"
    REQUEST = "request"
    VOLUME = "volume"
    PERSON = "person"
    CUSTOMER = "customer"
    ARCHIVE = "archive"


class Form(StrEnum):
    """How an input is typed."""

    TEXT = "text"
    NUMBER = "number"
    ROLE = "role"
    CLASS = "class"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Input:
    """One thing an act needs to know besides what it is on.

    Attributes:
        name: as the API and forms call it.
        form: how it is typed.
        needed: the act refuses without it.
        most: longest text in characters, or largest number.
        choices: what it may be, where that is a closed list.
        parameter: name of the function's parameter, where it is another one.
    """

    name: str
    form: Form = Form.TEXT
    needed: bool = False
    most: int = 2000
    choices: tuple[str, ...] = ()
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class ActKind:
    """One kind of act.

    Attributes:
        name: its name in the log, the API and the words of the pages (``act.NAME``).
        action: the permission it needs; None for what everybody does with what is his own.
        of: what it is on.
        states: states of a record in which it fits; empty: any.
        inputs: what it needs to know.
        run: does it: ``run(world, named, **inputs)``; None where no face offers it by its name alone.
        tells: under which name an answer carries what ``run`` returns; empty where that says nothing new.
    """

    name: str
    action: Action | None = None
    of: Of = Of.ARCHIVE
    states: tuple[RecordState, ...] = ()
    inputs: tuple[Input, ...] = ()
    run: Callable[..., Any] | None = None
    tells: str = ""

    def by(self, run: Callable[..., Any], *inputs: Input, tells: str = "") -> ActKind:
        """Return the act with what does it."""
        return replace(self, run=run, inputs=inputs, tells=tells)


def on_record(action: Action, *states: RecordState, name: str = "") -> ActKind:
    """Return an act on a record, named as its permission unless told."""
    return ActKind(name or action.value, action, Of.RECORD, states)


REASON = Input("reason", needed=True)
NOTE = Input("reason", parameter="note")
LOOK = on_record(Action.LOOK)
