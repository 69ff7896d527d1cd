"""客户登记表: customer registration, class 01."""

from __future__ import annotations

from decimal import Decimal

from dms.demo import people
from dms.demo.form import Form
from dms.demo.forms.draft import Draft, FormKind
from dms.demo.layout import checks, label, value
from dms.demo.people import ENGLISH, SIMPLIFIED, TRADITIONAL


def fill(d: Draft) -> Form:
    """Fill in one form."""
    layout, c, t = d.layout, d.customer, d.t
    d.title = t("客户登记表", "客戶登記表", "Customer Registration Form")
    layout.head(d.title, number=f"{t('登记编号：', '登記編號：', 'Registration No.: ')}{d.number('KH-DJ')}")
    layout.row(
        label(t("登记日期", "登記日期", "Registration date")), value(d.dated()),
        label(t("客户经理", "客戶經理", "Account manager")), value(d.who()),
    )  # fmt: skip
    layout.section(t("一、基本情况", "一、基本資料", "1. Particulars"))
    layout.row(label(t("客户名称", "客戶名稱", "Customer name")), value(d.put("customer", c.name), 5))
    layout.row(label(t("单位地址", "公司地址", "Address")), value(d.put("address", c.address), 5))
    layout.row(
        label(t("联系人", "聯絡人", "Contact person")), value(d.put("contact", c.contact)),
        label(t("联系电话", "聯絡電話", "Telephone")), value(d.phone(c.phone)),
    )  # fmt: skip
    position = d.rng.choice(
        {
            SIMPLIFIED: ("行政部经理", "采购主管", "总经理助理", "办公室主任"),
            TRADITIONAL: ("行政部經理", "採購主管", "總經理特助"),
            ENGLISH: ("Travel manager", "Head of purchasing", "Office manager"),
        }[d.language]
    )
    layout.row(
        label(t("职务", "職稱", "Position")), value(position),
        label(t("电子邮箱", "電子郵件", "E-mail")), value(f"office{d.rng.randrange(10, 99)}@example.com"),
    )  # fmt: skip
    kinds = {
        "company": t("企业", "企業", "Company"), "hotel": t("同业酒店", "同業飯店", "Hotel"),
        "member": t("个人会员", "個人會員", "Member"),
    }  # fmt: skip
    layout.row(
        label(t("客户类别", "客戶類別", "Kind")),
        checks(
            (*kinds.values(), t("政府机关", "政府機關", "Public body"), t("其他", "其他", "Other")), (kinds[c.kind],), 5
        ),
    )
    if c.tax_number:
        layout.row(
            label(t("统一社会信用代码" if d.seed % 2 else "税号", "統一編號", "Tax No.")),
            value(d.put("tax_number", c.tax_number), 5),
        )
    layout.section(t("二、合作意向", "二、合作意向", "2. Business expected"))
    needs = {
        SIMPLIFIED: ("客房", "会议", "宴会", "旅游团队", "长住", "会员储值"),
        TRADITIONAL: ("客房", "會議", "宴會", "旅遊團體", "長住"),
        ENGLISH: ("Rooms", "Meetings", "Banquets", "Tour groups", "Long stay"),
    }[d.language]
    chosen = d.rng.sample(needs, 2)
    layout.row(label(t("业务需求", "業務需求", "Services")), checks(needs, chosen, 5))
    limit = d.amount or Decimal(d.rng.randrange(2, 40) * 5000)
    ways = (t("月结30天", "月結30天", "30 days net"), t("现付", "現付", "Cash"), t("预付", "預付", "Prepaid"))
    layout.row(
        label(t("信用额度", "信用額度", "Credit limit")), value(d.money(limit)),
        label(t("结算方式", "結算方式", "Settlement")), value(d.rng.choice(ways)),
    )  # fmt: skip
    remark = {
        SIMPLIFIED: "该客户由老客户介绍，主要需求为每季度一次的部门会议及差旅住宿。已核对证照原件与复印件一致，"
        f"预计每年用房约{d.rng.randrange(60, 600)}间夜，建议按协议价执行。",
        TRADITIONAL: "該客戶由舊客戶介紹，主要需求為每季一次的部門會議及差旅住宿。已核對證照正本與影本相符，"
        f"預計每年用房約{d.rng.randrange(60, 600)}間夜，建議依協議價辦理。",
        ENGLISH: "Introduced by an existing customer; needs a department meeting every quarter and rooms for business "
        f"trips. Papers were checked against the originals. About {d.rng.randrange(60, 600)} room nights a year; "
        "contract rate proposed.",
    }[d.language]  # fmt: skip
    layout.passage(t("情况说明", "情況說明", "Remarks"), remark, lines=4)
    papers = {
        SIMPLIFIED: ("营业执照复印件", "法人身份证明", "开户许可", "协议书"),
        TRADITIONAL: ("營業登記影本", "負責人證明", "協議書"),
        ENGLISH: ("Certificate", "Bank reference", "Contract"),
    }[d.language]
    layout.row(label(t("所附材料", "所附資料", "Enclosures")), checks(papers, papers[: d.rng.randrange(1, 4)], 5))
    agreed = t("同意建档，按协议价执行。", "同意建檔。", "Agreed")
    opinion_signed = "supervisor" not in d.missing
    layout.opinion(
        "supervisor", t("销售部意见", "業務部意見", "Sales dept."), agreed if opinion_signed else "",
        d.supervisor.named(d.language) if opinion_signed else "", d.handwritten(d.later(2)) if opinion_signed else "",
        sign=t("签名：", "簽名：", "Signed:"),
    )  # fmt: skip
    layout.signatures(d.signers("customer", "handler", "supervisor"), height=84)
    layout.note(
        t(
            "填表说明：本表一式两份，客户与销售部各执一份；客户资料发生变更时，经办人应在五个工作日内重新登记并交档案员归档。",
            "填表說明：本表一式兩份，客戶與業務部各執一份；客戶資料如有變更，經辦人應於五個工作日內重新登記並交檔案員歸檔。",
            "Two copies: one for the customer, one for the sales department. Changes are registered again within five "
            "working days.",
        )
    )
    return d.done(t("表号 XS-01", "表號 XS-01", "Form XS-01"))


KIND = FormKind("customer-registration", "01", people.LANGUAGES, fill)
