"""PREMIS 3.0 in a METS file: objects (the record and its files), events (versions, acts, the packing), agents."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence

from dms.adapters.handover.markup import add
from dms.ports.handover import HandedRecord, Package
from dms.ports.vault import StoredFile

NAMESPACE = "http://www.loc.gov/premis/v3"
PROGRAM = "dms"

Wrap = Callable[[str, str], ET.Element]
"""Makes a METS section ``(kind, id)`` and returns the element its content goes into."""


def file_object(wrap: Wrap, section: str, code: str, file: StoredFile, media_type: str, original: str) -> None:
    """Describe one file of the record ``code``: digest, size, format, the name it has in the archive."""
    told = add(wrap("OBJECT", section), "premis:object", **{"xsi:type": "premis:file"})
    _identifier(told, "object", "package path", f"{code}/{file.path}")
    traits = add(told, "premis:objectCharacteristics")
    fixity = add(traits, "premis:fixity")
    add(fixity, "premis:messageDigestAlgorithm", "SHA-512")
    add(fixity, "premis:messageDigest", file.sha512)
    add(fixity, "premis:messageDigestOriginator", PROGRAM)
    add(traits, "premis:size", str(file.size))
    add(add(add(traits, "premis:format"), "premis:formatDesignation"), "premis:formatName", media_type)
    add(told, "premis:originalName", original)


def entity(wrap: Wrap, section: str, handed: HandedRecord) -> None:
    """Describe the record itself under both its numbers."""
    record = handed.record
    told = add(wrap("OBJECT", section), "premis:object", **{"xsi:type": "premis:intellectualEntity"})
    _identifier(told, "object", "电子文件号", record.code)
    if record.paper_number:
        _identifier(told, "object", "档号", record.paper_number)
    if record.title:
        add(told, "premis:originalName", record.title)


def events(wrap: Wrap, package: Package, handed: HandedRecord) -> None:
    """Tell every version and act, then the packing, each with who and when."""
    code = handed.record.code
    who = agents_of(package, handed)
    number = 0

    def event(kind: str, at: str, agent: str, detail: Mapping[str, object]) -> None:
        nonlocal number
        number += 1
        told = add(wrap("EVENT", f"event-{number}"), "premis:event")
        _identifier(told, "event", "local", f"{code}/event-{number}")
        add(told, "premis:eventType", kind)
        add(told, "premis:eventDateTime", at)
        text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
        add(add(told, "premis:eventDetailInformation"), "premis:eventDetail", text)
        if agent in who:
            link = add(told, "premis:linkingAgentIdentifier")
            add(link, "premis:linkingAgentIdentifierType", "local")
            add(link, "premis:linkingAgentIdentifierValue", agent)
        link = add(told, "premis:linkingObjectIdentifier")
        add(link, "premis:linkingObjectIdentifierType", "电子文件号")
        add(link, "premis:linkingObjectIdentifierValue", code)

    for version in handed.versions:
        digests = {path: file.sha512 for path, file in sorted(version.files.items())}
        detail = {"version": version.number, "message": version.message, "sha512": digests}
        event("version", version.at, version.user, detail)
    for act in handed.acts:
        detail = {"seq": act.seq, "reason": act.reason, "data": dict(act.data), "leaf": act.leaf}
        event(act.act, act.at, act.user, detail)
    detail = {"package": package.identifier, "log root": package.log_root, "log size": package.log_size}
    event("information package creation", package.created_at, package.organisation, detail)


def agents(wrap: Wrap, package: Package, handed: HandedRecord) -> None:
    """Name everybody the events name."""
    for number, (name, kind) in enumerate(agents_of(package, handed).items(), 1):
        told = add(wrap("AGENT", f"agent-{number}"), "premis:agent")
        _identifier(told, "agent", "local", name)
        add(told, "premis:agentName", name)
        add(told, "premis:agentType", kind)


def agents_of(package: Package, handed: HandedRecord) -> dict[str, str]:
    """Return name -> kind of those who did something with the record."""
    named: Sequence[str] = [version.user for version in handed.versions] + [act.user for act in handed.acts]
    return {name: "person" for name in sorted(set(named)) if name} | {package.organisation: "organization"}


def _identifier(parent: ET.Element, what: str, kind: str, value: str) -> None:
    told = add(parent, f"premis:{what}Identifier")
    add(told, f"premis:{what}IdentifierType", kind)
    add(told, f"premis:{what}IdentifierValue", value)
