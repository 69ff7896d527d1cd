"""The registers of the archive's rules: requests, signatures, places, loans, holds, gradings, dealings, reprints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dms.domain.learning import Lesson
from dms.said import Said


@dataclass(frozen=True, slots=True)
class Request:
    """Something somebody asked for and another person decides (R5, R8, R9).

    Attributes:
        id: 1, 2, 3 …; 0 before it is saved.
        kind: ``access``, ``change``, ``deletion``, ``destruction`` or ``loan``.
        target: electronic code; for access also ``customer:NAME``, for destruction the first of its codes, for a loan
            also a volume's number.
        state: ``open``, ``granted``, ``denied``, ``done`` (carried out) or ``withdrawn``.
        asked_by: code of the person.
        reason: purpose or reason.
        decision: the decider's words.
        until: ISO time its effect ends (access, loan) or begins (deletion: when it may be purged); empty else.
        data: what is asked, such as the changes wanted.
    """

    kind: str
    target: str
    asked_by: str
    asked_at: str
    reason: str
    id: int = 0
    state: str = "open"
    decided_by: str = ""
    decided_at: str = ""
    decision: str = ""
    until: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signature:
    """One of the proofs the gate asks for (R3, R4).

    Attributes:
        role: ``declaration``, ``customer``, ``handler`` or ``supervisor``.
        kind: ``declared``, ``electronic`` (approved here) or ``ink`` (seen on the paper and confirmed).
        person: code of the person whose proof it is; empty for the customer.
        by: code of the person who approved or confirmed.
        note: page and place of the ink, or words of the person.
        standing: code of whom ``by`` stood in for; his own where he acted for himself.
    """

    code: str
    role: str
    kind: str
    person: str
    by: str
    at: str
    note: str = ""
    standing: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a paper volume or record.

    Attributes:
        target: volume or paper number.
        kind: ``home`` (where it belongs) or ``current`` (where it is now).
        place: ``room/cabinet/shelf/box``.
    """

    target: str
    kind: str
    place: str
    by: str
    at: str
    reason: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Loan:
    """One line of the loan register (借阅登记).

    Attributes:
        approver: code of who agreed; empty where all of it is the borrower's own.
        answers: code of who answers for it: the borrower, or somebody inside for one outside; empty before 0010.
        request: number of the request it was agreed in; 0 where none was needed, or before 0010.
    """

    target: str
    borrower: str
    out_at: str
    due: str
    purpose: str
    approver: str
    clerk: str
    department: str = ""
    contact: str = ""
    carrier: str = "paper"
    way: str = "借出"
    back_at: str = ""
    condition: str = ""
    effect: str = ""
    remark: str = ""
    id: int = 0
    answers: str = ""
    request: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: nothing of its target is destroyed until it is lifted.

    Attributes:
        target: electronic code, volume number or ``customer:NAME``.
    """

    target: str
    reason: str
    by: str
    at: str
    lifted_by: str = ""
    lifted_at: str = ""
    lifted_reason: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Grading:
    """A customer's class of consumption (R10), proposed from figures and decided by a person.

    Attributes:
        period: such as ``2026-Q3``.
        before: A, B, C, D or empty.
        after: the class proposed or decided.
        state: ``proposed``, ``decided``, or ``focus`` (the month's meeting looks at him; its period is a month).
    """

    customer: str
    period: str
    before: str
    after: str
    state: str
    by: str
    at: str
    reason: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Dealing:
    """One booking, charge or payment of a customer (R14).

    Attributes:
        kind: ``booked``, ``charged``, ``paid`` or ``reduced`` (a discount granted).
        cents: hundredths of the currency.
        source: electronic code, or ``file#row`` of an imported sheet; one source gives one line of a kind.
        due: ISO date a charge is to be paid by; empty where nobody said.
    """

    customer: str
    date: str
    kind: str
    cents: int
    source: str
    currency: str = "CNY"
    due: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deputy:
    """Somebody who stands in for another person between two dates, both included (ISO)."""

    person: str
    deputy: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Reprint:
    """A sheet on the shelf that shows something no longer true (R13)."""

    target: str
    sheet: str
    why: Said
    at: str


class Registers(Protocol):
    """The part of a transaction that keeps the registers; lists come oldest first."""

    def add_request(self, request: Request) -> Request:
        """Save a new request under the next id."""
        ...

    def save_request(self, request: Request) -> None:
        """Save a decision (NotFound where there is no such request)."""
        ...

    def request(self, request_id: int) -> Request | None:
        """Return one request."""
        ...

    def requests(
        self, *, kind: str = "", states: Sequence[str] = (), target: str = "", asked_by: str = ""
    ) -> Sequence[Request]:
        """Return requests; what is empty does not narrow."""
        ...

    def sign(self, signature: Signature) -> None:
        """Save a signature; one of the same record and role is replaced."""
        ...

    def signatures(self, code: str) -> Sequence[Signature]:
        """Return the signatures of a record."""
        ...

    def signatures_of(self, codes: Sequence[str]) -> Mapping[str, Sequence[Signature]]:
        """Return the signatures of several records at once; a record without any is left out."""
        ...

    def unsign(self, code: str, roles: Sequence[str] = ()) -> int:
        """Take signatures of a record away, all unless roles are named; return how many."""
        ...

    def move(self, move: Move) -> None:
        """Note a move."""
        ...

    def moves(self, target: str = "") -> Sequence[Move]:
        """Return moves of one target or all."""
        ...

    def add_loan(self, loan: Loan) -> Loan:
        """Save a new loan under the next id."""
        ...

    def save_loan(self, loan: Loan) -> None:
        """Save what came back."""
        ...

    def loans(self, target: str = "") -> Sequence[Loan]:
        """Return loans of one target or all."""
        ...

    def add_hold(self, hold: Hold) -> Hold:
        """Save a new hold under the next id."""
        ...

    def save_hold(self, hold: Hold) -> None:
        """Save that it was lifted."""
        ...

    def holds(self) -> Sequence[Hold]:
        """Return all holds, lifted ones too."""
        ...

    def add_grading(self, grading: Grading) -> Grading:
        """Save a new grading under the next id."""
        ...

    def gradings(self, customer: str = "", period: str = "") -> Sequence[Grading]:
        """Return gradings; what is empty does not narrow."""
        ...

    def put_dealing(self, dealing: Dealing) -> None:
        """Save a dealing; one of the same source and kind is replaced."""
        ...

    def drop_dealings(self, file: str) -> int:
        """Take away the lines of an imported file; return how many there were."""
        ...

    def dealings(self, customer: str = "") -> Sequence[Dealing]:
        """Return dealings by date."""
        ...

    def save_deputy(self, deputy: Deputy) -> None:
        """Save a deputy; one for the same people and first day is replaced."""
        ...

    def deputies(self) -> Sequence[Deputy]:
        """Return all deputies, past ones too."""
        ...

    def keep_lesson(self, lesson: Lesson) -> Lesson:
        """Keep what a person taught under the next id; one of the same record and attribute is replaced."""
        ...

    def lessons(self, said: Sequence[str] = ()) -> Sequence[Lesson]:
        """Return all lessons, or those of papers that say one of these."""
        ...

    def forget_lesson(self, lesson_id: int) -> None:
        """Forget one; no error where it is not there."""
        ...

    def forget_lessons_of(self, code: str) -> None:
        """Forget what was learned from a record."""
        ...

    def ask_reprint(self, reprint: Reprint) -> None:
        """Put a sheet on the reprint list."""
        ...

    def reprinted(self, target: str, sheet: str) -> None:
        """Take it off again; no error where it is not there."""
        ...

    def reprints(self) -> Sequence[Reprint]:
        """Return the reprint list."""
        ...
