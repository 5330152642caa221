"""The conditions of study.toml as text: comparisons, ``in``, and/or/not, ``x present``, ``x missing``.

A condition is cut into tokens (`lockstep.syntax.shapes`), and only its shape is given to Python's parser; what is not
on the whitelist is refused. Nothing is ever evaluated as Python.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .conditions import (
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
    check_names_known,
    truth,
)
from .shapes import Language, Shape, parsing, shape_of, shown_text

if TYPE_CHECKING:
    import pandas as pd

LANGUAGE: Final = (
    "a condition is made of comparisons (==, !=, <, <=, >, >=), `x in ['a', 'b']`, `x not in [...]`, `x present`, "
    "`x missing`, `and`, `or`, `not` and parentheses"
)

CONDITION_SIGNS: Final = {sign: sign for sign in ("==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "-")}
"""The signs of conditions; the minus is that of a number."""

_CONDITIONS: Final = Language(
    says=LANGUAGE,
    signs=CONDITION_SIGNS,
    instead={"=": "==", "&": "and", "|": "or", "!": "!= or not", "<": "!="},
    nested=(frozenset({"(", "not"}), "parentheses and `not`"),
)
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
        try:
            check_names_known(self.names, types)
            check_condition(self.condition, types)
        except ExpressionError as error:
            raise ExpressionError(f"{shown_text(self.text)}: {error}") from None


def parse_expression(text: str) -> Expression:
    """Parse a condition.

    Raises
    ------
    ExpressionError
        If the text is not a condition of this language; quotes it and says what is allowed.
    """
    with parsing(text, _CONDITIONS):
        shape = shape_of(text, _CONDITIONS)
        condition = condition_of(shape.tree, shape)
    return Expression(text, tuple(dict.fromkeys(shape.names)), condition)


def condition_of(node: ast.expr, shape: Shape) -> Condition:
    """Return the condition that a node of a shape's tree is; unknown syntax is refused.

    Raises
    ------
    ExpressionError
        If it is none.
    """
    match node:
        case ast.BoolOp(op=op, values=values):
            return Join(isinstance(op, ast.And), tuple(condition_of(value, shape) for value in values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(condition_of(operand, shape))
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return Present(_name(operand, shape))
        case ast.Compare(left=left, ops=ops, comparators=rights):
            pairs = zip([left, *rights[:-1]], ops, rights, strict=True)
            parts = tuple(_comparison(*pair, shape) for pair in pairs)  # 18 <= age < 60 is two comparisons
            return parts[0] if len(parts) == 1 else Join(True, parts)
    raise ExpressionError(f"a part of it is neither true nor false; {LANGUAGE}")


def _comparison(left: ast.expr, sign: ast.cmpop, right: ast.expr, shape: Shape) -> Condition:
    if isinstance(sign, ast.In | ast.NotIn):
        if not isinstance(left, ast.Subscript) or not isinstance(right, ast.List) or not right.elts:
            raise ExpressionError("`in` is written between a name and a list, as in `x in ['a', 'b']`")
        membership = Membership(_name(left, shape), tuple(_constant(item, shape) for item in right.elts))
        return Not(membership) if isinstance(sign, ast.NotIn) else membership
    sides = [
        _name(side, shape) if isinstance(side, ast.Subscript) else _constant(side, shape) for side in (left, right)
    ]
    if not any(isinstance(side, NamedValue) for side in sides):
        raise ExpressionError("it compares two constants; one side must be a name")
    return Comparison(_SIGNS[type(sign)], *sides)


def _name(node: ast.expr, shape: Shape) -> NamedValue:
    name = shape.name(node)
    if name is None:
        raise ExpressionError(f"a name is missing; {LANGUAGE}")
    return NamedValue(name)


def _constant(node: ast.expr, shape: Shape) -> Constant:
    constant = shape.constant(node)
    if constant is None:
        raise ExpressionError("a comparison needs a name, a text in quotes or a number on each side")
    return constant
