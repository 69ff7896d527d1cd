"""Hand-over packages (移交包): records with their files, history and log's root, as a bag others can check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.care.auditing import root_in
from dms.domain.numbers import is_volume, parse_volume
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import NotFound
from dms.ports.handover import HandedRecord, Package
from dms.ports.vault import Version
from dms.ports.world import World
from dms.said import Do, Said

HAND_OVER = ActKind("hand-over", Action.HAND_OVER)


def hand_over(
    world: World, names: Sequence[str], target: Path, *, organisation: str = "",
    on_step: Callable[[int, int, str], None] = lambda *_: None,
) -> Package:  # fmt: skip
    """Write records, or all of volumes, into a package; the hand-over is logged.

    Args:
        world: the archive.
        names: codes, paper numbers or volume numbers.
        target: folder to make.
        organisation: who hands over; the fonds' name where empty.
        on_step: told ``(records done, in all, code)``.

    Raises:
        NotFound: one of them is not there, or not for the asker.
        Conflict: the folder is there already.
        Damaged: a file is not what was recorded.
        Unavailable: the package cannot be written.
        NotPermitted: not for the asker.
    """
    with gate.acting(world, HAND_OVER, target=str(target)) as act:
        records: dict[str, Record] = {}
        for named in names:
            if is_volume(named):
                inside = [r for r in act.tx.records(volume=str(parse_volume(named))) if r.state is RecordState.FILED]
                if not inside:
                    raise NotFound(
                        Said("There is no filed record in {named}.", named=named),
                        Said("“{act}” names volumes.", act=Do("volume list")),
                    )
                records |= {r.code: r for r in inside}
            else:
                found = act.see(named)
                records[found.code] = found
        root = root_in(act.tx, act.now)
        handed = [
            HandedRecord(
                r,
                _files(world, r),
                _versions(world, r),
                tuple(replace(a, data=a.notes) for a in reversed(act.tx.acts(r.code))),
            )
            for r in records.values()
        ]
        act.notes |= {"records": list(records), "root": str(root)}
        package = Package(
            identifier=f"{world.scheme.fonds}-{act.now[:10]}-{len(records)}", fonds=world.scheme.fonds,
            fonds_name=world.scheme.fonds_name, organisation=organisation or world.scheme.fonds_name,
            created_at=act.now, log_root=root.root, log_size=root.size, records=tuple(handed),
        )  # fmt: skip
    # Logged first, copied after: gigabytes are on their way while others go on with their work.
    world.handover().write(package, target, on_step)
    return package


def check_package(world: World, folder: Path) -> Package:
    """Read a package back: every digest and reference is checked first.

    Raises:
        Damaged: something is not what was packed.
        NotFound: there is no package.
        Usage: it is none.
    """
    return world.handover().read(folder)


def _files(world: World, record: Record) -> dict[str, Callable[[], BinaryIO]]:
    head = world.vault.head(record.code)
    return {path: partial(world.vault.open, record.code, path) for path in (head.files if head else ())}


def _versions(world: World, record: Record) -> tuple[Version, ...]:
    return world.vault.versions(record.code) if world.vault.head(record.code) else ()


ACTS = (HAND_OVER,)
