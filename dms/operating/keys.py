"""The key that signs QR codes renewed: where somebody may have copied it, or as the house's rules ask for."""

from __future__ import annotations

from dataclasses import dataclass

from dms.adapters import keyring
from dms.desk.acts import gate
from dms.domain.policy import Action
from dms.errors import Conflict, Usage
from dms.ports.catalogue import Act
from dms.ports.world import World
from dms.said import Do, Said


@dataclass(frozen=True, slots=True)
class Renewed:
    """A renewal: the ids of the key that signs now and of those whose codes are still read, the newest first."""

    key: str
    earlier: tuple[str, ...]


def renew(world: World, *, reason: str) -> Renewed:
    """Make a new key that signs from now on; what was printed before stays valid.

    Every process that runs and every other machine goes on with the old key until it is started anew with the new file.

    Raises:
        NotPermitted: not for the asker.
        Usage: no reason.
        Conflict: somebody renewed it just now.
        Unavailable: it cannot be written.
    """
    if not reason.strip():
        raise Usage(Said("A key is renewed only with a reason."), Do("", reason="旧钥匙可能外泄"))
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
    archive = world.settings.archive
    with keyring.renewing(archive):
        fresh = keyring.prepare(archive, world.keys)
        told = Renewed(keyring.key_id(fresh), tuple(map(keyring.key_id, world.keys)))
        with world.catalogue.begin() as tx:
            gate.permitted(world, tx, Action.CARE)
            if tx.fact(keyring.FACT) != keyring.fingerprint(world.key):
                raise Conflict(Said("The key was renewed by somebody else just now."), Said("Look again."))
            tx.set_fact(keyring.FACT, keyring.fingerprint(fresh))
            noted = {"key": told.key, "earlier": list(told.earlier)}
            tx.log(Act(world.now(), world.actor.name, "renew-key", "archive", reason, noted))
        keyring.take(archive)
    return told
