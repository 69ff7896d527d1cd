"""The sheets of a volume (R2, R13): cover, list, closing sheet with the log's root, spine, electronic catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.care.auditing import ROOT_MARK, Root, root_in
from dms.desk.shelf.placing import place_of
from dms.desk.shelf.volumes import existing
from dms.domain.access import may_see
from dms.domain.numbers import VolumeNumber, parse_volume
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import NotFound
from dms.ports.catalogue import Act, Person, Transaction, Volume
from dms.ports.spreadsheet import Grid
from dms.ports.world import World
from dms.said import Do, Said
from dms.sheets.closing import Closing, draw_closing
from dms.sheets.electronic_list import COLUMNS as ELECTRONIC_COLUMNS
from dms.sheets.electronic_list import ElectronicLine, draw_electronic_list
from dms.sheets.spine import Spine, draw_spines
from dms.sheets.volume_cover import VolumeCover, draw_volume_cover
from dms.sheets.volume_list import VolumeLine, draw_volume_list

SHEETS = ("volume-cover", "volume-list", "closing", "spine", "electronic-list")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A volume with all that its sheets show."""

    volume: Volume
    records: tuple[Record, ...]
    manager: str
    people: dict[str, Person]
    voided: dict[str, str]
    place: str
    root: Root

    @property
    def title(self) -> str:
        """案卷题名: as given, else manager and year."""
        return self.volume.title or f"{self.volume.number.year}年 {self.manager}"

    @property
    def filed(self) -> tuple[Record, ...]:
        """The records that lie in it: filed, also those in the bin."""
        return tuple(r for r in self.records if r.state in (RecordState.FILED, RecordState.BINNED))


def print_volume(world: World, sheet: str, names: Sequence[str], target: Path, *, spine: int = 30) -> list[str]:
    """Print one sheet of :data:`SHEETS` for each volume to a PDF, or the electronic catalogue to a workbook.

    The closing sheet carries the log's root over all acts before the printing; the printing itself is logged and
    taken off the reprint list.

    Args:
        world: the archive.
        sheet: its name.
        names: volume numbers.
        target: ``.pdf``, or ``.xlsx`` for lists.
        spine: its width in millimetres.

    Raises:
        NotFound: there is no such volume.
        NotPermitted: not for the asker.
        Usage: no volume number, or no such width.
    """
    numbers = [parse_volume(n) for n in names]
    with world.catalogue.look() as tx:
        bundles = [_bundle(world, tx, number) for number in numbers]
    if target.suffix.lower() == ".xlsx":
        _workbook(world, sheet, bundles, target)
    else:
        _pdf(world, sheet, bundles, target, spine)
    now = world.now()
    with world.catalogue.begin() as tx:
        for bundle in bundles:
            number = str(bundle.volume.number)
            tx.reprinted(number, sheet)
            told = {"sheet": sheet, "root": str(bundle.root)} if sheet == "closing" else {"sheet": sheet}
            tx.log(Act(now, world.user, Action.PRINT.value, number, "", told))
    return [str(n) for n in numbers]


def _bundle(world: World, tx: Transaction, number: VolumeNumber) -> Bundle:
    _, mine = gate.reach(world, tx)
    volume = existing(tx, number)
    records = [r for r in tx.records(volume=str(number)) if mine.may(Action.PRINT, r)]
    if not records and not mine.may(Action.KEEP_VOLUMES):
        raise NotFound(
            Said("There is no volume {number}.", number=number), Said("“{act}” names them.", act=Do("volume list"))
        )
    people = {p.code: p for p in tx.people()}
    manager = people[number.manager].name if number.manager in people else number.manager
    return Bundle(
        volume, tuple(sorted(records, key=lambda r: r.paper_number)), manager, people, dict(tx.voided()),
        place_of(tx, str(number), "home"), root_in(tx, world.now()),
    )  # fmt: skip


def _pdf(world: World, sheet: str, bundles: Sequence[Bundle], target: Path, spine: int) -> None:
    paper = world.paper()
    titles = {"volume-cover": "案卷封面", "volume-list": "卷内目录", "closing": "卷内备考表", "spine": "案卷脊背",
              "electronic-list": "电子文件归档目录"}  # fmt: skip
    if sheet == "spine":
        draw_spines(paper, [_spine(world, b) for b in bundles], spine)
    for bundle in bundles:
        number = str(bundle.volume.number)
        if sheet == "volume-cover":
            draw_volume_cover(paper, _cover(world, bundle))
        elif sheet == "volume-list":
            draw_volume_list(paper, number, bundle.title, _lines(bundle))
        elif sheet == "closing":
            draw_closing(paper, _closing(world, bundle))
        elif sheet == "electronic-list":
            draw_electronic_list(paper, f"案卷 {number} {bundle.title}", _electronic(bundle.filed))
    paper.save(target, title=titles[sheet])


def _workbook(world: World, sheet: str, bundles: Sequence[Bundle], target: Path) -> None:
    if sheet == "electronic-list":
        headings = [c.heading for c in ELECTRONIC_COLUMNS]
        grids = [
            Grid(str(b.volume.number), headings, [_numbers(line.values()) for line in _electronic(b.filed)])
            for b in bundles
        ]
    else:
        headings = ["顺序号", "文号", "责任者", "题名", "日期", "页号", "备注"]
        grids = [Grid(str(b.volume.number), headings, [line.cells() for line in _lines(b)]) for b in bundles]
    world.spreadsheet().write(target, grids, title=sheet)


def _numbers(values: Sequence[str]) -> list[str | int]:
    """Order and size are numbers in a workbook."""
    return [int(v) if place in (0, 9) and v.isdigit() else v for place, v in enumerate(values)]


def _cover(world: World, b: Bundle) -> VolumeCover:
    number = b.volume.number
    kind = world.scheme.classes.get(number.class_code)
    dates = sorted(r.date.isoformat() for r in b.filed if r.date)
    retention = world.scheme.retentions.get(number.retention)
    secrecy = sorted({r.secrecy for r in b.filed if r.secrecy})
    return VolumeCover(
        fonds_name=world.scheme.fonds_name, class_name=kind.name if kind else number.class_code, title=b.title,
        manager=b.manager, first_date=dates[0] if dates else "", last_date=dates[-1] if dates else "",
        retention=retention.name if retention else number.retention, records=len(b.filed),
        pages=sum(r.electronic.pages for r in b.filed), secrecy="、".join(secrecy),
        filing_number=f"{number.volume:03d}",
        number=str(number), qr_text=_qr(number),
    )  # fmt: skip


def _lines(b: Bundle) -> list[VolumeLine]:
    page = 1
    lines = []
    for record in b.filed:
        pages = max(1, record.paper.pages or record.electronic.pages)
        span = str(page) if pages == 1 else f"{page}-{page + pages - 1}"
        page += pages
        lines.append(
            VolumeLine(
                record.paper_number.rpartition("-")[2], record.fields.get("number", ""), record.customer or b.manager,
                record.title, record.date.isoformat() if record.date else "", span, record.electronic_remark(),
            )
        )  # fmt: skip
    return lines


def _closing(world: World, b: Bundle) -> Closing:
    filed = b.filed
    number = str(b.volume.number)
    codes = sorted(r.code for r in filed)
    moved = [f"{n}（{why}）" for n, why in sorted(b.voided.items()) if n.startswith(number + "-")]
    destroyed = [r.paper_number for r in b.records if r.state is RecordState.DESTROYED]
    binned = [r.paper_number for r in b.records if r.state is RecordState.BINNED]
    missing = [r.paper_number for r in filed if r.missing_carriers]
    situation = [
        f"本卷共 {len(filed)} 件，{sum(max(1, r.paper.pages or r.electronic.pages) for r in filed)} 页。",
        f"缺损：{'、'.join(missing) or '无'}。",
        f"移出、作废：{'、'.join(moved) or '无'}。",
        f"销毁：{'、'.join(destroyed) or '无'}。待销毁：{'、'.join(binned) or '无'}。",
    ]
    if b.volume.note:
        situation.append(f"说明：{b.volume.note}")
    if b.place:
        situation.append(f"存址：{b.place}")
    closed_by = b.people.get(b.volume.closed_by)
    told = f"{b.root.size}:{b.root.root}".upper()
    return Closing(
        number=number, see_also=f"{codes[0]} 至 {codes[-1]}" if codes else "", situation=situation,
        addresses=[f"{r.paper_number.rpartition('-')[2]}  {r.electronic_remark()}" for r in filed],
        filed_by=closed_by.name if closed_by else "", filed_at=(b.volume.bound or b.volume.closed)[:10],
        checked_by="", checked_at="", root=b.root.root, root_size=b.root.size, root_at=b.root.at[:19].replace("T", " "),
        root_qr=ROOT_MARK + told,
    )  # fmt: skip


def _spine(world: World, b: Bundle) -> Spine:
    number = b.volume.number
    kind = world.scheme.classes.get(number.class_code)
    retention = world.scheme.retentions.get(number.retention)
    return Spine(
        number.fonds, str(number.year), kind.name if kind else number.class_code,
        retention.name if retention else number.retention, b.title, str(number), _qr(number),
    )  # fmt: skip


def _electronic(records: Sequence[Record]) -> list[ElectronicLine]:
    return [
        ElectronicLine(
            order, r.paper_number, r.code, r.customer or r.manager, r.title, r.date.isoformat() if r.date else "",
            r.secrecy, r.electronic.name, r.electronic.media_type, r.electronic.size, r.electronic.sha512,
            r.paper_remark(),
        )
        for order, r in enumerate(records, 1)
    ]  # fmt: skip


def _qr(number: VolumeNumber) -> str:
    """A volume's number for a hand scanner: it names no record, so it needs no check."""
    return str(number).replace("·", ".")


def electronic_catalogue(world: World, target: Path, *, class_code: str = "", year: int = 0, manager: str = "") -> int:
    """Print the electronic catalogue (电子文件归档目录) of a class, a year or a manager; return how many lines.

    Raises:
        NotPermitted: not for the asker.
    """
    about = " ".join(part for part in (class_code, str(year or ""), manager) if part) or "全部"
    with gate.acting(world, Action.REPORT, target=about, other="print-catalogue") as act:
        scope = act.scope
        found = act.tx.records(states=[RecordState.FILED], class_code=class_code, year=year, manager=manager)
        records = sorted((r for r in found if may_see(scope, r)), key=lambda r: r.paper_number)
        act.notes["lines"] = len(records)
    lines = _electronic(records)
    if target.suffix.lower() == ".xlsx":
        headings = [c.heading for c in ELECTRONIC_COLUMNS]
        grid = Grid("目录", headings, [_numbers(line.values()) for line in lines])
        world.spreadsheet().write(target, [grid], title="电子文件归档目录")
    else:
        paper = world.paper()
        draw_electronic_list(paper, f"{world.scheme.fonds} {world.scheme.fonds_name} {about}", lines)
        paper.save(target, title="电子文件归档目录")
    return len(lines)
