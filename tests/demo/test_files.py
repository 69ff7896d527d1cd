from __future__ import annotations

import csv
import io
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest

from dms.demo import files
from dms.demo.form import Form


def squeezed(text: str) -> str:
    return "".join(text.split())


def text_of(path: Path) -> str:
    kind = path.suffix
    if kind == ".docx":
        document = docx.Document(str(path))
        cells = (c.text for t in document.tables for r in t.rows for c in r.cells)
        return "\n".join([*(p.text for p in document.paragraphs), *cells])
    if kind == ".pdf":
        document = pypdfium2.PdfDocument(path)
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        document.close()
        return text
    if kind == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(str(c) for s in book for r in s.iter_rows(values_only=True) for c in r if c is not None)
    if kind == ".eml":
        body = message_from_bytes(path.read_bytes(), policy=default).get_body(("plain",))
        assert body is not None
        return str(body.get_content())
    return path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("kind", files.KINDS)
def test_electronic_says_what_the_form_says(forms: list[Form], tmp_path: Path, kind: str) -> None:
    for form in (forms[2], forms[4], forms[8], forms[10]):
        text = squeezed(text_of(files.make_electronic(form, kind, tmp_path / f"a.{kind}")))
        for key in ("number", "date", "manager", "customer"):
            if key in form.printed:
                assert squeezed(form.printed[key]) in text, (form.kind, key)


@pytest.mark.parametrize("kind", ["docx", "pdf", "md", "txt", "html", "csv", "eml"])
def test_a_draft_may_say_another_amount(forms: list[Form], tmp_path: Path, kind: str) -> None:
    form = forms[2]
    path = files.make_electronic(form, kind, tmp_path / f"a.{kind}", differing_amount=Decimal("2345.60"))
    text = squeezed(text_of(path))
    assert "2,345.60" in text
    assert "贰仟叁佰肆拾伍元陆角" in text
    assert form.printed["amount"] not in text
    assert form.printed["amount_capitals"] not in text


def test_same_form_same_bytes(forms: list[Form], tmp_path: Path) -> None:
    for kind in files.KINDS:
        one = files.make_electronic(forms[0], kind, tmp_path / f"one.{kind}").read_bytes()
        assert files.make_electronic(forms[0], kind, tmp_path / f"two.{kind}").read_bytes() == one


def test_office_files_carry_a_fixed_time(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(files.sales_report(tmp_path / "r.xlsx"))
    assert book.properties.modified.year == 2026
    assert book.properties.modified.month == 1


def test_sales_report_adds_up(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(files.sales_report(tmp_path / "r.xlsx", month=12))["销售月报"]
    rows = [r for r in sheet.iter_rows(min_row=5, max_col=7, values_only=True) if r[0]]
    people = [r for r in rows if r[0] != "合计" and isinstance(r[5], int)]
    total = next(r for r in rows if r[0] == "合计")
    assert total[5] == sum(r[5] for r in people)
    assert all(r[2] + r[3] + r[4] == r[5] for r in people)
    assert "2027年1月3日" in str(sheet["F2"].value)


def test_mail_carries_its_attachments(forms: list[Form], tmp_path: Path) -> None:
    pdf = files.make_electronic(forms[1], "pdf", tmp_path / "附件_订货单.pdf")
    path = files.write_mail(tmp_path / "m.eml", forms[9], subject="关于会议", body="您好", attachments=[pdf])
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert message["Subject"] == "关于会议"
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "附件_订货单.pdf"
    assert attachment.get_content() == pdf.read_bytes()


def test_customer_list(tmp_path: Path) -> None:
    text = files.customer_list(tmp_path / "c.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert "远帆商务咨询有限公司" in {r["客户名称"] for r in rows}


def test_unknown_kind(forms: list[Form], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pptx"):
        files.make_electronic(forms[0], "pptx", tmp_path / "a.pptx")
