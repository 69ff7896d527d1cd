"""What is said, as data: a sentence with its values, which each face tells in its reader's language.

A sentence is its English template with named places (``"There is no record {record}."``), which is also its key in the
catalogues of ``dms/faces/locale``. Nothing below a face renders one: it is raised, stored and compared as it is.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Union

# Sentences within sentences deeper than this are no longer told: nobody says such a thing, a stored row may.
_DEEPEST = 8
_PLAIN_OPTION = re.compile(r"[A-Za-z0-9·._/:=@%+,-]+")
_PLAIN_ARGUMENT = re.compile(r"[\w·._/:=@%+,…-]+")


class _Whole:
    """A value by its slots; no dataclass, as ``asdict`` of what holds one must leave it whole."""

    __slots__: tuple[str, ...] = ()

    def _all(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        """Tell whether the same is said with the same values."""
        return type(other) is type(self) and isinstance(other, _Whole) and self._all() == other._all()

    def __hash__(self) -> int:
        """Return a hash of all of it."""
        return hash(self._all())

    def __repr__(self) -> str:
        """Return it with its values."""
        return f"{type(self).__name__}{self._all()!r}"


class Word(_Whole):
    """A name of ours that has a word in every language: a state, a role, a field, an act.

    Attributes:
        family: what it is one of, such as ``state``; the catalogues hold it as ``family.name``.
        name: as the code calls it, such as ``filed``.
    """

    __slots__ = ("family", "name")

    def __init__(self, family: str, name: str) -> None:
        self.family = family
        self.name = name

    def __str__(self) -> str:
        """Return the name as English prose writes it."""
        return self.name.replace("_", " ")


class Do(_Whole):
    """An act to be done next, with its inputs: the command line writes it as a command, a page as its name or a link.

    Without a name it is only inputs, by example, of the act that was tried: ``Do("", reason="…")``.

    Attributes:
        name: the command's words without ``dms``: ``volume bind``.
        arguments: what it is done to, in order.
        inputs: options by name; ``True`` is a flag.
    """

    __slots__ = ("arguments", "inputs", "name")

    def __init__(self, name: str, /, *arguments: object, **inputs: object) -> None:
        self.name = name
        self.arguments = tuple(str(one) for one in arguments)
        given = ((key.rstrip("_"), value if isinstance(value, bool) else str(value)) for key, value in inputs.items())
        self.inputs: tuple[tuple[str, str | bool], ...] = tuple(given)

    def __str__(self) -> str:
        """Return the act as typed on a command line."""
        words = ["dms", self.name] if self.name else []
        words += [one if _PLAIN_ARGUMENT.fullmatch(one) else f'"{one}"' for one in self.arguments]
        for key, value in self.inputs:
            words.append(f"-{key}" if len(key) == 1 else "--" + key.replace("_", "-"))
            if not isinstance(value, bool):
                words.append(value if _PLAIN_OPTION.fullmatch(value) else f'"{value}"')
        return " ".join(words)


# What stands in a place of a sentence. (Union, as the name Said is not yet known here.)
Value = Union[str, int, float, Word, Do, "Said", tuple["Value", ...]]


class Said(_Whole):
    """A sentence and its values; equal where both are, and readable back from the JSON it is stored as.

    Attributes:
        text: the English template, the key of every catalogue.
        given: name and value of each place, in the order of their names.
    """

    __slots__ = ("given", "text")

    def __init__(self, text: str, /, **values: object) -> None:
        self.text = text
        self.given: tuple[tuple[str, Value], ...] = tuple((name, _value(values[name])) for name in sorted(values))

    def __str__(self) -> str:
        """Return the sentence in English, for logs and programs."""
        return ENGLISH.tell(self)

    def __bool__(self) -> bool:
        """Tell whether anything is said at all."""
        return bool(self.text)

    def anew(self, **values: object) -> Said:
        """Return the same sentence with other values."""
        return Said(self.text, **values)

    @property
    def values(self) -> Mapping[str, Value]:
        """Return the values by the names of their places."""
        return dict(self.given)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return {"said": self.text, "values": {name: _plain(value) for name, value in self.given}}

    def stored(self) -> str:
        """Return the text a catalogue column or the log keeps."""
        return json.dumps(self.to_dict(), ensure_ascii=False) if self.text else ""


Remedy = Said | Do
NOTHING = Said("")


def verbatim(text: str) -> Said:
    """Return a text of somebody's own (a person's, a library's, an old row's), told as it is in every language."""
    return Said("{text}", text=text) if text else NOTHING


def read_said(stored: str) -> Said:
    """Return what :meth:`Said.stored` wrote; any other text, such as a person's own reason, as it is."""
    if not stored.startswith('{"said":'):
        return verbatim(stored)
    try:
        made = _read(json.loads(stored), 0)
    except (ValueError, KeyError, TypeError, AttributeError):
        return verbatim(stored)
    return made if isinstance(made, Said) else verbatim(stored)


def as_said(told: object) -> Said:
    """Return something sayable as a sentence: a sentence itself, an act, an error's message, any other as its text."""
    value = _value(told)
    if isinstance(value, Said):
        return value
    if isinstance(value, Do):
        return Said("{act}", act=value)
    return verbatim(value if isinstance(value, str) else str(told))


def heads(*names: str) -> tuple[Said, ...]:
    """Return the heads of a table, each a sentence of its own."""
    return tuple(Said(name) for name in names)


def joined(*parts: Said) -> Said:
    """Return sentences one after the other as one."""
    said = parts[0] if parts else NOTHING
    for part in parts[1:]:
        said = Said("{said} {remedy}", said=said, remedy=part) if part else said
    return said


def one_after_another(parts: Sequence[Said]) -> Said:
    """Return reasons that stand each for itself as one sentence."""
    said = parts[-1] if parts else NOTHING
    for part in reversed(parts[:-1]):
        said = Said("{said}; {also}", said=part, also=said)
    return said


class Voice:
    """Tells sentences to a reader; this one in English, acts as commands. Each face has its own."""

    def template(self, text: str) -> str:
        """Return a sentence's template in the reader's language, with the same places."""
        return text

    def word(self, word: Word) -> str:
        """Return a name of ours in the reader's language."""
        return str(word)

    def act(self, act: Do) -> str:
        """Return an act as the reader would do it."""
        return str(act)

    def joined(self, parts: Sequence[str]) -> str:
        """Return several names as one."""
        return ", ".join(parts)

    def figure(self, value: int | float, form: str) -> str:
        """Return a number in a place's form (``{pages:,}``); without one as it is."""
        return format(value, form) if form else str(value)

    def tell(self, told: Value, form: str = "", depth: int = 0) -> str:
        """Return anything that can be said as this voice says it."""
        match told:
            case Said():
                return self._sentence(told, depth)
            case Word():
                return self.word(told)
            case Do():
                return self.act(told)
            case tuple():
                return self.joined([self.tell(one, form, depth) for one in told])
            case bool() | str():
                return str(told)
        return self.figure(told, form)

    def _sentence(self, said: Said, depth: int) -> str:
        if depth > _DEEPEST:
            return "…"
        values, parts = said.values, []
        for fixed, place, form, _ in string.Formatter().parse(self.template(said.text)):
            parts.append(fixed)
            if place is not None:
                # An error must be told even where it is told wrongly.
                parts.append(self.tell(values[place], form or "", depth + 1) if place in values else f"{{{place}}}")
        return "".join(parts)


ENGLISH = Voice()


def places(template: str) -> list[str]:
    """Return the names of a template's places with their forms, in order of their names."""
    found = string.Formatter().parse(template)
    return sorted(f"{name}:{form}" if form else name for _, name, form, _ in found if name is not None)


def _value(told: object) -> Value:
    match told:
        case Said() | Word() | Do() | str() if not isinstance(told, Enum):
            return told
        case Enum():
            return str(told.value)
        case bool():
            return str(told)
        case int() | float():
            return told
        case None:
            return ""
        case BaseException(args=(Said() as said, *_)):
            return said
        case tuple() | list() | set() | frozenset():
            return tuple(_value(one) for one in (sorted(told, key=str) if isinstance(told, set | frozenset) else told))
        case Mapping():
            return tuple(_value(one) for one in told)
        case Iterable() if not hasattr(told, "__fspath__"):
            return tuple(_value(one) for one in told)
    return str(told)


def _plain(value: Value) -> Any:
    match value:
        case Said():
            return value.to_dict()
        case Word():
            return {"word": [value.family, value.name]}
        case Do():
            return {"act": value.name, "arguments": list(value.arguments), "inputs": dict(value.inputs)}
        case tuple():
            return [_plain(one) for one in value]
    return value


def _read(data: Any, depth: int) -> Value:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    match data:
        case {"said": str(text), "values": dict(values)}:
            said = Said(text)
            said.given = tuple((str(k), _read(v, depth + 1)) for k, v in sorted(values.items()))
            places(text)
            return said
        case {"word": [str(family), str(name)]}:
            return Word(family, name)
        case {"act": str(name), "arguments": list(arguments), "inputs": dict(inputs)}:
            return Do(name, *arguments, **inputs)
        case list():
            return tuple(_read(one, depth + 1) for one in data)
        case str() | int() | float():
            return data
    raise ValueError("nothing that can be said")
