"""What every form needs while it is filled in: who, when, in which language, and the true values on the side."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from dms.demo import people
from dms.demo.form import Form
from dms.demo.layout import Layout, Signer
from dms.demo.people import ENGLISH, HOUSE, SIMPLIFIED, TRADITIONAL, Customer, Person


@dataclass(slots=True)
class Draft:
    """One form being filled in.

    Attributes:
        long: ask for more content than fits one page.
        missing: roles that did not sign.
        amount: amount a story wants on the form; drawn from the seed where None.
    """

    kind: str
    class_code: str
    language: str
    seed: int
    customer: Customer
    manager: Person
    supervisor: Person
    day: date
    rng: Random
    layout: Layout
    long: bool = False
    missing: Collection[str] = ()
    amount: Decimal | None = None
    title: str = ""
    values: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)

    def t(self, hans: str, hant: str = "", english: str = "") -> str:
        """Return the text in the form's language."""
        return {SIMPLIFIED: hans, TRADITIONAL: hant or hans, ENGLISH: english or hans}[self.language]

    def put(self, key: str, printed: str, truth: str | None = None) -> str:
        """Note a field's printed and true value; return what is printed."""
        self.printed[key] = printed
        self.values[key] = printed if truth is None else truth
        return printed

    def number(self, prefix: str) -> str:
        """Give the form a number."""
        return self.put("number", f"{prefix}-{self.day.year}-{self.rng.randrange(1, 2400):04d}")

    def dated(self, key: str = "date", value: date | None = None) -> str:
        """Print a date in one of the notations of the language."""
        day = value or self.day
        styles = people.date_styles(self.language)
        style = self.rng.choices(styles, [4, 3, 1, 2][: len(styles)])[0]
        return self.put(key, people.date_text(day, style), day.isoformat())

    def money(self, value: Decimal, key: str = "amount") -> str:
        """Note an amount and return it grouped, with its sign of currency."""
        printed = people.grouped(value)
        self.put(key, printed, f"{value:.2f}")
        return f"{self.t('¥', 'NT$', 'USD ')}{printed}"

    def phone(self, value: str) -> str:
        """Note a telephone number."""
        return self.put("phone", value, value.replace(" ", ""))

    def who(self, key: str = "manager") -> str:
        """Note the account manager and return his printed name."""
        return self.put(key, self.manager.named(self.language))

    def later(self, days: int) -> date:
        """Return a day after the form's."""
        return self.day + timedelta(days=days)

    def handwritten(self, value: date) -> str:
        """Return a date as people write it by hand."""
        if self.language == ENGLISH:
            return f"{value.day}/{value.month}/{value.year}"
        return f"{value.year}.{value.month}.{value.day}"

    def signers(self, *roles: str, seal: bool = True) -> list[Signer]:
        """Return the signature row: who signed, when, whose seal and chop stand beside."""
        labels = {
            "customer": self.t("客户签字", "客戶簽字", "Customer signature"),
            "handler": self.t("经办人", "經辦人", "Handled by"),
            "supervisor": self.t("直接领导", "直接領導", "Supervisor"),
        }
        names = {
            "customer": self.customer.contact,
            "handler": self.manager.named(self.language),
            "supervisor": self.supervisor.named(self.language),
        }
        found = []
        for index, role in enumerate(roles):
            signed = role not in self.missing
            company = self.customer.kind != "member" and self.language != ENGLISH
            found.append(
                Signer(
                    role,
                    labels[role],
                    names[role] if signed else "",
                    self.handwritten(self.later(index)) if signed else "",
                    seal=self.customer.name if seal and role == "customer" and signed and company else "",
                    chop=names[role]
                    if role != "customer" and signed and self.language != ENGLISH and self.rng.random() < 0.35
                    else "",
                )
            )
        return found

    def done(self, form_number: str) -> Form:
        """Print the footers and return the finished form."""
        self.put("title", self.title)
        sheets = self.layout.finish(HOUSE[self.language], form_number)
        return Form(
            kind=self.kind,
            language=self.language,
            title=self.title,
            class_code=self.class_code,
            customer=self.values.get("customer", ""),
            manager=self.manager.code,
            manager_name=self.manager.named(self.language),
            values=dict(self.values),
            printed=dict(self.printed),
            places=tuple(self.layout.places),
            sheets=sheets,
            blocks=tuple(self.layout.blocks),
            seed=self.seed,
        )


@dataclass(frozen=True, slots=True)
class FormKind:
    """One kind of form: key of its profile, its class, the languages it comes in, and what fills it in."""

    key: str
    class_code: str
    languages: tuple[str, ...]
    fill: Callable[[Draft], Form]
