"""INT8 for the reader: grids hold what they must, ranges belong to one file, nothing else is quantised."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocr_sheets import form

from dms.adapters.ocr import available, int8, open_engine, rapidocr_models
from dms.errors import Usage

HAS_OPENVINO = any(info.ok and info.name == "rapidocr-openvino" for info in available())


@given(st.floats(-50, 0), st.floats(0.01, 60))
def test_a_grid_of_256_covers_the_range_and_holds_zero(low: float, high: float) -> None:
    first, last, levels = int8.input_grid(low, high)
    step = (last - first) / (levels - 1)
    assert levels == 256
    assert first <= low + step
    assert last >= high - step
    assert abs(first / step - round(first / step)) < 1e-2


def test_what_is_never_negative_wastes_no_half_of_the_grid() -> None:
    assert int8.input_grid(0.2, 5)[:2] == (0, 5)
    assert int8.input_grid(-0.17, 3)[0] > -0.2
    first, last, _ = int8.input_grid(-4, 3)
    assert -first == pytest.approx(4 * 128 / 127)
    assert last == pytest.approx(4)


def test_each_output_channel_has_its_own_weight_limit() -> None:
    kernel = np.zeros((2, 3, 1, 1), np.float32)
    kernel[0, 1], kernel[1, 2] = -2, 0.5
    assert int8.weight_limits(kernel, of_convolution=True).ravel().tolist() == [2, 0.5]
    assert int8.weight_limits(kernel, of_convolution=True).shape == (2, 1, 1, 1)
    matrix = np.array([[1, -3], [2, 0]], np.float32)
    assert int8.weight_limits(matrix, of_convolution=False).tolist() == [[2, 3]]


def test_another_file_of_weights_has_no_ranges(tmp_path: Path) -> None:
    other = tmp_path / "reader.onnx"
    other.write_bytes(b"other weights under the same layer names")
    assert int8.ranges_for(other) is None


def test_the_ranges_are_sound() -> None:
    for digest, ranges in json.loads(int8.RANGES.read_text(encoding="ascii"))["models"].items():
        assert len(bytes.fromhex(digest)) == 32
        assert ranges
        assert all(low < high for low, high in ranges.values())


def test_an_unknown_precision_is_a_usage_error_that_lists_the_known_ones() -> None:
    with pytest.raises(Usage) as caught:
        open_engine("auto", precision="int4")
    assert "full, int8" in caught.value.hint


@pytest.mark.slow
@pytest.mark.skipif(not HAS_OPENVINO, reason="RapidOCR or OpenVINO is not installed")
def test_int8_reads_print_and_says_so() -> None:
    if int8.ranges_for(rapidocr_models.files()[1]) is None:
        pytest.skip("the installed reader is not the one that was measured")
    engine = open_engine("rapidocr-openvino", precision="int8")
    assert engine.name.endswith("int8")
    assert not open_engine("rapidocr-openvino").name.endswith("int8")
    text = "".join("".join(w.text for w in engine.recognise(form(300).raster()).words).split())
    for wanted in ("客户投诉处理单", "上海华光贸易有限公司", "2026-03-18", "12,480.50", "021-65430987"):
        assert wanted in text
