"""Where things lie in a package, and which paths are safe in it.

The payload follows the media layout of 档发〔2012〕7号, annex 2 (DA/T 93-2022 is its successor): two catalogues, a
note, ``电子档案/`` with a folder for each record, ``其他/`` for what describes the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from dms.errors import Usage
from dms.said import Said

DATA = "data"
NOTE = f"{DATA}/说明文件.TXT"
FILES = f"{DATA}/文件目录.XML"
VOLUMES = f"{DATA}/案卷目录.XML"
RECORDS = f"{DATA}/电子档案"
OTHER = f"{DATA}/其他"
SCHEMAS = ("catalogue.xsd", "handover.schema.json")

RECORD = "record.json"
HISTORY = "handover.json"
METS = "mets.xml"
CONTENT = "文件"

_PATH_BYTES = 2048
_PART_BYTES = 255
# What goes in is shorter: there is room for the folders above, and for suffixes of other programs.
_LOGICAL_BYTES = 1024
_LOGICAL_PART_BYTES = 240
# Not "%": the most used validator and the standard differ on how a manifest spells it. Others drop blanks at the edges
# or break lines at rare signs; Windows refuses the rest.
_UNWELCOME = re.compile(r'[%:*?"<>|\x85\u2028\u2029]|^\s|\s$|(?<=/)\s|\s(?=/)')


def folder_of(code: str) -> str:
    """Return the folder of a record in the package."""
    return f"{RECORDS}/{code}"


def is_safe(path: str, *, longest: int = _PATH_BYTES, part: int = _PART_BYTES) -> bool:
    """True for a relative path that stays below its folder and that every file system can hold (lengths in bytes)."""
    parts = path.split("/")
    return (
        all(one not in ("", ".", "..") for one in parts)
        and all(len(one.encode("utf-8", "surrogatepass")) <= part for one in parts)
        and len(path.encode("utf-8", "surrogatepass")) <= longest
        and not any(ord(c) < 32 or c in "\\\x7f" or "\ud800" <= c <= "\udfff" for c in path)
    )


def content_names(paths: Iterable[str]) -> dict[str, str]:
    """Return logical path -> path in the record's folder, without signs that other programs stumble over.

    No two differ in letter case or Unicode form only, so that a package survives every disk it is copied to.

    Raises:
        Usage: an unsafe path, or one that is a file and a folder at once.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(paths):
        if not is_safe(path, longest=_LOGICAL_BYTES, part=_LOGICAL_PART_BYTES):
            raise Usage(
                Said("“{path}” cannot go into a package.", path=shown(path)),
                Said("Use plain relative paths: original/scan.pdf."),
            )
        welcome = unicodedata.normalize("NFC", _UNWELCOME.sub("_", path))
        name, count = welcome, 1
        while _alike(name) in taken:
            count += 1
            place = PurePosixPath(welcome)
            name = str(place.with_name(f"{place.stem}~{count}{place.suffix}"))
        taken.add(_alike(name))
        names[path] = name
    for name in names.values():
        if any(_alike(str(above)) in taken for above in PurePosixPath(name).parents):
            raise Usage(Said("A folder above “{name}” is a file, too.", name=name), Said("Rename one of them."))
    return {path: f"{CONTENT}/{name}" for path, name in names.items()}


def shown(text: str) -> str:
    """Return a stranger's text so that it can be printed, cut to a length a person reads."""
    plain = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[:300])
    return plain.encode("utf-8", "backslashreplace").decode("utf-8")


def _alike(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
