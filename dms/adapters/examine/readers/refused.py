"""Files that are known and not taken: what each is, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from dms.adapters.examine.registry import LIKELY, ZIP, Refusal, Sample, starts

_UNPACK = "Unpack it and drop the files."
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_LOOKED_AT = 32 * 1024**2


def _holds(mark: str) -> Callable[[Sample], bool]:
    """Return a detector of files in the old container format that hold a stream of this name."""
    wanted = mark.encode("utf-16-le")
    return lambda sample: sample.head.startswith(_OLE) and wanted in sample.once(_old_container)


def _old_container(sample: Sample) -> bytes:
    with sample.path.open("rb") as file:
        return file.read(_OLE_LOOKED_AT)


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
    Refusal("It is an RTF file.", "Save it as docx or PDF, and drop that.", starts(b"{\\rtf"), LIKELY),
    Refusal(
        "It is an Office file locked with a password.",
        "Ask for an unlocked copy, or save it without a password, and drop that.",
        _holds("EncryptedPackage"),
    ),
    Refusal(
        "It is a Word file in the old .doc format.", "Save it as docx or PDF, and drop that.",
        _holds("WordDocument"), LIKELY,
    ),
    Refusal(
        "It is an Excel file in the old .xls format.", "Save it as xlsx or PDF, and drop that.",
        _holds("Workbook"), LIKELY,
    ),
    Refusal(
        "It is a PowerPoint file in the old .ppt format.", "Save it as pptx or PDF, and drop that.",
        _holds("PowerPoint Document"), LIKELY,
    ),
    Refusal(
        "It is a file in an old Office format.", "Save it as docx, xlsx or PDF, and drop that.", starts(_OLE), LIKELY
    ),
    Refusal(
        "It is a document of a kind that is not taken.", "Save it as PDF, and drop that.",
        lambda sample: bool(sample.mimetype), LIKELY,
    ),
    Refusal("It is a zip archive.", _UNPACK, starts(*ZIP), LIKELY),
)  # fmt: skip
