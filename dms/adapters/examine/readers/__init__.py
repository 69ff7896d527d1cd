"""One reader for each family of files. They run in a child process and never trust what they read."""

from __future__ import annotations

from pathlib import Path

from dms.adapters.examine.readers.flow import Flow
from dms.errors import Unreadable
from dms.ports.examine import Limits
from dms.said import Said


def flowing_of(path: Path, media_type: str, work: Path, limits: Limits) -> Flow:
    """Read the text of a file that has no pages of its own.

    Raises:
        Unreadable: broken, encrypted, or of a kind no reader takes.
        LimitExceeded: it unpacks to more than is taken.
    """
    from dms.adapters.examine.readers import mail, office, text

    if media_type == "message/rfc822":
        return mail.read(path, work, limits)
    if media_type.startswith("text/"):
        return text.read(path, media_type, limits)
    if media_type in office.READERS:
        return office.read(path, media_type, limits)
    raise Unreadable(
        Said("Nothing here reads {media_type}.", media_type=media_type), Said("Save or print it as PDF, and drop that.")
    )
