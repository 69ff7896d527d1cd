"""Finds sentences of another language in what a face tells: what is left when names and contents are taken out."""

from __future__ import annotations

import re

from dms.faces.words import traditional

# People's own words in the office of the tests: names, customers, titles, contents, reasons, places, logins.
OWN = (
    "杭州新辰酒店有限公司", "上海某某贸易公司", "张华生", "李美玉", "王一部", "赵二部", "钱销售", "孙总", "周档案", "吴助理", "郑管理",
    "冯审计", "一部", "二部", "已核对", "客户投诉折让审批单", "金额1860.00元", "请领导批示", "折让审批", "测试", "核对合同",
    "setup.exe", "合同.rar", "tester", "TESTER", "纸上已更正", "年假", "完好", "甲公司", "杭州新辰酒店", "有限公司", "借出", "Windows",
)  # fmt: skip
# The scheme's own names of classes, retentions and fonds; forms' names.
SCHEME = re.compile(r"(?<=\d\d )[\u4e00-\u9fff、（）与]+")
# What is written alike in every language: codes, numbers, digests, paths, formats, programs, standards, names of settings.
ALIKE = re.compile(
    r"HG\d\d[\w·.-]*|DMS1:\S+|\bD\d\d\b|\b[0-9a-f]{12,}\b|\S*[/\\]\S*|\S+\.(?:txt|pdf|docx|toml|xlsx|json|xml|png|jpg|exe|rar|eml)\b"
    r"|\b(?:PDF|XLSX|CSV|QR|OCR|dms|SHA-512|OCFL|API|JSON|UTC|GB|MB|KB|dpi|mm|DA/T|RFC|PDF/A|English|ID|CNY|USD|R\d\d?|GD-[\dX-]+)\b"
    r"|\b(?:whoosh|tantivy|rapidocr|openvino|onnxruntime|tesseract|chi_sim|chi_tra|eng|osd|Whoosh|sqlite|Python|argon2)[\w.-]*"
    r"|\b(?:ZHS|LMY|DM1|DM2|SM|GM|AR|CO|AD|AU|zhs|lmy|dm1|dm2|sm|gm|ar|co|ad|au)\b|\b[A-D]\b|[A-Za-z]\d+|\d+[A-Za-z]\b"
)
HAN = re.compile(r"[\u4e00-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{2,}(?:[ '-]+[A-Za-z]{2,})*")


# What stands on both carriers (R13) and how a search is typed are the same in every language.
SYNTAX = re.compile(r"(?:电子|纸质|電子|紙質):|\b(?:AND|OR|NOT)\b|\b(?:title|customer|class|year|date|code|number):\S*")
PARTS = re.compile(r"\b(?:LibreOffice|wqy-zenhei|none)\b")  # programs, fonts and engines


def foreign(text: str, language: str, own: tuple[str, ...] = ()) -> list[str]:
    """Return what in a text is not of a language: Han letters in English, Latin words in Chinese, 简 in 繁."""
    for known in sorted((*OWN, *own), key=len, reverse=True):
        text = text.replace(known, " ").replace(traditional(known), " ")
    text = (
        SCHEME.sub(" ", ALIKE.sub(" ", SYNTAX.sub(" ", PARTS.sub(" ", text)))).replace("简体", " ").replace("繁體", " ")
    )
    if language == "en":
        return HAN.findall(text)
    found = LATIN.findall(text)
    if language == "zh-TW":
        # 准 in 獲准 is right as it is; converted once more it became 準.
        found += [
            word for word in HAN.findall(text) if traditional(word).replace("準", "准") != word.replace("準", "准")
        ]
    return found
