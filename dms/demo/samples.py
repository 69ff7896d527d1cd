"""Fills a drop folder with what lands in an office's inbox in one week: scans good and bad, drafts, mail, a stack.

Every function is of use alone; :func:`write_samples` puts them together.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from dms.demo import files, people
from dms.demo.form import Form
from dms.demo.forms import make_form
from dms.demo.people import SIMPLIFIED, Customer
from dms.demo.scanner import damage, fax, scan_jpeg, scan_pdf, scan_tiff

Cover = Callable[[Form], Image.Image]
PAPER, ELECTRONIC = "paper", "electronic"


@dataclass(frozen=True)
class Sample:
    """One file in the inbox and what ought to become of it.

    Attributes:
        path: the file.
        note: what is special about it, for a person.
        expected: state it ends in: ``registered``, ``split``, ``known`` or ``quarantined``.
        expected_class: record class; empty where none is told.
        carrier: ``paper`` (a scan) or ``electronic``.
        form: the form behind it, None for other files.
        forms: the forms of a stack, in order.
        pair: file name of the other carrier's file, empty else.
    """

    path: Path
    note: str
    expected: str = "registered"
    expected_class: str = ""
    carrier: str = ELECTRONIC
    form: Form | None = None
    forms: tuple[Form, ...] = ()
    pair: str = ""


def scan(form: Form, *, level: int, seed: int, dpi: int = 200) -> list[Image.Image]:
    """Return a form's pages as a scanner delivers them."""
    return [damage(page, level, seed + number, dpi) for number, page in enumerate(form.render_pages(dpi))]


def write_scan(form: Form, target: Path, *, level: int, seed: int = 1, dpi: int = 200) -> Path:
    """Scan a form into a file; the suffix decides: ``.pdf``, ``.tif`` or ``.jpg`` (first page)."""
    pages = scan(form, level=level, seed=seed, dpi=dpi)
    kind = target.suffix.lower()
    if kind in (".tif", ".tiff"):
        return scan_tiff(pages, dpi, target, "jpeg")
    if kind in (".jpg", ".jpeg"):
        return scan_jpeg(pages[0], dpi, target)
    return scan_pdf(pages, dpi, target)


def write_stack(
    forms: Sequence[Form], covers: Sequence[Image.Image], target: Path, *, level: int = 1, seed: int = 1, dpi: int = 200
) -> Path:
    """Scan several documents in one go, each behind its printed cover sheet.

    Args:
        forms: the documents, in the order they lie in the feeder.
        covers: one rendered cover (RGB, any resolution, A4) for each.
        target: PDF to write.
        level: damage done to all pages.
        seed: of the damage.
        dpi: of the scan.
    """
    pages: list[Image.Image] = []
    for number, (form, cover) in enumerate(zip(forms, covers, strict=True)):
        inside = scan(form, level=level, seed=seed + 10 * number, dpi=dpi)
        fitted = cover.convert("RGB").resize(inside[0].size, Image.Resampling.LANCZOS)
        pages += [damage(fitted, level, seed + 10 * number + 9, dpi), *inside]
    return scan_pdf(pages, dpi, target)


def write_broken(target: Path, *, seed: int = 1) -> Path:
    """Write a PDF as a memory stick leaves it that was pulled out too soon: right length, a header, then nothing."""
    form = make_form("order", seed=seed)
    size = scan_pdf(scan(form, level=1, seed=seed, dpi=100), 100, target).stat().st_size
    target.write_bytes(target.read_bytes()[:64].ljust(size, b"\0"))
    return target


def customer_named(name: str) -> Customer:
    """Return a customer by name.

    Raises:
        KeyError: there is none.
    """
    return {c.name: c for c in people.customers()}[name]


def write_samples(folder: Path, *, seed: int = 7, covers: Cover | None = None, dpi: int = 200) -> list[Sample]:
    """Fill a folder with about sixteen files.

    Args:
        folder: the drop folder; made where it is missing.
        seed: another seed, other values in the same kinds of files.
        covers: renders the cover sheet of a form; without it no stack is written.
        dpi: of the scans; the finest are half as fine again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [
        *_scans(folder, seed, dpi),
        *_electronic(folder, seed, dpi),
        *_troubles(folder, seed),
        *_stack(folder, seed, covers, dpi),
    ]


def _form(kind: str, seed: int, day: tuple[int, int], customer: Customer | None = None, **more: Any) -> Form:
    """Fill in a form of this year in its customer's language."""
    language = customer.language if customer else SIMPLIFIED
    return make_form(kind, language, seed=seed, customer=customer, day=date(2026, *day), **more)


def _scans(folder: Path, seed: int, dpi: int) -> list[Sample]:
    """Signed paper: forms of every class at several qualities and in every scanner's format."""
    main, long = customer_named("远帆商务咨询有限公司"), customer_named("锦川进出口贸易股份有限公司望川分公司")
    hant = customer_named("鴻圖國際貿易股份有限公司")
    rare = customer_named("翀霄航空服务股份有限公司")
    fine = dpi * 3 // 2
    plan = (
        ("SCN_0001.pdf", _form("customer-registration", seed + 1, (1, 12), main), 1, fine, "客户登记表，扫描清楚"),
        ("SCN_0002.pdf", _form("customer-survey", seed + 2, (2, 6), main), 2, dpi, "客户特征调查表，旧扫描仪"),
        ("20260305_订货单.tif", _form("order", seed + 3, (3, 5), long), 1, dpi, "订货单，TIFF"),
        ("SCN_0004.pdf", _form("order", seed + 5, (4, 9), hant), 1, dpi, "繁體訂購單"),
        ("IMG_20260512.jpg", _form("market-notice", seed + 6, (5, 12)), 1, dpi, "市场行情通报，JPEG"),
        ("SCN_0006.pdf", _form("commission", seed + 7, (5, 29)), 2, dpi, "提成审批单"),
        ("SCN_0007.pdf", _form("complaint", seed + 8, (6, 3), rare, missing=("supervisor",)), 3, fine,
         "投诉审批表，折痕、污渍、盖章压字，缺直接领导签字"),
        ("SCN_0008.pdf", _form("order", seed + 9, (6, 18), main, long=True), 1, dpi, "订货单，两页"),
    )  # fmt: skip
    found = []
    for name, form, level, used, note in plan:
        path = write_scan(form, folder / name, level=level, seed=seed, dpi=used)
        found.append(Sample(path, note, expected_class=form.class_code, carrier=PAPER, form=form))
    letter = _form("letter", seed + 10, (3, 20), long)
    path = scan_tiff([fax(letter.render(204), seed, sender=long.phone, at="2026-03-20 10:41")], 204,
                     folder / "传真_20260320.tif", "group4")  # fmt: skip
    found.append(Sample(path, "传真，黑白", expected_class="99", carrier=PAPER, form=letter))
    return found


def _electronic(folder: Path, seed: int, dpi: int) -> list[Sample]:
    """Files born on a computer, one of them the draft of a form that was signed on paper with another amount."""
    main = customer_named("远帆商务咨询有限公司")
    english = customer_named("Quillon & Marsh Trading Co., Ltd.")
    complaint = _form("complaint", seed + 20, (3, 18), main, amount=Decimal("1860.00"))
    signed = write_scan(complaint, folder / "SCN_0003.pdf", level=2, seed=seed + 4, dpi=dpi)
    draft = folder / "客户投诉处理及折让审批表_远帆.docx"
    files.make_electronic(complaint, "docx", draft, differing_amount=Decimal("1680.00"))
    order = _form("order", seed + 21, (4, 2), english)
    born = files.make_electronic(order, "pdf", folder / "PO_Quillon.pdf")
    minutes = _form("minutes", seed + 22, (4, 30))
    typed = files.make_electronic(minutes, "docx", folder / "会议纪要_四月.docx")
    report = files.sales_report(folder / "销售月报_2026年3月.xlsx", seed=seed)
    letter = _form("letter", seed + 23, (5, 8), main)
    mail = _mail_with_order(folder, letter, _form("order", seed + 24, (5, 8), main))
    return [
        Sample(
            signed, "投诉审批表原件，与电子稿成对", expected_class="04", carrier=PAPER, form=complaint, pair=draft.name
        ),
        Sample(draft, "同一份的电子稿，折让金额不一致", expected_class="04", form=complaint, pair=signed.name),
        Sample(born, "English order, born digital", expected_class="03", form=order),
        Sample(typed, "会议纪要，Word", expected_class="99", form=minutes),
        Sample(report, "销售月报，Excel", expected_class="99"),
        Sample(mail, "客户来函，电子邮件带附件", expected_class="99", form=letter),
    ]


def _mail_with_order(folder: Path, letter: Form, order: Form) -> Path:
    """Write the customer's e-mail with the order as PDF attached."""
    body = f"{letter.manager_name}经理：\n您好！会议安排见附件订货单，请确认后回复。\n\n{letter.customer}\n"
    with TemporaryDirectory() as work:
        attached = files.make_electronic(order, "pdf", Path(work) / "附件_订货单.pdf")
        return files.write_mail(
            folder / "客户来函_会议安排.eml",
            letter,
            subject=letter.printed["subject"],
            body=body,
            attachments=[attached],
        )


def _troubles(folder: Path, seed: int) -> list[Sample]:
    """What goes wrong: half a file, and the same file twice."""
    broken = write_broken(folder / "SCN_0099.pdf", seed=seed + 30)
    again = Path(shutil.copyfile(folder / "SCN_0001.pdf", folder / "SCN_0001 (2).pdf"))
    return [
        Sample(broken, "传输中断的坏文件", expected="quarantined", carrier=PAPER),
        Sample(again, "与 SCN_0001.pdf 相同", expected="known", expected_class="01", carrier=PAPER),
    ]


def _stack(folder: Path, seed: int, covers: Cover | None, dpi: int) -> list[Sample]:
    """Three signed papers scanned in one go behind their cover sheets."""
    if covers is None:
        return []
    name = customer_named("垚鑫建材贸易有限责任公司")
    forms = (
        _form("customer-registration", seed + 40, (7, 1), name),
        _form("order", seed + 41, (7, 9), name),
        _form("complaint", seed + 42, (7, 22), name),
    )
    path = write_stack(forms, [covers(form) for form in forms], folder / "SCN_0010_批量.pdf", seed=seed, dpi=dpi)
    return [Sample(path, "一叠三份，各带扫描封面", expected="split", carrier=PAPER, forms=forms)]
