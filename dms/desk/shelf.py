"""The paper side as it stands: volumes and what is in them."""

from __future__ import annotations

from collections.abc import Sequence

from dms.desk import gate
from dms.domain.access import may_see
from dms.domain.numbers import parse_volume
from dms.domain.record import Record
from dms.errors import NotFound
from dms.ports.catalogue import Volume
from dms.ports.world import World


def volumes(world: World) -> list[Volume]:
    """Return the volumes of which the asker may see at least one record, in the order of their numbers."""
    with world.catalogue.look() as tx:
        scope = gate.scope(world, tx)
        return [
            v for v in tx.volumes()
            if scope.everything or v.number.manager in scope.managers
        ]  # fmt: skip


def contents(world: World, named: str) -> Sequence[Record]:
    """Return the records of a volume in the order of their paper numbers.

    Raises:
        NotFound: there is no such volume, or nothing in it is for the asker.
        Usage: that is no volume number.
    """
    number = parse_volume(named)
    with world.catalogue.look() as tx:
        scope = gate.scope(world, tx)
        seen = [r for r in tx.records(volume=str(number)) if may_see(scope, r)]
        if not seen and (tx.volume(number) is None or not scope.everything):
            raise NotFound(f"There is no volume {number}.", "“dms volume” lists them.")
    return sorted(seen, key=lambda r: r.paper_number)
