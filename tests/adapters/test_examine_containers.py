"""OFD, EPUB and zip archives; what is recognised only to be refused with the right words."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from reading_kit import flow, packed

from dms.adapters.examine.detect import detect
from dms.domain.left_out import LeftOut
from dms.errors import LimitExceeded, Unreadable

_OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def text_object(x: float, y: float, text: str, deltas: str = "", more: str = "") -> str:
    return f'<ofd:TextObject Boundary="{x} {y} 60 5" Size="4" {more}><ofd:TextCode X="0" Y="4" DeltaX="{deltas}">{text}</ofd:TextCode></ofd:TextObject>'


def ofd(path: Path) -> Path:
    page = (
        f'<ofd:Page {_OFD}><ofd:Template TemplateID="9"/><ofd:Content><ofd:Layer>'
        + text_object(40, 20, "12345678901234567890", "g 19 2")
        + text_object(10, 30, "合计") + text_object(60, 30.2, "¥4,449.00") + text_object(18.2, 30, "金额")
        + '<ofd:PageBlock>' + text_object(0, 0, "转动", more='CTM="1 0 0 1 10 60"') + "</ofd:PageBlock><ofd:ImageObject/></ofd:Layer></ofd:Content></ofd:Page>"
    )  # fmt: skip
    return packed(path, {
        "OFD.xml": f'<ofd:OFD {_OFD}><ofd:DocBody><ofd:DocInfo><ofd:Title>电子发票</ofd:Title><ofd:Author>税务</ofd:Author><ofd:CreationDate>2026-03-18</ofd:CreationDate></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>',
        "Doc_0/Document.xml": f'<ofd:Document {_OFD}><ofd:CommonData><ofd:TemplatePage ID="9" BaseLoc="Tpls\\Tpl_0\\Content.xml"/></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages><ofd:Annotations>Annots/Annotations.xml</ofd:Annotations><ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments></ofd:Document>',
        "Doc_0/tpls/Tpl_0/Content.xml": f"<ofd:Page {_OFD}><ofd:Content><ofd:Layer>{text_object(10, 20, '发票号码')}</ofd:Layer></ofd:Content></ofd:Page>",
        "Doc_0/Pages/Page_0/Content.xml": page,
        "Doc_0/Annots/Annotations.xml": f'<ofd:Annotations {_OFD}><ofd:Page PageID="1"><ofd:FileLoc>Page_0/Annot.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>',
        "Doc_0/Annots/Page_0/Annot.xml": f'<ofd:PageAnnot {_OFD}><ofd:Annot><ofd:Remark>已查验</ofd:Remark><ofd:Appearance>{text_object(1, 1, "水印")}</ofd:Appearance></ofd:Annot></ofd:PageAnnot>',
        "Doc_0/Attachs/Attachments.xml": f'<ofd:Attachments {_OFD}><ofd:Attachment Name="original_invoice"><ofd:FileLoc>/Doc_0/Attachs/original.xml</ofd:FileLoc></ofd:Attachment><ofd:Attachment Name="合同">contract.pdf</ofd:Attachment></ofd:Attachments>',
        "Doc_0/Attachs/original.xml": "<EInvoice/>",
        "Doc_0/Attachs/contract.pdf": b"%PDF-1.7",
        "Doc_0/Signs/Signatures.xml": f'<ofd:Signatures {_OFD}><ofd:Signature ID="1"/></ofd:Signatures>',
    })  # fmt: skip


def test_ofd_by_place_on_the_page(tmp_path: Path) -> None:
    read = flow(ofd(tmp_path / "a.ofd"))
    assert read.text.splitlines() == ["发票号码\t12345678901234567890", "合计金额\t¥4,449.00", "转动", "水印", "已查验"]
    assert (read.title, read.author, read.date, read.signed) == ("电子发票", "税务", "2026-03-18", True)
    assert [(a.name, a.path.read_bytes()) for a in read.attachments] == [("合同.pdf", b"%PDF-1.7")]
    assert {one.what: (one.count, one.ask) for one in read.left_out} == {"pictures": (1, True), "data": (1, False)}


def test_ofd_without_pages_is_damaged_and_never_to_be_unpacked(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.ofd",
        {
            "OFD.xml": f"<ofd:OFD {_OFD}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
        },
    )
    with pytest.raises(Unreadable) as told:
        flow(path)
    assert "npack" not in told.value.hint


def test_epub_in_the_order_of_reading(tmp_path: Path) -> None:
    book = (
        '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>手册</dc:title><dc:creator>李</dc:creator><dc:date>2026-03-18</dc:date></metadata>'
        '<manifest><item id="b" href="b.xhtml"/><item id="a" href="text/a%20b.xhtml"/><item id="p" href="p.png" media-type="image/png"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="gone"/></spine></package>'
    )
    path = packed(tmp_path / "a.epub", {
        "mimetype": "application/epub+zip", "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/c.opf"/></rootfiles></container>',
        "OEBPS/c.opf": book, "OEBPS/text/a b.xhtml": "<html><body><p>第一章</p></body></html>", "OEBPS/b.xhtml": "<html><body><p>第二章</p></body></html>",
    })  # fmt: skip
    read = flow(path)
    assert (read.text.split(), read.title, read.author, read.date) == (["第一章", "第二章"], "手册", "李", "2026-03-18")
    assert {one.what for one in read.left_out} == {"pictures", "damaged"}


def test_zip_files_are_parts_and_archives_within_stay_closed(tmp_path: Path) -> None:
    inner = packed(tmp_path / "inner.zip", {"x.txt": "x"}).read_bytes()
    word = packed(tmp_path / "w.docx", {"[Content_Types].xml": "<Types/>"}).read_bytes()
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (
            ("发票/一.txt", b"text"),
            ("__MACOSX/._一.txt", b"junk"),
            ("w.docx", word),
            ("more.zip", inner),
            ("none.txt", b""),
        ):
            archive.writestr(name, data)
    read = flow(path)
    assert [(one.name, one.path.read_bytes()) for one in read.attachments] == [("一.txt", b"text"), ("w.docx", word)]
    assert read.text.splitlines()[0] == "发票/一.txt\t4"
    assert set(read.left_out) == {LeftOut("embedded", 1, ("more.zip",), ask=True), LeftOut("empty", 1, ("none.txt",))}


def test_zip_names_of_chinese_windows(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("XXXX.txt", "x")
    path.write_bytes(path.read_bytes().replace(b"XXXX", "合同".encode("gbk")))
    assert [one.name for one in flow(path).attachments] == ["合同.txt"]


def test_zip_limits(tmp_path: Path) -> None:
    many = packed(tmp_path / "many.zip", {f"{n}.txt": "x" for n in range(201)})
    with pytest.raises(LimitExceeded, match="201 files"):
        flow(many)
    with pytest.raises(Unreadable, match="empty"):
        flow(packed(tmp_path / "empty.zip", {}))


@pytest.mark.parametrize(
    ("start", "words"),
    [(b"\xff\x0a", "JPEG XL"), (b"AT&TFORM", "DjVu"), (b"Rar!\x1a\x07", "RAR")],
)  # fmt: skip
def test_known_and_refused(tmp_path: Path, start: bytes, words: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(start + bytes(100))
    with pytest.raises(Unreadable, match=words):
        detect(path, "a")


def test_packages_of_other_programs_are_called_by_their_names(tmp_path: Path) -> None:
    pages = packed(tmp_path / "a.pages", {"Index/Document.iwa": "x"})
    xps = packed(
        tmp_path / "a.xps",
        {
            "[Content_Types].xml": '<Types><Override ContentType="application/vnd.ms-package.xps-fixeddocument+xml"/></Types>'
        },
    )
    for path, words in ((pages, "Apple"), (xps, "XPS")):
        with pytest.raises(Unreadable, match=words):
            detect(path, path.name)


@pytest.mark.parametrize("kind", ["jp2", "avif"])
def test_newer_images_are_pages(tmp_path: Path, kind: str) -> None:
    from PIL import Image

    from dms.adapters.examine.readers import image
    from dms.ports.examine import Limits

    path = tmp_path / f"a.{kind}"
    Image.new("RGB", (300, 400), "white").save(path)
    media_type, warning = detect(path, path.name)
    assert (media_type, warning) == (f"image/{kind}", "")
    assert image.inspect(path, media_type, Limits()).pages == 1
    raster = image.raster(path, 1, Limits())
    assert (raster.width, raster.height) == (300, 400)
