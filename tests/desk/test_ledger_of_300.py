"""R14: 300 generated dealings of 12 customers in three currencies, against totals computed apart.

What is right is told a second time here, in Decimal, sharing no code with the program: what counts, sums, what is
owed, its age, the overdue list, and the classes proposed for a quarter.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from desk_kit import as_

from dms.desk.consent import changing, disposing
from dms.desk.ledger import dealing
from dms.desk.ledger.reporting import report
from dms.domain.dossier import Terms
from dms.domain.record import Carrier, Link, LinkState, Record, RecordState
from dms.flow.work import record_json
from dms.ports.catalogue import Act, Attention, Customer
from dms.ports.registers import Signature

COUNT, SEED = 300, 20261
CURRENCIES = ("CNY", "USD", "HKD")
WRITTEN = {
    "CNY": ("¥{:,}", "{}元", "人民币{:,}元整", "{}"), "USD": ("USD {:,}", "US${}", "{:,}美元"), "HKD": ("HK${}", "{}港币"),
}  # fmt: skip
NAMES = [f"{n}号客户有限公司" for n in range(1, 13)]
# What a record went through, and whether its amount counts then; "late" is an allowance nobody above signed.
WAYS = {
    "gate": True, "by hand": False, "by hand, signed since": True, "unfiled": False, "voided": False, "binned": False,
    "restored": True, "rescan": False, "pair": False, "both carriers": True, "corrected": True, "correction refused": True,
}  # fmt: skip
TERMS = {"CNY": 45, "USD": 10}  # of the customers with an even number; else 30 days
LIMIT = Decimal(20_000)
OWN = Decimal("0.01")


@dataclass(frozen=True)
class Fact:
    """One dealing as it truly is."""

    customer: str
    kind: str
    day: date
    amount: Decimal
    currency: str
    counts: bool = True
    due: date | None = None
    number: str = ""
    order: str = ""
    source: str = ""


@dataclass
class Office:
    """Puts dealings into an archive."""

    world: object
    rng: random.Random
    today: date

    def record(self, customer, form, day, fields, way, *, supervisor=True):
        """A record that went a way; returns its code."""
        world, rng = self.world, self.rng
        filed = way not in ("unfiled", "rescan", "pair", "voided")
        with world.catalogue.begin() as tx:
            code = str(tx.next_code("HG01", 2026))
            kind = world.scheme.record_class("03" if form == "order" else "04")
            number = ""
            if filed:
                number = str(tx.next_paper(tx.open_volume(world.scheme.volume(kind.code, 2026, "ZHS"), world.now())))
            state = RecordState.VOID if way == "voided" else RecordState.FILED if filed else RecordState.REGISTERED
            record = Record(
                code, title=f"{form} {code}", **kind.given, customer=customer, manager="ZHS", year=2026, date=day,
                form=form, fields=fields, state=state, paper_number=number, volume=number.rpartition("-")[0],
                received_at=world.now(), electronic=Carrier(True, f"2026/0000/{code}"),
                paper=Carrier(way == "both carriers" or rng.random() < 0.5, "室/柜", sha512="a" * 128),
                link=Link(LinkState.CONFIRMED, "content", "CO", world.now()),
            )  # fmt: skip
            tx.add_record(record)
            roles = (
                []
                if way in ("by hand", "unfiled", "voided", "rescan", "pair")
                else ["declaration", "customer", "handler"]
            )
            who = {"declaration": ("declared", "ZHS"), "handler": ("electronic", "ZHS"), "customer": ("ink", "AR")}
            for role in roles:
                tx.sign(
                    Signature(code, role, who[role][0], "ZHS" if role != "customer" else "", who[role][1], world.now())
                )
            if roles and supervisor:
                tx.sign(Signature(code, "supervisor", "electronic", "DM1", "DM1", world.now()))
            by_hand = way.startswith("by hand") or (roles and not supervisor)
            if filed:
                tx.log(Act(world.now(), "SM", "file", code, "r", {"by_hand": True} if by_hand else {}))
            if way in ("rescan", "pair"):
                tx.ask(Attention(way, code, "?", "?", world.now(), {"other": "HG01E2026000001"}))
        if way in ("binned", "restored", "corrected", "correction refused"):
            world.vault.write(code, {"record.json": record_json(record)}, message="m", user="GM", at=world.now())
        return code

    def after(self, code, way, right):
        """What is done to it afterwards."""
        if way in ("binned", "restored"):
            asked = disposing.ask_deletion(as_(self.world, "ZHS"), code, reason="重复")
            disposing.decide_deletion(as_(self.world, "SM"), asked.id, agree=True)
            if way == "restored":
                disposing.restore(as_(self.world, "SM"), code, reason="误删")
        if way in ("corrected", "correction refused"):
            wanted = right if way == "corrected" else "1"
            asked = changing.ask_change(as_(self.world, "ZHS"), code, {}, fields={"amount": wanted}, reason="录入有误")
            changing.decide_change(as_(self.world, "SM"), asked.id, agree=way == "corrected", reason="r")


def written(rng, amount, currency):
    """An amount as somebody writes it; a bare one is the office's own currency."""
    return rng.choice(WRITTEN[currency]).format(amount)


def generated(world):
    """Put 300 dealings into the archive; return what they truly are."""
    rng = random.Random(SEED)
    today = world.clock.now().date()
    office = Office(world, rng, today)
    with world.catalogue.begin() as tx:
        for n, name in enumerate(NAMES):
            tx.save_customer(Customer(name, "ZHS", (f"{n + 1}号",)))
    facts, rows = [], []
    orders = defaultdict(list)
    while len(facts) < COUNT:
        n = rng.randrange(len(NAMES))
        customer = NAMES[n]
        # Three customers deal in one currency, some never in charges: orders are what they owe.
        currency = "CNY" if n < 3 else rng.choice(CURRENCIES)
        day = today - timedelta(days=rng.randrange(0, 240))
        amount = Decimal(rng.randrange(100, 900_000)) / 100
        what = rng.choices(("order", "charge", "payment", "allowance", "booking"), (32, 24, 16, 18, 10))[0]
        if what == "charge" and n % 4 == 0:
            what = "order"
        if what in ("charge", "payment", "booking"):
            kind = {"charge": "charged", "payment": "paid", "booking": "booked"}[what]
            amount = amount / 2 if kind == "paid" and amount * 100 % 2 == 0 else amount
            due = day + timedelta(days=rng.randrange(0, 90)) if what == "charge" and rng.random() < 0.4 else None
            cell = written(rng, amount, currency)
            named = currency if cell == str(amount) or rng.random() < 0.5 else ""
            rows.append(
                {"客户": customer if rng.random() < 0.7 else f"{n + 1}号", "日期": str(day), "类别": kind,
                 "金额": cell, "到期": str(due or ""), "币种": named}
            )  # fmt: skip
            facts.append(Fact(customer, kind, day, amount, currency, due=due, source=f"往来.csv#{len(rows)}"))
            continue
        way = rng.choices(list(WAYS), (40, 5, 4, 8, 3, 4, 3, 5, 4, 10, 4, 3))[0]
        name = customer if rng.random() < 0.8 else f"{n + 1}号"
        fields = {"amount": written(rng, amount, currency), "number": f"D{len(facts):04d}"}
        if rng.random() < 0.5 or (fields["amount"] == str(amount) and currency != "CNY"):
            fields["currency"] = currency
        if way == "corrected":
            fields["amount"] = written(rng, amount + 100, currency)
        counts = WAYS[way]
        if what == "order":
            prepaid = Decimal(rng.randrange(1, int(amount) + 1)) if rng.random() < 0.3 else None
            if prepaid is not None:
                fields |= {"paid": f"{currency} {prepaid}", "paid_date": str(day)}
            code = office.record(name, "order", day, fields, way)
            number = fields["number"]
            facts.append(Fact(customer, "booked", day, amount, currency, counts, number=number, source=code))
            orders[customer, currency].append(number)
            if prepaid is not None and len(facts) < COUNT:
                facts.append(Fact(customer, "paid", day, prepaid, currency, counts, source=code))
            elif prepaid is not None:
                with world.catalogue.begin() as tx:
                    told = tx.record(code)
                    tx.save_record(
                        told.with_(fields={k: v for k, v in told.fields.items() if not k.startswith("paid")})
                    )
        else:
            amount = min(amount, Decimal(rng.randrange(100, 200_000)) / 100)
            supervisor = rng.random() < 0.7
            fields["amount"] = written(rng, amount + 100 if way == "corrected" else amount, currency)
            if fields["amount"] == str(amount + 100 if way == "corrected" else amount):
                fields["currency"] = currency
            known = orders[customer, currency]
            order = rng.choice(known) if known and rng.random() < 0.5 else "D9999" if rng.random() < 0.1 else ""
            if order:
                fields["order_number"] = order
            code = office.record(name, "complaint", day, fields, way, supervisor=supervisor)
            counts = counts and supervisor
            facts.append(Fact(customer, "reduced", day, amount, currency, counts, order=order, source=code))
        office.after(code, way, f"{currency} {amount}" if "currency" in fields else written(rng, amount, currency))
    taken, wrong = dealing.import_dealings(as_(world, "AR"), rows, "往来.csv", dry=False)
    assert (taken, wrong) == (len(rows), [])
    return facts


# -- the same, computed apart ------------------------------------------------------------------------------------


def allowances(facts):
    """The allowances that count, each with how much of it does."""
    debts = [f for f in facts if f.counts and f.kind in ("booked", "charged")]

    def worth(some):
        return max(
            sum((f.amount for f in some if f.kind == "booked"), Decimal(0)),
            sum((f.amount for f in some if f.kind == "charged"), Decimal(0)),
        )

    left, left_of = worth(debts), {}
    found = []
    for one in sorted((f for f in facts if f.counts and f.kind == "reduced"), key=lambda f: (f.day, f.source)):
        room = left
        if one.order:
            mine = [f for f in debts if f.number == one.order]
            room = min(left, left_of.setdefault(one.order, worth(mine)))
        much = min(room, one.amount)
        left -= much
        if one.order:
            left_of[one.order] -= much
        if much:
            found.append(replace(one, amount=much))
    return found


def right(facts, n, currency, today):
    """What a customer's account in one currency comes to."""
    reduced = allowances(facts)
    real = [f for f in facts if f.counts and f.kind != "reduced"] + reduced
    sums = {
        k: sum((f.amount for f in real if f.kind == k), Decimal(0)) for k in ("booked", "charged", "paid", "reduced")
    }
    basis = "charged" if any(f.kind == "charged" for f in real) else "booked"
    days = TERMS.get(currency, 30) if n % 2 == 0 else 30
    debts = sorted(
        ([f.due or f.day + timedelta(days=days), f.number, f.amount] for f in real if f.kind == basis),
        key=lambda d: d[0],
    )
    money = sums["paid"]
    for one in sorted(reduced, key=lambda f: (f.day, f.source)):
        rest = one.amount
        for debt in debts:
            if one.order and debt[1] == one.order:
                cut = min(rest, debt[2])
                debt[2] -= cut
                rest -= cut
        money += rest
    ages = [Decimal(0)] * 5  # not due, 1-30, 31-60, 61-90, more
    oldest = 0
    for due, _, amount in debts:
        cut = min(money, amount)
        money -= cut
        if amount > cut:
            late = (today - due).days
            ages[0 if late <= 0 else 1 if late <= 30 else 2 if late <= 60 else 3 if late <= 90 else 4] += amount - cut
            oldest = max(oldest, late)
    owed = sums[basis] - sums["paid"] - sums["reduced"]
    beyond = max(Decimal(0), sums["booked"] - sums["charged"]) if basis == "charged" else Decimal(0)
    return {**sums, "basis": basis, "owed": owed, "uncharged": beyond, "ages": ages, "oldest": max(0, oldest),
            "exposed": max(Decimal(0), owed + beyond)}  # fmt: skip


def dec(cents):
    assert type(cents) is int
    return Decimal(cents) * OWN


@pytest.fixture
def books(office):
    facts = generated(office)
    with office.catalogue.begin() as tx:
        for n, name in enumerate(NAMES):
            if n % 2 == 0:
                known = next(c for c in tx.customers() if c.name == name)
                terms = (Terms("CNY", limit=int(LIMIT * 100), days=TERMS["CNY"]), Terms("USD", days=TERMS["USD"]))
                tx.save_customer(replace(known, terms=terms))
    return office, facts, office.clock.now().date()


def test_every_dossier_the_overdue_list_and_the_classes_of_300_dealings(books):
    world, facts, today = books
    assert len(facts) == COUNT and {f.currency for f in facts} == set(CURRENCIES)
    assert 40 < sum(not f.counts for f in facts) < 150
    overdue, wrong = {}, []
    for n, name in enumerate(NAMES):
        mine = [f for f in facts if f.customer == name]
        told = dealing.customer_dossier(as_(world, "ZHS"), name)
        used = {f.currency for f in mine if f.counts and f.kind != "reduced"}
        used |= {
            f.currency
            for f in mine
            if f.counts and f.kind == "reduced" and allowances([g for g in mine if g.currency == f.currency])
        }
        if n % 2 == 0:
            used.add("CNY")
        assert {a.currency for a in told.accounts} == used, name
        for one in told.accounts:
            true = right([f for f in mine if f.currency == one.currency], n, one.currency, today)
            got = {
                k: dec(getattr(one, k))
                for k in ("booked", "charged", "paid", "reduced", "owed", "uncharged", "exposed")
            }
            got |= {
                "basis": one.basis,
                "ages": [dec(one.not_due), *map(dec, one.ageing.values())],
                "oldest": one.slowest,
            }
            if got != true:
                wrong.append((name, one.currency, got, true))
            # What is owed is what is open, but for what was paid beyond it; the months end with it.
            assert sum(true["ages"]) >= true["owed"] and dec(one.periods[-1].owed if one.periods else 0) == true["owed"]
            over = n % 2 == 0 and one.currency == "CNY" and true["exposed"] > LIMIT
            assert over == any("credit limit" in str(f.reason) for f in one.flags), (name, one.currency)
            if sum(true["ages"][1:]):
                overdue[name, one.currency] = true
        # Nothing vanishes: what does not count stands apart, and both together are all there is.
        for kind in ("booked", "charged", "paid", "reduced"):
            for currency in CURRENCIES:
                listed = [d for d in told.dealings if (d.kind, d.currency) == (kind, currency)]
                beside = [a.dealing for a in told.apart if (a.dealing.kind, a.dealing.currency) == (kind, currency)]
                gone = [f for f in mine if (f.kind, f.currency) == (kind, currency) and dropped(world, f)]
                every = sum((f.amount for f in mine if (f.kind, f.currency) == (kind, currency)), Decimal(0))
                left = every - sum((f.amount for f in gone), Decimal(0))
                assert sum(map(dec, (d.cents for d in (*listed, *beside))), Decimal(0)) == left, (name, kind, currency)
        assert all(str(a.why) for a in told.apart)
    assert wrong == []
    rows, ages, sums = (section.rows for section in report(as_(world, "SM"), "overdue").sections)
    assert {(r[0], r[2]): (r[3], r[4], r[5]) for r in rows} == {
        key: (f"{sum(t['ages'][1:]):,.2f}", str(t["oldest"]), f"{t['owed']:,.2f}") for key, t in overdue.items()
    }
    assert {(r[0], r[1]): list(r[2:]) for r in ages} == {
        key: [f"{a:,.2f}" for a in t["ages"][1:]] for key, t in overdue.items()
    }
    assert {r[0]: r[1] for r in sums} == {
        c: f"{sum((sum(t['ages'][1:]) for (_, one), t in overdue.items() if one == c), Decimal(0)):,.2f}"
        for c in {one for _, one in overdue}
    }
    assert len(rows) > 8 and all(str(r[-1]) for r in rows)
    past = today - timedelta(days=100)
    quarter = f"{past.year}-Q{(past.month + 2) // 3}"
    proposed = {g.customer: g for g in dealing.propose_grades(as_(world, "SM"), quarter)}
    for name in NAMES:
        inside = [
            f for f in facts
            if f.customer == name and f.counts and f.day.year == past.year and (f.day.month + 2) // 3 == (past.month + 2) // 3
        ]  # fmt: skip
        consumed = {
            c: max(
                sum((f.amount for f in inside if f.currency == c and f.kind == k), Decimal(0))
                for k in ("booked", "charged")
            )
            for c in {f.currency for f in inside}
        }
        yuan = consumed.get("CNY", Decimal(0))
        grade = "A" if yuan >= 100_000 else "B" if yuan >= 30_000 else "C" if yuan >= 5_000 else "D"
        told = proposed[name]
        assert told.after == grade, name
        assert {c: dec(f["consumed"]) for c, f in told.figures.items() if f["booked"] or f["charged"]} == {
            c: v for c, v in consumed.items() if v
        }
        assert all(f"{v:,.2f}" in told.reason for v in consumed.values() if v)
    assert len({g.after for g in proposed.values()}) > 1


def dropped(world, fact):
    """True where nothing of a dealing is listed any more: voided, or in the bin."""
    if "#" in fact.source:
        return False
    with world.catalogue.look() as tx:
        return tx.record(fact.source).state in (RecordState.VOID, RecordState.BINNED)
