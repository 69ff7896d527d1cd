"""Child processes that do one task at a time, can be killed on time or memory, and are replaced.

A fixed number of threads, each with a child of its own at a time; any caller may queue a task.
"""

from __future__ import annotations

import logging
import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from dms.adapters.examine import scratch
from dms.adapters.examine.process import Child, Died, Killed
from dms.errors import LimitExceeded, Unavailable, Unreadable
from dms.ports.writing import refuse_while_writing
from dms.said import Said, as_said

_log = logging.getLogger("dms.examine")
_TASKS_BEFORE_REPLACED = 1000
_LARGE = 0.6


class Pool:
    """A fixed number of children; any thread may ask for a task.

    Args:
        children: how many.
        setup: sent to each child.
        memory: bytes of resident memory each may use.
    """

    def __init__(self, children: int, setup: dict[str, Any], *, memory: int) -> None:
        self.size = max(1, children)
        self._setup = setup
        self._memory = memory
        # Children are started by these threads only: a child asks to die with the thread that started it.
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="examine")
        self._idle: queue.SimpleQueue[Child] = queue.SimpleQueue()
        self._all: set[Child] = set()
        self._lock = threading.Lock()
        self._closed = False
        scratch.sweep()

    def submit(self, task: str, arguments: dict[str, Any], seconds: float) -> Future[Any]:
        """Queue a task; the time counts from when a child takes it.

        The future raises what :class:`~dms.ports.examine.Examiner` tells of.
        """
        refuse_while_writing(f"The reading process was asked to “{task}”")
        try:
            return self._threads.submit(self._run, task, arguments, seconds)
        except RuntimeError as problem:
            raise _stopped() from problem

    def run(self, task: str, arguments: dict[str, Any], seconds: float) -> Any:
        """Queue a task and wait for its result."""
        return self.submit(task, arguments, seconds).result()

    def pids(self) -> list[int]:
        """Return the process ids of the children there are now."""
        with self._lock:
            return sorted(child.pid for child in self._all)

    def _run(self, task: str, arguments: dict[str, Any], seconds: float) -> Any:
        try:
            return self._once(task, arguments, seconds)
        except Died as problem:
            # It may have been the machine's fault (another process took the memory): once more, then it is the file.
            _log.warning("a reading process crashed at %s (%s), trying again", task, problem)
        try:
            return self._once(task, arguments, seconds)
        except Died as problem:
            _log.warning("a reading process crashed at %s again (%s)", task, problem)
            raise Unreadable(
                Said("The program that reads this kind of file crashes on it."),
                Said("Open it in its own program, save it as PDF, and drop that."),
            ) from None

    def _once(self, task: str, arguments: dict[str, Any], seconds: float) -> Any:
        child = self._take()
        try:
            result = child.run(task, arguments, seconds)
        except Killed as problem:
            self._drop(child)
            raise LimitExceeded(
                as_said(problem), Said("Split or simplify the file, or raise the limit in dms.toml.")
            ) from None
        except Died:
            self._drop(child)
            if self._closed:
                raise _stopped() from None
            raise
        except BaseException:
            self._give_back(child)
            raise
        self._give_back(child)
        return result

    def _take(self) -> Child:
        """Return an idle child, or a new one: no more than there are threads."""
        with suppress(queue.Empty):  # none is idle: start one
            return self._idle.get_nowait()
        with self._lock:
            if self._closed:
                raise _stopped()
            child = Child(self._setup, self._memory)
            self._all.add(child)
        try:
            child.wait_until_ready()
        except BaseException:
            self._drop(child)
            if self._closed:
                raise _stopped() from None
            raise
        return child

    def _give_back(self, child: Child) -> None:
        if child.tasks >= _TASKS_BEFORE_REPLACED or child.own_memory() > self._memory * _LARGE:
            self._drop(child)
        else:
            self._idle.put(child)

    def _drop(self, child: Child) -> None:
        with self._lock:
            self._all.discard(child)
        child.kill()

    def close(self) -> None:
        """Kill all children; what they were doing is done again at the next start."""
        with self._lock:
            self._closed = True
            children = list(self._all)
            self._all.clear()
        for child in children:
            child.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)


def _stopped() -> Unavailable:
    return Unavailable(Said("The reading processes are stopped."), Said("Start the command again."))
