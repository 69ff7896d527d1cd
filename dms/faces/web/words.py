"""What the pages say: gettext catalogues in ``locale/``, keyed by name, with plurals, dates and numbers by Babel.

``zh_CN.po`` and ``en.po`` hold every key; Traditional Chinese is made from the Simplified one by OpenCC at first use.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
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


@functools.lru_cache(maxsize=2)
def sentences(language: str) -> Sequence[tuple[re.Pattern[str], str]]:
    """Return what the desk says in English as patterns, each with its sentence in a language; none for English.

    The longest stand first, so that a general sentence never takes a special one's place.
    """
    if language == "en":
        return ()
    with (Path(__file__).parent / "locale" / "desk.zh_CN.po").open("rb") as file:
        found = [(m.id, m.string) for m in read_po(file) if m.id]
    pairs = [(key, text) for key, text in found if isinstance(key, str) and isinstance(text, str)]
    if language == "zh-TW":
        from opencc import OpenCC

        convert = OpenCC("s2twp").convert
        pairs = [(key, convert(text)) for key, text in pairs]
    pairs.sort(key=lambda pair: len(pair[0].replace("{}", "")), reverse=True)
    return [(re.compile("(.+)".join(map(re.escape, key.split("{}"))), re.DOTALL), text) for key, text in pairs]


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

    def told(self, sentence: str) -> str:
        """Say in this language what the desk said in English; what nobody translated, as it is."""
        for pattern, text in sentences(self.language):
            match = pattern.fullmatch(sentence)
            if match:
                return text.format(*match.groups())
        return sentence

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
