"""Numbers survive typing, QR codes survive nothing: every change is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.domain import qr
from dms.domain.numbers import (
    ElectronicCode,
    PaperNumber,
    VolumeNumber,
    fold,
    is_code,
    is_paper,
    parse_code,
    parse_paper,
    parse_volume,
)
from dms.errors import Usage

KEY = b"k" * 32
upper = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=3)
fonds = st.builds(lambda a, n: f"{a}{n}", upper, st.integers(1, 999))
volumes = st.builds(
    VolumeNumber, fonds, st.sampled_from(["KH", "WS"]), st.sampled_from(["01", "99", "A1"]), st.integers(1900, 2199),
    st.sampled_from(["Y", "D10", "D30"]), st.from_regex(r"[A-Z][A-Z0-9]{0,7}", fullmatch=True), st.integers(1, 9999),
)  # fmt: skip
papers = st.builds(PaperNumber, volumes, st.integers(1, 99999))
codes = st.builds(ElectronicCode, fonds, st.integers(1900, 2199), st.integers(1, 9_999_999))


@given(volumes, papers, codes)
def test_format_and_parse_are_each_others_way_back(volume, paper, code):
    assert parse_volume(str(volume)) == volume
    assert parse_paper(str(paper)) == paper
    assert parse_code(str(code)) == code
    assert parse_paper(paper.file_name) == paper


@pytest.mark.parametrize(
    "typed",
    [
        "HG01-KH·04·2026-D30-ZHS-002-0007", "hg01-kh.04.2026-d30-zhs-002-0007", "HG01—KH・04・2026—D30—ZHS—002—0007",
        "ＨＧ０１－ＫＨ．０４．２０２６－Ｄ３０－ＺＨＳ－００２－０００７", " HG01 - KH•04•2026 - D30 - ZHS - 002 - 0007 ",
    ],
)  # fmt: skip
def test_typed_variants_fold(typed):
    assert str(parse_paper(typed)) == "HG01-KH·04·2026-D30-ZHS-002-0007"


@given(st.text(max_size=40))
def test_garbage_is_refused_with_an_example(text):
    for parse, known in ((parse_code, is_code), (parse_paper, is_paper)):
        if not known(text):
            with pytest.raises(Usage, match="is not"):
                parse(text)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(codes, st.none() | papers, st.sampled_from(list(qr.Purpose)))
def test_what_is_written_is_read(code, paper, purpose):
    text = qr.write(code, paper, purpose, KEY)
    assert qr.read(text, KEY) == qr.Payload(code, paper, purpose)
    assert qr.read(text.lower(), KEY) == qr.Payload(code, paper, purpose)
    assert qr.read(text, b"x" * 32) is None


def test_every_single_change_is_refused():
    text = qr.write(ElectronicCode("HG01", 2026, 123), None, qr.Purpose.COVER, KEY)
    for place in range(len(text)):
        for char in "ABCXYZ0129:-.":
            changed = text[:place] + char + text[place + 1 :]
            assert changed == text or qr.read(changed, KEY) is None, changed


def test_a_label_does_not_pass_for_a_cover():
    code = ElectronicCode("HG01", 2026, 123)
    assert qr.write(code, None, qr.Purpose.COVER, KEY) != qr.write(code, None, qr.Purpose.LABEL, KEY)
    assert qr.read(qr.write(code, None, qr.Purpose.LABEL, KEY), KEY).purpose is qr.Purpose.LABEL


def test_a_url_stands_in_front():
    code = ElectronicCode("HG01", 2026, 123)
    text = qr.write(code, None, qr.Purpose.LABEL, KEY, "http://archive.lan:8080/")
    assert text.startswith("HTTP://ARCHIVE.LAN:8080/DMS1:HG01E2026000123:-:")
    assert qr.read(text, KEY).code == code
    with pytest.raises(Usage):
        qr.write(code, None, qr.Purpose.LABEL, KEY, "http://a/?q=中")


@pytest.mark.parametrize(
    "text", ["", "2678", "https://example.com/x", "DMS1:::", "DMS1:HG01E2026000123:-:AAAAAAAA", "WIFI:S:a;;"]
)
def test_foreign_codes_attach_nothing(text):
    assert qr.read(text, KEY) is None
