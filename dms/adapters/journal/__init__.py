"""The log's second copy."""

from __future__ import annotations

from pathlib import Path

from dms.ports.journal import Journal


def open_journal(path: Path) -> Journal:
    """Open the journal in a file; it and its folder are made with the first act."""
    from dms.adapters.journal.lines import JsonLines

    return JsonLines(path)
