"""传真 / 来函: a letter or fax from a customer, class 99."""

from __future__ import annotations

from dms.demo import people
from dms.demo.form import Form
from dms.demo.forms.draft import Draft, FormKind
from dms.demo.layout import LEFT, RIGHT, label, value
from dms.demo.people import ENGLISH, HOUSE, SIMPLIFIED, TRADITIONAL
from dms.domain.pages import Box

_SUBJECTS = {
    SIMPLIFIED: ("关于确认年度会议用房安排的函", "关于调整协议房价的商洽函", "关于推迟会议日期的通知"),
    TRADITIONAL: ("關於確認年度會議用房安排", "關於調整協議房價"),
    ENGLISH: ("Confirmation of rooms for the annual meeting", "Change of our meeting dates"),
}


def fill(d: Draft) -> Form:
    """Write one letter."""
    layout, c, t, rng = d.layout, d.customer, d.t, d.rng
    d.title = t("传真", "傳真", "Fax")
    layout.sheet.text(300, layout.y + 20, c.name, 17 if len(c.name) < 18 else 13, align="centre", bold=True)
    layout.sheet.text(300, layout.y + 36, f"{c.address}　{t('电话', '電話', 'Tel')} {c.phone}" if d.language != ENGLISH
                      else f"{c.address}   Tel {c.phone}", 8.5, align="centre")  # fmt: skip
    layout.sheet.line(LEFT, layout.y + 44, RIGHT, layout.y + 44, 1.4)
    layout.sheet.line(LEFT, layout.y + 47, RIGHT, layout.y + 47, 0.4)
    layout.y += 58
    layout.head(d.title, number=f"{t('函件编号：', '函件編號：', 'Ref. No.: ')}{d.number('FX')}", house=False)
    layout.row(label(t("收件单位", "收件單位", "Addressee")), value(HOUSE[d.language], 5))
    layout.row(
        label(t("收件人", "收件人", "Attention")), value(d.who()),
        label(t("发件日期", "發件日期", "Date")), value(d.dated()),
    )  # fmt: skip
    layout.row(label(t("发件单位", "發件單位", "From")), value(d.put("customer", c.name), 5))
    layout.row(
        label(t("联系电话", "聯絡電話", "Telephone")), value(d.phone(c.phone)),
        label(t("页数", "頁數", "Pages")), value("1"),
    )  # fmt: skip
    layout.row(label(t("主题", "主題", "Subject")), value(d.put("subject", rng.choice(_SUBJECTS[d.language])), 5))
    layout.close()
    layout.y += 8
    rooms, nights, guests = rng.randrange(8, 60), rng.randrange(2, 5), rng.randrange(30, 160)
    begin = d.later(rng.randrange(15, 60))
    name = d.manager.named(d.language)
    if d.language == ENGLISH:
        layout.paragraph(f"Dear {name},")
        paragraphs = [
            f"Thank you for your offer. We confirm {rooms} twin rooms for {nights} nights from "
            f"{people.date_text(begin, 'english')}, and a meeting room for {guests} persons on the second day.",
            "Please let us have the meeting room from six in the evening of the day before so that our people can set "
            "up. Vegetarian meals are needed for twelve guests.",
            "We shall pay thirty per cent within seven days of your invoice and the rest within thirty days after the "
            "meeting. Kindly confirm this letter with your signature and send it back to us.",
        ]
        closing = ("Yours sincerely,",)
    else:
        layout.paragraph(f"{name}{t('经理', '經理')}：" + t("您好！", "您好！"))
        when = people.date_text(begin, "han")
        paragraphs = [
            t(
                f"贵酒店报价函已收悉，感谢贵方一直以来的支持。我方拟于{when}起在贵酒店举办年度工作会议，预订标准双床间{rooms}间，连住{nights}晚，"
                f"参会人数约{guests}人，第二天全天使用多功能厅一间。",
                f"貴酒店報價函已收悉，感謝貴方一直以來的支持。我方擬於{when}起在貴酒店舉辦年度工作會議，預訂標準雙床房{rooms}間，連住{nights}晚，"
                f"與會人數約{guests}人。",
            ),
            t(
                "会场请于前一日十八时后开放，以便我方人员进场布置；用餐请安排素食十二份。接站车辆如有变化，我方将提前两日另行告知。",
                "會場請於前一日十八時後開放，以便我方人員進場布置；用餐請安排素食十二份。",
            ),
            t(
                "费用结算仍按双方协议执行：收到发票后七日内预付百分之三十，余款于会议结束后三十日内付清。以上安排如无异议，请签字盖章后回传为盼。",
                "費用結算仍依雙方協議辦理：收到發票後七日內預付百分之三十，餘款於會議結束後三十日內付清。如無異議，請簽章後回傳為盼。",
            ),
        ]
        closing = (t("顺颂商祺！", "順頌商祺！"),)
    for text in paragraphs:
        layout.paragraph(text, indent=0 if d.language == ENGLISH else 22, gap=6)
    for text in closing:
        layout.paragraph(text, indent=0 if d.language == ENGLISH else 22)
    layout.y += 22
    layout.plain(c.name, align="right", size=11)
    layout.plain(people.date_text(d.day, "english" if d.language == ENGLISH else "han"), align="right", size=11)
    if d.language != ENGLISH and c.kind != "member":
        layout.seal(c.name, 470, layout.y - 26, size=116)
    else:
        layout.write("opinion", "sender", "", Box(RIGHT - 150, layout.y - 72, RIGHT - 20, layout.y - 40), c.contact)
    layout.y += 40
    layout.signatures(d.signers("handler", "supervisor"), height=66)
    return d.done(t("第一联 留存", "第一聯 留存", "File copy"))


KIND = FormKind("letter", "99", people.LANGUAGES, fill)
