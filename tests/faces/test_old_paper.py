"""A paper that was catalogued long before it is scanned gets its electronic carrier by its label (R12, R13)."""

from __future__ import annotations

import pypdfium2
from office_kit import refused
from PIL import Image


def scanned(office, code, name, shade):
    """Scan a page that bears the record's label."""
    office.dms("label", code, "-o", office.home / "label.pdf")
    with pypdfium2.PdfDocument(office.home / "label.pdf") as document:
        label = document[0].render(scale=200 / 72).to_pil().convert("RGB").crop((0, 0, 551, 291))
    page = Image.new("RGB", (1654, 2339), "white")
    page.paste(label, (900, 60))
    page.paste((shade, 0, 0), (100, 1000, 600, 1400))
    page.save(office.home / name, resolution=200)
    (item,) = office.dms("ingest", office.home / name, user="ar")["items"]
    return item


def test_an_old_paper_is_scanned_with_its_label_and_moves_only_then(office):
    sheet = office.home / "old.csv"
    sheet.write_text("题名,类别,客户经理,日期,存址\n旧的行情通报,99,ZHS,2016-03-05,室/柜\n", encoding="utf-8")
    assert office.dms("import", "catalogue", sheet, user="ar")["taken"]
    code = office.dms("search", "行情通报")["hits"][0]["code"]
    before = office.dms("show", code)
    office.dms("declare", code, user="zhs")
    office.dms("approve", code, user="dm1")
    error = refused(office, "promote", code, "--class", "05", "--reason", "重要", user="sm")
    assert "electronic carrier" in error["message"] and f"dms label {code}" in error["hint"]

    item = scanned(office, code, "scan.pdf", 10)
    assert (item["state"], item["code"]) == ("registered", code)
    after = office.dms("show", code)
    assert after["electronic"]["present"] and after["paper"] == before["paper"] | {"pages": 1}
    assert (after["link"]["state"], after["link"]["proof"], after["missing_carriers"]) == ("confirmed", "scan+qr", [])
    kept = ("title", "date", "class_code", "manager", "paper_number", "state", "retention")
    assert [after[k] for k in kept] == [before[k] for k in kept]
    assert office.dms("verify")["findings"] == []
    moved = office.dms("promote", code, "--class", "05", "--reason", "重要", user="sm")
    assert moved["see_also"] == [before["paper_number"]]

    # Another scan of it is a record of its own, and somebody is asked.
    again = scanned(office, code, "again.pdf", 200)
    assert again["state"] == "registered" and again["code"] != code
    (asked,) = [a for a in office.dms("show", again["code"])["attention"] if a["kind"] == "batch"]
    assert code in asked["question"]
