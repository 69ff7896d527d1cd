"""Temporary folders of reading processes: named after the process that owns them, removed once it is dead.

What a killed owner leaves there is content of records; it must not outlive their destruction (R9).
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from dms.adapters import host

_PREFIX = "dms-reading-"
_NAME = re.compile(rf"{_PREFIX}(?:([^+]+\+\d+\+\d+)\+)?\w+")
# Folders of older versions do not tell their owner.
_LONG_AGO = 86400.0


def make() -> tempfile.TemporaryDirectory[str]:
    """Make a folder that this process owns."""
    owner = host.owner(_here()).replace(":", "+")
    return tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{owner}+", ignore_cleanup_errors=True)


def sweep() -> int:
    """Remove the folders of dead owners that this user may remove; return how many."""
    count = 0
    for place in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            told = place.lstat()
            found = _NAME.fullmatch(place.name)
            if found is None or told.st_uid != os.getuid() or not place.is_dir() or place.is_symlink():
                continue
            if found[1]:
                # Unknown (None) where containers with process ids of their own share the temp folder.
                dead = host.alive(found[1].replace("+", ":"), _here()) is False
            else:
                dead = time.time() - told.st_mtime > _LONG_AGO
            if dead:
                shutil.rmtree(place, ignore_errors=True)
                count += not place.exists()
    return count


def _here() -> str:
    return host.name().replace(":", "-").replace("+", "-").replace("/", "-")
