"""``dms search``, ``show``, ``describe``, ``pair`` and ``file``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from dms.faces.cli.output import Session, answer, json_option, printable, table


@click.command("search")
@click.argument("query", nargs=-1)
@click.option("--class", "class_code", default="", help="Only this record class.")
@click.option("--year", default="", help="Only this filing year.")
@click.option("--customer", default="", help="Only this customer.")
@click.option("--manager", default="", help="Only this account manager.")
@click.option("--volume", default="", help="Only this volume.")
@click.option("--state", type=click.Choice(["reserved", "registered", "filed"]), default=None, help="Only this state.")
@click.option("--sort", default="relevance", help="relevance, date, -date, code, number or title.")
@click.option("--facet", "facets", multiple=True, help="Count hits by class, year, customer, manager, state, volume.")
@click.option("--limit", default=20, show_default=True)
@click.option("--offset", default=0)
@json_option
@click.pass_obj
def search_command(
    session: Session, query: tuple[str, ...], class_code: str, year: str, customer: str, manager: str, volume: str,
    state: str | None, sort: str, facets: tuple[str, ...], limit: int, offset: int, as_json: bool,
) -> None:  # fmt: skip
    """Search the whole archive.

    Words are joined by AND; also OR, NOT, "phrases", (groups), title:, customer:, class:04, year:2026,
    date:2026-01..2026-03, code:, number:. Chinese words of any length are found, Traditional as Simplified;
    names also by their pinyin initials.
    """
    from dms.desk.records.finding import Filters, search

    filters = Filters(class_code, year, customer, manager, volume, state or "")
    words = " ".join(query)
    with session.world() as world:
        found = search(world, words, filters, limit=limit, offset=offset, sort=sort, facets=facets)
    data: dict[str, Any] = {
        "total": found.total,
        "hits": [
            {
                "code": h.code, "paper_number": h.paper_number, "title": h.title, "customer": h.customer,
                "page": h.page, "snippet": h.snippet, "marks": [list(m) for m in h.marks], "score": round(h.score, 4),
            }
            for h in found.hits
        ],
    }  # fmt: skip
    if facets:
        data["facets"] = {name: dict(counts) for name, counts in found.facets.items()}

    def human(console: Any) -> None:
        from rich.text import Text

        if not found.total:
            console.print(f"Nothing was found for “{printable(words)}”.", markup=False)
            console.print("Try fewer or shorter words; “dms attention” lists files that could not be taken in.")
            return
        shown = len(found.hits)
        console.print(
            f"{found.total} found" + (f", {offset + 1} to {offset + shown} shown" if shown < found.total else "")
        )
        for hit in found.hits:
            console.print()
            line = Text(printable(hit.title or hit.code), style="bold")
            line.append(f"  {hit.code}", style="cyan")
            if hit.paper_number:
                line.append(f"  {hit.paper_number}", style="cyan")
            if hit.page:
                line.append(f"  page {hit.page}", style="dim")
            console.print(line)
            if hit.snippet:
                snippet = Text("  " + printable(hit.snippet))
                for start, end in hit.marks:
                    snippet.stylize("bold yellow", start + 2, end + 2)
                console.print(snippet)
        for name, counts in found.facets.items():
            console.print(f"\nby {name}: " + ", ".join(f"{v or '-'} {n}" for v, n in counts.items()), markup=False)

    answer(data, human, as_json=as_json)


@click.command("show")
@click.argument("record")
@click.option("--diff", nargs=2, type=int, default=None, metavar="OLD NEW", help="Compare two versions side by side.")
@json_option
@click.pass_obj
def show_command(session: Session, record: str, diff: tuple[int, int] | None, as_json: bool) -> None:
    """Show everything about one record, by electronic code or paper number."""
    from dms.desk.records.showing import show

    if diff:
        _diff(session, record, diff, as_json=as_json)
        return

    with session.world() as world:
        told = show(world, record)

    def human(console: Any) -> None:
        from rich.markup import escape

        console.print(f"[bold]{escape(printable(told['title'] or '(no title)'))}[/bold]")
        paper, electronic = told["paper"], told["electronic"]
        rows = [
            ("electronic code 电子文件号", told["code"]),
            ("paper number 档号", told["paper_number"] or "not filed yet"),
            ("state", told["state"]),
            ("class 大类", f"{told['class_code']} {told['class_name']}".strip() or "?"),
            ("customer 客户", told["customer"] or "?"),
            ("manager 客户经理", told["manager"] or "?"),
            ("date 日期", told["date"] or "?"),
            ("retention 保管期限", told["retention"]),
            ("electronic carrier", f"{electronic['name']} ({electronic['media_type']}, {electronic['size']:,} bytes, "
                                   f"{electronic['pages']} pages) @ {electronic['address']}"
                                   if electronic["present"] else "missing"),
            ("paper carrier", (f"{paper['pages'] or '?'} pages @ {paper['address'] or 'shelf not said yet'}")
                              if paper["present"] else "missing"),
            ("link 互见", f"{told['link']['state']} {told['link']['proof']}".strip()),
            ("remark on paper 备注", told["remarks"]["paper"]),
            ("remark on file 备注", told["remarks"]["electronic"]),
        ]  # fmt: skip
        rows += [(f"field {name}", value) for name, value in sorted(told["fields"].items())]
        rows += [("not in the text", one["said"]) for one in told["left_out"]]
        if told["uncertain"]:
            rows.append(("please settle", ", ".join(told["uncertain"])))
        table(console, ("", ""), rows, empty="")
        signed = [
            (s["role"], s["kind"], s["person"], s["by"], s["at"][:16], s["note"]) for s in told["gate"]["signatures"]
        ]
        if signed:
            table(console, ("signature", "", "of", "confirmed by", "when", ""), signed, empty="")
        if told["gate"]["missing"]:
            console.print("missing before filing: " + ", ".join(told["gate"]["missing"]), markup=False)
        versions = [(v["number"], v["at"], v["user"], v["message"]) for v in told["versions"]]
        table(console, ("version", "when", "who", "why"), versions, empty="Nothing is in the vault yet.")
        for one in told["attention"]:
            console.print(f"! {one['question']}\n  → {one['todo']}", markup=False)

    answer(told, human, as_json=as_json)


def _diff(session: Session, record: str, versions: tuple[int, int], *, as_json: bool) -> None:
    from dms.desk.consent.changing import compare

    with session.world() as world:
        found = compare(world, record, *versions)
    rows = [(d.place, d.before, d.after) for d in found]
    headings = ("what", f"version {versions[0]}", f"version {versions[1]}")
    data = {"versions": list(versions), "differences": [asdict(d) for d in found]}
    answer(data, lambda c: table(c, headings, rows, empty="They tell the same."), as_json=as_json)


@click.command("describe")
@click.argument("record")
@click.option("--class", "class_code", default="", help="Record class (大类), such as 04.")
@click.option("--customer", default="", help="Customer's name.")
@click.option("--manager", default="", help="Account manager's code or name.")
@click.option("--title", default="", help="Title.")
@click.option("--date", "day", default="", help="Date of the document, 2026-11-23.")
@click.option("--field", "fields", multiple=True, metavar="KEY=VALUE", help="A field of the form; may be repeated.")
@json_option
@click.pass_obj
def describe_command(
    session: Session, record: str, class_code: str, customer: str, manager: str, title: str, day: str,
    fields: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Settle class, customer, manager, title, date or fields of a record that is not filed yet."""
    from dms.desk.records.describing import describe
    from dms.desk.records.finding import catch_up
    from dms.errors import Usage

    pairs = {}
    for text in fields:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise Usage(f"“{text}” is not KEY=VALUE.", "--field amount=12800.00")
        pairs[key.strip()] = value.strip()
    with session.world() as world:
        found = describe(
            world, record, class_code=class_code, customer=customer, manager=manager, title=title, day=day, fields=pairs
        )
        catch_up(world)
    left = ", ".join(found.uncertain)
    answer(
        found.to_dict(),
        lambda c: c.print(
            f"{found.code} “{printable(found.title)}” is described." + (f" Still open: {left}." if left else ""),
            markup=False,
        ),
        as_json=as_json,
    )


@click.command("pair")
@click.argument("record")
@click.argument("scan", required=False)
@click.option("--accept", is_flag=True, help="Accept the differences of a paired record.")
@click.option("--reason", default="", help="Why differences are accepted.")
@json_option
@click.pass_obj
def pair_command(session: Session, record: str, scan: str | None, accept: bool, reason: str, as_json: bool) -> None:
    """Join an electronic file and the scan of its paper into one record on two carriers."""
    from dms.desk.records import pairing
    from dms.desk.records.finding import catch_up
    from dms.errors import Usage

    with session.world() as world:
        if accept:
            accepted = pairing.accept(world, record, reason=reason)
            answer(
                {"record": accepted.to_dict(), "differences": []},
                lambda c: c.print(f"The differences of {accepted.code} are accepted."),
                as_json=as_json,
            )
            return
        if not scan:
            raise Usage("Pair it with which scan?", "dms pair ELECTRONIC SCAN")
        done = pairing.pair(world, record, scan, reason=reason)
        catch_up(world)
    data = {
        "record": done.record.to_dict(),
        "given_up": done.given_up,
        "likeness": done.likeness,
        "differences": [asdict(d) for d in done.differences],
    }

    def human(console: Any) -> None:
        console.print(
            f"{done.record.code} now has both carriers; {done.given_up} is given up ({done.likeness:.0%} alike).",
            markup=False,
        )
        rows = [
            (d.kind, d.left or "-", (d.left_page and f"p. {d.left_page} {d.left_line}") or "", d.right or "-",
             (d.right_page and f"p. {d.right_page} {d.right_line}") or "")
            for d in done.differences
        ]  # fmt: skip
        if rows:
            table(console, ("differs", "electronic", "where", "paper", "where"), rows, empty="")
            console.print(f'→ dms pair {done.record.code} --accept --reason "…"', markup=False)

    answer(data, human, as_json=as_json)


@click.command("rescan")
@click.argument("record")
@click.option("--replace", "how", flag_value="replace", help="Its pages take the place of the earlier ones.")
@click.option("--version", "how", flag_value="version", help="It is kept beside them, in a version of its own.")
@click.option("--discard", "how", flag_value="discard", help="Nothing of it is used; its code is voided.")
@click.option("--different", "how", flag_value="different", help="Two papers: both stay, and both count.")
@click.option("--reason", default="", help="Why; it stays in the log.")
@json_option
@click.pass_obj
def rescan_command(session: Session, record: str, how: str | None, reason: str, as_json: bool) -> None:
    """Settle a paper that was scanned twice."""
    from dms.desk.records.finding import catch_up
    from dms.desk.records.rescans import Settled, settle_rescan
    from dms.errors import Usage

    if how is None:
        raise Usage("What is the second scan?", f"dms rescan {record} --replace, --version, --discard or --different")
    with session.world() as world:
        kept = settle_rescan(world, record, Settled(how), reason=reason)
        catch_up(world)
    answer(
        {"record": kept.to_dict()},
        lambda console: console.print(f"{kept.code} “{printable(kept.title)}” goes on.", markup=False),
        as_json=as_json,
    )


@click.command("file")
@click.argument("records", nargs=-1, required=True)
@click.option("--by-hand", is_flag=True, help="Pass the gate by hand; needs --reason, and stays in the log.")
@click.option("--reason", default="", help="Why the gate is passed by hand.")
@json_option
@click.pass_obj
def file_command(session: Session, records: tuple[str, ...], by_hand: bool, reason: str, as_json: bool) -> None:
    """File records: paper number in the open volume, stamp and QR on the access copy, remarks on both carriers."""
    from dms.desk.records.finding import catch_up
    from dms.desk.signing.filing import file
    from dms.errors import Usage

    if by_hand and not reason.strip():
        raise Usage("Filing by hand needs a reason.", '--by-hand --reason "signatures checked on the paper"')
    with session.world() as world:
        filed = []
        try:
            for record in records:
                filed.append(file(world, record, by_hand=reason if by_hand else ""))
        finally:
            catch_up(world)
    rows = [(r.paper_number, r.code, r.title) for r in filed]
    answer(
        {"filed": [r.to_dict() for r in filed]},
        lambda c: table(c, ("paper number 档号", "code", "title"), rows, empty=""),
        as_json=as_json,
    )
