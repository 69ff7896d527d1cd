"""Customers: the list, a customer's dossier, and for who may: adding, handing over, deciding his class."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from dms.desk.accounts import customers as customers_desk
from dms.desk.acts import gate
from dms.desk.ledger import dealing
from dms.domain.policy import Action
from dms.faces.web.view import FORM, back, render, world_of
from dms.ports.catalogue import Customer

router = APIRouter(include_in_schema=False)
_STEP = 100
# What of an account the page shows, in the order of its lines.
LINES = ("booked", "charged", "paid", "reduced", "owed", "uncharged", "not_due", "overdue", "limit")


@router.get("/customers")
def customers_page(request: Request, q: str = "", page: Annotated[int, Query(ge=1, le=5000)] = 1) -> Response:
    """List one's customers, those whose name or alias holds some words."""
    world = world_of(request)
    sought = world.fold(q.strip())
    found = [c for c in customers_desk.seen_customers(world) if sought in world.fold(" ".join((c.name, *c.aliases)))]
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        keeps = mine.may(Action.KEEP_CUSTOMERS) is not None
        people = list(tx.people())
    return render(
        request, "customers.html", customers=found[(page - 1) * _STEP : page * _STEP], total=len(found), q=q,
        page=page, last=max(1, -(-len(found) // _STEP)), keeps=keeps, people=people,
    )  # fmt: skip


@router.post("/customers", dependencies=FORM)
def add(
    request: Request,
    name: Annotated[str, Form(max_length=400)],
    manager: Annotated[str, Form(max_length=8)] = "",
    alias: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Add a customer, or change his aliases."""
    aliases = tuple(a.strip() for a in alias.replace("，", ",").split(",") if a.strip())
    customers_desk.add_customers(world_of(request), [Customer(name.strip(), manager, aliases)])
    return back("/customers", "saved")


@router.get("/customers/{name}")
def customer_page(request: Request, name: str) -> Response:
    """Show a customer's dossier: what he booked, was charged, paid and owes, how old that is, and signs of risk."""
    world = world_of(request)
    dossier = dealing.customer_dossier(world, name)
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        reassigns, sets = (mine.may(a) is not None for a in (Action.REASSIGN, Action.SET_CREDIT))
        owner, grade = tx.owners().get(name, ""), dealing.grade_of(tx, name)
        people = list(tx.people())
    gradings = [g for g in dealing.gradings(world) if g.customer == name]
    return render(
        request, "customer.html", name=name, dossier=dossier, dealings=dossier.dealings[-500:], sets=sets, kinds=LINES,
        usual=world.scheme.credit.currency, owner=owner, grade=grade,
        gradings=gradings, reassigns=reassigns, people=people,
    )  # fmt: skip


@router.post("/customers/{name}/credit", dependencies=FORM)
def set_credit(
    request: Request,
    name: str,
    currency: Annotated[str, Form(max_length=10)] = "",
    limit: Annotated[str, Form(max_length=40)] = "",
    term: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Set a customer's credit limit and term of one currency anew."""
    world = world_of(request)
    terms = customers_desk.given_terms(currency or world.scheme.credit.currency, limit, term)
    customers_desk.set_credit(world, name, terms, reason=reason)
    return back(f"/customers/{quote(name, safe='')}", "saved")


@router.post("/customers/{name}/reassign", dependencies=FORM)
def reassign(
    request: Request, name: str, manager: Annotated[str, Form()], reason: Annotated[str, Form()] = ""
) -> Response:
    """Hand a customer over to another account manager."""
    customers_desk.reassign(world_of(request), [name], manager, reason=reason)
    return back(f"/customers/{quote(name, safe='')}", "handed_over")
