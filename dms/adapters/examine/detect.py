"""What a file is: asks the formats in their order, each by content; the name is only compared with what was found."""

from __future__ import annotations

from pathlib import Path

from dms.adapters.examine.registry import LAST, Format, Sample, claimed, format_of, formats, refusals
from dms.errors import Unreadable
from dms.said import Said


def detect(path: Path, name: str) -> tuple[str, str]:
    """Return the media type and, where the name says another one, a warning.

    Raises:
        Unreadable: a kind the archive does not take; the message says what it is.
    """
    sample = Sample(path, name)
    found = _format(sample)
    told = claimed(sample.suffix)
    both_text = told.startswith("text/") and found.media_type.startswith("text/")
    if not told or sample.suffix in (*found.suffixes, *found.also) or both_text:
        return found.media_type, ""
    named = Said("It is named {suffix} but is {kind}.", suffix=sample.suffix, kind=format_of(found.media_type).spoken)
    return found.media_type, named.stored()


def _format(sample: Sample) -> Format:
    for rank in range(LAST + 1):
        for one in formats():
            if one.rank == rank and one.detect(sample):
                return one
        for refusal in refusals():
            if refusal.rank == rank and refusal.detect(sample):
                raise Unreadable(refusal.what, refusal.advice)
    raise Unreadable(Said("It is of an unknown kind."), Said("Save or print it as PDF, and drop that."))
