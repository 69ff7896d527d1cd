"""What people are told, in their language: catalogues in ``locale/``, with plurals, dates and numbers by Babel.

``zh_CN.po`` and ``en.po`` hold the words of pages and the names of states, roles and acts by key; ``said.zh_CN.po``
holds the sentences of :mod:`dms.said` by their English template. Traditional Chinese is made from the Simplified one by
OpenCC, character by character, with the words of ``zh_TW.txt`` where Taiwan says another one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from dms.desk.shelf.sheets import options, sheets
from dms.faces.languages import LANGUAGES
from dms.said import Do, Said, Voice, Word, read_said

TAGS = {"zh": "zh-CN", "zh-TW": "zh-TW", "en": "en"}
_LOCALES = {"zh": "zh_CN", "zh-TW": "zh_TW", "en": "en_GB"}
_CATALOGUES = {"zh": "zh_CN", "zh-TW": "zh_CN", "en": "en"}
_LOCALE = Path(__file__).parent / "locale"
Text = str | tuple[str, ...]


@functools.lru_cache(maxsize=4)
def words(language: str) -> Mapping[str, Text]:
    """Return a language's texts by key; a tuple holds the forms of a plural, one first."""
    with (_LOCALE / f"{_CATALOGUES[language]}.po").open("rb") as file:
        known: dict[str, Text] = {
            m.id if isinstance(m.id, str) else m.id[0]: m.string if isinstance(m.string, str) else tuple(m.string or ())
            for m in read_po(file)
            if m.id
        }
    known |= _of_sheets(english=language == "en")
    if language != "zh-TW":
        return known
    return {
        key: traditional(text) if isinstance(text, str) else tuple(traditional(one) for one in text)
        for key, text in known.items()
    }


def _of_sheets(*, english: bool) -> Mapping[str, str]:
    """Return the titles of the sheets and of their options, as these say them."""
    titles = {name: sheet.title_en if english else sheet.title_zh for name, sheet in sheets().items()}
    titles |= {f"sheet.{name}": title for name, title in titles.items()}
    return titles | {f"option.{o.name}": o.title_en if english else o.title_zh for o in options().values()}


@functools.lru_cache(maxsize=1)
def sentences() -> Mapping[str, str]:
    """Return every sentence's template in Simplified Chinese by the English one."""
    with (_LOCALE / "said.zh_CN.po").open("rb") as file:
        return {m.id: m.string for m in read_po(file) if m.id and isinstance(m.id, str) and isinstance(m.string, str)}


@functools.lru_cache(maxsize=1)
def _taiwan() -> tuple[Callable[[str], str], Sequence[tuple[str, str]]]:
    from opencc import OpenCC

    lines = (_LOCALE / "zh_TW.txt").read_text(encoding="utf-8").splitlines()
    pairs = [tuple(line.split()) for line in lines if line and not line.startswith("#")]
    return OpenCC("s2tw").convert, [(common, ours) for common, ours in pairs]


@functools.lru_cache(maxsize=4096)
def traditional(text: str) -> str:
    """Return a text of ours in Traditional Chinese as written in Taiwan."""
    convert, ours = _taiwan()
    converted = convert(text)
    for common, taiwanese in ours:
        converted = converted.replace(common, taiwanese)
    return converted


class Speaker(Voice):
    """Says things in one language; acts as commands."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "zh"
        self.tag = TAGS[self.language]
        self._locale = Locale.parse(_LOCALES[self.language])

    def __call__(self, key: str, **values: object) -> str:
        """Say one thing; ``n`` chooses the plural.

        Raises:
            KeyError: nothing is written for this key.
        """
        text = words(self.language)[key]
        if not isinstance(text, str):
            n = values.get("n", 0)
            one = len(text) == 1 or (isinstance(n, int) and self._locale.plural_form(n) == "one")
            text = text[0 if one else 1]
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return text.format(**shown)

    def of(self, family: str, name: str) -> str:
        """Say a value of a family, such as ``state`` ``filed``; what nobody wrote a word for, as it is."""
        word = words(self.language).get(f"{family}.{name}", name)
        return word if isinstance(word, str) else word[0]

    def told(self, said: Said | Do | Word | str) -> str:
        """Say what was raised or stored below the faces; a stored text of somebody's own as it is."""
        return self.tell(read_said(said) if isinstance(said, str) else said)

    def template(self, text: str) -> str:
        """Return a sentence's template in this language; one that nobody translated in English."""
        if self.language == "en" or text not in sentences():
            return text
        chinese = sentences()[text]
        return traditional(chinese) if self.language == "zh-TW" else chinese

    def word(self, word: Word) -> str:
        """Return a name of ours in this language."""
        known = words(self.language).get(f"{word.family}.{word.name}")
        return known if isinstance(known, str) else str(word)

    def joined(self, parts: Sequence[str]) -> str:
        """Join names as the language does."""
        return (", " if self.language == "en" else "、").join(parts)

    def figure(self, value: int | float, form: str) -> str:
        """Return a number in a place's form, grouped as the language groups."""
        if form.startswith(","):
            decimals = int(form.partition(".")[2].rstrip("f") or 0)
            pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
            return str(format_decimal(value, format=pattern, locale=self._locale))
        return super().figure(value, form)

    def number(self, value: int | float) -> str:
        """Write a number with the language's grouping."""
        return str(format_decimal(value, locale=self._locale))

    def money(self, cents: int) -> str:
        """Write hundredths as an amount."""
        return str(format_decimal(Decimal(cents) / 100, format="#,##0.00", locale=self._locale))

    def when(self, iso: str) -> str:
        """Write an ISO time in the server's own zone, a day without its time; empty stays empty."""
        if not iso:
            return ""
        try:
            if len(iso) == 10:
                return str(format_date(date.fromisoformat(iso), "medium", locale=self._locale))
            moment = datetime.fromisoformat(iso)
            here = moment.astimezone() if moment.tzinfo else moment
            day = format_date(here.date(), "medium", locale=self._locale)
            return f"{day} {format_datetime(here, 'HH:mm', tzinfo=here.tzinfo, locale=self._locale)}"
        except ValueError:
            return iso


def on_paper() -> Speaker:
    """Return the voice of what is saved as a file: the office's papers are Chinese, whoever prints them."""
    return Speaker("zh")
