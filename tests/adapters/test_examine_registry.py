"""The registry of formats: found by being there, asked in order, no two claiming one suffix; what is left out is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from dms.adapters.examine.detect import detect
from dms.adapters.examine.registry import Sample, claimed, format_of, formats, refusals
from dms.domain.left_out import LeftOut, left_out_from, sentence
from dms.errors import Unreadable
from dms.said import read_said


def test_no_two_formats_share_a_suffix_or_a_media_type() -> None:
    suffixes = [suffix for one in formats() for suffix in one.suffixes]
    assert len(suffixes) == len(set(suffixes)) > 20
    media_types = [one.media_type for one in formats()]
    assert len(media_types) == len(set(media_types))
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in suffixes)
    assert all(str(one.spoken).split()[0] in ("a", "an", "plain") for one in formats())


def test_every_reader_module_is_found() -> None:
    kinds = {one.media_type.split("/")[0] for one in formats()}
    assert {"application", "image", "message", "text"} <= kinds
    assert any("Windows program" in str(one.what) for one in refusals())


def test_a_name_that_says_another_kind_is_remarked_on(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n")
    assert detect(path, "letter.pdf") == ("application/pdf", "")
    media_type, remark = detect(path, "letter.docx")
    assert (media_type, str(read_said(remark))) == ("application/pdf", "It is named .docx but is a PDF.")
    assert detect(path, "letter") == ("application/pdf", "")
    path.write_bytes(b"MZ\x90\x00")
    with pytest.raises(Unreadable, match="Windows program"):
        detect(path, "letter.pdf")
    path.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(Unreadable, match="unknown kind"):
        detect(path, "letter.txt")


def test_a_sample_is_looked_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"text")
    sample, looks = Sample(path, "A.TXT"), []

    def look(one: Sample) -> int:
        looks.append(one.suffix)
        return 7

    assert [sample.once(look), sample.once(look)] == [7, 7]
    assert looks == [".txt"]


def test_suffixes_and_unknown_kinds() -> None:
    assert (claimed(".jpeg"), claimed(".nonsense")) == ("image/jpeg", "")
    with pytest.raises(Unreadable, match="application/nonsense"):
        format_of("application/nonsense")


def test_what_is_left_out_is_said() -> None:
    two = LeftOut("pictures", 2)
    names = LeftOut("embedded", 4, ("a.pdf", "b.pdf", "c.pdf", "d.pdf"), ask=True)
    assert str(two.said()) == "2 pictures: what is written in them was not read"
    assert str(sentence([two, names])).endswith("taken apart (a.pdf, b.pdf, c.pdf, …).")
    assert not sentence([])
    assert left_out_from([{"what": "embedded", "count": 4, "names": list(names.names), "ask": True}]) == (names,)
