"""The formats there are: each reader file tells its own, and is found by being in ``readers``.

A format says how it is recognised (by content; the suffix decides only between kinds of plain text), its suffixes, its
spoken name and who reads it. A refusal says what a known file is that is not taken, and what to do about it.
See ``docs/how-to-add-a-file-format.md``.
"""

from __future__ import annotations

import errno
import importlib
import pkgutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from dms.adapters.examine.readers.flow import Flow
from dms.errors import Unreadable
from dms.ports.examine import Inspection, Limits
from dms.said import Said

T = TypeVar("T")
_HEAD = 64 * 1024
_MOST_ENTRIES = 20_000
_LONGEST_MIMETYPE = 200
_LONGEST_CONTENT_TYPES = 1024**2
ZIP = (b"PK\x03\x04", b"PK\x05\x06")

# Ranks: who is asked first. Formats of one rank must not claim the same file.
EXACT = 0  # a magic number, or a structure nothing else has
LIKELY = 1  # signs that together leave little doubt; a container none of the exact ones knew
TEXT = 2  # text with a structure of its own; a container nobody before knew
LAST = 3  # any text


class Sample:
    """The beginning and the structure of a file, each looked at once however many formats ask.

    Args:
        path: the file.
        name: as the sender named it.

    Attributes:
        head: its first 64 KB.
        suffix: of the name, lower case, with its dot.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.suffix = Path(name).suffix.lower()
        with path.open("rb") as file:
            self.head = file.read(_HEAD)
        self._found: dict[Callable[[Sample], Any], Any] = {}

    @cached_property
    def entries(self) -> frozenset[str]:
        """Names in a zip container; empty where it is none.

        Raises:
            Unreadable: it begins as a zip container and is broken.
        """
        if not self.head.startswith(ZIP):
            return frozenset()
        with opened_zip(self.path) as archive:
            return frozenset(info.filename for info in archive.infolist()[:_MOST_ENTRIES])

    @cached_property
    def mimetype(self) -> str:
        """What the entry ``mimetype`` of a zip container says (OpenDocument, EPUB), empty where there is none."""
        return self._entry("mimetype", _LONGEST_MIMETYPE).strip()

    @cached_property
    def content_types(self) -> str:
        """What a package of Office Open XML says its parts are, empty where it is none."""
        return self._entry("[Content_Types].xml", _LONGEST_CONTENT_TYPES)

    def _entry(self, name: str, most: int) -> str:
        if name not in self.entries:
            return ""
        with opened_zip(self.path) as archive, archive.open(name) as entry:
            return entry.read(most).decode("utf-8", "replace")

    def once(self, look: Callable[[Sample], T]) -> T:
        """Return what ``look`` finds in this sample; it looks only once."""
        if look not in self._found:
            self._found[look] = look(self)
        found: T = self._found[look]
        return found


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip container.

    Raises:
        Unreadable: it is broken, or what is read of it is.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except RecursionError:
        raise  # nested too deeply: another reason than a broken container
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError):
        raise broken_zip() from None
    except OSError as problem:
        # A directory that points before the beginning of the file; anything else is the machine's trouble.
        if problem.errno != errno.EINVAL:
            raise
        raise broken_zip() from None


def broken_zip() -> Unreadable:
    """Return what is said of a zip container that does not open."""
    return Unreadable(Said("The file is damaged or incomplete (a broken zip container)."), Said("Send it again."))


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, and what reading it may cost.

    Attributes:
        path: the file; its name says nothing.
        name: as the sender named it.
        media_type: as recognised.
        work: folder for attachments and working copies.
        limits: what one file may cost.
        passwords: tried on locked files.
    """

    path: Path
    name: str
    media_type: str
    work: Path
    limits: Limits
    passwords: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that is taken.

    Attributes:
        media_type: such as ``application/pdf``.
        spoken: with its article, as a clerk says it.
        suffixes: lower case, with their dots; a name with another format's suffix is remarked on.
        detect: whether a sample is of this kind, by its content.
        read: returns text with what was left out (:class:`Flow`), or an inspection of pages to be read one by one.
        rank: when it is asked.
        also: suffixes of other formats that programs give this one, too: no remark is made.
    """

    media_type: str
    spoken: Said
    suffixes: tuple[str, ...]
    detect: Callable[[Sample], bool]
    read: Callable[[Source], Flow | Inspection]
    rank: int = EXACT
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of file that is known and not taken: what it is, and what to do."""

    what: Said
    advice: Said
    detect: Callable[[Sample], bool]
    rank: int = EXACT


def starts(*magic: bytes) -> Callable[[Sample], bool]:
    """Return a detector of files that begin so."""
    return lambda sample: sample.head.startswith(magic)


@cache
def _modules() -> tuple[Any, ...]:
    from dms.adapters.examine import readers

    names = sorted(found.name for found in pkgutil.iter_modules(readers.__path__))
    return tuple(importlib.import_module(f"{readers.__name__}.{name}") for name in names)


@cache
def formats() -> tuple[Format, ...]:
    """Return all formats, those asked first in front."""
    found = [one for module in _modules() for one in getattr(module, "FORMATS", ())]
    return tuple(sorted(found, key=lambda one: one.rank))


@cache
def refusals() -> tuple[Refusal, ...]:
    """Return all refusals, those asked first in front."""
    found = [one for module in _modules() for one in getattr(module, "REFUSALS", ())]
    return tuple(sorted(found, key=lambda one: one.rank))


@cache
def format_of(media_type: str) -> Format:
    """Return the format of a media type.

    Raises:
        Unreadable: nothing here reads it.
    """
    for one in formats():
        if one.media_type == media_type:
            return one
    raise Unreadable(
        Said("Nothing here reads {media_type}.", media_type=media_type), Said("Save or print it as PDF, and drop that.")
    )


def claimed(suffix: str) -> str:
    """Return the media type a suffix stands for, empty where none does."""
    return next((one.media_type for one in formats() if suffix in one.suffixes), "")
