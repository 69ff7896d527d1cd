"""An office with records to act on, without the cost of reading files: people of every role, rows and vault objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dms.assembly import init, open_world
from dms.desk.accounts.people import add_person, appoint
from dms.desk.acts import gate
from dms.domain.record import Carrier, Link, LinkState, Record, RecordState
from dms.flow.work import record_json
from dms.ports.catalogue import Customer, Person
from dms.ports.registers import Deputy
from dms.ports.world import World

CUSTOMER = "杭州新辰酒店有限公司"
PEOPLE = (
    Person("ZHS", "张华生", ("account_manager",), "zhs", "一部"),
    Person("LMY", "李美玉", ("account_manager",), "lmy", "二部"),
    Person("DM1", "王一部", ("department_manager",), "dm1", "一部"),
    Person("SM", "钱销售", ("sales_manager",), "sm"),
    Person("SM2", "周销售", ("sales_manager",), "sm2"),
    Person("AR", "周档案", ("archivist",), "ar"),
    Person("CO", "吴助理", ("contributor",), "co", "一部"),
    Person("AD", "郑管理", ("administrator",), "ad"),
)


@contextmanager
def desk(home: Path) -> Iterator[World]:
    """A fresh archive, used by its general manager ``GM``."""
    init(home, user="gm")
    with open_world(home, user="gm") as world:
        for person in PEOPLE:
            add_person(world, person)
        with world.catalogue.begin() as tx:
            tx.save_customer(Customer(CUSTOMER, "ZHS"))
        yield world


def as_(world: World, code: str) -> World:
    """The archive as somebody uses it."""
    return gate.enter(world, code)


def put(
    world: World, *, state: RecordState = RecordState.REGISTERED, link: LinkState = LinkState.EXPECTED,
    files: Mapping[str, bytes] | None = None, **values: Any,
) -> str:  # fmt: skip
    """Put a record of ZHS's customer into catalogue and vault, with values and files of its own; return its code."""
    with world.catalogue.begin() as tx:
        code = str(tx.next_code("HG01", 2026))
        number = ""
        if state is RecordState.FILED:
            series = world.scheme.volume("04", 2026, "ZHS", "D30")
            number = str(tx.next_paper(tx.open_volume(series, world.now())))
        record = Record(
            code, title="折让审批", class_code="04", customer=CUSTOMER, manager="ZHS", year=2026, retention="D30",
            state=state, paper_number=number, volume=number.rpartition("-")[0], received_at=world.now(),
            electronic=Carrier(True, f"2026/0000/{code}"), paper=Carrier(True, "室/柜", sha512="a" * 128),
            link=Link(link, "content", "CO", world.now()),
        ).with_(**values)  # fmt: skip
        tx.add_record(record)
    held = {"record.json": record_json(record), **(files or {})}
    world.vault.write(code, held, message="made", user="GM", at=world.now())
    return code


def stand_in(world: World, principal: str, deputy: str) -> None:
    """Let somebody stand in for somebody else these years."""
    appoint(as_(world, principal), Deputy(principal, deputy, "2020-01-01", "2099-12-31"), reason="年假")


def now_signed(world: World, code: str) -> dict[str, str]:
    """Return who signed a record, by role."""
    with world.catalogue.look() as tx:
        return {s.role: s.by for s in tx.signatures(code)}
