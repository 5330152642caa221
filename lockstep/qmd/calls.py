"""Calls in the code of a document, such as ``r.value("os.median", 1)``: read from its text, and nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .source import CodeCell, Document, Inline


class _Computed:
    """The placeholder for an argument that is not a literal."""

    def __repr__(self) -> str:
        return "..."


COMPUTED: Final = _Computed()
"""The value of an argument that nobody knows without running the document."""


@dataclass(frozen=True, slots=True)
class MethodCall:
    """A call of a method in a document's code.

    Attributes
    ----------
    where : "report.qmd:41"; "tbl-baseline" where the call makes the table or figure of that label.
    method : its name; of which object is not known.
    arguments, options : those by place and those by name; an argument that is not written out is `COMPUTED`.
    """

    where: str
    method: str
    arguments: tuple[Any, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def computed(self) -> bool:
        """Whether an argument is not written out, so that nobody knows what the call gives without running it."""
        return any(value is COMPUTED for value in (*self.arguments, *dict(self.options).values()))

    @property
    def key(self) -> str:
        """The call as it could be written anywhere: ``value('os.median', 1)``."""
        options = (f"{name}={value!r}" for name, value in self.options)
        return f"{self.method}({', '.join([*map(repr, self.arguments), *options])})"


def calls_in(document: Document) -> Iterator[tuple[Inline | CodeCell, MethodCall]]:
    """Yield the calls of methods in a document, in its order, each with its part of the document.

    Code that cannot be read has none: it fails when it is run, with its line.
    """
    for part in document.parts:
        if isinstance(part, Inline | CodeCell):
            tree = _parsed(part.expression if isinstance(part, Inline) else part.code)
            for node in ast.walk(tree) if tree else ():
                if call := _call(node, f"{document.name}:{part.line}"):
                    yield part, call


def call_that_is(expression: str) -> MethodCall | None:
    """Return the call that a whole expression is; None where it is something else, or cannot be read."""
    return _call(_only_expression(expression), "")


def constant_in(expression: str) -> object:
    """Return the constant that a whole expression is, such as 142; `COMPUTED` where it is something else."""
    node = _only_expression(expression)
    return node.value if isinstance(node, ast.Constant) else COMPUTED


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code.strip())
    except SyntaxError:
        return None


def _only_expression(code: str) -> ast.expr | None:
    tree = _parsed(code)
    match tree.body if tree else []:
        case [ast.Expr(value=node)]:
            return node
    return None


def _call(node: ast.AST | None, where: str) -> MethodCall | None:
    match node:
        case ast.Call(func=ast.Attribute(attr=method), args=arguments, keywords=options):
            named = ((str(item.arg), _value(item.value)) for item in options)
            return MethodCall(where, method, tuple(map(_value, arguments)), tuple(named))
    return None


def _value(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):  # computed, or what no value can be, such as {[]: 1}
        return COMPUTED
