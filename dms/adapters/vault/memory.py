"""A vault in memory, for tests that want speed; it passes the same contract tests as the one on disk."""

from __future__ import annotations

import hashlib
import io
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dms.adapters.vault.durable import blocks
from dms.adapters.vault.inventory import check_head, check_request, check_token, new_version, same_files
from dms.adapters.vault.layout import object_path
from dms.errors import NotFound
from dms.ports.vault import StoredFile, Trouble, Version
from dms.said import Do, Said


class MemoryVault:
    """See :class:`dms.ports.vault.Vault`."""

    def __init__(self) -> None:
        self._versions: dict[str, tuple[Version, ...]] = {}
        self._content: dict[str, bytes] = {}
        self._waiting: dict[str, dict[str, bytes]] = {}
        self._lock = threading.Lock()

    def write(
        self,
        object_id: str,
        files: Mapping[str, Path | bytes | None],
        *,
        message: str,
        user: str,
        at: str,
        expect: int | None = None,
    ) -> Version:
        """Write the next version; see the port."""
        object_path(object_id)
        check_request(files)
        with self._lock:
            versions = self._versions.get(object_id, ())
            check_head(object_id, len(versions), expect)
            state = {p: f for p, f in versions[-1].files.items() if p not in files} if versions else {}
            content: dict[str, bytes] = {}
            for path, source in files.items():
                if source is not None:
                    data = b"".join(blocks(source))
                    digest = hashlib.sha512(data).hexdigest()
                    content[digest] = data
                    state[path] = StoredFile(path, len(data), digest)
            if versions and same_files(state, versions[-1].files):
                return versions[-1]
            version = new_version(len(versions) + 1, message, user, at, state)
            self._content.update(content)
            self._versions[object_id] = (*versions, version)
            return version

    def stage(self, token: str, files: Mapping[str, Path | bytes]) -> Mapping[str, str]:
        """Keep files until a commit decides; see the port."""
        check_request(files)
        check_token(token)
        kept = {path: b"".join(blocks(source)) for path, source in files.items()}
        self._waiting[token] = kept
        return {path: hashlib.sha512(data).hexdigest() for path, data in kept.items()}

    @contextmanager
    def staged(self, token: str) -> Iterator[Mapping[str, Path]]:
        """Give what is staged as files; see the port."""
        if token not in self._waiting:
            raise NotFound(Said("Nothing is staged as {token}.", token=token), Said("Run “{act}”.", act=Do("verify")))
        with tempfile.TemporaryDirectory() as folder:
            given = {}
            for number, (path, data) in enumerate(self._waiting[token].items()):
                given[path] = Path(folder) / str(number)
                given[path].write_bytes(data)
            yield given

    def unstage(self, token: str) -> None:
        """Remove what is staged under a token."""
        self._waiting.pop(token, None)

    def purge(self, object_id: str, files: Mapping[str, bytes], *, message: str, user: str, at: str) -> Version:
        """Destroy all content and leave a tombstone; see the port."""
        object_path(object_id)
        check_request(files)
        with self._lock:
            gone = {f.sha512 for v in self._versions.pop(object_id, ()) for f in v.files.values()}
            used = {f.sha512 for versions in self._versions.values() for v in versions for f in v.files.values()}
            for digest in gone - used:
                self._content.pop(digest, None)
        return self.write(object_id, files, message=message, user=user, at=at)

    def head(self, object_id: str) -> Version | None:
        """Return the newest version."""
        versions = self._versions.get(object_id)
        return versions[-1] if versions else None

    def versions(self, object_id: str) -> tuple[Version, ...]:
        """Return all versions."""
        if object_id not in self._versions:
            raise NotFound(
                Said("The vault has no object {object}.", object=object_id), Said("Run “{act}”.", act=Do("verify"))
            )
        return self._versions[object_id]

    def open(self, object_id: str, path: str, version: int | None = None) -> BinaryIO:
        """Open one file."""
        versions = self._versions.get(object_id, ())
        number = len(versions) if version is None else version
        if not 1 <= number <= len(versions) or path not in versions[number - 1].files:
            raise NotFound(
                Said("The vault has no {path} of {object}.", path=path, object=object_id),
                Said("Look at its versions with “{act}”.", act=Do("show")),
            )
        return io.BytesIO(self._content[versions[number - 1].files[path].sha512])

    def address(self, object_id: str) -> str:
        """Return the object's address."""
        return object_path(object_id)

    def objects(self) -> Iterator[str]:
        """Yield every object id."""
        yield from sorted(self._versions)

    def verify(self, object_id: str | None = None) -> Iterator[Trouble]:
        """Check digests."""
        for one in [object_id] if object_id is not None else sorted(self._versions):
            if one not in self._versions:
                yield Trouble(one, "", "missing-object", Said("The object is not there."))
                continue
            for version in self._versions[one]:
                for file in version.files.values():
                    if hashlib.sha512(self._content[file.sha512]).hexdigest() != file.sha512:
                        yield Trouble(
                            one, file.path, "digest-mismatch", Said("{path} is not what was written.", path=file.path)
                        )

    def keeps_destroyed(self) -> bool:
        """Memory forgets."""
        return False

    def tidy(self, *, older_than_seconds: float = 86400.0, waiting: Collection[str] = ()) -> int:
        """Remove what no commit decided; it has no age here."""
        left = self._waiting.keys() - set(waiting) if older_than_seconds <= 0 else set()
        for token in left:
            self.unstage(token)
        return len(left)
