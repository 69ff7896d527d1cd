"""Tesseract through pytesseract: cleaned image in, TSV out; second engine, fallback and second opinion."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import pytesseract
from PIL import Image

from dms.adapters.ocr import tesseract_probe
from dms.adapters.ocr.orientation import weight
from dms.adapters.ocr.pixels import Pixels, as_array, bounding_box, normalised, red_channel, turned
from dms.adapters.ocr.skew import slope
from dms.domain.hantext import close_han, is_han, reading_order
from dms.domain.pages import Word
from dms.errors import MissingProgram, Unavailable
from dms.ports.ocr import Raster, Recognition
from dms.said import Do, Said

_TIMEOUT = 100
_DOUBTFUL = 0.70
_MIN_SKEW = 0.2
_KEEP = 0.0
# psm 3, never 6: on forms psm 6 finds 17 % of the fields.
_CONFIG = "--oem 1 --psm 3"
# A gap of so many line heights parts two columns; Tesseract's own words are joined below it.
_COLUMN_GAP = 1.6


class TesseractEngine:
    """One process's Tesseract, one thread (its OpenMP makes pages three to four times slower).

    Args:
        languages: codes joined by "+"; those not installed are left out where Chinese or another one remains.

    Raises:
        MissingProgram: where the program, or every language asked for, is missing.
    """

    def __init__(self, languages: str = "chi_sim+eng") -> None:
        found = tesseract_probe.probe()
        if not found.program:
            raise MissingProgram(Said("Tesseract is not installed, so scans cannot be read with it."), found.detail)
        wanted = [code for code in languages.split("+") if code]
        usable = [code for code in wanted if code in found.languages]
        if not usable or ("chi_sim" in wanted and "chi_sim" not in usable):
            raise MissingProgram(
                Said(
                    "Tesseract lacks the language data {wanted}.",
                    wanted=[c for c in wanted if c not in found.languages],
                ),
                tesseract_probe.PACKAGE_HINT,
            )
        self._languages = "+".join(usable)
        self._can_orient = "osd" in found.languages
        self.name = f"tesseract {found.version} {self._languages}"
        pytesseract.pytesseract.tesseract_cmd = found.program
        os.environ["OMP_THREAD_LIMIT"] = "1"

    def recognise(self, raster: Raster) -> Recognition:
        """Read one page.

        Raises:
            Unavailable: where Tesseract failed or took longer than 100 s.
        """
        clean = _cleaned(red_channel(as_array(raster)))
        words = self._read(clean, raster.dpi)
        rotation = 0
        confidence = weight([(w.text, w.confidence) for w in words])
        sideways = _is_sideways(words)
        if sideways or confidence < _DOUBTFUL:
            # It reads lines that run downwards by itself, so a sideways page may come with high confidence.
            told = self._orientation(clean, raster.dpi)
            for turn in (told,) if told else (90, 270) if sideways else ():
                again = self._read(turned(clean, turn), raster.dpi)
                better = weight([(w.text, w.confidence) for w in again])
                if better > confidence or (sideways and not rotation and not _is_sideways(again)):
                    words, rotation, confidence = again, turn, better
        return Recognition(reading_order(words), rotation, round(confidence, 4))

    def _read(self, clean: Pixels, dpi: float) -> list[Word]:
        straight, back = _straightened(clean, dpi)
        data = self._run(
            pytesseract.image_to_data,
            straight,
            dpi,
            lang=self._languages,
            config=_CONFIG,
            output_type=pytesseract.Output.DICT,
        )
        return _words(data, back, 72.0 / dpi)

    def _orientation(self, clean: Pixels, dpi: float) -> int:
        """Ask Tesseract's orientation detection; 0 where it cannot tell."""
        if not self._can_orient:
            return 0
        try:
            found = self._run(
                pytesseract.image_to_osd, clean, dpi, config="--psm 0", output_type=pytesseract.Output.DICT
            )
        except Unavailable:
            return 0  # "too few characters": the page stays as it is
        return int(found["rotate"]) % 360

    def _run(self, function: Any, pixels: Pixels, dpi: float, **options: Any) -> Mapping[str, Any]:
        image = Image.fromarray(pixels)
        image.info["dpi"] = (dpi, dpi)
        options["config"] += f" --dpi {round(dpi)}"
        try:
            answer: Mapping[str, Any] = function(image, timeout=_TIMEOUT, **options)
        except pytesseract.TesseractNotFoundError as error:
            raise MissingProgram(Said("Tesseract is gone since the start."), tesseract_probe.PACKAGE_HINT) from error
        except (pytesseract.TesseractError, RuntimeError, OSError) as error:
            raise Unavailable(
                Said("Tesseract failed on this page: {error}", error=error),
                Said("Try again; see `{act}`.", act=Do("doctor")),
            ) from error
        return answer


def _is_sideways(words: list[Word]) -> bool:
    long = [w.box for w in words if len(w.text) > 2]
    return sum(b.height for b in long if b.height > b.width) > sum(b.width for b in long if b.width >= b.height)


def _cleaned(grey: Pixels) -> Pixels:
    """Light blur, then the background divided away: halves the errors of scans with shadows and folds."""
    return normalised(np.asarray(cv2.GaussianBlur(grey, (3, 3), 0), dtype=np.uint8))


def _straightened(clean: Pixels, dpi: float) -> tuple[Pixels, Any]:
    """Return the page without its skew and the matrix (2, 3) from its pixels back to the page's."""
    height, width = clean.shape
    degrees = slope(clean, dpi)
    if abs(degrees) < _MIN_SKEW:
        return clean, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    straight = cv2.warpAffine(clean, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    return np.asarray(straight, dtype=np.uint8), cv2.invertAffineTransform(matrix)


def _words(data: Mapping[str, Any], back: Any, scale: float) -> list[Word]:
    """Join Tesseract's words of a line into runs, parted at columns."""
    runs: list[list[int]] = []
    previous: tuple[int, ...] = ()
    for i, text in enumerate(data["text"]):
        if not text.strip() or float(data["conf"][i]) < 100 * _KEEP:
            continue
        line = (data["block_num"][i], data["par_num"][i], data["line_num"][i])
        if runs and line == previous:
            last = runs[-1][-1]
            gap = data["left"][i] - data["left"][last] - data["width"][last]
            if gap < _COLUMN_GAP * max(data["height"][i], data["height"][last]):
                runs[-1].append(i)
                continue
        runs.append([i])
        previous = line
    words = []
    for run in runs:
        text = data["text"][run[0]].strip()
        for i in run[1:]:
            following = data["text"][i].strip()
            # Tesseract makes a word of nearly every Han character.
            text += following if is_han(text[-1]) and is_han(following[0]) else f" {following}"
        left, top = min(data["left"][i] for i in run), min(data["top"][i] for i in run)
        right = max(data["left"][i] + data["width"][i] for i in run)
        bottom = max(data["top"][i] + data["height"][i] for i in run)
        corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]], dtype=np.float64)
        sure = weight([(data["text"][i].strip(), float(data["conf"][i]) / 100) for i in run])
        words.append(Word(close_han(text), bounding_box(corners @ back.T, scale), round(sure, 4)))
    return words
