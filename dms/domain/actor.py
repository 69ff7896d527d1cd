"""Who acts: a person of the archive, resolved once by the face that lets him in; nothing below a face knows a login."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How somebody came to act; what concerns accounts is not done by token."""

    CONSOLE = "console"
    SESSION = "session"
    TOKEN = "token"  # noqa: S105 a way to act, no secret


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Attributes:
        person: code of the person; empty where the archive does not know who asks. He may do nothing that needs a
            permission, but a watcher may run under a login that is nobody's.
        called: what he called himself at the console; empty for people who signed in.
        way: how he came.
    """

    person: str
    called: str = ""
    way: Way = Way.CONSOLE

    @property
    def name(self) -> str:
        """What log, vault and items keep: his code, else what he called himself, never in the form of a code."""
        return self.person or self.called.lower() or "nobody"


def login_key(login: str) -> str:
    """Return the form in which two logins are the same: case and width make no other person."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


@dataclass(frozen=True, slots=True)
class Called:
    """A person as he can be named: his code and his login."""

    code: str
    login: str


def named(called: str, people: Sequence[Called]) -> list[str]:
    """Return the codes of the people somebody may mean: one in a sound archive, none for a stranger.

    More than one only in an archive of an older version, which let one person's login be another's code.
    """
    key = login_key(called)
    if not key:
        return []
    return sorted({p.code for p in people if key in (login_key(p.login), login_key(p.code))})


def taken_by(person: str, login: str, people: Sequence[Called]) -> str:
    """Return the code of another person whom this login would also name; empty where it is free."""
    return next((code for code in named(login, people) if code != person), "")
