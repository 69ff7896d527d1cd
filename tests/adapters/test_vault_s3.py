"""The vault in a bucket: valid for a stranger's validator, whole after a crash at any step, its cache within bounds."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import pytest
from vault_kit import CODE, PLACE, get, put, validated

from dms.adapters.vault import open_vault
from dms.adapters.vault.cache import Cache
from dms.errors import Conflict, Damaged, Unavailable, Usage


@pytest.fixture
def vault(s3_url, tmp_path):
    return open_vault(s3_url, cache=tmp_path / "cache")


def brought(vault, folder: Path) -> Path:
    """Copy the whole storage root to a disk."""
    for page in obstore.list(vault.store, prefix="vault/"):
        for meta in page:
            target = folder / meta["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(bytes(obstore.get(vault.store, meta["path"]).bytes()))
    return folder / "vault"


def keys(vault, prefix):
    return {meta["path"] for page in obstore.list(vault.store, prefix=prefix) for meta in page}


def test_a_strangers_validator_finds_it_valid(vault, tmp_path):
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(12_000_000))  # several parts
    put(vault, {"original/扫描 #1 50%.pdf": b"%PDF", "big.bin": big, "same.bin": big})
    put(vault, {"text.txt": "二".encode(), "big.bin": None})
    put(vault, {"text.txt": b"x"}, object_id="batch-ab12ab12")
    assert validated(brought(vault, tmp_path / "copy")) == 2
    assert get(vault, "same.bin") == big.read_bytes()
    assert sorted(vault.objects()) == [CODE, "batch-ab12ab12"]
    assert not keys(vault, "vault-staging/")


def test_a_bucket_that_keeps_versions_says_so(vault, s3_url, tmp_path):
    import boto3

    assert not vault.keeps_destroyed()
    told = urlsplit(s3_url)
    endpoint = told.query.removeprefix("endpoint=")
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.put_bucket_versioning(Bucket=told.netloc, VersioningConfiguration={"Status": "Enabled"})
    vault = open_vault(f"s3://{told.netloc}/versions?{told.query}", cache=tmp_path / "cache-2")
    put(vault, {"original/a.txt": b"one"})
    put(vault, {"text.txt": b"two"})
    assert vault.keeps_destroyed() and list(vault.verify()) == []
    vault.purge(CODE, {"tombstone.json": b"{}"}, message="gone", user="t", at="2026-11-24T00:00:00+08:00")
    assert list(vault.head(CODE).files) == ["tombstone.json"] and list(vault.verify()) == []
    versions = client.list_object_versions(Bucket=told.netloc, Prefix="versions/")["Versions"]
    assert any("original/a.txt" in v["Key"] for v in versions), "that is what it says it keeps"


def puts(monkeypatch, vault, dies_at: int) -> list[str]:
    """Let the process "die" at its n-th write to the store: nothing it does afterwards arrives."""
    done: list[str] = []
    real_put, real_delete = obstore.put, obstore.delete

    def put_(store, path, *rest, **more):
        if len(done) >= dies_at:
            raise OSError("killed")
        done.append(path)
        return real_put(store, path, *rest, **more)

    def delete_(store, paths):
        if len(done) >= dies_at:
            raise OSError("killed")
        return real_delete(store, paths)

    monkeypatch.setattr(obstore, "put", put_)
    monkeypatch.setattr(obstore, "delete", delete_)
    return done


def test_a_crash_at_any_step_leaves_the_old_or_the_new(vault, s3_url, tmp_path, monkeypatch):
    for first in (True, False):
        for step in range(40):
            code = f"HG01E2026{step + (0 if first else 50):06d}"
            if code.endswith("000000"):
                code = "HG01E2026000099"
            if not first:
                put(vault, {"a.txt": b"old"}, object_id=code)
            with monkeypatch.context() as patch:
                done = puts(patch, vault, step)
                try:
                    put(vault, {"a.txt": b"new", "b/c.txt": b"more"}, object_id=code)
                except Unavailable:
                    died = True
                else:
                    died = False
            again = open_vault(s3_url, cache=tmp_path / "other")
            head = again.head(code)
            assert head is None or get(again, "a.txt", code) in (b"old", b"new"), step
            # The station is repeated, as after every crash.
            put(again, {"a.txt": b"new", "b/c.txt": b"more"}, object_id=code)
            assert get(again, "a.txt", code) == b"new" and get(again, "b/c.txt", code) == b"more"
            again.tidy(older_than_seconds=-1)
            assert list(again.verify(code)) == [], (first, step)
            if not died:
                assert len(done) < step or step > 0
                break
        else:
            raise AssertionError("it never came to its end")
    assert not keys(vault, "vault-staging/")
    validated(brought(vault, tmp_path / "copy"))


def test_what_a_killed_writer_uploaded_is_removed_and_only_that(vault, s3_url, tmp_path, monkeypatch):
    put(vault, {"a.txt": b"one"})
    with monkeypatch.context() as patch:
        puts(patch, vault, 2)  # marker and content arrived, the version did not
        with pytest.raises(Unavailable):
            put(vault, {"a.txt": b"two"})
    assert [t.problem for t in vault.verify(CODE)] != []
    assert vault.tidy() == 0, "it may still be at work"
    assert vault.tidy(older_than_seconds=-1) == 1
    assert list(vault.verify(CODE)) == [] and get(vault, "a.txt") == b"one"


def test_a_purge_cut_off_anywhere_never_brings_content_back(vault, monkeypatch):
    put(vault, {"a.txt": b"secret"})
    put(vault, {"b.txt": b"secret too"})
    real, allowed = obstore.delete, [1]

    def delete(store, paths):
        if allowed[0] <= 0:
            raise OSError("killed")
        allowed[0] -= 1
        return real(store, paths)

    with monkeypatch.context() as patch:
        patch.setattr(obstore, "delete", delete)
        with pytest.raises(Unavailable):
            vault.purge(CODE, {"tombstone.json": b"{}"}, message="m", user="u", at="2026-11-23T16:05:00+08:00")
    assert get(vault, "a.txt") == b"secret", "until its inventory goes it can be read"
    vault.purge(CODE, {"tombstone.json": b"{}"}, message="m", user="u", at="2026-11-23T16:05:00+08:00")
    assert set(vault.head(CODE).files) == {"tombstone.json"} and vault.head(CODE).number == 1
    assert list(vault.verify(CODE)) == []
    assert not any("a.txt" in key or "b.txt" in key for key in keys(vault, f"vault/{PLACE}"))


def test_what_was_destroyed_is_forgotten_by_every_machine(vault, s3_url, tmp_path):
    put(vault, {"a.txt": b"secret"})
    elsewhere = open_vault(s3_url, cache=tmp_path / "elsewhere")
    assert get(elsewhere, "a.txt") == get(vault, "a.txt") == b"secret"
    vault.purge(CODE, {"tombstone.json": b"{}"}, message="m", user="u", at="2026-11-23T16:05:00+08:00")
    elsewhere.tidy()
    for folder in ("cache", "elsewhere"):
        assert not [p for p in (tmp_path / folder).rglob("*") if p.is_file()], folder


def test_writers_on_many_machines_never_mix(s3_url, tmp_path):
    results: list[object] = []

    def write(number: int) -> None:
        one = open_vault(s3_url, cache=tmp_path / f"c{number}")
        try:
            results.append(put(one, {"a.txt": f"{number}".encode()}, expect=0).number)
        except Conflict:
            results.append("conflict")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["1"] + ["conflict"] * 7
    vault = open_vault(s3_url, cache=tmp_path / "last")
    vault.tidy(older_than_seconds=-1)
    assert list(vault.verify()) == [] and validated(brought(vault, tmp_path / "copy")) == 1


def test_damage_in_the_bucket_is_found_and_not_cached(vault, tmp_path):
    put(vault, {"a.txt": b"good"})
    (key,) = (k for k in keys(vault, f"vault/{PLACE}/v1/content/"))
    obstore.put(vault.store, key, b"evil")
    assert [t.problem for t in vault.verify(CODE)] == ["digest-mismatch"]
    with pytest.raises(Damaged):
        get(vault, "a.txt")
    with pytest.raises(Damaged):
        put(vault, {"copy.txt": b"good"})


def test_a_file_too_large_for_the_cache_is_read_by_ranges(s3_url, tmp_path):
    vault = open_vault(s3_url, cache=tmp_path / "cache", cache_bytes=800_000)
    data = os.urandom(3_000_000)
    put(vault, {"big.bin": data})
    with vault.open(CODE, "big.bin") as file:
        file.seek(-10, os.SEEK_END)
        assert file.read() == data[-10:] and file.seek(1_500_000) and file.read(5) == data[1_500_000:1_500_005]
        file.seek(0)
        assert file.read() == data
    assert not list((tmp_path / "cache").rglob("*"))


def test_the_cache_keeps_within_its_limit_and_drops_the_longest_unread(tmp_path):
    import hashlib

    cache = Cache(tmp_path, 800)
    kept = []
    for number in range(10):
        data = bytes([number]) * 100
        kept.append(hashlib.sha512(data).hexdigest())
        cache.keep(kept[-1], [data]).close()
        os.utime(tmp_path / kept[-1][:2] / kept[-1], (number + 1, number + 1))
    assert sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()) <= 900
    assert cache.open(kept[0]) is None and cache.open(kept[-1]) is not None
    with pytest.raises(Damaged):
        cache.keep("0" * 128, [b"x"])


def test_addresses_that_cannot_be_used(tmp_path):
    for url in ("s3://", "s3://bucket/x?secret=1", "s3://user:pass@bucket/x"):
        with pytest.raises(Usage):
            open_vault(url, cache=tmp_path)


def test_a_folder_with_other_things_is_refused(vault, s3_url, tmp_path):
    obstore.put(vault.store, "other/file.txt", b"x")
    told = urlsplit(s3_url)
    with pytest.raises(Unavailable, match="no vault"):
        open_vault(f"s3://{told.netloc}/other?{told.query}", cache=tmp_path)
