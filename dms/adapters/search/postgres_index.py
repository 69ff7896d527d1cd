"""Search on PostgreSQL: for many machines, and for a million records.

Grams of every field stand as lexemes of one tsvector under a GIN index, each behind a letter for its field; texts
stand beside it, folded, so that a run of Han characters is confirmed in the database. The match is a MATERIALIZED CTE:
left to itself the planner walks the records by date and reads them all. Very long texts do not fit a tsvector (1 MB):
those records are few, marked as long, and read.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dms.adapters.catalogue.postgres import open_engine
from dms.adapters.search.alike import best, telling
from dms.adapters.search.candidates import candidates, titled
from dms.adapters.search.documents import NOTED, Folded, hit, holds
from dms.adapters.search.stored import FORMAT, GRAMS, KEYWORDS, document, unpack, unpack_folded
from dms.domain.query import Scope
from dms.errors import Damaged, Unavailable
from dms.ports.search import Answer, Ask, Entry, Hit
from dms.said import Do, Said

_TABLE, _FRESH, _OLD = "dms_search", "dms_search_fresh", "dms_search_old"
_LOCK = 0x444D55
# The table's comment: a table without it, or with another, was made by another version or by hand.
_MARK = f"dms search, format {FORMAT}"
_LETTERS = {name: letter for name, letter in zip((*GRAMS, *KEYWORDS), "abcdefghijklmnopqrst", strict=False)}
_TEXTS = ("body", "head", "title", "customer")
_MOST_BYTES = 900_000
_BATCH = 500
_WAIT_SECONDS = 10.0
_FACETS = {"class": "class_raw", "year": "year", "customer": "customer_raw", "manager": "manager_raw",
           "state": "state", "volume": "volume_raw"}  # fmt: skip
_SORTS = {
    "relevance": "first DESC, newest DESC", "date": "newest DESC", "-date": "newest", "code": "code",
    "number": "number_raw, code", "title": "title_raw, code",
}  # fmt: skip
_COLUMNS = {
    "code": "text COLLATE \"C\" PRIMARY KEY", "newest": "text COLLATE \"C\" NOT NULL", "day": "date",
    "class_raw": "text NOT NULL", "year": "text NOT NULL", "customer_raw": "text NOT NULL",
    "manager_raw": "text NOT NULL", "state": "text NOT NULL", "volume_raw": "text NOT NULL",
    "number_raw": "text COLLATE \"C\" NOT NULL", "title_raw": "text COLLATE \"C\" NOT NULL",
    "grams": "tsvector NOT NULL", "long": "boolean NOT NULL",
    **{f"{name}_text": "text NOT NULL" for name in _TEXTS},
    "folded": "bytea NOT NULL", "pages": "bytea NOT NULL",
}  # fmt: skip
_INDEXES = {
    "grams": "USING gin (grams) WITH (fastupdate = off)", "customer": "(customer_raw)", "manager": "(manager_raw)",
    "newest": "(newest)", "day": "(day)", "long": "(code) WHERE long",
}  # fmt: skip


class PostgresIndex:
    """See :class:`dms.ports.search.SearchIndex`.

    Args:
        url: ``postgresql+psycopg://…``, the catalogue's or another database.

    Raises:
        MissingProgram: the driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    @property
    def name(self) -> str:
        """Engine and version."""
        with self._working() as connection:
            return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"

    def update(self, entries: Iterable[Entry], removed: Iterable[str] = ()) -> None:
        """Add, replace and remove in one transaction."""
        rows = sorted(({e.code: e for e in entries}).values(), key=lambda e: e.code)
        codes = sorted(set(removed))
        with self._working() as connection:
            self._hold(connection, "pg_try_advisory_xact_lock_shared")
            _whole(connection)
            if codes:
                connection.execute(text(f"DELETE FROM {_TABLE} WHERE code = ANY(:codes)"), {"codes": codes})  # noqa: S608
            _write(connection, _TABLE, iter(rows))

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Fill a fresh table and put it in the old one's place; readers go on with the old one until then."""
        with self._working(slow=True) as connection:
            self._hold(connection, "pg_try_advisory_xact_lock")
            connection.execute(text(f"DROP TABLE IF EXISTS {_FRESH}"))
            _make(connection, _FRESH)
            count = _write(connection, _FRESH, iter(entries))
            _index(connection, _FRESH)
            connection.execute(text(f"COMMENT ON TABLE {_FRESH} IS '{_MARK}'"))
            connection.execute(text(f"DROP TABLE IF EXISTS {_TABLE}"))
            connection.execute(text(f"ALTER TABLE {_FRESH} RENAME TO {_TABLE}"))
            connection.execute(text(f"ALTER INDEX {_FRESH}_pkey RENAME TO {_TABLE}_pkey"))
            for one in _INDEXES:
                connection.execute(text(f"ALTER INDEX {_FRESH}_{one} RENAME TO {_TABLE}_{one}"))
            connection.execute(text(f"ANALYZE {_TABLE}"))
        return count

    def ask(self, ask: Ask) -> Answer:
        """Answer a question from one stable view."""
        with self._working(reading=True) as connection:
            _whole(connection)
            return _ask(connection, ask)

    def alike(self, text: str, scope: Scope, *, limit: int = 5, without: str = "") -> Sequence[tuple[str, float]]:
        """Return the records most like a text; long ones, whose pages have no grams here, are not among them."""
        terms = telling(text)
        if not terms:
            return ()
        with self._working(reading=True) as connection:
            _whole(connection)
            return _alike(connection, terms, scope, limit, without)

    def empty(self) -> bool:
        """True where nothing is in the index."""
        with self._working(reading=True) as connection:
            _whole(connection)
            return not connection.execute(text(f"SELECT EXISTS (SELECT 1 FROM {_TABLE})")).scalar_one()  # noqa: S608

    def codes(self) -> frozenset[str]:
        """Return every code."""
        with self._working(reading=True) as connection:
            _whole(connection)
            return frozenset(connection.execute(text(f"SELECT code FROM {_TABLE}")).scalars())  # noqa: S608

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()

    @contextmanager
    def _working(self, *, reading: bool = False, slow: bool = False) -> Iterator[Connection]:
        try:
            with self._engine.connect() as fresh:
                level = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if reading else {}
                connection = fresh.execution_options(**level)
                with connection.begin():
                    if slow:
                        # Filling a fresh table takes as long as it takes, also between two statements.
                        connection.execute(text("SET LOCAL statement_timeout = 0"))
                        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                    yield connection
        except (DBAPIError, PoolTimeout) as problem:
            told = str(getattr(problem, "orig", None) or problem).strip()
            raise Unavailable(
                Said("The search database does not answer: {told}", told=told), Said("Look whether it runs.")
            ) from problem

    def _hold(self, connection: Connection, lock: str) -> None:
        """Let updates go beside each other, but not beside a rebuild, which would lose them."""
        until = time.monotonic() + _WAIT_SECONDS
        while not connection.execute(text(f"SELECT {lock}(:key)"), {"key": _LOCK}).scalar_one():
            if time.monotonic() > until:
                raise Unavailable(
                    Said("The index is being rebuilt or written just now."), Said("Try again in a moment.")
                )
            time.sleep(0.1)


def _whole(connection: Connection) -> None:
    """Make sure that the table is there and of this format, and stays: first of all, before a view is taken.

    Raises:
        Damaged: it is not.
    """
    try:
        connection.execute(text(f"LOCK TABLE {_TABLE} IN ACCESS SHARE MODE"))
    except ProgrammingError as problem:
        if getattr(problem.orig, "sqlstate", "") != "42P01":
            raise
        raise Damaged(Said("There is no search index."), Do("reindex")) from problem
    if connection.execute(text("SELECT obj_description(to_regclass(:name))"), {"name": _TABLE}).scalar() != _MARK:
        raise Damaged(Said("The search index is of another version."), Do("reindex"))


def _make(connection: Connection, table: str) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    connection.execute(text(f"CREATE TABLE {table} ({columns})"))


def _index(connection: Connection, table: str) -> None:
    for name, how in _INDEXES.items():
        connection.execute(text(f"CREATE INDEX {table}_{name} ON {table} {how}"))


def _write(connection: Connection, table: str, entries: Iterator[Entry]) -> int:
    values = ", ".join("array_to_tsvector(:grams)" if c == "grams" else f":{c}" for c in _COLUMNS)
    changes = ", ".join(f"{c} = EXCLUDED.{c}" for c in _COLUMNS if c != "code")
    statement = text(
        f"INSERT INTO {table} ({', '.join(_COLUMNS)}) VALUES ({values}) "  # noqa: S608 -- our own names only
        f"ON CONFLICT (code) DO UPDATE SET {changes}"
    )
    count = 0
    while batch := [_row(e) for e in islice(entries, _BATCH)]:
        connection.execute(statement, batch)
        count += len(batch)
    return count


def _row(entry: Entry) -> dict[str, Any]:
    told = document(entry)
    doc = unpack_folded(told["folded"])
    row = {name: told[name] for name in ("code", "year", "state", "class_raw", "customer_raw", "manager_raw",
                                         "volume_raw", "number_raw", "title_raw", "folded", "pages")}  # fmt: skip
    row["day"] = entry.date
    row["newest"] = f"{told['date'] or '0'} {entry.code}"
    row |= {f"{name}_text": value for name, value in _texts(doc).items()}
    lexemes = {_LETTERS[n] + g for n in GRAMS if n != "body" for g in told[n].split(" ") if g}
    lexemes |= {_LETTERS[n] + told[n] for n in KEYWORDS if told[n]}
    of_body = {_LETTERS["body"] + g for g in told["body"].split(" ") if g}
    row["long"] = _size(lexemes | of_body) > _MOST_BYTES
    grams = lexemes if row["long"] else lexemes | of_body
    row["grams"] = [_plain(g)[:500] for g in grams]
    return {name: _plain(v) if isinstance(v, str) else v for name, v in row.items()}


def _size(lexemes: set[str]) -> int:
    return sum(len(g.encode("utf-8", "replace")) + 8 for g in lexemes)


def _texts(doc: Folded) -> dict[str, str]:
    """Return texts as they are looked through, the terms of other notations behind them."""
    head = "\n".join((doc.title, doc.customer, doc.values, doc.code, doc.number, doc.volume))
    texts = {"body": "\n".join(doc.pages), "head": head, "title": doc.title, "customer": doc.customer}
    more = dict(zip(NOTED, doc.more, strict=True))
    return {name: f"{text}\n{more[name]}" for name, text in texts.items()}


def _plain(value: str) -> str:
    """Return text as the database takes it: no NUL, no half characters."""
    return value.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition in three parts that hold together.

    Attributes:
        grams: a tsquery, which the GIN index answers alone. It is kept whole as long as can be: what the database has
            to ask of each row again unpacks the row's grams, and that takes longer than all the rest.
        other: SQL over plain columns.
        text: SQL that reads texts to be sure, implying the other two; empty where they are sure already.
    """

    grams: str = ""
    other: str = ""
    text: str = ""


class _Sql:
    """Conditions as the algebra of :mod:`candidates`; values are parameters of the statement, never its text."""

    def __init__(self, values: dict[str, Any] | None = None) -> None:
        self.values: dict[str, Any] = {} if values is None else values

    def value(self, value: Any) -> str:
        """Keep a value; return its place in the statement."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def sql(self, condition: _Condition | None) -> str:
        """Write a condition out; None stands for everything."""
        if condition is None:
            return "TRUE"
        return self._joined(condition) if not condition.text else f"{self._joined(condition)} AND {condition.text}"

    def _joined(self, condition: _Condition) -> str:
        """Write out what indexes tell; where rows are asked one by one, plain columns first."""
        grams = f"grams @@ CAST({self.value(condition.grams)} AS tsquery)" if condition.grams else ""
        return _each(" AND ", (condition.other, grams))

    def term(self, field: str, word: str) -> _Condition:
        """A gram, or a keyword, as a whole."""
        return self._lexeme(field, word, "")

    def prefix(self, field: str, word: str) -> _Condition:
        """Grams that begin so."""
        return self._lexeme(field, word, ":*")

    def _lexeme(self, field: str, word: str, ending: str) -> _Condition:
        quoted = (_LETTERS[field] + _plain(word)[:499]).replace("\\", "\\\\").replace("'", "''")
        return _Condition(grams=f"'{quoted}'{ending}")

    def _read(self, field: str, word: str, ending: str) -> _Condition:
        """Look for a term in a field's text, behind which its terms of other notations stand."""
        word = _plain(word)[:499]
        if re.match("[a-z0-9]", word):
            edge = "" if ending else "(?![a-z0-9])"
            return _Condition(other=f"{field}_text ~ {self.value(f'(?<![a-z0-9]){re.escape(word)}{edge}')}")
        noted = len(word) > 1 and word[0] in "#=~"
        like = re.sub(r"([\\%_])", r"\\\1", f" {word}" + ("" if ending else " ") if noted else word)
        return _Condition(other=f"{field}_text LIKE {self.value(f'%{like}%')}")

    def run(self, field: str, grams: Sequence[str]) -> _Condition | None:
        """Bigrams in order are the text itself: all of them in the index, and the text where it must be."""
        if field not in _TEXTS:
            return None
        whole = grams[0] + "".join(g[1] for g in grams[1:])
        narrow = self.both([self._lexeme(field, g, "") for g in dict.fromkeys(grams)])
        return replace(narrow, text=f"{field}_text LIKE {self.value(f'%{_plain(whole)}%')}")

    def dates(self, start: date | None, end: date | None) -> _Condition:
        """A day in a range."""
        return _Condition(other=f"(day BETWEEN {self.value(start or date.min)} AND {self.value(end or date.max)})")

    def both(self, parts: Sequence[_Condition]) -> _Condition:
        """All of them."""
        return _Condition(
            _each(" & ", (p.grams for p in parts)),
            _each(" AND ", (p.other for p in parts)),
            _each(" AND ", (p.text for p in parts)),
        )

    def either(self, parts: Sequence[_Condition]) -> _Condition:
        """Any of them."""
        text = _each(" OR ", (p.text or self._joined(p) for p in parts)) if any(p.text for p in parts) else ""
        if any(p.other for p in parts):
            return _Condition(other=_each(" OR ", map(self._joined, parts)), text=text)
        return _Condition(grams=_each(" | ", (p.grams for p in parts)), text=text)

    def without(self, part: _Condition) -> _Condition:
        """All but these."""
        if part.other or part.text:
            return _Condition(other=f"(({self.sql(part)}) IS NOT TRUE)")
        return _Condition(grams=f"!({part.grams})")

    def nothing(self) -> _Condition:
        """No record."""
        return _Condition(other="FALSE")

    def scope(self, scope: Scope) -> str:
        """What the asker may see (R5); an empty scope sees nothing."""
        if scope.everything:
            return "TRUE"
        parts = []
        if codes := [c for c in scope.codes if c]:
            parts.append(f"code = ANY({self.value(codes)})")
        if customers := [c for c in scope.customers if c]:
            parts.append(f"customer_raw = ANY({self.value(customers)})")
        if managers := [m for m in scope.managers if m]:
            mine = f"manager_raw = ANY({self.value(managers)})"
            away = [c for c in scope.away if c]
            parts.append(f"({mine} AND NOT customer_raw = ANY({self.value(away)}))" if away else mine)
        return f"({' OR '.join(parts)})" if parts else "FALSE"


def _each(sign: str, parts: Iterable[str]) -> str:
    """Join what is there by a sign, in brackets; one alone stands for itself, none is nothing."""
    there = [part for part in parts if part]
    return there[0] if len(there) == 1 else f"({sign.join(there)})" if there else ""


class _Reading(_Sql):
    """The same by the text of some fields instead of their grams.

    Args:
        values: of the statement.
        fields: ``body`` for long records, which have no grams of it; ``title`` and ``customer`` for records that were
            found already, whose grams would have to be unpacked.
    """

    def __init__(self, values: dict[str, Any], *fields: str) -> None:
        super().__init__(values)
        self._fields = fields

    def _lexeme(self, field: str, word: str, ending: str) -> _Condition:
        read = field in self._fields
        return self._read(field, word, ending) if read else super()._lexeme(field, word, ending)


def _alike(
    connection: Connection, terms: Sequence[str], scope: Scope, limit: int, without: str
) -> Sequence[tuple[str, float]]:
    connection.execute(text("SELECT set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true)"))
    sql = _Sql()
    seen = sql.scope(scope)
    parts = " UNION ALL ".join(
        f"SELECT {n} AS term, code FROM {_TABLE} WHERE {seen} AND {sql.sql(sql.term('body', term))}"  # noqa: S608
        for n, term in enumerate(terms)
    )
    size, most = sql.value(limit + 1), f"SELECT count(*) FROM {_TABLE} WHERE {seen}"  # noqa: S608
    # The same as :func:`dms.adapters.search.alike.weight`.
    rows = connection.execute(
        text(
            f"WITH found AS MATERIALIZED ({parts}), "  # noqa: S608 -- our own names only
            f"weights AS (SELECT term, ln(1 + CAST(({most}) AS float8) / count(*)) AS told FROM found GROUP BY term) "
            "SELECT code, sum(told) AS score, (SELECT sum(told) FROM weights) AS whole "
            f"FROM found JOIN weights USING (term) GROUP BY code ORDER BY 2 DESC, 1 DESC LIMIT {size}"
        ),
        sql.values,
    ).all()
    return best(((row.code, float(row.score)) for row in rows), [float(rows[0].whole)] if rows else [], limit, without)


def _ask(connection: Connection, ask: Ask) -> Answer:
    # The planner does not know what unpacking every record's grams costs, and takes a scan of the whole table for the
    # cheaper way to a frequent word: six times slower. Enough memory keeps the bitmap of a million records exact.
    connection.execute(text("SELECT set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true)"))
    sql = _Sql()
    wanted, exact = candidates(ask.query, sql)
    of_long, _ = candidates(ask.query, _Reading(sql.values, "body"))
    above = titled(ask.query, _Reading(sql.values, "title", "customer")) if ask.sort == "relevance" else None
    first = sql.sql(above) if above is not None else "FALSE"
    sorted_by = [key.split(" ")[0] for key in _SORTS[ask.sort].split(", ") if not key.startswith("first")]
    kept = ", ".join(dict.fromkeys(("code", *sorted_by, *(_FACETS[name] for name in ask.facets))))
    part = f"SELECT {kept}, COALESCE({first}, FALSE) AS first FROM {_TABLE} WHERE {sql.scope(ask.scope)}"  # noqa: S608
    found = (
        f"WITH found AS MATERIALIZED ({part} AND NOT long AND {sql.sql(wanted)} "
        f"UNION ALL {part} AND long AND {sql.sql(of_long)})"
    )
    return _exact(connection, ask, found, sql.values) if exact else _verified(connection, ask, found, sql.values)


def _exact(connection: Connection, ask: Ask, found: str, values: dict[str, Any]) -> Answer:
    parts = ["(SELECT count(*) FROM found)"]
    page = f"SELECT code, first FROM found ORDER BY {_SORTS[ask.sort]} LIMIT :most OFFSET :skip"  # noqa: S608
    parts.append(f"(SELECT json_agg(json_build_array(code, first)) FROM ({page}) AS page)")  # noqa: S608
    parts += [
        f"(SELECT json_object_agg(v, n) FROM (SELECT {_FACETS[name]} AS v, count(*) AS n FROM found GROUP BY 1) AS c)"  # noqa: S608
        for name in ask.facets
    ]
    told = {**values, "most": ask.limit, "skip": ask.offset}
    row = connection.execute(text(f"{found} SELECT {', '.join(parts)}"), told).one()
    hits = _hits(connection, ask, [(code, first) for code, first in row[1] or ()])
    counts = {name: _ordered(row[2 + at] or {}) for at, name in enumerate(ask.facets)}
    return Answer(int(row[0]), hits, counts)


def _verified(connection: Connection, ask: Ask, found: str, values: dict[str, Any]) -> Answer:
    """Read the candidates in order and keep those for which the query holds."""
    statement = (
        f"{found} SELECT found.*, texts.folded FROM found JOIN {_TABLE} AS texts ON texts.code = found.code "  # noqa: S608
        f"ORDER BY {', '.join('found.' + key for key in _SORTS[ask.sort].split(', '))}"
    )
    kept = []
    for row in connection.execution_options(yield_per=500).execute(text(statement), values):
        if holds(ask.query, unpack_folded(bytes(row.folded))):
            kept.append(row)
    shown = [(row.code, bool(row.first)) for row in kept[ask.offset : ask.offset + ask.limit]]
    counts = {name: _ordered(Counter(getattr(row, _FACETS[name]) for row in kept)) for name in ask.facets}
    return Answer(len(kept), _hits(connection, ask, shown), counts)


def _ordered(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _hits(connection: Connection, ask: Ask, page: Sequence[tuple[str, bool]]) -> tuple[Hit, ...]:
    rows = connection.execute(
        text(f"SELECT code, number_raw, title_raw, customer_raw, pages FROM {_TABLE} WHERE code = ANY(:codes)"),  # noqa: S608
        {"codes": [code for code, _ in page]},
    )
    known = {row.code: row for row in rows}
    return tuple(
        hit(
            {"code": code, "number": row.number_raw, "title": row.title_raw, "customer": row.customer_raw},
            tuple(unpack(bytes(row.pages))), ask.query, 2.0 if first else 1.0,
        )
        for code, first in page
        for row in [known[code]]
    )  # fmt: skip
