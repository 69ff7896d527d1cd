"""E-mail as people send it: long headers, names in every spelling, the richer body, and the containers it comes in."""

from __future__ import annotations

import binascii
import struct
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from examine_kit import written
from outlook_kit import container, filetime, properties, winmail

from dms.adapters.examine.detect import detect
from dms.adapters.examine.readers.encoded_words import header, parameters
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.letter import richer
from dms.adapters.examine.readers.uuencode import taken_out
from dms.adapters.examine.registry import Source, format_of
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Limits

PLAIN = "From: a@example.com\nTo: b@example.com\nDate: Tue, 12 May 2026 09:00:00 +0800\n"


def opened(path: Path, limits: Limits | None = None) -> Flow:
    work = path.parent / "work"
    work.mkdir(exist_ok=True)
    media_type, _ = detect(path, path.name)
    read = format_of(media_type).read(Source(path, path.name, media_type, work, limits or Limits()))
    assert isinstance(read, Flow)
    return read


def names(flow: Flow) -> list[str]:
    return [a.name for a in flow.attachments]


def left(flow: Flow) -> dict[str, int]:
    return {one.what: one.count for one in flow.left_out}


# -- recognised -------------------------------------------------------------------------------------------------


def test_a_message_is_known_by_its_header_block_however_long(tmp_path: Path) -> None:
    long = "Delivered-To: b@example.com\n" + "".join(
        f"ARC-Seal: i={n}; cv=none;\n" + "".join(f"        b={'x' * 60}\n" for _ in range(40)) for n in range(12)
    )
    message = long + PLAIN + "Subject: 报价确认\nContent-Type: text/plain; charset=utf-8\n\n正文\n"
    assert len(long) > 30_000
    flow = opened(written(tmp_path, "a.eml", message))
    assert (flow.title, flow.date) == ("报价确认", "2026-05-12")
    assert "ARC-Seal" not in flow.text


@pytest.mark.parametrize(
    ("name", "text", "media_type"),
    [
        ("a.eml", "X-Own: 1\nSubject: only this\n\nbody\n", "message/rfc822"),
        ("a.txt", "Subject: only this\n\nbody\n", "text/plain"),
        ("a.txt", "Note to: all\nDate: tomorrow we meet\n\nFrom: now on\n", "text/plain"),
        ("a.txt", "From here on it is only prose\nwithout any header\n", "text/plain"),
        ("a.txt", "\n\n" + PLAIN + "Subject: x\n\nbody\n", "message/rfc822"),
    ],
)
def test_a_note_is_no_message(tmp_path: Path, name: str, text: str, media_type: str) -> None:
    assert detect(written(tmp_path, name, text), name)[0] == media_type


# -- headers and names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "right"),
    [
        ("=?gb2312?B?" + binascii.b2a_base64("周喆镕".encode("gb18030")).decode().strip() + "?=", "周喆镕"),
        ("=?ks_c_5601-1987?B?" + binascii.b2a_base64("견적서".encode("cp949")).decode().strip() + "?=", "견적서"),
        ("=?utf-8?Q?Caf=C3?= =?utf-8?Q?=A9_x?= y", "Café x y"),
        ("=?utf-8*en?q?f=C3=BCr?= =?gbk?q?=D6=DC?=", "für周"),
        ("=?utf-8?B?5Zue5aSN?=\r\n\t=?utf-8?B?77ya?= ok", "回复： ok"),
        ("关于".encode("gb18030").decode("ascii", "surrogateescape") + " x", "关于 x"),
        ("=?nonsense?B?5Zue5aSN?=", "回复"),
        ("=?utf-8?B?5Zue5aSN", "回复"),
        ("1 =? 2", "1 =? 2"),
    ],
)
def test_headers_in_every_spelling(raw: str, right: str) -> None:
    assert header(raw) == right


@pytest.mark.parametrize(
    ("raw", "right"),
    [
        (
            'attachment; filename="=?gb2312?B?'
            + binascii.b2a_base64("镕堃.xls".encode("gbk")).decode().strip()
            + '?="',
            "镕堃.xls",
        ),
        ("attachment; filename==?utf-8?B?5oql5Lu3LnBkZg==?=", "报价.pdf"),
        ("attachment; filename*0*=gb2312''%B1%A8; filename*1*=%BC%DB.p; filename*2=df", "报价.pdf"),
        ("attachment; filename*=UTF-8''%e6%8a%a5%e4%bb%b7.pdf; filename=\"x.pdf\"", "报价.pdf"),
        ('attachment; filename="%E6%8A%A5%E4%BB%B7.pdf"', "报价.pdf"),
        ("attachment; filename=two words.pdf; size=3", "two words.pdf"),
        (r'attachment; filename="C:\Temp\a;b.pdf"', r"C:\Temp\a;b.pdf"),
        (r'attachment; filename="say \"yes\".pdf"', 'say "yes".pdf'),
        ('attachment; filename="' + "报价单".encode("gbk").decode("ascii", "surrogateescape") + '.pdf"', "报价单.pdf"),
    ],
)
def test_names_in_every_spelling(raw: str, right: str) -> None:
    assert parameters(raw)["filename"] == right


# -- bodies -----------------------------------------------------------------------------------------------------


def test_of_two_bodies_the_one_that_says_more() -> None:
    assert richer(["Sum 12800 for room 7, https://example.com/a/b", "<Sum 12800 for room 7>"]) == [
        "Sum 12800 for room 7, https://example.com/a/b"
    ]
    assert richer([" ", "Sum 12800"]) == ["Sum 12800"]
    assert richer(["Please use another program.", "Sum 12800"]) == ["Please use another program.", "Sum 12800"]
    assert richer(["合计一万二千元整", "合计一万二千元整，请于五月前付清"]) == ["合计一万二千元整，请于五月前付清"]
    assert richer(["", ""]) == []


def test_bodies_in_the_encodings_senders_mean(tmp_path: Path) -> None:
    head = (PLAIN + "Subject: x\nContent-Type: text/plain; charset={}\nContent-Transfer-Encoding: 8bit\n\n").encode()
    damaged = head.replace(b"{}", b"utf-8") + "Счёт на оплату ".encode() + b"\xfe" + "услуг гостиницы".encode()
    flow = opened(written(tmp_path, "a.eml", damaged))
    assert "Счёт на оплату �услуг" in flow.text
    assert left(flow) == {"characters": 1}
    wrong = head.replace(b"{}", b"iso-8859-1") + "请于五月前付清合计一万二千元整".encode("gb18030")
    assert "请于五月前付清" in opened(written(tmp_path, "b.eml", wrong)).text
    page = head.replace(b"text/plain; charset={}", b"text/html") + (
        "<html><head><meta charset=big5></head><body>客戶訂購螺栓三百箱</body></html>".encode("big5")
    )
    assert "客戶訂購螺栓三百箱" in opened(written(tmp_path, "c.eml", page)).text


@pytest.mark.parametrize("charset", [b"a\0b", b"\xff\xfe", b"rot13", b"'"])
def test_a_charset_that_is_none_costs_no_text(tmp_path: Path, charset: bytes) -> None:
    head = (PLAIN + "Subject: x\nContent-Type: text/plain; charset=").encode() + charset
    body = "\nContent-Transfer-Encoding: 8bit\n\n请于五月前付清合计一万二千元整".encode()
    assert "请于五月前付清" in opened(written(tmp_path, "a.eml", head + body)).text


def test_files_pictures_and_signatures_of_a_message(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "files"
    mail.set_content("first text")
    mail.add_attachment("second text", filename="note.txt", disposition="inline")
    mail.add_attachment(b"small", maintype="image", subtype="png", disposition="inline")
    mail.add_attachment(b"x" * 30_000, maintype="image", subtype="png", disposition="inline")
    mail.add_attachment(b"signature", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    mail.add_attachment(b"", maintype="application", subtype="pdf", filename="nothing.pdf")
    mail.add_attachment(b"sealed", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    flow = opened(written(tmp_path, "a.eml", mail.as_bytes()))
    assert "first text" in flow.text
    assert names(flow) == ["note.txt", "part-2", "smime.p7m"]
    assert flow.signed
    assert left(flow) == {"logos": 1, "empty": 1, "locked": 1}


def test_a_message_inside_that_was_sent_as_base64(tmp_path: Path) -> None:
    inner = (PLAIN + "Subject: inside\n\nx\n").encode()
    outer = PLAIN + (
        "Subject: outside\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
        + binascii.b2a_base64(inner).decode() + "--b--\n"
    )  # fmt: skip
    flow = opened(written(tmp_path, "a.eml", outer))
    assert names(flow) == ["inside.eml"]
    assert flow.attachments[0].path.read_bytes() == inner


def test_a_report_of_a_mail_system_is_text(tmp_path: Path) -> None:
    report = PLAIN + (
        "Subject: not delivered\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.com\n\n"
        "Final-Recipient: rfc822; c@example.com\nStatus: 5.1.1\n--b--\n"
    )
    assert "Final-Recipient: rfc822; c@example.com" in opened(written(tmp_path, "a.eml", report)).text


def test_uuencoded_files_leave_the_text(tmp_path: Path) -> None:
    data = bytes(range(200))
    lines = [binascii.b2a_uu(data[n : n + 45]).decode().rstrip("\n") for n in range(0, 200, 45)]
    block = "\n".join(["begin 644 报价.bin", *[x.rstrip() for x in lines], "`", "end"])
    flow = opened(written(tmp_path, "a.eml", PLAIN + f"Subject: x\n\nbefore\n\n{block}\n\nafter\n"))
    assert names(flow) == ["报价.bin"]
    assert flow.attachments[0].path.read_bytes() == data
    assert "before\n\n[附件 attachment: 报价.bin]\n\nafter" in flow.text
    sentence = "begin 100 days before\nwe end\nend of it"
    assert taken_out(sentence) == (sentence, [], 0)
    cut = "\n".join(["begin 644 a.bin", lines[0], "end of the line"])
    assert taken_out(cut) == (cut, [], 0)


# -- containers of messages -------------------------------------------------------------------------------------


def test_a_mailbox_is_as_many_messages_as_it_holds(tmp_path: Path) -> None:
    box = "".join(
        f"From x@example.com Tue May 12 09:00:0{n} 2026\n{PLAIN}Subject: letter {n}\n\n"
        "text\n\nFrom here on it is one sentence\n>From the start\n\n" for n in range(3)
    )  # fmt: skip
    path = written(tmp_path, "a.mbox", box)
    flow = opened(path)
    assert names(flow) == ["letter 0.eml", "letter 1.eml", "letter 2.eml"]
    assert "2.\tTue, 12 May 2026 09:00:00 +0800\ta@example.com\tletter 1" in flow.text
    inner = written(tmp_path, "b.eml", flow.attachments[1].path.read_bytes())
    assert opened(inner).text.endswith("From here on it is one sentence\nFrom the start")
    with pytest.raises(LimitExceeded, match="more than 2 messages"):
        opened(path, Limits(parts=2))
    one = written(tmp_path, "one.mbox", box[: box.index("From x", 10)])
    assert detect(one, "one.eml")[0] == "message/rfc822"


def test_a_message_as_apple_mail_keeps_it(tmp_path: Path) -> None:
    message = (PLAIN + "Subject: 苹果\nContent-Type: text/plain; charset=utf-8\n\n正文\n").encode()
    plist = b"<?xml version='1.0'?><plist><dict><key>flags</key></dict></plist>"
    flow = opened(written(tmp_path, "a.emlx", b"%-10d\n" % len(message) + message + plist))
    assert (flow.title, "plist" in flow.text) == ("苹果", False)


def outlook_message(subject: str, body: str, **more: object) -> dict:
    sent = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
    return properties({0x0039: (0x40, filetime(sent))}, {0x0037: subject, 0x1000: body, 0x0C1A: "王五",
                      0x5D01: "wang@example.com", 0x0E04: "李四"}, **more)  # fmt: skip


def test_an_outlook_message_with_files_and_a_message_inside(tmp_path: Path) -> None:
    inner = outlook_message("内层报价", "内层正文", skipped=24)
    tree = outlook_message("外层报价", "正文一万二千元", skipped=32) | {
        "__recip_version1.0_#00000000": properties(
            {0x0C15: (3, struct.pack("<I", 2))}, {0x3001: "赵六", 0x39FE: "zhao@example.com"}, skipped=8
        ),
        "__attach_version1.0_#00000000": properties({}, {0x3707: "合同 草案.pdf", 0x3701: b"%PDF-1.4"}, skipped=8),
        "__attach_version1.0_#00000001": properties({}, {0x3001: "内层报价"}, skipped=8)
        | {"__substg1.0_3701000D": inner},
        "__attach_version1.0_#00000002": properties({0x3705: (3, struct.pack("<I", 6))}, {0x3001: "图"}, skipped=8),
    }
    path = container(tmp_path / "a.msg", tree)
    flow = opened(path)
    assert detect(path, "a.msg") == ("application/vnd.ms-outlook", "")
    assert flow.title == "外层报价"
    assert flow.author == "王五 <wang@example.com>"
    assert flow.date in ("2026-05-11", "2026-05-12")
    assert "正文一万二千元" in flow.text
    assert "抄送 Cc: 赵六 <zhao@example.com>" in flow.text
    assert names(flow) == ["合同 草案.pdf", "内层报价.eml"]
    assert left(flow) == {"embedded": 1}
    inside = opened(written(tmp_path, "inner.eml", flow.attachments[1].path.read_bytes()))
    assert (inside.title, "内层正文" in inside.text) == ("内层报价", True)


def test_an_old_outlook_message_in_its_own_code_page_and_rich_text(tmp_path: Path) -> None:
    from compressed_rtf import compress

    rich = compress(rb"{\rtf1\ansi\ansicpg936 \'b1\'a8\'bc\'db 12800\par}", compressed=True)
    tree = properties({0x3FFD: (3, struct.pack("<I", 936))}, {0x0037: "报价确认", 0x1009: rich}, skipped=32,
                      code_page="gb18030")  # fmt: skip
    flow = opened(container(tmp_path / "a.msg", tree))
    assert (flow.title, "报价 12800" in flow.text) == ("报价确认", True)


def test_winmail_dat_by_itself_and_in_a_message(tmp_path: Path) -> None:
    inner = winmail({0x0037: "内层", 0x1000: "内层正文"}, [])
    data = winmail({0x0037: "外层", 0x1000: "付款一万元"}, [("合同草案.pdf", b"%PDF-1.4")], inner)
    alone = opened(written(tmp_path, "winmail.dat", data))
    assert (alone.title, names(alone)) == ("外层", ["合同草案.pdf", "内层.eml"])
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "outer"
    mail.set_content("see below")
    mail.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    flow = opened(written(tmp_path, "a.eml", mail.as_bytes()))
    assert names(flow) == ["合同草案.pdf", "内层.eml"]
    assert "see below" in flow.text
    assert "付款一万元" in flow.text
    with pytest.raises(Unreadable):
        opened(written(tmp_path, "cut.dat", data[:-40]))
