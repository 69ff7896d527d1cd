"""Review packs and reports (R10, R14): tables and bar charts, the same content as their spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dms.ports.paper import Paper
from dms.said import Do, Said, Voice, Word
from dms.sheets.ruled import Column, Sheet, Table, draw_tables

_SHEET = Sheet(top=18.0, right=15.0, bottom=15.0, left=18.0)
_BARS = ("#35608f", "#b4573b", "#5d8a4a", "#8a6fa8")


# What a report is made of before a voice tells it, and texts after.
Cell = str | Said | Word | Do


def texts(cells: Sequence[Cell]) -> list[str]:
    """Return cells a voice has told already as the texts they are."""
    return [str(cell) for cell in cells]


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report; widths in millimetres, stretched to the page; ``numbers`` are right-aligned columns.

    ``wrong`` marks the section whose rows are findings.
    """

    title: Cell
    headings: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[float] = ()
    numbers: Sequence[int] = ()
    note: Cell = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart: labels below, one row of values for each series, in the unit named."""

    title: Cell
    labels: Sequence[str]
    series: Sequence[tuple[Cell, Sequence[float]]]
    unit: Cell = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report: title, lines under it, sections, charts; ``qr_text`` carries the log's root (promise 6)."""

    title: Cell
    notes: Sequence[Cell]
    sections: Sequence[Section]
    charts: Sequence[Chart] = ()
    qr_text: str = ""


def in_words(made: Report, voice: Voice) -> Report:
    """Return a report as a voice tells it: every title, head and cell a text."""

    def told(cell: Cell) -> str:
        return voice.tell(cell)

    return replace(
        made,
        title=told(made.title),
        notes=[told(note) for note in made.notes],
        sections=[
            replace(
                section,
                title=told(section.title),
                headings=[told(heading) for heading in section.headings],
                rows=[[told(cell) for cell in row] for row in section.rows],
                note=told(section.note),
            )
            for section in made.sections
        ],
        charts=[
            replace(
                chart,
                title=told(chart.title),
                series=[(told(name), values) for name, values in chart.series],
                unit=told(chart.unit),
            )
            for chart in made.charts
        ],
    )


def draw_report(paper: Paper, report: Report) -> None:
    """Draw charts first, then the sections one below the other."""
    y, begun = _charts(paper, report) if report.charts else (0.0, 0)
    tables = []
    for number, section in enumerate(report.sections):
        widths = section.widths or [1.0] * len(section.headings)
        columns = [
            Column(heading, width, "right" if place in section.numbers else "left", 4)
            for place, (heading, width) in enumerate(zip(texts(section.headings), widths, strict=True))
        ]
        first = number == 0 and not report.charts
        notes = texts([*(report.notes if first else ()), section.title, *([section.note] if section.note else ())])
        title, carried = str(report.title) if first else "", f"{report.title}  {section.title}"
        rows = [texts(row) for row in section.rows]
        tables.append(Table(title, columns, rows, notes, "" if first else carried, sheet=_SHEET, size=8.5))
    if tables:
        draw_tables(paper, tables, below=y, begun=begun)


def _charts(paper: Paper, report: Report) -> tuple[float, int]:
    """Draw the charts; return where they end on how many pages."""
    paper.page()
    paper.text(105, 26, str(report.title), size=18, align="centre", fit=110)
    if report.qr_text:
        paper.qr(164, 14, 30, report.qr_text, level="M")
    y, pages = 36.0, 1
    for line in texts(report.notes):
        paper.text(18, y, line, size=9.5, fit=140 if report.qr_text else 174)
        y += 5.5
    for chart in report.charts:
        if y > 200:
            paper.page()
            y, pages = 24.0, pages + 1
        _chart(paper, chart, y + 4)
        y += 88.0
    return y, pages


def _chart(paper: Paper, chart: Chart, top: float) -> None:
    left, width, height = 34.0, 156.0, 58.0
    base = top + 8 + height
    paper.text(18, top + 3, str(chart.title), size=11, fit=172)
    highest = max([max(values, default=0.0) for _, values in chart.series] + [0.0])
    scale = _round_up(highest)
    for step in range(5):
        y = base - height * step / 4
        paper.line(left, y, left + width, y, width=0.1, colour="light")
        paper.text(left - 1.5, y + 1, f"{scale * step / 4:,.0f}", size=6.5, align="right", colour="grey")
    count = max(1, len(chart.labels))
    slot = width / count
    bar = min(12.0, slot * 0.8 / max(1, len(chart.series)))
    for place, label in enumerate(chart.labels):
        start = left + slot * (place + 0.5) - bar * len(chart.series) / 2
        for number, (_, values) in enumerate(chart.series):
            tall = height * max(0.0, values[place]) / scale if scale else 0.0
            if tall > 0:
                paper.rect(
                    start + number * bar, base - tall, bar * 0.92, tall, line=0.0, fill=_BARS[number % len(_BARS)]
                )
        paper.text(left + slot * (place + 0.5), base + 4, label, size=7, align="centre", fit=slot * 0.96)
    paper.line(left, base, left + width, base, width=0.25)
    x = left
    for number, (name, _) in enumerate(chart.series):
        paper.rect(x, base + 8, 3, 3, line=0.0, fill=_BARS[number % len(_BARS)])
        told = f"{name} ({chart.unit})" if chart.unit else str(name)
        paper.text(x + 4.5, base + 10.6, told, size=7.5)
        x += 10 + paper.text_width(told, 7.5)


def _round_up(value: float) -> float:
    """A round number not below a value: 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power: float = 10.0 ** (len(str(int(value))) - 1)
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= value)
