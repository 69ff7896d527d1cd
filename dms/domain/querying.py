"""Reads the query language: what people type becomes the tree of :mod:`dms.domain.query`.

``投诉 折让`` both; ``OR``, ``|``; ``NOT``, ``-word``; "phrases"; (groups); ``title:``, ``客户:`` …;
``date:2026-01..2026-03``; fields of forms by what is printed before them: ``金额:>10000``, ``电话:139 1234 5678``.
Forgiving: what makes no sense as syntax is searched as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dms.domain.asking import FieldNames, FormField, amounts, dates, days, year
from dms.domain.hantext import INVISIBLE
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
_FIELD = re.compile(r"([A-Za-z_\u4e00-\u9fff]{1,20})[:：]")
_DIGITS = re.compile(r"[0-9０-９]+(?:[-.－][0-9０-９]+)*[Xx]?")
_AREA = re.compile(r"[(（]([0-9０-９]{2,5})[)）](?=\s*[0-9０-９])")
# As many figures in groups may be one number: a phone's, an account's.
_LEAST_DIGITS = 7
_NO_NAMES = FieldNames()
_MOST_NESTING = 40
_MOST_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word, phrase, field, (, ), and, or, not
    text: str = ""
    form: FormField | None = None


def parse(text: str, names: FieldNames = _NO_NAMES) -> Node:
    """Read a query; an empty one matches everything.

    Args:
        text: as typed.
        names: of the fields of forms.

    Raises:
        Usage: a date, year or amount that is none, or a query of absurd length.
    """
    if len(text) > _MOST_LENGTH:
        raise Usage(
            Said("The query has {count:,} characters.", count=len(text)),
            Said("At most {most_length:,} are searched.", most_length=_MOST_LENGTH),
        )
    clean = "".join(c if c >= " " and not "\ud800" <= c <= "\udfff" else " " for c in text)
    return _Parser(list(_tokens(clean, names))).query()


def _tokens(text: str, names: FieldNames) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        char = text[place]
        if char.isspace():
            place += 1
        elif area := _AREA.match(text, place):
            # (0571) 8765-4321: no group of words, a phone's number.
            yield _Token("word", area[1])
            place = area.end()
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
        elif (found := _FIELD.match(text, place)) and (field := _field_token(found[1], names)):
            yield field
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


def _field_token(name: str, names: FieldNames) -> _Token | None:
    """Return the token of a field's name, None where no field is called so."""
    own = _FIELDS.get(name.lower())
    if own:
        return _Token("field", own)
    named = names.named(name)
    if isinstance(named, FormField):
        return _Token("field", name, named)
    return _Token("field", named) if named else None


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
            if groups := self._groups():
                parts.append(groups)
            else:
                parts.append(self._one())
        return _all(parts)

    def _groups(self) -> Node | None:
        """Take figures in groups, as ``139 1234 5678``, for one number or for several."""
        end = self._place
        while (
            end < len(self._tokens) and self._tokens[end].kind == "word" and _DIGITS.fullmatch(self._tokens[end].text)
        ):
            end += 1
        words = [t.text for t in self._tokens[self._place : end]]
        if len(words) < 2 or sum(c.isdigit() for c in "".join(words)) < _LEAST_DIGITS:
            return None
        self._place = end
        return OneOf((All(tuple(map(Match, words))), Match(" ".join(words))))

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
            return self._form(token.form) if token.form else self._field(token.text)
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
            return Between(*dates(token.text))
        if name == "year":
            return Match(str(year(token.text)), name)
        return _match(token.text, name, exact=token.kind == "phrase")

    def _form(self, field: FormField) -> Node:
        if self._next() not in ("word", "phrase"):
            return All()
        token = self._tokens[self._place]
        if field.kind in ("amount", "date"):
            self._place += 1
            return (amounts if field.kind == "amount" else days)(field.keys, token.text)
        words = [token.text]
        self._place += 1
        if token.kind == "word" and _DIGITS.fullmatch(token.text):
            while self._next() == "word" and _DIGITS.fullmatch(self._tokens[self._place].text):
                words.append(self._tokens[self._place].text)
                self._place += 1
        told = _match(" ".join(words), "", exact=token.kind == "phrase")
        if not isinstance(told, Match):
            return told
        # A form that was not recognised has no fields; there it stands behind its name.
        behind = (Match(f"{name}:{told.text}", "", told.exact) for name in field.labels)
        return OneOf((replace(told, keys=field.keys), *behind))


def _all(parts: list[Node]) -> Node:
    filled = tuple(p for p in parts if p != All())
    return filled[0] if len(filled) == 1 else All(filled)


def _match(text: str, field: str, *, exact: bool) -> Node:
    text = text.rstrip("*") if not exact else text
    if not text.translate(INVISIBLE).strip():
        return All()
    # A code or paper number typed in any variant is that number.
    if field in ("", "code", "number", "volume") and (is_code(text) or is_paper(text) or field in ("number", "volume")):
        text = fold(text)
    return Match(text, field, exact)
