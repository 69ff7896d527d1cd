"""An archive moved to PostgreSQL and S3 and back is the same archive."""

from __future__ import annotations

import pytest

from dms.assembly import open_world
from dms.errors import Damaged
from dms.operating.migration import chosen, hidden, migrate
from dms.settings import load


@pytest.fixture
def filled(archive, tmp_path):
    """Records, a changed one, a destroyed one, requests, loans: something in most tables."""
    codes = []
    for number in range(6):
        path = tmp_path / f"n{number}.txt"
        path.write_text(f"客户投诉折让审批单第{number}号，金额1860.00元。", encoding="utf-8")
        made = archive.dms("ingest", path, "--class", "05", "--customer", "杭州新辰酒店有限公司", "--manager", "ZHS",
                           "--title", f"纪要{number}", "--date", "2026-01-02")  # fmt: skip
        codes.append(made["items"][0]["code"])
    archive.dms("describe", codes[0], "--title", "新题")
    archive.dms("void", codes[5], "--reason", "打印坏了")
    archive.dms("access", "request", codes[1], "--purpose", "核对")
    archive.codes = codes
    return archive


def told(home):
    with open_world(home, user="tester") as world:
        objects = {one: world.vault.versions(one) for one in world.vault.objects()}
        rows = dict(world.catalogue.fingerprints())
        with world.catalogue.look() as tx:
            leaves = list(tx.leaves())
    # Only the moves themselves are news.
    return objects, {k: v for k, v in rows.items() if k not in ("acts", "counters", "facts")}, leaves


def test_there_and_back(filled, tmp_path, postgres_url, s3_url):
    found = filled.dms("search", "折让审批")["total"]
    before = told(filled.home)
    assert found >= 5 and before[0] and before[1]["records"][0] == 6
    would = filled.dms("migrate", "--to", postgres_url, s3_url, "--dry-run")
    assert filled.exit == 0 and would["dry"] and would["objects"] == len(before[0])
    assert told(filled.home)[2] == before[2], "nothing was done"

    done = filled.dms("migrate", "--to", postgres_url, s3_url)
    assert filled.exit == 0, done
    assert done["rows"]["records"] == 6 and done["objects"] == len(before[0])
    there = load(filled.home)
    assert there.catalogue == there.search == postgres_url and there.vault == s3_url and "/parcels?" in there.parcels
    away = told(filled.home)
    assert away[:2] == before[:2] and away[2][: len(before[2])] == before[2]
    assert filled.dms("search", "折让审批")["total"] == found
    assert filled.dms("audit", "verify", done["log_root"])["findings"] == []
    new = tmp_path / "later.txt"
    new.write_text("后来的文件内容", encoding="utf-8")
    code = filled.dms("ingest", new)["items"][0]["code"]
    assert code[-6:] == "000007", "numbers go on"

    files = ("sqlite:///{home}/archive/catalogue-2.sqlite", "file://{home}/archive/vault")
    back = filled.dms("migrate", "--to", *files)
    assert filled.exit == 0, back
    home = told(filled.home)
    assert {k: v for k, v in home[0].items() if k != code} == before[0] and home[0][code]
    assert home[2][: len(away[2])] == away[2]
    assert load(filled.home).search.startswith("whoosh:") and not load(filled.home).parcels
    assert filled.dms("search", "折让审批")["total"] == found
    assert filled.dms("verify")["findings"] == []
    assert filled.dms("audit", "verify", done["log_root"])["findings"] == []


def test_a_move_cut_off_anywhere_goes_on_and_changes_nothing_before_its_end(filled, postgres_url, s3_url, monkeypatch):
    import obstore

    real, left = obstore.put, [0]

    def put(*arguments, **more):
        left[0] -= 1
        if left[0] < 0:
            raise OSError("the cable was pulled")
        return real(*arguments, **more)

    settings = (filled.home / "dms.toml").read_text(encoding="utf-8")
    # Each goes on a little: between content, inventories and sidecars of one object after the other.
    for puts in range(3, 12):
        left[0] = puts
        with monkeypatch.context() as patch:
            patch.setattr(obstore, "put", put)
            cut = filled.dms("migrate", "--to", postgres_url, s3_url)
        assert filled.exit == 1 and cut["error"]["code"] == "unavailable", (puts, cut)
        assert (filled.home / "dms.toml").read_text(encoding="utf-8") == settings
    assert filled.dms("verify")["findings"] == []
    done = filled.dms("migrate", "--to", postgres_url, s3_url)
    assert filled.exit == 0, done
    assert filled.dms("verify")["findings"] == []


def test_another_archive_in_the_way_and_files_on_their_way_are_refused(filled, postgres_url, s3_url, tmp_path):
    from dms.desk.intake.items import add_paths
    from dms.domain.item import Hints

    filled.dms("migrate", "--to", postgres_url)
    assert filled.exit == 0
    again = filled.dms("migrate", "--to", "sqlite:///{home}/archive/catalogue.sqlite")
    assert filled.exit == 1 and "holds" in again["error"]["message"]
    with open_world(filled.home, user="tester") as world:
        path = tmp_path / "x.txt"
        path.write_text("x")
        add_paths(world, [path], Hints(), move=False)
    assert "on their way" in filled.dms("migrate", "--to", s3_url)["error"]["message"]


def test_a_damaged_copy_is_found_before_anything_points_to_it(filled, tmp_path, monkeypatch):
    from dms.adapters.vault import open_vault
    from dms.adapters.vault.ocfl_disk import OcflDisk

    real = OcflDisk.write

    def write(self, object_id, files, **more):
        made = real(self, object_id, files, **more)
        if self._root.name == "elsewhere":
            next(p for p in (self._root / self.address(object_id)).rglob("content/*") if p.is_file()).write_text("x")
        return made

    with monkeypatch.context() as patch:
        patch.setattr(OcflDisk, "write", write)
        with pytest.raises(Damaged):
            migrate(filled.home, [f"file://{tmp_path}/elsewhere"], user="tester")
    assert load(filled.home).vault.endswith("archive/vault")
    assert list(open_vault(f"file://{tmp_path}/elsewhere").verify())


def test_addresses(archive):
    settings = load(archive.home)
    assert chosen(settings, ["tantivy:///i"]) == {"search": "tantivy:///i"}
    both = chosen(settings, ["postgresql://h/d", "s3://b/v?endpoint=http://h:1"])
    assert both["search"] == "postgresql://h/d" and both["parcels"] == "s3://b/parcels?endpoint=http://h:1"
    for wrong in ([], ["ftp://x"], ["file:///a", "s3://b"]):
        with pytest.raises(Exception, match=r"Where|says"):
            chosen(settings, wrong)
    assert hidden("postgresql://me:secret@h/d") == "postgresql://me:…@h/d"
