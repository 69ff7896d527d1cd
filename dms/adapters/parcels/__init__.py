"""Where files on their way lie for every machine."""

from __future__ import annotations

from pathlib import Path

from dms.errors import MissingProgram, Usage
from dms.ports.parcels import Parcels
from dms.said import Said


def open_parcels(url: str) -> Parcels:
    """Open a place for parcels: ``file:///shared/folder`` or ``s3://bucket/folder?endpoint=…``.

    Raises:
        Usage: the URL's kind is not known, or its path is not absolute.
        MissingProgram: the client for object stores is not installed.
    """
    if url.startswith("file:///"):
        from dms.adapters.parcels.shared import SharedParcels

        return SharedParcels(Path(url.removeprefix("file://")))
    if url.startswith("s3://"):
        try:
            from dms.adapters.parcels.bucket import BucketParcels
        except ModuleNotFoundError as problem:
            raise MissingProgram(
                Said("The client for object stores is not installed."), Said('pip install "dms[s3]"')
            ) from problem
        return BucketParcels(url)
    raise Usage(
        Said("The parcels “{url}” are of no known kind.", url=url.partition("?")[0]),
        Said('Such as parcels = "s3://bucket/way".'),
    )
