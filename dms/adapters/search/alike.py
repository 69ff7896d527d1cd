"""Which terms tell what a text is like, and how much each of them counts; for any engine.

Han pairs and words of letters count; figures do not: amounts, days and numbers differ between papers of one kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from dms.adapters.search.documents import tidy
from dms.adapters.search.tokens import HAN, grams

# Of the beginning, where heading and names stand, every term; of the rest a part spread over it.
_FIRST, _REST = 32, 48
_LETTERS = re.compile(r"[a-z]{3,}")


def telling(text: str) -> list[str]:
    """Return the terms a text is compared by, each once, those of its beginning first."""
    found = list(dict.fromkeys(g for g in grams(tidy(text)) if _tells(g)))
    rest = found[_FIRST:]
    step = max(1, math.ceil(len(rest) / _REST))
    return found[:_FIRST] + rest[::step]


def weight(holding: int, records: int) -> float:
    """Return how much a term counts that so many of so many records hold: the rarer, the more; unheard of, nothing."""
    return math.log(1 + records / holding) if holding else 0.0


def best(
    scores: Iterable[tuple[str, float]], weights: Iterable[float], limit: int, without: str
) -> Sequence[tuple[str, float]]:
    """Return the foremost codes, each with the share of the text's terms it has; of equals the newest."""
    whole = sum(weights)
    if not whole:
        return ()
    ranked = sorted(((round(s / whole, 6), code) for code, s in scores if code != without), reverse=True)
    return tuple((code, share) for share, code in ranked[:limit])


def _tells(gram: str) -> bool:
    return (len(gram) == 2 and all(HAN.match(c) for c in gram)) or bool(_LETTERS.fullmatch(gram))
