"""The conditions of study.toml as text: comparisons, ``in``, and/or/not, ``x present``, ``x missing``.

A condition is cut into tokens here, and only its shape (each name, text and postfix word replaced by a neutral one) is
given to `ast.parse`; what is not on the whitelist is refused. Nothing is ever evaluated as Python.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ..base.wording import hint, printable, shown
from .conditions import (
    OF_ROWS,
    Comparison,
    Condition,
    Constant,
    ExpressionError,
    Join,
    Membership,
    NamedValue,
    Not,
    Present,
    VariableType,
    check_condition,
    truth,
)

if TYPE_CHECKING:
    import pandas as pd

WORDS: Final = frozenset({"and", "or", "not", "in", "present", "missing"})
"""Words of the language; no variable can have such a name."""

LANGUAGE: Final = (
    "a condition is made of comparisons (==, !=, <, <=, >, >=), `x in ['a', 'b']`, `x not in [...]`, `x present`, "
    "`x missing`, `and`, `or`, `not` and parentheses"
)

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*")
      | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?!\w)
      | (?P<name>[^\W\d]\w*(?:\.\w+)*)
      | (?P<sign>==|!=|<=|>=|<(?!>)|>|[()\[\],-])
      | (?P<other>\w+|\S)
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_INSTEAD: Final = {"=": "==", "&": "and", "|": "or", "!": "!= or not", "<": "!="}
_MOST_NESTING: Final = 200  # far more than anyone writes, far less than Python's recursion limit
_SIGNS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition over named values, in Kleene's three-valued logic: true, false, or unknown for want of a value.

    Attributes
    ----------
    text : the condition as written.
    names : the names it uses, in the order of their first appearance.
    """

    text: str
    names: tuple[str, ...]
    condition: Condition = field(repr=False, compare=False)

    def mask(self, values: pd.DataFrame | Mapping[str, Any]) -> pd.arrays.BooleanArray:
        """Evaluate over columns.

        Parameters
        ----------
        values : a frame, or a mapping from name to Series (or to a single value, which then holds for every row):
            numbers as floats, dates as datetime64, categories as text or Categorical. At least one is a Series.

        Returns
        -------
        BooleanArray
            True, False or NA (unknown) for each row.
        """
        import pandas as pd

        true, false = truth(self.condition, values)
        return pd.arrays.BooleanArray(true, ~(true | false))

    def holds(self, values: Mapping[str, str | float | None]) -> bool | None:
        """Evaluate over single values; None where a missing value (None or NaN) leaves it unknown."""
        true, false = truth(self.condition, values)
        return bool(true) if true or false else None

    def check(self, types: Mapping[str, VariableType]) -> None:
        """Refuse a statically invalid condition: an unknown name, an undeclared level, text compared with a number.

        Raises
        ------
        ExpressionError
            For the first fault, with the condition, what is allowed and the nearest known name.
        """
        for name in self.names:
            if name not in types:
                raise ExpressionError(f"{_quote(self.text)}: there is no variable {shown(name)}{hint(name, types)}")
            if types[name].kind == "rows":
                raise ExpressionError(f"{_quote(self.text)}: {shown(name)} {OF_ROWS}")
        try:
            check_condition(self.condition, types)
        except ExpressionError as error:
            raise ExpressionError(f"{_quote(self.text)}: {error}") from None


def parse_expression(text: str) -> Expression:
    """Parse a condition.

    Raises
    ------
    ExpressionError
        If the text is not a condition of this language; quotes it and says what is allowed.
    """
    try:
        shape, names, texts = _shape(text)
        condition = _Builder(names, texts).condition(ast.parse(shape, mode="eval").body)
    except ExpressionError as error:
        raise ExpressionError(f"{_quote(text)}: {error}") from None
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError(f"{_quote(text)} cannot be read; {LANGUAGE}") from None
    return Expression(text, tuple(dict.fromkeys(names)), condition)


def _quote(text: str) -> str:
    return f'"{printable(text.strip(), most=100)}"'


def _shape(text: str) -> tuple[str, list[str], list[str]]:
    """Return the condition with names as ``_[0]``, ``_[1]``, texts as ``"0"``, ``"1"``; and those names and texts.

    So parts such as ``1y`` or ``not`` in a dotted name cannot disturb Python's grammar, nor can anything inside quotes.
    ``x present`` becomes ``(~_[0])``: a sign that the language itself does not have.
    """
    shape: list[str] = []
    names: list[str] = []
    texts: list[str] = []
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
        elif kind == "other":
            raise ExpressionError(_unexpected(found))
        elif found in {"present", "missing"}:
            if before != "name":
                raise ExpressionError(f"'{found}' must follow a name, as in `x {found}`")
            shape[-1] = f"(~{shape[-1]})" if found == "present" else f"(not ~{shape[-1]})"
            kind = "postfix"
        elif kind == "name" and found not in WORDS:
            names.append(found)
            shape.append(f"_[{len(names) - 1}]")
        else:
            kind = "sign"
            shape.append(found)
        before = kind
    if shape.count("(") + shape.count("not") > _MOST_NESTING:
        raise ExpressionError(f"it has more than {_MOST_NESTING} parentheses and `not`; name its parts under [derived]")
    return " ".join(shape), names, texts


def _unexpected(found: str) -> str:
    if found in {"'", '"'}:
        return f"a text that begins with {found} does not end"
    return f"unexpected {shown(found)}; " + (f"write {_INSTEAD[found]}" if found in _INSTEAD else LANGUAGE)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Converts the syntax tree of a shape to a condition; unknown syntax is refused."""

    names: list[str]
    texts: list[str]

    def condition(self, node: ast.expr) -> Condition:
        match node:
            case ast.BoolOp(op=op, values=values):
                return Join(isinstance(op, ast.And), tuple(self.condition(value) for value in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.condition(operand))
            case ast.UnaryOp(op=ast.Invert(), operand=operand):
                return Present(self.name(operand))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                pairs = zip([left, *rights[:-1]], ops, rights, strict=True)
                parts = tuple(self.comparison(*pair) for pair in pairs)  # 18 <= age < 60 is two comparisons
                return parts[0] if len(parts) == 1 else Join(True, parts)
        raise ExpressionError(f"a part of it is neither true nor false; {LANGUAGE}")

    def comparison(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> Condition:
        if isinstance(sign, ast.In | ast.NotIn):
            if not isinstance(left, ast.Subscript) or not isinstance(right, ast.List) or not right.elts:
                raise ExpressionError("`in` is written between a name and a list, as in `x in ['a', 'b']`")
            membership = Membership(self.name(left), tuple(self.constant(item) for item in right.elts))
            return Not(membership) if isinstance(sign, ast.NotIn) else membership
        sides = [self.name(side) if isinstance(side, ast.Subscript) else self.constant(side) for side in (left, right)]
        if not any(isinstance(side, NamedValue) for side in sides):
            raise ExpressionError("it compares two constants; one side must be a name")
        return Comparison(_SIGNS[type(sign)], *sides)

    def name(self, node: ast.expr) -> NamedValue:
        match node:
            case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=int() as position)):
                return NamedValue(self.names[position])
        raise ExpressionError(f"a name is missing; {LANGUAGE}")

    def constant(self, node: ast.expr) -> Constant:
        match node:
            case ast.Constant(value=str() as position):
                return self.texts[int(position)]
            case ast.Constant(value=float() as number):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float() as number)):
                return -number
        raise ExpressionError("a comparison needs a name, a text in quotes or a number on each side")
