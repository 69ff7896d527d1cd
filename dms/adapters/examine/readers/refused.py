"""Files that are known and not taken: what each is, and what to do about it."""

from __future__ import annotations

from dms.adapters.examine.registry import LIKELY, Refusal, Sample, starts
from dms.said import Said

_UNPACK = Said("Unpack it and drop the files.")


def _is_film(sample: Sample) -> bool:
    return sample.head[4:8] == b"ftyp"


def _is_drawing(sample: Sample) -> bool:
    return sample.head.startswith((b"AC10", b"AutoCAD Binary DXF")) or sample.head[:60].split()[:2] == [
        b"0",
        b"SECTION",
    ]


REFUSALS = (
    Refusal(Said("It is a Windows program."), Said("Programs are not archived."), starts(b"MZ")),
    Refusal(Said("It is a program."), Said("Programs are not archived."), starts(b"\x7fELF")),
    Refusal(Said("It is a RAR archive."), _UNPACK, starts(b"Rar!\x1a\x07")),
    Refusal(Said("It is a 7-Zip archive."), _UNPACK, starts(b"7z\xbc\xaf\x27\x1c")),
    Refusal(Said("It is a gzip archive."), _UNPACK, starts(b"\x1f\x8b")),
    Refusal(Said("It is a bzip2 archive."), _UNPACK, starts(b"BZh")),
    Refusal(Said("It is an xz archive."), _UNPACK, starts(b"\xfd7zXZ\x00")),
    Refusal(Said("It is a sound recording."), Said("Sound is not taken yet."), starts(b"ID3")),
    Refusal(Said("It is a sound recording or film."), Said("Sound and film are not taken yet."), starts(b"OggS")),
    Refusal(Said("It is a film."), Said("Films are not taken yet."), starts(b"\x1aE\xdf\xa3")),
    Refusal(Said("It is a film or sound recording."), Said("Films and sound are not taken yet."), _is_film, LIKELY),
    Refusal(Said("It is a database."), Said("Export what matters as CSV or PDF."), starts(b"SQLite format 3\x00")),
    Refusal(Said("It is a tar archive."), _UNPACK, lambda sample: sample.head[257:262] == b"ustar"),
    Refusal(Said("It is a Photoshop file."), Said("Save it as PDF or TIFF, and drop that."), starts(b"8BPS")),
    Refusal(Said("It is a drawing of a CAD program."), Said("Print it as PDF, and drop that."), _is_drawing),
    Refusal(Said("It is a PostScript file."), Said("Save or print it as PDF, and drop that."), starts(b"%!PS")),
    Refusal(
        Said("It is a document of a kind that is not taken."), Said("Save it as PDF, and drop that."),
        lambda sample: bool(sample.mimetype), LIKELY,
    ),
)  # fmt: skip
