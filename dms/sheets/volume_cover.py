"""案卷封面: the cover of a bound volume."""

from __future__ import annotations

from dataclasses import dataclass

from dms.ports.paper import Paper


@dataclass(frozen=True, slots=True)
class VolumeCover:
    """What stands on a volume's cover."""

    fonds_name: str
    class_name: str
    title: str
    manager: str
    first_date: str
    last_date: str
    retention: str
    records: int
    pages: int
    secrecy: str
    filing_number: str
    number: str
    qr_text: str = ""


def draw_volume_cover(paper: Paper, cover: VolumeCover) -> None:
    """Draw one cover on its own page."""
    paper.page()
    paper.rect(25, 20, 170, 257, line=0.9)
    paper.rect(27, 22, 166, 253, line=0.25)
    paper.text(110, 52, cover.fonds_name, size=24, align="centre", fit=150)
    paper.text(110, 66, cover.class_name, size=17, align="centre", fit=150)
    paper.line(60, 74, 160, 74, width=0.4)
    y = 98.0
    for line in paper.wrap(cover.title, 130, 20)[:4]:
        paper.text(110, y, line, size=20, align="centre")
        y += 11
    rows = (
        (("客户经理", "Manager", cover.manager), ("密级", "Secrecy", cover.secrecy)),
        (("起止日期", "Dates", _dates(cover)), ("", "", "")),
        (("保管期限", "Retention", cover.retention), ("归档号", "Filing no.", cover.filing_number)),
        (("件数", "Records", f"{cover.records} 件"), ("页数", "Pages", f"{cover.pages} 页")),
        (("档号", "Volume no.", cover.number), ("", "", "")),
    )
    for number, row in enumerate(rows):
        top = 172 + number * 17
        paper.line(40, top, 180, top, width=0.2)
        wide = not row[1][0]
        for place, (name, english, value) in enumerate(row):
            if not name:
                continue
            x = 42 + place * 76
            paper.text(x, top + 7.5, name, size=12)
            paper.text(x, top + 12.5, english, size=7, colour="grey")
            paper.text(x + 25, top + 9.5, value, size=13, fit=112 if wide else 48)
    paper.line(40, 257, 180, 257, width=0.2)
    if cover.qr_text:
        paper.qr(100, 138, 25, cover.qr_text)


def _dates(cover: VolumeCover) -> str:
    if not cover.first_date:
        return ""
    return cover.first_date if cover.first_date == cover.last_date else f"{cover.first_date} 至 {cover.last_date}"
