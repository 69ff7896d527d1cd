"""Where originals live for good."""

from __future__ import annotations

from pathlib import Path

from dms.errors import Usage
from dms.ports.vault import Vault


def open_vault(url: str) -> Vault:
    """Open a vault: ``file:///absolute/path`` (OCFL v1.1; not percent-encoded) or ``memory://``.

    Raises:
        Usage: the URL's kind is not known, or its path is not absolute.
        Unavailable: the folder cannot be made or holds something else.
    """
    hint = 'Such as vault = "file://{home}/archive/vault".'
    if url == "memory://":
        from dms.adapters.vault.memory import MemoryVault

        return MemoryVault()
    if url.startswith("file://"):
        from dms.adapters.vault.ocfl_disk import OcflDisk

        root = Path(url.removeprefix("file://"))
        if not root.is_absolute() or root == root.parent:
            raise Usage(f"The vault “{url}” has no absolute path to a folder of its own.", hint)
        return OcflDisk(root)
    raise Usage(f"The vault “{url}” is of no known kind.", hint)
