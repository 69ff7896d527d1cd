"""Reading a stranger's file in child processes that can be killed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from dms.ports.examine import Examiner, Limits


def open_examiner(
    *, children: int, limits: Limits, passwords: Sequence[str], ocr: str, languages: str, precision: str = "full"
) -> Examiner:
    """Return an examiner; its children start at the first file.

    Args:
        children: how many processes read at once; one for each core.
        limits: what one file may cost.
        passwords: tried on locked PDFs.
        ocr: engine, as ``dms.adapters.ocr.open_engine`` names them.
        languages: Tesseract's languages.
        precision: in what numbers RapidOCR's reader is computed.
    """
    from dms.adapters.examine.examiner import PoolExaminer
    from dms.adapters.examine.pool import Pool

    setup = {
        "ocr": ocr, "languages": languages, "precision": precision, "passwords": list(passwords),
        "limits": asdict(limits),
    }  # fmt: skip
    return PoolExaminer(Pool(children, setup, memory=limits.memory), limits)
