"""Amounts as forms write them: figures and capital numerals in many notations, brought to one."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_CAPITALS = dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True)) | _DIGITS
_CAPITALS |= dict(zip("貳參陸", (2, 3, 6), strict=True))
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}

_AMOUNT = re.compile(r"(?<![\d.,])-?\d{1,3}(?:[,，]\s?\d{3})+(?:\.\d{1,2})?(?!\d)|(?<![\d.,])-?\d+(?:\.\d{1,2})?(?!\d)")
_CAPITAL = re.compile(r"[零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万萬亿億元圆圓角分整正]{3,}")


def narrow(text: str) -> str:
    """Return text with full-width ASCII made half-width, length kept."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else " " if c == "\u3000" else c for c in text)


def read_amount(text: str) -> Decimal | None:
    """Return the first amount in a text: figures first, else capital numerals (壹万贰仟捌佰元整)."""
    found = find_amounts(text)
    if found:
        return found[0]
    for match in _CAPITAL.finditer(text):
        value = read_capitals(match[0])
        if value is not None:
            return value
    return None


def find_amounts(text: str) -> list[Decimal]:
    """Return all figures in a text that can be amounts."""
    values = []
    for match in _AMOUNT.finditer(narrow(text)):
        try:
            values.append(Decimal(match[0].replace(",", "").replace("，", "").replace(" ", "")))
        except InvalidOperation:
            continue  # a pattern match that is no number after all
    return values


def read_capitals(text: str) -> Decimal | None:
    """Return the value of capital numerals (大写金额), None where they are none.

    ``壹万贰仟捌佰元整`` is 12800, ``叁佰元伍角`` is 300.5.
    """
    total = section = Decimal(0)
    digit: int | None = None
    seen = False
    for char in text:
        if char in _CAPITALS:
            digit = _CAPITALS[char]
            seen = True
        elif char in _UNITS:
            section += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        elif char in "万萬":
            total, section, digit = total + (section + (digit or 0)) * 10_000, Decimal(0), None
        elif char in "亿億":
            total, section, digit = (total + section + (digit or 0)) * 100_000_000, Decimal(0), None
        elif char in "元圆圓":
            total, section, digit = total + section + (digit or 0), Decimal(0), None
        elif char == "角":
            total, digit = total + Decimal(digit or 0) / 10, None
        elif char == "分":
            total, digit = total + Decimal(digit or 0) / 100, None
        elif char not in "整正":
            return None
    return total + section + (digit or 0) if seen else None


def plain(amount: Decimal) -> str:
    """Return an amount with two decimals and no grouping, as fields keep it."""
    return f"{amount:.2f}"
