"""While a writing transaction is open, nobody else can write: no reading process may be waited for inside one.

The catalogue marks its writing transactions here, the examiner asks before it sends work to a child. A wait of seconds
under the only write lock would hold up every search, for searches are logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_WRITING: ContextVar[bool] = ContextVar("dms_writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Mark a writing transaction of this thread."""
    token = _WRITING.set(True)
    try:
        yield
    finally:
        _WRITING.reset(token)


def refuse_while_writing(what: str) -> None:
    """Refuse work that may take long inside a writing transaction.

    Raises:
        RuntimeError: a writing transaction is open in this thread (a mistake of ours: prepare before the commit).
    """
    if _WRITING.get():
        raise RuntimeError(f"{what} inside a writing transaction: do it before, in the act's prepare phase")
