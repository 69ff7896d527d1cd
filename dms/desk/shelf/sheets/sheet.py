"""What a printed sheet is: its names, what it is of, its options, how its content is gathered and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from dms.desk.acts.kinds import ActKind, on_record
from dms.domain.access import Reach
from dms.domain.policy import Action
from dms.errors import Usage
from dms.ports.catalogue import Person, Transaction
from dms.ports.paper import Paper
from dms.ports.registers import Reprint
from dms.ports.spreadsheet import Grid
from dms.ports.world import World
from dms.said import Said

PRINT = on_record(Action.PRINT)
ACTS = (PRINT,)

C = TypeVar("C")
Value = str | int | float | bool
# What a sheet shows of a record or its volume: when that changes, the sheet on the shelf is to be printed again (R13).
Shown = Literal["content", "state", "place", "binding"]


@dataclass(frozen=True, slots=True)
class Option:
    """Something to be chosen for a sheet; its kind is that of its default.

    Attributes:
        name: as on the command line, in addresses and in forms.
        title_zh: its label on a page.
        title_en: the same in English.
        about: what it does, for help and docs.
        choices: the only values it takes; empty: any within the bounds.
        named: how a page shows each of them; empty: as they are.
        least: smallest number.
        most: largest number; of a text, its length.
    """

    name: str
    title_zh: str
    title_en: str
    about: str
    default: Value
    choices: tuple[Value, ...] = ()
    named: tuple[str, ...] = ()
    least: float = 0
    most: float = 400

    @property
    def takes(self) -> str:
        """What it takes, for hints and docs."""
        if self.choices:
            return ", ".join(map(str, self.choices))
        if isinstance(self.default, bool):
            return "yes, no"
        if isinstance(self.default, str):
            return f"a text of at most {self.most:g} characters"
        return f"{self.least:g} to {self.most:g}"

    def read(self, given: object) -> Value:
        """Return a value as somebody gave it: typed, sent, or already of its kind.

        Raises:
            Usage: it is not of its kind, none of its choices, or out of its bounds.
        """
        value = self._typed(str(given).strip())
        if value is None or (self.choices and value not in self.choices):
            raise Usage(
                Said("“{given}” is no value of {name}.", given=given, name=self.name),
                Said("It takes: {takes}.", takes=self.takes),
            )
        return value

    def _typed(self, text: str) -> Value | None:
        if isinstance(self.default, bool):
            return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}.get(
                text.lower()
            )
        if isinstance(self.default, str):
            return text if len(text) <= self.most else None
        try:
            number = type(self.default)(text)
        except (ValueError, OverflowError):
            return None
        return number if self.choices or self.least <= number <= self.most else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked to be printed, inside the transaction that reads it.

    Attributes:
        tx: what is read from.
        me: who asks.
        reach: how he stands to records.
        now: ISO time.
        targets: what was named, as typed.
        options: each option of the sheet with its value.
    """

    world: World
    tx: Transaction
    me: Person
    reach: Reach
    now: str
    targets: Sequence[str]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of the log for what is printed; a sheet of this target is taken off the reprint list."""

    target: str
    data: Mapping[str, Any] = field(default_factory=dict)
    act: ActKind = PRINT


@dataclass(frozen=True, slots=True)
class Gathered(Generic[C]):
    """What a sheet shows, what the log keeps of its printing, and what the faces answer."""

    content: C
    notes: Sequence[Noted] = ()
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Generic[C]):
    """One kind of printed sheet: all that any face needs to know of it.

    Attributes:
        name: what it is called in commands, addresses and the log.
        title_zh: its title.
        title_en: its title in English.
        about: what it is for, in a line of English for help and docs.
        of: what is named to print it.
        action: what the policy asks for.
        gather: finds its content, or raises: NotFound, NotPermitted, Usage.
        draw: draws it on paper.
        grids: makes it a workbook.
        files: writes it as files of its own into a folder, for what is not drawn.
        options: what can be chosen.
        alone: it can be printed with nothing named; so can all of the archive.
        shows: what changes make a printed one untrue.
    """

    name: str
    title_zh: str
    title_en: str
    about: str
    of: Literal["record", "volume", "request", "archive"]
    action: Action
    gather: Callable[[Asked], Gathered[C]]
    draw: Callable[[Paper, C], object] | None = None
    grids: Callable[[C], Sequence[Grid]] | None = None
    files: Callable[[World, C, Path], Sequence[Path]] | None = None
    options: tuple[Option, ...] = ()
    alone: bool = False
    shows: frozenset[Shown] = frozenset()

    @property
    def formats(self) -> tuple[str, ...]:
        """What it can be: the suffixes of its files."""
        paper = self.draw is not None or self.files is not None
        return (*(("pdf",) if paper else ()), *(("xlsx",) if self.grids is not None else ()))

    @property
    def without_targets(self) -> bool:
        """True where it can be printed with nothing named."""
        return self.alone or self.of == "archive"

    def form(self, suffix: str) -> str:
        """Return the format of a file name's suffix, PDF where there is none.

        Raises:
            Usage: it cannot be that.
        """
        form = suffix.removeprefix(".").lower() or self.formats[0]
        if form not in self.formats:
            able = " or ".join(f".{one}" for one in self.formats)
            raise Usage(
                Said("“{name}” cannot be a .{form} file.", name=self.name, form=form),
                Said("It can be {able}.", able=able),
            )
        return form

    def chosen(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Return the value of each option, the default where none was given.

        Raises:
            Usage: it has no such option, or the value does not fit.
        """
        foreign = set(given) - {option.name for option in self.options}
        if foreign:
            able = ", ".join(option.name for option in self.options) or "none"
            raise Usage(
                Said("“{name}” has no option {foreign}.", name=self.name, foreign=min(foreign)),
                Said("Its options: {able}.", able=able),
            )
        return {o.name: o.read(given[o.name]) if o.name in given else o.default for o in self.options}


@dataclass(frozen=True, slots=True)
class Printed:
    """What was printed: its files, and what the sheet answers."""

    files: Sequence[Path]
    told: Mapping[str, Any]


def still_asked(asked: Sequence[Reprint], now: Sequence[Reprint]) -> list[Reprint]:
    """Return the reprints asked for before a sheet's content was read and not again since."""
    return [one for one in asked if one in now]
