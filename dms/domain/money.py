"""Amounts of money with their currency, as people write them, in whole hundredths: no float, no currency lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# What people write for a currency; the code first.
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "CNY": ("CNY", "RMB", "人民币", "人民幣", "¥", "元", "圆"),
    "USD": ("USD", "US$", "美元", "美金", "$"),
    "HKD": ("HKD", "HK$", "港币", "港幣", "港元"),
    "TWD": ("TWD", "NTD", "NT$", "新台币", "新臺幣", "台币", "臺幣"),
    "MOP": ("MOP", "澳门元", "澳門元"),
    "EUR": ("EUR", "€", "欧元", "歐元"),
    "GBP": ("GBP", "£", "英镑", "英鎊"),
    "JPY": ("JPY", "日元", "日圆", "日圓"),
    "SGD": ("SGD", "S$", "新加坡元"),
    "AUD": ("AUD", "A$", "澳元"),
    "KRW": ("KRW", "₩", "韩元", "韓元"),
}
_CODES = {word.casefold(): code for code, words in WRITTEN.items() for word in words}
# The longest first: HK$ before $, 港元 before 元.
_WORDS = re.compile("|".join(re.escape(w) for w in sorted(_CODES, key=len, reverse=True)), re.IGNORECASE)
_PLAIN = re.compile(r"[-+]?\d+(?:\.\d{1,2})?")
_MOST = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: currency code, and hundredths of it."""

    currency: str
    cents: int


def currency_of(text: str) -> str:
    """Return the code of a currency somebody wrote; empty where it is none."""
    bare = _bare(text)
    if bare in _CODES:
        return _CODES[bare]
    return bare.upper() if re.fullmatch(r"[a-z]{3}", bare) else ""


def named_currency(text: str) -> str:
    """Return the code of the one currency that stands in a text; empty where none does, or two do."""
    found = {_CODES[m[0].casefold()] for m in _WORDS.finditer(_bare(text))}
    return found.pop() if len(found) == 1 else ""


def read_money(text: str, usual: str) -> Money | None:
    """Read an amount: ``¥1,860.00``, ``1860元``, ``USD 10,000``; None where it is none, or of two currencies.

    Args:
        text: what somebody wrote.
        usual: code of the currency where none is named.
    """
    bare = _bare(text)
    found = {_CODES[m[0].casefold()] for m in _WORDS.finditer(bare)}
    if len(found) > 1:
        return None
    digits = re.sub(r"(?<=\d),(?=\d)|整|\s", "", _WORDS.sub("", bare))
    if not _PLAIN.fullmatch(digits):
        return None
    try:
        value = Decimal(digits)
    except InvalidOperation:  # pragma: no cover - the pattern leaves none
        return None
    return Money(found.pop() if found else usual, int(value * 100)) if abs(value) < _MOST else None


def money(cents: int) -> str:
    """Return hundredths as people write them: ``1,860.00``."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def of(currency: str, cents: int) -> str:
    """Return an amount with its currency: ``1,860.00 CNY``."""
    return f"{money(cents)} {currency}"


def _bare(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
