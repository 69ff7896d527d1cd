"""The command line's contract: what scripts rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dms.faces.cli.main import COMMANDS, HELP, cli, main

NOTE = "会议纪要\n会议日期：2026-05-06\n客户经理：张华生\n关于杭州新辰酒店有限公司的投诉，折让 12,800.00 元。\n"


def note(archive, name="note.txt", text=NOTE):
    path = archive.home / name
    path.write_text(text, encoding="utf-8")
    return path


def one(archive, path, *more):
    (item,) = archive.dms("ingest", path, *more)["items"]
    return item


def test_help_names_every_command_and_every_command_has_help(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for name in COMMANDS:
        assert f"  {name} " in out
        assert main([name, "--help"]) == 0, name
        told = capsys.readouterr().out
        assert "--json" in told or "COMMAND [ARGS]" in told
    assert set(HELP) == set(COMMANDS)


def test_ingest_search_show_file(archive):
    item = one(archive, note(archive), "--carrier", "paper")
    assert (item["state"], item["pages"], item["reason"]) == ("registered", 1, None)
    code = item["code"]
    found = archive.dms("search", "折让")
    assert (found["total"], found["hits"][0]["code"], found["hits"][0]["page"]) == (1, code, 1)
    assert "折让" in found["hits"][0]["snippet"]
    told = archive.dms("show", code.lower())
    assert (told["class_code"], told["manager"], told["date"]) == ("99", "ZHS", "2026-05-06")
    assert told["remarks"]["paper"] == f"电子:{code}@2026/0000/{code}"
    (filed,) = archive.dms("file", code)["filed"]
    assert filed["paper_number"] == "HG01-KH·99·2026-D10-ZHS-001-0001"
    again = archive.dms("show", "hg01-kh.99.2026-d10-zhs-001-0001")
    assert (again["code"], again["state"]) == (code, "filed")
    assert [v["message"] for v in again["versions"]][1] == "Filed as HG01-KH·99·2026-D10-ZHS-001-0001"
    assert archive.dms("search", "number:" + filed["paper_number"])["total"] == 1
    assert archive.dms("verify") == {"ok": True, "findings": []}
    volume = archive.dms("volume", "show", filed["volume"])
    assert [r["code"] for r in volume["records"]] == [code]


def test_the_same_content_is_known(archive):
    first = one(archive, note(archive))
    second = one(archive, note(archive, "copy.txt"))
    assert (second["state"], second["code"]) == ("known", first["code"])
    assert archive.dms("search", "")["total"] == 1


def test_the_gate_holds_until_somebody_answers_for_it(archive):
    item = one(archive, note(archive), "--class", "04", "--customer", "杭州新辰酒店有限公司")
    error = archive.dms("file", item["code"])["error"]
    assert archive.exit == 5
    assert "declaration" in error["message"] and "--by-hand" in error["hint"]
    assert archive.dms("file", item["code"], "--by-hand")["error"]["code"] == "usage"
    archive.dms("file", item["code"], "--by-hand", "--reason", "三方签字已核对")
    acts = archive.dms("show", item["code"])["acts"]
    assert next(a for a in acts if a["act"] == "file")["reason"] == "三方签字已核对"


def test_what_is_missing_is_named(archive):
    item = one(archive, note(archive, text="随便一句话，没有别的。"), "--carrier", "paper")
    (asked,) = [a for a in archive.dms("attention")["attention"] if a["kind"] == "describe"]
    assert asked["target"] == item["code"]
    assert "--class" in asked["todo"]
    error = archive.dms("file", item["code"])["error"]
    assert (archive.exit, "class, manager missing" in error["message"]) == (2, True)
    archive.dms(
        "describe", item["code"], "--class", "99", "--manager", "zhs", "--customer", "甲", "--date", "2026-01-02"
    )
    assert archive.dms("attention")["attention"] == []
    archive.dms("file", item["code"])
    assert archive.exit == 0
    assert "--reason" in archive.dms("describe", item["code"], "--title", "x")["error"]["hint"]
    assert archive.exit == 5


def test_nobody_sees_what_he_may_not(archive):
    mine = one(archive, note(archive), "--manager", "ZHS", "--customer", "杭州新辰酒店有限公司")
    assert archive.dms("search", "折让", user="zhs")["total"] == 1
    assert archive.dms("search", "折让", "--facet", "customer", user="lmy") == {
        "total": 0,
        "hits": [],
        "facets": {"customer": {}},
    }
    hidden = archive.dms("show", mine["code"], user="lmy")
    assert archive.exit == 4
    absent = archive.dms("show", "HG01E2026999999", user="lmy")
    assert hidden["error"]["message"].replace(mine["code"], "X") == absent["error"]["message"].replace(
        "HG01E2026999999", "X"
    )
    assert archive.dms("attention", user="lmy")["attention"] == []
    assert archive.dms("search", "折让", user="stranger")["error"]["code"] == "not-permitted"
    assert archive.exit == 5


def test_quarantine_has_a_reason_and_a_way_back(archive):
    broken = archive.home / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing\n%%EOF")
    item = one(archive, broken)
    assert item["state"] == "quarantined"
    assert "damaged" in item["reason"]
    (asked,) = archive.dms("attention")["attention"]
    assert asked["todo"] == f"dms retry {item['item']}"
    kept = archive.home / "archive" / "quarantine" / item["item"]
    assert (kept / "broken.pdf").read_bytes() == broken.read_bytes()
    assert "way back" in (kept / "reason.txt").read_text(encoding="utf-8")
    (kept / "broken.pdf").write_text("现在是一段可以读的文字，已经修好。", encoding="utf-8")
    (again,) = archive.dms("retry", item["item"])["items"]
    assert again["state"] == "registered"
    assert archive.dms("attention")["attention"][0]["kind"] in ("describe", "quality")
    assert archive.dms("verify")["findings"] == []


def test_watch_once_takes_the_inbox_with_hints_and_sidecar(archive):
    folder = archive.inbox / "ZHS" / "04"
    folder.mkdir(parents=True)
    (folder / "a.txt.json").write_text(
        json.dumps({"customer": "甲公司", "date": "2026-02-03", "title": "来自扫描"}), encoding="utf-8"
    )
    (folder / "a.txt").write_text("一份没有说明的文字", encoding="utf-8")
    (archive.inbox / "b.tmp").write_text("unfinished")
    (item,) = archive.dms("watch", "--once")["items"]
    told = archive.dms("show", item["code"])
    assert (told["class_code"], told["manager"], told["customer"], told["date"], told["title"]) == (
        "04", "ZHS", "甲公司", "2026-02-03", "来自扫描",
    )  # fmt: skip
    assert sorted(p.name for p in archive.inbox.rglob("*") if p.is_file()) == ["README.md", "b.tmp"]


def test_mail_brings_its_attachments(archive):
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = (
        "a@example.com",
        "b@example.com",
        "关于订房",
        "Thu, 05 Mar 2026 10:00:00 +0800",
    )
    mail.set_content("请见附件。")
    mail.add_attachment("附件里的正文，甲乙丙丁".encode(), maintype="text", subtype="plain", filename="../../附件.txt")
    path = archive.home / "mail.eml"
    path.write_bytes(mail.as_bytes())
    item = one(archive, path)
    (part,) = item["parts"]
    assert (item["state"], part["state"]) == ("registered", "registered")
    assert archive.dms("show", part["code"])["part_of"] == item["code"]
    assert archive.dms("search", "甲乙丙丁")["hits"][0]["code"] == part["code"]


def test_covers_are_reserved_reprinted_and_voided(archive, tmp_path):
    made = archive.dms("cover", "--class", "04", "--count", "3", "-o", tmp_path / "covers.pdf")
    assert len(made["codes"]) == 3
    assert (tmp_path / "covers.pdf").read_bytes().startswith(b"%PDF")
    again = archive.dms("cover", f"{made['codes'][0]}..{made['codes'][2]}", "-o", tmp_path / "again.pdf")
    assert again["codes"] == made["codes"]
    assert (tmp_path / "again.pdf").read_bytes() == (tmp_path / "covers.pdf").read_bytes()
    numbered = archive.dms("reserve", "--class", "03", "--manager", "ZHS", "--count", "2", "-o", tmp_path / "r.pdf")
    assert numbered["paper_numbers"][1] == "HG01-KH·03·2026-D30-ZHS-001-0002"
    archive.dms("void", numbered["paper_numbers"][1], "--reason", "打印坏了")
    archive.dms("void", made["codes"][0], "--reason", "打印坏了")
    assert archive.dms("verify")["findings"] == []
    assert archive.dms("void", "HG01E2026000099", "--reason", "x")["error"]["code"] == "not-found"


def test_rebuild_from_the_vault_gives_the_same_answers(archive, tmp_path):
    item = one(archive, note(archive), "--carrier", "paper")
    archive.dms("file", item["code"])
    reserved = archive.dms("cover", "--class", "04", "--title", "等待扫描", "-o", tmp_path / "c.pdf")["codes"]
    before = [archive.dms("show", c) for c in (item["code"], *reserved)]
    hits = archive.dms("search", "折让")
    for file in (archive.home / "archive").glob("catalogue.sqlite*"):
        file.unlink()
    archive.dms("people", "add", "TESTER", "我", "--login", "tester", "--role", "archivist")
    assert archive.dms("rebuild")["records"] == 2
    after = [archive.dms("show", c) for c in (item["code"], *reserved)]
    for old, new in zip(before, after, strict=True):
        for gone in ("acts", "attention"):
            old.pop(gone), new.pop(gone)
        assert new == old
    assert archive.dms("search", "折让") == hits
    assert archive.dms("verify")["findings"] == []
    fresh = one(archive, note(archive, "new.txt", "另一份文件的内容"))
    assert fresh["code"] > reserved[-1]
    assert one(archive, note(archive, "again.txt"))["state"] == "known"
    assert archive.dms("rebuild")["error"]["code"] == "conflict"


def test_a_lost_index_comes_back_by_itself(archive):
    import shutil

    one(archive, note(archive))
    before = archive.dms("search", "折让")
    shutil.rmtree(archive.home / "archive" / "index")
    assert archive.dms("verify")["findings"][0]["kind"] == "index-damaged"
    assert archive.exit == 6
    archive.dms("reindex")
    assert archive.dms("search", "折让") == before


def test_altered_originals_are_found(archive):
    item = one(archive, note(archive))
    (original,) = (archive.home / "archive" / "vault").rglob("original/note.txt")
    original.write_text("altered", encoding="utf-8")
    found = archive.dms("verify")
    assert archive.exit == 6
    assert {f["target"] for f in found["findings"]} == {item["code"]}
    assert "digest-mismatch" in {f["kind"] for f in found["findings"]}


def test_backup_is_whole_and_copies_only_what_is_new(archive, tmp_path):
    one(archive, note(archive))
    target = tmp_path / "backup"
    first = archive.dms("backup", target)["files"]
    second = archive.dms("backup", target)["files"]
    assert first > 5 > second
    copy = type(archive)(target, archive._capsys)
    assert copy.dms("reindex")["records"] == 1
    assert copy.dms("search", "折让")["total"] == 1
    assert copy.dms("verify")["findings"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["show", "HG01E2026000009"], "not-found", 4), (["show", "nonsense"], "usage", 2), (["ingest", "/no/such/file"], "not-found", 4),
        (["search", "date:never"], "usage", 2), (["search", "x", "--sort", "size"], "usage", 2), (["nothing"], "usage", 2),
        (["file"], "usage", 2), (["retry"], "usage", 2), (["print", "nosheet"], "not-found", 4), (["init"], "conflict", 1),
        (["describe", "HG01E2026000009", "--class", "77"], "not-found", 4), (["cover", "--count", "0"], "usage", 2),
        (["people", "add", "1X", "名"], "usage", 2), (["customers", "add", "甲", "--manager", "NOBODY"], "usage", 2),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(archive, arguments, code, exit_code):
    error = archive.dms(*arguments)["error"]
    assert (error["code"], archive.exit) == (code, exit_code)
    assert error["message"].endswith((".", "”.", "?")) and error["hint"]


def test_errors_for_people_go_to_stderr(archive):
    told = archive.errors("show", "HG01E2026000009")
    assert "There is no record" in told and "→" in told
    assert archive.text("show", "HG01E2026000009") == ""


def test_without_an_archive(tmp_path, capsys):
    assert main(["--home", str(tmp_path), "search", "x", "--json"]) == 4
    assert "dms init" in json.loads(capsys.readouterr().out)["error"]["hint"]


def test_doctor(archive):
    told = archive.dms("doctor")
    assert archive.exit == (0 if told["ok"] else 6)
    assert {"Chinese font", "disk", "search", "backup"} <= {c["name"] for c in told["checks"]}


def test_help_is_quick_because_nothing_heavy_is_imported():
    code = "import sys; from dms.faces.cli.main import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"sqlalchemy", "whoosh", "numpy", "cv2", "PIL", "pikepdf", "rapidocr", "reportlab", "rich", "watchdog"}
    assert not heavy & set(done.stderr.split())


def test_as_a_program(tmp_path):
    environment = {**os.environ, "DMS_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "dms.faces.cli.main", "init", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(json.loads(done.stdout)["inbox"]).is_dir()
    assert cli.name == "cli"
