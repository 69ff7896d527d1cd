"""The port that reads a stranger's file: in a child process with limits, so that it can be killed.

The journey asks in this order: :meth:`Examiner.inspect`, :meth:`Examiner.pages`, then
:meth:`Examiner.part` (stacks), :meth:`Examiner.access_copy`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dms.domain.arranging import Leaf
from dms.domain.left_out import LeftOut
from dms.domain.pages import Box, Page


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost (promise 2)."""

    bytes: int = 2 * 1024**3
    pages: int = 2000
    pixels: int = 250_000_000
    seconds_per_page: float = 120.0
    seconds_inspect: float = 60.0
    memory: int = 3 * 1024**3
    nesting: int = 5
    parts: int = 200
    text: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside a file (an e-mail's attachment), written out for its own journey.

    Attributes:
        name: as the sender named it, made safe for a file system.
        path: where :meth:`Examiner.inspect` wrote it, inside the work folder.
    """

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is, by its content and not by its name.

    Attributes:
        media_type: such as ``application/pdf``, ``image/tiff``, ``message/rfc822``.
        kind: ``scan`` (images of paper), ``document`` (has pages and text), ``text`` (flowing text,
            office files, e-mail).
        pages: number of pages or frames; for ``text`` the number of access-copy pages may differ.
        title: title told by the file itself (properties, subject), empty else.
        date: ISO date told by the file itself (an e-mail's date), empty else.
        author: author or sender told by the file itself, empty else.
        attachments: parts with their own journey.
        encrypted: needed a password from the known list.
        signed: carries digital signatures; the original is kept untouched.
        active_content: names of scripts, macros, launch actions found; they are never run.
        warnings: for a person, such as a low resolution.
        left_out: what of the file is not in its text, copy and search; told on the record, asked where it may matter.
    """

    media_type: str
    kind: str
    pages: int
    title: str = ""
    date: str = ""
    author: str = ""
    attachments: tuple[Attachment, ...] = ()
    encrypted: bool = False
    signed: bool = False
    active_content: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is stamped on the first page of an access copy at filing (归档章, 45 x 16 mm, red, top centre).

    Attributes:
        cells: six texts: fonds, year, item / office or matter, retention, pages.
        qr: text of the QR code beside it.
    """

    cells: tuple[str, str, str, str, str, str]
    qr: str


class Examiner(Protocol):
    """Reads files in child processes. Thread-safe: many items may be examined at once.

    Every method raises :class:`~dms.errors.Unreadable` with a reason a clerk understands where the file is at fault
    (broken, empty, locked, unknown type, not what it says), :class:`~dms.errors.LimitExceeded` where it asks too much,
    and :class:`~dms.errors.Unavailable` where the fault is ours and a later try may succeed.
    """

    def inspect(self, path: Path, name: str, work: Path) -> Inspection:
        """Tell what the file is; write attachments and a decrypted working copy into ``work``."""
        ...

    def pages(
        self, path: Path, inspection: Inspection, work: Path, on_page: Callable[[int, int], None],
        numbers: Sequence[int] = (),
    ) -> tuple[Page, ...]:  # fmt: skip
        """Recognise all pages, or those named: text, words, codes, evidence.

        Each finished page is kept in ``work`` at once, so that a repeat goes on where the last one was killed.
        Pages of one file are spread over the children.

        Args:
            path: the file.
            inspection: what :meth:`inspect` said of it.
            work: folder of this item, kept over restarts.
            on_page: called as ``on_page(done, total)`` while it goes.
            numbers: pages from 1; all where none is named.
        """
        ...

    def part(self, path: Path, inspection: Inspection, pages: Sequence[int], work: Path, target: Path) -> None:
        """Write some pages (1-based) of a scanned stack to ``target`` as a PDF, image data unchanged."""
        ...

    def access_copy(self, path: Path, inspection: Inspection, pages: Sequence[Page], work: Path, target: Path) -> None:
        """Write the PDF/A-2b access copy with an invisible text layer to ``target``.

        ``pages[i].number`` names the page of ``path`` that becomes page ``i + 1``; the same page images, upright.
        """
        ...

    def arrange(self, sources: Sequence[Path], leaves: Sequence[Leaf], read: Mapping[int, Page], target: Path) -> None:
        """Write a copy of pages of access copies, turned, straightened and cropped, to ``target``.

        Args:
            sources: the copies the leaves count; without stamps.
            leaves: the pages in their order.
            read: what was read anew on pages that were turned or straightened, by their place from 1; the words of the
                copy they come from are taken off them.
            target: the PDF; PDF/A-2b where all sources are.
        """
        ...

    def stamp(self, access: Path, pages: Sequence[Page], stamp: Stamp, target: Path) -> None:
        """Write ``access`` with the filing stamp and its QR on page 1, clear of text and seals, to ``target``."""
        ...

    def crop(self, access: Path, page: int, box: Box, target: Path, *, dpi: float = 150.0) -> None:
        """Write what is seen inside ``box`` of a page (1-based, points) of an access copy to ``target``.

        A ``.jpg`` is written for screens, anything else as PNG.
        """
        ...

    def watermark(self, access: Path, text: str, target: Path) -> None:
        """Write ``access`` with ``text`` across every page to ``target`` (R6)."""
        ...

    def close(self) -> None:
        """Stop the children."""
        ...
