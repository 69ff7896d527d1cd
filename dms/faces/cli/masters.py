"""``dms people`` and ``dms customers``."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path

import click

from dms.faces.cli.output import Session, answer, json_option, table


@click.group("people")
def people_command() -> None:
    """Add and list the people of the archive."""


@people_command.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--role", "roles", multiple=True, help="account_manager (default), archivist, sales_manager …")
@click.option("--department", default="", help="His department; its manager is his supervisor.")
@click.option("--login", default="", help="His login on this machine, or what he gives as --as.")
@json_option
@click.pass_obj
def people_add(
    session: Session, code: str, name: str, roles: tuple[str, ...], department: str, login: str, as_json: bool
) -> None:
    """Add or change a person: dms people add ZHS 张华生."""
    from dms.desk.masters import add_person
    from dms.ports.catalogue import Person

    person = Person(code.upper(), name, roles or ("account_manager",), login, department)
    with session.world() as world:
        add_person(world, person)
    data = {"code": person.code, "name": person.name, "roles": list(person.roles), "login": person.login}
    answer(data, lambda c: c.print(f"{person.code} {person.name}", markup=False), as_json=as_json)


@people_command.command("list")
@json_option
@click.pass_obj
def people_list(session: Session, as_json: bool) -> None:
    """List the people of the archive."""
    from dms.desk.masters import people

    with session.world() as world:
        found = people(world)
    data = {"people": [asdict(p) for p in found]}
    rows = [(p.code, p.name, ", ".join(p.roles), p.department, p.login) for p in found]
    headings = ("code", "name", "roles", "department", "login")
    answer(data, lambda c: table(c, headings, rows, empty="Nobody yet."), as_json=as_json)


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
    from dms.desk.masters import appoint
    from dms.ports.registers import Deputy

    made = Deputy(person.upper(), deputy.upper(), since, until)
    with session.world() as world:
        appoint(world, made, reason=reason)
    told = f"{made.deputy} stands in for {made.person} from {since} to {until}."
    answer(asdict(made), lambda c: c.print(told, markup=False), as_json=as_json)


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
    from dms.desk.masters import add_customers
    from dms.ports.catalogue import Customer

    with session.world() as world:
        add_customers(world, [Customer(name.strip(), manager.upper(), aliases)])
    answer({"added": 1}, lambda c: c.print(f"{name} is added.", markup=False), as_json=as_json)


@customers_command.command("reassign")
@click.argument("customers", nargs=-1, required=True)
@click.option("--to", "manager", required=True, help="Code of the new account manager.")
@click.option("--reason", default="", help="Why.")
@json_option
@click.pass_obj
def customers_reassign(session: Session, customers: tuple[str, ...], manager: str, reason: str, as_json: bool) -> None:
    """Hand customers (or all of a manager's, by his code) over: access follows, records keep who filed them."""
    from dms.desk.masters import reassign

    with session.world() as world:
        count = reassign(world, customers, manager.upper(), reason=reason)
    told = f"{count} customers belong to {manager.upper()} now."
    answer({"reassigned": count}, lambda c: c.print(told, markup=False), as_json=as_json)


@customers_command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@click.pass_obj
def customers_import(session: Session, file: Path, as_json: bool) -> None:
    """Import customers from a CSV file with the columns name, manager, aliases (joined by ;)."""
    from dms.desk.masters import add_customers
    from dms.errors import Usage
    from dms.ports.catalogue import Customer

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = file.read_text(encoding="gb18030", errors="replace")
    rows = list(csv.DictReader(text.splitlines()))
    if rows and not {"name", "客户"} & set(rows[0]):
        raise Usage(f"{file} has no column “name”.", "Columns: name, manager, aliases (or 客户, 客户经理, 别名).")
    customers = [
        Customer(
            (row.get("name") or row.get("客户") or "").strip(),
            (row.get("manager") or row.get("客户经理") or "").strip().upper(),
            tuple(a.strip() for a in (row.get("aliases") or row.get("别名") or "").split(";") if a.strip()),
        )
        for row in rows
    ]
    with session.world() as world:
        count = add_customers(world, customers)
    answer({"added": count}, lambda c: c.print(f"{count} customers are imported.", markup=False), as_json=as_json)


@customers_command.command("list")
@json_option
@click.pass_obj
def customers_list(session: Session, as_json: bool) -> None:
    """List customers within what you may see."""
    from dms.desk.masters import seen_customers

    with session.world() as world:
        customers = seen_customers(world)
    data = {"customers": [{"name": c.name, "manager": c.manager, "aliases": list(c.aliases)} for c in customers]}
    rows = [(c.name, c.manager, ", ".join(c.aliases)) for c in customers]
    answer(data, lambda c: table(c, ("customer", "manager", "aliases"), rows, empty="No customers."), as_json=as_json)
