"""Codes and numbers given before anything is scanned: cover sheets for stacks, ranges for desks; and voiding them."""

from __future__ import annotations

import hashlib
import json

from dms.desk.acts import gate
from dms.desk.acts.kinds import REASON, ActKind, on_record
from dms.domain.numbers import fold, is_code, is_paper
from dms.domain.policy import Action
from dms.domain.record import ALIVE, Record, RecordState
from dms.errors import Conflict, NotFound, Usage
from dms.ports.world import World
from dms.said import Do, Said

RESERVE = ActKind("reserve", Action.RESERVE)
VOID = on_record(Action.VOID, RecordState.RESERVED)


MOST = 5000


def reserve(
    world: World,
    *,
    count: int = 1,
    class_code: str = "",
    manager: str = "",
    customer: str = "",
    title: str = "",
    pages: int = 0,
    numbered: bool = False,
) -> list[Record]:
    """Reserve codes, with paper numbers too where ``numbered``, all in one commit.

    The reservation is kept in the vault as well, so that a catalogue rebuilt from it gives no code twice.

    Raises:
        Usage: a count out of range, an unknown class or manager, or a number wanted without class and manager.
    """
    if not 1 <= count <= MOST:
        raise Usage(
            Said("{count} sheets cannot be reserved at once.", count=count), Said("Ask for 1 to {most}.", most=MOST)
        )
    kind = world.scheme.record_class(class_code) if class_code else None
    if numbered and not (kind and manager):
        raise Usage(
            Said("A paper number says class and manager."),
            Said("Give {inputs} and {inputs_2}.", inputs=Do("", class_=True), inputs_2=Do("", manager=True)),
        )
    now = world.now()
    year = world.clock.now().year
    records = []
    with gate.acting(world, RESERVE) as act:
        tx, me = act.tx, act.me
        if not manager and "account_manager" in me.roles and not act.scope.everything:
            # He handles his own customers only (R5), and must see what he scans under these codes.
            manager = me.code
        known = {p.code for p in tx.people()}
        if manager and manager not in known:
            raise Usage(
                Said("There is no account manager “{manager}”.", manager=manager),
                Said("Known: {known}", known=sorted(known)),
            )
        volume = None
        if numbered and kind:
            volume = tx.open_volume(world.scheme.volume(kind.code, year, manager), now)
        for _ in range(count):
            code = tx.next_code(world.scheme.fonds, year)
            number = tx.next_paper(volume) if volume else None
            record = Record(
                code=str(code),
                title=title,
                customer=customer,
                manager=manager,
                year=year,
                **(kind.given if kind else {}),
                state=RecordState.RESERVED,
                paper_number=str(number) if number else "",
                volume=str(volume) if volume else "",
                fields={"pages_expected": str(pages)} if pages else {},
                received_at=now,
                received_by=me.code,
            )
            tx.add_record(record)
            records.append(record)
        # Their titles and customers can be found before they are scanned; nameless ones need no index.
        if title or customer:
            for record in records:
                tx.enqueue("index", record.code)
        act.target = f"{records[0].code}..{records[-1].code}"
        act.notes["count"] = count
        _keep(act, records)
    return records


def _keep(act: gate.Passage, records: list[Record]) -> None:
    told = json.dumps([r.to_dict() for r in records], ensure_ascii=False, indent=1).encode()
    act.write(
        f"batch-{hashlib.sha256(told).hexdigest()[:32]}",
        {"reserved.json": told},
        Said("Reserved {first} to {last}", first=records[0].code, last=records[-1].code),
    )


def void(world: World, named: str, *, reason: str) -> str:
    """Void a code or paper number nobody will use; return it in its proper form.

    Raises:
        Usage: no reason, or neither a code nor a number.
        NotFound: it was never given.
        Conflict: a registered or filed record has it.
    """
    if not reason.strip():
        raise Usage(Said("A number is voided only with a reason."), Do("", reason="cover sheet spoiled in the printer"))
    folded = fold(named)
    if not (is_paper(folded) or is_code(folded)):
        raise Usage(
            Said("“{named}” is neither a code nor a paper number.", named=named),
            Said("They look like HG01E2026000123."),
        )
    kind = "paper" if is_paper(folded) else "code"
    with world.catalogue.look() as tx:
        known = tx.record_by_number(folded) if kind == "paper" else tx.record(folded)
        if known is None and folded not in {gap.number for gap in tx.gaps()}:
            raise NotFound(Said("{record} was never given.", record=folded), Said("Nothing needs to be voided."))
    with gate.acting(world, VOID, folded if known else "", target=folded, reason=reason) as act:
        tx, me, record, now = act.tx, act.me, act.found, act.now
        if record is None and folded not in {gap.number for gap in tx.gaps()}:
            raise Conflict(
                Said("{record} was given to a record just now.", record=folded),
                Said("Look at it with “{act}”.", act=Do("show")),
            )
        if record is not None:
            if record.state in ALIVE:
                raise Conflict(
                    Said("{record} belongs to “{title}”.", record=folded, title=record.title),
                    Said("Only unused numbers can be voided."),
                )
            if kind == "code":
                if record.paper_number:
                    tx.void(record.paper_number, kind="paper", reason=reason, user=me.code, at=now)
                record = record.with_(state=RecordState.VOID)
            tx.save_record(record.with_(paper_number="", volume=""))
            tx.enqueue("index", record.code)
        tx.void(folded, kind=kind, reason=reason, user=me.code, at=now)
    return folded


ACTS = (RESERVE, VOID.by(void, REASON, tells="voided"))
