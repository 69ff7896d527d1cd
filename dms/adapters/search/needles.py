"""What a typed term is looked for as: which index terms a document must have, and how its text tells for sure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from dms.adapters.search.folding import LATIN, close, fold, spelt_out
from dms.adapters.search.tokens import (
    HAN,
    LEAST_BROKEN,
    LEAST_DIGITS,
    MOST,
    MOST_BARE,
    RUNS,
    SEPARATORS,
    looks,
    value,
)  # fmt: skip
from dms.domain.query import Match

_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.\d{1,6})?")
_CHAIN = re.compile(rf"[{LATIN}]+(?:[{SEPARATORS}][{LATIN}]+)*")
_GROUPS = re.compile(r"(?=.* )\d+(?:[ .-]\d+)+x?")
_BETWEEN = rf"[{SEPARATORS}() ]{{0,2}}"
# Dropped from the ends of what is not quoted: it is how the word stood where it was copied from.
_ENDS = " ,.;:!?、。，；：！？…·'\"“”‘’¥￥$€£()（）[]【】《》<>-_/"


@dataclass(frozen=True, slots=True)
class Part:
    """A Latin word, number or code of a needle, found by any of some terms.

    Attributes:
        begins: terms that begin so.
        whole: terms that are this.
    """

    begins: tuple[str, ...]
    whole: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needle:
    """One form of a term.

    Attributes:
        text: closed and folded.
        grams: terms that must be there as a whole: of Han runs and signs.
        parts: its Latin parts, each of which must be there too.
        word: it is one Latin part and nothing else.
        exact: quoted: what begins so does not hold it.
        sure: a document with those terms holds the needle; no text need be read.
        run: it is one Han run of three or more, found by its bigrams in order.
        literal: finds it as written.
        loose: finds it in other notations where all parts are there, None where none is allowed.
    """

    text: str
    grams: tuple[str, ...]
    parts: tuple[Part, ...]
    word: bool
    exact: bool
    sure: bool
    run: bool
    literal: re.Pattern[str] | None
    loose: re.Pattern[str] | None

    def holds(self, texts: tuple[str, ...], more: tuple[str, ...]) -> bool:
        """True where texts hold it.

        Args:
            texts: closed and folded.
            more: their terms of other notations, each between two blanks.
        """
        if self.literal is None:
            # No word's edge to mind: a plain look is ten times quicker than an expression.
            return any(self.text in t for t in texts)
        if self.word and self.sure:
            return _there(self.parts[0], texts, more)
        if any(self.literal.search(t) for t in texts):
            return True
        if self.word:
            return self.exact and _there(Part((), self.parts[0].whole), texts, more)
        if self.loose is None or not all(_there(p, texts, more) for p in self.parts):
            return False
        return any(self.loose.search(t) for t in texts)

    def seen(self, text: str) -> re.Pattern[str] | None:
        """Return what finds it in a folded text, to show where; None where nothing does."""
        literal = self.literal or re.compile(re.escape(self.text))
        if literal.search(text):
            return literal
        loose = self.loose or _loose(self.text)
        return loose if loose.search(text) else None


@lru_cache(maxsize=512)
def needles(match: Match) -> tuple[Needle, ...]:
    """Return the forms of a term; a document holds the term where it holds one of them. None: nothing is looked for."""
    text = plain(match)
    if not text:
        return ()
    forms = dict.fromkeys((text, spelt_out(text)))
    return tuple(_needle(form, exact=match.exact, alike=match.alike) for form in forms)


@lru_cache(maxsize=512)
def plain(match: Match) -> str:
    """Return a term as texts are searched: closed, folded, and unless quoted without what stands around it."""
    text = fold(close(match.text))
    return text if match.exact else text.strip(_ENDS) or text


def edged(text: str, *, exact: bool) -> re.Pattern[str]:
    """Return the expression that finds a text: a Latin end begins (exact: and ends) at a word's edge."""
    start = rf"(?<![{LATIN}])" if _latin(text[0]) else ""
    end = rf"(?![{LATIN}])" if exact and _latin(text[-1]) else ""
    return re.compile(start + re.escape(text) + end)


def _needle(text: str, *, exact: bool, alike: bool) -> Needle:
    if _CHAIN.fullmatch(text) or (not exact and _GROUPS.fullmatch(text) and _digits(text) >= LEAST_DIGITS):
        return _word(text, exact=exact, alike=alike)
    grams: list[str] = []
    parts: list[Part] = []
    runs = [m[0] for m in RUNS.finditer(text)]
    for run in runs:
        if HAN.match(run) and len(run) > 1:
            grams += [run[i : i + 2] for i in range(len(run) - 1)]
        elif HAN.match(run) or (not _latin(run) and run not in _ENDS) or len(runs) == 1:
            grams.append(run)
    parts = [_part(m[0], exact=exact, alike=alike) for m in _CHAIN.finditer(text)]
    if not grams and not parts:
        grams = list(dict.fromkeys(runs))  # nothing but common signs
    han = bool(HAN.match(text[0]) and HAN.match(text[-1])) and not parts
    one = len(runs) == 1 and not parts
    return Needle(
        text,
        tuple(dict.fromkeys(grams)) if not (one and len(text) > 2) else tuple(grams),
        tuple(parts),
        word=False,
        exact=exact,
        sure=one and len(text) <= 2,
        run=one and len(text) > 2,
        literal=None if han or one else edged(text, exact=exact),
        loose=None if exact or not parts else _loose(text, alike=alike),
    )


def _word(text: str, *, exact: bool, alike: bool) -> Needle:
    part = _part(text, exact=exact, alike=alike)
    # A quoted chain ends at a word's edge, which its term does not tell.
    sure = len(text) < MOST and not (exact and part.begins)
    literal = edged(text, exact=exact)
    return Needle(text, (), (part,), word=True, exact=exact, sure=sure, run=False, literal=literal, loose=None)


def _part(text: str, *, exact: bool, alike: bool) -> Part:
    begins: list[str] = [text]
    whole: list[str] = []
    bare = "".join(c for c in text if c not in SEPARATORS and c != " ")
    number = _NUMBER.fullmatch(text)
    if exact:
        begins, whole = ([text], []) if bare != text or len(text) >= MOST else ([], [text])
    elif number and "." in text:
        begins.append(text.replace(",", ""))
    elif (number and "," in text) or len(bare) >= LEAST_DIGITS or not bare.isdigit():
        # Where a code stands as written it has the term of its letters too, but for points and commas.
        begins = [bare] if len(bare) < MOST_BARE and not {",", "."} & set(text) else [text, bare]
    if " " in text:
        begins = [bare]
    if number and (exact or "." in text):
        whole.append(f"#{value(text)}")
    if text.isalpha() and len(text) >= LEAST_BROKEN:
        whole.append(f"={text}")
    if alike:
        read = [looks(b) for b in begins]
        begins += [*read, *(f"~{b}" for b in read)]
    return Part(tuple(t[:MOST] for t in dict.fromkeys(begins)), tuple(t[:MOST] for t in dict.fromkeys(whole)))


def _there(part: Part, texts: tuple[str, ...], more: tuple[str, ...]) -> bool:
    """True where texts have a term of a part: what the index tells."""
    for terms, end in ((part.begins, ""), (part.whole, " ")):
        for term in terms:
            if any(f" {term}{end}" in m for m in more):
                return True
            if _latin(term[0]):
                found = edged(term, exact=bool(end))
                if any(found.search(t) for t in texts):
                    return True
    return False


@lru_cache(maxsize=512)
def _loose(text: str, *, alike: bool = False) -> re.Pattern[str]:
    """Return what finds a text with other separators in its Latin parts, or none, and zeros behind a number's point."""
    told: list[str] = []
    for match in re.finditer(rf"{_CHAIN.pattern}|.", text):
        piece = match[0]
        if not _latin(piece[0]):
            told.append(" ?" if piece == " " else re.escape(piece))
            continue
        if _NUMBER.fullmatch(piece):
            whole, _, rest = value(piece).partition(".")
            letters = [_letter(c, alike=alike) for c in whole]
            point = rf"(?:{re.escape('.' + rest)}0*)" if rest else r"(?:\.0+(?!\d))?"
            zeros = "0*" if piece[0] == "0" else ""
            told.append(rf"{zeros}{_BETWEEN.join(letters)}{point}")
        else:
            bare = [c for c in piece if c not in SEPARATORS]
            told.append(_BETWEEN.join(_letter(c, alike=alike) for c in bare))
    start = rf"(?<![{LATIN}])" if _latin(text[0]) else ""
    return re.compile(start + "".join(told))


def _letter(char: str, *, alike: bool) -> str:
    if alike and looks(char) in "01":
        return "[0o]" if looks(char) == "0" else "[1il]"
    return re.escape(char)


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _latin(text: str) -> bool:
    return text[0].isascii() and text[0].isalnum()
