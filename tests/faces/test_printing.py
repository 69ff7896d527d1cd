"""Each printed sheet is told once: every face offers the same, and what is printed is whole, noted, and the true one."""

from __future__ import annotations

import io
import subprocess
import zipfile
from dataclasses import replace

import pytest
from office_kit import CUSTOMER, OTHER, filed, note, refused

from dms.assembly import open_world
from dms.desk.shelf import printing
from dms.desk.shelf.sheets import names_of, options, sheets
from dms.ports.registers import Reprint
from dms.said import Said

CONTENT = ("volume-cover", "volume-list", "closing", "electronic-list")


def text_of(path):
    told = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    return "".join(told.split())


def waiting(office):
    return {(r["sheet"], r["target"]) for r in office.dms("reprint")["reprints"]}


def test_a_copy_of_three_records_is_three_files(office, counter, tmp_path):
    codes = [filed(office, name=f"{n}.txt", text=f"第{n}份折让文件的内容。")[0] for n in range(3)]
    told = office.dms("print", "copy", *codes, "-o", tmp_path / "copy.pdf", user="zhs")
    assert told["codes"] == codes and len(told["files"]) == 3
    for n, name in enumerate(("copy.pdf", "copy-2.pdf", "copy-3.pdf")):
        assert f"第{n}份折让文件" in text_of(tmp_path / name)
    for code in codes:
        assert office.dms("audit", "list", code, user="au")["acts"][0]["data"]["sheet"] == "copy"
    mine = counter("zhs")
    for address in (
        f"/print/run?sheet=copy&targets={'+'.join(codes)}",
        "/api/v1/sheets/copy?" + "&".join(f"target={code}" for code in codes),
    ):
        answer = mine.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), address
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            assert packed.namelist() == ["copy.pdf", "copy-2.pdf", "copy-3.pdf"]
            assert all(packed.read(name).startswith(b"%PDF-") for name in packed.namelist())


def test_a_sheet_is_never_another_and_leaves_the_reprint_list_only_when_printed(office, tmp_path):
    _, number = filed(office)
    volume = number.rpartition("-")[0]
    office.dms("volume", "close", volume, user="ar")
    before = waiting(office)
    assert ("closing", volume) in before
    for sheet in ("closing", "volume-cover", "spine"):
        error = refused(office, "print", sheet, volume, "-o", tmp_path / "x.xlsx", user="ar", exit_code=2)
        assert ".xlsx" in error["message"] and error["hint"] == "It can be .pdf."
    refused(office, "print", "volume-list", volume, "-o", tmp_path / "x.docx", user="ar", exit_code=2)
    refused(office, "print", "volume-list", volume, "--width", "20", "-o", tmp_path / "x.pdf", user="ar", exit_code=2)
    refused(office, "print", "spine", volume, "--width", "25", "-o", tmp_path / "x.pdf", user="ar", exit_code=2)
    (tmp_path / "file").write_text("no folder")
    office.dms("print", "closing", volume, "-o", tmp_path / "file" / "x.pdf", user="ar")
    assert office.exit != 0
    assert waiting(office) == before and {p.name for p in tmp_path.iterdir()} == {"home", "file"}
    office.dms("print", "volume-list", volume, "-o", tmp_path / "x.xlsx", user="ar")
    assert before - waiting(office) == {("volume-list", volume)}


def test_what_changes_while_a_sheet_is_drawn_stays_on_the_reprint_list(office, tmp_path):
    _, number = filed(office)
    volume = number.rpartition("-")[0]
    office.dms("volume", "close", volume, user="ar")
    with open_world(office.home, user="ar") as world:

        def paper():
            with world.catalogue.begin() as tx:
                tx.ask_reprint(Reprint(volume, "closing", Said("changed meanwhile"), world.now()))
            return world.paper()

        printing.print_sheet(replace(world, paper=paper), "closing", [volume], tmp_path / "c.pdf")
        assert Said("changed meanwhile") in [r.why for r in printing.reprints(world) if r.sheet == "closing"]
        printing.print_sheet(world, "closing", [volume], tmp_path / "c.pdf")
        assert [r for r in printing.reprints(world) if r.sheet == "closing"] == []


def test_r2_a_volume_is_printed_whole_or_not_at_all(office, tmp_path):
    code, number = filed(office)
    filed(office, name="b.txt", text="第二份折让文件。")
    volume = number.rpartition("-")[0]
    office.dms("volume", "close", volume, user="ar")
    office.dms(
        "change", code, "--approve", office.dms("change", code, "--title", "新", "--reason", "r")["id"], user="sm"
    )
    before = waiting(office)
    assert {(sheet, volume) for sheet in CONTENT} <= before
    # Lent one record, she sees that, and no sheet says that the volume holds nothing else.
    asked = office.dms("access", "request", code, "--purpose", "p", user="lmy")["id"]
    office.dms("access", "grant", asked, user="sm")
    for sheet in CONTENT:
        refused(office, "print", sheet, volume, "-o", tmp_path / "x.pdf", user="lmy", exit_code=5)
    # Nor does his own manager's, once a customer in it is another's.
    (office.home / "c.txt").write_text("第三份，别的客户。", encoding="utf-8")
    filed(office, name="c.txt", text="第三份，别的客户的折让文件。", customer=OTHER, manager="ZHS")
    other = next(v["number"] for v in office.dms("volume", "list", user="ar")["volumes"] if v["state"] == "open")
    office.dms("print", "volume-list", other, "-o", tmp_path / "x.pdf", user="ar")
    refused(office, "print", "volume-list", other, "-o", tmp_path / "y.pdf", user="zhs", exit_code=4)
    assert not (tmp_path / "y.pdf").exists() and waiting(office) == before
    for sheet in CONTENT:
        told = office.dms("print", sheet, volume, "-o", tmp_path / f"{sheet}.pdf", user="zhs")
        assert told["volumes"] == [volume], told
    assert {(s, t) for s, t in waiting(office) if t == volume} == {("spine", volume)}
    assert "本卷共2件" in text_of(tmp_path / "closing.pdf")


def test_r2_what_leaves_a_bound_volume_stays_on_its_list_and_moves_no_page(office, tmp_path):
    numbers = [filed(office, name=f"{n}.txt", text=f"第{n}份折让文件的内容。", carrier="paper")[1] for n in range(3)]
    volume = numbers[0].rpartition("-")[0]
    office.dms("volume", "bind", volume, "--accept", "手工归档", user="ar")
    office.dms("declare", numbers[1], user="zhs")
    office.dms("approve", numbers[1], user="dm1")
    moved = office.dms("promote", numbers[1], "--class", "05", "--reason", "重要", user="sm")
    assert {s for s, t in waiting(office) if t == volume} == {"spine", *CONTENT}
    office.dms("print", "volume-list", volume, "-o", tmp_path / "l.xlsx", user="ar")
    import openpyxl

    rows = list(openpyxl.load_workbook(tmp_path / "l.xlsx").worksheets[0].iter_rows(values_only=True))[1:]
    assert [(row[0], row[5]) for row in rows] == [("0001", "1"), ("0002", "2"), ("0003", "3")]
    assert rows[1][6].endswith(f"移出至 {moved['paper_number']}") and rows[2][6].startswith("电子:")
    office.dms("print", "closing", volume, "-o", tmp_path / "c.pdf", user="ar")
    closing = text_of(tmp_path / "c.pdf")
    assert "本卷共2件，2页" in closing and "移出至" + moved["paper_number"] in closing
    # Who bound it checked it.
    assert "检查人：周档案" in closing


def test_every_face_offers_the_same_sheets(office, counter):
    told = {s["name"]: s for s in office.dms("print", "--list")["sheets"]}
    assert told.keys() == sheets().keys()
    assert {n: tuple(s["formats"]) for n, s in told.items()} == {n: s.formats for n, s in sheets().items()}
    keeper = counter("ar")
    page = keeper.get("/print").text
    for name, sheet in sheets().items():
        assert f'id="sheet-{name}"' in page and sheet.title_zh in page, name
    # Only what he may print is offered to each.
    assert 'id="sheet-loan-register"' not in counter("zhs").get("/print").text
    call = keeper.get("/api/v1/openapi.json").json()["paths"]["/api/v1/sheets/{sheet}"]["get"]
    parameters = {p["name"]: p for p in call["parameters"]}
    assert parameters["sheet"]["schema"]["enum"] == list(sheets())
    assert options().keys() <= parameters.keys()
    assert parameters["width"]["schema"]["enum"] == [20, 30, 40, 50]
    assert options().keys().isdisjoint({"sheet", "target", "targets", "form", "output", "json", "list"})


@pytest.mark.parametrize("language", ["zh", "zh-TW", "en"])
def test_every_sheet_and_option_has_its_words(language):
    from dms.faces.words import words

    known = words(language)
    assert all(known[name] for name in sheets()) and all(known[f"option.{name}"] for name in options())


def test_every_sheet_is_what_it_says_it_can_be(office, counter):
    code, number = filed(office)
    note(office, name="b.txt", text="另一份。")
    targets = {"record": code, "volume": number.rpartition("-")[0]}
    keeper = counter("ar")
    for name, sheet in sheets().items():
        for form in sheet.formats:
            address = f"/api/v1/sheets/{name}"
            named = {"target": targets[sheet.of]} if sheet.of in targets else {}
            answer = keeper.get(address, params={"form": form, **named})
            assert answer.status_code == 200, (name, form, answer.text)
            assert answer.content.startswith({"pdf": b"%PDF-", "xlsx": b"PK"}[form]), (name, form)
        if "xlsx" not in sheet.formats:
            answer = keeper.get(address, params={"form": "xlsx", **named})
            assert answer.status_code == 400 and "cannot be" in answer.text, name
    assert set(names_of("volume")) == {*CONTENT, "spine"}


def test_the_catalogue_of_volumes_lists_whole_volumes_only(office, tmp_path):
    _, number = filed(office)
    _, other = filed(office, name="b.txt", text="别的客户的折让文件。", customer=OTHER, manager="LMY")
    mine, hers = (one.rpartition("-")[0] for one in (number, other))
    office.dms("locate", mine, "档案室/2号柜", user="ar")
    assert office.dms("print", "volume-catalogue", "-o", tmp_path / "all.pdf", user="ar")["lines"] == 2
    text = text_of(tmp_path / "all.pdf")
    assert mine in text and hers in text and "档案室/2号柜" in text and "非全部" not in text
    assert office.dms("print", "volume-catalogue", "-o", tmp_path / "mine.pdf", user="zhs")["lines"] == 1
    text = text_of(tmp_path / "mine.pdf")
    assert mine in text and hers not in text and "非全部" in text
    told = office.dms("print", "volume-catalogue", "--manager", "lmy", "-o", tmp_path / "h.pdf", user="ar")
    assert told["lines"] == 1
    refused(office, "print", "volume-catalogue", "-o", tmp_path / "x.pdf", user="co")
    assert CUSTOMER not in text
