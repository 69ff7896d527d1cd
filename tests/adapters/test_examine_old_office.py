"""Old office files through LibreOffice, where it is installed; what is said where it is not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from reading_kit import flow

from dms.adapters.examine import soffice
from dms.adapters.examine.readers.old_office import _has_password, _text
from dms.errors import LimitExceeded, Unreadable

needs_office = pytest.mark.skipif(not soffice.program(), reason="LibreOffice is not installed")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A letter, a table and slides, saved in the old formats by LibreOffice itself."""
    folder = tmp_path_factory.mktemp("old")
    letter = docx.Document()
    letter.core_properties.title = "关于折让的函"
    letter.sections[0].header.paragraphs[0].text = "页眉文号"
    letter.add_paragraph("正文第一段 Quillfeather")
    table = letter.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "客户", "新辰酒店"
    letter.save(folder / "letter.docx")
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"] = "折扣", 0.025
    book.active["B1"].number_format = "0.0%"
    book.save(folder / "book.xlsx")
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "季度分析"
    slide.notes_slide.notes_text_frame.text = "备注在此"
    show.save(folder / "show.pptx")
    for name, suffix in (("letter.docx", "doc"), ("letter.docx", "rtf"), ("book.xlsx", "xls"), ("show.pptx", "ppt")):
        made = soffice.convert(folder / name, Path(name).suffix, suffix, folder, 120)
        shutil.move(made, folder / f"{Path(name).stem}.{suffix}")
    return {path.suffix: path for path in folder.iterdir()}


@needs_office
@pytest.mark.slow
def test_old_files_say_what_the_new_ones_say(old: dict[str, Path]) -> None:
    for suffix in (".doc", ".rtf"):
        read = flow(old[suffix])
        assert read.text.splitlines() == ["页眉文号", "正文第一段 Quillfeather", "客户\t新辰酒店"], suffix
        assert (read.title, read.left_out) == ("关于折让的函", ()), suffix
    assert flow(old[".xls"]).text.splitlines() == ["Sheet", "折扣\t2.5%"]
    assert flow(old[".ppt"]).text.split() == ["季度分析", "备注在此"]
    assert flow(old[".doc"], "letter.wps").text == flow(old[".doc"]).text


@needs_office
@pytest.mark.slow
def test_broken_and_slow_files_end(old: dict[str, Path], tmp_path: Path) -> None:
    cut = tmp_path / "cut.doc"
    cut.write_bytes(old[".doc"].read_bytes()[:5000])
    with pytest.raises(Unreadable):
        flow(cut)
    with pytest.raises(LimitExceeded, match="LibreOffice"):
        soffice.convert(old[".doc"], ".doc", "docx", tmp_path, 0.05)


@needs_office
def test_it_runs_without_macros_links_and_network(tmp_path: Path) -> None:
    settings = (soffice._profile() / "user" / "registrymodifications.xcu").read_text(encoding="utf-8")
    assert '"DisableMacrosExecution" oor:op="fuse"><value>true' in settings
    seen = subprocess.run(
        ["cat", "/proc/net/dev"], preexec_fn=soffice._without_network, capture_output=True, text=True, check=True
    )
    names = {line.split(":")[0].strip() for line in seen.stdout.splitlines() if ":" in line}
    ours = {line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines() if ":" in line}
    assert names <= {"lo"} or names == ours  # the system may not let an ordinary process leave it


def test_without_it_the_one_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "a.rtf"
    path.write_bytes(b"{\\rtf1 hello}")
    with pytest.raises(Unreadable, match="LibreOffice") as told:
        flow(path)
    assert "Install LibreOffice" in told.value.hint


def test_locked_workbooks_are_seen_by_their_records() -> None:
    start = b"\x09\x08\x04\x00\x00\x06\x05\x00"
    assert _has_password(start + b"\x2f\x00\x06\x00" + bytes(6))
    assert not _has_password(start + b"\x42\x00\x02\x00\xb0\x04")


def test_properties_in_their_own_code_page() -> None:
    assert _text("关于折让".encode("gbk"), 936) == "关于折让"
    assert _text("关于折让".encode(), 65001) == "关于折让"
    assert _text("Grüße".encode("cp1252"), 1252) == "Grüße"
