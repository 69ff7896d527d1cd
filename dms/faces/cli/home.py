"""``dms init`` and ``dms demo``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dms.faces.cli.output import Session, answer, json_option, say, table

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
        lambda console: console.print(
            f"The archive is in {settings.home}.\n\nNext:\n"
            f"  dms doctor                       is everything there?\n"
            f"  dms people add ZHS 张华生         account managers\n"
            f"  cp scan.pdf {inbox}/\n"
            f"  dms watch                        take in what is dropped\n"
            f"  dms search 投诉",
            markup=False,
        ),
        as_json=as_json,
    )


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
    from rich.markup import escape

    console.print(f"\n[bold]The demo archive is in {escape(data['home'])}[/bold]\n")
    rows = [(r["code"], r["paper_number"] or "—", r["state"], r["title"]) for r in data["records"]]
    table(console, ("electronic code", "paper number 档号", "state", "title 题名"), rows, empty="Nothing was kept.")
    for search in data["searches"]:
        console.print(f"[bold]dms search '{escape(search['query'])}'[/bold]  {search['total']} found")
        for hit in search["hits"]:
            console.print(f"   {hit['code']}  {hit['title']}", markup=False)
            if hit["snippet"]:
                console.print(f"      {hit['snippet'][:72]}", markup=False, style="dim")
    console.print("\n[bold]Needs attention[/bold]")
    for one in data["attention"]:
        console.print(f"   {one['question']}\n      → {one['todo']}", markup=False)
    if not data["attention"]:
        console.print("   nothing")
    console.print("\n[bold]Sheets to open[/bold]")
    for sheet in data["sheets"]:
        console.print(f"   {sheet}", markup=False)
    first = next((r["code"] for r in data["records"] if r["state"] == "filed"), "")
    console.print(
        f"\nTry next (with .venv/bin on your path):\n"
        f"   export DMS_HOME={data['home']} DMS_USER={data['user']}\n"
        f"   dms search 折让\n   dms show {first}\n   dms attention\n   dms verify\n"
        f"In the browser:\n   dms serve\n"
        f"   sign in as {data['user']}, or as zhs, hm, zzy; password: {data['password']}\n",
        markup=False,
    )
