"""``mets.xml`` of one record: what it is (Dublin Core), its files with digests, its history (PREMIS), both carriers."""

from __future__ import annotations

import mimetypes
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, unquote

from dms.adapters.handover import markup, premis
from dms.adapters.handover.tags import ASK_AGAIN
from dms.domain.record import Record
from dms.errors import Damaged
from dms.ports.handover import HandedRecord, Package
from dms.ports.vault import StoredFile
from dms.said import Said

NAMESPACES = {
    "xmlns:mets": "http://www.loc.gov/METS/",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xmlns:premis": premis.NAMESPACE,
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}
_METS = f"{{{NAMESPACES['xmlns:mets']}}}"
_HREF = f"{{{NAMESPACES['xmlns:xlink']}}}href"
_SECTIONS = {"OBJECT": "mets:techMD", "EVENT": "mets:digiprovMD", "AGENT": "mets:digiprovMD"}


def written(
    package: Package, handed: HandedRecord, files: Mapping[str, StoredFile], documents: Mapping[str, StoredFile]
) -> bytes:
    """Write the METS file of a record.

    Args:
        package: which it goes into.
        handed: the record.
        files: logical path -> path in the record's folder, size, SHA-512.
        documents: the same for what the package itself adds (``record.json``).
    """
    record = handed.record
    root = ET.Element("mets:mets", {**NAMESPACES, "OBJID": record.code, "TYPE": "record"})
    if record.title:
        root.set("LABEL", markup.clean(record.title))
    _header(root, package, record)
    _described(markup.add(root, "mets:dmdSec", ID="dmd-1"), record)

    admin = markup.add(root, "mets:amdSec", ID="amd-1")

    def wrap(kind: str, section: str) -> ET.Element:
        outer = markup.add(markup.add(admin, _SECTIONS[kind], ID=section), "mets:mdWrap", MDTYPE=f"PREMIS:{kind}")
        outer.set("MIMETYPE", "text/xml")
        return markup.add(outer, "mets:xmlData")

    premis.entity(wrap, "object-0", handed)
    everything = [(_use(path), path, file) for path, file in sorted(files.items())]
    everything += [("package", path, file) for path, file in sorted(documents.items())]
    groups: dict[str, list[tuple[str, str, StoredFile]]] = {}
    for number, (use, path, file) in enumerate(everything, 1):
        section = f"object-{number}"
        premis.file_object(wrap, section, record.code, file, _media_type(record, path, file), path)
        groups.setdefault(use, []).append((f"file-{number}", section, file))
    premis.events(wrap, package, handed)
    premis.agents(wrap, package, handed)

    listed = markup.add(root, "mets:fileSec")
    for use, members in groups.items():
        group = markup.add(listed, "mets:fileGrp", USE=use)
        for identifier, section, file in members:
            told = markup.add(group, "mets:file", ID=identifier, ADMID=section)
            told.attrib.update({"SIZE": str(file.size), "CHECKSUM": file.sha512, "CHECKSUMTYPE": "SHA-512"})
            place = {"LOCTYPE": "URL", "xlink:type": "simple", "xlink:href": quote(file.path)}
            markup.add(told, "mets:FLocat", **place)
    _structure(root, record, groups)
    return markup.document(root)


def listed(data: bytes, name: str, code: str) -> dict[str, tuple[int, str]]:
    """Read which files a METS file lists: path in the record's folder -> size and SHA-512.

    Raises:
        Damaged: it is no METS file of this record, or lists a file twice or without digest.
    """
    found: dict[str, tuple[int, str]] = {}
    root = None
    for event, element in markup.elements(data, name):
        if root is None:
            root = element
            if root.tag != f"{_METS}mets" or root.get("OBJID") != code:
                raise Damaged(Said("{name} is not the METS file of {code}.", name=name, code=code), ASK_AGAIN)
        if event != "end" or element.tag != f"{_METS}file":
            continue
        place = element.find(f"{_METS}FLocat")
        path = unquote(place.get(_HREF, "")) if place is not None else ""
        size = element.get("SIZE", "")
        if not path or path in found or not (size.isascii() and size.isdigit()) or len(size) > 18:
            raise Damaged(Said("{name} lists a file twice, or without its path or size.", name=name), ASK_AGAIN)
        found[path] = (int(size), element.get("CHECKSUM", "").lower())
    return found


def _header(root: ET.Element, package: Package, record: Record) -> None:
    # xs:dateTime wants the "T" and the seconds that ISO 8601 leaves free.
    created = datetime.fromisoformat(package.created_at).isoformat()
    header = markup.add(root, "mets:metsHdr", CREATEDATE=created, RECORDSTATUS=record.state.value)
    sender = markup.add(header, "mets:agent", ROLE="CREATOR", TYPE="ORGANIZATION")
    markup.add(sender, "mets:name", package.organisation)
    program = markup.add(header, "mets:agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")
    markup.add(program, "mets:name", premis.PROGRAM)
    if record.paper_number:
        markup.add(header, "mets:altRecordID", record.paper_number, TYPE="档号")


def _described(parent: ET.Element, record: Record) -> None:
    held = markup.add(markup.add(parent, "mets:mdWrap", MDTYPE="DC", MIMETYPE="text/xml"), "mets:xmlData")
    told = {
        "dc:title": record.title,
        "dc:creator": record.customer,
        "dc:contributor": record.manager,
        "dc:date": record.date.isoformat() if record.date else "",
        "dc:type": record.class_code,
        "dc:format": record.electronic.media_type,
        "dc:rights": record.secrecy,
    }
    for tag, text in told.items():
        if text:
            markup.add(held, tag, text)
    for number in (record.code, record.paper_number, *record.see_also):
        if number:
            markup.add(held, "dc:identifier", number)


def _structure(root: ET.Element, record: Record, groups: Mapping[str, list[tuple[str, str, StoredFile]]]) -> None:
    """Two carriers of equal rank (R12), each with the remark that points to the other (R13)."""
    top = markup.add(markup.add(root, "mets:structMap", TYPE="logical"), "mets:div", TYPE="record", DMDID="dmd-1")
    top.set("ADMID", "object-0")
    above = {"package": top}
    for use, members in groups.items():
        if use != "package" and "electronic" not in above:
            above["electronic"] = markup.add(top, "mets:div", TYPE="electronic", LABEL=record.electronic_remark())
        part = markup.add(above["package" if use == "package" else "electronic"], "mets:div", TYPE=use)
        for identifier, _, _ in members:
            markup.add(part, "mets:fptr", FILEID=identifier)
    if record.paper.present or record.paper_number:
        markup.add(top, "mets:div", TYPE="paper", LABEL=record.paper_remark())


def _use(path: str) -> str:
    first = path.partition("/")[0]
    if first[:1] == "v" and first[1:].isdigit():
        return "older"
    if "/" in path:
        return first if first in ("original", "paper") else "other"
    return "access" if path.startswith("access.") else "other"


def _media_type(record: Record, path: str, file: StoredFile) -> str:
    if file.sha512 == record.electronic.sha512 and record.electronic.media_type:
        return record.electronic.media_type
    return mimetypes.guess_type(path)[0] or "application/octet-stream"
