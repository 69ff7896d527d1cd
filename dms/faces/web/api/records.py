"""Records: look, describe, sign, file, pair, move."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field

from dms.desk.acts import gate
from dms.desk.acts.options import options
from dms.desk.consent.changing import compare, promote
from dms.desk.records.describing import describe
from dms.desk.records.finding import catch_up
from dms.desk.records.pairing import accept, pair, twin
from dms.desk.records.showing import show
from dms.desk.records.viewing import page_picture, thumbnail
from dms.desk.records.waiting import settle
from dms.desk.shelf.reserving import reserve, void
from dms.desk.signing import approving, filing
from dms.domain.record import Record
from dms.errors import NotFound
from dms.faces.web.api.common import Body, Call, Named, Reason, Stale, created, plain
from dms.faces.web.view import world_of
from dms.ports.world import World
from dms.said import Said

router = APIRouter(prefix="/records", route_class=Call, tags=["records"])


def tag_of(record: Record) -> str:
    """Return a record's tag: it changes when anything of the record does, and not with a look."""
    return f'"{hashlib.sha256(json.dumps(record.to_dict(), sort_keys=True).encode()).hexdigest()[:32]}"'


def _tag(world: World, named: str) -> str:
    with world.catalogue.look() as tx:
        return tag_of(gate.record(world, tx, named))


@router.get("/{named}")
def record(
    request: Request, response: Response, named: Named, q: Annotated[str, Query(max_length=500)] = ""
) -> dict[str, Any]:
    """Return a record, as ``dms show --json`` does; with ``q``, the boxes of its words on the pages."""
    world = world_of(request)
    told: dict[str, Any] = plain(show(world, named, query=q))
    response.headers["ETag"] = _tag(world, named)
    return told


@router.get("/{named}/options")
def what_may_be_done(request: Request, named: Named) -> dict[str, Any]:
    """Return every act with whether the asker may do it now, and why not."""
    return {"items": plain(options(world_of(request), named))}


@router.get("/{named}/differences")
def differences(
    request: Request,
    named: Named,
    first: Annotated[int, Query(ge=1, le=100_000)],
    second: Annotated[int, Query(ge=1, le=100_000)],
) -> dict[str, Any]:
    """Return what differs between two versions."""
    return {"items": plain(compare(world_of(request), named, first, second))}


@router.get("/{named}/twin")
def both(request: Request, named: Named) -> dict[str, Any]:
    """Compare both carriers: likeness, and facts told differently with page and line on both."""
    found = twin(world_of(request), named)
    return {
        "code": found.record.code, "link": plain(found.record.link), "likeness": found.likeness,
        "differences": plain(found.differences),
    }  # fmt: skip


@router.get("/{named}/pages/{number}.jpg", response_class=FileResponse)
def page(
    request: Request, named: Named, number: Annotated[int, Path(ge=1, le=100_000)], paper: bool = False
) -> FileResponse:
    """Return one page as a picture with the looker's watermark."""
    return FileResponse(page_picture(world_of(request), named, number, paper=paper))


@router.get("/{named}/thumb.jpg", response_class=FileResponse)
def thumb(request: Request, named: Named) -> FileResponse:
    """Return the first page, too small to be read."""
    return FileResponse(thumbnail(world_of(request), named))


class Description(Body):
    """What is said of a record that is not filed yet; what is left out stays."""

    class_code: Annotated[str, Field(max_length=20, examples=["04"])] = ""
    customer: Annotated[str, Field(max_length=400, examples=["杭州新辰酒店有限公司"])] = ""
    manager: Annotated[str, Field(max_length=120, examples=["ZHS"])] = ""
    title: Annotated[str, Field(max_length=1000)] = ""
    day: Annotated[str, Field(max_length=10, examples=["2026-11-23"])] = ""
    fields: dict[str, Annotated[str, Field(max_length=2000)]] | None = None


@router.patch("/{named}")
def describe_it(
    request: Request,
    response: Response,
    named: Named,
    body: Description,
    if_match: Annotated[str, Header(max_length=200)] = "",
) -> dict[str, Any]:
    """Say what is known of a record; with ``If-Match``, only if it is still as the caller saw it."""
    world = world_of(request)
    if if_match and if_match != _tag(world, named):
        raise Stale(
            Said("The record was changed by somebody else."), Said("Get it again, look, and repeat the change.")
        )
    made = describe(world, named, **body.model_dump())
    catch_up(world)
    response.headers["ETag"] = tag_of(made)
    return made.to_dict()


class Signing(Body):
    """A signature, or why not."""

    reason: Reason = ""
    role: Annotated[str, Field(max_length=20, description="confirm: whose ink it is.", examples=["customer"])] = ""
    spot: Annotated[int, Field(ge=0, le=1000, description="confirm: which of the signatures found; 0: the first.")] = 0
    class_code: Annotated[str, Field(max_length=20, description="promote: the class it moves to.")] = ""
    other: Annotated[str, Field(max_length=200, description="pair: the other carrier's code.")] = ""


Act = Literal["declare", "confirm", "approve", "reject", "file", "promote", "pair", "accept", "settle", "void"]


@router.post("/{named}/{act}")
def do(request: Request, named: Named, act: Act, body: Signing) -> dict[str, Any]:
    """Declare, confirm, approve, reject, file, promote, pair, accept differences, settle a remark or void."""
    world = world_of(request)
    done: dict[str, Any] = {"act": act, "done": True}
    if act == "declare":
        approving.declare(world, named, statement=body.reason)
    elif act == "confirm":
        approving.confirm(world, named, body.role, spot=body.spot, note=body.reason)
    elif act == "approve":
        approving.approve(world, named, note=body.reason)
    elif act == "reject":
        approving.reject(world, named, reason=body.reason)
    elif act == "file":
        done["record"] = filing.file(world, named).to_dict()
    elif act == "promote":
        done["record"] = promote(world, named, body.class_code, reason=body.reason).to_dict()
    elif act == "pair":
        done["pairing"] = plain(pair(world, named, body.other, reason=body.reason))
    elif act == "accept":
        accept(world, named, reason=body.reason)
    elif act == "settle":
        settle(world, named)
    else:
        done["voided"] = void(world, named, reason=body.reason)
    catch_up(world)
    return done


class Reservation(Body):
    """Codes for what is not scanned yet."""

    count: Annotated[int, Field(ge=1, le=500)] = 1
    class_code: Annotated[str, Field(max_length=20)] = ""
    manager: Annotated[str, Field(max_length=120)] = ""
    customer: Annotated[str, Field(max_length=400)] = ""
    title: Annotated[str, Field(max_length=1000)] = ""
    pages: Annotated[int, Field(ge=0, le=2000)] = 0
    numbered: bool = False


@router.post("", status_code=201)
def reserve_codes(request: Request, body: Reservation) -> Response:
    """Reserve codes (and paper numbers) for stacks not scanned yet."""
    world = world_of(request)
    made = reserve(world, **body.model_dump())
    catch_up(world)
    if not made:
        raise NotFound(Said("Nothing was reserved."), Said("Ask for one at least."))
    return created({"records": [r.to_dict() for r in made]}, f"/api/v1/records/{made[0].code}")
