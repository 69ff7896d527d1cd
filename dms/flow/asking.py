"""Questions about a stack that may be cut wrongly: each sign becomes a sentence that names pages and records."""

from __future__ import annotations

from collections.abc import Sequence

from dms.domain.splitting import Sign
from dms.ports.catalogue import Attention, Transaction
from dms.said import Do, Said

KIND = "split"

# Attribute -> the input that settles it, by example.
_OPTION = {
    "class_code": ("class", "04"),
    "class": ("class", "04"),
    "customer": ("customer", "…"),
    "manager": ("manager", "ZHS"),
    "date": ("date", "2026-11-23"),
    "title": ("title", "…"),
}


def to_describe(code: str, uncertain: Sequence[str]) -> Do:
    """Return the act that settles what nobody is sure of about a record."""
    return Do("describe", code, **{_OPTION[n][0]: _OPTION[n][1] for n in uncertain if n in _OPTION})


def ask_signs(tx: Transaction, code: str, signs: Sequence[Sign], now: str) -> None:
    """Ask about the part of a stack that was registered as a record."""
    first = signs[0]
    page, codes, detail = first.page, " / ".join(first.codes) or "-", first.detail
    told = {
        "lost_cover": Said(
            "The code of its cover sheet (page {page}) could not be read; printed on it is {codes}.",
            page=page,
            codes=codes,
        ),
        "lost_code": Said(
            "Page {page} bears the printed code {codes}, whose symbol could not be read.", page=page, codes=codes
        ),
        "cover_behind": Said(
            "The cover sheets of its stack seem to lie behind their papers; it may belong to {codes}.", codes=codes
        ),
        "empty_cover": Said("The cover sheet of {codes} was scanned with nothing behind it.", codes=codes),
        "label_within": Said("A label on page {page} names {codes}.", page=page, codes=codes),
        "labels": Said(
            "Labels in this scan name several records ({codes}); it was cut at page {page}.", codes=codes, page=page
        ),
        "page_count": Said(
            "Pages scanned / announced on its cover: {detail}. Perhaps two went through the feeder at once.",
            detail=detail,
        ),
        "two_forms": Said("Page {page} holds two forms side by side.", page=page),
    }
    question = told[first.kind]
    todo = Said(
        "If it belongs to a record: {act}. If all is right: {act_2}",
        act=Do("pair", "RECORD", code),
        act_2=Do("attention", settle=code),
    )
    named = next((c for s in signs for c in s.codes if c != code), "")
    data = {"signs": [s.to_dict() for s in signs], "other": named}
    tx.ask(Attention(KIND, code, question, todo, now, data))


def ask_about(tx: Transaction, unused: Sequence[Sign], name: str, now: str) -> None:
    """Ask about reserved records whose cover lay in a file with nothing behind it."""
    for sign in unused:
        for code in sign.codes[:1]:
            if tx.record(code) is None:
                continue
            question = Said("Its cover sheet was scanned in {name} with nothing behind it.", name=name)
            todo = Said(
                "Scan its papers with the cover on top; if they are in {name}: {act}",
                name=name,
                act=Do("attention", settle=code),
            )
            tx.ask(Attention(KIND, code, question, todo, now, {"signs": [sign.to_dict()]}))
