"""The disk vault as others see it: OCFL v1.1 by an independent validator, nothing stored twice, everything fsynced."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from vault_kit import AT, BATCH, CODE, PLACE, get, put, tree, validated

from dms.adapters.vault import open_vault
from dms.errors import Damaged, Unavailable, Usage
from dms.ports.vault import Vault


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive" / "vault"


@pytest.fixture
def vault(root: Path) -> Vault:
    return open_vault(f"file://{root}")


def test_empty_vault(vault: Vault, root: Path) -> None:
    assert validated(root) == 0
    assert (root / "0=ocfl_1.1").read_bytes() == b"ocfl_1.1\n"
    assert "2026/0001/HG01E2026000123" in (root / "README.md").read_text(encoding="utf-8")
    assert list(vault.verify()) == []
    assert list(vault.objects()) == []


def test_an_independent_validator_accepts_what_we_write(vault: Vault, root: Path) -> None:
    put(vault, {"original/扫描.pdf": b"%PDF", "text.txt": b"one", "copy.pdf": b"%PDF", "empty": b""})
    put(vault, {"text.txt": b"two", "a/b/c/d.txt": b"deep"}, user="李 四/%", message="")
    put(vault, {"copy.pdf": None, "original/扫描.pdf": None})
    put(vault, {"again.pdf": b"%PDF"})
    put(vault, {"text.txt": b"one", "same.txt": b"one"})
    put(vault, {path: None for path in ("text.txt", "same.txt", "again.pdf", "a/b/c/d.txt", "empty")})
    put(vault, {"original/stack.pdf": b"stack"}, BATCH)
    for serial in (1, 99, 100, 999999, 1000000):
        put(vault, {"x": b"x"}, f"HG01E2025{serial:06d}")
    assert validated(root) == 7
    assert list(vault.verify()) == []
    assert len(vault.versions(CODE)) == 6


def test_the_inventory_in_a_text_editor(vault: Vault, root: Path) -> None:
    put(vault, {"original/a.pdf": b"a"})
    place = root / PLACE
    assert (place / "0=ocfl_object_1.1").read_bytes() == b"ocfl_object_1.1\n"
    assert (place / "v1/content/original/a.pdf").read_bytes() == b"a"
    text = (place / "inventory.json").read_text(encoding="utf-8")
    assert "张三" in text
    assert "登记" in text
    block = json.loads(text)["versions"]["v1"]
    assert block["created"] == AT
    assert block["user"] == {"name": "张三", "address": "urn:dms:user:%E5%BC%A0%E4%B8%89"}
    assert tree(place)["inventory.json"] == tree(place)["v1/inventory.json"]


def test_unchanged_content_is_stored_once(vault: Vault, root: Path) -> None:
    put(vault, {"original/a.pdf": b"A" * 5000, "copy/a.pdf": b"A" * 5000})
    put(vault, {"text.txt": b"t", "third/a.pdf": b"A" * 5000})
    put(vault, {"text.txt": None})
    put(vault, {"text.txt": b"t"})
    contents = [p for p in tree(root / PLACE) if "/content/" in p]
    assert contents == ["v1/content/original/a.pdf", "v2/content/text.txt"]
    assert validated(root) == 1


def test_history_is_kept_word_by_word(vault: Vault, root: Path) -> None:
    put(vault, {"a": b"1"}, user="一", message="first")
    first = json.loads((root / PLACE / "inventory.json").read_bytes())["versions"]["v1"]
    put(vault, {"a": b"2"}, user="二", message="second")
    put(vault, {"a": b"3"}, user="三", message="third")
    told = json.loads((root / PLACE / "inventory.json").read_bytes())
    assert told["versions"]["v1"] == first
    assert [told["versions"][f"v{n}"]["message"] for n in (1, 2, 3)] == ["first", "second", "third"]


def test_identical_write_touches_nothing(vault: Vault, root: Path) -> None:
    put(vault, {"a": b"1", "b": b"2"})
    before = {p: p.stat().st_mtime_ns for p in root.rglob("*")}
    put(vault, {"a": b"1"}, message="again")
    assert {p: p.stat().st_mtime_ns for p in root.rglob("*")} == before


def test_staging_is_beside_the_root_and_empty(vault: Vault, root: Path) -> None:
    put(vault, {"a": b"1"})
    put(vault, {"a": b"2"})
    assert [p.name for p in root.with_name("vault-staging").iterdir()] == ["locks"]
    assert sorted(p.name for p in root.iterdir()) == ["0=ocfl_1.1", "2026", "README.md"]


def test_everything_is_on_the_disk_before_it_is_renamed_into_place(
    vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    moved: list[str] = []
    fsync, rename = os.fsync, os.rename

    def watch_fsync(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def watch_rename(source: Path, target: Path) -> None:
        if root in Path(target).parents:
            late = [str(p) for p in [Path(source), *Path(source).rglob("*")] if p.stat().st_ino not in synced]
            assert not late, f"renamed to {target} before fsync: {late}"
            if Path(target).name == "inventory.json":
                assert Path(target).parent.stat().st_ino in synced, "it may name a version that a power cut takes away"
            moved.append(str(Path(target).relative_to(root)))
        rename(source, target)
        synced.difference_update({Path(target).parent.stat().st_ino})

    monkeypatch.setattr(os, "fsync", watch_fsync)
    monkeypatch.setattr(os, "rename", watch_rename)
    put(vault, {"original/a.pdf": b"a", "x/y/z.txt": b"z"})
    assert moved == ["2026"]
    put(vault, {"b.txt": b"b"})
    put(vault, {"a": b"a"}, "HG01E2026000124")
    assert moved[1:] == [
        f"{PLACE}/v2",
        f"{PLACE}/inventory.json",
        f"{PLACE}/inventory.json.sha512",
        "2026/0001/HG01E2026000124",
    ]
    for folder in (root, root / "2026" / "0001", root / PLACE):
        assert folder.stat().st_ino in synced, f"the names in {folder} may be lost in a power cut"


def test_a_disk_that_gives_back_something_else(vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(vault, {"a": b"old"})
    before = tree(root)
    fsync = os.fsync

    def failing_disk(descriptor: int) -> None:
        fsync(descriptor)
        if os.fstat(descriptor).st_size == 1000:
            os.pwrite(descriptor, b"\x01", 500)

    monkeypatch.setattr(os, "fsync", failing_disk)
    for code in (CODE, "HG01E2026000124"):
        with pytest.raises(Damaged) as caught:
            put(vault, {"a": bytes(1000)}, code)
        assert "disk" in caught.value.hint
    assert tree(root) == before
    assert [p.name for p in root.with_name("vault-staging").iterdir()] == ["locks"]


def test_content_kept_before_is_looked_at_before_it_is_believed(vault: Vault, root: Path) -> None:
    put(vault, {"a": b"precious"})
    (root / PLACE / "v1/content/a").write_bytes(b"prezious")
    for files in ({"a": b"precious"}, {"b": b"precious"}):
        with pytest.raises(Damaged):
            put(vault, files)
    assert len(vault.versions(CODE)) == 1


def test_an_object_that_comes_between_two_looks(vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader finds no inventory, then a folder with something in it: that is no damage."""
    really_open = os.open
    writer = open_vault(f"file://{root}")
    met = []

    def meet(path: Path, flags: int, mode: int = 0o777) -> int:
        try:
            return really_open(path, flags, mode)
        except FileNotFoundError:
            if not met and Path(path) == root / PLACE / "inventory.json":
                met.append(path)
                put(writer, {"a": b"1"})
            raise

    monkeypatch.setattr(os, "open", meet)
    head = vault.head(CODE)
    assert head is not None
    assert head == writer.head(CODE)
    assert met


def test_opening_again_and_by_a_link(vault: Vault, root: Path, tmp_path: Path) -> None:
    put(vault, {"a": b"1"})
    (tmp_path / "link").symlink_to(root)
    for url in (f"file://{root}", f"file://{root}/", f"file://{tmp_path}/link"):
        again = open_vault(url)
        assert get(again, "a", version=1) == b"1"
        put(again, {"a": url.encode()})
    assert not (tmp_path / "link-staging").exists()
    assert len(vault.versions(CODE)) == 4
    assert validated(root) == 1


def test_a_folder_with_other_things_is_no_vault(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    open_vault(f"file://{tmp_path}/documents")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("Dear")
    with pytest.raises(Unavailable) as caught:
        open_vault(f"file://{tmp_path}/other")
    assert "empty folder" in caught.value.hint
    assert [p.name for p in (tmp_path / "other").iterdir()] == ["letter.txt"]


def test_paths_of_utmost_length(vault: Vault, root: Path) -> None:
    long = "/".join("档" * 80 for _ in range(4))
    put(vault, {long: b"1", "y" * 240: b"2"})
    assert get(vault, long) == b"1"
    assert validated(root) == 1


def test_tidy_removes_what_crashed_writers_left(vault: Vault, root: Path) -> None:
    staging = root.with_name("vault-staging")
    (staging / f"{CODE}~0123" / "content").mkdir(parents=True)
    (staging / f"{CODE}~0123" / "content" / "a").write_bytes(b"half")
    (staging / "loose").write_bytes(b"x")
    (staging / "link").symlink_to(root)
    assert vault.tidy() == 0
    old = (staging / "loose").stat().st_mtime - 100_000
    os.utime(staging / "loose", (old, old))
    assert vault.tidy() == 1
    assert vault.tidy(older_than_seconds=0) == 2
    assert [p.name for p in staging.iterdir()] == ["locks"]
    assert validated(root) == 0


def test_usage_leaves_nothing_behind(vault: Vault, root: Path) -> None:
    put(vault, {"a": b"1"})
    before = tree(root.parent)
    with pytest.raises(Usage):
        put(vault, {"a/b": b"2"})
    assert tree(root.parent) == before
