"""What counts of a customer's dealings (R14), and what does not yet, with why: nothing is left out silently.

Lines of imported sheets are the office's books and count as they stand. A form counts once its record passed the gate
of its class: filed, not waiting as a perhaps second copy, not filed by hand with signatures still missing. An allowance
needs the supervisor's signature besides, and counts against what was ordered or charged only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dms.desk.acts.four_eyes import broken
from dms.desk.shelf.volumes import filed_by_hand
from dms.desk.signing.approving import unsigned
from dms.domain.dossier import Entry, allowed
from dms.domain.money import read_money
from dms.domain.record import ALIVE, Record, RecordState
from dms.domain.scheme import DealingRule
from dms.flow.twice import unsettled
from dms.ports.catalogue import Customer, Transaction
from dms.ports.registers import Dealing, Signature
from dms.ports.world import World
from dms.said import NOTHING, Said, Word

_UNREAD = "?"


@dataclass(frozen=True, slots=True)
class Apart:
    """A dealing, or part of one, that does not count, and why; nothing in its currency ``?`` could be read."""

    dealing: Dealing
    why: Said


@dataclass(frozen=True, slots=True)
class Ledger:
    """A customer's dealings.

    Attributes:
        entries: what counts, for the sums.
        dealings: the same as they are listed, by date.
        apart: what does not count.
    """

    entries: tuple[Entry, ...]
    dealings: tuple[Dealing, ...]
    apart: tuple[Apart, ...]


def ledger_of(world: World, tx: Transaction, customer: Customer, waiting: Collection[str] | None = None) -> Ledger:
    """Return all dealings of a customer: imported lines, and what his forms say; aliases count as himself.

    Args:
        world: the archive.
        tx: the transaction.
        customer: whose.
        waiting: :func:`dms.flow.twice.unsettled`, for callers that ask about many customers.
    """
    copies = unsettled(tx) if waiting is None else waiting
    table = rules(world)
    found: list[Entry] = []
    notes: dict[str, str] = {}
    apart: list[Apart] = []
    for name in sorted({customer.name, *customer.aliases}):
        for line in tx.dealings(name):
            found.append(_entry(line))
            notes[line.source] = line.note
        records = [r for r in tx.records(customer=name, states=ALIVE) if any(r.fields.get(t.field) for t in table)]
        signed = tx.signatures_of([r.code for r in records])
        for record in records:
            notes[record.code] = record.title
            why = _held_back(world, tx, record, signed.get(record.code, ()), copies)
            for entry, wrong in _amounts(world, table, record):
                reason = wrong or why or _unallowed(entry, signed.get(record.code, ()))
                if reason:
                    apart.append(Apart(_dealing(customer, entry, record.title), reason))
                else:
                    found.append(entry)
    counted, beyond = allowed(found)
    apart += [Apart(_dealing(customer, one, notes.get(one.source, "")), why) for one, why in beyond]
    listed = [_dealing(customer, one, notes.get(one.source, "")) for one in counted]
    return Ledger(
        tuple(counted),
        tuple(sorted(listed, key=lambda d: (d.date, d.source, d.kind))),
        tuple(sorted(apart, key=lambda a: (a.dealing.date, a.dealing.source, a.dealing.kind))),
    )


def rules(world: World) -> Sequence[DealingRule]:
    """Return the scheme's table of what amounts are; without one, what the forms themselves say."""
    if world.scheme.dealings:
        return world.scheme.dealings
    own = [DealingRule(p.key, "amount", p.dealing) for p in world.profiles if p.dealing]
    return (*own, DealingRule("*", "paid", "paid", date="paid_date"))


def _amounts(world: World, table: Sequence[DealingRule], record: Record) -> list[tuple[Entry, Said]]:
    """Return the amounts of a record, each with what is wrong with it."""
    found = []
    for one in table:
        text = record.fields.get(one.field, "").strip()
        if not text or one.form not in ("*", record.form):
            continue
        told = record.fields.get(one.date, "").strip() if one.date else ""
        day = told or (record.date.isoformat() if record.date else "")
        due = record.fields.get(one.due, "").strip() if one.due else ""
        usual = record.fields.get("currency", "").strip() or world.scheme.credit.currency
        amount = read_money(text, usual)
        wrong = NOTHING
        if amount is None:
            wrong = Said("“{text}” cannot be read as an amount", text=text)
        elif not _is_day(day):
            wrong = Said("its day is not known")
        elif due and not _is_day(due):
            wrong = Said("“{text}” cannot be read as a day", text=due)
        entry = Entry(
            one.kind, day if _is_day(day) else "", amount.cents if amount else 0, due if _is_day(due) else "",
            amount.currency if amount else _UNREAD, record.fields.get(one.number, ""),
            record.fields.get(one.order, "") if one.kind == "reduced" else "", record.code,
        )  # fmt: skip
        found.append((entry, wrong))
    return found


def _held_back(
    world: World, tx: Transaction, record: Record, signatures: Sequence[Signature], copies: Collection[str]
) -> Said:
    """Return why nothing of a record counts; empty where it does."""
    if record.code in copies:
        return Said("may be a second copy: it is not settled")
    if record.state is not RecordState.FILED:
        return Said("not filed yet")
    missing = unsigned(world, record, signatures)
    # A paper from an old catalogue has no signatures here, and was filed long ago.
    if missing and filed_by_hand(tx, record.code) is not None:
        return Said("filed by hand, without {missing}", missing=[Word("role", m) for m in missing])
    return NOTHING


def _unallowed(entry: Entry, signatures: Sequence[Signature]) -> Said:
    """Return why an allowance does not count for want of the supervisor; empty where it does."""
    if entry.kind != "reduced":
        return NOTHING
    if any(s.role == "supervisor" for s in signatures) and "supervisor" not in broken(signatures):
        return NOTHING
    return Said("without the supervisor's signature")


def _entry(line: Dealing) -> Entry:
    return Entry(line.kind, line.date, line.cents, line.due, line.currency, source=line.source)


def _dealing(customer: Customer, one: Entry, note: str) -> Dealing:
    return Dealing(customer.name, one.date, one.kind, one.cents, one.source, one.currency, one.due, note)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def sums_by_currency(entries: Sequence[Entry]) -> Mapping[str, Mapping[str, int]]:
    """Return the sums of each kind, currency by currency."""
    found: dict[str, dict[str, int]] = {}
    for one in entries:
        sums = found.setdefault(one.currency, {"booked": 0, "charged": 0, "paid": 0, "reduced": 0})
        sums[one.kind] += one.cents
    return dict(sorted(found.items()))
