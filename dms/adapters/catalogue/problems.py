"""Turns the database's errors into ours, with what to do next."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from dms.errors import Conflict, DmsError, Unavailable, Usage

# Inside a transaction other people's code runs too: only what SQLAlchemy raises is the database's.
DATABASE = (exc.DBAPIError, exc.TimeoutError)
# Where only our own code runs: opening and copying.
OUTSIDE = (*DATABASE, sqlite3.Error, OSError)


def of_ours(problem: BaseException) -> DmsError:
    """Return the error of ours that tells a person about one of the database's."""
    told = " ".join(str(getattr(problem, "orig", None) or problem).split()).rstrip(".")
    low = told.lower()
    if isinstance(problem, exc.IntegrityError):
        return Conflict(f"The catalogue refuses it: {told}.", "Somebody was faster; look at it and try again.")
    if isinstance(problem, exc.DataError):
        return Usage(f"The catalogue cannot hold it: {told}.", "A text is too long or a number too large.")
    if isinstance(problem, exc.TimeoutError | TimeoutError):
        return Unavailable("The catalogue is in use by too many at once.", "Try again in a moment.")
    if "locked" in low or "busy" in low or "lock timeout" in low:
        return Unavailable("The catalogue is locked by another process.", "Try again in a moment.")
    if "is full" in low or "no space" in low:
        return Unavailable("The catalogue's disk is full.", "Make room; nothing was changed.")
    if "readonly" in low or "read-only" in low:
        return Unavailable("The catalogue cannot be written.", "Check the permissions of archive/ and its disk.")
    if "malformed" in low or "not a database" in low:
        return Unavailable(
            f"The catalogue is damaged: {told}.", "Put the last backup in its place, or rebuild it: dms rebuild"
        )
    return Unavailable(f"The catalogue does not answer: {told}.", "Look whether its server runs, or at its disk.")
