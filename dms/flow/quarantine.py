"""Beside the way: a file that cannot be taken in goes to quarantine, whole, with a reason and a way back."""

from __future__ import annotations

import shutil
from pathlib import Path

from dms.disk import sync_file, sync_folder
from dms.domain.item import Item, ItemState
from dms.errors import DmsError
from dms.flow.settle import remove_source
from dms.flow.spreading import forget_runs
from dms.flow.work import Work, copy_whole, safe_name
from dms.ports.catalogue import Act, Attention
from dms.said import Do, Said


def quarantine(work: Work, problem: DmsError) -> Item:
    """Keep the file in ``archive/quarantine/{item}/``, tell people why, void its code, then remove the source.

    ``dms retry`` sends it through the journey again from there.
    """
    item, world = work.item, work.world
    place = world.quarantine / item.id
    place.mkdir(parents=True, exist_ok=True)
    kept = place / safe_name(item.name)
    found = work.original if work.original.exists() else Path(item.source) if item.source else None
    if found is not None and found.is_file() and not kept.exists():
        copy_whole(found, kept)
        sync_file(kept)
    reason = problem.told.stored()
    _write(
        place / "reason.txt",
        f"{item.name}\n\n{problem.message}\n{problem.hint}\n\n"
        f"dropped / 来源: {item.origin}\nitem / 编号: {item.id}\n"
        f"way back / 处理后重试: dms retry {item.id}\n",
    )
    sync_folder(place)
    sync_folder(world.quarantine)
    done = item.with_(
        state=ItemState.QUARANTINED,
        reason=reason,
        source=str(kept) if kept.exists() else "",
        code="",
        place=world.place,
    )
    now = world.now()
    forget_runs(world, item.id)
    with world.catalogue.begin() as tx:
        if item.sha512:
            tx.release_digest(item.sha512, item.id)
        attach = item.data.get("attach")
        if item.code and item.code != attach and tx.record(item.code) is None:
            tx.void(
                item.code,
                kind="code",
                reason=Said("{item}: {problem}", item=item.name, problem=problem).stored(),
                user=item.user,
                at=now,
            )
        elif attach:
            for carrier in ("paper", "electronic"):
                tx.release_digest(f"attach:{attach}:{carrier}", item.id)
        tx.ask(
            Attention(
                "quarantine",
                item.id,
                Said("{item}: {reason}", item=item.name, reason=problem.told),
                Do("retry", item.id),
                now,
            )
        )
        tx.log(Act(now, item.user, "quarantine", item.id, problem.said.stored(), {"origin": item.origin}))
        tx.save_item(done)
    if kept.exists():
        remove_source(work)
    shutil.rmtree(work.folder, ignore_errors=True)
    return done


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", errors="backslashreplace"))
    sync_file(path)
