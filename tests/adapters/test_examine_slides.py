"""PowerPoint: slides, notes, comments, charts, diagrams, masters, shows; titles only where somebody wrote one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Cm
from reading_kit import A, flow, relations

from dms.adapters.examine.noise import title_told


def show(path: Path) -> Path:
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "季度分析"
    table = slide.shapes.add_table(1, 2, Cm(1), Cm(1), Cm(5), Cm(2)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "华东", "12%"
    data = CategoryChartData()
    data.categories = ["Q1"]
    data.add_series("East", (7,))
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, Cm(1), Cm(4), Cm(5), Cm(5), data)
    slide.notes_slide.notes_text_frame.text = "备注在此"
    made.save(path)
    return path


def test_slides_tables_charts_and_notes(tmp_path: Path) -> None:
    read = flow(show(tmp_path / "a.pptx"))
    assert read.text.splitlines() == ["季度分析", "华东\t12%", "\tQ1", "East\t7", "备注在此"]
    assert (read.title, read.left_out, read.attachments, read.date) == ("季度分析", (), (), "")


def test_diagrams_comments_masters_and_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.ppsx"
    diagram = f'<d xmlns:a="{A}"><a:p><a:r><a:t>节点</a:t></a:r></a:p></d>'
    comments = '<p:cmLst xmlns:p="urn:p"><p:cm authorId="0"><p:text>请改</p:text></p:cm></p:cmLst>'
    shape = "<p:sp><p:txBody><a:p><a:r><a:t>公司名</a:t></a:r></a:p></p:txBody></p:sp></p:spTree>"
    with zipfile.ZipFile(show(tmp_path / "a.pptx")) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name).decode("latin-1")
            if name == "[Content_Types].xml":
                data = data.replace("presentation.main+xml", "slideshow.main+xml")
            elif name == "ppt/slides/slide1.xml":
                frame = '<p:graphicFrame><a:graphicData><dgm:relIds xmlns:dgm="urn:d" r:dm="r1" xmlns:r="urn:r"/></a:graphicData></p:graphicFrame></p:spTree>'
                data = data.replace("</p:spTree>", frame)
            elif name == "ppt/slides/_rels/slide1.xml.rels":
                more = relations(("diagramData", "../diagrams/data1.xml"), ("comments", "../comments/c.xml"))
                data = data.replace("</Relationships>", more[more.index(">") + 1 :])
            elif name == "ppt/slideMasters/slideMaster1.xml":
                data = data.replace("</p:spTree>", shape.encode().decode("latin-1"))
            target.writestr(name, data.encode("latin-1"))
        target.writestr("ppt/diagrams/data1.xml", diagram)
        target.writestr("ppt/comments/c.xml", comments)
    lines = flow(path).text.splitlines()
    assert {"节点", "批注 Comment: 请改", "公司名"} <= set(lines)
    assert not any("Click to edit" in line for line in lines)


@pytest.mark.parametrize(
    "noise", ["PowerPoint 演示文稿", "PowerPoint Presentation", "Slide 1", "Word Document", "幻灯片 1", "untitled",
              "Microsoft Word - 合同.doc", "(anonymous)", "Adobe Photoshop PDF", "新建 Microsoft Word 文档", "Book1",
              "scan_0017", "报价.docx", "工作簿1", "Document1"],
)  # fmt: skip
def test_titles_programs_make_up_are_none(noise: str) -> None:
    assert title_told(noise) == ""


@pytest.mark.parametrize(
    "title", ["房费折让汇报", "Scan of the contract with Larkspurton", "文件管理办法", "Document control"]
)
def test_titles_people_write_stay(title: str) -> None:
    assert title_told(title) == title
