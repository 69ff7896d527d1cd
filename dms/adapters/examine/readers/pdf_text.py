"""Is a page's own text what a person sees? A font without its characters shows letters and says rubbish.

Three signs, each cheap: characters the PDF library could not map, text that reads like no language, and, where there is
too little to judge, fonts that do not say their characters. A sign is only a doubt: the page is read by OCR then, and
its own text kept where both agree.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2.raw as raw
from pikepdf import Dictionary, Name

from dms.adapters.examine.readers import pdf_pages
from dms.domain.likeness import judged, unlike

_LOOKED_AT = 300
_MOST_UNMAPPED = 0.05
_SYMBOLIC = 4
_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, KeyError, AttributeError, TypeError)


def doubtful(path: Path, number: int, text: str) -> bool:
    """Tell whether a page's own text must be compared with what is seen."""
    if _unmapped(pdf_pages.text_of(path, number)) > _MOST_UNMAPPED or unlike(text):
        return True
    return not judged(text) and _has_mute_font(path, path.stat().st_mtime_ns, number)


def _unmapped(text: Any) -> float:
    """Share of characters, of some looked at, whose font does not say what they are."""
    count = int(text.count_chars())
    step = max(1, count // _LOOKED_AT)
    looked = range(0, count, step)
    unmapped: int = sum(raw.FPDFText_HasUnicodeMapError(text, i) == 1 for i in looked)
    return unmapped / max(1, len(looked))


@lru_cache(maxsize=64)
def _has_mute_font(path: Path, changed: int, number: int) -> bool:
    """True where a page uses an embedded font that names its signs by numbers of its own only."""
    try:
        with pikepdf.open(path, access_mode=pikepdf.AccessMode.stream) as pdf:
            fonts = pdf.pages[number - 1].resources.get(Name.Font, Dictionary())
            return any(_is_mute(font) for font in fonts.as_dict().values())
    except _ERRORS:
        return False  # what the library reads is all there is


def _is_mute(font: Any) -> bool:
    if Name.ToUnicode in font:
        return False
    kind = str(font.get(Name.Subtype, ""))
    if kind == "/Type3":
        return Name.Encoding not in font
    if kind == "/Type0":
        system = font.DescendantFonts[0].get(Name.CIDSystemInfo, Dictionary())
        return (
            str(font.get(Name.Encoding, "")).startswith("/Identity") and str(system.get("/Ordering", "")) == "Identity"
        )
    told = font.get(Name.FontDescriptor, Dictionary())
    embedded = any(key in told for key in (Name.FontFile, Name.FontFile2, Name.FontFile3))
    return embedded and Name.Encoding not in font and bool(int(told.get(Name.Flags, 0)) & _SYMBOLIC)
