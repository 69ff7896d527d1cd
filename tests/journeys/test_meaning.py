"""Sure, or asked: papers whose tempting reading is wrong, on real scans with the OCR engine an office would get."""

import datetime
from decimal import Decimal

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from dms.demo import files, fonts, people
from dms.demo.forms import make_form
from dms.demo.samples import write_scan
from dms.demo.scanner import damage, scan_pdf

pytestmark = pytest.mark.slow

CUSTOMERS = [c for c in people.customers() if c.language == people.SIMPLIFIED]
ONE, OTHER = CUSTOMERS[2], CUSTOMERS[4]
DPI = 200


@pytest.fixture
def office(reading_archive):
    for one in people.MANAGERS:
        reading_archive.dms("people", "add", one.code, one.name)
    for customer in (ONE, OTHER):
        reading_archive.dms("customers", "add", customer.name, "--manager", customer.manager)
    return reading_archive


def covers(office, tmp_path, count, **options):
    target = tmp_path / "covers.pdf"
    arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
    codes = office.dms("cover", "--count", count, *arguments, "-o", target)["codes"]
    return codes, pictures(target)


def pictures(path):
    with pypdfium2.PdfDocument(path) as document:
        return [page.render(scale=DPI / 72).to_pil().convert("RGB") for page in document]


def form(kind, seed, customer=ONE, **more):
    return make_form(kind, seed=seed, customer=customer, **more)


def blank():
    return Image.new("RGB", (round(595 * DPI / 72), round(842 * DPI / 72)), "white")


def written(*lines):
    made = blank()
    pen = ImageDraw.Draw(made)
    for number, line in enumerate(lines):
        pen.text((160, 200 + 90 * number), line, font=fonts.sized(fonts.han(), 36), fill=(20, 20, 20))
    return made


def ingest(office, tmp_path, name, pages):
    scan_pdf([damage(p, 1, n, DPI) for n, p in enumerate(pages, 1)], DPI, tmp_path / name)
    (item,) = office.dms("ingest", tmp_path / name)["items"]
    assert item["state"] != "quarantined", item["reason"]
    return [part["code"] for part in item["parts"]] or [item["code"]]


def asked(office, kind):
    return {a["target"]: a for a in office.dms("attention")["attention"] if a["kind"] == kind}


def dealt(office, kind):
    """What waits only to be filed; what may be a second copy is not among it."""
    rows = office.dms("report", "dossier", ONE.name)["sections"][4]["rows"]
    waits = [Decimal(r[2].replace(",", "")) for r in rows if r[1] == kind and r[5] == "not filed yet"]
    return f"{sum(waits, Decimal(0)):,.2f}"


def spoil(sheet):
    """Strike through both codes and lose one of their corners."""
    import numpy
    import zxingcpp

    made, pen = sheet.copy(), None
    for symbol in zxingcpp.read_barcodes(numpy.array(sheet)):
        pen = ImageDraw.Draw(made)
        left, top = symbol.position.top_left.x, symbol.position.top_left.y
        right, bottom = symbol.position.bottom_right.x, symbol.position.bottom_right.y
        third = (right - left) // 3
        pen.rectangle([left - 4, top - 4, left + third, top + third], fill="white")
        pen.line([left - 10, top + third, right + 10, bottom - third], fill=(40, 60, 160), width=max(8, third // 2))
    assert pen is not None, "no code was on the sheet"
    return made


def test_a_duplex_scan_behind_a_cover_is_read_as_if_its_blank_backs_were_not_there(office, tmp_path):
    (code,), (sheet,) = covers(office, tmp_path, 1)
    paper = form("complaint", 311)
    assert ingest(office, tmp_path, "a.pdf", [sheet, blank(), paper.render(DPI), blank()]) == [code]
    told = office.dms("show", code)
    assert (told["form"], told["customer"], told["fields"]["amount"]) == ("complaint", ONE.name, paper.values["amount"])
    assert told["title"].startswith("客户投诉处理及折让审批表") and told["uncertain"] == []
    assert told["electronic"]["pages"] == 2
    assert asked(office, "split") == {}


def test_a_cover_whose_codes_are_spoilt_keeps_its_paper_apart_until_a_person_joins_it(office, tmp_path):
    (first, second), sheets = covers(office, tmp_path, 2)
    a, b = form("complaint", 312, ONE), form("order", 313, OTHER)
    codes = ingest(office, tmp_path, "a.pdf", [sheets[0], a.render(DPI), spoil(sheets[1]), b.render(DPI)])
    assert codes[0] == first and codes[1] not in (first, second)
    question = asked(office, "split")[codes[1]]
    assert second in question["question"] and question["data"]["other"] == second
    assert office.dms("show", first)["customer"] == ONE.name
    joined = office.dms("pair", second, codes[1])["record"]
    assert (joined["code"], joined["state"], joined["customer"]) == (second, "registered", OTHER.name)
    assert office.dms("search", f'"{b.printed["number"]}"')["hits"][0]["code"] == second
    assert asked(office, "split") == {} and office.dms("verify")["findings"] == []


def test_covers_behind_their_papers_are_a_question_for_each(office, tmp_path):
    (first, second), sheets = covers(office, tmp_path, 2)
    stack = [form("complaint", 314).render(DPI), sheets[0], form("order", 315, OTHER).render(DPI), sheets[1]]
    codes = ingest(office, tmp_path, "a.pdf", stack)
    assert not {first, second} & set(codes) and len(codes) == 2
    questions = asked(office, "split")
    assert first in questions[codes[0]]["question"] and second in questions[codes[1]]["question"]
    assert {office.dms("show", c)["state"] for c in (first, second)} == {"reserved"}


def test_two_labelled_papers_in_one_scan_are_cut_and_name_both(office, tmp_path):
    drafts = [form("complaint", 316), form("order", 317, OTHER)]
    held = [
        office.dms("ingest", files.make_electronic(f, "docx", tmp_path / f"{n}.docx"))["items"][0]["code"]
        for n, f in enumerate(drafts)
    ]
    office.dms("label", *held, "--layout", "2x7", "-o", tmp_path / "labels.pdf")
    (sheet,) = pictures(tmp_path / "labels.pdf")
    width, height = sheet.width // 2, round(sheet.height * 0.17)
    pages = []
    for n, draft in enumerate(drafts):
        page = draft.render(DPI)
        sticker = sheet.crop((n * width, 0, (n + 1) * width, height))
        page.paste(sticker, (page.width - sticker.width, page.height - sticker.height - 10))
        pages.append(page)
    codes = ingest(office, tmp_path, "two.pdf", pages)
    assert len(codes) == 2 and not set(codes) & set(held)
    questions = asked(office, "split")
    assert all(held[n] in questions[codes[n]]["question"] for n in (0, 1))
    within = ingest(office, tmp_path, "later.pdf", [written("附件：现场说明", "第一页"), pages[0]])
    assert held[0] in asked(office, "split")[within[0]]["question"]


def test_pages_other_than_announced_and_an_empty_cover_are_questions(office, tmp_path):
    codes, sheets = covers(office, tmp_path, 3, pages=3)
    page = written("情况说明", "日期：2026年10月9日", "客户投诉 折让")
    assert ingest(office, tmp_path, "short.pdf", [sheets[0], page]) == [codes[0]]
    assert "1 / 3" in asked(office, "split")[codes[0]]["question"]
    assert ingest(office, tmp_path, "duplex.pdf", [sheets[1], *[p for _ in range(3) for p in (page, blank())]]) == [
        codes[1]
    ]
    assert codes[1] not in asked(office, "split")
    got = ingest(office, tmp_path, "empty.pdf", [sheets[2], sheets[0], page])
    assert got != [codes[2]] and "nothing behind it" in asked(office, "split")[codes[2]]["question"]


def test_two_forms_on_one_wide_sheet_are_a_question(office, tmp_path):
    left, right = form("complaint", 318).render(DPI), form("order", 319, OTHER).render(DPI)
    wide = Image.new("RGB", (left.width + right.width, left.height), "white")
    wide.paste(left, (0, 0))
    wide.paste(right, (left.width, 0))
    (code,) = ingest(office, tmp_path, "a3.pdf", [wide])
    assert "two forms" in asked(office, "split")[code]["question"]
    told = office.dms("show", code)
    assert told["customer"] == "" or "customer" in told["uncertain"]


def test_the_papers_year_beats_its_covers_and_a_reserved_number_is_a_question(office, tmp_path):
    (plain,), (sheet,) = covers(office, tmp_path, 1)
    paper = form("complaint", 320, day=datetime.date(2025, 12, 30))
    ingest(office, tmp_path, "a.pdf", [sheet, paper.render(DPI)])
    told = office.dms("show", plain)
    assert (told["date"], told["year"], told["uncertain"]) == ("2025-12-30", 2025, [])
    target = tmp_path / "numbered.pdf"
    (numbered,) = office.dms("reserve", "--class", "04", "--manager", ONE.manager, "--count", 1, "-o", target)["codes"]
    other = form("complaint", 321, day=datetime.date(2025, 12, 29))
    ingest(office, tmp_path, "b.pdf", [pictures(target)[0], other.render(DPI)])
    told = office.dms("show", numbered)
    assert told["year"] != 2025 and "date" in told["uncertain"]
    office.dms("describe", numbered, "--date", "2025-12-29")
    assert office.dms("show", numbered)["uncertain"] == []


def test_a_second_scan_is_a_question_and_counts_once_whatever_is_decided(office, tmp_path):
    paper = form("complaint", 322, amount=Decimal("1122.40"))
    first = office.dms("ingest", write_scan(paper, tmp_path / "1.pdf", level=1, seed=1, dpi=DPI))["items"][0]["code"]

    def again(number):
        target = tmp_path / f"{number}.pdf"
        return office.dms("ingest", write_scan(paper, target, level=1, seed=number, dpi=DPI))["items"][0]["code"]

    def reduced():
        return dealt(office, "reduced")

    second = again(2)
    assert asked(office, "rescan")[second]["data"]["other"] == first
    assert reduced() == "1,122.40"
    office.dms("rescan", second, "--discard")
    assert office.dms("show", second)["state"] == "void" and reduced() == "1,122.40"
    third = again(3)
    kept = office.dms("rescan", third, "--replace", "--reason", "清晰")["record"]
    assert kept["code"] == first and kept["electronic"]["name"] == "3.pdf"
    fourth = again(4)
    office.dms("rescan", fourth, "--version")
    assert office.dms("show", first)["electronic"]["name"] == "3.pdf" and reduced() == "1,122.40"
    fifth = again(5)
    office.dms("rescan", fifth, "--different")
    assert asked(office, "rescan") == {} and reduced() == "2,244.80"
    assert office.dms("verify")["findings"] == []


def test_the_same_paper_as_pdf_and_as_picture_counts_once(office, tmp_path):
    paper = form("order", 323, amount=Decimal("5600.00"))
    office.dms("ingest", files.make_electronic(paper, "pdf", tmp_path / "order.pdf"))
    damage(paper.render(DPI), 1, 4, DPI).save(tmp_path / "photo.jpg", dpi=(DPI, DPI))
    office.dms("ingest", tmp_path / "photo.jpg")
    assert len(asked(office, "pair")) == 1
    assert dealt(office, "booked") == "5,600.00"
