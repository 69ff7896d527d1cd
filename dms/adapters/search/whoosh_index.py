"""Search with Whoosh: sets of grams find candidates, the stored text decides where grams alone cannot.

One and two Han characters, and a Latin beginning, are single index terms and exact. Longer needles are the AND of their
grams, verified against the folded text. Totals, facets and pages of hits are exact, the asker's scope is in the query.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from whoosh import fields, index, query

from dms.adapters.search.documents import (
    Folded,
    close,
    folded,
    grams,
    hit,
    holds,
    is_initials,
    needle,
    wanted_grams,
)
from dms.adapters.search.generations import Generations
from dms.domain.query import All, Between, Match, Node, Not, OneOf, Scope
from dms.errors import Damaged, DmsError, Unavailable
from dms.ports.search import Answer, Ask, Entry

R = TypeVar("R")
_TRIES = 4
_KEYWORDS = {"class": "class_code", "year": "year", "state": "state", "manager": "manager"}
_FACETS = {"class": "class_raw", "year": "year", "customer": "customer_raw", "manager": "manager_raw", "state": "state",
           "volume": "volume_raw"}  # fmt: skip
_HEAD = "head"


def _schema() -> Any:
    """Grams are given as words, each once: a set needs no positions."""
    gram = fields.KEYWORD
    return fields.Schema(
        code=fields.ID(unique=True, stored=True, sortable=True),
        body=gram(), head=gram(), title=gram(), customer=gram(), number=gram(), volume=gram(), form=gram(),
        code_grams=gram(), pinyin=gram(),
        class_code=fields.ID(), year=fields.ID(sortable=True), state=fields.ID(sortable=True), manager=fields.ID(),
        date=fields.ID(sortable=True), class_raw=fields.ID(sortable=True), manager_raw=fields.ID(sortable=True),
        customer_raw=fields.ID(sortable=True), volume_raw=fields.ID(sortable=True), number_raw=fields.ID(sortable=True),
        title_raw=fields.STORED(), folded=fields.STORED(), pages=fields.STORED(),
    )  # fmt: skip


class WhooshIndex:
    """See :class:`dms.ports.search.SearchIndex`.

    Args:
        root: folder of the index, ours alone.
    """

    def __init__(self, root: Path) -> None:
        self._generations = Generations(root)
        self._lock = threading.RLock()
        self._index: Any = None
        self._searcher: Any = None
        self._folder: Path | None = None

    @property
    def name(self) -> str:
        """Engine and version."""
        import whoosh

        return "whoosh " + ".".join(map(str, whoosh.__version__))

    # -- writing ----------------------------------------------------------------------------------------------
    def update(self, entries: Iterable[Entry], removed: Iterable[str] = ()) -> None:
        """Add or replace entries and remove codes in one commit."""
        with self._generations.writing():
            self._guarded(lambda: self._write(self._opened(), list(entries), list(removed)))

    def _write(self, opened: Any, entries: list[Entry], removed: list[str]) -> None:
        writer = opened.writer(limitmb=128)
        try:
            for code in {*removed, *(e.code for e in entries)}:
                writer.delete_by_term("code", code)
            for entry in entries:
                writer.add_document(**_document(entry))
        except BaseException:
            writer.cancel()
            raise
        writer.commit()

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Build a new generation beside the old one, then switch."""
        with self._generations.writing():
            folder = self._generations.fresh()
            count = 0
            try:
                writer = index.create_in(str(folder), _schema()).writer(limitmb=256)
                for entry in entries:
                    writer.add_document(**_document(entry))
                    count += 1
                writer.commit()
            except OSError as problem:
                shutil.rmtree(folder, ignore_errors=True)
                raise Unavailable(f"The index cannot be written: {problem}.", "Make room on its disk.") from problem
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self._generations.switch(folder)
            return count

    # -- reading ----------------------------------------------------------------------------------------------
    def ask(self, ask: Ask) -> Answer:
        """Answer a question."""
        return self._guarded(lambda: self._ask(ask))

    def codes(self) -> frozenset[str]:
        """Return every code in the index."""
        return self._guarded(lambda: frozenset(f["code"] for f in self._search().reader().all_stored_fields()))

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            if self._searcher is not None:
                self._searcher.close()
            self._searcher = self._index = self._folder = None

    def _guarded(self, act: Callable[[], R]) -> R:
        """Try again while another process commits; what stays wrong is damage, and nothing but a DmsError comes out."""
        with self._lock:
            for attempt in range(1, _TRIES + 1):
                try:
                    return act()
                except DmsError:
                    raise
                except OSError as problem:
                    self._forget()
                    if problem.errno in (28, 30, 122):
                        raise Unavailable(
                            f"The index cannot be written: {problem}.", "Make room on its disk."
                        ) from problem
                    if attempt == _TRIES:
                        raise Damaged(f"The index is damaged: {problem}.", "dms reindex") from problem
                except RecursionError as problem:
                    raise Damaged("The query is nested too deeply for the index.", "Simplify it.") from problem
                except Exception as problem:
                    # Broken Whoosh files raise whatever unpickling them happens to hit.
                    self._forget()
                    if attempt == _TRIES:
                        raise Damaged(f"The index is damaged: {type(problem).__name__}.", "dms reindex") from problem
                time.sleep(0.05 * attempt)
        raise AssertionError("unreachable")

    def _forget(self) -> None:
        try:
            self.close()
        except Exception:
            # A damaged searcher may fail to close as well; it is dropped either way.
            self._searcher = self._index = self._folder = None

    def _opened(self) -> Any:
        folder = self._generations.current()
        if self._index is None or folder != self._folder:
            self._forget()
            folder.mkdir(exist_ok=True, mode=0o700)
            if not index.exists_in(str(folder)) and not any(folder.iterdir()):
                with self._generations.writing():
                    if not any(folder.iterdir()):
                        index.create_in(str(folder), _schema())
            self._index = index.open_dir(str(folder))
            self._folder = folder
        return self._index

    def _search(self) -> Any:
        opened = self._opened()
        if self._searcher is None:
            self._searcher = opened.searcher()
        elif not self._searcher.up_to_date():
            self._searcher = self._searcher.refresh()
        return self._searcher

    def _ask(self, ask: Ask) -> Answer:
        searcher = self._search()
        scope = _scope(ask.scope)
        if scope is None:
            return Answer(0, (), {name: {} for name in ask.facets})
        wanted, exact = _candidates(ask.query)
        docs = self._docs(searcher, _and([wanted, scope]))
        if not exact:
            docs = [d for d in docs if holds(ask.query, _unpacked(searcher.stored_fields(d)["folded"]))]
        reader = searcher.reader()
        counts = {name: _count(reader, docs, _FACETS[name]) for name in ask.facets}
        ranked, titled = self._ranked(searcher, docs, ask)
        hits = tuple(
            _hit(searcher.stored_fields(d), reader, d, ask.query, 2.0 if d in titled else 1.0)
            for d in ranked[ask.offset : ask.offset + ask.limit]
        )
        return Answer(len(docs), hits, counts)

    def _docs(self, searcher: Any, wanted: Any) -> list[int]:
        """Return the numbers of matching documents, deleted ones left out."""
        return sorted(set(wanted.normalize().docs(searcher)))

    def _ranked(self, searcher: Any, docs: list[int], ask: Ask) -> tuple[list[int], set[int]]:
        """Order hits. Relevance: those with the words in title or customer first, then the newest."""
        reader = searcher.reader()
        if ask.sort != "relevance":
            column = {"date": "date", "-date": "date", "code": "code", "number": "number_raw", "title": ""}[ask.sort]
            if not column:
                return sorted(docs, key=lambda d: searcher.stored_fields(d)["title_raw"]), set()
            values = reader.column_reader(column)
            codes = reader.column_reader("code")
            return sorted(docs, key=lambda d: (values[d], codes[d]), reverse=ask.sort == "date"), set()
        titled: set[int] = set()
        for name in ("title", "customer"):
            inside, _ = _candidates(_moved(ask.query, name))
            if _has_terms(ask.query):
                titled |= set(inside.normalize().docs(searcher))
        dates, codes = reader.column_reader("date"), reader.column_reader("code")
        return sorted(docs, key=lambda d: (d in titled, dates[d], codes[d]), reverse=True), titled


def _document(entry: Entry) -> dict[str, Any]:
    doc = folded(entry)
    pages = [close(p) for p in entry.pages]
    head = " \n ".join((doc.title, doc.customer, doc.values, doc.code, doc.number, doc.volume))
    return {
        "code": entry.code, "body": _words(*doc.pages), "head": _words(head), "title": _words(doc.title),
        "customer": _words(doc.customer), "number": _words(doc.number), "volume": _words(doc.volume),
        "form": _words(doc.form), "code_grams": _words(doc.code),
        "pinyin": " ".join({doc.pinyin[i : i + 2] for i in range(len(doc.pinyin) - 1)}),
        "class_code": doc.class_code, "year": doc.year, "state": doc.state, "manager": doc.manager, "date": doc.date,
        "class_raw": entry.class_code, "manager_raw": entry.manager, "customer_raw": entry.customer,
        "volume_raw": entry.volume, "number_raw": entry.paper_number, "title_raw": entry.title,
        "folded": _packed([getattr(doc, name) for name in Folded.__slots__]),
        "pages": _packed(pages),
    }  # fmt: skip


def _words(*texts: str) -> str:
    return " ".join({g for text in texts for g in grams(text)})


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), 1)


def _unpacked(data: bytes) -> Folded:
    told = json.loads(zlib.decompress(data))
    return Folded(*told[:-1], tuple(told[-1]))


def _hit(stored: dict[str, Any], reader: Any, doc: int, node: Node, score: float) -> Any:
    told = {
        "code": stored["code"],
        "number": reader.column_reader("number_raw")[doc],
        "title": stored["title_raw"],
        "customer": reader.column_reader("customer_raw")[doc],
    }
    return hit(told, tuple(json.loads(zlib.decompress(stored["pages"]))), node, score)


def _count(reader: Any, docs: list[int], column: str) -> dict[str, int]:
    values = reader.column_reader(column)
    return dict(Counter(values[d] for d in docs).most_common())


def _scope(scope: Scope) -> Any:
    """Return the scope as a query; None where it sees nothing at all (deny by default)."""
    if scope.everything:
        return query.Every()
    parts = [query.Term("manager_raw", m) for m in scope.managers if m]
    parts += [query.Term("customer_raw", c) for c in scope.customers if c]
    parts += [query.Term("code", c) for c in scope.codes if c]
    return query.Or(parts) if parts else None


def _candidates(node: Node) -> tuple[Any, bool]:
    """Return a query that finds every document for which ``node`` holds, and whether it finds no other."""
    if isinstance(node, All):
        if not node.parts:
            return query.Every(), True
        parts = [_candidates(p) for p in node.parts]
        return _and([p for p, _ in parts]), all(e for _, e in parts)
    if isinstance(node, OneOf):
        parts = [_candidates(p) for p in node.parts]
        everything = any(isinstance(p, query.Every) for p, _ in parts)
        return query.Every() if everything else query.Or([p for p, _ in parts]), all(e for _, e in parts)
    if isinstance(node, Not):
        inner, exact = _candidates(node.part)
        if not exact:
            return query.Every(), False
        return (query.NullQuery if isinstance(inner, query.Every) else query.AndNot(query.Every(), inner)), True
    if isinstance(node, Between):
        start = node.start.isoformat() if node.start else "0"
        end = node.end.isoformat() if node.end else "9"
        return query.TermRange("date", start, end), True
    return _term(node)


def _and(parts: list[Any]) -> Any:
    """Join parts; Whoosh takes an AND with "everything" in it for everything, so that is left out."""
    narrow = [p for p in parts if not isinstance(p, query.Every)]
    return narrow[0] if len(narrow) == 1 else query.And(narrow) if narrow else query.Every()


def _term(match: Match) -> tuple[Any, bool]:
    text = needle(match)
    if match.field in _KEYWORDS:
        return query.Term(_KEYWORDS[match.field], text), True
    whole, begins = wanted_grams(text)
    if not whole and not begins:
        return query.Every(), False
    # Characters between the grams (a dot, a comma) are not in the index: only the text can tell.
    single = len(whole) + len(begins) == 1 and len(text) == len((whole or begins)[0])
    places = {"text": ("body",), "": ("body", _HEAD), "code": ("code_grams",)}.get(match.field, (match.field,))
    options = [_grams(place, whole, begins, exact=match.exact) for place in places]
    if is_initials(match, text):
        options.append(query.And([query.Term("pinyin", text[i : i + 2]) for i in range(len(text) - 1)]))
        single = single and len(text) == 2
    return (options[0] if len(options) == 1 else query.Or(options)), single


def _grams(place: str, whole: list[str], begins: list[str], *, exact: bool) -> Any:
    parts = [query.Term(place, g) for g in dict.fromkeys(whole)]
    parts += [query.Term(place, g) if exact else query.Prefix(place, g) for g in begins]
    return parts[0] if len(parts) == 1 else query.And(parts)


def _moved(node: Node, field: str) -> Node:
    """Return the query with its free terms looked for in one field only."""
    if isinstance(node, All):
        return All(tuple(_moved(p, field) for p in node.parts))
    if isinstance(node, OneOf):
        return OneOf(tuple(_moved(p, field) for p in node.parts))
    if isinstance(node, Match) and not node.field:
        return Match(node.text, field, node.exact)
    return node


def _has_terms(node: Node) -> bool:
    if isinstance(node, All | OneOf):
        return any(_has_terms(p) for p in node.parts)
    return isinstance(node, Match) and not node.field
