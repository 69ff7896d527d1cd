"""How many cores this process may use: the system's mask (``taskset``), and a container's limit below it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_MOUNT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def usable(mount: Path = _MOUNT, own: Path = _OWN) -> int:
    """Return the number of cores; a part of one counts as one, for something has to read.

    Args:
        mount: where control groups (version 2) are mounted.
        own: file that names the group of this process.
    """
    cores = len(os.sched_getaffinity(0))
    for folder in _groups(mount, own):
        # "max 100000" or "150000 100000": microseconds of CPU in a period; no file, no limit.
        with suppress(OSError, ValueError):
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            if quota != "max":
                cores = min(cores, max(1, math.ceil(int(quota) / int(period))))
    return cores


def _groups(mount: Path, own: Path) -> Iterator[Path]:
    """Yield the folder of the process's group and those above it: each of them may set a limit."""
    path = "/"
    with suppress(OSError):
        lines = own.read_text(encoding="utf-8").splitlines()
        path = next((line[3:] for line in lines if line.startswith("0::")), "/")
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for count in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:count])
