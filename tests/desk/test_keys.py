"""The key that signs QR codes: renewed with a reason, what was printed before stays valid, a lost or other one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_kit import as_, desk, put

from dms.adapters import keyring
from dms.assembly import open_world
from dms.domain import qr
from dms.domain.numbers import parse_code
from dms.errors import NotPermitted, Unavailable, Usage
from dms.operating.health import advice
from dms.operating.keys import renew
from dms.ports.world import World


def printed(world: World, code: str) -> str:
    return qr.write(parse_code(code), None, qr.Purpose.LABEL, world.key)


def test_what_was_printed_before_a_renewal_stays_valid(tmp_path: Path) -> None:
    with desk(tmp_path) as world:
        code = put(world)
        sheets = [printed(world, code)]
    for number in (1, 2):
        with open_world(tmp_path, user="gm") as world:
            done = renew(world, reason=f"第{number}次")
            assert len(done.earlier) == number
    with open_world(tmp_path, user="gm") as world:
        sheets.append(printed(world, code))
        assert len(set(sheets)) == 2 and len(world.keys) == 3
        assert [str(qr.read(text, *world.keys).code) for text in sheets] == [code, code]  # type: ignore[union-attr]  # it is ours
        assert qr.read(sheets[0], world.key) is None, "the new key alone signed nothing of it"
        assert qr.read(sheets[0], b"x" * 32) is None
        with world.catalogue.look() as tx:
            logged = [a for a in tx.acts() if a.act == "renew-key"]
        assert [a.reason for a in logged] == ["第2次", "第1次"]
        assert logged[0].data["key"] == keyring.key_id(world.key)
        assert world.key.hex() not in str([a.data for a in logged])
        (line,) = (str(p.detail) for p in advice(world) if str(p.name) == "key")
        assert keyring.key_id(world.key) in line
    assert (tmp_path / "archive" / "secret.key").stat().st_mode & 0o077 == 0


def test_a_renewal_killed_before_its_file_is_in_place_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(tmp_path) as world:
        before = world.keys
        with monkeypatch.context() as patch:
            patch.setattr(keyring, "take", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                renew(world, reason="断电")
    with open_world(tmp_path, user="gm") as world:
        assert world.keys[1:] == before
    with open_world(tmp_path, user="gm") as again:
        assert again.keys == world.keys


def test_a_renewal_that_no_commit_decided_changes_nothing(office: World) -> None:
    keyring.prepare(office.settings.archive, office.keys)
    with open_world(office.settings.home, user="gm") as world:
        assert world.keys == office.keys


@pytest.mark.parametrize("text", ["", "no hex", "\n\n"])
def test_a_damaged_key_is_refused(tmp_path: Path, text: str) -> None:
    with desk(tmp_path):
        pass
    (tmp_path / "archive" / "secret.key").write_text(text, encoding="ascii")
    with pytest.raises(Unavailable, match="damaged"), open_world(tmp_path, user="gm"):
        pass


def test_who_may_renew_and_with_what(office: World) -> None:
    for stranger in ("ZHS", "CO", "SM"):
        with pytest.raises(NotPermitted):
            renew(as_(office, stranger), reason="好奇")
    with pytest.raises(Usage):
        renew(office, reason=" ")
    with open_world(office.settings.home, user="gm") as world:
        assert world.keys == office.keys
