"""市场行情通报: competitors' offers, class 05."""

from __future__ import annotations

from decimal import Decimal

from dms.demo import people
from dms.demo.form import Form
from dms.demo.forms.draft import Draft, FormKind
from dms.demo.layout import checks, label, value
from dms.demo.people import SIMPLIFIED

_RIVALS = ("碧澜湾大酒店", "云顶会议中心", "南岸假日宾馆", "翡翠城国际会所")
_OURS = (("标准双床间", 428), ("豪华大床间", 588), ("中型会议室（全天）", 2600), ("围桌晚宴（10人）", 2380))


def fill(d: Draft) -> Form:
    """Fill in one notice."""
    layout, rng = d.layout, d.rng
    d.title = "市场行情通报"
    layout.head(d.title, number=f"通报编号：{d.number('HQ')}")
    rival = d.put("competitor", rng.choice(_RIVALS))
    layout.row(label("通报日期"), value(d.dated()), label("填报人"), value(d.who()))
    layout.row(label("竞争对手"), value(rival, 5))
    offer = d.amount or Decimal(rng.randrange(298, 468))
    layout.row(
        label("对手报价"),
        value(d.money(offer) + " /间夜"),
        label("我方协议价"),
        value(f"¥{people.grouped(offer + 40)} /间夜"),
    )
    layout.row(
        label("信息来源"),
        checks(("客户反馈", "同业交流", "公开广告", "实地考察"), rng.sample(("客户反馈", "公开广告"), 1), 5),
    )
    layout.section("一、报价对比")
    rows = []
    for name, ours in _OURS:
        theirs = round(ours * rng.uniform(0.78, 1.06))
        note = "低于我方" if theirs < ours else "高于我方"
        rows.append((name, f"{ours}.00", f"{theirs}.00", f"{(theirs - ours) / ours:+.1%}", note))
    layout.table(("项目", "我方价", "对手价", "差幅", "比较"), (2.4, 1.2, 1.2, 1, 1.6), rows,
                 ("left", "right", "right", "right", "left"))  # fmt: skip
    layout.section("二、情况分析")
    layout.passage(
        "主要动态",
        f"{rival}自本月起推出“会议套餐立减”活动，对当月签约客户另赠茶歇一次，活动预计持续至季度末；其新装修的宴会厅已投入使用，"
        "可同时容纳三百人用餐，对我方婚宴及年会业务形成直接竞争。",
        lines=5,
    )
    layout.passage(
        "影响评估",
        f"据客户经理回访，约有{rng.randrange(3, 12)}家协议客户收到对方邀约，其中两家已到店考察。"
        f"若不及时应对，预计下季度会议收入减少百分之{'三五六八'[rng.randrange(4)]}左右。",
        lines=4,
    )
    layout.passage(
        "应对建议",
        "1. 对年消费二十万元以上客户逐户回访，落实续约意向；2. 推出工作日会议组合价，附赠停车与茶歇；"
        "3. 宴会厅预订满五桌赠送布置一套；4. 本通报内容请各客户经理在一周内反馈执行情况。",
        lines=5,
    )
    signed = "supervisor" not in d.missing
    layout.opinion(
        "sales", "批示", "请各组落实。" if signed else "", d.supervisor.name if signed else "",
        d.handwritten(d.later(1)) if signed else "", sign="签名：",
    )  # fmt: skip
    layout.signatures(d.signers("handler", "supervisor"), height=70)
    if signed:
        layout.seal("海光国际酒店销售部", 440, layout.y - 62, size=100)
    layout.note("发送范围：总经理、销售部各组、前厅部、餐饮部；本通报属内部资料，请勿外传。")
    return d.done("表号 XS-05")


KIND = FormKind("market-notice", "05", (SIMPLIFIED,), fill)
