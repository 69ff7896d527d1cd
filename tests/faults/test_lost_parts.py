"""A part of the archive is lost or older than the rest: told, and never written over."""

from __future__ import annotations

import shutil

from dms.assembly import init, open_world
from dms.errors import DmsError


def added(office, name, text):
    path = office.home / name
    path.write_text(text, encoding="utf-8")
    return office.dms("ingest", path, "--class", "99", "--customer", "杭州新辰酒店有限公司", "--title", name)


def test_a_lost_key_is_told_and_none_is_made(archive):
    key = archive.home / "archive" / "secret.key"
    kept = key.read_text()
    key.unlink()
    assert "key" in archive.dms("doctor")["error"]["message"] and archive.exit != 0 and not key.exists()
    key.write_text("00" * 32 + "\n")
    assert "another key" in archive.dms("search", "x")["error"]["message"]
    key.write_text(kept)
    assert archive.dms("search", "x")["total"] == 0


def test_a_lost_catalogue_takes_nothing_in(archive):
    (first,) = added(archive, "a.txt", "第一份文件的内容")["items"]
    for file in (archive.home / "archive").glob("catalogue.sqlite*"):
        file.unlink()
    with open_world(archive.home, user="tester") as world:
        before = world.vault.versions(first["code"])
    told = added(archive, "b.txt", "第二份文件的内容")
    assert "catalogue was lost" in told["error"]["message"], told
    (archive.inbox / "c.txt").write_text("第三份文件的内容", encoding="utf-8")
    assert "catalogue was lost" in archive.dms("watch", "--once")["error"]["message"]
    assert (archive.inbox / "c.txt").exists()
    with open_world(archive.home, user="tester") as world:
        assert world.vault.versions(first["code"]) == before


def test_an_older_catalogue_writes_into_no_records_object(archive, tmp_path):
    added(archive, "a.txt", "第一份文件的内容")
    kept = tmp_path / "older"
    kept.mkdir()
    for file in (archive.home / "archive").glob("catalogue.sqlite*"):
        shutil.copy2(file, kept)
    (second,) = added(archive, "b.txt", "第二份文件的内容")["items"]
    for file in (archive.home / "archive").glob("catalogue.sqlite*"):
        file.unlink()
    for file in kept.iterdir():
        shutil.copy2(file, archive.home / "archive")
    with open_world(archive.home, user="tester") as world:
        before = world.vault.versions(second["code"])
    added(archive, "c.txt", "第三份文件的内容，别的文件")
    with open_world(archive.home, user="tester") as world:
        assert world.vault.versions(second["code"]) == before, "the second file's object is as it was"


def test_a_second_archive_on_the_same_catalogue_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("DMS_CATALOGUE", f"sqlite:///{tmp_path}/shared.sqlite")
    init(tmp_path / "one", user="gm")
    try:
        init(tmp_path / "two", user="gm")
    except DmsError as problem:
        assert "whose key is not here" in problem.message
    else:
        raise AssertionError("the second archive took the first one's catalogue")
