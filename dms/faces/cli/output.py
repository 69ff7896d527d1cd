"""How the command line speaks: one JSON document or readable text on stdout, progress and log on stderr."""

from __future__ import annotations

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from dms.said import NOTHING, Do, Said, Voice, Word

if TYPE_CHECKING:
    from rich.console import Console

    from dms.domain.item import Item
    from dms.flow.work import Progress
    from dms.ports.world import World

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Session:
    """What was said before the command: the archive's home and who acts."""

    home: Path
    user: str

    @contextmanager
    def world(self, **flags: Any) -> Iterator[World]:
        """Open the archive; the log speaks as its settings say."""
        from dms.assembly import open_world

        with open_world(self.home, user=self.user, flags=flags) as world:
            start_log(world.settings.log, world.settings.log_level)
            yield world


def json_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add ``--json`` to a command."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(function)


def speak(language: str) -> None:
    """Let this process speak a language from here on; :func:`spoken` says things in it."""
    spoken.cache_clear()
    _LANGUAGE[:] = [language]


_LANGUAGE = ["en"]


class _English(Voice):
    """English without a catalogue, until a name of ours is told."""

    def word(self, word: Word) -> str:
        """Return a name of ours in English."""
        from dms.faces.words import Speaker

        return Speaker("en").word(word)


@functools.lru_cache(maxsize=1)
def spoken() -> Voice:
    """Return the voice of this process."""
    if _LANGUAGE[0] == "en":
        return _English()
    from dms.faces.words import Speaker

    return Speaker(_LANGUAGE[0])


def shown(told: object) -> str:
    """Return anything as a person reads it on a terminal: sentences and names of ours in his language."""
    return printable(spoken().tell(told) if isinstance(told, Said | Word | Do) else str(told))


def answer(data: Any, human: Callable[[Console], None], *, as_json: bool) -> None:
    """Print an answer: as JSON, or as a person reads it."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
        return
    from rich.console import Console

    human(Console(highlight=False, soft_wrap=not sys.stdout.isatty()))


def tell(console: Console, told: object, style: str = "") -> None:
    """Print a line on stdout."""
    console.print(shown(told), markup=False, style=style or None)


def table(
    console: Console,
    headings: Sequence[Said | Word | Do | str],
    rows: Sequence[Sequence[Any]],
    *,
    empty: Said = NOTHING,
) -> None:
    """Print a table, or a sentence where there is nothing."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        tell(console, empty)
        return
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_header=any(headings))
    for heading in headings:
        grid.add_column(shown(heading), overflow="fold")
    for row in rows:
        grid.add_row(*(escape(shown(cell)) for cell in row))
    console.print(grid)


def printable(text: str) -> str:
    """Return text without control characters: a stranger's file name must not steer the terminal."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in clean)


def say(told: Said | str) -> None:
    """Print a line for a person to stderr."""
    click.echo(shown(told), err=True)


def report_error(code: str, said: Said, remedy: Said = NOTHING, *, as_json: bool) -> None:
    """Print an error: what happened, what to do next. As JSON in English, with the values of both beside."""
    if as_json:
        told = {"code": code, "message": str(said), "hint": str(remedy)}
        click.echo(
            json.dumps({"error": told | {"said": said.to_dict(), "remedy": remedy.to_dict()}}, ensure_ascii=False)
        )
        return
    click.echo(click.style("✗ ", fg="red") + shown(said), err=True)
    if remedy:
        click.echo("  → " + shown(remedy), err=True)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Show pages of the files under way on stderr; shown only for what takes longer than two seconds."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        last: dict[str, float] = {}

        def plain(item: Item, done: int, total: int) -> None:
            import time

            now = time.monotonic()
            began = last.setdefault(item.id, now)
            if not quiet and total > 1 and (now - began >= 5 or done == total) and now - began > 2:
                last[item.id] = now - 2.01
                say(Said("{item}: page {done} of {total}", item=item.name, done=done, total=total))

        yield plain
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(item: Item, done: int, total: int) -> None:
            if item.id not in tasks:
                tasks[item.id] = bars.add_task(printable(item.name)[:40], total=total)
            bars.update(tasks[item.id], completed=done, total=total, visible=done < total)

        yield show


@contextmanager
def steps(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show the progress of a long check on stderr."""
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda *_: None
        return
    with Bars(console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def start_log(form: str, level: str) -> None:
    """Send the log to stderr as text or JSON lines; called once, repeats change nothing."""
    root = logging.getLogger("dms")
    if root.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(level.upper() if level.upper() in logging.getLevelNamesMapping() else logging.WARNING)
    root.propagate = False


class _JsonLines(logging.Formatter):
    """One JSON object a line, with the extras a call gave."""

    _PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        told: Mapping[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "message": record.getMessage(),
            **{k: v for k, v in record.__dict__.items() if k not in self._PLAIN},
        }
        if record.exc_info:
            told = {**told, "trace": self.formatException(record.exc_info)}
        return json.dumps(told, ensure_ascii=False, default=str)
