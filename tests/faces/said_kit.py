"""What the program says, read from its source and its commands: templates of sentences, table heads, lines of help."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import click

_PLACE = re.compile(r"(?<!\{)\{[^{}]*\}(?!\})")
# What click itself says in help.
_OF_CLICK = {"Usage:", "Options", "Commands", "Show this message and exit.", "required", "default"}


def templates(root: Path) -> set[str]:
    """Every template: constant first arguments of ``Said``, heads of the command line's tables, its help."""
    found = set(_OF_CLICK)
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Said"), args=[ast.Constant(value=str(text)), *_]):
                    found.add(text)
                case ast.Call(func=ast.Name(id="heads"), args=heads):
                    found |= {head.value for head in heads if isinstance(head, ast.Constant)}
    return (found | helped() | {_unread()}) - {""}


def worded(template: str) -> bool:
    """Tell whether a template has words of its own beside its places."""
    return any(c.isalpha() for c in _PLACE.sub("", template))


def helped() -> set[str]:
    """Every line of help of every command."""
    from dms.faces.cli.main import HELP, cli

    return {*HELP.values(), *_helped(cli)}


def _helped(command: click.Command) -> set[str]:
    told = inspect.cleandoc(command.help or "").split("\n\n")
    told += [getattr(param, "help", None) or "" for param in command.params]
    found = {" ".join(one.split()).replace("{", "{{").replace("}", "}}") for one in told}
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found |= _helped(command.get_command(click.Context(command), name))
    return found


def _unread() -> str:
    from dms.adapters.examine.wording import UNREAD_PAGE

    return UNREAD_PAGE
