"""Every engine answers like reading everything: 100 % recall, nothing too much, and nothing outside the scope."""

import multiprocessing
import os
import random
import shutil
import signal
import threading
from dataclasses import replace
from datetime import date

import notations
import pytest

from dms.adapters.search import open_index
from dms.adapters.search.folding import close, fold
from dms.domain.query import Scope
from dms.domain.querying import parse
from dms.errors import Damaged, Unavailable
from dms.ports.search import NEVER_BUILT, Ask, Entry

ALL = Scope(everything=True)
TEXT = "投诉折让审批客户经理杭州新辰酒店有限公司金额合计会议纪要订货单传真市场行情促销提成签字经办人直接领导退会赔偿"
INSERTS = ("12,800.00 ", " A4纸", "，", "\n", " HG01E2026000123 ", " Annual Report ", "（", " 2026-03-05 ")


def engines():
    found = ["memory", "whoosh"]
    try:
        import tantivy  # noqa: F401
    except ImportError:
        return [*found, "postgresql"]
    return [*found, "tantivy", "postgresql"]


@pytest.fixture(params=engines())
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    return "memory://" if request.param == "memory" else f"{request.param}://{tmp_path}/index"


@pytest.fixture
def index(url):
    opened = made(url)
    yield opened
    opened.close()


def made(url):
    opened = open_index(url)
    opened.rebuild(iter(()))
    return opened


def corpus(count, seed=1):
    rng = random.Random(seed)

    def text(length):
        return "".join(rng.choice(TEXT) if rng.random() < 0.93 else rng.choice(INSERTS) for _ in range(length))

    return [
        Entry(
            f"HG01E2026{n:06d}", title=text(10), customer=rng.choice(["杭州新辰酒店", "上海大华公司", "台北興隆行"]),
            manager=rng.choice(["ZHS", "LMY"]), class_code=rng.choice(["01", "04"]), year=2026,
            date=date(2026, 1 + n % 12, 1 + n % 28), state="registered", form="complaint",
            paper_number=f"HG01-KH·04·2026-D30-ZHS-001-{n:04d}", volume="HG01-KH·04·2026-D30-ZHS-001",
            fields={"amount": f"{rng.randint(100, 99999)}.00"}, pages=(text(120), text(80)),
        )
        for n in range(count)
    ]  # fmt: skip


def ask(index, query, scope=ALL, **more):
    return index.ask(Ask(parse(query), scope, **{"limit": 1000, **more}))


QUERIES = [
    "投", "投诉", "折讓", "投诉 折让", "投诉 NOT 折让审", "酒店有", "杭州新辰酒店", "12,800.00", "12,8", "hzxc", "A4纸", "a4紙",
    "class:04 投诉", "date:2026-01..2026-03", "date:2026-02-03", "HG01E20260", "hg01e2026000012", "ＨＧ０１Ｅ２０２６０００１２３",
    "manager:zhs 投", '"新辰酒店"', "客户:興隆", "投诉折 OR 让审批", "-投", "NOT 批客户经", "annual", "ANNUAL rep", '"annual rep"',
    "(投诉 | 会议) -纪要", "year:2026", "year:2025", "state:registered", "form:complaint 投", "number:HG01-KH.04.2026-D30-zhs-001-0007",
    "title:投诉", "text:投诉", "volume:HG01-KH·04·2026-D30-ZHS-001", "", "不存在的话", "，", '"', "((", "date:2026-01..", "a",
    "杭 州 新 辰", "2026-03-05", "NOT (投 OR 诉)", "customer:上海",
]  # fmt: skip


def test_every_kind_of_query_answers_like_the_oracle(index):
    oracle = open_index("memory://")
    entries = corpus(150)
    for one in (oracle, index):
        one.update(entries[:100])
        one.update(entries[80:])
    for query in QUERIES:
        for scope in (ALL, Scope(managers=frozenset({"ZHS"})), Scope(customers=frozenset({"台北興隆行"})), Scope()):
            wanted, got = (ask(i, query, scope, facets=("class", "customer", "manager")) for i in (oracle, index))
            assert got.total == wanted.total, (query, scope)
            assert {h.code for h in got.hits} == {h.code for h in wanted.hits}, (query, scope)
            assert got.facets == wanted.facets, (query, scope)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 8])
def test_every_substring_is_found(index, length):
    entries = corpus(120, seed=length)
    index.update(entries)
    rng = random.Random(length)
    for _ in range(60):
        page = fold(close(rng.choice(rng.choice(entries).pages)))
        start = rng.randrange(len(page) - length)
        needle = page[start : start + length]
        if not all("\u4e00" <= c <= "\u9fff" for c in needle):
            continue
        brute = {e.code for e in entries if any(needle in fold(close(t)) for t in (e.title, e.customer, *e.pages))}
        got = {h.code for h in ask(index, needle).hits}
        assert got == brute, needle


def planted(index, count, seed):
    """Ask for each pair; return those whose answer is not what reading everything says, with their own record in it."""
    chosen = notations.pairs(count, seed)
    entries, oracle = notations.documents(chosen, seed), open_index("memory://")
    for each in (index, oracle):
        each.rebuild(iter(entries))
    wrong = []
    for pair, entry in zip(chosen, entries, strict=True):
        got, true = ({h.code for h in ask(i, pair.typed).hits} for i in (index, oracle))
        if got != true or entry.code not in got:
            wrong.append((pair, sorted(got), sorted(true)))
    return wrong


def test_what_is_typed_in_another_notation_is_found(index):
    assert planted(index, 66, seed=14) == []


@pytest.mark.slow
def test_four_hundred_needles_in_other_notations_are_found(index):
    assert planted(index, 400, seed=6) == []


def test_empty_index(index):
    assert ask(index, "投诉").total == 0
    assert ask(index, "").hits == ()
    assert index.codes() == frozenset()


def test_an_index_without_its_files_is_damaged_not_empty(url, tmp_path):
    shared(url)
    never = open_index(url)
    for act in (never.codes, never.empty, lambda: ask(never, "投诉"), lambda: never.update(corpus(1))):
        with pytest.raises(Damaged, match=NEVER_BUILT):
            act()
    never.rebuild(corpus(3))
    assert not never.empty()
    if url.startswith("postgresql"):
        from sqlalchemy import text

        with never._engine.begin() as connection:
            connection.execute(text("DROP TABLE dms_search"))
    else:
        shutil.rmtree(tmp_path / "index")
    with pytest.raises(Damaged):
        ask(never, "投诉")
    with pytest.raises(Damaged):
        never.update(corpus(1))
    assert never.rebuild(corpus(3)) == 3
    assert ask(never, "").total == 3


def test_an_index_of_another_format_is_damaged(url, tmp_path):
    shared(url)
    index = made(url)
    index.update(corpus(2))
    if url.startswith("postgresql"):
        from sqlalchemy import text

        with index._engine.begin() as connection:
            connection.execute(text("COMMENT ON TABLE dms_search IS NULL"))
    else:
        for mark in (tmp_path / "index").glob("g-*/FORMAT"):
            mark.write_text("1\n")
    for each in (index, open_index(url)):
        with pytest.raises(Damaged, match="another version"):
            ask(each, "投诉")
    index.rebuild(corpus(2))
    assert ask(index, "").total == 2


class Held(dict):
    """Fields whose reader waits until he is let go on."""

    def __init__(self):
        super().__init__(amount="1.00")
        self.reached, self.go = threading.Event(), threading.Event()

    def items(self):
        self.reached.set()
        assert self.go.wait(120)
        return super().items()


def test_readers_do_not_wait_for_a_writer(url):
    shared(url)
    index = made(url)
    index.update(corpus(5))
    held = Held()
    writer = threading.Thread(target=lambda: index.update([Entry("HG01E2026000777", title="慢", fields=held)]))
    writer.start()
    assert held.reached.wait(60)
    answers = []
    reader = threading.Thread(target=lambda: answers.append(ask(index, "").total))
    reader.start()
    reader.join(60)
    try:
        assert answers == [5]
    finally:
        held.go.set()
        writer.join(60)
    assert ask(index, "").total == 6


def test_replace_and_remove(index):
    index.update([Entry("HG01E2026000001", title="甲"), Entry("HG01E2026000002", title="乙")])
    index.update([Entry("HG01E2026000001", title="丙")], removed=["HG01E2026000002"])
    assert index.codes() == {"HG01E2026000001"}
    assert ask(index, "甲").total == ask(index, "乙").total == 0
    assert ask(index, "丙").total == 1


def test_sort_offset_and_exact_total(index):
    index.update([Entry(f"HG01E202600000{n}", title="合同", date=date(2026, n, 1)) for n in range(1, 6)])
    newest = [h.code[-1] for h in ask(index, "合同", sort="date").hits]
    assert newest == ["5", "4", "3", "2", "1"]
    page = ask(index, "合同", sort="-date", limit=2, offset=2)
    assert (page.total, [h.code[-1] for h in page.hits]) == (5, ["3", "4"])
    for sort in ("relevance", "date"):
        for offset, limit in ((2**31 - 1, 20), (10**18, 1), (0, 2**40)):
            page = ask(index, "合同", sort=sort, limit=limit, offset=offset)
            assert (page.total, len(page.hits)) == (5, 0 if offset else 5)


def test_words_in_the_title_come_first(index):
    index.update([
        Entry("HG01E2026000001", title="别的", pages=("这里有投诉二字",), date=date(2026, 5, 1)),
        Entry("HG01E2026000002", title="投诉单", pages=("空",), date=date(2020, 1, 1)),
    ])  # fmt: skip
    assert [h.code[-1] for h in ask(index, "投诉").hits] == ["2", "1"]


def test_a_record_without_a_date_stands_where_others_would(index):
    index.update([
        Entry("HG01E2026000001", title="合同", date=date(2026, 1, 1)),
        Entry("HG01E2026000002", title="别的", pages=("合同",)),
        Entry("HG01E2026000003", title="别的", date=date(2026, 2, 1)),
    ])  # fmt: skip
    assert [h.code[-1] for h in ask(index, "合同 OR date:2026-02..2026-03").hits] == ["3", "1", "2"]


def test_snippet_names_the_page_and_marks_the_words(index):
    index.update(
        [
            Entry(
                "HG01E2026000001",
                title="表",
                pages=("第一页没有", "前面的话" * 20 + "折讓金额 12,800.00 元" + "后面" * 40),
            )
        ]
    )
    (hit,) = ask(index, "折让 12,800").hits
    assert hit.page == 2
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["折讓", "12,800"]
    assert len(hit.snippet) < 140


def test_unseen_words_leak_nowhere(index):
    index.update([
        Entry("HG01E2026000001", title="公开", manager="ZHS", customer="甲", pages=("金丝雀一号",)),
        Entry("HG01E2026000002", title="金丝雀二号", manager="LMY", customer="乙", pages=("金丝雀二号",)),
    ])  # fmt: skip
    mine = Scope(managers=frozenset({"ZHS"}))
    for query in ("金丝雀", "", "NOT 公开", "二号", "date:1900..2100", "customer:乙", "jseh"):
        found = ask(index, query, mine, facets=("customer", "manager", "class", "year", "state", "volume"))
        assert all(h.code == "HG01E2026000001" for h in found.hits), query
        assert "乙" not in str(found.facets), query
        assert found.total <= 1, query


def test_a_text_longer_than_an_engine_likes_is_found_whole(index):
    numbers = [f"{n:07d}" for n in range(0, 3_000_000, 29)]
    pages = (" ".join(numbers[:50_000]), " ".join(numbers[50_000:]) + "最后一页的折让金额")
    index.update([Entry("HG01E2026000001", title="清单", pages=pages), Entry("HG01E2026000002", pages=("1234567",))])
    for query, wanted in (
        (numbers[-1], 1), (numbers[77_777][:5], 1), ("折让金额", 1), ("折让", 1), ("让", 1),
        (f"{numbers[3]} 折让", 1), (f"{numbers[3]} NOT 折让", 0), ("清单", 1), ("没有的", 0),
    ):  # fmt: skip
        assert ask(index, query).total == wanted, query


def test_rebuild_starts_anew(index):
    index.update(corpus(20))
    assert index.rebuild(iter([Entry("HG01E2026000001", title="新")])) == 1
    assert index.codes() == {"HG01E2026000001"}


@pytest.mark.parametrize(
    "query", ["\x00投", "\ud800", "*" * 50, "[a-z]+", "'; DROP TABLE", "😀", "%", "title:", ":", "a" * 500]
)
def test_strange_queries_are_only_text(index, query):
    index.update(corpus(5))
    assert ask(index, query).total >= 0


def on_disk(url):
    if url.startswith(("memory", "postgresql")):
        pytest.skip("nothing of ours is on the disk")


def shared(url):
    if url == "memory://":
        pytest.skip("only one process sees an index in memory")


def test_another_process_sees_the_commit(url):
    shared(url)
    writer, reader = made(url), open_index(url)
    writer.update([Entry("HG01E2026000001", title="甲")])
    assert ask(reader, "甲").total == 1
    writer.update([Entry("HG01E2026000002", title="甲")])
    assert ask(reader, "甲").total == 2
    writer.rebuild(iter([Entry("HG01E2026000003", title="甲")]))
    assert [h.code for h in ask(reader, "甲").hits] == ["HG01E2026000003"]


def test_a_reader_follows_many_commits(url):
    shared(url)
    writer, reader, oracle = made(url), open_index(url), open_index("memory://")
    entries, rng = corpus(60), random.Random(3)
    for _ in range(40):
        changed = [
            replace(e, title=rng.choice("甲乙丙") + e.title, pages=(rng.choice(entries).pages[0],))
            for e in rng.sample(entries, rng.randint(1, 6))
        ]
        removed = [e.code for e in rng.sample(entries, rng.randint(0, 3))]
        for each in (writer, oracle):
            each.update(changed, removed)
        whole = Ask(
            parse(rng.choice(TEXT)), ALL, limit=100, sort=rng.choice(("date", "title")), facets=("class", "customer")
        )
        longer = Ask(parse(close(entries[rng.randrange(60)].pages[0])[5:9]), ALL, limit=100)
        for asked in (whole, longer):
            mine, true = reader.ask(asked), oracle.ask(asked)
            assert (mine.total, mine.facets, [h.code for h in mine.hits]) == (
                true.total,
                true.facets,
                [h.code for h in true.hits],
            )
        assert reader.codes() == oracle.codes()
    reader.close()
    writer.close()


def test_corrupt_files_are_told_as_damage_and_rebuilt(url, tmp_path):
    on_disk(url)
    first = made(url)
    first.update(corpus(30))
    first.close()
    for file in (tmp_path / "index").rglob("*"):
        if file.is_file() and "CURRENT" not in file.name and "lock" not in file.name.lower():
            file.write_bytes(os.urandom(50))
    broken = open_index(url)
    with pytest.raises(Damaged):
        ask(broken, "投诉")
    with pytest.raises(Damaged):
        broken.update([Entry("HG01E2026000001", title="新")])
    broken.rebuild(iter([Entry("HG01E2026000001", title="新")]))
    assert ask(broken, "新").total == 1


def test_a_folder_others_can_write_is_refused(url, tmp_path):
    on_disk(url)
    (tmp_path / "index").mkdir()
    (tmp_path / "index").chmod(0o777)
    with pytest.raises(Unavailable, match="written by others"):
        open_index(url)


def _write_for_ever(url, ready):
    index = open_index(url)
    entries = corpus(40)
    while True:
        index.update(entries)
        ready.set()


@pytest.mark.slow
def test_a_killed_writer_blocks_nobody(url):
    shared(url)
    made(url).close()
    context = multiprocessing.get_context("spawn")
    rng = random.Random(5)
    for _ in range(6):
        ready = context.Event()
        writer = context.Process(target=_write_for_ever, args=(url, ready))
        writer.start()
        assert ready.wait(60)
        writer.join(rng.uniform(0.05, 0.6))
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        index = open_index(url)
        try:
            index.update([Entry("HG01E2026999999", title="后来")])
        except Damaged:
            index.rebuild(iter([Entry("HG01E2026999999", title="后来")]))
        assert ask(index, "后来").total == 1
        index.close()


FORMS = {
    "complaint": "客户投诉处理及折让审批表 投诉事由 折让金额 经办人 直接领导",
    "minutes": "会议纪要 会议时间 会议地点 主持人 参加人员 议题",
}


def kinds_of_paper():
    """Papers of two kinds and two customers, the last of somebody else's customer."""
    rows = [("complaint", "杭州新辰酒店"), ("complaint", "上海大华公司"), ("minutes", "杭州新辰酒店"), ("minutes", "台北興隆行"),
            ("complaint", "台北興隆行")]  # fmt: skip
    return [
        Entry(f"HG01E2026{n:06d}", title=form, customer=name, manager="LMY" if n == 5 else "ZHS", class_code="04",
              pages=(f"{FORMS[form]}\n客户名称 {name}\n第{n}号 {n}23,400.00 Annual report",))
        for n, (form, name) in enumerate(rows, 1)
    ]  # fmt: skip


def test_what_is_alike_is_of_the_same_kind_and_inside_the_scope(index):
    """The kind of paper comes first, then the customer; the text's own record and foreign ones are not told."""
    papers = kinds_of_paper()
    index.update(papers)
    text = papers[0].pages[0]
    found = index.alike(text, ALL, without=papers[0].code)
    assert [code[-1] for code, _ in found][:2] == ["5", "2"], "of two equals the newest"
    assert found[0][1] > 0.5 > found[-1][1]
    mine = index.alike(text, Scope(managers=frozenset({"ZHS"})), without=papers[0].code)
    assert {code[-1] for code, _ in mine} == {"2", "3", "4"} and mine[0][0][-1] == "2"
    assert index.alike(text, Scope(), without="") == ()
    assert index.alike("", ALL) == index.alike("12,800.00 2026-03-05", ALL) == ()
    assert len(index.alike(text, ALL, limit=1)) == 1


def test_what_lies_outside_the_scope_counts_for_nothing(index):
    """A word's rarity is that among the records the asker may see: others change neither order nor shares."""
    papers = kinds_of_paper()
    index.update(papers[:4])
    scope = Scope(managers=frozenset({"ZHS"}))
    before = index.alike(papers[0].pages[0], scope)
    index.update([replace(papers[4], code=f"HG01E2026{n:06d}") for n in range(10, 30)])
    assert index.alike(papers[0].pages[0], scope) == before
