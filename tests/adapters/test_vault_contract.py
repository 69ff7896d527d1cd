"""One contract, every vault through it."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from vault_kit import AT, BATCH, CODE, PLACE, get, put

from dms.adapters.vault import open_vault
from dms.errors import Conflict, NotFound, Usage
from dms.ports.vault import Vault

KINDS: dict[str, Callable[[Path], str]] = {
    "disk": lambda folder: f"file://{folder}/archive/vault",
    "memory": lambda folder: "memory://",
}


@pytest.fixture(params=[*KINDS, "s3"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    if request.param == "s3":
        return open_vault(request.getfixturevalue("s3_url"), cache=tmp_path / "cache")
    return open_vault(KINDS[request.param](tmp_path))


def test_first_version(vault: Vault, tmp_path: Path) -> None:
    source = tmp_path / "扫描 1.pdf"
    source.write_bytes(b"%PDF-1.7 scan")
    version = put(vault, {"original/扫描 1.pdf": source, "text.txt": "报价单".encode()})
    assert (version.number, version.message, version.user, version.at) == (1, "登记 registered", "张三", AT)
    assert {p: f.size for p, f in version.files.items()} == {"original/扫描 1.pdf": 13, "text.txt": 9}
    assert version.files["original/扫描 1.pdf"].sha512 == hashlib.sha512(b"%PDF-1.7 scan").hexdigest()
    assert vault.head(CODE) == version == vault.versions(CODE)[0]
    assert get(vault, "text.txt").decode() == "报价单"
    assert source.read_bytes() == b"%PDF-1.7 scan"


def test_later_versions_carry_forward_replace_and_remove(vault: Vault) -> None:
    put(vault, {"original/a.pdf": b"a", "text.txt": b"one", "notes/b.txt": b"b"})
    put(vault, {"text.txt": b"two", "stamp.pdf": b"s"}, message="Filed", user="李四", at="2027-01-02T03:04:05Z")
    third = put(vault, {"notes/b.txt": None, "original/a.pdf": None})
    assert third.number == 3
    assert set(third.files) == {"text.txt", "stamp.pdf"}
    one, two, three = vault.versions(CODE)
    assert (two.message, two.user, two.at) == ("Filed", "李四", "2027-01-02T03:04:05Z")
    assert set(one.files) == {"original/a.pdf", "text.txt", "notes/b.txt"}
    assert set(two.files) == set(one.files) | {"stamp.pdf"}
    assert three == third
    assert [get(vault, "text.txt", version=n) for n in (1, 2, 3, None)] == [b"one", b"two", b"two", b"two"]
    assert get(vault, "notes/b.txt", version=2) == b"b"
    with pytest.raises(NotFound):
        vault.open(CODE, "notes/b.txt")


def test_removed_content_comes_back(vault: Vault) -> None:
    put(vault, {"a.txt": b"a", "b.txt": b"b"})
    put(vault, {"a.txt": None})
    put(vault, {"c/a.txt": b"a"})
    assert [sorted(v.files) for v in vault.versions(CODE)] == [["a.txt", "b.txt"], ["b.txt"], ["b.txt", "c/a.txt"]]
    assert get(vault, "c/a.txt") == b"a"


def test_everything_can_be_removed_but_not_from_nothing(vault: Vault) -> None:
    with pytest.raises(Usage):
        put(vault, {})
    with pytest.raises(Usage):
        put(vault, {"a.txt": None})
    assert vault.head(CODE) is None
    put(vault, {"a.txt": b"a"})
    assert put(vault, {"a.txt": None}).files == {}
    assert get(vault, "a.txt", version=1) == b"a"


def test_same_content_under_two_names(vault: Vault, tmp_path: Path) -> None:
    for name in ("x.pdf", "y.pdf"):
        (tmp_path / name).write_bytes(b"same")
    put(vault, {"original/x.pdf": tmp_path / "x.pdf", "copy/y.pdf": tmp_path / "y.pdf", "z.pdf": b"same"})
    assert {get(vault, p) for p in ("original/x.pdf", "copy/y.pdf", "z.pdf")} == {b"same"}
    put(vault, {"copy/y.pdf": None, "v.pdf": b"same"})
    assert get(vault, "v.pdf") == b"same"


def test_identical_write_returns_the_head(vault: Vault, tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"a")
    first = put(vault, {"a.pdf": source, "b.txt": b"b"})
    again = put(vault, {"b.txt": b"b", "gone.txt": None}, message="Other", user="Other", at="2030-01-01T00:00:00Z")
    assert again == first
    assert put(vault, {"a.pdf": source, "b.txt": b"b"}, expect=1) == first
    assert len(vault.versions(CODE)) == 1


def test_expect(vault: Vault) -> None:
    with pytest.raises(Conflict):
        put(vault, {"a": b"1"}, expect=1)
    assert vault.head(CODE) is None
    assert put(vault, {"a": b"1"}, expect=0).number == 1
    with pytest.raises(Conflict):
        put(vault, {"a": b"2"}, expect=0)
    assert put(vault, {"a": b"2"}, expect=1).number == 2
    with pytest.raises(Conflict) as caught:
        put(vault, {"a": b"3"}, expect=1)
    assert caught.value.hint
    assert get(vault, "a") == b"2"


@pytest.mark.parametrize(
    "path",
    ["", "/", "/etc/passwd", "../a", "a/../b", "a/..", ".", "./a", "a//b", "a/", "a\\b", "a\0b", "a\nb", "a\x7f",
     "x" * 241, "档" * 81, "/".join(["abcdefgh"] * 130), "bad\udcff"],
)  # fmt: skip
def test_unsafe_paths(vault: Vault, path: str) -> None:
    for source in (b"x", None):
        with pytest.raises(Usage) as caught:
            put(vault, {"good.txt": b"x", path: source})
        assert caught.value.message.encode()
    assert vault.head(CODE) is None


def test_a_path_is_file_or_folder(vault: Vault) -> None:
    with pytest.raises(Usage):
        put(vault, {"a": b"1", "a/b": b"2"})
    put(vault, {"a": b"1"})
    with pytest.raises(Usage):
        put(vault, {"a/b": b"2"})
    assert put(vault, {"a": None, "a/b": b"2"}).number == 2
    assert put(vault, {"a": b"3", "a/b": None}).number == 3
    assert [get(vault, p, version=n) for p, n in (("a", 1), ("a/b", 2), ("a", 3))] == [b"1", b"2", b"3"]


@pytest.mark.parametrize(
    "object_id",
    ["", "x", "..", "../HG01E2026000123", "hg01E2026000123", "HG01E2026000123/", "HG01E2026000123\n", "batch-",
     "batch-A", "batch-../../x", "batch-" + "a" * 80, "HG01E2026" + "1" * 400, "HG01Ｅ2026000123", "\udcff"],
)  # fmt: skip
def test_ids_that_are_none(vault: Vault, object_id: str) -> None:
    with pytest.raises(Usage):
        put(vault, {"a": b"1"}, object_id)
    with pytest.raises(Usage):
        vault.address(object_id)
    with pytest.raises(NotFound):
        vault.versions(object_id)
    with pytest.raises(NotFound):
        vault.open(object_id, "a")
    assert vault.head(object_id) is None
    assert [t.problem for t in vault.verify(object_id)] == ["missing-object"]


def test_what_is_not_there(vault: Vault) -> None:
    assert vault.head(CODE) is None
    with pytest.raises(NotFound):
        vault.versions(CODE)
    with pytest.raises(NotFound):
        vault.open(CODE, "a")
    assert [t.problem for t in vault.verify(CODE)] == ["missing-object"]
    put(vault, {"a": b"1"})
    for path, version in (("b", None), ("a", 0), ("a", 2), ("a", -1), ("", None)):
        with pytest.raises(NotFound):
            vault.open(CODE, path, version)


def test_addresses_and_objects(vault: Vault) -> None:
    ids = [BATCH, CODE, "HG01E2026000001", "A1E2026123456", "HG01E20261234567"]
    for one in ids:
        put(vault, {"a": one.encode()}, one)
    assert [vault.address(one) for one in ids] == [
        f"batches/ab/{BATCH}", PLACE, "2026/0000/HG01E2026000001", "2026/1234/A1E2026123456",
        "2026/12345/HG01E20261234567",
    ]  # fmt: skip
    assert sorted(vault.objects()) == sorted(ids)
    assert list(vault.verify()) == []
    assert all(get(vault, "a", one) == one.encode() for one in ids)


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-23", "2026-11-23T16:05:00", "2026-13-01T00:00:00Z"])
def test_times_without_zone(vault: Vault, at: str) -> None:
    with pytest.raises(Usage):
        put(vault, {"a": b"1"}, at=at)
    assert vault.head(CODE) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [("2026-11-23T16:05:00.123456+08:00",) * 2, ("20261123T160500+0800", "2026-11-23T08:05:00+00:00"),
     ("1900-01-01T08:05:43+08:05:43", "1900-01-01T00:00:00+00:00")],
)  # fmt: skip
def test_times_become_rfc_3339(vault: Vault, given: str, kept: str) -> None:
    assert put(vault, {"a": b"1"}, at=given).at == kept
    assert vault.versions(CODE)[0].at == kept


def test_words_of_any_kind(vault: Vault) -> None:
    put(vault, {"a": b"1"}, user="", message="bad \udcff\n“quotes” \\ \t 𠀀")
    head = vault.head(CODE)
    assert head is not None
    assert (head.user, head.message) == ("unknown", "bad ?\n“quotes” \\ \t 𠀀")


def test_sources_that_are_no_files(vault: Vault, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "real").write_bytes(b"real")
    for name, target in (("to-file", "real"), ("to-folder", "folder"), ("to-pipe", "pipe"), ("loop", "loop")):
        (tmp_path / name).symlink_to(tmp_path / target)
    (tmp_path / "to-device").symlink_to("/dev/zero")
    for bad in ("pipe", "folder", "to-folder", "to-pipe", "to-device", "loop"):
        with pytest.raises(Usage):
            put(vault, {"good": b"1", "a": tmp_path / bad})
    with pytest.raises(NotFound):
        put(vault, {"good": b"1", "a": tmp_path / "gone"})
    assert vault.head(CODE) is None
    put(vault, {"a": tmp_path / "to-file"})
    assert get(vault, "a") == b"real"


def test_empty_and_large_files(vault: Vault, tmp_path: Path) -> None:
    big = tmp_path / "big"
    with big.open("wb") as file:
        for block in range(5):
            file.write(bytes([block]) * (1 << 20))
        file.write(b"tail")
    version = put(vault, {"empty": b"", "big": big})
    assert (version.files["empty"].size, version.files["big"].size) == (0, 5 * (1 << 20) + 4)
    assert get(vault, "empty") == b""
    with vault.open(CODE, "big") as file:
        file.seek(-4, os.SEEK_END)
        assert file.read() == b"tail"


def test_threads_on_one_object(vault: Vault) -> None:
    start = threading.Barrier(4)

    def write(who: int) -> list[int]:
        start.wait()
        return [put(vault, {f"{who}/{n}": f"{who} {n}".encode()}).number for n in range(5)]

    with ThreadPoolExecutor(4) as pool:
        numbers = [n for told in pool.map(write, range(4)) for n in told]
    assert sorted(numbers) == list(range(1, 21))
    head = vault.head(CODE)
    assert head is not None
    assert set(head.files) == {f"{who}/{n}" for who in range(4) for n in range(5)}
    assert list(vault.verify()) == []


def test_only_one_of_many_expecting_threads_wins(vault: Vault) -> None:
    put(vault, {"a": b"0"})
    start = threading.Barrier(4)

    def write(who: int) -> bool:
        start.wait()
        try:
            put(vault, {"a": f"by {who}".encode()}, expect=1)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(4))) == 1
    assert len(vault.versions(CODE)) == 2


def test_nothing_to_tidy(vault: Vault) -> None:
    put(vault, {"a": b"1"})
    assert vault.tidy(older_than_seconds=0) == 0
    assert get(vault, "a") == b"1"


@pytest.mark.parametrize("url", ["", "vault", "ftp://x/y", "file://relative/path", "file://", "file:///", "memory://x"])
def test_urls_of_no_vault(url: str) -> None:
    with pytest.raises(Usage) as caught:
        open_vault(url)
    assert caught.value.hint


def test_a_purge_leaves_nothing_but_its_tombstone(vault: Vault, tmp_path: Path) -> None:
    assert not vault.keeps_destroyed()
    put(vault, {"original/a.pdf": b"secret content", "text.txt": b"secret text"})
    put(vault, {"text.txt": b"secret text, changed"})
    for _ in range(2):
        version = vault.purge(CODE, {"tombstone.json": b'{"why": "wrong"}'}, message="destroyed", user="gm", at=AT)
        assert (version.number, set(version.files)) == (1, {"tombstone.json"})
    assert [v.number for v in vault.versions(CODE)] == [1]
    assert get(vault, "tombstone.json") == b'{"why": "wrong"}'
    with pytest.raises(NotFound):
        vault.open(CODE, "original/a.pdf", 1)
    assert list(vault.verify()) == []
    left = [p for p in tmp_path.rglob("*") if p.is_file() and b"secret" in p.read_bytes()]
    assert left == []


def test_what_is_staged_waits_beside_the_objects_until_it_is_let_go(vault: Vault, tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF-1.7")
    told = vault.stage("0a1b", {"original/扫描.pdf": source, "text.txt": b"one"})
    source.unlink()
    assert told == {
        "original/扫描.pdf": hashlib.sha512(b"%PDF-1.7").hexdigest(),
        "text.txt": hashlib.sha512(b"one").hexdigest(),
    }
    for _ in range(2):
        with vault.staged("0a1b") as given:
            assert {path: file.read_bytes() for path, file in given.items()} == {
                "original/扫描.pdf": b"%PDF-1.7", "text.txt": b"one"
            }  # fmt: skip
    assert list(vault.objects()) == []
    assert list(vault.verify()) == []
    vault.unstage("0a1b")
    vault.unstage("0a1b")
    with pytest.raises(NotFound), vault.staged("0a1b"):
        pass
    for bad in ("", "../a", "a/b", "A", "."):
        with pytest.raises(Usage):
            vault.stage(bad, {"a.txt": b"a"})


def test_tidying_leaves_what_waits_for_the_vault(vault: Vault) -> None:
    for token in ("0a", "0b"):
        vault.stage(token, {"text.txt": token.encode()})
    assert vault.tidy(waiting=["0a", "0b"]) == 0
    assert vault.tidy(older_than_seconds=0, waiting=["0a"]) == 1
    with vault.staged("0a") as given:
        assert given["text.txt"].read_bytes() == b"0a"
    with pytest.raises(NotFound), vault.staged("0b"):
        pass
