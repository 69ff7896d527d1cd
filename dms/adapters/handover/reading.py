"""Build a package from a folder whose digests were all checked, and refuse one whose parts contradict each other."""

from __future__ import annotations

from dataclasses import replace

from dms.adapters.handover import catalogues, documents, layout, mets
from dms.adapters.handover.checks import check_file, check_package, original_of
from dms.adapters.handover.layout import shown
from dms.adapters.handover.stranger import Checked, Limits
from dms.adapters.handover.tags import ASK_AGAIN, INFO
from dms.errors import Damaged, Usage
from dms.ports.handover import HandedRecord, Package
from dms.ports.vault import StoredFile
from dms.said import Said


def read_package(folder: Checked, limits: Limits) -> Package:
    """Read everything a package tells.

    Raises:
        Damaged: a part is missing, cannot be read, or says other than another part.
        LimitExceeded: a part is too large to be parsed.
    """
    entries = catalogues.parse_entries(folder.content(layout.FILES, limits.catalogue), layout.FILES)
    volumes = catalogues.parse_volume_entries(folder.content(layout.VOLUMES, limits.catalogue), layout.VOLUMES)
    package = _about(folder.info)
    expected = {layout.NOTE, layout.FILES, layout.VOLUMES}
    records = []
    for number, entry in enumerate(entries, 1):
        handed, original, names = _read_record(folder, entry.电子文件号, limits)
        if catalogues.entry(number, handed.record, original) != entry:
            raise _contradiction(layout.FILES, handed.record.code)
        records.append(handed)
        expected |= names
    package = replace(package, records=tuple(records))
    try:
        check_package(package)
    except Usage as problem:
        raise Damaged(
            Said("The package cannot be one of this archive: {problem}", problem=problem), ASK_AGAIN
        ) from problem
    if catalogues.volume_entries(handed.record for handed in records) != volumes:
        raise _contradiction(layout.VOLUMES, "the records")
    for path in sorted(folder.files):
        if path not in expected and not path.startswith(f"{layout.OTHER}/"):
            raise Damaged(Said("The package holds a file that no record knows: {path}", path=shown(path)), ASK_AGAIN)
    return package


def _about(info: dict[str, str]) -> Package:
    size = info.get("Log-Size", "")
    if not (size.isascii() and size.isdigit()) or len(size) > 18:
        raise Damaged(Said("{info} lacks a Log-Size.", info=INFO), ASK_AGAIN)
    return Package(
        identifier=info.get("External-Identifier", ""),
        fonds=info.get("Fonds", ""),
        fonds_name=info.get("Fonds-Name", ""),
        organisation=info.get("Source-Organization", ""),
        created_at=info.get("Created-At", ""),
        log_root=info.get("Log-Root", ""),
        log_size=int(size),
        records=(),
    )


def _read_record(folder: Checked, code: str, limits: Limits) -> tuple[HandedRecord, StoredFile | None, set[str]]:
    """Read one record; return it, its original as it lies in the package, and the files that are its."""
    place = layout.folder_of(code)
    paths = {name: f"{place}/{name}" for name in (layout.RECORD, layout.HISTORY, layout.METS)}
    data = {name: folder.content(path, limits.document) for name, path in paths.items()}
    record = documents.parse_record(data[layout.RECORD], paths[layout.RECORD])
    history = documents.parse_history(data[layout.HISTORY], paths[layout.HISTORY])
    if record.code != code:
        raise _contradiction(paths[layout.RECORD], code)
    for file in history.files.values():
        if folder.files.get(f"{place}/{file.path}") != (file.size, file.sha512):
            raise _contradiction(paths[layout.HISTORY], f"the file {file.path}")
    handed = HandedRecord(
        record,
        {path: folder.place(f"{place}/{file.path}") for path, file in history.files.items()},
        history.versions,
        history.acts,
    )
    try:
        for path, file in history.files.items():
            check_file(handed, path, file)
    except Usage as problem:
        raise Damaged(problem.said, ASK_AGAIN) from problem
    original = original_of(handed, history.files)
    names = {f"{place}/{file.path}" for file in history.files.values()} | set(paths.values())
    listed = mets.listed(data[layout.METS], paths[layout.METS], code)
    held = {name.removeprefix(f"{place}/"): folder.files[name] for name in names - {paths[layout.METS]}}
    if listed != held:
        raise _contradiction(paths[layout.METS], "the files beside it")
    return handed, replace(original, path=f"{place}/{original.path}") if original else None, names


def _contradiction(name: str, what: str) -> Damaged:
    return Damaged(
        Said("{name} does not agree with {what}.", name=shown(name), what=shown(what)),
        Said("The digests are right, so this was packed so: ask the sender for a new package, and tell him why."),
    )
