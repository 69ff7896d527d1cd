"""Reports and review packs (R10, R12, R14): exceptions, gaps, months, quarters, halves, years, dossiers, checks.

Each report is made of what the asker may see, logged, and the same as PDF, workbook and JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.care.auditing import ROOT_MARK, root_in
from dms.desk.ledger import dealing, properties
from dms.desk.ledger.counting import ledger_of
from dms.desk.ledger.year_end import left_open
from dms.domain.access import may_see
from dms.domain.dossier import AGES, KINDS, Account, Entry
from dms.domain.grading import Span, quarter_of, rule, span
from dms.domain.money import money, of
from dms.domain.policy import Action
from dms.domain.query import Scope
from dms.domain.record import ALIVE, LinkState, Record, RecordState, Track
from dms.errors import Usage
from dms.flow.twice import unsettled
from dms.ports.catalogue import Transaction
from dms.ports.registers import Grading
from dms.ports.spreadsheet import Grid
from dms.ports.world import World
from dms.said import Do, Said, Voice, Word, heads, one_after_another, read_said
from dms.sheets.report import Cell, Chart, Report, Section, draw_report, in_words, texts

REPORTS = {
    k: ActKind(f"report-{k}", Action.REPORT)
    for k in ("exceptions", "gaps", "month", "quarter", "half", "year", "year-end", "overdue")
}
KINDS_OF_REPORT = (
    "exceptions", "gaps", "month", "quarter", "half", "year", "year-end", "dossier", "overdue", "four-properties",
)  # fmt: skip


AGES_SAID = tuple(Said("overdue {days} days", days=label) for _, label in AGES)


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
        "year-end": _year_end,
        "overdue": _overdue,
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
    # A year's end is looked at once it is over: in January that of the year before.
    ending = str(today.year - (today.month < 7))
    now = {"quarter": quarter_of(today), "half": half, "year": str(today.year), "year-end": ending}.get(
        kind, f"{today:%Y-%m}"
    )
    period = span(about or now)
    marks = {"quarter": "Q", "half": "H"}
    if (kind in marks and marks[kind] not in period.name) or (kind in ("year", "year-end") and "-" in period.name):
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
    rows = []
    copies = unsettled(tx)
    for customer in tx.customers():
        if not scope.holds("", "", customer.name):
            continue
        flagged = [a for a in dealing.dossier_of(world, tx, customer, copies).accounts if a.flags]
        if flagged:
            flags = [f for a in flagged for f in a.flags]
            worst = "high" if any(f.level == "high" for f in flags) else "notice"
            owed = Said("{amounts}", amounts=[of(a.currency, a.owed) for a in flagged])
            why = one_after_another([f.reason for f in flags])
            rows.append((Word("flag", worst), customer.name, customer.manager, owed, why))
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
            _consumed(g),
            g.by,
            read_said(g.reason),
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
            (42, 12, 12, 14, 28, 16, 64),
            (4,),
        ),
        Section(
            Said("The rule"),
            heads("currency", "grade"),
            [(c, rule(world.scheme.grades[c])) for c in sorted(world.scheme.grades)],
            (24, 150),
            note=Said(
                "In each currency the greater of what was booked and what was charged in the quarter counts; currencies"
                " are not added: the best of their classes is proposed."
            ),
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


def _consumed(one: Grading) -> Said:
    """Return what a proposal judged, in each currency; one of before told one sum without a currency."""
    if "consumed" in one.figures:
        return Said("{amounts}", amounts=[money(int(one.figures["consumed"]))])
    return Said("{amounts}", amounts=[of(c, int(f["consumed"])) for c, f in one.figures.items()])


def _overdue(world: World, tx: Transaction, scope: Scope, _: Span) -> Report:
    """Who owes what is overdue (R14): in each currency, how old, against which limit, and why he is looked at."""
    found: list[tuple[str, str, Account]] = []
    copies = unsettled(tx)
    for customer in tx.customers():
        if scope.holds("", "", customer.name):
            accounts = dealing.dossier_of(world, tx, customer, copies).accounts
            found += [(customer.name, customer.manager, a) for a in accounts if a.overdue]
    found.sort(key=lambda f: (f[2].currency, -f[2].overdue, f[0]))
    rows: list[tuple[Cell, ...]] = [
        (
            name, manager, one.currency, money(one.overdue), str(one.slowest), money(one.owed),
            money(one.limit) if one.limit is not None else "-", one_after_another([f.reason for f in one.flags]),
        )
        for name, manager, one in found
    ]  # fmt: skip
    ages: list[tuple[Cell, ...]] = [
        (name, one.currency, *(money(c) for c in one.ageing.values())) for name, _, one in found
    ]
    of_currency = {c: [a for _, _, a in found if a.currency == c] for c in sorted({a.currency for _, _, a in found})}
    sums = [(c, money(sum(a.overdue for a in every)), str(len(every))) for c, every in of_currency.items()]
    return Report(
        Said("Overdue debts"),
        _notes(world, tx),
        [
            Section(
                Said("Customers with overdue debts"),
                heads("customer", "manager", "currency", "overdue", "oldest, days", "owed", "credit limit", "reason"),
                rows, (34, 14, 12, 26, 12, 26, 24, 52), (3, 4, 5, 6), wrong=True,
            ),
            Section(
                Said("By age"), (*heads("customer", "currency"), *AGES_SAID), ages, (54, 14, 30, 30, 30, 30),
                (2, 3, 4, 5),
            ),
            Section(Said("By currency"), heads("currency", "overdue", "customers"), sums, (24, 40, 24), (1, 2)),
        ],
    )  # fmt: skip


def _year_end(world: World, tx: Transaction, scope: Scope, period: Span) -> Report:
    """What a year left open (R2, R12)."""
    title = Said("What {year} left open", year=period.name)
    return Report(title, _notes(world, tx, period), left_open(tx, scope, period))


def _analysis(world: World, tx: Transaction, scope: Scope, period: Span) -> Report:
    """Half-year and year analyses (R10): by month, class, manager and customer."""
    lines: list[tuple[str, Entry]] = []
    copies = unsettled(tx)
    for customer in tx.customers():
        if scope.holds("", "", customer.name):
            entries = ledger_of(world, tx, customer, copies).entries
            lines += [(customer.name, e) for e in entries if period.holds(e.date)]
    currencies = sorted({e.currency for _, e in lines})
    by_month = _summed((e.date[:7], e) for _, e in lines)
    by_customer = _summed(lines)
    came = [r for r in _seen(tx, scope) if period.holds(r.received_at)]
    by_class = Counter(r.class_code or "?" for r in came)
    by_manager = Counter(r.manager or "?" for r in came)
    names = heads("booked", "charged", "paid", "reduced")
    sections = [
        Section(
            Said("By month"),
            (*heads("month"), *names, *heads("currency")),
            [(m, *(money(s[k]) for k in KINDS), c) for (m, c), s in sorted(by_month.items())],
            (26, 36, 36, 36, 36, 16),
            (1, 2, 3, 4),
        ),
        Section(
            Said("By customer"),
            (*heads("customer"), *names, *heads("currency")),
            [
                (n, *(money(s[k]) for k in KINDS), c)
                for (n, c), s in sorted(
                    by_customer.items(), key=lambda x: (x[0][1], -max(x[1]["charged"], x[1]["booked"]), x[0][0])
                )
            ],
            (60, 30, 30, 30, 30, 16),
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
    months = sorted({m for m, _ in by_month})
    nothing = dict.fromkeys(KINDS, 0)
    charts = [
        Chart(
            Said("Booked and paid, {currency}", currency=c),
            months,
            [
                (n, [_drawn(by_month.get((m, c), nothing)[k]) for m in months])
                for n, k in zip(names, KINDS, strict=True)
            ],
            c,
        )
        for c in currencies
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
    told = dealing.customer_dossier(world, customer)
    every = told.accounts
    sums: list[tuple[Said, list[Cell]]] = [
        (Said("booked"), [money(a.booked) for a in every]),
        (Said("charged"), [money(a.charged) for a in every]),
        (Said("paid"), [money(a.paid) for a in every]),
        (Said("reduced"), [money(a.reduced) for a in every]),
        (Said("owed"), [money(a.owed) for a in every]),
    ]
    sums.append((Said("ordered, not charged yet"), [money(a.uncharged) for a in every]))
    sums.append((Said("not due"), [money(a.not_due) for a in every]))
    sums += [(Said("overdue {days} days", days=label), [money(a.ageing[label]) for a in every]) for _, label in AGES]
    sums.append((Said("credit limit"), [money(a.limit) if a.limit is not None else "-" for a in every]))
    sums.append((Said("days to pay"), [str(a.days) for a in every]))
    sums.append((Said("debts are what was"), [Word("dealing", a.basis) for a in every]))
    sections = [
        Section(
            Said("Sums"),
            (*heads("item"), *(a.currency for a in every)),
            [(name, *cells) for name, cells in sums],
            (60, *(40 for _ in every)),
            tuple(range(1, len(every) + 1)),
        ),
        Section(
            Said("Signs of risk"),
            heads("grade", "reason"),
            [(Word("flag", f.level), f.reason) for a in every for f in a.flags],
            (12, 150),
        ),
        Section(
            Said("By month"),
            heads("month", "booked", "charged", "paid", "reduced", "owed at its end", "currency"),
            [
                (p.month, *(money(v) for v in (p.booked, p.charged, p.paid, p.reduced, p.owed)), a.currency)
                for a in every
                for p in a.periods
            ],
            (24, 30, 30, 30, 30, 30, 16),
            (1, 2, 3, 4, 5),
        ),
        Section(
            Said("Dealings"),
            heads("day", "kind", "amount", "currency", "source", "remark"),
            [(d.date, Word("dealing", d.kind), money(d.cents), d.currency, d.source, d.note) for d in told.dealings],
            (22, 18, 28, 14, 40, 60),
            (2,),
        ),
        Section(
            Said("Not counted"),
            heads("day", "kind", "amount", "currency", "source", "why"),
            [
                (a.dealing.date, Word("dealing", a.dealing.kind), money(a.dealing.cents), a.dealing.currency,
                 a.dealing.source, a.why)
                for a in told.apart
            ],
            (22, 18, 28, 14, 40, 60),
            (2,),
        ),
    ]  # fmt: skip
    charts = [
        Chart(
            Said("Booked, paid and owed, {currency}", currency=a.currency),
            [p.month for p in a.periods[-12:]],
            [
                (Said("booked"), [_drawn(max(p.booked, p.charged)) for p in a.periods[-12:]]),
                (Said("paid"), [_drawn(p.paid) for p in a.periods[-12:]]),
                (Said("owed at its end"), [_drawn(max(0, p.owed)) for p in a.periods[-12:]]),
            ],
            a.currency,
        )
        for a in every
        if a.periods
    ]
    with world.catalogue.look() as tx:
        grade = dealing.grade_of(tx, customer)
        notes = [
            *_notes(world, tx),
            Said("Customer: {customer}    class: {grade}", customer=customer, grade=grade or Said("undecided")),
        ]
    return Report(Said("Dossier of {customer}", customer=customer), notes, sections, charts)


def _summed(named: Iterable[tuple[str, Entry]]) -> dict[tuple[str, str], dict[str, int]]:
    """Return the sums of each kind by name and currency."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for name, one in named:
        found.setdefault((name, one.currency), dict.fromkeys(KINDS, 0))[one.kind] += one.cents
    return found


def _drawn(cents: int) -> float:
    """Return an amount as the height of a bar: the one place where money is no whole number."""
    return cents / 100


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
