"""卷内备考表: the state of a volume when it is closed, who bound and checked it, the log's root (R2)."""

from __future__ import annotations

from collections.abc import Sequence

from dms.desk.care.auditing import ROOT_MARK, Root, root_in
from dms.desk.shelf.placing import place_of
from dms.desk.shelf.sheets.of_volumes import Bundle, Place, bundles, notes, told
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Sheet
from dms.desk.shelf.volumes import filed_by_hand
from dms.domain.policy import Action
from dms.domain.record import RecordState
from dms.ports.catalogue import Transaction
from dms.ports.paper import Paper
from dms.sheets.closing import Closing, draw_closing


def _gather(asked: Asked) -> Gathered[Sequence[Closing]]:
    found = bundles(asked)
    root = root_in(asked.tx, asked.now)
    sheets = [_closing(asked.tx, b, root) for b in found]
    return Gathered(sheets, notes(found, {"root": str(root)}), told(found))


def _closing(tx: Transaction, b: Bundle, root: Root) -> Closing:
    number = str(b.volume.number)
    codes = sorted(r.code for r in b.filed)
    place = place_of(tx, number, "home")
    situation = _situation(b)
    by_hand = [r.paper_number.rpartition("-")[2] for r in b.filed if filed_by_hand(tx, r.code)]
    if by_hand:
        situation.append(f"手工归档（签字、载体未经系统核对）：{'、'.join(by_hand)}。")
    if b.volume.note:
        situation.append(f"说明：{b.volume.note}")
    if place:
        situation.append(f"存址：{place}")
    closed_by = b.people.get(b.volume.closed_by)
    checked_by = _checker(tx, b) if b.volume.bound else ""
    return Closing(
        number=number, see_also=f"{codes[0]} 至 {codes[-1]}" if codes else "", situation=situation,
        addresses=[f"{r.paper_number.rpartition('-')[2]}  {r.electronic_remark()}" for r in b.filed],
        filed_by=closed_by.name if closed_by else "", filed_at=(b.volume.bound or b.volume.closed)[:10],
        checked_by=checked_by, checked_at=b.volume.bound[:10] if checked_by else "", root=root.root,
        root_size=root.size, root_at=root.at[:19].replace("T", " "),
        root_qr=ROOT_MARK + f"{root.size}:{root.root}".upper(),
    )  # fmt: skip


def _situation(b: Bundle) -> list[str]:
    missing = [r.paper_number for r in b.filed if r.missing_carriers]
    binned = [r.paper_number for r in b.filed if r.state is RecordState.BINNED]
    gone = [_gone(p) for p in b.places if p.fate in ("moved", "void")]
    destroyed = [f"{p.order}（{p.day}）" for p in b.places if p.fate == "destroyed"]
    gaps = [p.order for p in b.places if p.fate == "gap"]
    return [
        f"本卷共 {len(b.filed)} 件，{b.pages} 页。",
        f"缺损：{'、'.join(missing) or '无'}。缺号：{'、'.join(gaps) or '无'}。",
        f"移出、作废：{'、'.join(gone) or '无'}。",
        f"销毁：{'、'.join(destroyed) or '无'}。待销毁：{'、'.join(binned) or '无'}。",
    ]


def _gone(place: Place) -> str:
    return (
        f"{place.order}（{place.day} 移出至 {place.note}）"
        if place.fate == "moved"
        else f"{place.order}（作废：{place.note}）"
    )


def _checker(tx: Transaction, b: Bundle) -> str:
    """Who bound the volume checked it: binding asks whether all is in order."""
    user = next((a.user for a in tx.acts(str(b.volume.number), act="bind-volume")), "")
    return next((p.name for p in b.people.values() if user and user in (p.login, p.code)), "")


def _draw(paper: Paper, sheets: Sequence[Closing]) -> None:
    for sheet in sheets:
        draw_closing(paper, sheet)


SHEET = Sheet(
    name="closing", title_zh="卷内备考表", title_en="Closing sheet",
    about="the state of a closed volume, with the log's root",
    of="volume", action=Action.PRINT, gather=_gather, draw=_draw,
    shows=frozenset({"content", "state", "place", "binding"}),
)  # fmt: skip
