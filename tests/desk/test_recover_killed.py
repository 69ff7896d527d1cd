"""``dms recover`` killed at every step and run again: nothing destroyed is revived, and the log goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from desk_kit import as_, desk, put

from dms.assembly import open_world
from dms.desk.care import auditing
from dms.desk.care.backing import backup
from dms.desk.care.checking import verify
from dms.desk.care.rebuilding import rebuild
from dms.desk.consent.disposing import ask_deletion, decide_deletion, destroy_in, empty_vault
from dms.desk.consent.holding import hold
from dms.desk.signing.approving import declare, reject
from dms.domain.record import RecordState
from dms.operating.recovery import recover
from dms.ports.catalogue import Act
from dms.ports.world import World


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, step: int, home: Path) -> Iterator[list[str]]:
    """End the run at its nth rename inside the home's own folder, or as it copies the backup (step 0)."""
    seen: list[str] = []
    real_rename, real_copy = Path.rename, shutil.copytree

    def rename(self: Path, target: Path) -> Path:
        if Path(target).parent == home:
            seen.append(Path(target).name)
            if len(seen) == step:
                raise Killed
        return real_rename(self, target)

    def copytree(*told: Path, **named: bool) -> Path:
        if step == 0:
            raise Killed
        return Path(real_copy(*told, **named))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        patch.setattr(shutil, "copytree", copytree)
        yield seen


def destroy(world: World, code: str) -> None:
    with world.catalogue.begin() as tx:
        record = tx.record(code)
        assert record is not None
        destroy_in(tx, record, world.now())
        tx.log(Act(world.now(), "GM", "purge", code, "到期"))
    empty_vault(world)


@pytest.mark.parametrize("steps", [(), (0,), (1,), (2,), (1, 2, 1)])
def test_killed_and_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: tuple[int, ...]) -> None:
    home, kept = tmp_path / "home", tmp_path / "bk"
    with desk(home) as world:
        gone, stays = put(world, state=RecordState.FILED), put(world, state=RecordState.FILED)
        backup(world, kept)
        destroy(world, gone)
        before = auditing.root(world)
    for step in steps:
        with killed_at(monkeypatch, step, home), pytest.raises(Killed):
            recover(home, kept, user="gm")
    done = recover(home, kept, user="gm")
    assert (done.records, done.destroyed_again) == (2, (gone,))
    with open_world(home, user="gm") as world:
        with world.catalogue.look() as tx:
            records = {r.code: r.state for r in tx.records()}
        assert records == {gone: RecordState.DESTROYED, stays: RecordState.FILED}
        head = world.vault.head(gone)
        assert head is not None and "tombstone.json" in head.files
        assert auditing.root(world, size=before.size).root == before.root, "the log goes on where it was"
        assert auditing.verify(world) == []
    assert not (home / ".recovering").exists()


def put_in_bin(world: World) -> str:
    """Put the record that was filed before the backup into the bin; return its code."""
    with world.catalogue.look() as tx:
        (record,) = tx.records(states=[RecordState.FILED])
    asked = ask_deletion(as_(world, "ZHS"), record.code, reason="重复")
    decide_deletion(as_(world, "SM"), asked.id, agree=True)
    return record.code


def test_what_came_after_the_backup_is_told_as_gone(tmp_path: Path) -> None:
    home, kept = tmp_path / "home", tmp_path / "bk"
    with desk(home) as world:
        code, _ = put(world), put(world, state=RecordState.FILED)
        declare(as_(world, "ZHS"), code)
        backup(world, kept)
        reject(as_(world, "DM1"), code, reason="金额不符")
        hold(world, code, reason="诉讼")
        binned = put_in_bin(world)
    recover(home, kept, user="gm")
    with open_world(home, user="gm") as world:
        with world.catalogue.look() as tx:
            assert [s.role for s in tx.signatures(code)] == ["declaration", "handler"][: len(tx.signatures(code))]
            assert tx.signatures(code) and not tx.holds()
        assert [f for f in verify(world) if f.kind == "row-differs"] == []
    # The log does not bring back what the backup does not know either.
    for part in (home / "archive").glob("catalogue.sqlite*"):
        part.unlink()
    with open_world(home, user="gm") as world:
        rebuild(world)
        with world.catalogue.look() as tx:
            back = tx.record(binned)
            assert back is not None and back.state is RecordState.FILED
            assert tx.signatures(code) and not tx.holds()
