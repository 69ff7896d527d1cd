"""Where originals live for good."""

from __future__ import annotations

from pathlib import Path

from dms.errors import MissingProgram, Usage
from dms.ports.vault import Vault
from dms.said import Said


def open_vault(url: str, *, cache: Path | None = None, cache_bytes: int = 4 << 30) -> Vault:
    """Open a vault: ``file:///absolute/path`` (not percent-encoded), ``s3://bucket/folder?endpoint=…`` or ``memory://``.

    On a disk and in a bucket it is the same OCFL v1.1 storage root.

    Args:
        url: where it is.
        cache: folder for what was read from a bucket lately; the user's cache folder where None.
        cache_bytes: how much of it.

    Raises:
        MissingProgram: the client for object stores is not installed.
        Usage: the URL's kind is not known, or its path is not absolute.
        Unavailable: the folder cannot be made or holds something else.
    """
    hint = Said('Such as vault = "file://{{home}}/archive/vault".')
    if url == "memory://":
        from dms.adapters.vault.memory import MemoryVault

        return MemoryVault()
    if url.startswith("file://"):
        from dms.adapters.vault.ocfl_disk import OcflDisk

        root = Path(url.removeprefix("file://"))
        if not root.is_absolute() or root == root.parent:
            raise Usage(Said("The vault “{url}” has no absolute path to a folder of its own.", url=url), hint)
        return OcflDisk(root)
    if url.startswith("s3://"):
        try:
            from dms.adapters.vault.ocfl_s3 import OcflS3
        except ModuleNotFoundError as problem:
            raise MissingProgram(
                Said("The client for object stores is not installed."), Said('pip install "dms[s3]"')
            ) from problem
        from dms.adapters.vault.cache import Cache

        return OcflS3(url, Cache(cache or Path.home() / ".cache" / "dms" / "vault", cache_bytes))
    raise Usage(Said("The vault “{url}” is of no known kind.", url=url), hint)
