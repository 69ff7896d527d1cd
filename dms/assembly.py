"""The only place that wires the parts: settings in, a :class:`~dms.ports.world.World` out.

Nothing heavy is imported before it is needed, so that ``dms --help`` answers at once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dms import settings as options
from dms import shipped
from dms.desk.acts import gate
from dms.domain.actor import Actor
from dms.errors import Conflict, DmsError, Unavailable, Usage
from dms.flow.versions import complete
from dms.ports.catalogue import Act, Catalogue, Person
from dms.ports.clock import Clock, SystemClock
from dms.ports.examine import Examiner, Limits
from dms.ports.journal import Journal
from dms.ports.parcels import Parcels
from dms.ports.search import SearchIndex
from dms.ports.sign_on import SignOn
from dms.ports.tracing import Tracer
from dms.ports.vault import Vault
from dms.ports.world import World
from dms.said import Do, Said
from dms.settings import Settings


@contextmanager
def open_world(
    home: Path, *, user: str, flags: Mapping[str, Any] | None = None, clock: Clock | None = None
) -> Iterator[World]:
    """Open an archive, and close it when the context ends.

    Args:
        home: the archive home.
        user: who acts, by his login or his code.
        flags: settings given on the command line.
        clock: the archive's clock, the machine's unless given.

    Raises:
        NotFound: there is no archive in ``home``.
        Usage: its settings, scheme or form profiles are wrong.
    """
    from dms.adapters import host, keyring
    from dms.adapters.catalogue import open_catalogue
    from dms.adapters.inbox import Folder
    from dms.adapters.journal import open_journal

    settings = options.load(home, flags=flags)
    for folder in (settings.archive, settings.archive / "work", settings.archive / "quarantine"):
        _make(folder)
    lazy = _Lazy(settings)
    clock = clock or SystemClock()
    journal = open_journal(settings.archive / "log" / "acts.jsonl")
    catalogue = open_catalogue(
        settings.expand(settings.catalogue), clock=clock, on_log=lambda _: journal.catch_up(catalogue)
    )
    here = (settings.host or host.name()).replace(":", "-")
    shared = settings.catalogue.startswith("postgresql")
    try:
        keys = keyring.opened(settings.archive, catalogue)
        world = World(
            settings=settings,
            actor=Actor("", user),
            owner=host.owner(here),
            place=here if shared else "",
            parcels=_parcels(settings),
            keys=keys,
            scheme=shipped.load_scheme(settings),
            profiles=shipped.Forms(settings),
            clock=clock,
            catalogue=catalogue,
            journal=journal,
            vault=_vault(settings),
            inboxes=[
                Folder(path, polled=polled, poll_seconds=settings.poll_seconds, ignored=settings.ignored)
                for path, polled in settings.folders()
            ],
            examiner=lazy.examiner,
            index=lazy.index,
            paper=_paper,
            spreadsheet=_spreadsheet,
            handover=_handover,
            passwords=_passwords,
            sign_on=lazy.sign_on,
            tracer=lazy.tracer(here),
            fold=_fold,
            alive=lambda owner: host.alive(owner, here),
            new_id=host.new_id,
        )
        _complete(world)
        yield gate.enter(world, user)
    finally:
        lazy.close()
        catalogue.close()


def _complete(world: World) -> None:
    """Write what was decided and not written when somebody was killed; what cannot be now, verify and doctor name."""
    try:
        complete(world)
    except DmsError as problem:
        logging.getLogger("dms.vault").warning("%s %s", problem.message, problem.hint)


def _vault(settings: Settings) -> Vault:
    from dms.adapters.vault import open_vault

    return open_vault(
        settings.expand(settings.vault),
        cache=Path(settings.expand(settings.vault_cache)),
        cache_bytes=settings.vault_cache_bytes,
    )


@contextmanager
def open_parts(settings: Settings, clock: Clock) -> Iterator[tuple[Catalogue, Vault, SearchIndex]]:
    """Open the catalogue, vault and index that settings name, beside those of an archive that is open."""
    from dms.adapters.catalogue import open_catalogue
    from dms.adapters.search import open_index

    catalogue = open_catalogue(settings.expand(settings.catalogue), clock=clock)
    try:
        index = open_index(settings.expand(settings.search))
        try:
            yield catalogue, _vault(settings), index
        finally:
            index.close()
    finally:
        catalogue.close()


def _parcels(settings: Settings) -> Parcels | None:
    if not settings.parcels:
        return None
    from dms.adapters.parcels import open_parcels

    return open_parcels(settings.expand(settings.parcels))


def log_copy(path: Path) -> Journal:
    """Open a log's copy in plain lines, of this archive or of one set aside."""
    from dms.adapters.journal import open_journal

    return open_journal(path)


class _Lazy:
    """Opens the reading processes, the index and others at their first use, once; closes them."""

    def __init__(self, settings: Settings) -> None:
        import threading

        self._settings = settings
        self._lock = threading.Lock()
        self._examiner: Examiner | None = None
        self._index: SearchIndex | None = None
        self._sign_on: SignOn | None = None
        self._tracer: Tracer | None = None

    def examiner(self) -> Examiner:
        from dms.adapters.examine import open_examiner

        s = self._settings
        with self._lock:
            if self._examiner is None:
                self._examiner = open_examiner(
                    children=children(s),
                    limits=Limits(
                        bytes=s.max_bytes,
                        pages=s.max_pages,
                        pixels=s.max_pixels,
                        seconds_per_page=s.page_seconds,
                        memory=s.max_memory,
                    ),
                    passwords=s.passwords,
                    ocr=s.ocr,
                    languages=s.ocr_languages,
                    precision=s.ocr_precision,
                )
            return self._examiner

    def index(self) -> SearchIndex:
        from dms.adapters.search import open_index

        with self._lock:
            if self._index is None:
                self._index = open_index(self._settings.expand(self._settings.search))
            return self._index

    def sign_on(self) -> SignOn | None:
        from dms.adapters.sign_on import open_sign_on

        s = self._settings
        with self._lock:
            if self._sign_on is None and s.oidc_issuer:
                self._sign_on = open_sign_on(s.oidc_issuer, s.oidc_client_id, s.oidc_client_secret, s.oidc_claim)
            return self._sign_on

    def tracer(self, machine: str) -> Tracer:
        from dms.adapters.tracing import open_tracer

        with self._lock:
            if self._tracer is None:
                self._tracer = open_tracer(self._settings.traces, machine)
            return self._tracer

    def close(self) -> None:
        if self._examiner is not None:
            self._examiner.close()
        if self._index is not None:
            self._index.close()
        if self._tracer is not None:
            self._tracer.close()


def children(settings: Settings) -> int:
    """Return the number of reading processes: as set, else one for each core this process may use."""
    from dms.adapters import cores

    return settings.children or cores.usable()


def workers(settings: Settings) -> int:
    """Return the number of threads that take items along: enough that no reading process waits for the disk."""
    return children(settings) + 2


def _paper() -> Any:
    from dms.adapters.paper import open_paper

    return open_paper()


def qr_symbol(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of a QR symbol as labels carry it, no quiet zone."""
    from dms.adapters.codes import open_code_painter

    return open_code_painter().matrix(text, level="Q")


def _spreadsheet() -> Any:
    from dms.adapters.spreadsheet import open_spreadsheet

    return open_spreadsheet()


def _handover() -> Any:
    from dms.adapters.handover import BagHandover

    return BagHandover(shipped.schemas())


def _passwords() -> Any:
    from dms.adapters.passwords import open_passwords

    return open_passwords()


def _fold(text: str) -> str:
    from dms.adapters.search.folding import fold

    return fold(text)


def init(home: Path, *, user: str, name: str = "", scheme: Path | None = None, fonds: str = "") -> Settings:
    """Make an archive home: settings file, folders, key, catalogue, and a first person who may do everything.

    Args:
        home: folder of the archive; made where it is not there.
        user: login of whoever makes it; becomes general manager, archivist and account manager.
        name: full name of that person.
        scheme: classification scheme to copy into the home; the default one where None.
        fonds: code of the fonds, such as ``HG01``; the scheme's own where empty.

    Raises:
        Conflict: there is an archive already.
        Usage: the scheme or the fonds code is wrong.
        Unavailable: the folder cannot be written.
    """
    from dms.adapters import keyring
    from dms.adapters.catalogue import open_catalogue

    if (home / options.FILE_NAME).exists():
        raise Conflict(
            Said("There is an archive in {home} already.", home=home),
            Said("Look around with “{act}” or “{act_2}”.", act=Do("search"), act_2=Do("doctor")),
        )
    text = scheme.read_text(encoding="utf-8") if scheme else shipped.schema_text("scheme.toml")
    if fonds:
        text = _with_fonds(text, fonds)
    shipped.check_scheme(text, str(scheme or "scheme.toml"))
    _make(home)
    _make(home / "inbox")
    readme = home / "inbox" / "README.md"
    if not readme.exists():
        readme.write_text(shipped.inbox_readme(), encoding="utf-8")
    (home / "scheme.toml").write_text(text, encoding="utf-8")
    # Said in the environment, an archive begins at once where it is to live; the file says it from then on.
    plain, settings = Settings(home=home.resolve()), options.shared(options.load(home, new=True))
    chosen = {name: getattr(settings, name) for name in ("catalogue", "search", "vault", "parcels", "host")}
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in chosen.items() if value != getattr(plain, name)]
    _make(settings.archive)
    with _closing(open_catalogue(settings.expand(settings.catalogue))) as catalogue:
        keyring.make(settings.archive, catalogue)
        _first_person(catalogue, user, name)
    _vault(settings)
    _write_settings(home, lines)
    return settings


def _first_person(catalogue: Catalogue, user: str, name: str) -> None:
    with catalogue.begin() as tx:
        if not tx.people():
            first = Person(person_code(user), name or user, ("general_manager", "archivist", "account_manager"), user)
            told = {"name": first.name, "roles": list(first.roles), "login": user, "department": ""}
            tx.save_person(first)
            tx.log(
                Act(
                    SystemClock().now().isoformat(timespec="seconds"),
                    first.code,
                    "person",
                    first.code,
                    Said("the first").stored(),
                    {"after": told},
                )
            )


def _write_settings(home: Path, lines: list[str]) -> None:
    """Written last: an archive is there once its settings are."""
    (home / options.FILE_NAME).write_text(
        "# Settings of this archive; docs/settings.md lists every key. {home} stands for this folder.\n"
        '# inboxes = ["{home}/inbox"]\n# ocr = "auto"\n# base_url = "http://archive.lan"\n' + "".join(lines),
        encoding="utf-8",
    )


def person_code(login: str) -> str:
    """Make a person's code from a login: capital letters and digits, a letter first, at most eight."""
    letters = "".join(c for c in login.upper() if c.isascii() and c.isalnum()).lstrip("0123456789")
    return letters[:8] or "ADMIN"


def _with_fonds(text: str, fonds: str) -> str:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.partition("=")[0].strip() == "fonds":
            lines[number] = f'fonds = "{fonds.upper()}"'
            return "\n".join(lines) + "\n"
    raise Usage(Said("The scheme has no line “fonds = …”."), Said("Add it below [scheme]."))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise Unavailable(
            Said("The folder {folder} cannot be made: {problem}.", folder=folder, problem=problem.strerror),
            Said("Check its permissions and the disk."),
        ) from problem


@contextmanager
def _closing(catalogue: Catalogue) -> Iterator[Catalogue]:
    try:
        yield catalogue
    finally:
        catalogue.close()
