"""Accounts, sessions, tokens and answered calls, row by row; see :class:`dms.ports.accounts.Accounts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, select, update

from dms.adapters.catalogue.base import Base
from dms.adapters.catalogue.tables import accounts, answers, sessions, tokens
from dms.ports.accounts import Account, Answered, Session, Token


class Accounts(Base):
    """The accounts' part of a transaction."""

    def save_account(self, account: Account) -> None:
        """Add or change an account."""
        self.put(accounts, asdict(account) | {"must_change": int(account.must_change)}, accounts.c.person)

    def account(self, person: str) -> Account | None:
        """Return somebody's account."""
        return self._account(accounts.c.person == person)

    def account_at(self, issuer: str, subject: str) -> Account | None:
        """Return the account a directory vouches for."""
        return self._account(and_(accounts.c.issuer == issuer, accounts.c.subject == subject)) if subject else None

    def _account(self, which: ColumnElement[bool]) -> Account | None:
        row = self.connection.execute(select(accounts).where(which)).first()
        return Account(**row._asdict() | {"must_change": bool(row.must_change)}) if row else None

    def end_account(self, person: str) -> None:
        """Remove somebody's account."""
        self.connection.execute(delete(accounts).where(accounts.c.person == person))

    def add_session(self, session: Session) -> None:
        """Add a session."""
        self.connection.execute(insert(sessions).values(**asdict(session)))

    def prolong_session(self, token: str, until: float) -> None:
        """Let a session last longer, if it is still there."""
        last = case((sessions.c.ends < until, sessions.c.ends), else_=until)
        self.connection.execute(update(sessions).where(sessions.c.token == token).values(until=last))

    def session(self, token: str) -> Session | None:
        """Return one session."""
        row = self.connection.execute(select(sessions).where(sessions.c.token == token)).first()
        return Session(**row._asdict()) if row else None

    def sessions(self, person: str) -> Sequence[Session]:
        """Return somebody's sessions."""
        rows = self.connection.execute(
            select(sessions).where(sessions.c.person == person).order_by(sessions.c.created_at)
        )
        return [Session(**row._asdict()) for row in rows]

    def end_session(self, token: str) -> None:
        """Remove a session."""
        self.connection.execute(delete(sessions).where(sessions.c.token == token))

    def end_sessions(self, person: str, *, before: float = 0.0) -> int:
        """Remove somebody's sessions, or everybody's that ended before a time."""
        which = sessions.c.person == person if person else sessions.c.until < before
        return self.connection.execute(delete(sessions).where(which)).rowcount

    def accounts(self) -> int:
        """Count the people who can sign in."""
        return int(self.connection.execute(select(func.count()).select_from(accounts)).scalar_one())

    def add_token(self, token: Token) -> None:
        """Add a token."""
        self.connection.execute(insert(tokens).values(**asdict(token)))

    def token_used(self, digest: str, day: str) -> None:
        """Note when a token was used, if it is still there."""
        self.connection.execute(update(tokens).where(tokens.c.digest == digest).values(used_at=day))

    def token(self, digest: str) -> Token | None:
        """Return one token."""
        row = self.connection.execute(select(tokens).where(tokens.c.digest == digest)).first()
        return Token(**row._asdict()) if row else None

    def tokens(self, person: str) -> Sequence[Token]:
        """Return somebody's tokens, oldest first."""
        mine = select(tokens).where(tokens.c.person == person).order_by(tokens.c.created_at)
        return [Token(**row._asdict()) for row in self.connection.execute(mine)]

    def end_token(self, digest: str) -> None:
        """Remove a token."""
        self.connection.execute(delete(tokens).where(tokens.c.digest == digest))

    def end_tokens(self, person: str) -> int:
        """Remove all of somebody's tokens."""
        return self.connection.execute(delete(tokens).where(tokens.c.person == person)).rowcount

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
