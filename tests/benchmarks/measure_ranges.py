"""Measures the value ranges that INT8 needs, for the reader that is installed, and writes ``int8_ranges.json``.

Run: ``python tests/benchmarks/measure_ranges.py --forms 8 --seed 90210``. The forms must not be those of any benchmark
or test, or the errors told of INT8 would be too good; each is scanned at one level of damage and one resolution.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dms.adapters.ocr import int8, lines, networks, rapidocr_models
from dms.adapters.ocr.pixels import red_channel, shrunk
from dms.adapters.ocr.text_boxes import text_boxes

# Left as they are: 18 and 4 moved the answers most when quantised alone, 26 and 50 much when all others are.
SENSITIVE = {"Conv.4", "Conv.18", "Conv.26", "Conv.50"}


def layers(model: Any) -> list[Any]:
    """Return 1x1 convolutions and projections: not depthwise ones, nor squeeze blocks, which see one pixel."""
    found = []
    for layer in model.get_ordered_ops():
        kind = layer.get_type_name()
        if kind not in ("Convolution", "MatMul") or layer.get_friendly_name() in SENSITIVE:
            continue
        weights = layer.input_value(1).get_node()
        if weights.get_type_name() != "Constant":
            continue
        shape = layer.input_value(0).get_partial_shape()
        if kind == "Convolution" and (
            tuple(weights.shape)[2:] != (1, 1) or (shape[2].is_static and shape[3].is_static)
        ):
            continue
        found.append(layer)
    return found


def calls(detector: networks.Network, forms: int, seed: int) -> Iterator[networks.Tensor]:
    """Yield batches of lines as the engine makes them."""
    from dms.demo.forms import make_forms
    from dms.demo.scanner import damage

    for number, form in enumerate(make_forms(seed, forms)):
        level, dpi = number % 4, (200, 300)[number // 4 % 2]
        grey = red_channel(np.asarray(damage(form.render(dpi), level, seed + number, dpi)))
        height, width = grey.shape
        scale = 960 / max(height, width)
        plane = shrunk(grey, round(width * scale / 32) * 32, round(height * scale / 32) * 32) / np.float32(127.5) - 1
        found = detector.run(np.ascontiguousarray(np.broadcast_to(plane, (1, 3, *plane.shape)), np.float32))
        crops = [lines.crop(grey, quad) for quad in text_boxes(found[0, 0], width, height)]
        for columns, some in lines.batches([cut.shape[1] for cut in crops]):
            yield lines.batch([crops[i] for i in some], columns)
        print(f"form {number + 1}/{forms}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=8)
    parser.add_argument("--seed", type=int, default=90210)
    chosen = parser.parse_args()
    networks.silence()
    import openvino
    from openvino import opset13

    detector_file, reader_file = rapidocr_models.files()
    core = openvino.Core()
    model = core.read_model(reader_file)
    names, results = [], []
    for layer in layers(model):
        value = layer.input_value(0)
        axes = opset13.constant(np.arange(value.get_partial_shape().rank.get_length()))
        results += [opset13.result(opset13.reduce_min(value, axes)), opset13.result(opset13.reduce_max(value, axes))]
        names.append(layer.get_friendly_name())
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(openvino.Model(results, model.get_parameters(), "ranges"), "CPU", exact)
    request = request.create_infer_request()
    low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    for call in calls(networks.openvino_network(detector_file), chosen.forms, chosen.seed):
        request.infer([call])
        ends = np.array([float(request.get_output_tensor(n).data.item()) for n in range(len(results))])
        low, high = np.minimum(low, ends[::2]), np.maximum(high, ends[1::2])
    ranges = {n: [float(f"{a:.4g}"), float(f"{b:.4g}")] for n, a, b in zip(names, low, high, strict=True)}
    write(int8.RANGES, reader_file, ranges)


def write(target: Path, reader: Path, ranges: dict[str, list[float]]) -> None:
    rows = ",\n".join(f"      {json.dumps(name)}: {json.dumps(ends)}" for name, ends in ranges.items())
    digest = hashlib.sha256(reader.read_bytes()).hexdigest()
    target.write_text(f'{{\n  "models": {{\n    "{digest}": {{\n{rows}\n    }}\n  }}\n}}\n', encoding="ascii")


if __name__ == "__main__":
    main()
