"""PDFs as offices mark, fill and pack them: notes, typewriter text, forms, files inside, broken ends, rubbish layers."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from examine_kit import LINES, text_pdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from dms.adapters.examine import flowing
from dms.adapters.examine.readers import pdf_files, pdf_order, pdf_pages
from dms.adapters.examine.tasks import Tasks
from dms.adapters.ocr import available, pdfa
from dms.domain.likeness import alike, unlike
from dms.domain.pages import Page, page_from_dict
from dms.errors import Unreadable
from dms.ports.examine import Limits


class Read:
    """A file read as a child reads it: what was told, its pages, its copy."""

    def __init__(self, path: Path, *, ocr: str = "none", limits: Limits | None = None) -> None:
        work = path.with_name(f"{path.name}.work")
        work.mkdir(exist_ok=True)
        tasks = Tasks({"limits": asdict(limits or Limits()), "passwords": ["secret"], "ocr": ocr, "languages": "eng"})
        self.told = tasks.inspect(str(path), path.name, str(work))
        numbers = list(range(1, self.told["pages"] + 1))
        kind = (self.told["media_type"], self.told["kind"])
        tasks.pages(str(path), *kind, str(work), numbers)
        kept = [json.loads((work / f"page-{n:05d}.json").read_bytes()) for n in numbers]
        self.pages: list[Page] = [page_from_dict(p) for p in kept]
        self.copy = work / "access.pdf"
        tasks.access_copy(str(path), *kind, kept, str(work), str(self.copy))

    @property
    def text(self) -> str:
        return "\n".join(p.text for p in self.pages)

    @property
    def shown(self) -> str:
        document = pypdfium2.PdfDocument(self.copy)
        return "\n".join(page.get_textpage().get_text_range() for page in document)

    @property
    def left(self) -> dict[str, tuple[str, ...]]:
        return {one["what"]: tuple(one["names"]) for one in self.told["left_out"]}


def annotated(pdf: Pdf, *annotations: Dictionary) -> Pdf:
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(a) for a in annotations])
    return pdf


def annotation(kind: str, rect: list[float], **more: object) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=rect, **more)


def drawn(pdf: Pdf, text: str) -> Dictionary:
    font = pdf.pages[0].obj.Resources.Font
    form = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 20], Resources=Dictionary(Font=font))
    return Dictionary(N=pdf.make_stream(f"BT /F1 12 Tf 2 5 Td ({text}) Tj ET".encode(), form))


# -- notes, typewriter, forms -----------------------------------------------------------------------------------


def test_what_is_noted_on_a_page_is_text_at_its_place_and_stays_in_the_copy(tmp_path: Path) -> None:
    pdf = annotated(
        text_pdf(LINES),
        annotation("Text", [300, 700, 320, 720], Contents=String("请改为八折 12800"), T=String("王五")),
        annotation("Highlight", [72, 700, 200, 712], Contents=String("Why so late?"), T="Miller", F=2),
        annotation("Text", [300, 700, 320, 720], RC=String("<body><p>rich <b>words</b></p></body>")),
        annotation("Stamp", [400, 100, 480, 140], Name=Name.Approved),
        annotation("Popup", [0, 0, 10, 10], Contents=String("not said twice")),
        annotation("Link", [0, 0, 10, 10], Contents=String("nor this")),
    )
    path = tmp_path / "a.pdf"
    pdf.save(path)
    got = Read(path)
    for said in ("[批注 note 王五] 请改为八折 12800", "[批注 note Miller] Why so late?", "rich words", "Approved"):
        assert said in got.text
    assert "not said twice" not in got.text and "nor this" not in got.text
    (word,) = [w for w in got.pages[0].words if "八折" in w.text]
    assert (word.box.x0, word.box.y0) == pytest.approx((300, 842 - 720), abs=1)
    with pikepdf.open(got.copy) as copy:
        notes = [(str(a.get("/T", "")), str(a.Contents)) for a in copy.pages[0].obj.Annots]
    assert ("王五", "请改为八折 12800") in notes
    assert len(notes) == 4
    again = Read(got.copy)  # a copy that comes in again tells the same once
    assert again.text.count("请改为八折") == 1


def test_a_copy_with_notes_is_pdf_a(tmp_path: Path) -> None:
    laid, _ = flowing.layout("合同正文第一条")
    flowing.draw(list(flowing.pages(laid)), tmp_path / "plain.pdf")
    with pikepdf.open(tmp_path / "plain.pdf") as pdf:
        annotated(pdf, annotation("Text", [300, 700, 320, 720], Contents=String("note"))).save(tmp_path / "a.pdf")
    got = Read(tmp_path / "a.pdf")
    assert "note" in got.text
    with pikepdf.open(got.copy) as copy:
        assert pdfa.claims_pdfa(copy)


def test_typewriter_text_and_field_values_are_text_whether_drawn_or_not(tmp_path: Path) -> None:
    pdf = text_pdf(LINES)
    field = annotation("Widget", [300, 50, 400, 70], FT=Name.Tx, T=String("amount"), V=String("12,345.00"))
    silent = annotation("Widget", [300, 20, 400, 40], FT=Name.Tx, T=String("payer"), V=String("杭州某某酒店"), DA=String("/Helv 10 Tf"))  # fmt: skip
    annotated(
        pdf,
        annotation("FreeText", [100, 80, 300, 100], Contents="TYPED HERE", AP=drawn(pdf, "TYPED HERE")),
        annotation("FreeText", [100, 50, 300, 70], Contents=String("无外观的打字文本"), DA=String("/F1 12 Tf")),
        field,
        silent,
    )
    field.AP = drawn(pdf, "12,345.00")
    pdf.Root.AcroForm = Dictionary(Fields=Array([a for a in pdf.pages[0].obj.Annots if "/FT" in a]))
    pdf.save(tmp_path / "a.pdf")
    got = Read(tmp_path / "a.pdf")
    for value in ("TYPED HERE", "无外观的打字文本", "12,345.00", "杭州某某酒店"):
        assert value in got.text, value
    assert got.text.count("TYPED HERE") == 1  # drawn, so no note says it again
    assert "TYPED HERE" in got.shown


def test_sounds_and_broken_annotations_are_told(tmp_path: Path) -> None:
    pdf = annotated(
        text_pdf(LINES), annotation("Sound", [0, 0, 10, 10]), annotation("Text", [0, 0, 9, 9], Contents="x")
    )
    pdf.save(tmp_path / "a.pdf")
    assert "media" in Read(tmp_path / "a.pdf").left
    many = annotated(text_pdf(LINES), *[annotation("Text", [0, 0, 9, 9], Contents="x")] * 5001)
    many.save(tmp_path / "b.pdf")
    assert Read(tmp_path / "b.pdf").left == {"damaged": ("annotations",)}


# -- files inside -----------------------------------------------------------------------------------------------


def test_files_inside_a_pdf_are_parts(tmp_path: Path) -> None:
    pdf = text_pdf(LINES)
    pdf.attachments["发票.xml"] = b"<invoice>12800</invoice>"
    held = pdf.make_stream(b"%PDF-1.4 inside")
    spec = Dictionary(Type=Name.Filespec, F=String("C:\\temp\\appendix.pdf"), EF=Dictionary(F=held, UF=held))
    annotated(pdf, annotation("FileAttachment", [0, 0, 20, 20], FS=spec))
    empty = Dictionary(Type=Name.Filespec, F=String("nothing.txt"), EF=Dictionary(F=pdf.make_stream(b"")))
    pdf.Root.AF = Array([pdf.make_indirect(empty)])
    pdf.save(tmp_path / "a.pdf")
    got = Read(tmp_path / "a.pdf")
    told = {a["name"]: Path(a["path"]).read_bytes() for a in got.told["attachments"]}
    assert told == {"发票.xml": b"<invoice>12800</invoice>", "appendix.pdf": b"%PDF-1.4 inside"}
    assert got.left == {"empty": ("nothing.txt",)}
    few = Read(tmp_path / "a.pdf", limits=Limits(parts=1))
    assert len(few.told["attachments"]) == 1
    assert len(few.left["embedded"]) == 1


def test_a_bomb_inside_a_pdf_is_left_there(tmp_path: Path) -> None:
    pdf = text_pdf(LINES)
    for name, size in (("small.txt", 10), ("bomb.txt", 5_000_000)):
        pdf.attachments[name] = b"0" * size
    pdf.save(tmp_path / "a.pdf", recompress_flate=True)
    with pikepdf.open(tmp_path / "a.pdf") as opened:
        specs = [one for one in opened.objects if isinstance(one, Dictionary) and "/EF" in one]
        files, left_out = pdf_files.taken_out(specs, Limits(bytes=1_000_000))
    assert [name for name, _ in files] == ["small.txt"]
    assert [(one.what, one.names, one.ask) for one in left_out] == [("embedded", ("bomb.txt",), True)]


# -- broken, cut off, locked ------------------------------------------------------------------------------------


def test_a_copy_of_a_broken_file_opens_without_repair(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    text_pdf(LINES).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"xref")] + b"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n")  # fmt: skip
    got = Read(path)
    with pikepdf.open(got.copy, attempt_recovery=False) as copy:
        assert len(copy.pages) == 1 and not copy.get_warnings()
    assert any("repaired" in w for w in got.told["warnings"])
    assert "ordinary letter" in got.text


def test_a_copy_that_does_not_open_is_never_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = text_pdf(LINES)

    def broken(pdf: Pdf, target: Path) -> None:
        out = io.BytesIO()
        pdf.save(out)
        target.write_bytes(out.getvalue()[:-200])

    monkeypatch.setattr(pdfa, "_write", broken)
    with pytest.raises(Unreadable, match="No sound copy"):
        pdfa.save(pdf, tmp_path / "copy.pdf", sure=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_its_end_mark_is_mended_and_one_cut_off_is_not(tmp_path: Path) -> None:
    whole = tmp_path / "whole.pdf"
    pdf = text_pdf(LINES)
    pdf.save(whole, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    data = whole.read_bytes()
    ends = [data.rindex(b"%%EOF"), data.rindex(b"startxref"), data.rindex(b"trailer"), data.rindex(b"endobj") + 6]
    for number, end in enumerate(ends):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(data[:end])
        if end < data.rindex(b"trailer") + 1:
            # Without its trailer nobody knows the document's root for sure; taken or refused, never half.
            try:
                assert "Line number 19" in Read(path).text
            except Unreadable:
                continue
        else:
            got = Read(path)
            assert "Line number 19" in got.text
            repaired = any("repaired" in w for w in got.told["warnings"])
            assert repaired or b"startxref" in data[:end]  # with its table at hand nothing has to be repaired
    for cut in (len(data) // 2, data.rindex(b"endobj") - 20):
        path = tmp_path / f"cut-{cut}.pdf"
        path.write_bytes(data[:cut])
        with pytest.raises(Unreadable):
            Read(path)


def test_a_pdf_whose_files_only_are_locked_is_read(tmp_path: Path) -> None:
    pdf = text_pdf(LINES)
    pdf.attachments["secret.txt"] = b"encrypted, or so it looks"
    lock = Dictionary(Filter=Name.Standard, V=4, R=4, Length=128, P=-4, StmF=Name.Identity, StrF=Name.Identity,
                      EFF=Name.StdCF, CF=Dictionary(StdCF=Dictionary(AuthEvent=Name.EFOpen, CFM=Name.AESV2)),
                      O=String("o" * 32), U=String("u" * 32))  # fmt: skip
    pdf.trailer.Xncrypt = pdf.make_indirect(lock)
    pdf.save(tmp_path / "plain.pdf", static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    path = tmp_path / "a.pdf"
    path.write_bytes((tmp_path / "plain.pdf").read_bytes().replace(b"/Xncrypt", b"/Encrypt"))
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(path)
    got = Read(path)
    assert "ordinary letter" in got.text
    assert got.left == {"locked": ("secret.txt",)}
    assert got.told["attachments"] == []
    text_pdf(LINES).save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="unknown", owner="x"))
    with pytest.raises(Unreadable, match="password nobody told"):
        Read(tmp_path / "locked.pdf")


# -- rubbish layers, pictures, directions -----------------------------------------------------------------------


def test_what_reads_like_a_language() -> None:
    english = "The agreement is signed by both parties and holds for one year from the first of May onwards."
    shifted = "".join(chr((ord(c) - 97 + 4) % 26 + 97) if c.islower() else c for c in english)
    assert (unlike(english), unlike(shifted)) == (False, True)
    assert not unlike(
        "本合同由双方签字之日起生效，有效期一年，客房价格与折让办法见附件，未尽事宜由双方另行商定，违约金按日计收。"
    )
    assert unlike("璉瓏皕硎碇磈祅祣禔禖秳稃穅竑竗笒笰筊筦箄篊篗簃籋粄粠糇紌絁綄緀縎繲罣翀翃耏聃胊膍臅艎苾茇茌莙")
    assert unlike('"7+%-$" &*(!)@ #%^&*!~ <>?/;: {}[]\\ $%&+ \'"#(@) !!=* ;;^%')
    assert not unlike("Name ........................ Date ____________________")
    assert not unlike("ZHANG WEI, LI MING, WANG FANG, LIU YANG, CHEN JIE, ZHAO LEI, HUANG QIANG, ZHOU XIN")
    assert alike(english, english.replace("year", "yeaг").upper().lower())
    assert not alike(english, shifted)


def shifted_font(path: Path) -> None:
    """Letters as a person sees them, over a font that says others."""
    pdfmetrics.registerFont(TTFont("Sample", "DejaVuSans.ttf"))
    page = canvas.Canvas(str(path))
    for number in range(12):
        page.setFont("Sample", 16)
        page.drawString(72, 760 - 40 * number, "the discount of twelve percent is agreed upon by hotel and guest")
    page.save()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        (font,) = [f for f in pdf.pages[0].resources.Font.as_dict().values() if "/ToUnicode" in f]
        table = font.ToUnicode.read_bytes().decode()
        lines = []
        for line in table.splitlines():
            code = line.strip("<> ").split("> <")[-1]
            letter = chr(int(code, 16)) if len(code) == 4 else ""
            if letter.islower():
                line = line.replace(f"<{code}>", f"<{ord('a') + (ord(letter) - 93) % 26:04X}>")
            lines.append(line)
        font.ToUnicode = pdf.make_stream("\n".join(lines).encode())
        pdf.save(path)


def test_a_rubbish_layer_is_told_where_no_engine_can_compare(tmp_path: Path) -> None:
    try:
        shifted_font(tmp_path / "a.pdf")
    except OSError:
        pytest.skip("DejaVu is not installed")
    got = Read(tmp_path / "a.pdf")
    assert "discount" not in got.text
    assert any("reads like none" in w for p in got.pages for w in p.warnings)


@pytest.mark.slow
@pytest.mark.skipif(
    not any(e.ok and e.name.startswith("rapidocr") for e in available()), reason="RapidOCR is not installed"
)
def test_rubbish_layers_and_pictures_of_text_are_read_by_ocr(tmp_path: Path) -> None:
    from PIL import Image, ImageDraw, ImageFont
    from reportlab.lib.utils import ImageReader

    try:
        shifted_font(tmp_path / "a.pdf")
        font = ImageFont.truetype("DejaVuSans.ttf", 48)
    except OSError:
        pytest.skip("DejaVu is not installed")
    (page,) = Read(tmp_path / "a.pdf", ocr="auto").pages
    assert page.source == "ocr"
    assert page.text.count("twelve percent") >= 10
    picture = Image.new("RGB", (1100, 260), "white")
    ImageDraw.Draw(picture).text((30, 60), "Deposit 4711 paid in May", fill="black", font=font)
    sheet = canvas.Canvas(str(tmp_path / "b.pdf"))
    for number in range(8):
        sheet.drawString(72, 780 - 20 * number, f"Line {number} of a covering letter about the receipt below")
    sheet.drawImage(ImageReader(picture), 72, 300, width=440, height=104)
    sheet.save()
    mixed = Read(tmp_path / "b.pdf", ocr="auto")
    (page,) = mixed.pages
    assert page.source == "embedded"
    assert page.text.count("Line 3 of a covering letter") == 1
    assert "4711" in page.text
    (word,) = [w for w in page.words if "4711" in w.text]
    assert word.box.x0 >= 72 and word.box.y0 >= 842 - 404 and word.box.y1 <= 842 - 300
    assert "4711" in mixed.shown


def test_a_poster_beyond_the_limit_of_pixels_is_drawn_much_coarser(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    text_pdf(LINES).save(path)
    raster = pdf_pages.raster(path, 1, Limits(pixels=1_000_000))
    assert 200_000 < raster.width * raster.height <= 255_000
    assert raster.dpi == pytest.approx(raster.width * 72 / 595, rel=0.01)


def test_words_of_both_directions_in_reading_order() -> None:
    assert pdf_order.in_order(["Invoice", "12", "for", "ףונ", "ןולמ", "room", "7"]) == [
        "Invoice", "12", "for", "ןולמ", "ףונ", "room", "7"
    ]  # fmt: skip
    assert pdf_order.in_order(["room", "seven", "דחא", "תושירדה", "םוכסה"]) == [
        "םוכסה", "תושירדה", "דחא", "room", "seven"
    ]  # fmt: skip
    assert pdf_order.in_order(["left", "to", "right"]) == ["left", "to", "right"]
    assert not pdf_order.has_right_to_left("plain 文字")
