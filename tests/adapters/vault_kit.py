"""What the vault's tests share: ids, a shorthand for writing, the independent validator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ocfl.storage_root import StorageRoot

from dms.ports.vault import Vault, Version

CODE = "HG01E2026000123"
PLACE = f"2026/0001/{CODE}"
BATCH = "batch-" + "ab12" * 8
AT = "2026-11-23T16:05:00+08:00"


def put(
    vault: Vault,
    files: Mapping[str, Path | bytes | None],
    object_id: str = CODE,
    expect: int | None = None,
    **words: str,
) -> Version:
    return vault.write(
        object_id,
        files,
        message=words.get("message", "登记 registered"),
        user=words.get("user", "张三"),
        at=words.get("at", AT),
        expect=expect,
    )


def get(vault: Vault, path: str, object_id: str = CODE, version: int | None = None) -> bytes:
    with vault.open(object_id, path, version) as file:
        return file.read()


def validated(root: Path) -> int:
    """Let ocfl-py judge a whole storage root; return how many objects it found, all of them valid."""
    judge = StorageRoot(root=str(root))
    assert judge.validate(log_warnings=True, max_errors=10_000), judge.log.status_str()
    told = "\n".join(message for _, message in judge.errors)
    assert judge.good_objects == judge.num_objects, told
    # Our ids are the archive's own codes and no URIs; nothing else may even be warned of.
    assert set(re.findall(r"\[([EW][0-9]+[a-z]?)\]", told)) <= {"W005"}, told
    return int(judge.num_objects)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its content."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
