"""What is shipped beside the code and may be replaced in a home: classification scheme, form profiles, JSON Schemas."""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from dms.domain.describing.profiles import FormProfile, profile_from_dict
from dms.domain.scheme import Scheme, scheme_from_dict
from dms.errors import NotFound, Usage
from dms.said import Said
from dms.settings import Settings


def load_scheme(settings: Settings) -> Scheme:
    """Load and check the classification scheme of an archive.

    Raises:
        Usage: it is no TOML, or not what ``schemas/scheme.schema.json`` asks for; the message names the place.
    """
    path = Path(settings.expand(settings.scheme)) if settings.scheme else settings.home / "scheme.toml"
    if settings.scheme or path.exists():
        try:
            return check_scheme(_text(path), str(path))
        except OSError as problem:
            raise NotFound(
                Said("The scheme {path} cannot be read: {problem}.", path=path, problem=problem.strerror),
                Said("Mend “scheme” in dms.toml."),
            ) from None
    return _default_scheme()


@functools.cache
def _default_scheme() -> Scheme:
    return scheme_from_dict(tomllib.loads(schema_text("scheme.toml")))


@functools.lru_cache(maxsize=8)
def check_scheme(text: str, where: str) -> Scheme:
    """Read a classification scheme; ``where`` names it in what is wrong (Usage)."""
    if text == schema_text("scheme.toml"):
        return _default_scheme()
    return scheme_from_dict(_checked(text, where, "scheme.schema.json"))


def taught_forms(settings: Settings) -> Path:
    """Return the folder of the forms people taught; they come beside the others, and into backups."""
    return settings.archive / "forms"


class Forms(Sequence[FormProfile]):
    """The forms of an archive as they are now: a form that is taught or taken back counts from the next paper on.

    A taught one that cannot be read, or bears the key of another, is passed over and told by :meth:`wrong`.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = taught_forms(settings)
        self._fixed = tuple(load_profiles(settings))
        self._state: object = None
        self._all: tuple[FormProfile, ...] = self._fixed
        self._wrong: dict[str, Said] = {}

    def __getitem__(self, index: Any) -> Any:
        """Return one form, or several."""
        return self._now()[index]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._now())

    def __iter__(self) -> Iterator[FormProfile]:
        """Go through all of one moment."""
        return iter(self._now())

    def wrong(self) -> Mapping[str, Said]:
        """Return what is wrong with taught forms that are passed over: file name -> why."""
        self._now()
        return self._wrong

    def taught(self) -> tuple[FormProfile, ...]:
        """Return the taught ones."""
        return self._now()[len(self._fixed) :]

    def _now(self) -> tuple[FormProfile, ...]:
        try:
            files = sorted(self._folder.glob("*.toml"))
            state = [(f.name, s.st_mtime_ns, s.st_size) for f in files for s in [f.stat()]]
        except OSError:
            # Taken back just now: the next look finds it gone.
            return self._all
        if state != self._state:
            self._all, self._wrong = self._read(files)
            self._state = state
        return self._all

    def _read(self, files: Sequence[Path]) -> tuple[tuple[FormProfile, ...], dict[str, Said]]:
        found, wrong = list(self._fixed), {}
        for file in files:
            try:
                form = check_form(_text(file), str(file))
            except Usage as problem:
                wrong[file.name] = problem.said
                continue
            except OSError as problem:
                wrong[file.name] = Said("{file} cannot be read: {problem}.", file=file, problem=problem.strerror)
                continue
            if any(form.key == other.key for other in found):
                wrong[file.name] = Said("{file}: there is a form “{key}” already.", file=file, key=form.key)
                continue
            found.append(form)
        return tuple(found), wrong


def check_form(text: str, where: str) -> FormProfile:
    """Read a form profile; ``where`` names it in what is wrong (Usage)."""
    return profile_from_dict(_checked(text, where, "form.schema.json"))


def load_profiles(settings: Settings) -> Sequence[FormProfile]:
    """Load the form profiles of an archive that nobody taught: those in its home, else the default ones.

    Raises:
        Usage: one of them is wrong; the message names file and place.
    """
    own = Path(settings.expand(settings.forms)) if settings.forms else settings.home / "forms"
    return _profiles(own) if own.is_dir() else _default_profiles()


@functools.cache
def _default_profiles() -> Sequence[FormProfile]:
    return tuple(
        profile_from_dict(tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted((schemas() / "forms").glob("*.toml"))
    )


@functools.lru_cache(maxsize=8)
def _profiles(folder: Path) -> Sequence[FormProfile]:
    return tuple(check_form(_text(path), str(path)) for path in sorted(folder.glob("*.toml")))


def profile_file(path: Path) -> str:
    """Read a form profile that somebody hands in; one that is no UTF-8 is named with the place (Usage)."""
    return _text(path)


def _text(path: Path) -> str:
    """Read a file of the house's own; one that is no UTF-8 is named with the place (Usage)."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        line = path.read_bytes()[: problem.start].count(b"\n") + 1
        raise Usage(
            Said("{path} is no UTF-8 text: line {line}.", path=path, line=line),
            Said("Mend the line, or put the file back from a backup."),
        ) from None


def _checked(text: str, where: str, schema: str) -> dict[str, Any]:
    """Read a file of the house's own. What we ship is checked by a test: the checker takes long to start."""
    import jsonschema

    try:
        data = tomllib.loads(text)
        jsonschema.validate(data, json.loads(schema_text(schema)))
    except tomllib.TOMLDecodeError as problem:
        raise Usage(
            Said("{where} is not valid TOML: {problem}.", where=where, problem=problem), Said("Mend the line it names.")
        ) from None
    except jsonschema.ValidationError as problem:
        place = "/".join(str(p) for p in problem.absolute_path) or "the file"
        raise Usage(
            Said("{where}: {place}: {problem}", where=where, place=place, problem=problem),
            Said("schemas/{schema} describes the file.", schema=schema),
        ) from None
    return data


def schemas() -> Path:
    """Return the folder of the shipped schemas: beside the package in a checkout, inside it in a wheel."""
    packaged = Path(str(resources.files("dms"))) / "schemas"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parent.parent / "schemas"


def schema_text(name: str) -> str:
    """Return a shipped file."""
    return (schemas() / name).read_text(encoding="utf-8")


def inbox_readme() -> str:
    """Return what is put into a new drop folder."""
    packaged = schemas() / "inbox-README.md"
    source = packaged if packaged.exists() else schemas().parent / "inbox" / "README.md"
    return source.read_text(encoding="utf-8")
