"""A message whatever container it came in (RFC 5322, Outlook, TNEF): headers, bodies and files, as flowing text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.uuencode import taken_out
from dms.domain.left_out import LeftOut, together
from dms.errors import LimitExceeded
from dms.ports.examine import Attachment, Limits
from dms.said import Said

HEADERS = (
    ("From", "发件人"), ("To", "收件人"), ("Cc", "抄送"), ("Bcc", "密送"), ("Date", "日期"), ("Subject", "主题"),
)  # fmt: skip
_COVERED = 0.9
_WORD = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]|[^\W_]+", re.UNICODE)
_ADDRESS = re.compile(r"<?(?:https?://|mailto:|www\.)[^\s>]+>?", re.IGNORECASE)


@dataclass(slots=True)
class Letter:
    """What a message holds.

    Attributes:
        limits: what it may cost.
        headers: by the names in :data:`HEADERS`.
        day: ISO date, empty where it has none.
        bodies: texts in order.
        files: names and bytes in order.
        left_out: what was not taken, one by one.
        scripts: HTML with scripts was among the bodies.
        signed: it carries a digital signature.
    """

    limits: Limits
    headers: dict[str, str] = field(default_factory=dict)
    day: str = ""
    bodies: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    scripts: bool = False
    signed: bool = False

    def attach(self, name: str, data: bytes) -> None:
        """Take a file.

        Raises:
            LimitExceeded: more files than are taken.
        """
        if len(self.files) >= self.limits.parts:
            raise LimitExceeded(
                Said("The message has more than {parts} attachments.", parts=self.limits.parts),
                Said("Save them one by one."),
            )
        self.files.append((name, data))

    def leave(self, what: str, name: str = "", *, ask: bool = False) -> None:
        """Note that one thing was left out; ``what`` is a key of :data:`dms.domain.left_out.WORDS`."""
        self.left_out.append(LeftOut(what, 1, (name,) if name else (), ask))

    def say(self, text: str) -> None:
        """Take a body; files within its text become attachments."""
        left, files, broken = taken_out(text)
        for name, data in files:
            self.attach(name, data)
        for _ in range(broken):
            self.leave("damaged", "uuencode", ask=True)
        if left.strip():
            self.bodies.append(left)

    def flow(self, work: Path) -> Flow:
        """Return it as flowing text, its files written into ``work``."""
        head = [f"{zh} {name}: {self.headers[name]}" for name, zh in HEADERS if self.headers.get(name)]
        return Flow(
            clean("\n".join(head) + "\n\n" + "\n\n".join(self.bodies)),
            self.headers.get("Subject", ""), self.day, self.headers.get("From", ""), keep_all(work, self.files),
            ("scripts in HTML",) if self.scripts else (), signed=self.signed, left_out=together(self.left_out),
        )  # fmt: skip


def richer(texts: Sequence[str]) -> list[str]:
    """Return those of alternative texts that say all the others do, the plainest first; several where each says more.

    Args:
        texts: the same content as the sender wrote it, plain text before HTML.
    """
    words = [Counter(_words(t)) for t in texts]
    for text, mine in zip(texts, words, strict=True):
        if mine and all(_covers(mine, other) for other in words):
            return [text]
    kept: list[int] = []
    for i, mine in enumerate(words):
        if mine and not any(_covers(words[j], mine) for j in (*kept, *range(i + 1, len(words)))):
            kept.append(i)
    return [texts[i] for i in kept]


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(_ADDRESS.sub(" ", text).casefold())


def _covers(mine: Counter[str], other: Counter[str]) -> bool:
    shared = sum((mine & other).values())
    return shared >= _COVERED * sum(other.values())


def keep_all(work: Path, files: Sequence[tuple[str, bytes]]) -> tuple[Attachment, ...]:
    """Write files found inside another one into the work folder; the sender's name is told, never used as a path."""
    folder = work / "attachments"
    kept = []
    for number, (name, data) in enumerate(files, 1):
        folder.mkdir(exist_ok=True)
        path = folder / f"{number:03d}"
        path.write_bytes(data)
        kept.append(Attachment(safe(name, f"part-{number}"), path))
    return tuple(kept)


def safe(name: str, otherwise: str) -> str:
    """Return a name fit for a file system and a line on the screen."""
    last = re.split(r"[/\\]", name)[-1] if re.match(r"^[A-Za-z]:\\|^[/\\]", name) else name
    shown = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in last).strip(" .") or otherwise
    stem, dot, suffix = shown.rpartition(".")
    return f"{stem[:80]}.{suffix}" if dot and len(suffix) <= 10 else shown[:90]
