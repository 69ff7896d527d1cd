"""Access copies: the same image data, upright, with text where it is seen; PDF/A-2b claimed only where it holds."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from ocr_sheets import HEIGHT, WIDTH, Sheet, font_file, form
from PIL import Image

from dms.adapters.ocr.access import make_access_copy
from dms.domain.pages import Box, Page, Word
from dms.errors import Unreadable, Usage

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
_BBOX = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')


def jpeg(sheet: Sheet, path: Path, turned: int = 0, **options: object) -> Path:
    sheet.image.rotate(-turned, expand=True).save(path, "JPEG", quality=80, **options)
    return path


def words_of(pdf: Path) -> list[Word]:
    done = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True)
    return [Word(m[5], Box(*(float(v) for v in m.groups()[:4]))) for m in _BBOX.finditer(done.stdout)]


def image_of(pdf: pikepdf.Pdf) -> pikepdf.Object:
    (image,) = pdf.pages[0].resources.XObject.as_dict().values()
    return image


def assert_sound(pdf: Path) -> None:
    """What PDF/A-2b asks for, as far as it can be seen without its validator."""
    if shutil.which("qpdf"):
        subprocess.run(["qpdf", "--check", str(pdf)], capture_output=True, check=True)
    with pikepdf.open(pdf) as opened:
        root = opened.Root
        assert not opened.is_encrypted
        assert opened.pdf_version == "1.7"
        assert not {"/Names", "/OpenAction", "/AA", "/AcroForm"} & set(root.keys())
        assert "/ID" in opened.trailer
        for page in opened.pages:
            assert not {"/Annots", "/AA"} & set(page.obj.keys())
            for font in page.resources.get("/Font", pikepdf.Dictionary()).as_dict().values():
                for part in font.get("/DescendantFonts", [font]):
                    assert "/FontFile2" in part.FontDescriptor
                assert "/ToUnicode" in font


def assert_claims_pdfa(pdf: Path) -> None:
    assert_sound(pdf)
    with pikepdf.open(pdf) as opened:
        with opened.open_metadata() as metadata:
            assert metadata.pdfa_status == "2B"
        intents = list(opened.Root.OutputIntents)
        assert len(intents) == 1
        assert intents[0].S == "/GTS_PDFA1"
        profile = intents[0].DestOutputProfile
        assert profile.N == 3
        assert profile.read_bytes()[36:40] == b"acsp"


def test_a_jpeg_goes_in_byte_for_byte(tmp_path: Path) -> None:
    sheet = form()
    source = jpeg(sheet, tmp_path / "scan.jpg")
    make_access_copy(source, "image/jpeg", "", [sheet.page()], tmp_path / "access.pdf")
    assert_claims_pdfa(tmp_path / "access.pdf")
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        image = image_of(opened)
        assert image.read_raw_bytes() == source.read_bytes()
        assert [float(v) for v in opened.pages[0].mediabox] == [0, 0, WIDTH, HEIGHT]


@needs_poppler
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_words_are_found_where_they_are_seen_however_the_sheet_was_fed(turned: int, tmp_path: Path) -> None:
    sheet = form()
    source = jpeg(sheet, tmp_path / "scan.jpg", turned)
    target = tmp_path / "access.pdf"
    make_access_copy(source, "image/jpeg", "", [sheet.page(rotation=(360 - turned) % 360)], target)
    found = words_of(target)
    for word in sheet.words:
        if " " in word.text:
            continue
        hit = next(w for w in found if w.text == word.text)
        assert (hit.box.x0, hit.box.y0) == pytest.approx((word.box.x0, word.box.y0), abs=1)
        assert (hit.box.x1, hit.box.y1) == pytest.approx((word.box.x1, word.box.y1), abs=1)
    assert_looks_like(target, sheet)


def assert_looks_like(pdf: Path, sheet: Sheet, page: int = 0) -> None:
    """The page as displayed is the sheet as drawn, the right way up."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        shown = document[page].render(scale=1, grayscale=True).to_pil().convert("L")
    finally:
        document.close()
    drawn = sheet.image.convert("L").resize(shown.size, Image.Resampling.BOX)
    differences = [abs(a - b) for a, b in zip(shown.tobytes(), drawn.tobytes(), strict=True)]
    assert sum(differences) / len(differences) < 3  # a mirrored page differs by 5


@pytest.mark.parametrize("exif", range(1, 9))
def test_a_photograph_is_shown_as_its_exif_orientation_says(exif: int, tmp_path: Path) -> None:
    sheet = form(100)
    undo = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }[exif]  # fmt: skip
    stored = sheet.image if undo is None else sheet.image.transpose(undo)
    tags = Image.Exif()
    tags[0x0112] = exif
    stored.save(tmp_path / "photo.jpg", "JPEG", quality=85, exif=tags)
    make_access_copy(tmp_path / "photo.jpg", "image/jpeg", "", [sheet.page()], tmp_path / "access.pdf")
    assert_looks_like(tmp_path / "access.pdf", sheet)


def test_a_viewer_finds_and_highlights_chinese(tmp_path: Path) -> None:
    sheet = form()
    target = tmp_path / "access.pdf"
    make_access_copy(jpeg(sheet, tmp_path / "scan.jpg"), "image/jpeg", "", [sheet.page()], target)
    document = pypdfium2.PdfDocument(target)
    try:
        text = document[0].get_textpage()
        assert "備註：請財務部覆核後歸檔" in text.get_text_range()
        start, count = text.search("华光贸易").get_next()
        assert count == 4
        assert text.count_rects(start, count) == 1
        left, bottom, right, top = text.get_rect(0)
    finally:
        document.close()
    whole = sheet.words[1].box
    assert "华光贸易" in sheet.words[1].text
    assert whole.x0 < left < right < whole.x1
    assert HEIGHT - top == pytest.approx(whole.y0, abs=1)
    assert HEIGHT - bottom == pytest.approx(whole.y1, abs=1)


def test_the_text_layer_is_never_painted(tmp_path: Path) -> None:
    sheet = form(100)
    source = jpeg(sheet, tmp_path / "scan.jpg")
    for name, page in (("with", sheet.page()), ("without", Page(1, WIDTH, HEIGHT))):
        make_access_copy(source, "image/jpeg", "", [page], tmp_path / f"{name}.pdf")
    shown = [
        pypdfium2.PdfDocument(tmp_path / f"{name}.pdf")[0].render(scale=2).to_pil().tobytes()
        for name in ("with", "without")
    ]
    assert shown[0] == shown[1]


def test_rare_characters_and_blanks_survive(tmp_path: Path) -> None:
    sheet = Sheet(72)
    sheet.words = [Word("𠮷野家 Ａ1 é", Box(50, 50, 200, 70)), Word("竖排文字往下写", Box(300, 100, 314, 260))]
    make_access_copy(jpeg(sheet, tmp_path / "s.jpg"), "image/jpeg", "", [sheet.page()], tmp_path / "access.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "access.pdf")
    try:
        page = document[0].get_textpage()
        text = page.get_text_range()
        assert "野家 Ａ1 é" in text
        start, count = page.search("往下").get_next()
        left, bottom, right, top = page.get_rect(page.count_rects(start, count) - 1)
        assert (left, right) == pytest.approx((300, 314), abs=1)
        assert 100 < HEIGHT - top < HEIGHT - bottom < 260
    finally:
        document.close()
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        mapping = opened.pages[0].Resources.Font.DmsText.ToUnicode.read_bytes()
        assert "𠮷".encode("utf-16-be").hex().upper().encode() in mapping


@pytest.mark.parametrize(
    ("name", "mode", "media_type"),
    [
        ("scan.png", "RGB", "image/png"),
        ("scan.png", "P", "image/png"),
        ("scan.png", "RGBA", "image/png"),
        ("scan.png", "L", "image/png"),
        ("scan.tif", "1", "image/tiff"),
        ("scan.bmp", "RGB", "image/bmp"),
        ("scan.webp", "RGB", "image/webp"),
        ("scan.jpg", "CMYK", "image/jpeg"),
    ],
)
def test_every_kind_of_image_becomes_a_plain_one(name: str, mode: str, media_type: str, tmp_path: Path) -> None:
    sheet = form(150)
    sheet.image.convert(mode).save(tmp_path / name)
    make_access_copy(tmp_path / name, media_type, "", [sheet.page()], tmp_path / "access.pdf")
    assert_claims_pdfa(tmp_path / "access.pdf")
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        image = image_of(opened)
        assert str(image.ColorSpace) in ("/DeviceRGB", "/DeviceGray")
        assert not {"/SMask", "/Mask", "/Interpolate"} & set(image.keys())
    assert_looks_like(tmp_path / "access.pdf", sheet)


def test_see_through_becomes_white_paper(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    make_access_copy(tmp_path / "clear.png", "image/png", "", [Page(1, 72, 72)], tmp_path / "access.pdf")
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        image = image_of(opened)
        assert pikepdf.PdfImage(image).as_pil_image().getpixel((50, 50)) == (255, 255, 255)


def test_more_than_300_dpi_are_reduced_except_in_a_jpeg(tmp_path: Path) -> None:
    sheet = form(600)
    sheet.image.save(tmp_path / "scan.png")
    make_access_copy(tmp_path / "scan.png", "image/png", "", [sheet.page()], tmp_path / "access.pdf")
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        image = image_of(opened)
        assert int(image.Width) == pytest.approx(WIDTH / 72 * 300, abs=2)


def tiff(sheets: Sequence[Sheet], path: Path) -> Path:
    images = [sheet.image.convert("L") for sheet in sheets]
    images[0].save(path, save_all=True, append_images=images[1:], compression="tiff_lzw")
    return path


def numbered(count: int, dpi: int = 72) -> list[Sheet]:
    sheets = []
    for number in range(1, count + 1):
        sheet = Sheet(dpi)
        sheet.text(60, 60, f"第{number}页", 40)
        sheets.append(sheet)
    return sheets


@pytest.mark.parametrize("spill", [48 * 1024 * 1024, 1])
def test_some_pages_of_a_tiff_in_any_order(spill: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dms.adapters.ocr.access._SPILL_BYTES", spill)
    sheets = numbered(5)
    pages = [sheets[n - 1].page(n) for n in (4, 2, 5)]
    make_access_copy(tiff(sheets, tmp_path / "s.tif"), "image/tiff", "", pages, tmp_path / "access.pdf")
    assert_claims_pdfa(tmp_path / "access.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "access.pdf")
    try:
        assert [p.get_textpage().get_text_range().strip() for p in document] == ["第4页", "第2页", "第5页"]
    finally:
        document.close()
    for index, number in enumerate((4, 2, 5)):
        assert_looks_like(tmp_path / "access.pdf", sheets[number - 1], index)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["access.pdf", "s.tif"]


def test_a_repeat_writes_the_same_bytes(tmp_path: Path) -> None:
    sheet = form()
    source = jpeg(sheet, tmp_path / "scan.jpg")
    for name in ("one.pdf", "two.pdf"):
        make_access_copy(source, "image/jpeg", "", [sheet.page()], tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


# -- PDF in ---------------------------------------------------------------------------------------------------


def scanned_pdf(sheet: Sheet, path: Path, rotate: int = 0, turned: int = 0) -> bytes:
    """A PDF as a scanner makes it: one JPEG a page, no text; return the JPEG's bytes."""
    image = sheet.image.rotate(-turned, expand=True)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    wide, high = (WIDTH, HEIGHT) if turned % 180 == 0 else (HEIGHT, WIDTH)
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(wide, high))
    stream = pdf.make_stream(
        buffer.getvalue(),
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=image.width, Height=image.height,
        ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    page = pdf.pages[0]
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im1=stream))
    page.obj.Contents = pdf.make_stream(f"q {wide} 0 0 {high} 0 0 cm /Im1 Do Q".encode())
    page.obj.Rotate = rotate
    pdf.save(path)
    return buffer.getvalue()


@needs_poppler
@pytest.mark.parametrize(("rotate", "turned"), [(0, 0), (0, 90), (0, 180), (270, 90), (90, 90), (180, 0), (90, 270)])
def test_a_scanned_pdf_keeps_its_jpeg_and_gets_text(rotate: int, turned: int, tmp_path: Path) -> None:
    sheet = form()
    data = scanned_pdf(sheet, tmp_path / "scan.pdf", rotate, turned)
    # The viewer turns by /Rotate; the rest is what OCR found out.
    page = sheet.page(rotation=(-turned - rotate) % 360)
    make_access_copy(tmp_path / "scan.pdf", "application/pdf", "", [page], tmp_path / "access.pdf")
    assert_claims_pdfa(tmp_path / "access.pdf")
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        image = image_of(opened)
        assert image.read_raw_bytes() == data
    assert_looks_like(tmp_path / "access.pdf", sheet)
    document = pypdfium2.PdfDocument(tmp_path / "access.pdf")
    try:
        assert document[0].get_size() == pytest.approx((WIDTH, HEIGHT), abs=0.1)
    finally:
        document.close()
    hit = next(w for w in words_of(tmp_path / "access.pdf") if w.text == "日期：2026-03-18")
    drawn = next(w for w in sheet.words if w.text == "日期：2026-03-18")
    assert hit.box.middle == pytest.approx(drawn.box.middle, abs=1.5)


def born_digital(path: Path) -> None:
    """Text in a font that is not embedded, a script, a link and a form field with a value."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
    page = pdf.pages[0]
    helvetica = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=helvetica))
    page.obj.Contents = pdf.make_stream(b"BT /F1 18 Tf 60 500 Td (Quotation for Huaguang) Tj ET")
    look = pdf.make_stream(
        b"BT /F1 12 Tf 2 4 Td (Signed by Zhang) Tj ET",
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 200, 20],
        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=helvetica)),
    )  # fmt: skip
    field = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="who", V="Signed by Zhang",
            Rect=[60, 400, 260, 420], F=4, AP=pikepdf.Dictionary(N=look),
        )
    )  # fmt: skip
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[60, 500, 260, 520],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://example.org/"),
    )  # fmt: skip
    page.obj.Annots = pdf.make_indirect(pikepdf.Array([field, pdf.make_indirect(link)]))
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('boo')")
    pdf.Root.OpenAction = script
    page.obj.AA = pikepdf.Dictionary(O=script)
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
    pdf.save(path)


def test_a_born_digital_page_keeps_its_look_loses_its_scripts_and_claims_nothing(tmp_path: Path) -> None:
    born_digital(tmp_path / "in.pdf")
    page = Page(1, WIDTH, HEIGHT, (Word("Quotation", Box(60, 77, 140, 95)),), source="embedded")
    make_access_copy(tmp_path / "in.pdf", "application/pdf", "", [page], tmp_path / "access.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "access.pdf")
    try:
        text = document[0].get_textpage().get_text_range()
    finally:
        document.close()
    assert text.count("Quotation for Huaguang") == 1
    assert "Signed by Zhang" in text
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        assert not {"/OpenAction", "/AcroForm", "/Names", "/OutputIntents"} & set(opened.Root.keys())
        assert not {"/Annots", "/AA"} & set(opened.pages[0].obj.keys())
        with opened.open_metadata() as metadata:
            assert metadata.pdfa_status == ""
    assert b"JavaScript" not in (tmp_path / "access.pdf").read_bytes()


def test_a_scan_with_soft_masks_makes_no_claim_without_a_validator(tmp_path: Path) -> None:
    sheet = form()
    scanned_pdf(sheet, tmp_path / "plain.pdf")
    with pikepdf.open(tmp_path / "plain.pdf") as pdf:
        image = image_of(pdf)
        image.SMask = pdf.make_stream(
            bytes(4), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=2, Height=2,
            ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
        )  # fmt: skip
        image.Matte = [0, 0, 0]
        image.OPI = pikepdf.Dictionary()
        pdf.save(tmp_path / "masked.pdf")
    make_access_copy(tmp_path / "masked.pdf", "application/pdf", "", [sheet.page()], tmp_path / "access.pdf")
    with pikepdf.open(tmp_path / "access.pdf") as opened, opened.open_metadata() as metadata:
        assert metadata.pdfa_status == ""


def test_pages_that_share_their_resources_get_one_font(tmp_path: Path) -> None:
    sheet = form(72)
    scanned_pdf(sheet, tmp_path / "one.pdf")
    with pikepdf.open(tmp_path / "one.pdf") as pdf:
        shared = pdf.make_indirect(pdf.pages[0].obj.Resources)
        pdf.pages[0].obj.Resources = shared
        for _ in range(3):
            pdf.pages.append(pdf.pages[0])
        pdf.save(tmp_path / "four.pdf")
    pages = [sheet.page(n) for n in (1, 2, 3, 4)]
    make_access_copy(tmp_path / "four.pdf", "application/pdf", "", pages, tmp_path / "access.pdf")
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        assert {tuple(p.Resources.Font.keys()) for p in opened.pages} == {("/DmsText",)}


def test_our_own_copy_coming_in_again_stays_sound(tmp_path: Path) -> None:
    sheet = form()
    make_access_copy(jpeg(sheet, tmp_path / "s.jpg"), "image/jpeg", "", [sheet.page()], tmp_path / "one.pdf")
    make_access_copy(tmp_path / "one.pdf", "application/pdf", "", [sheet.page()], tmp_path / "two.pdf")
    assert_sound(tmp_path / "two.pdf")
    assert_looks_like(tmp_path / "two.pdf", sheet)


def test_a_locked_pdf_opens_with_its_password_and_is_kept_unlocked(tmp_path: Path) -> None:
    sheet = form()
    scanned_pdf(sheet, tmp_path / "scan.pdf")
    with pikepdf.open(tmp_path / "scan.pdf") as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="geheim"))
    with pytest.raises(Unreadable, match="password"):
        make_access_copy(tmp_path / "locked.pdf", "application/pdf", "", [sheet.page()], tmp_path / "access.pdf")
    assert not (tmp_path / "access.pdf").exists()
    make_access_copy(tmp_path / "locked.pdf", "application/pdf", "geheim", [sheet.page()], tmp_path / "access.pdf")
    assert_claims_pdfa(tmp_path / "access.pdf")


@pytest.mark.parametrize(
    ("media_type", "content"),
    [("application/pdf", b"%PDF-1.4 nonsense"), ("image/jpeg", b"\xff\xd8\xff nonsense"), ("image/tiff", b"II*\0zzzz")],
)
def test_broken_files_are_unreadable_and_leave_nothing(media_type: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(content)
    with pytest.raises(Unreadable):
        make_access_copy(tmp_path / "broken", media_type, "", [Page(1, 100, 100)], tmp_path / "access.pdf")
    assert [p.name for p in tmp_path.iterdir()] == ["broken"]


def test_one_broken_page_people_were_warned_of_does_not_cost_the_others(tmp_path: Path) -> None:
    sheets = numbered(2)
    tiff(sheets, tmp_path / "s.tif")
    beyond = Page(3, WIDTH, HEIGHT, warnings=("Page 3 cannot be read.",))
    make_access_copy(tmp_path / "s.tif", "image/tiff", "", [sheets[0].page(1), beyond], tmp_path / "access.pdf")
    assert_claims_pdfa(tmp_path / "access.pdf")
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        assert len(opened.pages) == 2
    with pytest.raises(Unreadable):
        make_access_copy(tmp_path / "s.tif", "image/tiff", "", [Page(3, WIDTH, HEIGHT)], tmp_path / "none.pdf")


def test_missing_pages_and_other_kinds_are_told(tmp_path: Path) -> None:
    scanned_pdf(form(72), tmp_path / "scan.pdf")
    with pytest.raises(Unreadable, match="no page 2"):
        make_access_copy(tmp_path / "scan.pdf", "application/pdf", "", [Page(2, 9, 9)], tmp_path / "a.pdf")
    with pytest.raises(Usage):
        make_access_copy(tmp_path / "scan.pdf", "text/plain", "", [Page(1, 9, 9)], tmp_path / "a.pdf")
    with pytest.raises(Usage):
        make_access_copy(tmp_path / "scan.pdf", "application/pdf", "", [], tmp_path / "a.pdf")


def test_the_font_program_is_one_freetype_reads(tmp_path: Path) -> None:
    sheet = form(72)
    make_access_copy(jpeg(sheet, tmp_path / "s.jpg"), "image/jpeg", "", [sheet.page()], tmp_path / "access.pdf")
    with pikepdf.open(tmp_path / "access.pdf") as opened:
        font = opened.pages[0].Resources.Font.DmsText.DescendantFonts[0]
        program = font.FontDescriptor.FontFile2.read_bytes()
        assert font.FontDescriptor.FontFile2.Length1 == len(program)
        glyphs = font.CIDToGIDMap.read_bytes()
        widths = [int(w) for w in font.W[1]]
        # No code shows .notdef, and every width is that of its glyph: 1 is half a square, 2 a square.
        numbers = [int.from_bytes(glyphs[i : i + 2], "big") for i in range(2, len(glyphs), 2)]
        assert [{1: 500, 2: 1000}[n] for n in numbers] == widths
    assert font_file().exists()
    from PIL import ImageFont

    assert ImageFont.truetype(io.BytesIO(program), 20).getmetrics() == (16, 4)
