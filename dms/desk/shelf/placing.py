"""Where the paper stands (R13): homes and moves, and the stock-take of a shelf against what should be there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.desk.shelf.reprinting import ask_again
from dms.desk.shelf.volumes import paper_of, volume_of
from dms.domain import qr
from dms.domain.numbers import fold, is_volume
from dms.domain.policy import Action
from dms.domain.record import Link, LinkState, Record, RecordState
from dms.errors import NotFound, Usage
from dms.flow.passing import passing
from dms.ports.catalogue import Transaction
from dms.ports.registers import Move
from dms.ports.world import World
from dms.said import Do, Said

MOVE = ActKind("move", Action.KEEP_VOLUMES, Of.VOLUME)
STOCKTAKE = ActKind("stocktake", Action.KEEP_VOLUMES, Of.VOLUME)


def locate(world: World, named: str, place: str, *, home: bool = True, reason: str = "") -> int:
    """Say where a volume or a record's paper stands; return how many records moved with it (R13).

    Every record's link tells the new place; the sheets that show the old one are listed for reprint.

    Args:
        world: the archive.
        named: volume number, or a record's code or paper number.
        place: ``room/cabinet/shelf/box``.
        home: where it belongs; else where it is just now.
        reason: why it moved.

    Raises:
        NotFound: there is no such volume or record.
        Usage: no place.
        NotPermitted: not for the asker.
    """
    place = "/".join(part.strip() for part in place.replace("\\", "/").split("/") if part.strip())
    if not place:
        raise Usage(Said("A place is needed."), Do("", "档案室/2号柜/3层/12盒"))
    with gate.acting(world, MOVE, target=fold(named), reason=reason) as act:
        records, target = paper_of(world, act.tx, named)
        before = place_of(act.tx, target, "home" if home else "current")
        act.notes |= {"before": before, "after": place, "home": home}
        act.tx.move(Move(target, "home" if home else "current", place, act.me.code, act.now, reason))
        if not home:
            return len(records)
        for record in records:
            if record.paper.address == place:
                continue
            moved = record.with_(paper=replace(record.paper, address=place))
            act.tx.save_record(moved)
            if record.paper.address:
                ask_again(
                    act.tx, "place", why=Said("the paper moved to {place}", place=place), at=act.now, record=record.code
                )
        volume = target if is_volume(target) else records[0].volume if records else ""
        if before and volume:
            ask_again(act.tx, "place", why=Said("the paper moved to {place}", place=place), at=act.now, volume=volume)
    return len(records)


def place_of(tx: Transaction, target: str, kind: str) -> str:
    """Return the newest place of a volume or record; empty where nobody said."""
    return next((m.place for m in reversed(tx.moves(target)) if m.kind == kind), "")


def history(world: World, named: str) -> list[Move]:
    """Return all moves of a volume or record, oldest first.

    Raises:
        NotFound: there is no such volume or record, or it is not for the asker.
    """
    with world.catalogue.look() as tx:
        if is_volume(fold(named)):
            targets = [str(volume_of(world, named)[0].number)]
        else:
            record = gate.record(world, tx, named)
            targets = [t for t in (record.volume, record.paper_number) if t]
        return sorted((m for t in targets for m in tx.moves(t)), key=lambda m: m.id)


@dataclass(frozen=True, slots=True)
class Stocktake:
    """What a shelf holds against what it should hold.

    Attributes:
        place: the shelf, a beginning of addresses.
        seen: paper numbers or codes found there.
        missing: should stand there, were not found; lent ones not among them.
        extra: found, belong elsewhere: number -> where to.
        unknown: symbols that are none of ours.
        lent: should stand there and are lent out.
    """

    place: str
    seen: tuple[str, ...]
    missing: tuple[str, ...]
    extra: dict[str, str]
    unknown: tuple[str, ...]
    lent: tuple[str, ...]


def stocktake(world: World, place: str, symbols: Iterable[str]) -> Stocktake:
    """Compare the QR codes found on a shelf with what should stand there, both ways; found papers are confirmed (R13).

    Args:
        world: the archive.
        place: room, cabinet, shelf or box; everything below it counts.
        symbols: texts of QR codes, or numbers typed or read by a hand scanner.

    Raises:
        NotPermitted: not for the asker.
    """
    place = "/".join(part.strip() for part in place.split("/") if part.strip())
    found: dict[str, Record] = {}
    unknown: Counter[str] = Counter()
    with gate.acting(world, STOCKTAKE, target=place) as act:
        for symbol in symbols:
            record = _meant(world, act.tx, symbol)
            if record is None:
                unknown[symbol.strip()[:120]] += 1
            else:
                found[record.code] = record
        here = [
            r
            for r in act.tx.records(states=[RecordState.FILED])
            if r.paper.address == place or r.paper.address.startswith(place + "/")
        ]
        out = {x.target for x in act.tx.loans() if not x.back_at}
        lent = [r for r in here if r.paper_number in out or r.volume in out]
        missing = [r for r in here if r.code not in found and r not in lent]
        extra = {r.paper_number or r.code: r.paper.address or "?" for r in found.values() if r not in here}
        for record in found.values():
            if record.state is RecordState.FILED and record.link.state is LinkState.EXPECTED:
                seen = Link(LinkState.CONFIRMED, "stocktake", act.me.code, act.now)
                act.tx.save_record(record.with_(link=seen, paper=replace(record.paper, present=True)))
        told = Stocktake(
            place,
            tuple(sorted(r.paper_number or r.code for r in found.values())),
            tuple(sorted(r.paper_number for r in missing)),
            extra,
            tuple(sorted(unknown)),
            tuple(sorted(r.paper_number for r in lent)),
        )
        act.notes |= {"seen": len(told.seen), "missing": list(told.missing), "extra": told.extra}
    return told


def symbols_in(world: World, path: Path) -> list[str]:
    """Return the codes on photographs or scans of labels, or the lines of a hand scanner's text file.

    Raises:
        NotFound: there is no such file.
        Unreadable: it is neither picture nor text.
    """
    if not path.is_file():
        raise NotFound(
            Said("There is no file {path}.", path=path),
            Said("Name photographs or scans of the labels, or a text file."),
        )
    if path.suffix.lower() in (".txt", ".csv"):
        return [line for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines() if line.strip()]
    with passing(world, "shelf") as work:
        inspection = world.examiner().inspect(path, path.name, work)
        pages = world.examiner().pages(path, inspection, work, lambda *_: None)
        return [symbol.text for page in pages for symbol in page.symbols]


def _meant(world: World, tx: Transaction, symbol: str) -> Record | None:
    text = symbol.strip()
    read = qr.read(text, *world.keys)
    try:
        code = str(read.code) if read else fold(text)
        return tx.record(code) or tx.record_by_number(code)
    except Usage:
        return None


ACTS = (MOVE, STOCKTAKE)
