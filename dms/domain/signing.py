"""Whose ink it is: signature boxes found on pages are given to the role whose printed label stands beside them (R4).

What is found here is a proposal with its place; a person confirms it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dms.domain.pages import Box, Page, Word

# Labels of forms no profile knows.
LABELS: Mapping[str, tuple[str, ...]] = {
    "customer": ("客户签", "客户确认", "客户盖章", "客戶簽", "客戶確認", "customer"),
    "handler": ("经办人", "经手人", "經辦人", "經手人", "客户经理", "handler", "handled by"),
    "supervisor": ("直接领导", "部门领导", "部门经理", "主管", "直接領導", "部門經理", "supervisor", "approved by"),
}
_FAR = 220.0


@dataclass(frozen=True, slots=True)
class Ink:
    """A signature's place: role, page (1-based), box in points."""

    role: str
    page: int
    box: Box


def inks(pages: Sequence[Page], labels: Mapping[str, Sequence[str]] | None = None) -> list[Ink]:
    """Return signatures with the role of the nearest label to their left or above them.

    Args:
        pages: recognised pages.
        labels: role -> printed labels, of the form's profile; :data:`LABELS` where None or empty.
    """
    wanted = labels or LABELS
    found = []
    for page in pages:
        spots = [(role, word.box) for word in page.words for role in wanted if _names(word, wanted[role])]
        for box in page.evidence.signatures:
            near = min(((_distance(box, label), role) for role, label in spots), default=(_FAR, ""))
            if near[0] < _FAR and near[1]:
                found.append(Ink(near[1], page.number, box))
    return found


def _names(word: Word, labels: Sequence[str]) -> bool:
    text = "".join(word.text.lower().split())
    return any("".join(label.lower().split()) in text for label in labels)


def _distance(box: Box, label: Box) -> float:
    """Points between a label and ink to its right or below it; far away in any other direction."""
    x, y = box.middle
    if x < label.x0 - 10 or y < label.y0 - box.height:
        return _FAR
    right = max(0.0, box.x0 - label.x1)
    below = max(0.0, box.y0 - label.y1)
    sideways = max(0.0, label.x0 - box.x0)
    return right + 2.0 * below + sideways
