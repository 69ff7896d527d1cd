"""Where the letters of a born-digital page stand: marks lie over the words that were sought, whatever their widths."""

from __future__ import annotations

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from dms.adapters.examine.readers.pdf_pages import text_page
from dms.domain.marking import marks

LATIN = "Amount iiiiiiiiii WWWWWWWW iiii total WWWW iiii paid"
MIXED = "投诉方式 ☐来电 ☑网络 折让 12% 金额 iiiiiiii 折让"
HAN = "STSong-Light"


def written(path, *, turned=0):
    pdfmetrics.registerFont(UnicodeCIDFont(HAN))
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setPageRotation(turned)
    for y, font, text in ((700, "Helvetica", LATIN), (650, HAN, MIXED)):
        canvas.setFont(font, 12)
        canvas.drawString(72, y, text)
    canvas.save()
    return text_page(path, 1)


def right(text, needle, font):
    """Return where a needle's occurrences begin and end, by the font's own widths."""
    starts = [n for n in range(len(text)) if text.startswith(needle, n)]
    return [(72 + pdfmetrics.stringWidth(text[:n], font, 12), 72 + pdfmetrics.stringWidth(text[: n + len(needle)], font, 12))
            for n in starts]  # fmt: skip


def test_marks_lie_over_the_words_sought(tmp_path):
    page = written(tmp_path / "a.pdf")
    for text, font, needles in (
        (LATIN, "Helvetica", ("total", "paid", "Amount")),
        (MIXED, HAN, ("折让", "网络", "金额")),
    ):
        for needle in needles:
            found = [end for box in marks(page, [needle], str) for end in (box.x0, box.x1)]
            assert found == pytest.approx([end for ends in right(text, needle, font) for end in ends], abs=0.3), needle


def test_a_page_shown_on_its_side_has_no_edges_from_the_wrong_side(tmp_path):
    page = written(tmp_path / "a.pdf", turned=90)
    assert [w.text for w in page.words] and all(w.edges == () for w in page.words)
    upside_down = written(tmp_path / "b.pdf", turned=180)
    assert len(marks(upside_down, ["total"], str)) == 1
