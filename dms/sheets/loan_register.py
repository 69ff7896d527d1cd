"""借阅登记: who borrowed what, when, what for, and in what condition it came back."""

from __future__ import annotations

from collections.abc import Sequence

from dms.ports.paper import Paper
from dms.sheets.ruled import LANDSCAPE, Column, Table, draw_table

COLUMNS = (
    Column("序号", 8, "centre"), Column("借阅日期", 17, "centre"), Column("借阅人", 14), Column("部门", 14),
    Column("联系方式", 18), Column("档号", 34), Column("题名", 34), Column("载体", 10, "centre"),
    Column("密级", 10, "centre"), Column("目的", 20), Column("方式", 10, "centre"), Column("审批人/意见", 16),
    Column("应还日期", 17, "centre"), Column("实还日期", 17, "centre"), Column("归还状况", 14), Column("利用效果", 18),
    Column("经办人", 12), Column("备注", 16),
)  # fmt: skip


def draw_loan_register(paper: Paper, lines: Sequence[Sequence[str]], *, span: str) -> None:
    """Draw the register; each line is one cell for each of :data:`COLUMNS`."""
    draw_table(
        paper, Table("档案借阅登记表", COLUMNS, lines, notes=(span,), carried=span, sheet=LANDSCAPE, size=7, least=12)
    )
