"""The printed sheets, one per file: each module has ``SHEET``, and every face derives from it.

A new sheet is one new file here (docs/how-to-add-a-sheet.md). How the larger ones are drawn lies in ``dms.sheets``.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dms.desk.shelf.sheets.sheet import Option, Sheet
from dms.errors import NotFound
from dms.said import Said


@functools.cache
def sheets() -> Mapping[str, Sheet[Any]]:
    """Return all sheets by name, found in this package."""
    modules = (importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__))
    every = [sheet for module in modules if isinstance(sheet := getattr(module, "SHEET", None), Sheet)]
    return MappingProxyType({sheet.name: sheet for sheet in sorted(every, key=lambda one: one.name)})


def sheet_named(name: str) -> Sheet[Any]:
    """Return one sheet.

    Raises:
        NotFound: there is none of that name.
    """
    sheet = sheets().get(name)
    if sheet is None:
        raise NotFound(Said("There is no sheet “{name}”.", name=name), Said("Sheets: {sheets}", sheets=tuple(sheets())))
    return sheet


def names_of(kind: str) -> list[str]:
    """Return the names of the sheets of a ``record``, a ``volume``, a ``request`` or the ``archive``."""
    return [name for name, sheet in sheets().items() if sheet.of == kind]


@functools.cache
def options() -> Mapping[str, Option]:
    """Return the options of all sheets by name; two sheets that share a name share the option.

    Raises:
        ValueError: two sheets mean different things by one name (a mistake of ours).
    """
    known: dict[str, Option] = {}
    for sheet in sheets().values():
        for option in sheet.options:
            if known.setdefault(option.name, option) != option:
                raise ValueError(f"two sheets mean different things by the option {option.name}")
    return MappingProxyType(dict(sorted(known.items())))


def sheets_as_markdown() -> str:
    """Return the table of all sheets for ``docs/commands.md``."""
    lines = ["| sheet | of | as | what |", "| --- | --- | --- | --- |"]
    for sheet in sheets().values():
        of = f"{sheet.of}s" if sheet.of != "archive" else "the archive"
        named = f"{of}, or all" if sheet.alone and sheet.of != "archive" else of
        chosen = "".join(f"; {_documented(option)}" for option in sheet.options)
        lines.append(
            f"| `{sheet.name}` | {named} | {', '.join(sheet.formats)} | {sheet.title_zh}: {sheet.about}{chosen} |"
        )
    return "\n".join(lines) + "\n"


def _documented(option: Option) -> str:
    values = f" ({', '.join(f'`{value}`' for value in option.choices)})" if option.choices else ""
    return f"`--{option.name}`: {option.about}{values}"
