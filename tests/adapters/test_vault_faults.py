"""What the vault does when things go wrong: killed writers, full and read-only disks, many processes at once.

Killed processes are real ones, killed with SIGKILL: once before every single change of the file system (exact, by an
audit hook), and at random moments among many writes.
"""

from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from vault_kit import CODE, PLACE, get, put, tree, validated

from dms.adapters.vault import open_vault
from dms.errors import Conflict, Unavailable
from dms.ports.vault import Vault

_fork = multiprocessing.get_context("fork")  # starts at once, so that many can be killed; the children use no threads
CODES = [f"HG01E2026{serial:06d}" for serial in (1, 2, 150, 150_000)]
_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "vault"


def sound(root: Path) -> Vault:
    """Open the vault as the next process would; it must then be whole for both validators."""
    vault = open_vault(f"file://{root}")
    assert list(vault.verify()) == []
    validated(root)
    return vault


# -- killed before the n-th change of the file system ---------------------------------------------------------


def _die_before(change: int, url: str, files: dict[str, bytes]) -> None:
    """Write, but be dead before change number ``change`` reaches the file system."""
    vault = open_vault(url)
    seen = 0

    def watch(event: str, args: tuple[Any, ...]) -> None:
        nonlocal seen
        writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_CREAT | os.O_WRONLY)
        if event in _CHANGES or writes:
            seen += 1
            if seen == change:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    put(vault, files)


def _killed_at(change: int, root: Path, files: dict[str, bytes]) -> bool:
    process = _fork.Process(target=_die_before, args=(change, f"file://{root}", files))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


FIRST = {"original/a.pdf": b"a" * 3000, "text.txt": b"one"}
SECOND = {"text.txt": b"two", "notes/n.txt": b"note"}


@pytest.mark.slow
def test_killed_at_every_step_of_a_new_object(root: Path) -> None:
    step = 1
    while True:
        already_open = open_vault(f"file://{root}")
        died = _killed_at(step, root, FIRST)
        there = already_open.head(CODE)
        assert there is None or get(already_open, "text.txt") == b"one"
        assert there is None or set(there.files) == set(FIRST)
        assert list(already_open.verify()) == [], "a new object is whole or not there, and needs no healing"
        validated(root)
        assert put(already_open, FIRST).number == 1
        sound(root)
        if not died:
            break
        shutil.rmtree(root)
        step += 1
    assert step > 15
    assert sound(root).tidy(older_than_seconds=0) > 10


@pytest.mark.slow
@pytest.mark.parametrize("healed_by", ["opening", "writing"])
def test_killed_at_every_step_of_a_new_version(root: Path, healed_by: str) -> None:
    first = open_vault(f"file://{root}")
    put(first, FIRST)
    shutil.copytree(root, root.with_name("good"))
    half = 0
    step = 1
    while True:
        already_open = open_vault(f"file://{root}")
        died = _killed_at(step, root, SECOND)
        versions = already_open.versions(CODE)
        assert get(already_open, "text.txt") == (b"one" if len(versions) == 1 else b"two")
        assert get(already_open, "text.txt", version=1) == b"one"
        half += bool(list(already_open.verify()))
        if healed_by == "opening":
            assert len(sound(root).versions(CODE)) == len(versions)
        assert put(already_open, SECOND).number == 2
        assert len(sound(root).versions(CODE)) == 2
        if not died:
            break
        shutil.rmtree(root)
        shutil.copytree(root.with_name("good"), root)
        step += 1
    assert step > 12
    assert half == 2, "dead between version and inventory, and between inventory and sidecar"


# -- killed at random moments among many writes ---------------------------------------------------------------


def _write_on(url: str, seed: int, journal: str, begun: Any = None) -> None:
    """Write without end; note in the journal what has returned, as a caller would remove its source then."""
    chance = random.Random(seed)
    vault = open_vault(url)
    told = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        code = chance.choice(CODES)
        paths = chance.sample(["original/a.pdf", "text.txt", "b/c.json", "big.bin"], chance.randint(1, 3))
        files = {p: chance.randbytes(300_000 if p == "big.bin" else chance.randint(0, 5000)) for p in paths}
        version = put(vault, files, code)
        digests = {p: hashlib.sha512(data).hexdigest() for p, data in files.items()}
        os.write(told, (json.dumps([code, version.number, digests]) + "\n").encode())
        if begun is not None:
            begun.send_bytes(b"x")
            begun = None


@pytest.mark.slow
def test_killed_at_random_moments(root: Path, tmp_path: Path) -> None:
    chance = random.Random(20261123)
    journal = tmp_path / "journal"
    url = f"file://{root}"
    open_vault(url)
    started = 0
    for kill in range(48):
        writers = []
        for _ in range(1 + kill % 2):
            hear, say = _fork.Pipe(duplex=False)
            writer = _fork.Process(target=_write_on, args=(url, started, str(journal), say))
            writer.start()
            started += 1
            writers.append((writer, hear))
        for writer, hear in writers:
            assert hear.recv_bytes() == b"x"
            writer.join(chance.uniform(0, 0.1))  # not for it to end, which it never does
            writer.kill()
            writer.join()
            assert writer.exitcode == -signal.SIGKILL
        if kill % 6 == 5:
            sound(root)
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert len(lines) >= started == 72
    vault = sound(root)
    history = {code: vault.versions(code) for code in CODES}
    for code, number, digests in lines:
        kept = history[code][number - 1].files
        assert {p: kept[p].sha512 for p in digests} == digests
    vault.tidy(older_than_seconds=0)
    sound(root)


# -- many writers ---------------------------------------------------------------------------------------------


def _write_many(url: str, who: int, code: str, count: int, barrier: Any, answers: Any) -> None:
    vault = open_vault(url)
    barrier.wait()
    told = []
    for n in range(count):
        told.append(put(vault, {f"{who}/{n}": f"{who} {n}".encode(), "shared": b"same"}, code).number)
    answers.put((who, told))


def _race(root: Path, target: Callable[..., None], jobs: list[tuple[Any, ...]]) -> list[Any]:
    barrier, answers = _fork.Barrier(len(jobs)), _fork.Queue()
    processes = [_fork.Process(target=target, args=(f"file://{root}", *job, barrier, answers)) for job in jobs]
    for process in processes:
        process.start()
    told = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    return told


@pytest.mark.slow
def test_four_processes_on_one_object(root: Path) -> None:
    told = _race(root, _write_many, [(who, CODE, 12) for who in range(4)])
    numbers = [n for _, mine in told for n in mine]
    assert sorted(numbers) == list(range(1, 49))
    versions = sound(root).versions(CODE)
    assert set(versions[-1].files) == {f"{who}/{n}" for who in range(4) for n in range(12)} | {"shared"}
    for who, mine in told:
        assert mine == sorted(mine)
        for n, number in enumerate(mine):
            assert f"{who}/{n}" in versions[number - 1].files
            assert f"{who}/{n}" not in (versions[number - 2].files if number > 1 else {})


def _write_new(url: str, who: int, codes: list[str], barrier: Any, answers: Any) -> None:
    vault = open_vault(url)
    barrier.wait()
    for code in codes:
        put(vault, {"text.txt": code.encode()}, code, user=str(who))
    answers.put(who)


@pytest.mark.slow
def test_four_processes_on_different_objects_in_new_folders(root: Path) -> None:
    """Each in a folder of a hundred that all four make at the same time; the vault itself, too."""
    shared = [[f"HG01E{2026 + n}{100 * n + who:06d}" for n in range(25)] for who in range(4)]
    _race(root, _write_new, [(who, codes) for who, codes in enumerate(shared)])
    vault = sound(root)
    assert sorted(vault.objects()) == sorted(code for codes in shared for code in codes)
    assert all(get(vault, "text.txt", code) == code.encode() for codes in shared for code in codes)


@pytest.mark.slow
def test_four_processes_with_the_same_new_object(root: Path) -> None:
    """A station repeated by several workers: whoever is first writes, the others get his version."""
    codes = [f"HG01E2026{serial:06d}" for serial in range(10)]
    _race(root, _write_new, [(who, codes) for who in range(4)])
    vault = sound(root)
    assert [len(vault.versions(code)) for code in codes] == [1] * 10


def _count_up(url: str, rounds: int, barrier: Any, answers: Any) -> None:
    vault = open_vault(url)
    barrier.wait()
    done = 0
    while done < rounds:
        head = vault.head(CODE)
        assert head is not None
        seen = int(get(vault, "count", version=head.number))
        try:
            put(vault, {"count": str(seen + 1).encode()}, expect=head.number)
            done += 1
        except Conflict:
            continue  # somebody was faster: look again, which is what expect is for
    answers.put(done)


@pytest.mark.slow
def test_no_update_is_lost_with_expect(root: Path) -> None:
    put(open_vault(f"file://{root}"), {"count": b"0"})
    _race(root, _count_up, [(10,)] * 4)
    assert get(sound(root), "count") == b"40"


@pytest.mark.slow
def test_verify_beside_a_writer_sees_no_damage(root: Path, tmp_path: Path) -> None:
    vault = open_vault(f"file://{root}")
    for code in CODES:
        put(vault, {"text.txt": b"start"}, code)
    writer = _fork.Process(target=_write_on, args=(f"file://{root}", 5, str(tmp_path / "journal")))
    writer.start()
    try:
        for _ in range(40):
            assert list(vault.verify()) == []
    finally:
        writer.kill()
        writer.join()
    sound(root)


# -- full, small and read-only disks --------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, 2 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small tmpfs is not allowed here; the size-limited test below stands for it")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def refused(vault: Vault, root: Path, files: dict[str, Any], code: str = CODE) -> Unavailable:
    """Let a write be refused; the old state must be there to the byte, and staging clean."""
    before = tree(root)
    with pytest.raises(Unavailable) as caught:
        put(vault, files, code)
    assert tree(root) == before
    staging = root.with_name("vault-staging")
    assert [p.name for p in staging.iterdir()] in ([], ["locks"])
    assert caught.value.hint
    return caught.value


def test_full_disk(small_disk: Path, tmp_path: Path) -> None:
    root = small_disk / "vault"
    vault = open_vault(f"file://{root}")
    put(vault, {"text.txt": b"old"})
    (tmp_path / "large").write_bytes(os.urandom(4 << 20))
    for code in (CODE, "HG01E2026000999"):
        problem = refused(vault, root, {"good.txt": b"x", "original/large": tmp_path / "large"}, code)
        assert "room" in problem.hint
        assert os.strerror(errno.ENOSPC) in problem.message
    assert (tmp_path / "large").stat().st_size == 4 << 20
    assert put(vault, {"text.txt": b"new"}).number == 2
    sound(root)


def test_disk_that_fills_up_at_any_step(small_disk: Path) -> None:
    """With every amount of room left, a write is done whole or not at all."""
    root = small_disk / "vault"
    vault = open_vault(f"file://{root}")
    put(vault, {"text.txt": b"old"})
    page = os.sysconf("SC_PAGE_SIZE")
    done = refusals = 0
    for left in range(24):
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        (small_disk / "filler").write_bytes(b"\0" * (free - left * page))
        for code, files in (
            (CODE, {"text.txt": b"new %d" % left, "b": b"b" * page}),
            (f"HG01E2026{left:06d}", {"a": b"a"}),
        ):
            before = vault.head(code)
            try:
                number = put(vault, files, code).number
                done += 1
            except Unavailable as problem:
                assert "room" in problem.hint
                refusals += 1
                assert vault.head(code) == before
                assert [p.name for p in (small_disk / "vault-staging").iterdir()] == ["locks"]
            else:
                assert number == (before.number if before else 0) + 1
            assert list(vault.verify()) == []
        (small_disk / "filler").unlink()
    assert done > 3
    assert refusals > 3
    sound(root)


def test_read_only_disk(small_disk: Path) -> None:
    root = small_disk / "vault"
    put(open_vault(f"file://{root}"), {"text.txt": b"old"})
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    try:
        vault = open_vault(f"file://{root}")
        assert get(vault, "text.txt") == b"old"
        assert list(vault.verify()) == []
        for code in (CODE, "HG01E2026000999"):
            assert "right" in refused(vault, root, {"text.txt": b"new"}, code).hint
        with pytest.raises(Unavailable):
            open_vault(f"file://{small_disk}/another")
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert put(vault, {"text.txt": b"new"}).number == 2


def test_files_larger_than_allowed(root: Path, tmp_path: Path) -> None:
    """As with a full disk, where none can be mounted: the kernel refuses bytes in the middle of a file."""
    vault = open_vault(f"file://{root}")
    put(vault, {"text.txt": b"old"})
    (tmp_path / "large").write_bytes(os.urandom(3 << 20))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((2 << 20) + 17, hard))
    try:
        for code in (CODE, "HG01E2026000999"):
            problem = refused(vault, root, {"good.txt": b"x", "original/large": tmp_path / "large"}, code)
            assert os.strerror(errno.EFBIG) in problem.message
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert put(vault, {"original/large": tmp_path / "large"}).number == 2
    sound(root)


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable) as caught:
        open_vault(f"file://{tmp_path}/file/vault")
    assert caught.value.hint
    vault = open_vault(f"file://{tmp_path}/vault")
    (tmp_path / "vault" / "2026").write_text("x")
    refused(vault, tmp_path / "vault", {"text.txt": b"x"})
    assert [(t.path, t.problem) for t in vault.verify()] == [("2026", "stray-file")]


def test_a_staging_folder_that_is_gone_comes_back(root: Path) -> None:
    vault = open_vault(f"file://{root}")
    shutil.rmtree(root.with_name("vault-staging"))
    put(vault, {"text.txt": b"x"})
    assert get(vault, "text.txt") == b"x"
    shutil.rmtree(root.with_name("vault-staging"))
    assert vault.tidy(older_than_seconds=0) == 0
    sound(root)


def test_the_place_of_an_object_taken_by_a_file(root: Path) -> None:
    vault = open_vault(f"file://{root}")
    place = root / PLACE
    place.parent.mkdir(parents=True)
    place.write_text("x")
    refused(vault, root, {"text.txt": b"x"})
    assert vault.head(CODE) is None
    assert (PLACE, "stray-file") in {(t.path, t.problem) for t in vault.verify()}
