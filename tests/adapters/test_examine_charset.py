"""Encodings: declared, shown by the bytes, or guessed; and what is text at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from examine_kit import written

from dms.adapters.examine.detect import detect
from dms.adapters.examine.readers.charset import codec, declared_in, decode, decoded
from dms.adapters.examine.readers.text import read
from dms.errors import Unreadable
from dms.ports.examine import Limits


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "关于周喆先生客房押金退还的说明"),
        ("gb18030", "周喆"),
        ("gb18030", "押金退还.xls"),
        ("big5", "關於客房押金退還的說明，請財務部門覆核"),
        ("cp1252", "Rechnung für Herrn Böhm: Frühstück 24 €, der Gast’s Zimmer"),
        ("cp1252", "The manager’s offer – £95 per night"),
        ("cp1250", "Faktura za pokój: śniadanie, opłata końcowa wynosi sześćset złotych"),
        ("cp1251", "Акт сверки расчётов с гостиницей за апрель"),
        ("koi8-r", "Акт сверки расчётов с гостиницей за апрель"),
        ("cp866", "Акт сверки расчётов с гостиницей за апрель"),
        ("cp932", "宿泊料金の請求書をお送りします。ご確認ください。"),
        ("euc-jp", "宿泊料金の請求書をお送りします。ご確認ください。"),
        ("iso2022_jp", "宿泊料金の請求書"),
        ("cp949", "숙박 요금 청구서를 보내 드립니다. 확인 부탁드립니다."),
        ("cp1253", "Τιμολόγιο διαμονής για τον Απρίλιο"),
        ("utf-16-le", "Room,Guest\r\n12,Böhm\r\n"),
        ("utf-16-be", "Room,Guest\r\n12,Miller\r\n"),
        ("utf-16-le", "客房押金退还的说明我们会在这个月与贵公司联络\r\n"),
        ("utf-32", "客房押金"),
    ],
)
def test_text_without_a_declaration(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("gb2312", "gb18030", "周喆镕"),
        ("ks_c_5601-1987", "cp949", "숙박 요금"),
        ("iso-8859-1", "cp1252", "24 € – “Gast”"),
        ("iso-8859-1", "utf-8", "押金退还的说明"),
        ("us-ascii", "gb18030", "客房押金退还的说明"),
        ("utf-8", "cp1252", "für Böhm"),
        ("no-such", "utf-8", "押金"),
        ("X-SJIS", "cp932", "請求書"),
        ("windows-1251", "cp1251", "Счёт"),
    ],
)
def test_what_senders_declare_and_mean(declared: str, encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), declared) == text


def test_a_declaration_with_few_errors_wins() -> None:
    made = decoded("Акт сверки ".encode() + b"\xff" + "расчётов с гостиницей".encode(), "utf-8")
    assert (made.text, made.lost) == ("Акт сверки �расчётов с гостиницей", 1)
    assert decoded("押金退还的说明".encode()[:-1]).text == "押金退还的说�"


def test_names_of_encodings() -> None:
    assert [codec(n) for n in ("GBK", "cp936", '"Big5"', "utf8", "rot13", "base64", "", "x\0")] == [
        "gb18030", "gb18030", "big5hkscs", "utf-8", "", "", "", ""
    ]  # fmt: skip
    assert declared_in(b'<?xml version="1.0" encoding="Shift_JIS"?><a/>') == "Shift_JIS"
    assert declared_in(b'<html><meta http-equiv="Content-Type" content="text/html; charset=windows-1251">') == (
        "windows-1251"
    )
    assert declared_in(b"charset=utf-8 in a plain text") == ""


def test_a_feed_in_its_declared_encoding(tmp_path: Path) -> None:
    data = '<?xml version="1.0" encoding="Shift_JIS"?><rss><title>請求書</title></rss>'.encode("cp932")
    assert "請求書" in read(written(tmp_path, "a.xml", data), "text/plain", Limits()).text


def test_what_is_guessed_or_lost_is_said(tmp_path: Path) -> None:
    guessed = read(written(tmp_path, "a.txt", "Ещё не всё".encode("cp1251")), "text/plain", Limits())
    assert any("cp1251" in w for w in guessed.warnings)
    damaged = read(
        written(tmp_path, "b.txt", "押金退还的说明我们会在这个月".encode() + b"\xff\n"), "text/plain", Limits()
    )
    assert [(one.what, one.count, one.ask) for one in damaged.left_out] == [("characters", 1, True)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("container.dat", b"a page of plain text, line by line\n" * 200 + bytes(range(256)) * 200),
        ("zeros.dat", b"text\0\0\0\0\0\0\0\0" * 500),
        ("tar.dat", b"name".ljust(257, b"\0") + b"ustar\0" + bytes(249) + b"text " * 1000),
        ("drawing.dxf", b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n" * 50),
        ("photoshop.psd", b"8BPS\0\1" + b"x" * 5000),
    ],
)
def test_what_is_no_text(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(Unreadable):
        detect(written(tmp_path, name, data), name)


def test_long_text_in_every_encoding_is_text(tmp_path: Path) -> None:
    line = "客房押金退还的说明，请财务部门复核。Zimmer 12\n"
    for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16"):
        assert detect(written(tmp_path, "a.txt", (line * 3000).encode(encoding)), "a.txt")[0] == "text/plain"
    for encoding, one in (("cp1252", "Frühstück für Böhm\n"), ("cp866", "Акт сверки расчётов\n"), ("cp932", "宿泊料金の請求書\n")):  # fmt: skip
        assert detect(written(tmp_path, "a.txt", (one * 3000).encode(encoding)), "a.txt")[0] == "text/plain"
