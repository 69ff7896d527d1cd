"""The catalogue port: items, records, numbers, volumes, attention, jobs, acts; every change in a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from dms.domain.numbers import ElectronicCode, PaperNumber, VolumeNumber
from dms.domain.record import Record, RecordState
from dms.ports.accounts import Accounts
from dms.ports.items import Items
from dms.ports.registers import Registers
from dms.said import Remedy, Said, as_said


@dataclass(frozen=True, slots=True)
class Volume:
    """A bound unit (案卷).

    Attributes:
        state: ``open``, ``closed`` (takes nothing more), ``bound`` (checked, on the shelf); never opened again.
        used: numbers given or reserved in it.
        bound: ISO time it was bound; empty until then.
        note: what the closing sheet says of it.
    """

    number: VolumeNumber
    state: str
    opened: str
    closed: str = ""
    used: int = 0
    title: str = ""
    closed_by: str = ""
    bound: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Attention:
    """Something a person must settle.

    Attributes:
        kind: ``describe`` (attributes uncertain), ``pair`` (a carrier to match), ``split`` (a stack that may be cut
            wrongly), ``rescan`` (a paper perhaps registered twice), ``quarantine``, ``quality``.
        target: electronic code, or item id for files in quarantine.
        question: what is asked, for a person.
        todo: the act that settles it.
    """

    kind: str
    target: str
    question: Said
    todo: Remedy
    at: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep an act to be done as the sentence it is stored as."""
        object.__setattr__(self, "question", as_said(self.question))
        object.__setattr__(self, "todo", as_said(self.todo))


@dataclass(frozen=True, slots=True)
class Job:
    """Work to be done after a commit (outbox): ``index`` a record. Leased, so that a dead worker's is taken over."""

    id: int
    kind: str
    target: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Due:
    """A version of a vault object that a commit decided; it is written into the vault after the commit.

    Attributes:
        object_id: whose version.
        token: under which the vault has staged its files.
        after: number of the version it follows.
        files: logical path -> SHA-512, None where the path is removed; all else is carried forward.
        id: order of the commits; 0 before it is saved.
    """

    object_id: str
    token: str
    after: int
    message: str
    user: str
    at: str
    files: Mapping[str, str | None]
    id: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """A number missing or unexplained in a series; ``kind`` is ``code`` or ``paper``."""

    kind: str
    number: str
    detail: Said


# Table -> key -> row as it stood after an act, None where it was gone.
LoggedRows = Mapping[str, Mapping[str, Mapping[str, Any] | None]]
# Where an act's data tells them.
ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody did or looked at, appended in the transaction that did it.

    Attributes:
        seq: 1, 2, 3 … without gaps; 0 before it is saved.
        lived: seconds the archive has lived through when it happened; a clock that is set does not change them.
        leaf: hash of all this in the log's tree, hex; empty before it is saved.
    """

    at: str
    user: str
    act: str
    target: str
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    lived: int = 0
    leaf: str = ""

    @property
    def notes(self) -> dict[str, Any]:
        """What the act itself noted: its data without the rows it changed."""
        return {name: value for name, value in self.data.items() if name != ROWS}

    def told(self) -> dict[str, Any]:
        """Return what is hashed into the log's tree."""
        return {
            "seq": self.seq, "at": self.at, "lived": self.lived, "user": self.user, "act": self.act,
            "target": self.target, "reason": self.reason, "data": dict(self.data),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with the archive. ``code`` stands in volume numbers (``ZHS``)."""

    code: str
    name: str
    roles: tuple[str, ...] = ()
    login: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer and the account manager whose customer he is (R5)."""

    name: str
    manager: str = ""
    aliases: tuple[str, ...] = ()


class Transaction(Items, Registers, Accounts, Protocol):
    """Everything inside is committed together or not at all. Writers wait for each other, readers for nobody."""

    # -- numbers (promise 3) ----------------------------------------------------------------------------------
    def next_code(self, fonds: str, year: int) -> ElectronicCode:
        """Give the next electronic code of a year; gap-free because a rollback gives it back."""
        ...

    def open_volume(self, series: VolumeNumber, at: str) -> VolumeNumber:
        """Return the open volume of a series, opening the next one where there is none (R2)."""
        ...

    def expected_paper(self, series: VolumeNumber) -> PaperNumber:
        """Return the paper number the next record of a series would get now; gives none."""
        ...

    def next_paper(self, volume: VolumeNumber) -> PaperNumber:
        """Give the next paper number of an open volume.

        Raises:
            Conflict: the volume is closed.
            NotFound: there is no such volume.
        """
        ...

    def volume(self, number: VolumeNumber) -> Volume | None:
        """Return one volume."""
        ...

    def save_volume(self, volume: Volume) -> None:
        """Save a volume's state (NotFound where there is none); numbers are never given in one that is not open."""
        ...

    def volumes(self) -> Sequence[Volume]:
        """Return all volumes in the order of their numbers."""
        ...

    def void(self, number: str, *, kind: str, reason: str, user: str, at: str) -> None:
        """Void a code or paper number nobody will use (kind ``code`` or ``paper``); voiding twice is no error."""
        ...

    def voided(self) -> Mapping[str, str]:
        """Return voided numbers and codes with their reason."""
        ...

    def gaps(self) -> Sequence[Gap]:
        """Return every number below its series' counter that neither a record holds nor a void explains."""
        ...

    def restore_code(self, code: ElectronicCode) -> None:
        """Note a code that was given before the catalogue was lost: its counter goes on after it."""
        ...

    def restore_paper(self, number: PaperNumber, at: str) -> None:
        """Note a paper number given before the catalogue was lost: its volume is opened, its counter goes on."""
        ...

    # -- records ----------------------------------------------------------------------------------------------
    def add_record(self, record: Record) -> None:
        """Save a new record (Conflict where the code is taken)."""
        ...

    def save_record(self, record: Record) -> None:
        """Save changes to a record (NotFound where there is none)."""
        ...

    def record(self, code: str) -> Record | None:
        """Return the record with this electronic code."""
        ...

    def record_by_number(self, paper_number: str) -> Record | None:
        """Return the record that holds this paper number, reserved or filed."""
        ...

    def records_by_digest(self, sha512: str) -> Sequence[Record]:
        """Return records one of whose carriers has this content."""
        ...

    def records(
        self,
        *,
        states: Sequence[RecordState] = (),
        class_code: str = "",
        customer: str = "",
        manager: str = "",
        volume: str = "",
        year: int = 0,
        since: date | None = None,
        after: str = "",
        limit: int = 0,
        offset: int = 0,
    ) -> Sequence[Record]:
        """Return records in the order of their codes; ``after`` leaves out that code and those before it."""
        ...

    def all_codes(self) -> Iterator[str]:
        """Yield the code of every record."""
        ...

    # -- what waits -------------------------------------------------------------------------------------------
    def ask(self, attention: Attention) -> None:
        """Put something before people; the same kind and target replaces what stood there."""
        ...

    def settle(self, kind: str, target: str) -> None:
        """Take it away again; no error where nothing stood there."""
        ...

    def attention(self, target: str = "", *, kind: str = "") -> Sequence[Attention]:
        """Return what waits, of one record or of one kind where told, oldest first."""
        ...

    # -- outbox -----------------------------------------------------------------------------------------------
    def enqueue(self, kind: str, target: str) -> None:
        """Put a job into the outbox; one that waits for the same target already is enough."""
        ...

    def lease_jobs(self, kind: str, owner: str, *, now: float, seconds: float, limit: int) -> Sequence[Job]:
        """Take jobs nobody holds a live lease on, oldest first."""
        ...

    def finish_jobs(self, ids: Sequence[int], owner: str) -> None:
        """Remove jobs that are done, unless the same target was enqueued again meanwhile."""
        ...

    def jobs_waiting(self, kind: str = "") -> int:
        """Count jobs not yet done, leased or not."""
        ...

    def decide(self, due: Due) -> Due:
        """Decide a version with this commit, and return it with its id; without the commit it is nothing."""
        ...

    def due(self, object_id: str = "") -> Sequence[Due]:
        """Return decided versions that the vault may not have yet, of one object or all, as they were committed."""
        ...

    def written(self, ids: Sequence[int]) -> None:
        """Let go of decided versions that the vault has by now."""
        ...

    # -- acts, people, customers, settings of the archive -----------------------------------------------------
    def log(self, act: Act) -> Act:
        """Append an act under the next number, hashed; return it so. Nothing ever changes or removes one."""
        ...

    def logged_rows(self) -> LoggedRows:
        """Return all rows of the registers and volumes whose changes acts tell in their data (:data:`ROWS`)."""
        ...

    def tell_all(self, known: Iterable[tuple[str, str]] = ()) -> None:
        """Let the next act tell every such row as it stands, also that those of known tables and keys are gone."""
        ...

    def restore_row(self, table: str, row: Mapping[str, Any]) -> None:
        """Put such a row back as the log tells it, after the catalogue was lost."""
        ...

    def restore_act(self, act: Act) -> None:
        """Put an act back under its own number, after the catalogue was lost; the next one goes on after it."""
        ...

    def acts(
        self,
        target: str = "",
        *,
        users: Sequence[str] = (),
        act: str = "",
        before: int = 0,
        limit: int = 0,
        offset: int = 0,
    ) -> Sequence[Act]:
        """Return acts, newest first; what is empty does not narrow; ``offset`` counts with a ``limit`` only.

        Args:
            target: what was acted on.
            users: who acted, under any of these names.
            act: name of the act.
            before: only those with a smaller number.
            limit: at most so many; 0 for all.
            offset: so many left out first.
        """
        ...

    def log_from(self, seq: int, *, limit: int = 0) -> Iterator[Act]:
        """Yield acts from a number on, oldest first."""
        ...

    def leaves(self, *, limit: int = 0) -> Iterator[bytes]:
        """Yield the leaf hashes of the log from its first act on, as they were written."""
        ...

    def lived(self) -> int:
        """Seconds the archive has lived through by now, as :attr:`Act.lived` counts them."""
        ...

    def customers_of(self, managers: Sequence[str]) -> Sequence[str]:
        """Return the customers named on records that carry one of these managers' codes."""
        ...

    def save_person(self, person: Person) -> None:
        """Add or change a person."""
        ...

    def people(self) -> Sequence[Person]:
        """Return all people by code."""
        ...

    def save_customer(self, customer: Customer) -> None:
        """Add or change a customer."""
        ...

    def customers(self) -> Sequence[Customer]:
        """Return all customers by name."""
        ...

    def owners(self) -> Mapping[str, str]:
        """Return customers that have an account manager, with his code; asked for by every act."""
        ...

    def fact(self, key: str) -> str | None:
        """Return one of the archive's own facts (its id, last sweep ...)."""
        ...

    def set_fact(self, key: str, value: str) -> None:
        """Set one."""
        ...

    def take_time(self) -> None:
        """Let this transaction last as long as it takes; a server ends others that stay silent."""
        ...

    def copy_to(self, other: Catalogue) -> None:
        """Copy everything but sessions and leases into another, empty catalogue, in one transaction there.

        Raises:
            Conflict: it is not empty.
        """
        ...


class Catalogue(Protocol):
    """The relational catalogue. Safe for many processes and threads."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """Open a writing transaction: commits at the end, rolls back on an exception.

        Raises:
            Unavailable: locked for too long, disk full, server away.
        """
        ...

    def look(self) -> AbstractContextManager[Transaction]:
        """Open a reading transaction (a stable view; writing through it is an error)."""
        ...

    def check(self) -> Sequence[str]:
        """Run the engine's own integrity checks; return what is wrong."""
        ...

    def fingerprints(self) -> Mapping[str, tuple[int, str]]:
        """Return for each table how many rows it has, and a digest over them; equal catalogues have equal ones."""
        ...

    def backup(self, target: str) -> None:
        """Write a consistent copy of the catalogue to a file."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
