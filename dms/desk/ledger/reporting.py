"""Reports and review packs (R10, R12, R14): exceptions, gaps, months, quarters, halves, years, dossiers, checks.

Each report is made of what the asker may see, logged, and the same as PDF, workbook and JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.care.auditing import ROOT_MARK, root_in
from dms.desk.ledger import dealing, properties
from dms.domain.access import may_see
from dms.domain.dossier import KINDS, money
from dms.domain.grading import Span, quarter_of, span
from dms.domain.policy import Action
from dms.domain.query import Scope
from dms.domain.record import LinkState, Record, RecordState, Track
from dms.errors import Usage
from dms.ports.catalogue import Transaction
from dms.ports.spreadsheet import Grid
from dms.ports.world import World
from dms.sheets.report import Chart, Report, Section, draw_report

_ALIVE = (RecordState.REGISTERED, RecordState.FILED)
REPORTS = {k: ActKind(f"report-{k}", Action.REPORT) for k in ("exceptions", "gaps", "month", "quarter", "half", "year")}
KINDS_OF_REPORT = ("exceptions", "gaps", "month", "quarter", "half", "year", "dossier", "four-properties")


def report(world: World, kind: str, about: str = "") -> Report:
    """Make a report.

    Args:
        world: the archive.
        kind: one of :data:`KINDS_OF_REPORT`.
        about: the period (this one where empty), the customer, or what is checked.

    Raises:
        Usage: there is no such report, or ``about`` is no period.
        NotFound: no such customer or record.
        NotPermitted: not for the asker.
    """
    if kind == "dossier":
        return _dossier(world, about)
    if kind == "four-properties":
        return _properties(world, about)
    makers: dict[str, Callable[[World, Transaction, Scope, Span], Report]] = {
        "exceptions": _exceptions,
        "gaps": _gaps,
        "month": _month,
        "quarter": _quarter,
        "half": _analysis,
        "year": _analysis,
    }
    if kind not in makers:
        raise Usage(f"There is no report “{kind}”.", "Reports: " + ", ".join(KINDS_OF_REPORT))
    period = _period(world, kind, about)
    with gate.acting(world, REPORTS[kind], target=period.name):
        pass  # permitted and logged; a year's figures are read without keeping writers waiting
    with gate.looking(world) as (tx, scope):
        made = makers[kind](world, tx, scope, period)
        return replace(made, qr_text=f"{ROOT_MARK}{root_in(tx, world.now())}".upper())


def save(world: World, made: Report, target: Path) -> None:
    """Write a report as ``.pdf`` or ``.xlsx``.

    Raises:
        Usage: another kind of file.
        Unavailable: it cannot be written.
    """
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        grids = [Grid(s.title, s.headings, s.rows) for s in made.sections]
        grids += [
            Grid(
                c.title,
                ("", *(n for n, _ in c.series)),
                [(label, *(values[i] for _, values in c.series)) for i, label in enumerate(c.labels)],
            )
            for c in made.charts
        ]
        world.spreadsheet().write(target, grids, title=made.title)
    elif suffix == ".pdf":
        paper = world.paper()
        draw_report(paper, made)
        paper.save(target, title=made.title)
    else:
        raise Usage(f"{target.name} is neither .pdf nor .xlsx.", "-o report.pdf or -o report.xlsx")


def _period(world: World, kind: str, about: str) -> Span:
    today = world.clock.now().date()
    half = f"{today.year}-H{1 if today.month <= 6 else 2}"
    now = {"quarter": quarter_of(today), "half": half, "year": str(today.year)}.get(kind, f"{today:%Y-%m}")
    period = span(about or now)
    marks = {"quarter": "Q", "half": "H"}
    if (kind in marks and marks[kind] not in period.name) or (kind == "year" and "-" in period.name):
        raise Usage(f"“{about}” is no {kind}.", f"Such as {now}.")
    return period


def _seen(tx: Transaction, scope: Scope, *states: RecordState) -> list[Record]:
    return [r for r in tx.records(states=states or _ALIVE) if may_see(scope, r)]


def _exceptions(world: World, tx: Transaction, scope: Scope, _: Span) -> Report:
    """Records of two carriers one of which is missing, unconfirmed, or tells something else (R12)."""
    rows = []
    for record in _seen(tx, scope):
        if record.missing_carriers:
            rows.append(_line(record, "缺" + "、".join(record.missing_carriers), "Scan or print the missing carrier."))
        elif record.track is Track.DUAL and record.link.state is LinkState.MISMATCH:
            rows.append(_line(record, "不一致 mismatch", f"dms pair {record.code} --accept --reason …"))
        elif record.track is Track.DUAL and record.link.state is LinkState.EXPECTED:
            rows.append(_line(record, "未确认 unconfirmed", "Scan its label on the shelf: dms stocktake"))
    section = Section(
        "两套不齐或不一致的文件", ("电子文件号", "档号", "题名", "问题", "处理"), rows, (30, 42, 50, 26, 40)
    )
    return Report("两套制例外清单 Exceptions", _notes(world, tx), [section])


def _line(record: Record, problem: str, todo: str) -> tuple[str, ...]:
    return (record.code, record.paper_number or "-", record.title, problem, todo)


def _gaps(world: World, tx: Transaction, scope: Scope, _: Span) -> Report:
    found = tx.gaps() if scope.everything else []
    rows = [(g.number, g.kind, g.detail) for g in found]
    voided = [(n, why) for n, why in sorted(tx.voided().items())] if scope.everything else []
    return Report(
        "断号清单 Gaps",
        _notes(world, tx),
        [
            Section("没有说明的断号", ("号", "种类", "情况"), rows, (70, 20, 90)),
            Section("已作废的号", ("号", "原因"), voided, (70, 110)),
        ],
    )


def _month(world: World, tx: Transaction, scope: Scope, period: Span) -> Report:
    """The pack of the monthly meeting (R10): what came, what changed, whom to look at."""
    records = _seen(tx, scope, *_ALIVE, RecordState.BINNED, RecordState.DESTROYED)
    codes = {r.code for r in records}
    came = [r for r in records if period.holds(r.received_at) and r.state is not RecordState.DESTROYED]
    changed = [
        a
        for a in tx.acts()
        if period.holds(a.at)
        and a.target in codes
        and a.act in ("agree-change", "promote", "agree-deletion", "restore", "purge", "destroy", "file", "accept")
    ]
    additions = Section(
        f"本月新增 {len(came)} 件",
        ("电子文件号", "档号", "类别", "客户", "题名", "金额"),
        [(r.code, r.paper_number or "-", r.class_code, r.customer, r.title, r.fields.get("amount", "")) for r in came],
        (30, 42, 12, 36, 46, 20),
        (5,),
    )
    changes = Section(
        f"本月变更 {len(changed)} 项",
        ("时间", "人", "事项", "文件", "原因"),
        [(a.at[:16].replace("T", " "), a.user, a.act, a.target, a.reason) for a in reversed(changed)],
        (28, 18, 26, 34, 70),
    )
    by_hand = [a for a in changed if a.act == "file" and a.data.get("by_hand")]
    numbers = {r.code: r.paper_number for r in records}
    past_the_gate = Section(
        f"本月手工归档 {len(by_hand)} 件 Filed by hand",
        ("时间", "人", "电子文件号", "档号", "原因"),
        [(a.at[:16].replace("T", " "), a.user, a.target, numbers[a.target], a.reason) for a in reversed(by_hand)],
        (28, 18, 34, 46, 60),
    )
    counts = Counter(r.class_code or "?" for r in came)
    classes = [*world.scheme.classes, *(["?"] if counts["?"] else [])]
    chart = Chart("各类新增件数", classes, [("件", [counts[c] for c in classes])])
    return Report(
        f"{period.name} 月度档案例会材料",
        _notes(world, tx, period),
        [additions, changes, past_the_gate, _focus(world, tx, scope), _decided(tx, scope, period)],
        [chart],
    )


def _focus(world: World, tx: Transaction, scope: Scope) -> Section:
    """Customers to look at: those with flags, the worst first."""
    from dms.domain.dossier import Entry, dossier

    rows = []
    for customer in tx.customers():
        if not scope.holds("", "", customer.name):
            continue
        entries = [Entry(d.kind, d.date, d.cents, d.due) for d in dealing.dealings_in(world, tx, customer)]
        found = dossier(entries, world.clock.now().date())
        if found.flags:
            worst = "高" if any(f.level == "high" for f in found.flags) else "中"
            why = "; ".join(f.reason for f in found.flags)
            rows.append((worst, customer.name, customer.manager, money(found.owed), why))
    rows.sort(key=lambda r: (r[0] != "高", r[1]))
    return Section("重点关注客户", ("级", "客户", "客户经理", "欠款", "原因"), rows, (8, 48, 18, 24, 84), (3,))


def _decided(tx: Transaction, scope: Scope, period: Span) -> Section:
    """Customers the month's meeting decided to look at."""
    found = [g for g in tx.gradings(period=period.name) if g.state == "focus" and scope.holds("", "", g.customer)]
    rows = [(g.customer, g.before or "-", g.by, g.at[:10], g.reason) for g in found]
    return Section("会议决定关注的客户", ("客户", "级", "决定人", "日期", "原因"), rows, (54, 10, 20, 22, 70))


def _quarter(world: World, tx: Transaction, scope: Scope, period: Span) -> Report:
    found = [g for g in tx.gradings(period=period.name) if g.state != "focus" and scope.holds("", "", g.customer)]
    rows = [
        (
            g.customer,
            g.before or "-",
            g.after,
            {"proposed": "建议", "decided": "决定"}[g.state],
            money(int(g.figures.get("consumed", 0))),
            g.by,
            g.reason,
        )
        for g in found
    ]
    latest = {g.customer: g.after for g in found}
    counts = Counter(latest.values())
    moves = Counter(f"{g.before or '-'}→{g.after}" for g in found if g.state == "decided" and g.before != g.after)
    sections = [
        Section(
            "客户分级",
            ("客户", "原级", "本季", "状态", "消费额", "人", "原因"),
            rows,
            (52, 12, 12, 14, 28, 16, 44),
            (4,),
        ),
        Section("级别变化", ("变化", "户数"), [(k, str(v)) for k, v in sorted(moves.items())], (40, 20), (1,)),
    ]
    chart = Chart("各级客户数", list("ABCD"), [("户", [counts[c] for c in "ABCD"])])
    return Report(f"{period.name} 季度客户分级", _notes(world, tx, period), sections, [chart])


def _analysis(world: World, tx: Transaction, scope: Scope, period: Span) -> Report:
    """Half-year and year analyses (R10): by month, class, manager and customer."""
    lines = []
    for customer in tx.customers():
        if scope.holds("", "", customer.name):
            lines += [d for d in dealing.dealings_in(world, tx, customer) if period.holds(d.date)]
    months = sorted({d.date[:7] for d in lines})
    by_month = {m: {k: sum(d.cents for d in lines if d.date[:7] == m and d.kind == k) for k in KINDS} for m in months}
    by_customer = {
        name: {k: sum(d.cents for d in lines if d.customer == name and d.kind == k) for k in KINDS}
        for name in sorted({d.customer for d in lines})
    }
    came = [r for r in _seen(tx, scope) if period.holds(r.received_at)]
    by_class = Counter(r.class_code or "?" for r in came)
    by_manager = Counter(r.manager or "?" for r in came)
    names = ("订货", "记账", "收款", "折让")
    sections = [
        Section(
            "按月",
            ("月份", *names),
            [(m, *(money(s[k]) for k in KINDS)) for m, s in by_month.items()],
            (26, 36, 36, 36, 36),
            (1, 2, 3, 4),
        ),
        Section(
            "按客户",
            ("客户", *names),
            [
                (n, *(money(s[k]) for k in KINDS))
                for n, s in sorted(by_customer.items(), key=lambda x: -(x[1]["charged"] or x[1]["booked"]))
            ],
            (60, 30, 30, 30, 30),
            (1, 2, 3, 4),
        ),
        Section("按类别新增", ("类别", "件数"), [(c, str(n)) for c, n in sorted(by_class.items())], (60, 30), (1,)),
        Section(
            "按客户经理新增", ("客户经理", "件数"), [(c, str(n)) for c, n in sorted(by_manager.items())], (60, 30), (1,)
        ),
    ]
    charts = [
        Chart(
            "订货与收款",
            months,
            [(n, [by_month[m][k] / 100 for m in months]) for n, k in zip(names, KINDS, strict=True)],
            "元",
        )
    ]
    return Report(f"{period.name} 客户与档案分析", _notes(world, tx, period), sections, charts if months else [])


def _dossier(world: World, customer: str) -> Report:
    if not customer.strip():
        raise Usage("A dossier is of which customer?", 'dms report dossier "杭州新辰酒店有限公司"')
    found, lines = dealing.customer_dossier(world, customer)
    sums = (
        ("订货 booked", found.booked),
        ("记账 charged", found.charged),
        ("收款 paid", found.paid),
        ("折让 reduced", found.reduced),
        ("欠款 owed", found.owed),
        ("未到期 not due", found.not_due),
    )
    ageing = [(f"逾期 {label} 天", money(cents)) for label, cents in found.ageing.items()]
    sections = [
        Section("合计", ("项目", "金额"), [(n, money(c)) for n, c in sums] + ageing, (60, 40), (1,)),
        Section(
            "风险提示",
            ("级", "原因"),
            [("高" if f.level == "high" else "中", f.reason) for f in found.flags],
            (12, 150),
        ),
        Section(
            "按月",
            ("月份", "订货", "记账", "收款", "折让", "月末欠款"),
            [(p.month, *(money(v) for v in (p.booked, p.charged, p.paid, p.reduced, p.owed))) for p in found.periods],
            (24, 30, 30, 30, 30, 30),
            (1, 2, 3, 4, 5),
        ),
        Section(
            "往来明细",
            ("日期", "种类", "金额", "来源", "说明"),
            [(d.date, d.kind, money(d.cents), d.source, d.note) for d in lines],
            (22, 18, 28, 40, 70),
            (2,),
        ),
    ]
    months = [p.month for p in found.periods][-12:]
    periods = found.periods[-12:]
    chart = Chart(
        "订货、收款与欠款",
        months,
        [
            ("订货", [max(p.booked, p.charged) / 100 for p in periods]),
            ("收款", [p.paid / 100 for p in periods]),
            ("月末欠款", [max(0, p.owed) / 100 for p in periods]),
        ],
        "元",
    )
    with world.catalogue.look() as tx:
        grade = dealing.grade_of(tx, customer)
        notes = [*_notes(world, tx), f"客户：{customer}    级别：{grade or '未定'}"]
    return Report(f"客户信用档案 {customer}", notes, sections, [chart] if months else [])


def _properties(world: World, about: str) -> Report:
    if not about.strip():
        raise Usage("The four-property check of what?", "A code, paper number, volume, or month such as 2026-11.")
    results = properties.four_properties(world, about)
    bad = list(properties.failed(results))
    counts = Counter((r.code, r.name, r.outcome) for r in results)
    items = list(dict.fromkeys((r.code, r.name) for r in results))
    outcomes = (properties.PASSED, properties.FAILED, properties.UNCHECKED)
    sections = [
        Section(
            "检测项目",
            ("编号", "项目", *outcomes),
            [(c, n, *(str(counts[(c, n, o)]) for o in outcomes)) for c, n in items],
            (20, 80, 20, 20, 20),
            (2, 3, 4),
        ),
        Section(
            "不合格",
            ("文件", "编号", "项目", "情况"),
            [(r.target, r.code, r.name, r.detail) for r in bad],
            (34, 20, 44, 82),
        ),
    ]
    records = len({r.target for r in results})
    with world.catalogue.look() as tx:
        notes = [*_notes(world, tx), f"对象：{about}，{records} 件；不合格 {len(bad)} 项"]
    return Report("四性检测报告", notes, sections)


def _notes(world: World, tx: Transaction, period: Span | None = None) -> list[str]:
    """Who, when, of what; and the log's root, so that a printed pack is a witness of the log (promise 6)."""
    me = gate.person(world, tx)
    lines = [f"{world.scheme.fonds} {world.scheme.fonds_name}    制表：{me.name} {world.now()[:16].replace('T', ' ')}"]
    if period is not None:
        lines.append(f"期间：{period.first} 至 {period.last}")
    return [*lines, f"日志根值：{root_in(tx, world.now())}"]


def failing(made: Report) -> Sequence[Sequence[str]]:
    """Return the rows that are findings: those of the section that lists what is wrong."""
    return next(
        (s.rows for s in made.sections if s.title in ("不合格", "没有说明的断号", "两套不齐或不一致的文件")), ()
    )


ACTS = tuple(REPORTS.values())
