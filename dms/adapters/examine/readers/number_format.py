"""Numbers of workbooks as the workbook shows them: 0.025 with the format ``0.0%`` is 2.5%, 123 with ``00000`` is 00123.

Follows what ECMA-376 part 1, 18.8.30 and 18.8.31 say of format codes; where a format depends on the country of the
reader's machine (date 14), ISO dates are written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 41: '#,##0;-#,##0;"-";@', 42: '"¥"#,##0;-"¥"#,##0;"¥-";@',
    43: '#,##0.00;-#,##0.00;"-";@', 44: '"¥"#,##0.00;-"¥"#,##0.00;"¥-";@', 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"', 55: '上午/下午h"时"mm"分"', 56: '上午/下午h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}  # fmt: skip
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<gap>.)|\*(?P<fill>.)|\[\$(?P<money>[^\]\-]*)(?:-[^\]]*)?\]'
    r"|(?P<elapsed>\[(?:h+|m+|s+)\])|\[(?P<condition>[<>=]{1,2}-?[\d.]+)\]|\[[^\]]*\]"
    r"|(?P<half>AM/PM|A/P|上午/下午)|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?|e+(?![+\-])|a{3,4}|g+)"
    r"|(?P<power>E[+\-]0+)|(?P<digit>[0#?])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HAN_DAYS = "一二三四五六日"
_LONGEST_CODE = 500
_EPOCH, _EPOCH_MAC = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LAST_DAY = 2_958_466
_FALSE_LEAP_DAY = 60
_MOST_DIGITS = 400
_MIDNIGHT = re.compile(r"(?<=\d) 0?0:00(:00)?$")

Token = tuple[str, str]


def shown(value: str, code: str, *, mac: bool = False) -> str:
    """Return a number as its cell shows it; what is no number, as it is.

    Args:
        value: the number as the file holds it.
        code: format code.
        mac: days are counted from 1904.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite():
        return value
    sections = _sections(code[:_LONGEST_CODE])
    tokens, bare = _section(sections, number)
    kinds = {kind for kind, _ in tokens}
    if not tokens:
        return "" if code.strip() else general(number)
    if "date" in kinds or "elapsed" in kinds:
        return _date(number, tokens, mac=mac)
    if "digit" not in kinds:
        text = "".join(text for kind, text in tokens if kind == "text")
        if "general" in text.lower():
            return re.sub("general", general(abs(number) if bare else number), text, flags=re.IGNORECASE)
        return text.replace("@", general(number))
    return _number(abs(number) if bare else number, tokens)


def general(number: Decimal) -> str:
    """Return a number without a format: what doubles cannot tell apart is rounded away."""
    if number == number.to_integral_value() and abs(number) < Decimal(10) ** 20:
        return str(int(number))
    return f"{float(number):.10g}"


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[tuple[str, tuple[Token, ...]], ...]:
    """Return condition and tokens of each section of a code."""
    found: list[tuple[str, tuple[Token, ...]]] = []
    condition, tokens = "", list[Token]()
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[match.lastgroup] if match.lastgroup else ""
        if kind == "other" and text == ";":
            found.append((condition, tuple(tokens)))
            condition, tokens = "", []
        elif kind == "condition":
            condition = text
        elif kind == "gap":
            tokens.append(("text", " "))
        elif kind in ("quoted", "escaped", "money", "other"):
            tokens.append(("text" if kind != "other" or text not in ".,%/" else "mark", text))
        elif kind and kind != "fill":
            tokens.append((kind, text))
    found.append((condition, tuple(tokens)))
    # "General" is a word, not a g, an e and an a of a date.
    return tuple((c, _general(code, t)) for c, t in found)


def _general(code: str, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    told = "".join(text for _, text in tokens)
    return (("text", told),) if "general" in code.lower() and "general" in told.lower() else tokens


def _section(sections: Sequence[tuple[str, tuple[Token, ...]]], number: Decimal) -> tuple[tuple[Token, ...], bool]:
    """Return the section for a number, and whether it shows the number without its sign."""
    if any(condition for condition, _ in sections):
        for condition, tokens in sections:
            if not condition or _holds(condition, number):
                return tokens, False
        return sections[0][1], False
    if number < 0 and len(sections) > 1:
        return sections[1][1], True
    if number == 0 and len(sections) > 2:
        return sections[2][1], True
    return sections[0][1], False


def _holds(condition: str, number: Decimal) -> bool:
    sign = condition.rstrip("-.0123456789")
    try:
        limit = Decimal(condition[len(sign) :])
    except InvalidOperation:
        return False
    return {"<": number < limit, ">": number > limit, "=": number == limit, "<=": number <= limit,
            ">=": number >= limit, "<>": number != limit}.get(sign, False)  # fmt: skip


def _number(number: Decimal, tokens: Sequence[Token]) -> str:
    first = next(i for i, (kind, _) in enumerate(tokens) if kind == "digit")
    last = max(i for i, (kind, _) in enumerate(tokens) if kind in ("digit", "power"))
    before = "".join(text for _, text in tokens[:first])
    middle, after = tokens[first : last + 1], "".join(text for _, text in tokens[last + 1 :])
    percent = sum(text == "%" for kind, text in tokens if kind == "mark")
    scale = len(after) - len(after.lstrip(","))
    number = number.scaleb(2 * percent - 3 * scale) if number else number
    sign = "-" if number < 0 else ""
    if any(text == "/" for kind, text in middle if kind == "mark"):
        body = _fraction(abs(number), middle)
    elif any(kind == "power" for kind, _ in middle):
        body = _power(abs(number), middle)
    else:
        body = _plain(abs(number), middle)
    if not any(c in "123456789" for c in body):
        sign = ""
    return f"{sign}{before}{body}{after.lstrip(',')}".strip()


def _plain(number: Decimal, tokens: Sequence[Token]) -> str:
    """A number with as many digits as there are places; text between the places stays between the digits."""
    dot = next((i for i, token in enumerate(tokens) if token == ("mark", ".")), len(tokens))
    whole, behind = tokens[:dot], [text for kind, text in tokens[dot + 1 :] if kind == "digit"]
    rounded = number.quantize(Decimal(1).scaleb(-len(behind)), ROUND_HALF_UP) if number < 10**20 else number
    digits, _, decimals = f"{rounded:f}"[:_MOST_DIGITS].partition(".")
    while decimals and len(decimals) <= len(behind) and decimals[-1] == "0" and behind[len(decimals) - 1] != "0":
        decimals = decimals[:-1]
    grouped = any(token == ("mark", ",") for token in whole)
    placed = _placed(digits.lstrip("0"), [t for t in whole if t != ("mark", ",")], grouped=grouped)
    return f"{placed}.{decimals}" if decimals else placed


def _placed(digits: str, tokens: Sequence[Token], *, grouped: bool) -> str:
    places = [text for kind, text in tokens if kind == "digit"]
    least = len(places) - places.index("0") if "0" in places else 0
    digits = digits.rjust(least, "0")
    if grouped:
        return f"{int(digits):,}".rjust(least, "0") if digits else ""
    if all(kind == "digit" for kind, _ in tokens):
        return digits
    out: list[str] = []
    left = list(digits)
    for kind, text in reversed(tokens):
        if kind != "digit":
            out.append(text)
        elif left:
            out.append(left.pop())
    return "".join(left) + "".join(reversed(out))


def _power(number: Decimal, tokens: Sequence[Token]) -> str:
    decimals = 0
    behind = False
    for kind, text in tokens:
        behind = behind or text == "."
        decimals += kind == "digit" and behind
    base, _, power = f"{number:.{decimals}E}".partition("E")
    return f"{base}E{power[0]}{power[1:].rjust(2, '0')}"


def _fraction(number: Decimal, tokens: Sequence[Token]) -> str:
    slash = next(i for i, (kind, text) in enumerate(tokens) if kind == "mark" and text == "/")
    fixed = "".join(text for kind, text in tokens[slash + 1 :] if kind == "text" and text.isdigit())
    places = sum(kind == "digit" for kind, _ in tokens[slash + 1 :]) or 1
    whole, rest = divmod(number, 1)
    part = Fraction(rest)
    if fixed and int(fixed):
        part = Fraction(round(part * int(fixed)), int(fixed))
    else:
        part = part.limit_denominator(10 ** min(places, 5) - 1)
    if not part:
        return str(int(whole))
    if part == 1:
        return str(int(whole) + 1)
    top, bottom = (part * int(fixed), int(fixed)) if fixed and int(fixed) else (part.numerator, part.denominator)
    return f"{int(whole) or ''} {top}/{bottom}".strip()


def _date(number: Decimal, tokens: Sequence[Token], *, mac: bool) -> str:
    if not 0 <= number < _LAST_DAY:
        return general(number)
    moment = _moment(float(number), mac=mac)
    twelve = any(kind == "half" for kind, _ in tokens)
    out: list[str] = []
    dates = [(i, text.lower()) for i, (kind, text) in enumerate(tokens) if kind in ("date", "elapsed")]
    for i, (kind, text) in enumerate(tokens):
        if kind == "half":
            am, pm = text.split("/")
            out.append(am if moment.hour < 12 else pm)
        elif kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[text[1].lower()]
            out.append(str(round(float(number) * 86_400) // unit).rjust(len(text) - 2, "0"))
        elif kind == "date":
            place = next(n for n, (at, _) in enumerate(dates) if at == i)
            near = [dates[place - 1][1].strip("[]")[:1] if place else "",
                    dates[place + 1][1][:1] if place + 1 < len(dates) else ""]  # fmt: skip
            out.append(_piece(text.lower(), moment, minutes=near[0] == "h" or near[1] == "s", twelve=twelve))
        elif kind == "digit":
            out.append("")
        else:
            out.append(text)
    return _MIDNIGHT.sub("", "".join(out).strip())


def _moment(days: float, *, mac: bool) -> datetime:
    if not mac and days < _FALSE_LEAP_DAY:
        days += 1  # workbooks believe that 1900 was a leap year
    whole = (_EPOCH_MAC if mac else _EPOCH) + timedelta(days=int(days))
    # To the next hundredth: a fraction of a day is never exact.
    return whole + timedelta(seconds=round((days % 1) * 86_400, 2))


def _piece(code: str, at: datetime, *, minutes: bool, twelve: bool) -> str:
    letter, length = code[0], len(code)
    if letter in "ye":
        return f"{at.year % 100:02d}" if letter == "y" and length <= 2 else str(at.year)
    if letter == "m" and not minutes:
        name = _MONTHS[at.month - 1]
        return {1: str(at.month), 2: f"{at.month:02d}", 3: name[:3], 4: name}.get(length, name[:1])
    if letter == "d":
        name = _DAYS[at.weekday()]
        return {1: str(at.day), 2: f"{at.day:02d}", 3: name[:3]}.get(length, name)
    if letter == "a":
        return ("周" if length == 3 else "星期") + _HAN_DAYS[at.weekday()]
    if letter == "g":
        return ""
    if letter == "s":
        whole, _, decimals = code.partition(".")
        text = f"{at.second:02d}" if len(whole) > 1 else str(at.second)
        return f"{text}.{f'{at.microsecond:06d}'[: len(decimals)]}" if decimals else text
    value = at.minute if letter == "m" else (at.hour % 12 or 12) if twelve else at.hour
    return f"{value:02d}" if length > 1 else str(value)
