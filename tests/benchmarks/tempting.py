"""Made-up papers whose tempting reading is wrong: names inside names, several dates, spoilt covers, duplex, rescans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from dms.demo.people import date_text
from dms.domain import qr
from dms.domain.describing.who import KnownCustomer, KnownPerson
from dms.domain.hantext import page_text
from dms.domain.numbers import ElectronicCode
from dms.domain.pages import Box, Evidence, Page, Symbol, Word

RECEIVED = date(2026, 11, 23)
KEY = b"tempting" * 4
FONDS = "QY7"
STAFF = (
    KnownPerson("GYL", "顾言"), KnownPerson("SQH", "沈清和"), KnownPerson("LWX", "陆文轩"), KnownPerson("FZM", "方子墨"),
)  # fmt: skip
_SURNAMES = "林周吴郑冯陈褚卫蒋沈韩杨朱秦许何吕施孔曹严华金魏陶姜"
_GIVEN = "安宁远山清和文轩子墨思齐嘉木若水云舟景行知微怀瑾"
_STEMS = (
    "栖霞",
    "澜海",
    "云岭",
    "宏岳",
    "青梧",
    "朔风",
    "白鹭",
    "锦川",
    "听雨",
    "长汀",
    "望舒",
    "松涛",
    "明渚",
    "远岫",
)
_CITIES = ("苏州", "扬州", "徽州", "泉州", "大理", "洛阳")
_KINDS = ("酒店", "贸易", "茶业", "物流", "建材", "文化传播")
FORMS = (("客户投诉处理及折让审批表", "投诉日期"), ("订货单", "订货日期"), ("客户登记表", "登记日期"))


@dataclass(frozen=True)
class Paper:
    """One paper with what is true of it; None: this trap is not about that.

    Attributes:
        trap: family of the trap; empty for an ordinary paper.
        known: the master data it comes to.
        customer: right name; an empty one: only a question is right.
        year: right year of its volume.
        cover_year: year of the cover printed for it, 0 for none.
    """

    trap: str
    pages: tuple[Page, ...]
    known: tuple[KnownCustomer, ...] = ()
    customer: str | None = None
    manager: str | None = None
    year: int | None = None
    cover_year: int = 0


@dataclass(frozen=True)
class Stack:
    """Scanned pages and the record each page belongs to; empty: to none, or nobody can know."""

    trap: str
    pages: tuple[Page, ...]
    right: dict[int, str]


def page(lines: Sequence[str], number: int = 1) -> Page:
    """A page of lines."""
    words = tuple(
        Word(line, Box(50, 50 + 26 * n, 50 + 12 * len(line), 64 + 26 * n), 0.97) for n, line in enumerate(lines)
    )
    return Page(number, 595, 842, words, page_text(words), "ocr")


def blank(number: int) -> Page:
    """The empty back of a sheet."""
    return Page(number, 595, 842, source="ocr", evidence=Evidence(blank=True))


def person(rng: Random, length: int = 2) -> str:
    """A made-up person."""
    return rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, length - 1))


def company(rng: Random) -> str:
    """A made-up company, without its legal form."""
    return rng.choice(_STEMS) + rng.choice(_KINDS)


def _form(rng: Random, customer: str, manager: str, day: str, extra: Sequence[str] = (), label: str = "") -> list[str]:
    title, day_label = rng.choice(FORMS)
    number = f"{rng.choice(('TS', 'DH', 'KH'))}-2026-{rng.randrange(10**5):05d}"
    lines = [f"编号：{number}", f"客户名称：{customer}", f"客户经理：{manager}", f"{label or day_label}：{day}"]
    if not label:
        lines += [f"金额：{rng.randrange(200, 90000)}.00"]
    lines += list(extra)
    rng.shuffle(lines)
    return [title, *lines]


def _day(rng: Random) -> date:
    return RECEIVED - timedelta(days=rng.randrange(5, 250))


def _text(rng: Random, day: date) -> str:
    return date_text(day, rng.choice(("iso", "han", "words", "slash")))


def name_in_name(rng: Random) -> Paper:
    """The known name is part of the one on the paper, or the other way round."""
    if rng.random() < 0.5:
        long = person(rng, 3)
        short = long[:2]
    else:
        short = company(rng)
        long = rng.choice(
            (
                rng.choice(_CITIES) + short,
                short + rng.choice(_CITIES) + "分公司",
                rng.choice(_CITIES) + short + "有限公司",
            )
        )
    knows, reads = (short, long) if rng.random() < 0.7 else (long, short)
    staff = rng.choice(STAFF)
    known = (KnownCustomer(knows, staff.code),)
    return Paper(
        "name in name", (page(_form(rng, reads, staff.name, _text(rng, _day(rng)))),), known, reads, staff.code
    )


def name_in_text(rng: Random) -> Paper:
    """Running text names a longer name that holds the known one, and nobody labelled anything."""
    short = company(rng) if rng.random() < 0.6 else person(rng)
    long = rng.choice(_CITIES) + short if len(short) > 3 else short + rng.choice(_GIVEN)
    line = rng.choice(("兹有{}前来联系业务", "{}反映上月对账有误", "现将{}的意见汇总如下", "据{}来电"))
    lines = ["情况说明", line.format(long), f"{_text(rng, _day(rng))}"]
    return Paper("name in text", (page(lines),), (KnownCustomer(short, "GYL"),), long)


def slip(rng: Random) -> Paper:
    """One letter differs from a known customer: another company, or a slip of the engine."""
    name = company(rng) + "有限公司"
    at = rng.randrange(2)
    other = name[:at] + rng.choice("宸霖峦屿樵筠汐岚") + name[at + 1 :]
    return Paper(
        "one letter", (page(_form(rng, other, "顾言", _text(rng, _day(rng)))),), (KnownCustomer(name, "GYL"),), other
    )


def twins(rng: Random) -> Paper:
    """Two customers bear one name; sometimes the paper tells which."""
    name, (one, two) = person(rng), rng.sample(STAFF, 2)
    known = (
        KnownCustomer(f"{name}（苏州）", one.code, (name,), ("苏州市平江路18号",)),
        KnownCustomer(f"{name}（扬州）", two.code, (name,), ("扬州市东关街7号",)),
    )
    right = rng.choice((0, 1))
    manager = (one, two)[right].name if rng.random() < 0.5 else ""
    extra = [] if manager or rng.random() < 0.5 else [f"地址：{known[right].marks[0]}"]
    lines = _form(rng, name, manager, _text(rng, _day(rng)), extra)
    told = bool(manager or extra)
    return Paper("two of one name", (page(lines),), known, known[right].name if told else "")


def stranger(rng: Random) -> Paper:
    """A company nobody knows writes about a known one."""
    known, other = company(rng), company(rng) + "有限公司"
    while known in other:
        other = company(rng) + "有限公司"
    lines = ["函", f"{other}：", f"贵司与{known}的往来已核对", _text(rng, _day(rng))]
    return Paper("stranger", (page(lines),), (KnownCustomer(known, "SQH"),), "")


def manager_in_name(rng: Random) -> Paper:
    """The manager on the paper is nobody known, but a known one's name is in his, or two people have his name."""
    name, one = company(rng) + "有限公司", rng.choice(STAFF)
    reads = rng.choice((one.name + rng.choice(_GIVEN), rng.choice(_SURNAMES) + one.name, person(rng, 3)))
    lines = _form(rng, name, reads, _text(rng, _day(rng)))
    return Paper("manager in name", (page(lines),), (KnownCustomer(name, one.code),), name, "")


def four_dates(rng: Random) -> Paper:
    """Birth, validity, foundation, print; the paper's own date labelled, unlabelled or missing."""
    own = _day(rng)
    old = date(rng.randrange(1960, 2024), rng.randrange(1, 13), rng.randrange(1, 28))
    soon = RECEIVED - timedelta(days=rng.randrange(1, 300))
    others = rng.sample(
        [f"出生日期：{_text(rng, old)}", f"有效期至：{_text(rng, soon)}", f"成立日期：{_text(rng, old)}", f"打印时间：{_text(rng, soon)} 09:12",
         f"出生 {_text(rng, old)}", f"有效期限 {_text(rng, old)} 至 {_text(rng, soon)}", f"{_text(rng, old)}生"],
        rng.randrange(1, 5),
    )  # fmt: skip
    how = rng.choice(("labelled", "bare", "missing"))
    if how == "labelled":
        return Paper("four dates", (page(_form(rng, person(rng), "顾言", _text(rng, own), others)),), (), year=own.year)
    lines = ["证明", f"客户名称：{person(rng)}", *others, *([_text(rng, own)] if how == "bare" else [])]
    rng.shuffle(lines)
    return Paper("four dates", (page(lines),), (), year=own.year if how == "bare" else -1)


def odd_date(rng: Random) -> Paper:
    """A date of two-digit parts, or an old one nobody labelled."""
    own = _day(rng)
    if rng.random() < 0.7:
        shown = rng.choice(
            (f"{own:%d/%m/%y}", f"{own:%m/%d/%y}", f"{own:%d.%m.%y}", f"{own:%y-%m-%d}", f"{own:%d-%m-%y}")
        )
        return Paper("odd date", (page(_form(rng, company(rng) + "有限公司", "顾言", shown)),), (), year=own.year)
    cited = RECEIVED - timedelta(days=rng.randrange(400, 4000))
    lines = ["说明", f"根据{_text(rng, cited)}签订的合同办理" if rng.random() < 0.5 else f"存档 {_text(rng, cited)}"]
    return Paper("odd date", (page(lines),), (), year=-1)


def backdated(rng: Random) -> Paper:
    """A paper of last year behind a cover printed this year."""
    own = date(2025, rng.randrange(1, 13), rng.randrange(1, 28))
    return Paper(
        "backdated",
        (page(_form(rng, company(rng) + "有限公司", "顾言", _text(rng, own))),),
        (),
        year=2025,
        cover_year=2026,
    )


PAPERS: tuple[Callable[[Random], Paper], ...] = (
    name_in_name, name_in_text, slip, twins, stranger, manager_in_name, four_dates, odd_date, backdated,
)  # fmt: skip


def code(serial: int) -> str:
    """A record's electronic code."""
    return str(ElectronicCode(FONDS, 2026, serial))


def bearing(made: Page, serial: int, purpose: qr.Purpose) -> Page:
    """The page with one of our symbols on it."""
    text = qr.write(ElectronicCode(FONDS, 2026, serial), None, purpose, KEY)
    return replace(made, symbols=(*made.symbols, Symbol(text, Box(0, 0, 40, 40))))


def cover(serial: int, *, spoilt: bool = False) -> Page:
    """A cover sheet, its symbols unreadable where spoilt."""
    made = page(["扫描封面", "Scan cover sheet · 互见封面", f"电子文件号 {code(serial)}", code(serial)])
    return made if spoilt else bearing(made, serial, qr.Purpose.COVER)


def stack(rng: Random, trap: str) -> Stack:
    """Two to four papers, one or two pages each, put together the wrong way."""
    pages: list[Page] = []
    right: dict[int, str] = {}
    duplex = trap == "duplex" or rng.random() < 0.4
    serials = rng.sample(range(1, 900), rng.randrange(2, 5))
    spoilt = rng.choice(serials[1:])
    later = rng.choice(serials)
    for serial in serials:
        papers = [page(_form(rng, company(rng), "顾言", "2026-10-09")) for _ in range(rng.randrange(1, 3))]
        if trap in ("two labels", "label within"):
            at = 0 if trap == "two labels" else len(papers) - 1
            papers[at] = bearing(papers[at], serial, qr.Purpose.LABEL)
            if trap == "label within" and serial == later:
                papers.insert(0, page(["附件", "现场说明"]))
        sheet = [cover(serial, spoilt=trap == "cover spoilt" and serial == spoilt)] if "label" not in trap else []
        ordered = [*papers, *sheet] if trap == "covers behind" else [*sheet, *papers]
        for one in ordered:
            pages.append(one.numbered(len(pages) + 1))
            if one in papers:
                right[len(pages)] = code(serial)
            if duplex:
                pages.append(blank(len(pages) + 1))
    return Stack(trap, tuple(pages), right)


STACKS = ("cover spoilt", "covers behind", "duplex", "two labels", "label within")
