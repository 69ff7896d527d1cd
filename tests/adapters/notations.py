"""Needle pairs: how something stands in a document and how somebody types it, made by seed; each value is unique."""

from __future__ import annotations

import random
from dataclasses import dataclass

from dms.ports.search import Entry

WORDS = ["international", "cooperation", "settlement", "reservation", "accommodation", "manufacturer", "confirmation"]
HAN = "投诉折让审批客户经理杭州新辰酒店金额合计会议纪要订货传真市场行情促销提成签字经办直接领导赔偿"
RADICALS = {
    "文": "⽂",
    "金": "⾦",
    "高": "⾼",
    "风": "⻛",
    "长": "⻓",
    "门": "⻔",
    "页": "⻚",
    "马": "⻢",
    "人": "⼈",
    "见": "⻅",
}


@dataclass(frozen=True)
class Pair:
    """One value: its notation on paper, the one typed, and what kind it is."""

    kind: str
    written: str
    typed: str


def pairs(count: int, seed: int) -> list[Pair]:
    """Return so many pairs of all kinds, in turn."""
    rng = random.Random(seed)
    kinds = (_amount, _cents, _phone, _account, _identity, _code, _broken, _blanks, _radicals, _invisible, _sign)
    made, seen = [], set()
    while len(made) < count:
        pair = kinds[len(made) % len(kinds)](rng)
        if pair.typed not in seen:
            seen.add(pair.typed)
            made.append(pair)
    return made


def documents(chosen: list[Pair], seed: int) -> list[Entry]:
    """Return a document for each pair, its value between other words."""
    rng = random.Random(seed)

    def words() -> str:
        return "".join(rng.choice(HAN) for _ in range(rng.randint(3, 9)))

    return [
        Entry(
            f"HG01E2026{n:06d}", title=words(), customer=words(), manager="ZHS", class_code="04", year=2026,
            pages=(f"{words()}\n{words()}，{pair.written}，{words()}", words()),
        )
        for n, pair in enumerate(chosen)
    ]  # fmt: skip


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _amount(rng: random.Random) -> Pair:
    value = rng.randint(10_000, 99_999_999)
    ways = [
        f"{value}",
        f"{value:,}",
        f"{value:,}.00",
        f"{value}.00",
        _wide(f"{value:,}"),
        f"{value:,}".replace(",", "，"),
    ]
    written, typed = rng.sample(ways, 2)
    return Pair("amount", f"{rng.choice(('', '¥', '共 '))}{written}{rng.choice((' 元', '元', ''))}", typed)


def _cents(rng: random.Random) -> Pair:
    value, cents = rng.randint(1_000, 999_999), rng.randint(1, 9) * 10
    ways = [f"{value:,}.{cents}", f"{value}.{cents}", f"{value:,}.{cents // 10}", f"{value}.{cents // 10}"]
    written, typed = rng.sample(ways, 2)
    return Pair("cents", f"{written}元", typed)


def _phone(rng: random.Random) -> Pair:
    if rng.random() < 0.5:
        digits = f"1{rng.randint(3, 9)}{rng.randint(10**8, 10**9 - 1)}"
        cut = (digits[:3], digits[3:7], digits[7:])
        ways = [digits, "-".join(cut), " ".join(cut), ".".join(cut), f"{cut[0]} {cut[1]}-{cut[2]}"]
    else:
        area, number = f"0{rng.randint(210, 999)}", f"{rng.randint(10**7, 10**8 - 1)}"
        ways = [f"{area}{number}", f"{area}-{number}", f"({area}) {number[:4]}-{number[4:]}", f"（{area}）{number}",
                f"{area}—{number}"]  # fmt: skip
    written, typed = rng.sample(ways, 2)
    return Pair("phone", f"电话：{written}", typed)


def _account(rng: random.Random) -> Pair:
    digits = f"62{rng.randint(10**16, 10**17 - 1)}"
    ways = [
        digits,
        " ".join(digits[i : i + 4] for i in range(0, len(digits), 4)),
        f"{digits[:4]}-{digits[4:12]}-{digits[12:]}",
    ]
    written, typed = rng.sample(ways, 2)
    return Pair("account", f"账号 {written}", typed)


def _identity(rng: random.Random) -> Pair:
    digits = f"3301{rng.randint(10, 99)}{rng.randint(1950, 2005)}0{rng.randint(1, 9)}1{rng.randint(1000, 9999)}"[:17]
    digits += rng.choice("0123456789X")
    ways = [digits, " ".join(digits[i : i + 4] for i in range(0, 18, 4)), f"{digits[:6]} {digits[6:14]} {digits[14:]}"]
    written, typed = rng.sample(ways, 2)
    return Pair("identity", f"身份证 {written}", typed)


def _code(rng: random.Random) -> Pair:
    number = f"{rng.choice(('XS', 'TS', 'DH', 'KP'))}-{rng.randint(2020, 2029)}/{rng.randint(1000, 99999):05d}"
    written, typed = rng.sample([number, number.replace("/", "-"), number.replace("-", "").replace("/", "")], 2)
    return Pair("code", f"编号：{written}", rng.choice((typed, typed.lower(), _wide(typed))))


def _broken(rng: random.Random) -> Pair:
    kind = rng.randrange(4)
    if kind == 0:
        word = rng.choice(WORDS) + rng.choice(WORDS)
        at = rng.randint(3, len(word) - 3)
        return Pair("broken", f"{word[:at]}{rng.choice(('-', ''))}\n{word[at:]}", word)
    if kind == 1:
        digits = str(rng.randint(10**11, 10**12 - 1))
        return Pair("broken", f"发票号码 {digits[:7]}\n{digits[7:]}", digits)
    if kind == 2:
        code = f"DH-{rng.randint(2020, 2029)}-{rng.randint(10000, 99999)}"
        at = rng.choice((3, 8))
        return Pair("broken", f"{code[:at]}\n{code[at:]}", code)
    word = "".join(rng.sample(HAN, 7))
    return Pair("broken", f"{word[:4]} \n {word[4:]}", word)


def _blanks(rng: random.Random) -> Pair:
    number = rng.randint(1000, 99999)
    letters = "".join(rng.choice("ABCDEFGH") for _ in range(4))
    word = "".join(rng.sample(HAN, 3))
    tight, wide = rng.choice((
        (f"{number}号楼{word}", f"{number} 号楼 {word}"),
        (f"{word}{letters}公司", f"{word} {letters} 公司"),
        (f"型号{letters}{number}", f"型号 {letters}{number}"),
        (f"2026年{number}月{word}", f"2026 年 {number} 月 {word}"),
    ))  # fmt: skip
    written, typed = rng.sample((tight, wide), 2)
    return Pair("blanks", written, f'"{typed}"' if rng.random() < 0.3 else typed)


def _radicals(rng: random.Random) -> Pair:
    word = "".join(rng.sample(sorted(RADICALS), 3)) + "".join(rng.sample(HAN, 3))
    return Pair("radicals", "".join(RADICALS.get(c, c) for c in word), word)


def _invisible(rng: random.Random) -> Pair:
    word = "".join(rng.sample(HAN, 6))
    return Pair("invisible", rng.choice(("\u200b", "\u00ad", "\u2060", "\ufeff")).join(word), word)


def _sign(rng: random.Random) -> Pair:
    number = rng.randint(100, 99999)
    written, typed = rng.choice((
        (f"面积{number}㎡", f"{number}㎡"), (f"面积 {number} ㎡", f"{number}m2"), (f"{number}m²", f"{number}㎡"),
        (f"№{number}", f"№{number}"), (f"№ {number}", f"No{number}"), (f"※{number}※", f"※{number}"),
        (f"{number}oﬃce", f"{number}office"), (f"大华{number}㈱", f"{number}(株)"),
    ))  # fmt: skip
    return Pair("sign", written, f'"{typed}"' if "(" in typed else typed)
