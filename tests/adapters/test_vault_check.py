"""Every kind of damage is found, and garbage never stops the check."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vault_kit import BATCH, CODE, PLACE, get, put, tree, validated

from dms.adapters.vault import open_vault
from dms.adapters.vault.inventory import INVENTORY, SIDECAR, parse, sidecar
from dms.errors import Damaged, NotFound
from dms.ports.vault import Trouble, Vault


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(root: Path) -> Vault:
    """Three versions, a removed file, one content under two names; a batch beside it."""
    vault = open_vault(f"file://{root}")
    put(vault, {"original/a.pdf": b"original " * 50, "copy.pdf": b"original " * 50, "text.txt": b"one"})
    put(vault, {"text.txt": b"two", "notes/n.txt": b"note"})
    put(vault, {"notes/n.txt": None, "stamp.pdf": b"stamp"})
    put(vault, {"original/stack.pdf": b"stack"}, BATCH)
    assert list(vault.verify()) == []
    assert validated(root) == 2
    return vault


def found(vault: Vault) -> set[tuple[str, str]]:
    """Check everything and one object, in agreement; return (path, problem) of the latter."""
    one = {(t.path, t.problem) for t in vault.verify(CODE)}
    assert one <= {(t.path, t.problem) for t in vault.verify()}
    return one


def expected_of(path: str, *, gone: bool) -> str:
    if path == "0=ocfl_object_1.1":
        return "bad-declaration"
    if path.endswith(SIDECAR):
        return "sidecar-mismatch"
    if path.endswith(INVENTORY):
        return "missing-file" if gone else "sidecar-mismatch"
    return "missing-file" if gone else "digest-mismatch"


def test_each_file_damaged_in_each_way(vault: Vault, root: Path) -> None:
    chance = random.Random(11)
    place = root / PLACE
    files = tree(place)
    assert len(files) == 3 + 3 * 2 + 5  # the object's own, each version's, five different contents
    for path, data in files.items():
        file = place / path
        beside = path.removesuffix(INVENTORY) + SIDECAR if path.endswith(INVENTORY) else path
        flips = [(chance.randrange(len(data)), 1 << chance.randrange(8)) for _ in range(5)]
        altered = [
            *(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :] for at, bit in flips),
            data[:-1], data[: len(data) // 2], b"", data + b"\n", data + data, b"\0" * len(data),
        ]  # fmt: skip
        for other in altered:
            file.write_bytes(other)
            assert (beside, expected_of(path, gone=False)) in found(vault), (path, other[:80])
        file.unlink()
        assert (path, expected_of(path, gone=True)) in found(vault), path
        file.symlink_to(root.parent / "elsewhere")
        assert (path, expected_of(path, gone=True)) in found(vault), path
        (root.parent / "elsewhere").write_bytes(data)
        assert (path, expected_of(path, gone=True)) in found(vault), f"{path} is a link out of the vault"
        file.unlink()
        os.mkfifo(file)
        assert (path, expected_of(path, gone=True)) in found(vault), f"{path} is a pipe"
        file.unlink()
        file.mkdir()
        assert (path, expected_of(path, gone=True)) in found(vault), f"{path} is a folder"
        file.rmdir()
        file.write_bytes(data)
        assert found(vault) == set()


def test_something_added_in_each_folder(vault: Vault, root: Path) -> None:
    place = root / PLACE
    for folder in [place, *(p for p in place.rglob("*") if p.is_dir())]:
        (folder / "extra").write_bytes(b"")
        path = str((folder / "extra").relative_to(place))
        assert found(vault) == {(path, "stray-file")}
        (folder / "extra").unlink()
        (folder / "extra").symlink_to("/etc")
        assert found(vault) == {(path, "stray-file")}
        (folder / "extra").unlink()
        (folder / "extra").mkdir()
        assert found(vault) == {(path, "stray-folder")}
        (folder / "extra").rmdir()
    (place / "bad\udcff\n").write_bytes(b"")
    assert [str(t.detail).encode() for t in vault.verify(CODE)], "a name that is no UTF-8 can be told"
    (place / "bad\udcff\n").unlink()
    assert found(vault) == set()


def test_a_folder_replaced_by_a_link_to_its_copy(vault: Vault, root: Path, tmp_path: Path) -> None:
    folder = root / PLACE / "v1" / "content" / "original"
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    assert ("v1/content/original/a.pdf", "missing-file") in found(vault)
    with pytest.raises(Damaged):
        vault.open(CODE, "original/a.pdf")


def test_a_version_gone_or_swapped(vault: Vault, root: Path) -> None:
    place = root / PLACE
    shutil.copytree(place, root.parent / "good")
    shutil.rmtree(place / "v2")
    assert {p for p, _ in found(vault)} >= {f"v2/{INVENTORY}", "v2/content/text.txt", "v2/content/notes/n.txt"}
    shutil.copytree(root.parent / "good" / "v1", place / "v2")
    assert (f"v2/{INVENTORY}", "bad-inventory") in found(vault)
    shutil.rmtree(place / "v2")
    shutil.copytree(root.parent / "good" / "v2", place / "v2")
    assert found(vault) == set()


def test_history_rewritten_with_fitting_sidecars(vault: Vault, root: Path) -> None:
    place = root / PLACE
    told = json.loads((place / INVENTORY).read_bytes())
    told["versions"]["v1"]["message"] = "something else"
    for folder in (place, place / "v3"):
        write_inventory(folder, told)
    assert {problem for _, problem in found(vault)} == {"bad-inventory"}


def test_a_version_never_finished(vault: Vault, root: Path) -> None:
    place = root / PLACE
    shutil.copytree(place / "v3", place / "v4")
    assert {problem for _, problem in found(vault)} == {"half-version"}
    assert len(vault.versions(CODE)) == 3
    put(vault, {"text.txt": b"four"})
    assert found(vault) == set()
    assert validated(root) == 2


def test_inventory_ahead_of_its_sidecar_is_healed_by_the_next_opening(vault: Vault, root: Path) -> None:
    place = root / PLACE
    old = (place / SIDECAR).read_bytes()
    put(vault, {"text.txt": b"four"})
    (place / SIDECAR).write_bytes(old)
    assert found(vault) == {(SIDECAR, "sidecar-mismatch")}
    left = root.with_name("vault-staging") / f"{CODE}~dead"
    left.mkdir()
    (left / SIDECAR).write_bytes(sidecar((place / INVENTORY).read_bytes()))
    assert list(open_vault(f"file://{root}").verify()) == []
    assert not left.exists()
    assert get(vault, "text.txt") == b"four"


def test_an_altered_inventory_is_not_healed_into_truth(vault: Vault, root: Path) -> None:
    place = root / PLACE
    told = json.loads((place / INVENTORY).read_bytes())
    told["versions"]["v3"]["message"] = "forged"
    (place / INVENTORY).write_text(json.dumps(told))
    with pytest.raises(Damaged) as caught:
        put(vault, {"text.txt": b"four"})
    assert "backup" in caught.value.hint
    assert (SIDECAR, "sidecar-mismatch") in found(vault)


def test_strays_in_the_hierarchy(vault: Vault, root: Path) -> None:
    shutil.copytree(root / PLACE, root / "2026" / "0002" / CODE)
    shutil.copytree(root / PLACE, root / "loose")
    (root / "2026" / "note.txt").write_text("?")
    (root / "thumbs.db").write_text("?")
    (root / "2024" / "0000").mkdir(parents=True)
    (root / "2026" / "0001" / "HG01E2026000199").mkdir()
    (root / "link").symlink_to(root)
    assert {(t.path, t.problem) for t in vault.verify()} == {
        (f"2026/0002/{CODE}", "wrong-place"),
        ("loose", "wrong-place"),
        ("2026/note.txt", "stray-file"),
        ("thumbs.db", "stray-file"),
        ("2024/0000", "stray-folder"),
        ("2026/0001/HG01E2026000199", "stray-folder"),
        ("link", "stray-file"),
    }
    assert sorted(vault.objects()) == [CODE, BATCH]
    assert put(vault, {"a": b"1"}, "HG01E2026000199").number == 1, "an empty folder in its place hinders nobody"


def test_the_root_declaration(vault: Vault, root: Path) -> None:
    (root / "0=ocfl_1.1").write_bytes(b"ocfl_1.0\n")
    assert [(t.path, t.problem) for t in vault.verify()] == [("0=ocfl_1.1", "bad-declaration")]
    (root / "0=ocfl_1.1").unlink()
    assert [(t.path, t.problem) for t in vault.verify()] == [("0=ocfl_1.1", "bad-declaration")]


def test_an_object_without_its_declaration_is_still_an_object(vault: Vault, root: Path) -> None:
    (root / PLACE / "0=ocfl_object_1.1").unlink()
    assert CODE in set(vault.objects())
    assert get(vault, "stamp.pdf") == b"stamp"
    assert found(vault) == {("0=ocfl_object_1.1", "bad-declaration")}


def test_a_missing_inventory_is_told_by_every_call(vault: Vault, root: Path) -> None:
    (root / PLACE / INVENTORY).unlink()
    for call in (vault.head, vault.versions, lambda code: vault.open(code, "text.txt")):
        with pytest.raises(Damaged):
            call(CODE)
    before = tree(root)
    with pytest.raises(Damaged):
        put(vault, {"text.txt": b"x"})
    assert tree(root) == before
    assert CODE in set(vault.objects())


@pytest.mark.parametrize(
    "path",
    ["../../../../secret", "/etc/passwd", "v1/content/../../../../../secret", "v1/../../x/y", "secret", "v9/content/x"],
)
def test_an_inventory_that_leads_out(vault: Vault, root: Path, path: str) -> None:
    (root.parent / "secret").write_text("nobody may see this")
    place = root / PLACE
    told = json.loads((place / INVENTORY).read_bytes())
    digest = told["versions"]["v3"]["state"].copy().popitem()[0]
    told["manifest"][digest] = [path]
    for folder in (place, place / "v3"):
        write_inventory(folder, told)
    assert (INVENTORY, "bad-inventory") in found(vault)
    with pytest.raises(Damaged):
        vault.open(CODE, "stamp.pdf")


def test_content_replaced_by_a_link_is_not_opened(vault: Vault, root: Path) -> None:
    (root.parent / "secret").write_text("nobody may see this")
    stamp = root / PLACE / "v3/content/stamp.pdf"
    stamp.unlink()
    stamp.symlink_to(root.parent / "secret")
    with pytest.raises(Damaged):
        vault.open(CODE, "stamp.pdf")


def test_content_with_two_places_is_fine(vault: Vault, root: Path) -> None:
    """OCFL lets a manifest name several paths for one content; other programs write such objects."""
    place = root / PLACE
    told = json.loads((place / INVENTORY).read_bytes())
    digest = next(d for d, paths in told["manifest"].items() if paths == ["v3/content/stamp.pdf"])
    told["manifest"][digest].append("v3/content/twin.pdf")
    (place / "v3/content/twin.pdf").write_bytes(b"stamp")
    for folder in (place, place / "v3"):
        write_inventory(folder, told)
    assert list(vault.verify()) == []
    put(vault, {"text.txt": b"four"})
    assert list(vault.verify()) == []
    assert validated(root) == 2
    (place / "v3/content/twin.pdf").write_bytes(b"other")
    assert ("v3/content/twin.pdf", "digest-mismatch") in found(vault)


def write_inventory(folder: Path, told: dict[str, Any]) -> None:
    data = json.dumps(told, ensure_ascii=False, indent=1).encode()
    (folder / INVENTORY).write_bytes(data)
    (folder / SIDECAR).write_bytes(sidecar(data))


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["v1", "v01", "a" * 128]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _nodes(told: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    for key, value in told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ():
        yield from _nodes(value, (*way, key))


def _with(told: Any, way: tuple[Any, ...], value: Any) -> Any:
    if not way:
        return value
    told[way[0]] = _with(told[way[0]], way[1:], value)
    return told


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_garbage_inventories_raise_nothing_but_damaged(vault: Vault, root: Path, data: st.DataObject) -> None:
    place = root / PLACE
    good = (place / "v3" / INVENTORY).read_bytes()
    told = json.loads(good)
    told = _with(told, data.draw(st.sampled_from(list(_nodes(told)))), data.draw(_ANY))
    bad = data.draw(st.sampled_from([json.dumps(told).encode(), json.dumps(told).encode()[:-7], b"\xff\xfe{}"]))
    (place / INVENTORY).write_bytes(bad)
    (place / SIDECAR).write_bytes(sidecar(bad))
    troubles = list(vault.verify(CODE))
    assert all(isinstance(t, Trouble) for t in troubles)
    assert bad == good or troubles
    for call in (vault.head, vault.versions, lambda code: vault.open(code, "text.txt").close()):
        try:
            call(CODE)
        except (Damaged, NotFound) as problem:
            assert problem.hint


@given(st.binary(max_size=200) | st.just(b"[" * 100_000) | st.just(b'{"head":"v999999999","versions":{}}'))
def test_any_bytes_are_parsed_or_damaged(data: bytes) -> None:
    with pytest.raises(Damaged):
        parse(data, CODE)
