"""Searching an archive as people do: notations, fields of forms, what looks alike, and an index that was lost."""

from __future__ import annotations

import shutil

import pytest

from dms import assembly

PAPERS = {
    "结算说明.txt": "结算说明\n本期应收 2,468,135.70 元，\n联系 137-9753-8642，单号 JS-2026-\n00418，面积 86 ㎡。",
    "保证金.txt": "保证金收据\n实收 ５６，７８０ 元。账号 6225 8801 0000 4321 987。编号 BZ-2O26-0077。",
    "说明.txt": "补充说明\n⾼⻛险⽂件 见 9 号楼 B 座，投​诉​处理 ※ 另附。",
}


@pytest.fixture
def filled(archive, tmp_path):
    """An archive with three papers; what their files are called by the record's code."""
    for name, text in PAPERS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        archive.dms("ingest", tmp_path / name)
    archive.names = {h["code"]: h["title"] for h in archive.dms("search", "")["hits"]}
    assert len(archive.names) == 3
    return archive


def found(archive, *query):
    answer = archive.dms("search", *query)
    assert answer["total"] == len(answer["hits"])
    return sorted(h["title"] for h in answer["hits"]), answer.get("alike", False)


NOTATIONS = {
    "2468135.7": "结算说明", "13797538642": "结算说明", "137 9753 8642": "结算说明", "JS-2026-00418": "结算说明",
    "86㎡": "结算说明", "86m2": "结算说明", "56,780.00": "保证金", "6225880100004321987": "保证金", "高风险文件": "说明",
    "9号楼": "说明", '"B座"': "说明", "投诉处理": "说明", "※": "说明",
}  # fmt: skip


def test_notations_and_what_looks_alike(filled):
    for query, title in NOTATIONS.items():
        titles, alike = found(filled, query)
        assert len(titles) == 1 and title in titles[0] and not alike, query
    titles, alike = found(filled, "BZ-2026-0077")
    assert len(titles) == 1 and "保证金" in titles[0] and alike
    assert "taken for each other" in filled.text("search", "BZ-2026-0077")
    assert found(filled, "BZ-2O26-0077")[1] is False
    assert found(filled, "BZ-2026-1111") == ([], False)
    told = filled.errors("search", "date:26-11")
    assert filled.exit == 2 and "may be several" in told


def test_a_lost_index_mends_itself_and_doctor_tells(filled):
    shutil.rmtree(filled.home / "archive" / "index")
    told = {c["name"]: c for c in filled.dms("doctor")["checks"]}
    assert not told["index files"]["ok"] and "no search index" in told["index files"]["detail"]
    assert filled.dms("search", "结算")["total"] == 1
    told = {c["name"]: c for c in filled.dms("doctor")["checks"]}
    assert told["index files"]["ok"] and "no search index" in told["index files"]["detail"]
    assert filled.dms("verify")["findings"] == []

    # One of an older version is built anew without a word to whoever searches.
    for mark in (filled.home / "archive" / "index").glob("g-*/FORMAT"):
        mark.unlink()
    assert filled.dms("search", "结算")["total"] == 1
    assert "another version" in str(filled.dms("doctor")["checks"])
    # So is one that is whole and has nothing in it.
    with assembly.open_world(filled.home, user="tester") as world:
        world.index().rebuild(iter(()))
    assert filled.dms("search", "结算")["total"] == 1
    assert "empty beside records" in str(filled.dms("doctor")["checks"])


def test_a_new_archive_has_nothing_to_mend(archive):
    assert "whole" in str([c for c in archive.dms("doctor")["checks"] if c["name"] == "index files"])
    assert archive.dms("search", "结算")["total"] == 0
    assert archive.dms("verify")["findings"] == []
    told = {c["name"]: c for c in archive.dms("doctor")["checks"]}
    assert told["index files"] == {"name": "index files", "ok": True, "detail": "whole", "todo": "", "needed": False}
