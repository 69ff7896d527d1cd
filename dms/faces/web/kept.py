"""What was typed into a form that could not be taken: kept, and shown again beside what stands there now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from dms.errors import Conflict, NotPermitted

# Field of a form -> the word that stands beside it.
LABELS: Mapping[str, str] = {
    "about": "about", "alias": "aliases", "answers": "answers", "borrower": "borrower", "class_code": "class",
    "code": "person_code", "condition": "condition", "contact": "contact", "count": "count", "customer": "customer",
    "date": "date", "department": "department", "deputy": "deputy", "due": "due", "layout": "layout",
    "login": "login", "manager": "manager", "name": "your_name", "note": "closing_note", "other": "pair_with",
    "pages": "pages", "place": "place", "purpose": "purpose", "query": "query", "reason": "reason", "roles": "roles",
    "scanned": "scanned", "secrecy": "secrecy", "since": "since", "target": "target_short", "title": "name_title",
    "until": "until",
}  # fmt: skip
DAYS = frozenset({"date", "due", "since", "until"})
# Never written into a page again: secrets, and what belongs to the page the form came from.
_NOT_KEPT = frozenset({"csrf", "seen", "was", "password", "old", "new", "kept", "sure"})
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form.

    Attributes:
        action: where the form goes.
        fields: name and value, in their order; a name may stand more than once.
        back: the page it stood on.
        files: names of the fields files were chosen in; the files themselves cannot be kept.
        was: what stood in the fields when the form was drawn, where it says so.
    """

    action: str
    fields: tuple[tuple[str, str], ...]
    back: str
    files: tuple[str, ...] = ()
    was: Mapping[str, Any] | None = None

    def values(self, name: str) -> list[str]:
        """Return what was typed or ticked under a name."""
        return [v for k, v in self.fields if k == name]

    def packed(self) -> str:
        """Return it as text for a hidden field."""
        told = {"action": self.action, "fields": self.fields, "back": self.back, "files": self.files}
        return json.dumps(told, ensure_ascii=False)


class StaleForm(Conflict):
    """Somebody else changed what a form was drawn from.

    Args:
        typed: what was typed into it.
        seen: what a form drawn now would carry.
        now: the values that stand there now.
        changed: who changed it last, when, and the act; empty where the log does not say.
    """

    def __init__(self, typed: Typed, seen: str, now: Mapping[str, Any], changed: tuple[str, str, str] | None) -> None:
        super().__init__("Somebody else changed this meanwhile.", "Look at both, and save again.")
        self.typed, self.seen, self.now, self.changed = typed, seen, now, changed


class LateForm(NotPermitted):
    """A form of a session that is no more came from somebody who has signed in again meanwhile.

    Args:
        typed: what was typed into it; None where that could not be kept.
    """

    def __init__(self, typed: Typed | None) -> None:
        super().__init__("This form is no longer valid.", "Go back, reload the page, and try again.")
        self.typed = typed


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a form that is shown again.

    Attributes:
        name: of the field.
        value: what is filled in: what was typed, or what stands there now where nothing else was typed.
        now: what stands there now; None where nothing of the kind is known.
        mine: what was typed.
        theirs: whether somebody else changed it meanwhile.
    """

    name: str
    value: str
    now: str | None
    mine: str
    theirs: bool = False


async def typed_in(request: Request) -> Typed | None:
    """Return what was typed into the form of a request; None where it is no form or too large to be kept."""
    kind = request.headers.get("content-type", "").lower()
    length = request.headers.get("content-length", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return None
    if not length.isdigit() or int(length) > _MOST_BYTES:
        return None
    try:
        form = await request.form()
    except HTTPException:
        return None  # no form a browser sends
    told = form.multi_items()
    fields = tuple((k, v) for k, v in told if isinstance(v, str) and k not in _NOT_KEPT)
    files = tuple(dict.fromkeys(k for k, v in told if isinstance(v, UploadFile)))
    return Typed(request.url.path, fields, page_before(request), files, _was(form.get("was")))


def unpacked(text: str) -> Typed | None:
    """Return what :meth:`Typed.packed` wrote; None where it is something else."""
    try:
        told = json.loads(text)
        fields = tuple((str(k), str(v)) for k, v in told["fields"] if k not in _NOT_KEPT)
        files = tuple(str(name) for name in told["files"])
        return Typed(inside(str(told["action"])), fields, inside(str(told["back"])), files)
    except (ValueError, KeyError, TypeError):
        return None


def rows(typed: Typed, now: Mapping[str, Any]) -> list[Row]:
    """Return the fields to show again: what one left as it was takes what stands there now.

    Args:
        typed: what was typed.
        now: what stands there now, by field; fields it does not know are shown as typed.
    """
    told = []
    for name in dict.fromkeys(k for k, _ in typed.fields):
        mine = typed.values(name)
        standing = now.get(name)
        if isinstance(standing, list):
            continue  # boxes to tick: shown by the page itself
        drawn = (typed.was or {}).get(name)
        theirs = standing is not None and drawn is not None and standing != drawn
        value = standing if theirs and mine[0] == drawn else mine[0]
        told.append(Row(name, str(value), None if standing is None else str(standing), mine[0], theirs))
    return told


def page_before(request: Request) -> str:
    """Return the page of ours a request was sent from, the first page where it is none of ours."""
    parts = urlsplit(request.headers.get("referer", ""))
    if parts.netloc != request.headers.get("host", ""):
        return "/"
    return inside(parts.path + (f"?{parts.query}" if parts.query else ""))


def inside(to: str) -> str:
    """Return an address where it is a place of this site, the first page else."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/"


def _was(text: object) -> Mapping[str, Any] | None:
    try:
        told = json.loads(str(text or "null"))
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
