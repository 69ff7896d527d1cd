"""Master data and old catalogues from sheets: a dry run first, every wrong row named, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.ledger import dealing
from dms.desk.ledger.dealing import RowProblem
from dms.domain.numbers import fold, is_paper, parse_paper
from dms.domain.policy import Action
from dms.domain.record import Carrier, Record, RecordState
from dms.errors import Usage
from dms.flow.work import record_json
from dms.ports.catalogue import Customer, Transaction
from dms.ports.world import World
from dms.said import Said

IMPORT_PEOPLE = ActKind("import-people", Action.KEEP_PEOPLE)
IMPORT = ActKind("import", Action.KEEP_VOLUMES)
IMPORT_CATALOGUE = ActKind("import-catalogue", Action.KEEP_VOLUMES)


KINDS = ("people", "customers", "dealings", "catalogue")
_HEADS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "people": {"code": ("code", "代码"), "name": ("name", "姓名"), "roles": ("roles", "角色"),
               "login": ("login", "登录名"), "department": ("department", "部门")},
    "customers": {"name": ("name", "客户", "客户名称"), "manager": ("manager", "客户经理"),
                  "aliases": ("aliases", "别名")},
    "catalogue": {"paper_number": ("paper_number", "档号"), "title": ("title", "题名"),
                  "class": ("class", "类别", "大类"),
                  "customer": ("customer", "客户"), "manager": ("manager", "客户经理"), "date": ("date", "日期"),
                  "pages": ("pages", "页数"), "place": ("place", "存址"), "year": ("year", "年度")},
}  # fmt: skip


_ACTIONS = {"people": Action.KEEP_PEOPLE, "customers": Action.KEEP_CUSTOMERS, "dealings": Action.KEEP_CUSTOMERS,
            "catalogue": Action.KEEP_VOLUMES}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import took, or would take: rows, and what is wrong with others (then nothing was taken)."""

    rows: int
    problems: tuple[RowProblem, ...]


def import_sheet(world: World, kind: str, path: Path, *, dry: bool) -> Imported:
    """Import a CSV or XLSX file.

    Args:
        world: the archive.
        kind: one of :data:`KINDS`.
        path: the file; its first row names the columns, in Chinese or English.
        dry: only look.

    Raises:
        Usage: there is no such kind, or the file is no table.
        NotFound: there is no such file.
        NotPermitted: not for the asker.
    """
    if kind not in KINDS:
        raise Usage(Said("“{kind}” cannot be imported.", kind=kind), Said("Kinds: {kinds}", kinds=tuple(KINDS)))
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, _ACTIONS[kind])
    rows = world.spreadsheet().read(path)
    if kind == "dealings":
        count, wrong = dealing.import_dealings(world, rows, path.name, dry=dry)
        return Imported(count, tuple(wrong))
    heads = _HEADS[kind]
    if rows and not any(h in rows[0] for h in next(iter(heads.values())) + heads.get("title", ())):
        needed = ", ".join(" / ".join(names) for names in heads.values())
        raise Usage(
            Said("{path} has none of the columns a sheet of {kind} has.", path=path.name, kind=kind),
            Said("Columns: {needed}", needed=needed),
        )
    told = [{key: next((row[h] for h in names if row.get(h)), "") for key, names in heads.items()} for row in rows]
    takers = {"people": _people, "customers": _customers, "catalogue": _catalogue}
    return takers[kind](world, told, path.name, dry=dry)


def _people(world: World, rows: Sequence[Mapping[str, str]], source: str, *, dry: bool) -> Imported:
    from dms.desk.accounts.people import Entry, enter_person, fault_of, told_of

    taken: list[Entry] = []
    wrong: list[RowProblem] = []
    for number, row in enumerate(rows, 1):
        # A column that is not there, or an empty cell, leaves what is known.
        entry = Entry(
            row["code"].strip().upper(), row["name"].strip(), _parts(row["roles"]) or None,
            row["login"].strip() or None, row["department"].strip() or None,
        )  # fmt: skip
        fault = fault_of(entry)
        if fault:
            wrong.append(RowProblem(number, fault.message))
        else:
            taken.append(entry)
    if wrong or dry:
        return Imported(len(taken), tuple(wrong))
    with gate.acting(world, IMPORT_PEOPLE, target=source) as act:
        entered = [enter_person(act, entry)[1] for entry in taken]
        act.notes["people"] = {p.code: told_of(p) for p in entered}
    return Imported(len(taken), ())


def _customers(world: World, rows: Sequence[Mapping[str, str]], source: str, *, dry: bool) -> Imported:
    from dms.desk.accounts.customers import add_customers

    with world.catalogue.look() as tx:
        people = {p.code for p in tx.people()} | {p.name for p in tx.people()}
        codes = {p.name: p.code for p in tx.people()}
        owners = {c.name: c.manager for c in tx.customers()}
    taken: list[Customer] = []
    wrong: list[RowProblem] = []
    for number, row in enumerate(rows, 1):
        name, manager = row["name"].strip(), row["manager"].strip()
        manager = codes.get(manager, manager.upper())
        if not name:
            wrong.append(RowProblem(number, "no name"))
        elif manager and manager not in people:
            wrong.append(RowProblem(number, f"there is no account manager “{row['manager']}”"))
        elif owners.get(name) and manager not in ("", owners[name]):
            wrong.append(RowProblem(number, f"{name} belongs to {owners[name]}: hand him over first"))
        else:
            taken.append(Customer(name, manager, _parts(row["aliases"])))
    if wrong or dry:
        return Imported(len(taken), tuple(wrong))
    return Imported(add_customers(world, taken), ())


def _parts(text: str) -> tuple[str, ...]:
    """Cut a cell at its semicolons, Western or Chinese."""
    return tuple(part.strip() for part in text.replace("；", ";").split(";") if part.strip())


def _catalogue(world: World, rows: Sequence[Mapping[str, str]], source: str, *, dry: bool) -> Imported:
    """Take an old paper catalogue: each line a filed record whose paper is there and whose file is still to come."""
    with world.catalogue.look() as tx:
        wrong = [p for n, row in enumerate(rows, 1) if (p := _line_problem(world, tx, n, row))]
    numbers = [fold(r["paper_number"]) for r in rows if r["paper_number"]]
    twice = {n for n in numbers if numbers.count(n) > 1} if len(numbers) != len(set(numbers)) else set()
    wrong += [
        RowProblem(n, f"{row['paper_number']} stands here twice")
        for n, row in enumerate(rows, 1)
        if row["paper_number"] and fold(row["paper_number"]) in twice
    ]
    if wrong or dry:
        return Imported(len(rows) - len({p.row for p in wrong}), tuple(sorted(wrong, key=lambda p: p.row)))
    with gate.acting(world, IMPORT_CATALOGUE, target=source) as act:
        given = [r for r in rows if r["paper_number"]] + [r for r in rows if not r["paper_number"]]
        made = [_old_record(world, act, row, source) for row in given]
        act.notes |= {
            "records": len(made),
            "first": made[0].code if made else "",
            "last": made[-1].code if made else "",
        }
        for record in made:
            told = Said("Imported from {source}", source=source)
            act.write(record.code, {"record.json": record_json(record)}, told, new=True)
    return Imported(len(made), ())


def _line_problem(world: World, tx: Transaction, number: int, row: Mapping[str, str]) -> RowProblem | None:
    if not row["title"].strip():
        return RowProblem(number, "no title")
    if row["date"]:
        try:
            date.fromisoformat(row["date"])
        except ValueError:
            return RowProblem(number, f"“{row['date']}” is no date, such as 2016-03-05")
    if row["pages"] and not row["pages"].isdigit():
        return RowProblem(number, f"“{row['pages']}” is no number of pages")
    if row["paper_number"]:
        if not is_paper(row["paper_number"]):
            return RowProblem(number, f"“{row['paper_number']}” is no paper number of this archive")
        paper = parse_paper(row["paper_number"])
        if paper.volume.class_code not in world.scheme.classes:
            return RowProblem(number, f"there is no class {paper.volume.class_code}")
        if tx.record_by_number(str(paper)) or str(paper) in tx.voided():
            return RowProblem(number, f"{paper} is taken")
        return None
    if row["class"] not in world.scheme.classes:
        return RowProblem(number, f"there is no class “{row['class']}”")
    if row["manager"].upper() not in {p.code for p in tx.people()}:
        return RowProblem(number, f"there is no account manager “{row['manager']}”")
    if not (row["date"] or row["year"].isdigit()):
        return RowProblem(number, "neither date nor year")
    return None


def _old_record(world: World, act: gate.Passage, row: Mapping[str, str], source: str) -> Record:
    tx, now = act.tx, act.now
    day = date.fromisoformat(row["date"]) if row["date"] else None
    if row["paper_number"]:
        number = parse_paper(row["paper_number"])
        tx.restore_paper(number, now)
    else:
        year = day.year if day else int(row["year"])
        series = world.scheme.volume(row["class"], year, row["manager"].upper())
        number = tx.next_paper(tx.open_volume(series, now))
    volume = number.volume
    kind = world.scheme.record_class(volume.class_code)
    code = str(tx.next_code(world.scheme.fonds, world.clock.now().year))
    place = "/".join(p.strip() for p in row["place"].split("/") if p.strip())
    record = Record(
        code, title=row["title"].strip(), class_code=kind.code, customer=row["customer"].strip(),
        manager=volume.manager, date=day, year=volume.year, retention=volume.retention, secrecy=kind.secrecy,
        track=kind.track, state=RecordState.FILED, paper_number=str(number), volume=str(volume),
        paper=Carrier(present=True, address=place, pages=int(row["pages"] or 0)), received_at=now,
        received_by=act.me.code, electronic=Carrier(address=world.vault.address(code)),
    )  # fmt: skip
    tx.add_record(record)
    tx.enqueue("index", code)
    act.log_also(IMPORT, code, source=source, paper_number=str(number))
    return record


ACTS = (IMPORT_PEOPLE, IMPORT_CATALOGUE, IMPORT)
