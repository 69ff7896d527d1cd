"""The drop folder on a real disk: what it sees, what it ignores, and who gets a file."""

import json
import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from dms.adapters.inbox import Folder
from dms.adapters.inbox.complete import complete

PDF = b"%PDF-1.4\nhello\n%%EOF\n"


@pytest.fixture
def folder(tmp_path):
    inbox = Folder(tmp_path / "inbox")
    list(inbox.sweep())
    return inbox


def drop(folder, name, data=PDF):
    path = folder.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(folder):
    return [d.path.name for d in folder.sweep()]


def test_sweep_makes_a_missing_folder_and_finds_nothing(tmp_path):
    assert list(Folder(tmp_path / "new" / "inbox").sweep()) == []
    assert (tmp_path / "new" / "inbox").is_dir()


def test_scanner_names_sidecars_hidden_and_its_own_page_are_ignored(folder):
    for name in ("a.pdf", "b.tmp", "c.PDF.part", ".hidden.pdf", "~$d.docx", "a.pdf.json", "README.md", "Thumbs.db"):
        drop(folder, name)
    drop(folder, "sub/README.md")
    assert names(folder) == ["a.pdf", "README.md"]


@pytest.mark.parametrize(
    "name",
    ["@eaDir/a.pdf/SYNO.jpg", "#recycle/2025/a.pdf", "$RECYCLE.BIN/S-1-5/$R1.pdf", ".Trash-1000/files/a.pdf",
     "sub/@Recycle/a.pdf", "System Volume Information/x.dat", "lost+found/1", "__MACOSX/a.pdf", "ehthumbs.db",
     "Thumbs.db:encryptable", "Desktop.ini", "Icon\r", "picasa.ini", "sync.ffs_db", "Letter.lnk", "bank.URL",
     "film.!qB", "letter.doc.sb-1a2b3c4d-Xy12Zz", "~$letter.docx", "a.pdf.aria2", "db.ldb"],
)  # fmt: skip
def test_what_systems_leave_behind_is_left_alone(folder, name):
    path = drop(folder, name)
    assert names(folder) == []
    assert folder.look(path) is None


@pytest.mark.parametrize(
    "name", ["recycle plan.pdf", "#1 priority/a.pdf", "email@example.pdf", "url list.txt", "2026.ini"]
)
def test_what_only_looks_like_junk_is_taken(folder, name):
    drop(folder, name)
    assert len(names(folder)) == 1


def test_an_archive_names_junk_of_its_own(tmp_path):
    folder = Folder(tmp_path, ignored=("*.BAK", "private"))
    for name in ("a.pdf", "b.bak", "private/c.pdf", "Private/d.pdf", "sub/private.pdf"):
        drop(folder, name)
    assert names(folder) == ["a.pdf", "private.pdf"]


def test_a_note_without_its_file_is_told_and_what_is_no_note_is_taken(folder):
    for name in ("a.pdf", "a.pdf.json", "sub/late.pdf.json", "report.2026.json", "data.json", "#recycle/b.pdf.json"):
        drop(folder, name, b"{}")
    assert names(folder) == ["a.pdf", "data.json", "report.2026.json"]
    assert folder.lonely(3600) == []
    os.utime(folder.root / "sub/late.pdf.json", (1, 1))
    assert [p.name for p in folder.lonely(60)] == ["late.pdf.json"]


def test_links_and_pipes_are_not_followed(folder, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (folder.root / "link.txt").symlink_to(secret)
    (folder.root / "dir").symlink_to(tmp_path)
    os.mkfifo(folder.root / "pipe.pdf")
    assert names(folder) == []


def test_subfolders_are_hints(folder):
    drop(folder, "ZHS/04 客户投诉与折价/a.pdf")
    (found,) = folder.sweep()
    assert found.folders == ("ZHS", "04 客户投诉与折价")


def test_claim_takes_file_and_sidecar_and_remembers_where_from(folder):
    path = drop(folder, "ZHS/a.pdf")
    drop(folder, "ZHS/a.pdf.json", json.dumps({"customer": "杭州"}).encode())
    claimed = folder.claim(folder.look(path), "item1")
    assert not path.exists()
    assert claimed.path.read_bytes() == PDF
    assert (claimed.origin, claimed.folders, claimed.sidecar) == (path, ("ZHS",), {"customer": "杭州"})
    assert list(folder.claimed()) == [claimed]
    assert names(folder) == []
    folder.release("item1")
    folder.release("item1")
    assert list(folder.claimed()) == []


@pytest.mark.parametrize("told", [b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_bad_sidecar_is_told_and_the_file_goes_on(folder, told):
    path = drop(folder, "a.pdf")
    drop(folder, "a.pdf.json", told)
    claimed = folder.claim(folder.look(path), "item1")
    assert claimed.sidecar == {}
    assert "sidecar" in claimed.problem


@pytest.mark.parametrize("name", ["a\nb.pdf", "-rf.pdf", "长" * 82 + ".pdf", "x\u202egpj.pdf", "a b'\"$(id).pdf"])
def test_strange_names_are_claimed(folder, name):
    path = drop(folder, name)
    claimed = folder.claim(folder.look(path), "item1")
    assert claimed.path.name == name
    assert next(folder.claimed()).origin == path


def test_name_that_is_no_unicode(folder):
    path = Path(os.fsdecode(os.fsencode(str(folder.root)) + b"/\xb5\xb5.pdf"))
    path.write_bytes(PDF)
    claimed = folder.claim(folder.look(path), "item1")
    assert claimed.path.read_bytes() == PDF
    assert next(folder.claimed()).origin == path


def test_file_that_changed_since_the_look_is_given_back(folder):
    path = drop(folder, "a.pdf")
    seen = folder.look(path)
    path.write_bytes(PDF + b"more %%EOF")
    assert folder.claim(seen, "item1") is None
    assert path.read_bytes() == PDF + b"more %%EOF"
    assert list(folder.claimed()) == []


def test_file_that_is_gone(folder):
    path = drop(folder, "a.pdf")
    seen = folder.look(path)
    path.unlink()
    assert folder.claim(seen, "item1") is None
    assert list(folder.claimed()) == []


def test_busy_while_somebody_has_it_open_for_writing(folder):
    path = drop(folder, "a.pdf")
    if folder.look(path).busy is None:
        pytest.skip("this file system gives no leases, so nobody can tell")
    with path.open("ab"):
        assert folder.look(path).busy is True
    assert folder.look(path).busy is False


def _claim_all(root, worker, queue, barrier):
    inbox = Folder(Path(root))
    barrier.wait()
    got = [d.path.name for n, d in enumerate(list(inbox.sweep())) if inbox.claim(d, f"{worker}-{n}")]
    queue.put(got)


def test_every_file_goes_to_exactly_one_of_four_watchers(folder):
    for n in range(200):
        drop(folder, f"{n:03d}.pdf")
    context = multiprocessing.get_context("spawn")
    queue, barrier = context.Queue(), context.Barrier(4)
    workers = [context.Process(target=_claim_all, args=(str(folder.root), n, queue, barrier)) for n in range(4)]
    for worker in workers:
        worker.start()
    got = [name for _ in workers for name in queue.get(timeout=60)]
    for worker in workers:
        worker.join()
    assert sorted(got) == [f"{n:03d}.pdf" for n in range(200)]
    assert len(list(folder.claimed())) == 200


@pytest.mark.parametrize("polled", [False, True])
def test_watch_reports_drops_and_renames_and_moved_in_folders(tmp_path, polled):
    inbox = Folder(tmp_path / "inbox", polled=polled, poll_seconds=0.2)
    list(inbox.sweep())
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "deep.pdf").write_bytes(PDF)
    (tmp_path / "whole.pdf").write_bytes(PDF)
    seen = {}
    expected = {"a.pdf", "whole.pdf", "deep.pdf"}
    done, ready = threading.Event(), threading.Event()

    def on_change(path, moved):
        if path.name == "ready.pdf":
            ready.set()
        seen[path.name] = seen.get(path.name, False) or moved
        if expected <= set(seen):
            done.set()

    with inbox.watch(on_change):
        for n in range(100):
            (inbox.root / "ready.pdf").write_bytes(b"%d" % n)
            if ready.wait(0.2):
                break
        drop(inbox, "a.pdf")
        (tmp_path / "whole.pdf").rename(inbox.root / "whole.pdf")
        outside.rename(inbox.root / "folder")
        assert done.wait(20), seen
    assert seen["a.pdf"] is False
    # A whole file renamed into the folder needs no time to settle; a share looked at in turns cannot tell.
    assert seen["whole.pdf"] is not polled


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", False),
        (PDF, True),
        (PDF[:-8], False),
        (b"\xff\xd8\xff\xe0 jpeg \xff\xd9", True),
        (b"\xff\xd8\xff\xe0 jpeg", False),
        (b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82", True),
        (b"\x89PNG\r\n\x1a\n....", False),
        (b"PK\x03\x04....", False),
        (b"PK\x03\x04....PK\x05\x06" + b"\0" * 18, True),
        (b"II*\x00\xff\xff\x00\x00", False),
        (b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00", True),
        (b"plain text", None),
        (b"RIFF\xff\x00\x00\x00WEBP", False),
    ],
)
def test_complete(tmp_path, data, expected):
    path = tmp_path / "file"
    path.write_bytes(data)
    assert complete(path) is expected
