"""The paper side: volumes, places, loans, stock-take."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from dms.desk.shelf import lending, placing, volumes
from dms.faces.web.api.common import Body, Call, Cursor, Limit, Reason, created, paged, plain
from dms.faces.web.view import world_of

router = APIRouter(route_class=Call, tags=["shelf"])
Volume = Annotated[str, Path(max_length=80, examples=["HG01-KH·04·2026-D30-ZHS-002"])]
Paper = Annotated[str, Field(min_length=1, max_length=200, examples=["HG01-KH·04·2026-D30-ZHS-002-0007"])]
Place = Annotated[str, Field(min_length=1, max_length=400, examples=["档案室/2号柜/3层/12盒"])]


class Closing(Body):
    """How a volume is closed or bound."""

    title: Annotated[str, Field(max_length=400)] = ""
    note: Annotated[str, Field(max_length=1000)] = ""
    accept: Annotated[str, Field(max_length=1000, description="bind: why it is bound with what is wrong.")] = ""


class Moved(Body):
    """Where paper stands."""

    target: Paper
    place: Place
    home: bool = True
    reason: Reason = ""


class Lent(Body):
    """A loan; what is left empty is as it was agreed to."""

    target: Paper
    borrower: Annotated[str, Field(max_length=200)] = ""
    due: Annotated[str, Field(max_length=10, examples=["2026-12-01"])] = ""
    purpose: Annotated[str, Field(max_length=1000)] = ""
    answers: Annotated[str, Field(max_length=200, description="Who answers for somebody outside.")] = ""
    department: Annotated[str, Field(max_length=200)] = ""
    contact: Annotated[str, Field(max_length=200)] = ""


class Returned(Body):
    """What came back."""

    target: Paper
    condition: Annotated[str, Field(max_length=400)] = "完好"
    effect: Annotated[str, Field(max_length=1000)] = ""


class Counted(Body):
    """What was found on a shelf: texts of QR codes, codes or numbers."""

    place: Place
    symbols: Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=100_000)]


@router.get("/volumes")
def list_volumes(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return volumes in the order of their numbers."""
    return paged(volumes.volumes(world_of(request)), limit, cursor)


@router.get("/volumes/{number}")
def volume(request: Request, number: Volume, limit: Limit = 200, cursor: Cursor = "") -> dict[str, Any]:
    """Return a volume and what is in it."""
    found, records = volumes.volume_of(world_of(request), number)
    return {"volume": plain(found), **paged(records, limit, cursor)}


@router.get("/volumes/{number}/problems")
def problems(request: Request, number: Volume) -> dict[str, Any]:
    """Return what must be mended before a volume is bound."""
    return {"items": plain(volumes.check(world_of(request), number))}


@router.post("/volumes/{number}/close")
def close(request: Request, number: Volume, body: Closing) -> dict[str, Any]:
    """Close a volume: it takes nothing more."""
    return {"volume": plain(volumes.close(world_of(request), number, title=body.title, note=body.note))}


@router.post("/volumes/{number}/bind")
def bind(request: Request, number: Volume, body: Closing) -> dict[str, Any]:
    """Bind a volume."""
    return {"volume": plain(volumes.bind(world_of(request), number, title=body.title, accept=body.accept))}


@router.post("/places")
def move(request: Request, body: Moved) -> dict[str, Any]:
    """Say where a volume or a record's paper stands."""
    return {"moved": placing.locate(world_of(request), body.target, body.place, home=body.home, reason=body.reason)}


@router.get("/loans")
def loans(
    request: Request, out: bool = False, overdue: bool = False, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Return the loan register."""
    return paged(lending.loans(world_of(request), out=out, overdue=overdue), limit, cursor)


@router.post("/loans", status_code=201)
def lend(request: Request, body: Lent) -> Response:
    """Hand a volume or a record's paper over: the borrower's own, or what a manager agreed to."""
    made = lending.lend(
        world_of(request), body.target, to=body.borrower, due=body.due, purpose=body.purpose, answers=body.answers,
        department=body.department, contact=body.contact,
    )  # fmt: skip
    return created(made, "/api/v1/loans")


@router.post("/loans/return")
def take_back(request: Request, body: Returned) -> dict[str, Any]:
    """Take a loan back."""
    done = lending.take_back(world_of(request), body.target, condition=body.condition, effect=body.effect)
    return {"loan": plain(done)}


@router.post("/stocktakes")
def stocktake(request: Request, body: Counted) -> dict[str, Any]:
    """Compare what was found on a shelf with what should stand there."""
    told: dict[str, Any] = plain(placing.stocktake(world_of(request), body.place, body.symbols))
    return told
