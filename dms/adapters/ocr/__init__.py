"""OCR engines, chosen by name: RapidOCR on two runtimes, Tesseract, or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dms.errors import MissingProgram, Usage
from dms.ports.ocr import OcrEngine
from dms.said import Said

PRECISIONS = ("full", "int8")
NAMES = ("auto", "rapidocr", "rapidocr-openvino", "rapidocr-onnxruntime", "tesseract", "none")


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What ``dms doctor`` says of one engine.

    Attributes:
        name: as set in ``ocr = …``.
        ok: can be opened here.
        detail: version and languages, or what is missing and how to get it.
    """

    name: str
    ok: bool
    detail: Said


def open_engine(spec: str, languages: str = "chi_sim+eng", precision: str = "full") -> OcrEngine:
    """Load an engine; ``engine.name`` tells which one ``auto`` took.

    Args:
        spec: one of :data:`NAMES`. ``auto`` is RapidOCR with OpenVINO, else with onnxruntime, else Tesseract.
        languages: Tesseract's language codes joined by "+"; RapidOCR reads Chinese and English alike.
        precision: one of :data:`PRECISIONS`; only RapidOCR on OpenVINO knows another than ``full``.

    Raises:
        MissingProgram: where the engine asked for, or for ``auto`` every engine, is not installed.
        Usage: an unknown name or precision.
    """
    if precision not in PRECISIONS:
        raise Usage(
            Said("There is no OCR precision “{precision}”.", precision=precision),
            Said("Use one of: {precisions}.", precisions=tuple(PRECISIONS)),
        )
    if spec == "none":
        from dms.adapters.ocr.null import NullEngine

        return NullEngine()
    if spec == "tesseract":
        return _tesseract(languages)
    if spec in ("rapidocr-openvino", "rapidocr-onnxruntime"):
        return _rapidocr(spec.removeprefix("rapidocr-"), precision)
    choices: dict[str, list[Callable[[], OcrEngine]]] = {
        "rapidocr": [lambda: _rapidocr("openvino", precision), lambda: _rapidocr("onnxruntime", "full")],
    }
    choices["auto"] = [*choices["rapidocr"], lambda: _tesseract(languages)]
    if spec not in choices:
        raise Usage(
            Said("There is no OCR engine “{spec}”.", spec=spec), Said("Use one of: {names}.", names=tuple(NAMES))
        )
    missing: list[MissingProgram] = []
    for choice in choices[spec]:
        try:
            return choice()
        except MissingProgram as error:
            missing.append(error)
    raise MissingProgram(missing[-1].said, Said("{hints}", hints=tuple(dict.fromkeys(e.remedy for e in missing))))


def available() -> list[EngineInfo]:
    """Tell of every engine whether it can be opened, without loading models or starting the heavy packages."""
    from dms.adapters.ocr import rapidocr_models, tesseract_probe

    infos = []
    for runtime in ("openvino", "onnxruntime"):
        parts = (("rapidocr", rapidocr_models.has_package()), (runtime, rapidocr_models.has_runtime(runtime)))
        lacking = [name for name, there in parts if not there]
        detail = (
            Said("pip install {lacking}", lacking=" ".join(lacking))
            if lacking
            else Said("rapidocr {rapidocr_models}", rapidocr_models=rapidocr_models.package_version())
        )
        infos.append(EngineInfo(f"rapidocr-{runtime}", not lacking, detail))
    found = tesseract_probe.probe()
    infos.append(EngineInfo("tesseract", found.ok, found.detail))
    infos.append(
        EngineInfo("none", ok=True, detail=Said("reads nothing; files that bring their own text are still found"))
    )
    return infos


def _rapidocr(runtime: str, precision: str) -> OcrEngine:
    from dms.adapters.ocr.rapidocr_engine import RapidOcrEngine

    return RapidOcrEngine(runtime, precision=precision)


def _tesseract(languages: str) -> OcrEngine:
    from dms.adapters.ocr.tesseract_engine import TesseractEngine

    return TesseractEngine(languages)
