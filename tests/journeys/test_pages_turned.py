"""A real scan, one page askew and one upside down: turned by hand, it is read again and found where it is seen."""

from __future__ import annotations

import pypdfium2
import pytest
from PIL import ImageChops, ImageStat

from dms.assembly import open_world
from dms.demo.forms import make_form
from dms.demo.samples import scan
from dms.demo.scanner import scan_pdf
from dms.domain.marking import marks
from dms.flow.work import pages_of

pytestmark = pytest.mark.slow


def test_what_was_upside_down_is_found_by_what_it_says(reading_archive, tmp_path, monkeypatch):
    office = reading_archive
    pages = [
        scan(make_form(kind, seed=seed), level=1, seed=seed, dpi=200)[0]
        for kind, seed in (("complaint", 3), ("order", 5))
    ]
    askew = pages[0].rotate(-2.5, expand=False, fillcolor="white", resample=3)
    scan_pdf([askew, pages[1].rotate(180)], 200, tmp_path / "scan.pdf")
    # Taken in without an engine: nothing of it can be found, and nobody turned it.
    monkeypatch.setenv("DMS_OCR", "none")
    (item,) = office.dms("ingest", tmp_path / "scan.pdf", "--class", "04", "--title", "t")["items"]
    code = item["code"]
    listed = office.dms("pages", code)["pages"]
    assert [p["words"] for p in listed] == [0, 0] and 2.0 < abs(listed[0]["skew_degrees"]) < 3.0
    monkeypatch.setenv("DMS_OCR", "auto")
    office.dms("pages", code, "--turn", "2:180", "--straighten", "1", "--reason", "扫倒、扫歪了")
    assert office.exit == 0
    first, second = office.dms("pages", code)["pages"]
    assert abs(first["skew_degrees"]) < 0.6 and first["words"] > 20 and second["words"] > 20
    with open_world(office.home, user="tester") as world:
        page, upright = pages_of(world, code)
        word = next(w.text for w in upright.words if w.text.isalnum() and len(w.text) >= 4 and w.text not in page.text)
        (box, *_) = marks(upright, [word], world.fold)
        with world.vault.open(code, "access.pdf") as file, pypdfium2.PdfDocument(file.read()) as copy:
            picture = copy[1].render(scale=0.5).to_pil().convert("L")
    hits = office.dms("search", word)["hits"]
    assert [(h["code"], h["page"]) for h in hits] == [(code, 2)]
    # The copy shows it upright.
    wanted = pages[1].convert("L").resize(picture.size)
    apart = [ImageStat.Stat(ImageChops.difference(picture, one)).mean[0] for one in (wanted, wanted.rotate(180))]
    assert apart[0] < 0.3 * apart[1]
    kept = next((office.home / "archive" / "vault").rglob("original/scan.pdf"))
    assert kept.read_bytes() == (tmp_path / "scan.pdf").read_bytes()
    # Turned the wrong way by hand: it stays where the person put it, and its words with it.
    office.dms("pages", code, "--turn", "2:90", "--reason", "又转错了")
    with open_world(office.home, user="tester") as world:
        turned = pages_of(world, code)[1]
        (other, *_) = marks(turned, [word], world.fold)
    assert other.middle == pytest.approx(box.turned(90, upright.width, upright.height).middle, abs=8)
