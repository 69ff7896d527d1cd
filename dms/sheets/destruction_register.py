"""销毁清册: what was destroyed at the end of its retention, why, and who saw it done; kept for ever."""

from __future__ import annotations

from collections.abc import Sequence

from dms.ports.paper import Paper
from dms.sheets.ruled import LANDSCAPE, Column, Table, draw_table

COLUMNS = (
    Column("序号", 9, "centre"), Column("档号", 40), Column("电子文件号", 28), Column("题名", 56, lines=4),
    Column("责任者", 18), Column("年度", 12, "centre"), Column("页数/字节", 22, "centre"),
    Column("应/已保管期限", 24, "centre"), Column("载体", 14, "centre"), Column("销毁原因", 30), Column("方式", 16),
    Column("备注", 22),
)  # fmt: skip


def draw_destruction_register(paper: Paper, lines: Sequence[Sequence[str]], people: Sequence[str], note: str) -> None:
    """Draw the register.

    Args:
        paper: the document.
        lines: one cell for each of :data:`COLUMNS`.
        people: 鉴定负责人, 批准人, 经办人, two 监销人; empty where nobody signed yet.
        note: request and day.
    """
    names = [*people, *[""] * 5][:5]
    ends = (
        (f"鉴定负责人：{names[0]}", f"批准人：{names[1]}", f"经办人：{names[2]}"),
        (f"监销人：{names[3]}", f"监销人：{names[4]}", "日期："),
    )
    draw_table(
        paper,
        Table("档案销毁清册", COLUMNS, lines, notes=(note,), carried=note, ends=ends, sheet=LANDSCAPE, size=8, least=8),
    )
