"""Packages of Office Open XML: parts, their relations and kinds, what the file says of itself, what nobody read."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from dms.adapters.examine.readers.container import BROKEN, all_within, attribute, local, parse
from dms.adapters.examine.registry import broken_zip
from dms.domain.left_out import LeftOut
from dms.errors import Unreadable

# The dates libraries put into every file they make from their templates; they tell nothing.
_TEMPLATE_DATES = ("2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z", "2013-01-27T09:15:58Z")
# What a page does not show: how it looks, who edited it, what it is bound to. By a piece of the part's name.
_NOT_SHOWN = (
    "_rels/", "docprops/", "customxml/", "/theme/", "/fonts/", "/glossary/", "styles", "settings.xml", "fonttable.xml",
    "numbering.xml", "people.xml", "commentsextended", "commentsids", "commentsextensible", "printersettings",
    "thumbnail", "/persons/", "calcchain.xml", "metadata.xml", "presprops.xml", "viewprops.xml", "commentauthors.xml",
    "authors.xml", "/tags/", "slidelayouts/", "slidemasters/", "notesmasters/", "handoutmasters/", "revisioninfo.xml",
    "changesinfos", "sharedstrings.xml", "/colors", "/style", "/layout", "/quickstyle", "/tables/", "/querytables/",
    "connections.xml", "pivotcache", "pivottables/", "externallinks/", "xmlmaps.xml", "/revisions/", "usernames.xml",
    "keymapcustomizations", "attachedtoolbars", "vbadata.xml", "vbaproject", "_xmlsignatures", "[trash]",
    "ctrlprops/", "activex/", "/richdata/", "/namedsheetviews/", "/slicers/", "/slicercaches/", "/timelines/",
    "/timelinecaches/", "volatiledependencies.xml", "/tasks/", "documenttasks", "/recipients", "mimetype",
    "docmetadata", "stylewitheffects", "intelligence", "/webextensions/", "/model/", "datastores",
    "[content_types].xml", "vmldrawing",
    "smarttags", "/bibliography", "/diagrams/", "/ink/", "userxmlcustomization", "customui", "slideupdateinfo",
)  # fmt: skip
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".svg", ".webp", ".emz", ".wmz",
             ".wdp", ".heic", ".pict", ".pct", ".pcz", ".jfif", ".ico", ".eps", ".hdp", ".jxr")  # fmt: skip
_MEDIA = (".mp3", ".mp4", ".m4a", ".m4v", ".wav", ".avi", ".mov", ".wmv", ".wma", ".mpg", ".mpeg", ".mid", ".glb")


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part leads: kind (last word of its type), target part or address."""

    kind: str
    target: str
    outside: bool


class Package:
    """The parts of one package.

    Args:
        parts: archive, or parts by name (Flat OPC).
    """

    def __init__(self, parts: zipfile.ZipFile | Mapping[str, bytes]) -> None:
        self._parts = parts
        names = parts.namelist() if isinstance(parts, zipfile.ZipFile) else list(parts)
        # Names are compared without case and slashes are mended: some writers are careless.
        self._names = {name.replace("\\", "/").lstrip("/").lower(): name for name in names if not name.endswith("/")}
        self._relations: dict[str, dict[str, Relation]] = {}
        self.read: set[str] = set()
        self.broken: list[str] = []

    @property
    def names(self) -> Iterable[str]:
        """Names of all parts, lower case."""
        return self._names

    def data(self, part: str) -> bytes:
        """Return a part's bytes, empty where there is no such part.

        Raises:
            Unreadable: the container is broken there.
        """
        name = self._names.get(part.lower())
        if name is None:
            return b""
        self.read.add(part.lower())
        try:
            return self._parts.read(name) if isinstance(self._parts, zipfile.ZipFile) else self._parts[name]
        except (*BROKEN, KeyError):
            raise broken_zip() from None

    def xml(self, part: str, *, needed: bool = False) -> Any:
        """Return a part's root, None where there is none or it is broken (which is then told).

        Raises:
            Unreadable: the part is needed, and missing or broken.
        """
        data = self.data(part)
        if not data and not needed:
            return None
        try:
            return parse(data)
        except Unreadable as problem:
            if needed or "attack" in problem.message:
                raise
            self.broken.append(part)
            return None

    def relations(self, part: str = "") -> Mapping[str, Relation]:
        """Return where a part leads, by id; of the package itself where none is named."""
        if part not in self._relations:
            folder, _, name = part.rpartition("/")
            place = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
            root = self.xml(place)
            found = {}
            for one in all_within(root, "Relationship") if root is not None else ():
                outside = one.get("TargetMode") == "External"
                target = one.get("Target", "")
                if not outside:
                    joined = unquote(target) if target.startswith("/") else f"{folder}/{unquote(target)}"
                    target = posixpath.normpath(joined.replace("\\", "/")).lstrip("/")
                found[one.get("Id", "")] = Relation(one.get("Type", "").rpartition("/")[2], target, outside)
            self._relations[part] = found
        return self._relations[part]

    def related(self, part: str, *kinds: str) -> list[str]:
        """Return the parts of these kinds a part leads to, each once."""
        found = [one.target for one in self.relations(part).values() if one.kind in kinds and not one.outside]
        return list(dict.fromkeys(found))

    def main(self, usual: str) -> str:
        """Return the name of the main part."""
        return next((one for one in self.related("", "officeDocument") if one.lower() in self._names), usual)

    def told(self) -> tuple[str, str, str]:
        """Return title, ISO date and author as the file says; empty where it says nothing."""
        part = next(iter(self.related("", "core-properties")), "docProps/core.xml")
        root = self.xml(part)
        if root is None:
            return "", "", ""
        said = {local(one): (one.text or "").strip() for one in root}
        days = [d for d in (said.get("modified", ""), said.get("created", "")) if d and d not in _TEMPLATE_DATES]
        return said.get("title", ""), days[0][:10] if days else "", said.get("creator", "")

    def outside(self) -> tuple[str, ...]:
        """Return the addresses of pictures and documents that lie outside the file."""
        wanted = (
            "image",
            "subDocument",
            "aFChunk",
            "oleObject",
            "video",
            "audio",
            "media",
            "externalLinkPath",
            "package",
        )
        found = [r.target for told in self._relations.values() for r in told.values() if r.outside and r.kind in wanted]
        return tuple(dict.fromkeys(found))

    def unread(self) -> list[LeftOut]:
        """Name the parts nobody read that a page may show."""
        pictures: list[str] = []
        media: list[str] = []
        unknown: list[str] = []
        for name in self._names:
            if name in self.read or name.startswith("docprops/"):
                continue
            if name.endswith(_PICTURES):
                pictures.append(name)
            elif name.endswith(_MEDIA):
                media.append(name)
            elif not any(piece in name for piece in _NOT_SHOWN) and "/embeddings/" not in name:
                unknown.append(name)
        found = []
        if pictures:
            found.append(LeftOut("pictures", len(pictures)))
        if media:
            found.append(LeftOut("media", len(media), _short(media)))
        if unknown:
            found.append(LeftOut("unknown", len(unknown), _short(unknown), ask=True))
        if self.broken:
            found.append(LeftOut("damaged", len(self.broken), _short(self.broken), ask=True))
        linked = self.outside()
        if linked:
            found.append(LeftOut("linked", len(linked), _short(linked)))
        return found

    @property
    def has_macros(self) -> bool:
        """Whether programs are in the file."""
        return any(name.endswith(("vbaproject.bin", ".bas")) or "macrosheets/" in name for name in self._names)

    @property
    def is_signed(self) -> bool:
        """Whether digital signatures are in the file."""
        return any(name.startswith("_xmlsignatures/") and name.endswith(".xml") for name in self._names)


def _short(names: Iterable[str]) -> tuple[str, ...]:
    """The last words of paths, at most some of them."""
    return tuple(one.rstrip("/").rpartition("/")[2][:80] for one in list(names)[:20])


def flat_parts(root: Any) -> dict[str, bytes]:
    """Return the parts of a package that was saved as one XML file (Flat OPC), by name."""
    import base64

    from lxml import etree

    parts: dict[str, bytes] = {}
    for part in root:
        name = attribute(part, "name").lstrip("/")
        for one in part:
            if local(one) == "xmlData" and len(one):
                parts[name] = etree.tostring(one[0], encoding="utf-8")
            elif local(one) == "binaryData":
                parts[name] = base64.b64decode("".join((one.text or "").split()))
    return parts
