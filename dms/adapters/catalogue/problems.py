"""Turns the database's errors into ours, with what to do next."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from dms.errors import Conflict, Damaged, DmsError, Unavailable, Usage
from dms.said import Do, Said

# Inside a transaction other people's code runs too: only what SQLAlchemy raises is the database's.
DATABASE = (exc.DBAPIError, exc.TimeoutError)
# Where only our own code runs: opening and copying.
OUTSIDE = (*DATABASE, sqlite3.Error, OSError)


def of_ours(problem: BaseException) -> DmsError:
    """Return the error of ours that tells a person about one of the database's."""
    told = " ".join(str(getattr(problem, "orig", None) or problem).split()).rstrip(".")
    low = told.lower()
    if isinstance(problem, exc.IntegrityError):
        return Conflict(
            Said("The catalogue refuses it: {told}.", told=told), Said("Somebody was faster; look at it and try again.")
        )
    if isinstance(problem, exc.DataError):
        return Usage(
            Said("The catalogue cannot hold it: {told}.", told=told), Said("A text is too long or a number too large.")
        )
    if isinstance(problem, exc.TimeoutError | TimeoutError):
        return Unavailable(Said("The catalogue is in use by too many at once."), Said("Try again in a moment."))
    if "locked" in low or "busy" in low or "lock timeout" in low:
        return Unavailable(Said("The catalogue is locked by another process."), Said("Try again in a moment."))
    if "is full" in low or "no space" in low:
        return Unavailable(Said("The catalogue's disk is full."), Said("Make room; nothing was changed."))
    if "readonly" in low or "read-only" in low:
        return Unavailable(
            Said("The catalogue cannot be written."), Said("Check the permissions of archive/ and its disk.")
        )
    if "malformed" in low or "not a database" in low:
        return Unavailable(
            Said("The catalogue is damaged: {told}.", told=told),
            Said("Put the last backup in its place, or rebuild it: {act}", act=Do("rebuild")),
        )
    if "could not decode" in low:
        return Damaged(
            Said("The catalogue is damaged: {told}.", told=told),
            Said("Put the last backup in its place, or rebuild it: {act}", act=Do("rebuild")),
        )
    return Unavailable(
        Said("The catalogue does not answer: {told}.", told=told), Said("Look whether its server runs, or at its disk.")
    )
