"""卷内备考表: what a volume is like when it is closed, its electronic files, and the log's root of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.ports.paper import Paper

# Lines of addresses on a further page.
_LINES = 47


@dataclass(frozen=True, slots=True)
class Closing:
    """What stands on a closing sheet.

    Attributes:
        see_also: 互见号, such as the range of electronic codes.
        situation: lines of 本卷情况说明.
        addresses: electronic codes and addresses, or remarks that go on from the volume list.
        root: the log's root, 64 hex digits, over ``root_size`` acts at ``root_at``; empty: none.
        root_qr: its text in a QR code.
    """

    number: str
    see_also: str
    situation: Sequence[str]
    addresses: Sequence[str]
    filed_by: str
    filed_at: str
    checked_by: str
    checked_at: str
    root: str = ""
    root_size: int = 0
    root_at: str = ""
    root_qr: str = ""


def draw_closing(paper: Paper, sheet: Closing) -> None:
    """Draw the sheet; what does not fit the box goes on on further pages."""
    paper.page()
    paper.text(117.5, 30, "卷内备考表", size=18, align="centre")
    paper.text(25, 37, f"档号：{sheet.number}", size=11, fit=170)
    paper.text(25, 43, f"互见号：{sheet.see_also}", size=11, fit=170)
    paper.rect(25, 46, 170, 231, line=0.4)
    paper.text(29, 55, "本卷情况说明", size=11)
    y = 63.0
    for line in sheet.situation:
        y = paper.paragraph(33, y, 156, line, size=10.5, leading=1.45, lines=4)
    y = max(y, 96.0)
    paper.line(25, y, 195, y, width=0.2)
    paper.text(29, y + 8, "电子文件编码及存址", size=11)
    left = _addresses(paper, sheet.addresses, y + 15)
    _root(paper, sheet)
    rows = (
        (("立卷人", sheet.filed_by), ("立卷时间", sheet.filed_at)),
        (("检查人", sheet.checked_by), ("检查日期", sheet.checked_at)),
    )
    for number, row in enumerate(rows):
        paper.line(25, 253 + number * 12, 195, 253 + number * 12, width=0.2)
        for place, (name, value) in enumerate(row):
            paper.text(30 + place * 88, 261 + number * 12, f"{name}：{value}", size=11, fit=80)
    rest = [line for address in left for line in paper.wrap(address, 158, 9)]
    _count(paper, 1, 1 + -(-len(rest) // _LINES))
    _further(paper, sheet, rest)


def _addresses(paper: Paper, addresses: Sequence[str], y: float) -> list[str]:
    """Draw as many as there is room for; return the rest."""
    left = list(addresses)
    while left and y < 198:
        lines = paper.wrap(left[0], 158, 9)
        if y + 4.4 * len(lines) > 200:
            break
        for line in lines:
            paper.text(33, y, line, size=9)
            y += 4.4
        left.pop(0)
    if left:
        paper.text(33, 201, f"（续下页，另 {len(left)} 条）", size=8.5, colour="grey")
    return left


def _root(paper: Paper, sheet: Closing) -> None:
    if not sheet.root:
        return
    paper.line(25, 205, 195, 205, width=0.2)
    paper.text(29, 213, "电子日志根值 Log root", size=11)
    paper.text(29, 219, f"至 {sheet.root_at} 共 {sheet.root_size} 条 / acts", size=8.5, colour="grey")
    groups = [sheet.root[i : i + 8] for i in range(0, len(sheet.root), 8)]
    for row in range(0, len(groups), 4):
        paper.text(29, 228 + row * 1.75, f"{'   '.join(groups[row : row + 4])}", size=11.5)
    paper.text(29, 245, f"dms audit verify {sheet.root_size}:…", size=7.5, colour="grey")
    if sheet.root_qr:
        paper.qr(150, 210, 34, sheet.root_qr, level="M")


def _further(paper: Paper, sheet: Closing, lines: list[str]) -> None:
    pages = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)]
    for number, page in enumerate(pages, 2):
        paper.page()
        paper.text(117.5, 30, "卷内备考表（续）", size=16, align="centre")
        paper.text(25, 42, f"档号：{sheet.number}", size=11, fit=170)
        paper.rect(25, 46, 170, 231, line=0.4)
        for row, line in enumerate(page):
            paper.text(30, 55 + row * 4.6, line, size=9)
        _count(paper, number, len(pages) + 1)


def _count(paper: Paper, number: int, pages: int) -> None:
    paper.text(195, 283, f"第 {number} 页 共 {pages} 页", size=8, align="right", colour="grey")
