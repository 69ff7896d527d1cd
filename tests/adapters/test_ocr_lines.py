"""Lines for the network: how they share a call, what the scores say, where the detector's map shows text."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.adapters.ocr import lines
from dms.adapters.ocr.text_boxes import text_boxes


@given(st.lists(st.integers(8, 2400), max_size=60))
def test_every_line_is_in_one_call_that_is_wide_enough_and_not_too_large(widths: list[int]) -> None:
    calls = list(lines.batches(widths))
    assert sorted(i for _, some in calls for i in some) == list(range(len(widths)))
    for width, some in calls:
        widest = max(widths[i] for i in some)
        assert widest <= width < max(widest + 128, 225) and width >= 224
        assert width % 32 == 0
        assert 1 <= len(some) <= 8
        assert len(some) == 1 or len(some) * width <= 640
    assert [width for width, _ in calls] == sorted((width for width, _ in calls), reverse=True)


def test_probability_from_logits_is_the_softmax_and_only_characters_count() -> None:
    logits = np.array([[0, 3, 1], [0, 4, 1], [5, 1, 1], [0, 2, 1], [0, 1, 6]], dtype=np.float32)
    whole = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for found in (lines.glyphs(logits, logits=True), lines.glyphs(whole, logits=False)):
        assert found.steps == 5
        assert list(found.places) == [0, 3, 4]
        assert list(found.columns) == [1, 1, 2]
        assert found.sure == pytest.approx([whole[0, 1], whole[3, 1], whole[4, 2]], rel=1e-5)


def test_scores_of_a_blank_line_hold_no_character() -> None:
    found = lines.glyphs(np.array([[9, 0], [9, 0]], dtype=np.float32), logits=True)
    assert lines.runs(found, ("", "字"), 1.0) == []


def marked(*boxes: tuple[float, float, float, float, float], size: tuple[int, int] = (400, 300)) -> np.ndarray:
    """A detector's map with lines (middle x, middle y, width, height, angle) marked surely."""
    probability = np.zeros((size[1], size[0]), np.float32)
    for x, y, width, height, angle in boxes:
        corners = cv2.boxPoints(((x, y), (width, height), angle))
        cv2.fillPoly(probability, [np.round(corners).astype(np.int32)], 0.9)
    return probability


def test_a_marked_line_is_found_grown_to_the_size_of_its_print() -> None:
    (quad,) = text_boxes(marked((200, 150, 120, 12, 0)), 800, 600)
    # Grown on every side by area / outline * 1.6, here some 9 of the map's pixels; the page is twice the map.
    assert quad[:, 0].min() == pytest.approx(2 * (140 - 9), abs=5)
    assert quad[:, 0].max() == pytest.approx(2 * (260 + 9), abs=5)
    assert quad[:, 1].min() == pytest.approx(2 * (144 - 9), abs=5)
    assert quad[:, 1].max() == pytest.approx(2 * (156 + 9), abs=5)


@pytest.mark.parametrize("angle", [-40, -10, 0, 10, 40])
def test_corners_go_clockwise_from_the_top_left(angle: float) -> None:
    (quad,) = text_boxes(marked((200, 150, 120, 14, angle)), 400, 300)
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    assert np.degrees(np.arctan2(along[1], along[0])) == pytest.approx(angle, abs=2)
    assert along[0] * down[1] - along[1] * down[0] > 0
    assert np.linalg.norm(along) > 3 * np.linalg.norm(down)


def test_doubtful_marks_and_specks_are_no_lines() -> None:
    probability = marked((100, 100, 1, 1, 0))
    probability[200:210, 50:200] = 0.4
    assert text_boxes(probability, 400, 300).shape == (0, 4, 2)


def test_more_than_a_thousand_lines_are_all_found() -> None:
    """The package's own post-processing stops at 1,000, counted from the bottom of the page."""
    boxes = [(12 + 24 * (n % 40), 12 + 24 * (n // 40), 10, 6, 0) for n in range(1600)]
    assert len(text_boxes(marked(*boxes, size=(970, 970)), 970, 970)) == 1600


def test_lines_stay_on_the_page() -> None:
    (quad,) = text_boxes(marked((10, 5, 60, 8, 0)), 800, 600)
    assert quad.min() >= 0
    assert quad[:, 0].max() <= 799
    assert quad[:, 1].max() <= 599
