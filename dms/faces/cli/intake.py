"""``dms watch``, ``ingest``, ``retry``, ``discard`` and ``attention``: what comes in, and what people must settle."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from dms.faces.cli.output import Session, answer, json_option, progress, say, table
from dms.said import NOTHING, Do, Said, Word, heads, read_said


def item_data(items: Iterable[Any]) -> list[dict[str, Any]]:
    """Return items as the contract says: path, state, code, pages, reason, parts."""
    by_id = {i.id: i for i in items}
    inner = {part for i in by_id.values() for part in i.data.get("parts", ())}

    def told(item: Any) -> dict[str, Any]:
        state = "registered" if item.state.value == "split" else item.state.value
        # A copy dropped together with its first one is known before that has its code.
        first = by_id.get(item.data.get("same_as", ""))
        code = item.code or (first.code if first else "")
        return {
            "path": item.origin,
            "state": state if state != "working" else "waiting",
            "code": code or None,
            "pages": item.data.get("pages", 0),
            "reason": str(read_said(item.reason)) or None,
            "why": read_said(item.reason),
            "parts": [told(by_id[p]) for p in item.data.get("parts", ()) if p in by_id],
            "item": item.id,
        }

    return [told(i) for i in by_id.values() if i.id not in inner]


def show_items(console: Any, items: list[dict[str, Any]], *, empty: Said) -> None:
    """Print items as a table, parts below their whole."""
    rows: list[tuple[object, ...]] = []

    def add(item: dict[str, Any], depth: int) -> None:
        name = Path(item["path"]).name
        rows.append(
            (
                "  " * depth + name,
                Word("item", item["state"]),
                item["code"] or "",
                str(item["pages"] or ""),
                item["why"],
            )
        )
        for part in item["parts"]:
            add(part, depth + 1)

    for item in items:
        add(item, 0)
    table(console, heads("file", "state", "code", "pages", "reason"), rows, empty=empty)


@click.command("watch")
@click.option("--once", is_flag=True, help="Take in what is there now, then end.")
@json_option
@click.pass_obj
def watch_command(session: Session, once: bool, as_json: bool) -> None:
    """Take in what is dropped into the inbox, until stopped (Ctrl-C)."""
    from dms.assembly import workers
    from dms.desk.intake.watching import Watcher
    from dms.domain.item import Item

    def ended(item: Item) -> None:
        said = Said("{item}: {state} {code}", item=item.name, state=Word("item", item.state.value), code=item.code)
        say(Said("{said} ({reason})", said=said, reason=read_said(item.reason)) if item.reason else said)

    with session.world() as world, progress(quiet=as_json) as show:
        watcher = Watcher(world, workers(world.settings), show, ended)
        if once:
            items = item_data(watcher.once())
            answer({"items": items}, lambda c: show_items(c, items, empty=Said("The inbox is empty.")), as_json=as_json)
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        folders = [inbox.root for inbox in world.inboxes]
        say(Said("Watching {folders}. Stop with Ctrl-C.", folders=folders))
        watcher.run(stop)
        say(Said("Stopped."))


@click.command("worker")
@click.option("--json", "as_json", is_flag=True, help="Log as JSON lines.")
@click.pass_obj
def worker_command(session: Session, as_json: bool) -> None:
    """Take along what this or other machines received, and keep the index up, until stopped (Ctrl-C)."""
    from dms.assembly import workers
    from dms.desk.intake.watching import take_care
    from dms.desk.intake.workshop import Workshop

    stop = threading.Event()
    with session.world(log="json" if as_json else "text") as world, progress(quiet=as_json) as show:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        shop = Workshop(
            world, workers(world.settings), show, lambda item: say(f"{item.name}: {item.state.value} {item.code}")
        )
        with shop.open():
            say(Said("Working as {owner}. Stop with Ctrl-C.", owner=world.owner))
            while not stop.is_set():
                take_care(world)
                stop.wait(world.settings.sweep_seconds)
    say(Said("Stopped."))


@click.command("ingest")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--class", "class_code", default="", help="Record class (大类), such as 04.")
@click.option("--customer", default="", help="Customer's name.")
@click.option("--manager", default="", help="Account manager's code.")
@click.option("--title", default="", help="Title.")
@click.option("--date", "day", default="", help="Date of the document, 2026-11-23.")
@click.option("--carrier", type=click.Choice(["paper", "electronic"]), default=None, help="What the files stand for.")
@click.option("--move", is_flag=True, help="Remove the files once they are kept.")
@json_option
@click.pass_obj
def ingest_command(
    session: Session, paths: tuple[Path, ...], class_code: str, customer: str, manager: str, title: str, day: str,
    carrier: str | None, move: bool, as_json: bool,
) -> int:  # fmt: skip
    """Take in files and folders now, through the same journey as the inbox."""
    from datetime import date

    from dms.assembly import workers
    from dms.desk.intake.items import add_paths
    from dms.desk.intake.workshop import Workshop
    from dms.domain.item import Hints
    from dms.errors import Usage

    if day:
        try:
            date.fromisoformat(day)
        except ValueError:
            raise Usage(Said("“{day}” is no date.", day=day), Said("Write it as 2026-11-23.")) from None
    with session.world() as world, progress(quiet=as_json) as show:
        if class_code:
            world.scheme.record_class(class_code)
        hints = Hints(class_code=class_code, customer=customer, manager=manager.upper(), title=title, date=day,
                      carrier=carrier or "")  # fmt: skip
        ids = [i.id for i in add_paths(world, paths, hints, move=move)]
        shop = Workshop(world, workers(world.settings), show)
        with shop.open():
            items = item_data(shop.finish(ids))
    answer({"items": items}, lambda c: show_items(c, items, empty=Said("Nothing was taken in.")), as_json=as_json)
    return 1 if any(i["state"] == "waiting" for i in items) else 0


@click.command("retry")
@click.argument("items", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything in quarantine.")
@json_option
@click.pass_obj
def retry_command(session: Session, items: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Send files from quarantine through the journey again, after what was wrong was mended."""
    from dms.assembly import workers
    from dms.desk.intake.items import retry
    from dms.desk.intake.workshop import Workshop
    from dms.errors import Usage

    if not items and not everything:
        raise Usage(
            Said("Which file?"),
            Said("Name items from “{act}”, or use {inputs}.", act=Do("attention"), inputs=Do("", all=True)),
        )
    with session.world() as world, progress(quiet=as_json) as show:
        ids = [i.id for i in retry(world, items)]
        shop = Workshop(world, workers(world.settings), show)
        with shop.open():
            done = item_data(shop.finish(ids))
    answer({"items": done}, lambda c: show_items(c, done, empty=Said("Nothing is in quarantine.")), as_json=as_json)


@click.command("discard")
@click.argument("item")
@click.option("--reason", required=True, help="Why it is not taken in; it stays in the log.")
@json_option
@click.pass_obj
def discard_command(session: Session, item: str, reason: str, as_json: bool) -> None:
    """Remove a file from quarantine that will never be taken in; it does not come back."""
    from dms.desk.intake.discarding import discard

    with session.world() as world:
        done = item_data([discard(world, item, reason=reason)])
    answer({"items": done}, lambda c: show_items(c, done, empty=NOTHING), as_json=as_json)


@click.command("attention")
@click.option("--settle", default="", help="Take what was said of this code or item off the list.")
@json_option
@click.pass_obj
def attention_command(session: Session, settle: str, as_json: bool) -> None:
    """List what people must settle, and how."""
    from dms.desk.records.waiting import settle as settle_it
    from dms.desk.records.waiting import waiting

    with session.world() as world:
        if settle:
            settle_it(world, settle)
        listed = waiting(world)
    data = {"attention": [{"kind": a.kind, "target": a.target, "question": a.question, "todo": a.todo, "at": a.at,
                           "data": dict(a.data)} for a in listed]}  # fmt: skip
    rows = [(Word("attention", a.kind), a.target, a.question, a.todo) for a in listed]
    answer(
        data,
        lambda c: table(c, heads("kind", "about", "what", "do"), rows, empty=Said("Nothing needs attention.")),
        as_json=as_json,
    )
