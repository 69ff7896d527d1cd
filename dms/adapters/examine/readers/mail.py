"""E-mail (RFC 5322): headers and body as text, attachments written out for a journey of their own."""

from __future__ import annotations

import email
import email.policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.text import decode, html
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Attachment, Limits
from dms.said import Said

_MOST_PARTS = 1000
_LONGEST_HEADER = 2000
_HEADERS = (("From", "发件人"), ("To", "收件人"), ("Cc", "抄送"), ("Date", "日期"), ("Subject", "主题"))


def read(path: Path, work: Path, limits: Limits) -> Flow:
    """Read a message.

    Raises:
        Unreadable: it is no message at all.
        LimitExceeded: more parts, or deeper nesting, than is taken.
    """
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise Unreadable(Said("It is no readable e-mail."), Said("Save the message again from the mail program."))
    if _depth(message) > limits.nesting:
        raise LimitExceeded(
            Said("The message holds messages within messages, more than {nesting} deep.", nesting=limits.nesting),
            Said("Save the inner messages one by one."),
        )
    bodies: list[str] = []
    files: list[tuple[str, bytes]] = []
    state = _State(limits, bodies, files)
    state.take(message, 0)
    head = [f"{zh} {name}: {_header(message, name)}" for name, zh in _HEADERS if _header(message, name)]
    text = "\n".join(head) + "\n\n" + "\n\n".join(bodies)
    return Flow(
        clean(text), _header(message, "Subject"), _date(message), _header(message, "From"),
        tuple(_keep(work, number, name, data) for number, (name, data) in enumerate(files, 1)),
        ("scripts in HTML",) if state.scripts else (), tuple(state.warnings),
        signed=message.get_content_type() == "multipart/signed",
    )  # fmt: skip


def _depth(message: Any) -> int:
    """Return how many messages lie within each other at most; without recursion, whatever the sender built."""
    deepest, waiting = 0, [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        if part.is_multipart():
            inside = part.get_content_type() == "message/rfc822"
            waiting += [(child, depth + inside) for child in part.get_payload()]
    return deepest


class _State:
    """Walks the parts of a message, counting."""

    def __init__(self, limits: Limits, bodies: list[str], files: list[tuple[str, bytes]]) -> None:
        self._limits, self._bodies, self._files = limits, bodies, files
        self._parts = 0
        self.scripts = False
        self.warnings: list[str] = []

    def take(self, part: Any, depth: int) -> None:
        """Take a part and what is in it."""
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise LimitExceeded(
                Said("The message has more than {most_parts} parts.", most_parts=_MOST_PARTS),
                Said("Ask the sender for the files."),
            )
        kind = part.get_content_type()
        if kind == "message/rfc822":
            self._inner(part, depth)
        elif part.is_multipart():
            if depth > 10 * self._limits.nesting:
                raise LimitExceeded(Said("The message is nested too deeply."), Said("Ask the sender for the files."))
            children = list(part.iter_parts()) if isinstance(part, EmailMessage) else part.get_payload()
            if kind == "multipart/alternative":
                children = _best(children)
            for child in children:
                self.take(child, depth + 1)
        else:
            self._leaf(part, kind)

    def _inner(self, part: Any, depth: int) -> None:
        inner = part.get_payload()
        message = inner[0] if isinstance(inner, list) and inner else None
        if message is None:
            return
        if len(self._files) >= self._limits.parts:
            raise LimitExceeded(
                Said("The message has more than {parts} attachments.", parts=self._limits.parts),
                Said("Save them one by one."),
            )
        try:
            data = message.as_bytes()
        except (MessageError, ValueError, LookupError, RecursionError):
            self.warnings.append(Said("A message inside it is damaged and was not taken apart.").stored())
            return
        self._files.append((f"{_header(message, 'Subject') or 'message'}.eml", data))

    def _leaf(self, part: Any, kind: str) -> None:
        name = _file_name(part)
        try:
            data = part.get_payload(decode=True) or b""
        except (MessageError, ValueError, LookupError):
            left = Said("A part of the message ({kind}) is damaged and was left out.", kind=kind)
            self.warnings.append(left.stored())
            return
        attached = part.get_content_disposition() == "attachment" or (name and not kind.startswith("text/"))
        if kind in ("text/plain", "text/html") and not attached:
            text = decode(data, _charset(part))
            if kind == "text/html":
                page = html(text)
                self.scripts = self.scripts or bool(page.active_content)
                text = page.text
            self._bodies.append(text)
        elif data and (attached or not kind.startswith("image/")):
            # Pictures without a name are logos of signatures and letterheads.
            if len(self._files) >= self._limits.parts:
                raise LimitExceeded(
                    Said("The message has more than {parts} attachments.", parts=self._limits.parts),
                    Said("Save them one by one."),
                )
            self._files.append((name or f"part-{len(self._files) + 1}", data))


def _best(children: list[Any]) -> list[Any]:
    """Of alternatives take the plain text, else what there is."""
    plain = [c for c in children if c.get_content_type() == "text/plain"]
    return plain[:1] + [c for c in children if c.get_content_maintype() not in ("text",)] if plain else children


def _charset(part: Any) -> str:
    try:
        return str(part.get_content_charset() or "")
    except (MessageError, ValueError, LookupError, TypeError):
        return ""  # it is guessed instead


def _file_name(part: Any) -> str:
    try:
        return str(part.get_filename() or "")
    except (MessageError, ValueError, LookupError, TypeError):
        return ""


def _header(message: Any, name: str) -> str:
    try:
        told = str(message.get(name) or "")
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError):
        # The standard library stumbles over some malformed headers; the message is readable without them.
        return ""
    if "\ufffd" in told:
        told = _raw_header(message, name) or told
    return " ".join(told.split())[:_LONGEST_HEADER]


def _raw_header(message: Any, name: str) -> str:
    """Return a header sent as bare bytes in whatever encoding, as many Chinese programs do."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            told = str(value)
            return decode(told.encode("ascii", "surrogateescape")) if told.isascii() or _has_bytes(told) else ""
    return ""


def _has_bytes(text: str) -> bool:
    return all(c < "\x80" or "\udc80" <= c <= "\udcff" for c in text)


def _date(message: Any) -> str:
    try:
        return parsedate_to_datetime(_header(message, "Date")).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""


def _keep(work: Path, number: int, name: str, data: bytes) -> Attachment:
    folder = work / "attachments"
    folder.mkdir(exist_ok=True)
    # The sender's name is told, never used as a path.
    path = folder / f"{number:03d}"
    path.write_bytes(data)
    shown = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name).strip(" .") or f"part-{number}"
    stem, dot, suffix = shown.rpartition(".")
    if dot and len(suffix) <= 10:
        return Attachment(f"{stem[:80]}.{suffix}", path)
    return Attachment(shown[:90], path)
