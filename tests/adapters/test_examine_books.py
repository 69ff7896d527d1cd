"""Workbooks: values as they are shown, and everything beside the cells."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from reading_kit import A, R, flow, relations

from dms.adapters.examine.readers.number_format import shown
from dms.domain.left_out import LeftOut


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("0.025", "0.0%", "2.5%"), ("123", "00000", "00123"), ("12800", "#,##0.00", "12,800.00"),
        ("46099", "yyyy-mm-dd h:mm:ss", "2026-03-18"), ("46099.5", 'yyyy"年"m"月"d"日" h:mm', "2026年3月18日 12:00"),
        ("-1234.5", "#,##0.00;(#,##0.00)", "(1,234.50)"), ("1234567", "#,##0,", "1,235"), ("0.5", "# ?/?", "1/2"),
        ("1.25", "# ??/??", "1 1/4"), ("12345678901", "000-0000-0000", "123-4567-8901"), ("1.5", "[h]:mm", "36:00"),
        ("12345.678", "0.00E+00", "1.23E+04"), ("0", '#,##0.00;-#,##0.00;"-"', "-"), ("3", '0"间"', "3间"),
        ("100", "[$¥-804]#,##0.00", "¥100.00"), ("0.75", "h:mm AM/PM", "6:00 PM"), ("46099", "[$-804]aaaa", "星期三"),
        ("0.5", "0", "1"), ("2.5", "0", "3"), ("-0.001", "0.00", "0.00"), ("80", '[>=60]"及格";"不及格"', "及格"),
        ("0", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"), ("0.3", "mm:ss", "12:00"),
        ("12480.5", "General", "12480.5"), ("0.30000000000000004", "General", "0.3"), ("abc", "0.00", "abc"),
        ("46099", "dddd, mmmm d, yyyy", "Wednesday, March 18, 2026"), ("7", "@", "7"), ("5", "[Red]0.0", "5.0"),
        ("59", "yyyy-mm-dd", "1900-02-28"), ("61", "yyyy-mm-dd", "1900-03-01"), ("5", ";;;", ""),
    ],
)  # fmt: skip
def test_numbers_as_shown(value: str, code: str, text: str) -> None:
    assert shown(value, code) == text


def book(path: Path) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "订单"
    sheet["A1"], sheet["B1"] = "折扣", 0.025
    sheet["B1"].number_format = "0.0%"
    sheet["A2"], sheet["D2"] = datetime.datetime(2026, 3, 18, 14, 30), True
    sheet["B3"] = "=B1*2"
    sheet["A1"].comment = Comment("请复核", "王")
    sheet.oddHeader.center.text = "机密 &P & Co"
    hidden = made.create_sheet("隐藏")
    hidden["A1"] = 123
    hidden["A1"].number_format = "00000"
    hidden.sheet_state = "hidden"
    hidden.append(["East", 7])
    chart = BarChart()
    chart.title = "季度图"
    chart.add_data(Reference(hidden, min_col=2, min_row=2, max_row=2))
    hidden.add_chart(chart)
    made.save(path)
    return path


WANTED = [
    "订单", "折扣\t2.5%", "2026-03-18 14:30:00\t\t\tTRUE", "机密 & Co", "批注 Comment A1 王: 请复核", "隐藏", "00123",
    "East\t7", "季度图",
]  # fmt: skip


def test_cells_comments_headers_hidden_sheets_and_charts(tmp_path: Path) -> None:
    read = flow(book(tmp_path / "a.xlsx"))
    assert [" ".join(line.split(" ")).replace("  ", " ") for line in read.text.splitlines()] == WANTED
    assert read.left_out == (LeftOut("no_result", 1, ("订单!B3",), ask=True),)


def test_strict_workbooks_say_the_same(tmp_path: Path) -> None:
    old = book(tmp_path / "a.xlsx")
    new = tmp_path / "strict.xlsx"
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(new, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            data = re.sub(
                rb"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
                data,
            )
            data = data.replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            target.writestr(name, data)
    assert flow(new).text == flow(old).text


def test_text_boxes_threads_and_shared_strings(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active["A1"] = "cell"
    made.save(tmp_path / "a.xlsx")
    drawing = f'<xdr:wsDr xmlns:xdr="urn:x" xmlns:a="{A}"><xdr:sp><xdr:txBody><a:p><a:r><a:t>框中文字</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>'
    thread = '<ThreadedComments><threadedComment ref="A1" personId="p"><text>回复</text></threadedComment></ThreadedComments>'
    path = tmp_path / "b.xlsx"
    shared_strings = "<sst><si><r><t>漢</t></r><rPh><t>かん</t></rPh><r><t>字</t></r></si></sst>"
    with zipfile.ZipFile(tmp_path / "a.xlsx") as source, zipfile.ZipFile(path, "w") as target:
        target.writestr("xl/sharedStrings.xml", shared_strings)
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = re.sub(rb'<c r="A1".*</c>', b'<c r="A1" t="s"><v>0</v></c>', data)
            elif name == "xl/_rels/workbook.xml.rels":
                shared = f'<Relationship Id="s" Type="{R}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
                data = data.replace(b"</Relationships>", shared.encode())
            target.writestr(name, data)
        target.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            relations(("drawing", "../drawings/d.xml"), ("threadedComment", "../threadedComments/t.xml")),
        )
        target.writestr("xl/drawings/d.xml", drawing)
        target.writestr("xl/threadedComments/t.xml", thread)
    read = flow(path)
    assert read.text.splitlines() == ["Sheet", "漢字", "框中文字", "批注 Comment A1: 回复"]
    assert read.left_out == ()


def test_far_cells_cost_little(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active["XFD1"] = "far"
    made.save(tmp_path / "a.xlsx")
    assert flow(tmp_path / "a.xlsx").text.split() == ["Sheet", "far"]
