"""``dms init`` and ``dms demo``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dms.faces.cli.output import Session, answer, json_option, say, table, tell
from dms.said import Do, Said, Word, heads

if TYPE_CHECKING:
    from rich.console import Console


@click.command("init")
@click.option("--scheme", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Classification scheme.")
@click.option("--fonds", default="", help="Code of the fonds (全宗号), such as HG01.")
@click.option("--name", default="", help="Your full name, as printed on sheets.")
@json_option
@click.pass_obj
def init_command(session: Session, scheme: Path | None, fonds: str, name: str, as_json: bool) -> None:
    """Make an archive home: settings, inbox, catalogue, vault. Whoever makes it may do everything at first."""
    from dms.assembly import init, person_code

    settings = init(session.home, user=session.user, name=name, scheme=scheme, fonds=fonds)
    inbox = settings.folders()[0][0]
    data = {"home": str(settings.home), "inbox": str(inbox), "archive": str(settings.archive),
            "person": person_code(session.user)}  # fmt: skip
    answer(
        data,
        lambda console: _next(console, settings.home, inbox),
        as_json=as_json,
    )


def _next(console: Console, home: Path, inbox: Path) -> None:
    """Print where the archive is, and the first steps in it."""
    tell(console, Said("The archive is in {home}.", home=home))
    tell(console, Said("Next:"))
    steps = [
        (Do("doctor"), Said("is everything there?")),
        (Do("people add", "ZHS", "张华生"), Said("account managers")),
        (f"cp scan.pdf {inbox}/", Said("a first scan")),
        (Do("watch"), Said("take in what is dropped")),
        (Do("search", "投诉"), Said("find it again")),
    ]
    table(console, heads("", ""), steps)


@click.command("demo")
@click.option("--seed", default=7, show_default=True, help="Same seed, same documents.")
@click.option("--keep/--fresh", default=True, help="Go on with the demo archive that is there, or make it anew.")
@json_option
@click.pass_obj
def demo_command(session: Session, seed: int, keep: bool, as_json: bool) -> None:
    """Make a small archive in HOME/demo-archive and take real-looking scans through the whole journey."""
    from dms.demo.story import play

    data = play(session.home / "demo-archive", seed=seed, keep=keep, say=lambda text: None if as_json else say(text))
    answer(data, lambda console: _summary(console, data), as_json=as_json)


def _summary(console: Console, data: dict[str, Any]) -> None:
    """Print what the demo left: what is where, three searches, what waits, sheets to open."""
    tell(console, "")
    tell(console, Said("The demo archive is in {home}", home=data["home"]), style="bold")
    rows = [(r["code"], r["paper_number"] or "—", Word("state", r["state"]), r["title"]) for r in data["records"]]
    table(console, heads("electronic code", "paper number", "state", "title"), rows, empty=Said("Nothing was kept."))
    for search in data["searches"]:
        looked = Do("search", search["query"])
        tell(console, Said("{act}: {total} found", act=looked, total=search["total"]), style="bold")
        for hit in search["hits"]:
            tell(console, f"   {hit['code']}  {hit['title']}")
            if hit["snippet"]:
                tell(console, f"      {hit['snippet'][:72]}", style="dim")
    tell(console, "")
    tell(console, Said("Needs attention"), style="bold")
    waits = [(one["question"], one["todo"]) for one in data["attention"]]
    table(console, heads("what", "do"), waits, empty=Said("Nothing needs attention."))
    tell(console, Said("Sheets to open"), style="bold")
    for sheet in data["sheets"]:
        tell(console, f"   {sheet}")
    first = next((r["code"] for r in data["records"] if r["state"] == "filed"), "")
    tell(console, "")
    tell(console, Said("Try next (with .venv/bin on your path):"))
    tell(console, f"   export DMS_HOME={data['home']} DMS_USER={data['user']}")
    for act in (Do("search", "折让"), Do("show", first), Do("attention"), Do("verify"), Do("serve")):
        tell(console, Said("   {act}", act=act))
    signing = Said(
        "In the browser sign in as {user}, or as zhs, hm, zzy; password: {password}",
        user=data["user"],
        password=data["password"],
    )
    tell(console, signing)
