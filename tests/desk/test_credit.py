"""R14, half a sentence a test: what counts, currencies apart, allowances, terms and limits, classes with their rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from desk_kit import CUSTOMER, as_, put

from dms.desk.accounts.customers import add_customers, given_terms, read_credit, set_credit
from dms.desk.accounts.people import bring_back_masters
from dms.desk.intake.importing import import_sheet
from dms.desk.ledger import dealing
from dms.desk.ledger.reporting import report
from dms.desk.signing import approving, filing
from dms.domain.dossier import Entry, Terms, accounts, allowed
from dms.domain.money import Money, read_money
from dms.domain.scheme import Credit, DealingRule, scheme_from_dict
from dms.errors import NotPermitted, Usage
from dms.ports.catalogue import Customer
from dms.shipped import load_scheme

DAY = date(2026, 6, 30)


def paper(world, form, **fields):
    """A registered record of a form of today, waiting for its signatures; returns its code."""
    code = put(world)
    with world.catalogue.begin() as tx:
        record = tx.record(code)
        tx.save_record(record.with_(form=form, fields=fields, date=world.clock.now().date()))
    return code


def through_the_gate(world, code):
    approving.declare(as_(world, "ZHS"), code)
    approving.confirm(as_(world, "DM1"), code, "customer", note="第1页")
    approving.approve(as_(world, "DM1"), code)
    filing.file(as_(world, "AR"), code)


def dossier(world):
    return dealing.customer_dossier(as_(world, "ZHS"), CUSTOMER)


def sheet(world, *lines, name="deal.csv"):
    """Import dealings of the customer: kind, amount, currency, day."""
    rows = [
        {"客户": CUSTOMER, "类别": kind, "金额": amount, "币种": currency, "日期": day}
        for kind, amount, currency, day in lines
    ]
    return dealing.import_dealings(as_(world, "AR"), rows, name, dry=False)


def test_what_passed_the_gate_counts_and_what_did_not_stands_apart_until_it_did(office):
    code = paper(office, "order", amount="900,000.00")
    told = dossier(office)
    assert (told.accounts[0].booked, told.dealings) == (0, ())
    assert [(a.dealing.source, a.dealing.cents, str(a.why)) for a in told.apart] == [
        (code, 90_000_000, "not filed yet")
    ]
    through_the_gate(office, code)
    told = dossier(office)
    assert (told.accounts[0].booked, told.accounts[0].owed, told.apart) == (90_000_000, 90_000_000, ())


def test_filed_by_hand_counts_once_it_is_signed_after_all(office):
    code = paper(office, "order", amount="100.00")
    filing.file(as_(office, "SM"), code, by_hand="客户出国")
    told = dossier(office)
    assert told.accounts[0].booked == 0 and "filed by hand, without" in str(told.apart[0].why)
    approving.declare(as_(office, "ZHS"), code)
    approving.confirm(as_(office, "DM1"), code, "customer", note="第1页")
    approving.approve(as_(office, "DM1"), code)
    assert dossier(office).accounts[0].booked == 100_00


def test_an_allowance_without_the_supervisor_does_not_count_even_where_the_class_asks_for_none(office):
    sheet(office, ("订货", "5000", "", "2026-01-05"))
    code = paper(office, "complaint", amount="900.00")
    filing.file(as_(office, "SM"), code, by_hand="r")
    kinds = dict(office.scheme.classes)
    kinds["04"] = replace(kinds["04"], gate=False, signatures=())
    loose = replace(office, scheme=replace(office.scheme, classes=kinds))
    for world in (office, loose):
        told = dossier(world)
        assert (told.accounts[0].reduced, told.accounts[0].owed, len(told.apart)) == (0, 5000_00, 1)
    assert str(dossier(loose).apart[0].why) == "without the supervisor's signature"


def test_an_allowance_alone_makes_nobody_a_creditor(office):
    through_the_gate(office, paper(office, "complaint", amount="900.00"))
    told = dossier(office)
    assert told.accounts[0].owed == 0 and [a.dealing.cents for a in told.apart] == [900_00]


def test_an_allowance_counts_against_the_order_it_names():
    order = Entry("booked", "2026-01-01", 100_00, number="D1", source="a")
    other = Entry("booked", "2026-01-01", 900_00, number="D2", source="b")
    on = Entry("reduced", "2026-01-05", 70_00, order="D1", source="c")
    counted, apart = allowed([order, other, on, replace(on, source="d"), replace(on, order="D9", source="e")])
    assert [(e.source, e.cents) for e in counted if e.kind == "reduced"] == [("c", 70_00), ("d", 30_00)]
    assert [(e.source, e.cents, str(why)) for e, why in apart] == [
        ("d", 40_00, "more is allowed than order D1 comes to"), ("e", 70_00, "order D9 is not among what counts"),
    ]  # fmt: skip
    usd = replace(on, currency="USD")
    assert allowed([order, usd])[1][0][0] == usd


def test_currencies_are_kept_apart(office):
    sheet(office, ("记账", "10000", "USD", "2026-03-01"), ("收款", "10000", "", "2026-03-02"))
    found = {a.currency: a.owed for a in dossier(office).accounts}
    assert found == {"CNY": -10_000_00, "USD": 10_000_00}
    made = report(as_(office, "ZHS"), "dossier", CUSTOMER)
    assert list(map(str, made.sections[0].headings)) == ["item", "CNY", "USD"]
    (owed,) = [row for row in made.sections[0].rows if str(row[0]) == "owed"]
    assert owed[1:] == ("-10,000.00", "10,000.00")
    year = report(as_(office, "SM"), "year", "2026").sections[1].rows
    assert [(r[2], r[3], r[5]) for r in year] == [("0.00", "10,000.00", "CNY"), ("10,000.00", "0.00", "USD")]


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("¥1,860.00", Money("CNY", 186000)), ("１８６０元", Money("CNY", 186000)), ("US$1.5", Money("USD", 150)),
        ("HK$ 5", Money("HKD", 500)), ("$100", Money("USD", 10000)), ("-900", Money("CNY", -90000)),
        ("0.07", Money("CNY", 7)), ("1860.005", None), ("€1 USD", None), ("abc", None), ("", None), ("1e5", None),
        ("9" * 14, None), ("nan", None),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(written, taken):
    assert read_money(written, "CNY") == taken


def test_a_sheet_whose_currency_cannot_be_told_is_not_taken(office):
    _, wrong = sheet(
        office, ("记账", "USD 5", "CNY", "2026-03-01"), ("记账", "5", "圆角", "2026-03-01"),
        ("记账", "5.001", "", "2026-03-01"), ("记账", "$5", "美元", "2026-03-01"),
    )  # fmt: skip
    assert [(p.row, p.detail) for p in wrong] == [
        (1, "“USD 5” is not in CNY"), (2, "“圆角” is no currency, such as CNY or USD"), (3, "“5.001” is no amount"),
    ]  # fmt: skip


def test_a_file_imported_again_leaves_none_of_its_old_lines(office):
    day = "2026-03-01"
    sheet(office, ("记账", "1", "", day), ("记账", "2", "", day), ("收款", "1", "", day))
    sheet(office, ("记账", "7", "", day), name="deal_csv")
    sheet(office, ("收款", "5", "", day))
    assert [(d.kind, d.cents, d.source) for d in dossier(office).dealings] == [
        ("paid", 500, "deal.csv#1"), ("charged", 700, "deal_csv#1"),
    ]  # fmt: skip


def test_what_cannot_be_read_is_told(office):
    code = paper(office, "order", amount="约一千", paid="5", paid_date="三月五日")
    through_the_gate(office, code)
    assert [(a.dealing.kind, str(a.why)) for a in dossier(office).apart] == [
        ("paid", "its day is not known"), ("booked", "“约一千” cannot be read as an amount"),
    ]  # fmt: skip


def test_the_table_of_the_scheme_says_what_an_amount_is(office):
    through_the_gate(office, paper(office, "order", amount="100", deposit="30"))
    table = (DealingRule("order", "amount", "charged"), DealingRule("*", "deposit", "paid"))
    edited = replace(office, scheme=replace(office.scheme, dealings=table))
    account = dossier(edited).accounts[0]
    assert (account.booked, account.charged, account.paid, account.owed) == (0, 100_00, 30_00, 70_00)
    # A scheme of before has no table: the forms' own word counts.
    older = replace(office, scheme=replace(office.scheme, dealings=()))
    assert dossier(older).accounts[0].booked == 100_00


def test_terms_and_limits_are_a_customers_own_by_currency():
    debts = [Entry("charged", str(DAY - timedelta(days=40)), 100_00, currency=c) for c in ("CNY", "USD", "HKD")]
    terms = (Terms("CNY", 99_99, 45), Terms("USD", 100_00, 5))
    cny, hkd, usd = accounts(debts, DAY, Credit(), terms)
    assert (cny.slowest, hkd.slowest, usd.slowest) == (0, 10, 35)
    assert (cny.not_due, hkd.ageing["1–30"], usd.ageing["31–60"]) == (100_00, 100_00, 100_00)
    assert [str(f.reason) for f in cny.flags if "limit" in str(f.reason)] == [
        "100.00 CNY owed or ordered, 0.01 CNY above the credit limit of 99.99 CNY"
    ]
    assert not any("limit" in str(f.reason) for f in (*usd.flags, *hkd.flags))


@pytest.mark.parametrize(
    ("owed_by", "owed", "uncharged"), [("either", 1_00, 119_999_00), ("booked", 120_000_00, 0), ("charged", 1_00, 119_999_00)]
)  # fmt: skip
def test_what_debts_are_is_the_offices_choice_and_orders_beyond_are_told(owed_by, owed, uncharged):
    one = [Entry("booked", "2026-06-01", 120_000_00), Entry("charged", "2026-06-02", 1_00)]
    (found,) = accounts(one, DAY, Credit(owed_by=owed_by))
    assert (found.owed, found.uncharged, found.exposed) == (owed, uncharged, 120_000_00)
    (orders,) = accounts(one[:1], DAY, Credit(owed_by=owed_by))
    assert orders.basis == ("charged" if owed_by == "charged" else "booked")


def test_a_refund_is_a_debt_again_and_a_charge_taken_back_settles():
    told = [
        Entry("charged", "2026-01-01", 100_00), Entry("paid", "2026-01-02", 100_00), Entry("paid", "2026-05-01", -40_00),
        Entry("charged", "2026-05-02", -15_00),
    ]  # fmt: skip
    (found,) = accounts(told, DAY, Credit())
    assert found.owed == 25_00 == found.not_due + found.overdue and found.ageing["1–30"] == 25_00


def test_a_class_is_proposed_by_the_greater_and_told_with_rule_and_figures(office):
    sheet(
        office, ("订货", "120000", "", "2026-04-05"), ("记账", "1", "", "2026-04-06"), ("记账", "9", "KRW", "2026-04-06")
    )  # fmt: skip
    made = {g.customer: g for g in dealing.propose_grades(as_(office, "SM"), "2026-Q2")}[CUSTOMER]
    assert made.after == "A" and made.figures["CNY"]["consumed"] == 120_000_00
    rows = report(as_(office, "SM"), "quarter", "2026-Q2").sections[0].rows
    assert str(rows[0][6]) == (
        "CNY: booked 120,000.00, charged 1.00; the greater, 120,000.00, is A (A from 100,000.00, B from 30,000.00,"
        " C from 5,000.00, else D); KRW: booked 0.00, charged 9.00: not judged, the scheme has no amounts for it"
    )


def test_another_currency_has_amounts_of_its_own(office):
    raw = {
        "scheme": {"fonds": "HG01", "fonds_name": "x", "group": "KH", "group_name": "x"},
        "retention": [{"code": "Y", "name": "永久"}], "class": [{"code": "01", "name": "x", "retention": "Y"}],
        "grades": {"A": 9, "USD": {"A": 30, "B": 20, "C": 10}}, "credit": {"days": 7},
    }  # fmt: skip
    made = scheme_from_dict(raw)
    assert made.grades == {"CNY": {"A": 9, "B": 30_000, "C": 5_000}, "USD": {"A": 30, "B": 20, "C": 10}}
    assert (made.credit.days, made.credit.currency) == (7, "CNY")
    assert [r.kind for r in load_scheme(office.settings).dealings] == ["booked", "reduced", "paid"]


@pytest.mark.parametrize("who", ["AR", "ZHS", "CO"])
def test_credit_is_set_by_the_sales_and_general_manager_only(office, who):
    with pytest.raises(NotPermitted):
        set_credit(as_(office, who), CUSTOMER, Terms("CNY", 1, 1), reason="r")
    with pytest.raises(NotPermitted):
        add_customers(as_(office, who), [Customer(CUSTOMER, terms=(Terms("CNY", 1),))])
    with office.catalogue.look() as tx:
        assert all(c.terms == () for c in tx.customers())


def test_credit_is_logged_kept_and_comes_back_from_the_log(office):
    with pytest.raises(Usage):
        set_credit(as_(office, "SM"), CUSTOMER, Terms("CNY", 1), reason=" ")
    set_credit(as_(office, "SM"), CUSTOMER, given_terms("人民币", "50,000", "60"), reason="年度评审")
    add_customers(
        as_(office, "GM"), [Customer(CUSTOMER, aliases=("新辰",), terms=read_credit(["USD 10000"], ["USD 20"], "CNY"))]
    )
    wanted = (Terms("CNY", 50_000_00, 60), Terms("USD", 10_000_00, 20))
    # Who keeps customers changes the rest of one without touching his credit.
    add_customers(as_(office, "AR"), [Customer(CUSTOMER, "ZHS")])
    with office.catalogue.begin() as tx:
        (known,) = tx.customers()
        assert (known.terms, known.aliases, known.manager) == (wanted, ("新辰",), "ZHS")
        act = next(a for a in tx.acts(f"customer:{CUSTOMER}") if a.act == "set-credit")
        assert (act.user, act.reason, act.data["terms"]) == (
            "SM",
            "年度评审",
            {"CNY": {"limit": 50_000_00, "days": 60}},
        )
        tx.save_customer(Customer(CUSTOMER, "LMY"))
        bring_back_masters(tx)
        assert tx.customers() == [known]


def test_terms_are_imported_by_currency(office, tmp_path):
    file = tmp_path / "客户.csv"
    file.write_text(
        f"客户,客户经理,别名,信用额度,账期,币种\n{CUSTOMER},ZHS,新辰,50000,60,\n{CUSTOMER},ZHS,,8000,,美元\n",
        encoding="utf-8",
    )
    assert import_sheet(as_(office, "SM"), "customers", file, dry=False).problems == ()
    with office.catalogue.look() as tx:
        (known,) = tx.customers()
    assert known.terms == (Terms("CNY", 50_000_00, 60), Terms("USD", 8_000_00)) and known.aliases == ("新辰",)
    file.write_text(f"客户,信用额度\n{CUSTOMER},很多\n", encoding="utf-8")
    assert len(import_sheet(as_(office, "SM"), "customers", file, dry=False).problems) == 1


def test_the_overdue_list_is_of_ones_own_customers_and_says_why(office):
    sheet(office, ("记账", "500", "", "2020-01-01"))
    for who, seen in (("ZHS", 1), ("SM", 1), ("LMY", 0)):
        rows = report(as_(office, who), "overdue").sections[0].rows
        assert len(rows) == seen
    (row,) = report(as_(office, "SM"), "overdue").sections[0].rows
    assert row[:4] == (CUSTOMER, "ZHS", "CNY", "500.00") and "overdue for more than 90 days" in str(row[-1])
