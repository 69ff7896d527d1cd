"""The people of the archive: who they are, how they sign in, who stands in for whom.

Who decides over records is changed by a general manager only, and the last of them cannot be taken away: a login that
moves to somebody else would carry every right of his with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.desk.care.auditing import bring_back
from dms.domain.access import CUSTOMER, ROLES
from dms.domain.actor import Called, Way, login_key, named, taken_by
from dms.domain.dossier import read_terms
from dms.domain.policy import Action, Role, can
from dms.errors import Conflict, NotPermitted, Usage
from dms.ports.catalogue import Customer, Person, Transaction
from dms.ports.registers import Deputy
from dms.ports.world import World
from dms.said import Do, Said

PERSON = ActKind("person", Action.KEEP_PEOPLE, Of.PERSON)


DEPUTY = ActKind("deputy", Action.KEEP_PEOPLE, Of.PERSON)
OWN_DEPUTY = ActKind("deputy", None, Of.PERSON)
_CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_FIRST_ROLES = (Role.GENERAL_MANAGER.value, Role.ARCHIVIST.value, Role.ACCOUNT_MANAGER.value)
_DECIDE = (Role.GENERAL_MANAGER, Role.SALES_MANAGER, Role.DEPARTMENT_MANAGER, Role.ARCHIVIST, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody enters of a person; what is None stays as it is."""

    code: str
    name: str | None = None
    roles: tuple[str, ...] | None = None
    login: str | None = None
    department: str | None = None

    def onto(self, before: Person | None) -> Person:
        """Return the person as he is to be."""
        known = before or Person(self.code, "", (Role.ACCOUNT_MANAGER.value,))
        return replace(
            known,
            name=known.name if self.name is None else self.name,
            roles=known.roles if self.roles is None else self.roles,
            login=known.login if self.login is None else self.login,
            department=known.department if self.department is None else self.department,
        )


def add_person(world: World, person: Person) -> Person:
    """Add a person, or change all that is known of him; raises as :func:`save_person` does."""
    return save_person(
        world, Entry(person.code, person.name, tuple(person.roles), person.login, person.department)
    )  # fmt: skip


def save_person(world: World, entry: Entry) -> Person:
    """Add or change a person; where login or roles change, his sessions and tokens end.

    Raises:
        Usage: a code that cannot stand in a volume number, no name, an unknown role.
        Conflict: the login or code is another person's, or he is the last who can do what he loses.
        NotPermitted: the asker does not keep the archive's people, or he decides over records and the asker is no
            general manager.
    """
    fault = fault_of(entry)
    if fault:
        raise fault
    refuse_token(world)
    with world.catalogue.look() as tx:
        nobody = not tx.people()
    if nobody:
        # A lost catalogue begins anew with whoever has the machine; the log goes on where its copy ends.
        bring_back(world)
        return _first(world, entry)
    with gate.acting(world, PERSON, target=entry.code) as act:
        before, after = enter_person(act, entry)
        act.notes |= {"before": told_of(before) if before else None, "after": told_of(after)}
    return after


def _first(world: World, entry: Entry) -> Person:
    with gate.entering(world, PERSON, entry.code) as act:
        if act.tx.people():
            raise Conflict(
                Said("Somebody else was the first just now."), Said("Ask him to add you: {act}", act=Do("people add"))
            )
        # People and rights come from the log first; who begins a lost catalogue anew is let in beside them.
        bring_back_masters(act.tx)
        there = {p.code: p for p in act.tx.people()}
        person = entry.onto(there.get(entry.code))
        if entry.roles is None and entry.code not in there:
            # Nobody else could give him the right to go on.
            person = replace(person, roles=_FIRST_ROLES)
        _refuse_nameless(person)
        _refuse_taken(person, list(there.values()))
        act.tx.save_person(person)
        act.target, act.reason = person.code, Said("the first").stored()
        act.notes["after"] = told_of(person)
    return person


def fault_of(entry: Entry) -> Usage | None:
    """Return what is wrong with an entry whoever makes it; None where nothing is."""
    if not _CODE.fullmatch(entry.code):
        return Usage(
            Said("“{entry}” cannot be a person's code.", entry=entry.code),
            Said("One to eight capital letters or digits, a letter first: ZHS."),
        )
    if entry.name is not None and not entry.name.strip():
        return Usage(Said("A person needs a name."), Do("people add", "ZHS", "张华生"))
    unknown = set(entry.roles or ()) - ROLES
    if unknown:
        return Usage(
            Said("There is no role “{unknown}”.", unknown=sorted(unknown)[0]),
            Said("Roles: {roles}", roles=sorted(ROLES)),
        )
    return None


def enter_person(act: gate.Passage, entry: Entry) -> tuple[Person | None, Person]:
    """Save one person inside an act that keeps people; return him before and after.

    Raises:
        Usage, Conflict, NotPermitted: as :func:`save_person` tells.
    """
    people = list(act.tx.people())
    before = next((p for p in people if p.code == entry.code), None)
    after = entry.onto(before)
    _refuse_nameless(after)
    if before == after:
        return before, after
    _refuse_taken(after, people)
    _refuse_deciding(act, before, after)
    if before is not None:
        _refuse_last(before, after, people)
    act.tx.save_person(after)
    if before is not None and (before.login, set(before.roles)) != (after.login, set(after.roles)):
        end_entries(act.tx, after.code)
        if not after.login:
            act.tx.end_account(after.code)
    return before, after


def _refuse_nameless(person: Person) -> None:
    if not person.name.strip():
        raise Usage(Said("A person needs a name."), Do("people add", "ZHS", "张华生"))


def _refuse_taken(after: Person, people: Sequence[Person]) -> None:
    known = [Called(p.code, p.login) for p in people]
    other = taken_by(after.code, after.login, known)
    if other:
        raise Conflict(
            Said("The login “{login}” names {other} already.", login=after.login, other=other),
            Said("Choose another; case and width do not count."),
        )
    by_code = [code for code in named(after.code, known) if code != after.code]
    if by_code:
        raise Conflict(
            Said("The code {after} is the login of {by_code}.", after=after.code, by_code=by_code[0]),
            Said("Choose another code."),
        )


def _refuse_deciding(act: gate.Passage, before: Person | None, after: Person) -> None:
    decides = deciding(after) | (deciding(before) if before else set())
    if decides and Role.GENERAL_MANAGER not in act.me.roles:
        raise NotPermitted(
            Said(
                "Only a general manager enters or changes people who decide over records ({decides}).",
                decides=sorted(decides)[0],
            ),
            Said("Ask one: {act}", act=Do("people add", "…")),
        )


def _refuse_last(before: Person, after: Person, people: Sequence[Person]) -> None:
    """Refuse what would leave the archive without anybody who can undo it."""
    others = [p for p in people if p.code != before.code]

    def manages(person: Person) -> bool:
        return Role.GENERAL_MANAGER in person.roles

    def keeps(person: Person) -> bool:
        return can(person.roles, Action.KEEP_PEOPLE)

    def signs_in(person: Person) -> bool:
        return manages(person) and bool(person.login)

    for holds, what in (
        (manages, Said("{before} is the last general manager.", before=before.name)),
        (keeps, Said("{before} is the last who keeps the archive's people.", before=before.name)),
        (signs_in, Said("{before} is the last general manager who can sign in.", before=before.name)),
    ):
        if holds(before) and not holds(after) and not any(holds(p) for p in others):
            raise Conflict(what, Said("Enter another one first."))


def refuse_token(world: World) -> None:
    """Refuse a program with a token what concerns accounts: a token that leaked must not outlive itself.

    Raises:
        NotPermitted: the asker came by token.
    """
    if world.actor.way is Way.TOKEN:
        raise NotPermitted(Said("Accounts are not changed by token."), Said("Sign in, and do it on the pages."))


def end_entries(tx: Transaction, person: str) -> None:
    """End somebody's sessions and tokens."""
    tx.end_sessions(person)
    tx.end_tokens(person)


def deciding(person: Person) -> set[Role]:
    """Return those of somebody's roles that decide over records or read the log."""
    return {role for role in _DECIDE if role in person.roles}


def told_of(person: Person) -> dict[str, object]:
    """Return what the log keeps of a person."""
    return {"name": person.name, "roles": list(person.roles), "login": person.login, "department": person.department}


def of_login(people: Sequence[Person], login: str) -> Person | None:
    """Return who signs in with a login, however it is typed; None where nobody does, or an old archive knows two."""
    key = login_key(login)
    found = [p for p in people if key and login_key(p.login) == key]
    return found[0] if len(found) == 1 else None


def appoint(world: World, deputy: Deputy, *, reason: str) -> None:
    """Let somebody stand in for another person between two dates, both included.

    Raises:
        Usage: unknown people, the same one twice, impossible dates, no reason.
        NotPermitted: not for the asker; a person may appoint his own deputy, of somebody who decides over records only
            he or a general manager may.
    """
    if not reason.strip():
        raise Usage(Said("A deputy is appointed only with a reason."), Do("", reason="年假"))
    try:
        if date.fromisoformat(deputy.since) > date.fromisoformat(deputy.until):
            raise Usage(Said("The last day lies before the first."), Do("", since="2026-12-01", until="2026-12-10"))
    except ValueError:
        raise Usage(Said("Days are written as 2026-12-01."), Do("", since="2026-12-01", until="2026-12-10")) from None
    refuse_token(world)
    with world.catalogue.look() as tx:
        own = deputy.person == gate.person(world, tx).code
    kind = OWN_DEPUTY if own else DEPUTY
    with gate.acting(world, kind, target=deputy.person, reason=reason) as act:
        people = {p.code: p for p in act.tx.people()}
        if not {deputy.person, deputy.deputy} <= people.keys() or deputy.person == deputy.deputy:
            raise Usage(
                Said("A deputy and whom he stands in for are two known people."),
                Said("“{act}” names them.", act=Do("people list")),
            )
        if not own and deciding(people[deputy.person]) and Role.GENERAL_MANAGER not in act.me.roles:
            raise NotPermitted(
                Said(
                    "{people} decides over records: his deputy is named by him or a general manager.",
                    people=people[deputy.person].name,
                ),
                Said("Ask one of them."),
            )
        act.tx.save_deputy(deputy)
        act.notes |= {"deputy": deputy.deputy, "since": deputy.since, "until": deputy.until}


def own_deputies(world: World) -> list[Deputy]:
    """Return who stands, stood or will stand in for the asker."""
    with world.catalogue.look() as tx:
        me = gate.person(world, tx)
        return [d for d in tx.deputies() if d.person == me.code]


def people(world: World) -> list[Person]:
    """Return the people of the archive by code.

    Raises:
        NotPermitted: the archive does not know the asker.
    """
    with world.catalogue.look() as tx:
        gate.person(world, tx)
        return list(tx.people())


def bring_back_masters(tx: Transaction) -> int:
    """Fill people and customers from the log, as they were last entered (the catalogue was lost); return how many.

    Who is there already (the one who began anew) stays as he is.
    """
    people: dict[str, Person] = {}
    customers: dict[str, Customer] = {}
    for act in tx.log_from(1):
        data = act.data
        if act.act in ("person", "first-run") and data.get("after"):
            people[act.target] = _person(act.target, data["after"])
        elif act.act == "import-people":
            people |= {code: _person(code, told) for code, told in dict(data.get("people", {})).items()}
        elif act.act == "customers":
            for told in data.get("customers", ()):
                customers[told["name"]] = Customer(
                    told["name"], told["manager"], tuple(told.get("aliases", ())), read_terms(told.get("terms", {}))
                )
        elif act.act == "alias-lesson":
            for told in data.get("customers", ()):
                known = customers.get(told["name"], Customer(told["name"], told["manager"]))
                customers[told["name"]] = replace(known, aliases=tuple(told["aliases"]))
        elif act.act == "set-credit":
            name = act.target.removeprefix(CUSTOMER)
            customers[name] = replace(customers.get(name, Customer(name)), terms=read_terms(data.get("terms", {})))
        elif act.act == "reassign":
            for told in data.get("customers", ()):
                known = customers.get(told["name"], Customer(told["name"]))
                customers[told["name"]] = replace(known, manager=told["after"])
    there = {p.code for p in tx.people()}
    for person in people.values():
        if person.code not in there:
            tx.save_person(person)
    for customer in customers.values():
        tx.save_customer(customer)
    return len(people) + len(customers)


def _person(code: str, told: Mapping[str, Any]) -> Person:
    return Person(code, told["name"], tuple(told["roles"]), told["login"], told.get("department", ""))


ACTS = (PERSON, DEPUTY)
