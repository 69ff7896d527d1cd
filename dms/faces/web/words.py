"""What the pages say: gettext catalogues in ``locale/``, keyed by name, with plurals, dates and numbers by Babel.

``zh_CN.po`` and ``en.po`` hold every key; Traditional Chinese is made from the Simplified one by OpenCC at first use.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from dms.desk.shelf.sheets import options, sheets

# Language of a page -> its own name.
LANGUAGES: Mapping[str, str] = {"zh": "简体", "zh-TW": "繁體", "en": "English"}
TAGS = {"zh": "zh-CN", "zh-TW": "zh-TW", "en": "en"}
_LOCALES = {"zh": "zh_CN", "zh-TW": "zh_TW", "en": "en_GB"}
_CATALOGUES = {"zh": "zh_CN", "zh-TW": "zh_CN", "en": "en"}


@functools.lru_cache(maxsize=4)
def words(language: str) -> Mapping[str, str | tuple[str, ...]]:
    """Return a language's texts by key; a tuple holds the forms of a plural, one first."""
    with (Path(__file__).parent / "locale" / f"{_CATALOGUES[language]}.po").open("rb") as file:
        found: dict[str, str | tuple[str, ...]] = {
            m.id if isinstance(m.id, str) else m.id[0]: m.string if isinstance(m.string, str) else tuple(m.string or ())
            for m in read_po(file)
            if m.id
        }
    found |= _of_sheets(english=language == "en")
    if language != "zh-TW":
        return found
    from opencc import OpenCC

    convert = OpenCC("s2twp").convert
    return {k: convert(v) if isinstance(v, str) else tuple(convert(one) for one in v) for k, v in found.items()}


def _of_sheets(*, english: bool) -> Mapping[str, str]:
    """Return the titles of the sheets and of their options, as these say them."""
    titles = {name: sheet.title_en if english else sheet.title_zh for name, sheet in sheets().items()}
    return titles | {f"option.{o.name}": o.title_en if english else o.title_zh for o in options().values()}


@functools.lru_cache(maxsize=4)
def sentences(language: str) -> Sequence[tuple[Sequence[str], str]]:
    """Return what the desk says in English in its fixed pieces, each with its sentence in a language; none for English.

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
    return [(key.split("{}"), text) for key, text in pairs]


# Where a hint may begin behind a message, and a reason behind a file's name.
_NEXT = re.compile(r" (?=[A-Z“])|(?<=[.?]) ")
_BEHIND_NAME = re.compile(": ")
# What has more places or letters is somebody's own text, not sentences of ours.
_MOST_PLACES, _LONGEST = 24, 2500
# Names the desk fills in that have a word on the pages.
_FAMILIES = ("station", "act", "person", "state", "volume_state", "request", "field", "evidence", "role")


@functools.lru_cache(maxsize=2048)
def _heard(language: str, sentence: str) -> tuple[int, str]:
    """Return how many letters of a text are known sentences, and the text in a language; 0 where it is not known.

    The desk keeps a message with its hint behind it, and a file's name before: of all readings the one that knows most.
    """
    best = _alone(language, sentence)
    if len(sentence) > _LONGEST:
        return best
    for place in itertools.islice(_NEXT.finditer(sentence), _MOST_PLACES):
        first = _alone(language, sentence[: place.start()])
        rest = _heard(language, sentence[place.end() :]) if first[0] else (0, "")
        if rest[0]:
            between = "" if first[1][-1] in "。？！…）" else " "
            best = max(best, (first[0] + rest[0], first[1] + between + rest[1]), key=lambda one: one[0])
    return best


@functools.lru_cache(maxsize=2048)
def _alone(language: str, sentence: str) -> tuple[int, str]:
    """Return the same of a single sentence."""
    for pieces, text in sentences(language):
        named = _named(pieces, sentence)
        if named is not None:
            # What somebody looked for in vain is his own word, whatever it looks like.
            typed = pieces[0].startswith("There is no ")
            told = named if typed else [_filled(language, one) for one in named]
            return sum(map(len, pieces)), text.format(*told)
    return 0, sentence


def _named(pieces: Sequence[str], sentence: str) -> list[str] | None:
    """Return what stands between a sentence's fixed pieces, or None where it is another sentence.

    No regular expression: what people write is in there, and must not make it slow.
    """
    if len(pieces) == 1:
        return [] if sentence == pieces[0] else None
    first, *middle, last = pieces
    if not (sentence.startswith(first) and sentence.endswith(last)):
        return None
    found, at, end = [], len(first), len(sentence) - len(last)
    for piece in middle:
        next_ = sentence.find(piece, at + 1, end)
        if next_ < 0:
            return None
        found.append(sentence[at:next_])
        at = next_ + len(piece)
    return [*found, sentence[at:end]] if at < end else None


def _filled(language: str, named: str) -> str:
    """Return what was filled in: names of ours in a language, all else as it is."""
    known = words(language)
    told = [
        next((w for f in _FAMILIES if isinstance(w := known.get(f"{f}.{one.replace(' ', '_')}"), str)), "")
        for one in named.split(", ")
    ]
    if all(told):
        return "、".join(told)
    # What two carriers tell differently: a kind of fact before each pair of values.
    facts = [part.partition(" ") for part in named.split("; ")]
    kinds = [known.get(f"fact.{kind}") if rest else None for kind, _, rest in facts]
    if all(kinds):
        return "；".join(f"{kind} {rest}" for kind, (_, _, rest) in zip(kinds, facts, strict=True))
    return named


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
        best = _heard(self.language, sentence)
        for place in itertools.islice(_BEHIND_NAME.finditer(sentence), _MOST_PLACES):
            known, text = _heard(self.language, sentence[place.end() :])
            best = max(best, (known, f"{sentence[: place.start()]}：{text}"), key=lambda one: one[0])
        return best[1]

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
