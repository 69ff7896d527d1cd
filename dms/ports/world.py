"""All that the journey and the desk work with, wired once in ``dms.assembly``: the archive, and who acts in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.domain.actor import Actor
from dms.domain.describing.profiles import FormProfile
from dms.domain.scheme import Scheme
from dms.ports.accounts import Passwords
from dms.ports.catalogue import Catalogue
from dms.ports.clock import Clock
from dms.ports.examine import Examiner
from dms.ports.handover import Handover
from dms.ports.inbox import Inbox
from dms.ports.journal import Journal
from dms.ports.paper import Paper
from dms.ports.parcels import Parcels
from dms.ports.search import SearchIndex
from dms.ports.sign_on import SignOn
from dms.ports.spreadsheet import Spreadsheet
from dms.ports.tracing import Tracer
from dms.ports.vault import Vault
from dms.settings import Settings


@dataclass(frozen=True, slots=True)
class Archive:
    """One opened archive, whoever acts in it.

    Attributes:
        owner: name of this process in leases (``host:pid:start``).
        place: name of this machine where several share the catalogue; empty: there is only one.
        parcels: where files on their way lie for every machine, None: each machine works on its own.
        keys: secrets of the archive; the first signs QR codes, what the others signed before is still read.
        journal: the log a second time, in plain lines.
        examiner: opens the reading processes at the first call.
        index: opens the full-text index at the first call.
        paper: makes a new, empty printed document.
        spreadsheet: writes and reads workbooks.
        handover: writes and reads hand-over packages.
        passwords: hashes the passwords of people who sign in.
        sign_on: the office's own directory, None where none is set.
        tracer: takes the time of steps, for whoever watches over the machines.
        fold: length-preserving folding of Traditional, full-width and upper-case text.
        alive: tells whether the process behind a lease owner still runs (None: it is on another machine).
        new_id: makes a sortable unique id.
    """

    settings: Settings
    owner: str
    place: str
    parcels: Parcels | None
    keys: tuple[bytes, ...]
    scheme: Scheme
    profiles: Sequence[FormProfile]
    clock: Clock
    catalogue: Catalogue
    journal: Journal
    vault: Vault
    inboxes: Sequence[Inbox]
    examiner: Callable[[], Examiner]
    index: Callable[[], SearchIndex]
    paper: Callable[[], Paper]
    spreadsheet: Callable[[], Spreadsheet]
    handover: Callable[[], Handover]
    passwords: Callable[[], Passwords]
    sign_on: Callable[[], SignOn | None]
    tracer: Tracer
    fold: Callable[[str], str]
    alive: Callable[[str], bool | None]
    new_id: Callable[[], str]

    @property
    def key(self) -> bytes:
        """The secret that signs."""
        return self.keys[0]

    @property
    def work(self) -> Path:
        """Folder of items on their way."""
        return self.settings.archive / "work"

    @property
    def quarantine(self) -> Path:
        """Folder of files that could not be taken in."""
        return self.settings.archive / "quarantine"

    def now(self) -> str:
        """The archive's time, ISO 8601 with zone, whole seconds."""
        return self.clock.now().isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class World(Archive):
    """An archive as somebody uses it: what the desk works with.

    Attributes:
        actor: who acts.
    """

    actor: Actor
