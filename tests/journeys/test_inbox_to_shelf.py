"""From inbox to shelf on real scans with the OCR engine an office would get."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from decimal import Decimal

import pikepdf
import pypdfium2
import pytest

from dms.demo import files, people
from dms.demo.forms import make_form
from dms.demo.samples import write_scan
from dms.demo.scanner import damage, scan_pdf, scan_tiff

pytestmark = pytest.mark.slow

CUSTOMER = next(c for c in people.customers() if c.language == people.SIMPLIFIED)


@pytest.fixture
def office(reading_archive):
    for one in people.MANAGERS:
        reading_archive.dms("people", "add", one.code, one.name)
    reading_archive.dms("customers", "add", CUSTOMER.name, "--manager", CUSTOMER.manager)
    return reading_archive


def covers(office, tmp_path, count, dpi=200, **options):
    target = tmp_path / f"covers-{count}.pdf"
    arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
    codes = office.dms("cover", "--count", count, *arguments, "-o", target)["codes"]
    with pypdfium2.PdfDocument(target) as document:
        return codes, [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]


def test_a_signed_form_is_read_described_filed_and_found(office, tmp_path):
    form = make_form("complaint", seed=5, customer=CUSTOMER)
    (item,) = office.dms("ingest", write_scan(form, tmp_path / "scan.pdf", level=2, dpi=300))["items"]
    told = office.dms("show", item["code"])
    assert (told["form"], told["class_code"], told["customer"], told["manager"]) == (
        "complaint", "04", form.customer, form.manager,
    )  # fmt: skip
    assert told["date"] == form.values["date"]
    assert told["fields"]["amount"] == form.values["amount"]
    assert told["uncertain"] == []
    (page,) = told["pages"]
    assert page["seals"] >= 1 and page["signatures"] >= 2 and page["engine"]
    for key in ("number", "amount", "customer"):
        assert office.dms("search", f'"{form.printed[key]}"')["hits"][0]["code"] == item["code"], key
    (filed,) = office.dms("file", item["code"], "--by-hand", "--reason", "签字已核对")["filed"]
    (stamped,) = sorted((office.home / "archive" / "vault").rglob("v2/content/access.pdf"))
    text = subprocess.run(["pdftotext", stamped, "-"], capture_output=True, text=True, check=True).stdout
    assert form.customer in text.replace("\n", "").replace(" ", "")
    from dms.adapters.codes import open_code_reader
    from dms.adapters.examine.readers import pdf_pages
    from dms.ports.examine import Limits

    symbols = open_code_reader().read(pdf_pages.raster(stamped, 1, Limits(), dpi=300.0))
    assert any(filed["paper_number"].replace("·", ".") in s.text for s in symbols)
    original = next((office.home / "archive" / "vault").rglob("original/scan.pdf"))
    assert hashlib.sha512(original.read_bytes()).hexdigest() == told["electronic"]["sha512"]
    assert original.read_bytes() == (tmp_path / "scan.pdf").read_bytes()


@pytest.mark.parametrize("turn", [0, 90, 180])
def test_a_cover_on_top_attaches_in_any_rotation(office, tmp_path, turn):
    (code,), (sheet,) = covers(office, tmp_path, 1, **{"class": "04"})
    form = make_form("complaint", seed=6, customer=CUSTOMER)
    pages = [damage(sheet, 2, 1, 200), damage(form.render(200), 1, 2, 200)]
    scan_pdf([p.rotate(turn, expand=True) for p in pages], 200, tmp_path / "scan.pdf")
    (item,) = office.dms("ingest", tmp_path / "scan.pdf")["items"]
    assert (item["state"], item["code"]) == ("registered", code)
    told = office.dms("show", code)
    assert (told["electronic"]["pages"], told["link"]["proof"]) == (1, "scan+qr")
    assert office.dms("search", f'"{form.printed["number"]}"')["hits"][0]["code"] == code


def test_a_mixed_stack_is_split_at_its_covers(office, tmp_path):
    codes, sheets = covers(office, tmp_path, 3)
    forms = [make_form(kind, seed=9, customer=CUSTOMER) for kind in ("complaint", "order", "customer-registration")]
    stack = []
    for sheet, form in zip(sheets, forms, strict=True):
        stack += [damage(sheet, 1, 1, 200), damage(form.render(200), 1, 2, 200)]
    scan_tiff(stack, 200, tmp_path / "stack.tif")
    (item,) = office.dms("ingest", tmp_path / "stack.tif")["items"]
    assert [p["code"] for p in item["parts"]] == codes
    for code, form in zip(codes, forms, strict=True):
        told = office.dms("show", code)
        assert told["form"] == form.kind
        assert told["batch"].startswith("batch-")
    stacks = [p for p in (office.home / "archive" / "vault" / "batches").rglob("original/stack.tif")]
    assert stacks[0].read_bytes() == (tmp_path / "stack.tif").read_bytes()
    assert office.dms("ingest", tmp_path / "stack.tif")["items"][0]["state"] == "known"
    assert office.dms("verify")["findings"] == []


def test_a_dozen_mixed_documents_in_one_stack_are_split_right(office, tmp_path):
    codes, sheets = covers(office, tmp_path, 12)
    kinds = ("complaint", "order", "minutes", "letter", "customer-registration")
    stack, expected = [], {}
    for place, (code, sheet) in enumerate(zip(codes, sheets, strict=True)):
        form = make_form(kinds[place % len(kinds)], seed=100 + place, customer=CUSTOMER)
        # One to three pages; every third cover lies upside down in the feeder.
        pages = [damage(form.render(150), 0, place, 150) for _ in range(1 + place % 3)]
        stack += [damage(sheet.rotate(180 if place % 3 == 0 else 0), 1 + place % 2, place, 200), *pages]
        expected[code] = (form.kind, len(pages))
    scan_pdf(stack, 200, tmp_path / "stack.pdf")
    (item,) = office.dms("ingest", tmp_path / "stack.pdf")["items"]
    assert [p["code"] for p in item["parts"]] == codes
    told = {code: office.dms("show", code) for code in codes}
    assert {code: (t["form"], t["electronic"]["pages"]) for code, t in told.items()} == expected


def test_a_cover_used_twice_attaches_once(office, tmp_path):
    (code,), (sheet,) = covers(office, tmp_path, 1)
    got = []
    for seed in (1, 2):
        form = make_form("order", seed=seed, customer=CUSTOMER)
        scan_pdf([sheet, form.render(200)], 200, tmp_path / f"{seed}.pdf")
        got.append(office.dms("ingest", tmp_path / f"{seed}.pdf")["items"][0]["code"])
    assert got[0] == code != got[1]
    asked = [a for a in office.dms("attention")["attention"] if a["kind"] == "batch"]
    assert any(code in a["question"] and a["target"] == got[1] for a in asked)


def test_foreign_and_forged_codes_attach_nothing(office, tmp_path):
    import qrcode
    from PIL import Image

    (code,), _ = covers(office, tmp_path, 1)
    page = make_form("minutes", seed=3).render(200)
    for place, text in enumerate((f"DMS1:{code}:-:AAAAAAAA", "https://example.com/pay", "2678")):
        symbol = qrcode.make(text, box_size=6).get_image().convert("RGB")
        page.paste(symbol.resize((260, 260), Image.Resampling.NEAREST), (100 + 300 * place, 2000))
    scan_pdf([page], 200, tmp_path / "page.pdf")
    (item,) = office.dms("ingest", tmp_path / "page.pdf")["items"]
    assert item["code"] != code
    assert office.dms("show", code)["state"] == "reserved"


def test_a_draft_and_its_signed_scan_become_one_record(office, tmp_path):
    form = make_form("complaint", seed=8, customer=CUSTOMER, amount=Decimal("1860.00"))
    files.make_electronic(form, "docx", tmp_path / "draft.docx", differing_amount=Decimal("1680.00"))
    draft = office.dms("ingest", tmp_path / "draft.docx")["items"][0]["code"]
    scan = office.dms("ingest", write_scan(form, tmp_path / "scan.pdf", level=1, dpi=300))["items"][0]["code"]
    (asked,) = [a for a in office.dms("attention")["attention"] if a["kind"] == "pair"]
    assert asked["todo"] == f"dms pair {draft} {scan}"
    joined = office.dms("pair", draft, scan)
    assert (joined["record"]["code"], joined["given_up"]) == (draft, scan)
    assert joined["record"]["link"]["state"] == "mismatch"
    # One difference with two places.
    (amount,) = [d for d in joined["differences"] if (d["left"], d["right"]) == ("1680.00", "1860.00")]
    assert (amount["kind"], amount["left_page"], amount["right_page"]) == ("amount", 1, 1)
    assert "1860" in amount["right_line"].replace(",", "")
    refused = office.dms("pair", draft, "--accept", "--reason", "以签字原件为准")
    assert "Another person" in refused["error"]["hint"], "not who joined them"
    office.dms("people", "add", "SM", "钱销售", "--role", "sales_manager", "--login", "sm")
    accepted = office.dms("pair", draft, "--accept", "--reason", "以签字原件为准", user="sm")
    assert accepted["record"]["link"]["state"] == "waived"
    assert office.dms("search", f'"{form.printed["number"]}"')["total"] == 1
    assert office.dms("verify")["findings"] == []


def test_a_long_scan_killed_in_the_middle_goes_on_where_it_was(office, tmp_path):
    pages = [damage(make_form("minutes", seed=n).render(150), 0, n, 150) for n in range(8)]
    scan_pdf(pages, 150, tmp_path / "long.pdf")
    (office.inbox / "long.pdf").write_bytes((tmp_path / "long.pdf").read_bytes())
    environment = {**os.environ, "DMS_HOME": str(office.home), "DMS_CHILDREN": "1", "DMS_LEASE_SECONDS": "2"}
    work = office.home / "archive" / "work"
    command = [sys.executable, "-m", "dms.faces.cli.main", "watch", "--once"]
    first = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(1200):
        done = sorted(work.rglob("page-*.json"))
        if len(done) >= 3:
            break
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    kept = {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in sorted(work.rglob("page-*.json"))}
    assert 3 <= len(kept) < 8
    second = subprocess.Popen([*command, "--json"], env=environment, stdout=subprocess.PIPE)
    for _ in range(1200):
        # The folder goes when the scan is registered, perhaps between two looks.
        with suppress(FileNotFoundError):
            again = {p.name: p.stat().st_mtime_ns for p in work.rglob("page-*.json")}
            if len(again) > len(kept):
                assert all(again[name] == kept[name][0] for name in kept)
                break
        time.sleep(0.02)
    (item,) = json.loads(second.communicate(timeout=300)[0])["items"]
    assert (item["state"], item["pages"]) == ("registered", 8)


def test_a_locked_pdf_opens_with_a_known_password_and_stays_locked(office, tmp_path, monkeypatch):
    files.make_electronic(make_form("order", seed=4, customer=CUSTOMER), "pdf", tmp_path / "plain.pdf")
    with pikepdf.open(tmp_path / "plain.pdf") as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="geheim"))
    (item,) = office.dms("ingest", tmp_path / "locked.pdf")["items"]
    assert item["state"] == "quarantined" and "password" in item["reason"]
    monkeypatch.setenv("DMS_PASSWORDS", "falsch:geheim")
    (again,) = office.dms("retry", "--all")["items"]
    assert again["state"] == "registered"
    stored = next((office.home / "archive" / "vault").rglob("original/locked.pdf"))
    assert stored.read_bytes() == (tmp_path / "locked.pdf").read_bytes()
