from __future__ import annotations

import itertools
from collections import Counter
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from dms.demo.canvas import HEIGHT, WIDTH, Rule
from dms.demo.form import Form
from dms.demo.forms import ENGLISH, KINDS, SIMPLIFIED, TRADITIONAL, make_form, make_forms
from dms.demo.layout import RIGHT
from dms.domain.pages import Box

ALL = [(kind.key, language) for kind in KINDS.values() for language in kind.languages]


def test_the_set_is_what_the_benchmark_says(forms: list[Form]) -> None:
    assert Counter(f.language for f in forms) == {SIMPLIFIED: 14, TRADITIONAL: 3, ENGLISH: 3}
    assert {f.kind for f in forms} == set(KINDS)
    assert {f.class_code for f in forms} == {"01", "02", "03", "04", "05", "06", "99"}


def test_same_seed_same_form(forms: list[Form]) -> None:
    again = make_forms(7)
    assert [f.text for f in again] == [f.text for f in forms]
    assert np.array_equal(np.asarray(again[2].render(72)), np.asarray(forms[2].render(72)))
    assert [f.text for f in make_forms(8)] != [f.text for f in forms]


@pytest.mark.parametrize(("kind", "language"), ALL)
@pytest.mark.parametrize("seed", range(4))
def test_values_stand_on_the_page(kind: str, language: str, seed: int) -> None:
    form = make_form(kind, language, seed=seed)
    flat = "".join(form.text.split())
    for key, printed in form.printed.items():
        if key == "reason":  # broken over lines; the label stands beside it
            assert "".join(printed.split())[:12] in flat
        else:
            assert "".join(printed.split()) in flat, key
    assert form.values["date"] == date.fromisoformat(form.values["date"]).isoformat()
    assert form.title in form.text


@pytest.mark.parametrize(("kind", "language"), ALL)
@pytest.mark.parametrize("seed", range(6))
def test_nothing_runs_out_of_its_place(kind: str, language: str, seed: int) -> None:
    form = make_form(kind, language, seed=seed)
    for sheet in form.sheets:
        upright = [m for m in sheet.marks if isinstance(m, Rule) and m.x0 == m.x1]
        for word in sheet.words:
            box = word.box
            assert box.x0 >= 40
            assert box.x1 <= RIGHT + 1
            assert box.y1 <= HEIGHT - 20
            for rule in upright:
                low, high = sorted((rule.y0, rule.y1))
                within = low < box.middle[1] < high
                assert not (within and box.x0 + 0.5 < rule.x0 < box.x1 - 0.5), word.text
        for one, other in itertools.combinations(sheet.words, 2):
            shared = Box(one.box.x0 + 1, one.box.y0 + 2, one.box.x1 - 1, one.box.y1 - 2)
            assert not shared.overlaps(other.box), (one.text, other.text)


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_every_form_fits_one_page(kind: str, language: str) -> None:
    for seed in range(10):
        assert len(make_form(kind, language, seed=seed).sheets) == 1


def test_long_orders_and_minutes_run_on() -> None:
    order = make_form("order", seed=3, long=True)
    assert len(order.sheets) == 2
    assert len(order.render_pages(50)) == 2
    assert "第2页 共2页" in order.page_texts[1]
    assert len(make_form("minutes", seed=3, long=True).sheets) == 2


def test_who_did_not_sign_leaves_no_ink() -> None:
    form = make_form("complaint", seed=5, missing=("supervisor",))
    signed = {p.role: p.filled for p in form.signatures if p.role in ("customer", "handler", "supervisor")}
    assert signed == {"customer": True, "handler": True, "supervisor": False}
    pixels = np.asarray(form.render(100).convert("L"))
    for place in form.signatures:
        box = [round(v * 100 / 72) for v in (place.box.x0, place.box.y0, place.box.x1, place.box.y1)]
        # The red seal may lie over a place; ink is darker than it.
        dark = float((pixels[box[1] : box[3], box[0] : box[2]] < 60).mean())
        if place.filled:
            assert dark > 0.01, place.role
        elif place.role == "supervisor":
            assert dark == 0


def test_ink_can_be_left_out() -> None:
    form = make_form("order", seed=2)
    bare = np.asarray(form.render(72, signatures=False, seals=False), np.int16)
    assert int((bare[..., 0] - bare[..., 1]).max()) < 30  # nothing red
    assert not np.array_equal(bare, np.asarray(form.render(72), np.int16))


def test_told_values_are_used() -> None:
    for kind in ("order", "complaint", "customer-registration", "customer-survey", "commission"):
        form = make_form(kind, seed=9, amount=Decimal("98765.40"), day=date(2026, 3, 5))
        assert form.values["amount"] == "98765.40"
        assert form.values["date"] == "2026-03-05"


def test_boxes_lie_on_the_page(forms: list[Form]) -> None:
    for form in forms:
        assert {"customer", "number", "date"} & set(form.boxes)
        for page, box in form.boxes.values():
            assert 1 <= page <= len(form.sheets)
            assert 0 < box.x0 < box.x1 < WIDTH


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="no form"):
        make_form("invoice", seed=1)
    with pytest.raises(ValueError, match="no form"):
        make_form("minutes", ENGLISH, seed=1)
