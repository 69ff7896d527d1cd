"""OpenDocument: blanks, tabs, headers, notes, tables, tracked changes; locked and old files."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_kit import flow, packed

from dms.domain.left_out import LeftOut
from dms.errors import Unreadable

O = "urn:oasis:names:tc:opendocument:xmlns:"  # noqa: E741
SPACES = " ".join(f'xmlns:{n}="{O}{full}:1.0"' for n, full in [("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"), ("presentation", "presentation"), ("meta", "meta"), ("manifest", "manifest")]) + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip
STYLES = f'<office:document-styles {SPACES}><office:master-styles><style:master-page style:name="Standard"><style:header><text:p>页眉</text:p></style:header><style:footer><text:p>第<text:page-number>1</text:page-number>页</text:p></style:footer></style:master-page><style:master-page style:name="Unused"><style:header><text:p>never</text:p></style:header></style:master-page></office:master-styles></office:document-styles>'
META = f"<office:document-meta {SPACES}><office:meta><dc:title>题名</dc:title><dc:creator>李</dc:creator><dc:date>2026-03-18T09:00:00</dc:date></office:meta></office:document-meta>"


def document(kind: str, inside: str) -> str:
    return f"<office:document-content {SPACES}><office:body><office:{kind}>{inside}</office:{kind}></office:body></office:document-content>"


def odf(path: Path, kind: str, inside: str, **parts: str) -> Path:
    told = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": document(kind, inside),
        "styles.xml": STYLES,
        "meta.xml": META,
    }
    return packed(path, told | {name.replace("__", "/") + ".xml": data for name, data in parts.items()})


def test_blanks_tabs_notes_and_comments(tmp_path: Path) -> None:
    inside = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>没了</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        "<text:h>Guest<text:tab/>Feather</text:h><text:p>Room<text:s text:c='3'/>paid<text:line-break/>next"
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>脚注</text:p></text:note-body></text:note>"
        "<office:annotation><dc:creator>王</dc:creator><dc:date>2026</dc:date><text:p>请复核</text:p></office:annotation></text:p>"
        "<text:p><draw:frame><draw:text-box><text:p>in a box</text:p></draw:text-box></draw:frame></text:p>"
        "<text:p><text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>かん</text:ruby-text></text:ruby></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>甲</text:p></table:table-cell><table:table-cell><text:p>乙</text:p></table:table-cell></table:table-row></table:table>"
    )
    read = flow(odf(tmp_path / "a.odt", "text", inside))
    assert read.text.splitlines() == [
        "页眉", "Guest\tFeather", "Room   paid", "next", "脚注", "批注 Comment 王: 请复核", "in a box", "漢（かん）", "甲\t乙", "第页",
    ]  # fmt: skip
    assert (read.title, read.author, read.date) == ("题名", "李", "2026-03-18")
    assert read.left_out == (LeftOut("deleted", 1),)


def test_tables_as_shown(tmp_path: Path) -> None:
    inside = (
        "<table:table table:name='订单'><table:table-row><table:table-cell office:value='0.025'><text:p>2.5%</text:p></table:table-cell>"
        "<table:table-cell table:number-columns-repeated='2'/><table:table-cell><text:p>x</text:p><office:annotation><text:p>注</text:p></office:annotation></table:table-cell>"
        "<table:table-cell table:number-columns-repeated='16000'/></table:table-row>"
        "<table:table-row table:number-rows-repeated='1000000'><table:table-cell/></table:table-row>"
        "<table:table-row><table:table-cell table:formula='of:=[.A1]'/></table:table-row></table:table>"
    )
    read = flow(odf(tmp_path / "a.ods", "spreadsheet", inside))
    assert read.text.splitlines() == ["页眉", "订单", "2.5%\t\t\tx", "批注 Comment: 注", "第页"]
    assert read.left_out == (LeftOut("no_result", 1, ("订单",), ask=True),)


def test_slides_drawings_and_flat_files(tmp_path: Path) -> None:
    inside = "<draw:page draw:name='p1'><draw:frame><draw:text-box><text:p>幻灯</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>备注</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
    assert flow(odf(tmp_path / "a.odp", "presentation", inside)).text.splitlines()[1:3] == ["幻灯", "备注"]
    drawing = "<draw:page><draw:custom-shape><text:p>形状</text:p></draw:custom-shape></draw:page>"
    assert "形状" in flow(odf(tmp_path / "a.odg", "graphics", drawing)).text
    flat = tmp_path / "a.fodt"
    flat.write_text(
        f"<?xml version='1.0'?>\n<office:document {SPACES}><office:body><office:text><text:p>平铺</text:p></office:text></office:body></office:document>",
        encoding="utf-8",
    )
    assert flow(flat).text == "平铺"


def test_objects_within_and_pictures(tmp_path: Path) -> None:
    inside = "<text:p><draw:frame><draw:object xlink:href='./Object 1'/></draw:frame></text:p>"
    path = odf(
        tmp_path / "a.odt",
        "text",
        inside,
        **{"Object 1__content": document("chart", "<text:p>图表</text:p>"), "Pictures__a.png": "x"},
    )
    read = flow(path)
    assert "图表" in read.text.splitlines()


def test_old_manifests_are_no_attack_and_macros_are_told(tmp_path: Path) -> None:
    manifest = '<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><manifest:manifest xmlns:manifest="m"/>'
    path = odf(
        tmp_path / "a.odt",
        "text",
        "<text:p>x</text:p>",
        **{"META-INF__manifest": manifest, "Basic__Standard__Module1": manifest},
    )
    read = flow(path)
    assert (read.active_content, "x" in read.text) == (("macros",), True)


def test_locked_files_are_called_locked(tmp_path: Path) -> None:
    manifest = f"<manifest:manifest {SPACES}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    path = packed(
        tmp_path / "a.odt",
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": b"\x8f\x01",
            "META-INF/manifest.xml": manifest,
        },
    )
    with pytest.raises(Unreadable, match="password"):
        flow(path)


def test_entities_are_an_attack(tmp_path: Path) -> None:
    bad = '<!DOCTYPE a [<!ENTITY x "ha">]><office:a/>'
    path = packed(tmp_path / "a.odt", {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": bad})
    with pytest.raises(Unreadable, match="attack"):
        flow(path)
