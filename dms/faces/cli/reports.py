"""``dms report``, ``grade``, ``appraise``, ``import`` and ``handover``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from dms.faces.cli.output import Session, answer, json_option, steps, table, tell
from dms.said import Do, Said, Word, heads, read_said

_REASON = click.option("--reason", default="", help="Why.")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("report")
@click.argument(
    "kind",
    type=click.Choice(
        ["month", "quarter", "half", "year", "year-end", "dossier", "overdue", "exceptions", "four-properties", "gaps"]
    ),
)
@click.argument("about", required=False, default="")
@click.option("-o", "--output", type=_FILE, default=None, help="PDF or XLSX to write.")
@json_option
@click.pass_obj
def report_command(session: Session, kind: str, about: str, output: Path | None, as_json: bool) -> int:
    """Make a report: a review pack, a customer's dossier, overdue debts, exceptions, the four-property check, gaps.

    ABOUT is a period (2026-11, 2026-Q4, 2026-H2, 2026), a customer for a dossier, or a code, paper number, volume or
    month for the four-property check. Exit code 6 where exceptions, gaps, a year's end or
    the check find something.
    """
    from dms.desk.ledger.reporting import failing, report, save
    from dms.faces.words import on_paper

    with session.world() as world:
        made = report(world, kind, about)
        if output:
            save(world, made, output, on_paper())
    found = failing(made) if kind in ("exceptions", "gaps", "four-properties", "year-end") else ()

    def human(console: Any) -> None:
        tell(console, made.title, style="bold")
        for line in made.notes:
            tell(console, line)
        for section in made.sections:
            tell(console, "")
            tell(console, section.title)
            table(console, section.headings, section.rows, empty=Said("(none)"))
        if output:
            tell(console, f"→ {output}")

    answer({**asdict(made), "file": str(output or "")}, human, as_json=as_json)
    return 6 if found else 0


@click.group("grade")
def grade_command() -> None:
    """Customers' classes A to D by consumption (R10): proposed each quarter, decided by people."""


@grade_command.command("propose")
@click.argument("quarter", required=False, default="")
@json_option
@click.pass_obj
def grade_propose(session: Session, quarter: str, as_json: bool) -> None:
    """Propose classes for a quarter; the last one without."""
    from dms.desk.ledger.dealing import last_quarter, propose_grades

    with session.world() as world:
        made = propose_grades(world, quarter or last_quarter(world))
    _grades(made, as_json=as_json)


@grade_command.command("decide")
@click.argument("customer")
@click.argument("quarter")
@click.argument("after", type=click.Choice(["A", "B", "C", "D"]))
@_REASON
@json_option
@click.pass_obj
def grade_decide(session: Session, customer: str, quarter: str, after: str, reason: str, as_json: bool) -> None:
    """Decide a customer's class; one that differs from the proposal needs a reason."""
    from dms.desk.ledger.dealing import decide_grade

    with session.world() as world:
        made = decide_grade(world, customer, quarter, after, reason=reason)
    told = f"{customer}: {made.before or '-'} → {made.after}"
    answer(asdict(made), lambda c: tell(c, told), as_json=as_json)


@grade_command.command("focus")
@click.argument("customer")
@click.argument("month")
@_REASON
@json_option
@click.pass_obj
def grade_focus(session: Session, customer: str, month: str, reason: str, as_json: bool) -> None:
    """Put a customer on the list the month's meeting decided to look at."""
    from dms.desk.ledger.dealing import focus

    with session.world() as world:
        made = focus(world, customer, month, reason=reason)
    answer(
        asdict(made),
        lambda c: tell(c, Said("{customer} is on the list of {month}.", customer=customer, month=month)),
        as_json=as_json,
    )


@grade_command.command("list")
@click.argument("quarter", required=False, default="")
@json_option
@click.pass_obj
def grade_list(session: Session, quarter: str, as_json: bool) -> None:
    """List proposals and decisions."""
    from dms.desk.ledger.dealing import gradings

    with session.world() as world:
        found = gradings(world, quarter)
    _grades(found, as_json=as_json)


def _grades(found: list[Any], *, as_json: bool) -> None:
    rows = [
        (g.period, g.customer, g.before or "-", g.after, Word("grading", g.state), g.by, read_said(g.reason))
        for g in found
    ]
    headings = heads("period", "customer", "before", "after", "state", "by", "why")
    data = {"gradings": [{**asdict(g), "reason": str(read_said(g.reason))} for g in found]}
    answer(data, lambda c: table(c, headings, rows, empty=Said("Nothing is proposed yet.")), as_json=as_json)


@click.group("appraise")
def appraise_command() -> None:
    """Appraisal and destruction at the end of retention (鉴定、销毁)."""


@appraise_command.command("list")
@json_option
@click.pass_obj
def appraise_list(session: Session, as_json: bool) -> None:
    """List records whose retention has ended, and destructions proposed."""
    from dms.desk.consent.appraising import ended
    from dms.desk.consent.requesting import requests

    with session.world() as world:
        found = ended(world)
        asked = requests(world, "destruction")
    data = {
        "ended": [{"code": r.code, "paper_number": r.paper_number, "last_year": y, "held": h} for r, y, h in found],
        "requests": [asdict(r) for r in asked],
    }
    rows = [(r.code, r.paper_number, r.title, str(y), h) for r, y, h in found]
    waiting = [
        (
            str(r.id),
            Word("request", r.state),
            str(len(r.data.get("lines", ()))),
            r.asked_by,
            ", ".join(r.data.get("witnesses", ())),
        )
        for r in asked
    ]

    def human(console: Any) -> None:
        headings = heads("code", "paper number", "title", "kept until", "held by")
        table(console, headings, rows, empty=Said("No retention has ended."))
        table(
            console,
            heads("no.", "state", "records", "proposed by", "supervisors"),
            waiting,
            empty=Said("Nothing is proposed."),
        )

    answer(data, human, as_json=as_json)


@appraise_command.command("propose")
@click.argument("records", nargs=-1, required=True)
@click.option("--way", default="粉碎/清除", help="How it is destroyed (方式).")
@_REASON
@json_option
@click.pass_obj
def appraise_propose(session: Session, records: tuple[str, ...], way: str, reason: str, as_json: bool) -> None:
    """Propose the destruction of records whose retention has ended."""
    from dms.desk.consent.appraising import propose

    with session.world() as world:
        made = propose(world, records, reason=reason, way=way)
    told = Said("Request {made} waits for the general manager.", made=made.id)
    answer(asdict(made), lambda c: tell(c, told), as_json=as_json)


@appraise_command.command("decide")
@click.argument("number", type=int)
@click.option("--approve/--refuse", default=None, help="Yes or no.")
@_REASON
@json_option
@click.pass_obj
def appraise_decide(session: Session, number: int, approve: bool | None, reason: str, as_json: bool) -> None:
    """Approve or refuse a destruction (批准人)."""
    from dms.desk.consent.appraising import decide
    from dms.errors import Usage

    if approve is None:
        raise Usage(Said("Approve or refuse?"), Do("appraise decide", number, approve=True))
    with session.world() as world:
        made = decide(world, number, agree=approve, reason=reason)
    answer(
        asdict(made),
        lambda c: tell(c, Said("Request {number} is {state}.", number=number, state=Word("request", made.state))),
        as_json=as_json,
    )


@appraise_command.command("witness")
@click.argument("number", type=int)
@json_option
@click.pass_obj
def appraise_witness(session: Session, number: int, as_json: bool) -> None:
    """Confirm as one of two supervisors (监销人)."""
    from dms.desk.consent.appraising import witness

    with session.world() as world:
        made = witness(world, number)
    seen = ", ".join(made.data["witnesses"])
    answer(asdict(made), lambda c: tell(c, Said("Confirmed by {seen}.", seen=seen)), as_json=as_json)


@appraise_command.command("destroy")
@click.argument("number", type=int)
@json_option
@click.pass_obj
def appraise_destroy(session: Session, number: int, as_json: bool) -> None:
    """Carry out a destruction two supervisors confirmed; print its register: dms print destruction-register NO."""
    from dms.desk.consent.appraising import destroy
    from dms.desk.records.finding import catch_up

    with session.world() as world:
        made = destroy(world, number)
        catch_up(world)
    count = len(made.data["lines"])
    told = Said(
        "{count} records are destroyed. Print the register: {act}",
        count=count,
        act=Do("print", "destruction-register", number),
    )
    answer(asdict(made), lambda c: tell(c, told), as_json=as_json)


@click.command("import")
@click.argument("kind", type=click.Choice(["people", "customers", "dealings", "catalogue"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what is wrong; take nothing.")
@json_option
@click.pass_obj
def import_command(session: Session, kind: str, file: Path, dry_run: bool, as_json: bool) -> int:
    """Import people, customers, bookings and payments, or an old paper catalogue from CSV or XLSX.

    All rows or none: exit code 6 where a row is wrong.
    """
    from dms.desk.intake.importing import import_sheet
    from dms.desk.records.finding import catch_up

    with session.world() as world:
        found = import_sheet(world, kind, file, dry=dry_run)
        if not dry_run and not found.problems:
            catch_up(world)
    rows = [(str(p.row), p.detail) for p in found.problems]

    def human(console: Any) -> None:
        if rows:
            table(console, heads("row", "what is wrong"), rows)
            tell(console, Said("Nothing was taken. Mend these rows and try again."))
        else:
            done = Said("{rows} rows are imported.", rows=found.rows)
            tell(console, Said("{rows} rows would be taken.", rows=found.rows) if dry_run else done)

    answer({**asdict(found), "taken": not dry_run and not rows}, human, as_json=as_json)
    return 6 if rows else 0


@click.group("handover")
def handover_command() -> None:
    """Hand-over packages (移交包): BagIt with METS and PREMIS."""


@handover_command.command("write")
@click.argument("targets", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder to make.")
@click.option("--organisation", default="", help="Who hands over.")
@json_option
@click.pass_obj
def handover_write(session: Session, targets: tuple[str, ...], output: Path, organisation: str, as_json: bool) -> None:
    """Write records or whole volumes into a package."""
    from dms.desk.care.handing_over import hand_over

    with session.world() as world, steps(quiet=as_json) as show:
        made = hand_over(
            world,
            targets,
            output,
            organisation=organisation,
            on_step=lambda done, total, _: show("records", done, total),
        )
    data = {"folder": str(output), "identifier": made.identifier, "records": [r.record.code for r in made.records]}
    told = Said("{count} records → {output}", count=len(made.records), output=output)
    answer(data, lambda c: tell(c, told), as_json=as_json)


@handover_command.command("check")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def handover_check(session: Session, folder: Path, as_json: bool) -> None:
    """Read a package back and check everything in it."""
    from dms.desk.care.handing_over import check_package

    with session.world() as world:
        made = check_package(world, folder)
    data = {"identifier": made.identifier, "organisation": made.organisation, "created_at": made.created_at,
            "records": [r.record.code for r in made.records]}  # fmt: skip
    told = Said(
        "{identifier}: {count} records, all as they were packed.", identifier=made.identifier, count=len(made.records)
    )
    answer(data, lambda c: tell(c, told), as_json=as_json)
