"""Workbooks."""

from __future__ import annotations

from dms.ports.spreadsheet import Spreadsheet


def open_spreadsheet() -> Spreadsheet:
    """Return what writes and reads workbooks."""
    from dms.adapters.spreadsheet.workbooks import Workbooks

    return Workbooks()
