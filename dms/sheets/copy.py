"""A record's own pages, marked with who printed them when (R6); drawn by the examiner, listed here by its name."""

from __future__ import annotations

from dms.sheets.sheet import Sheet

SHEET = Sheet("copy", "查阅件（带水印）", "Copy with watermark", "record")
