"""Signing in: passwords, sessions and tokens that can be ended, the first administrator, a pause after wrong tries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from dms.desk.accounts.masters import add_person, deciding
from dms.desk.acts import gate
from dms.domain.policy import Action
from dms.errors import NotFound, NotPermitted, Usage
from dms.ports.accounts import Account, Passwords, Session, Token
from dms.ports.catalogue import Act, Person, Transaction
from dms.ports.world import World
from dms.said import Do, Said

HOURS = 12
SHORTEST = 10
_FREE_TRIES, _LONGEST_PAUSE = 4, 300.0
SCOPES = ("read", "write")
# Marks a token in a file or a log, so that one that leaked is found.
TOKEN_MARK = "dms_"  # noqa: S105 a mark, no secret
LONGEST_DAYS = 366


class Doorkeeper:
    """Lets people in, one for a server.

    Args:
        passwords: hashes them.
    """

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._first = ""
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
            raise NotPermitted(
                Said("Login or password is wrong."), Said("Ask the archive's administrator for a new password.")
            )
        with self._lock:
            for key in keys:
                self._wrong.pop(key, None)
        return admit(world, login, source=source)

    def set_password(self, world: World, login: str, password: str) -> None:
        """Set a password: one's own, or as somebody who keeps the archive's people. Other sessions end.

        Raises:
            Usage: too short.
            NotFound: nobody has that login.
            NotPermitted: not for the asker; of somebody who decides over records, only for the general manager.
        """
        with world.catalogue.begin() as tx:
            me = gate.person(world, tx)
            if login not in (me.login, me.code):
                gate.permitted(world, tx, Action.KEEP_PEOPLE)
            person = next((p for p in tx.people() if login in (p.login, p.code)), None)
            if person is None or not person.login:
                raise NotFound(
                    Said("Nobody signs in as “{login}”.", login=login),
                    Said("Give the person a login: {act}", act=Do("people add", "…", login=True)),
                )
            if person.code != me.code and deciding(person) and "general_manager" not in me.roles:
                # Whoever sets a password could sign in with it, and decide what is not his to decide.
                raise NotPermitted(
                    Said("The password of {person} is set by himself or the general manager.", person=person.name),
                    Said("Ask one of them."),
                )
            if len(password) < SHORTEST:
                raise Usage(
                    Said("A password has {shortest} characters at least.", shortest=SHORTEST),
                    Said("A sentence is easy to remember."),
                )
            tx.save_account(Account(person.login, self._passwords.hash(password), world.now()))
            tx.end_sessions(person.login)
            tx.log(Act(world.now(), world.user, "password", person.code))

    def change_password(self, world: World, old: str, new: str) -> None:
        """Change one's own password, knowing the old one; every session of his ends.

        Raises:
            NotPermitted: the old one is wrong, or it was tried wrongly too often.
            Usage: the new one is too short.
        """
        keys = (f"login:{world.user}",)
        self._pause(keys)
        with world.catalogue.look() as tx:
            account = tx.account(world.user)
        if not self._passwords.matches(account.secret if account else self._nobody, old) or account is None:
            self._note_wrong(keys)
            raise NotPermitted(
                Said("The old password is wrong."), Said("Type it again, or ask the archive's administrator.")
            )
        self.set_password(world, world.user, new)

    def first_code(self, world: World) -> str:
        """Return the one-time code for the first administrator while nobody can sign in; empty afterwards."""
        with world.catalogue.look() as tx:
            if tx.accounts():
                self._first = ""
                return ""
        self._first = self._first or "-".join(secrets.token_hex(2) for _ in range(4))
        return self._first

    def begin(self, world: World, code: str, person: Person, password: str, *, source: str) -> None:
        """Let whoever reads the server's console make the first account, his own.

        Args:
            world: the archive.
            code: from :meth:`first_code`.
            person: he; where somebody has that login already, that one is meant.
            password: his new password.
            source: address of the browser.

        Raises:
            NotPermitted: a wrong code, or somebody can sign in already.
            Usage: a password too short, a code or name that cannot be.
        """
        self._pause((f"source:{source}",))
        expected = self.first_code(world)
        if not expected:
            raise NotPermitted(Said("The first account was made already."), Said("Sign in, or ask whoever made it."))
        if not hmac.compare_digest(expected.encode(), code.strip().lower().encode("utf-8", "replace")):
            self._note_wrong((f"source:{source}",))
            raise NotPermitted(
                Said("The code is wrong."), Said("It stands on the console where “{act}” runs.", act=Do("serve"))
            )
        if len(password) < SHORTEST:
            raise Usage(
                Said("A password has {shortest} characters at least.", shortest=SHORTEST),
                Said("A sentence is easy to remember."),
            )
        with world.catalogue.look() as tx:
            people = list(tx.people())
        meant = next((p for p in people if person.login == p.login), None)
        if meant is None:
            # The console is the machine's owner's: who may start the server may enter a general manager as well.
            owner = next((p for p in people if "general_manager" in p.roles), None)
            if owner is not None and person.code in {p.code for p in people}:
                raise Usage(
                    Said("The code {person} is taken.", person=person.code),
                    Said("Choose another, or the login of that person."),
                )
            add_person(replace(world, user=owner.login or owner.code) if owner else world, person)
        self.set_password(replace(world, user=person.login), person.login, password)
        with world.catalogue.begin() as tx:
            tx.log(Act(world.now(), person.login, "first-run", person.code, "", {"from": source}))
        self._first = ""

    def _pause(self, keys: tuple[str, ...]) -> None:
        now = time.monotonic()
        with self._lock:
            waits = [until - now for key in keys for _, until in [self._wrong.get(key, (0, 0.0))] if until > now]
        if waits:
            raise NotPermitted(
                Said("Too many wrong tries."), Said("Try again in {waits} seconds.", waits=int(max(waits)) + 1)
            )

    def _note_wrong(self, keys: tuple[str, ...]) -> None:
        now = time.monotonic()
        with self._lock:
            if len(self._wrong) > 10_000:
                self._wrong = {k: v for k, v in self._wrong.items() if v[1] > now}
            for key in keys:
                tries = self._wrong.get(key, (0, 0.0))[0] + 1
                pause = 0.0 if tries <= _FREE_TRIES else min(_LONGEST_PAUSE, 2.0 ** (tries - _FREE_TRIES))
                self._wrong[key] = (tries, now + pause)


def admit(world: World, login: str, *, source: str, how: str = "password") -> str:
    """Begin a session for somebody who proved who he is; return its token, the value of a cookie.

    Raises:
        NotPermitted: nobody of the archive has that login.
    """
    now = world.clock.now().timestamp()
    token = secrets.token_urlsafe(32)
    with world.catalogue.begin() as tx:
        if not _still_there(tx, login):
            raise NotPermitted(
                Said("“{login}” is not among the people of this archive.", login=login),
                Said("Its administrator can add you."),
            )
        tx.end_sessions("", before=now)
        tx.save_session(Session(_digest(token), login, world.now(), now + HOURS * 3600))
        tx.log(Act(world.now(), login, "sign-in", "", "", {"from": source, "how": how}))
    return token


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


def make_token(world: World, name: str, *, scope: str = "read", days: int = 90) -> str:
    """Make a token for a program that acts in the asker's name; return its value, told only now.

    Raises:
        Usage: no name, an unknown scope, or days that are none.
        NotPermitted: the archive does not know him.
    """
    if not name.strip():
        raise Usage(
            Said("A token has a name that says where it is used."), Said("Such as: scanner on the second floor.")
        )
    if scope not in SCOPES:
        raise Usage(Said("There is no scope “{scope}”.", scope=scope), Said("Scopes: {scopes}", scopes=tuple(SCOPES)))
    if not 1 <= days <= LONGEST_DAYS:
        raise Usage(Said("A token holds 1 to {longest_days} days.", longest_days=LONGEST_DAYS), Said("90 is usual."))
    value = TOKEN_MARK + secrets.token_urlsafe(32)
    until = world.clock.now().timestamp() + days * 86400
    with world.catalogue.begin() as tx:
        me = gate.person(world, tx)
        tx.save_token(Token(_digest(value), me.login, name.strip()[:200], scope, world.now(), until))
        tx.log(Act(world.now(), world.user, "token", me.code, name.strip()[:200], {"scope": scope, "days": days}))
    return value


def tokens(world: World) -> Sequence[Token]:
    """Return the asker's tokens, oldest first; their values are kept nowhere."""
    with world.catalogue.look() as tx:
        return tx.tokens(gate.person(world, tx).login)


def end_token(world: World, digest: str) -> None:
    """End one of the asker's tokens.

    Raises:
        NotFound: he has none like it.
    """
    with world.catalogue.begin() as tx:
        me = gate.person(world, tx)
        token = tx.token(digest)
        if token is None or token.login != me.login:
            raise NotFound(Said("There is no such token."), Said("Settings lists yours."))
        tx.end_token(digest)
        tx.log(Act(world.now(), world.user, "end-token", me.code, token.name))


def token_holder(world: World, value: str) -> tuple[str, str]:
    """Return login and scope of a token, empty where it is none, has ended, or its person is gone."""
    digest = _digest(value)
    today = world.now()[:10]
    with world.catalogue.look() as tx:
        token = tx.token(digest)
        if token is None or token.until < world.clock.now().timestamp() or not _still_there(tx, token.login):
            return "", ""
    if token.used_at != today:
        with world.catalogue.begin() as tx:
            tx.save_token(replace(token, used_at=today))
    return token.login, token.scope


def sessions(world: World) -> Sequence[Session]:
    """Return the asker's sessions, oldest first."""
    with world.catalogue.look() as tx:
        return tx.sessions(gate.person(world, tx).login)


def end_other_sessions(world: World, token: str) -> int:
    """End the asker's sessions but the one he asks from; return how many."""
    with world.catalogue.begin() as tx:
        me = gate.person(world, tx)
        others = [s for s in tx.sessions(me.login) if s.token != _digest(token)]
        for one in others:
            tx.end_session(one.token)
        tx.log(Act(world.now(), world.user, "end-sessions", me.code, "", {"count": len(others)}))
    return len(others)


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
