"""Reading processes: one for each core that this process may use, not for each that the machine has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dms.adapters.cores import usable

ALL = len(os.sched_getaffinity(0))


def limited(folder: Path, limits: dict[str, str], group: str) -> int:
    for path, text in limits.items():
        (folder / path).mkdir(parents=True, exist_ok=True)
        (folder / path / "cpu.max").write_text(text + "\n", encoding="ascii")
    own = folder / "own"
    own.write_text(f"1:name=systemd:/old\n0::{group}\n", encoding="utf-8")
    return usable(folder, own)


@pytest.mark.parametrize(
    ("limits", "group", "cores"),
    [
        ({".": "100000 100000"}, "/", 1),
        ({".": "50000 100000"}, "/", 1),
        ({".": "150000 100000"}, "/", min(ALL, 2)),
        ({".": "max 100000"}, "/", ALL),
        ({".": "6400000 100000"}, "/", ALL),
        ({"a/b": "max 100000", "a": "100000 100000"}, "/a/b", 1),
        ({"a": "100000 100000"}, "/other", ALL),
        ({".": "nonsense"}, "/", ALL),
        ({}, "/../outside", ALL),
    ],
)
def test_a_limit_of_the_group_or_one_above_it_counts(
    tmp_path: Path, limits: dict[str, str], group: str, cores: int
) -> None:
    assert limited(tmp_path, limits, group) == cores


def test_without_control_groups_the_mask_counts(tmp_path: Path) -> None:
    assert usable(tmp_path / "none", tmp_path / "none") == ALL


def test_a_process_bound_to_one_core_uses_one() -> None:
    script = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from dms.adapters.cores import usable; print(usable())"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "1\n"
