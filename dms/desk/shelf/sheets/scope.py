"""What catalogues of the whole archive share: of which class, year and manager, and what the asker sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dms.desk.shelf.sheets.sheet import Option

CLASS = Option("class", "类别", "Class", "only this record class (大类), such as 04", "", most=8)
YEAR = Option("year", "年度", "Year", "only this year, 0 for all", 0, most=9999)
MANAGER = Option("manager", "客户经理", "Account manager", "only this account manager's, by code", "", most=8)
NARROWED = (CLASS, YEAR, MANAGER)


def about(chosen: Mapping[str, Any]) -> str:
    """Return in a few words what a catalogue is of."""
    parts = (chosen["class"], str(chosen["year"] or ""), chosen["manager"].upper())
    return " ".join(part for part in parts if part) or "全部"
