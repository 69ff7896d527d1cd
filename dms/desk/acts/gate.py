"""The gate: permission, transaction and log entry together. Every act of the desk passes here; deny by default.

An act has three phases. *Prepare* has no transaction: it reads the vault, stamps, crops, compares. *Pass* is
:func:`acting`: it opens the transaction, finds who acts (also for whom he stands in), finds the record as far as he may
know of it, asks the policy, lets the act check state and signatures and change what it changes, and logs it in the same
commit; what the vault shall hold it stages (:meth:`Passage.write`). *After*, what is decided is written into the vault,
then comes what the act leaves with :meth:`Passage.afterwards`: files to remove, an index to refresh.
:func:`looking` is the one way to read within what somebody may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dms.desk.acts.kinds import ActKind
from dms.domain.access import Reach, Standing
from dms.domain.actor import Actor, Called, Way, named
from dms.domain.numbers import fold, is_code, is_paper
from dms.domain.policy import Action, who_can
from dms.domain.query import Scope
from dms.domain.record import Record
from dms.errors import NotFound, NotPermitted, Usage
from dms.flow.versions import complete, decide, finish, write_due
from dms.ports.catalogue import Act, Due, Person, Transaction
from dms.ports.sight import reach_of
from dms.ports.vault import Version
from dms.ports.world import Archive, World
from dms.said import Do, Said, Word

# Called with the name of an act before its pass phase; tests let somebody else act there.
_BETWEEN: ContextVar[Callable[[str], None] | None] = ContextVar("dms_between", default=None)


@dataclass(slots=True)
class Passage:
    """One act on its way through the gate.

    Attributes:
        tx: the transaction everything belongs to.
        me: who acts.
        reach: how he stands to records.
        standing: in whose place he acts, himself unless he stands in for somebody.
        now: ISO time of the act.
        found: the record acted on, as it was when the act began; None for acts on none.
        notes: what the log keeps besides; filled in while the act happens.
        target: what the log names, where only the act itself can tell.
        logged: False where the act found nothing to do and leaves no line.
    """

    archive: Archive
    tx: Transaction
    me: Person
    reach: Reach
    standing: Standing
    now: str
    found: Record | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    target: str = ""
    logged: bool = True
    _after: list[Callable[[], object]] = field(default_factory=list)
    _due: list[Due] = field(default_factory=list)

    @property
    def record(self) -> Record:
        """The record acted on.

        Raises:
            LookupError: the act is on no record (a mistake of ours).
        """
        if self.found is None:
            raise LookupError("this act is on no record")
        return self.found

    @property
    def scope(self) -> Scope:
        """What the one who acts may see, for queries within this act."""
        return scope_of(self.tx, self.reach)

    @property
    def parties(self) -> frozenset[str]:
        """Who does this: he, and in whose place."""
        return frozenset({self.me.code, self.standing.code})

    def see(self, named: str) -> Record:
        """Return another record somebody named, if he may see it; raises as :func:`record` does."""
        return seen(self.tx, self.reach, named)

    def log_also(self, kind: ActKind, target: str, reason: str = "", **notes: Any) -> None:
        """Log what this act does to one of several things besides its own line, in the same commit."""
        self.tx.log(Act(self.now, self.me.code, kind.name, target, reason, notes))

    def head(self, object_id: str) -> Version | None:
        """Return the newest version of an object, with what earlier commits decided of it; None where there is none.

        Raises:
            Unavailable, Damaged: what was decided cannot be written.
        """
        write_due(self.archive, self.tx, object_id)
        return self.archive.vault.head(object_id)

    def write(
        self, object_id: str, files: Mapping[str, Path | bytes | None], message: Said, *, new: bool = False
    ) -> None:
        """Let this act's commit decide the next version of an object in the vault; see :mod:`dms.flow.versions`.

        Args:
            object_id: whose version.
            files: what it holds, added, replaced or (None) removed; what is given may be gone afterwards.
            message: why this version exists.
            new: the object must not be there yet.

        Raises:
            Unavailable: the vault cannot be written; the act must not pass.
            ValueError: it has decided one of this object already (a mistake of ours).
        """
        if any(one.object_id == object_id for one in self._due):
            # The second would follow the first, which no commit has decided yet.
            raise ValueError(f"an act decides one version of {object_id}")
        due = decide(
            self.archive, self.tx, object_id, files, message=message.stored(), user=self.me.code, at=self.now, new=new
        )
        if due is not None:
            self._due.append(due)

    def afterwards(self, work: Callable[[], object]) -> None:
        """Do something once the act is committed, and only then."""
        self._after.append(work)


def enter(archive: Archive, called: str, *, way: Way = Way.CONSOLE) -> World:
    """Return the archive as somebody uses it who is called by his login or his code.

    Whom the archive does not know gets an actor without a person: he is refused whatever needs a permission.
    """
    with archive.catalogue.look() as tx:
        codes = named(called, _called(tx))
    return as_actor(archive, Actor(codes[0] if len(codes) == 1 else "", called, way))


def as_actor(archive: Archive, actor: Actor) -> World:
    """Return the archive as an actor uses it."""
    if isinstance(archive, World):
        return replace(archive, actor=actor)
    told = {name: getattr(archive, name) for name in Archive.__dataclass_fields__}
    return World(**told, actor=actor)


def _called(tx: Transaction) -> list[Called]:
    return [Called(p.code, p.login) for p in tx.people()]


def person(world: World, tx: Transaction) -> Person:
    """Return who acts, as the archive knows him now.

    Raises:
        NotPermitted: the archive does not know him, or knows two people who may be meant.
    """
    actor = world.actor
    people = {p.code: p for p in tx.people()}
    codes = [actor.person] if actor.person else named(actor.called, _called(tx))
    if len(codes) > 1:
        raise NotPermitted(
            Said("“{called}” names two people: {codes}.", called=actor.called, codes=" and ".join(codes)),
            Said(
                "Act by code ({inputs}); the general manager gives one of them another login: {act}",
                act=Do("people add"),
                inputs=Do("", as_="CODE"),
            ),
        )
    if not codes or codes[0] not in people:
        called = actor.called or actor.person
        raise NotPermitted(
            Said("“{called}” is not among the people of this archive.", called=called),
            Said("Somebody who is can add you: {act}", act=Do("people add", "CODE", "NAME", login=called)),
        )
    return people[codes[0]]


def reach(world: World, tx: Transaction) -> tuple[Person, Reach]:
    """Return who acts and how he stands to records: as himself, for those he stands in for today, by grants."""
    me = person(world, tx)
    return me, reach_of(tx, me, world.clock)


def scope(world: World, tx: Transaction) -> Scope:
    """Return what the acting person may see (R5)."""
    _, mine = reach(world, tx)
    return scope_of(tx, mine)


def scope_of(tx: Transaction, mine: Reach) -> Scope:
    """Return a reach as a scope for queries."""
    wide = mine.scope()
    return wide if wide.everything else mine.scope(tx.customers_of(sorted(wide.managers)))


@contextmanager
def acting(
    world: World, kind: ActKind | Action, named: str = "", *, target: str = "", reason: str = "", other: str = ""
) -> Iterator[Passage]:
    """Let one act pass, or raise.

    Args:
        world: the archive, and who acts.
        kind: what is done; its name stands in the log.
        named: code or paper number of the record acted on; empty for acts on none.
        target: what the log names for acts on no record.
        reason: why.
        other: name of the act, where it is told by its permission only.

    Raises:
        NotPermitted: he may not; the hint says who may.
        NotFound: there is no such record, or he may not know of it: both look the same.
        Usage: ``named`` is neither a code nor a paper number.
    """
    if isinstance(kind, Action):
        kind = ActKind(other or kind.value, kind)
    between = _BETWEEN.get()
    if between is not None:
        between(kind.name)
    with world.catalogue.begin() as tx:
        me, mine = reach(world, tx)
        found = seen(tx, mine, named) if named else None
        standing = allow(mine, kind.action, found)
        passage = Passage(world, tx, me, mine, standing, world.now(), found)
        if standing.code != me.code:
            passage.notes["for"] = standing.code
        yield passage
        if passage.logged:
            about = passage.target or target or (passage.found.code if passage.found else "")
            tx.log(Act(passage.now, me.code, kind.name, about, reason, passage.notes))
    finish(world, passage._due)
    for work in passage._after:
        work()


@dataclass(slots=True)
class Entrance:
    """An act of somebody whom the archive has not let in, or of the machine's owner while it knows nobody.

    Attributes:
        by: who acts, as the log names him; filled in while the act finds it out.
    """

    tx: Transaction
    now: str
    by: str = ""
    target: str = ""
    reason: str = ""
    notes: dict[str, Any] = field(default_factory=dict)
    logged: bool = True


@contextmanager
def entering(archive: Archive, kind: ActKind, by: str = "", **notes: Any) -> Iterator[Entrance]:
    """Let an act pass that no permission can be asked for: at the door, and before the archive knows anybody."""
    between = _BETWEEN.get()
    if between is not None:
        between(kind.name)
    with archive.catalogue.begin() as tx:
        entrance = Entrance(tx, archive.now(), by, notes=dict(notes))
        yield entrance
        if entrance.logged:
            told = (entrance.target, entrance.reason, entrance.notes)
            tx.log(Act(entrance.now, entrance.by, kind.name, *told))


@contextmanager
def noting(archive: Archive) -> Iterator[Transaction]:
    """Write what is no act and leaves no line: that a session is used, that a call was answered."""
    with archive.catalogue.begin() as tx:
        yield tx


@contextmanager
def interleaved(between: Callable[[str], None]) -> Iterator[None]:
    """Let tests act for somebody else between the prepare and the pass phase of every act inside."""
    token = _BETWEEN.set(between)
    try:
        yield
    finally:
        _BETWEEN.reset(token)


@contextmanager
def looking(world: World) -> Iterator[tuple[Transaction, Scope]]:
    """Read within what somebody may see; nothing is logged, so show no record's content from here.

    Raises:
        NotPermitted: the archive does not know him.
    """
    with world.catalogue.look() as tx:
        yield tx, scope(world, tx)


def permitted(world: World, tx: Transaction, action: Action, found: Record | None = None) -> Person:
    """Return who acts if he may do this: for what only reads, and before a prepare phase that takes its time.

    Raises:
        NotPermitted: he may not.
    """
    me, mine = reach(world, tx)
    allow(mine, action, found)
    return me


def about_to(world: World, action: Action, named: str) -> Record:
    """Return the record of an act somebody is about to prepare; its pass phase asks again.

    Raises:
        NotPermitted: he may not.
        NotFound: there is no such record, or he may not know of it.
    """
    with world.catalogue.look() as tx:
        _, mine = reach(world, tx)
        found = seen(tx, mine, named)
        allow(mine, action, found)
    complete(world, found.code)
    return found


def allow(mine: Reach, action: Action | None, found: Record | None = None) -> Standing:
    """Return the standing in which somebody may do this; what needs no permission, everybody does as himself.

    Raises:
        NotPermitted: he may not.
    """
    if action is None:
        return mine.standings[0]
    standing = mine.may(action, found)
    if standing is None:
        raise refused(action)
    return standing


def refused(action: Action) -> NotPermitted:
    """Return the refusal of an act, naming who may."""
    roles = [Word("person", role.value) for role in who_can(action)] or Said("nobody but the record's own people")
    return NotPermitted(
        Said("You may not do that ({action}).", action=Word("act", action.value)),
        Said("On every record it is for: {roles}.", roles=roles),
    )


def record(world: World, tx: Transaction, named: str) -> Record:
    """Return the record somebody named by code or paper number, in any typed form, if he may see it.

    Raises:
        NotFound: there is none, or he may not know of it: both look the same.
        Usage: it is neither a code nor a paper number.
    """
    _, mine = reach(world, tx)
    return seen(tx, mine, named)


def seen(tx: Transaction, mine: Reach, named: str) -> Record:
    """Return a record as :func:`record` does, for a reach that is known already: finding it out is not free."""
    folded = fold(named)
    if is_code(folded):
        found = tx.record(folded)
    elif is_paper(folded):
        found = tx.record_by_number(folded)
    else:
        raise Usage(
            Said("“{named}” is neither an electronic code nor a paper number.", named=named),
            Said(
                "They look like HG01E2026000123 and HG01-KH·04·2026-D30-ZHS-002-0007; “{act}” finds them by words.",
                act=Do("search"),
            ),
        )
    if found is None or mine.may(Action.LOOK, found) is None:
        raise NotFound(
            Said("There is no record {record}.", record=folded), Said("Look for it with “{act}”.", act=Do("search"))
        )
    return found
