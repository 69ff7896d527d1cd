"""Accounts, sessions, tokens and answered calls, row by row; see :class:`dms.ports.accounts.Accounts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, func, select

from dms.adapters.catalogue.base import Base
from dms.adapters.catalogue.tables import accounts, answers, sessions, tokens
from dms.ports.accounts import Account, Answered, Session, Token


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

    def accounts(self) -> int:
        """Count the people who can sign in."""
        return int(self.connection.execute(select(func.count()).select_from(accounts)).scalar_one())

    def save_token(self, token: Token) -> None:
        """Add a token, or note its use."""
        self.put(tokens, asdict(token), tokens.c.digest)

    def token(self, digest: str) -> Token | None:
        """Return one token."""
        row = self.connection.execute(select(tokens).where(tokens.c.digest == digest)).first()
        return Token(**row._asdict()) if row else None

    def tokens(self, login: str) -> Sequence[Token]:
        """Return somebody's tokens, oldest first."""
        mine = select(tokens).where(tokens.c.login == login).order_by(tokens.c.created_at)
        return [Token(**row._asdict()) for row in self.connection.execute(mine)]

    def end_token(self, digest: str) -> None:
        """Remove a token."""
        self.connection.execute(delete(tokens).where(tokens.c.digest == digest))

    def claim_answer(self, answered: Answered) -> Answered | None:
        """Note that a call is under way; return what stands there where it was made before."""
        if self.add_if_new(answers, asdict(answered), answers.c.key):
            return None
        row = self.connection.execute(select(answers).where(answers.c.key == answered.key)).one()
        return Answered(**row._asdict())

    def save_answer(self, answered: Answered) -> None:
        """Note what it was answered."""
        self.put(answers, asdict(answered), answers.c.key)

    def forget_answers(self, *, key: str = "", before: float = 0.0) -> int:
        """Remove one answer, or all older than a time."""
        which = answers.c.key == key if key else answers.c.at < before
        return self.connection.execute(delete(answers).where(which)).rowcount
