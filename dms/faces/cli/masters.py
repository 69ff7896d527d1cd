"""``dms people``, ``dms customers``, ``dms lessons`` and ``dms forms``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dms.faces.cli.output import Session, answer, json_option, shown, table, tell
from dms.said import Said, Word, heads


@click.group("people")
def people_command() -> None:
    """Add and list the people of the archive."""


@people_command.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--role", "roles", multiple=True, help="account_manager (default), archivist, sales_manager …")
@click.option("--department", default=None, help="His department; its manager is his supervisor.")
@click.option("--login", default=None, help="His login on this machine, or what he gives as --as.")
@json_option
@click.pass_obj
def people_add(
    session: Session,
    code: str,
    name: str,
    roles: tuple[str, ...],
    department: str | None,
    login: str | None,
    as_json: bool,
) -> None:
    """Add or change a person: dms people add ZHS 张华生. What is not given stays as it is."""
    from dms.desk.accounts.people import Entry, save_person

    with session.world() as world:
        person = save_person(world, Entry(code.upper(), name, roles or None, login, department))
    data = {"code": person.code, "name": person.name, "roles": list(person.roles), "login": person.login}
    answer(data, lambda c: tell(c, f"{person.code} {person.name}"), as_json=as_json)


@people_command.command("list")
@json_option
@click.pass_obj
def people_list(session: Session, as_json: bool) -> None:
    """List the people of the archive."""
    from dms.desk.accounts.people import people

    with session.world() as world:
        found = people(world)
    data = {"people": [asdict(p) for p in found]}
    rows = [
        (p.code, p.name, Said("{roles}", roles=[Word("person", r) for r in p.roles]), p.department, p.login)
        for p in found
    ]
    headings = heads("code", "name", "roles", "department", "login")
    answer(data, lambda c: table(c, headings, rows, empty=Said("Nobody yet.")), as_json=as_json)


@people_command.command("password")
@click.argument("login")
@click.option("--once/--lasting", "once", default=None, help="Good for the first sign-in only, or until he changes it.")
@json_option
@click.pass_obj
def people_password(session: Session, login: str, once: bool | None, as_json: bool) -> None:
    """Set somebody's password for the web pages; it is asked for, or read from standard input where that is a pipe.

    Typed here, another person's is good for one sign-in, at which he chooses his own; a script that sets up an office
    gives lasting ones.
    """
    import sys

    from dms.desk.accounts.signing_in import Doorkeeper

    once = sys.stdin.isatty() if once is None else once
    if sys.stdin.isatty():
        password = click.prompt(
            shown(Said("Password")), hide_input=True, confirmation_prompt=shown(Said("Once more")), err=True
        )
    else:
        password = sys.stdin.readline().rstrip("\n")
    with session.world() as world:
        Doorkeeper(world.passwords()).set_password(world, login, password, lasting=not once)
    told = Said("The password of {login} is set; where he was signed in, he is signed out.", login=login)
    answer({"login": login}, lambda c: tell(c, told), as_json=as_json)


@people_command.command("deputy")
@click.argument("person")
@click.argument("deputy")
@click.option("--since", required=True, help="First day, such as 2026-12-01.")
@click.option("--until", required=True, help="Last day.")
@click.option("--reason", default="", help="Why.")
@json_option
@click.pass_obj
def people_deputy(
    session: Session, person: str, deputy: str, since: str, until: str, reason: str, as_json: bool
) -> None:
    """Let DEPUTY stand in for PERSON between two days; both stay known in the log."""
    from dms.desk.accounts.people import appoint
    from dms.ports.registers import Deputy

    made = Deputy(person.upper(), deputy.upper(), since, until)
    with session.world() as world:
        appoint(world, made, reason=reason)
    told = Said(
        "{deputy} stands in for {person} from {since} to {until}.",
        deputy=made.deputy,
        person=made.person,
        since=since,
        until=until,
    )
    answer(asdict(made), lambda c: tell(c, told), as_json=as_json)


@click.group("customers")
def customers_command() -> None:
    """Add, import and list customers."""


@customers_command.command("add")
@click.argument("name")
@click.option("--manager", default="", help="Account manager's code.")
@click.option("--alias", "aliases", multiple=True, help="Another name he appears under; may be repeated.")
@json_option
@click.pass_obj
def customers_add(session: Session, name: str, manager: str, aliases: tuple[str, ...], as_json: bool) -> None:
    """Add or change a customer."""
    from dms.desk.accounts.customers import add_customers
    from dms.ports.catalogue import Customer

    with session.world() as world:
        add_customers(world, [Customer(name.strip(), manager.upper(), aliases)])
    answer({"added": 1}, lambda c: tell(c, Said("{name} is added.", name=name)), as_json=as_json)


@customers_command.command("reassign")
@click.argument("customers", nargs=-1, required=True)
@click.option("--to", "manager", required=True, help="Code of the new account manager.")
@click.option("--reason", default="", help="Why.")
@json_option
@click.pass_obj
def customers_reassign(session: Session, customers: tuple[str, ...], manager: str, reason: str, as_json: bool) -> None:
    """Hand customers (or all of a manager's, by his code) over: access follows, records keep who filed them."""
    from dms.desk.accounts.customers import reassign

    with session.world() as world:
        count = reassign(world, customers, manager.upper(), reason=reason)
    told = Said("{count} customers belong to {manager} now.", count=count, manager=manager.upper())
    answer({"reassigned": count}, lambda c: tell(c, told), as_json=as_json)


@customers_command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what is wrong; take nothing.")
@json_option
@click.pass_context
def customers_import(ctx: click.Context, file: Path, dry_run: bool, as_json: bool) -> int:
    """Import customers from CSV or XLSX: name, manager, aliases (joined by ;). The same as dms import customers."""
    from dms.faces.cli.reports import import_command

    return int(ctx.invoke(import_command, kind="customers", file=file, dry_run=dry_run, as_json=as_json))


@customers_command.command("list")
@json_option
@click.pass_obj
def customers_list(session: Session, as_json: bool) -> None:
    """List customers within what you may see."""
    from dms.desk.accounts.customers import seen_customers

    with session.world() as world:
        customers = seen_customers(world)
    data = {"customers": [{"name": c.name, "manager": c.manager, "aliases": list(c.aliases)} for c in customers]}
    rows = [(c.name, c.manager, ", ".join(c.aliases)) for c in customers]
    answer(
        data,
        lambda c: table(c, heads("customer", "manager", "aliases"), rows, empty=Said("No customers.")),
        as_json=as_json,
    )


@click.group("lessons")
def lessons_command() -> None:
    """List and take back what was learned from people's corrections."""


@lessons_command.command("list")
@json_option
@click.pass_obj
def lessons_list(session: Session, as_json: bool) -> None:
    """List what was learned, within what you may see."""
    from dms.desk.records.lessons import lessons

    with session.world() as world:
        found = lessons(world)
    rows = [(x.id, Word("field", x.about), x.shown, x.meant, x.code, x.by, x.at[:10]) for x in found]
    headings = heads("lesson", "about", "read", "settled as", "record", "who", "when")
    data = {"lessons": [asdict(x) for x in found]}
    answer(data, lambda c: table(c, headings, rows, empty=Said("Nothing was learned yet.")), as_json=as_json)


@lessons_command.command("forget")
@click.argument("lesson", type=int)
@click.option("--reason", default="", help="Why.")
@json_option
@click.pass_obj
def lessons_forget(session: Session, lesson: int, reason: str, as_json: bool) -> None:
    """Take a lesson back: your own, or anybody's where you keep the archive's customers."""
    from dms.desk.records.lessons import forget

    with session.world() as world:
        gone = forget(world, lesson, reason=reason)
    answer(
        {"forgotten": asdict(gone)},
        lambda c: tell(c, Said("Lesson {lesson} is forgotten.", lesson=lesson)),
        as_json=as_json,
    )


@lessons_command.command("alias")
@click.argument("lesson", type=int)
@json_option
@click.pass_obj
def lessons_alias(session: Session, lesson: int, as_json: bool) -> None:
    """Make the name of a lesson an alias of its customer: three papers settled so, none otherwise."""
    from dms.desk.records.lessons import remember

    with session.world() as world:
        name = remember(world, lesson)
    answer(
        {"customer": name},
        lambda c: tell(c, Said("It is {customer} from now on, unasked.", customer=name)),
        as_json=as_json,
    )


@click.group("forms")
def forms_command() -> None:
    """List forms, keep a profile file of your own, and take a taught one back."""


@forms_command.command("list")
@json_option
@click.pass_obj
def forms_list(session: Session, as_json: bool) -> None:
    """List the forms that are recognised."""
    from dms.desk.intake.teaching import forms

    with session.world() as world:
        found = forms(world)
    rows = [(form.key, form.name, form.class_code, Said("taught") if own else "") for form, own in found]
    data = {"forms": [{**asdict(form), "signatures": dict(form.signatures), "taught": own} for form, own in found]}
    answer(data, lambda c: table(c, heads("form", "name", "class", ""), rows), as_json=as_json)


@forms_command.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what is wrong; keep nothing.")
@json_option
@click.pass_obj
def forms_add(session: Session, file: Path, dry_run: bool, as_json: bool) -> None:
    """Keep a form profile: papers are recognised by it from the next one on."""
    from dms.desk.intake.teaching import check, teach
    from dms.errors import NotFound
    from dms.shipped import profile_file

    if not file.is_file():
        raise NotFound(Said("There is no file {file}.", file=file), Said("Name a form profile, TOML."))
    text = profile_file(file)
    with session.world() as world:
        form = check(world, text) if dry_run else teach(world, text)
    said = (
        Said("The form “{name}” is in order.", name=form.name)
        if dry_run
        else Said("The form “{name}” is recognised from the next paper on.", name=form.name)
    )
    answer({"key": form.key, "kept": not dry_run}, lambda c: tell(c, said), as_json=as_json)


@forms_command.command("forget")
@click.argument("key")
@click.option("--reason", default="", help="Why.")
@json_option
@click.pass_obj
def forms_forget(session: Session, key: str, reason: str, as_json: bool) -> None:
    """Take a taught form back; what it read stays with its records."""
    from dms.desk.intake.teaching import forget

    with session.world() as world:
        forget(world, key, reason=reason)
    answer({"forgotten": key}, lambda c: tell(c, Said("The form {key} is taken back.", key=key)), as_json=as_json)
