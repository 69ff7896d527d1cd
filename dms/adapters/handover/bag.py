"""The hand-over port as a BagIt 1.0 bag (RFC 8493) in a folder: write one whole or not at all, read one back.

Written and read by ourselves, not with ``bagit``: that moves the process's working folder, writes version 0.97, reads
every file twice and follows what it finds. The tests let it validate what is written here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dms.adapters.handover import catalogues, documents, layout, mets, note, tags
from dms.adapters.handover.checks import check_file, check_package, original_of, recorded
from dms.adapters.handover.keeping import Keeper, blocks, whole
from dms.adapters.handover.premis import PROGRAM
from dms.adapters.handover.reading import read_package
from dms.adapters.handover.stranger import Checked, Limits
from dms.ports.handover import HandedRecord, Package, Step
from dms.ports.vault import StoredFile


def _unseen(done: int, total: int, code: str) -> None:
    """Tell nobody."""


class BagHandover:
    """Packages as BagIt bags; see :class:`dms.ports.handover.Handover`.

    Args:
        schemas: folder of the shipped schemas; those that describe a package go into it.
        limits: what a package read may have at most.
    """

    def __init__(self, schemas: Path, limits: Limits | None = None) -> None:
        self._schemas = schemas
        self._limits = limits or Limits()

    def write(self, package: Package, target: Path, on_step: Step = _unseen) -> None:
        """Write a package; see the port."""
        check_package(package)
        names = []
        for handed in package.records:
            names.append(layout.content_names(handed.files))
            for path in handed.files:
                recorded(handed, path)
        with whole(target) as folder:
            keeper = Keeper(folder)
            keeper.add(tags.DECLARATION, tags.DECLARED)
            entries = []
            for number, (handed, named) in enumerate(zip(package.records, names, strict=True), 1):
                original = _write_record(keeper, package, handed, named)
                entries.append(catalogues.entry(number, handed.record, original))
                on_step(number, len(package.records), handed.record.code)
            held = list(keeper.files.values())[1:]
            keeper.add(layout.NOTE, note.written(package, files=len(held), size=sum(file.size for file in held)))
            keeper.add(layout.FILES, catalogues.written(package, entries))
            volumes = catalogues.volume_entries(handed.record for handed in package.records)
            keeper.add(layout.VOLUMES, catalogues.written(package, volumes, volumes=True))
            for name in layout.SCHEMAS:
                keeper.add(f"{layout.OTHER}/{name}", blocks(self._schemas / name, name))
            _seal(keeper, package)

    def read(self, folder: Path) -> Package:
        """Read a package back; see the port."""
        return read_package(Checked(Path(os.path.realpath(folder)), self._limits), self._limits)


def _write_record(
    keeper: Keeper, package: Package, handed: HandedRecord, names: Mapping[str, str]
) -> StoredFile | None:
    """Write one record's folder; return its electronic original as it lies in the package."""
    folder = layout.folder_of(handed.record.code)
    files: dict[str, StoredFile] = {}
    for path, source in sorted(handed.files.items()):
        what = f"{path} of {handed.record.code}"
        kept = keeper.add(f"{folder}/{names[path]}", blocks(source, what))
        check_file(handed, path, kept)
        files[path] = replace(kept, path=names[path])
    original = original_of(handed, files)
    ours = {}
    for name, data in (
        (layout.RECORD, documents.record_json(handed.record)),
        (layout.HISTORY, documents.history_json(handed, files)),
    ):
        ours[name] = replace(keeper.add(f"{folder}/{name}", data), path=name)
    keeper.add(f"{folder}/{layout.METS}", mets.written(package, handed, files, ours))
    return replace(original, path=f"{folder}/{original.path}") if original else None


def _seal(keeper: Keeper, package: Package) -> None:
    """Write the manifests and what the bag says of itself."""
    payload = {path: file for path, file in keeper.files.items() if path.startswith(f"{layout.DATA}/")}
    keeper.add(tags.MANIFEST, tags.manifest({path: file.sha512 for path, file in payload.items()}))
    keeper.add(
        tags.INFO,
        tags.info(
            [
                ("Source-Organization", package.organisation),
                ("External-Identifier", package.identifier),
                ("Bagging-Date", package.created_at[:10]),
                ("Bag-Software-Agent", PROGRAM),
                ("Payload-Oxum", f"{sum(file.size for file in payload.values())}.{len(payload)}"),
                ("Fonds", package.fonds),
                ("Fonds-Name", package.fonds_name),
                ("Created-At", package.created_at),
                ("Log-Root", package.log_root),
                ("Log-Size", str(package.log_size)),
            ]
        ),
    )
    digests = {path: file.sha512 for path, file in keeper.files.items() if path not in payload}
    keeper.add(tags.TAG_MANIFEST, tags.manifest(digests))
