"""Records: look, describe, sign, file, pair, move."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field, create_model

from dms.desk.acts import gate
from dms.desk.acts.kinds import Form, Input
from dms.desk.acts.options import options
from dms.desk.consent.changing import compare
from dms.desk.records.describing import describe
from dms.desk.records.finding import catch_up
from dms.desk.records.likening import similar
from dms.desk.records.pairing import twin
from dms.desk.records.showing import show
from dms.desk.records.viewing import page_picture, thumbnail
from dms.desk.registry import perform, record_acts
from dms.desk.shelf.reserving import reserve
from dms.domain.record import Record
from dms.errors import NotFound
from dms.faces.web.api.common import Body, Call, Named, created, plain
from dms.faces.web.tags import Stale, tag_of
from dms.faces.web.view import world_of
from dms.ports.world import World
from dms.said import Said

router = APIRouter(prefix="/records", route_class=Call, tags=["records"])


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


@router.get("/{named}/similar")
def alike(request: Request, named: Named, limit: Annotated[int, Query(ge=1, le=50)] = 5) -> dict[str, Any]:
    """Return the records whose text is most like this one's, most alike first; the look is logged."""
    return {"items": plain(similar(world_of(request), named, limit=limit))}


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


_HELP = {
    Form.ROLE: "confirm: whose ink it is.",
    Form.NUMBER: "confirm: which of the signatures found, 0: the first; split: the page the new record begins with.",
    Form.CLASS: "promote: the class it moves to.",
    Form.RECORD: "pair: the other carrier's code; join: the record that goes on.",
}


def _field(one: Input) -> tuple[Any, Any]:
    """Return an input as a field of the call's body: its type, bounds and meaning."""
    if one.form is Form.NUMBER:
        return int, Field(default=0, ge=0, le=one.most, description=_HELP[one.form])
    return str, Field(
        default="", max_length=min(one.most, 2000), description=_HELP.get(one.form, "Why, or what was seen.")
    )


_INPUTS = {one.name: one for kind in record_acts().values() for one in kind.inputs}
# One body for all acts: each takes of it what it needs, and says what is missing.
Given = create_model(  # type: ignore[call-overload]  # fields are made from the registry of acts
    "Given", __base__=Body, __doc__="What an act needs to know.", **{name: _field(one) for name, one in _INPUTS.items()}
)
Act = StrEnum("Act", {name.replace("-", "_"): name for name in record_acts()})  # type: ignore[misc]  # names are the registry's


@router.post("/{named}/{act}")
def do(request: Request, named: Named, act: Act, body: Given) -> dict[str, Any]:  # type: ignore[valid-type]  # made above
    """Do an act on a record: ``GET /records/{named}/options`` says which are open, and why others are not."""
    world = world_of(request)
    result = perform(world, act.value, named, body.model_dump())  # type: ignore[attr-defined]  # made above
    catch_up(world)
    told = record_acts()[act.value].tells
    found = result.to_dict() if isinstance(result, Record) else plain(result)
    return {"act": act.value, "done": True, **({told: found} if told else {})}


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
