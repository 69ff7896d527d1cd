"""Loads RapidOCR's two models: one thread, from its own package, silent, never from the network.

Habits of the packages are broken here on purpose (promise 8): RapidOCR downloads a model or font it misses,
``openvino`` imports a converter that reports every import to its maker, and ``onnxruntime`` keeps a device id and an
event store in the home folder and sends from it.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from dms.errors import MissingProgram
from dms.said import Said

_DETECTOR = "PP-OCRv6_det_small.onnx"
_READER = "PP-OCRv6_rec_small.onnx"
_HINT = Said("Install it with: pip install 'rapidocr>=3.10' onnxruntime (faster: pip install openvino).")


@dataclass(frozen=True, slots=True)
class Models:
    """The two loaded networks.

    Attributes:
        detector: callable, BGR image in, output with ``boxes`` (n, 4, 2) or None.
        session: callable, batch (n, 3, 48, w) in, probabilities (n, steps, characters) out.
        characters: what the columns of ``session``'s output mean; 0 is the blank.
        name: package, version and runtime.
    """

    detector: Any
    session: Any
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


def silence() -> None:
    """Keep both runtimes from reporting to their makers, for this whole process and its children.

    ``None`` in ``sys.modules`` makes the import of openvino's converter and reporting package fail, for which openvino
    is prepared. The Linux builds of onnxruntime since 1.29 send events unless ``ORT_DISABLE_TELEMETRY`` is set. No
    thread, no file in the home folder, no packet. Must run before either is first imported.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    for name in ("openvino_telemetry", "openvino.tools.ovc"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # documented meaning of None there


def load(runtime: str) -> Models:
    """Load both models.

    Args:
        runtime: ``openvino`` or ``onnxruntime``.

    Raises:
        MissingProgram: where a package or a model file is not there.
    """
    folder = _models_folder()
    if folder is None or not has_runtime(runtime):
        missing = "RapidOCR" if folder is None else runtime
        raise MissingProgram(
            Said("{missing} is not installed, so scans cannot be read with it.", missing=missing), _HINT
        )
    silence()
    from rapidocr.ch_ppocr_det import TextDetector
    from rapidocr.ch_ppocr_rec import TextRecognizer
    from rapidocr.main import DEFAULT_CFG_PATH
    from rapidocr.utils import download_file
    from rapidocr.utils.log import logger
    from rapidocr.utils.parse_parameters import ParseParams
    from rapidocr.utils.typings import EngineType

    download_file.DownloadFile.run = _refuse_download  # type: ignore[method-assign]  # a guard, see above
    logger.setLevel("ERROR")
    engine = EngineType(runtime)
    config = ParseParams.update_batch(
        ParseParams.load(DEFAULT_CFG_PATH),
        {
            "Global.log_level": "error",
            "Det.engine_type": engine,
            "Det.model_path": str(folder / _DETECTOR),
            "Det.limit_type": "max",
            "Rec.engine_type": engine,
            "Rec.model_path": str(folder / _READER),
            "EngineConfig.openvino.inference_num_threads": 1,
            "EngineConfig.openvino.num_streams": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        },
    )
    for part in (config.Det, config.Rec):
        part.engine_cfg = config.EngineConfig[engine.value]
        part.model_root_dir = folder
    config.Rec.font_path = None
    detector = TextDetector(config.Det)
    reader = TextRecognizer(config.Rec)
    return Models(
        detector=detector,
        session=reader.session,
        characters=tuple(reader.postprocess_op.character),
        name=f"rapidocr {package_version()} {runtime}",
    )


def _models_folder() -> Path | None:
    spec = find_spec("rapidocr")
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parent / "models"
    return folder if (folder / _DETECTOR).is_file() and (folder / _READER).is_file() else None


def _refuse_download(*_: object, **__: object) -> NoReturn:
    """Stand in for RapidOCR's downloader: nothing is fetched at run time."""
    raise MissingProgram(Said("RapidOCR wanted to download a file, which is not allowed here."), _HINT)
