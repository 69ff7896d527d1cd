"""The seed situation from end to end, on real scans with the OCR engine an office would get."""

from __future__ import annotations

import re
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from dms.assembly import open_world
from dms.demo import files, people
from dms.demo.forms import make_form
from dms.demo.samples import write_scan
from dms.demo.scanner import damage, scan_pdf

sys.path.insert(0, str(Path(__file__).parents[1] / "faces"))
from office_kit import Later, refused

pytestmark = pytest.mark.slow
CUSTOMER = next(c for c in people.customers() if c.language == people.SIMPLIFIED)


@pytest.fixture
def office(request):
    if getattr(request, "param", "embedded") == "servers":
        request.getfixturevalue("on_servers")
    reading_archive = request.getfixturevalue("reading_archive")

    def add(code, name, login, role, department=""):
        reading_archive.dms("people", "add", code, name, "--login", login, "--role", role, "--department", department)
        assert reading_archive.exit == 0

    for one in people.MANAGERS:
        add(one.code, one.name, one.code.lower(), "account_manager", "一部" if one.code == CUSTOMER.manager else "二部")
    add("DM1", "王一部", "dm1", "department_manager", "一部")
    add("SM", "钱销售", "sm", "sales_manager")
    add("GM", "孙总", "gm", "general_manager")
    add("AR", "周档案", "ar", "archivist")
    add("AU", "冯审计", "au", "auditor")
    reading_archive.dms("customers", "add", CUSTOMER.name, "--manager", CUSTOMER.manager)
    return reading_archive


@pytest.mark.parametrize("office", ["embedded", "servers"], indirect=True)
def test_a_complaint_with_a_discount_from_desk_to_tombstone(office, tmp_path):
    handler = CUSTOMER.manager.lower()
    other = next(m.code.lower() for m in people.MANAGERS if m.code != CUSTOMER.manager)
    day = date(datetime.now().year, 3, 5)

    # The draft says 1680, the signed paper 1860; its supervisor has not signed on paper.
    form = make_form(
        "complaint", seed=8, customer=CUSTOMER, day=day, amount=Decimal("1860.00"), missing=("supervisor",)
    )
    files.make_electronic(form, "docx", tmp_path / "draft.docx", differing_amount=Decimal("1680.00"))
    draft = office.dms("ingest", tmp_path / "draft.docx", user=handler)["items"][0]["code"]
    scan = office.dms("ingest", write_scan(form, tmp_path / "scan.pdf", level=1, dpi=300), user=handler)["items"][0][
        "code"
    ]
    joined = office.dms("pair", draft, scan, user=handler)
    amounts = [(d["left"], d["right"]) for d in joined["differences"] if d["kind"] == "amount"]
    assert ("1680.00", "1860.00") in amounts
    code = joined["record"]["code"]

    # R3, R4, R12: nothing passes before it is declared, signed, and the difference accepted.
    told = office.dms("show", code, user=handler)
    assert {i["role"] for i in told["gate"]["ink_found"]} <= {"customer", "handler", "supervisor"}
    office.dms("declare", code, user=handler)
    assert "differ" in refused(office, "file", code, user="ar")["message"]
    refused(office, "pair", code, "--accept", "--reason", "x", user=other, exit_code=4)
    office.dms("pair", code, "--accept", "--reason", "以签字原件为准", user="dm1")
    error = refused(office, "file", code, user="ar")
    assert "supervisor" in error["message"] and "customer" in error["message"]
    office.dms("approve", code, "--ink", "customer", user="dm1")
    assert office.exit == 0
    assert "supervisor" in refused(office, "file", code, user="ar")["message"]
    office.dms("approve", code, "--note", "同意折让", user="dm1")
    from PIL import Image

    with (
        open_world(office.home, user="ar") as world,
        Image.open(world.vault.open(code, "evidence/customer.png")) as ink,
    ):
        assert ink.width > 40 and ink.convert("L").getextrema()[0] < 160
    (filed,) = office.dms("file", code, user="ar")["filed"]
    number = filed["paper_number"]

    # R5: its manager finds it, another does not; he asks, is granted, and it ends.
    words = f'"{form.printed["number"]}"'
    assert office.dms("search", words, user=handler)["hits"][0]["code"] == code
    assert office.dms("search", words, user=other)["total"] == 0
    refused(office, "show", code, user=other, exit_code=4)
    asked = office.dms("access", "request", number, "--purpose", "同一客户的另一笔折让", user=other)
    office.dms("access", "grant", asked["id"], user="sm")
    assert office.dms("show", code, user=other)["code"] == code
    with open_world(office.home, user=other, clock=Later(8, up_days=8)) as world:
        from dms.desk.records.finding import search

        assert search(world, words).total == 0

    # R8: changed by consent, the old version beside the new.
    change = office.dms("change", code, "--field", "reason=空调故障", "--reason", "补充责任认定", user=handler)
    office.dms("change", "--approve", change["id"], user="sm")
    assert office.dms("show", code)["fields"]["reason"] == "空调故障"

    # R1, R2, R13: the volume is placed, bound, its sheets printed; the closing sheet's root is checked later.
    volume = filed["volume"]
    office.dms("locate", volume, "档案室/2号柜/3层", user="ar")
    assert office.dms("volume", "check", volume, user="ar")["problems"] == []
    office.dms("volume", "bind", volume, "--title", "客户投诉与折让", user="ar")
    for sheet in ("volume-cover", "volume-list", "closing", "spine", "electronic-list"):
        office.dms("print", sheet, volume, "-o", tmp_path / f"{sheet}.pdf", user="ar")
        assert office.exit == 0
    with pypdfium2.PdfDocument(tmp_path / "closing.pdf") as document:
        text = document[0].get_textpage().get_text_range()
    root = "".join(text.split("acts")[1].split("dms audit")[0].split())
    size = int(re.search(r"共\s*(\d+)\s*条", text)[1])

    # R9: deleted, restored, deleted, purged after the month by the archive's own count of days.
    request = office.dms("delete", code, "--reason", "重复", user=handler)
    office.dms("delete", "--approve", request["id"], user="gm")
    office.dms("restore", code, "--reason", "并非重复", user="ar")
    request = office.dms("delete", number, "--reason", "客户撤诉", user=handler)
    office.dms("delete", "--approve", request["id"], user="sm")
    assert office.dms("purge", user="ar")["purged"] == []
    with open_world(office.home, user="ar", clock=Later(32, up_days=32)) as world:
        from dms.desk.consent.disposing import purge

        assert purge(world) == [code]
    gone = office.dms("show", code)
    assert (gone["state"], gone["title"], gone["paper_number"]) == ("destroyed", "", number)
    printed = form.printed["number"].encode()
    left = [
        p
        for p in (office.home / "archive").rglob("*")
        if p.is_file() and "log" not in p.parts and printed in p.read_bytes()
    ]
    assert [p.name for p in left if p.suffix not in (".sqlite", ".sqlite-wal")] == []
    assert office.dms("search", words)["total"] == 0
    assert office.dms("verify")["findings"] == []

    # R10 and the log: the month's pack, and the paper's root still holds.
    pack = office.dms("report", "month", "-o", tmp_path / "month.pdf", user="gm")
    assert office.exit == 0 and pack["sections"][1]["rows"]
    assert office.dms("audit", "verify", f"{size}:{root}", user="au")["findings"] == []


def test_a_born_digital_record_is_printed_signed_scanned_back_and_matched(office, tmp_path):
    handler = CUSTOMER.manager.lower()
    form = make_form("order", seed=11, customer=CUSTOMER)
    files.make_electronic(form, "pdf", tmp_path / "order.pdf")
    code = office.dms("ingest", tmp_path / "order.pdf", user=handler)["items"][0]["code"]
    office.dms("label", code, "-o", tmp_path / "label.pdf", user=handler)
    with pypdfium2.PdfDocument(tmp_path / "label.pdf") as document:
        # The label is stuck onto the signed print.
        label = document[0].render(scale=200 / 72).to_pil().convert("RGB").crop((0, 0, 551, 291))
    for amount_on_paper, proof in ((None, "confirmed"),):
        page = form.render(200)
        page.paste(label, (page.width - 600, 60))
        scan_pdf([damage(page, 1, 3, 200)], 200, tmp_path / "signed.pdf")
        (item,) = office.dms("ingest", tmp_path / "signed.pdf", user=handler)["items"]
        assert (item["state"], item["code"]) == ("registered", code), amount_on_paper
        told = office.dms("show", code, user=handler)
        assert told["paper"]["present"] and told["link"]["proof"] == "qr"
        # Handwriting may read as a figure: then people are asked, and nothing is silently confirmed.
        asked = [a for a in told["attention"] if a["kind"] == "pair"]
        assert told["link"]["state"] == proof or (told["link"]["state"] == "mismatch" and asked)


def test_a_scan_that_tells_another_amount_is_not_confirmed(office, tmp_path):
    handler = CUSTOMER.manager.lower()
    form = make_form("complaint", seed=21, customer=CUSTOMER, amount=Decimal("990.00"))
    files.make_electronic(form, "pdf", tmp_path / "draft.pdf", differing_amount=Decimal("880.00"))
    code = office.dms("ingest", tmp_path / "draft.pdf", user=handler)["items"][0]["code"]
    office.dms("cover", code, "-o", tmp_path / "cover.pdf", user=handler)
    with pypdfium2.PdfDocument(tmp_path / "cover.pdf") as document:
        cover = document[0].render(scale=200 / 72).to_pil().convert("RGB")
    scan_pdf([cover, form.render(200)], 200, tmp_path / "signed.pdf")
    (item,) = office.dms("ingest", tmp_path / "signed.pdf", user=handler)["items"]
    assert item["code"] == code
    told = office.dms("show", code, user=handler)
    assert told["link"]["state"] == "mismatch"
    (asked,) = [a for a in told["attention"] if a["kind"] == "pair"]
    assert "880.00" in asked["question"] and "990.00" in asked["question"]
