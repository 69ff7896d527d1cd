"""``dms demo``: a small office's week, from the inbox to the shelf, with everything real but the people.

Cover sheets are printed, forms are filled in, signed, scanned (with and without covers), electronic drafts, an e-mail
and a report are dropped; the watcher takes them in; what is uncertain is settled, a pair is joined, records are filed,
searched and printed. What is where is told as plain data.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from dms import assembly
from dms.demo import people
from dms.demo.form import Form
from dms.demo.samples import write_samples
from dms.desk.accounts.customers import add_customers
from dms.desk.accounts.people import add_person
from dms.desk.accounts.signing_in import Doorkeeper
from dms.desk.intake.watching import Watcher
from dms.desk.records import finding
from dms.desk.records.describing import describe
from dms.desk.records.pairing import pair
from dms.desk.records.waiting import waiting
from dms.desk.shelf import printing, reserving
from dms.desk.signing import filing
from dms.desk.signing.approving import ROLES, missing
from dms.domain.item import Item
from dms.domain.record import Record
from dms.errors import Conflict, MissingProgram
from dms.ports.catalogue import Customer, Person
from dms.ports.world import World
from dms.settings import FILE_NAME

_DPI = 200
_DONE = "story.done"
_WHY = "demo: the three signatures were checked on the paper"
_DEPARTMENT = "一部"
ARCHIVIST = "demo"
PASSWORD = "demo archive only"  # noqa: S105 printed for whoever tries the demo
Say = Callable[[str], None]


def play(home: Path, *, seed: int, keep: bool, say: Say) -> dict[str, Any]:
    """Play the story in ``home``, or tell how it ended the last time.

    Args:
        home: folder of the demo archive.
        seed: same seed, same documents.
        keep: keep an archive that was played to its end; one stopped on the way, or False, begins anew.
        say: told what happens, for a person.
    """
    if keep and (home / "archive" / _DONE).exists():
        say("The demo archive is there already (dms demo --fresh makes it anew).")
        with assembly.open_world(home, user=ARCHIVIST) as world:
            return _summary(world)
    if home.exists():
        if not (home / FILE_NAME).exists() and any(home.iterdir()):
            raise Conflict(
                f"{home} holds something that is no demo archive.", "Move it away, or choose another --home."
            )
        shutil.rmtree(home)
    begun = time.monotonic()
    assembly.init(home, user=ARCHIVIST, name="演示档案员")
    flags = {"settle_seconds": 0.5, "patience_seconds": 1.0}
    with assembly.open_world(home, user=ARCHIVIST, flags=flags) as world:
        _staff(world)
        say(
            "1/5  Forms are filled in, signed, sealed and scanned; a stack behind cover sheets, drafts, mail, a report."
        )
        write_samples(home / "inbox", seed=seed, covers=lambda form: _cover(world, form), dpi=_DPI)
        say("2/5  The watcher takes in what lies in the inbox (OCR on every page; the first page loads the engine).")
        items = Watcher(world, assembly.workers(world.settings), on_end=lambda i: say(f"       {_line(i)}")).once()
        say("3/5  What was uncertain is settled; the draft and its signed scan become one record.")
        _settle(world, say)
        say("4/5  Records are filed: paper number, stamp, QR, remarks.")
        filed = _file(world)
        say("5/5  Labels for the paper are printed.")
        printing.print_sheet(world, "label", [r.code for r in filed[:12]], home / "sheets" / "labels.pdf")
        finding.catch_up(world)
        _accounts(world)
        (world.settings.archive / _DONE).touch()
        say(f"Done: {len(items)} files in {time.monotonic() - begun:.0f} s.")
        return _summary(world)


def _staff(world: World) -> None:
    for one in people.MANAGERS:
        add_person(world, Person(one.code, one.name, ("account_manager",), one.code.lower(), _DEPARTMENT))
    for one in people.SUPERVISORS:
        department = _DEPARTMENT if one.role == "department_manager" else ""
        add_person(world, Person(one.code, one.name, (one.role,), one.code.lower(), department))
    add_customers(
        world, [Customer(c.name, c.manager) for c in people.customers() if c.language == people.SIMPLIFIED][:8]
    )


def _accounts(world: World) -> None:
    """Let everybody of the demo sign in with one password that is no secret; without the web extra nobody does."""
    try:
        door = Doorkeeper(world.passwords())
    except MissingProgram:
        return
    with world.catalogue.look() as tx:
        logins = [p.login for p in tx.people() if p.login]
    for login in logins:
        door.set_password(world, login, PASSWORD)


def _cover(world: World, form: Form) -> Image.Image:
    """Reserve a code for a document that will be scanned, print its cover, and see it as the scanner does."""
    (record,) = reserving.reserve(world, class_code=form.class_code, customer=form.customer, pages=1)
    sheet = world.settings.home / "sheets" / f"cover-{record.code}.pdf"
    printing.print_sheet(world, "cover", [record.code], sheet)
    with pypdfium2.PdfDocument(sheet) as document:
        picture: Image.Image = document[0].render(scale=_DPI / 72).to_pil()
        return picture.convert("RGB")


def _line(item: Item) -> str:
    what = {"registered": "registered", "known": "known already as", "split": "split into its documents",
            "quarantined": "put aside:"}.get(item.state.value, item.state.value)  # fmt: skip
    return f"{item.name}: {what} {item.code or item.reason}".rstrip()


def _settle(world: World, say: Say) -> None:
    """Do what a clerk does with the list, except for what only the office can know."""
    for one in waiting(world):
        if one.kind == "describe":
            with world.catalogue.look() as tx:
                record = tx.record(one.target)
            if record is not None and not record.manager:
                describe(world, record.code, manager=people.MANAGERS[0].code)
        elif one.kind == "pair" and "other" in one.data:
            joined = pair(world, one.target, str(one.data["other"]))
            shown = "; ".join(f"{d.kind} {d.left or '—'} ≠ {d.right or '—'}" for d in joined.differences[:2])
            say(f"       {joined.record.code} has both carriers now; they differ: {shown or 'nowhere'}")
    finding.catch_up(world)


def _file(world: World) -> list[Record]:
    filed = []
    with world.catalogue.look() as tx:
        known = [r for r in tx.records() if r.state == "registered" and not r.uncertain and r.class_code and r.manager]
        # Signatures are checked on the paper; whose paper is not there, or which differs from its file, waits (R12).
        ready = [r for r in known if set(missing(world, tx, r)) <= {"declaration", *ROLES}]
    for record in ready:
        gated = world.scheme.record_class(record.class_code).gate
        filed.append(filing.file(world, record.code, by_hand=_WHY if gated else ""))
    return filed


def _summary(world: World) -> dict[str, Any]:
    searches = []
    for query in ("折让", "客户经理 订货", "date:2026-01..2026-12 class:04"):
        answer = finding.search(world, query, limit=3)
        searches.append(
            {
                "query": query,
                "total": answer.total,
                "hits": [{"code": h.code, "title": h.title, "snippet": h.snippet} for h in answer.hits],
            }
        )
    with world.catalogue.look() as tx:
        records = [r for r in tx.records() if r.state in ("registered", "filed")]
    home = world.settings.home
    return {
        "home": str(home),
        "user": ARCHIVIST,
        "password": PASSWORD,
        "records": [
            {"code": r.code, "paper_number": r.paper_number, "state": r.state.value, "title": r.title} for r in records
        ],
        "searches": searches,
        "attention": [{"question": a.question, "todo": a.todo, "target": a.target} for a in waiting(world)],
        "sheets": [str(p) for p in sorted((home / "sheets").glob("*.pdf"))],
    }
