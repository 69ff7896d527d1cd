"""Customers and whose they are: entered, handed over, listed within what somebody may see (R5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.domain.access import CUSTOMER
from dms.domain.dossier import Terms, merged, terms_told
from dms.domain.money import currency_of, of, read_money
from dms.domain.policy import Action
from dms.errors import NotFound, NotPermitted, Usage
from dms.ports.catalogue import Customer
from dms.ports.world import World
from dms.said import Do, Said

CUSTOMERS = ActKind("customers", Action.KEEP_CUSTOMERS, Of.CUSTOMER)
SET_CREDIT = ActKind("set-credit", Action.SET_CREDIT, Of.CUSTOMER)
REASSIGN = ActKind("reassign", Action.REASSIGN, Of.CUSTOMER)


def add_customers(world: World, customers: Sequence[Customer]) -> int:
    """Add or change customers; return how many. What is not told of one (aliases, terms) stays as it is.

    Raises:
        Usage: no name, or an account manager nobody knows; nothing was taken then.
        NotPermitted: the asker does not keep the archive's customers, or a credit limit or term changes and he does not
            set them.
    """
    with gate.acting(world, CUSTOMERS, target=customers[0].name if len(customers) == 1 else "") as act:
        tx = act.tx
        known = {p.code for p in tx.people()}
        held = {c.name: c for c in tx.customers()}
        owners = {name: c.manager for name, c in held.items()}
        kept: list[Customer] = []
        for row, customer in enumerate(customers, 1):
            if not customer.name.strip():
                raise Usage(
                    Said("Row {row}: a customer needs a name.", row=row), Said("Nothing was taken; mend the row.")
                )
            if customer.manager and customer.manager not in known:
                raise Usage(
                    Said("Row {row}: there is no account manager “{manager}”.", row=row, manager=customer.manager),
                    Said("Known: {known}. Nothing was taken.", known=sorted(known)),
                )
            before = owners.get(customer.name, "")
            if before and customer.manager not in ("", before):
                raise NotPermitted(
                    Said("Row {row}: {customer} belongs to {before}.", row=row, customer=customer.name, before=before),
                    Said(
                        "Hand him over first: {act}", act=Do("customers reassign", customer.name, to=customer.manager)
                    ),
                )
            was = held.get(customer.name, Customer(customer.name))
            terms = merged(was.terms, customer.terms)
            if terms != was.terms:
                gate.allow(act.reach, Action.SET_CREDIT)
            aliases = customer.aliases or was.aliases
            kept.append(replace(customer, manager=customer.manager or before, aliases=aliases, terms=terms))
            tx.save_customer(kept[-1])
            held[customer.name] = kept[-1]
        # Whole, so that a lost catalogue gets them back from the log.
        act.notes["customers"] = [
            {"name": c.name, "manager": c.manager, "aliases": list(c.aliases), "terms": terms_told(c.terms)}
            for c in kept
        ]
    return len(customers)


def reassign(world: World, names: Sequence[str], manager: str, *, reason: str) -> int:
    """Hand customers over to another account manager: access follows at once, records keep who filed them.

    Args:
        world: the archive.
        names: customers; a person's code stands for all of his.
        manager: code of the new account manager.
        reason: why.

    Raises:
        NotFound: no such customer.
        Usage: no reason, or nobody has that code.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("Customers are handed over only with a reason."), Do("", reason="张华生离职"))
    with gate.acting(world, REASSIGN, target=manager, reason=reason) as act:
        if manager not in {p.code for p in act.tx.people()}:
            raise Usage(
                Said("There is no account manager “{manager}”.", manager=manager),
                Said("“{act}” names them.", act=Do("people list")),
            )
        customers = {c.name: c for c in act.tx.customers()}
        chosen = []
        for name in names:
            mine = [c for c in customers.values() if c.manager == name.upper()] if name not in customers else []
            if name not in customers and not mine:
                raise NotFound(
                    Said("There is no customer “{name}”.", name=name),
                    Said("“{act}” names them.", act=Do("customers list")),
                )
            chosen += mine or [customers[name]]
        for one in chosen:
            act.tx.save_customer(replace(one, manager=manager))
        act.notes["customers"] = [{"name": c.name, "before": c.manager, "after": manager} for c in chosen]
    return len(chosen)


def set_credit(world: World, name: str, terms: Terms, *, reason: str) -> Customer:
    """Set what a customer may owe in a currency and how long he has to pay; what is None is as the scheme says (R14).

    Raises:
        Usage: no reason, no currency, or a limit or term below nothing.
        NotFound: there is no such customer.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("Credit is set only with a reason."), Do("", reason="…"))
    if not currency_of(terms.currency):
        raise Usage(
            Said("“{currency}” is no currency.", currency=terms.currency), Said("Such as CNY or USD.")
        )  # fmt: skip
    if (terms.limit or 0) < 0 or (terms.days or 0) < 0:
        raise Usage(Said("A limit or term is not below nothing."), Do("", limit="50000", term="60"))
    with gate.acting(world, SET_CREDIT, target=f"{CUSTOMER}{name}", reason=reason) as act:
        known = next((c for c in act.tx.customers() if c.name == name), None)
        if known is None:
            raise NotFound(
                Said("There is no customer “{name}”.", name=name),
                Said("“{act}” names them.", act=Do("customers list")),
            )
        others = [t for t in known.terms if t.currency != terms.currency]
        after = tuple(sorted((*others, terms), key=lambda t: t.currency))
        act.notes |= {"before": terms_told(known.terms), "terms": terms_told(after)}
        made = replace(known, terms=after)
        act.tx.save_customer(made)
    return made


def read_credit(limits: Sequence[str], days: Sequence[str], usual: str) -> tuple[Terms, ...]:
    """Read limits and terms as people type them: ``50000``, ``USD 10000``; ``60``, ``USD 30``.

    Raises:
        Usage: one is none.
    """
    found: tuple[Terms, ...] = ()
    for text in limits:
        amount = read_money(text, usual)
        if amount is None or amount.cents < 0:
            raise Usage(Said("“{text}” is no credit limit.", text=text), Do("", limit="50000"))
        found = merged(found, [Terms(amount.currency, limit=amount.cents)])
    for text in days:
        number, name = "".join(c for c in text if c.isdigit()), "".join(c for c in text if not c.isdigit()).strip()
        currency = currency_of(name.removesuffix("天").strip()) if name.removesuffix("天").strip() else usual
        if not number or len(number) > 4 or not currency:
            raise Usage(Said("“{text}” is no number of days.", text=text), Do("", term="60"))
        found = merged(found, [Terms(currency, days=int(number))])
    return found


def given_terms(currency: str, limit: str, days: str) -> Terms:
    """Return the terms of one currency from a limit and days as people type them, either of which may be empty.

    Raises:
        Usage: one is none, or the limit is of another currency.
    """
    code = currency_of(currency)
    found = read_credit([limit] if limit.strip() else [], [days] if days.strip() else [], code or currency)
    if any(t.currency != code for t in found):
        raise Usage(Said("“{currency}” is no currency.", currency=currency), Said("Such as CNY or USD."))
    return found[0] if found else Terms(code)


def credit_said(terms: Terms) -> Said:
    """Return limit and term of a currency in words."""
    limit = Said("limit {amount}", amount=of(terms.currency, terms.limit)) if terms.limit is not None else None
    days = Said("{currency}: {days} days", currency=terms.currency, days=terms.days) if terms.days is not None else None
    return Said("{parts}", parts=[one for one in (limit, days) if one])


def seen_customers(world: World) -> list[Customer]:
    """Return the customers within what the asker may see (R5)."""
    with gate.looking(world) as (tx, scope):
        return [c for c in tx.customers() if scope.everything or c.name in scope.customers]


ACTS = (CUSTOMERS, SET_CREDIT, REASSIGN)
