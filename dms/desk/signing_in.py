"""Signing in: passwords, sessions that can be ended, and a pause after wrong tries."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time

from dms.desk import gate
from dms.domain.policy import Action
from dms.errors import NotFound, NotPermitted, Usage
from dms.ports.accounts import Account, Passwords, Session
from dms.ports.catalogue import Act, Transaction
from dms.ports.world import World

HOURS = 12
SHORTEST = 10
_FREE_TRIES, _LONGEST_PAUSE = 4, 300.0


class Doorkeeper:
    """Lets people in, one for a server.

    Args:
        passwords: hashes them.
    """

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._lock = threading.Lock()
        self._wrong: dict[str, tuple[int, float]] = {}
        # Compared where there is no account, so that an answer takes as long.
        self._nobody = passwords.hash(secrets.token_hex(8))

    def sign_in(self, world: World, login: str, password: str, *, source: str) -> str:
        """Return the value of a new session's cookie.

        Args:
            world: the archive.
            login: as typed.
            password: as typed.
            source: address of the browser; wrong tries are counted by it and by login.

        Raises:
            NotPermitted: wrong, or too many wrong tries: try later. Which of both is wrong is not told.
        """
        keys = (f"login:{login}", f"source:{source}")
        self._pause(keys)
        with world.catalogue.look() as tx:
            account = tx.account(login)
            known = any(login == p.login for p in tx.people())
        right = self._passwords.matches(account.secret if account else self._nobody, password)
        if not (right and account and known):
            self._note_wrong(keys)
            with world.catalogue.begin() as tx:
                tx.log(Act(world.now(), login[:120], "sign-in-refused", "", "", {"from": source}))
            raise NotPermitted("Login or password is wrong.", "Ask the archive's administrator for a new password.")
        with self._lock:
            for key in keys:
                self._wrong.pop(key, None)
        token = secrets.token_urlsafe(32)
        until = world.clock.now().timestamp() + HOURS * 3600
        with world.catalogue.begin() as tx:
            tx.end_sessions("", before=world.clock.now().timestamp())
            tx.save_session(Session(_digest(token), login, world.now(), until))
            tx.log(Act(world.now(), login, "sign-in", "", "", {"from": source}))
        return token

    def set_password(self, world: World, login: str, password: str) -> None:
        """Set a password: one's own, or as somebody who keeps the archive's people. Other sessions end.

        Raises:
            Usage: too short.
            NotFound: nobody has that login.
            NotPermitted: not for the asker.
        """
        with world.catalogue.begin() as tx:
            me = gate.person(world, tx)
            if login not in (me.login, me.code):
                gate.permitted(world, tx, Action.KEEP_PEOPLE)
            person = next((p for p in tx.people() if login in (p.login, p.code)), None)
            if person is None or not person.login:
                raise NotFound(f"Nobody signs in as “{login}”.", "Give the person a login: dms people add … --login")
            if len(password) < SHORTEST:
                raise Usage(f"A password has {SHORTEST} characters at least.", "A sentence is easy to remember.")
            tx.save_account(Account(person.login, self._passwords.hash(password), world.now()))
            tx.end_sessions(person.login)
            tx.log(Act(world.now(), world.user, "password", person.code))

    def _pause(self, keys: tuple[str, ...]) -> None:
        now = time.monotonic()
        with self._lock:
            waits = [until - now for key in keys for _, until in [self._wrong.get(key, (0, 0.0))] if until > now]
        if waits:
            raise NotPermitted("Too many wrong tries.", f"Try again in {int(max(waits)) + 1} seconds.")

    def _note_wrong(self, keys: tuple[str, ...]) -> None:
        now = time.monotonic()
        with self._lock:
            if len(self._wrong) > 10_000:
                self._wrong = {k: v for k, v in self._wrong.items() if v[1] > now}
            for key in keys:
                tries = self._wrong.get(key, (0, 0.0))[0] + 1
                pause = 0.0 if tries <= _FREE_TRIES else min(_LONGEST_PAUSE, 2.0 ** (tries - _FREE_TRIES))
                self._wrong[key] = (tries, now + pause)


def signed_in(world: World, token: str) -> str:
    """Return the login of a session, empty where there is none or it has ended; its use prolongs it."""
    now = world.clock.now().timestamp()
    digest = _digest(token)
    with world.catalogue.look() as tx:
        session = tx.session(digest)
        if session is None or session.until < now or not _still_there(tx, session.login):
            return ""
    if session.until - now < (HOURS - 1) * 3600:
        with world.catalogue.begin() as tx:
            tx.save_session(Session(digest, session.login, session.created_at, now + HOURS * 3600))
    return session.login


def sign_out(world: World, token: str) -> None:
    """End a session."""
    with world.catalogue.begin() as tx:
        session = tx.session(_digest(token))
        if session is not None:
            tx.end_session(session.token)
            tx.log(Act(world.now(), session.login, "sign-out", ""))


def _still_there(tx: Transaction, login: str) -> bool:
    return any(p.login == login for p in tx.people())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
