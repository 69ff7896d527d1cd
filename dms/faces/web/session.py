"""The session's cookie: its name, how it is set, and the token that forms of a session carry."""

from __future__ import annotations

import hashlib
import hmac

from fastapi import Request
from fastapi.responses import Response

from dms.desk.accounts.signing_in import HOURS, still_open, token_holder

COOKIE = "dms_session"


def give(request: Request, response: Response, token: str) -> None:
    """Let a browser carry a session: no script reads it, no other site sends it; HTTPS only where we are on HTTPS."""
    response.set_cookie(
        COOKIE, token, max_age=HOURS * 3600, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def still_signed_in(request: Request) -> bool:
    """Tell whether the session of a request that is still being answered goes on; asking does not prolong it."""
    world = request.app.state.world
    if request.state.csrf:
        return still_open(world, request.cookies.get(COOKIE, ""))
    # A program's token has no session.
    value = request.headers.get("authorization", "").partition(" ")[2].strip()
    return token_holder(world, value) is not None


def csrf_of(key: bytes, token: str) -> str:
    """Return the token forms carry back: only a page of this session knows it."""
    return hmac.new(key, b"csrf:" + token.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
