"""业务委托单 / 订货单: an order with lines and totals, class 03."""

from __future__ import annotations

from decimal import Decimal

from dms.demo import people
from dms.demo.form import Form
from dms.demo.forms.draft import Draft, FormKind
from dms.demo.layout import checks, label, value
from dms.demo.people import ENGLISH, SIMPLIFIED, TRADITIONAL

# name, specification, unit, price
_GOODS: dict[str, tuple[tuple[str, str, str, int], ...]] = {
    SIMPLIFIED: (
        ("标准双床间", "含双早", "间夜", 428), ("豪华大床间", "含单早", "间夜", 588),
        ("行政套房", "含行政酒廊", "间夜", 1180), ("多功能厅", "半天 120人", "场", 6800),
        ("中型会议室", "全天 40人", "场", 2600), ("自助午餐", "海光厅", "位", 98),
        ("围桌晚宴", "10人/桌", "桌", 2380), ("会议茶歇", "A套餐", "位", 45), ("投影及音响", "含技术员", "套", 900),
        ("接机服务", "商务车", "趟", 320), ("会议背景板", "6m×3m", "块", 1260), ("桌签印制", "双面", "个", 8),
    ),
    TRADITIONAL: (
        ("標準雙床房", "含雙早", "間夜", 1980), ("豪華大床房", "含單早", "間夜", 2680),
        ("會議廳", "全天 40人", "場", 12600),
        ("自助午餐", "海光廳", "位", 450), ("圍桌晚宴", "10人/桌", "桌", 9800), ("會議茶點", "A套餐", "位", 220),
        ("投影及音響", "含技術員", "套", 3600), ("接機服務", "商務車", "趟", 1500),
    ),
    ENGLISH: (
        ("Twin room", "with breakfast", "night", 72), ("Deluxe king room", "with breakfast", "night", 98),
        ("Executive suite", "lounge access", "night", 185), ("Meeting room", "full day, 40 seats", "day", 420),
        ("Buffet lunch", "Harbour Hall", "cover", 16), ("Coffee break", "package A", "cover", 8),
        ("Projector and sound", "with technician", "set", 140), ("Airport transfer", "minivan", "trip", 55),
    ),
}  # fmt: skip


def fill(d: Draft) -> Form:
    """Fill in one form."""
    layout, c, t = d.layout, d.customer, d.t
    d.title = t("业务委托单" if d.seed % 3 == 0 else "订货单", "訂購單", "Purchase Order")
    layout.head(d.title, number=f"{t('订单编号：', '訂單編號：', 'Order No.: ')}{d.number('DH')}")
    buyer = t("委托单位" if d.seed % 3 == 0 else "订货单位", "客戶名稱", "Customer name")
    layout.row(label(buyer), value(d.put("customer", c.name), 5))
    layout.row(
        label(t("联系人", "聯絡人", "Contact person")), value(d.put("contact", c.contact)),
        label(t("联系电话", "聯絡電話", "Telephone")), value(d.phone(c.phone)),
    )  # fmt: skip
    layout.row(
        label(t("订货日期", "訂購日期", "Order date")), value(d.dated()),
        label(t("客户经理", "客戶經理", "Account manager")), value(d.who()),
    )  # fmt: skip
    layout.row(
        label(t("交货日期", "交貨日期", "Delivery date")),
        value(d.dated("delivery_date", d.later(d.rng.randrange(5, 40)))),
        label(t("送达地点", "送達地點", "Place")),
        value(t("海光国际酒店三楼", "海光國際酒店三樓", "Haiguang Hotel, 3F")),
    )  # fmt: skip
    rows, total = _lines(d)
    heads = {
        SIMPLIFIED: ("序号", "品名", "规格", "单位", "数量", "单价（元）", "金额（元）"),
        TRADITIONAL: ("序號", "品名", "規格", "單位", "數量", "單價", "金額"),
        ENGLISH: ("No.", "Item", "Specification", "Unit", "Qty", "Price", "Amount"),
    }[d.language]
    layout.table(
        heads, (0.8, 2.6, 2.4, 1, 1, 1.6, 1.9), rows, ("centre", "left", "left", "centre", "right", "right", "right")
    )
    printed = d.money(total)
    if d.language == ENGLISH:
        layout.row(label("Total amount", 2), value(printed, 5, "right"))
    else:
        words = d.put("amount_capitals", people.capitals(total, d.language), f"{total:.2f}")
        layout.row(
            label(t("合计金额", "合計金額"), 1.5), value(printed, 2), label(t("大写", "大寫"), 0.9), value(words, 4)
        )
    ways = {
        SIMPLIFIED: ("预付30%", "货到付款", "月结", "转账"),
        TRADITIONAL: ("預付30%", "貨到付款", "月結", "匯款"),
        ENGLISH: ("30% in advance", "On delivery", "Monthly", "Transfer"),
    }[d.language]
    layout.row(label(t("付款方式", "付款方式", "Payment")), checks(ways, (d.rng.choice(ways),), 5))
    layout.passage(
        t("特别约定", "特別約定", "Terms"),
        t(
            "1. 确认后如需变更，请至少提前三个工作日书面通知；2. 未到人数按预订数的百分之九十结算；"
            "3. 会场布置于活动前一日十八时后进场。",
            "1. 確認後如需變更，請至少提前三個工作日以書面通知；2. 未到人數按預訂數的百分之九十結算；"
            "3. 會場布置於活動前一日十八時後進場。",
            "1. Changes in writing at least three working days ahead. 2. Absent guests are charged at ninety per cent. "
            "3. Setting up begins after six p.m. on the day before.",
        ),
    )
    layout.signatures(d.signers("customer", "handler", "supervisor"), height=96)
    layout.note(
        t(
            "第一联：存根（白）　第二联：财务（红）　第三联：客户（黄）　　本单经双方签字盖章后生效。",
            "第一聯：存根（白）　第二聯：財務（紅）　第三聯：客戶（黃）　　本單經雙方簽章後生效。",
            "White copy: file. Pink copy: accounts. Yellow copy: customer. Valid when signed by both sides.",
        )
    )
    return d.done(t("表号 XS-03", "表號 XS-03", "Form XS-03"))


def _lines(d: Draft) -> tuple[list[tuple[str, ...]], Decimal]:
    """Return the lines and their total; a wanted amount is met by a last line."""
    goods = list(_GOODS[d.language])
    picked = d.rng.sample(goods, min(len(goods), d.rng.randrange(4, 8)))
    if d.long:
        picked = [goods[i % len(goods)] for i in range(34)]
    rows: list[tuple[str, ...]] = []
    total = Decimal(0)
    for name, spec, unit, price in picked:
        count = d.rng.choice((1, 2, 3, 5, 8, 10, 12, 20, 24, 36, 40))
        line = Decimal(count * price)
        if d.amount is not None and total + line > d.amount:
            continue
        total += line
        rows.append((str(len(rows) + 1), name, spec, unit, str(count), f"{price}.00", people.grouped(line)))
    if d.amount is not None and d.amount > total:
        rest = d.amount - total
        name = d.t("其他杂项", "其他雜項", "Sundries")
        rows.append((str(len(rows) + 1), name, "", d.t("项", "項", "lot"), "1", f"{rest:.2f}", people.grouped(rest)))
        total = d.amount
    count_of_lines = len(rows)
    blank = ("", d.t("（以下空白）", "（以下空白）", "— nothing below —"), "", "", "", "", "")
    while len(rows) < 9 and not d.long:
        rows.append(blank if len(rows) == count_of_lines else ("",) * 7)
    return rows, total


KIND = FormKind("order", "03", people.LANGUAGES, fill)
