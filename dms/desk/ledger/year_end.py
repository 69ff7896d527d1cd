"""What a year left open (R2, R12): volumes not bound and what is not in order in them, papers not filed, loans out."""

from __future__ import annotations

from dms.desk.shelf.volumes import BOUND, problems
from dms.domain.access import may_see
from dms.domain.grading import Span
from dms.domain.query import Scope
from dms.domain.record import RecordState
from dms.ports.catalogue import Transaction, Volume
from dms.said import Said, Word, heads
from dms.sheets.report import Cell, Section


def not_bound(tx: Transaction, scope: Scope, year: int) -> list[Volume]:
    """Return the volumes of a year that are not bound, within what somebody sees, in the order of their numbers."""
    return [
        v
        for v in tx.volumes()
        if v.number.year == year and v.state != BOUND and (scope.everything or v.number.manager in scope.managers)
    ]


def left_open(tx: Transaction, scope: Scope, period: Span) -> list[Section]:
    """Return what a year left open, as the sections of its report."""
    year = period.first.year
    volumes = [
        v for v in tx.volumes() if v.number.year == year and (scope.everything or v.number.manager in scope.managers)
    ]
    wrong = {str(v.number): problems(tx, v) for v in volumes}
    open_ones: list[tuple[Cell, ...]] = [
        (str(v.number), Word("volume_state", v.state), str(v.used), str(len(wrong[str(v.number)])))
        for v in not_bound(tx, scope, year)
    ]
    faults: list[tuple[Cell, ...]] = [(p.target, p.detail) for number in wrong for p in wrong[number]]
    unfiled: list[tuple[Cell, ...]] = [
        (r.code, r.class_code, r.manager, r.customer, r.title)
        for r in tx.records(year=year, states=[RecordState.REGISTERED])
        if may_see(scope, r)
    ]
    numbers = tuple(str(v.number) for v in volumes)
    out: list[tuple[Cell, ...]] = [
        (x.target, x.borrower, x.due, x.purpose) for x in tx.loans() if not x.back_at and x.target.startswith(numbers)
    ]
    return [
        Section(
            Said("Volumes not bound"), heads("volume", "state", "numbers given", "not in order"), open_ones,
            (80, 30, 30, 30), (2, 3), wrong=True,
        ),
        Section(Said("Not in order in the volumes of the year"), heads("number", "case"), faults, (80, 100)),
        Section(
            Said("Papers of the year not filed"), heads("electronic code", "class", "manager", "customer", "title"),
            unfiled, (32, 12, 16, 50, 70),
        ),
        Section(Said("Lent out still"), heads("number", "borrower", "due", "purpose"), out, (70, 40, 24, 46)),
    ]  # fmt: skip
