"""客户投诉处理及折让审批表: complaint and discount approval, class 04."""

from __future__ import annotations

from decimal import Decimal

from dms.demo import people
from dms.demo.form import Form
from dms.demo.forms.draft import Draft, FormKind
from dms.demo.layout import checks, label, value
from dms.demo.people import ENGLISH, SIMPLIFIED, TRADITIONAL

_REASONS = {
    SIMPLIFIED: (
        "我司于会议当日上午九时到场，发现多功能厅投影设备故障，延误近四十分钟，部分与会嘉宾提前离场，要求酒店说明原因并给予合理折让。",
        "入住当晚空调噪音过大，前台两次派人维修仍未解决，次日方更换房间，严重影响客人休息，客人要求减免当晚房费。",
        "晚宴有三桌菜品上菜顺序与合同不符，且其中一桌少上一道主菜，宾客当场提出意见，影响我司接待形象，要求按比例退还餐费。",
        "结算单所列会议茶歇人数与实际签到人数相差二十六人，经多次沟通未予更正，请核实后退还多收款项。",
    ),
    TRADITIONAL: (
        "本公司於會議當日上午九時到場，發現會議廳投影設備故障，延誤近四十分鐘，部分來賓提前離場，要求酒店說明原因並給予合理折讓。",
        "入住當晚空調噪音過大，櫃檯兩次派員維修仍未解決，次日才更換房間，嚴重影響客人休息，要求減免當晚房費。",
    ),
    ENGLISH: (
        "The projector in the meeting room failed at nine in the morning and forty minutes were lost; several guests "
        "left early. We ask for an explanation and a fair reduction of the bill.",
        "The air conditioning was loud all night. Two visits by the technician did not help and the room was changed "
        "only the next day. The guest asks that the night be free of charge.",
    ),
}  # fmt: skip
_FINDINGS = {
    SIMPLIFIED: (
        "经查，设备开机前未按规程试机，责任在我方工程部值班人员。已当场致歉并加派技术员保障，拟同意给予一次性折让，并对责任人予以通报批评。",
        "经核对签到表与点单记录，客户所述基本属实。建议按差额办理折让，由财务部在下期账单中冲减，并回访确认客户满意度。",
    ),
    TRADITIONAL: (
        "經查，設備開機前未依規定試機，責任在本公司工程部值班人員。已當場致歉並加派技術員，擬同意給予一次性折讓。",
    ),
    ENGLISH: (
        "The log shows that the equipment was not tested beforehand; the fault is ours. We have apologised and propose "
        "a single discount, to be deducted from the next invoice.",
    ),
}  # fmt: skip


def fill(d: Draft) -> Form:
    """Fill in one form."""
    layout, c, t = d.layout, d.customer, d.t
    d.title = t("客户投诉处理及折让审批表", "客戶投訴處理及折讓審批表", "Complaint and Discount Approval")
    layout.head(d.title, number=f"{t('投诉编号：', '投訴編號：', 'Complaint No.: ')}{d.number('TS')}", size=18)
    layout.row(label(t("客户名称", "客戶名稱", "Customer name")), value(d.put("customer", c.name), 5))
    layout.row(
        label(t("投诉人", "投訴人", "Complainant")), value(d.put("contact", c.contact)),
        label(t("联系电话", "聯絡電話", "Telephone")), value(d.phone(c.phone)),
    )  # fmt: skip
    layout.row(
        label(t("投诉日期", "投訴日期", "Complaint date")), value(d.dated()),
        label(t("客户经理", "客戶經理", "Account manager")), value(d.who()),
    )  # fmt: skip
    order = d.put("order_number", f"DH-{d.day.year}-{d.rng.randrange(1, 2400):04d}")
    original = people.amount(d.rng, 6000, 90_000)
    layout.row(
        label(t("原订单号", "原訂單號", "Order No.")), value(order),
        label(t("原单金额", "原單金額", "Order value")), value(d.t("¥", "NT$", "USD ") + people.grouped(original)),
    )  # fmt: skip
    ways = {
        SIMPLIFIED: ("来电", "来函", "当面", "网络", "转办"),
        TRADITIONAL: ("來電", "來函", "當面", "網路"),
        ENGLISH: ("Telephone", "Letter", "In person", "Online"),
    }[d.language]
    kinds = {
        SIMPLIFIED: ("服务质量", "设施设备", "餐饮", "结算", "其他"),
        TRADITIONAL: ("服務品質", "設施設備", "餐飲", "結算"),
        ENGLISH: ("Service", "Equipment", "Food", "Billing"),
    }[d.language]
    layout.row(label(t("投诉方式", "投訴方式", "Received by")), checks(ways, (d.rng.choice(ways),), 5))
    layout.row(label(t("投诉类别", "投訴類別", "Kind")), checks(kinds, (d.rng.choice(kinds),), 5))
    layout.passage(t("投诉事由", "投訴事由", "Reason"), d.put("reason", d.rng.choice(_REASONS[d.language])), lines=4)
    layout.passage(
        t("调查情况及责任认定", "調查情況及責任認定", "Findings"), d.rng.choice(_FINDINGS[d.language]), lines=4
    )
    given = (
        d.amount
        if d.amount is not None
        else (original * Decimal(d.rng.randrange(3, 18)) / 100).quantize(Decimal("0.01"))
    )
    printed = d.money(given)
    if d.language == ENGLISH:
        layout.row(label("Discount amount"), value(printed, 5))
    else:
        words = d.put("amount_capitals", people.capitals(given, d.language), f"{given:.2f}")
        layout.row(
            label(t("折让金额", "折讓金額")), value(printed, 1.6), label(t("大写", "大寫"), 0.7), value(words, 2.7)
        )
    means = {
        SIMPLIFIED: ("冲减账单", "退款", "赠送消费券", "下次优惠"),
        TRADITIONAL: ("沖減帳單", "退款", "贈送消費券"),
        ENGLISH: ("Deducted", "Refunded", "Voucher"),
    }[d.language]
    layout.row(label(t("折让方式", "折讓方式", "Given as")), checks(means, (d.rng.choice(means),), 5))
    dept = people.person("HM")
    layout.opinion(
        "department", t("部门意见", "部門意見", "Department"),
        t("情况属实，建议同意。", "情況屬實，建議同意。", "Proposed"),
        dept.named(d.language), d.handwritten(d.later(1)), sign=t("签名：", "簽名：", "Signed:"),
    )  # fmt: skip
    signed = "supervisor" not in d.missing
    general = people.person("WGD")
    layout.opinion(
        "general", t("总经理审批", "總經理審批", "General manager"),
        t("同意。", "同意。", "Approved") if signed else "",
        general.named(d.language) if signed else "", d.handwritten(d.later(3)) if signed else "",
        sign=t("签名：", "簽名：", "Signed:"),
    )  # fmt: skip
    if signed and d.language != ENGLISH:
        layout.seal(people.HOUSE[d.language], 300, layout.y - 36, below=t("业务专用章", "業務專用章"), size=106)
    layout.signatures(d.signers("customer", "handler", "supervisor", seal=d.language == SIMPLIFIED), height=80)
    layout.note(
        t(
            "注：折让金额五千元以下由销售部经理批准，五千元及以上报总经理批准；本表原件归入客户档案“投诉与折价”类。",
            "註：折讓金額五千元以下由業務部經理核准，五千元及以上報總經理核准；本表正本歸入客戶檔案。",
            "Up to 5,000 the sales manager approves, above that the general manager. The original belongs to the "
            "customer's file.",
        )
    )
    return d.done(t("表号 XS-04", "表號 XS-04", "Form XS-04"))


KIND = FormKind("complaint", "04", people.LANGUAGES, fill)
