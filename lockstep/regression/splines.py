"""Restricted cubic splines: a number whose effect on an outcome bends, and the ratios along it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.errors import DataError, counted
from ..statistics.arrays import Floats, checked_numbers
from ..statistics.estimate import Estimate, finite, normal_quantile
from .likelihood import FittedModel, refuse_unknown_terms

KNOT_QUANTILES: Final[Mapping[int, tuple[float, ...]]] = {
    3: (0.1, 0.5, 0.9),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.5, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975),
}
"""Where Harrell puts the knots (Regression Modeling Strategies, 2nd ed., table 2.3), by how many there are."""

REFERENCE: Final = "the reference value"
NOT_ESTIMATED: Final = "a term of the spline cannot be estimated"
OUT_OF_RANGE: Final = "too large or too close to 0 for a number"


def spline_knots(values: ArrayLike, n_knots: int, *, name: str) -> tuple[float, ...]:
    """Return the knots of a spline: Harrell's quantiles of the values (type 7, R's default).

    Parameters
    ----------
    values : (n,) one number a patient; where patients have several rows, one of each.
    n_knots : 3 to 7.
    name : of the variable, for messages.

    Raises
    ------
    DataError
        If a value is missing, or knots coincide since many patients have the same value.
    ValueError
        If the number of knots is not 3 to 7.

    Examples
    --------
    >>> spline_knots(range(101), 4, name="age")
    (5.0, 35.0, 65.0, 95.0)
    """
    if n_knots not in KNOT_QUANTILES:
        allowed = f"{min(KNOT_QUANTILES)} to {max(KNOT_QUANTILES)}"
        raise ValueError(f"a spline of '{name}' has {counted(n_knots, 'knot')}; expected {allowed}")
    numbers = checked_numbers(values, f"'{name}'")
    knots = np.quantile(numbers, KNOT_QUANTILES[n_knots])
    distinct = len(np.unique(knots))
    if distinct < n_knots:
        raise DataError(
            f"a spline of '{name}' with {n_knots} knots has {counted(distinct, 'distinct knot')}: too many patients "
            f"have the same value.\nTake fewer knots, or let it enter as it is, by its logarithm or as a category."
        )
    return tuple(knots.tolist())


def spline_columns(values: ArrayLike, knots: Sequence[float]) -> Floats:
    """Return the (n, k - 1) design columns of a restricted cubic spline with k knots.

    Parameters
    ----------
    values : (n,) numbers.
    knots : k >= 3 of them, ascending. Before the first and after the last the spline is a straight line.

    Raises
    ------
    DataError
        If a value is missing or not finite; names the rows.
    ValueError
        If there are fewer than 3 knots, or they do not ascend.

    Notes
    -----
    The first column is the number itself, the others its k - 2 bends: the model without them is linear in the number,
    so that a test of the bends is the test of non-linearity. A bend is 0 up to a knot, and from the second knot after
    it on a straight line of slope 1: its coefficient is the change of slope around the knot between them. (The second
    divided difference of the cubes (x - knot)+^3 over three neighbouring knots, a third of it: a basis of the same
    curves as Harrell's ``rms::rcs``, but far from collinear where knots are crowded.)

    The columns span what R's ``splines::ns(x, knots = <inner knots>, Boundary.knots = <outer knots>)`` spans: fit,
    tests and predictions are the same.

    References
    ----------
    Harrell FE. Regression Modeling Strategies. 2nd ed. Springer 2015, sec. 2.4.5.
    de Boor C. A Practical Guide to Splines. Springer 2001, ch. 9.

    Examples
    --------
    >>> spline_columns([0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0]).round(3).tolist()
    [[0.0, 0.0], [1.0, 0.0], [2.0, 0.167], [3.0, 1.0], [4.0, 2.0]]
    """
    if len(knots) < min(KNOT_QUANTILES) or any(later <= earlier for earlier, later in pairwise(knots)):
        raise ValueError(f"the knots of a spline are {list(knots)}; expected at least 3, ascending")
    x = checked_numbers(values, "a number of a spline")
    bends = (_bend(x, *neighbours) for neighbours in zip(knots, knots[1:], knots[2:], strict=False))
    return np.column_stack((x, *bends))


def _bend(x: Floats, begin: float, middle: float, end: float) -> Floats:
    first, second = (np.maximum(x - knot, 0) ** 3 for knot in (begin, middle))
    bend = (first / (middle - begin) - second * (1 / (middle - begin) + 1 / (end - middle))) / (3 * (end - begin))
    return np.where(x >= end, x - (begin + middle + end) / 3, bend)


def spline_ratios(
    model: FittedModel,
    terms: Sequence[str],
    knots: Sequence[float],
    at: ArrayLike,
    *,
    reference: float,
    conf_level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Return the ratio of a model (hazard, odds, risk) at some values of a number to that at a reference value.

    Parameters
    ----------
    model : fitted to the columns of the spline, among others.
    terms : the names of its columns in the model, in the order of `spline_columns`.
    at : (m,) values of the number.
    reference : the value at which the ratio is 1.

    Raises
    ------
    DataError
        As `spline_columns`.
    ValueError
        If the model has no such column.

    Notes
    -----
    exp(d' b) with d the difference of the columns; the interval is normal on the log scale, from the covariance of the
    model. At the reference the ratio is 1 and has no interval.

    Examples
    --------
    >>> import pandas as pd
    >>> from lockstep.regression.cox import cox_regression
    >>> age, time = [40, 45, 50, 55, 60, 65, 70, 75, 80, 85], [9, 7, 12, 10, 8, 6, 7, 3, 4, 1]
    >>> columns = pd.DataFrame(spline_columns(age, [45, 60, 80]), columns=["age", "age'"])
    >>> model = cox_regression(time, [1] * 10, columns)
    >>> old, reference = spline_ratios(model, ["age", "age'"], [45, 60, 80], [75, 60], reference=60)
    >>> round(old.value, 2), round(old.conf_low, 2), round(old.conf_high, 2), reference.value
    (22.76, 1.87, 277.46, 1.0)
    """
    names = [term.term for term in model.terms]
    refuse_unknown_terms(terms, names)
    values = checked_numbers(at, "a number of a spline")
    places = [names.index(name) for name in terms]
    coefficients = [model.terms[place].coef for place in places]
    if any(coefficient is None for coefficient in coefficients):
        return (Estimate(value=None, reason=model.reason or NOT_ESTIMATED),) * len(values)
    difference = spline_columns(values, knots) - spline_columns([reference], knots)
    log_ratio = difference @ np.array(coefficients, dtype=np.float64)
    covariance = model.covariance[np.ix_(places, places)]
    width = normal_quantile(conf_level) * np.sqrt(np.einsum("ij,jk,ik->i", difference, covariance, difference))
    with np.errstate(over="ignore", under="ignore"):
        ratios = np.exp(np.column_stack((log_ratio, log_ratio - width, log_ratio + width)))
    return tuple(
        Estimate(1.0, reason=REFERENCE) if is_reference else _ratio(*row)
        for row, is_reference in zip(ratios.tolist(), (difference == 0).all(axis=1), strict=True)
    )


def _ratio(ratio: float, low: float, high: float) -> Estimate:
    """Return a ratio of which nothing is 0 or infinite."""
    value, conf_low, conf_high = (finite(number) or None for number in (ratio, low, high))
    if value is None:
        return Estimate(value=None, reason=OUT_OF_RANGE)
    return Estimate(value, conf_low, conf_high, OUT_OF_RANGE if conf_low is None or conf_high is None else None)
