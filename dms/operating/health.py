"""What ``dms doctor`` looks at: programs, engines, fonts, folders, sizes; cheaply, and nothing is started."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dms.errors import DmsError
from dms.ports.world import World
from dms.settings import Settings


@dataclass(frozen=True, slots=True)
class Probe:
    """One line of ``dms doctor``: a part, whether it is well, what to do if not. ``needed`` parts fail the check."""

    name: str
    ok: bool
    detail: str
    todo: str = ""
    needed: bool = True


def probes(settings: Settings) -> list[Probe]:
    """Look at every part this archive uses, cheaply; none of them is started."""
    found = [_probe_ocr(settings), *_probe_engines(), _probe_font(), _probe_disk(settings)]
    return [*found, _probe_office(), *_probe_folders(settings)]


def _attempt(name: str, check: Callable[[], str], todo: str = "", *, needed: bool = True) -> Probe:
    try:
        return Probe(name, True, check(), needed=needed)
    except DmsError as problem:
        return Probe(name, False, problem.message, problem.hint or todo, needed)
    except ImportError as problem:
        return Probe(name, False, f"{problem.name} is not installed.", todo, needed)


def _probe_ocr(settings: Settings) -> Probe:
    from dms.adapters.ocr import open_engine

    return _attempt(
        f"OCR ({settings.ocr})", lambda: open_engine(settings.ocr, settings.ocr_languages, settings.ocr_precision).name
    )


def _probe_engines() -> list[Probe]:
    from dms.adapters.ocr import available

    return [Probe(f"engine {e.name}", e.ok, e.detail, needed=False) for e in available()]


def _probe_office() -> Probe:
    from dms.adapters.examine import soffice

    found = soffice.program()
    todo = (
        "apt-get install --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui "
        "libreoffice-impress-nogui libreoffice-draw-nogui"
    )
    detail = found or "not installed: doc, xls, ppt, rtf and wps files go to quarantine"
    return Probe("LibreOffice", bool(found), detail, "" if found else todo, needed=False)


def _probe_font() -> Probe:
    from dms.adapters.paper.fonts import find_font

    return _attempt("Chinese font", lambda: find_font().name)


def _probe_disk(settings: Settings) -> Probe:
    free = shutil.disk_usage(settings.archive).free
    return Probe("disk", free > 2 * 1024**3, f"{free / 1e9:,.1f} GB free", "Make room: a full disk stops the intake.")


def _probe_folders(settings: Settings) -> Iterator[Probe]:
    for path, polled in settings.folders():
        ok = path.is_dir() and os.access(path, os.R_OK | os.W_OK | os.X_OK)
        kind = "polled" if polled else "watched"
        yield Probe(f"drop folder {path}", ok, kind if ok else "not there or not writable", f"mkdir -p '{path}'")


def _destruction(world: World) -> Probe:
    try:
        keeps = world.vault.keeps_destroyed()
    except DmsError as problem:
        return Probe("destruction", False, problem.message, problem.hint, needed=False)
    told = "the bucket keeps versions" if keeps else "nothing is kept"
    todo = "Let non-current versions expire, or what is destroyed (R9) can still be had (docs/operate.md)."
    return Probe("destruction", not keeps, told, todo, needed=False)


# Past this many records tantivy's faster indexing and answers are worth its extra.
_TANTIVY_PAYS = 50_000


def advice(world: World) -> Iterator[Probe]:
    """Look at what the archive holds: sizes where another part pays, what waits, the age of the backup."""
    with world.catalogue.look() as tx:
        count = sum(1 for _ in tx.all_codes())
        waiting = tx.jobs_waiting("index")
        asked = len(tx.attention())
        backup = tx.fact("backup")
    engine = world.settings.search.partition(":")[0]
    pays = engine == "whoosh" and count > _TANTIVY_PAYS
    yield Probe(
        "search", not pays, f"{engine}, {count:,} records",
        'Set search = "tantivy://{home}/archive/index-tantivy" (pip install "dms[fast]"), then dms reindex.',
        needed=False,
    )  # fmt: skip
    yield Probe("index", waiting == 0, f"{waiting} records wait", "dms watch (or any search) catches up.", needed=False)
    yield _destruction(world)
    yield Probe("attention", asked == 0, f"{asked} questions wait", "dms attention", needed=False)
    if world.place:
        yield Probe("backup", True, "the servers' own: pg_dump, the bucket's copy (docs/operate.md)", needed=False)
        return
    yield Probe("backup", backup is not None, backup or "never made", "dms backup /path/on/another/disk", needed=False)
