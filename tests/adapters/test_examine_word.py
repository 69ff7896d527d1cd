"""Word files: everything a reader of the paper sees is in the text, what was deleted is not, what is left is told."""

from __future__ import annotations

import base64
from pathlib import Path

import docx
import pytest
from reading_kit import A, W, flow, p, packed, relations, word

from dms.adapters.examine.readers.numbering import counted
from dms.domain.left_out import LeftOut


def test_tracked_changes_fields_and_tags(tmp_path: Path) -> None:
    body = (
        p("折让", "<w:ins w:author='a'><w:r><w:t>百分之八</w:t></w:r></w:ins>",
          "<w:del w:author='a'><w:r><w:delText>百分之五</w:delText></w:r></w:del>")
        + p("<w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom>", "<w:moveTo><w:r><w:t>moved</w:t></w:r></w:moveTo>")
        + p("<w:fldSimple w:instr='MERGEFIELD d'><w:r><w:t>三月</w:t></w:r></w:fldSimple>",
            "<w:r><w:instrText>PAGE</w:instrText></w:r>", "<w:smartTag><w:r><w:t>酒店</w:t></w:r></w:smartTag>")
        + "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>" + p("gone") + "</w:tc></w:tr>"
        "<w:tr><w:tc>" + p("<w:ins><w:r><w:t>stays</w:t></w:r></w:ins>") + "</w:tc></w:tr></w:tbl>"
    )  # fmt: skip
    read = flow(word(tmp_path / "a.docx", body))
    assert read.text.splitlines() == ["折让百分之八", "moved", "三月酒店", "stays"]
    assert read.left_out == (LeftOut("deleted", 3),)


def test_controls_nested_tables_boxes_and_readings(tmp_path: Path) -> None:
    box = "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{0}</w:txbxContent></mc:Choice><mc:Fallback><v:textbox><w:txbxContent>{0}</w:txbxContent></v:textbox></mc:Fallback></mc:AlternateContent></w:r>"
    inner = "<w:tbl><w:tr><w:tc>" + p("甲方") + "</w:tc><w:tc>" + p("签字") + "</w:tc></w:tr></w:tbl>"
    ruby = "<w:r><w:ruby><w:rt><w:r><w:t>かん</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    body = (
        p("金额：", "<w:sdt><w:sdtContent><w:r><w:t>叁万元</w:t></w:r></w:sdtContent></w:sdt>")
        + "<w:tbl><w:tr><w:tc>" + p("客户") + "</w:tc><w:sdt><w:sdtContent><w:tc>" + p("新辰") + "</w:tc></w:sdtContent></w:sdt></w:tr>"
        "<w:tr><w:tc>" + p("嵌套") + "</w:tc><w:tc>" + inner + p() + "</w:tc></w:tr></w:tbl>"
        + p("before", box.format(p("in a box")))
        + p(ruby, "字")
        + p("<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>")
        + p("<w:r><w:sym w:font='Wingdings' w:char='F0FE'/></w:r>", "同意")
        + p("<w:r><w:fldChar><w:ffData><w:ddList><w:result w:val='1'/><w:listEntry w:val='no'/><w:listEntry w:val='yes'/></w:ddList></w:ffData></w:fldChar></w:r>")
        + p("<w:r><w:pict><v:shape><v:textpath string='机密'/></v:shape></w:pict></w:r>")
    )  # fmt: skip
    read = flow(word(tmp_path / "a.docx", body))
    assert read.text.splitlines() == [
        "金额：叁万元", "客户\t新辰", "嵌套\t甲方   签字", "before", "in a box", "漢字（かん）", "a+b", "☒同意", "yes", "机密",
    ]  # fmt: skip
    assert read.left_out == ()


def test_headers_notes_comments_and_other_parts(tmp_path: Path) -> None:
    def part(name: str, inside: str) -> str:
        return f'<w:{name} xmlns:w="{W}">{inside}</w:{name}>'

    chart = (
        f'<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="{A}"><c:title><a:p><a:r><a:t>季度</a:t></a:r></a:p></c:title>'
        "<c:ser><c:tx><c:strRef><c:strCache><c:pt><c:v>East</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache><c:pt><c:v>Q1</c:v></c:pt></c:strCache></c:strRef></c:cat>"
        "<c:val><c:numRef><c:numCache><c:formatCode>0.0%</c:formatCode><c:pt><c:v>0.125</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:chartSpace>"
    )
    diagram = f'<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:a="{A}"><dgm:pt><dgm:t><a:p><a:r><a:t>第一步</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>'
    parts = {
        "word/header1.xml": part("hdr", "<w:tbl><w:tr><w:tc>" + p("文号") + "</w:tc></w:tr></w:tbl>"),
        "word/header2.xml": part("hdr", p("文号") + p("续页")),
        "word/footer1.xml": part("ftr", p("页脚")),
        "word/footnotes.xml": part("footnotes", "<w:footnote w:type='separator'>" + p("x") + "</w:footnote><w:footnote w:id='2'>" + p("脚注") + "</w:footnote>"),
        "word/endnotes.xml": part("endnotes", "<w:endnote w:id='2'>" + p("尾注") + "</w:endnote>"),
        "word/comments.xml": part("comments", "<w:comment w:author='王'>" + p("请复核") + "</w:comment>"),
        "word/charts/chart1.xml": chart,
        "word/diagrams/data1.xml": diagram,
        "word/afchunk.html": "<html><body><p>网页块</p></body></html>",
        "word/media/image1.png": b"\x89PNG",
        "word/strange.xml": "<x/>",
    }  # fmt: skip
    body = (
        p("正文")
        + p("<w:r><c:chart r:id='r7'/></w:r>")
        + p("<w:r><dgm:relIds r:dm='r8'/></w:r>")
        + "<w:altChunk r:id='r9'/>"
    )
    related = [("header", "header1.xml"), ("header", "header2.xml"), ("footer", "footer1.xml"), ("footnotes", "footnotes.xml"),
               ("endnotes", "endnotes.xml"), ("comments", "comments.xml"), ("chart", "charts/chart1.xml"),
               ("diagramData", "diagrams/data1.xml"), ("aFChunk", "afchunk.html"), ("image", "media/image1.png"),
               ("image", "https://example.invalid/a.png")]  # fmt: skip
    read = flow(word(tmp_path / "a.docx", body, parts, *related))
    assert read.text.splitlines() == [
        "文号", "续页", "正文", "季度", "\tQ1", "East\t12.5%", "第一步", "网页块", "脚注", "尾注", "页脚", "批注 Comment 王: 请复核",
    ]  # fmt: skip
    told = {one.what: (one.count, one.ask) for one in read.left_out}
    assert told == {"pictures": (1, True), "unknown": (1, True), "linked": (1, False)}


def test_title_and_date_only_as_told(tmp_path: Path) -> None:
    read = flow(word(tmp_path / "a.docx", p("text")))
    assert (read.title, read.date, read.author) == ("", "", "")
    document = docx.Document()  # its template was made in 2013
    document.save(tmp_path / "b.docx")
    assert flow(tmp_path / "b.docx").date == ""


def test_numbers_word_puts_before_paragraphs(tmp_path: Path) -> None:
    def level(kind: str, text: str) -> str:
        return f"<w:lvl><w:start w:val='1'/><w:numFmt w:val='{kind}'/><w:lvlText w:val='{text}'/></w:lvl>"

    levels = level("chineseCountingThousand", "第%1条") + level("decimal", "%2.")
    numbering = f"<w:numbering xmlns:w='{W}'><w:abstractNum w:abstractNumId='0'>{levels}</w:abstractNum><w:num w:numId='5'><w:abstractNumId w:val='0'/></w:num></w:numbering>"

    def item(level: int, text: str) -> str:
        return p(f"<w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='5'/></w:numPr></w:pPr>", text)

    body = item(0, "甲") + item(1, "子") + item(1, "丑") + item(0, "乙") + item(1, "寅")
    read = flow(word(tmp_path / "a.docx", body, {"word/numbering.xml": numbering}, ("numbering", "numbering.xml")))
    assert read.text.splitlines() == ["第一条甲", "1. 子", "2. 丑", "第二条乙", "1. 寅"]


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [(10, "chineseCounting", "十"), (11, "chineseCounting", "十一"), (20, "chineseCounting", "二十"),
     (105, "chineseCounting", "一百零五"), (110, "chineseCounting", "一百一十"), (1003, "chineseCounting", "一千零三"),
     (27, "upperLetter", "AA"), (4, "lowerRoman", "iv"), (3, "decimalEnclosedCircle", "③"), (7, "decimalZero", "07")],
)  # fmt: skip
def test_ways_of_counting(number: int, kind: str, text: str) -> None:
    assert counted(number, kind) == text


def test_embedded_files_are_parts_and_sheets_of_charts_are_not(tmp_path: Path) -> None:
    chart = '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/>'
    parts = {
        "word/embeddings/Microsoft_Excel.xlsx": b"PK\x03\x04xl/",
        "word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken",
        "word/charts/chart1.xml": chart,
        "word/charts/_rels/chart1.xml.rels": relations(("package", "../embeddings/data.xlsx")),
        "word/embeddings/data.xlsx": b"PK\x03\x04xl/",
    }
    body = p("<w:r><c:chart r:id='r3'/></w:r>", "text")
    related = [("package", "embeddings/Microsoft_Excel.xlsx"), ("oleObject", "embeddings/oleObject1.bin"), ("chart", "charts/chart1.xml")]  # fmt: skip
    read = flow(word(tmp_path / "a.docx", body, parts, *related))
    assert [one.name for one in read.attachments] == ["Microsoft_Excel.xlsx"]
    assert read.attachments[0].path.read_bytes() == b"PK\x03\x04xl/"
    assert read.left_out == (LeftOut("embedded", 1, ("oleObject1.bin",), ask=True),)


def test_word_2003_xml_named_doc(tmp_path: Path) -> None:
    space = "http://schemas.microsoft.com/office/word/2003/wordml"
    path = tmp_path / "a.doc"
    path.write_text(
        f"<?xml version='1.0'?><?mso-application progid='Word.Document'?><w:wordDocument xmlns:w='{space}' xmlns:aml='urn:a' xmlns:o='urn:o'><o:DocumentProperties><o:Title>函</o:Title></o:DocumentProperties>"
        "<w:body>" + p("正文", "<aml:annotation w:type='Word.Deletion'><aml:content><w:r><w:delText>没了</w:delText></w:r></aml:content></aml:annotation>")
        + "<w:sectPr><w:hdr>" + p("页眉") + "</w:hdr></w:sectPr></w:body></w:wordDocument>",
        encoding="utf-8",
    )  # fmt: skip
    read = flow(path)
    assert (read.text.splitlines(), read.title) == (["页眉", "正文"], "函")
    assert read.left_out == (LeftOut("deleted", 1),)


def test_a_package_laid_flat(tmp_path: Path) -> None:
    package = "http://schemas.microsoft.com/office/2006/xmlPackage"
    rels = relations(("officeDocument", "word/document.xml"))
    path = tmp_path / "a.xml"
    path.write_text(
        f'<?xml version="1.0"?><pkg:package xmlns:pkg="{package}"><pkg:part pkg:name="/_rels/.rels"><pkg:xmlData>{rels}</pkg:xmlData></pkg:part>'
        f'<pkg:part pkg:name="/word/document.xml"><pkg:xmlData><w:document xmlns:w="{W}"><w:body>{p("平铺")}</w:body></w:document></pkg:xmlData></pkg:part>'
        f'<pkg:part pkg:name="/word/media/a.png"><pkg:binaryData>{base64.b64encode(b"x").decode()}</pkg:binaryData></pkg:part></pkg:package>',
        encoding="utf-8",
    )
    read = flow(path)
    assert read.text == "平铺"
    assert [one.what for one in read.left_out] == ["pictures"]


def test_careless_names_in_a_package(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.docx", {
        "[Content_Types].xml": "<Types>wordprocessingml.document.main+xml</Types>",
        "_rels\\.rels": relations(("officeDocument", "\\Word\\Document.xml")),
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{p("found")}</w:body></w:document>',
    })  # fmt: skip
    assert flow(path).text == "found"
