"""``dms search``, ``show``, ``describe``, ``pair`` and ``file``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from dms.faces.cli.output import Session, answer, json_option, printable, table, tell
from dms.faces.cli.output import shown as as_shown
from dms.said import NOTHING, Do, Said, Word, heads, joined


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
    date:2026-01..2026-03, code:, number:, and what forms say: “金额:>10000”, “电话:139…”, “合计金额:1万..2万”.
    Chinese words of any length are found, Traditional as Simplified; numbers and codes in every notation;
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
    if found.alike:
        data["alike"] = True
    if facets:
        data["facets"] = {name: dict(counts) for name, counts in found.facets.items()}

    def human(console: Any) -> None:
        from rich.text import Text

        if not found.total:
            tell(console, Said("Nothing was found for “{words}”.", words=printable(words)))
            tell(
                console,
                Said(
                    "Try fewer or shorter words; “{act}” lists files that could not be taken in.", act=Do("attention")
                ),
            )
            return
        shown = len(found.hits)
        if found.alike:
            tell(console, Said("Nothing is there as typed; found with O and 0, l and 1 taken for each other:"))
        if shown < found.total:
            first, last = offset + 1, offset + shown
            tell(console, Said("{total} found, {first} to {last} shown", total=found.total, first=first, last=last))
        else:
            tell(console, Said("{total} found", total=found.total))
        for hit in found.hits:
            console.print()
            line = Text(printable(hit.title or hit.code), style="bold")
            line.append(f"  {hit.code}", style="cyan")
            if hit.paper_number:
                line.append(f"  {hit.paper_number}", style="cyan")
            if hit.page:
                line.append("  " + as_shown(Said("page {page}", page=hit.page)), style="dim")
            console.print(line)
            if hit.snippet:
                snippet = Text("  " + printable(hit.snippet))
                for start, end in hit.marks:
                    snippet.stylize("bold yellow", start + 2, end + 2)
                console.print(snippet)
        for name, counts in found.facets.items():
            listed = [f"{value or '-'} {n}" for value, n in counts.items()]
            tell(console, Said("by {name}: {counts}", name=Word("facet", name), counts=listed))

    answer(data, human, as_json=as_json)


@click.command("show")
@click.argument("record")
@click.option("--diff", nargs=2, type=int, default=None, metavar="OLD NEW", help="Compare two versions side by side.")
@click.option("--similar", is_flag=True, help="List the records whose text is most like it.")
@json_option
@click.pass_obj
def show_command(session: Session, record: str, diff: tuple[int, int] | None, similar: bool, as_json: bool) -> None:
    """Show everything about one record, by electronic code or paper number."""
    from dms.desk.records.showing import show

    if diff:
        _diff(session, record, diff, as_json=as_json)
        return
    if similar:
        _similar(session, record, as_json=as_json)
        return

    with session.world() as world:
        told = show(world, record)

    def human(console: Any) -> None:
        tell(console, told["title"] or Said("(no title)"), style="bold")
        table(console, heads("", ""), _facts(told))
        signed = [
            (Word("role", s["role"]), Word("signed", s["kind"]), s["person"], s["by"], s["at"][:16], s["note"])
            for s in told["gate"]["signatures"]
        ]
        if signed:
            table(console, heads("signature", "", "of", "confirmed by", "when", ""), signed)
        if told["gate"]["missing"]:
            tell(
                console,
                Said("missing before filing: {missing}", missing=[Word("role", r) for r in told["gate"]["missing"]]),
            )
        versions = [(v["number"], v["at"], v["user"], v["message"]) for v in told["versions"]]
        table(console, heads("version", "when", "who", "why"), versions, empty=Said("Nothing is in the vault yet."))
        for one in told["learned"]:
            tell(
                console,
                Said(
                    "“{shown}” was settled as “{meant}” before ({about}, {times} papers, last {code} by {by}).",
                    shown=printable(one["shown"]),
                    meant=printable(one["meant"]),
                    about=Word("field", one["about"]),
                    times=one["times"],
                    code=one["last"]["code"],
                    by=one["last"]["by"],
                ),
            )
        for one in told["attention"]:
            tell(console, Said("! {question}", question=one["question"]))
            tell(console, Said("  → {todo}", todo=one["todo"]))

    answer(told, human, as_json=as_json)


def _facts(told: Mapping[str, Any]) -> list[tuple[Said | str, object]]:
    """Return what is known of a record, line by line."""
    paper, electronic, link = told["paper"], told["electronic"], told["link"]
    missing = Said("missing")
    stored = Said(
        "{name} ({kind}, {size:,} bytes, {pages} pages) @ {address}",
        name=electronic["name"],
        kind=electronic["media_type"],
        size=electronic["size"],
        pages=electronic["pages"],
        address=electronic["address"],
    )
    shelved = Said(
        "{pages} pages @ {place}", pages=paper["pages"] or "?", place=paper["address"] or Said("shelf not said yet")
    )
    linked = (Word("link", link["state"]), *([Word("proof", link["proof"])] if link["proof"] else []))
    facts: list[tuple[Said | str, object]] = [
        (Said("electronic code"), told["code"]),
        (Said("paper number"), told["paper_number"] or Said("not filed yet")),
        (Said("state"), Word("state", told["state"])),
        (Said("class"), f"{told['class_code']} {told['class_name']}".strip() or "?"),
        (Said("customer"), told["customer"] or "?"),
        (Said("manager"), told["manager"] or "?"),
        (Said("date"), told["date"] or "?"),
        (Said("retention"), told["retention"]),
        (Said("electronic carrier"), stored if electronic["present"] else missing),
        (Said("paper carrier"), shelved if paper["present"] else missing),
        (Said("link"), Said("{link}", link=linked)),
        (Said("remark on paper"), told["remarks"]["paper"]),
        (Said("remark on file"), told["remarks"]["electronic"]),
    ]
    facts += [(Said("{field}", field=Word("field", name)), value) for name, value in sorted(told["fields"].items())]
    facts += [(Said("not in the text"), one["said"]) for one in told["left_out"]]
    if told["uncertain"]:
        facts.append((Said("please settle"), Said("{names}", names=[Word("field", n) for n in told["uncertain"]])))
    return facts


def _diff(session: Session, record: str, versions: tuple[int, int], *, as_json: bool) -> None:
    from dms.desk.consent.changing import compare

    with session.world() as world:
        found = compare(world, record, *versions)
    rows = [(d.place, d.before, d.after) for d in found]
    headings = (Said("what"), *(Said("version {number}", number=number) for number in versions))
    data = {"versions": list(versions), "differences": [asdict(d) for d in found]}
    answer(data, lambda c: table(c, headings, rows, empty=Said("They tell the same.")), as_json=as_json)


def _similar(session: Session, record: str, *, as_json: bool) -> None:
    from dms.desk.records.likening import similar

    with session.world() as world:
        found = similar(world, record)
    rows = [(one.code, f"{one.share:.0%}", one.class_code, one.customer, printable(one.title)) for one in found]
    headings = heads("code", "alike", "class", "customer", "title")
    data = {"similar": [asdict(one) for one in found]}
    answer(data, lambda c: table(c, headings, rows, empty=Said("No record is like it.")), as_json=as_json)


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
            raise Usage(Said("“{text}” is not KEY=VALUE.", text=text), Do("", field="amount=12800.00"))
        pairs[key.strip()] = value.strip()
    with session.world() as world:
        found = describe(
            world, record, class_code=class_code, customer=customer, manager=manager, title=title, day=day, fields=pairs
        )
        catch_up(world)
    left = [Word("field", name) for name in found.uncertain]
    answer(
        found.to_dict(),
        lambda c: tell(
            c,
            joined(
                Said("{code} “{title}” is described.", code=found.code, title=printable(found.title)),
                Said("Still open: {left}.", left=left) if left else NOTHING,
            ),
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
                lambda c: tell(c, Said("The differences of {accepted} are accepted.", accepted=accepted.code)),
                as_json=as_json,
            )
            return
        if not scan:
            raise Usage(Said("Pair it with which scan?"), Do("pair", "ELECTRONIC", "SCAN"))
        done = pairing.pair(world, record, scan, reason=reason)
        catch_up(world)
    data = {
        "record": done.record.to_dict(),
        "given_up": done.given_up,
        "likeness": done.likeness,
        "differences": [asdict(d) for d in done.differences],
    }

    def human(console: Any) -> None:
        tell(
            console,
            Said(
                "{record} now has both carriers; {given_up} is given up ({likeness:.0%} alike).",
                record=done.record.code,
                given_up=done.given_up,
                likeness=done.likeness,
            ),
        )
        rows = [
            (Word("fact", d.kind), d.left or "-", _where(d.left_page, d.left_line), d.right or "-",
             _where(d.right_page, d.right_line))
            for d in done.differences
        ]  # fmt: skip
        if rows:
            table(console, heads("differs", "electronic", "where", "paper", "where"), rows)
            tell(console, Said("→ {act}", act=Do("pair", done.record.code, accept=True, reason="…")))

    answer(data, human, as_json=as_json)


def _where(page: int, line: str) -> Said:
    return Said("p. {page} {line}", page=page, line=line) if page else NOTHING


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
        raise Usage(
            Said("What is the second scan?"),
            Said(
                "{act}; or {inputs}, {inputs_2}, {inputs_3}",
                act=Do("rescan", record, discard=True),
                inputs=Do("", replace=True),
                inputs_2=Do("", version=True),
                inputs_3=Do("", different=True),
            ),
        )
    with session.world() as world:
        kept = settle_rescan(world, record, Settled(how), reason=reason)
        catch_up(world)
    answer(
        {"record": kept.to_dict()},
        lambda console: tell(console, Said("{kept} “{title}” goes on.", kept=kept.code, title=printable(kept.title))),
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
        raise Usage(
            Said("Filing by hand needs a reason."), Do("", by_hand=True, reason="signatures checked on the paper")
        )
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
        lambda c: table(c, heads("paper number", "code", "title"), rows),
        as_json=as_json,
    )
