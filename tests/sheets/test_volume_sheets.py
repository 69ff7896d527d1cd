"""Sheets of volumes, registers and reports as they come out of the printer: 0 to 5,000 lines, long and rare words."""

from __future__ import annotations

import subprocess

import pytest

from dms.adapters.paper import open_paper
from dms.errors import Usage
from dms.sheets import destruction_register, loan_register
from dms.sheets.closing import Closing, draw_closing
from dms.sheets.electronic_list import ElectronicLine, draw_electronic_list
from dms.sheets.report import Chart, Report, Section, draw_report
from dms.sheets.ruled import Column, Table, draw_table
from dms.sheets.spine import WIDTHS, Spine, draw_spines
from dms.sheets.volume_cover import VolumeCover, draw_volume_cover
from dms.sheets.volume_list import VolumeLine, draw_volume_list

NUMBER = "HG01-KH·04·2026-D30-ZHS-002"
RARE = "𠮷田商事㐂記 鬱鷹"


def printed(path, draw):
    paper = open_paper()
    found = draw(paper)
    paper.save(path, title="测试")
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    pages = int(next(line.split(":")[1] for line in info.splitlines() if line.startswith("Pages")))
    return found, "".join(text.split()), text.split("\f")[:pages], pages


def line(n, remark=""):
    code = f"HG01E2026{n:06d}"
    return VolumeLine(
        f"{n:04d}",
        f"TS-{n}",
        "张华生",
        f"客户投诉{RARE}第{n}号",
        "2026-03-05",
        str(n),
        remark or f"电子:{code}@2026/0000/{code}",
    )


@pytest.mark.parametrize("count", [0, 1, 45, 5000])
def test_lists_of_any_length(tmp_path, count):
    over, bare, pages, number = printed(
        tmp_path / "l.pdf", lambda p: draw_volume_list(p, NUMBER, "题名", [line(n) for n in range(1, count + 1)])
    )
    assert over == []
    assert number == 1 if count < 2 else number > count // 25
    for place, page in enumerate(pages, 1):
        told = "".join(page.split())
        assert "顺序号" in told and "备注" in told
        assert f"第{place}页共{number}页" in told
    for n in {1, count // 2 or 1, count} if count else ():
        assert f"第{n}号" in bare and f"@2026/0000/HG01E2026{n:06d}" in bare
    assert count or "（无）" in bare
    assert not count or "田商事㐂記" in bare


def test_an_overlong_remark_ends_in_a_star_and_is_given_back_whole(tmp_path):
    long = "电子:" + "、".join(f"HG01E2026{n:06d}@2026/0000/HG01E2026{n:06d}" for n in range(5))
    over, bare, _, _ = printed(
        tmp_path / "l.pdf", lambda p: draw_volume_list(p, NUMBER, "题", [line(1), line(2, long)])
    )
    assert [(o.row, o.text) for o in over] == [(1, long)]
    assert "*" in bare and "HG01E2026000004" not in bare
    closing = Closing(NUMBER, "", ["本卷共 2 件。"], [f"0002 {over[0].text}"], "张华生", "2026-12-31", "", "")
    _, bare, _, _ = printed(tmp_path / "c.pdf", lambda p: draw_closing(p, closing))
    assert "HG01E2026000004@2026/0000/HG01E2026000004" in bare


def test_a_row_taller_than_a_page_and_the_same_bytes_twice(tmp_path):
    def draw(paper):
        rows = [["x" * 4000, "长" * 3000], ["短", "y"]]
        return draw_table(
            paper,
            Table("表", [Column("甲", 60, lines=0), Column("乙", 60, lines=0)], rows, ends=[("签字：", "日期：")]),
        )

    _, bare, _, pages = printed(tmp_path / "a.pdf", draw)
    printed(tmp_path / "b.pdf", draw)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert "签字：" in bare and pages >= 2


def test_closing_sheet_goes_on_over_pages_and_groups_the_root(tmp_path):
    root = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    sheet = Closing(
        NUMBER, "HG01E2026000001 至 HG01E2026000300", [f"说明 {n}：{RARE}" for n in range(4)],
        [f"{n:04d} 电子:HG01E2026{n:06d}@2026/0000/HG01E2026{n:06d}" for n in range(1, 301)], "张华生", "2026-12-31", "周档案",
        "2027-01-05", root, 1234, "2026-12-31 10:00:00", f"DMSLOG1:1234:{root.upper()}",
    )  # fmt: skip
    _, bare, _, pages = printed(tmp_path / "c.pdf", lambda p: draw_closing(p, sheet))
    assert pages > 3 and "HG01E2026000300" in bare and root in bare and "共1234条" in bare
    assert bare.count("卷内备考表") == pages


def test_cover_and_spines(tmp_path):
    cover = VolumeCover("销售部客户档案", "客户投诉与折价", "很长的题名" * 30, "张华生", "2026-01-03", "2026-11-20", "30年", 128, 412,
                        "秘密", "002", NUMBER, "QR")  # fmt: skip
    _, bare, _, pages = printed(tmp_path / "c.pdf", lambda p: draw_volume_cover(p, cover))
    assert pages == 1
    for part in ("2026-01-03至2026-11-20", "128件", "412页", "30年", "秘密", NUMBER):
        assert part in bare
    spine = Spine("HG01", "2026", "客户投诉与折价", "30年", "客户投诉、折让审批及责任认定材料" * 3, NUMBER, "QR")
    for width in WIDTHS:
        _, bare, _, pages = printed(tmp_path / "s.pdf", lambda p, w=width: draw_spines(p, [spine] * 15, w))
        assert pages == -(-15 // (277 // width)) and "D30" in bare
    with pytest.raises(Usage):
        draw_spines(open_paper(), [spine], 25)


def test_registers(tmp_path):
    cells = ["1", "2026-11-01", RARE, "二部", "8899", f"{NUMBER}-0007", "题名", "纸质", "秘密", "核对", "借出", "孙总 同意", "2026-11-08",
             "2026-11-07", "完好", "已核对", "周档案", "备注"]  # fmt: skip
    _, bare, _, _ = printed(
        tmp_path / "l.pdf", lambda p: loan_register.draw_loan_register(p, [cells] * 40, span="2026 年")
    )
    assert all(c.heading.replace("/", "") in bare.replace("/", "") for c in loan_register.COLUMNS)
    # Narrow cells break a name over lines: all its characters are there.
    assert set("田商事㐂記鬱鷹") <= set(bare)
    row = [
        "1",
        f"{NUMBER}-0007",
        "HG01E2016000001",
        "题名",
        "张",
        "2016",
        "3 / 1,234",
        "10年/10年",
        "纸质",
        "期满",
        "粉碎",
        "",
    ]
    people = ["周档案", "孙总", "吴经办", "钱监销", "王监销"]
    _, bare, _, _ = printed(
        tmp_path / "d.pdf", lambda p: destruction_register.draw_destruction_register(p, [row], people, "第 1 号")
    )
    assert all(name in bare for name in people) and bare.count("监销人") == 2


def test_electronic_list_and_report(tmp_path):
    entry = ElectronicLine(1, f"{NUMBER}-0001", "HG01E2026000001", RARE, "题名", "2026-03-05", "秘密", "a.pdf", "application/pdf", 1234567,
                           "ab" * 64, "纸质:-@-")  # fmt: skip
    assert entry.values()[10] == "ab" * 64 and entry.cells()[10] == "ab" * 8 + "…"
    _, bare, _, _ = printed(tmp_path / "e.pdf", lambda p: draw_electronic_list(p, "全部", [entry]))
    assert "1,234,567" in bare and "abababababab" in bare and "田商事" in bare
    report = Report(
        "2026-11 材料", ["期间：2026-11"], [Section("新增", ("甲", "乙"), [("a", "1")]), Section("空", ("甲",), [])],
        [Chart("图", ["01", "02"], [("件", [3.0, 0.0])], "件"), Chart("零", [], [("件", [])])], "DMSLOG1:1:AB",
    )  # fmt: skip
    _, bare, _, pages = printed(tmp_path / "r.pdf", lambda p: draw_report(p, report))
    assert pages == 1 and "新增" in bare and "（无）" in bare


def test_the_rarest_characters_are_drawn_and_not_boxed(tmp_path):
    """ReportLab tells such a character wrongly to text extraction; what counts on paper is its shape."""
    printed(tmp_path / "r.pdf", lambda p: draw_electronic_list(p, "𠮷𪚥", []))
    fonts = subprocess.run(["pdffonts", tmp_path / "r.pdf"], capture_output=True, text=True, check=True).stdout
    assert "HanaMin" in fonts
    printed(tmp_path / "plain.pdf", lambda p: draw_electronic_list(p, "普通", []))
    fonts = subprocess.run(["pdffonts", tmp_path / "plain.pdf"], capture_output=True, text=True, check=True).stdout
    assert "HanaMin" not in fonts
