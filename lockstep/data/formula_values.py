"""The values of a formula of study.toml for each patient, and where it has none although all that it names is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.snapping import DIGITS, snapped_all
from ..syntax.conditions import NamedValue, truth
from ..syntax.formulas import Choice, Formula, FunctionOf, Negative, Number, Operation, TimeBetween

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

DIVISION: Final = "divides by zero"
LOGARITHM: Final = "takes the logarithm of a number that has none"
ROOT: Final = "takes a root of a negative number"
TOO_LARGE: Final = "gives a number too large to compute with"
FORMULA_FAULTS: Final = (DIVISION, LOGARITHM, ROOT, TOO_LARGE)
"""What a formula can do to some patients' numbers, so that it has no value."""

_RELATIVE_NOISE: Final = 10.0**-DIGITS
_LOGARITHMS: Final[Mapping[str, tuple[Callable[[Floats], Floats], float]]] = {
    "log": (np.log, 0.0), "log2": (np.log2, 0.0), "log10": (np.log10, 0.0), "log1p": (np.log1p, -1.0),
}  # fmt: skip
"""Each logarithm, and the number above which it is defined."""


@dataclass(frozen=True, slots=True, eq=False)
class FormulaValues:
    """The values of a formula.

    Attributes
    ----------
    values : (n,) NaN where a value that it needs is missing, and where it has none.
    faults : (n,) by what is wrong (`FORMULA_FAULTS`): True where the formula has no value for a patient, although all
        that it names is known; only where there is one.
    """

    values: Floats
    faults: Mapping[str, Flags]


def formula_values(
    formula: Formula, frame: pd.DataFrame, *, days_in: Mapping[str, float], largest: float
) -> FormulaValues:
    """Compute a formula for each row of a frame.

    Parameters
    ----------
    formula : checked against the types of the frame's columns.
    frame : (n,) rows: numbers as floats, dates as datetime64, categories as text or Categorical.
    days_in : how many days make a day, a month and a year: the keys are "days", "months" and "years".
    largest : the largest number that a value may be, in absolute terms.

    Notes
    -----
    Missing in, missing out; but of `if` only the part that is chosen counts, and ``min_present`` and ``max_present``
    pass over what is missing. A sum or difference of numbers with fractions that is nothing but the noise of
    floating-point arithmetic is zero, as 0.1 + 0.2 - 0.3 is; values are snapped as all numbers that are compared are.
    `round` rounds half away from zero, as reports do.
    """
    with np.errstate(all="ignore"):
        found = _Evaluation(frame, days_in).of(formula.number)
        values = found.values + 0.0  # no negative zero
        fault = np.where((found.fault == 0) & (np.abs(values) > largest), _code(TOO_LARGE), found.fault)
        values = np.where(fault == 0, values, np.nan)
    faults = {what: fault == _code(what) for what in FORMULA_FAULTS}
    return FormulaValues(snapped_all(values), {what: where for what, where in faults.items() if where.any()})


def _code(fault: str) -> int:
    return 1 + FORMULA_FAULTS.index(fault)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The values of a part of a formula, NaN where there is none, and why: 0, or the code of a fault."""

    values: Floats
    fault: npt.NDArray[np.int8]

    @property
    def unknown(self) -> Flags:
        return np.isnan(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class _Evaluation:
    frame: pd.DataFrame
    days_in: Mapping[str, float]

    def of(self, number: Number) -> _Part:
        match number:
            case float():
                return self._faultless(np.full(len(self.frame), number))
            case NamedValue(name):
                return self._faultless(self.frame[name].to_numpy(dtype=float))
            case TimeBetween(unit, start, end):
                between = (self._date(end) - self._date(start)) / np.timedelta64(1, "D")
                return self._faultless(np.broadcast_to(between / self.days_in[unit], (len(self.frame),)))
            case Negative(inner):
                part = self.of(inner)
                return _Part(-part.values, part.fault)
            case Operation(sign, left, right):
                return _operation(sign, self.of(left), self.of(right))
            case FunctionOf(function, arguments):
                return _function(function, [self.of(item) for item in arguments])
            case Choice(condition, then, otherwise):
                true, false = truth(condition, self.frame)
                yes, no = self.of(then), self.of(otherwise)
                return _Part(
                    np.where(true, yes.values, np.where(false, no.values, np.nan)),
                    np.where(true, yes.fault, np.where(false, no.fault, 0)).astype(np.int8),
                )

    def _faultless(self, values: Floats) -> _Part:
        return _Part(values, np.zeros(len(self.frame), dtype=np.int8))

    def _date(self, date: NamedValue | str) -> Any:
        if isinstance(date, str):
            return np.datetime64(date, "D")
        return self.frame[date.name].to_numpy(dtype="datetime64[D]")


def _operation(sign: str, left: _Part, right: _Part) -> _Part:
    a, b = left.values, right.values
    parts = [left, right]
    match sign:
        case "+":
            return _computed(_without_noise(a + b, a, b), parts)
        case "-":
            return _computed(_without_noise(a - b, a, b), parts)
        case "*":
            return _computed(a * b, parts)
        case "/":
            return _computed(a / b, parts, {DIVISION: b == 0})
    exponent = snapped_all(b)
    faults = {DIVISION: (a == 0) & (exponent < 0), ROOT: (a < 0) & (exponent != np.rint(exponent))}
    return _computed(np.power(a, exponent), parts, faults)


def _function(name: str, parts: list[_Part]) -> _Part:
    first, values = parts[0].values, [part.values for part in parts]
    if name in _LOGARITHMS:
        logarithm, above = _LOGARITHMS[name]
        return _computed(logarithm(first), parts, {LOGARITHM: first <= above})
    match name:
        case "abs":
            return _computed(np.abs(first), parts)
        case "exp":
            return _computed(np.exp(first), parts)
        case "sqrt":
            return _computed(np.sqrt(first), parts, {ROOT: first < 0})
        case "round":
            factor = 10.0 ** (values[1] if len(values) > 1 else 0.0)
            halves = np.floor(snapped_all(np.abs(first) * factor) + 0.5)
            return _computed(np.copysign(halves / factor, first), parts)
        case "min" | "max":
            return _computed(reduce(np.minimum if name == "min" else np.maximum, values), parts)
    return _computed(reduce(np.fmin if name == "min_present" else np.fmax, values), parts, passing_over=True)


def _without_noise(values: Floats, a: Floats, b: Floats) -> Floats:
    """Return sums with those that cancel to nothing but noise as zero; of whole numbers, sums are exact."""
    exact = (a == np.rint(a)) & (b == np.rint(b))
    noise = np.abs(values) <= _RELATIVE_NOISE * np.maximum(np.abs(a), np.abs(b))
    return np.where(noise & ~exact, 0.0, values)


def _computed(
    values: Floats, parts: list[_Part], faults: Mapping[str, Flags] | None = None, *, passing_over: bool = False
) -> _Part:
    """Return what is computed of parts: missing where a part is, at fault where one is or the computation itself."""
    fault = np.zeros(len(values), dtype=np.int8)
    unknown = np.isnan(values) if passing_over else reduce(np.logical_or, [part.unknown for part in parts])
    for part in parts:
        fault = np.where(fault == 0, part.fault, fault)
    for what, where in {**(faults or {}), TOO_LARGE: np.isinf(values)}.items():
        fault = np.where((fault == 0) & ~unknown & where, _code(what), fault)
    return _Part(np.where(unknown | (fault != 0), np.nan, values), fault.astype(np.int8))
