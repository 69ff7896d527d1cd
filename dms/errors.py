"""Every error a person can meet: what is said, remedy, exit code and HTTP status in one place.

The tree::

    DmsError
    ├── Usage             2  400  the call itself is wrong
    ├── MissingProgram    3  503  a needed program or package is not there
    ├── NotFound          4  404  no such record, item, number, file
    ├── NotPermitted      5  403  not allowed, or needs somebody's approval
    ├── Findings          6  200  a check ran and found something
    ├── Conflict          1  409  someone was faster, or the state does not allow it
    ├── Unreadable        1  422  a stranger's file cannot be taken; it goes to quarantine
    │   └── LimitExceeded 1  413  ... because it is too large, too slow or too deep
    ├── Damaged           1  500  the archive's own data is not what was written
    └── Unavailable       1  503  a part does not answer now; try again
        └── Awaited       1  503  ... because the same file is just being taken in
"""

from __future__ import annotations

from typing import ClassVar

from dms.said import Remedy, Said, as_said, joined


class DmsError(Exception):
    """Base of all errors meant for a person.

    Args:
        said: what happened, in one sentence; a text is somebody else's and told as it is.
        remedy: what to do next: a sentence, or an act with its inputs; nothing where the message says it all.
    """

    code: ClassVar[str] = "failure"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, said: Said | str, remedy: Remedy | str = "") -> None:
        self.said = as_said(said)
        self.remedy = as_said(remedy)
        super().__init__(self.said)

    @property
    def message(self) -> str:
        """What happened, in English: for logs and programs; a face tells ``said`` in its reader's language."""
        return str(self.said)

    @property
    def hint(self) -> str:
        """What to do next, in English and as commands."""
        return str(self.remedy)

    @property
    def told(self) -> Said:
        """Return both as one, as it is stored where a person must look."""
        return joined(self.said, self.remedy)

    def __reduce__(self) -> tuple[type[DmsError], tuple[Said, Said]]:
        """Keep both when the error crosses from a child process."""
        return (type(self), (self.said, self.remedy))


class Usage(DmsError):
    """The call is wrong: an unknown option, a malformed number, a value out of range."""

    code = "usage"
    exit_code = 2
    http_status = 400


class MissingProgram(DmsError):
    """A program or package this work needs is not installed."""

    code = "missing-program"
    exit_code = 3
    http_status = 503


class NotFound(DmsError):
    """There is no such record, item, number or file (or the asker may not know of it)."""

    code = "not-found"
    exit_code = 4
    http_status = 404


class NotPermitted(DmsError):
    """The act is not allowed, or waits for somebody's approval."""

    code = "not-permitted"
    exit_code = 5
    http_status = 403


class Findings(DmsError):
    """A check ran to its end and found something to mend."""

    code = "findings"
    exit_code = 6
    http_status = 200


class Conflict(DmsError):
    """Somebody was faster, or the thing's state does not allow this act."""

    code = "conflict"
    http_status = 409


class Unreadable(DmsError):
    """A stranger's file cannot be taken in; it is quarantined with this reason."""

    code = "unreadable"
    http_status = 422


class LimitExceeded(Unreadable):
    """A file is too large, too slow, too deep or has too many pages or pixels."""

    code = "limit-exceeded"
    http_status = 413


class Damaged(DmsError):
    """The archive's own data is not what was once written."""

    code = "damaged"


class Unavailable(DmsError):
    """A part of the archive does not answer now (disk full, lock held, server down)."""

    code = "unavailable"
    http_status = 503


class Awaited(Unavailable):
    """The very same file is just being taken in: what becomes of that one decides about this one.

    Args:
        said: what happened.
        remedy: what to do next.
        twin: the item that is awaited.
    """

    def __init__(self, said: Said | str, remedy: Remedy | str = "", twin: str = "") -> None:
        super().__init__(said, remedy)
        self.twin = twin
