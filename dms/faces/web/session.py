"""The session's cookie: its name, and how it is set."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from dms.desk.accounts.signing_in import HOURS

COOKIE = "dms_session"


def give(request: Request, response: Response, token: str) -> None:
    """Let a browser carry a session: no script reads it, no other site sends it; HTTPS only where we are on HTTPS."""
    response.set_cookie(
        COOKIE, token, max_age=HOURS * 3600, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
