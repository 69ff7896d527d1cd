"""卷内目录: what is in a volume, each line's remark leading to the electronic file (R1, R13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.ports.paper import Paper
from dms.sheets.ruled import PORTRAIT, Column, Overlong, Table, draw_table

COLUMNS = (
    Column("顺序号", 12, "centre"), Column("文号", 22, lines=3), Column("责任者", 18, lines=3),
    Column("题名", 46, lines=4), Column("日期", 20, "centre"), Column("页号", 13, "centre"),
    Column("备注", 49, lines=3),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VolumeLine:
    """One record in a volume; ``pages`` as printed (``1-3``), ``remark`` is ``电子:{code}@{address}``."""

    order: str
    document_number: str
    author: str
    title: str
    date: str
    pages: str
    remark: str

    def cells(self) -> tuple[str, ...]:
        """Return the line as cells of :data:`COLUMNS`."""
        return (self.order, self.document_number, self.author, self.title, self.date, self.pages, self.remark)


def draw_volume_list(paper: Paper, number: str, title: str, lines: Sequence[VolumeLine]) -> list[Overlong]:
    """Draw the list; return the remarks that go on in the closing sheet."""
    table = Table(
        "卷内目录", COLUMNS, [line.cells() for line in lines], notes=(f"档号：{number}", f"案卷题名：{title}"),
        carried=f"档号：{number}",
        sheet=PORTRAIT, size=8.5, continued=6, least=18,
    )  # fmt: skip
    return draw_table(paper, table)
