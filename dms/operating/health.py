"""What ``dms doctor`` looks at: programs, engines, fonts, folders, sizes; cheaply, and nothing is started."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from dms.adapters.keyring import key_id
from dms.errors import Damaged, DmsError
from dms.flow.index import MENDED, unindexed
from dms.ports.search import NEVER_BUILT
from dms.ports.world import World
from dms.said import NOTHING, Do, Remedy, Said, as_said, verbatim
from dms.settings import Settings

_log = logging.getLogger("dms.health")
# No record's: asking for it reads nothing but the store's answer.
_NOWHERE = "batch-00000000000000000000000000000000"


@dataclass(frozen=True, slots=True)
class Probe:
    """One line of ``dms doctor``: a part, whether it is well, what to do if not. ``needed`` parts fail the check."""

    name: Said
    ok: bool
    detail: Said
    todo: Remedy = NOTHING
    needed: bool = True

    def __post_init__(self) -> None:
        """Keep an act to be done as a sentence."""
        object.__setattr__(self, "todo", as_said(self.todo))


def probes(settings: Settings) -> list[Probe]:
    """Look at every part this archive uses, cheaply; none of them is started."""
    return [
        *_told(Said("OCR ({engine})", engine=settings.ocr), lambda: [_probe_ocr(settings)]),
        *_told(Said("engines"), _probe_engines, needed=False),
        *_told(Said("Chinese font"), lambda: [_probe_font()]),
        *_told(Said("disk"), lambda: [_probe_disk(settings)]),
        *_told(Said("LibreOffice"), lambda: [_probe_office()], needed=False),
        *_told(Said("drop folders"), lambda: _probe_folders(settings)),
        *_told(Said("taught forms"), lambda: _probe_forms(settings)),
    ]


# What a part that is damaged or away ends its check in; all else is a fault of ours.
_DAMAGE = (DmsError, OSError, ValueError, TypeError, KeyError, AttributeError)


def _told(name: Said, check: Callable[[], Iterable[Probe]], *, needed: bool = True) -> list[Probe]:
    """Run a check to its end; damage that ends it is a line as well, and the other checks go on."""
    found: list[Probe] = []
    try:
        found.extend(check())
    except _DAMAGE as problem:
        todo = problem.remedy if isinstance(problem, DmsError) else NOTHING
        said = Said("It cannot be checked to the end: {problem}.", problem=problem)
        found.append(Probe(name, False, said, todo or Do("verify"), needed))
    return found


def _attempt(name: Said, check: Callable[[], str], todo: Said = NOTHING, *, needed: bool = True) -> Probe:
    try:
        return Probe(name, True, verbatim(check()), needed=needed)
    except DmsError as problem:
        return Probe(name, False, problem.said, problem.remedy or todo, needed)
    except ImportError as problem:
        return Probe(name, False, Said("{problem} is not installed.", problem=problem.name), todo, needed)


def _probe_ocr(settings: Settings) -> Probe:
    from dms.adapters.ocr import open_engine

    return _attempt(
        Said("OCR ({engine})", engine=settings.ocr),
        lambda: open_engine(settings.ocr, settings.ocr_languages, settings.ocr_precision).name,
    )


def _probe_engines() -> list[Probe]:
    from dms.adapters.ocr import available

    return [Probe(Said("engine {name}", name=e.name), e.ok, e.detail, needed=False) for e in available()]


def _probe_office() -> Probe:
    from dms.adapters.examine import soffice

    found = soffice.program()
    todo = Said(
        "apt-get install {inputs} libreoffice-writer-nogui libreoffice-calc-nogui "
        "libreoffice-impress-nogui libreoffice-draw-nogui",
        inputs=Do("", no_install_recommends=True),
    )
    detail = verbatim(found) if found else Said("not installed: doc, xls, ppt, rtf and wps files go to quarantine")
    return Probe(Said("LibreOffice"), bool(found), detail, NOTHING if found else todo, needed=False)


def _probe_font() -> Probe:
    from dms.adapters.paper.fonts import find_font

    return _attempt(Said("Chinese font"), lambda: find_font().name)


def _probe_disk(settings: Settings) -> Probe:
    free = shutil.disk_usage(settings.archive).free
    return Probe(
        Said("disk"),
        free > 2 * 1024**3,
        Said("{free:,.1f} GB free", free=free / 1e9),
        Said("Make room: a full disk stops the intake."),
    )


def _probe_folders(settings: Settings) -> Iterator[Probe]:
    for path, polled in settings.folders():
        ok = path.is_dir() and os.access(path, os.R_OK | os.W_OK | os.X_OK)
        kind = Said("polled") if polled else Said("watched")
        yield Probe(
            Said("drop folder {path}", path=path),
            ok,
            kind if ok else Said("not there or not writable"),
            Said("mkdir -p '{path}'", path=path),
        )


def _probe_forms(settings: Settings) -> Iterator[Probe]:
    from dms.shipped import Forms

    for file, why in Forms(settings).wrong().items():
        yield Probe(
            Said("taught form {file}", file=file),
            False,
            why,
            Said("Mend the file, or take it away: {act}", act=Do("forms list")),
        )


def _destruction(world: World) -> Probe:
    try:
        keeps = world.vault.keeps_destroyed()
    except DmsError as problem:
        return Probe(Said("destruction"), False, problem.said, problem.remedy, needed=False)
    told = Said("the bucket keeps versions") if keeps else Said("nothing is kept")
    todo = Said("Let non-current versions expire, or what is destroyed (R9) can still be had (docs/operate.md).")
    return Probe(Said("destruction"), not keeps, told, todo, needed=False)


def _index(world: World) -> Iterator[Probe]:
    """Tell an index that cannot answer, and one that had to be built anew unasked."""
    try:
        lost = world.index().empty() and unindexed(world)
        told = Said("empty beside records") if lost else NOTHING
    except Damaged as problem:
        told = problem.said if problem.message != NEVER_BUILT or unindexed(world) else NOTHING
    except DmsError as problem:
        yield Probe(Said("index files"), False, problem.said, problem.remedy, needed=False)
        return
    if told:
        yield Probe(
            Said("index files"),
            False,
            told,
            Said("{act}; the next search does it too.", act=Do("reindex")),
            needed=False,
        )
        return
    with world.catalogue.look() as tx:
        mended = tx.fact(MENDED)
    yield Probe(
        Said("index files"),
        True,
        Said("built anew {mended}", mended=str(mended)) if mended else Said("whole"),
        needed=False,
    )


# Past this many records tantivy's faster indexing and answers are worth its extra.
_TANTIVY_PAYS = 50_000


def advice(world: World) -> Iterator[Probe]:
    """Look at what the archive holds: sizes where another part pays, what waits, the age of the backup."""
    yield from _told(Said("search"), lambda: [_search(world)], needed=False)
    yield from _told(Said("shared index"), lambda: _shared(world))
    yield from _told(Said("index"), lambda: [_waiting(world)], needed=False)
    yield from _told(Said("versions"), lambda: [_versions(world)], needed=False)
    yield from _told(Said("index files"), lambda: _index(world), needed=False)
    yield from _told(Said("destruction"), lambda: [_destruction(world)], needed=False)
    yield from _told(Said("key"), lambda: [_key(world)], needed=False)
    yield from _told(Said("attention"), lambda: [_attention(world)], needed=False)
    yield from _told(Said("catalogue"), lambda: _rows(world))
    yield from _told(Said("backup"), lambda: [_backup(world)], needed=False)


def parts_away(world: World) -> list[str]:
    """Ask every part that people's requests need for something small; return the names of those that do not answer."""

    def catalogue() -> None:
        with world.catalogue.look() as tx:
            tx.fact("backup")

    def index() -> None:
        with suppress(Damaged):  # it answers, and is built anew by whoever searches
            world.index().empty()

    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("catalogue", catalogue), ("vault", lambda: world.vault.head(_NOWHERE)), ("index", index)
    )  # fmt: skip
    away = []
    for name, ask in asked:
        try:
            ask()
        except (DmsError, OSError) as problem:
            _log.warning("not ready: the %s does not answer: %s", name, problem)
            away.append(name)
    return away


def _shared(world: World) -> Iterator[Probe]:
    """Tell parts that only this machine has in an archive that several machines share."""
    if not world.place:
        return
    index = world.settings.search
    apart = not index.startswith("postgresql")
    yield Probe(
        Said("shared index"),
        not apart,
        Said("{index} is this machine's own: the others find nothing of what is indexed here", index=index)
        if apart
        else Said("for all machines"),
        Said('Set search = "{catalogue}" on every machine, then {act}.', catalogue="postgresql://…", act=Do("reindex")),
    )


def _search(world: World) -> Probe:
    with world.catalogue.look() as tx:
        count = sum(1 for _ in tx.all_codes())
    engine = world.settings.search.partition(":")[0]
    return Probe(
        Said("search"),
        not (engine == "whoosh" and count > _TANTIVY_PAYS),
        Said("{engine}, {count:,} records", engine=engine, count=count),
        Said(
            'Set search = "tantivy://{{home}}/archive/index-tantivy" (pip install "dms[fast]"), then {act}.',
            act=Do("reindex"),
        ),
        needed=False,
    )


def _waiting(world: World) -> Probe:
    with world.catalogue.look() as tx:
        waiting = tx.jobs_waiting("index")
    return Probe(
        Said("index"),
        waiting == 0,
        Said("{waiting} records wait", waiting=waiting),
        Said("{act} (or any search) catches up.", act=Do("watch")),
        needed=False,
    )


def _key(world: World) -> Probe:
    ids = [key_id(key) for key in world.keys]
    told = Said("{key} signs", key=ids[0])
    if ids[1:]:
        told = Said("{key} signs; still read: {earlier}", key=ids[0], earlier=ids[1:])
    return Probe(Said("key"), True, told, needed=False)


def _versions(world: World) -> Probe:
    with world.catalogue.look() as tx:
        due = len(tx.due())
    return Probe(
        Said("versions"),
        due == 0,
        Said("{due} decided versions wait for the vault", due=due),
        Do("verify"),
        needed=False,
    )


def _attention(world: World) -> Probe:
    with world.catalogue.look() as tx:
        asked = len(tx.attention())
    return Probe(
        Said("attention"), asked == 0, Said("{asked} questions wait", asked=asked), Do("attention"), needed=False
    )


def _rows(world: World) -> Iterator[Probe]:
    """Tell masters that cannot be read, on which everything else leans; ``verify`` reads all rows."""
    with world.catalogue.look() as tx:
        people, customers = tx.people(), tx.customers()
        tx.volumes()
        nobody = [one.code for one in people if not one.roles]
    if nobody:
        told = Said("{people} have no role that can be read", people=nobody)
        yield Probe(Said("catalogue"), False, told, Do("verify"), needed=False)
        return
    told = Said("{people} people, {customers} customers", people=len(people), customers=len(customers))
    yield Probe(Said("catalogue"), True, told)


def _backup(world: World) -> Probe:
    if world.place:
        told = Said("the servers' own: pg_dump, the bucket's copy (docs/operate.md)")
        return Probe(Said("backup"), True, told, needed=False)
    with world.catalogue.look() as tx:
        backup = tx.fact("backup")
    return Probe(
        Said("backup"),
        backup is not None,
        verbatim(str(backup)) if backup else Said("never made"),
        Do("backup", "/path/on/another/disk"),
        needed=False,
    )
