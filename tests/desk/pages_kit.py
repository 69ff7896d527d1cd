"""Records with real pages for the desk's tests: a PDF with text of its own, read without an OCR engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desk_kit import CUSTOMER
from reportlab.pdfgen.canvas import Canvas

from dms.domain.pages import Page
from dms.domain.record import Carrier, Link, LinkState, Record, RecordState
from dms.flow.work import page_files, pages_of, record_json, sha512_of
from dms.ports.world import World

SIZE = (420.0, 595.0)


def pdf(path: Path, texts: Sequence[str]) -> Path:
    """Write a PDF whose pages each say one line near their top left; an empty line makes a blank page."""
    canvas = Canvas(str(path), pagesize=SIZE)
    for text in texts:
        if text:
            canvas.setFont("Helvetica", 14)
            canvas.drawString(60, SIZE[1] - 80, text)
        canvas.showPage()
    canvas.save()
    return path


def scanned(world: World, texts: Sequence[str], *, scan: bool = True, name: str = "scan.pdf", **more: object) -> str:
    """Register a file of these pages as the journey does; return its code."""
    code = ""
    with world.catalogue.begin() as tx:
        code = str(tx.next_code("HG01", 2026))
    folder = world.work / f"made-{code}"
    folder.mkdir()
    original = pdf(folder / "original", texts)
    examiner = world.examiner()
    inspection = examiner.inspect(original, name, folder)
    pages = examiner.pages(original, inspection, folder, lambda *_: None)
    access = folder / "access.pdf"
    examiner.access_copy(original, inspection, pages, folder, access)
    carrier = Carrier(
        True,
        world.vault.address(code),
        name,
        "application/pdf",
        original.stat().st_size,
        sha512_of(original),
        len(pages),
    )
    record = Record(
        code, title=f"折让审批 {texts[0]}", class_code="04", customer=CUSTOMER, manager="ZHS", year=2026, retention="D30",
        state=RecordState.REGISTERED, received_at=world.now(), received_by="CO", electronic=carrier,
        paper=Carrier(True, pages=len(pages)) if scan else Carrier(),
        link=Link(LinkState.CONFIRMED, "scan", "CO", world.now()) if scan else Link(),
    ).with_(**more)  # fmt: skip
    files: dict[str, Path | bytes | None] = {f"original/{name}": original, "access.pdf": access}
    files |= {"record.json": record_json(record), **page_files(pages, inspection.left_out)}
    with world.catalogue.begin() as tx:
        tx.add_record(record)
        tx.enqueue("index", code)
    world.vault.write(code, files, message=f"Registered from {name}", user="CO", at=world.now())
    return code


def stored(world: World, code: str) -> Record:
    """Return a record as the catalogue has it."""
    with world.catalogue.look() as tx:
        record = tx.record(code)
    assert record is not None
    return record


def said_on(world: World, code: str) -> list[str]:
    """Return what each page says."""
    return [page.text for page in pages_of(world, code)]


def originals(world: World, code: str) -> dict[str, str]:
    """Return the digests of what was received."""
    head = world.vault.head(code)
    assert head is not None
    return {path: file.sha512 for path, file in head.files.items() if path.startswith("original/")}


def shown(world: World, code: str, path: str = "access.pdf") -> list[tuple[str, tuple[float, float], Page]]:
    """Return what a record's copy itself says, page by page: text, size as shown, and where its words stand."""
    folder = world.work / f"shown-{world.new_id()}"
    folder.mkdir()
    copy = folder / "copy.pdf"
    with world.vault.open(code, path) as source:
        copy.write_bytes(source.read())
    examiner = world.examiner()
    inspection = examiner.inspect(copy, "copy.pdf", folder)
    pages = examiner.pages(copy, inspection, folder, lambda *_: None)
    return [(page.text, (round(page.width), round(page.height)), page) for page in pages]
