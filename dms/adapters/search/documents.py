"""What every engine shares: the folded document, what a query holds for, snippets. The meaning of a search is here.

A term holds where its folded text stands in a field, blanks beside Han characters not counting. A Latin word, number or
code matches from the beginning of a word, in any notation (:mod:`tokens`); quoted, the whole word as written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dms.adapters.search.folding import close, fold
from dms.adapters.search.needles import Needle, needles, plain
from dms.adapters.search.tokens import HAN, notations
from dms.adapters.search.values import hundredths
from dms.domain.query import All, Between, Match, Node, Not, OneOf, Within, terms
from dms.ports.search import Entry, Hit

_BLANK = re.compile(r"\s")
_KEYWORDS = ("class", "year", "state", "manager")
SNIPPET_BEFORE, SNIPPET_LENGTH = 24, 96


@dataclass(frozen=True, slots=True)
class Folded:
    """One document as it is searched: folded texts by field, pages apart.

    Attributes:
        more: by field of :data:`NOTED`, the terms of other notations, each between two blanks.
        fields: what was read from its form: key, text, terms of other notations.
    """

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
    more: tuple[str, ...]
    fields: tuple[tuple[str, str, str], ...]
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

    def noted(self, field: str) -> tuple[str, ...]:
        """Return the terms of other notations of the texts of a field."""
        if not field:
            return self.more[0], self.more[1]
        return (self.more[NOTED.index("body" if field == "text" else field)],)


# Fields that have terms of other notations; the head is all that is not on a page.
NOTED = ("body", "head", "title", "customer", "number", "volume", "form", "code")


def folded(entry: Entry) -> Folded:
    """Return a document folded for searching."""
    title, customer, form = tidy(entry.title), tidy(entry.customer), fold(entry.form)
    volume, number, code = tidy(entry.volume), tidy(entry.paper_number), tidy(entry.code)
    fields = [(key, tidy(str(v)), str(v)) for key, v in entry.fields.items()]
    pages = tuple(tidy(p) for p in entry.pages)
    body: set[str] = set()
    for page, raw in zip(pages, entry.pages, strict=True):
        body |= notations(page, raw)
    read = tuple((key, text, noted(notations(text, raw))) for key, text, raw in fields)
    by_field = {
        "title": notations(title), "customer": notations(customer), "number": notations(number),
        "volume": notations(volume), "form": notations(form), "code": notations(code),
    }  # fmt: skip
    head = {t for name, found in by_field.items() if name != "form" for t in found}
    head |= {t for _, _, found in read for t in found.split()}
    by_field |= {"body": body, "head": head}
    return Folded(
        title=title,
        customer=customer,
        manager=fold(entry.manager),
        class_code=fold(entry.class_code),
        year=str(entry.year or ""),
        volume=volume,
        number=number,
        code=code,
        state=entry.state,
        form=form,
        date=entry.date.isoformat() if entry.date else "",
        values="\n".join(text for _, text, _ in fields),
        pinyin=" ".join(p for p in (initials(entry.title), initials(entry.customer)) if p),
        more=tuple(noted(by_field[name]) for name in NOTED),
        fields=read,
        pages=pages,
    )


def noted(found: set[str]) -> str:
    """Return terms as a document keeps them: each between two blanks."""
    return f" {' '.join(sorted(found))} " if found else ""


def tidy(text: str) -> str:
    """Return a text as it is searched."""
    return fold(close(text))


@lru_cache(maxsize=4096)
def initials(text: str) -> str:
    """Return pinyin initials of a name or title: ``杭州新辰`` is ``hzxc``; Latin letters and digits as they are."""
    from pypinyin import Style, lazy_pinyin

    bare = "".join(c for c in fold(text) if c.isalnum())
    if not HAN.search(bare):
        return ""
    return "".join(lazy_pinyin(bare, style=Style.FIRST_LETTER, errors="default")).lower()


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
    if isinstance(node, Within):
        values = [hundredths(text) for key, text, _ in doc.fields if key in node.keys]
        return any(
            v is not None and (node.low is None or v >= node.low) and (node.high is None or v <= node.high)
            for v in values
        )
    return _matches(node, doc)


def _matches(match: Match, doc: Folded) -> bool:
    if match.field in _KEYWORDS:
        return (
            plain(match)
            == {"class": doc.class_code, "year": doc.year, "state": doc.state, "manager": doc.manager}[match.field]
        )
    if match.keys:
        read = [(text, more) for key, text, more in doc.fields if key in match.keys]
        return any(needle.holds((text,), (more,)) for needle in needles(match) for text, more in read)
    texts, more = doc.texts(match.field), doc.noted(match.field)
    if any(needle.holds(texts, more) for needle in needles(match)):
        return True
    text = plain(match)
    return is_initials(match, text) and text in doc.pinyin


def is_initials(match: Match, text: str) -> bool:
    """Two or more letters may be pinyin initials of a title or a customer."""
    return (
        match.field in ("", "title", "customer")
        and not match.exact
        and not match.keys
        and len(text) >= 2
        and text.isascii()
        and text.isalpha()
    )


def hit(entry: Mapping[str, str], pages: tuple[str, ...], node: Node, score: float) -> Hit:
    """Make a hit: the first page that shows a term, with a snippet around it and the places of all terms in it.

    Args:
        entry: ``code``, ``number``, ``title``, ``customer`` as they are.
        pages: text of each page, closed, not folded.
        node: the query.
        score: of the engine.
    """
    sought = [needle for m in terms(node) if m.field in ("", "text") for needle in needles(m)]
    page, snippet = 0, ""
    marks: tuple[tuple[int, int], ...] = ()
    for number, text in enumerate(pages, 1):
        places = _places(sought, fold(text))
        if places:
            page = number
            snippet, marks = _cut(text, places)
            break
    return Hit(entry["code"], entry["number"], entry["title"], entry["customer"], page, snippet, marks, score)


def _places(sought: list[Needle], text: str) -> list[tuple[int, int]]:
    found = [(needle.seen(text)) for needle in sought]
    return sorted(m.span() for e in found if e is not None for m in e.finditer(text))


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
