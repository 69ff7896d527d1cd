"""What the pages say: gettext catalogues in ``locale/``, keyed by name, with plurals, dates and numbers by Babel.

``zh_CN.po`` and ``en.po`` hold every key; Traditional Chinese is made from the Simplified one by OpenCC at first use.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

# Language of a page -> its own name.
LANGUAGES: Mapping[str, str] = {"zh": "简体", "zh-TW": "繁體", "en": "English"}
TAGS = {"zh": "zh-CN", "zh-TW": "zh-TW", "en": "en"}
_LOCALES = {"zh": "zh_CN", "zh-TW": "zh_TW", "en": "en_GB"}
_CATALOGUES = {"zh": "zh_CN", "zh-TW": "zh_CN", "en": "en"}


@functools.lru_cache(maxsize=4)
def words(language: str) -> Mapping[str, str | tuple[str, ...]]:
    """Return a language's texts by key; a tuple holds the forms of a plural, one first."""
    with (Path(__file__).parent / "locale" / f"{_CATALOGUES[language]}.po").open("rb") as file:
        found = {
            m.id if isinstance(m.id, str) else m.id[0]: m.string if isinstance(m.string, str) else tuple(m.string or ())
            for m in read_po(file)
            if m.id
        }
    if language != "zh-TW":
        return found
    from opencc import OpenCC

    convert = OpenCC("s2twp").convert
    return {k: convert(v) if isinstance(v, str) else tuple(convert(one) for one in v) for k, v in found.items()}


class Speaker:
    """Says things in one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "zh"
        self.tag = TAGS[self.language]
        self._locale = Locale.parse(_LOCALES[self.language])
        self._words = words(self.language)

    def __call__(self, key: str, **values: object) -> str:
        """Say one thing; ``n`` chooses the plural.

        Raises:
            KeyError: nothing is written for this key.
        """
        text = self._words[key]
        if not isinstance(text, str):
            n = values.get("n", 0)
            one = len(text) == 1 or (isinstance(n, int) and self._locale.plural_form(n) == "one")
            text = text[0 if one else 1]
        told = {k: self.number(v) if isinstance(v, int) else v for k, v in values.items()}
        return text.format(**told)

    def of(self, family: str, name: str) -> str:
        """Say a value of a family, such as ``state`` ``filed``; what nobody wrote a word for, as it is."""
        found = self._words.get(f"{family}.{name}", name)
        return found if isinstance(found, str) else found[0]

    def listed(self, names: list[str]) -> str:
        """Join names as the language does."""
        return (", " if self.language == "en" else "、").join(names)

    def number(self, value: int | float) -> str:
        """Write a number with the language's grouping."""
        return str(format_decimal(value, locale=self._locale))

    def money(self, cents: int) -> str:
        """Write hundredths as an amount."""
        return str(format_decimal(cents / 100, format="#,##0.00", locale=self._locale))

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
