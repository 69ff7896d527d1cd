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
from dms.domain.record import ALIVE, Record, RecordState, Track, record_from_dict, split_from_one
from dms.errors import DmsError, NotFound, Usage
from dms.flow.passing import passing
from dms.flow.work import copy_out
from dms.ports.catalogue import Act
from dms.ports.vault import Trouble, Version
from dms.ports.world import World
from dms.said import NOTHING, Said, Word, verbatim

FOUR_PROPERTIES = ActKind("four-properties", Action.REPORT)


PASSED, FAILED, UNCHECKED = "passed", "failed", "unchecked"


@dataclass(frozen=True, slots=True)
class Result:
    """One item of the check for one record: its code, name, outcome, and what was seen."""

    target: str
    code: str
    name: Said
    outcome: str
    detail: Said = NOTHING


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
    access: Said


_Check = Callable[[_Seen], tuple[str, Said]]


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
            raise NotFound(
                Said("There is no record for “{target}”.", target=target),
                Said("A code, paper number, volume or month 2026-11."),
            )
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
    if is_volume(target):
        return [r for r in act.tx.records(volume=str(parse_volume(target))) if r.state in ALIVE]
    if len(target) == 7 and target[4] == "-":
        return [r for r in act.tx.records(states=ALIVE) if r.received_at.startswith(target)]
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
            if r.code != record.code and r.state in ALIVE and not split_from_one(r, record)
        }
        acts = tuple(tx.acts(record.code))
    head = world.vault.head(record.code)
    parts = tuple(str(p) for a in acts for p in a.data.get("parts", ()) if isinstance(p, str))
    troubles = tuple(world.vault.verify(record.code)) if head else ()
    access = _opens(world, record) if head and not troubles and "access.pdf" in head.files else Said("no access copy")
    return _Seen(world, record, head, troubles, acts, tuple(sorted(same)), parts, known, gaps, access)


def _opens(world: World, record: Record) -> Said:
    """Open the access copy in a reading process; return what is wrong with it, empty where nothing is."""
    with passing(world, "check") as folder:
        copy = folder / "access.pdf"
        copy_out(world, record.code, "access.pdf", copy)
        try:
            inspection = world.examiner().inspect(copy, "access.pdf", folder)
        except DmsError as problem:
            return problem.said
        if inspection.encrypted:
            return Said("it is encrypted")
        active = inspection.active_content
        return Said("it holds {parts}", parts=active) if active else NOTHING


def _when(holds: bool, wrong: Said, right: Said = NOTHING) -> tuple[str, Said]:
    return (PASSED, right) if holds else (FAILED, wrong)


def _digests(s: _Seen) -> tuple[str, Said]:
    bad: list[Said | str] = [t.detail for t in s.troubles]
    held = {f.sha512 for f in s.head.files.values()} if s.head else set()
    carriers = [c for c in (s.record.electronic, s.record.paper) if c.sha512]
    lost = [c.name for c in carriers if c.sha512 not in held]
    return _when(
        not bad and not lost and bool(carriers),
        Said("{wrong}", wrong=[*bad, *lost]) if bad or lost else Said("no digest"),
        verbatim("SHA-512"),
    )


def _lengths(s: _Seen) -> tuple[str, Said]:
    sizes = {f.sha512: f.size for f in s.head.files.values()} if s.head else {}
    wrong = [c.name for c in (s.record.electronic, s.record.paper) if c.sha512 and sizes.get(c.sha512) != c.size]
    return _when(not wrong, Said("recorded and stored size differ: {files}", files=wrong))


def _range(s: _Seen) -> tuple[str, Said]:
    year = s.world.clock.now().year
    pages = s.record.electronic.pages or s.record.paper.pages
    return _when(
        1900 <= s.record.year <= year + 1 and 0 < pages <= 100_000,
        Said("year {year}, {pages} pages", year=s.record.year, pages=pages),
    )


def _plausible(s: _Seen) -> tuple[str, Said]:
    late = s.record.date and s.record.date.isoformat() > s.record.received_at[:10]
    return _when(
        not late, Said("dated {day}, received {received}", day=s.record.date, received=s.record.received_at[:10])
    )


def _characters(s: _Seen) -> tuple[str, Said]:
    texts = (s.record.title, s.record.customer, *s.record.fields.values())
    bad = [t for t in texts if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE000 for c in t)]
    return _when(not bad, Said("control characters in: {texts}", texts=[repr(b) for b in bad]))


def _number(s: _Seen) -> tuple[str, Said]:
    if not s.record.paper_number:
        return (
            (FAILED, Said("filed without a number"))
            if s.record.state is RecordState.FILED
            else (UNCHECKED, Said("not filed"))
        )
    volume = parse_paper(s.record.paper_number).volume
    told = (volume.class_code, volume.year, volume.manager, str(volume))
    wanted = (s.record.class_code, s.record.year, s.record.manager, s.record.volume)
    return _when(
        told == wanted,
        Said("{number} is not {wanted}", number=s.record.paper_number, wanted=str(wanted)),
        verbatim(s.record.paper_number),
    )


def _twice(s: _Seen) -> tuple[str, Said]:
    return _when(not s.same_content, Said("same content as {codes}", codes=s.same_content))


def _attributes(s: _Seen) -> tuple[str, Said]:
    if s.head is None:
        return FAILED, Said("no object")
    try:
        with s.world.vault.open(s.record.code, "record.json") as file:
            kept = record_from_dict(json.loads(file.read()))
    except (DmsError, ValueError, TypeError, KeyError) as problem:
        return FAILED, Said("record.json: {problem}", problem=problem)
    same = (kept.code, kept.electronic.sha512, kept.paper.sha512) == (
        s.record.code, s.record.electronic.sha512, s.record.paper.sha512,
    )  # fmt: skip
    return _when(same, Said("record.json in the vault tells something else than the catalogue"))


def _address(s: _Seen) -> tuple[str, Said]:
    real = s.world.vault.address(s.record.code)
    return _when(
        s.record.electronic.address in ("", real),
        Said("{address} is not {real}", address=s.record.electronic.address, real=real),
        verbatim(real),
    )


def _wrong(s: _Seen) -> Said:
    return Said("{wrong}", wrong=[t.detail for t in s.troubles]) if s.troubles else Said("no object")


def _package(s: _Seen) -> tuple[str, Said]:
    return _when(s.head is not None and not s.troubles, _wrong(s), verbatim("OCFL 1.1"))


def _carriers(s: _Seen) -> tuple[str, Said]:
    return _when(
        not s.record.missing_carriers,
        Said("missing: {carriers}", carriers=[Word("carrier", c) for c in s.record.missing_carriers]),
    )


def _fields(s: _Seen) -> tuple[str, Said]:
    needed = {"class": s.record.class_code, "title": s.record.title, "manager": s.record.manager,
              "date": s.record.date, "retention": s.record.retention, "secrecy": s.record.secrecy}  # fmt: skip
    return _when(
        all(needed.values()), Said("empty: {fields}", fields=[Word("field", k) for k, v in needed.items() if not v])
    )


def _required(s: _Seen) -> tuple[str, Said]:
    profile = next((p for p in s.world.profiles if p.key == s.record.form), None)
    if profile is None:
        return UNCHECKED, Said("no form profile")
    empty = [f.key for f in profile.fields if f.required and not s.record.fields.get(f.key)]
    return _when(not empty, Said("not read: {fields}", fields=[Word("field", k) for k in empty]))


def _process(s: _Seen) -> tuple[str, Said]:
    done = {a.act for a in s.acts}
    wanted = {"register", "file"} if s.record.state is RecordState.FILED else {"register"}
    return _when(wanted <= done, Said("the log lacks: {acts}", acts=[Word("act", a) for a in sorted(wanted - done)]))


def _gap(s: _Seen) -> tuple[str, Said]:
    number = s.record.paper_number
    if not number:
        return UNCHECKED, Said("not filed")
    inside = sorted(g for g in s.gaps if g.startswith(s.record.volume + "-"))
    return _when(not inside, Said("in its volume: {numbers}", numbers=inside[:5]))


def _content(s: _Seen) -> tuple[str, Said]:
    try:
        with s.world.vault.open(s.record.code, "text.txt") as file:
            return _when(bool(file.read().strip()), Said("no text was found on any page"))
    except NotFound:
        return FAILED, Said("no text file")


def _attachments(s: _Seen) -> tuple[str, Said]:
    lost = [p for p in s.parts if p not in s.known]
    return _when(not lost, Said("lost: {files}", files=lost))


def _scope(s: _Seen) -> tuple[str, Said]:
    return _when(
        s.record.class_code in s.world.scheme.classes,
        Said("“{code}” is no class of the scheme", code=s.record.class_code),
    )


def _readable(s: _Seen) -> tuple[str, Said]:
    return _when(not s.access, s.access, Said("PDF/A access copy opens"))


def _strays(s: _Seen) -> tuple[str, Said]:
    stray = [t.path for t in s.troubles if t.problem.startswith("stray")]
    return _when(not stray, Said("stray: {files}", files=stray))


def _linked(s: _Seen) -> tuple[str, Said]:
    state = s.record.link.state.value
    link = Said("{link}", link=Word("link", state))
    if s.record.track is not Track.DUAL:
        return UNCHECKED, Said("{track}", track=Word("track", s.record.track.value))
    return _when(state in ("confirmed", "waived"), link, link)


def _no_virus_scanner(_: _Seen) -> tuple[str, Said]:
    return UNCHECKED, Said("no virus scanner is set up")


_ITEMS: tuple[tuple[str, Said, _Check], ...] = (
    ("GD-1-1", Said("fixity"), _digests),
    ("GD-1-2", Said("length"), _lengths),
    ("GD-1-4", Said("range"), _range),
    ("GD-1-5", Said("plausibility"), _plausible),
    ("GD-1-6", Said("characters"), _characters),
    ("GD-1-7", Said("paper number"), _number),
    ("GD-1-8", Said("duplicates"), _twice),
    ("GD-1-9", Said("attributes"), _attributes),
    ("GD-1-10", Said("address"), _address),
    ("GD-1-14", Said("package"), _package),
    ("GD-2-1", Said("both carriers"), _carriers),
    ("GD-2-3", Said("metadata"), _fields),
    ("GD-2-4", Said("mandatory fields"), _required),
    ("GD-2-5", Said("process"), _process),
    ("GD-2-6", Said("numbering"), _gap),
    ("GD-2-7", Said("content"), _content),
    ("GD-2-8", Said("attachments"), _attachments),
    ("GD-2-9", Said("scope"), _scope),
    ("GD-3-4", Said("opens"), _readable),
    ("GD-3-X", Said("both sets agree (R12)"), _linked),
    ("GD-4-2", Said("virus"), _no_virus_scanner),
    ("GD-4-3", Said("stray files"), _strays),
)


def failed(results: Sequence[Result]) -> Iterator[Result]:
    """Yield what did not pass."""
    return (r for r in results if r.outcome == FAILED)


ACTS = (FOUR_PROPERTIES,)
