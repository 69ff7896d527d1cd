"""Accounts and sessions of people who sign in, and the port that hashes their passwords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """How somebody signs in; ``secret`` is the hash of his password."""

    login: str
    secret: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser.

    Attributes:
        token: SHA-256 of the cookie's value, hex; the value itself is kept nowhere.
        until: POSIX time it ends unless it is used before.
    """

    token: str
    login: str
    created_at: str
    until: float


class Accounts(Protocol):
    """The part of a transaction that keeps accounts and sessions."""

    def save_account(self, account: Account) -> None:
        """Add or change an account."""
        ...

    def account(self, login: str) -> Account | None:
        """Return one account."""
        ...

    def save_session(self, session: Session) -> None:
        """Add or prolong a session."""
        ...

    def session(self, token: str) -> Session | None:
        """Return one session, ended or not."""
        ...

    def sessions(self, login: str) -> Sequence[Session]:
        """Return somebody's sessions."""
        ...

    def end_session(self, token: str) -> None:
        """Remove a session; no error where there is none."""
        ...

    def end_sessions(self, login: str, *, before: float = 0.0) -> int:
        """Remove somebody's sessions, or everybody's that ended before a time; return how many."""
        ...


class Passwords(Protocol):
    """Hashes passwords, slowly on purpose."""

    def hash(self, password: str) -> str:
        """Return a salted hash with its parameters."""
        ...

    def matches(self, secret: str, password: str) -> bool:
        """Tell whether a password gives this hash; takes as long where it does not."""
        ...
