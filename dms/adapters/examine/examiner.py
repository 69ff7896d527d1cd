"""The parent's side: asks the pool, spreads pages over the children, takes up where a killed run stopped."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dms.adapters.examine.pool import Pool
from dms.adapters.examine.wording import UNREAD_PAGE
from dms.domain.arranging import Leaf
from dms.domain.left_out import left_out_from
from dms.domain.pages import Box, Page, page_from_dict
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Attachment, Inspection, Limits, Stamp
from dms.said import Said, read_said

_COPY_SECONDS = 60.0


class PoolExaminer:
    """See :class:`dms.ports.examine.Examiner`.

    Args:
        pool: the children.
        limits: what one file may cost.
    """

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool = pool
        self._limits = limits

    def inspect(self, path: Path, name: str, work: Path) -> Inspection:
        """Tell what the file is."""
        told = self._pool.run(
            "inspect", {"path": str(path), "name": name, "work": str(work)}, self._limits.seconds_inspect
        )
        told["attachments"] = tuple(Attachment(a["name"], Path(a["path"])) for a in told["attachments"])
        for key in ("active_content", "warnings"):
            told[key] = tuple(told[key])
        told["left_out"] = left_out_from(told["left_out"])
        return Inspection(**told)

    def pages(
        self, path: Path, inspection: Inspection, work: Path, on_page: Callable[[int, int], None],
        numbers: Sequence[int] = (),
    ) -> tuple[Page, ...]:  # fmt: skip
        """Recognise all pages, or those named, that are not there yet."""
        if inspection.pages > self._limits.pages:
            raise LimitExceeded(
                Said(
                    "The file has {pages:,} pages; at most {limits_pages:,} are taken.",
                    pages=inspection.pages,
                    limits_pages=self._limits.pages,
                ),
                Said("Split it, or raise max_pages in dms.toml."),
            )
        wanted = numbers or range(1, inspection.pages + 1)
        total = len(wanted)
        found = {n: page for n in wanted if (page := _kept(work, n)) is not None}
        missing = deque(n for n in wanted if n not in found)
        # A few pages ahead of the children and no more: a long file must not keep short ones waiting.
        under_way: deque[tuple[list[int], Future[Any]]] = deque()
        share = 1 if inspection.kind == "scan" else 4
        try:
            while missing or under_way:
                while missing and len(under_way) < self._pool.size + 1:
                    some = [missing.popleft() for _ in range(min(share, len(missing)))]
                    arguments = {"path": str(path), "media_type": inspection.media_type, "kind": inspection.kind,
                                 "work": str(work), "numbers": some}  # fmt: skip
                    seconds = self._limits.seconds_per_page * len(some)
                    under_way.append((some, self._pool.submit("pages", arguments, seconds)))
                some, future = under_way.popleft()
                future.result()
                for number in some:
                    page = _kept(work, number)
                    if page is None:
                        raise Unreadable(
                            Said("Page {number} could not be read.", number=number), Said("Scan it again.")
                        )
                    found[number] = page
                on_page(len(found), total)
        finally:
            for _, future in under_way:
                future.cancel()
        pages = tuple(found[n] for n in sorted(found))
        if not numbers and pages and all(any(read_said(w).text == UNREAD_PAGE for w in p.warnings) for p in pages):
            raise Unreadable(
                Said("No page of the file can be read."), Said("Scan it again, or open it in its own program.")
            )
        return pages

    def part(self, path: Path, inspection: Inspection, pages: Sequence[int], work: Path, target: Path) -> None:
        """Write some pages of a stack."""
        self._pool.run(
            "part",
            {"path": str(path), "media_type": inspection.media_type, "numbers": list(pages), "work": str(work),
             "target": str(target)},
            _COPY_SECONDS + len(pages),
        )  # fmt: skip

    def access_copy(self, path: Path, inspection: Inspection, pages: Sequence[Page], work: Path, target: Path) -> None:
        """Write the access copy."""
        self._pool.run(
            "access_copy",
            {"path": str(path), "media_type": inspection.media_type, "kind": inspection.kind,
             "pages": [p.to_dict() for p in pages], "work": str(work), "target": str(target)},
            _COPY_SECONDS + 2.0 * len(pages),
        )  # fmt: skip

    def arrange(self, sources: Sequence[Path], leaves: Sequence[Leaf], read: Mapping[int, Page], target: Path) -> None:
        """Write a copy of pages of access copies."""
        # Straightened pages are drawn; all others go from file to file.
        drawn = sum(bool(leaf.straighten) for leaf in leaves)
        self._pool.run(
            "arrange",
            {"sources": [str(path) for path in sources], "leaves": [asdict(leaf) for leaf in leaves],
             "read": {str(place): page.to_dict() for place, page in read.items()}, "target": str(target)},
            _COPY_SECONDS + 2.0 * len(leaves) + 20.0 * drawn,
        )  # fmt: skip

    def stamp(self, access: Path, pages: Sequence[Page], stamp: Stamp, target: Path) -> None:
        """Stamp an access copy."""
        self._pool.run(
            "stamp",
            {"access": str(access), "pages": [p.to_dict() for p in pages], "stamp": asdict(stamp),
             "target": str(target)},
            _COPY_SECONDS + len(pages),
        )  # fmt: skip

    def crop(self, access: Path, page: int, box: Box, target: Path, *, dpi: float = 150.0) -> None:
        """Cut a picture out of a page."""
        arguments = {"access": str(access), "page": page, "box": asdict(box), "target": str(target), "dpi": dpi}
        self._pool.run("crop", arguments, _COPY_SECONDS)

    def watermark(self, access: Path, text: str, target: Path) -> None:
        """Write who looked across every page."""
        arguments = {"access": str(access), "text": text, "target": str(target)}
        self._pool.run("watermark", arguments, _COPY_SECONDS)

    def close(self) -> None:
        """Stop the children."""
        self._pool.close()


def _kept(work: Path, number: int) -> Page | None:
    """Return a page finished before, None where there is none or a crash left half of it."""
    try:
        page = page_from_dict(json.loads((work / f"page-{number:05d}.json").read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return page if page.number == number else None
