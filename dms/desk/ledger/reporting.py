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
from dms.domain.record import ALIVE, LinkState, Record, RecordState, Track
from dms.errors import Usage
from dms.ports.catalogue import Transaction
from dms.ports.spreadsheet import Grid
from dms.ports.world import World
from dms.said import Do, Said, Voice, Word, heads, read_said
from dms.sheets.report import Cell, Chart, Report, Section, draw_report, in_words, texts

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
        raise Usage(
            Said("There is no report “{kind}”.", kind=kind),
            Said("Reports: {kinds_of_report}", kinds_of_report=tuple(KINDS_OF_REPORT)),
        )
    period = _period(world, kind, about)
    with gate.acting(world, REPORTS[kind], target=period.name):
        pass  # permitted and logged; a year's figures are read without keeping writers waiting
    with gate.looking(world) as (tx, scope):
        made = makers[kind](world, tx, scope, period)
        return replace(made, qr_text=f"{ROOT_MARK}{root_in(tx, world.now())}".upper())


def save(world: World, report_: Report, target: Path, voice: Voice) -> None:
    """Write a report as ``.pdf`` or ``.xlsx``, as a voice tells it.

    Raises:
        Usage: another kind of file.
        Unavailable: it cannot be written.
    """
    made = in_words(report_, voice)
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        grids = [Grid(str(s.title), texts(s.headings), [texts(row) for row in s.rows]) for s in made.sections]
        grids += [
            Grid(
                str(c.title),
                ("", *(str(n) for n, _ in c.series)),
                [(label, *(values[i] for _, values in c.series)) for i, label in enumerate(c.labels)],
            )
            for c in made.charts
        ]
        world.spreadsheet().write(target, grids, title=str(made.title))
    elif suffix == ".pdf":
        paper = world.paper()
        draw_report(paper, made)
        paper.save(target, title=str(made.title))
    else:
        raise Usage(
            Said("{target} is neither .pdf nor .xlsx.", target=target.name), Said("-o report.pdf or -o report.xlsx")
        )


def _period(world: World, kind: str, about: str) -> Span:
    today = world.clock.now().date()
    half = f"{today.year}-H{1 if today.month <= 6 else 2}"
    now = {"quarter": quarter_of(today), "half": half, "year": str(today.year)}.get(kind, f"{today:%Y-%m}")
    period = span(about or now)
    marks = {"quarter": "Q", "half": "H"}
    if (kind in marks and marks[kind] not in period.name) or (kind == "year" and "-" in period.name):
        raise Usage(Said("“{about}” is no {kind}.", about=about, kind=kind), Said("Such as {now}.", now=now))
    return period


def _seen(tx: Transaction, scope: Scope, *states: RecordState) -> list[Record]:
    return [r for r in tx.records(states=states or ALIVE) if may_see(scope, r)]


def _exceptions(world: World, tx: Transaction, scope: Scope, _: Span) -> Report:
    """Records of two carriers one of which is missing, unconfirmed, or tells something else (R12)."""
    rows = []
    for record in _seen(tx, scope):
        if record.missing_carriers:
            rows.append(
                _line(
                    record,
                    Said("missing: {carriers}", carriers=[Word("carrier", c) for c in record.missing_carriers]),
                    Said("Scan or print the missing carrier."),
                )
            )
        elif record.track is Track.DUAL and record.link.state is LinkState.MISMATCH:
            rows.append(_line(record, Word("link", "mismatch"), Do("pair", record.code, accept=True, reason="…")))
        elif record.track is Track.DUAL and record.link.state is LinkState.EXPECTED:
            rows.append(
                _line(record, Word("link", "expected"), Said("Scan its label on the shelf: {act}", act=Do("stocktake")))
            )
    section = Section(
        Said("Records whose two sets are incomplete or differ"),
        heads("electronic code", "paper number", "title", "problem", "what to do"),
        rows,
        (30, 42, 50, 26, 40),
        wrong=True,
    )
    return Report(Said("Exceptions of the two sets"), _notes(world, tx), [section])


def _line(record: Record, problem: Cell, todo: Cell) -> tuple[Cell, ...]:
    return (record.code, record.paper_number or "-", record.title, problem, todo)


def _gaps(world: World, tx: Transaction, scope: Scope, _: Span) -> Report:
    found = tx.gaps() if scope.everything else []
    rows = [(g.number, Word("number", g.kind), g.detail) for g in found]
    voided = [(n, read_said(why)) for n, why in sorted(tx.voided().items())] if scope.everything else []
    return Report(
        Said("Gaps in the numbers"),
        _notes(world, tx),
        [
            Section(Said("Gaps nobody explained"), heads("number", "kind", "case"), rows, (70, 20, 90), wrong=True),
            Section(Said("Numbers voided"), heads("number", "reason"), voided, (70, 110)),
        ],
    )


def _month(world: World, tx: Transaction, scope: Scope, period: Span) -> Report:
    """The pack of the monthly meeting (R10): what came, what changed, whom to look at."""
    records = _seen(tx, scope, *ALIVE, RecordState.BINNED, RecordState.DESTROYED)
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
        Said("New this month: {count}", count=len(came)),
        heads("electronic code", "paper number", "class", "customer", "title", "amount"),
        [(r.code, r.paper_number or "-", r.class_code, r.customer, r.title, r.fields.get("amount", "")) for r in came],
        (30, 42, 12, 36, 46, 20),
        (5,),
    )
    changes = Section(
        Said("Changed this month: {count}", count=len(changed)),
        heads("when", "who", "act", "record", "reason"),
        [
            (a.at[:16].replace("T", " "), a.user, Word("act", a.act), a.target, read_said(a.reason))
            for a in reversed(changed)
        ],
        (28, 18, 26, 34, 70),
    )
    by_hand = [a for a in changed if a.act == "file" and a.data.get("by_hand")]
    numbers = {r.code: r.paper_number for r in records}
    past_the_gate = Section(
        Said("Filed by hand this month: {count}", count=len(by_hand)),
        heads("when", "who", "electronic code", "paper number", "reason"),
        [(a.at[:16].replace("T", " "), a.user, a.target, numbers[a.target], a.reason) for a in reversed(by_hand)],
        (28, 18, 34, 46, 60),
    )
    counts = Counter(r.class_code or "?" for r in came)
    classes = [*world.scheme.classes, *(["?"] if counts["?"] else [])]
    chart = Chart(Said("New records by class"), classes, [(Said("records"), [counts[c] for c in classes])])
    return Report(
        Said("Pack of the monthly meeting {period}", period=period.name),
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
            worst = "high" if any(f.level == "high" for f in found.flags) else "notice"
            why = Said("{reasons}", reasons=[f.reason for f in found.flags])
            rows.append((Word("flag", worst), customer.name, customer.manager, money(found.owed), why))
    rows.sort(key=lambda r: (r[0].name != "high", r[1]))
    return Section(
        Said("Customers to look at"),
        heads("grade", "customer", "manager", "owed", "reason"),
        rows,
        (8, 48, 18, 24, 84),
        (3,),
    )


def _decided(tx: Transaction, scope: Scope, period: Span) -> Section:
    """Customers the month's meeting decided to look at."""
    found = [g for g in tx.gradings(period=period.name) if g.state == "focus" and scope.holds("", "", g.customer)]
    rows = [(g.customer, g.before or "-", g.by, g.at[:10], g.reason) for g in found]
    return Section(
        Said("Customers the meeting decided to look at"),
        heads("customer", "grade", "decided by", "day", "reason"),
        rows,
        (54, 10, 20, 22, 70),
    )


def _quarter(world: World, tx: Transaction, scope: Scope, period: Span) -> Report:
    found = [g for g in tx.gradings(period=period.name) if g.state != "focus" and scope.holds("", "", g.customer)]
    rows = [
        (
            g.customer,
            g.before or "-",
            g.after,
            Word("grading", g.state),
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
            Said("Customers' classes"),
            heads("customer", "grade before", "grade now", "state", "consumed", "who", "reason"),
            rows,
            (52, 12, 12, 14, 28, 16, 44),
            (4,),
        ),
        Section(
            Said("Changes of class"),
            heads("change", "customers"),
            [(k, str(v)) for k, v in sorted(moves.items())],
            (40, 20),
            (1,),
        ),
    ]
    chart = Chart(Said("Customers by class"), list("ABCD"), [(Said("customers"), [counts[c] for c in "ABCD"])])
    return Report(Said("Customers' classes {period}", period=period.name), _notes(world, tx, period), sections, [chart])


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
    names = heads("booked", "charged", "paid", "reduced")
    sections = [
        Section(
            Said("By month"),
            (*heads("month"), *names),
            [(m, *(money(s[k]) for k in KINDS)) for m, s in by_month.items()],
            (26, 36, 36, 36, 36),
            (1, 2, 3, 4),
        ),
        Section(
            Said("By customer"),
            (*heads("customer"), *names),
            [
                (n, *(money(s[k]) for k in KINDS))
                for n, s in sorted(by_customer.items(), key=lambda x: -(x[1]["charged"] or x[1]["booked"]))
            ],
            (60, 30, 30, 30, 30),
            (1, 2, 3, 4),
        ),
        Section(
            Said("New by class"),
            heads("class", "records"),
            [(c, str(n)) for c, n in sorted(by_class.items())],
            (60, 30),
            (1,),
        ),
        Section(
            Said("New by account manager"),
            heads("manager", "records"),
            [(c, str(n)) for c, n in sorted(by_manager.items())],
            (60, 30),
            (1,),
        ),
    ]
    charts = [
        Chart(
            Said("Booked and paid"),
            months,
            [(n, [by_month[m][k] / 100 for m in months]) for n, k in zip(names, KINDS, strict=True)],
            Said("yuan"),
        )
    ]
    return Report(
        Said("Analysis of customers and records {period}", period=period.name),
        _notes(world, tx, period),
        sections,
        charts if months else [],
    )


def _dossier(world: World, customer: str) -> Report:
    if not customer.strip():
        raise Usage(Said("A dossier is of which customer?"), Do("report dossier", "杭州新辰酒店有限公司"))
    found, lines = dealing.customer_dossier(world, customer)
    sums = (
        (Said("booked"), found.booked),
        (Said("charged"), found.charged),
        (Said("paid"), found.paid),
        (Said("reduced"), found.reduced),
        (Said("owed"), found.owed),
        (Said("not due"), found.not_due),
    )
    ageing = [(Said("overdue {days} days", days=label), money(cents)) for label, cents in found.ageing.items()]
    sections = [
        Section(Said("Sums"), heads("item", "amount"), [(n, money(c)) for n, c in sums] + ageing, (60, 40), (1,)),
        Section(
            Said("Signs of risk"),
            heads("grade", "reason"),
            [(Word("flag", f.level), f.reason) for f in found.flags],
            (12, 150),
        ),
        Section(
            Said("By month"),
            heads("month", "booked", "charged", "paid", "reduced", "owed at its end"),
            [(p.month, *(money(v) for v in (p.booked, p.charged, p.paid, p.reduced, p.owed))) for p in found.periods],
            (24, 30, 30, 30, 30, 30),
            (1, 2, 3, 4, 5),
        ),
        Section(
            Said("Dealings"),
            heads("day", "kind", "amount", "source", "remark"),
            [(d.date, Word("dealing", d.kind), money(d.cents), d.source, d.note) for d in lines],
            (22, 18, 28, 40, 70),
            (2,),
        ),
    ]
    months = [p.month for p in found.periods][-12:]
    periods = found.periods[-12:]
    chart = Chart(
        Said("Booked, paid and owed"),
        months,
        [
            (Said("booked"), [max(p.booked, p.charged) / 100 for p in periods]),
            (Said("paid"), [p.paid / 100 for p in periods]),
            (Said("owed at its end"), [max(0, p.owed) / 100 for p in periods]),
        ],
        "元",
    )
    with world.catalogue.look() as tx:
        grade = dealing.grade_of(tx, customer)
        notes = [
            *_notes(world, tx),
            Said("Customer: {customer}    class: {grade}", customer=customer, grade=grade or Said("undecided")),
        ]
    return Report(Said("Dossier of {customer}", customer=customer), notes, sections, [chart] if months else [])


def _properties(world: World, about: str) -> Report:
    if not about.strip():
        raise Usage(
            Said("The four-property check of what?"), Said("A code, paper number, volume, or month such as 2026-11.")
        )
    results = properties.four_properties(world, about)
    bad = list(properties.failed(results))
    counts = Counter((r.code, r.name, r.outcome) for r in results)
    items = list(dict.fromkeys((r.code, r.name) for r in results))
    outcomes = (properties.PASSED, properties.FAILED, properties.UNCHECKED)
    sections = [
        Section(
            Said("What is checked"),
            (*heads("no.", "item"), *(Word("outcome", o) for o in outcomes)),
            [(c, n, *(str(counts[(c, n, o)]) for o in outcomes)) for c, n in items],
            (20, 80, 20, 20, 20),
            (2, 3, 4),
        ),
        Section(
            Said("Failed"),
            heads("record", "no.", "item", "case"),
            [(r.target, r.code, r.name, r.detail) for r in bad],
            (34, 20, 44, 82),
            wrong=True,
        ),
    ]
    records = len({r.target for r in results})
    with world.catalogue.look() as tx:
        notes = [
            *_notes(world, tx),
            Said("Of {about}, {records} records; {failed} failed", about=about, records=records, failed=len(bad)),
        ]
    return Report(Said("Four-property check"), notes, sections)


def _notes(world: World, tx: Transaction, period: Span | None = None) -> list[Said]:
    """Who, when, of what; and the log's root, so that a printed pack is a witness of the log (promise 6)."""
    me = gate.person(world, tx)
    made = Said(
        "{fonds} {name}    made by {person} {at}",
        fonds=world.scheme.fonds,
        name=world.scheme.fonds_name,
        person=me.name,
        at=world.now()[:16].replace("T", " "),
    )
    lines = [made]
    if period is not None:
        lines.append(Said("Period: {first} to {last}", first=period.first, last=period.last))
    return [*lines, Said("Root of the log: {root}", root=str(root_in(tx, world.now())))]


def failing(made: Report) -> Sequence[Sequence[Cell]]:
    """Return the rows that are findings: those of the section that lists what is wrong."""
    return next((section.rows for section in made.sections if section.wrong), ())


ACTS = tuple(REPORTS.values())
