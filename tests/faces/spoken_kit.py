"""What the program says to people, read from its source: every message, hint and question a page can show."""

from __future__ import annotations

import ast
from collections import defaultdict
from itertools import product
from pathlib import Path

from dms import errors

ROOT = Path(errors.__file__).parent
PLACES = ("adapters", "desk", "domain", "faces/web", "flow", "ports", "sheets")
# Only the command line and the log meet these parts, and the API stays English.
UNHEARD = ("adapters/handover", "adapters/inbox", "adapters/journal", "adapters/tracing", "faces/web/api")
# Killed becomes a LimitExceeded with the same words, a Refusal an Unreadable.
KINDS = {"Killed", "Refusal"} | {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.DmsError)
}


def said():
    """Every sentence as it stands in the source, ``{}`` for what is filled in."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*.py")):
            if path.relative_to(ROOT).as_posix().startswith(UNHEARD):
                continue
            module = Scope(ast.parse(path.read_text(encoding="utf-8")))
            yield from module.said()
            for function in module.functions:
                yield from function.said()


class Scope:
    """A module, or a function in it: its calls, and what each of its names is given."""

    def __init__(self, tree, module=None):
        self.module = module or self
        self.functions = []
        self.name = getattr(tree, "name", "")
        self.given = defaultdict(list, {} if module is None else module.given)
        self.calls = []
        self._read(tree)
        if module is None:
            self.functions = [Scope(node, self) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]

    def said(self):
        for call in self.calls:
            name = getattr(call.func, "id", "")
            heard = call.args[:2] if name in KINDS else call.args[2:3] if name == "Attention" else []
            for told in (told for one in heard for told in self.texts(one)):
                if told.replace("{}", "").strip(" :.“”"):
                    yield told

    def texts(self, node, deep=5):
        """Everything an argument can be; nothing where only running tells."""
        found = []
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=parts):
                return self._joined([v.value if isinstance(v, ast.FormattedValue) else v for v in parts])
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._joined([left, right])
            case ast.IfExp(body=one, orelse=other):
                found = [one, other]
            case ast.Dict(values=values):
                found = values
            case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
                found = self.given[name]
            case ast.Call(func=ast.Attribute(attr="get", value=ast.Name(id=name)), args=[_, *rest]):
                found = [*self.given[name], *rest]
            case ast.Call(func=ast.Name(id=name)):
                made = ((f, one) for f in self.module.functions if f.name == name for one in f.given["return"])
                return [text for function, one in made for text in function.texts(one, deep - 1)] if deep else []
        return [text for one in found for text in self.texts(one, deep - 1)] if deep else []

    def _joined(self, parts):
        """What is put together: constants of the module stand in it as they are, all else is filled in."""
        known = [[] if isinstance(part, ast.Name) and not part.id.isupper() else self.texts(part) for part in parts]
        return ["".join(one) for one in product(*(texts or ["{}"] for texts in known))] if any(known) else []

    def _read(self, tree):
        for node in ast.iter_child_nodes(tree):
            match node:
                case ast.FunctionDef() if self.module is self:
                    continue
                case ast.Call():
                    self.calls.append(node)
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        self._give(target, [value])
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._give(target, [value])
                case ast.For(target=target, iter=ast.Name(id=table)):
                    self._give(target, [row for value in self.given[table] for row in getattr(value, "elts", [])])
                case ast.Return(value=ast.expr() as value):
                    self.given["return"].append(value)
            self._read(node)

    def _give(self, target, values):
        if isinstance(target, ast.Name):
            self.given[target.id] = [*self.given[target.id], *values]
        elif isinstance(target, ast.Tuple):
            rows = [v.elts for v in values if isinstance(v, ast.Tuple | ast.List)]
            for i, one in enumerate(target.elts):
                self._give(one, [row[i] for row in rows if len(row) > i])
