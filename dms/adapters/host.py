"""This process among others: a name for leases, and whether the process behind such a name still lives."""

from __future__ import annotations

import os
import secrets
import socket
import time

import psutil


def owner() -> str:
    """Return ``host:pid:start-time``: unique over hosts, reboots and reused process ids."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start(os.getpid())}"


def alive(name: str) -> bool | None:
    """Tell whether the process behind a lease owner runs; None where it is on another machine or not so named."""
    parts = name.split(":")
    if len(parts) < 3 or parts[0] != socket.gethostname() or not parts[1].isdigit():
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
