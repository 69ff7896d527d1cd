"""What lies in drop folders and is no document: unfinished files, and the leavings of NAS, desktops and sync programs.

Recycle bins matter most: what somebody deleted on the share must not come back as a record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath

# Names scanners, browsers, copiers and office programs give to files they have not finished.
UNFINISHED = (
    ".*", "~$*", "*.tmp", "*.temp", "*.part", "*.partial", "*.filepart", "*.crdownload", "*.download", "*.opdownload",
    "*.downloading", "*.aria2", "*.xltd", "*.swp", "*.lock", "*.!ut", "*.!qb", "*.bc!", "*.ffs_tmp", "*.sb-*", "*~",
    "*.laccdb", "*.ldb",
)  # fmt: skip
# Files that systems put beside people's own: previews, settings of a folder, shortcuts, databases of sync programs.
LEAVINGS = (
    "thumbs.db*", "ehthumbs*.db", "desktop.ini", "folder.htt", "icon\r", "picasa.ini", "*.ffs_db", "*.ffs_lock",
    "*.lnk", "*.url", "*.webloc", "*.desktop", "*.pif", "albumart*.jpg", "synoindex*", "*@synoeastream",
    "*@synoresource", "winmail.lck",
)  # fmt: skip
# Folders of NAS, Windows and macOS; names are compared in lower case.
FOLDERS = (
    ".*", "@eadir", "@recycle", "@recently-snapshot", "@tmp", "@sharebin", "@syno*", "#recycle", "#snapshot",
    "$recycle.bin", "$*", "recycler", "recycled", "lost+found", "system volume information", "__macosx",
    "network trash folder", "temporary items", "found.[0-9][0-9][0-9]",
)  # fmt: skip
_SUFFIX = re.compile(r"\.[a-z][a-z0-9]{0,5}", re.IGNORECASE)


def is_junk(relative: PurePath, more: Sequence[str] = ()) -> bool:
    """Tell whether a file is to be left alone.

    Args:
        relative: its place in the drop folder.
        more: patterns of the archive's own (setting ``ignored``), for names of files and folders alike.
    """
    own = tuple(pattern.lower() for pattern in more)
    *folders, name = (part.lower() for part in relative.parts)
    return any(_matches(folder, (*FOLDERS, *own)) for folder in folders) or _matches(
        name, (*UNFINISHED, *LEAVINGS, *own)
    )


def is_junk_folder(name: str, more: Sequence[str] = ()) -> bool:
    """Tell whether nothing in a folder of this name is to be taken."""
    return _matches(name.lower(), (*FOLDERS, *(pattern.lower() for pattern in more)))


def is_sidecar(name: str) -> bool:
    """Tell whether a name is that of a note to another file: ``scan.pdf.json``, but not ``report.2026.json``."""
    stem = name[: -len(".json")]
    return name.lower().endswith(".json") and _SUFFIX.fullmatch(PurePath(stem).suffix) is not None


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
