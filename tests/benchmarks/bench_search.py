"""Search over many generated records: speed by kind of query beside the bare engine, and recall against brute force.

Run: ``python tests/benchmarks/bench_search.py --records 20000 --engine whoosh tantivy``.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from dms.adapters.search import open_index
from dms.adapters.search.candidates import candidates
from dms.adapters.search.folding import close, fold
from dms.demo import people
from dms.domain.query import Scope
from dms.domain.querying import parse
from dms.ports.search import Ask, Entry

PHRASES = (
    "客户投诉处理及折让审批", "双方本着平等互利的原则签订本合同", "经办人已核对原件与复印件一致", "同意按照协议价格给予折扣",
    "会议就下半年促销方案进行了讨论", "请于收到本函后三个工作日内回复", "客房空调噪音过大影响休息", "本季度销售额同比增长",
    "订货数量以实际送达为准", "付款方式为月结三十天", "竞争对手近期推出套餐优惠", "提成比例按照公司规定执行",
    "宴会菜单及场地布置另行确认", "客户信用额度调整申请", "发票开具后款项已到账", "双方确认无误后签字盖章生效",
)  # fmt: skip
HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"


def entries(count: int, seed: int = 1) -> Iterator[Entry]:
    rng = random.Random(seed)
    customers = people.customers()
    for n in range(1, count + 1):
        customer = rng.choice(customers)
        lines = []
        for _ in range(12):
            noise = "".join(rng.choice(HAN) for _ in range(rng.randint(4, 14)))
            lines.append(f"{rng.choice(PHRASES)}，{noise}，金额{rng.randint(100, 999999):,}.00元")
        yield Entry(
            f"HG01E2026{n:06d}", title=f"{rng.choice(('投诉审批表', '订货单', '会议纪要', '登记表'))} — {customer.name}", customer=customer.name,
            manager=customer.manager, class_code=rng.choice(("01", "02", "03", "04", "99")), year=2026,
            date=date(2026, 1, 1) + timedelta(days=n % 365), state="filed", volume="HG01-KH·04·2026-D30-ZHS-001",
            paper_number=f"HG01-KH·04·2026-D30-ZHS-{n // 999 + 1:03d}-{n % 999 + 1:04d}",
            fields={"number": f"TS-2026-{n:05d}"}, pages=("\n".join(lines[:6]), "\n".join(lines[6:])),
        )  # fmt: skip


def questions(corpus: list[Entry], rng: random.Random) -> dict[str, list[str]]:
    def piece(length: int) -> str:
        while True:
            text = close(rng.choice(rng.choice(corpus).pages))
            start = rng.randrange(len(text) - length)
            found = text[start : start + length]
            if all("\u4e00" <= c <= "\u9fff" for c in found):
                return found

    kinds = {f"{n} characters": [piece(n) for _ in range(25)] for n in (1, 2, 3, 4, 8)}
    kinds["common word"] = ["客户", "金额", "合同", "会议"] * 5
    kinds["phrase"] = [f'"{rng.choice(PHRASES)}"' for _ in range(20)]
    kinds["two words"] = [f"{piece(2)} {piece(2)}" for _ in range(20)]
    kinds["word NOT word"] = [f"{piece(2)} NOT {piece(2)}" for _ in range(20)]
    kinds["amount"] = [f"{rng.randint(100, 999):,}," for _ in range(20)]
    kinds["number"] = [f"TS-2026-{rng.randint(1, len(corpus)):05d}" for _ in range(20)]
    kinds["dates and class"] = [f"date:2026-{m:02d} class:04 投诉" for m in range(1, 13)]
    return kinds


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


def bare(index, query: str) -> tuple[float, float]:
    """Seconds of the engine's own ways with the same words; no scope, no verification, no snippets.

    Returns:
        the first twenty by score; the same answer as ours: the newest twenty, stored fields, exact total.
    """
    if index.name.startswith("whoosh"):
        from dms.adapters.search.whoosh_index import _ALGEBRA

        wanted, _ = candidates(parse(query), _ALGEBRA)
        searcher = index._opened().searcher()
        begun = time.perf_counter()
        searcher.search(wanted, limit=20)
        first = time.perf_counter() - begun
        begun = time.perf_counter()
        found = searcher.search(wanted, limit=20, sortedby="date", reverse=True)
        assert len(found) >= len([hit.fields() for hit in found])
        return first, time.perf_counter() - begun
    import tantivy

    wanted, _ = candidates(parse(query), index._algebra)
    searcher = index._searcher()
    begun = time.perf_counter()
    for _, address in searcher.search(wanted, limit=20).hits:
        searcher.doc(address)
    first = time.perf_counter() - begun
    begun = time.perf_counter()
    found = searcher.search(wanted, limit=20, count=True, order_by_field="newest", order=tantivy.Order.Desc)
    for _, address in found.hits:
        searcher.doc(address).to_dict()
    return first, time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--engine", nargs="+", default=["whoosh", "tantivy"])
    chosen = parser.parse_args()
    corpus = list(entries(chosen.records))
    folded = {e.code: "\n".join(fold(close(t)) for t in (e.title, e.customer, *e.pages)) for e in corpus}
    kinds = questions(corpus, random.Random(2))
    one = corpus[len(corpus) // 2]
    print(
        f"{len(corpus)} records\n\n| engine | query | p50 ms | p95 ms | bare: first 20 p95 ms | bare: newest 20 with total p95 ms | ours, one record visible p95 ms | recall |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for engine in chosen.engine:
        with tempfile.TemporaryDirectory() as folder:
            index = open_index(f"{engine}://{folder}/index")
            begun = time.perf_counter()
            # As an archive grows: most of it from one rebuild, the rest in batches, so that there are several segments.
            most = len(corpus) * 9 // 10
            index.rebuild(corpus[:most])
            rate = most / (time.perf_counter() - begun)
            begun = time.perf_counter()
            for start in range(most, len(corpus), 1000):
                index.update(corpus[start : start + 1000])
            added = (len(corpus) - most) / (time.perf_counter() - begun)
            index.ask(Ask(parse("客户"), Scope(everything=True)))
            for kind, queries in kinds.items():
                ours, plain, same, narrow, missed, wanted = [], [], [], [], 0, 0
                for query in queries:
                    begun = time.perf_counter()
                    index.ask(Ask(parse(query), Scope(everything=True)))
                    ours.append(time.perf_counter() - begun)
                    quick, equal = bare(index, query)
                    plain.append(quick)
                    same.append(equal)
                    begun = time.perf_counter()
                    index.ask(Ask(parse(query), Scope(codes=frozenset({one.code}))))
                    narrow.append(time.perf_counter() - begun)
                for query in queries[:8] if kind.endswith("characters") else ():
                    truth = {c for c, text in folded.items() if query in text}
                    got = (
                        {h.code for h in index.ask(Ask(parse(query), Scope(everything=True), limit=len(corpus))).hits}
                        if len(truth) < 3000
                        else truth
                    )
                    missed += len(truth ^ got)
                    wanted += len(truth)
                recall = f"{1 - missed / wanted:.4f}" if wanted else ""
                print(f"| {engine} | {kind} | {quantile(ours, 0.5):.1f} | {quantile(ours, 0.95):.1f} | {quantile(plain, 0.95):.1f} "
                      f"| {quantile(same, 0.95):.1f} | {quantile(narrow, 0.95):.1f} | {recall} |", flush=True)  # fmt: skip
            size = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()) / 1e6
            print(
                f"| {engine} | rebuilt at {rate:.0f}, added at {added:.0f} records a second, {size:.0f} MB | | | | | | |",
                flush=True,
            )


if __name__ == "__main__":
    main()
