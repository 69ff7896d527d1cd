"""Printed sheets."""

from __future__ import annotations

from dms.ports.paper import Paper


def open_paper() -> Paper:
    """Return a new, empty printed document.

    Raises:
        MissingProgram: no Chinese TrueType font is installed.
    """
    from dms.adapters.paper.reportlab_paper import ReportlabPaper

    return ReportlabPaper()
