"""Questions about a stack that may be cut wrongly: each sign becomes a sentence that names pages and records."""

from __future__ import annotations

from collections.abc import Sequence

from dms.domain.splitting import Sign
from dms.ports.catalogue import Attention, Transaction

KIND = "split"


def ask_signs(tx: Transaction, code: str, signs: Sequence[Sign], now: str) -> None:
    """Ask about the part of a stack that was registered as a record."""
    first = signs[0]
    page, codes, detail = first.page, " / ".join(first.codes) or "-", first.detail
    told = {
        "lost_cover": f"The code of its cover sheet (page {page}) could not be read; printed on it is {codes}.",
        "lost_code": f"Page {page} bears the printed code {codes}, whose symbol could not be read.",
        "cover_behind": f"The cover sheets of its stack seem to lie behind their papers; it may belong to {codes}.",
        "empty_cover": f"The cover sheet of {codes} was scanned with nothing behind it.",
        "label_within": f"A label on page {page} names {codes}.",
        "labels": f"Labels in this scan name several records ({codes}); it was cut at page {page}.",
        "page_count": f"Pages scanned / announced on its cover: {detail}. Perhaps two went through the feeder at once.",
        "two_forms": f"Page {page} holds two forms side by side.",
    }
    question = told[first.kind]
    todo = f"If it belongs to a record: dms pair RECORD {code}. If all is right: dms attention --settle {code}"
    named = next((c for s in signs for c in s.codes if c != code), "")
    data = {"signs": [s.to_dict() for s in signs], "other": named}
    tx.ask(Attention(KIND, code, question, todo, now, data))


def ask_about(tx: Transaction, unused: Sequence[Sign], name: str, now: str) -> None:
    """Ask about reserved records whose cover lay in a file with nothing behind it."""
    for sign in unused:
        for code in sign.codes[:1]:
            if tx.record(code) is None:
                continue
            question = f"Its cover sheet was scanned in {name} with nothing behind it."
            todo = f"Scan its papers with the cover on top; if they are in {name}: dms attention --settle {code}"
            tx.ask(Attention(KIND, code, question, todo, now, {"signs": [sign.to_dict()]}))
