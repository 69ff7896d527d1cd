"""The archive's rules by number, on the command line."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta

import pytest
from office_kit import CUSTOMER, OTHER, Later, filed, note, refused

from dms.assembly import open_world
from dms.desk.consent import disposing

# -- R3, R4 ------------------------------------------------------------------------------------------------------


def test_r3_r4_declared_signed_approved_filed(office):
    code = note(office)
    assert "declaration" in refused(office, "file", code)["message"]
    refused(office, "approve", code, user="dm1", exit_code=1)
    refused(office, "declare", code, user="lmy", exit_code=4)
    refused(office, "declare", code, user="ar")
    office.dms("declare", code, "--statement", "属实", user="zhs")
    assert office.dms("show", code)["gate"]["missing"] == ["customer", "supervisor", "paper_carrier"]
    # It came as a text file: the customer signs on paper, and that is scanned first.
    assert f"dms cover {code}" in refused(office, "file", code, user="zhs")["hint"]
    # Nobody approves his own; nobody of another department does; the wrong role neither.
    refused(office, "approve", code, user="zhs")
    refused(office, "approve", code, user="dm2", exit_code=4)
    refused(office, "approve", code, user="ar")
    office.dms("approve", code, user="dm1")
    # A text file has no paper a customer could have signed.
    assert "Print, sign" in refused(office, "approve", code, "--ink", "customer", user="dm1", exit_code=1)["hint"]
    assert "customer" in refused(office, "file", code, user="zhs")["message"]
    office.dms("reject", code, "--reason", "金额不符", user="dm1")
    assert office.dms("show", code)["gate"]["signatures"] == []
    (asked,) = [a for a in office.dms("attention", user="zhs")["attention"] if a["kind"] == "gate"]
    assert "金额不符" in asked["question"] and code in asked["todo"]
    office.dms("declare", code, user="zhs")
    assert [a for a in office.dms("attention")["attention"] if a["kind"] == "gate"] == []
    office.dms("describe", code, "--title", "另一题名", user="zhs")
    assert office.dms("show", code)["gate"]["signatures"] == []


def test_r4_a_deputy_approves_for_the_supervisor_while_he_is_away(office):
    code = note(office)
    office.dms("declare", code, user="zhs")
    today = datetime.now().date()
    days = ("--since", today.isoformat(), "--until", (today + timedelta(days=3)).isoformat())
    refused(office, "people", "deputy", "DM1", "CO", *days, "--reason", "年假", user="zhs")
    office.dms("people", "deputy", "DM1", "CO", *days, "--reason", "年假", user="dm1")
    assert office.exit == 0
    office.dms("approve", code, user="co")
    (signed,) = [s for s in office.dms("show", code)["gate"]["signatures"] if s["role"] == "supervisor"]
    assert signed["by"] == "CO"
    (act,) = [a for a in office.dms("audit", "list", code, user="au")["acts"] if a["act"] == "approve"]
    assert act["data"]["for"] == "DM1"
    # Not for himself: a deputy of the supervisor declares, and may not approve it.
    mine = note(office, "b.txt", "第二份文件的内容，请审批。")
    office.dms("declare", mine, user="co")
    refused(office, "approve", mine, user="co")


# -- R5, R6 ------------------------------------------------------------------------------------------------------


def test_r5_access_is_asked_granted_used_and_ends(office):
    code = note(office)
    refused(office, "show", code, user="lmy", exit_code=4)
    asked = office.dms("access", "request", code, "--purpose", "核对同一客户的折让", user="lmy")
    nothing = office.dms("access", "request", "HG01E2026999999", "--purpose", "试试", user="lmy")
    assert {k: v for k, v in asked.items() if k not in ("id", "target", "asked_at", "reason", "data")} == {
        k: v for k, v in nothing.items() if k not in ("id", "target", "asked_at", "reason", "data")
    }
    refused(office, "access", "grant", asked["id"], user="lmy")
    refused(office, "access", "grant", asked["id"], user="ar")
    office.dms(
        "access", "grant", asked["id"], "--until", (datetime.now().date() + timedelta(days=2)).isoformat(), user="sm"
    )
    assert office.exit == 0
    refused(office, "access", "grant", asked["id"], user="gm", exit_code=1)
    assert office.dms("show", code, user="lmy")["code"] == code
    assert office.dms("search", "折让", user="lmy")["total"] == 1
    # A look is no leave to change.
    refused(office, "describe", code, "--title", "x", user="lmy")
    refused(office, "delete", code, "--reason", "x", user="lmy")
    with open_world(office.home, user="lmy", clock=Later(3)) as world, pytest.raises(Exception, match="There is no"):
        from dms.desk.records.showing import show

        show(world, code)
    office.dms("access", "end", asked["id"], "--reason", "已查完", user="sm")
    refused(office, "show", code, user="lmy", exit_code=4)
    office.dms("access", "deny", nothing["id"], "--reason", "没有这份文件", user="sm")
    mine = office.dms("access", "list", user="lmy")["requests"]
    assert [r["state"] for r in mine] == ["withdrawn", "denied"]
    assert office.dms("access", "list", user="dm1")["requests"] == []


def test_r5_access_to_all_of_a_customers_records(office):
    code = note(office)
    asked = office.dms("access", "request", f"customer:{CUSTOMER}", "--purpose", "信用评估", user="dm2")
    office.dms("access", "grant", asked["id"], user="gm")
    assert office.dms("show", code, user="dm2")["customer"] == CUSTOMER
    assert office.dms("search", "折让", "--facet", "customer", user="dm2")["facets"]["customer"] == {CUSTOMER: 1}


def test_r5_access_follows_a_customer_who_is_handed_over(office):
    code = note(office)
    refused(office, "customers", "reassign", CUSTOMER, "--to", "LMY", "--reason", "离职", user="dm1")
    refused(office, "customers", "add", CUSTOMER, "--manager", "LMY", user="ar")
    office.dms("customers", "reassign", CUSTOMER, "--to", "LMY", "--reason", "张华生离职", user="sm")
    assert office.exit == 0
    for user, total, exit_code in (("zhs", 0, 4), ("lmy", 1, 0), ("dm1", 0, 4), ("dm2", 1, 0)):
        assert office.dms("search", "折让", user=user)["total"] == total, user
        office.dms("show", code, user=user)
        assert office.exit == exit_code, user
    assert office.dms("show", code)["manager"] == "ZHS"


def test_r5_looks_and_searches_are_logged(office):
    code = note(office)
    office.dms("show", code, user="zhs")
    office.dms("search", "折让金额", user="zhs")
    acts = office.dms("audit", "list", "--user", "zhs", user="au")["acts"]
    assert [(a["act"], a["target"]) for a in acts] == [("search", ""), ("look", code)]
    assert acts[0]["data"]["query"] == "折让金额"
    refused(office, "audit", "list", user="ar")
    refused(office, "show", code, user="ad", exit_code=4)
    refused(office, "show", code, user="au", exit_code=4)


# -- R8 ----------------------------------------------------------------------------------------------------------


def test_r8_a_change_is_agreed_by_another_and_the_old_version_stays(office):
    code, number = filed(office)
    refused(office, "describe", code, "--title", "x")
    request = office.dms(
        "change", number, "--title", "折让审批（更正）", "--field", "amount=1680.00", "--reason", "录入有误", user="zhs"
    )
    refused(office, "change", "--approve", request["id"], user="zhs")
    refused(office, "change", "--approve", request["id"], user="dm1")
    assert any(a["kind"] == "change" for a in office.dms("attention", user="sm")["attention"])
    office.dms("change", "--approve", request["id"], user="sm")
    told = office.dms("show", code)
    assert (told["title"], told["fields"]["amount"]) == ("折让审批（更正）", "1680.00")
    assert told["versions"][-1]["message"] == "Changed: 录入有误; asked by ZHS, agreed by SM"
    first, last = told["versions"][-2]["number"], told["versions"][-1]["number"]
    with open_world(office.home, user="tester") as world:
        from dms.desk.consent.changing import compare

        found = {str(d.place): (d.before, d.after) for d in compare(world, code, first, last)}
    assert found["title"] == ("折让审批 a.txt", "折让审批（更正）")
    assert {r["sheet"] for r in office.dms("reprint")["reprints"]} == {
        "label", "volume-cover", "volume-list", "closing", "electronic-list",
    }  # fmt: skip
    refused(office, "change", "--approve", request["id"], user="gm", exit_code=1)
    # What changed meanwhile is not overwritten.
    one = office.dms("change", code, "--title", "甲", "--reason", "r", user="zhs")
    refused(office, "change", code, "--title", "乙", "--reason", "r", user="dm1", exit_code=1)
    office.dms("change", "--refuse", one["id"], "--reason", "不必", user="sm")
    assert office.dms("show", code)["title"] == "折让审批（更正）"


def test_r8_a_file_is_replaced_by_consent_and_the_old_one_stays(office):
    code, _ = filed(office)
    fresh = office.home / "更正.txt"
    fresh.write_text("更正后的折让审批单，金额1680.00元，请领导批示。", encoding="utf-8")
    request = office.dms("change", code, "--replace", fresh, "--reason", "扫描有误", user="zhs")
    fresh.unlink()
    office.dms("change", "--approve", request["id"], user="sm")
    told = office.dms("show", code)
    assert (told["electronic"]["name"], told["state"]) == ("更正.txt", "filed")
    assert office.dms("search", "1680.00")["total"] == 1 and office.dms("search", "1860.00")["total"] == 0
    last = told["versions"][-1]["number"]
    found = office.dms("show", code, "--diff", last - 1, last)["differences"]
    page = next(d for d in found if d["place"] == "page 1")
    assert "1860.00" in page["before"] and "1680.00" in page["after"]
    assert next((office.home / "archive" / "vault").rglob("v1/content/original/a.txt")).exists()
    assert office.dms("verify")["findings"] == []
    broken = office.home / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    request = office.dms("change", code, "--replace", broken, "--reason", "r", user="zhs")
    refused(office, "change", "--approve", request["id"], user="sm", exit_code=1)
    assert office.dms("show", code)["electronic"]["name"] == "更正.txt"
    assert list((office.home / "archive" / "work").glob("change-*/original")) != []
    office.dms("change", "--refuse", request["id"], "--reason", "文件损坏", user="sm")
    assert list((office.home / "archive" / "work").glob("change-*")) == []


def test_r11_promotion_gives_a_new_number_and_keeps_the_old_as_see_also(office):
    path = office.home / "daily.txt"
    path.write_text("本周例会纪要，讨论促销方案和客户投诉。", encoding="utf-8")
    options = ("--class", "99", "--manager", "ZHS", "--title", "纪要", "--carrier", "paper")
    (item,) = office.dms("ingest", path, *options)["items"]
    (done,) = office.dms("file", item["code"])["filed"]
    refused(office, "promote", item["code"], "--class", "05", "--reason", "重要投诉", user="ar")
    refused(office, "promote", item["code"], "--class", "05", "--reason", "重要投诉", user="sm")
    office.dms("declare", item["code"], user="zhs")
    office.dms("approve", item["code"], user="dm1")
    moved = office.dms("promote", item["code"], "--class", "05", "--reason", "重要投诉", user="sm")
    assert moved["see_also"] == [done["paper_number"]] and "·05·" in moved["paper_number"]
    assert office.dms("show", moved["paper_number"])["code"] == item["code"]
    assert office.dms("verify")["findings"] == []
    assert len({r["target"] for r in office.dms("reprint")["reprints"]}) == 3
    assert office.dms("search", "促销", "--class", "05")["total"] == 1


# -- R9 ----------------------------------------------------------------------------------------------------------


def test_r9_deleted_restored_deleted_and_purged_after_a_month(office):
    code, number = filed(office)
    request = office.dms("delete", code, "--reason", "重复", user="zhs")
    refused(office, "delete", "--approve", request["id"], user="zhs")
    refused(office, "delete", "--approve", request["id"], user="dm1")
    office.dms("delete", "--approve", request["id"], user="sm")
    assert office.dms("search", "折让")["total"] == 0
    assert office.dms("show", code)["state"] == "binned"
    (held,) = office.dms("delete", "--list", user="sm")["bin"]
    assert 28 <= held["days_left"] <= 31
    assert office.dms("purge", user="sm")["purged"] == []
    office.dms("restore", code, "--reason", "误删", user="ar")
    assert office.dms("show", code)["state"] == "filed"
    assert office.dms("search", "折让")["total"] == 1
    request = office.dms("delete", code, "--reason", "确实重复", user="ar")
    office.dms("delete", "--approve", request["id"], user="gm")
    # A clock set forward frees nothing, nor one set forward while the machine was off.
    for clock in (Later(40), Later(40, boot="another start")):
        with open_world(office.home, user="sm", clock=clock) as world:
            assert disposing.purge(world) == []
    # A month lived through does.
    with open_world(office.home, user="sm", clock=Later(32, up_days=32)) as world:
        assert disposing.purge(world) == [code]
    told = office.dms("show", code)
    assert (told["state"], told["title"], told["customer"], told["fields"]) == ("destroyed", "", "", {})
    vault = office.home / "archive" / "vault"
    left = [p for p in (office.home / "archive").rglob("*") if p.is_file() and "请领导批示".encode() in p.read_bytes()]
    assert left == []
    tombstone = json.loads(next(vault.rglob("tombstone.json")).read_text(encoding="utf-8"))
    assert (tombstone["code"], tombstone["paper_number"], tombstone["reason"]) == (code, number, "确实重复")
    assert (tombstone["asked_by"], tombstone["agreed_by"]) == ("AR", "GM")
    assert office.dms("verify")["findings"] == []
    assert office.dms("reindex")["records"] == 0 or office.dms("search", "折让")["total"] == 0


def test_r9_a_backup_never_brings_back_what_was_destroyed(office, tmp_path):
    code, _ = filed(office)
    kept, _ = filed(office, name="kept.txt", text="这一份保留，内容是合同。")
    refused(office, "backup", tmp_path / "b", user="zhs")
    office.dms("backup", tmp_path / "old")
    office.dms("backup", tmp_path / "again")
    request = office.dms("delete", code, "--reason", "撤诉", user="zhs")
    office.dms("delete", "--approve", request["id"], user="sm")
    with open_world(office.home, user="sm", clock=Later(32, up_days=32)) as world:
        assert disposing.purge(world) == [code]

    def holds(folder):
        return [p for p in folder.rglob("*") if p.is_file() and "请领导批示".encode() in p.read_bytes()]

    # The next backup to the same folder loses what the archive destroyed; an older one brought back does too.
    assert holds(tmp_path / "again") != []
    office.dms("backup", tmp_path / "again")
    assert holds(tmp_path / "again" / "archive" / "vault") == []
    before = office.dms("audit", "root")
    told = office.dms("recover", tmp_path / "old")
    assert told["destroyed_again"] == [code] and told["aside"].endswith("archive-before-recovery-1")
    assert office.dms("show", code)["state"] == "destroyed"
    assert office.dms("show", kept)["state"] == "filed"
    assert holds(office.home / "archive" / "vault") == []
    assert office.dms("search", "请领导批示")["total"] == 0 and office.dms("search", "合同")["total"] == 1
    assert office.dms("verify")["findings"] == []
    # The log goes on from the newest act, not from the backup's.
    assert office.dms("audit", "verify", f"{before['size']}:{before['root']}")["findings"] == []
    refused(office, "recover", tmp_path, exit_code=4)


def test_r9_a_hold_stops_destruction(office):
    code, _ = filed(office)
    refused(office, "hold", code, "--reason", "诉讼", user="ar")
    made = office.dms("hold", code, "--reason", "诉讼", user="gm")
    request = office.dms("delete", code, "--reason", "无用", user="zhs")
    assert "legal hold" in refused(office, "delete", "--approve", request["id"], user="sm")["message"]
    office.dms("hold", "--lift", made["id"], "--reason", "结案", user="gm")
    office.dms("delete", "--approve", request["id"], user="sm")
    office.dms("hold", f"customer:{CUSTOMER}", "--reason", "再诉", user="gm")
    with open_world(office.home, user="sm", clock=Later(40, up_days=40)) as world:
        assert disposing.purge(world) == []
    assert office.dms("delete", "--list")["bin"][0]["held"] == "再诉"


# -- R1, R2, R13 -------------------------------------------------------------------------------------------------


def test_r2_a_volume_is_checked_closed_bound_and_never_opened_again(office):
    code, number = filed(office)
    volume = number.rpartition("-")[0]
    kinds = {p["kind"] for p in office.dms("volume", "check", volume)["problems"]}
    assert office.exit == 6 and kinds == {"carrier", "unsigned"}
    refused(office, "volume", "close", volume, user="zhs")
    office.dms("volume", "close", volume, "--title", "2026年折让", user="ar")
    refused(office, "volume", "close", volume, user="ar", exit_code=1)
    _, later = filed(office, name="later.txt", text="闭卷之后来的一份折让。")
    assert later.rpartition("-")[0] == volume[:-3] + "002"
    refused(office, "volume", "bind", volume, user="ar", exit_code=1)
    bound = office.dms("volume", "bind", volume, "--accept", "纸质后补", user="ar")
    assert bound["state"] == "bound" and bound["title"] == "2026年折让"
    refused(office, "volume", "bind", volume, "--accept", "x", user="ar", exit_code=1)
    assert {r["sheet"] for r in office.dms("reprint")["reprints"]} >= {"volume-cover", "spine", "closing"}
    assert code in {r["code"] for r in office.dms("volume", "show", volume, user="zhs")["records"]}
    refused(office, "volume", "show", volume, user="lmy", exit_code=4)


def test_r13_places_loans_and_stocktake(office, tmp_path):
    code, number = filed(office)
    other, other_number = filed(office, name="b.txt", text="另一份折让审批的内容。")
    volume = number.rpartition("-")[0]
    office.dms("locate", volume, "档案室/2号柜/3层", "--reason", "上架", user="ar")
    assert office.dms("show", code)["remarks"]["electronic"] == f"纸质:{number}@档案室/2号柜/3层"
    office.dms("label", code, "-o", tmp_path / "l.pdf")
    office.dms("locate", volume, "档案室/3号柜/1层", "--reason", "调整", user="ar")
    assert {r["target"] for r in office.dms("reprint")["reprints"] if r["sheet"] == "label"} == {code, other}
    office.dms("label", code, "-o", tmp_path / "l.pdf")
    assert {r["target"] for r in office.dms("reprint")["reprints"] if r["sheet"] == "label"} == {other}
    due = (datetime.now().date() + timedelta(days=5)).isoformat()
    loan = ("loan", "out", number, "--to", "李美玉", "--purpose", "核对", "--due", due)
    refused(office, *loan, user="zhs")
    refused(office, *loan, user="ar")  # R5: not her customer's, and nobody agreed
    asked = office.dms("loan", "ask", number, "--purpose", "核对", "--due", due, user="lmy")
    refused(office, "loan", "agree", asked["id"], user="lmy")
    refused(office, *loan, user="ar")
    office.dms("loan", "agree", asked["id"], user="sm")
    lent = office.dms("loan", "out", number, user="ar")
    assert (lent["borrower"], lent["due"], lent["approver"], lent["clerk"]) == ("李美玉", due, "SM", "AR")
    refused(office, *loan, user="ar", exit_code=1)
    text = tmp_path / "scanned.txt"
    text.write_text(f"{other_number}\nhttps://example.com\n", encoding="utf-8")
    found = office.dms("stocktake", "档案室/3号柜", text, user="ar")
    assert (found["seen"], found["missing"], found["lent"], found["unknown"]) == (
        [other_number], [], [number], ["https://example.com"],
    )  # fmt: skip
    office.dms("loan", "back", number, "--effect", "已核对", user="ar")
    assert office.dms("loan", "list", "--out", user="ar")["loans"] == []
    office.dms("stocktake", "档案室/3号柜", text, user="ar")
    assert office.exit == 6
    assert office.dms("show", other)["link"]["proof"] == "stocktake"
    assert [m["place"] for m in office.dms("locate", volume, user="ar")["moves"]] == [
        "档案室/2号柜/3层",
        "档案室/3号柜/1层",
    ]


def test_stocktake_reads_labels_from_a_picture(office, tmp_path):
    import pypdfium2

    code, number = filed(office)
    office.dms("locate", number.rpartition("-")[0], "档案室/1号柜", user="ar")
    office.dms("label", code, "-o", tmp_path / "labels.pdf")
    with pypdfium2.PdfDocument(tmp_path / "labels.pdf") as document:
        document[0].render(scale=200 / 72).to_pil().convert("RGB").save(tmp_path / "photo.jpg", quality=60)
    found = office.dms("stocktake", "档案室", tmp_path / "photo.jpg", user="ar")
    assert (office.exit, found["seen"], found["missing"]) == (0, [number], [])


# -- the log -----------------------------------------------------------------------------------------------------


def test_the_log_proves_itself(office):
    code, _ = filed(office)
    root = office.dms("audit", "root")
    text = f"{root['size']}:{root['root']}"
    office.dms("show", code)
    told = office.dms("audit", "verify", text, user="au")
    assert told["findings"] == [] and told["root"] != text
    from dms.domain import audit

    proof = office.dms("audit", "proof", 3, user="au")
    assert audit.included(
        bytes.fromhex(proof["leaf"]), proof["index"], proof["size"], [bytes.fromhex(p) for p in proof["path"]],
        bytes.fromhex(proof["root"]),
    )  # fmt: skip
    assert audit.leaf_hash(audit.canonical(proof["act"])).hex() == proof["leaf"]
    grown = office.dms("audit", "proof", root["size"], "--growth", user="au")
    assert grown["first_root"] == root["root"]
    assert audit.consistent(
        grown["first"], bytes.fromhex(grown["first_root"]), grown["second"], bytes.fromhex(grown["second_root"]),
        [bytes.fromhex(p) for p in grown["path"]],
    )  # fmt: skip


def test_a_lost_catalogue_takes_its_log_back_from_the_copy(office):
    code, _ = filed(office)
    before = office.dms("audit", "root")
    for file in (office.home / "archive").glob("catalogue.sqlite*"):
        file.unlink()
    office.dms("people", "add", "TESTER", "我", "--login", "tester", "--role", "archivist", "--role", "general_manager")
    office.dms("rebuild")
    told = office.dms("audit", "verify", f"{before['size']}:{before['root']}")
    assert told["findings"] == []
    assert any(a["act"] == "file" for a in office.dms("audit", "list", code)["acts"])
    assert {"ZHS", "SM", "AU"} <= {p["code"] for p in office.dms("people", "list")["people"]}
    assert (
        office.dms("search", "折让", user="zhs")["total"] == 1
        and office.dms("search", "折让", user="lmy")["total"] == 0
    )


def test_cut_and_half_written_copies_of_the_log_are_made_good_or_told(office):
    filed(office)
    copy = office.home / "archive" / "log" / "acts.jsonl"
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) - 20])
    office.dms("search", "折让")
    assert office.dms("audit", "verify")["findings"] == []
    lines = copy.read_bytes().splitlines(keepends=True)
    copy.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert office.dms("audit", "verify")["findings"] != []


def test_people_cannot_raise_themselves(office):
    refused(office, "people", "add", "AD", "郑管理", "--role", "general_manager", "--login", "ad", user="ad")
    refused(office, "people", "add", "AR", "周档案", "--role", "auditor", "--login", "ar", user="ar")
    refused(office, "people", "add", "X", "新人", user="zhs")
    office.dms("people", "add", "X", "新人", user="ad")
    assert office.exit == 0


def test_foreign_hands_on_the_database_are_found(office):
    filed(office)
    root = office.dms("audit", "root")
    with sqlite3.connect(office.home / "archive" / "catalogue.sqlite") as db:
        db.execute("UPDATE acts SET user = 'somebody' WHERE id = 5")
    assert "was changed" in office.dms("audit", "verify")["findings"][0]["detail"]
    assert office.exit == 6
    assert root["size"] > 5


def test_r5_who_sends_known_bytes_learns_nothing_of_anothers_record(office):
    """A contributor, and a manager of other customers, get an answer as for a file nobody has; who sees it is asked."""
    code = note(office, text="李美玉客户的合同文本，独有内容。", customer=OTHER, manager="LMY")
    for user in ("co", "zhs"):
        path = office.home / f"again-{user}.txt"
        path.write_text("李美玉客户的合同文本，独有内容。", encoding="utf-8")
        (item,) = office.dms("ingest", path, user=user)["items"]
        assert (item["state"], item["code"] != code) == ("registered", True), item
        assert all(code not in one["question"] for one in office.dms("attention", user=user)["attention"])
    questions = [one["question"] for one in office.dms("attention", user="lmy")["attention"] if one["target"] == code]
    assert any("handed in again" in q for q in questions)
    (mine,) = office.dms("ingest", office.home / "again-co.txt", user="lmy")["items"]
    assert (mine["state"], mine["code"]) == ("known", code)
