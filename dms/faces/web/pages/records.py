"""One record: both carriers, its pages, what is signed and missing, versions, history, and what may be done."""

from __future__ import annotations

import shutil
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import FileResponse, Response

from dms.assembly import qr_symbol
from dms.desk.acts import gate
from dms.desk.acts.options import options
from dms.desk.consent.changing import CHANGEABLE, ask_change, compare
from dms.desk.records.describing import describe
from dms.desk.records.finding import catch_up
from dms.desk.records.lessons import preselected
from dms.desk.records.likening import similar, taken_from
from dms.desk.records.pairing import pair, twin
from dms.desk.records.showing import boxes, show
from dms.desk.records.viewing import evidence_picture, ink_picture, label_text, page_picture, thumbnail
from dms.desk.registry import perform
from dms.desk.shelf.placing import history
from dms.desk.shelf.sheets import names_of
from dms.domain import qr
from dms.domain.policy import Action
from dms.domain.record import Record
from dms.errors import NotFound
from dms.faces.web.tags import drawn, named_record
from dms.faces.web.upload import keep_upload
from dms.faces.web.view import FORM, back, render, world_of
from dms.flow.passing import passing_folder
from dms.said import Said

router = APIRouter(include_in_schema=False)
_SETTLES = {"class": "class_code", "date": "day"}
# Pages of a scan shown to who confirms a signature that the machine did not find.
_SCAN_SHOWN = 4
_PRIVATE = {"Cache-Control": "private, max-age=3600"}
# A list does not say which version of a page it shows.
_SOON_ANOTHER = {"Cache-Control": "private, max-age=60"}


@router.get("/r/{named}")
def record_page(
    request: Request, named: str, q: str = "", take: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show a record by code or paper number; with ``q``, its words are marked on the pages.

    With ``take``, another record lends the form its class and customer: filled in, not sent.
    """
    world = world_of(request)
    # Before what is drawn: what changes in between is a conflict later, never overlooked.
    seen = named_record(world, named)
    told = show(world, named, query=q)
    may = {o.action: o for o in options(world, named)}
    with world.catalogue.look() as tx:
        people = {p.code: p.name for p in tx.people()}
        mine = gate.reach(world, tx)[1]
        cares, borrows = (mine.may(action) is not None for action in (Action.CARE, Action.ASK_LOAN))
    twins = bool(told["paper"]["sha512"]) and len(told["versions"]) > 0
    lent = taken_from(world, take) if take else {}
    return render(
        request, "record.html", told=told, q=q, may=may, Action=Action, people=people, cares=cares,
        classes=world.scheme.classes, changeable=CHANGEABLE, sheets=names_of("record"),
        twins=twins, borrows=borrows, now=world.now(), scan_pages=_scan_pages(told, twins=twins),
        moves=history(world, named) if told["volume"] or told["paper_number"] else [], seen=seen, drawn=drawn(told),
        taken=bool(lent), filled={**preselected(told), **lent},
    )  # fmt: skip


def _scan_pages(told: dict[str, Any], *, twins: bool) -> list[int]:
    """Return the pages of a record's scan, the last ones first: there one signs."""
    if not told["paper"]["present"]:
        return []
    count = told["paper"]["pages"] if twins else len(told["pages"])
    return list(range(count, 0, -1))[:_SCAN_SHOWN]


@router.get("/DMS1:{rest}")
def scanned(request: Request, rest: str) -> Response:
    """Lead from the address in a printed QR code to its record, where the code is one of ours."""
    payload = qr.read(f"{qr.MARK}:{rest}", *world_of(request).keys)
    if payload is None:
        raise NotFound(
            Said("This QR code is none of this archive's."), Said("Search for the number printed beneath it.")
        )
    return back(f"/r/{payload.code}")


@router.get("/r/{named}/pages/{number}.jpg")
def page_jpg(request: Request, named: str, number: int, paper: bool = False, fine: bool = False) -> FileResponse:
    """Return one page as a picture with the looker's watermark; ``fine``: with twice the pixels."""
    return FileResponse(page_picture(world_of(request), named, number, paper=paper, fine=fine), headers=_PRIVATE)


@router.get("/r/{named}/thumb.jpg")
def thumb_jpg(request: Request, named: str) -> FileResponse:
    """Return a record's first page, too small to be read."""
    return FileResponse(thumbnail(world_of(request), named), headers=_SOON_ANOTHER)


@router.get("/r/{named}/evidence/{number}/{kind}/{spot}.jpg")
def evidence_jpg(request: Request, named: str, number: int, kind: str, spot: int, paper: bool = False) -> FileResponse:
    """Return a seal or signature found on a page, with the looker's watermark."""
    picture = evidence_picture(world_of(request), named, number, kind, spot, paper=paper)
    return FileResponse(picture, headers=_PRIVATE)


@router.get("/r/{named}/ink/{spot}.jpg")
def ink_jpg(request: Request, named: str, spot: int) -> FileResponse:
    """Return a signature found on the record's scan, with what is printed around it and the looker's watermark."""
    return FileResponse(ink_picture(world_of(request), named, spot), headers=_PRIVATE)


@router.get("/r/{named}/qr.svg")
def qr_svg(request: Request, named: str) -> Response:
    """Return the QR code that stands on the record's label."""
    rows = qr_symbol(label_text(world_of(request), named))
    size = len(rows) + 8  # with its quiet zone of four modules
    dark = "".join(f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(rows) for x, cell in enumerate(row) if cell)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
    svg += f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path d="{dark}"/></svg>'
    return Response(svg, media_type="image/svg+xml", headers=_PRIVATE)


@router.get("/r/{named}/twin")
def twin_page(request: Request, named: str) -> Response:
    """Show both carriers side by side, what they tell differently marked."""
    found = twin(world_of(request), named)
    may = {o.action: o.may for o in options(world_of(request), named)}
    return render(request, "twin.html", twin=found, boxes=boxes, pairs=_pairs(found.electronic, found.paper), may=may)


def _pairs(left: tuple[object, ...], right: tuple[object, ...]) -> list[tuple[object | None, object | None]]:
    most = max(len(left), len(right))
    return [(left[n] if n < len(left) else None, right[n] if n < len(right) else None) for n in range(most)]


@router.get("/r/{named}/similar")
def similar_page(
    request: Request, named: str, to: Annotated[str, Query(pattern="^(/triage\\?at=[0-9]{1,6})?$")] = ""
) -> Response:
    """List the records most like one; the pages beside which they stand load this when they are there."""
    world = world_of(request)
    found = similar(world, named)
    # Where the form stands that takes something over.
    form = f"{to}&" if to else f"/r/{quote(named)}?"
    return render(request, "similar.html", named=named, found=found, form=form, classes=world.scheme.classes)


@router.get("/r/{named}/versions")
def versions_page(
    request: Request, named: str, first: Annotated[int, Query(ge=1)] = 1, second: Annotated[int, Query(ge=1)] = 2
) -> Response:
    """Show what differs between two versions."""
    found = compare(world_of(request), named, first, second)
    return render(request, "versions.html", named=named, first=first, second=second, found=found)


@router.post("/r/{named}/describe", dependencies=FORM)
def describe_it(
    request: Request,
    named: str,
    class_code: Annotated[str, Form()] = "",
    customer: Annotated[str, Form(max_length=400)] = "",
    manager: Annotated[str, Form()] = "",
    title: Annotated[str, Form(max_length=1000)] = "",
    date: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = "",
) -> Response:
    """Say what the machine left open; only what differs from what stands there counts."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        before = gate.record(world, tx, named)
    kept = {"class_code": before.class_code, "customer": before.customer, "manager": before.manager,
            "title": before.title, "day": before.date.isoformat() if before.date else ""}  # fmt: skip
    told = {"class_code": class_code, "customer": customer, "manager": manager, "title": title, "day": date}
    # What was left as it stands is agreed to where it was uncertain.
    open_still = {_SETTLES.get(name, name) for name in before.uncertain}
    said = {k: v if v != kept[k] or k in open_still else "" for k, v in told.items()}
    describe(
        world, named, class_code=said["class_code"], customer=said["customer"], manager=said["manager"],
        title=said["title"], day=said["day"],
    )  # fmt: skip
    catch_up(world)
    return back("/triage" if to == "/triage" else f"/r/{quote(named)}", "described")


@router.post("/r/{named}/pair", dependencies=FORM)
def pair_it(
    request: Request, named: str, other: Annotated[str, Form()], reason: Annotated[str, Form()] = ""
) -> Response:
    """Join this record and another into one on two carriers."""
    world = world_of(request)
    made = pair(world, named, other.strip(), reason=reason)
    catch_up(world)
    return back(f"/r/{made.record.code}/twin", "paired")


@router.post("/r/{named}/change", dependencies=FORM)
def change_it(
    request: Request,
    named: str,
    reason: Annotated[str, Form()],
    title: Annotated[str, Form()] = "",
    customer: Annotated[str, Form()] = "",
    date: Annotated[str, Form()] = "",
    secrecy: Annotated[str, Form()] = "",
    replacement: UploadFile | None = None,
) -> Response:
    """Ask for a change of a filed record: other attributes, another file, or both."""
    world = world_of(request)
    changes = {"title": title, "customer": customer, "date": date, "secrecy": secrecy}
    folder = passing_folder(world, "change")
    try:
        kept = keep_upload(world, replacement, folder) if replacement and replacement.filename else None
        ask_change(world, named, changes, file=kept, reason=reason)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return back("/requests", "asked")


@router.post("/r/{named}/{act}", dependencies=FORM)
def do(
    request: Request,
    named: str,
    act: str,
    reason: Annotated[str, Form(max_length=2000)] = "",
    role: Annotated[str, Form()] = "",
    spot: Annotated[int, Form()] = 0,
    class_code: Annotated[str, Form()] = "",
    how: Annotated[str, Form()] = "",
    other: Annotated[str, Form(max_length=200)] = "",
    collate: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Do an act of the record's page; the desk says what is missing."""
    world = world_of(request)
    given = {"reason": reason, "role": role, "spot": spot, "class_code": class_code, "how": how,
             "other": other.strip(), "collate": collate}  # fmt: skip
    done = perform(world, act, named, given)
    catch_up(world)
    if act == "join":
        # Its own code is given up: one goes on with the other record, or waits for consent.
        return back(f"/r/{done.code}", "joined") if isinstance(done, Record) else back("/requests", "asked")
    to_triage = act in ("settle", "rescan")
    return back("/triage" if to_triage else f"/r/{quote(named)}", "settle" if to_triage else act)
