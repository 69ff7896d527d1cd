"""Accounts and sessions of people who sign in, and the port that hashes their passwords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """How a person signs in.

    Attributes:
        person: code of the person.
        secret: hash of his password; empty where he comes by the office's directory only.
        must_change: somebody else set the password, so that it is good for one sign-in only.
        issuer: directory that vouches for him, with ``subject`` his lasting name there; both empty where none does.
    """

    person: str
    secret: str
    changed_at: str
    must_change: bool = False
    issuer: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser.

    Attributes:
        token: SHA-256 of the cookie's value, hex; the value itself is kept nowhere.
        person: code of the person.
        until: POSIX time it ends unless it is used before.
        ends: POSIX time it ends however much it is used.
    """

    token: str
    person: str
    created_at: str
    until: float
    ends: float


@dataclass(frozen=True, slots=True)
class Token:
    """A key by which a program acts in somebody's name.

    Attributes:
        digest: SHA-256 of its value, hex; the value itself is kept nowhere.
        person: code of the person.
        scope: ``read`` or ``write``.
        until: POSIX time it ends.
        used_at: ISO day it was used last, empty where never.
    """

    digest: str
    person: str
    name: str
    scope: str
    created_at: str
    until: float
    used_at: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call was answered, kept so that the same call repeated is not done twice.

    Attributes:
        key: SHA-256 of who called and the key he gave, hex.
        asked: SHA-256 of what he asked.
        status: HTTP status; 0 while the call is still under way.
        at: POSIX time.
    """

    key: str
    asked: str
    status: int
    body: str
    at: float


class Accounts(Protocol):
    """The part of a transaction that keeps accounts, sessions, tokens and answered calls."""

    def save_account(self, account: Account) -> None:
        """Add or change an account."""
        ...

    def account(self, person: str) -> Account | None:
        """Return somebody's account."""
        ...

    def account_at(self, issuer: str, subject: str) -> Account | None:
        """Return the account a directory vouches for."""
        ...

    def end_account(self, person: str) -> None:
        """Remove somebody's account; no error where he has none."""
        ...

    def add_session(self, session: Session) -> None:
        """Add a session."""
        ...

    def prolong_session(self, token: str, until: float) -> None:
        """Let a session last longer, never past its end; one that was ended meanwhile stays ended."""
        ...

    def session(self, token: str) -> Session | None:
        """Return one session, ended or not."""
        ...

    def sessions(self, person: str) -> Sequence[Session]:
        """Return somebody's sessions."""
        ...

    def end_session(self, token: str) -> None:
        """Remove a session; no error where there is none."""
        ...

    def end_sessions(self, person: str, *, before: float = 0.0) -> int:
        """Remove somebody's sessions, or everybody's that ended before a time; return how many."""
        ...

    def accounts(self) -> int:
        """Count the people who can sign in."""
        ...

    def add_token(self, token: Token) -> None:
        """Add a token."""
        ...

    def token_used(self, digest: str, day: str) -> None:
        """Note when a token was used; one that was ended meanwhile stays ended."""
        ...

    def token(self, digest: str) -> Token | None:
        """Return one token, ended or not."""
        ...

    def tokens(self, person: str) -> Sequence[Token]:
        """Return somebody's tokens, oldest first."""
        ...

    def end_token(self, digest: str) -> None:
        """Remove a token; no error where there is none."""
        ...

    def end_tokens(self, person: str) -> int:
        """Remove all of somebody's tokens; return how many."""
        ...

    def claim_answer(self, answered: Answered) -> Answered | None:
        """Note that a call is under way; return what stands there where it was made before."""
        ...

    def save_answer(self, answered: Answered) -> None:
        """Note what it was answered."""
        ...

    def forget_answers(self, *, key: str = "", before: float = 0.0) -> int:
        """Remove one answer, or all older than a time; return how many."""
        ...


class Passwords(Protocol):
    """Hashes passwords, slowly on purpose."""

    def hash(self, password: str) -> str:
        """Return a salted hash with its parameters."""
        ...

    def matches(self, secret: str, password: str) -> bool:
        """Tell whether a password gives this hash; takes as long where it does not."""
        ...
