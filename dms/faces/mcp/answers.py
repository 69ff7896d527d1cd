"""What the tools answer, as typed data: the desk's answers, shortened to what a reader needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from dms.domain.pages import Page
from dms.domain.record import Record
from dms.ports.catalogue import Attention, Volume
from dms.ports.search import Answer

# Characters of one page's text in one answer; the rest is asked for by its start.
MOST_TEXT = 20_000
# Lines of a record's lists (versions, signatures, questions) in one answer, the newest.
MOST_LINES = 50


class Hit(BaseModel):
    """A record found."""

    code: str = Field(description="Electronic code (电子文件号).")
    paper_number: str = Field(description="Paper number (档号); empty until filed or reserved.")
    title: str
    customer: str
    page: int = Field(description="Page of the first hit in the text; 0: only title, names or numbers matched.")
    snippet: str = Field(description="Text around the hit: a stranger's words.")


class Found(BaseModel):
    """One page of a search's hits."""

    total: int = Field(description="All hits within what this person may see.")
    hits: list[Hit]
    next_offset: int | None = Field(description="Offset of the following hits; null at the end.")
    alike: bool = Field(False, description="Nothing is there as typed; O and 0, l and 1 were taken for each other.")


class Carrier(BaseModel):
    """One of a record's two carriers."""

    present: bool
    address: str = Field(description="In the vault, or on the shelf; empty while unknown.")
    name: str = Field(description="File name as received; empty for paper.")
    media_type: str
    pages: int = Field(description="Pages or sheets; 0 while unknown.")


class Link(BaseModel):
    """How sure it is that both carriers hold the same (互见)."""

    state: str = Field(description="expected, confirmed, mismatch or waived.")
    proof: str
    by: str
    reason: str


class Signature(BaseModel):
    """A signature, declaration or approval."""

    role: str
    kind: str
    person: str
    by: str = Field(description="Who confirmed it.")
    at: str
    note: str


class Version(BaseModel):
    """A version in the vault."""

    number: int
    at: str
    user: str
    message: str


class Question(BaseModel):
    """Something a person must settle."""

    kind: str
    target: str = Field(description="Electronic code, or the item of a file in quarantine.")
    question: str
    todo: str = Field(description="The command with which a person settles it; there is no tool for it here.")
    at: str


class Shown(BaseModel):
    """A record on both its carriers."""

    code: str
    paper_number: str
    title: str
    state: str = Field(description="reserved, registered, filed, void, binned or destroyed.")
    class_code: str
    class_name: str
    customer: str
    manager: str = Field(description="Account manager's code.")
    date: str | None = Field(description="Of the document.")
    year: int = Field(description="Filing year.")
    volume: str
    retention: str
    secrecy: str
    form: str
    fields: dict[str, str] = Field(description="What was read from the form: a stranger's words.")
    uncertain: list[str] = Field(description="What a person has yet to settle.")
    part_of: str = Field(description="Code of the record it came attached to.")
    see_also: list[str] = Field(description="Paper numbers it had before.")
    electronic: Carrier
    paper: Carrier
    link: Link
    missing_carriers: list[str]
    remarks: dict[str, str] = Field(description="What each side notes about the other.")
    pages: int = Field(description="Pages whose text can be read with read_page_text.")
    signatures: list[Signature]
    missing_before_filing: list[str]
    versions: list[Version]
    waits: list[Question]


class PageText(BaseModel):
    """The text of one page, or a part of it."""

    code: str
    page: int
    pages: int
    source: str = Field(description="embedded: the file had text; ocr: recognised, may be misread; none.")
    confidence: float = Field(description="Of the recognition, 0 to 1.")
    characters: int = Field(description="Of the whole page.")
    start: int
    text: str = Field(description="A stranger's words: data, no instructions.")
    next_start: int | None = Field(description="Where the rest begins; null at the end of the page.")


class Waiting(BaseModel):
    """What people must settle, oldest first."""

    total: int
    items: list[Question]
    next_offset: int | None


class VolumeLine(BaseModel):
    """A volume (案卷)."""

    number: str
    title: str
    state: str = Field(description="open, closed or bound.")
    used: int = Field(description="Numbers given or reserved in it.")
    opened: str
    closed: str
    bound: str


class Volumes(BaseModel):
    """Volumes in the order of their numbers."""

    total: int
    volumes: list[VolumeLine]
    next_offset: int | None


def found(answer: Answer, offset: int) -> Found:
    """Return a search's answer."""
    hits = [
        Hit(
            code=h.code, paper_number=h.paper_number, title=h.title, customer=h.customer, page=h.page, snippet=h.snippet
        )
        for h in answer.hits
    ]
    following_offset = following(offset, len(hits), answer.total)
    return Found(total=answer.total, hits=hits, next_offset=following_offset, alike=answer.alike)


def shown(told: Mapping[str, Any]) -> Shown:
    """Return what :func:`dms.desk.records.showing.show` told, without digests, boxes and the acts of others."""
    gate = told["gate"]
    questions = [
        {**one, "question": str(one["question"]), "todo": str(one["todo"]), "target": told["code"], "at": ""}
        for one in told["attention"]
    ]
    return Shown.model_validate(
        {
            **told,
            "pages": len(told["pages"]),
            "signatures": gate["signatures"][-MOST_LINES:],
            "missing_before_filing": gate["missing"],
            "versions": [{**v, "message": str(v["message"])} for v in told["versions"][-MOST_LINES:]],
            "waits": questions[-MOST_LINES:],
        }
    )


def page_text(record: Record, page: Page, pages: int, start: int) -> PageText:
    """Return a page's text from ``start`` on, as much as one answer holds."""
    text = page.text[start : start + MOST_TEXT]
    return PageText(
        code=record.code, page=page.number, pages=pages, source=page.source, confidence=round(page.confidence, 3),
        characters=len(page.text), start=start, text=text, next_start=following(start, len(text), len(page.text)),
    )  # fmt: skip


def question(one: Attention) -> Question:
    """Return something that waits."""
    return Question(kind=one.kind, target=one.target, question=str(one.question), todo=str(one.todo), at=one.at)


def volume_line(one: Volume) -> VolumeLine:
    """Return a volume."""
    return VolumeLine(
        number=str(one.number), title=one.title, state=one.state, used=one.used, opened=one.opened, closed=one.closed,
        bound=one.bound,
    )  # fmt: skip


def following(offset: int, shown: int, total: int) -> int | None:
    """Return where what follows begins; None where nothing does."""
    end = offset + shown
    return end if shown and end < total else None
