"""电子文件归档目录: the electronic set's own catalogue, each line's remark leading to the paper (R12, R13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.ports.paper import Paper
from dms.sheets.ruled import LANDSCAPE, Column, Table, draw_table

COLUMNS = (
    Column("顺序号", 11, "centre"), Column("档号", 36), Column("电子文件号", 27), Column("责任者", 18),
    Column("题名", 42, lines=4), Column("日期", 19, "centre"), Column("密级", 10, "centre"),
    Column("电子档案名称", 28), Column("格式", 17, "centre"),
    Column("大小", 22, "right"), Column("摘要值", 27, lines=2),
    Column("备注", 34),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ElectronicLine:
    """One electronic file; ``size`` in bytes, ``sha512`` in hex, ``remark`` is ``纸质:{number}@{shelf}``."""

    order: int
    paper_number: str
    code: str
    author: str
    title: str
    date: str
    secrecy: str
    name: str
    media_type: str
    size: int
    sha512: str
    remark: str

    def cells(self) -> tuple[str, ...]:
        """Return the line as printed: the digest's beginning is enough to tell two files apart."""
        digest = f"{self.sha512[:16]}…" if self.sha512 else ""
        kind = self.media_type.rpartition("/")[2].rpartition(".")[2]
        return (
            str(self.order), self.paper_number, self.code, self.author, self.title, self.date, self.secrecy, self.name,
            kind, f"{self.size:,}" if self.size else "", digest, self.remark,
        )  # fmt: skip

    def values(self) -> tuple[str, ...]:
        """Return the line whole, for a spreadsheet."""
        return (
            str(self.order), self.paper_number, self.code, self.author, self.title, self.date, self.secrecy, self.name,
            self.media_type, str(self.size), self.sha512, self.remark,
        )  # fmt: skip


def draw_electronic_list(paper: Paper, title: str, lines: Sequence[ElectronicLine]) -> None:
    """Draw the catalogue of a volume, class or year; ``title`` says of which."""
    table = Table(
        "电子文件归档目录",
        COLUMNS,
        [line.cells() for line in lines],
        notes=(title,),
        carried=title,
        sheet=LANDSCAPE,
        size=7.5,
        least=10,
    )
    draw_table(paper, table)
