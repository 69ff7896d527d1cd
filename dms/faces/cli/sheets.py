"""``dms cover``, ``label``, ``print``, ``reserve`` and ``void``: what goes on paper, before and after the scan.

Which sheets there are and what can be chosen for each is the desk's to say (``dms.desk.shelf.sheets``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dms.desk.shelf.sheets import options, sheets
from dms.faces.cli.output import Session, answer, json_option, tell
from dms.said import Do, Said, Word, heads

if TYPE_CHECKING:
    from dms.desk.shelf.sheets.sheet import Option, Printed
    from dms.domain.record import Record
    from dms.ports.world import World

F = TypeVar("F", bound=Callable[..., Any])
_OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=None, help="File to write."
)


def _choices(chosen: Iterable[Option], *, named: bool = False) -> Callable[[F], F]:
    """Add what can be chosen for sheets to a command; ``named`` says for which sheets each is."""

    def add(function: F) -> F:
        for option in reversed(list(chosen)):
            of = ", ".join(name for name, sheet in sheets().items() if option in sheet.options)
            told = f"{of}: {option.about}" if named else f"{option.about[0].upper()}{option.about[1:]}"
            if isinstance(option.default, bool):
                function = click.option(
                    f"--{option.name}", f"of_{option.name}", is_flag=True, default=None, help=f"{told}."
                )(function)
            else:
                takes = f" [{option.takes}; default: {'any' if option.default == '' else option.default}]"
                function = click.option(f"--{option.name}", f"of_{option.name}", default=None, help=told + takes)(
                    function
                )
        return function

    return add


def _given(chosen: dict[str, Any]) -> dict[str, object]:
    """Return what was given on the line, by the options' own names."""
    return {name.removeprefix("of_"): value for name, value in chosen.items() if value is not None}


def _answer(printed: Printed, *, as_json: bool, what: Said | Word) -> None:
    files = [str(file) for file in printed.files]
    data = {"file": files[0], **({"files": files} if len(files) > 1 else {}), **printed.told}
    codes = printed.told.get("codes", ())
    told = Said("{what} → {target}", what=what, target=files)
    if codes:
        span = codes[0] if len(codes) == 1 else Said("{first} to {last}", first=codes[0], last=codes[-1])
        told = Said("{what}: {span} → {target}", what=what, span=span, target=files)
    answer(data, lambda c: tell(c, told), as_json=as_json)


def _reserved(world: World, records: Sequence[Record], output: Path | None, chosen: dict[str, Any]) -> Printed:
    """Print the covers of what was reserved just now."""
    from dms.desk.shelf.printing import print_sheet

    target = output or Path(f"cover-{records[0].code}.pdf")
    return print_sheet(world, "cover", [record.code for record in records], target, _given(chosen))


@click.command("cover")
@click.argument("records", nargs=-1)
@click.option("--class", "class_code", default="", help="Record class (大类), such as 04.")
@click.option("--customer", default="", help="Customer's name.")
@click.option("--manager", default="", help="Account manager's code.")
@click.option("--title", default="", help="Title.")
@click.option("--pages", default=0, help="Pages expected behind the cover.")
@click.option("--count", default=1, show_default=True, help="How many covers, each with its own code.")
@_choices(sheets()["cover"].options)
@_OUTPUT
@json_option
@click.pass_obj
def cover_command(
    session: Session, /, records: tuple[str, ...], class_code: str, customer: str, manager: str, title: str, pages: int,
    count: int, output: Path | None, as_json: bool, **chosen: Any,
) -> None:  # fmt: skip
    """Print cover sheets (扫描封面): new ones with reserved codes, or those of RECORDS again.

    Put a cover on top of its stack and scan: whatever lies behind it attaches to its code. RECORDS are codes, paper
    numbers or ranges FIRST..LAST of codes.
    """
    from dms.desk.shelf.printing import print_sheet
    from dms.desk.shelf.reserving import reserve

    with session.world() as world:
        if records:
            target = output or Path(f"cover-{records[0]}.pdf")
            printed = print_sheet(world, "cover", records, target, _given(chosen))
        else:
            made = reserve(
                world, count=count, class_code=class_code, manager=manager.upper(), customer=customer, title=title,
                pages=pages,
            )  # fmt: skip
            printed = _reserved(world, made, output, chosen)
    _answer(printed, as_json=as_json, what=Said("Cover sheets"))


@click.command("reserve")
@click.option("--class", "class_code", required=True, help="Record class (大类), such as 04.")
@click.option("--manager", required=True, help="Account manager's code.")
@click.option("--customer", default="", help="Customer's name.")
@click.option("--title", default="", help="Title.")
@click.option("--pages", default=0, help="Pages expected behind each cover.")
@click.option("--count", default=1, show_default=True, help="How many numbers.")
@_choices(sheets()["cover"].options)
@_OUTPUT
@json_option
@click.pass_obj
def reserve_command(
    session: Session, /, class_code: str, manager: str, customer: str, title: str, pages: int, count: int,
    output: Path | None, as_json: bool, **chosen: Any,
) -> None:  # fmt: skip
    """Reserve paper numbers (档号) with their codes, and print their cover sheets."""
    from dms.desk.shelf.reserving import reserve

    with session.world() as world:
        made = reserve(
            world, count=count, class_code=class_code, manager=manager.upper(), customer=customer, title=title,
            pages=pages, numbered=True,
        )  # fmt: skip
        printed = _reserved(world, made, output, chosen)
    _answer(printed, as_json=as_json, what=Said("Reserved {number} and on", number=made[0].paper_number))


@click.command("label")
@click.argument("records", nargs=-1, required=True)
@_choices(sheets()["label"].options)
@click.option("--offset", type=(float, float), default=None, help="Millimetres right and down, in one.")
@_OUTPUT
@json_option
@click.pass_obj
def label_command(
    session: Session, /, records: tuple[str, ...], offset: tuple[float, float] | None, output: Path | None,
    as_json: bool, **chosen: Any,
) -> None:  # fmt: skip
    """Print cross-reference labels (互见标签) for the paper: QR, code, number and both addresses."""
    from dms.desk.shelf.printing import print_sheet

    given = _given(chosen) | ({"right": offset[0], "down": offset[1]} if offset else {})
    with session.world() as world:
        printed = print_sheet(world, "label", records, output or Path(f"labels-{records[0]}.pdf"), given)
    _answer(printed, as_json=as_json, what=Said("Labels"))


@click.command("print")
@click.argument("sheet", required=False)
@click.argument("targets", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="List the sheets, what each is of, can be and takes.")
@_choices(options().values(), named=True)
@_OUTPUT
@json_option
@click.pass_obj
def print_command(
    session: Session, /, sheet: str | None, targets: tuple[str, ...], listed: bool, output: Path | None, as_json: bool,
    **chosen: Any,
) -> None:  # fmt: skip
    """Print any sheet by its name: of records, of volumes, of requests, or of the archive.

    -o FILE.xlsx writes lists as workbooks. Several copies become several files: copy.pdf, copy-2.pdf.
    """
    from dms.desk.shelf.printing import print_sheet
    from dms.errors import Usage

    if listed:
        _list_sheets(as_json=as_json)
        return
    if not sheet:
        raise Usage(Said("Print what?"), Said("“{act}” names the sheets.", act=Do("print", list=True)))
    with session.world() as world:
        printed = print_sheet(world, sheet, targets, output or Path(f"{sheet}.pdf"), _given(chosen))
    _answer(printed, as_json=as_json, what=Word("sheet", sheet))


def _list_sheets(*, as_json: bool) -> None:
    from dms.faces.cli.output import table

    data = {
        "sheets": [
            {"name": s.name, "title": s.title_zh, "title_en": s.title_en, "of": s.of, "formats": list(s.formats),
             "options": [{"name": o.name, "about": o.about, "takes": o.takes, "default": o.default} for o in s.options]}
            for s in sheets().values()
        ],
    }  # fmt: skip
    rows = [
        (
            s.name,
            Word("sheet", s.name),
            Word("of", s.of),
            " ".join(s.formats),
            " ".join(f"--{o.name}" for o in s.options),
        )
        for s in sheets().values()
    ]
    answer(data, lambda c: table(c, heads("sheet", "", "of", "as", "options"), rows), as_json=as_json)


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
