"""What a file is, by its first bytes and its structure; the name only decides between kinds of plain text."""

from __future__ import annotations

import zipfile
from pathlib import Path

from dms.adapters.examine.readers.text import unmarked_utf16
from dms.errors import Unreadable
from dms.said import Said

_HEAD = 4096
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
# Known, and not taken: what it is, and what to do.
_REFUSED: tuple[tuple[bytes, Said, Said], ...] = (
    (b"MZ", Said("It is a Windows program."), Said("Programs are not archived.")),
    (b"\x7fELF", Said("It is a program."), Said("Programs are not archived.")),
    (b"Rar!\x1a\x07", Said("It is a RAR archive."), Said("Unpack it and drop the files.")),
    (b"7z\xbc\xaf\x27\x1c", Said("It is a 7-Zip archive."), Said("Unpack it and drop the files.")),
    (b"\x1f\x8b", Said("It is a gzip archive."), Said("Unpack it and drop the files.")),
    (b"BZh", Said("It is a bzip2 archive."), Said("Unpack it and drop the files.")),
    (b"\xfd7zXZ\x00", Said("It is an xz archive."), Said("Unpack it and drop the files.")),
    (b"ID3", Said("It is a sound recording."), Said("Sound is not taken yet.")),
    (b"OggS", Said("It is a sound recording or film."), Said("Sound and film are not taken yet.")),
    (b"\x1aE\xdf\xa3", Said("It is a film."), Said("Films are not taken yet.")),
    (b"SQLite format 3\x00", Said("It is a database."), Said("Export what matters as CSV or PDF.")),
    (b"%!PS", Said("It is a PostScript file."), Said("Save or print it as PDF, and drop that.")),
    (b"{\\rtf", Said("It is an RTF file."), Said("Save it as docx or PDF, and drop that.")),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_LOOKED_AT = 32 * 1024**2
_OLE_KINDS = (
    (
        "EncryptedPackage",
        Said("It is an Office file locked with a password."),
        Said("Ask for an unlocked copy, or save it without a password, and drop that."),
    ),
    ("__substg1.0_", Said("It is an Outlook message."), Said("Save it as .eml or PDF, and drop that.")),
    ("WordDocument", Said("It is a Word file in the old .doc format."), Said("Save it as docx or PDF, and drop that.")),
    ("Workbook", Said("It is an Excel file in the old .xls format."), Said("Save it as xlsx or PDF, and drop that.")),
    (
        "PowerPoint Document",
        Said("It is a PowerPoint file in the old .ppt format."),
        Said("Save it as pptx or PDF, and drop that."),
    ),
)
_ZIP_PARTS = (
    ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_SUFFIXES = {
    ".pdf": "application/pdf", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".tif": "image/tiff",
    ".tiff": "image/tiff", ".heic": "image/heic", ".heif": "image/heic", ".gif": "image/gif", ".bmp": "image/bmp",
    ".webp": "image/webp", ".docx": _ZIP_PARTS[0][1], ".docm": _ZIP_PARTS[0][1], ".xlsx": _ZIP_PARTS[1][1],
    ".xlsm": _ZIP_PARTS[1][1], ".pptx": _ZIP_PARTS[2][1], ".pptm": _ZIP_PARTS[2][1],
    ".odt": "application/vnd.oasis.opendocument.text", ".eml": "message/rfc822", ".htm": "text/html",
    ".html": "text/html", ".csv": "text/csv", ".md": "text/markdown", ".txt": "text/plain",
}  # fmt: skip
_SPOKEN = {
    "application/pdf": Said("a PDF"),
    "message/rfc822": Said("an e-mail"),
    "text/plain": Said("plain text"),
    "text/html": Said("a web page"),
    _ZIP_PARTS[0][1]: Said("a Word file"),
    _ZIP_PARTS[1][1]: Said("an Excel file"),
    _ZIP_PARTS[2][1]: Said("a PowerPoint file"),
    "application/vnd.oasis.opendocument.text": Said("an OpenDocument text"),
    "image/jpeg": Said("a JPEG image"),
    "image/png": Said("a PNG image"),
    "image/tiff": Said("a TIFF image"),
    "image/gif": Said("a GIF image"),
    "image/bmp": Said("a BMP image"),
    "image/webp": Said("a WebP image"),
    "image/heic": Said("a HEIC photograph"),
}
_MAIL_HEADERS = (
    b"from:",
    b"to:",
    b"subject:",
    b"date:",
    b"message-id:",
    b"received:",
    b"mime-version:",
    b"return-path:",
)


def detect(path: Path, name: str) -> tuple[str, str]:
    """Return the media type and, where the name says another one, a warning.

    Raises:
        Unreadable: a kind the archive does not take; the message says what it is.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    found = _by_content(path, head, name)
    claimed = _SUFFIXES.get(Path(name).suffix.lower(), "")
    if claimed and claimed != found and not (claimed.startswith("text/") and found.startswith("text/")):
        suffix = Path(name).suffix
        return found, Said(
            "It is named {suffix} but is {kind}.", suffix=suffix, kind=_SPOKEN.get(found, found)
        ).stored()
    return found, ""


def _by_content(path: Path, head: bytes, name: str) -> str:
    if head.startswith(b"%PDF-") or (b"%PDF-" in head[:1024] and b" obj" in head):
        return "application/pdf"
    for magic, media_type in _MAGIC:
        if head.startswith(magic) and (magic != b"BM" or head[6:10] == b"\0\0\0\0"):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        if head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"avif"):
            return "image/heic"
        raise Unreadable(Said("It is a film or sound recording."), Said("Films and sound are not taken yet."))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path)
    if head.startswith(_OLE):
        raise _ole(path)
    for magic, what, advice in _REFUSED:
        if head.startswith(magic):
            raise Unreadable(what, advice)
    if _is_mail(head):
        return "message/rfc822"
    return _text(head, name)


def _zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {info.filename for info in archive.infolist()[:20_000]}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                told = archive.read("mimetype").decode("ascii", "replace").strip()
                if told == "application/vnd.oasis.opendocument.text":
                    return told
                raise Unreadable(
                    Said("It is a document of the kind {told}.", told=told[:80]), Said("Save it as PDF, and drop that.")
                )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError, ValueError):
        raise Unreadable(
            Said("The file is damaged or incomplete (a broken zip container)."), Said("Send it again.")
        ) from None
    for part, media_type in _ZIP_PARTS:
        if part in names:
            return media_type
    raise Unreadable(Said("It is a zip archive."), Said("Unpack it and drop the files."))


def _ole(path: Path) -> Unreadable:
    """Say which of the many files in the old container format this is."""
    with path.open("rb") as file:
        names = file.read(_OLE_LOOKED_AT)
    for mark, what, advice in _OLE_KINDS:
        if mark.encode("utf-16-le") in names:
            return Unreadable(what, advice)
    return Unreadable(
        Said("It is a file in an old Office format."), Said("Save it as docx, xlsx or PDF, and drop that.")
    )


def _is_mail(head: bytes) -> bool:
    lines = head.lower().splitlines()[:40]
    found = sum(any(line.startswith(h) for line in lines) for h in _MAIL_HEADERS)
    return found >= 3 or (found >= 2 and bool(lines) and lines[0].startswith(_MAIL_HEADERS))


def _text(head: bytes, name: str) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or _looks_like_text(head):
        start = head[:1024].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
        if start.startswith(b"<!doctype html") or (start.startswith(b"<") and b"<html" in start):
            return "text/html"
        claimed = _SUFFIXES.get(Path(name).suffix.lower(), "")
        return claimed if claimed.startswith("text/") else "text/plain"
    raise Unreadable(Said("It is of an unknown kind."), Said("Save or print it as PDF, and drop that."))


def _looks_like_text(head: bytes) -> bool:
    """No control bytes to speak of, and valid in one of the encodings offices use."""
    wide = unmarked_utf16(head)
    if wide:
        head = head[: len(head) // 2 * 2].decode(wide, "replace").encode("utf-8", "replace")
    bare = head.replace(b"\x00", b"")
    if len(bare) < len(head) * 0.75:
        return False
    control = sum(b < 9 or (13 < b < 32 and b != 27) for b in bare)
    if control > max(2, len(bare) // 50):
        return False
    for encoding in ("utf-8", "gb18030", "big5hkscs"):
        try:
            bare.decode(encoding)
        except UnicodeDecodeError as problem:
            if problem.start >= len(bare) - 4 and len(head) >= _HEAD - 4:
                return True  # cut in the middle of a character
            continue  # the next encoding may fit
        return True
    return _mostly_printable(bare)


def _mostly_printable(head: bytes) -> bool:
    """Text of two encodings mixed, or damaged in places: still text."""
    text = head.decode("utf-8", "replace")
    good = sum(c != "\ufffd" and (c.isprintable() or c.isspace()) for c in text)
    return good > 0.9 * len(text)
