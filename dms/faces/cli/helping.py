"""Help and refusals of the command line in the reader's language: click's own words, and the help we wrote.

Help is written in English beside its command; what is printed goes through the catalogue of sentences paragraph by
paragraph, so no command needs to know of languages.
"""

from __future__ import annotations

from collections.abc import Iterable

import click
from click.exceptions import BadArgumentUsage, BadOptionUsage, BadParameter, MissingParameter, NoSuchOption

from dms.faces.cli.output import shown, spoken
from dms.said import Said, verbatim


def _in_our_words(text: str) -> str:
    """Return a paragraph of help, and what click adds behind it in brackets, in the reader's language."""
    head, bracket, rest = text.partition("  [")
    if "\n\n" in head:
        return "\n\n".join(_in_our_words(part) for part in head.split("\n\n")) + bracket + rest
    known = spoken().template(" ".join(head.split()).replace("{", "{{").replace("}", "}}"))
    told = known.replace("{{", "{").replace("}}", "}")
    for added in ("required", "default"):
        rest = rest.replace(added, spoken().template(added))
    return told + bracket + rest


class SpokenFormatter(click.HelpFormatter):
    """Writes help in the language of this process."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        super().write_usage(prog, args, prefix or f"{_in_our_words('Usage:')} ")

    def write_heading(self, heading: str) -> None:
        """Write the head of a section."""
        super().write_heading(_in_our_words(heading))

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        super().write_text(_in_our_words(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write options or commands with what they are for."""
        super().write_dl([(name, _in_our_words(text)) for name, text in rows], col_max, col_spacing)


class SpokenContext(click.Context):
    """A context whose help is written in the language of this process."""

    formatter_class = SpokenFormatter


def spoken_by(command: click.Command) -> click.Command:
    """Return a command whose help, and that of all below it, speaks the language of this process."""
    command.context_class = SpokenContext
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            inner.short_help = inner.short_help or (inner.help or "").split("\n\n")[0].replace("\n", " ")
            spoken_by(inner)
    return command


def misused(problem: click.UsageError) -> Said:
    """Return what click found wrong with a call."""
    match problem:
        case MissingParameter(param=param) if param is not None:
            name = param.human_readable_name if isinstance(param, click.Argument) else max(param.opts, key=len)
            return Said("“{name}” is missing.", name=name)
        case NoSuchOption(option_name=name):
            return Said("There is no option “{name}”.", name=name)
        case BadParameter(param=param, message=message) if param is not None:
            name = param.human_readable_name if isinstance(param, click.Argument) else max(param.opts, key=len)
            if isinstance(param.type, click.Choice):
                return Said("“{name}” is one of: {choices}.", name=name, choices=list(param.type.choices))
            return Said("What was given for “{name}” cannot be used: {problem}", name=name, problem=message)
        case BadOptionUsage(option_name=name):
            return Said("The option “{name}” needs a value, or takes none.", name=name)
        case BadArgumentUsage():
            return Said("There are too many or too few arguments.")
    if problem.ctx is not None and isinstance(problem.ctx.command, click.Group):
        return Said("There is no such command.")
    if "unexpected extra argument" in problem.message:
        return Said("There are too many or too few arguments.")
    return verbatim(shown(problem.format_message()))
