"""Finds RapidOCR's two models, detector and reader, in its wheel and loads them; never from the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from dms.adapters.ocr.int8 import ranges_for
from dms.adapters.ocr.networks import Tensor, onnxruntime_network, openvino_network, silence
from dms.errors import MissingProgram
from dms.said import Said

_DETECTOR = "PP-OCRv6_det_small.onnx"
_READER = "PP-OCRv6_rec_small.onnx"
_HINT = Said("Install it with: pip install 'rapidocr>=3.10' onnxruntime (faster: pip install openvino).")


@dataclass(frozen=True, slots=True)
class Models:
    """The two loaded networks.

    Attributes:
        detector: page (1, 3, h, w) in -1..1 in, map of text (1, 1, h, w) out.
        reader: lines (n, 3, 48, w) in -1..1 in, scores (n, steps, characters) out.
        logits: the reader's scores are logits, else probabilities.
        characters: what the columns of the reader's output mean; 0 is the blank.
        name: package, version and runtime.
    """

    detector: Callable[[Tensor], Tensor]
    reader: Callable[[Tensor], Tensor]
    logits: bool
    characters: tuple[str, ...]
    name: str


def has_package() -> bool:
    """True where RapidOCR and its models are installed; imports nothing."""
    return _models_folder() is not None


def has_runtime(runtime: str) -> bool:
    """True where ``openvino`` or ``onnxruntime`` is installed; imports nothing."""
    return find_spec(runtime) is not None


def package_version() -> str:
    """Return RapidOCR's version, empty where it is not installed."""
    try:
        return version("rapidocr")
    except PackageNotFoundError:
        return ""


def files() -> tuple[Path, Path]:
    """Return where detector and reader lie.

    Raises:
        MissingProgram: where RapidOCR is not installed.
    """
    folder = _models_folder()
    if folder is None:
        raise MissingProgram(Said("RapidOCR is not installed, so scans cannot be read with it."), _HINT)
    return folder / _DETECTOR, folder / _READER


def load(runtime: str, precision: str = "full") -> Models:
    """Load both models.

    Args:
        runtime: ``openvino`` or ``onnxruntime``.
        precision: ``full``, or ``int8``: the reader in 8-bit numbers with OpenVINO, if its ranges are known.

    Raises:
        MissingProgram: where a package or a model file is not there, or the reader's file names no characters.
    """
    detector_file, reader_file = files()
    if not has_runtime(runtime):
        raise MissingProgram(
            Said("{runtime} is not installed, so scans cannot be read with it.", runtime=runtime), _HINT
        )
    silence()
    if runtime == "openvino":
        ranges = ranges_for(reader_file) if precision == "int8" else None
        detector, reader = openvino_network(detector_file), openvino_network(reader_file, ranges)
    else:
        ranges = None
        detector, reader = onnxruntime_network(detector_file), onnxruntime_network(reader_file)
    if not reader.characters:
        raise MissingProgram(Said("RapidOCR's model does not name its characters."), _HINT)
    return Models(
        detector=detector.run,
        reader=reader.run,
        logits=reader.logits,
        # The first column is the blank between characters, the last one the space, as PP-OCR counts them.
        characters=("", *reader.characters, " "),
        name=f"rapidocr {package_version()} {runtime}{' int8' if ranges else ''}",
    )


def _models_folder() -> Path | None:
    spec = find_spec("rapidocr")
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parent / "models"
    return folder if (folder / _DETECTOR).is_file() and (folder / _READER).is_file() else None
