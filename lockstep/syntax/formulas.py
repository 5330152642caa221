"""The formulas of study.toml: numbers made of numbers and dates, ``weight / height ^ 2``, ``years(birth, seen)``.

A formula is read as a condition is (`lockstep.syntax.expressions`), by a whitelist, and is never evaluated as Python;
`lockstep.data.formula_values` computes its values.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from ..base.errors import counted
from ..base.wording import hint, listing, shown
from .conditions import (
    Condition,
    ExpressionError,
    NamedValue,
    VariableType,
    check_condition,
    check_names_known,
    is_iso_date,
)
from .expressions import CONDITION_SIGNS, condition_of
from .shapes import Language, Shape, parsing, shape_of, shown_text

FUNCTIONS: Final[Mapping[str, tuple[int, int | None]]] = {
    "abs": (1, 1), "exp": (1, 1), "log": (1, 1), "log10": (1, 1), "log1p": (1, 1), "log2": (1, 1), "max": (2, None),
    "max_present": (2, None), "min": (2, None), "min_present": (2, None), "round": (1, 2), "sqrt": (1, 1),
}  # fmt: skip
"""The functions of numbers, each with the fewest and the most arguments that it takes; None is no limit."""

SPANS: Final = ("days", "months", "years")
"""The functions of two dates: the time from the first to the second."""

_ALL_FUNCTIONS: Final = tuple(sorted((*FUNCTIONS, *SPANS, "if")))
_MOST_DECIMALS: Final = 6
FORMULA_LANGUAGE: Final = (
    "a formula is made of numbers, names of numbers, + - * / ^, parentheses, `if(condition, a, b)` and the functions "
    f"{', '.join(name for name in _ALL_FUNCTIONS if name != 'if')}"
)
_FORMULAS: Final = Language(
    says=FORMULA_LANGUAGE,
    signs={**CONDITION_SIGNS, "+": "+", "*": "*", "/": "/", "^": "**"},
    instead={
        "**": "^", "²": "^ 2", "³": "^ 3", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-",
        ";": "a comma between arguments", "=": "== in a condition", "&": "and", "|": "or", "<": "!=",
    },
    nested=(frozenset({"(", "not", "+", "-", "*", "/", "**"}), "operators, parentheses and functions"),
)  # fmt: skip
_OTHER_NAMES: Final = {
    "ln": "log", "pow": "^", "power": "^", "mean": "(a + b) / 2", "sum": "a + b", "ifelse": "if",
}  # fmt: skip
"""What functions of other programs are called here."""

Sign: TypeAlias = Literal["+", "-", "*", "/", "^"]
_SIGNS: Final[Mapping[type[ast.operator], Sign]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """``left sign right``."""

    sign: Sign
    left: Number
    right: Number


@dataclass(frozen=True, slots=True)
class Negative:
    """``-part``."""

    part: Number


@dataclass(frozen=True, slots=True)
class FunctionOf:
    """A function of `FUNCTIONS` of numbers."""

    function: str
    arguments: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class TimeBetween:
    """The time from one date to another in a unit of `SPANS`; a date is that of a column, or written YYYY-MM-DD."""

    unit: str
    start: NamedValue | str
    end: NamedValue | str


@dataclass(frozen=True, slots=True)
class Choice:
    """``if(condition, then, otherwise)``."""

    condition: Condition
    then: Number
    otherwise: Number


Number: TypeAlias = float | NamedValue | Operation | Negative | FunctionOf | TimeBetween | Choice


@dataclass(frozen=True, slots=True)
class Formula:
    """A number computed from named values.

    Attributes
    ----------
    text : the formula as written.
    names : the names it uses, in the order of their first appearance.
    """

    text: str
    names: tuple[str, ...]
    number: Number = field(repr=False, compare=False)

    def check(self, types: Mapping[str, VariableType]) -> None:
        """Refuse a statically invalid formula: an unknown name, a date or a category where a number is expected.

        Raises
        ------
        ExpressionError
            For the first fault, with the formula, what is allowed and the nearest known name.
        """
        try:
            check_names_known(self.names, types)
            for part in _parts(self.number):
                _check_part(part, types)
        except ExpressionError as error:
            raise ExpressionError(f"{shown_text(self.text)}: {error}") from None


def parse_formula(text: str) -> Formula:
    """Parse a formula.

    Raises
    ------
    ExpressionError
        If the text is not a formula of this language; quotes it and says what is allowed.

    Notes
    -----
    As in mathematics, ``^`` binds most and to the right: -x ^ 2 is -(x ^ 2), and 2 ^ 3 ^ 2 is 2 ^ 9.
    """
    with parsing(text, _FORMULAS):
        shape = shape_of(text, _FORMULAS)
        number = _number(shape.tree, shape)
        names = [name for position, name in enumerate(shape.names) if position not in shape.calls]
        if not names:
            raise ExpressionError("it names no variable, and would be the same number for every patient")
    return Formula(text, tuple(dict.fromkeys(names)), number)


def _number(node: ast.expr, shape: Shape) -> Number:
    """Return the number that a node of a shape's tree is; unknown syntax is refused."""
    name, constant = shape.name(node), shape.constant(node)
    if isinstance(constant, str):
        raise ExpressionError(
            f"{shown(constant)} is a text in quotes; one is in the condition of `if`, or a date in days(a, b), "
            "months(a, b) or years(a, b)"
        )
    if name is not None:
        return NamedValue(name)
    match node:
        case ast.Constant(value=float() as number):
            return number
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            return Operation(_SIGNS[type(op)], _number(left, shape), _number(right, shape))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negative(_number(operand, shape))
        case ast.Call(func=func, args=arguments):
            return _call(shape.name(func), arguments, shape)
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not() | ast.Invert()):
            raise ExpressionError("a part of it is true or false, and no number; write if(condition, 1, 0)")
        case ast.Tuple():
            raise ExpressionError("there is a comma outside of a function; decimals have a point, as in 1.5")
    raise ExpressionError(f"a part of it is no number; {FORMULA_LANGUAGE}")


def _call(function: str | None, arguments: list[ast.expr], shape: Shape) -> Number:
    if function is None or function not in _ALL_FUNCTIONS:
        raise ExpressionError(_unknown_function(function))
    if function == "if":
        if len(arguments) != 3:
            raise ExpressionError(f"`if` has {counted(len(arguments), 'argument')}; expected if(condition, a, b)")
        condition, then, otherwise = arguments
        return Choice(condition_of(condition, shape), _number(then, shape), _number(otherwise, shape))
    if function in SPANS:
        if len(arguments) != 2:
            found = f"`{function}` has {counted(len(arguments), 'argument')}"
            raise ExpressionError(f"{found}; expected {function}(a, b), the time from date a to date b")
        start, end = (_date(item, function, shape) for item in arguments)
        if isinstance(start, str) and isinstance(end, str):
            raise ExpressionError(f"`{function}` is of two dates in quotes; one of them must be a name")
        return TimeBetween(function, start, end)
    fewest, most = FUNCTIONS[function]
    if len(arguments) < fewest or (most is not None and len(arguments) > most):
        expected = f"{fewest} or more" if most is None else f"{fewest}" if fewest == most else f"{fewest} or {most}"
        raise ExpressionError(f"`{function}` has {counted(len(arguments), 'argument')}; expected {expected}")
    if function == "round" and len(arguments) == 2 and shape.constant(arguments[1]) not in range(_MOST_DECIMALS + 1):
        raise ExpressionError(f"`round` needs a whole number of decimals from 0 to {_MOST_DECIMALS}, as in round(x, 1)")
    return FunctionOf(function, tuple(_number(item, shape) for item in arguments))


def _unknown_function(name: str | None) -> str:
    if name is None:
        return f"a parenthesis follows a part that is no function; write * between factors; {FORMULA_LANGUAGE}"
    if name in _OTHER_NAMES:
        return f"there is no function {shown(name)}; write {_OTHER_NAMES[name]}"
    known = listing(_ALL_FUNCTIONS, word="and", most=len(_ALL_FUNCTIONS))
    return f"there is no function {shown(name)}; the functions are {known}{hint(name, _ALL_FUNCTIONS)}"


def _date(node: ast.expr, function: str, shape: Shape) -> NamedValue | str:
    name, constant = shape.name(node), shape.constant(node)
    if name is not None:
        return NamedValue(name)
    if isinstance(constant, str) and is_iso_date(constant):
        return constant
    expected = "the names of two dates, or one and a date in quotes, such as '2010-12-31'"
    raise ExpressionError(f"`{function}` is of something else than dates; expected {expected}")


def _parts(number: Number) -> Iterator[Number]:
    """Yield a number and all that it is made of."""
    yield number
    match number:
        case Operation(_, left, right) | Choice(_, left, right):
            yield from _parts(left)
            yield from _parts(right)
        case Negative(part):
            yield from _parts(part)
        case FunctionOf(_, arguments):
            for part in arguments:
                yield from _parts(part)


def _check_part(part: Number, types: Mapping[str, VariableType]) -> None:
    match part:
        case NamedValue(name) if types[name].kind == "category":
            raise ExpressionError(
                f"{shown(name)} is a category; a formula has it in conditions, as in if({name} == "
                f"'{types[name].levels[0]}', 1, 0)"
            )
        case NamedValue(name) if types[name].kind == "date":
            raise ExpressionError(
                f"{shown(name)} is a date; a formula has dates in days(a, b), months(a, b) and years(a, b)"
            )
        case TimeBetween(unit, start, end):
            for item in (start, end):
                if isinstance(item, NamedValue) and types[item.name].kind != "date":
                    raise ExpressionError(f"{shown(item.name)} is a {types[item.name].kind}; `{unit}` is of two dates")
        case Choice(condition):
            check_condition(condition, types)
