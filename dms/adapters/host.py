"""This process among others: a name for leases, and whether the process behind such a name still lives."""

from __future__ import annotations

import os
import secrets
import socket
import time

import psutil


def name() -> str:
    """Return this machine's name."""
    return socket.gethostname()


def owner(host: str) -> str:
    """Return ``host:pid:start-time``: unique over hosts, reboots and reused process ids."""
    return f"{host}:{os.getpid()}:{_start(os.getpid())}"


def alive(owner: str, host: str) -> bool | None:
    """Tell whether the process behind a lease owner runs; None where it is not on ``host``, this machine."""
    parts = owner.split(":")
    if len(parts) < 3 or parts[0] != host or not parts[1].isdigit():
        return None
    return _start(int(parts[1])) == parts[2]


def new_id() -> str:
    """Return an id that sorts by time: milliseconds in hex, then 40 random bits."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(5)}"


def _start(pid: int) -> str:
    try:
        return str(int(psutil.Process(pid).create_time() * 100))
    except psutil.Error:
        return ""
