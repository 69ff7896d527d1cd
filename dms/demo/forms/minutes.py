"""会议纪要: minutes of a meeting, class 99; its long version runs to a second page."""

from __future__ import annotations

from dms.demo import people
from dms.demo.form import Form
from dms.demo.forms.draft import Draft, FormKind
from dms.demo.layout import label, value
from dms.demo.people import SIMPLIFIED

_TOPICS = ("月度重点客户评定会", "第三季度客户升降级评审会", "投诉处理专题会议", "会议市场推广协调会")
_POINTS = (
    "会议听取了各客户经理关于本月客户增减情况的汇报，本月新增协议客户七家，流失两家，其中一家因搬迁停止合作。",
    "会议对照上季度消费额逐户复核客户等级，拟将三家B级客户升为A级，一家A级客户因连续两季度下降调整为B级，报总经理审定后执行。",
    "针对近期投诉集中的会议设备问题，工程部须在活动前一日完成试机并填写记录，销售部值班人员签字确认。",
    "关于应收账款，截至月末逾期三十天以上共四笔，合计八万六千余元，由客户经理在两周内逐户催收并书面报告进展。",
    "客户档案须做到一户一档，签字材料在三个工作日内扫描归档，纸质件与电子件编号一致；档案员每月末通报缺漏情况。",
    "下月促销活动以工作日会议组合价为主，宣传材料由市场组在十日前定稿，费用控制在预算之内。",
)


def fill(d: Draft) -> Form:
    """Write the minutes of one meeting."""
    layout, rng = d.layout, d.rng
    d.title = "会议纪要"
    layout.head(d.title, number=f"纪要编号：{d.number('HY')}", size=21)
    layout.row(label("会议主题"), value(d.put("subject", rng.choice(_TOPICS)), 5))
    layout.row(
        label("会议时间"),
        value(d.dated()),
        label("会议地点"),
        value(d.put("place", rng.choice(("三楼第二会议室", "销售部会议室")))),
    )
    layout.row(label("主持人"), value(d.supervisor.name), label("记录人"), value(d.who()))
    present = "、".join(p.name for p in people.MANAGERS)
    layout.row(label("出席人员"), value(f"{d.supervisor.name}、{present}、{people.ARCHIVISTS[0].name}", 5))
    layout.row(label("缺席人员"), value("无", 5))
    layout.paragraph("一、会议内容", bold=True)
    numerals = "一二三四五六七八九十"
    points = rng.sample(_POINTS, 4) if not d.long else [*_POINTS, *_POINTS[::-1], *_POINTS]
    for index, text in enumerate(points):
        mark = numerals[index] if index < 10 else f"十{numerals[index - 10]}"
        layout.paragraph(f"（{mark}）{text}", indent=22)
    layout.paragraph("二、会议决定", bold=True)
    rows = [
        ("1", "完成A级客户逐户回访并提交报告", rng.choice(people.MANAGERS).name, people.date_text(d.later(12), "iso")),
        ("2", "整理本月签字材料并扫描归档", people.ARCHIVISTS[0].name, people.date_text(d.later(5), "iso")),
        ("3", "提交逾期账款催收情况说明", rng.choice(people.MANAGERS).name, people.date_text(d.later(14), "iso")),
    ]
    layout.table(
        ("序号", "事项", "责任人", "完成时限"), (0.7, 4.2, 1.4, 1.7), rows, ("centre", "left", "centre", "centre")
    )
    layout.close()
    layout.signatures(d.signers("handler", "supervisor"), height=64)
    layout.note("抄送：总经理办公室、财务部、前厅部；存档一份。")
    return d.done("海销纪字")


KIND = FormKind("minutes", "99", (SIMPLIFIED,), fill)
