"""When is a dropped file whole? A slowly written scan must never be taken half.

A file is whole when it was still (same size and time) long enough over two looks, nobody has it open for writing, and
its format has its end. A rename into the folder is whole at once; what never gets its end is taken after some patience,
so that a broken file ends in quarantine with a reason instead of lying in the inbox for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class _Seen:
    size: int
    mtime_ns: int
    since: float


class Settling:
    """Remembers what was seen of each file.

    Args:
        settle_seconds: how long a file must be still.
        patience_seconds: how long one whose format has no end yet must be still.
    """

    def __init__(self, settle_seconds: float, patience_seconds: float) -> None:
        self._settle = settle_seconds
        self._patience = max(patience_seconds, settle_seconds)
        self._seen: dict[Path, _Seen] = {}

    def whole(
        self,
        path: Path,
        *,
        size: int,
        mtime_ns: int,
        complete: bool | None,
        busy: bool | None,
        now: float,
        age: float,
        moved_in: bool,
    ) -> bool:
        """Take note of a look at a file; return whether it may be taken.

        Args:
            path: the file.
            size: bytes.
            mtime_ns: its last change.
            complete: its format has its end; None where the format does not tell.
            busy: someone has it open for writing; None where the system does not tell.
            now: seconds of a clock that only goes forward.
            age: seconds since its last change by the wall clock; counts only where ``busy`` is known to be False.
            moved_in: it came by a rename.
        """
        seen = self._seen.get(path)
        if seen is None or (seen.size, seen.mtime_ns) != (size, mtime_ns) or busy:
            seen = self._seen[path] = _Seen(size, mtime_ns, now)
        if busy:
            return False
        if moved_in and complete is not False and size:
            return True
        still = now - seen.since
        if busy is False:
            still = max(still, age)
        if size == 0:
            # A placeholder of a sync program or a copier that reserves the name first: what it stands for may be on
            # its way, however old the placeholder is.
            return now - seen.since >= self._patience
        if complete is not False:
            return still >= self._settle
        # Where the system swears that nobody writes, a missing end is most likely missing for good.
        patience = min(self._patience, 3 * self._settle) if busy is False else self._patience
        return still >= patience

    def forget(self, path: Path) -> None:
        """Forget a file that was taken or is gone."""
        self._seen.pop(path, None)

    def waiting(self) -> tuple[Path, ...]:
        """Return the files seen and not taken yet."""
        return tuple(self._seen)
