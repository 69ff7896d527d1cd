"""Reads the query language: what people type becomes the tree of :mod:`dms.domain.query`.

``投诉 折让`` both; ``OR``, ``|``; ``NOT``, ``-word``; "phrases"; (groups); ``title:``, ``客户:`` …;
``date:2026-01..2026-03``.
Forgiving: what makes no sense as syntax is searched as text.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dms.domain.numbers import fold, is_code, is_paper
from dms.domain.query import All, Between, Match, Node, Not, OneOf
from dms.errors import Usage
from dms.said import Said

_FIELDS = {
    "title": "title", "题名": "title", "题": "title", "text": "text", "正文": "text", "customer": "customer",
    "客户": "customer", "manager": "manager", "客户经理": "manager", "经理": "manager",
    "class": "class", "大类": "class", "类": "class",
    "year": "year", "年度": "year", "volume": "volume", "案卷": "volume", "state": "state", "状态": "state",
    "code": "code", "电子文件号": "code", "number": "number", "档号": "number", "date": "date", "日期": "date",
    "form": "form", "表单": "form", "題名": "title", "客戶": "customer", "客戶經理": "manager", "檔號": "number",
}  # fmt: skip
_QUOTES = {'"': '"', "“": "”", "”": "”", "「": "」", "『": "』", "＂": "＂"}
_WORD = re.compile(r"[^\s()（）\"“”「」『』＂|｜]+")
_FIELD = re.compile(r"([A-Za-z\u4e00-\u9fff]{1,12})[:：]")
_MOST_NESTING = 40
_MOST_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word, phrase, field, (, ), and, or, not
    text: str = ""


def parse(text: str) -> Node:
    """Read a query; an empty one matches everything.

    Raises:
        Usage: a date that does not exist, or a query of absurd length.
    """
    if len(text) > _MOST_LENGTH:
        raise Usage(
            Said("The query has {count:,} characters.", count=len(text)),
            Said("At most {most_length:,} are searched.", most_length=_MOST_LENGTH),
        )
    clean = "".join(c if c >= " " and not "\ud800" <= c <= "\udfff" else " " for c in text)
    return _Parser(list(_tokens(clean))).query()


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        char = text[place]
        if char.isspace():
            place += 1
        elif char in "(（":
            yield _Token("(")
            place += 1
        elif char in ")）":
            yield _Token(")")
            place += 1
        elif char in "|｜":
            yield _Token("or")
            place += 1
        elif char in _QUOTES:
            end = text.find(_QUOTES[char], place + 1)
            end = len(text) if end < 0 else end
            if text[place + 1 : end].strip():
                yield _Token("phrase", text[place + 1 : end].strip())
            place = end + 1
        elif (found := _FIELD.match(text, place)) and found[1].lower() in _FIELDS:
            yield _Token("field", _FIELDS[found[1].lower()])
            place = found.end()
        elif (
            char in "-－"
            and place + 1 < len(text)
            and (place == 0 or text[place - 1].isspace() or text[place - 1] in "(（")
        ):
            yield _Token("not")
            place += 1
        else:
            match = _WORD.match(text, place)
            word = match[0] if match else char
            place += len(word)
            yield {"AND": _Token("and"), "OR": _Token("or"), "NOT": _Token("not")}.get(word, _Token("word", word))


class _Parser:
    """Recursive descent: or < and < not < group, field or word."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def query(self) -> Node:
        parts: list[Node] = []
        while self._place < len(self._tokens):
            parts.append(self._either())
            if self._next() == ")":
                self._place += 1  # one too many
        return _all(parts)

    def _next(self) -> str:
        return self._tokens[self._place].kind if self._place < len(self._tokens) else ""

    def _either(self) -> Node:
        parts = [self._both()]
        while self._next() == "or":
            self._place += 1
            parts.append(self._both())
        filled = tuple(p for p in parts if p != All())
        return OneOf(filled) if len(filled) > 1 else filled[0] if filled else All()

    def _both(self) -> Node:
        parts: list[Node] = []
        while self._next() not in ("", "or", ")"):
            if self._next() == "and":
                self._place += 1
                continue
            parts.append(self._one())
        return _all(parts)

    def _one(self) -> Node:
        token = self._tokens[self._place]
        self._place += 1
        if token.kind == "not":
            if self._next() in ("", ")", "or", "and"):
                return All()
            inner = self._one()
            return Not(inner) if inner != All() else inner
        if token.kind == "(":
            return self._group()
        if token.kind == "field":
            return self._field(token.text)
        return _match(token.text, "", exact=token.kind == "phrase")

    def _group(self) -> Node:
        self._depth += 1
        if self._depth > _MOST_NESTING:
            raise Usage(Said("The query has too many parentheses."), Said("Leave some out."))
        inner = self._either()
        self._depth -= 1
        if self._next() == ")":
            self._place += 1
        return inner

    def _field(self, name: str) -> Node:
        if self._next() not in ("word", "phrase"):
            return All()
        token = self._tokens[self._place]
        self._place += 1
        if name == "date":
            return _dates(token.text)
        return _match(token.text, name, exact=token.kind == "phrase")


def _all(parts: list[Node]) -> Node:
    filled = tuple(p for p in parts if p != All())
    return filled[0] if len(filled) == 1 else All(filled)


def _match(text: str, field: str, *, exact: bool) -> Node:
    text = text.rstrip("*") if not exact else text
    if not any(c.isalnum() for c in text):
        return All()
    # A code or paper number typed in any variant is that number.
    if field in ("", "code", "number", "volume") and (is_code(text) or is_paper(text) or field in ("number", "volume")):
        text = fold(text)
    return Match(text, field, exact)


def _dates(text: str) -> Node:
    """Read a day, month, year or a range of them."""
    first, dots, last = text.partition("..")
    start = _day(first, end=False) if first else None
    end = _day(last, end=True) if dots and last else None if dots else _day(first, end=True)
    return Between(start, end)


def _day(text: str, *, end: bool) -> date:
    parts = re.findall(r"\d+", fold(text).replace("·", "-"))
    try:
        year = int(parts[0])
        month = int(parts[1]) if len(parts) > 1 else (12 if end else 1)
        last = calendar.monthrange(year, month)[1]
        return date(year, month, int(parts[2]) if len(parts) > 2 else (last if end else 1))
    except (IndexError, ValueError):
        raise Usage(
            Said("“{text}” is no date.", text=text),
            Said("Such as date:2026-11-23, date:2026-11, date:2026-01..2026-03."),
        ) from None
