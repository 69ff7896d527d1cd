"""Makes bad files of every family: broken, lying, huge when unpacked, looping, nested, locked, misnamed.

``make_bad_files(folder)`` writes them (some 20 MB in all) and returns their paths. Nothing here harms a machine by itself: bombs are small enough to be
refused or, were they taken, survived. Run by hand: ``python tests/faults/bad_files.py FOLDER``.
"""

from __future__ import annotations

import base64
import io
import random
import struct
import sys
import zlib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pptx
from good_files import encoded, page_image, replaced, simple_pdf, text_pdf, word_file, workbook, zipped
from PIL import Image

Named = Iterator[tuple[str, bytes]]
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_EMPTY_SUFFIXES = (
    "pdf", "jpg", "png", "tif", "webp", "bmp", "gif", "heic", "docx", "xlsx", "pptx", "odt", "eml", "txt", "md", "csv",
    "html", "bin",
)  # fmt: skip


def make_bad_files(folder: Path) -> list[Path]:
    """Write all bad files into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for family in (_empties, _images, _tiffs, _pdfs, _pdf_traps, _office, _zips, _mails, _texts, _strangers, _names):
        for name, data in family():
            path = folder / name
            path.write_bytes(data)
            made.append(path)
    return made


# -- families ---------------------------------------------------------------------------------------------------


def _empties() -> Named:
    for suffix in _EMPTY_SUFFIXES:
        yield f"empty.{suffix}", b""


def _images() -> Named:
    jpeg, png = encoded(page_image(), "JPEG"), encoded(page_image(), "PNG")
    yield "truncated.jpg", jpeg[: len(jpeg) // 3]
    yield "header-only.jpg", jpeg[:24]
    yield "truncated.png", png[: len(png) // 2]
    yield "bad-checksum.png", png[:60] + bytes([png[60] ^ 0xFF]) + png[61:]
    yield "truncated.webp", encoded(page_image(), "WEBP")[:300]
    yield "truncated.bmp", encoded(page_image(), "BMP")[:2000]
    yield "huge.png", _png(100_000, 100_000)
    yield "wide.png", _png(2_000_000_000, 1)
    yield "million-frames.png", _png(64, 64, b"acTL", struct.pack(">II", 1_000_000, 0))
    yield "text-bomb.png", _png(64, 64, b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9))
    yield "huge.bmp", b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0)
    yield "one-pixel.png", encoded(Image.new("RGB", (1, 1)), "PNG")
    yield "many-frames.gif", _gif(64, 64, 50_000)
    yield "huge-screen.gif", _gif(65_535, 65_535, 1)
    frames = [page_image().convert("P") for _ in range(3)]
    yield "animated.gif", encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    yield "broken.heic", struct.pack(">I", 24) + b"ftypheic" + bytes(12) + b"\xff" * 200
    yield "film.mp4", struct.pack(">I", 24) + b"ftypisom" + bytes(12) + b"\x11" * 200


def _png(width: int, height: int, kind: bytes = b"", data: bytes = b"") -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = zlib.compress(b"\0" * min((width * 3 + 1) * height, 1_000_000))
    more = chunk(kind, data) if kind else b""
    return b"\x89PNG\r\n\x1a\n" + header + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _gif(width: int, height: int, frames: int) -> bytes:
    frame = b",\0\0\0\0\1\0\1\0\0\2\2D\1\0"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


def _tiffs() -> Named:
    pages = [page_image() for _ in range(3)]
    whole = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    yield "truncated.tif", whole[: len(whole) // 2]
    yield "noise-in-strip.tif", _noisy(whole)
    yield "header-only.tif", b"II*\0\x08\0\0\0"
    yield "points-outside.tif", b"II*\0" + struct.pack("<I", 0x7FFFFFFF)
    yield "looping-directory.tif", _tiff(400, 400, again=8)
    yield "huge.tif", _tiff(200_000, 200_000)
    yield "endless-tags.tif", b"MM\0*" + struct.pack(">IH", 8, 65_535) + b"\1\0\0\4\xff\xff\xff\xff\0\0\0\x10" * 300


def _tiff(width: int, height: int, again: int = 0) -> bytes:
    tags = (
        (256, width),
        (257, height),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 200),
        (277, 1),
        (278, height),
        (279, width),
    )
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    start = b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + struct.pack("<I", again)
    return start.ljust(200, b"\0") + b"\x80" * min(width * height, 160_000)


def _noisy(data: bytes) -> bytes:
    rng = random.Random(7)
    changed = bytearray(data)
    for _ in range(200):
        changed[rng.randrange(200, len(changed) // 2)] = rng.randrange(256)
    return bytes(changed)


def _pdfs() -> Named:
    good = text_pdf()
    yield "truncated.pdf", good[: len(good) // 2]
    yield "no-table.pdf", good[: good.index(b"xref")]
    yield "header-only.pdf", b"%PDF-1.7\n"
    yield "noise.pdf", b"%PDF-1.4\n" + random.Random(1).randbytes(5000) + b"\n%%EOF\n"
    yield "no-pages.pdf", simple_pdf("<< /Type /Pages /Kids [] /Count 0 >>")
    yield "no-catalogue.pdf", simple_pdf(first="<< >>")
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(good)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="nobody knows", user="nobody knows", R=6))
    yield "locked.pdf", out.getvalue()
    script = "/AA << /O << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"
    yield "javascript.pdf", text_pdf(extra=script)
    yield "launch.pdf", text_pdf(extra="/AA << /O << /S /Launch /F (cmd.exe) >> >>")
    yield "absurd-size.pdf", good.replace(b"[0 0 595 842]", b"[0 0 9e9 9e9]")
    yield "no-size.pdf", good.replace(b"[0 0 595 842]", b"[9 9 9 9] %    ")
    yield "after-rubbish.pdf", b"\r\n" * 200 + good


def _pdf_traps() -> Named:
    kids = "<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>"
    yield "cyclic-pages.pdf", simple_pdf("<< /Type /Pages /Kids [3 0 R] /Count 1 >>", kids)
    yield "page-of-itself.pdf", simple_pdf("<< /Type /Pages /Kids [2 0 R 2 0 R 2 0 R] /Count 3 >>")
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    yield "claims-100000-pages.pdf", simple_pdf("<< /Type /Pages /Kids [3 0 R] /Count 100000 >>", page)
    yield "one-page-5000-times.pdf", simple_pdf(f"<< /Type /Pages /Kids [{'3 0 R ' * 5000}] /Count 5000 >>", page)
    levels = [f"<< /Type /Pages /Kids [{n} 0 R] /Count 1 >>" for n in range(3, 5003)]
    yield "deep-page-tree.pdf", simple_pdf(*levels, page)
    yield "deep-arrays.pdf", text_pdf(extra="/Deep " + "[" * 100_000 + "]" * 100_000)
    yield "deep-content.pdf", text_pdf("x) Tj " + "[" * 200_000)
    yield (
        "length-of-itself.pdf",
        simple_pdf(
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
            "<< /Length 4 0 R >>\nstream\n0 0 m\nendstream",
        ),
    )
    form = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 14 /Resources << /XObject << /X 4 0 R >> >> >>"
    yield (
        "form-in-itself.pdf",
        simple_pdf(
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /XObject << /X 4 0 R >> >> >>",
            f"{form}\nstream\n/X Do /X Do   \nendstream",
            "<< /Length 5 >>\nstream\n/X Do\nendstream",
        ),
    )
    yield "table-of-itself.pdf", text_pdf().replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev 9 ")
    bomb = zlib.compress(zlib.compress(b"0 0 m 9 9 l S\n" * 9_000_000, 9), 9)
    yield "content-bomb.pdf", _with_stream("/Filter [/FlateDecode /FlateDecode]", bomb, "/Contents 4 0 R")
    image = "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    shown = "/Contents 5 0 R /Resources << /XObject << /X 4 0 R >> >>"
    for name, kind in (("flate", "/FlateDecode"), ("jpeg", "/DCTDecode"), ("jpeg2000", "/JPXDecode"),
                       ("jbig2", "/JBIG2Decode"), ("fax", "/CCITTFaxDecode")):  # fmt: skip
        data = zlib.compress(bytes(1000)) if name == "flate" else b"\x0d\x17" * 400
        yield f"broken-{name}-image.pdf", _with_stream(f"{image} /Filter {kind}", data, shown)


def _with_stream(dictionary: str, data: bytes, page: str) -> bytes:
    body = f"<< {dictionary} /Length {len(data)} >>\nstream\n{data.decode('latin-1')}\nendstream"
    draw = "q 595 0 0 842 0 0 cm /X Do Q"
    return simple_pdf(
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page} >>",
        body,
        f"<< /Length {len(draw)} >>\nstream\n{draw}\nendstream",
    )


def _office() -> Named:
    word, book = word_file(), workbook()
    show = io.BytesIO()
    pptx.Presentation().save(show)
    yield "truncated.docx", word[: len(word) // 2]
    yield "truncated.xlsx", book[:-40]
    yield "no-text-part.docx", replaced(word, word__document_xml=b"")
    yield "broken-xml.docx", replaced(word, word__document_xml=b"<w:document><w:body>")
    yield "broken-sheet.xlsx", replaced(book, xl__worksheets__sheet1_xml=b"<worksheet><sheetData><row r='x'><c r='!'>")
    yield "no-slides.pptx", replaced(show.getvalue(), ppt__presentation_xml=b"<a/>")
    yield "bomb.docx", replaced(word, word__document_xml=bytes(64_000_000))
    yield "laughs.docx", replaced(word, word__document_xml=_laughs(b"<w:document/>"))
    yield "laughs.xlsx", replaced(book, xl__worksheets__sheet1_xml=_laughs(b"<worksheet/>"))
    mimetype = b"application/vnd.oasis.opendocument.text"
    yield "laughs.odt", zipped({"mimetype": mimetype, "content.xml": _laughs(b"<office/>")})
    yield "empty-parts.odt", zipped({"mimetype": mimetype})
    steal = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document>&x;</w:document>'
    yield "outside-entity.docx", replaced(word, word__document_xml=steal)
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    yield "deep-xml.docx", replaced(word, word__document_xml=deep)
    far = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    yield "far-cell.xlsx", replaced(book, xl__worksheets__sheet1_xml=far)
    yield "macros.xlsm", replaced(book, **{"xl__vbaProject.bin": b"Attribute VB_Name"})
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
    yield "old.doc", ole + "WordDocument".encode("utf-16-le")
    yield "old.xls", ole + "Workbook".encode("utf-16-le")
    yield "locked.xlsx", ole + "EncryptedPackage".encode("utf-16-le")
    yield "message.msg", ole + "__substg1.0_0037001F".encode("utf-16-le")


def _laughs(body: bytes) -> bytes:
    lines = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">' + lines + b"]>" + body.replace(b"/>", b">&l9;</x>")


def _zips() -> Named:
    inner = zipped({"zeros": bytes(5_000_000)})
    for level in range(5):
        inner = zipped({f"{level}-{n}.zip": inner for n in range(4)})
    yield "nested.zip", inner
    yield "entries.docx", zipped({"word/document.xml": b"<w/>"} | {f"{n}": b"" for n in range(12_000)})
    word = word_file()
    place = word.rindex(b"PK\x05\x06")
    yield "lying-directory.docx", word[: place + 8] + struct.pack("<HH", 60_000, 60_000) + word[place + 12 :]
    yield "lying-size.docx", _lying(replaced(word, word__document_xml=bytes(8_000_000)))


def _lying(archive: bytes) -> bytes:
    """Say in every header that each entry unpacks to 100 bytes."""
    changed = bytearray(archive)
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = archive.find(mark)
        while start >= 0:
            changed[start + place : start + place + 4] = struct.pack("<I", 100)
            start = archive.find(mark, start + 1)
    return bytes(changed)


def _mails() -> Named:
    head = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: report\r\nDate: Mon, 2 Mar 2026 10:00:00 +0800\r\n"
    yield "no-body.eml", head
    yield "broken-headers.eml", (
        head.replace(b"Mon, 2 Mar 2026", b"32. Foo 20266") + b"Content-Type: text/plain; charset=\"no such\r\n"
        b"Content-Transfer-Encoding: base64\r\nSubject: =?utf-8?B?not base64?=\r\nFrom: <<<@@>>\r\n\r\n&&&\xff\xfe"
    )  # fmt: skip
    raw = "主题: 报价".encode("gb18030")
    yield "raw-bytes-subject.eml", head.replace(b"report", raw) + b"\r\n" + "您好，见附件。".encode("gb18030")
    yield "nested-50.eml", _nested(50)
    yield "nested-3000.eml", head + b"".join(b"Content-Type: message/rfc822\r\n\r\n" for _ in range(3000)) + b"x"
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "paths"
    message.set_content("see attached")
    for name in ("../../../../etc/cron.d/evil", "/etc/passwd", "..", "C:\\Windows\\evil.exe", "a\u202efdp.exe", "x" * 500,
                 "\u4e2d" * 300 + ".pdf"):  # fmt: skip
        message.add_attachment(b"content", maintype="application", subtype="octet-stream", filename=name)
    yield "path-traversal.eml", message.as_bytes()
    many = b"".join(b"--b\r\nContent-Disposition: attachment; filename=x%d\r\n\r\nx\r\n" % n for n in range(3000))
    yield (
        "3000-attachments.eml",
        head + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + many,
    )
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(400))
    yield "deep-multipart.eml", head + b"MIME-Version: 1.0\r\n" + deep + b"\r\nx"
    yield "no-boundary.eml", head + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\n--x\r\n\r\nhello"
    long = base64.b64encode(bytes(300_000))
    yield "endless-header.eml", head + b"X-Long: " + long + b"\r\n\r\nhello"


def _nested(levels: int) -> bytes:
    message = EmailMessage()
    message["Subject"] = "innermost"
    message.set_content("deep down")
    for level in range(levels):
        outer = EmailMessage()
        outer["From"], outer["To"], outer["Subject"] = "a@example.com", "b@example.com", f"level {level}"
        outer.set_content("forwarded")
        outer.add_attachment(message)
        message = outer
    return message.as_bytes()


def _texts() -> Named:
    yield (
        "scripts.html",
        (
            b"<html><head><title>t</title><script>while(1){}</script></head><body onload='x()'><p>visible</p>"
            b"<script>document.write('unseen')</script><iframe src='http://192.0.2.1/'></iframe>"
        ),
    )
    yield "one-line.html", b"<html><body>" + b"word " * 2_000_000
    yield "one-line.txt", b"abcdefghij" * 300_000
    yield "open-tags.html", b"<html>" + b"<div><b><i>" * 100_000 + b"end"
    yield "open-comment.html", b"<html>" + b"<!--" * 20_000
    yield "nulls.csv", b"name,amount\n" + b"a\0b,1\n" * 500
    yield "mostly-nulls.csv", b"a,\0\0\0\0\0\0\0\0\n" * 200
    yield "half-characters.txt", "客户资料".encode()[:-1] + b"\xff\xfe\x80" + "合同".encode("gb18030")
    yield "surrogates.txt", b"\xff\xfe" + b"\x00\xd8" * 50 + "x".encode("utf-16-le")
    yield "controls.txt", b"\x1b[2J\x1b]0;title\x07 text \x08\x08" * 20
    yield "only-blanks.txt", b" \t\r\n" * 1000
    yield "line-feeds.txt", b"\n" * 3_000_000


def _strangers() -> Named:
    yield "random.bin", random.Random(2).randbytes(200_000)
    yield "random.pdf", random.Random(3).randbytes(50_000)
    yield "zeros.dat", bytes(100_000)
    yield "program.exe", b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(200)
    yield "program", b"\x7fELF" + bytes(200)
    yield "packed.rar", b"Rar!\x1a\x07\x01\x00" + bytes(100)
    yield "packed.7z", b"7z\xbc\xaf\x27\x1c" + bytes(100)
    yield "invoice.pdf.exe", b"MZ" + bytes(300)
    yield "picture-named.pdf", encoded(page_image(), "JPEG")
    yield "pdf-named.jpg", text_pdf()
    yield "word-named.txt", word_file()
    yield "text-named.docx", "只是一段文字\n".encode() * 5
    yield "html-named.xls", b"<html><body><table><tr><td>1</td><td>2</td></tr></table></body></html>"
    yield "program-named.pdf", b"MZ" + bytes(300)


def _names() -> Named:
    data = "名字奇怪，内容平常。\n".encode()
    yield "line\nbreak\r.txt", data
    yield "-rf.txt", data
    yield "right\u202etxt.exe.txt", data
    yield "\U0001f4c4\U0001f469\u200d\U0001f4bc.txt", data
    yield "\u4e2d" * 83 + "ab.txt", data
    yield "$(touch x);`y` & 'z' \"q\".txt", data
    yield " leading and trailing .txt ", data
    yield "no suffix", data
    yield "%s%n{0}.txt", data


if __name__ == "__main__":
    for path in make_bad_files(Path(sys.argv[1])):
        sys.stdout.write(f"{path.stat().st_size:>10,} {path.name!r}\n")
