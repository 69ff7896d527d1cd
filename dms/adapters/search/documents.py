"""What every engine shares: the folded document, what a query term means, snippets. The meaning of a search is here.

A term matches where its folded text stands in a field, blanks between Han characters not counting. A Latin word or
number at its ends matches from the beginning of a word (``exact``: the whole word).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dms.adapters.search.folding import fold
from dms.domain.query import All, Between, Match, Node, Not, OneOf, terms
from dms.ports.search import Entry, Hit

_LATIN = "a-z0-9"
_WORD = re.compile(rf"[{_LATIN}]+")
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\uac00-\ud7af\u3040-\u30ff]")
_GAP = re.compile(r"\s+")
_BLANK = re.compile(r"\s")
_BETWEEN_HAN = re.compile(rf"(?<={_HAN.pattern})\s+(?={_HAN.pattern})")
_KEYWORDS = ("class", "year", "state", "manager")
SNIPPET_BEFORE, SNIPPET_LENGTH = 24, 96


@dataclass(frozen=True, slots=True)
class Folded:
    """One document as it is searched: folded texts by field, pages apart."""

    title: str
    customer: str
    manager: str
    class_code: str
    year: str
    volume: str
    number: str
    code: str
    state: str
    form: str
    date: str
    values: str
    pinyin: str
    pages: tuple[str, ...]

    def texts(self, field: str) -> tuple[str, ...]:
        """Return the texts a term of this field is looked for in."""
        if field == "text":
            return self.pages
        if field in ("title", "customer"):
            return (getattr(self, field),)
        if field in ("volume", "number", "code", "form"):
            return (getattr(self, field),)
        return (self.title, self.customer, self.values, self.code, self.number, self.volume, *self.pages)


def folded(entry: Entry) -> Folded:
    """Return a document folded for searching."""
    return Folded(
        title=tidy(entry.title),
        customer=tidy(entry.customer),
        manager=fold(entry.manager),
        class_code=fold(entry.class_code),
        year=str(entry.year or ""),
        volume=fold(entry.volume),
        number=fold(entry.paper_number),
        code=fold(entry.code),
        state=entry.state,
        form=fold(entry.form),
        date=entry.date.isoformat() if entry.date else "",
        values=tidy(" \n ".join(str(v) for v in entry.fields.values())),
        pinyin=" ".join(p for p in (initials(entry.title), initials(entry.customer)) if p),
        pages=tuple(fold(close(p)) for p in entry.pages),
    )


def close(text: str) -> str:
    """Drop blanks between Han characters: OCR and layout put them there, nobody types them."""
    return _BETWEEN_HAN.sub("", text)


def tidy(text: str) -> str:
    """Return folded text without blanks between Han characters."""
    return fold(close(text))


@lru_cache(maxsize=4096)
def initials(text: str) -> str:
    """Return pinyin initials of a name or title: ``杭州新辰`` is ``hzxc``; Latin letters and digits as they are."""
    from pypinyin import Style, lazy_pinyin

    bare = "".join(c for c in fold(text) if c.isalnum())
    if not _HAN.search(bare):
        return ""
    return "".join(lazy_pinyin(bare, style=Style.FIRST_LETTER, errors="default")).lower()


@lru_cache(maxsize=512)
def needle(match: Match) -> str:
    """Return what is looked for: folded, blanks inside it single, none between Han characters."""
    return _GAP.sub(" ", tidy(match.text)).strip()


@lru_cache(maxsize=512)
def pattern(text: str, *, exact: bool) -> re.Pattern[str]:
    """Return the expression that finds a needle: a Latin end begins (exact: and ends) at a word's edge."""
    start = rf"(?<![{_LATIN}])" if _WORD.match(text[:1]) else ""
    end = rf"(?![{_LATIN}])" if exact and _WORD.match(text[-1:]) else ""
    return re.compile(start + r"\s+".join(re.escape(p) for p in text.split(" ")) + end)


def holds(node: Node, doc: Folded) -> bool:
    """True where a query holds for a document: what every engine must agree with."""
    if isinstance(node, All):
        return all(holds(part, doc) for part in node.parts)
    if isinstance(node, OneOf):
        return any(holds(part, doc) for part in node.parts)
    if isinstance(node, Not):
        return not holds(node.part, doc)
    if isinstance(node, Between):
        inside = node.start is None or doc.date >= node.start.isoformat()
        return bool(doc.date) and inside and (node.end is None or doc.date <= node.end.isoformat())
    return _matches(node, doc)


def _matches(match: Match, doc: Folded) -> bool:
    text = needle(match)
    if match.field in _KEYWORDS:
        return (
            text == {"class": doc.class_code, "year": doc.year, "state": doc.state, "manager": doc.manager}[match.field]
        )
    if _HAN.match(text[:1]) and _HAN.match(text[-1:]) and " " not in text:
        # No word's edge to mind: a plain look is ten times quicker than an expression.
        found = any(text in t for t in doc.texts(match.field))
    else:
        expression = pattern(text, exact=match.exact)
        found = any(expression.search(t) for t in doc.texts(match.field))
    if found:
        return True
    return is_initials(match, text) and text in doc.pinyin


def is_initials(match: Match, text: str) -> bool:
    """Two or more letters may be pinyin initials of a title or a customer."""
    return (
        match.field in ("", "title", "customer")
        and not match.exact
        and len(text) >= 2
        and text.isascii()
        and text.isalpha()
    )


def hit(entry: Mapping[str, str], pages: tuple[str, ...], node: Node, score: float) -> Hit:
    """Make a hit: the first page that shows a term, with a snippet around it and the places of all terms in it.

    Args:
        entry: ``code``, ``number``, ``title``, ``customer`` as they are.
        pages: text of each page, blanks between Han characters dropped, not folded.
        node: the query.
        score: of the engine.
    """
    expressions = [
        pattern(needle(m), exact=m.exact) for m in terms(node) if m.field in ("", "text") and needle(m)
    ]  # fmt: skip
    page, snippet = 0, ""
    marks: tuple[tuple[int, int], ...] = ()
    for number, text in enumerate(pages, 1):
        low = fold(text)
        places = sorted(m.span() for e in expressions for m in e.finditer(low))
        if places:
            page = number
            snippet, marks = _cut(text, places)
            break
    return Hit(entry["code"], entry["number"], entry["title"], entry["customer"], page, snippet, marks, score)


def _cut(text: str, places: list[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    start = max(0, places[0][0] - SNIPPET_BEFORE)
    end = min(len(text), start + max(SNIPPET_LENGTH, places[0][1] - start))
    shown = _BLANK.sub(" ", text[start:end])
    lead = "…" if start else ""
    shift = len(lead) - start
    marks: list[tuple[int, int]] = []
    for a, b in places:
        if b <= end and (not marks or a + shift >= marks[-1][1]):
            marks.append((a + shift, b + shift))
    return lead + shown + ("…" if end < len(text) else ""), tuple(marks)


def grams(text: str) -> Iterator[str]:
    """Yield the index terms of a folded text: Latin words and numbers whole, Han bigrams and single characters."""
    for match in re.finditer(rf"[{_LATIN}]+|{_HAN.pattern}+", text):
        run = match[0]
        if run[0].isascii():
            yield run
        else:
            yield from run
            for i in range(len(run) - 1):
                yield run[i : i + 2]


def ordered_grams(text: str) -> Iterator[str]:
    """Yield the bigrams of each Han run in order, its last character behind them, so that runs never join."""
    for match in re.finditer(rf"{_HAN.pattern}{{2,}}", text):
        run = match[0]
        for i in range(len(run) - 1):
            yield run[i : i + 2]
        yield run[-1]


def wanted_grams(text: str) -> tuple[list[str], list[str]]:
    """Return which grams a document must have to hold a needle: whole ones, and Latin beginnings of words.

    Only the first and last Latin run can be cut by the needle's ends; the first begins at a word's edge.
    """
    whole: list[str] = []
    begins: list[str] = []
    runs = list(re.finditer(rf"[{_LATIN}]+|{_HAN.pattern}+", text))
    for number, match in enumerate(runs):
        run = match[0]
        if run[0].isascii():
            last = number == len(runs) - 1 and match.end() == len(text)
            (begins if last else whole).append(run)
        elif len(run) == 1:
            whole.append(run)
        else:
            whole += [run[i : i + 2] for i in range(len(run) - 1)]
    return whole, begins
