"""Reviews: reports and review packs on the screen and as files, classes of consumption, appraisal and destruction."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from dms.desk.acts import gate
from dms.desk.consent import appraising
from dms.desk.consent.requesting import requests
from dms.desk.ledger import dealing, reporting
from dms.domain.policy import Action
from dms.errors import NotFound, Usage
from dms.faces.web.view import FORM, back, download, render, speaker_of, world_of
from dms.faces.words import on_paper
from dms.said import Said
from dms.sheets.report import in_words

router = APIRouter(include_in_schema=False)
_SHOWN = 500


@router.get("/reviews")
def reviews_page(request: Request, kind: str = "", about: str = "") -> Response:
    """Show a report, or which there are."""
    world = world_of(request)
    made = in_words(reporting.report(world, kind, about), speaker_of(request)) if kind else None
    return render(
        request, "reviews.html", kinds=reporting.KINDS_OF_REPORT, kind=kind, about=about, made=made, shown=_SHOWN
    )


@router.get("/reviews/{kind}.{suffix}")
def review_file(request: Request, kind: str, suffix: str, about: str = "") -> Response:
    """Return a report as PDF or workbook."""
    if suffix not in ("pdf", "xlsx"):
        raise NotFound(Said("Reports are no .{suffix}.", suffix=suffix), Said("Ask for .pdf or .xlsx."))
    world = world_of(request)
    made = reporting.report(world, kind, about)
    return download(world, f"{kind}.{suffix}", lambda target: reporting.save(world, made, target, on_paper()))


@router.get("/grades")
def grades_page(request: Request, quarter: str = "") -> Response:
    """Show proposed and decided classes of consumption of a quarter (R10)."""
    world = world_of(request)
    quarter = quarter or dealing.last_quarter(world)
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        gate.allow(mine, Action.REPORT)
        may_propose, may_decide = (mine.may(a) is not None for a in (Action.GRADE, Action.DECIDE_GRADE))
    return render(
        request, "grades.html", quarter=quarter, gradings=dealing.gradings(world, quarter), may_propose=may_propose,
        may_decide=may_decide, classes=("A", "B", "C", "D"),
    )  # fmt: skip


@router.post("/grades/propose", dependencies=FORM)
def propose(request: Request, quarter: Annotated[str, Form(max_length=10)]) -> Response:
    """Propose every customer's class for a quarter."""
    dealing.propose_grades(world_of(request), quarter)
    return back(f"/grades?quarter={quarter}", "proposed")


@router.post("/grades/decide", dependencies=FORM)
def decide_grade(
    request: Request,
    customer: Annotated[str, Form()],
    quarter: Annotated[str, Form(max_length=10)],
    after: Annotated[str, Form(max_length=2)],
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Decide a customer's class."""
    dealing.decide_grade(world_of(request), customer, quarter, after, reason=reason)
    return back(f"/grades?quarter={quarter}", "decided")


@router.get("/appraisal")
def appraisal_page(request: Request) -> Response:
    """Show what has reached the end of its retention, and destructions on their way."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        may = {a.value: mine.may(a) is not None for a in (Action.APPRAISE, Action.DECIDE_DESTRUCTION, Action.WITNESS)}
        if not any(may.values()):
            raise gate.refused(Action.APPRAISE)
    found = appraising.ended(world) if may["appraise"] else []
    return render(
        request, "appraisal.html", found=found[:_SHOWN], count=len(found), asked=requests(world, "destruction"), may=may
    )


@router.post("/appraisal", dependencies=FORM)
def propose_destruction(
    request: Request, codes: Annotated[list[str], Form()], reason: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """Propose the destruction of records whose retention has ended."""
    appraising.propose(world_of(request), codes, reason=reason)
    return back("/appraisal", "asked")


@router.post("/appraisal/{number}/{act}", dependencies=FORM)
def go_on(
    request: Request, number: int, act: str, reason: Annotated[str, Form()] = "", sure: Annotated[str, Form()] = ""
) -> Response:
    """Agree, refuse, witness or carry out a destruction."""
    world = world_of(request)
    if act in ("agree", "refuse"):
        appraising.decide(world, number, agree=act == "agree", reason=reason)
    elif act == "witness":
        appraising.witness(world, number)
    elif act == "destroy":
        if sure != "yes":
            raise Usage(Said("What is destroyed does not come back."), Said("Tick that you are sure."))
        appraising.destroy(world, number)
    else:
        raise NotFound(Said("There is no such act."), Said("Use the page's own buttons."))
    return back("/appraisal", "decided")
