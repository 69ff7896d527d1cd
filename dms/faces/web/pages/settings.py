"""Settings: one's own password, sessions, tokens; the archive's people, scheme and health."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dms.desk.accounts import people as people_desk
from dms.desk.accounts import signing_in
from dms.desk.acts import gate
from dms.desk.records import lessons as lessons_desk
from dms.domain.policy import Action, Role
from dms.errors import Conflict, NotFound
from dms.faces.web import session
from dms.faces.web.tags import person_drawn
from dms.faces.web.view import FORM, back, render, world_of
from dms.operating.health import Probe, advice, probes
from dms.ports.catalogue import Person, Transaction
from dms.ports.registers import Deputy
from dms.said import Said

router = APIRouter(include_in_schema=False)


@router.get("/settings")
def settings_page(request: Request) -> Response:
    """Show one's own account."""
    return _mine(request, "")


def _mine(request: Request, fresh: str) -> Response:
    world = world_of(request)
    with world.catalogue.look() as tx:
        me, mine = gate.reach(world, tx)
        keeps, cares = mine.may(Action.KEEP_PEOPLE) is not None, mine.may(Action.CARE) is not None
        people = [p for p in tx.people() if p.code != me.code]
    return render(
        request, "settings.html", me=me, keeps=keeps, cares=cares, tokens=signing_in.tokens(world), fresh=fresh,
        sessions=signing_in.sessions(world), deputies=people_desk.own_deputies(world), people=people,
        now=world.clock.now().timestamp(),
        moment=lambda at: datetime.fromtimestamp(at).astimezone().isoformat(), shortest=signing_in.SHORTEST,
        longest=signing_in.LONGEST_DAYS,
    )  # fmt: skip


@router.get("/settings/own-password")
def own_password_page(request: Request) -> Response:
    """Ask for a password of one's own, where somebody else set it."""
    return render(request, "own_password.html", shortest=signing_in.SHORTEST)


@router.post("/settings/password", dependencies=FORM)
def password(
    request: Request, old: Annotated[str, Form(max_length=1000)], new: Annotated[str, Form(max_length=1000)]
) -> Response:
    """Change one's own password; every session ends, so one signs in again."""
    world = world_of(request)
    request.app.state.doorkeeper.change_password(world, old, new)
    response = RedirectResponse("/sign-in?done=password_changed", 303)
    response.delete_cookie(session.COOKIE)
    return response


@router.post("/settings/sessions/end", dependencies=FORM)
def end_sessions(request: Request) -> Response:
    """End every other session of one's own."""
    signing_in.end_other_sessions(world_of(request), request.cookies.get(session.COOKIE, ""))
    return back("/settings", "sessions_ended")


@router.post("/settings/tokens", dependencies=FORM)
def token(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    scope: Annotated[str, Form()] = "read",
    days: Annotated[int, Form()] = 90,
) -> Response:
    """Make a token; its value is shown once, on this answer."""
    return _mine(request, signing_in.make_token(world_of(request), name, scope=scope, days=days))


@router.post("/settings/tokens/{digest}/end", dependencies=FORM)
def end_token(request: Request, digest: str) -> Response:
    """End a token."""
    signing_in.end_token(world_of(request), digest)
    return back("/settings", "removed")


@router.post("/settings/deputies", dependencies=FORM)
def deputy(
    request: Request,
    deputy: Annotated[str, Form()],
    since: Annotated[str, Form()],
    until: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Let somebody stand in for oneself."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        me = gate.person(world, tx)
    people_desk.appoint(world, Deputy(me.code, deputy, since, until), reason=reason)
    return back("/settings", "saved")


@router.get("/settings/people")
def people_page(request: Request) -> Response:
    """List the people, with a form for who keeps them."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.KEEP_PEOPLE)
        signs_in = {p.code for p in tx.people() if p.login and tx.account(p.code)}
    return render(request, "people.html", people=people_desk.people(world), signs_in=signs_in, roles=list(Role))


@router.post("/settings/people", dependencies=FORM)
def add_person(
    request: Request,
    code: Annotated[str, Form(max_length=8)],
    name: Annotated[str, Form(max_length=120)],
    login: Annotated[str, Form(max_length=120)] = "",
    department: Annotated[str, Form(max_length=120)] = "",
    roles: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Add a person; one who is there already is changed on his own page, never overwritten by his code."""
    world = world_of(request)
    entry = people_desk.Entry(code.strip().upper(), name.strip(), tuple(roles or ()), login.strip(), department.strip())
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.KEEP_PEOPLE)
        if any(p.code == entry.code for p in tx.people()):
            raise Conflict(
                Said("The code {entry} is taken.", entry=entry.code),
                Said("To change that person, press “Edit” in the list."),
            )
    people_desk.save_person(world, entry)
    return back("/settings/people", "saved")


@router.get("/settings/people/{code}")
def person_page(request: Request, code: str) -> Response:
    """Show one person's form, filled in."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.KEEP_PEOPLE)
        person = _person(tx, code)
        signs_in = bool(person.login and tx.account(person.code))
    return render(
        request, "person.html", person=person, roles=list(Role), signs_in=signs_in, shortest=signing_in.SHORTEST,
        drawn=person_drawn(person),
    )  # fmt: skip


@router.post("/settings/people/{code}", dependencies=FORM)
def change_person(
    request: Request,
    code: str,
    name: Annotated[str, Form(max_length=120)],
    login: Annotated[str, Form(max_length=120)] = "",
    department: Annotated[str, Form(max_length=120)] = "",
    roles: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Change a person; his code stays."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.KEEP_PEOPLE)
        person = _person(tx, code)
    entry = people_desk.Entry(person.code, name.strip(), tuple(roles or ()), login.strip(), department.strip())
    people_desk.save_person(world, entry)
    return back("/settings/people", "saved")


def _person(tx: Transaction, code: str) -> Person:
    found = next((p for p in tx.people() if p.code == code.upper()), None)
    if found is None:
        raise NotFound(Said("There is no person {code}.", code=code), Said("The list of people has all of them."))
    return found


@router.post("/settings/people/{code}/password", dependencies=FORM)
def set_password(request: Request, code: str, password: Annotated[str, Form(max_length=1000)]) -> Response:
    """Set somebody's password; he changes it when he signs in."""
    request.app.state.doorkeeper.set_password(world_of(request), code, password)
    return back("/settings/people", "saved")


@router.get("/settings/scheme")
def scheme_page(request: Request) -> Response:
    """Show the classification scheme."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        gate.person(world, tx)
    return render(request, "scheme.html", scheme=world.scheme)


@router.get("/settings/learned")
def learned_page(request: Request) -> Response:
    """List what was learned from people's corrections, within what the asker may see."""
    world = world_of(request)
    found = lessons_desk.lessons(world)
    me, keeps = lessons_desk.may_take_back(world)
    # Of equal answers the first offers it.
    ripe = {x.said: x.id for x in reversed(found) if lessons_desk.ripe(x, found)}
    return render(request, "learned.html", found=found, me=me, keeps=keeps, ripe=set(ripe.values()))


@router.post("/settings/learned/{lesson}/forget", dependencies=FORM)
def forget_lesson(request: Request, lesson: int) -> Response:
    """Take back what was learned."""
    lessons_desk.forget(world_of(request), lesson)
    return back("/settings/learned", "removed")


@router.post("/settings/learned/{lesson}/alias", dependencies=FORM)
def alias_of_lesson(request: Request, lesson: int) -> Response:
    """Remember a name as an alias of its customer."""
    lessons_desk.remember(world_of(request), lesson)
    return back("/settings/learned", "saved")


@router.get("/settings/health")
def health_page(request: Request) -> Response:
    """Show what ``dms doctor`` shows."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
    found: list[Probe] = [*probes(world.settings), *advice(world)]
    return render(request, "health.html", found=found)
