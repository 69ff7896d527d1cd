"""Pages made of lines, and a description of them with the shipped forms."""

from datetime import date
from functools import cache
from pathlib import Path

from dms.adapters.search.folding import fold
from dms.domain.describing.deciding import describe
from dms.domain.hantext import page_text
from dms.domain.item import Hints
from dms.domain.pages import Box, Evidence, Page, Word
from dms.settings import Settings
from dms.shipped import load_profiles, load_scheme

RECEIVED = date(2026, 11, 23)


@cache
def rules():
    settings = Settings(home=Path("/nowhere"))
    return load_scheme(settings), load_profiles(settings)


def page(*lines, number=1, confidence=1.0):
    words = tuple(
        Word(text, Box(50, 50 + 24 * n, 50 + 12 * len(text), 62 + 24 * n), confidence) for n, text in enumerate(lines)
    )
    return Page(number, 595, 842, words, page_text(words), "ocr")


def blank(number):
    return Page(number, 595, 842, source="ocr", evidence=Evidence(blank=True))


def told(pages, hints=None, *, customers=(), staff=(), received=RECEIVED, **more):
    scheme, profiles = rules()
    return describe(pages, hints or Hints(), scheme, profiles, customers, staff, fold, received=received, **more)
