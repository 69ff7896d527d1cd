"""A large archive on PostgreSQL: load, size, numbers under contention, records, volumes, search by kind within a scope.

Run: ``python tests/benchmarks/bench_servers.py --records 1000000`` (needs PostgreSQL's programs; it starts its own).
The yardsticks: a bare ``SELECT 1`` for single rows, ``count(*)`` over the matching rows for search.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
from itertools import islice
from pathlib import Path

from bench_search import entries, quantile, questions

sys.path.insert(0, str(Path(__file__).parents[1]))
import servers
from sqlalchemy import insert, text

from dms.adapters.catalogue import open_catalogue
from dms.adapters.catalogue.records import _KINDS, _carrier_row, _link_row, _row
from dms.adapters.catalogue.tables import carriers, links, records
from dms.adapters.search import open_index
from dms.demo import people
from dms.domain.numbers import parse_volume
from dms.domain.query import Scope
from dms.domain.querying import parse
from dms.domain.record import Carrier, Record, RecordState
from dms.ports.search import Ask

_BATCH = 5000
_SHORT_FROM = 200_000


def record_of(entry) -> Record:
    return Record(
        entry.code, title=entry.title, class_code=entry.class_code, customer=entry.customer, manager=entry.manager,
        date=entry.date, year=entry.year, state=RecordState.FILED, paper_number=entry.paper_number, volume=entry.volume,
        electronic=Carrier(present=True, pages=2, sha512=entry.code.lower()),
    )  # fmt: skip


def corpus(count: int):
    """Entries whose volumes hold 999 records each, and whose codes go on past a million; very many have one page."""
    from dataclasses import replace

    for n, one in enumerate(entries(count), 1):
        code = f"HG01E2026{n:07d}" if n > 999_999 else one.code
        volume = f"HG01-KH·04·2026-D30-ZHS-{n // 999 + 1:04d}"
        pages = one.pages if count <= _SHORT_FROM else one.pages[:1]
        yield replace(one, code=code, volume=volume, paper_number=f"{volume}-{n % 999 + 1:04d}", pages=pages)


def allocate(url: str, seconds: float, found) -> None:
    catalogue = open_catalogue(url)
    took = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        with catalogue.begin() as tx:
            tx.next_code("HG02", 2026)
        took.append(time.perf_counter() - begun)
    catalogue.close()
    found.put(took)


def timed(act, times: int) -> list[float]:
    took = []
    for n in range(times):
        begun = time.perf_counter()
        act(n)
        took.append(time.perf_counter() - begun)
    return took


def row(name: str, took: list[float], note: str = "") -> None:
    print(f"| {name} | {quantile(took, 0.5):.1f} | {quantile(took, 0.95):.1f} | {note} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    count = parser.parse_args().records
    rng = random.Random(1)
    with servers.postgres(durable=True) as server:
        url = server.database("bench")
        catalogue, index = open_catalogue(url), open_index(url)
        begun = time.perf_counter()
        stream = corpus(count)
        while batch := [record_of(e) for e in islice(stream, _BATCH)]:
            with catalogue.begin() as tx:
                tx.connection.execute(insert(records), [_row(r) for r in batch])
                tx.connection.execute(insert(carriers), [_carrier_row(r, k) for r in batch for k in _KINDS])
                tx.connection.execute(insert(links), [_link_row(r) for r in batch])
        print(f"catalogue: {count:,} records in {time.perf_counter() - begun:.0f} s", flush=True)
        begun = time.perf_counter()
        index.rebuild(corpus(count))
        took = time.perf_counter() - begun
        print(f"search ({index.name}): {count:,} entries in {took:.0f} s, {count / took:.0f} a second", flush=True)
        with catalogue.begin() as tx:
            tx.connection.execute(text("ANALYZE"))
        with catalogue.look() as tx:
            for name in ("dms_search", "dms_search_grams", "records"):
                size = tx.connection.execute(text("SELECT pg_total_relation_size(:n)"), {"n": name}).scalar_one()
                print(f"{name}: {size / 1e6:,.0f} MB", flush=True)
        print("\n| what | p50 ms | p95 ms | note |\n| --- | --- | --- | --- |")
        with catalogue.look() as tx:
            row("SELECT 1, the yardstick", timed(lambda _: tx.connection.execute(text("SELECT 1")).scalar(), 200))
        queue: multiprocessing.Queue = multiprocessing.Queue()
        for processes in (1, 4):
            workers = [multiprocessing.Process(target=allocate, args=(url, 8.0, queue)) for _ in range(processes)]
            for one in workers:
                one.start()
            told = [x for _ in workers for x in queue.get()]
            for one in workers:
                one.join()
            row(f"number allocated, {processes} at once", told, f"{len(told) / 8:.0f} a second")
        codes = [f"HG01E2026{rng.randint(1, min(count, 999_999)):06d}" for _ in range(300)]

        def look(n: int) -> None:
            with catalogue.look() as tx:
                assert tx.record(codes[n]) is not None
                tx.acts(codes[n], limit=50)

        row("record with its log", timed(look, 300))

        def volume(n: int) -> None:
            with catalogue.look() as tx:
                tx.records(volume=f"HG01-KH·04·2026-D30-ZHS-{rng.randint(1, count // 999 + 1):04d}")

        row("records of a volume (999)", timed(volume, 20))
        with catalogue.begin() as tx:
            for number in range(1, count // 999 + 1):
                tx.open_volume(parse_volume(f"HG01-KH·04·2026-D30-V{number}-001"), "2026-01-01T00:00:00+00:00")

        def volumes(_: int) -> None:
            with catalogue.look() as tx:
                tx.volumes()

        row(f"list of {count // 999:,} volumes", timed(volumes, 10))
        sample = list(islice(corpus(count), 2000))
        managers = [m.code for m in people.MANAGERS]
        scope = Scope(managers=frozenset(managers[:1]), away=frozenset({people.customers()[0].name}))
        for kind, queries in questions(sample, rng).items():
            for label, seen in (("all", Scope(everything=True)), ("one manager's", scope)):
                totals: list[int] = []
                asked = [Ask(parse(q), seen) for q in queries[:12]]
                took = timed(lambda n, asked=asked, totals=totals: totals.append(index.ask(asked[n]).total), len(asked))
                row(f"search: {kind}, {label}", took, f"{sum(totals) // len(totals):,} hits on average")
        index.close()
        catalogue.close()


if __name__ == "__main__":
    main()
