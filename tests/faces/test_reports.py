"""Sheets of volumes, reports, dossiers, grading, appraisal, imports and hand-over on the command line."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta

import openpyxl
import pytest
from office_kit import CUSTOMER, OTHER, Later, filed, note, refused

from dms.assembly import open_world
from dms.desk.consent import appraising


def text_of(path):
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def test_all_sheets_of_a_volume(office, tmp_path):
    code, number = filed(office)
    filed(office, name="b.txt", text="第二份折让文件。")
    volume = number.rpartition("-")[0]
    office.dms("locate", volume, "档案室/2号柜/3层", user="ar")
    office.dms("volume", "bind", volume, "--title", "2026年折让案卷", "--accept", "纸质后补", user="ar")
    before = {(r["sheet"], r["target"]) for r in office.dms("reprint")["reprints"]}
    for sheet in ("volume-cover", "volume-list", "closing", "spine", "electronic-list"):
        told = office.dms("print", sheet, volume, "-o", tmp_path / f"{sheet}.pdf", user="ar")
        assert office.exit == 0 and told["volumes"] == [volume]
        text = text_of(tmp_path / f"{sheet}.pdf").replace(" ", "").replace("\n", "")
        # Narrow cells break numbers; a spine shows its number piece by piece.
        assert sheet == "spine" or volume in text or "-".join(volume.split("-")[:3]) in text, sheet
    assert {(s, t) for s, t in before if t == volume} and not [
        r for r in office.dms("reprint")["reprints"] if r["target"] == volume
    ]
    listed = text_of(tmp_path / "volume-list.pdf").replace("\n", "").replace(" ", "")
    assert f"电子:{code[:8]}" in listed
    closing = text_of(tmp_path / "closing.pdf")
    root = "".join(closing.split("Log root")[1].split("acts")[1].split("dms audit")[0].split())
    size = int(closing.split("共 ")[-1].split(" 条")[0])
    assert office.dms("audit", "verify", f"{size}:{root}", user="au")["findings"] == []
    wrong = root[:-1] + ("0" if root[-1] != "0" else "1")
    office.dms("audit", "verify", f"{size}:{wrong}", user="au")
    assert office.exit == 6
    office.dms("print", "electronic-list", "--class", "04", "-o", tmp_path / "c.xlsx", user="ar")
    rows = list(openpyxl.load_workbook(tmp_path / "c.xlsx").worksheets[0].iter_rows(values_only=True))
    assert rows[1][2] == code and rows[1][9] > 0 and len(rows[1][10]) == 128
    assert rows[1][11] == f"纸质:{number}@档案室/2号柜/3层"
    # Of other people's volumes nothing is printed, and nothing is told.
    refused(office, "print", "volume-list", volume, "-o", tmp_path / "x.pdf", user="lmy", exit_code=4)
    assert office.dms("print", "electronic-list", "-o", tmp_path / "y.xlsx", user="lmy")["lines"] == 0


def test_the_closing_sheets_qr_gives_the_root(office, tmp_path):
    import pypdfium2

    from dms.adapters.codes import open_code_reader
    from dms.ports.ocr import Raster

    _, number = filed(office)
    volume = number.rpartition("-")[0]
    office.dms("print", "closing", volume, "-o", tmp_path / "c.pdf", user="ar")
    with pypdfium2.PdfDocument(tmp_path / "c.pdf") as document:
        image = document[0].render(scale=200 / 72).to_pil().convert("L")
    raster = Raster(image.width, image.height, 1, image.tobytes(), 200)
    (text,) = [s.text for s in open_code_reader().read(raster) if s.text.startswith("DMSLOG1:")]
    assert office.dms("audit", "verify", text, user="au")["findings"] == []


def test_r6_a_copy_says_who_printed_it_when(office, tmp_path):
    code, _ = filed(office)
    office.dms("print", "copy", code, "-o", tmp_path / "copy.pdf", user="zhs")
    # Slanted text comes out letter by letter: look at the picture's ink and at the letters that are there.
    text = text_of(tmp_path / "copy.pdf")
    assert all(part in text for part in "张华生") and "请领导批示" in text.replace(" ", "")
    acts = office.dms("audit", "list", code, user="au")["acts"]
    assert acts[0]["act"] == "print" and "张华生 ZHS" in acts[0]["data"]["watermark"]
    refused(office, "print", "copy", code, "-o", tmp_path / "x.pdf", user="lmy", exit_code=4)
    assert not (tmp_path / "x.pdf").exists()


def test_r12_exceptions_and_r1_gaps(office, tmp_path):
    filed(office)
    told = office.dms("report", "exceptions", "-o", tmp_path / "e.pdf", user="zhs")
    assert office.exit == 6 and "missing: paper" in told["sections"][0]["rows"][0][3]
    assert office.dms("report", "exceptions", user="lmy")["sections"][0]["rows"] == []
    office.dms("report", "gaps", "-o", tmp_path / "g.xlsx", user="ar")
    assert office.exit == 0
    assert "例外清单" in text_of(tmp_path / "e.pdf")


def test_r10_r14_dealings_dossier_grades_and_packs(office, tmp_path):
    sheet = tmp_path / "往来.csv"
    lines = ["客户,日期,类别,金额,到期"]
    today = datetime.now().date()
    for months, (kind, amount) in enumerate(
        [("订货", "¥120,000.00"), ("记账", "110000"), ("收款", "20,000元"), ("折让", "15000")]
    ):
        lines.append(f'{CUSTOMER},{today - timedelta(days=150 - months)},{kind},"{amount}",')
    sheet.write_text("\n".join([*lines, f"{OTHER},{today},订货,abc,", f"没有,{today},订货,1,"]), encoding="gb18030")
    found = office.dms("import", "dealings", sheet, user="ar")
    assert office.exit == 6 and [p["row"] for p in found["problems"]] == [5, 6]
    assert office.dms("report", "dossier", CUSTOMER)["sections"][3]["rows"] == []
    sheet.write_text("\n".join(lines), encoding="utf-8")
    assert office.dms("import", "dealings", sheet, "--dry-run", user="ar") == {
        "rows": 4,
        "problems": [],
        "taken": False,
    }
    for _ in range(2):
        assert office.dms("import", "dealings", sheet, user="ar")["taken"]
    refused(office, "import", "dealings", sheet, user="zhs")
    told = office.dms("report", "dossier", CUSTOMER, "-o", tmp_path / "d.pdf", user="zhs")
    sums = dict(told["sections"][0]["rows"])
    assert (sums["charged"], sums["owed"], sums["overdue >90 days"]) == ("110,000.00", "75,000.00", "75,000.00")
    assert ("high", "75,000.00 CNY overdue for more than 90 days (oldest 119)") in [
        tuple(r) for r in told["sections"][1]["rows"]
    ]
    refused(office, "report", "dossier", CUSTOMER, user="lmy", exit_code=4)
    refused(office, "report", "dossier", "没有的客户", user="lmy", exit_code=4)
    quarter = f"{(today - timedelta(days=150)).year}-Q{((today - timedelta(days=150)).month + 2) // 3}"
    proposed = {g["customer"]: g["after"] for g in office.dms("grade", "propose", quarter, user="sm")["gradings"]}
    assert proposed[CUSTOMER] == "A" and proposed[OTHER] == "D"
    refused(office, "grade", "decide", CUSTOMER, quarter, "B", user="sm", exit_code=2)
    refused(office, "grade", "decide", CUSTOMER, quarter, "B", "--reason", "拖欠", user="ar")
    office.dms("grade", "decide", CUSTOMER, quarter, "B", "--reason", "拖欠", user="sm")
    assert [g["state"] for g in office.dms("grade", "list", quarter, user="zhs")["gradings"]] == ["proposed", "decided"]
    note(office)
    month = office.dms("report", "month", "-o", tmp_path / "m.xlsx", user="gm")
    assert month["sections"][0]["title"] == "New this month: 1"
    focus = next(s for s in month["sections"] if s["title"] == "Customers to look at")
    assert focus["rows"][0][1] == CUSTOMER
    for kind, about in (("quarter", quarter), ("half", ""), ("year", str(today.year))):
        office.dms("report", kind, about, "-o", tmp_path / f"{kind}.pdf", user="gm")
        assert office.exit == 0, kind
    assert "日志根值" in text_of(tmp_path / "year.pdf")


def test_the_four_properties(office):
    code, number = filed(office)
    told = office.dms("report", "four-properties", number)
    failed = {row[1] for row in told["sections"][1]["rows"]}
    # A text file of a class of two carriers: its paper is missing, its link unproved, its date not read.
    assert office.exit == 6 and {"GD-2-1", "GD-3-X"} <= failed <= {"GD-2-1", "GD-3-X", "GD-2-3"}
    original = next((office.home / "archive" / "vault").rglob("original/a.txt"))
    original.chmod(0o644)
    original.write_bytes(original.read_bytes() + b"!")
    failed = {row[1] for row in office.dms("report", "four-properties", code)["sections"][1]["rows"]}
    assert {"GD-1-1", "GD-1-14"} <= failed
    refused(office, "report", "four-properties", code, user="lmy", exit_code=4)


def test_destruction_at_the_end_of_retention(office, tmp_path):
    sheet = tmp_path / "旧目录.csv"
    sheet.write_text(
        "档号,题名,类别,客户,客户经理,日期,页数,存址\n"
        f"HG01-KH·04·2010-D10-ZHS-001-0003,旧投诉一,,{CUSTOMER},,2010-05-06,3,档案室/1号柜\n"
        f",旧投诉二,04,{CUSTOMER},ZHS,2012-01-02,2,档案室/1号柜\n",
        encoding="utf-8",
    )
    refused(office, "import", "catalogue", sheet, user="zhs")
    assert office.dms("import", "catalogue", sheet, user="ar")["taken"]
    assert office.dms("import", "catalogue", sheet, user="ar")["problems"][0]["detail"].endswith("is taken")
    (old,) = office.dms("search", "旧投诉一")["hits"]
    assert old["paper_number"] == "HG01-KH·04·2010-D10-ZHS-001-0003"
    (ended,) = office.dms("appraise", "list", user="ar")["ended"]
    assert (ended["code"], ended["last_year"]) == (old["code"], 2020)
    code, _ = filed(office)
    refused(office, "appraise", "propose", code, "--reason", "x", user="ar", exit_code=1)
    made = office.dms("appraise", "propose", old["code"], "--reason", "保管期满", user="ar")
    refused(office, "appraise", "decide", made["id"], "--approve", user="sm")
    office.dms("appraise", "decide", made["id"], "--approve", user="gm")
    for user in ("ar", "gm", "zhs"):
        refused(office, "appraise", "witness", made["id"], user=user)
    office.dms("appraise", "witness", made["id"], user="sm")
    refused(office, "appraise", "destroy", made["id"], user="ar")
    office.dms("appraise", "witness", made["id"], user="dm1")
    office.dms("appraise", "destroy", made["id"], user="ar")
    assert office.dms("show", old["code"])["state"] == "destroyed"
    assert office.dms("search", "旧投诉一")["total"] == 0
    office.dms("print", "destruction-register", made["id"], "-o", tmp_path / "r.pdf", user="ar")
    text = text_of(tmp_path / "r.pdf").replace(" ", "")
    for part in ("旧投诉一", "周档案", "孙总", "钱销售", "王一部", "保管期满"):
        assert part in text, part
    gaps = [f for f in office.dms("verify")["findings"] if "2010" in f["target"]]
    # The old volume's numbers 1 and 2 were never brought along: the check says so.
    assert {f["target"][-4:] for f in gaps} == {"0001", "0002"}
    with open_world(office.home, user="ar", clock=Later(0)) as world:
        assert appraising.ended(world) == []


def test_imports_say_which_rows_are_wrong(office, tmp_path):
    sheet = tmp_path / "people.csv"
    sheet.write_text(
        "代码,姓名,角色,登录名,部门\nW1,王五,account_manager,w1,一部\n王,赵,,,\nX1,,,,\nY1,钱,king,,\n",
        encoding="utf-8",
    )
    found = office.dms("import", "people", sheet, user="ar")
    assert [p["row"] for p in found["problems"]] == [2, 3, 4] and not found["taken"]
    sheet.write_text("代码,姓名,角色,登录名,部门\nW1,王五,,w1,一部\n", encoding="utf-8")
    assert office.dms("import", "people", sheet, user="ar")["taken"]
    assert any(p["code"] == "W1" and p["department"] == "一部" for p in office.dms("people", "list")["people"])
    sheet.write_text("a,b\n1,2\n", encoding="utf-8")
    refused(office, "import", "customers", sheet, user="ar", exit_code=2)
    refused(office, "import", "people", tmp_path / "no.csv", user="ar", exit_code=4)
    sheet.write_text("代码,姓名,角色,登录名\nAD,郑管理,general_manager,ad\n", encoding="utf-8")
    refused(office, "import", "people", sheet, user="ad")


def test_a_volume_is_handed_over_and_read_back(office, tmp_path):
    import bagit

    code, number = filed(office)
    volume = number.rpartition("-")[0]
    refused(office, "handover", "write", volume, "-o", tmp_path / "bag", user="zhs")
    made = office.dms("handover", "write", volume, "-o", tmp_path / "bag", "--organisation", "销售部", user="ar")
    assert made["records"] == [code]
    bagit.Bag(str(tmp_path / "bag")).validate()
    assert office.dms("handover", "check", tmp_path / "bag")["records"] == [code]
    refused(office, "handover", "write", volume, "-o", tmp_path / "bag", user="ar", exit_code=1)
    payload = next((tmp_path / "bag").rglob("a.txt"))
    payload.write_bytes(payload.read_bytes() + b"!")
    refused(office, "handover", "check", tmp_path / "bag", exit_code=1)


@pytest.mark.parametrize("about", ["2026-13", "Q4", "2026-Q5", "soon"])
def test_periods_that_are_none(office, about):
    refused(office, "report", "month", about, exit_code=2)
