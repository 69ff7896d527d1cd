"""The hand-over port (移交包): records leave as one package that anybody can check, and come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from dms.domain.record import Record
from dms.ports.catalogue import Act
from dms.ports.vault import Version

Opener = Callable[[], BinaryIO]
"""Opens a file for reading from its start, for vaults whose files have no path on a disk."""

Step = Callable[[int, int, str], None]
"""Told ``(records done, records in all, code of the record just done)``."""


@dataclass(frozen=True, slots=True)
class HandedRecord:
    """One record as it is handed over.

    Attributes:
        record: what the catalogue knows of it.
        files: logical path in the vault object (``original/scan.pdf``) -> its content. A file that only an older
            version has goes under ``v{number}/`` and its path (``v1/original/scan.pdf``).
        versions: all versions, oldest first; the last one tells the digests of ``files``. Empty: nothing told.
        acts: what was done with it, oldest first.
    """

    record: Record
    files: Mapping[str, Path | Opener] = field(default_factory=dict)
    versions: Sequence[Version] = ()
    acts: Sequence[Act] = ()


@dataclass(frozen=True, slots=True)
class Package:
    """Everything handed over at once.

    Attributes:
        identifier: of this hand-over, such as ``HG01-YJ-2026-001``.
        fonds: code of the fonds (全宗号).
        fonds_name: its name (全宗名称).
        organisation: who hands over (移交单位).
        created_at: ISO 8601 time with zone.
        log_root: root of the log's tree when it was packed, hex; fixes every act before it.
        log_size: acts under that root.
        records: in the order of the file catalogue (文件目录).
    """

    identifier: str
    fonds: str
    fonds_name: str
    organisation: str
    created_at: str
    log_root: str
    log_size: int
    records: Sequence[HandedRecord]


class Handover(Protocol):
    """Writes packages and reads them back; a package read is a stranger's until every digest in it was checked."""

    def write(self, package: Package, target: Path, on_step: Step = ...) -> None:
        """Write a package as a new folder: whole and on the disk when this returns, or not at all.

        Args:
            package: what goes in; files are read once, in chunks, and compared with their recorded digests.
            target: the folder to make; its parent must be there.
            on_step: told after each record.

        Raises:
            Conflict: ``target`` is there already, or somebody is writing it.
            Damaged: a file is not what the record or its versions say of it.
            NotFound: a file, or the folder ``target`` goes into, is not there.
            Unavailable: disk full, not writable, a file not readable; nothing is left behind.
            Usage: two records with one code, an unsafe path, a time without zone, a file no version knows.
        """
        ...

    def read(self, folder: Path) -> Package:
        """Read a package back; its files are paths inside ``folder``.

        Nothing is believed before every digest was checked. The digests show that nothing changed since the package
        was written, not who wrote it: compare ``log_root`` with the printed one.

        Raises:
            Damaged: a file changed, is missing or is too many, or the parts contradict each other; the file is named.
            LimitExceeded: more or larger files than a package may have.
            NotFound: there is no such folder.
            Unavailable: it cannot be read now.
            Usage: the folder is no package of this kind, or holds something unsafe (a link, a path leading out).
        """
        ...
