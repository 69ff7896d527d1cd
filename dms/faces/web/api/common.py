"""What every call of the API shares: repeated calls, tags, cursors, and the token that cookies need beside them."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import hmac
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from dms.desk.acts import gate
from dms.errors import Conflict, NotPermitted, Usage
from dms.ports.accounts import Answered
from dms.ports.world import World
from dms.said import Do, Said, Word

_KEPT_SECONDS = 86400.0
_STUCK_SECONDS = 600.0
_LONGEST_KEY = 200

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Named = Annotated[
    str, Path(max_length=200, description="Electronic code or paper number.", examples=["HG01E2026000123"])
]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str, Query(max_length=200, description="`next` of the page before; empty for the first.")]
Reason = Annotated[str, Field(max_length=2000, examples=["已与客户核对"])]


class Body(BaseModel):
    """What is sent: unknown names are mistakes and said so."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Call(APIRoute):
    """A route whose POST can be repeated under an ``Idempotency-Key``, and whose GET answers 304 to a known tag."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with both around it."""
        follow = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.method in ("GET", "HEAD"):
                return _tagged(request, await follow(request))
            _check_token(request)
            key = request.headers.get("idempotency-key", "")
            if request.method != "POST" or not key:
                return await follow(request)
            return await _once(request, key, follow)

        return handle


def _check_token(request: Request) -> None:
    """Cookies alone change nothing: a page of ours sends its session's token beside them."""
    if not request.state.csrf:
        return  # a bearer's token: no browser sends that by itself
    given = request.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(request.state.csrf.encode(), given.encode("utf-8", "replace")):
        raise NotPermitted(Said("The header X-CSRF-Token is missing or wrong."), Said("GET /api/v1/me tells it."))


def _tagged(request: Request, response: Response) -> Response:
    body = getattr(response, "body", None)
    if response.status_code != 200 or not isinstance(body, bytes):
        return response
    tag = response.headers.get("etag") or f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    known = [t.strip() for t in request.headers.get("if-none-match", "").split(",")]
    return Response(status_code=304, headers={"ETag": tag}) if tag in known else response


async def _once(request: Request, key: str, follow: Callable[[Request], Coroutine[Any, Any, Response]]) -> Response:
    if len(key) > _LONGEST_KEY:
        raise Usage(
            Said("The Idempotency-Key is too long."),
            Said("At most {longest_key} characters; a UUID is usual.", longest_key=_LONGEST_KEY),
        )
    world: World = request.app.state.world
    # A file is told by its digest and length; reading it twice would cost its size.
    body = b"" if "/uploads" in request.url.path else await request.body()
    told = [request.method, request.url.path, request.url.query, request.headers.get("content-digest", ""),
            request.headers.get("content-length", "")]  # fmt: skip
    asked = hashlib.sha256("\n".join(told).encode("utf-8", "replace") + b"\n" + body).hexdigest()
    caller: World = request.state.world
    digest = hashlib.sha256(f"{caller.actor.person}\n{key}".encode("utf-8", "replace")).hexdigest()
    before = await run_in_threadpool(_claim, world, digest, asked)
    if before is not None:
        if before.asked != asked:
            raise Usage(Said("This Idempotency-Key was used for another call."), Said("Use a new key for a new call."))
        if before.status == 0:
            raise Conflict(Said("The same call is still under way."), Said("Repeat it in a few seconds."))
        return Response(
            before.body, before.status, media_type="application/json", headers={"Idempotency-Replayed": "true"}
        )
    try:
        response = await follow(request)
    except BaseException:
        # Nothing was done: the same call may be tried again.
        await run_in_threadpool(_forget, world, digest)
        raise
    kept = bytes(getattr(response, "body", b"")).decode()
    await run_in_threadpool(_keep, world, Answered(digest, asked, response.status_code, kept, _now(world)))
    return response


def _now(world: World) -> float:
    return world.clock.now().timestamp()


def _claim(world: World, key: str, asked: str) -> Answered | None:
    now = _now(world)
    with gate.noting(world) as tx:
        tx.forget_answers(before=now - _KEPT_SECONDS)
        before = tx.claim_answer(Answered(key, asked, 0, "", now))
        if before is not None and before.status == 0 and before.at < now - _STUCK_SECONDS:
            # Its server died meanwhile.
            tx.save_answer(Answered(key, asked, 0, "", now))
            return None
        return before


def _forget(world: World, key: str) -> None:
    with gate.noting(world) as tx:
        tx.forget_answers(key=key)


def _keep(world: World, answered: Answered) -> None:
    with gate.noting(world) as tx:
        tx.save_answer(answered)


def place_of(cursor: str) -> int:
    """Return the place a cursor names.

    Raises:
        Usage: it is none of ours.
    """
    if not cursor:
        return 0
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    except (ValueError, binascii.Error):
        place = None
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < 2**31:
        raise Usage(Said("The cursor is none of ours."), Said("Take “next” of the page before as it is."))
    return place


def cursor_at(place: int) -> str:
    """Return the cursor that names a place."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def paged(found: Sequence[Any], limit: int, cursor: str) -> dict[str, Any]:
    """Return one page of a list as plain data, the size of the whole, and the cursor of the next page."""
    place = place_of(cursor)
    end = place + limit
    return {
        "total": len(found), "items": [plain(one) for one in found[place:end]],
        "next": cursor_at(end) if end < len(found) else "",
    }  # fmt: skip


def plain(value: Any) -> Any:
    """Return dataclasses, enums, days and numbers of the archive as JSON-ready data."""
    if isinstance(value, Said | Do | Word):
        return str(value)
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if type(value).__str__ is not object.__str__:
            return str(value)  # a volume number, a paper number
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value


def created(value: Any, location: str) -> JSONResponse:
    """Return 201 with what was made and where it is."""
    return JSONResponse(plain(value), 201, headers={"Location": location})
