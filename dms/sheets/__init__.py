"""The printed sheets, one per file, drawn through the ``Paper`` port.

A sheet module has ``SHEET``; a new sheet is one new file (docs/how-to-add-a-sheet.md).
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from dms.sheets.sheet import Sheet


@functools.cache
def sheets() -> Mapping[str, Sheet]:
    """Return all sheets by name, found in this package."""
    found: dict[str, Sheet] = {}
    for module in pkgutil.iter_modules(__path__):
        sheet = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SHEET", None)
        if isinstance(sheet, Sheet):
            found[sheet.name] = sheet
    return dict(sorted(found.items()))
