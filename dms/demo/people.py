"""Fictional customers, account managers, amounts, dates, numbers and addresses; all seeded, nobody exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

SIMPLIFIED, TRADITIONAL, ENGLISH = "zh-Hans", "zh-Hant", "en"
LANGUAGES = (SIMPLIFIED, TRADITIONAL, ENGLISH)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the house. ``code`` stands in volume numbers; role as in ``dms.domain.access.ROLES``."""

    code: str
    name: str
    hant: str
    english: str
    role: str = "account_manager"

    def named(self, language: str) -> str:
        """Return the name as a form in this language prints it."""
        return {SIMPLIFIED: self.name, TRADITIONAL: self.hant, ENGLISH: self.english}[language]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: company, hotel or member; ``manager`` is his account manager's code."""

    name: str
    language: str
    kind: str
    manager: str
    contact: str
    phone: str
    address: str
    tax_number: str = ""
    grade: str = "B"


HOUSE = {
    SIMPLIFIED: "海光国际酒店有限公司",
    TRADITIONAL: "海光國際酒店有限公司",
    ENGLISH: "Haiguang International Hotel Co., Ltd.",
}

MANAGERS = (
    Person("ZHS", "张华生", "張華生", "Zhang Huasheng"),
    Person("LMY", "李美玉", "李美玉", "Li Meiyu"),
    Person("WJG", "王建国", "王建國", "Wang Jianguo"),
    Person("CXF", "陈晓芳", "陳曉芳", "Chen Xiaofang"),
    Person("ZWB", "赵文博", "趙文博", "Zhao Wenbo"),
)
SUPERVISORS = (
    Person("ZZY", "周志远", "周志遠", "Zhou Zhiyuan", "sales_manager"),
    Person("HM", "何敏", "何敏", "He Min", "department_manager"),
    Person("WGD", "吴国栋", "吳國棟", "Wu Guodong", "general_manager"),
)
ARCHIVISTS = (Person("SLJ", "孙丽娟", "孫麗娟", "Sun Lijuan", "archivist"),)

_NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    SIMPLIFIED: (
        ("company", "远帆商务咨询有限公司"), ("hotel", "青岚度假酒店管理有限公司"), ("member", "芮澜"),
        ("company", "望潮国际旅行社有限责任公司"), ("company", "垚鑫建材贸易有限责任公司"), ("hotel", "云汀湖畔酒店"),
        ("company", "翀霄航空服务股份有限公司"), ("member", "欧阳景玥"), ("company", "犇跃体育文化传播有限公司"),
        ("company", "曦和堂医药连锁股份有限公司"), ("hotel", "澜庭精品酒店"),
        ("company", "锦川进出口贸易股份有限公司望川分公司"),
        ("company", "瑆辉会展服务有限公司"), ("member", "沈昶"), ("company", "禾穗农业科技发展有限公司"),
        ("company", "望川市装备制造行业协会"), ("hotel", "听松山庄"), ("company", "淼源水处理设备有限公司"),
        ("company", "堃泰工程机械租赁有限公司"), ("company", "澜州晨曦教育科技集团股份有限公司第一培训中心"),
    ),
    TRADITIONAL: (
        ("company", "瀚宇文化事業股份有限公司"), ("hotel", "麗灣酒店集團"), ("company", "鴻圖國際貿易股份有限公司"),
        ("member", "蕭懿軒"), ("company", "龍騰會議顧問有限公司"), ("company", "寶嶼海產實業有限公司"),
    ),
    ENGLISH: (
        ("company", "Quillon & Marsh Trading Co., Ltd."), ("hotel", "Harbour Light Hotel Group Ltd."),
        ("company", "Northfield Conference Services Ltd."), ("company", "Tessaly Instruments Inc."),
        ("member", "Margaret Ellwood"), ("company", "Blue Heron Travel Partners LLC"),
    ),
}  # fmt: skip
_CONTACTS = {
    SIMPLIFIED: ("林静怡", "马思远", "高振宇", "郑雅琴", "邓凯", "许文静", "韩旭东", "曹慧敏", "蒋志强", "田喆"),
    TRADITIONAL: ("林靜怡", "鄭雅琴", "許文靜", "蔣志強", "葉俊賢", "羅慧嫻"),
    ENGLISH: ("Thomas Reed", "Anna Lindqvist", "Peter Okafor", "Helen Marsh", "Daniel Whitlow"),
}
_CITIES = {
    SIMPLIFIED: ("望川市", "云汀市", "澜州市"),
    TRADITIONAL: ("望川市", "雲汀市", "瀾州市"),
    ENGLISH: ("Wangchuan", "Yunting", "Lanting"),
}
_STREETS = {
    SIMPLIFIED: ("滨江区江晖路", "高新区科创大道", "鼓楼区中山北路", "开发区汇通街", "东湖区梧桐路"),
    TRADITIONAL: ("濱江區江暉路", "高新區科創大道", "鼓樓區中山北路", "東湖區梧桐路"),
    ENGLISH: ("Harbour Road", "Innovation Avenue", "Willow Street", "Old Mill Lane"),
}
_DIGITS = "〇一二三四五六七八九"
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_CAPITALS_HANT = "零壹貳參肆伍陸柒捌玖"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def customers(seed: int = 7) -> tuple[Customer, ...]:
    """Return all customers, with contacts, addresses and managers drawn from the seed."""
    rng = Random(f"customers:{seed}")
    return tuple(
        Customer(
            name=name,
            language=language,
            kind=kind,
            manager=MANAGERS[index % len(MANAGERS)].code,
            contact=name if kind == "member" else rng.choice(_CONTACTS[language]),
            phone=phone(rng, language),
            address=address(rng, language),
            tax_number="" if kind == "member" else tax_number(rng),
            grade=rng.choice("AABBBC"),
        )
        for language in LANGUAGES
        for index, (kind, name) in enumerate(_NAMES[language])
    )


def person(code: str) -> Person:
    """Return somebody of the house by code.

    Raises:
        KeyError: nobody has it.
    """
    return {p.code: p for p in (*MANAGERS, *SUPERVISORS, *ARCHIVISTS)}[code]


def phone(rng: Random, language: str = SIMPLIFIED) -> str:
    """Return a telephone number of a range nobody is given (555, 0000)."""
    if language == ENGLISH:
        return f"+44 1632 960{rng.randrange(1000):03d}"
    if language == TRADITIONAL:
        return f"02-5550-{rng.randrange(10000):04d}"
    return rng.choice((f"0571-5550{rng.randrange(10000):04d}", f"139 0000 {rng.randrange(10000):04d}"))


def address(rng: Random, language: str = SIMPLIFIED) -> str:
    """Return an address in a city that is on no map."""
    city, street = rng.choice(_CITIES[language]), rng.choice(_STREETS[language])
    number, room = rng.randrange(2, 399), rng.randrange(301, 2808)
    if language == ENGLISH:
        return f"Suite {room}, {number} {street}, {city}"
    return f"{city}{street}{number}{'號' if language == TRADITIONAL else '号'}{room}室"


def tax_number(rng: Random) -> str:
    """Return eighteen characters shaped like a credit code, with a region that does not exist."""
    return "91990000MA" + "".join(rng.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(8))


def amount(rng: Random, low: int = 800, high: int = 180_000) -> Decimal:
    """Return an amount; small ones more often, some with cents."""
    value = Decimal(int(low * (high / low) ** rng.random()))
    if rng.random() < 0.6:
        return value - value % 10 + Decimal(10)
    return value + Decimal(rng.randrange(1, 100)) / 100


def day(rng: Random, year: int = 2026, months: int = 9) -> date:
    """Return a working day in the first months of a year."""
    found = date(year, 1, 4) + timedelta(days=rng.randrange(months * 30 - 6))
    return found - timedelta(days=max(0, found.weekday() - 4))


def grouped(value: Decimal) -> str:
    """Return ``12,800.00``."""
    return f"{value:,.2f}"


def capitals(value: Decimal, language: str = SIMPLIFIED) -> str:
    """Return an amount in capital numerals (大写金额): 12800.50 is 壹万贰仟捌佰元伍角."""
    hant = language == TRADITIONAL
    names = _CAPITALS_HANT if hant else _CAPITALS
    yuan, cents = divmod(int(value * 100), 100)
    groups = ("", "萬" if hant else "万", "億" if hant else "亿")
    text, place, pending = "", 0, yuan
    while pending:
        pending, group = divmod(pending, 10_000)
        part = ""
        for weight, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
            digit = group // weight % 10
            if digit:
                part += names[digit] + unit
            elif part and not part.endswith("零"):
                part += "零"
        part = part.rstrip("零")
        if group:
            text = ("零" if pending and group < 1000 else "") + part + groups[place] + text
        place += 1
    whole = (text or "零") + ("圓" if hant else "元")
    if not cents:
        return whole + "整"
    jiao, fen = divmod(cents, 10)
    return whole + (names[jiao] + "角" if jiao else "零") + (names[fen] + "分" if fen else "")


def date_text(value: date, style: str) -> str:
    """Return a date as ``iso``, ``slash``, ``han`` (2026年3月5日), ``words`` (二〇二六年三月五日) or ``english``."""
    if style == "iso":
        return value.isoformat()
    if style == "slash":
        return f"{value:%Y/%m/%d}"
    if style == "han":
        return f"{value.year}年{value.month}月{value.day}日"
    if style == "words":
        year = "".join(_DIGITS[int(c)] for c in str(value.year))
        return f"{year}年{_small(value.month)}月{_small(value.day)}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def _small(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else _DIGITS[tens]) + "十" if tens else "") + (_DIGITS[ones] if ones else "")


def date_styles(language: str) -> tuple[str, ...]:
    """Return the notations used on forms in a language, the usual one first."""
    return ("english",) if language == ENGLISH else ("han", "iso", "words", "slash")
