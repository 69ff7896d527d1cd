"""Signing in: passwords, sessions and tokens that can be ended, the first administrator, a pause after wrong tries.

Everything hangs on the person: a login only leads to him.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dms.desk.accounts.people import deciding, end_entries, of_login, refuse_token, told_of
from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.domain.actor import Actor, Called, Way, taken_by
from dms.domain.policy import Action, Role
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.ports.accounts import Account, Passwords, Session, Token
from dms.ports.catalogue import Person, Transaction
from dms.ports.sign_on import Vouched
from dms.ports.world import Archive, World
from dms.said import Do, Said

TOKEN = ActKind("token", None, Of.PERSON)
END_TOKEN = ActKind("end-token", None, Of.PERSON)
END_SESSIONS = ActKind("end-sessions", None, Of.PERSON)
PASSWORD = ActKind("password", None, Of.PERSON)


SIGN_IN = ActKind("sign-in", None, Of.PERSON)
SIGN_IN_REFUSED = ActKind("sign-in-refused", None, Of.PERSON)
SIGN_OUT = ActKind("sign-out", None, Of.PERSON)
FIRST_RUN = ActKind("first-run", None, Of.PERSON)
VOUCHED = ActKind("vouched", None, Of.PERSON)
SET_PASSWORD = ActKind("password", Action.KEEP_PEOPLE, Of.PERSON)

HOURS = 12
# However much it is used, a session ends: everybody proves once a day who he is.
MOST_HOURS = 24
SHORTEST = 10
_FREE_TRIES, _LONGEST_PAUSE = 4, 300.0
SCOPES = ("read", "write")
# Marks a token in a file or a log, so that one that leaked is found.
TOKEN_MARK = "dms_"  # noqa: S105 a mark, no secret
LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who was let in.

    Attributes:
        actor: who he is, and how he came.
        scope: ``read`` or ``write``: what a token lets him do; a session may do all.
        must_change: his password was set by somebody else, and is good for nothing but choosing his own.
    """

    actor: Actor
    scope: str = "write"
    must_change: bool = False


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

    def sign_in(self, archive: Archive, login: str, password: str, *, source: str) -> str:
        """Return the value of a new session's cookie.

        Args:
            archive: the archive.
            login: as typed.
            password: as typed.
            source: address of the browser; wrong tries are counted by it and by login.

        Raises:
            NotPermitted: wrong, or too many wrong tries: try later. Which of both is wrong is not told.
        """
        keys = (f"login:{login}", f"source:{source}")
        self._pause(keys)
        with archive.catalogue.look() as tx:
            person = of_login(tx.people(), login)
            account = tx.account(person.code) if person else None
        right = self._passwords.matches(account.secret if account and account.secret else self._nobody, password)
        if not (right and account and account.secret and person):
            self._note_wrong(keys)
            with gate.entering(archive, SIGN_IN_REFUSED, login[:120], **{"from": source}):
                pass  # the line in the log is all there is of it
            raise NotPermitted(
                Said("Login or password is wrong."), Said("Ask the archive's administrator for a new password.")
            )
        with self._lock:
            for key in keys:
                self._wrong.pop(key, None)
        return admit(archive, person.code, source=source)

    def set_password(self, world: World, named: str, password: str, *, lasting: bool = False) -> None:
        """Set somebody else's password; at the console one's own too. His sessions and tokens end.

        Args:
            world: the archive, and who acts.
            named: the person's code or login.
            password: the new password.
            lasting: he keeps it; else he chooses his own when he signs in first.

        Raises:
            Usage: too short.
            NotFound: nobody has that login.
            NotPermitted: not for the asker; his own, which needs the old one; of somebody who decides over records,
                only for a general manager; or he came by token.
        """
        refuse_token(world)
        self._refuse_short(password)
        with world.catalogue.look() as tx:
            me = gate.person(world, tx)
            person = _of_name(tx, named)
        own = person is not None and person.code == me.code
        if own and world.actor.way is not Way.CONSOLE:
            raise NotPermitted(
                Said("Your own password is changed with the old one."), Said("Settings has the form for it.")
            )
        secret = self._passwords.hash(password)
        kind = PASSWORD if own else SET_PASSWORD
        with gate.acting(world, kind, target=person.code if person else "") as act:
            if person is None or not person.login:
                raise NotFound(
                    Said("Nobody signs in as “{named}”.", named=named),
                    Said("Give the person a login: {act}", act=Do("people add", "…", login=True)),
                )
            if not own and deciding(person) and Role.GENERAL_MANAGER not in act.me.roles:
                # Whoever sets a password could sign in with it, and decide what is not his to decide.
                raise NotPermitted(
                    Said("The password of {person} is set by himself or the general manager.", person=person.name),
                    Said("Ask one of them."),
                )
            must_change = not (own or lasting)
            _save_secret(act.tx, person.code, secret, act.now, must_change=must_change)
            act.notes["once"] = must_change

    def change_password(self, world: World, old: str, new: str) -> None:
        """Change one's own password, knowing the old one; every session and token of his ends.

        Raises:
            NotPermitted: the old one is wrong, it was tried wrongly too often, or he came by token.
            Usage: the new one is too short, or the old one again.
        """
        refuse_token(world)
        with world.catalogue.look() as tx:
            me = gate.person(world, tx)
            account = tx.account(me.code)
        keys = (f"login:{me.login}",)
        self._pause(keys)
        if not self._passwords.matches(account.secret if account and account.secret else self._nobody, old) or (
            account is None
        ):
            self._note_wrong(keys)
            raise NotPermitted(
                Said("The old password is wrong."), Said("Type it again, or ask the archive's administrator.")
            )
        self._refuse_short(new)
        if new == old:
            raise Usage(Said("The new password is the old one."), Said("Choose another."))
        secret = self._passwords.hash(new)
        with gate.acting(world, PASSWORD, target=me.code) as act:
            _save_secret(act.tx, me.code, secret, act.now, must_change=False)

    def first_code(self, archive: Archive) -> str:
        """Return the one-time code for the first administrator while nobody can sign in; empty afterwards."""
        with archive.catalogue.look() as tx:
            if tx.accounts():
                self._first = ""
                return ""
        with self._lock:
            self._first = self._first or "-".join(secrets.token_hex(2) for _ in range(4))
            return self._first

    def begin(self, archive: Archive, code: str, person: Person, password: str, *, source: str) -> None:
        """Let whoever reads the server's console make the first account, his own; one commit claims the code.

        Args:
            archive: the archive.
            code: from :meth:`first_code`.
            person: he; where somebody has that login already, that one is meant.
            password: his new password.
            source: address of the browser.

        Raises:
            NotPermitted: a wrong code, or somebody can sign in already.
            Usage: a password too short, a code or name that cannot be.
            Conflict: the login or code is another person's.
        """
        self._pause((f"source:{source}",))
        expected = self.first_code(archive)
        if not expected:
            raise _first_made()
        if not hmac.compare_digest(expected.encode(), code.strip().lower().encode("utf-8", "replace")):
            self._note_wrong((f"source:{source}",))
            raise NotPermitted(
                Said("The code is wrong."), Said("It stands on the console where “{act}” runs.", act=Do("serve"))
            )
        self._refuse_short(password)
        secret = self._passwords.hash(password)
        with gate.entering(archive, FIRST_RUN, **{"from": source}) as act:
            if act.tx.accounts():
                raise _first_made()
            meant, new = _first_person(act.tx, person)
            act.by = act.target = meant.code
            if new:
                act.notes["after"] = told_of(meant)
            _save_secret(act.tx, meant.code, secret, act.now, must_change=False)
        self._first = ""

    @staticmethod
    def _refuse_short(password: str) -> None:
        if len(password) < SHORTEST:
            raise Usage(
                Said("A password has {shortest} characters at least.", shortest=SHORTEST),
                Said("A sentence is easy to remember."),
            )

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


def admit(archive: Archive, person: str, *, source: str, how: str = "password") -> str:
    """Begin a session for somebody who proved who he is; return its token, the value of a cookie.

    Raises:
        NotPermitted: nobody of the archive has that code.
    """
    now = archive.clock.now().timestamp()
    token = secrets.token_urlsafe(32)
    with gate.entering(archive, SIGN_IN, person, **{"from": source, "how": how}) as act:
        if not _still_there(act.tx, person):
            raise NotPermitted(
                Said("“{person}” is not among the people of this archive.", person=person),
                Said("Its administrator can add you."),
            )
        act.tx.end_sessions("", before=now)
        act.tx.add_session(Session(_digest(token), person, act.now, now + HOURS * 3600, now + MOST_HOURS * 3600))
    return token


def admit_vouched(archive: Archive, vouched: Vouched, *, source: str) -> str:
    """Begin a session for somebody the office's directory vouches for; his lasting name there is kept with him.

    The login the directory tells leads to him once. From then on his subject counts: a login that is given to somebody
    else there, as offices do, is nobody here until a general manager says who he is.

    Raises:
        NotPermitted: nobody here has that login, or it led to another person of the directory before.
    """
    with gate.entering(archive, VOUCHED, issuer=vouched.issuer) as act:
        tx = act.tx
        account = tx.account_at(vouched.issuer, vouched.subject)
        act.logged = account is None
        if account is None:
            person = of_login(tx.people(), vouched.login)
            if person is None:
                raise NotPermitted(
                    Said("“{login}” is not among the people of this archive.", login=vouched.login),
                    Said("Its administrator can add you."),
                )
            known = tx.account(person.code)
            if known and known.subject:
                raise NotPermitted(
                    Said("“{login}” was somebody else in the directory before.", login=vouched.login),
                    Said("A general manager gives the person another login, and enters you."),
                )
            account = replace(
                known or Account(person.code, "", archive.now()), issuer=vouched.issuer, subject=vouched.subject
            )
            tx.save_account(account)
        act.by = act.target = account.person
    return admit(archive, account.person, source=source, how="directory")


def signed_in(archive: Archive, token: str) -> Entered | None:
    """Return who has a session, None where there is none or it has ended; its use prolongs it."""
    now = archive.clock.now().timestamp()
    digest = _digest(token)
    with archive.catalogue.look() as tx:
        session = tx.session(digest)
        if session is None or min(session.until, session.ends) < now or not _still_there(tx, session.person):
            return None
        account = tx.account(session.person)
    if session.until - now < (HOURS - 1) * 3600 and session.until < session.ends:
        with gate.noting(archive) as tx:
            tx.prolong_session(digest, now + HOURS * 3600)
    return Entered(Actor(session.person, way=Way.SESSION), must_change=bool(account and account.must_change))


def still_open(archive: Archive, token: str) -> bool:
    """Tell whether a session goes on, without prolonging it: for answers that last longer than a question."""
    now = archive.clock.now().timestamp()
    with archive.catalogue.look() as tx:
        session = tx.session(_digest(token))
        return (
            session is not None
            and min(session.until, session.ends) >= now
            and _still_there(tx, session.person)
        )  # fmt: skip


def make_token(world: World, name: str, *, scope: str = "read", days: int = 90) -> str:
    """Make a token for a program that acts in the asker's name; return its value, told only now.

    Raises:
        Usage: no name, an unknown scope, or days that are none.
        NotPermitted: the archive does not know him, or he came by token himself.
    """
    refuse_token(world)
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
    called = name.strip()[:200]
    with gate.acting(world, TOKEN, reason=called) as act:
        act.tx.add_token(Token(_digest(value), act.me.code, called, scope, act.now, until))
        act.notes |= {"scope": scope, "days": days}
    return value


def tokens(world: World) -> Sequence[Token]:
    """Return the asker's tokens, oldest first; their values are kept nowhere."""
    with world.catalogue.look() as tx:
        return tx.tokens(gate.person(world, tx).code)


def end_token(world: World, digest: str) -> None:
    """End one of the asker's tokens.

    Raises:
        NotFound: he has none like it.
        NotPermitted: he came by token himself.
    """
    refuse_token(world)
    with gate.acting(world, END_TOKEN) as act:
        token = act.tx.token(digest)
        if token is None or token.person != act.me.code:
            raise NotFound(Said("There is no such token."), Said("Settings lists yours."))
        act.tx.end_token(digest)
        act.notes["name"] = token.name


def token_holder(archive: Archive, value: str) -> Entered | None:
    """Return who has a token and what it lets him do; None where it is none, has ended, or its person is gone."""
    digest = _digest(value)
    today = archive.now()[:10]
    with archive.catalogue.look() as tx:
        token = tx.token(digest)
        if token is None or token.until < archive.clock.now().timestamp() or not _still_there(tx, token.person):
            return None
    if token.used_at != today:
        with gate.noting(archive) as tx:
            tx.token_used(digest, today)
    return Entered(Actor(token.person, way=Way.TOKEN), scope=token.scope)


def sessions(world: World) -> Sequence[Session]:
    """Return the asker's sessions, oldest first."""
    with world.catalogue.look() as tx:
        return tx.sessions(gate.person(world, tx).code)


def end_other_sessions(world: World, token: str) -> int:
    """End the asker's sessions but the one he asks from; return how many.

    Raises:
        NotPermitted: he came by token.
    """
    refuse_token(world)
    with gate.acting(world, END_SESSIONS) as act:
        others = [s for s in act.tx.sessions(act.me.code) if s.token != _digest(token)]
        for one in others:
            act.tx.end_session(one.token)
        act.notes["count"] = len(others)
    return len(others)


def sign_out(archive: Archive, token: str) -> None:
    """End a session."""
    with gate.entering(archive, SIGN_OUT) as act:
        session = act.tx.session(_digest(token))
        act.logged = session is not None
        if session is not None:
            act.tx.end_session(session.token)
            act.by = session.person


def _first_made() -> NotPermitted:
    return NotPermitted(Said("The first account was made already."), Said("Sign in, or ask whoever made it."))


def _first_person(tx: Transaction, person: Person) -> tuple[Person, bool]:
    """Return whom the first account is for, and whether he is new: else it is who has that login already.

    The console is the machine's owner's: who may start the server may enter a general manager as well.
    """
    people = list(tx.people())
    meant = of_login(people, person.login)
    if meant is not None:
        return meant, False
    known = [Called(p.code, p.login) for p in people]
    if person.code in {p.code for p in people}:
        raise Usage(
            Said("The code {person} is taken.", person=person.code),
            Said("Choose another, or the login of that person."),
        )
    taken = taken_by(person.code, person.login, known)
    if taken:
        raise Conflict(
            Said("The login “{login}” names {taken} already.", login=person.login, taken=taken), Said("Choose another.")
        )
    tx.save_person(person)
    return person, True


def _of_name(tx: Transaction, named: str) -> Person | None:
    people = tx.people()
    return next((p for p in people if p.code == named), None) or of_login(people, named)


def _save_secret(tx: Transaction, person: str, secret: str, now: str, *, must_change: bool) -> None:
    known = tx.account(person) or Account(person, "", now)
    tx.save_account(replace(known, secret=secret, changed_at=now, must_change=must_change))
    end_entries(tx, person)


def _still_there(tx: Transaction, person: str) -> bool:
    return any(p.code == person for p in tx.people())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


ACTS = (
    SIGN_IN, SIGN_IN_REFUSED, SIGN_OUT, FIRST_RUN, VOUCHED, SET_PASSWORD, TOKEN, END_TOKEN, END_SESSIONS,
)  # fmt: skip
