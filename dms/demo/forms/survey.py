"""客户特征调查表: customer survey, class 02."""

from __future__ import annotations

from decimal import Decimal

from dms.demo import people
from dms.demo.form import Form
from dms.demo.forms.draft import Draft, FormKind
from dms.demo.layout import checks, label, value
from dms.demo.people import SIMPLIFIED

_HABITS = (
    "客户偏好高楼层无烟房，商务出行以周二至周四为主，一般提前三至五天预订；用餐口味清淡，会议期间要求素食选项，对发票开具时效要求较高。",
    "客户团队活动集中在每年三月与十月，注重会场采光与停车便利，决策人为总经理本人，价格敏感度中等，看重长期稳定的服务人员。",
    "客户为多年会员，习惯入住湖景房，多以家庭为单位出行，喜爱亲子活动，节假日消费占全年六成以上，对积分兑换较为关注。",
)
_RISKS = (
    "近十二个月付款记录良好，平均回款周期二十六天，无逾期超过六十天的款项；与三家同业保持往来，存在分流可能。",
    "上年度有两笔款项逾期三十天以上，经催收已结清；建议维持现有信用额度，每季度复核一次。",
)


def fill(d: Draft) -> Form:
    """Fill in one form."""
    layout, c = d.layout, d.customer
    d.title = "客户特征调查表"
    layout.head(d.title, number=f"调查编号：{d.number('TZ')}")
    layout.row(label("客户名称"), value(d.put("customer", c.name), 5))
    layout.row(label("联系人"), value(d.put("contact", c.contact)), label("联系电话"), value(d.phone(c.phone)))
    layout.row(label("调查日期"), value(d.dated()), label("客户经理"), value(d.who()))
    spent = d.amount or people.amount(d.rng, 12_000, 900_000)
    layout.row(label("年消费额"), value(d.money(spent)), label("客户等级"), value(d.put("grade", c.grade) + " 级"))
    layout.section("一、消费特征")
    layout.row(
        label("主要消费"),
        checks(("客房", "会议", "宴会", "餐饮", "康乐"), d.rng.sample(("客房", "会议", "宴会", "餐饮"), 2), 5),
    )
    layout.row(
        label("预订渠道"), checks(("电话", "协议网站", "第三方平台", "现场"), (d.rng.choice(("电话", "协议网站")),), 5)
    )
    quarters = [people.grouped((spent * share / 100).quantize(Decimal("0.01"))) for share in (18, 27, 24, 31)]
    layout.table(
        ("季度", "第一季度", "第二季度", "第三季度", "第四季度"), (1, 1.25, 1.25, 1.25, 1.25),
        (("消费额（元）", *quarters), ("到店次数", *(str(d.rng.randrange(2, 40)) for _ in range(4)))),
        ("centre", "right", "right", "right", "right"),
    )  # fmt: skip
    layout.passage("消费习惯与偏好", d.rng.choice(_HABITS), lines=4)
    layout.section("二、信用状况")
    layout.row(label("回款情况"), checks(("按期", "偶有逾期", "经常逾期"), (d.rng.choice(("按期", "偶有逾期")),), 5))
    layout.passage("信用与风险评价", d.rng.choice(_RISKS), lines=4)
    layout.passage(
        "维护建议",
        "每月至少电话回访一次，每季度上门拜访一次；重要节日由销售部统一寄送贺卡，并邀请参加年度客户答谢会。",
        lines=3,
    )
    signed = "supervisor" not in d.missing
    layout.opinion(
        "sales", "销售部意见", "列为重点维护客户。" if signed else "", d.supervisor.name if signed else "",
        d.handwritten(d.later(2)) if signed else "", sign="签名：",
    )  # fmt: skip
    layout.signatures(d.signers("customer", "handler", "supervisor"), height=84)
    layout.note("说明：客户特征每年度调查一次，信息仅供内部使用，属保密资料，未经销售部经理批准不得外传。")
    return d.done("表号 XS-02")


KIND = FormKind("customer-survey", "02", (SIMPLIFIED,), fill)
