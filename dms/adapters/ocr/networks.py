"""Loads one network of RapidOCR's wheel on one thread, by OpenVINO or by onnxruntime, and runs it.

RapidOCR's own loader is left out: importing it takes more than a second of each reading process, most of it a list of
models to download. Both runtimes would report to their makers: :func:`silence` must run before either is imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.adapters.ocr import int8

Tensor = NDArray[np.float32]

_OPENVINO: dict[str, Any] = {
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": 1,
    # Pinned, each process binds its one stream to the first core it may use: all of them to the same.
    "ENABLE_CPU_PINNING": False,
}


@dataclass(frozen=True, slots=True)
class Network:
    """A network ready to run.

    Attributes:
        run: one batch in, the first output out; what it returns is valid until the next call.
        logits: the output's last axis holds logits, for the softmax was left out; else what the file says.
        characters: the characters kept in the file's metadata, empty for a detector.
    """

    run: Callable[[Tensor], Tensor]
    logits: bool
    characters: tuple[str, ...]


def silence() -> None:
    """Keep both runtimes from reporting to their makers, for this whole process and its children.

    ``None`` in ``sys.modules`` makes the import of openvino's converter and reporting package fail, for which openvino
    is prepared. The Linux builds of onnxruntime since 1.29 send events unless ``ORT_DISABLE_TELEMETRY`` is set. No
    thread, no file in the home folder, no packet. Must run before either is first imported.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    for name in ("openvino_telemetry", "openvino.tools.ovc"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # documented meaning of None there


def openvino_network(path: Path, ranges: int8.Ranges | None = None) -> Network:
    """Load a network by OpenVINO; where it ends in a softmax over characters, the softmax is left out.

    The softmax of 18,710 classes at each step is needed for the few steps where a character stands only.

    Args:
        path: the ONNX file.
        ranges: of the layers that shall be computed in INT8, none unless given.
    """
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    characters = _openvino_characters(model)
    if ranges:
        int8.quantise(model, ranges)
    end = model.get_results()[0].input_value(0)
    softmax = _nearest(end.get_node(), "Softmax") if characters else None
    if softmax is not None:
        logits = openvino.opset13.result(softmax.input_value(0))
        model = openvino.Model([logits], model.get_parameters(), "reader")
    request = core.compile_model(model, "CPU", _OPENVINO).create_infer_request()

    def run(batch: Tensor) -> Tensor:
        request.infer([batch], share_inputs=True)
        output: Tensor = request.get_output_tensor().data
        return output

    return Network(run, softmax is not None, characters)


def onnxruntime_network(path: Path) -> Network:
    """Load a network by onnxruntime as it is: leaving out the softmax would need another package to edit the file."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0].name
    kept = session.get_modelmeta().custom_metadata_map.get("character", "")

    def run(batch: Tensor) -> Tensor:
        output: Tensor = session.run(None, {entry: batch})[0]
        return output

    return Network(run, False, tuple(kept.splitlines()))


def _openvino_characters(model: Any) -> tuple[str, ...]:
    key = ["framework", "character"]
    return tuple(model.get_rt_info(key).astype(str).splitlines()) if model.has_rt_info(key) else ()


def _nearest(node: Any, kind: str) -> Any | None:
    """Return the nearest operation of a kind on the way up from an output, past renaming; None where there is none."""
    while node.get_type_name() in ("Identity", "Result"):
        node = node.input_value(0).get_node()
    return node if node.get_type_name() == kind else None
