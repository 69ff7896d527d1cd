"""The clock port: the archive's time, so that tests can let a month pass."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time now, with zone."""
        ...


class SystemClock:
    """The machine's clock in its local zone."""

    def now(self) -> datetime:
        """Return the time now, with the machine's zone."""
        return datetime.now().astimezone()
