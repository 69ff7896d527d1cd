"""What Word, Excel and PowerPoint packages have in common: how they are recognised, and how what is left is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.container import container
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.ooxml import Package
from dms.adapters.examine.registry import Sample, Source
from dms.domain.left_out import LeftOut, together

_LITTLE_TEXT = 200


def package_kind(main: str, part: str) -> Callable[[Sample], bool]:
    """Return a detector of packages.

    Args:
        main: pattern of the main part's content type.
        part: the usual name of the main part, for packages that do not tell.
    """
    wanted = re.compile(main)

    def detect(sample: Sample) -> bool:
        if sample.content_types:
            return wanted.search(sample.content_types) is not None
        return part in sample.entries

    return detect


def read_package(source: Source, lines: Callable[[Package, Source], Flow]) -> Flow:
    """Read a package.

    Raises:
        Unreadable: damaged or locked.
        LimitExceeded: a zip bomb, or more cells than are taken.
    """
    with container(source.path) as archive:
        return flow_of(source, Package(archive), lines)


def flow_of(source: Source, package: Package, lines: Callable[[Package, Source], Flow]) -> Flow:
    """Return what a package says, what is in it besides, and what nobody read."""
    flow = lines(package, source)
    return replace(
        flow,
        text=clean(flow.text),
        active_content=("macros",) if package.has_macros else (),
        signed=package.is_signed,
        left_out=together((*flow.left_out, *asked_where_little(package.unread(), flow.text))),
    )


def asked_where_little(found: list[LeftOut], text: str) -> list[LeftOut]:
    """Ask about pictures where there is hardly any text: the document may be in them."""
    little = len(text) < _LITTLE_TEXT
    return [replace(one, ask=one.ask or (little and one.what == "pictures")) for one in found]
