"""One record: both carriers, its pages, what is signed and missing, versions, history, and what may be done."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import FileResponse, Response

from dms.assembly import qr_symbol
from dms.desk.acts import gate
from dms.desk.acts.options import options
from dms.desk.consent.changing import CHANGEABLE, ask_change, compare, promote
from dms.desk.records.describing import describe
from dms.desk.records.finding import catch_up
from dms.desk.records.pairing import accept, pair, twin
from dms.desk.records.showing import boxes, show
from dms.desk.records.viewing import evidence_picture, label_text, page_picture, thumbnail
from dms.desk.records.waiting import settle
from dms.desk.shelf.placing import history
from dms.desk.shelf.reserving import void
from dms.desk.signing import approving
from dms.desk.signing.filing import file
from dms.domain import qr
from dms.domain.policy import Action
from dms.errors import NotFound
from dms.faces.web.upload import keep_upload
from dms.faces.web.view import FORM, back, render, world_of
from dms.said import Said

router = APIRouter(include_in_schema=False)
_SETTLES = {"class": "class_code", "date": "day"}
_PRIVATE = {"Cache-Control": "private, max-age=3600"}


@router.get("/r/{named}")
def record_page(request: Request, named: str, q: str = "") -> Response:
    """Show a record by code or paper number; with ``q``, its words are marked on the pages."""
    world = world_of(request)
    told = show(world, named, query=q)
    may = {o.action: o for o in options(world, named)}
    with world.catalogue.look() as tx:
        people = {p.code: p.name for p in tx.people()}
    return render(
        request, "record.html", told=told, q=q, may=may, Action=Action, people=people, classes=world.scheme.classes,
        changeable=CHANGEABLE, twins=bool(told["paper"]["sha512"]) and len(told["versions"]) > 0,
        moves=history(world, named) if told["volume"] or told["paper_number"] else [],
    )  # fmt: skip


@router.get("/DMS1:{rest}")
def scanned(request: Request, rest: str) -> Response:
    """Lead from the address in a printed QR code to its record, where the code is one of ours."""
    payload = qr.read(f"{qr.MARK}:{rest}", world_of(request).key)
    if payload is None:
        raise NotFound(
            Said("This QR code is none of this archive's."), Said("Search for the number printed beneath it.")
        )
    return back(f"/r/{payload.code}")


@router.get("/r/{named}/pages/{number}.jpg")
def page_jpg(request: Request, named: str, number: int, paper: bool = False) -> FileResponse:
    """Return one page as a picture with the looker's watermark."""
    return FileResponse(page_picture(world_of(request), named, number, paper=paper), headers=_PRIVATE)


@router.get("/r/{named}/thumb.jpg")
def thumb_jpg(request: Request, named: str) -> FileResponse:
    """Return a record's first page, too small to be read."""
    return FileResponse(thumbnail(world_of(request), named), headers=_PRIVATE)


@router.get("/r/{named}/evidence/{number}/{kind}/{spot}.jpg")
def evidence_jpg(request: Request, named: str, number: int, kind: str, spot: int, paper: bool = False) -> FileResponse:
    """Return a seal or signature found on a page, with the looker's watermark."""
    picture = evidence_picture(world_of(request), named, number, kind, spot, paper=paper)
    return FileResponse(picture, headers=_PRIVATE)


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
    folder = Path(tempfile.mkdtemp(dir=world.work, prefix="change-"))
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
) -> Response:
    """Declare, confirm, approve, reject, file, move, accept, settle or void; the desk says what is missing."""
    world = world_of(request)
    if act == "declare":
        approving.declare(world, named, statement=reason)
    elif act == "confirm":
        approving.confirm(world, named, role, spot=spot, note=reason)
    elif act == "approve":
        approving.approve(world, named, note=reason)
    elif act == "reject":
        approving.reject(world, named, reason=reason)
    elif act == "file":
        file(world, named)
    elif act == "promote":
        promote(world, named, class_code, reason=reason)
    elif act == "accept":
        accept(world, named, reason=reason)
    elif act == "settle":
        settle(world, named)
    elif act == "void":
        void(world, named, reason=reason)
    else:
        raise NotFound(Said("There is no act “{act}”.", act=act), Said("Use the buttons of the record's page."))
    catch_up(world)
    return back("/triage" if act == "settle" else f"/r/{quote(named)}", act)
