"""Mailbox files (mbox) and single messages as mail programs keep them (.emlx)."""

from __future__ import annotations

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers import mail
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.letter import keep_all
from dms.adapters.examine.readers.mail_start import is_mailbox, looks_like_header, messages
from dms.adapters.examine.registry import EXACT, Format, Sample, Source
from dms.errors import LimitExceeded
from dms.said import Said


def _mailbox(source: Source) -> Flow:
    """List the messages of a mailbox; each goes on its own journey.

    Raises:
        LimitExceeded: more messages than parts are taken.
    """
    found: list[tuple[str, bytes]] = []
    lines: list[str] = []
    for data in messages(source.path.read_bytes()):
        if len(found) >= source.limits.parts:
            raise LimitExceeded(
                Said("The mailbox holds more than {parts} messages.", parts=source.limits.parts),
                Said("Export fewer at a time from the mail program, and drop those."),
            )
        told = mail.headers_of(data)
        found.append((f"{told['Subject'] or 'message'}.eml", data))
        lines.append("\t".join((f"{len(found)}.", told["Date"], told["From"], told["Subject"])))
    return Flow(clean("\n".join(lines)), attachments=keep_all(source.work, found))


def _emlx_length(sample: Sample) -> int:
    """Return how long the message in an .emlx file is: its first line says so; 0 where it is no such file."""
    first, _, rest = sample.head.partition(b"\n")
    length = first.strip()
    return int(length) if length.isdigit() and len(length) < 12 and looks_like_header(rest) else 0


def _emlx(source: Source) -> Flow:
    data = source.path.read_bytes()
    length = _emlx_length(Sample(source.path, source.name))
    start = data.index(b"\n") + 1
    return mail.letter(data[start : start + length], source.limits).flow(source.work)


FORMATS = (
    Format("application/mbox", Said("a mailbox"), (".mbox",), lambda sample: sample.once(is_mailbox), _mailbox, EXACT),
    Format(
        "message/x-emlx", Said("an e-mail of Apple Mail"), (".emlx",),
        lambda sample: sample.once(_emlx_length) > 0, _emlx, EXACT,
    ),
)  # fmt: skip
