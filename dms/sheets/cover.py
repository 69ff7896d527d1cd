"""扫描封面: the cover sheet that lies on top of a stack, names its record, and splits stacks in the feeder.

Two codes with the same text in opposite corners: a fold or a staple hides one of them, hardly both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.domain.numbers import ElectronicCode, PaperNumber
from dms.ports.paper import Paper

_LEFT, _RIGHT = 18.0, 192.0
_BOTTOM = 279.0
_SIGNATURES = {
    "customer": ("客户签字", "Customer"),
    "handler": ("经办人", "Handler"),
    "supervisor": ("直接领导", "Supervisor"),
}
_STEPS = (
    ("把本页放在整叠文件最上面，二维码朝上。", "Lay this sheet on top of its pages, face up."),
    (
        "300 dpi、彩色、多页 PDF，连同本页一起扫描到收件文件夹。",
        "Scan all at 300 dpi, colour, one PDF, into the inbox.",
    ),
    ("多份文件可叠在一起：每份各放一张封面，系统自动分开。", "Several documents: one cover on each; they are split."),
    ("扫描后本页留在文件上，一起装入案卷。", "Afterwards leave this sheet on the paper and file both."),
)


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on one cover sheet; empty texts become lines to write on.

    Attributes:
        signatures: roles whose signatures the class asks for (R4).
        electronic_address: address in the vault.
        paper_address: room/cabinet/shelf/box.
        qr_text: from :func:`dms.domain.qr.write` with purpose COVER.
    """

    code: ElectronicCode
    paper_number: PaperNumber | None
    class_code: str
    class_name: str
    manager: str
    manager_name: str
    customer: str
    title: str
    pages_expected: int
    signatures: Sequence[str]
    electronic_address: str
    paper_address: str
    fonds_name: str
    qr_text: str


def draw_covers(paper: Paper, covers: Sequence[Cover], *, folded: bool = False) -> None:
    """Draw one page for each cover.

    Args:
        paper: the document.
        covers: what stands on them.
        folded: 30 mm codes with level H instead of 25 mm with level Q, for paper that will be folded.
    """
    for cover in covers:
        paper.page()
        _draw(paper, cover, 30.0 if folded else 25.0, "H" if folded else "Q")


def _draw(paper: Paper, cover: Cover, size: float, level: str) -> None:
    top = 18.0
    paper.qr(_LEFT, top, size, cover.qr_text, level=level)
    paper.qr(_RIGHT - size, _BOTTOM - size, size, cover.qr_text, level=level)
    left = _LEFT + size + 8
    paper.text(left, top + 5, cover.fonds_name, size=9, colour="grey", fit=_RIGHT - left)
    paper.text(left, top + 15.5, "扫描封面", size=25)
    paper.text(left, top + 22.5, "Scan cover sheet · 互见封面", size=9.5, colour="grey")
    below = top + size + 5
    paper.text(_LEFT, below, str(cover.code), size=8, fit=size + 6)
    y = below + 13
    y = _number(paper, y, "电子文件号", "Electronic code", str(cover.code))
    y = _number(paper, y, "档号", "Paper number", str(cover.paper_number) if cover.paper_number else "")
    y = _table(paper, y + 4, cover)
    y = _signatures(paper, y + 9, cover.signatures)
    _how_to(paper, size)
    paper.text(
        _RIGHT, _BOTTOM + 4.5, str(cover.paper_number) if cover.paper_number else str(cover.code), size=7, align="right"
    )


def _number(paper: Paper, y: float, zh: str, en: str, value: str) -> float:
    paper.text(_LEFT, y, zh, size=9.5)
    paper.text(_LEFT, y + 4.2, en, size=7, colour="grey")
    if value:
        paper.text(_LEFT + 32, y + 2.4, value, size=17, fit=_RIGHT - _LEFT - 32)
    else:
        paper.text(_LEFT + 32, y + 1.6, "归档时给出  given when filed", size=9, colour="grey")
    paper.line(_LEFT, y + 7.5, _RIGHT, y + 7.5, colour="light")
    return y + 14


def _table(paper: Paper, y: float, cover: Cover) -> float:
    class_text = f"{cover.class_code}  {cover.class_name}".strip()
    manager = f"{cover.manager}  {cover.manager_name}".strip()
    half = (_LEFT + _RIGHT) / 2
    y = _row(paper, y, _LEFT, half - 4, "大类", "Class", class_text)
    _row(paper, y - 12, half, _RIGHT, "客户经理", "Account manager", manager)
    y = _row(paper, y, _LEFT, _RIGHT, "客户", "Customer", cover.customer)
    y = _row(paper, y, _LEFT, _RIGHT, "题名", "Title", cover.title, lines=2)
    pages = str(cover.pages_expected) if cover.pages_expected else ""
    y = _row(paper, y, _LEFT, half - 4, "应有页数", "Pages expected", pages)
    _row(paper, y - 12, half, _RIGHT, "实扫页数", "Pages scanned", "")
    y = _row(paper, y, _LEFT, _RIGHT, "电子存址", "Electronic address", cover.electronic_address)
    return _row(paper, y, _LEFT, _RIGHT, "纸质存址", "Paper address", cover.paper_address)


def _row(paper: Paper, y: float, left: float, right: float, zh: str, en: str, value: str, lines: int = 1) -> float:
    """Draw a labelled value over a fine rule; return the y of the next row."""
    paper.text(left, y, zh, size=9.5)
    paper.text(left, y + 3.9, en, size=6.5, colour="grey")
    start = left + 32
    height = 12.0
    if lines > 1 and paper.text_width(value, 11.5) > right - start:
        paper.paragraph(start, y - 0.3, right - start, value, size=10, lines=lines, leading=1.25)
    elif value:
        paper.text(start, y + 1.6, value, size=11.5, fit=right - start)
    paper.line(start if not value else left, y + 6.4, right, y + 6.4, colour="light" if value else "grey")
    return y + height


def _signatures(paper: Paper, y: float, roles: Sequence[str]) -> float:
    if not roles:
        return y
    paper.text(_LEFT, y, "归档前须有签字", size=9.5)
    paper.text(_LEFT, y + 3.9, "Signatures needed", size=6.5, colour="grey")
    step = (_RIGHT - _LEFT - 32) / 3
    for index, role in enumerate(roles[:3]):
        zh, en = _SIGNATURES.get(role, (role, ""))
        x = _LEFT + 32 + index * step
        paper.rect(x, y - 3.4, 4.2, 4.2, line=0.25)
        paper.text(x + 6.5, y, zh, size=9.5)
        paper.text(x + 6.5, y + 3.9, en, size=6.5, colour="grey")
    return y + 12


def _how_to(paper: Paper, size: float) -> None:
    top = _BOTTOM - 4 * 8.2 + 2.5
    width = _RIGHT - size - 10 - _LEFT
    paper.line(_LEFT, top - 9, _RIGHT - size - 10, top - 9, width=0.35)
    for index, (zh, en) in enumerate(_STEPS):
        y = top - 2.2 + index * 8.2
        paper.text(_LEFT, y + 1, str(index + 1), size=12, colour="grey")
        paper.text(_LEFT + 7, y - 0.6, zh, size=8.5, fit=width - 7)
        paper.text(_LEFT + 7, y + 2.9, en, size=6.5, colour="grey", fit=width - 7)
