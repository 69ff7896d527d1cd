"""促销活动提成审批单: campaign and commission approval, class 06."""

from __future__ import annotations

from decimal import Decimal

from dms.demo import people
from dms.demo.form import Form
from dms.demo.forms.draft import Draft, FormKind
from dms.demo.layout import label, value
from dms.demo.people import SIMPLIFIED

_CAMPAIGNS = ("金秋会议季促销活动", "春季婚宴推广活动", "会员储值周年庆", "暑期亲子套餐推广")


def fill(d: Draft) -> Form:
    """Fill in one form."""
    layout, rng = d.layout, d.rng
    d.title = "促销活动提成审批单"
    layout.head(d.title, number=f"审批编号：{d.number('TC')}")
    layout.row(label("活动名称"), value(d.put("campaign", rng.choice(_CAMPAIGNS)), 5))
    layout.row(label("申请日期"), value(d.dated()), label("客户经理"), value(d.who()))
    start, end = d.later(-45), d.later(-5)
    period = f"{people.date_text(start, 'han')}至{people.date_text(end, 'han')}"
    layout.row(
        label("所属部门"), value("销售部"), label("岗位"), value(rng.choice(("会议销售", "宴会销售", "协议销售")))
    )
    layout.row(label("活动期间"), value(period, 5))
    layout.section("提成计算明细")
    rate = Decimal(rng.choice((15, 20, 25, 30))) / 10
    names = [c.name for c in people.customers() if c.language == SIMPLIFIED and len(c.name) < 14]
    rows, total = [], Decimal(0)
    for index, name in enumerate(rng.sample(names, rng.randrange(4, 7)), 1):
        sold = people.amount(rng, 4000, 80_000)
        share = (sold * rate / 100).quantize(Decimal("0.01"))
        total += share
        order = f"DH-{d.day.year}-{rng.randrange(1, 2400):04d}"
        rows.append((str(index), name, order, people.grouped(sold), f"{rate}%", people.grouped(share)))
    if d.amount is not None:
        rest = d.amount - total
        if rest > 0:
            rows.append((str(len(rows) + 1), "团队达标奖励", "—", "—", "—", people.grouped(rest)))
            total = d.amount
    layout.table(
        ("序号", "客户", "订单号", "到账金额", "比例", "提成"), (0.7, 3.2, 2.1, 1.6, 0.9, 1.5), rows,
        ("centre", "left", "centre", "right", "centre", "right"),
    )  # fmt: skip
    words = d.put("amount_capitals", people.capitals(total), f"{total:.2f}")
    layout.row(label("提成金额", 1.2), value(d.money(total), 1.8), label("大写", 0.8), value(words, 3.6))
    layout.passage(
        "申请说明",
        "以上订单均已全额到账，客户已签字确认，未发生退款；提成按《销售提成管理办法》第六条计提，税前发放，请予审批。",
        lines=3,
    )
    signed = "supervisor" not in d.missing
    name, day = (d.supervisor.name, d.handwritten(d.later(1))) if signed else ("", "")
    layout.opinion("sales", "销售部经理意见", "数据属实，同意。" if signed else "", name, day, sign="签名：")
    layout.opinion("finance", "财务部审核", "已核，金额无误。", "罗秀兰", d.handwritten(d.later(2)), sign="签名：")
    top = layout.y
    layout.opinion(
        "general", "总经理审批", "同意发放。" if signed else "", "吴国栋" if signed else "",
        d.handwritten(d.later(3)) if signed else "", sign="签名：",
    )  # fmt: skip
    layout.signatures(d.signers("handler", "supervisor"), height=66)
    if signed:
        layout.seal("海光国际酒店有限公司", 285, top + 40, below="财务专用章", size=104)
    layout.note("注：提成每月二十五日前申报，次月十日随工资发放；涉及退款的订单须在次月提成中扣回。")
    return d.done("表号 XS-06")


KIND = FormKind("commission", "06", (SIMPLIFIED,), fill)
