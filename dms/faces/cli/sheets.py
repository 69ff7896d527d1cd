"""``dms cover``, ``label``, ``print``, ``reserve`` and ``void``: what goes on paper, before and after the scan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dms.faces.cli.output import Session, answer, json_option, tell
from dms.said import Do, Said, Word, heads

if TYPE_CHECKING:
    from dms.domain.record import Record
    from dms.ports.world import World

_OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=None, help="PDF to write."
)
_FOLDED = click.option("--folded", is_flag=True, help="Larger codes with more error correction, for folded paper.")


def _printed(records: Sequence[Record], target: Path, *, as_json: bool, what: Said) -> None:
    data = {
        "file": str(target),
        "codes": [r.code for r in records],
        "paper_numbers": [r.paper_number for r in records if r.paper_number],
    }

    def human(console: Any) -> None:
        first, last = records[0], records[-1]
        span = first.code if len(records) == 1 else f"{first.code} to {last.code}"
        tell(console, Said("{what}: {span} → {target}", what=what, span=span, target=target))

    answer(data, human, as_json=as_json)


@click.command("cover")
@click.argument("records", nargs=-1)
@click.option("--class", "class_code", default="", help="Record class (大类), such as 04.")
@click.option("--customer", default="", help="Customer's name.")
@click.option("--manager", default="", help="Account manager's code.")
@click.option("--title", default="", help="Title.")
@click.option("--pages", default=0, help="Pages expected behind the cover.")
@click.option("--count", default=1, show_default=True, help="How many covers, each with its own code.")
@_FOLDED
@_OUTPUT
@json_option
@click.pass_obj
def cover_command(
    session: Session, records: tuple[str, ...], class_code: str, customer: str, manager: str, title: str, pages: int,
    count: int, folded: bool, output: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Print cover sheets (扫描封面): new ones with reserved codes, or those of RECORDS again.

    Put a cover on top of its stack and scan: whatever lies behind it attaches to its code. RECORDS are codes, paper
    numbers or ranges FIRST..LAST of codes.
    """
    from dms.desk.shelf.printing import named_records, print_covers
    from dms.desk.shelf.reserving import reserve

    with session.world() as world:
        if records:
            chosen = named_records(world, records)
        else:
            chosen = reserve(
                world, count=count, class_code=class_code, manager=manager.upper(), customer=customer, title=title,
                pages=pages,
            )  # fmt: skip
        target = output or Path(f"cover-{chosen[0].code}.pdf")
        print_covers(world, chosen, target, folded=folded)
    _printed(chosen, target, as_json=as_json, what=Said("Cover sheets") if len(chosen) > 1 else Said("Cover sheet"))


@click.command("reserve")
@click.option("--class", "class_code", required=True, help="Record class (大类), such as 04.")
@click.option("--manager", required=True, help="Account manager's code.")
@click.option("--customer", default="", help="Customer's name.")
@click.option("--title", default="", help="Title.")
@click.option("--pages", default=0, help="Pages expected behind each cover.")
@click.option("--count", default=1, show_default=True, help="How many numbers.")
@_FOLDED
@_OUTPUT
@json_option
@click.pass_obj
def reserve_command(
    session: Session, class_code: str, manager: str, customer: str, title: str, pages: int, count: int, folded: bool,
    output: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Reserve paper numbers (档号) with their codes, and print their cover sheets."""
    from dms.desk.shelf.printing import print_covers
    from dms.desk.shelf.reserving import reserve

    with session.world() as world:
        chosen = reserve(
            world, count=count, class_code=class_code, manager=manager.upper(), customer=customer, title=title,
            pages=pages, numbered=True,
        )  # fmt: skip
        target = output or Path(f"cover-{chosen[0].code}.pdf")
        print_covers(world, chosen, target, folded=folded)
    _printed(chosen, target, as_json=as_json, what=Said("Reserved {number} and on", number=chosen[0].paper_number))


@click.command("label")
@click.argument("records", nargs=-1, required=True)
@click.option("--layout", default="3x8", show_default=True, help="Label sheet; “dms print --list” names them.")
@click.option("--start", default=1, show_default=True, help="First free label on the sheet, 1 is top left.")
@click.option("--offset", type=(float, float), default=(0.0, 0.0), help="Millimetres right and down.")
@_OUTPUT
@json_option
@click.pass_obj
def label_command(
    session: Session, records: tuple[str, ...], layout: str, start: int, offset: tuple[float, float],
    output: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Print cross-reference labels (互见标签) for the paper: QR, code, number and both addresses."""
    from dms.desk.shelf.printing import named_records, print_labels

    with session.world() as world:
        chosen = named_records(world, records)
        target = output or Path(f"labels-{chosen[0].code}.pdf")
        print_labels(world, chosen, target, layout=layout, start=start, offset=offset)
    _printed(chosen, target, as_json=as_json, what=Said("Labels"))


@click.command("print")
@click.argument("sheet", required=False)
@click.argument("targets", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="List the sheets and label layouts.")
@click.option("--class", "class_code", default="", help="electronic-list: of this class instead of volumes.")
@click.option("--year", default=0, help="electronic-list, loan-register: of this year.")
@click.option("--manager", default="", help="electronic-list: of this account manager.")
@click.option("--width", default=30, show_default=True, help="spine: 20, 30, 40 or 50 mm.")
@click.option("--layout", default="3x8", show_default=True, help="calibration: the label sheet.")
@_OUTPUT
@json_option
@click.pass_context
def print_command(
    ctx: click.Context, sheet: str | None, targets: tuple[str, ...], listed: bool, class_code: str, year: int,
    manager: str, width: int, layout: str, output: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Print any sheet by its name: of records, of volumes, or of the archive.

    -o FILE.xlsx writes lists as workbooks. “copy” is a record's pages with a watermark that says who printed it when.
    """
    from dms.desk.shelf.printing import print_calibration
    from dms.errors import NotFound, Usage
    from dms.sheets import sheets

    if listed:
        _list_sheets(as_json=as_json)
        return
    if not sheet:
        raise Usage(Said("Print what?"), Said("“{act}” names the sheets.", act=Do("print", list=True)))
    if sheet not in sheets():
        raise NotFound(
            Said("There is no sheet “{sheet}”.", sheet=sheet), Said("“{act}” names them.", act=Do("print", list=True))
        )
    kind = sheets()[sheet].of
    alone = kind == "archive" or (sheet == "electronic-list" and (class_code or year or manager or not targets))
    if not targets and not alone:
        example = "HG01E2026000123" if kind == "record" else "HG01-KH·04·2026-D30-ZHS-002"
        raise Usage(
            Said("Print “{sheet}” for which?", sheet=Word("sheet", sheet)),
            Do("print", sheet, example, o="sheet.pdf"),
        )
    if sheet in ("cover", "label"):
        command = {"cover": cover_command, "label": label_command}[sheet]
        ctx.invoke(command, records=targets, output=output, as_json=as_json)
        return
    target = output or Path(f"{sheet}.pdf")
    session: Session = ctx.obj
    with session.world() as world:
        if sheet == "calibration":
            print_calibration(world, target, layout=layout)
            told: dict[str, Any] = {"layout": layout}
        else:
            told = _print(world, sheet, targets, target, class_code=class_code, year=year, manager=manager, width=width)
    answer({"file": str(target), **told}, lambda c: tell(c, f"{sheet} → {target}"), as_json=as_json)


def _print(
    world: World, sheet: str, targets: Sequence[str], target: Path, *, class_code: str, year: int, manager: str,
    width: int,
) -> dict[str, Any]:  # fmt: skip
    from dms.desk.shelf import register_sheets, volume_sheets
    from dms.desk.shelf.printing import print_copy

    if sheet == "copy":
        return {"codes": [print_copy(world, one, _numbered(target, n)).code for n, one in enumerate(targets)]}
    if sheet == "loan-register":
        return {"lines": register_sheets.print_loans(world, target, year=year)}
    if sheet == "destruction-register":
        return {"requests": register_sheets.print_destructions(world, target, [int(t) for t in targets if t.isdigit()])}
    if sheet == "electronic-list" and not targets:
        count = volume_sheets.electronic_catalogue(
            world, target, class_code=class_code, year=year, manager=manager.upper()
        )
        return {"lines": count}
    return {"volumes": volume_sheets.print_volume(world, sheet, targets, target, spine=width)}


def _numbered(target: Path, place: int) -> Path:
    return target if not place else target.with_name(f"{target.stem}-{place + 1}{target.suffix}")


def _list_sheets(*, as_json: bool) -> None:
    from dms.faces.cli.output import table
    from dms.sheets import sheets
    from dms.sheets.label import LAYOUTS

    data = {
        "sheets": [
            {"name": s.name, "title": s.title_zh, "title_en": s.title_en, "of": s.of} for s in sheets().values()
        ],
        "layouts": list(LAYOUTS),
    }
    rows = [(s.name, Word("sheet", s.name), Word("of", s.of)) for s in sheets().values()]

    def human(console: Any) -> None:
        table(console, heads("sheet", "", "of"), rows)
        tell(console, Said("label layouts: {layouts}", layouts=tuple(LAYOUTS)))

    answer(data, human, as_json=as_json)


@click.command("void")
@click.argument("number")
@click.option("--reason", required=True, help="Why nobody will use it.")
@json_option
@click.pass_obj
def void_command(session: Session, number: str, reason: str, as_json: bool) -> None:
    """Void a reserved code or paper number nobody will use; the gap stays explained for ever."""
    from dms.desk.records.finding import catch_up
    from dms.desk.shelf.reserving import void

    with session.world() as world:
        voided = void(world, number, reason=reason)
        catch_up(world)
    data = {"voided": voided, "reason": reason}
    answer(
        data,
        lambda c: tell(c, Said("{voided} is void: {reason}", voided=voided, reason=reason)),
        as_json=as_json,
    )
