"""The values of formulas: as plain Python has them, missing where a value is, at fault where there is no number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.data.formula_values import DIVISION, LOGARITHM, ROOT, TOO_LARGE, FormulaValues, formula_values
from lockstep.syntax.formulas import parse_formula

DAYS_IN = {"days": 1.0, "months": 30.4375, "years": 365.25}
LARGEST = 1e75
NAN = math.nan

FRAME = pd.DataFrame(
    {
        "a": [6.0, 0.0, -8.0, np.nan, 0.3],
        "b": [3.0, 0.0, 2.0, 5.0, np.nan],
        "sex": pd.Categorical(["m", "f", None, "m", "f"], categories=["f", "m"]),
        "born": pd.to_datetime(pd.Series(["1950-01-01", "1960-02-29", None, "2000-12-31", "1999-01-01"])),
        "seen": pd.to_datetime(pd.Series(["1951-01-01", "1960-02-28", "2000-01-01", None, "1999-01-01"])),
    }
)


def values(text: str, frame: pd.DataFrame = FRAME) -> FormulaValues:
    """Return the values of a formula."""
    return formula_values(parse_formula(text), frame, days_in=DAYS_IN, largest=LARGEST)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", [9, 0, -6, NAN, NAN]),
        ("a - 2 * b", [0, 0, -12, NAN, NAN]),
        ("-a ^ 2", [-36, 0, -64, NAN, -0.09]),
        ("2 ^ b ^ 2", [512, 1, 16, 2**25, NAN]),
        ("a ^ 0", [1, 1, 1, NAN, 1]),
        ("(a + b) / 2", [4.5, 0, -3, NAN, NAN]),
        ("abs(a)", [6, 0, 8, NAN, 0.3]),
        ("min(a, b)", [3, 0, -8, NAN, NAN]),
        ("max(a, b, 1)", [6, 1, 2, NAN, NAN]),
        ("min_present(a, b)", [3, 0, -8, 5, 0.3]),
        ("max_present(a, b)", [6, 0, 2, 5, 0.3]),
        ("exp(b) * 0 + 1", [1, 1, 1, 1, NAN]),
        ("if(sex == 'm', a, b)", [6, 0, NAN, NAN, NAN]),
        ("if(sex missing, 9, 1)", [1, 1, 9, 1, 1]),
        ("if(a > 0 or b > 4, 1, 0)", [1, 0, 0, 1, 1]),
        ("if(a > 0, b, 7)", [3, 7, 7, NAN, NAN]),
        ("days(born, seen)", [365, -1, NAN, NAN, 0]),
        ("years(born, seen)", [365 / 365.25, -1 / 365.25, NAN, NAN, 0]),
        ("months(born, '1960-03-01')", [3712 / 30.4375, 1 / 30.4375, NAN, -14915 / 30.4375, -14185 / 30.4375]),
    ],
)
def test_a_formula_is_computed_for_each_patient(text: str, expected: list[float]) -> None:
    """Missing in, missing out; of `if` the chosen part counts alone."""
    found = values(text)
    np.testing.assert_allclose(found.values, expected, rtol=1e-11)
    assert found.faults == {}


@pytest.mark.parametrize(
    ("text", "fault", "where"),
    [
        ("1 / a", DIVISION, [1]),
        ("a / b", DIVISION, [1]),
        ("a ^ -1", DIVISION, [1]),
        ("1 / (a - a)", DIVISION, [0, 1, 2, 4]),
        ("1 / (a - 0.1 - 0.2)", DIVISION, [4]),
        ("log(a)", LOGARITHM, [1, 2]),
        ("log2(a)", LOGARITHM, [1, 2]),
        ("log10(b)", LOGARITHM, [1]),
        ("log1p(a)", LOGARITHM, [2]),
        ("sqrt(a)", ROOT, [2]),
        ("a ^ 0.5", ROOT, [2]),
        ("a ^ (1 / 3)", ROOT, [2]),
        ("exp(b * 300)", TOO_LARGE, [0, 2, 3]),
        ("(a * 1e74) * 10 + b * 0", TOO_LARGE, [0, 2]),
        ("if(a > 0, a, log(a))", LOGARITHM, [1, 2]),
        ("min_present(b, log(a))", LOGARITHM, [1, 2]),
        ("0 * (1 / a)", DIVISION, [1]),
    ],
)
def test_what_has_no_number_is_missing_and_at_fault(text: str, fault: str, where: list[int]) -> None:
    """Never an infinity, and never a number that only looks like one; what is made of it is at fault as well."""
    found = values(text)
    assert {what: np.flatnonzero(rows).tolist() for what, rows in found.faults.items()} == {fault: where}
    assert np.isnan(found.values[where]).all()
    assert not np.isinf(found.values).any()


@pytest.mark.parametrize("text", ["if(a > 0, log(a), 0)", "if(b == 0, 0, a / b)", "if(a missing, 0, a ^ 2)"])
def test_the_part_that_is_not_chosen_is_at_no_fault(text: str) -> None:
    """A condition may ask first whether there is a number."""
    assert values(text).faults == {}


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [(2.5, 0, 3), (3.5, 0, 4), (-2.5, 0, -3), (0.285, 2, 0.29), (1.005, 2, 1.01), (0.30000000000000004, 1, 0.3),
     (2.4999, 0, 2), (-0.4, 0, 0), (123456.5, 0, 123457)],
)  # fmt: skip
def test_halves_are_rounded_away_from_zero(number: float, decimals: int, expected: float) -> None:
    """As reports round, and not as floating-point numbers happen to be stored."""
    found = values(f"round(x, {decimals})", pd.DataFrame({"x": [number]})).values[0]
    assert (found, math.copysign(1, found)) == (expected, math.copysign(1, expected))


def test_values_are_without_the_noise_of_arithmetic() -> None:
    """Three tenths are three tenths, whatever they are the sum of; a small whole number is no noise of a large one."""
    frame = pd.DataFrame({"x": [0.1, 0.7], "y": [0.2, 0.1]})
    assert values("x + y", frame).values.tolist() == [0.3, 0.8]
    assert values("x + y - 0.3", frame).values.tolist() == [0.0, 0.5]
    assert values("(1e15 + x) - 1e15", pd.DataFrame({"x": [1.0]})).values.tolist() == [1.0]


def test_nobody_has_no_values() -> None:
    """A formula over no patients is an empty array, with a date in quotes too."""
    assert values("a / b + days('2010-01-01', seen)", FRAME.iloc[:0]).values.shape == (0,)


def test_evaluation_changes_nothing() -> None:
    """A frame is only read."""
    before = FRAME.copy(deep=True)
    values("if(a > 0, a, -b) + 1").values[:] = 0
    values("a").values[:] = 0
    pd.testing.assert_frame_equal(FRAME, before)


Tree = tuple[Any, ...]


def write(tree: Tree) -> str:
    """Write a nested formula, with parentheses everywhere."""
    match tree:
        case ("number", number):
            return f"({number!r})"
        case ("name", name):
            return str(name)
        case ("-", part):
            return f"(-{write(part)})"
        case ("if", name, bound, then, otherwise):
            return f"if({name} > {bound!r}, {write(then)}, {write(otherwise)})"
        case (str() as sign, left, right) if sign in "+-*/^":
            return f"({write(left)} {sign} {write(right)})"
        case (str() as function, *arguments):
            return f"{function}({', '.join(map(write, arguments))})"
    raise AssertionError(tree)


def plain(tree: Tree, row: dict[str, float | None]) -> float | None:
    """Evaluate a nested formula in plain Python: None where a value is missing, an ArithmeticError where none is."""
    match tree:
        case ("number", number):
            return float(number)
        case ("name", name):
            return row[name]
        case ("-", part):
            inner = plain(part, row)
            return None if inner is None else -inner
        case ("if", name, bound, then, otherwise):
            value = row[name]
            return None if value is None else plain(then if value > bound else otherwise, row)
        case ("min_present" | "max_present" as function, *arguments):
            present = [value for value in [plain(item, row) for item in arguments] if value is not None]
            choose = min if function == "min_present" else max
            return choose(present) if present else None
    function, *arguments = tree
    known = [plain(item, row) for item in arguments]
    if None in known:
        return None
    found = PLAIN[function](*known)
    if isinstance(found, complex) or not math.isfinite(found):
        raise ArithmeticError
    return float(found)


def _log(base: float | None) -> Any:
    def logarithm(x: float) -> float:
        if x <= 0:
            raise ArithmeticError
        return {None: math.log, 2: math.log2, 10: math.log10}[base](x)

    return logarithm


def _sqrt(x: float) -> float:
    if x < 0:
        raise ArithmeticError
    return math.sqrt(x)


def _log1p(x: float) -> float:
    if x <= -1:
        raise ArithmeticError
    return math.log1p(x)


PLAIN: dict[str, Any] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "^": lambda a, b: a**b, "min": min, "max": max, "abs": abs, "exp": math.exp, "log": _log(None), "log2": _log(2),
    "log10": _log(10), "log1p": _log1p, "sqrt": _sqrt,
}  # fmt: skip

# Quarters are exact in floating point, so that the noise of sums, which a formula drops, cannot arise in them.
QUARTERS = st.integers(-40, 40).map(lambda n: n / 4)
LEAVES = st.one_of(st.tuples(st.just("number"), QUARTERS), st.tuples(st.just("name"), st.sampled_from(["x", "y", "z"])))
EXACT = ["+", "-", "*", "min", "max", "min_present", "max_present"]


def _deeper(inner: Any, signs: list[str]) -> Any:
    return st.one_of(
        st.tuples(st.just("-"), inner),
        st.tuples(st.just("abs"), inner),
        st.tuples(st.sampled_from(signs), inner, inner),
        st.tuples(st.just("if"), st.sampled_from(["x", "y", "z"]), QUARTERS, inner, inner),
    )


# Inside, all is exact; the outermost part may be a quotient, a power or a function.
INSIDE = st.recursive(LEAVES, lambda inner: _deeper(inner, EXACT), max_leaves=8)
TREES = st.one_of(
    INSIDE,
    st.tuples(st.sampled_from(["/", "^"]), INSIDE, INSIDE),
    st.tuples(st.sampled_from(["exp", "log", "log2", "log10", "log1p", "sqrt"]), INSIDE),
)
ROWS = st.lists(
    st.fixed_dictionaries(dict.fromkeys(["x", "y", "z"], st.one_of(st.none(), QUARTERS))), min_size=1, max_size=5
)


@given(TREES, ROWS)
def test_a_formula_has_the_values_of_plain_python(tree: Tree, rows: list[dict[str, float | None]]) -> None:
    """Patient by patient: the same number, missing where it is missing, at fault where Python has no real number."""
    frame = pd.DataFrame(rows, dtype=float)
    found = values(f"{write(tree)} + 0 * min_present(x, y, z, 0)", frame)
    at_fault = np.logical_or.reduce([np.zeros(len(rows), dtype=bool), *found.faults.values()])
    for i, row in enumerate(rows):
        try:
            expected = plain(tree, row)
        except ArithmeticError:
            assert at_fault[i], row
            continue
        if expected is not None and abs(expected) > LARGEST:
            assert at_fault[i], row
            continue
        assert not at_fault[i], row
        assert found.values[i] == pytest.approx(NAN if expected is None else expected, rel=1e-9, nan_ok=True)


@given(ROWS, st.permutations(range(5)))
def test_the_order_of_rows_does_not_matter(rows: list[dict[str, float | None]], order: list[int]) -> None:
    """A patient's number is that of the patient's own values."""
    text, frame = "if(x > 0, log(x) / y, z ^ 2 - min_present(x, y))", pd.DataFrame(rows, dtype=float)
    order = [i for i in order if i < len(rows)]
    np.testing.assert_array_equal(values(text, frame.iloc[order]).values, values(text, frame).values[order])
