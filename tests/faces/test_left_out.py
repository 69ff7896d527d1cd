"""Told or taken: what a file holds besides its text is on its record, and asked where it may matter."""

from __future__ import annotations

import docx
import openpyxl


def questions(archive, code):
    found = archive.dms("attention")["attention"]
    return [one["question"] for one in found if one["target"] == code and one["kind"] == "quality"]


def taken(archive, path):
    (item,) = archive.dms("ingest", str(path))["items"]
    assert item["state"] == "registered", item
    return item["code"]


def test_a_formula_without_its_result_is_told_and_asked(archive, tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"] = "total", "=1+1"
    book.save(tmp_path / "a.xlsx")
    code = taken(archive, tmp_path / "a.xlsx")
    (told,) = archive.dms("show", code)["left_out"]
    assert (told["what"], told["count"], told["names"], told["ask"]) == ("no_result", 1, ["Sheet!A2"], True)
    assert questions(archive, code) == [f"Not in its text: {told['said']}."]
    assert "Sheet!A2" in archive.text("show", code)


def test_a_record_without_any_text_raises_a_question(archive, tmp_path):
    docx.Document().save(tmp_path / "blank.docx")
    code = taken(archive, tmp_path / "blank.docx")
    assert [one["what"] for one in archive.dms("show", code)["left_out"]] == ["no_text"]
    assert questions(archive, code) == ["Not in its text: no text at all was found."]


def test_what_does_not_matter_is_told_and_not_asked(archive, tmp_path):
    document = docx.Document()
    document.add_paragraph("A letter about bolts. " * 20)
    picture = tmp_path / "p.png"
    from PIL import Image

    Image.new("RGB", (60, 60), "white").save(picture)
    document.add_picture(str(picture))
    document.save(tmp_path / "letter.docx")
    code = taken(archive, tmp_path / "letter.docx")
    assert [one["what"] for one in archive.dms("show", code)["left_out"]] == ["pictures"]
    assert questions(archive, code) == []
