"""Parcels in a folder that all machines see."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from dms.errors import NotFound, Unavailable
from dms.said import Said


class SharedParcels:
    """See :class:`dms.ports.parcels.Parcels`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, item_id: str, source: Path) -> None:
        """Keep a file."""
        self._copy(source, self._folder / item_id)

    def fetch(self, item_id: str, target: Path) -> None:
        """Bring a file to this machine."""
        if not (self._folder / item_id).exists():
            raise NotFound(Said("The file of {item} is not on its way.", item=item_id), Said("Drop it again."))
        self._copy(self._folder / item_id, target)

    def drop(self, item_id: str) -> None:
        """Remove a file."""
        (self._folder / item_id).unlink(missing_ok=True)

    def _copy(self, source: Path, target: Path) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
            shutil.copyfile(source, beside)
            with beside.open("rb") as file:
                os.fsync(file.fileno())
            beside.replace(target)
        except OSError as problem:
            raise Unavailable(
                Said("{folder} does not answer: {problem}.", folder=self._folder, problem=problem.strerror),
                Said("Look at the share."),
            ) from problem
