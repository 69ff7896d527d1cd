"""Reading files of flowing text: encodings, office, e-mail; where their lines stand; what they say of themselves."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pikepdf
import pptx
import pypdfium2
import pytest
from examine_kit import LIMITS, PAPER, SENTENCE, read, written

from dms.adapters.examine import open_examiner
from dms.errors import LimitExceeded
from dms.ports.examine import Examiner, Limits
from dms.said import read_said


@pytest.fixture(scope="module")
def examiner() -> Iterator[Examiner]:
    with closing(
        open_examiner(children=2, limits=LIMITS, passwords=["first", "geheim"], ocr="none", languages="eng")
    ) as opened:
        yield opened


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


# -- text and its encodings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_the_encodings_of_offices(examiner: Examiner, tmp_path: Path, work: Path, encoding: str) -> None:
    text = f"ORDER 2026-17, 300 boxes\n{SENTENCE}\n"
    inspection, (page,) = read(examiner, written(tmp_path, "a.txt", text.encode(encoding)), work)
    assert (inspection.media_type, inspection.kind, inspection.pages) == ("text/plain", "text", 1)
    assert page.text == text.strip()


def test_traditional_text_in_big5(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    text = "客戶訂購螺栓三百箱，請財務部門覆核後歸檔。我們會在這個月與貴公司聯絡。"
    _, (page,) = read(examiner, written(tmp_path, "a.txt", text.encode("big5")), work)
    assert page.text == text


def test_html_is_read_as_a_person_would(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    source = (
        "<html><head><meta charset='gbk'><title>报价 单</title><style>p{}</style></head><body><p>您好，<b>王</b>先生："
        "see <i>the</i> list</p><table><tr><td>螺栓</td><td>300</td></tr></table>&lt;完&gt;</body></html>"
    )
    inspection, (page,) = read(examiner, written(tmp_path, "a.html", source.encode("gbk")), work)
    assert inspection.title == "报价单"
    assert "您好，王先生：see the list" in page.text
    assert "螺栓 300" in page.text
    assert "<完>" in page.text
    assert "p{}" not in page.text


def test_long_text_gets_pages_whose_words_stand_where_the_copy_shows_them(
    examiner: Examiner, tmp_path: Path, work: Path
) -> None:
    text = "\n".join(f"{n}. {SENTENCE * 2}" for n in range(60))
    path = written(tmp_path, "a.md", text)
    inspection, pages = read(examiner, path, work)
    assert inspection.media_type == "text/markdown"
    assert inspection.pages == len(pages) > 1
    assert "".join("".join(p.text.split()) for p in pages) == "".join(text.split())
    copy = tmp_path / "copy.pdf"
    examiner.access_copy(path, inspection, pages, work, copy)
    document = pypdfium2.PdfDocument(copy)
    assert len(document) == len(pages)
    for page, shown in zip(pages, document, strict=True):
        told = shown.get_textpage()
        for word in (page.words[0], page.words[-1]):
            found = told.get_text_bounded(
                word.box.x0 - 1, page.height - word.box.y1 - 2, word.box.x1 + 12, page.height - word.box.y0 + 2
            )
            assert word.text in "".join(found.splitlines())
    with pikepdf.open(copy) as pdf:
        assert b"<pdfaid:part>2" in pdf.Root.Metadata.read_bytes()


def test_text_beyond_the_limit_of_pages(tmp_path: Path, work: Path) -> None:
    small = open_examiner(children=1, limits=Limits(pages=3), passwords=[], ocr="none", languages="eng")
    with closing(small), pytest.raises(LimitExceeded, match="3 pages"):
        small.inspect(written(tmp_path, "a.txt", "line\n" * 1000), "a.txt", work)


def test_spaces_in_han_are_closed_and_columns_kept(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    _, (page,) = read(examiner, written(tmp_path, "a.txt", "合 同　书\n甲方\t乙方\ncafe\u0301\u202e x\n"), work)
    assert page.text.splitlines() == ["合同书", "甲方 乙方", "café x"]


# -- office -----------------------------------------------------------------------------------------------------


def test_docx_with_tables_and_properties(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "采购合同", "李四"
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.add_paragraph("第一段")
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合并"
    table.cell(1, 0).text, table.cell(1, 1).text = "数量", "300"
    document.add_paragraph("最后一段")
    path = tmp_path / "a.docx"
    document.save(path)
    inspection, (page,) = read(examiner, path, work)
    assert (inspection.title, inspection.author, inspection.kind) == ("采购合同", "李四", "text")
    assert page.text.split() == ["页眉", "第一段", "合并", "数量", "300", "最后一段"]
    assert page.text.count("合并") == 1


def test_docx_text_in_content_controls_and_with_macros(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    document = docx.Document()
    document.add_paragraph("outside")
    out = io.BytesIO()
    document.save(out)
    control = b"<w:sdt><w:sdtContent><w:p><w:r><w:t>inside a control</w:t></w:r></w:p></w:sdtContent></w:sdt></w:body>"
    path = tmp_path / "a.docm"
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b"</w:body>", control)
            elif name == "[Content_Types].xml":
                data = data.replace(
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"application/vnd.ms-word.document.macroEnabled.main+xml",
                )
            new.writestr(name, data)
        new.writestr("word/vbaProject.bin", b"macro")
    inspection, (page,) = read(examiner, path, work)
    assert inspection.active_content == ("macros",)
    assert page.text.split("\n") == ["outside", "inside a control"]


def test_xlsx_numbers_and_dates(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "订单"
    book.active.append(["日期", "金额", "数量"])
    book.active.append([datetime.datetime(2026, 3, 18), 12480.5, 300.0])
    path = tmp_path / "a.xlsx"
    book.save(path)
    _, (page,) = read(examiner, path, work)
    assert [line.split() for line in page.text.split("\n")] == [
        ["订单"], ["日期", "金额", "数量"], ["2026-03-18", "12480.5", "300"]
    ]  # fmt: skip


def test_pptx_slides_and_notes(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[0])
    slide.shapes.title.text = "季度分析"
    slide.notes_slide.notes_text_frame.text = "备注在此"
    path = tmp_path / "a.pptx"
    show.save(path)
    _, (page,) = read(examiner, path, work)
    assert page.text.split() == ["季度分析", "备注在此"]


def test_odt(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    content = f"<office:c {spaces}><office:body><text:h>标题</text:h><text:p>正<text:span>文</text:span></text:p></office:body></office:c>"
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    inspection, (page,) = read(examiner, path, work)
    assert inspection.media_type == "application/vnd.oasis.opendocument.text"
    assert page.text.split() == ["标题", "正文"]


def test_pictures_without_text_are_told(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    picture = tmp_path / "p.png"
    PAPER.save(picture)
    document = docx.Document()
    document.add_picture(str(picture))
    document.save(tmp_path / "a.docx")
    inspection = examiner.inspect(tmp_path / "a.docx", "a.docx", work)
    assert any("1 pictures" in str(read_said(w)) for w in inspection.warnings)


# -- mail -------------------------------------------------------------------------------------------------------


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "王五 <wang@example.com>", "a@example.com", "关于三月份报价"
    mail["Date"] = "Wed, 18 Mar 2026 09:30:00 +0800"
    mail.set_content("您好，请查收附件。")
    mail.add_alternative("<p>您好，<b>HTML</b></p>", subtype="html")
    return mail


def test_mail_with_attachments_and_a_message_inside(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    mail, inner = message(), message()
    inner.replace_header("Subject", "内层")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="报价 单.pdf")
    mail.add_attachment(inner)
    inspection, (page,) = read(examiner, written(tmp_path, "a.eml", mail.as_bytes()), work)
    assert (inspection.title, inspection.date) == ("关于三月份报价", "2026-03-18")
    assert "王五" in inspection.author
    assert "请查收附件" in page.text
    assert "HTML" not in page.text
    assert [a.name for a in inspection.attachments] == ["报价 单.pdf", "内层.eml"]
    assert inspection.attachments[0].path.read_bytes() == b"%PDF-1.4"
    inside = tmp_path / "inside"
    inside.mkdir()
    told = examiner.inspect(inspection.attachments[1].path, "内层.eml", inside)
    assert (told.media_type, told.title) == ("message/rfc822", "内层")
