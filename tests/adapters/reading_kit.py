"""Reads a file in this process, as the child does, and builds packages of Office files from pieces of XML."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from dms.adapters.examine.detect import detect
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.registry import Source, format_of
from dms.ports.examine import Limits

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_CONTENT = "application/vnd.openxmlformats-officedocument."


def flow(path: Path, name: str = "") -> Flow:
    """Return what the reader of a file's kind says."""
    media_type, _ = detect(path, name or path.name)
    work = path.parent / f"{path.name}-work"
    work.mkdir(exist_ok=True)
    read = format_of(media_type).read(Source(path, name or path.name, media_type, work, Limits()))
    assert isinstance(read, Flow)
    return read


def packed(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def relations(*targets: tuple[str, str]) -> str:
    """Relations ``r1``, ``r2``, … of these kinds."""
    told = "".join(
        f'<Relationship Id="r{n}" Type="{R}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if "://" in target else "/>")
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{told}</Relationships>'


def word(path: Path, body: str, parts: Mapping[str, str | bytes] | None = None, *related: tuple[str, str]) -> Path:
    """A Word file with this body; related parts are named in their order as ``r1``, ``r2``, …"""
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{_CONTENT}wordprocessingml.document.main+xml"/></Types>'
    return packed(path, {
        "[Content_Types].xml": types,
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": relations(*related),
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}" xmlns:a="{A}" {SPACES}><w:body>{body}</w:body></w:document>',
        **(parts or {}),
    })  # fmt: skip


SPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:o="urn:schemas-microsoft-com:office:office"'
)


def p(*runs: str) -> str:
    """A Word paragraph; what begins with ``<`` stands as it is."""
    return "<w:p>" + "".join(r if r.startswith("<") else f"<w:r><w:t>{r}</w:t></w:r>" for r in runs) + "</w:p>"
