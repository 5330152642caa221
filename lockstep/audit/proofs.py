"""Proofs as text: calls of the arithmetic checks on printed statements, such as ``percent_of(P062, P061, P055)``.

A proof is parsed with `ast` against a whitelist: a call of a known check whose arguments are ids, numbers or lists
of these. It is never evaluated as Python, so it can do nothing but what the checks do.
"""

from __future__ import annotations

import ast
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from ..base.errors import DataError, LockstepError
from ..base.wording import hint, printable, shown
from . import arithmetic, interval_checks, survival_bounds, table_tests
from .arithmetic import Finding
from .printed import PrintedNumber, parse_printed

CHECKS: Final[Mapping[str, Callable[..., Finding]]] = types.MappingProxyType(
    {
        check.__name__: check
        for check in (
            arithmetic.percent_of,
            arithmetic.percent_of_some_count,
            arithmetic.adjusted_to_100,
            arithmetic.counts_sum,
            arithmetic.group_below_cut,
            arithmetic.mean_of_whole_numbers,
            arithmetic.mean_with_median_and_range,
            survival_bounds.rate_and_median,
            survival_bounds.rate_after_events,
            survival_bounds.rate_after_at_most,
            table_tests.chi_square_p,
            table_tests.fisher_p,
            interval_checks.estimate_in_interval,
            interval_checks.ratio_and_interval,
            interval_checks.ratio_interval_and_p,
            interval_checks.ratio_limits_and_p,
            interval_checks.difference_and_interval,
            interval_checks.difference_interval_and_p,
            interval_checks.difference_limits_and_p,
        )
    }
)
"""What a proof can call, by name."""

MOST_CHARACTERS: Final = 2000
GREATEST_COUNT: Final = 1_000_000_000

_FORM: Final = "a proof is one or more calls such as percent_of(P3, P2, 79), with `;` between them"


class ProofError(LockstepError):
    """A proof is not one, or does not fit the statements that it names; the caller adds the row."""


@dataclass(frozen=True, slots=True)
class StatementReference:
    """The id of a statement, evaluated as its printed number."""

    id: str


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number as written, trailing zeros and all."""

    text: str


Argument: TypeAlias = "StatementReference | WrittenNumber | tuple[Argument, ...]"


@dataclass(frozen=True, slots=True)
class CheckCall:
    """One call of a check: its name, and the arguments that it gives, by parameter, in the order of the check."""

    check: str
    arguments: tuple[tuple[str, Argument], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The statements that it names, in the order of their first appearance."""
        return tuple(dict.fromkeys(_ids([argument for _, argument in self.arguments])))


@dataclass(frozen=True, slots=True)
class Proof:
    """A call that was carried out: with the printed numbers put in for the ids, and what it found.

    `text` is itself a proof, which anyone can run again: ``carry_out(parse_proofs(text)[0], {})``.
    """

    text: str
    finding: Finding


def parse_proofs(text: str) -> tuple[CheckCall, ...]:
    """Parse calls of checks, separated by semicolons.

    Raises
    ------
    ProofError
        If a part is no call of a known check, or its arguments do not fit the parameters of the check.
    """
    if len(text) > MOST_CHARACTERS:
        raise ProofError(f"it has {len(text)} characters; expected at most {MOST_CHARACTERS}")
    calls = tuple(_call(part) for part in text.split(";") if part.strip())
    if not calls:
        raise ProofError(f"it is empty; {_FORM}")
    return calls


def carry_out(call: CheckCall, printed: Mapping[str, PrintedNumber | None]) -> Proof:
    """Carry out a proof on printed statements.

    Parameters
    ----------
    printed : the number of each statement by its id; None where a statement prints no number.

    Raises
    ------
    ProofError
        If it names a statement that there is not, or one whose number does not fit, such as 13.5 for a count.
    """
    values = {name: _looked_up(argument, printed) for name, argument in call.arguments}
    forms = _parameters(call.check)
    fitted = {name: _fitted(value, forms[name], call.check, name) for name, value in values.items()}
    optional = _optional(call.check)
    written = (f"{name}={_written(value)}" if name in optional else _written(value) for name, value in values.items())
    text = f"{call.check}({', '.join(written)})"
    try:
        return Proof(text, CHECKS[call.check](**fitted))
    except DataError as error:
        raise ProofError(f"{call.check}: {error}") from None


# ---- from text to a call -------------------------------------------------------------------------------------------


def _call(text: str) -> CheckCall:
    source = text.strip()
    try:
        node = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ProofError(f"{_quoted(source)} cannot be read; {_FORM}") from None
    match node:
        case ast.Call(func=ast.Name(id=name), args=positional, keywords=named):
            pass
        case _:
            raise ProofError(f"{_quoted(source)} is not a call of a check; {_FORM}")
    if name not in CHECKS:
        known = hint(name, CHECKS) or f"; there are {', '.join(CHECKS)}"
        raise ProofError(f"there is no check {shown(name)}{known}")
    arguments = [_argument(item, source) for item in positional]
    by_name = {str(item.arg): _argument(item.value, source) for item in named}
    try:
        bound = inspect.signature(CHECKS[name]).bind(*arguments, **by_name)
    except TypeError:
        shapes = (f"{item}=..." if item in _optional(name) else item for item in _parameters(name))
        raise ProofError(f"{_quoted(source)} does not fit the parameters of {name}({', '.join(shapes)})") from None
    return CheckCall(
        name, tuple((item, bound.arguments[item]) for item in _parameters(name) if item in bound.arguments)
    )


def _argument(node: ast.expr, source: str) -> Argument:
    match node:
        case ast.Name(id=name):
            return StatementReference(name)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return tuple(_argument(item, source) for item in items)
        case ast.Constant(value=str() as text) if parse_printed(text) is not None:  # '< 0.001'
            return WrittenNumber(text)
        case ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            segment = ast.get_source_segment(source, node) or ""
            if parse_printed(segment) is not None:
                return WrittenNumber(segment)  # as written: 16.40 is not 16.4
    segment = ast.get_source_segment(source, node) or source
    raise ProofError(f"{_quoted(segment)} is neither the id of a statement nor a number nor a list of these")


def _ids(arguments: Sequence[Argument]) -> Iterator[str]:
    for argument in arguments:
        match argument:
            case StatementReference(name):
                yield name
            case tuple():
                yield from _ids(argument)


# ---- from a call to its outcome ------------------------------------------------------------------------------------

_Value: TypeAlias = "PrintedNumber | tuple[_Value, ...]"


def _looked_up(argument: Argument, printed: Mapping[str, PrintedNumber | None]) -> _Value:
    match argument:
        case StatementReference(name):
            if name not in printed:
                raise ProofError(f"it names {shown(name)}, but there is no such statement{hint(name, printed)}")
            number = printed[name]
            if number is None:
                raise ProofError(f"it names {name}, which prints no number")
            return number
        case WrittenNumber(text):
            literal = parse_printed(text)
            assert literal is not None  # noqa: S101 (checked when it was parsed)
            return literal
        case tuple():
            return tuple(_looked_up(item, printed) for item in argument)


@cache
def _parameters(check: str) -> Mapping[str, Any]:
    """Return the type of each parameter of a check: `PrintedNumber`, `int`, or sequences of these."""
    hints = typing.get_type_hints(CHECKS[check])
    return {name: _given(hints[name]) for name in inspect.signature(CHECKS[check]).parameters}


def _given(form: Any) -> Any:
    """Return the type of an argument that is given, of one that may be left out."""
    if isinstance(form, types.UnionType):
        (form,) = (part for part in typing.get_args(form) if part is not type(None))
    return form


@cache
def _optional(check: str) -> frozenset[str]:
    """Return the parameters of a check that a call may leave out."""
    parameters = inspect.signature(CHECKS[check]).parameters.values()
    return frozenset(item.name for item in parameters if item.default is not inspect.Parameter.empty)


def _fitted(value: _Value, form: Any, check: str, parameter: str) -> Any:
    """Return a value as a parameter wants it; refuse one that does not fit."""
    where = f"`{parameter}` of {check}"
    if form is int or form is PrintedNumber:
        if isinstance(value, tuple):
            raise ProofError(f"{where} is a list; expected one number")
        if form is int:
            return _count(value, where)
        if value.sign != "=" and parameter != "p_value":
            raise ProofError(f"{where} is '{value}'; expected a number without '{value.sign}'")
        return value
    if not isinstance(value, tuple):
        raise ProofError(f"{where} is {value}; expected a list")
    (inner,) = typing.get_args(form)
    return tuple(_fitted(item, inner, check, parameter) for item in value)


def _count(value: PrintedNumber, where: str) -> int:
    if value.sign != "=" or value.value != int(value.value) or not 0 <= value.value <= GREATEST_COUNT:
        raise ProofError(f"{where} is {value}; expected a whole number from 0 to {GREATEST_COUNT}")
    return int(value.value)


def _written(value: _Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return str(value) if value.sign == "=" else f"'{value}'"


def _quoted(text: str) -> str:
    return f'"{printable(text, most=80)}"'
