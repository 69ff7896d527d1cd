"""Second and third station: find out what the file is, then recognise its pages. Both run in child processes."""

from __future__ import annotations

from dms.domain.item import Item
from dms.flow.spreading import read_together, worth_spreading
from dms.flow.work import Work


def identify(work: Work) -> Item:
    """Find the type by content, limits kept, locks opened with known passwords.

    Raises:
        Unreadable: broken, empty, locked or of a kind the archive does not take.
    """
    found = work.inspection
    return work.item.with_(station="recognise").noting(
        kind=found.kind, media_type=found.media_type, pages=found.pages, warnings=list(found.warnings)
    )


def recognise(work: Work) -> Item:
    """Read codes, text, words and evidence of every page; a repeat goes on at the page where it was stopped.

    Several machines read a long scan together. Codes and text are read in one pass, because both want the same raster.
    """
    if worth_spreading(work):
        read_together(work)
    return work.item.with_(station="route").noting(pages=len(work.pages))
