"""Titles programs put into files by themselves: they tell nothing, whatever kind of file they stand in."""

from __future__ import annotations

import re

# Names of programs and of what they call a file nobody named, in the languages offices use here.
_NOISE = re.compile(
    r"(?:microsoft (?:word|excel|powerpoint)(?: -.*| document| 文档| 文檔)?"
    r"|word document|excel (?:workbook|worksheet)|power\s?point (?:presentation|演示文稿|簡報)"
    r"|slide ?\d+|幻灯片 ?\d+|投影片 ?\d+"
    r"|powerpoint|document ?\d*|book ?\d+|sheet ?\d+|presentation ?\d*|workbook ?\d+|文档 ?\d*|文檔 ?\d*|文件 ?\d+"
    r"|工作簿 ?\d*|工作表 ?\d*|演示文稿 ?\d*|簡報 ?\d*|新建 ?.{0,20}(?:文档|工作表|演示文稿|文本文档)|新文檔|空白文档"
    r"|untitled.{0,12}|unnamed|no ?title|无标题|無標題|未命名|未标题-?\d*|标题|題名|title|temp|template|normal|default"
    r"|\(?anonymous\)?|\(?unspecified\)?|\(?untitled\)?|null|none|unknown|new document|adobe photoshop pdf|canva"
    r"|scan(?:ned)?(?:[ _-]*(?:document|image|page))?[ _\d-]*|img[ _-]?\d+|image ?\d*|doc ?\d+|print|full page photo"
    r"|页面 ?\d+|第 ?1 ?页"
    r"|.{0,80}\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|wps|et|dps|txt|html?|indd|cdr|dwg|qxd|fm|tmp))",
    re.IGNORECASE,
)


def title_told(title: str) -> str:
    """Return a title a file tells of itself, empty where a program made it up."""
    bare = " ".join(title.split())
    return "" if _NOISE.fullmatch(bare) else bare
