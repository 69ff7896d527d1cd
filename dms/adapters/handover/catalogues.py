"""The two catalogues of a package, ``文件目录.XML`` and ``案卷目录.XML``; ``schemas/catalogue.xsd`` has them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import TypeVar
from xml.sax.saxutils import quoteattr

from dms.adapters.handover import markup
from dms.adapters.handover.layout import DATA
from dms.adapters.handover.tags import ASK_AGAIN
from dms.domain.numbers import is_volume, parse_volume
from dms.domain.record import Record
from dms.errors import Damaged
from dms.ports.handover import Package
from dms.ports.vault import StoredFile
from dms.said import Said

NAMESPACE = "urn:dms:schema:catalogue"
_Row = TypeVar("_Row", "Entry", "VolumeEntry")


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in the file catalogue; attributes bear the names of its elements."""

    顺序号: str
    档号: str
    电子文件号: str
    责任者: str
    题名: str
    日期: str
    密级: str
    电子档案名称: str
    格式: str
    大小: str
    摘要值: str
    备注: str


@dataclass(frozen=True, slots=True)
class VolumeEntry:
    """One volume in the volume catalogue, told from its records in this package."""

    顺序号: str
    档号: str
    年度: str
    类别号: str
    保管期限: str
    客户经理: str
    件数: str
    页数: str
    起始日期: str
    截止日期: str


def entry(number: int, record: Record, original: StoredFile | None) -> Entry:
    """Describe a record.

    Args:
        number: its place in the catalogue, from 1.
        record: the record.
        original: its electronic original in the package; None where it has none.
    """
    return _cleaned(
        Entry(
            顺序号=str(number),
            档号=record.paper_number,
            电子文件号=record.code,
            责任者=record.customer or record.manager,
            题名=record.title,
            日期=record.date.isoformat() if record.date else "",
            密级=record.secrecy,
            电子档案名称=original.path.removeprefix(f"{DATA}/") if original else "",
            格式=record.electronic.media_type if original else "",
            大小=str(original.size) if original else "",
            摘要值=original.sha512 if original else "",
            备注=record.paper_remark(),
        )
    )


def volume_entries(records: Iterable[Record]) -> list[VolumeEntry]:
    """Describe the volumes these records are bound in, in the order of their numbers."""
    bound: dict[str, list[Record]] = {}
    for record in records:
        if record.volume:
            bound.setdefault(record.volume, []).append(record)
    return [_volume_entry(number, volume, bound[volume]) for number, volume in enumerate(sorted(bound), 1)]


def _volume_entry(number: int, volume: str, records: Sequence[Record]) -> VolumeEntry:
    parsed = parse_volume(volume) if is_volume(volume) else None
    first, days = records[0], sorted(record.date.isoformat() for record in records if record.date)
    return _cleaned(
        VolumeEntry(
            顺序号=str(number),
            档号=volume,
            年度=str(parsed.year if parsed else first.year),
            类别号=parsed.class_code if parsed else first.class_code,
            保管期限=parsed.retention if parsed else first.retention,
            客户经理=parsed.manager if parsed else first.manager,
            件数=str(len(records)),
            页数=str(sum(record.paper.pages for record in records)),
            起始日期=days[0] if days else "",
            截止日期=days[-1] if days else "",
        )
    )


def written(
    package: Package, rows: Sequence[Entry] | Sequence[VolumeEntry], *, volumes: bool = False
) -> Iterator[bytes]:
    """Write a catalogue, a part an entry, so that a large one is never whole in memory."""
    root, child = ("案卷目录", "案卷") if volumes else ("文件目录", "条目")
    about = {
        "xmlns": NAMESPACE,
        "移交标识": package.identifier,
        "全宗号": package.fonds,
        "全宗名称": package.fonds_name,
        "移交单位": package.organisation,
        "生成时间": package.created_at,
        "数量": str(len(rows)),
    }
    attributes = " ".join(f"{name}={quoteattr(markup.clean(value))}" for name, value in about.items())
    yield markup.HEAD + f"<{root} {attributes}>\n".encode()
    for row in rows:
        element = ET.Element(child)
        for one in fields(row):
            markup.add(element, one.name, getattr(row, one.name))
        ET.indent(element, level=1)
        yield b"  " + ET.tostring(element, encoding="utf-8") + b"\n"
    yield f"</{root}>\n".encode()


def parse_entries(data: bytes, name: str) -> list[Entry]:
    """Read the file catalogue.

    Raises:
        Damaged: it is none.
    """
    return [Entry(*row) for row in _rows(data, name, "文件目录", "条目", [one.name for one in fields(Entry)])]


def parse_volume_entries(data: bytes, name: str) -> list[VolumeEntry]:
    """Read the volume catalogue.

    Raises:
        Damaged: it is none.
    """
    return [
        VolumeEntry(*row) for row in _rows(data, name, "案卷目录", "案卷", [one.name for one in fields(VolumeEntry)])
    ]


def _rows(data: bytes, name: str, root: str, child: str, columns: list[str]) -> Iterator[list[str]]:
    wanted = [f"{{{NAMESPACE}}}{column}" for column in columns]
    outer = (f"{{{NAMESPACE}}}{root}", f"{{{NAMESPACE}}}{child}")
    depth = 0
    for event, element in markup.elements(data, name):
        if event == "start":
            depth += 1
            if depth > 3 or (depth < 3 and element.tag != outer[depth - 1]):
                raise Damaged(Said("{name} is not a catalogue as this archive writes it.", name=name), ASK_AGAIN)
            continue
        if depth == 2:
            if [cell.tag for cell in element] != wanted:
                raise Damaged(Said("An entry of {name} has not the columns it should have.", name=name), ASK_AGAIN)
            yield [cell.text or "" for cell in element]
            element.clear()
        depth -= 1


def _cleaned(row: _Row) -> _Row:
    return type(row)(*(markup.clean(cell) for cell in astuple(row)))
