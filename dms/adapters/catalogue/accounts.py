"""Accounts and sessions, row by row; see :class:`dms.ports.accounts.Accounts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, select

from dms.adapters.catalogue.base import Base
from dms.adapters.catalogue.tables import accounts, sessions
from dms.ports.accounts import Account, Session


class Accounts(Base):
    """The accounts' part of a transaction."""

    def save_account(self, account: Account) -> None:
        """Add or change an account."""
        self.put(accounts, asdict(account), accounts.c.login)

    def account(self, login: str) -> Account | None:
        """Return one account."""
        row = self.connection.execute(select(accounts).where(accounts.c.login == login)).first()
        return Account(**row._asdict()) if row else None

    def save_session(self, session: Session) -> None:
        """Add or prolong a session."""
        self.put(sessions, asdict(session), sessions.c.token)

    def session(self, token: str) -> Session | None:
        """Return one session."""
        row = self.connection.execute(select(sessions).where(sessions.c.token == token)).first()
        return Session(**row._asdict()) if row else None

    def sessions(self, login: str) -> Sequence[Session]:
        """Return somebody's sessions."""
        rows = self.connection.execute(
            select(sessions).where(sessions.c.login == login).order_by(sessions.c.created_at)
        )
        return [Session(**row._asdict()) for row in rows]

    def end_session(self, token: str) -> None:
        """Remove a session."""
        self.connection.execute(delete(sessions).where(sessions.c.token == token))

    def end_sessions(self, login: str, *, before: float = 0.0) -> int:
        """Remove somebody's sessions, or everybody's that ended before a time."""
        which = sessions.c.login == login if login else sessions.c.until < before
        return self.connection.execute(delete(sessions).where(which)).rowcount
