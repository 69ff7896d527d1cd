"""People, customers, classes of consumption."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from dms.desk.accounts import customers as customers_desk
from dms.desk.accounts import people as people_desk
from dms.desk.acts import gate
from dms.desk.intake import teaching as forms_desk
from dms.desk.ledger import dealing
from dms.desk.records import lessons as lessons_desk
from dms.faces.web.api.common import Body, Call, Cursor, Limit, Reason, created, paged, plain
from dms.faces.web.view import world_of
from dms.ports.catalogue import Customer
from dms.ports.registers import Deputy

router = APIRouter(route_class=Call, tags=["masters"])


class PersonBody(Body):
    """A person of the archive; what is left out stays as it is."""

    code: Annotated[str, Field(max_length=8, examples=["ZHS"])]
    name: Annotated[str, Field(min_length=1, max_length=120, examples=["张华生"])]
    roles: Annotated[list[str] | None, Field(max_length=8, examples=[["account_manager"]])] = None
    login: Annotated[str | None, Field(max_length=120)] = None
    department: Annotated[str | None, Field(max_length=120)] = None


class Profile(Body):
    """A form profile, TOML as ``schemas/form.schema.json`` describes it."""

    toml: Annotated[str, Field(min_length=1, max_length=200_000)]


class Password(Body):
    """A new password."""

    password: Annotated[str, Field(max_length=1000, json_schema_extra={"format": "password"})]


class Standing(Body):
    """Who stands in for the caller, and from when to when."""

    deputy: Annotated[str, Field(min_length=1, max_length=8, examples=["LMY"])]
    since: Annotated[str, Field(max_length=10, examples=["2026-12-01"])]
    until: Annotated[str, Field(max_length=10, examples=["2026-12-14"])]
    reason: Reason


class CustomerBody(Body):
    """A customer and whose he is."""

    name: Annotated[str, Field(min_length=1, max_length=400)]
    manager: Annotated[str, Field(max_length=20)] = ""
    aliases: Annotated[list[Annotated[str, Field(max_length=400)]], Field(default_factory=list, max_length=50)]


class Handed(Body):
    """Customers handed over."""

    names: Annotated[list[Annotated[str, Field(max_length=400)]], Field(min_length=1, max_length=10_000)]
    manager: Annotated[str, Field(max_length=20)]
    reason: Reason


class Decided(Body):
    """A class decided."""

    customer: Annotated[str, Field(max_length=400)]
    quarter: Annotated[str, Field(max_length=10, examples=["2026-Q3"])]
    after: Annotated[str, Field(max_length=2, examples=["B"])]
    reason: Reason = ""


@router.get("/people")
def people(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return the people of the archive by code."""
    return paged(people_desk.people(world_of(request)), limit, cursor)


@router.put("/people/{code}")
def save_person(request: Request, code: Annotated[str, Path(max_length=8)], body: PersonBody) -> dict[str, Any]:
    """Add or change a person; the code in the address is the one that counts."""
    roles = tuple(body.roles) if body.roles is not None else None
    entry = people_desk.Entry(code, body.name, roles, body.login, body.department)
    told: dict[str, Any] = plain(people_desk.save_person(world_of(request), entry))
    return told


@router.put("/people/{code}/password", status_code=204)
def set_password(request: Request, code: Annotated[str, Path(max_length=8)], body: Password) -> None:
    """Set somebody's password; he changes it when he signs in."""
    request.app.state.doorkeeper.set_password(world_of(request), code, body.password)


@router.get("/deputies")
def deputies(request: Request) -> dict[str, Any]:
    """Return who stands in for the caller."""
    return {"items": plain(people_desk.own_deputies(world_of(request)))}


@router.post("/deputies", status_code=201)
def appoint(request: Request, body: Standing) -> Response:
    """Let somebody stand in for the caller."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        made = Deputy(gate.person(world, tx).code, body.deputy, body.since, body.until)
    people_desk.appoint(world, made, reason=body.reason)
    return created(made, "/api/v1/deputies")


@router.get("/customers")
def customers(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return the asker's customers by name."""
    return paged(customers_desk.seen_customers(world_of(request)), limit, cursor)


@router.post("/customers")
def add_customers(
    request: Request, body: Annotated[list[CustomerBody], Field(min_length=1, max_length=5000)]
) -> dict[str, Any]:
    """Add or change customers, all of them or none."""
    rows = [Customer(c.name, c.manager, tuple(c.aliases)) for c in body]
    return {"saved": customers_desk.add_customers(world_of(request), rows)}


@router.post("/customers/reassign")
def reassign(request: Request, body: Handed) -> dict[str, Any]:
    """Hand customers over to another account manager."""
    return {"handed": customers_desk.reassign(world_of(request), body.names, body.manager, reason=body.reason)}


@router.get("/lessons")
def lessons(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return what was learned from people's corrections, within what the caller may see."""
    return paged(lessons_desk.lessons(world_of(request)), limit, cursor)


@router.delete("/lessons/{lesson}")
def forget(
    request: Request, lesson: Annotated[int, Path(ge=1, le=2**53)], reason: Annotated[str, Query(max_length=2000)] = ""
) -> dict[str, Any]:
    """Take a lesson back."""
    return {"forgotten": plain(lessons_desk.forget(world_of(request), lesson, reason=reason))}


@router.post("/lessons/{lesson}/alias")
def alias(request: Request, lesson: Annotated[int, Path(ge=1, le=2**53)]) -> dict[str, Any]:
    """Make the name of a lesson an alias of its customer: three papers settled so, none otherwise."""
    return {"customer": lessons_desk.remember(world_of(request), lesson)}


@router.get("/forms")
def forms(request: Request) -> dict[str, Any]:
    """Return the forms that are recognised, each with whether it was taught."""
    found = forms_desk.forms(world_of(request))
    return {"items": [{**plain(form), "taught": own} for form, own in found]}


@router.post("/forms", status_code=201)
def teach(request: Request, body: Profile) -> Response:
    """Keep a form profile: papers are recognised by it from the next one on."""
    form = forms_desk.teach(world_of(request), body.toml)
    return created({"key": form.key, "name": form.name}, "/api/v1/forms")


@router.delete("/forms/{key}")
def take_back(
    request: Request, key: Annotated[str, Path(max_length=60)], reason: Annotated[str, Query(max_length=2000)] = ""
) -> dict[str, Any]:
    """Take a taught form back."""
    forms_desk.forget(world_of(request), key, reason=reason)
    return {"forgotten": key}


@router.get("/customers/{name}/dossier")
def dossier(request: Request, name: Annotated[str, Path(max_length=400)]) -> dict[str, Any]:
    """Return what a customer's dealings come to, and the dealings."""
    found, dealings = dealing.customer_dossier(world_of(request), name)
    return {"dossier": plain(found), "dealings": plain(dealings)}


@router.get("/grades")
def grades(request: Request, quarter: Annotated[str, Query(max_length=10)] = "") -> dict[str, Any]:
    """Return classes of consumption, proposed and decided."""
    return {"items": plain(dealing.gradings(world_of(request), quarter))}


@router.post("/grades/{quarter}/propose")
def propose(request: Request, quarter: Annotated[str, Path(max_length=10)]) -> dict[str, Any]:
    """Propose every customer's class for a quarter."""
    return {"items": plain(dealing.propose_grades(world_of(request), quarter))}


@router.post("/grades")
def decide(request: Request, body: Decided) -> dict[str, Any]:
    """Decide a customer's class."""
    made = dealing.decide_grade(world_of(request), body.customer, body.quarter, body.after, reason=body.reason)
    return {"grading": plain(made)}
