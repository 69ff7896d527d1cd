"""Paper numbers (档号), volume numbers and electronic codes: parse, format, fold typed variants.

``HG01-KH·04·2026-D30-ZHS-002`` is a volume, ``…-0007`` a record in it, ``HG01E2026000123`` an electronic
code (shape after DA/T 13-2022 and DA/T 22-2015: "-" between levels, "·" within one; KH is our own).
People type "·" in many ways and in full width; :func:`fold` brings them home.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dms.errors import Usage
from dms.said import Said

DOT = "·"
_DOTS = "·・•‧∙⋅．.。｡･‧●"
_DASHES = "-‐‑‒–—―−－﹣"
_FOLD = {ord(c): DOT for c in _DOTS} | {ord(c): "-" for c in _DASHES}

_FONDS = r"[A-Z]{1,4}[0-9]{1,6}"
_VOLUME = re.compile(
    rf"(?P<fonds>{_FONDS})-(?P<group>[A-Z]{{2}}){DOT}(?P<class_code>[A-Z0-9]{{2,4}}){DOT}(?P<year>[0-9]{{4}})"
    r"-(?P<retention>Y|D[0-9]{1,3})-(?P<manager>[A-Z][A-Z0-9]{0,7})-(?P<volume>[0-9]{3,})"
)
_PAPER = re.compile(_VOLUME.pattern + r"-(?P<item>[0-9]{4,})")
_CODE = re.compile(rf"(?P<fonds>{_FONDS})E(?P<year>[0-9]{{4}})(?P<serial>[0-9]{{6,}})")


def fold(text: str) -> str:
    """Fold a typed number: full width to half, lower to upper case, every dot to "·", every dash to "-".

    Blanks are dropped: people copy numbers with them.
    """
    narrow = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    return re.sub(r"\s+", "", narrow).translate(_FOLD).upper()


@dataclass(frozen=True, slots=True, order=True)
class VolumeNumber:
    """A volume (案卷): fonds + class + year + retention + manager + running number (R2)."""

    fonds: str
    group: str
    class_code: str
    year: int
    retention: str
    manager: str
    volume: int

    def __str__(self) -> str:
        return f"{self.series}-{self.volume:03d}"

    @property
    def series(self) -> str:
        """Everything but the running number; volumes of one series follow each other."""
        return f"{self.fonds}-{self.group}{DOT}{self.class_code}{DOT}{self.year:04d}-{self.retention}-{self.manager}"

    def item(self, item: int) -> PaperNumber:
        """Return the number of the ``item``-th record of this volume."""
        return PaperNumber(self, item)

    def next(self) -> VolumeNumber:
        """Return the volume that follows when this one is closed."""
        return replace(self, volume=self.volume + 1)


@dataclass(frozen=True, slots=True, order=True)
class PaperNumber:
    """A record's place on the shelf (档号)."""

    volume: VolumeNumber
    item: int

    def __str__(self) -> str:
        return f"{self.volume}-{self.item:04d}"

    @property
    def file_name(self) -> str:
        """The number as part of a file name and in QR codes: "." for "·"."""
        return str(self).replace(DOT, ".")


@dataclass(frozen=True, slots=True, order=True)
class ElectronicCode:
    """A record's permanent electronic code (电子文件号); never reused, silent about the shelf."""

    fonds: str
    year: int
    serial: int

    def __str__(self) -> str:
        return f"{self.fonds}E{self.year:04d}{self.serial:06d}"

    @property
    def vault_path(self) -> str:
        """Path of its vault object: ``{year}/{serial/100}/{code}``."""
        return f"{self.year:04d}/{self.serial // 100:04d}/{self}"


def parse_volume(text: str) -> VolumeNumber:
    """Parse a volume number in any typed form.

    Raises:
        Usage: where it is none.
    """
    match = _VOLUME.fullmatch(fold(text))
    if not match:
        raise Usage(
            Said("“{text}” is not a volume number.", text=text),
            Said("A volume number looks like HG01-KH·04·2026-D30-ZHS-002."),
        )
    return _volume(match)


def parse_paper(text: str) -> PaperNumber:
    """Parse a paper number (档号) in any typed form.

    Raises:
        Usage: where it is none.
    """
    match = _PAPER.fullmatch(fold(text))
    if not match:
        raise Usage(
            Said("“{text}” is not a paper number.", text=text),
            Said("A paper number looks like HG01-KH·04·2026-D30-ZHS-002-0007."),
        )
    return PaperNumber(_volume(match), int(match["item"]))


def parse_code(text: str) -> ElectronicCode:
    """Parse an electronic code in any typed form.

    Raises:
        Usage: where it is none.
    """
    match = _CODE.fullmatch(fold(text))
    if not match:
        raise Usage(
            Said("“{text}” is not an electronic code.", text=text),
            Said("An electronic code looks like HG01E2026000123."),
        )
    return ElectronicCode(match["fonds"], int(match["year"]), int(match["serial"]))


def is_code(text: str) -> bool:
    """True where ``text`` folds to an electronic code."""
    return _CODE.fullmatch(fold(text)) is not None


def is_paper(text: str) -> bool:
    """True where ``text`` folds to a paper number."""
    return _PAPER.fullmatch(fold(text)) is not None


def is_volume(text: str) -> bool:
    """True where ``text`` folds to a volume number."""
    return _VOLUME.fullmatch(fold(text)) is not None


def _volume(match: re.Match[str]) -> VolumeNumber:
    return VolumeNumber(
        fonds=match["fonds"],
        group=match["group"],
        class_code=match["class_code"],
        year=int(match["year"]),
        retention=match["retention"],
        manager=match["manager"],
        volume=int(match["volume"]),
    )
