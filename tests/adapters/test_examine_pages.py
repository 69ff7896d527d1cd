"""Reading pages: PDFs of every condition, images, stacks cut in parts, and going on after a crash."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from examine_kit import LIMITS, LINES, PAPER, SENTENCE, read, saved, text_pdf, written
from PIL import Image, ImageChops, ImageDraw, ImageStat

from dms.adapters.examine import open_examiner
from dms.adapters.examine.readers import pdf_pages, scan_image
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Examiner, Inspection, Limits, Stamp
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


# -- PDF --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_of_a_pdfs_own_text_count_from_the_top_left_as_shown(
    examiner: Examiner, tmp_path: Path, work: Path, rotate: int
) -> None:
    # The page's own space begins at (100, 50); the text stands 72 from its left and 130 below its top.
    path = saved(
        text_pdf({(172.0, 762.0): "A corner of the page"}, box="[100 50 695 892]", rotate=rotate), tmp_path / "a.pdf"
    )
    inspection, (page,) = read(examiner, path, work)
    (word,) = page.words
    expected = {0: (72, 130), 90: (842 - 130, 72), 180: (595 - 72, 842 - 130), 270: (130, 595 - 72)}[rotate]
    near = {0: (word.box.x0, word.box.y1), 90: (word.box.x0, word.box.y0), 180: (word.box.x1, word.box.y0),
            270: (word.box.x1, word.box.y1)}[rotate]  # fmt: skip
    assert near == pytest.approx(expected, abs=4)
    assert (page.width, page.height) == ((595, 842) if rotate % 180 == 0 else (842, 595))
    assert (inspection.kind, page.source) == ("document", "embedded")


def test_a_scanners_mark_on_a_picture_does_not_pass_for_its_text(
    examiner: Examiner, tmp_path: Path, work: Path
) -> None:
    marked = text_pdf({(72.0, 20.0): "Scanned by a telephone, 2026-03-18, page one of one"}, image=PAPER)
    inspection, (page,) = read(examiner, saved(marked, tmp_path / "a.pdf"), work)
    assert inspection.kind == "scan"
    assert page.source != "embedded"


def test_a_hidden_layer_is_taken_and_the_paper_still_looked_at(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    paper = PAPER.copy()
    ImageDraw.Draw(paper).ellipse((800, 1300, 1100, 1600), outline=(205, 30, 40), width=14)
    inspection, (page,) = read(examiner, saved(text_pdf(LINES, mode=3, image=paper), tmp_path / "a.pdf"), work)
    assert (inspection.kind, page.source) == ("scan", "embedded")
    assert "Line number 19" in page.text
    assert len(page.evidence.seals) == 1
    assert page.evidence.dpi == pytest.approx(150, abs=1)
    assert any("150 dpi" in str(read_said(w)) for w in page.warnings)


def test_a_designed_page_over_a_picture_is_a_document(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    inspection = examiner.inspect(saved(text_pdf(LINES, image=PAPER), tmp_path / "a.pdf"), "a.pdf", work)
    assert inspection.kind == "document"


def test_a_locked_pdf_is_opened_with_a_known_password(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    path = saved(text_pdf(LINES), tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="x", user="geheim"))
    inspection, pages = read(examiner, path, work)
    assert inspection.encrypted
    assert any("locked" in str(read_said(w)) for w in inspection.warnings)
    assert "Line number 3" in pages[0].text
    copy = tmp_path / "copy.pdf"
    examiner.access_copy(path, inspection, pages, work, copy)
    with pikepdf.open(copy) as pdf:
        assert not pdf.is_encrypted


def test_a_signed_pdf_is_told(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    pdf = text_pdf(LINES)
    sign = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"), ByteRange=[0, 1, 2, 3])
    field = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="s", V=pdf.make_indirect(sign)))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
    path = saved(pdf, tmp_path / "a.pdf")
    before = path.read_bytes()
    assert examiner.inspect(path, "a.pdf", work).signed
    assert path.read_bytes() == before


def test_what_a_form_was_filled_with_is_found(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    pdf = text_pdf(LINES)
    font = pdf.pages[0].obj.Resources.Font
    field = pdf.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="amount", V="48000 filled in", F=4,
        Rect=[72, 40, 400, 60], DA="/F1 12 Tf 0 g"))  # fmt: skip
    pdf.pages[0].obj.Annots = pikepdf.Array([field])
    pdf.Root.AcroForm = pikepdf.Dictionary(
        Fields=[field], NeedAppearances=True, DA="/F1 12 Tf 0 g", DR=pikepdf.Dictionary(Font=font)
    )
    _, (page,) = read(examiner, saved(pdf, tmp_path / "a.pdf"), work)
    assert "48000 filled in" in page.text


def test_active_content_in_direct_and_indirect_places(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    pdf = text_pdf(LINES)
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.attachments["evil.txt"] = b"x"
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    pdf.Root.AA = pikepdf.Dictionary(WC=pdf.make_indirect(pikepdf.Dictionary(Next=pikepdf.Array([launch]))))
    inspection = examiner.inspect(saved(pdf, tmp_path / "a.pdf"), "a.pdf", work)
    assert inspection.active_content == ("JavaScript", "programs to start")
    assert [a.name for a in inspection.attachments] == ["evil.txt"]


def test_a_broken_table_is_repaired_and_told(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    out = io.BytesIO()
    text_pdf(LINES).save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    broken = out.getvalue().replace(b"startxref\n", b"startxref\n9")
    path = written(tmp_path, "a.pdf", broken)
    inspection, pages = read(examiner, path, work)
    assert any("repaired" in str(read_said(w)) for w in inspection.warnings)
    assert "Line number 7" in pages[0].text
    assert path.read_bytes() == broken


def test_one_broken_page_does_not_cost_the_others(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    pdf = text_pdf(LINES)
    pdf.pages.extend(text_pdf(LINES, box="[0 0 90000 90000]").pages)
    pdf.pages.extend(text_pdf(LINES).pages)
    path = saved(pdf, tmp_path / "a.pdf")
    _, pages = read(examiner, path, work)
    assert [bool(p.text) for p in pages] == [True, False, True]
    assert "Page 2 cannot be read" in str(read_said(pages[1].warnings[0]))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_plain_scan_is_decoded_as_it_is_shown(tmp_path: Path, rotate: int, mode: str) -> None:
    paper = PAPER.copy()
    ImageDraw.Draw(paper).rectangle((100, 200, 500, 300), fill=(0, 0, 0))
    pdf = text_pdf({(72.0, 700.0): "hidden"}, mode=3, image=paper.convert(mode), rotate=rotate)
    path = saved(pdf, tmp_path / "a.pdf")
    found = pdf_pages.raster(path, 1, LIMITS)
    page = pypdfium2.PdfDocument(path)[0]
    drawn = page.render(scale=found.dpi / 72, grayscale=True).to_pil()
    assert scan_image.direct(path, page, 1, LIMITS.pixels) is not None
    got = Image.frombytes("L" if found.channels == 1 else "RGB", (found.width, found.height), bytes(found.data))
    assert got.size == pytest.approx(drawn.size, abs=1)
    assert got.mode == mode
    assert found.dpi == pytest.approx(150, abs=0.5)
    assert ImageStat.Stat(ImageChops.difference(got.convert("L").resize(drawn.size), drawn)).mean[0] < 1


@pytest.mark.parametrize("kind", ["inverted", "masked", "text", "small", "coarse", "two", "moved"])
def test_what_is_no_plain_scan_is_drawn(tmp_path: Path, kind: str) -> None:
    image = PAPER.resize((100, 141)) if kind == "coarse" else PAPER
    pdf = text_pdf({(72.0, 700.0): "seen"} if kind == "text" else {}, image=image)
    picture = pdf.pages[0].Resources.XObject.Im
    contents = pdf.pages[0].Contents.read_bytes()
    if kind == "inverted":
        picture.Decode = pikepdf.Array([1, 0, 1, 0, 1, 0])
    elif kind == "masked":
        picture.SMask = pdf.make_stream(bytes([128]), pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1, Height=1, BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceGray))  # fmt: skip
    elif kind == "small":
        pdf.pages[0].Contents = pdf.make_stream(contents.replace(b"595 0 0 842", b"400 0 0 566"))
    elif kind == "two":
        pdf.pages[0].Contents = pdf.make_stream(contents + b" q 50 0 0 50 9 9 cm /Im Do Q")
    elif kind == "moved":
        pdf.pages[0].Contents = pdf.make_stream(contents.replace(b"842 0 0 cm", b"842 0 99 cm"))
    path = saved(pdf, tmp_path / "a.pdf")
    assert scan_image.direct(path, pypdfium2.PdfDocument(path)[0], 1, LIMITS.pixels) is None
    found = pdf_pages.raster(path, 1, LIMITS)
    darkest = min(bytes(found.data))
    assert (darkest < 60) == (kind in ("inverted", "text"))


# -- images and stacks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16", "I", "F"])
def test_images_of_every_kind_of_pixel(examiner: Examiner, tmp_path: Path, work: Path, mode: str) -> None:
    image = PAPER.crop((0, 0, 400, 600)).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.frombytes("I;16", image.size, b"\x00\xff" * (image.width * image.height))
    path = tmp_path / "a.tif"
    image.save(path, dpi=(200, 200))
    inspection, pages = read(examiner, path, work)
    assert (inspection.media_type, inspection.kind) == ("image/tiff", "scan")
    assert pages[0].width == pytest.approx(400 * 72 / 200)
    assert pages[0].evidence.blank
    assert pages[0].warnings == ()


@pytest.mark.parametrize(
    ("kind", "suffix"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("BMP", "bmp"), ("GIF", "gif")]
)
def test_image_formats_whatever_their_name(
    examiner: Examiner, tmp_path: Path, work: Path, kind: str, suffix: str
) -> None:
    path = tmp_path / "wrong.pdf"
    PAPER.save(path, kind)
    inspection = examiner.inspect(path, "wrong.pdf", work)
    assert inspection.media_type == f"image/{'jpeg' if suffix == 'jpg' else suffix}"
    assert "named .pdf" in str(read_said(inspection.warnings[0]))


def test_a_telephones_picture_is_one_page_upright(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    path = tmp_path / "a.jpg"
    PAPER.save(path, "MPO", save_all=True, append_images=[PAPER.resize((310, 438))], exif=exif)
    inspection, (page,) = read(examiner, path, work)
    assert (inspection.media_type, inspection.pages) == ("image/jpeg", 1)
    assert page.width > page.height


def stack(folder: Path, *, compression: str, mode: str, count: int = 4) -> Path:
    frames = []
    for number in range(count):
        image = Image.new("L", (800, 1100), 255)
        image.paste(0, (100, 100 + 200 * number, 700, 180 + 200 * number))
        frames.append(image.convert(mode))
    path = folder / "stack.tif"
    frames[0].save(path, save_all=True, append_images=frames[1:], compression=compression, dpi=(100, 100))
    return path


@pytest.mark.parametrize(("compression", "mode"), [("group4", "1"), ("tiff_lzw", "L"), ("tiff_lzw", "RGB")])
def test_pages_of_a_tiff_are_cut_out_without_loss(
    examiner: Examiner, tmp_path: Path, work: Path, compression: str, mode: str
) -> None:
    path, target = stack(tmp_path, compression=compression, mode=mode), tmp_path / "part.pdf"
    inspection = examiner.inspect(path, path.name, work)
    examiner.part(path, inspection, [2, 4], work, target)
    with pikepdf.open(target) as pdf, Image.open(path) as source:
        assert len(pdf.pages) == 2
        for page, frame in zip(pdf.pages, (1, 3), strict=True):
            source.seek(frame)
            assert [float(v) for v in page.mediabox] == pytest.approx([0, 0, 576, 792])
            image = page.Resources.XObject.Im0
            got = pikepdf.PdfImage(image).as_pil_image().convert("RGB")
            assert got.tobytes() == source.convert("RGB").tobytes()


def test_pages_of_a_pdf_are_cut_out_with_their_image_data_unchanged(
    examiner: Examiner, tmp_path: Path, work: Path
) -> None:
    pdf = text_pdf({}, image=PAPER)
    for shade in (200, 100):
        pdf.pages.extend(text_pdf({}, image=Image.new("RGB", PAPER.size, (shade, 0, 0))).pages)
    path, target = saved(pdf, tmp_path / "a.pdf"), tmp_path / "part.pdf"
    inspection = examiner.inspect(path, "a.pdf", work)
    examiner.part(path, inspection, [3, 1], work, target)
    with pikepdf.open(path) as source, pikepdf.open(target) as part:
        kept = [p.Resources.XObject.Im.read_raw_bytes() for p in part.pages]
        assert kept == [source.pages[n].Resources.XObject.Im.read_raw_bytes() for n in (2, 0)]
        assert len([o for o in part.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]) == 2


@pytest.mark.parametrize("white", [0, 1])
def test_a_faxs_data_passes_into_its_part(examiner: Examiner, tmp_path: Path, work: Path, white: int) -> None:
    image = Image.new("1", (800, 1100), 1)
    image.paste(0, (100, 100, 700, 300))
    path, target = tmp_path / "fax.tif", tmp_path / "part.pdf"
    image.save(path, compression="group4", tiffinfo={278: 1100}, dpi=(100, 100))
    # Tag 262 says whether 0 or 1 is white; Pillow writes 1.
    entry = struct.pack("<HHII", 262, 3, 1, 1)
    data = path.read_bytes()
    assert data.count(entry) == 1
    path.write_bytes(data.replace(entry, struct.pack("<HHII", 262, 3, 1, white)))
    examiner.part(path, examiner.inspect(path, path.name, work), [1], work, target)
    with pikepdf.open(target) as pdf, Image.open(path) as source:
        kept = pdf.pages[0].Resources.XObject.Im0
        assert kept.Filter == "/CCITTFaxDecode"
        assert kept.read_raw_bytes() in path.read_bytes()
        shown = pypdfium2.PdfDocument(target)[0].render(scale=100 / 72, grayscale=True).to_pil()
        grey = source.convert("L")
        for place in ((400, 200), (400, 800)):
            assert shown.getpixel(place) == grey.getpixel(place)
        assert grey.getpixel((400, 200)) != grey.getpixel((400, 800))


def test_a_jpegs_data_passes_into_its_part(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    path, target = tmp_path / "a.jpg", tmp_path / "part.pdf"
    exif = Image.Exif()
    exif[274] = 6
    PAPER.save(path, "JPEG", exif=exif)
    inspection = examiner.inspect(path, "a.jpg", work)
    examiner.part(path, inspection, [1], work, target)
    with pikepdf.open(target) as pdf:
        assert pdf.pages[0].Resources.XObject.Im0.read_raw_bytes() == path.read_bytes()
        assert pdf.pages[0].Rotate == 90


def test_a_missing_page_cannot_be_cut_out(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    path = stack(tmp_path, compression="group4", mode="1")
    with pytest.raises(Unreadable):
        examiner.part(path, Inspection("image/tiff", "scan", 9), [9], work, tmp_path / "part.pdf")
    assert not (tmp_path / "part.pdf").exists()


def test_frames_beyond_the_limit(tmp_path: Path, work: Path) -> None:
    path = stack(tmp_path, compression="group4", mode="1")
    small = open_examiner(children=1, limits=Limits(pages=3), passwords=[], ocr="none", languages="eng")
    with closing(small), pytest.raises(LimitExceeded, match="4 frames"):
        small.inspect(path, path.name, work)


# -- going on after a crash -------------------------------------------------------------------------------------


def test_finished_pages_are_not_read_again_and_broken_leftovers_are(
    examiner: Examiner, tmp_path: Path, work: Path
) -> None:
    path = stack(tmp_path, compression="group4", mode="1")
    inspection, pages = read(examiner, path, work)
    marked = pages[0].to_dict() | {"text": "read before the crash"}
    (work / "page-00001.json").write_text(json.dumps(marked), encoding="utf-8")
    (work / "page-00002.json").write_text('{"number": 2, "wi', encoding="utf-8")
    (work / "page-00003.json").write_text(json.dumps(pages[0].to_dict()), encoding="utf-8")
    told: list[tuple[int, int]] = []
    again = examiner.pages(path, inspection, work, lambda done, total: told.append((done, total)))
    assert again[0].text == "read before the crash"
    assert again[1:] == pages[1:]
    assert told[-1] == (4, 4)


def test_a_stamp_is_put_on_a_copy(examiner: Examiner, tmp_path: Path, work: Path) -> None:
    path = written(tmp_path, "a.txt", SENTENCE)
    inspection, pages = read(examiner, path, work)
    copy, stamped = tmp_path / "copy.pdf", tmp_path / "stamped.pdf"
    examiner.access_copy(path, inspection, pages, work, copy)
    examiner.stamp(copy, pages, Stamp(("HG01", "2026", "7", "销售部", "D30", "1"), "DMS1:TEST"), stamped)
    told = pypdfium2.PdfDocument(stamped)[0].get_textpage().get_text_range()
    assert "HG01" in told
    assert "螺栓" in told
