"""Workbooks written and read: text stays text, strangers' sheets are told what is wrong."""

import openpyxl
import pytest

from dms.adapters.spreadsheet import open_spreadsheet
from dms.errors import NotFound, Unavailable, Usage
from dms.ports.spreadsheet import Grid

BOOKS = open_spreadsheet()


def test_what_is_written_comes_back(tmp_path):
    rows = [["𠮷田商事", 1234567, "=1+1"], ["+86 571", 3.5, "@SUM(A1)"], ["-x", 0, "a\x00b\x1f" + "长" * 40_000]]
    BOOKS.write(
        tmp_path / "t.xlsx", [Grid("目录/一", ("题名", "大小", "备注"), rows), Grid("空", ("a",), [])], title="t"
    )
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    first = book.worksheets[0]
    assert first.title == "目录 一" and first.freeze_panes == "A2" and first.auto_filter.ref == "A1:C4"
    cells = [[c.value for c in row] for row in first.iter_rows()]
    assert cells[1] == ["𠮷田商事", 1234567, "=1+1"]
    assert {c.data_type for row in first.iter_rows(min_row=2) for c in row} == {"s", "n"}
    assert len(cells[3][2]) == 32_767 and cells[3][2].startswith("a\ufffdb\ufffd")
    again = BOOKS.read(tmp_path / "t.xlsx")
    assert again[1] == {"题名": "+86 571", "大小": "3.5", "备注": "@SUM(A1)"}
    assert not list(tmp_path.glob("*.part"))


def test_csv_of_any_office(tmp_path):
    for encoding in ("utf-8-sig", "gb18030"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes('客户,金额\r\n"甲""乙",1860\r\n\r\n丙\r\n'.encode(encoding))
        assert BOOKS.read(path) == [{"客户": '甲"乙', "金额": "1860"}, {"客户": "丙", "金额": ""}]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("empty.csv", b"", "empty"),
        ("nul.csv", b"a,b\n\x00,1\n", "no CSV"),
        ("open.csv", b'a,b\n"x,1\n', "row"),
        ("twice.csv", b"a,a\n1,2\n", "twice"),
        ("odd.csv", b"\xff\xfe\x80\x81\xff,\xff\n", "neither"),
        ("cut.xlsx", b"PK\x03\x04" + b"\x00" * 100, ""),
    ],
)
def test_bad_sheets_say_what_is_wrong(tmp_path, name, data, told):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Usage) as problem:
        BOOKS.read(tmp_path / name)
    assert told in problem.value.message and problem.value.hint


def test_missing_and_unwritable(tmp_path):
    with pytest.raises(NotFound):
        BOOKS.read(tmp_path / "no.csv")
    with pytest.raises(Unavailable):
        BOOKS.write(tmp_path / "no" / "t.xlsx", [Grid("a", ("a",), [])], title="t")


@pytest.mark.parametrize(
    ("cell", "told"),
    [(0.1 + 0.2, "0.3"), (1860.1000000000001, "1860.1"), (1860.0, "1860"), (1e-7, "0.0000001"), (12, "12"), (1.005, "1.005")],
)  # fmt: skip
def test_a_figure_is_read_as_its_program_shows_it(tmp_path, cell, told):
    book = openpyxl.Workbook()
    book.active.append(["金额"])
    book.active.append([cell])
    book.save(tmp_path / "a.xlsx")
    assert BOOKS.read(tmp_path / "a.xlsx") == [{"金额": told}]
