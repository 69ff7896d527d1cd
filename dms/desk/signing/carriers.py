"""What the two sets of a record lack before it is filed (R12), and what is to be done about it.

A carrier its track asks for that is not there; two carriers that differ; and a question nobody has answered: whether
another record holds the same content on the other carrier, or the same paper once more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dms.domain.record import LinkState, Record, RecordState
from dms.flow import twice
from dms.ports.catalogue import Transaction
from dms.said import Do, Said

DIFFER, PAPER, ELECTRONIC = "carriers", "paper_carrier", "electronic_carrier"
PAIRING, SECOND, LATER = "pairing", "second_scan", "later_batch"
_CARRIERS = {"paper": PAPER, "electronic": ELECTRONIC}
_THERE = (RecordState.RESERVED, RecordState.REGISTERED, RecordState.FILED)


def open_questions(tx: Transaction, codes: Collection[str]) -> Mapping[str, Collection[str]]:
    """Return what each of these records waits for an answer to: ``pairing``, ``second_scan``, ``later_batch``.

    A proposal to pair, or a later batch, holds both records it names, as long as both are there; of a paper scanned
    twice the second.
    """
    found: dict[str, set[str]] = {}
    for one in tx.attention(kind=twice.KIND):
        if one.target in codes:
            found.setdefault(one.target, set()).add(SECOND)
    for kind, asked in (("pair", PAIRING), (twice.BATCH, LATER)):
        for one in tx.attention(kind=kind):
            named = {one.target, str(one.data.get("other", ""))} - {""}
            if named.intersection(codes) and all(_is_there(tx, code) for code in named):
                for code in named.intersection(codes):
                    found.setdefault(code, set()).add(asked)
    return found


def _is_there(tx: Transaction, code: str) -> bool:
    record = tx.record(code)
    return record is not None and record.state in _THERE


def lacking_carriers(record: Record, questions: Collection[str]) -> tuple[str, ...]:
    """Return what of its two sets a record lacks, by the names its gate tells.

    Args:
        record: the record, with the track of the class it is to have.
        questions: what :func:`open_questions` found of it.
    """
    found = [_CARRIERS[carrier] for carrier in record.missing_carriers]
    if record.link.state is LinkState.MISMATCH:
        # How they differ is asked under the kind of a proposal, too.
        found.append(DIFFER)
    elif PAIRING in questions:
        found.append(PAIRING)
    return (*found, *(one for one in (SECOND, LATER) if one in questions))


def next_for_carriers(record: Record, lacking: Collection[str]) -> Said | None:
    """Return what is to be done first about the two sets, None where nothing is."""
    code = record.code
    if PAIRING in lacking:
        return Said(
            "“{attention}” names the other record: {pair}; if it is another document: {settle}",
            attention=Do("attention"),
            pair=Do("pair", code, "OTHER"),
            settle=Do("attention", settle=code),
        )
    if LATER in lacking:
        return Said(
            "“{attention}” names both: {join}; if it is a paper of its own: {settle}",
            attention=Do("attention"),
            join=Do("join", "LATER", to=code, reason="…"),
            settle=Do("attention", settle=code),
        )
    if SECOND in lacking:
        return Said(
            "The same paper again: {discard}; if it is another paper: {different}",
            discard=Do("rescan", code, discard=True),
            different=Do("rescan", code, different=True),
        )
    if PAPER in lacking and record.state is RecordState.REGISTERED:
        return Said(
            "Print it with its cover sheet ({cover}), sign, scan; or stick its label on the paper ({label}), scan; "
            "or join the scan that is there: {pair}",
            cover=Do("cover", code),
            label=Do("label", code),
            pair=Do("pair", code, "SCAN"),
        )
    if PAPER in lacking or ELECTRONIC in lacking:
        return Said(
            "Scan its paper with its cover sheet on top ({cover}) or its label on it ({label})",
            cover=Do("cover", code),
            label=Do("label", code),
        )
    return None
