"""The four-property check (四性检测): authenticity, integrity, usability, safety, item by item (after DA/T 70-2018).

The items and their codes follow public descriptions of the standard's filing stage (GD); no conformance is claimed.
What cannot be checked here says so instead of passing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.domain.access import may_see
from dms.domain.numbers import is_volume, parse_paper, parse_volume
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState, Track, record_from_dict
from dms.errors import DmsError, NotFound, Usage
from dms.flow.passing import passing
from dms.flow.work import copy_out
from dms.ports.catalogue import Act
from dms.ports.vault import Trouble, Version
from dms.ports.world import World

FOUR_PROPERTIES = ActKind("four-properties", Action.REPORT)


PASSED, FAILED, UNCHECKED = "合格", "不合格", "未检"


@dataclass(frozen=True, slots=True)
class Result:
    """One item of the check for one record: its code, name, outcome, and what was seen."""

    target: str
    code: str
    name: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the checks look at, gathered once for each record."""

    world: World
    record: Record
    head: Version | None
    troubles: tuple[Trouble, ...]
    acts: tuple[Act, ...]
    same_content: tuple[str, ...]
    parts: tuple[str, ...]
    known: frozenset[str]
    gaps: frozenset[str]
    access: str


_Check = Callable[[_Seen], tuple[str, str]]


def four_properties(
    world: World, target: str, on_step: Callable[[str, int, int], None] = lambda *_: None
) -> list[Result]:
    """Check a record, a volume, or all records of a month (``2026-11``, by receipt).

    Raises:
        NotFound: there is nothing under that name, or not for the asker.
        NotPermitted: not for the asker.
    """
    with gate.acting(world, FOUR_PROPERTIES, target=target) as act:
        scope = act.scope
        records = [r for r in _meant(act, target) if may_see(scope, r)]
        if not records:
            raise NotFound(f"There is no record for “{target}”.", "A code, paper number, volume or month 2026-11.")
        known = frozenset(act.tx.all_codes())
        gaps = frozenset(g.number for g in act.tx.gaps())
    found: list[Result] = []
    for done, record in enumerate(records, 1):
        on_step("records", done, len(records))
        # Digests and a child that opens the copy take their time: no transaction waits for them.
        seen = _gather(world, record, known, gaps)
        found += [Result(seen.record.code, code, name, *check(seen)) for code, name, check in _ITEMS]
    return found


def _meant(act: gate.Passage, target: str) -> Sequence[Record]:
    alive = (RecordState.REGISTERED, RecordState.FILED)
    if is_volume(target):
        return [r for r in act.tx.records(volume=str(parse_volume(target))) if r.state in alive]
    if len(target) == 7 and target[4] == "-":
        return [r for r in act.tx.records(states=alive) if r.received_at.startswith(target)]
    try:
        return [act.see(target)]
    except Usage:
        return []


def _gather(world: World, record: Record, known: frozenset[str], gaps: frozenset[str]) -> _Seen:
    with world.catalogue.look() as tx:
        same = {
            r.code
            for digest in (record.electronic.sha512, record.paper.sha512)
            for r in tx.records_by_digest(digest)
            if r.code != record.code and r.state in (RecordState.REGISTERED, RecordState.FILED)
        }
        acts = tuple(tx.acts(record.code))
    head = world.vault.head(record.code)
    parts = tuple(str(p) for a in acts for p in a.data.get("parts", ()) if isinstance(p, str))
    troubles = tuple(world.vault.verify(record.code)) if head else ()
    access = _opens(world, record) if head and not troubles and "access.pdf" in head.files else "no access copy"
    return _Seen(world, record, head, troubles, acts, tuple(sorted(same)), parts, known, gaps, access)


def _opens(world: World, record: Record) -> str:
    """Open the access copy in a reading process; return what is wrong with it, empty where nothing is."""
    with passing(world, "check") as folder:
        copy = folder / "access.pdf"
        copy_out(world, record.code, "access.pdf", copy)
        try:
            inspection = world.examiner().inspect(copy, "access.pdf", folder)
        except DmsError as problem:
            return problem.message
        if inspection.encrypted:
            return "it is encrypted"
        return f"it holds {', '.join(inspection.active_content)}" if inspection.active_content else ""


def _when(holds: bool, wrong: str, right: str = "") -> tuple[str, str]:
    return (PASSED, right) if holds else (FAILED, wrong)


def _digests(s: _Seen) -> tuple[str, str]:
    bad = [t.detail for t in s.troubles]
    held = {f.sha512 for f in s.head.files.values()} if s.head else set()
    carriers = [c for c in (s.record.electronic, s.record.paper) if c.sha512]
    lost = [c.name for c in carriers if c.sha512 not in held]
    return _when(not bad and not lost and bool(carriers), "; ".join([*bad, *lost]) or "no digest", "SHA-512")


def _lengths(s: _Seen) -> tuple[str, str]:
    sizes = {f.sha512: f.size for f in s.head.files.values()} if s.head else {}
    wrong = [c.name for c in (s.record.electronic, s.record.paper) if c.sha512 and sizes.get(c.sha512) != c.size]
    return _when(not wrong, "recorded and stored size differ: " + ", ".join(wrong))


def _range(s: _Seen) -> tuple[str, str]:
    year = s.world.clock.now().year
    pages = s.record.electronic.pages or s.record.paper.pages
    return _when(1900 <= s.record.year <= year + 1 and 0 < pages <= 100_000, f"year {s.record.year}, {pages} pages")


def _plausible(s: _Seen) -> tuple[str, str]:
    late = s.record.date and s.record.date.isoformat() > s.record.received_at[:10]
    return _when(not late, f"dated {s.record.date}, received {s.record.received_at[:10]}")


def _characters(s: _Seen) -> tuple[str, str]:
    texts = (s.record.title, s.record.customer, *s.record.fields.values())
    bad = [t for t in texts if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE000 for c in t)]
    return _when(not bad, "control characters in: " + ", ".join(repr(b) for b in bad))


def _number(s: _Seen) -> tuple[str, str]:
    if not s.record.paper_number:
        return (FAILED, "filed without a number") if s.record.state is RecordState.FILED else (UNCHECKED, "not filed")
    volume = parse_paper(s.record.paper_number).volume
    told = (volume.class_code, volume.year, volume.manager, str(volume))
    wanted = (s.record.class_code, s.record.year, s.record.manager, s.record.volume)
    return _when(told == wanted, f"{s.record.paper_number} is not {wanted}", s.record.paper_number)


def _twice(s: _Seen) -> tuple[str, str]:
    return _when(not s.same_content, "same content as " + ", ".join(s.same_content))


def _attributes(s: _Seen) -> tuple[str, str]:
    if s.head is None:
        return FAILED, "no object"
    try:
        with s.world.vault.open(s.record.code, "record.json") as file:
            kept = record_from_dict(json.loads(file.read()))
    except (DmsError, ValueError, TypeError, KeyError) as problem:
        return FAILED, f"record.json: {problem}"
    same = (kept.code, kept.electronic.sha512, kept.paper.sha512) == (
        s.record.code, s.record.electronic.sha512, s.record.paper.sha512,
    )  # fmt: skip
    return _when(same, "record.json in the vault tells something else than the catalogue")


def _address(s: _Seen) -> tuple[str, str]:
    real = s.world.vault.address(s.record.code)
    return _when(s.record.electronic.address in ("", real), f"{s.record.electronic.address} is not {real}", real)


def _package(s: _Seen) -> tuple[str, str]:
    return _when(s.head is not None and not s.troubles, "; ".join(t.detail for t in s.troubles) or "none", "OCFL 1.1")


def _carriers(s: _Seen) -> tuple[str, str]:
    return _when(not s.record.missing_carriers, "missing: " + ", ".join(s.record.missing_carriers))


def _fields(s: _Seen) -> tuple[str, str]:
    needed = {"class": s.record.class_code, "title": s.record.title, "manager": s.record.manager,
              "date": s.record.date, "retention": s.record.retention, "secrecy": s.record.secrecy}  # fmt: skip
    return _when(all(needed.values()), "empty: " + ", ".join(k for k, v in needed.items() if not v))


def _required(s: _Seen) -> tuple[str, str]:
    profile = next((p for p in s.world.profiles if p.key == s.record.form), None)
    if profile is None:
        return UNCHECKED, "no form profile"
    empty = [f.key for f in profile.fields if f.required and not s.record.fields.get(f.key)]
    return _when(not empty, "not read: " + ", ".join(empty))


def _process(s: _Seen) -> tuple[str, str]:
    done = {a.act for a in s.acts}
    wanted = {"register", "file"} if s.record.state is RecordState.FILED else {"register"}
    return _when(wanted <= done, "the log lacks: " + ", ".join(sorted(wanted - done)))


def _gap(s: _Seen) -> tuple[str, str]:
    number = s.record.paper_number
    if not number:
        return UNCHECKED, "not filed"
    inside = sorted(g for g in s.gaps if g.startswith(s.record.volume + "-"))
    return _when(not inside, "in its volume: " + ", ".join(inside[:5]))


def _content(s: _Seen) -> tuple[str, str]:
    try:
        with s.world.vault.open(s.record.code, "text.txt") as file:
            return _when(bool(file.read().strip()), "no text was found on any page")
    except NotFound:
        return FAILED, "no text file"


def _attachments(s: _Seen) -> tuple[str, str]:
    lost = [p for p in s.parts if p not in s.known]
    return _when(not lost, "lost: " + ", ".join(lost))


def _scope(s: _Seen) -> tuple[str, str]:
    return _when(s.record.class_code in s.world.scheme.classes, f"“{s.record.class_code}” is no class of the scheme")


def _readable(s: _Seen) -> tuple[str, str]:
    return _when(s.access == "", s.access, "PDF/A access copy opens")


def _strays(s: _Seen) -> tuple[str, str]:
    stray = [t.path for t in s.troubles if t.problem.startswith("stray")]
    return _when(not stray, "stray: " + ", ".join(stray))


def _linked(s: _Seen) -> tuple[str, str]:
    state = s.record.link.state.value
    if s.record.track is not Track.DUAL:
        return UNCHECKED, f"track {s.record.track.value}"
    return _when(state in ("confirmed", "waived"), f"link {state}", state)


def _no_virus_scanner(_: _Seen) -> tuple[str, str]:
    return UNCHECKED, "no virus scanner is set up"


_ITEMS: tuple[tuple[str, str, _Check], ...] = (
    ("GD-1-1", "固化信息 fixity", _digests),
    ("GD-1-2", "长度 length", _lengths),
    ("GD-1-4", "值域 range", _range),
    ("GD-1-5", "合理性 plausibility", _plausible),
    ("GD-1-6", "特殊字符 characters", _characters),
    ("GD-1-7", "档号规范 paper number", _number),
    ("GD-1-8", "重复 duplicates", _twice),
    ("GD-1-9", "属性与元数据一致 attributes", _attributes),
    ("GD-1-10", "元数据与内容关联 address", _address),
    ("GD-1-14", "封装包未改 package", _package),
    ("GD-2-1", "件数 both carriers", _carriers),
    ("GD-2-3", "元数据项完整 metadata", _fields),
    ("GD-2-4", "必填项 mandatory fields", _required),
    ("GD-2-5", "过程信息 process", _process),
    ("GD-2-6", "连续性 numbering", _gap),
    ("GD-2-7", "内容完整 content", _content),
    ("GD-2-8", "附件完整 attachments", _attachments),
    ("GD-2-9", "归档范围 scope", _scope),
    ("GD-3-4", "可打开 opens", _readable),
    ("GD-3-X", "两套一致 both sets agree (R12)", _linked),
    ("GD-4-2", "病毒 virus", _no_virus_scanner),
    ("GD-4-3", "载体无多余文件 stray files", _strays),
)


def failed(results: Sequence[Result]) -> Iterator[Result]:
    """Yield what did not pass."""
    return (r for r in results if r.outcome == FAILED)


ACTS = (FOUR_PROPERTIES,)
