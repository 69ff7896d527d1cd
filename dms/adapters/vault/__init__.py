"""Where originals live for good."""

from __future__ import annotations

from pathlib import Path

from dms.errors import Usage
from dms.ports.vault import Vault


def open_vault(url: str) -> Vault:
    """Open a vault: ``file:///absolute/path`` (OCFL v1.1) or ``memory://``.

    Raises:
        Usage: the URL's kind is not known.
        Unavailable: the folder cannot be made.
    """
    if url == "memory://":
        from dms.adapters.vault.memory import MemoryVault

        return MemoryVault()
    if url.startswith("file://"):
        from dms.adapters.vault.ocfl_disk import OcflDisk

        return OcflDisk(Path(url.removeprefix("file://")))
    raise Usage(f"The vault “{url}” is of no known kind.", 'Such as vault = "file://{home}/archive/vault".')
