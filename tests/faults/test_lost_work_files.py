"""Small files of work are written unsynced: after a power cut, what cannot be read counts as absent."""

from __future__ import annotations

import pytest

from dms.domain.pages import Page
from dms.flow.work import keep_inspection, keep_pages, kept_inspection, page_path
from dms.ports.examine import Attachment, Inspection


@pytest.mark.parametrize(
    "left", [b"", b"\0" * 40, b'{"media_type": "text/pl', b"[]", b"null", b"{}", b'{"attachments": [1]}', b"\xff\xfe"]
)
def test_an_inspection_that_cannot_be_read_counts_as_absent(tmp_path, left):
    (tmp_path / "inspection.json").write_bytes(left)
    assert kept_inspection(tmp_path) is None


def test_an_inspection_comes_back_as_it_was_kept(tmp_path):
    told = Inspection("message/rfc822", "scan", 3, attachments=(Attachment("a.txt", tmp_path / "attachments" / "a"),))
    assert kept_inspection(tmp_path) is None
    keep_inspection(tmp_path, told)
    assert kept_inspection(tmp_path) == told


@pytest.mark.parametrize("left", [None, b"", b"\0\0\0"])
def test_a_text_whose_page_is_lost_is_inspected_again(tmp_path, left):
    told = Inspection("text/plain", "text", 2)
    keep_inspection(tmp_path, told)
    keep_pages(tmp_path, [Page(1, 595.0, 842.0), Page(2, 595.0, 842.0)])
    assert kept_inspection(tmp_path) == told
    page_path(tmp_path, 2).unlink()
    if left is not None:
        page_path(tmp_path, 2).write_bytes(left)
    assert kept_inspection(tmp_path) is None
