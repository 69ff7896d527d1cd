"""Electronic counterparts of forms, and other office files: docx, xlsx, PDF with text, e-mail, csv, markdown, html.

Where a format carries times they are fixed, so that the same seed gives the same bytes.
"""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from random import Random
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from dms.demo import people
from dms.demo.form import Block, Form
from dms.demo.pdf import write_pdf

KINDS = ("docx", "pdf", "xlsx", "csv", "md", "txt", "html", "eml")
_LONG_AGO = datetime(2026, 1, 4, 9, 0, tzinfo=UTC)
_TYPES = {
    ".pdf": ("application", "pdf"), ".jpg": ("image", "jpeg"), ".tif": ("image", "tiff"), ".csv": ("text", "csv"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
}  # fmt: skip


def make_electronic(form: Form, kind: str, target: Path, **options: Any) -> Path:
    """Write the electronic side of a form.

    Args:
        form: the form.
        kind: one of :data:`KINDS`.
        target: file to write.
        options: ``differing_amount`` (Decimal): a draft that says another amount than what was signed;
            ``attachments`` (paths) and ``subject`` for ``eml``.

    Raises:
        ValueError: for another kind.
    """
    change = _changing(form, options.get("differing_amount"))
    if kind == "pdf":
        return write_pdf(form.sheets, target, title=form.title, change=change)
    if kind == "docx":
        return _docx(form, target, change)
    if kind == "xlsx":
        return _form_xlsx(form, target, change)
    if kind == "eml":
        subject = options.get("subject", f"{form.title} {form.printed.get('number', '')}".strip())
        text = "\n".join(change(line) for line in _plain(form))
        return write_mail(target, form, subject=subject, body=text, attachments=options.get("attachments", ()))
    texts = {"csv": _csv, "md": _markdown, "txt": lambda f, c: "\n".join(c(t) for t in _plain(f)) + "\n", "html": _html}
    if kind not in texts:
        raise ValueError(f"There is no electronic file of kind “{kind}”.")
    target.write_text(texts[kind](form, change), encoding="utf-8-sig" if kind == "csv" else "utf-8", newline="")
    return target


def _changing(form: Form, amount: Decimal | None) -> Callable[[str], str]:
    """Return what turns the signed amount into the draft's, in figures and in capital numerals."""
    if amount is None:
        return lambda text: text
    figures, capitals = form.printed.get("amount", ""), form.printed.get("amount_capitals", "")

    def change(text: str) -> str:
        if figures:
            text = text.replace(figures, people.grouped(amount))
        return text.replace(capitals, people.capitals(amount, form.language)) if capitals else text

    return change


def _plain(form: Form) -> list[str]:
    """Return the content line by line, labels with colons."""
    colon = ": " if form.language == people.ENGLISH else "："
    lines = []
    for block in form.blocks:
        if block.kind == "row" and any(block.labels):
            parts, at = [], 0
            while at < len(block.cells):
                if block.labels[at] and at + 1 < len(block.cells) and not block.labels[at + 1]:
                    parts.append(f"{block.cells[at]}{colon}{block.cells[at + 1]}")
                    at += 2
                else:
                    parts.append(block.cells[at])
                    at += 1
            lines.append("    ".join(parts))
        elif block.kind in ("head", "line"):
            if any(block.cells):
                lines.append("  ".join(c for c in block.cells if c))
        elif block.kind != "footer":
            lines.append("    ".join(block.cells))
    return lines


def _docx(form: Form, target: Path, change: Callable[[str], str]) -> Path:
    """Write a Word draft: same rows, one table for each run of rows with as many cells."""
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "SimSun", Pt(10.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    core = document.core_properties
    core.title, core.author, core.created, core.modified = form.title, form.manager_name, _LONG_AGO, _LONG_AGO
    core.last_modified_by = form.manager_name
    table: Any = None
    for block in form.blocks:
        texts = [change(c) for c in block.cells]
        if block.kind in ("row", "head", "line", "sign"):
            if table is None or len(table.columns) != len(texts):
                table = document.add_table(rows=0, cols=len(texts))
                table.style = "Table Grid"
            cells = table.add_row().cells
            for cell, text, is_label in zip(cells, texts, block.labels, strict=True):
                run = cell.paragraphs[0].add_run(text)
                run.bold = bool(is_label)
            continue
        table = None
        paragraph = document.add_paragraph()
        run = paragraph.add_run("    ".join(texts))
        if block.kind in ("house", "title"):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run.bold, run.font.size = block.kind == "title", Pt(18 if block.kind == "title" else 12)
        elif block.kind == "number":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        elif block.kind == "section":
            run.bold = True
        elif block.kind == "footer":
            run.font.size = Pt(8)
    held = io.BytesIO()
    document.save(held)
    target.write_bytes(_same_times(held.getvalue()))
    return target


def _form_xlsx(form: Form, target: Path, change: Callable[[str], str]) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = form.title[:28]
    for block in form.blocks:
        if block.kind != "footer":
            sheet.append([_cell(change(c)) for c in block.cells])
    return _save_book(book, target)


def sales_report(target: Path, *, seed: int = 7, year: int = 2026, month: int = 3) -> Path:
    """Write a monthly sales report (销售月报) with figures by manager, a total row and formulas nobody needs."""
    rng = Random(f"report:{seed}:{year}:{month}")
    filed = date(year + month // 12, month % 12 + 1, 3)
    book = Workbook()
    sheet = book.active
    sheet.title = "销售月报"
    sheet.merge_cells("A1:H1")
    sheet["A1"] = f"{people.HOUSE[people.SIMPLIFIED]}销售月报（{year}年{month}月）"
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=15), Alignment(horizontal="center")
    sheet["A2"], sheet["F2"] = f"报表编号：YB-{year}-{month:02d}", f"填报日期：{people.date_text(filed, 'han')}"
    heads = ("客户经理", "新增客户", "客房收入", "会议收入", "餐饮收入", "合计", "已收款", "完成率")
    side = Side(style="thin")
    frame = Border(left=side, right=side, top=side, bottom=side)
    rows: list[list[Any]] = [list(heads)]
    for manager in people.MANAGERS:
        rooms, meetings, meals = (int(people.amount(rng, 20_000, 300_000)) for _ in range(3))
        whole = rooms + meetings + meals
        paid = round(whole * rng.uniform(0.62, 0.99))
        rows.append(
            [manager.name, rng.randrange(0, 7), rooms, meetings, meals, whole, paid, round(rng.uniform(0.7, 1.3), 3)]
        )
    totals = [sum(r[c] for r in rows[1:]) for c in range(1, 7)]
    rows.append(["合计", *totals, round(totals[5] / max(totals[4], 1), 3)])
    for number, row in enumerate(rows, 4):
        for column, content in enumerate(row, 1):
            cell = sheet.cell(number, column, content)
            cell.border = frame
            if number == 4:
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDE3EE")
            elif column == 8:
                cell.number_format = "0.0%"
            elif column > 2:
                cell.number_format = "#,##0.00"
    sheet.cell(len(rows) + 6, 1, "说明：本表数据以财务部月末结账为准，逾期应收款另附明细。填报人：李美玉")
    for column, wide in enumerate((12, 10, 15, 15, 15, 16, 16, 10), 1):
        sheet.column_dimensions[get_column_letter(column)].width = wide
    details = book.create_sheet("客户明细")
    details.append(["客户名称", "客户经理", "本月消费", "已付款", "未付款"])
    for customer in people.customers(seed):
        spent = people.amount(rng, 1_000, 60_000)
        settled = (spent * Decimal(rng.randrange(40, 101)) / 100).quantize(Decimal("0.01"))
        details.append([customer.name, customer.manager, float(spent), float(settled), float(spent - settled)])
    return _save_book(book, target)


def customer_list(target: Path, *, seed: int = 7) -> Path:
    """Write the customers as CSV with a byte order mark, as spreadsheet programs do."""
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(["客户名称", "客户经理", "联系人", "联系电话", "地址", "等级"])
    for c in people.customers(seed):
        writer.writerow([c.name, c.manager, c.contact, c.phone, c.address, c.grade])
    target.write_text(held.getvalue(), encoding="utf-8-sig", newline="")
    return target


def write_mail(
    target: Path, form: Form, *, subject: str, body: str, attachments: Sequence[Path] = (), html_body: bool = True
) -> Path:
    """Write an e-mail from a form's customer to its account manager."""
    message = EmailMessage(policy=SMTP)
    sender = form.values.get("contact") or form.customer or form.manager_name
    message["From"] = Address(sender, "contact", "customer.example.com")
    message["To"] = Address(form.manager_name, form.manager.lower(), "haiguang.example.com")
    message["Subject"] = subject
    message["Date"] = f"{datetime.fromisoformat(form.values['date']):%a, %d %b %Y} 09:12:00 +0800"
    message["Message-ID"] = f"<{form.kind}.{form.seed}@customer.example.com>"
    message.set_content(body)
    if html_body:
        message.add_alternative("<p>" + html.escape(body).replace("\n", "<br>\n") + "</p>", subtype="html")
        message.set_boundary(f"=={form.seed}=alternative==")
    for path in attachments:
        main, sub = _TYPES.get(path.suffix.lower(), ("application", "octet-stream"))
        message.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=path.name)
    if attachments:
        message.set_boundary(f"=={form.seed}=mixed==")
    target.write_bytes(message.as_bytes())
    return target


def _csv(form: Form, change: Callable[[str], str]) -> str:
    held = io.StringIO()
    writer = csv.writer(held)
    for block in form.blocks:
        if block.kind != "footer":
            writer.writerow([change(c) for c in block.cells])
    return held.getvalue()


def _markdown(form: Form, change: Callable[[str], str]) -> str:
    lines: list[str] = []
    columns = 0
    for block in form.blocks:
        texts = [change(c).replace("|", "\\|") for c in block.cells]
        if block.kind in ("row", "head", "line", "sign"):
            if len(texts) != columns:
                lines += ["", "|" + " |" * len(texts), "|" + "---|" * len(texts)]
                columns = len(texts)
            lines.append("| " + " | ".join(texts) + " |")
            continue
        columns = 0
        mark = {"title": "# ", "section": "## "}.get(block.kind, "")
        lines += ["", mark + "  ".join(texts)]
    return "\n".join(lines).strip() + "\n"


def _html(form: Form, change: Callable[[str], str]) -> str:
    parts = [
        f'<!doctype html><html lang="{form.language}"><meta charset="utf-8"><title>{html.escape(form.title)}</title>'
    ]
    parts.append("<body>")
    for block in form.blocks:
        parts.append(_html_block(block, [html.escape(change(c)) for c in block.cells]))
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _html_block(block: Block, texts: list[str]) -> str:
    if block.kind in ("row", "head", "line", "sign"):
        cells = "".join(
            f"<th>{t}</th>" if is_label else f"<td>{t}</td>" for t, is_label in zip(texts, block.labels, strict=True)
        )
        return f'<table border="1"><tr>{cells}</tr></table>'
    tag = {"title": "h1", "section": "h2", "footer": "small"}.get(block.kind, "p")
    return f"<{tag}>{'  '.join(texts)}</{tag}>"


def _cell(text: str) -> str | float:
    """Return figures as numbers, all else as text."""
    bare = text.lstrip("¥").replace(",", "")
    try:
        return float(bare) if "." in bare else text
    except ValueError:
        return text


def _save_book(book: Any, target: Path) -> Path:
    book.properties.created = book.properties.modified = _LONG_AGO.replace(tzinfo=None)
    held = io.BytesIO()
    book.save(held)
    target.write_bytes(_same_times(held.getvalue()))
    return target


def _same_times(data: bytes) -> bytes:
    """Return an Office file with fixed times on its parts and in its properties, so that bytes do not vary."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _fixed_core(content)
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 4, 9, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _fixed_core(content: bytes) -> bytes:
    """Return core properties with the time of last change fixed: openpyxl writes its own."""
    return re.sub(
        rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + _LONG_AGO.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content
    )
