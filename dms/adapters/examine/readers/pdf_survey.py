"""What is in a PDF besides its pages: scripts and actions, signatures, files. Nothing of it is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pikepdf

_ACTIVE = {
    "/JavaScript": "JavaScript", "/JS": "JavaScript", "/Launch": "programs to start", "/SubmitForm": "forms to send",
    "/ImportData": "data to import", "/RichMedia": "media",
}  # fmt: skip
_MOST_LOOKED_AT = 300_000
_DEEPEST = 12
_LONGEST_ARRAY = 500
_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, KeyError, AttributeError, TypeError)


@dataclass(frozen=True, slots=True)
class Survey:
    """What is in a PDF besides pages: names of active content, signatures, specifications of files inside it."""

    active: tuple[str, ...]
    signed: bool
    files: tuple[Any, ...]


def survey(pdf: pikepdf.Pdf) -> Survey:
    """Look at all objects, without following any reference."""
    active: set[str] = set()
    signed = False
    files: list[Any] = []
    left = _MOST_LOOKED_AT
    for found in pdf.objects:
        waiting: list[tuple[Any, int]] = [(found, 0)]
        while waiting and left > 0:
            one, depth = waiting.pop()
            left -= 1
            if isinstance(one, pikepdf.Array):
                if depth < _DEEPEST and len(one) <= _LONGEST_ARRAY:
                    waiting += [(v, depth + 1) for v in one if _is_direct_container(v)]
                continue
            if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                continue
            try:
                entries = dict(one.items())
            except _ERRORS:
                continue  # a broken object says nothing
            for key, value in entries.items():
                if key in _ACTIVE:
                    active.add(_ACTIVE[key])
                elif key in ("/S", "/Type", "/Subtype") and isinstance(value, pikepdf.Name):
                    active |= {_ACTIVE[n] for n in (_name(value),) if n in _ACTIVE}
                elif depth < _DEEPEST and _is_direct_container(value):
                    waiting.append((value, depth + 1))
            signed = signed or "/ByteRange" in entries
            if "/EF" in entries:
                files.append(one)
    return Survey(tuple(sorted(active)), signed, tuple(files))


def _name(value: Any) -> str:
    try:
        return str(value)
    except UnicodeDecodeError:
        return ""  # a name in no encoding is none of ours


def _is_direct_container(value: Any) -> bool:
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
