"""The text of a condition or formula as a shape that Python's grammar can read, with nothing of the text in it."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from ..base.wording import printable, shown
from .conditions import ExpressionError

WORDS: Final = frozenset({"and", "or", "not", "in", "present", "missing"})
"""Words of the language; no variable can have such a name."""

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*")
      | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?!\w)
      | (?P<name>[^\W\d]\w*(?:\.\w+)*)
      | (?P<sign>==|!=|<=|>=|<(?!>)|>|\*\*|[()\[\],^*/+-])
      | (?P<other>\w+|\S)
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_MOST_NESTING: Final = 200  # far more than anyone writes, far less than Python's recursion limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What the two languages of study.toml differ in.

    Attributes
    ----------
    says : what the language is made of, for messages.
    signs : the signs that it has, and what Python's grammar calls each.
    instead : what to write for signs that it has not.
    nested : the parts, as Python's grammar calls them, that make a text deep; and what they are called in messages.
    """

    says: str
    signs: Mapping[str, str]
    instead: Mapping[str, str]
    nested: tuple[frozenset[str], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A text of the language, each name in it as ``_[0]``, ``_[1]``, each quoted text as ``"0"``, ``"1"``.

    So parts such as ``1y`` or ``not`` in a dotted name cannot disturb Python's grammar, nor can anything inside quotes.
    ``x present`` is ``(~_[0])``: a sign that the languages themselves do not have.

    Attributes
    ----------
    source : the shape.
    names : in the order of their appearance.
    texts : those in quotes, without the quotes.
    calls : the positions of names that a parenthesis follows.
    """

    source: str
    names: tuple[str, ...]
    texts: tuple[str, ...]
    calls: frozenset[int]

    @property
    def tree(self) -> ast.expr:
        """The syntax tree of the shape, which is never evaluated.

        Raises
        ------
        SyntaxError, ValueError, MemoryError, RecursionError
            Where it is not in Python's grammar.
        """
        return ast.parse(self.source, mode="eval").body

    def name(self, node: ast.expr) -> str | None:
        """Return the name that a node of the tree stands for, None where it is none."""
        match node:
            case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=int() as position)):
                return self.names[position]
        return None

    def constant(self, node: ast.expr) -> str | float | None:
        """Return the text in quotes or the number that a node of the tree stands for, None where it is none."""
        match node:
            case ast.Constant(value=str() as position):
                return self.texts[int(position)]
            case ast.Constant(value=float() as number):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float() as number)):
                return -number
        return None


def shown_text(text: str) -> str:
    """Quote a condition or formula for a message."""
    return f'"{printable(text.strip(), most=100)}"'


@contextmanager
def parsing(text: str, language: Language) -> Iterator[None]:
    """Report what is wrong with a text of a language, with the text and what the language is made of.

    Raises
    ------
    ExpressionError
        In place of whatever error the ``with`` block, which parses the text, ends with.
    """
    try:
        yield
    except ExpressionError as error:
        raise ExpressionError(f"{shown_text(text)}: {error}") from None
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError(f"{shown_text(text)} cannot be read; {language.says}") from None


def shape_of(text: str, language: Language) -> Shape:
    """Return the shape of a text.

    Raises
    ------
    ExpressionError
        If there is a sign that the language has not, a number that is too large, or too many parentheses.
    """
    shape: list[str] = []
    names: list[str] = []
    texts: list[str] = []
    calls: set[int] = set()
    before = ""
    for token in _TOKEN.finditer(text.rstrip()):
        kind = str(token.lastgroup)
        found = token[kind]
        if kind == "text":
            if before == "text":
                raise ExpressionError("there are two texts side by side; put a comma between them")
            texts.append(re.sub(r"\\([\\'\"])", r"\1", found[1:-1]))
            shape.append(f'"{len(texts) - 1}"')
        elif kind == "number":
            if not math.isfinite(float(found)):
                raise ExpressionError(f"the number {shown(found)} is too large")
            shape.append(repr(float(found)))
        elif kind == "other" or (kind == "sign" and found not in language.signs):
            raise ExpressionError(_unexpected(found, language))
        elif found in {"present", "missing"}:
            if before != "name":
                raise ExpressionError(f"'{found}' must follow a name, as in `x {found}`")
            shape[-1] = f"(~{shape[-1]})" if found == "present" else f"(not ~{shape[-1]})"
            kind = "postfix"
        elif kind == "name" and found not in WORDS:
            names.append(found)
            shape.append(f"_[{len(names) - 1}]")
        else:
            if found == "(" and before == "name":
                calls.add(len(names) - 1)
            shape.append(language.signs.get(found, found))
            kind = "sign"
        before = kind
    _check_nesting(shape, language)
    return Shape(" ".join(shape), tuple(names), tuple(texts), frozenset(calls))


def _check_nesting(shape: Collection[str], language: Language) -> None:
    deep, called = language.nested
    if sum(part in deep for part in shape) > _MOST_NESTING:
        raise ExpressionError(f"it has more than {_MOST_NESTING} {called}; name its parts under [derived]")


def _unexpected(found: str, language: Language) -> str:
    if found in {"'", '"'}:
        return f"a text that begins with {found} does not end"
    advice = f"write {language.instead[found]}" if found in language.instead else language.says
    return f"unexpected {shown(found)}; {advice}"
