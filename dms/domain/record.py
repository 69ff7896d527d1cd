"""The record: one content, two carriers of equal rank (R12), one link between them (R13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any


class Track(StrEnum):
    """Which carriers a class asks for (R12)."""

    DUAL = "dual"
    PAPER = "paper"
    ELECTRONIC = "electronic"


class RecordState(StrEnum):
    """Where a record stands.

    ``reserved``: code given, nothing scanned yet. ``registered``: original kept, text searchable.
    ``filed``: it has its place in a volume. ``void``: the code was given up, with a reason.
    ``binned``: deleted by consent, restorable until its month is over (R9). ``destroyed``: a tombstone, content gone.
    """

    RESERVED = "reserved"
    REGISTERED = "registered"
    FILED = "filed"
    VOID = "void"
    BINNED = "binned"
    DESTROYED = "destroyed"


# What stands in the archive, with its content, to be looked at.
ALIVE = (RecordState.REGISTERED, RecordState.FILED)


class LinkState(StrEnum):
    """How sure we are that both carriers hold the same content."""

    EXPECTED = "expected"
    CONFIRMED = "confirmed"
    MISMATCH = "mismatch"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier of a record, present or awaited.

    Attributes:
        present: the archive holds it (the paper: on a scan whose sheet was seen, or by a person's word).
        address: electronic: path in the vault; paper: room/cabinet/shelf/box, empty while unknown.
        name: file name as received (electronic) or empty.
        media_type: such as ``application/pdf``; empty for paper.
        size: bytes of the original as received; 0 for paper.
        sha512: hex digest of the original as received; for paper, of its scan.
        pages: pages or sheets; 0 while unknown.
    """

    present: bool = False
    address: str = ""
    name: str = ""
    media_type: str = ""
    size: int = 0
    sha512: str = ""
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """The one typed link between the two carriers (R13); remarks and QR codes are rendered from it."""

    state: LinkState = LinkState.EXPECTED
    proof: str = ""
    by: str = ""
    at: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One archived document (件), on both carriers.

    Attributes:
        code: electronic code, given at receipt, permanent.
        class_code: record class (大类), such as ``04``; empty while unknown.
        manager: account manager's code, such as ``ZHS``; empty while unknown.
        date: of the document, not of receipt.
        year: filing year; that of ``date``, else of receipt.
        paper_number: formatted 档号, empty until filed or reserved.
        fields: what was read from the form (label key -> text).
        uncertain: names of attributes a person must settle (shown by ``dms attention``).
        volume: formatted volume number once filed or reserved.
        batch: vault id of the scanned stack this was split from, empty else.
        part_of: electronic code of the record this came attached to (an e-mail), empty else.
        see_also: paper numbers it had before it moved into another class (R11), oldest first.
    """

    code: str
    title: str = ""
    class_code: str = ""
    customer: str = ""
    manager: str = ""
    date: date | None = None
    year: int = 0
    retention: str = ""
    secrecy: str = ""
    track: Track = Track.DUAL
    state: RecordState = RecordState.REGISTERED
    paper_number: str = ""
    volume: str = ""
    form: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    uncertain: tuple[str, ...] = ()
    electronic: Carrier = field(default_factory=Carrier)
    paper: Carrier = field(default_factory=Carrier)
    link: Link = field(default_factory=Link)
    part_of: str = ""
    batch: str = ""
    received_at: str = ""
    received_by: str = ""
    see_also: tuple[str, ...] = ()

    def with_(self, **changes: Any) -> Record:
        """Return a copy with these attributes changed."""
        return replace(self, **changes)

    @property
    def missing_carriers(self) -> tuple[str, ...]:
        """Carriers its track asks for that are not there (R12)."""
        wanted = {
            Track.DUAL: ("electronic", "paper"),
            Track.PAPER: ("paper",),
            Track.ELECTRONIC: ("electronic",),
        }[self.track]
        return tuple(kind for kind in wanted if not getattr(self, kind).present)

    def electronic_remark(self) -> str:
        """What the paper side notes about the electronic file (R13): ``电子:{code}@{address}``."""
        return f"电子:{self.code}@{self.electronic.address}"

    def paper_remark(self) -> str:
        """What the electronic catalogue notes about the paper (R13): ``纸质:{paper number}@{shelf}``."""
        return f"纸质:{self.paper_number or '-'}@{self.paper.address or '-'}"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data as ``schemas/record.schema.json`` describes it."""
        data = asdict(self)
        data["date"] = self.date.isoformat() if self.date else None
        data["fields"] = dict(self.fields)
        data["uncertain"] = list(self.uncertain)
        data["see_also"] = list(self.see_also)
        return data


def split_from_one(one: Record, other: Record) -> bool:
    """True for two records split from one scan: both have its bytes, and different pages of it."""
    related = one.part_of == other.code or other.part_of == one.code or (one.part_of and one.part_of == other.part_of)
    return bool(related) and one.code != other.code and one.electronic.sha512 == other.electronic.sha512 != ""


def expected_pages(record: Record) -> int:
    """Pages a cover sheet says its stack has; 0 where nobody said."""
    text = record.fields.get("pages_expected", "")
    return int(text) if text.isdigit() else 0


def filing_year(reserved: Record | None, day: date | None, received: date) -> int:
    """Return the year whose volume a paper belongs to (R2): its own, not that of a cover printed later.

    A reserved paper number keeps its volume's; without a date the cover's counts, then the day of receipt.
    """
    if reserved is not None and reserved.year and (reserved.paper_number or day is None):
        return reserved.year
    return (day or received).year


def record_from_dict(data: Mapping[str, Any]) -> Record:
    """Read back what :meth:`Record.to_dict` wrote (catalogue rebuild from the vault).

    Raises:
        ValueError: on an unknown state, track or date.
        TypeError: on an unknown or missing attribute.
    """
    known = dict(data)
    known["date"] = date.fromisoformat(known["date"]) if known.get("date") else None
    known["track"] = Track(known["track"])
    known["state"] = RecordState(known["state"])
    known["uncertain"] = tuple(known.get("uncertain") or ())
    known["see_also"] = tuple(known.get("see_also") or ())
    known["electronic"] = Carrier(**known["electronic"])
    known["paper"] = Carrier(**known["paper"])
    link = dict(known["link"])
    link["state"] = LinkState(link["state"])
    known["link"] = Link(**link)
    return Record(**known)
