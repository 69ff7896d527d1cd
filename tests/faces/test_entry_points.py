"""Every command x role: what the policy refuses is refused at every entry point, and nothing changed by it.

A new command or subcommand without a line here fails the test.
"""

from __future__ import annotations

import importlib

import click
import pytest
from office_kit import CUSTOMER, filed, note

from dms.domain.policy import Action, Relation, can
from dms.faces.cli.main import COMMANDS

# user -> role, and how he stands to ZHS's record
USERS = {
    "zhs": ("account_manager", Relation.OWN), "lmy": ("account_manager", Relation.OTHER),
    "dm1": ("department_manager", Relation.DEPARTMENT), "dm2": ("department_manager", Relation.OTHER),
    "sm": ("sales_manager", Relation.OTHER), "gm": ("general_manager", Relation.OTHER),
    "ar": ("archivist", Relation.OTHER), "co": ("contributor", Relation.OTHER),
    "ad": ("administrator", Relation.OTHER), "au": ("auditor", Relation.OTHER),
}  # fmt: skip
# Anybody the archive knows may call these: they show what is inside his scope, or nothing of records at all.
OPEN = {
    "search": ["折让"], "attention": [], "reprint": [], "volume list": [], "lessons list": [], "forms list": [], "people list": [], "customers list": [],
    "access list": [], "change --list": ["change", "--list"], "delete --list": ["delete", "--list"], "doctor": [],
    "audit root": [], "print --list": ["print", "--list"],
}  # fmt: skip
# These make an archive, run on the machine's behalf, or look at a stranger's folder: no record is told or touched.
# What serve and mcp let people read has tests of its own (test_routes, test_mcp).
OUTSIDE = {"init", "demo", "watch", "worker", "handover check", "recover", "serve", "service print", "mcp"}


def commands(tmp_path, office):
    """Name -> (arguments, action, whether it acts on ZHS's record)."""
    fresh, old = note(office), filed(office, name="old.txt", text="已归档的折让文件内容。")
    code, number = old
    volume = number.rpartition("-")[0]
    out = str(tmp_path / "out.pdf")
    sheet = tmp_path / "rows.csv"
    sheet.write_text("x,y\n1,2\n", encoding="utf-8")
    loose = tmp_path / "loose.txt"
    loose.write_text("另一份材料的文字内容", encoding="utf-8")
    access = office.dms("access", "request", code, "--purpose", "p", user="dm2")["id"]
    change = office.dms("change", code, "--title", "新题", "--reason", "r")["id"]
    removal = office.dms("delete", code, "--reason", "r")["id"]
    hold = office.dms("hold", fresh, "--reason", "r", user="gm")["id"]
    office.dms("describe", fresh, "--title", "新的题名", user="gm")
    lesson = office.dms("lessons", "list", user="gm")["lessons"][0]["id"]
    on, off = True, False
    return {
        "ingest": (["ingest", loose], Action.CONTRIBUTE, off),
        "retry": (["retry", "no-such-item"], Action.CONTRIBUTE, off),
        "discard": (["discard", "no-such-item", "--reason", "r"], Action.VOID, off),
        "show": (["show", code], Action.LOOK, on),
        "forms add": (["forms", "add", loose], Action.CARE, off),
        "forms forget": (["forms", "forget", "none"], Action.CARE, off),
        "lessons forget": (["lessons", "forget", lesson], Action.KEEP_CUSTOMERS, off),
        "lessons alias": (["lessons", "alias", lesson], Action.KEEP_CUSTOMERS, off),
        "show --similar": (["show", code, "--similar"], Action.LOOK, on),
        "attention --settle": (["attention", "--settle", fresh], None, on),
        "describe": (["describe", fresh, "--title", "x"], Action.DESCRIBE, on),
        "pair": (["pair", fresh, code], Action.PAIR, on),
        "rescan": (["rescan", fresh, "--different"], Action.PAIR, on),
        "pages": (["pages", fresh], Action.LOOK, on),
        "pages --turn": (["pages", fresh, "--turn", "1:180", "--reason", "r"], Action.DESCRIBE, on),
        "join": (["join", fresh, "--to", code, "--reason", "r"], Action.PAIR, on),
        "split": (["split", fresh, "--at", "2", "--reason", "r"], Action.DESCRIBE, on),
        "declare": (["declare", fresh], Action.DECLARE, on),
        "approve": (["approve", fresh], Action.APPROVE, on),
        "approve --ink": (["approve", fresh, "--ink", "customer", "--note", "p1"], Action.CONFIRM, on),
        "reject": (["reject", fresh, "--reason", "r"], Action.REJECT, on),
        "file": (["file", fresh], Action.FILE, on),
        "file --by-hand": (["file", fresh, "--by-hand", "--reason", "r"], Action.FILE_BY_HAND, on),
        "change": (["change", code, "--secrecy", "秘密", "--reason", "r"], Action.ASK_CHANGE, on),
        "change --approve": (["change", "--approve", change], Action.DECIDE_CHANGE, on),
        "change --refuse": (["change", "--refuse", change, "--reason", "r"], Action.DECIDE_CHANGE, on),
        "promote": (["promote", code, "--class", "05", "--reason", "r"], Action.PROMOTE, on),
        "delete": (["delete", fresh, "--reason", "r"], Action.ASK_DELETION, on),
        "delete --approve": (["delete", "--approve", removal], Action.DECIDE_DELETION, on),
        "delete --refuse": (["delete", "--refuse", removal, "--reason", "r"], Action.DECIDE_DELETION, on),
        "restore": (["restore", code, "--reason", "r"], Action.RESTORE, on),
        "purge": (["purge"], Action.PURGE, off),
        "hold": (["hold", code, "--reason", "r"], Action.HOLD, on),
        "hold --lift": (["hold", "--lift", hold, "--reason", "r"], Action.HOLD, off),
        "hold --list": (["hold", "--list"], Action.PURGE, off),
        "access request": (["access", "request", code, "--purpose", "p"], Action.ASK_ACCESS, off),
        "access grant": (["access", "grant", access], Action.DECIDE_ACCESS, off),
        "access deny": (["access", "deny", access, "--reason", "r"], Action.DECIDE_ACCESS, off),
        "access end": (["access", "end", access, "--reason", "r"], Action.DECIDE_ACCESS, off),
        "cover": (["cover", "-o", out], Action.RESERVE, off),
        "cover CODE": (["cover", code, "-o", out], Action.PRINT, on),
        "label": (["label", code, "-o", out], Action.PRINT, on),
        "print": (["print", "copy", code, "-o", out], Action.PRINT, on),
        "print volume": (["print", "volume-list", volume, "-o", out], Action.PRINT, on),
        "print loans": (["print", "loan-register", "-o", out], Action.LEND, off),
        "print destructions": (["print", "destruction-register", "-o", out], Action.APPRAISE, off),
        "reserve": (["reserve", "--class", "04", "--manager", "ZHS", "-o", out], Action.RESERVE, off),
        "void": (["void", fresh, "--reason", "r"], Action.VOID, on),
        "volume show": (["volume", "show", volume], Action.LOOK, on),
        "volume check": (["volume", "check", volume], Action.KEEP_VOLUMES, off),
        "volume close": (["volume", "close", volume], Action.KEEP_VOLUMES, off),
        "volume bind": (["volume", "bind", volume, "--accept", "r"], Action.KEEP_VOLUMES, off),
        "locate": (["locate", volume, "室/柜"], Action.KEEP_VOLUMES, off),
        "locate history": (["locate", volume], Action.LOOK, on),
        "loan out": (["loan", "out", volume, "--to", "ZHS", "--purpose", "p", "--due", "2099-01-01"],
                     Action.LEND, off),
        "loan ask": (["loan", "ask", volume, "--to", "LMY", "--purpose", "p", "--due", "2099-01-01"], Action.ASK_LOAN,
                     off),
        "loan agree": (["loan", "agree", 1], Action.DECIDE_LOAN, off),
        "loan refuse": (["loan", "refuse", 1, "--reason", "r"], Action.DECIDE_LOAN, off),
        "loan back": (["loan", "back", volume], Action.LEND, off),
        "loan list": (["loan", "list"], Action.LEND, off),
        "stocktake": (["stocktake", "室", str(loose)], Action.KEEP_VOLUMES, off),
        "report": (["report", "month"], Action.REPORT, None),
        "report dossier": (["report", "dossier", CUSTOMER], Action.REPORT, on),
        "report year-end": (["report", "year-end", "2020"], Action.REPORT, None),
        "report overdue": (["report", "overdue"], Action.REPORT, None),
        "report four-properties": (["report", "four-properties", code], Action.REPORT, on),
        "grade propose": (["grade", "propose", "2026-Q1"], Action.GRADE, off),
        "grade decide": (["grade", "decide", CUSTOMER, "2026-Q1", "A", "--reason", "r"], Action.DECIDE_GRADE, off),
        "grade focus": (["grade", "focus", CUSTOMER, "2026-11", "--reason", "r"], Action.DECIDE_GRADE, off),
        "grade list": (["grade", "list"], Action.REPORT, None),
        "appraise list": (["appraise", "list"], Action.APPRAISE, off),
        "appraise propose": (["appraise", "propose", code, "--reason", "r"], Action.APPRAISE, off),
        "appraise decide": (["appraise", "decide", 1, "--approve"], Action.DECIDE_DESTRUCTION, off),
        "appraise witness": (["appraise", "witness", 1], Action.WITNESS, off),
        "appraise destroy": (["appraise", "destroy", 1], Action.APPRAISE, off),
        "import people": (["import", "people", sheet], Action.KEEP_PEOPLE, off),
        "import customers": (["import", "customers", sheet], Action.KEEP_CUSTOMERS, off),
        "import dealings": (["import", "dealings", sheet], Action.KEEP_CUSTOMERS, off),
        "import catalogue": (["import", "catalogue", sheet], Action.KEEP_VOLUMES, off),
        "handover write": (["handover", "write", volume, "-o", tmp_path / "bag"], Action.HAND_OVER, off),
        "people add": (["people", "add", "NEW", "新人"], Action.KEEP_PEOPLE, off),
        "people password": (["people", "password", "co"], Action.KEEP_PEOPLE, off),
        "people deputy": (["people", "deputy", "SM", "CO", "--since", "2026-01-01", "--until", "2026-01-02", "--reason",
                           "r"], Action.KEEP_PEOPLE, off),
        "customers add": (["customers", "add", "新客户"], Action.KEEP_CUSTOMERS, off),
        "customers credit": (["customers", "credit", CUSTOMER, "--limit", "5", "--reason", "r"], Action.SET_CREDIT, off),
        "customers import": (["customers", "import", sheet], Action.KEEP_CUSTOMERS, off),
        "customers reassign": (["customers", "reassign", CUSTOMER, "--to", "LMY", "--reason", "r"], Action.REASSIGN, off),
        "audit list": (["audit", "list"], Action.READ_LOG, off),
        "audit proof": (["audit", "proof", 1], Action.READ_LOG, off),
        "audit verify": (["audit", "verify"], None, off),
        "verify": (["verify"], Action.CARE, off),
        "reindex": (["reindex"], Action.CARE, off),
        "rebuild": (["rebuild"], Action.CARE, off),
        "key renew": (["key", "renew", "--reason", "r"], Action.CARE, off),
        "backup": (["backup", tmp_path / "backup"], Action.CARE, off),
        "migrate": (["migrate", "--to", f"file://{tmp_path}/elsewhere", "--dry-run"], Action.CARE, off),
    }  # fmt: skip


# Acts two permissions open.
EITHER = {"audit verify": (Action.READ_LOG, Action.CARE), "attention --settle": (Action.DESCRIBE,)}


def expected(name, action, on_record, role, relation):
    """Whether the policy lets this user pass."""
    actions = EITHER.get(name, (action,))
    if on_record is None:
        return any(can([role], a, r) for a in actions for r in Relation)
    # Who may not look at a record does not get as far as the act.
    seen = not on_record or can([role], Action.LOOK, relation)
    if name in ("report dossier",):
        return can([role], Action.LOOK, relation) and any(can([role], action, r) for r in Relation)
    if (name, role) in (("people deputy", "sales_manager"), ("people password", "contributor")):
        return True
    return seen and any(can([role], a, relation if on_record else Relation.OTHER) for a in actions)


def leaves():
    """Every command and subcommand of the program."""
    for name, module in COMMANDS.items():
        command = getattr(importlib.import_module(f"dms.faces.cli.{module}"), f"{name}_command")
        if isinstance(command, click.Group):
            yield from (f"{name} {sub}" for sub in command.commands)
        else:
            yield name


def test_no_command_is_left_out(office, tmp_path):
    known = {*commands(tmp_path, office), *OPEN, *OUTSIDE}
    covered = {" ".join(name.split()[:2]) for name in known} | {name.split()[0] for name in known}
    assert [leaf for leaf in leaves() if leaf not in covered and leaf.split()[0] not in known] == []


@pytest.mark.slow
@pytest.mark.parametrize("user", USERS)
def test_what_is_refused_is_refused_everywhere(office, tmp_path, monkeypatch, user):
    role, relation = USERS[user]
    # What is typed or piped, over and over.
    monkeypatch.setattr("sys.stdin", Typed())
    table = commands(tmp_path, office)
    before = state_of(office)
    allowed = []
    for name, (arguments, action, on_record) in table.items():
        if expected(name, action, on_record, role, relation):
            allowed.append(name)
            continue
        told = office.dms(*arguments, user=user)
        assert office.exit in (4, 5), (name, told)
        assert set(told) == {"error"} and told["error"]["hint"], name
    assert state_of(office) == before
    for name, arguments in OPEN.items():
        told = office.dms(
            *(arguments if arguments and arguments[0] in COMMANDS else [*name.split(), *arguments]), user=user
        )
        assert office.exit in (0, 6), (name, told)
        text = str(told)
        if not can([role], Action.LOOK, relation):
            # With its blank: the title of a record, not the heading of a form that everybody knows.
            assert "折让审批 " not in text and CUSTOMER not in text, name
    # What the policy allows may fail for another reason (it is done already, nothing is there), but not for want of leave.
    for name in allowed:
        told = office.dms(*table[name][0], user=user)
        if office.exit == 5:
            assert any(word in told["error"]["message"] for word in ("waits at the gate", "legal hold", "own", "deliver", "over records")), (
                name, told,
            )  # fmt: skip


class Typed:
    """A standard input that always says the same."""

    def isatty(self):
        return False

    def readline(self):
        return "a long enough password\n"

    def read(self):
        return ""


def state_of(office):
    """What refused acts must not change: everything in the catalogue but looks."""
    import sqlite3

    with sqlite3.connect(office.home / "archive" / "catalogue.sqlite") as db:
        tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = {
            t: db.execute(f"SELECT * FROM {t}").fetchall()  # noqa: S608 names from the database itself
            for t in tables
            if t not in ("facts", "acts", "jobs", "counters")
        }
        kept["acts"] = db.execute("SELECT count(*) FROM acts WHERE act NOT IN ('look', 'search')").fetchone()
    return kept
