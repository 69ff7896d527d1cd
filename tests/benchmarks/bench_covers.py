"""Cover sheets printed, scanned badly, read: attach rate by case; and what printing 1,000 of them costs.

Run: ``python tests/benchmarks/bench_covers.py --sheets 6``.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sheets"))


def cases(sheet: Image.Image, seed: int, dpi: int):
    """Yield (case, picture) of one printed sheet."""
    from dms.demo.scanner import damage, fax

    for turn in (0, 90, 180, 270):
        yield f"turned {turn}°", sheet.rotate(turn, expand=True, fillcolor="white")
    for tilt in (-5, -3, 3, 5):
        yield f"tilted {tilt}°", sheet.rotate(tilt, expand=False, fillcolor="white", resample=Image.Resampling.BICUBIC)
    yield "blurred", sheet.filter(ImageFilter.GaussianBlur(dpi / 150))
    held = io.BytesIO()
    sheet.save(held, "JPEG", quality=40)
    yield "JPEG 40", Image.open(held).convert("RGB")
    yield "1-bit", sheet.convert("L").point(lambda v: 255 if v > 140 else 0).convert("RGB")
    yield "fax 204 dpi", fax(sheet, seed).convert("RGB").resize(sheet.size)
    for level in range(4):
        for turn in (0, 90, 180, 270):
            yield f"L{level}", damage(sheet, level, seed + turn, dpi).rotate(turn, expand=True)


def main() -> None:
    import pypdfium2
    from test_sheets import KEY, cover, printed

    from dms.adapters.codes import open_code_reader
    from dms.domain import qr
    from dms.ports.ocr import Raster
    from dms.sheets.cover import draw_covers

    parser = argparse.ArgumentParser()
    parser.add_argument("--sheets", type=int, default=6)
    parser.add_argument("--many", type=int, default=1000)
    chosen = parser.parse_args()
    reader = open_code_reader()
    good: dict = defaultdict(lambda: defaultdict(int))
    total: dict = defaultdict(lambda: defaultdict(int))
    wrong = 0
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        path = printed(Path(folder) / "c.pdf", draw_covers, [cover(n) for n in range(1, chosen.sheets + 1)])
        for dpi in (150, 200, 300):
            with pypdfium2.PdfDocument(path) as document:
                for serial, page in enumerate(document, 1):
                    sheet = page.render(scale=dpi / 72).to_pil().convert("RGB")
                    for case, picture in cases(sheet, serial, dpi):
                        pixels = np.ascontiguousarray(np.asarray(picture))
                        begun = time.perf_counter()
                        symbols = reader.read(Raster(picture.width, picture.height, 3, pixels.tobytes(), dpi))
                        seconds.append(time.perf_counter() - begun)
                        read = {p.code.serial for s in symbols if (p := qr.read(s.text, KEY))}
                        total[case][dpi] += 1
                        good[case][dpi] += read == {serial}
                        wrong += bool(read - {serial})
        print("| case | 150 dpi | 200 dpi | 300 dpi |\n| --- | --- | --- | --- |")
        for case, counts in total.items():
            print(f"| {case} | " + " | ".join(f"{good[case][d]}/{n}" for d, n in counts.items()) + " |")
        print(
            f"\nwrong attaches: {wrong}; median {np.median(seconds) * 1000:.0f} ms, p95 {np.quantile(seconds, 0.95) * 1000:.0f} ms a page"
        )
        begun = time.perf_counter()
        printed(Path(folder) / "many.pdf", draw_covers, [cover(n) for n in range(1, chosen.many + 1)])
        ours = time.perf_counter() - begun
        bare = _bare(Path(folder) / "bare.pdf", [cover(n) for n in range(1, chosen.many + 1)])
        print(
            f"{chosen.many} covers: {ours:.1f} s, {(Path(folder) / 'many.pdf').stat().st_size / 1e6:.1f} MB; bare ReportLab {bare:.1f} s; ratio {ours / bare:.2f}"
        )


def _bare(target: Path, covers) -> float:
    """ReportLab drawing the same codes and the same texts, nothing else."""
    import qrcode
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from dms.adapters.paper.fonts import find_font

    font = find_font()
    begun = time.perf_counter()
    pdfmetrics.registerFont(TTFont("bare", str(font.path), subfontIndex=font.index))
    canvas = Canvas(str(target))
    for cover in covers:
        symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
        symbol.add_data(cover.qr_text, optimize=0)
        symbol.make(fit=True)
        modules = symbol.get_matrix()
        for x, y in ((18, 250), (167, 18)):
            cell = 25 * mm / len(modules)
            path = canvas.beginPath()
            for row, line in enumerate(modules):
                for column, dark in enumerate(line):
                    if dark:
                        path.rect(x * mm + column * cell, y * mm - row * cell, cell, cell)
            canvas.drawPath(path, stroke=0, fill=1)
        canvas.setFont("bare", 10)
        texts = (str(cover.code), str(cover.paper_number), cover.title, cover.customer, cover.class_name, cover.manager_name,
                 cover.electronic_address, cover.fonds_name, "扫描封面 Scan cover sheet", "归档前须有签字 客户签字 经办人 直接领导",
                 "把本页放在整叠文件最上面，二维码朝上。多份文件可叠在一起：每份各放一张封面，系统自动分开。")  # fmt: skip
        for line, text in enumerate(texts):
            canvas.drawString(20 * mm, (230 - 8 * line) * mm, text)
        canvas.showPage()
    canvas.save()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
