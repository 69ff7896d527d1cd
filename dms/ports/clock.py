"""The clock port: the archive's time, so that tests can let a month pass."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Protocol


def parse(text: str) -> datetime:
    """Return an ISO time with its zone; one without is in the machine's zone.

    Raises:
        ValueError: it is none.
    """
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.astimezone()


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time now, with zone."""
        ...

    def uptime(self) -> tuple[str, float]:
        """Return the id of this start of the machine, and the seconds since; nobody can set these."""
        ...


class SystemClock:
    """The machine's clock in its local zone."""

    def now(self) -> datetime:
        """Return the time now, with the machine's zone."""
        return datetime.now().astimezone()

    def uptime(self) -> tuple[str, float]:
        """Return the kernel's boot id and the seconds since, sleep included."""
        try:
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        except OSError:
            boot = ""
        return boot, time.clock_gettime(time.CLOCK_BOOTTIME) if boot else time.monotonic()
