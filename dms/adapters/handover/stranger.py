"""A stranger's package: its folder compared with its manifests, every digest checked, nothing parsed yet."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dms.adapters.handover import tags
from dms.adapters.handover.layout import DATA, is_safe, shown
from dms.adapters.handover.tags import ASK_AGAIN
from dms.errors import Damaged, LimitExceeded, NotFound, Unavailable, Usage
from dms.said import Said

_CHUNK = 1 << 20
_TAGS = {tags.DECLARATION, tags.INFO, tags.MANIFEST}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a package may have at most.

    Attributes:
        entries: files and folders.
        size: bytes of everything.
        manifest: bytes of a manifest.
        catalogue: bytes of a catalogue.
        document: bytes of any other file that is parsed.
    """

    entries: int = 2_000_000
    size: int = 16 << 40
    manifest: int = 512 << 20
    catalogue: int = 512 << 20
    document: int = 64 << 20


class Checked:
    """A package all of whose digests are right.

    Args:
        root: its folder, without links in its path.
        limits: what it may have at most.

    Attributes:
        info: labels and values of ``bag-info.txt``.
        files: path -> size and SHA-512 of the payload.

    Raises:
        Damaged, LimitExceeded, NotFound, Unavailable, Usage: see :meth:`dms.ports.handover.Handover.read`.
    """

    def __init__(self, root: Path, limits: Limits) -> None:
        self._root = root
        if not root.is_dir():
            raise NotFound(Said("There is no folder {root}.", root=root), Said("Name the folder of a package."))
        sizes = _walk(root, limits)
        _check_kind(sizes)
        if not tags.is_declaration(self._read(tags.DECLARATION, 1000)):
            raise Usage(
                Said("{declaration} is not that of a BagIt 1.0 package.", declaration=tags.DECLARATION),
                Said("Ask the sender for BagIt 1.0."),
            )
        told = tags.parse_manifest(self._read(tags.TAG_MANIFEST, 100_000), tags.TAG_MANIFEST)
        _compare(set(told), {path for path in sizes if path in _TAGS}, tags.TAG_MANIFEST)
        self._verify(told)
        digests = tags.parse_manifest(self._read(tags.MANIFEST, limits.manifest, told[tags.MANIFEST]), tags.MANIFEST)
        payload = {path for path in sizes if path.startswith(f"{DATA}/")}
        _compare(set(digests), payload, tags.MANIFEST)
        self.info = tags.parse_info(self._read(tags.INFO, limits.document, told[tags.INFO]))
        counted = f"{sum(sizes[path] for path in payload)}.{len(payload)}"
        told_sum = self.info.get("Payload-Oxum", "-")
        if told_sum != counted:
            raise Damaged(
                Said(
                    "The package has {counted} bytes.files, {info} says {told_sum}.",
                    counted=counted,
                    info=tags.INFO,
                    told_sum=shown(told_sum),
                ),
                ASK_AGAIN,
            )
        self._verify(digests)
        self.files = {path: (sizes[path], digests[path]) for path in payload}

    def content(self, path: str, limit: int) -> bytes:
        """Return a payload file, its digest checked once more over the very bytes that are returned.

        Raises:
            Damaged: it is not there, or changed since.
            LimitExceeded: it is larger than ``limit``.
        """
        if path not in self.files:
            raise Damaged(Said("The package lacks the file {path}.", path=shown(path)), ASK_AGAIN)
        return self._read(path, limit, self.files[path][1])

    def place(self, path: str) -> Path:
        """Return where a payload file lies."""
        return self._root / path

    def _verify(self, digests: dict[str, str]) -> None:
        for path, wanted in sorted(digests.items()):
            digest = hashlib.sha512()
            for block in self._blocks(path):
                digest.update(block)
            if digest.hexdigest() != wanted:
                raise _changed(path)

    def _read(self, path: str, limit: int, wanted: str = "") -> bytes:
        data = bytearray()
        for block in self._blocks(path):
            data += block
            if len(data) > limit:
                raise LimitExceeded(
                    Said("The file {path} is larger than {limit} bytes.", path=shown(path), limit=limit), ASK_AGAIN
                )
        if wanted and hashlib.sha512(data).hexdigest() != wanted:
            raise _changed(path)
        return bytes(data)

    def _blocks(self, path: str) -> Iterator[bytes]:
        try:
            with _open(self._root / path) as file:
                while block := file.read(_CHUNK):
                    yield block
        except FileNotFoundError:
            raise Damaged(Said("The package lacks the file {path}.", path=shown(path)), ASK_AGAIN) from None
        except OSError as problem:
            raise Unavailable(
                Said("{path} cannot be read: {problem}.", path=shown(path), problem=problem.strerror or problem),
                Said("Check the disk it is on, and your rights."),
            ) from problem


def _open(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is no regular file any more")
    return os.fdopen(descriptor, "rb")


def _walk(root: Path, limits: Limits) -> dict[str, int]:
    """Return path -> size of every file; a link, pipe or device anywhere is refused, nothing is followed."""
    sizes: dict[str, int] = {}
    folders, entries, total = [""], 0, 0
    while folders:
        above = folders.pop()
        try:
            with os.scandir(root / above) as found:
                for one in found:
                    entries += 1
                    path = f"{above}{one.name}"
                    if not is_safe(path):
                        raise Usage(Said("A file's name cannot be in a package: {path}", path=shown(path)), _NO_USE)
                    kind = one.stat(follow_symlinks=False)
                    if stat.S_ISDIR(kind.st_mode):
                        folders.append(f"{path}/")
                    elif stat.S_ISREG(kind.st_mode):
                        sizes[path] = kind.st_size
                        total += kind.st_size
                    else:
                        raise Usage(
                            Said("{path} is a link or device; a package holds plain files only.", path=shown(path)),
                            _NO_USE,
                        )
                    if entries > limits.entries or total > limits.size:
                        raise LimitExceeded(Said("The package has more files or bytes than one may have."), _NO_USE)
        except OSError as problem:
            raise Unavailable(
                Said(
                    "The folder {above} cannot be read: {problem}.",
                    above=shown(above) or root,
                    problem=problem.strerror or problem,
                ),
                Said("Check the disk it is on, and your rights."),
            ) from problem
    return sizes


_NO_USE = Said("Do not use this package; tell the sender and whoever looks after your computers.")


def _check_kind(sizes: dict[str, int]) -> None:
    if tags.DECLARATION not in sizes or not any(path.startswith(f"{DATA}/") for path in sizes):
        raise Usage(
            Said(
                "This folder is no package: it has no {declaration} or no files in {data}/.",
                declaration=tags.DECLARATION,
                data=DATA,
            ),
            Said("Name the folder that holds bagit.txt; unpack an archive first."),
        )
    for name in (tags.TAG_MANIFEST, *sorted(_TAGS)):
        if name not in sizes:
            raise Damaged(Said("The package lacks the file {name}.", name=name), ASK_AGAIN)
    for path in sorted(sizes):
        if not path.startswith(f"{DATA}/") and path not in _TAGS and path != tags.TAG_MANIFEST:
            raise Damaged(
                Said("The package holds a file that does not belong to it: {path}", path=shown(path)), ASK_AGAIN
            )


def _compare(told: set[str], found: set[str], manifest: str) -> None:
    for path in sorted(told - found):
        raise Damaged(
            Said("The package lacks the file {path}, which {manifest} names.", path=shown(path), manifest=manifest),
            ASK_AGAIN,
        )
    for path in sorted(found - told):
        raise Damaged(
            Said("The package holds a file that {manifest} does not name: {path}", manifest=manifest, path=shown(path)),
            ASK_AGAIN,
        )


def _changed(path: str) -> Damaged:
    return Damaged(Said("The file {path} is not what was packed: its digest is another.", path=shown(path)), ASK_AGAIN)
