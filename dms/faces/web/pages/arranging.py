"""The pages of a record on a page: put in order, turned, straightened, cropped, taken out, collated, split off."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from dms.desk.acts.options import options
from dms.desk.records.arranging import arrange, sheets_of
from dms.desk.records.finding import catch_up
from dms.desk.records.joining import join, split
from dms.domain.arranging import Wish
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.faces.web.tags import named_record
from dms.faces.web.view import FORM, back, render, world_of

router = APIRouter(include_in_schema=False)
_UPRIGHT = "0"


@router.get("/r/{named}/pages")
def pages_page(request: Request, named: str) -> Response:
    """Show the pages of a record, each with its place, turn and what else may be done with it."""
    world = world_of(request)
    seen = named_record(world, named)
    found = sheets_of(world, named)
    may = {o.action: o.may for o in options(world, named)}
    filed = found.record.state is RecordState.FILED
    return render(
        request, "arranging.html", found=found, record=found.record, filed=filed, seen=seen,
        may=may.get(Action.ASK_CHANGE if filed else Action.DESCRIBE, False), joins=may.get(Action.PAIR, False),
    )  # fmt: skip


@router.post("/r/{named}/pages", dependencies=FORM)
def arrange_them(
    request: Request,
    named: str,
    order: Annotated[list[float], Form()],
    turn: Annotated[list[str], Form()],
    crop: Annotated[list[str], Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
    out: Annotated[tuple[int, ...], Form()] = (),
    straighten: Annotated[tuple[int, ...], Form()] = (),
    version: Annotated[int, Form(ge=0)] = 0,
    do: Annotated[Literal["arrange", "reversed", "same", "drop-blank", "as-scanned"], Form()] = "arrange",
) -> Response:
    """Arrange the pages as the form says; of a filed record, ask for consent to it."""
    world = world_of(request)
    wish = {
        "reversed": Wish(collate="reversed"), "same": Wish(collate="same"), "drop-blank": Wish(drop_blank=True),
        "as-scanned": Wish(as_scanned=True),
    }.get(do) or typed(order, turn, crop, out, straighten)  # fmt: skip
    done = arrange(world, named, wish, reason=reason, version=version)
    catch_up(world)
    return back(f"/r/{quote(named)}/pages", "arrange") if isinstance(done, Record) else back("/requests", "asked")


@router.post("/r/{named}/split", dependencies=FORM)
def split_it(
    request: Request,
    named: str,
    at: Annotated[int, Form(ge=0)],
    reason: Annotated[str, Form(max_length=2000)] = "",
    version: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Make a record of its own of the pages from one on, and show it: it must be described."""
    world = world_of(request)
    done = split(world, named, at, reason=reason, version=version)
    catch_up(world)
    return back(f"/r/{done.new.code}", "split")


@router.post("/r/{named}/bring", dependencies=FORM)
def bring(
    request: Request,
    named: str,
    other: Annotated[str, Form(max_length=200)],
    reason: Annotated[str, Form(max_length=2000)] = "",
    collate: Annotated[Literal["", "reversed", "same"], Form()] = "",
) -> Response:
    """Join another record's pages to this one's."""
    world = world_of(request)
    done = join(world, other.strip(), named, reason=reason, collate=collate)
    catch_up(world)
    return back(f"/r/{quote(named)}/pages", "joined") if isinstance(done, Record) else back("/requests", "asked")


def typed(
    order: list[float], turn: list[str], crop: list[str], out: tuple[int, ...], straighten: tuple[int, ...]
) -> Wish:
    """Return what a form of one row a page says.

    A page that was given another's number comes before it: whoever types 1 beside page 3 wants it first.

    Args:
        order: the number beside each page, in the order the pages stand.
        turn: degrees for each.
        crop: millimetres off each one's edges; empty: none.
        out: pages ticked to be taken out.
        straighten: pages ticked to be straightened.
    """
    stay = [n for n in range(1, len(order) + 1) if n not in out]
    wanted = sorted(stay, key=lambda n: (order[n - 1], order[n - 1] == n, n))
    return Wish(
        order=",".join(map(str, wanted)) if wanted != stay else "",
        drop=",".join(map(str, sorted(set(out)))),
        turn=tuple(f"{n}:{degrees}" for n, degrees in enumerate(turn, 1) if degrees != _UPRIGHT and n not in out),
        straighten=tuple(str(n) for n in straighten if n not in out),
        crop=tuple(f"{n}:{edges}" for n, edges in enumerate(crop, 1) if edges.strip() and n not in out),
    )
