"""The kinds of forms there are, one per module, and sets of them for demo, tests and benchmarks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from random import Random

from dms.demo import people
from dms.demo.form import Form
from dms.demo.forms import commission, complaint, letter, market, minutes, order, registration, survey
from dms.demo.forms.draft import Draft, FormKind
from dms.demo.layout import Layout
from dms.demo.people import ENGLISH, SIMPLIFIED, TRADITIONAL, Customer, Person

KINDS: dict[str, FormKind] = {
    module.KIND.key: module.KIND
    for module in (registration, survey, order, complaint, market, commission, minutes, letter)
}

# The benchmark set: 14 Simplified, 3 Traditional, 3 English.
_PLAN: tuple[tuple[str, str], ...] = (
    ("customer-registration", SIMPLIFIED), ("order", SIMPLIFIED), ("complaint", SIMPLIFIED),
    ("order", TRADITIONAL), ("order", ENGLISH), ("customer-survey", SIMPLIFIED), ("market-notice", SIMPLIFIED),
    ("commission", SIMPLIFIED), ("minutes", SIMPLIFIED), ("letter", SIMPLIFIED), ("complaint", TRADITIONAL),
    ("complaint", ENGLISH), ("customer-registration", SIMPLIFIED), ("order", SIMPLIFIED), ("complaint", SIMPLIFIED),
    ("customer-registration", TRADITIONAL), ("letter", ENGLISH), ("customer-survey", SIMPLIFIED),
    ("order", SIMPLIFIED), ("complaint", SIMPLIFIED),
)  # fmt: skip


def make_forms(seed: int, count: int = 20) -> list[Form]:
    """Return ``count`` forms of all kinds; twenty are 14 Simplified, 3 Traditional and 3 English ones."""
    return [
        make_form(*_PLAN[index % len(_PLAN)], seed=seed * 1000 + index)
        for index in range(count)
    ]  # fmt: skip


def make_form(
    kind: str,
    language: str = SIMPLIFIED,
    *,
    seed: int,
    customer: Customer | None = None,
    manager: Person | None = None,
    supervisor: Person | None = None,
    day: date | None = None,
    amount: Decimal | None = None,
    missing: Collection[str] = (),
    long: bool = False,
) -> Form:
    """Fill in one form.

    Args:
        kind: one of :data:`KINDS`.
        language: ``zh-Hans``, ``zh-Hant`` or ``en``; some kinds come in Simplified only.
        seed: everything not given is drawn from it.
        customer: whose form it is.
        manager: the account manager; the customer's own unless told.
        supervisor: who signs as direct supervisor.
        day: the form's date.
        amount: the amount on it (orders and commissions reach it with a last line).
        missing: roles that did not sign: ``customer``, ``handler``, ``supervisor`` (R4).
        long: more lines than fit one page (orders, minutes).

    Raises:
        ValueError: there is no such kind, or not in this language.
    """
    found = KINDS.get(kind)
    if found is None or language not in found.languages:
        raise ValueError(f"There is no form “{kind}” in {language}.")
    rng = Random(f"form:{kind}:{language}:{seed}")
    who = customer or rng.choice([c for c in people.customers() if c.language == language])
    draft = Draft(
        kind=kind,
        class_code=found.class_code,
        language=language,
        seed=seed,
        customer=who,
        manager=manager or people.person(who.manager),
        supervisor=supervisor or people.person("ZZY"),
        day=day or people.day(rng),
        rng=rng,
        layout=Layout(language, seed, shaded=rng.random() < 0.5),
        long=long,
        missing=tuple(missing),
        amount=amount,
    )
    return found.fill(draft)


__all__ = ["ENGLISH", "KINDS", "SIMPLIFIED", "TRADITIONAL", "Form", "make_form", "make_forms"]
