"""Is Tesseract there, which version, which languages? Apart from running it, so that ``dms doctor`` stays cheap."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

from dms.said import NOTHING, Said

PACKAGE_HINT = Said(
    "Install it with: apt install tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-chi-tra tesseract-ocr-eng "
    "(other systems: the package tesseract with its Chinese language data)."
)


@dataclass(frozen=True, slots=True)
class Tesseract:
    """What is installed.

    Attributes:
        program: path, empty where there is none.
        version: such as ``5.3.0``.
        languages: codes of installed language data, ``osd`` among them.
        detail: for ``dms doctor``.
    """

    program: str
    version: str = ""
    languages: frozenset[str] = frozenset()
    detail: Said = NOTHING

    @property
    def ok(self) -> bool:
        """True where it can read Simplified Chinese."""
        return bool(self.program) and "chi_sim" in self.languages


def probe(program: str = "tesseract") -> Tesseract:
    """Ask the program for its version and languages (about 20 ms)."""
    path = shutil.which(program)
    if path is None:
        return Tesseract("", detail=Said("not installed. {hint}", hint=PACKAGE_HINT))
    try:
        version = _ask(path, "--version").split("\n", 1)[0].split()
        languages = frozenset(_ask(path, "--list-langs").split("\n")[1:]) - {""}
    except (OSError, subprocess.SubprocessError) as error:
        told = Said("{path} does not run: {error}. {hint}", path=path, error=error, hint=PACKAGE_HINT)
        return Tesseract("", detail=told)
    number = version[1] if len(version) > 1 else "?"
    detail = Said("tesseract {number}, languages {languages}", number=number, languages=languages)
    if "chi_sim" not in languages:
        detail = Said("{detail}; Chinese language data is missing. {hint}", detail=detail, hint=PACKAGE_HINT)
    return Tesseract(path, number, languages, detail)


def _ask(path: str, option: str) -> str:
    # The path comes from PATH by shutil.which, the option from here; nothing of a stranger's.
    done = subprocess.run([path, option], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    return done.stdout or done.stderr
