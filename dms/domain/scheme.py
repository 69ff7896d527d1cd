"""The classification scheme: which classes (大类) an archive has and what holds in each (R1, R2, R12).

A company edits ``scheme.toml``, not code; ``schemas/scheme.schema.json`` describes the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dms.domain.numbers import VolumeNumber
from dms.domain.record import Track
from dms.errors import Usage
from dms.said import Said

# Least consumption of a quarter, whole yuan, for each class of customers (R10).
_GRADES = {"A": 100_000, "B": 30_000, "C": 5_000}
EITHER = "either"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a record is kept (保管期限): ``Y`` for ever, ``D30`` thirty years."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class RecordClass:
    """One class (大类).

    Attributes:
        code: such as ``04``.
        track: which carriers it asks for.
        retention: code of its usual retention.
        gate: three signatures before filing (R4).
        signatures: whose signatures the gate asks for.
        electronic: those of them that may be given here instead of on paper.
        keywords: words in a title or text that speak for this class; data for the rules of description.
    """

    code: str
    name: str
    name_en: str
    track: Track
    retention: str
    secrecy: str
    gate: bool
    signatures: tuple[str, ...]
    keywords: tuple[str, ...]
    electronic: tuple[str, ...] = ("handler", "supervisor")

    @property
    def given(self) -> Mapping[str, Any]:
        """What a record has of its class, by attribute: all of it changes whenever its class does."""
        return {
            "class_code": self.code,
            "track": self.track,
            "retention": self.retention,
            "secrecy": self.secrecy,
        }


@dataclass(frozen=True, slots=True)
class DealingRule:
    """One line of the table that says what an amount on a form is to the customer (R14).

    Attributes:
        form: key of a form; ``*`` is any.
        field: where the amount stands.
        kind: ``booked``, ``charged``, ``paid`` or ``reduced``.
        date: where its day stands; the document's own date where empty or blank.
        due: where the day stands it is to be paid by; after the customer's term where empty or blank.
        number: where the document's own number stands.
        order: where the number of the order stands that an allowance is granted on.
    """

    form: str
    field: str
    kind: str
    date: str = ""
    due: str = ""
    number: str = "number"
    order: str = "order_number"


@dataclass(frozen=True, slots=True)
class Credit:
    """How credit is judged (R14).

    Attributes:
        currency: code of the currency where a document names none.
        days: to pay, where nothing else is agreed with the customer.
        owed_by: what debts are: ``charged``, ``booked``, or ``either``: what was charged, and where nothing ever was in
            a currency, what was booked.
    """

    currency: str = "CNY"
    days: int = 30
    owed_by: str = EITHER


@dataclass(frozen=True, slots=True)
class Scheme:
    """A whole classification scheme.

    Attributes:
        grades: currency -> least consumption of a quarter for customers A, B and C.
        dealings: what amounts on forms are to the customer; empty: as the forms themselves say.
    """

    fonds: str
    fonds_name: str
    group: str
    group_name: str
    retentions: Mapping[str, Retention]
    classes: Mapping[str, RecordClass]
    grades: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: {"CNY": dict(_GRADES)})
    dealings: tuple[DealingRule, ...] = ()
    credit: Credit = field(default_factory=Credit)

    def record_class(self, code: str) -> RecordClass:
        """Return the class with this code.

        Raises:
            Usage: where there is none; the hint lists the codes.
        """
        found = self.classes.get(code)
        if found is None:
            raise Usage(
                Said("There is no record class “{code}”.", code=code),
                Said("Classes: {classes}", classes=self.class_list()),
            )
        return found

    def class_list(self) -> str:
        """The classes on one line, for hints and help."""
        return ", ".join(f"{c.code} {c.name}" for c in self.classes.values())

    def volume(self, class_code: str, year: int, manager: str, retention: str = "", volume: int = 1) -> VolumeNumber:
        """Return a volume number of this scheme (R2: fonds + class + year + retention + manager)."""
        record_class = self.record_class(class_code)
        return VolumeNumber(
            self.fonds, self.group, class_code, year, retention or record_class.retention, manager, volume
        )


def scheme_from_dict(data: Mapping[str, Any]) -> Scheme:
    """Build a scheme from parsed TOML that already passed ``schemas/scheme.schema.json``.

    Raises:
        Usage: on a class or retention code used twice, or a class with an unknown retention.
    """
    head = data["scheme"]
    retentions: dict[str, Retention] = {}
    for row in data["retention"]:
        if row["code"] in retentions:
            raise Usage(
                Said("The scheme has the retention {code} twice.", code=row["code"]),
                Said("Give every retention its own code."),
            )
        retentions[row["code"]] = Retention(row["code"], row["name"], row.get("name_en", row["name"]))
    classes: dict[str, RecordClass] = {}
    for row in data["class"]:
        code = row["code"]
        if code in classes:
            raise Usage(
                Said("The scheme has the class {code} twice.", code=code), Said("Give every class its own code.")
            )
        if row["retention"] not in retentions:
            raise Usage(
                Said("Class {code} has the unknown retention {retention}.", code=code, retention=row["retention"]),
                Said("Use one of {retentions} or add a [[retention]].", retentions=tuple(retentions)),
            )
        gate = row.get("gate", True)
        classes[code] = RecordClass(
            code=code,
            name=row["name"],
            name_en=row.get("name_en", row["name"]),
            track=Track(row.get("track", "dual")),
            retention=row["retention"],
            secrecy=row.get("secrecy", "内部"),
            gate=gate,
            signatures=tuple(row.get("signatures", ("customer", "handler", "supervisor") if gate else ())),
            keywords=tuple(row.get("keywords", ())),
            electronic=tuple(row.get("electronic", ("handler", "supervisor"))),
        )
    credit = Credit(**data.get("credit", {}))
    return Scheme(
        fonds=head["fonds"],
        fonds_name=head["fonds_name"],
        group=head["group"],
        group_name=head["group_name"],
        retentions=retentions,
        classes=classes,
        grades=_grades(data.get("grades", {}), credit.currency),
        dealings=tuple(DealingRule(**row) for row in data.get("dealing", ())),
        credit=credit,
    )


def _grades(told: Mapping[str, Any], usual: str) -> dict[str, Mapping[str, int]]:
    """Return the amounts of each currency; those that stand in no table of their own are the usual one's."""
    own = {name: value for name, value in told.items() if isinstance(value, int)}
    tables = {name: value for name, value in told.items() if isinstance(value, Mapping)}
    return {usual: {**_GRADES, **own}, **{name: {**_GRADES, **value} for name, value in tables.items()}}
