"""Form profiles: what a kind of form is called and where its fields stand. Data in ``schemas/forms/*.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldProfile:
    """One field of a form.

    Attributes:
        key: its name in our records (``customer``, ``number``, ``date``, ``amount``, ``manager`` …).
        kind: ``text``, ``name``, ``number``, ``date``, ``amount``, ``person`` or ``choice``; how its value is read.
        labels: what may stand printed before or above it, in Simplified, Traditional and English.
        required: a form of this kind without it is suspicious, so the field is asked for.
        place: where its value stands on the first page of a form that prints no label for it: left, top, right, bottom
            as shares of the page. What is read so is asked about.
    """

    key: str
    kind: str
    labels: tuple[str, ...]
    required: bool = False
    place: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class FormProfile:
    """One kind of form.

    Attributes:
        key: its name, such as ``complaint``.
        class_code: the record class its documents belong to; empty where the form does not tell.
        titles: what its heading may say.
        fields: its fields.
        dealing: what its amount is to the customer: ``booked``, ``charged``, ``paid``, ``reduced``; empty: nothing.
        signatures: role (``customer``, ``handler``, ``supervisor``) -> printed labels of the signature places.
    """

    key: str
    name: str
    class_code: str
    titles: tuple[str, ...]
    fields: tuple[FieldProfile, ...]
    signatures: Mapping[str, tuple[str, ...]]
    dealing: str = ""


def profile_from_dict(data: Mapping[str, Any]) -> FormProfile:
    """Build a profile from parsed TOML that passed ``schemas/form.schema.json``."""
    form = data["form"]
    return FormProfile(
        key=form["key"],
        name=form["name"],
        class_code=form.get("class", ""),
        titles=tuple(form["titles"]),
        fields=tuple(
            FieldProfile(
                f["key"], f.get("kind", "text"), tuple(f["labels"]), f.get("required", False), _place(f.get("place"))
            )
            for f in data.get("field", ())
        ),
        signatures={role: tuple(labels) for role, labels in data.get("signatures", {}).items()},
        dealing=form.get("dealing", ""),
    )


def _place(told: Any) -> tuple[float, float, float, float] | None:
    if told is None:
        return None
    left, top, right, bottom = (float(edge) for edge in told)
    return left, top, right, bottom
