"""Bad files: each is read, or refused with a reason a person understands; none costs the next one anything."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from bad_files import make_bad_files

from dms.adapters.examine import open_examiner
from dms.adapters.examine.examiner import PoolExaminer
from dms.domain.pages import Page
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Inspection, Limits
from dms.said import read_said

LIMITS = Limits(seconds_inspect=30, seconds_per_page=30, memory=900_000_000, pages=1500)
CHILDREN = 2
# These take seconds or much memory each.
SLOW = {"one-line.html", "one-line.txt", "content-bomb.pdf", "form-in-itself.pdf", "broken-jbig2-image.pdf",
        "broken-flate-image.pdf", "open-comment.html", "open-tags.html"}  # fmt: skip
REFUSED_FOR_SIZE = {
    "huge.png", "wide.png", "huge.bmp", "huge.tif", "huge-screen.gif", "bomb.docx", "entries.docx",
    "one-page-5000-times.pdf", "nested-50.eml", "nested-3000.eml", "3000-attachments.eml",
    "content-bomb.pdf",
}  # fmt: skip
TAKEN = {
    "pdf-named.jpg", "picture-named.pdf", "word-named.txt", "text-named.docx", "html-named.xls", "javascript.pdf",
    "launch.pdf", "animated.gif", "many-frames.gif", "million-frames.png", "macros.xlsm", "scripts.html",
    "path-traversal.eml", "raw-bytes-subject.eml", "broken-headers.eml", "claims-100000-pages.pdf", "far-cell.xlsx",
    "after-rubbish.pdf", "no suffix", "-rf.txt", "nulls.csv", "endless-header.eml", "absurd-size.pdf",
}  # fmt: skip
WARNED = {"truncated.tif", "looping-directory.tif", "claims-100000-pages.pdf", "table-of-itself.pdf", "pdf-named.jpg",
          "picture-named.pdf", "word-named.txt", "text-named.docx"}  # fmt: skip
# What programs say among themselves.
NOT_FOR_PEOPLE = re.compile(
    r"Traceback|\w(Error|Exception)\b|Errno|\bNone\b|<[a-z_]+ |0x[0-9a-f]{6}|/(tmp|home|usr|site-packages)|\bobject\b"
)


OTHERS: set[int] = set()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad")


@pytest.fixture(scope="module")
def files(folder: Path) -> list[Path]:
    made = make_bad_files(folder)
    assert len(made) == len(set(made)) >= 60
    return made


@pytest.fixture(scope="module")
def examiner() -> Iterator[PoolExaminer]:
    # Other tests of this process may still hold children of theirs.
    OTHERS.update(c.pid for c in psutil.Process().children())
    opened = open_examiner(children=CHILDREN, limits=LIMITS, passwords=["not it"], ocr="none", languages="eng")
    assert isinstance(opened, PoolExaminer)
    with closing(opened):
        yield opened


def taken(examiner: PoolExaminer, path: Path, work: Path) -> tuple[Inspection, tuple[Page, ...]]:
    """Take a file the whole way."""
    work.mkdir()
    inspection = examiner.inspect(path, path.name, work)
    pages = examiner.pages(path, inspection, work, lambda done, total: None)
    assert len(pages) == inspection.pages >= 1
    copy = work / "access.pdf"
    examiner.access_copy(path, inspection, pages, work, copy)
    assert copy.read_bytes().startswith(b"%PDF-")
    for attachment in inspection.attachments:
        assert attachment.path.resolve().is_relative_to(work.resolve())
        assert not set("/\\\0\n\u202e") & set(attachment.name)
        assert attachment.name.strip(".")
    return inspection, pages


def check(examiner: PoolExaminer, paths: list[Path], tmp_path: Path) -> None:
    """Take every file; collect all that is wrong, so that one run tells all."""
    problems: list[str] = []
    for number, path in enumerate(paths):
        name = path.name
        before = path.read_bytes()
        try:
            inspection, pages = taken(examiner, path, tmp_path / str(number))
        except Unreadable as refused:
            told = f"{refused.message} {refused.hint}"
            if not refused.message or not refused.hint or NOT_FOR_PEOPLE.search(told):
                problems.append(f"{name!r}: nobody understands {told!r}")
            if name in TAKEN:
                problems.append(f"{name!r}: refused: {told}")
            if name in REFUSED_FOR_SIZE and not isinstance(refused, LimitExceeded):
                problems.append(f"{name!r}: refused for the wrong reason: {told}")
        else:
            if name in REFUSED_FOR_SIZE or name.startswith(("empty.", "truncated.pdf", "header-only")):
                problems.append(f"{name!r}: was taken as {inspection}")
            told = " ".join(str(read_said(w)) for w in [*inspection.warnings, *(w for p in pages for w in p.warnings)])
            if NOT_FOR_PEOPLE.search(told) or (name in WARNED and not told):
                problems.append(f"{name!r}: warned with {told!r}")
        if path.read_bytes() != before:
            problems.append(f"{name!r}: was changed")
        children = [c for c in psutil.Process().children() if c.pid not in OTHERS]
        if len(children) > CHILDREN or any(c.memory_info().rss > LIMITS.memory for c in children):
            problems.append(f"{name!r}: left {children}")
    assert problems == []


def test_every_bad_file_is_read_or_refused_with_a_reason(
    examiner: PoolExaminer, files: list[Path], tmp_path: Path
) -> None:
    check(examiner, [f for f in files if f.name not in SLOW], tmp_path)


@pytest.mark.slow
def test_every_costly_bad_file_is_read_or_refused_with_a_reason(
    examiner: PoolExaminer, files: list[Path], tmp_path: Path
) -> None:
    costly = [f for f in files if f.name in SLOW]
    assert len(costly) == len(SLOW)
    check(examiner, costly, tmp_path)


# Of the costly ones, which the test above reads one by one; beside these the watcher must go on.
TOGETHER = {"content-bomb.pdf", "one-line.txt", "open-tags.html"}


@pytest.mark.slow
def test_the_watcher_survives_them_together(archive: Any, files: list[Path]) -> None:
    files = [f for f in files if f.name not in SLOW or f.name in TOGETHER]
    assert {f.name for f in files} >= TOGETHER
    dropped = {hashlib.sha512(f.read_bytes()).hexdigest() for f in files}
    for file in files:
        shutil.copy(file, archive.inbox / file.name)
    command = [sys.executable, "-m", "dms.faces.cli.main", "--home", str(archive.home), "watch", "--once", "--json"]
    environment = {**os.environ, "DMS_MAX_MEMORY": str(LIMITS.memory)}
    told = archive.home / "told.json"
    peak = 0
    with (
        told.open("wb") as output,
        subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.DEVNULL) as watcher,
    ):
        while watcher.poll() is None:
            with suppress(psutil.Error):
                family = [psutil.Process(watcher.pid), *psutil.Process(watcher.pid).children(recursive=True)]
                peak = max(peak, *(p.memory_info().rss for p in family))
            time.sleep(0.1)
    items = json.loads(told.read_bytes())["items"]
    assert {i["state"] for i in items} <= {"registered", "known", "quarantined"}
    for item in items:
        if item["state"] == "quarantined":
            assert item["reason"] and not NOT_FOR_PEOPLE.search(item["reason"]), item
    left = [f for f in archive.inbox.rglob("*") if f.is_file() and f.name != "README.md"]
    ours = archive.home / "archive"
    kept = {hashlib.sha512(f.read_bytes()).hexdigest() for f in [*ours.rglob("*"), *left] if f.is_file()}
    assert dropped <= kept
    assert left == []
    assert archive.dms("verify")["findings"] == []
    # Memory is looked at several times a second: a fast grower gets a little over before it is stopped.
    assert peak < 1.3 * LIMITS.memory
    print(f"{len(files)} files, {len(items)} told, highest memory of one process {peak / 1e6:.0f} MB")


def test_what_runs_by_itself_is_named_and_never_run(examiner: PoolExaminer, files: list[Path], tmp_path: Path) -> None:
    by_name = {f.name: f for f in files}
    found = {}
    for name in ("javascript.pdf", "launch.pdf", "macros.xlsm", "scripts.html"):
        inspection, pages = taken(examiner, by_name[name], tmp_path / name)
        found[name] = inspection.active_content
        assert "unseen" not in pages[0].text
    assert found == {
        "javascript.pdf": ("JavaScript",),
        "launch.pdf": ("programs to start",),
        "macros.xlsm": ("macros",),
        "scripts.html": ("scripts in HTML",),
    }


def test_outside_entities_are_never_followed(examiner: PoolExaminer, files: list[Path], tmp_path: Path) -> None:
    (path,) = (f for f in files if f.name == "outside-entity.docx")
    with pytest.raises(Unreadable, match="definitions"):
        taken(examiner, path, tmp_path / "work")


def test_nothing_is_written_beside_the_work_folder(files: list[Path], folder: Path) -> None:
    assert sorted(folder.iterdir()) == sorted(files)


def test_a_good_file_is_read_after_all_that(examiner: PoolExaminer, tmp_path: Path) -> None:
    good = tmp_path / "good.md"
    good.write_text("# 会议纪要\n\n一切正常。\n", encoding="utf-8")
    inspection, pages = taken(examiner, good, tmp_path / "work")
    assert inspection.media_type == "text/markdown"
    assert "一切正常" in pages[0].text
