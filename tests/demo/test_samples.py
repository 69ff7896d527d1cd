from __future__ import annotations

from hashlib import sha256

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from dms.demo.form import Form
from dms.demo.samples import Sample, write_samples


def cover(form: Form) -> Image.Image:
    return Image.new("RGB", (827, 1169), "white")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, forms: list[Form]) -> list[Sample]:
    return write_samples(tmp_path_factory.mktemp("inbox"), covers=cover, dpi=72)


def test_a_week_of_an_office(samples: list[Sample]) -> None:
    assert len(samples) == 18
    folder = samples[0].path.parent
    assert {s.path for s in samples} == set(folder.iterdir())  # nothing else left behind
    assert {s.expected for s in samples} == {"registered", "split", "known", "quarantined"}
    told = {s.expected_class for s in samples if s.carrier == "paper"}
    assert told >= {"01", "02", "03", "04", "05", "06", "99"}


def test_the_pair_names_each_other(samples: list[Sample]) -> None:
    pairs = {s.path.name: s.pair for s in samples if s.pair}
    assert len(pairs) == 2
    assert all(pairs[other] == name for name, other in pairs.items())


def test_the_duplicate_is_one(samples: list[Sample]) -> None:
    by_digest: dict[str, list[str]] = {}
    for s in samples:
        by_digest.setdefault(sha256(s.path.read_bytes()).hexdigest(), []).append(s.expected)
    assert sorted(v for v in by_digest.values() if len(v) > 1) == [["registered", "known"]]


def test_the_broken_file_is_broken(samples: list[Sample]) -> None:
    (broken,) = (s for s in samples if s.expected == "quarantined")
    assert broken.path.read_bytes().startswith(b"%PDF-")
    with pytest.raises(pikepdf.PdfError):
        pikepdf.open(broken.path)
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(broken.path)


def test_the_stack_holds_covers_and_documents(samples: list[Sample]) -> None:
    (stack,) = (s for s in samples if s.expected == "split")
    with pikepdf.open(stack.path) as pdf:
        assert len(pdf.pages) == sum(1 + len(f.sheets) for f in stack.forms) == 6
