"""Files that are known and not taken: what each is, and what to do about it."""

from __future__ import annotations

from dms.adapters.examine.registry import LIKELY, Refusal, Sample, starts

_UNPACK = "Unpack it and drop the files."


def _is_film(sample: Sample) -> bool:
    return sample.head[4:8] == b"ftyp"


def _is_drawing(sample: Sample) -> bool:
    return sample.head.startswith((b"AC10", b"AutoCAD Binary DXF")) or sample.head[:60].split()[:2] == [
        b"0",
        b"SECTION",
    ]


REFUSALS = (
    Refusal("It is a Windows program.", "Programs are not archived.", starts(b"MZ")),
    Refusal("It is a program.", "Programs are not archived.", starts(b"\x7fELF")),
    Refusal("It is a RAR archive.", _UNPACK, starts(b"Rar!\x1a\x07")),
    Refusal("It is a 7-Zip archive.", _UNPACK, starts(b"7z\xbc\xaf\x27\x1c")),
    Refusal("It is a gzip archive.", _UNPACK, starts(b"\x1f\x8b")),
    Refusal("It is a bzip2 archive.", _UNPACK, starts(b"BZh")),
    Refusal("It is an xz archive.", _UNPACK, starts(b"\xfd7zXZ\x00")),
    Refusal("It is a sound recording.", "Sound is not taken yet.", starts(b"ID3")),
    Refusal("It is a sound recording or film.", "Sound and film are not taken yet.", starts(b"OggS")),
    Refusal("It is a film.", "Films are not taken yet.", starts(b"\x1aE\xdf\xa3")),
    Refusal("It is a film or sound recording.", "Films and sound are not taken yet.", _is_film, LIKELY),
    Refusal("It is a database.", "Export what matters as CSV or PDF.", starts(b"SQLite format 3\x00")),
    Refusal("It is a tar archive.", _UNPACK, lambda sample: sample.head[257:262] == b"ustar"),
    Refusal("It is a Photoshop file.", "Save it as PDF or TIFF, and drop that.", starts(b"8BPS")),
    Refusal("It is a drawing of a CAD program.", "Print it as PDF, and drop that.", _is_drawing),
    Refusal("It is a PostScript file.", "Save or print it as PDF, and drop that.", starts(b"%!PS")),
    Refusal(
        "It is a document of a kind that is not taken.", "Save it as PDF, and drop that.",
        lambda sample: bool(sample.mimetype), LIKELY,
    ),
)  # fmt: skip
