"""Everything about one record, as plain data for every face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dms.desk.acts import gate
from dms.desk.acts.kinds import LOOK
from dms.desk.records.lessons import learned
from dms.desk.signing.approving import found_ink, state_of_gate
from dms.domain.asking import FieldNames
from dms.domain.left_out import LeftOut
from dms.domain.marking import marks
from dms.domain.pages import Box, Page
from dms.domain.query import terms
from dms.domain.querying import parse
from dms.domain.record import Record
from dms.errors import NotFound
from dms.flow.work import reading_of
from dms.ports.world import World
from dms.said import read_said


def show(world: World, named: str, *, query: str = "") -> dict[str, Any]:
    """Return record, carriers, link, remarks, versions, evidence, parts and what waits; the look is logged (R6).

    Args:
        world: the archive.
        named: code or paper number.
        query: a search whose words are found again on the pages: their boxes stand under ``hits``, in points.

    Raises:
        NotFound: no such record, or not for the asker.
        Usage: neither code nor paper number.
    """
    with gate.acting(world, LOOK, named) as act:
        tx, record = act.tx, act.record
        waiting = [{"kind": a.kind, "question": a.question, "todo": a.todo} for a in tx.attention(record.code)]
        signing = state_of_gate(world, tx, record)
        acts = [{"at": a.at, "user": a.user, "act": a.act, "reason": a.reason} for a in tx.acts(record.code, limit=20)]
    kind = world.scheme.classes.get(record.class_code)
    # Read once and after the act: a long scan's words are megabytes.
    pages, left_out = _reading_of(world, record)
    ink = enumerate(found_ink(world, record, pages), 1)
    sought = (
        [m.text for m in terms(parse(query, FieldNames(world.profiles))) if m.field in ("", "text")]
        if query.strip()
        else []
    )
    versions = _versions(world, record)
    told = record.to_dict()
    told |= {
        "class_name": kind.name if kind else "",
        "remarks": {"paper": record.electronic_remark(), "electronic": record.paper_remark()},
        "left_out": [{**asdict(one), "said": one.said()} for one in left_out],
        "missing_carriers": list(record.missing_carriers),
        "versions": versions,
        "pages": [
            _page(p) | {"version": len(versions)} | ({"hits": boxes(marks(p, sought, world.fold))} if sought else {})
            for p in pages
        ],
        "gate": {**signing, "ink_found": [{"spot": n, "role": i.role, "page": i.page} for n, i in ink]},
        "attention": waiting,
        "learned": [asdict(one) for one in learned(world, record)],
        "acts": acts,
    }
    return told


def _versions(world: World, record: Record) -> list[dict[str, Any]]:
    try:
        versions = world.vault.versions(record.code)
    except NotFound:
        return []
    return [
        {
            "number": v.number, "message": read_said(v.message), "user": v.user, "at": v.at,
            "files": [{"path": f.path, "size": f.size, "sha512": f.sha512} for f in v.files.values()],
        }
        for v in versions
    ]  # fmt: skip


def _reading_of(world: World, record: Record) -> tuple[tuple[Page, ...], tuple[LeftOut, ...]]:
    try:
        return reading_of(world, record.code)
    except NotFound:
        return (), ()


def boxes(found: Sequence[Box]) -> list[list[float]]:
    """Return boxes as ``[left, top, right, bottom]``, points."""
    return [[round(e, 1) for e in (b.x0, b.y0, b.x1, b.y1)] for b in found]


def _page(p: Page) -> dict[str, Any]:
    return {
        "number": p.number, "width": round(p.width, 1), "height": round(p.height, 1), "source": p.source,
        "engine": p.engine, "confidence": round(p.confidence, 3),
        "rotation": p.rotation, "characters": len(p.text), "blank": p.evidence.blank,
        "dpi": round(p.evidence.dpi), "skew_degrees": round(p.evidence.skew_degrees, 2),
        "seals": len(p.evidence.seals), "signatures": len(p.evidence.signatures), "warnings": list(p.warnings),
    }  # fmt: skip


ACTS = (LOOK,)
