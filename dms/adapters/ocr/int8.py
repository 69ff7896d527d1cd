"""Computes a network's heavy layers in 8-bit whole numbers, by OpenVINO's own ``fake_quantize``; no further package.

The value range of each layer's input is measured beforehand (``tests/benchmarks/measure_ranges.py``) and belongs to
one file of weights: another file's layers may have the same names and other values, so it runs unquantised. Layers
that the file of ranges does not name stay as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

RANGES = Path(__file__).with_name("int8_ranges.json")

Ranges = Mapping[str, tuple[float, float]]


def ranges_for(model: Path) -> Ranges | None:
    """Return the ranges measured for exactly this file, None where there are none."""
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    measured = json.loads(RANGES.read_text(encoding="ascii"))["models"].get(digest)
    return None if measured is None else {layer: (low, high) for layer, (low, high) in measured.items()}


def quantise(model: Any, ranges: Ranges) -> None:
    """Put ``fake_quantize`` before the inputs and weights of the layers named; OpenVINO then computes them in INT8.

    Args:
        model: an ``openvino.Model``; it is changed.
        ranges: by layer, the least and greatest value of its input.
    """
    from openvino import opset13

    for layer in model.get_ordered_ops():
        if layer.get_friendly_name() not in ranges:
            continue
        low, high, levels = input_grid(*ranges[layer.get_friendly_name()])
        value = opset13.fake_quantize(layer.input_value(0), low, high, low, high, levels)
        weights = layer.input_value(1).get_node()
        most = weight_limits(weights.get_data(), of_convolution=layer.get_type_name() == "Convolution")
        weight = opset13.fake_quantize(weights.output(0), -most, most, -most, most, 255)
        layer.input(0).replace_source_output(value.output(0))
        layer.input(1).replace_source_output(weight.output(0))
    model.validate_nodes_and_infer_types()


def input_grid(low: float, high: float) -> tuple[np.float32, np.float32, int]:
    """Return the least and greatest value of a grid of 256 that covers a range and holds zero exactly.

    What is never negative, or little (GELU), gets an unsigned grid; what is about as much negative gets a signed one.
    """
    if low >= 0:
        return np.float32(0), np.float32(high), 256
    if -low > high / 2:
        most = max(-low, high)
        return np.float32(-most * 128 / 127), np.float32(most), 256
    step = (high - low) / 255
    below = round(-low / step)
    return np.float32(-below * step), np.float32((255 - below) * step), 256


def weight_limits(weights: np.ndarray[Any, np.dtype[np.float32]], *, of_convolution: bool) -> Any:
    """Return the greatest absolute weight of each output channel, shaped to be spread over the weights."""
    sizes = np.abs(weights)
    if of_convolution:
        most = sizes.reshape(len(sizes), -1).max(axis=1).reshape(-1, *[1] * (sizes.ndim - 1))
    else:
        most = sizes.max(axis=0, keepdims=True)
    return np.maximum(most, 1e-8).astype(np.float32)
