"""What must agree in a package: the same checks before one is written and after one was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from unicodedata import category

from dms.adapters.handover.layout import shown
from dms.domain.numbers import is_code, parse_code
from dms.errors import Damaged, Usage
from dms.ports.handover import HandedRecord, Package
from dms.ports.vault import StoredFile
from dms.said import Do, Said

_OLDER = re.compile(r"v([1-9][0-9]{0,8})/(.+)", re.DOTALL)
_NOT_PLAIN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_VERIFY = Said("Run “{act}” where the record is kept, and do not hand it over before it is mended.", act=Do("verify"))


def check_package(package: Package) -> None:
    """Refuse a package that could not be written so that it reads back the same.

    Raises:
        Usage: what is wrong with it.
    """
    labels = {
        "identifier": package.identifier,
        "fonds": package.fonds,
        "fonds name": package.fonds_name,
        "organisation": package.organisation,
        "time": package.created_at,
        "log root": package.log_root,
    }
    for name, value in labels.items():
        if value != value.strip() or any(category(c) in _NOT_PLAIN for c in value):
            raise Usage(
                Said("The {name} of a package must be one plain line, not “{value}”.", name=name, value=shown(value)),
                Said("Write it again."),
            )
    for name in ("identifier", "fonds", "organisation"):
        if not labels[name]:
            raise Usage(
                Said("A package needs its {name}.", name=name), Said("Say who hands over what, and under which number.")
            )
    if package.log_size < 0:
        raise Usage(
            Said("A log has no {log_size} acts.", log_size=package.log_size),
            Said("Take size and root from the log itself."),
        )
    try:
        zone = datetime.fromisoformat(package.created_at).tzinfo
    except ValueError:
        zone = None
    if zone is None:
        raise Usage(
            Said("“{created_at}” is no time with its zone.", created_at=package.created_at),
            Said("Write it as 2026-11-23T16:05:00+08:00."),
        )
    seen: set[str] = set()
    for handed in package.records:
        code = handed.record.code
        if not is_code(code) or str(parse_code(code)) != code:
            raise Usage(
                Said("“{code}” is no electronic code.", code=shown(code)), Said("A code looks like HG01E2026000123.")
            )
        if code in seen:
            raise Usage(Said("{code} is in the package twice.", code=code), Said("Name each record once."))
        seen.add(code)


def recorded(handed: HandedRecord, path: str) -> StoredFile | None:
    """Return what the record's versions say of a file; None where no version is told.

    Raises:
        Usage: versions are told, and none knows this file.
    """
    if not handed.versions:
        return None
    head = handed.versions[-1].files
    if path in head:
        return head[path]
    older = _OLDER.fullmatch(path)
    for version in handed.versions if older else ():
        if older and version.number == int(older[1]) and older[2] in version.files:
            return version.files[older[2]]
    raise Usage(
        Said("No version of {record} knows the file {path}.", record=handed.record.code, path=shown(path)),
        Said("Hand over files of the newest version, or name an older one's as v1/…."),
    )


def check_file(handed: HandedRecord, path: str, kept: StoredFile) -> None:
    """Compare a file with what its record's versions say of it.

    Raises:
        Damaged: it is another.
        Usage: see :func:`recorded`.
    """
    wanted = recorded(handed, path)
    if wanted is not None and (wanted.size, wanted.sha512) != (kept.size, kept.sha512):
        raise Damaged(
            Said(
                "The file {path} of {record} is not what the archive recorded: {size} bytes instead "
                "of {wanted_size}, or another digest.",
                path=shown(path),
                record=handed.record.code,
                size=kept.size,
                wanted_size=wanted.size,
            ),
            _VERIFY,
        )


def original_of(handed: HandedRecord, files: Mapping[str, StoredFile]) -> StoredFile | None:
    """Return the record's electronic original among its files; None where the record has none.

    Raises:
        Damaged: the record tells of one and no file is it.
    """
    carrier = handed.record.electronic
    if not carrier.present or not carrier.sha512:
        return None
    alike = [path for path, file in sorted(files.items()) if file.sha512 == carrier.sha512]
    if alike:
        return files[next((path for path in alike if path.startswith("original/")), alike[0])]
    raise Damaged(
        Said(
            "No file of {record} is its original {carrier}: it is missing, or its digest is not the recorded one.",
            record=handed.record.code,
            carrier=shown(carrier.name),
        ),
        _VERIFY,
    )
