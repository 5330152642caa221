"""Balance of covariates between exposed and unexposed patients, before and after weighting or matching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..base.errors import DataError, row_list
from ..statistics.arrays import Bools, Floats, checked_flags, checked_numbers, same_length
from ..study.confounding import Estimand

NOBODY_IN_GROUP: Final = "no patients in a group"
NO_DENOMINATOR: Final = "no variance in the patients whose standard deviation is the denominator"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBalance:
    """A covariate in both groups, weighted or not.

    Attributes
    ----------
    mean_exposed, mean_unexposed : means, of an indicator proportions; None where the group has nobody.
    difference : standardised, with its sign: exposed less unexposed; None where the row's `reason` says why.
    variance_ratio : exposed over unexposed; None of an indicator, and where a group has no variance.
    """

    mean_exposed: float | None
    mean_unexposed: float | None
    difference: float | None
    variance_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CovariateBalance:
    """A row of the balance table.

    Attributes
    ----------
    denominator : the standard deviation that both differences are divided by, of the patients before.
    after : None where there are no weights.
    reason : why there is no standardised difference.
    """

    covariate: str
    is_indicator: bool
    denominator: float | None
    before: GroupBalance
    after: GroupBalance | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceTable:
    """The balance of all covariates."""

    rows: tuple[CovariateBalance, ...]

    def largest(self, *, after: bool) -> tuple[str, float] | None:
        """Return the covariate with the largest absolute difference, and that; None where there is no difference."""
        sides = [(row.covariate, row.after if after else row.before) for row in self.rows]
        found = [(name, abs(side.difference)) for name, side in sides if side and side.difference is not None]
        return max(found, key=lambda pair: pair[1], default=None)


def balance_table(
    exposed: ArrayLike, covariates: pd.DataFrame, *, weights: ArrayLike | None = None, estimand: Estimand = "ATE"
) -> BalanceTable:
    """Compare the covariates of exposed and unexposed patients, before and after weighting or matching.

    Parameters
    ----------
    exposed : (n,) True or 1 where the patient was exposed.
    covariates : (n, p) numbers, and of a category an indicator (0 and 1) for each of its levels, the first included.
    weights : (n,) of all patients; 0 where a patient was left out (not matched, trimmed).
    estimand : whose standard deviation is the denominator: the root of the mean of both groups' variances (ATE,
        overlap), that of the exposed (ATT) or of the unexposed (ATC).

    Raises
    ------
    DataError
        If there is no patient, a value is missing, or a weight is missing or negative; names the rows.

    Notes
    -----
    The conventions of R's ``cobalt::bal.tab`` (with ``binary = "std"``) and ``MatchIt``'s summary: the denominator is
    that of the patients before, unweighted, for both differences, so that a change of the difference is one of the
    means; the variance of an indicator is p (1 - p), of a number that of Austin & Stuart, with n - 1 where weights are
    equal; numbers alone have a variance ratio. Where MatchIt falls back on the standard deviation of all patients,
    since that of the denominator is 0, there is none here, with the reason. The overlap weights' denominator is that of
    the ATE.

    References
    ----------
    Austin PC, Stuart EA. Moving towards best practice when using inverse probability of treatment weighting. Stat Med
    2015;34:3661-3679.

    Examples
    --------
    >>> table = balance_table([1, 1, 1, 0, 0, 0], pd.DataFrame({"age": [60, 70, 80, 50, 60, 70]}),
    ...                       weights=[1, 1, 1, 0, 1, 2])
    >>> row = table.rows[0]
    >>> round(row.denominator, 3), round(row.before.difference, 3), round(row.after.difference, 3)
    (10.0, 1.0, 0.333)
    """
    flags = checked_flags(exposed, "exposure")
    weight = None if weights is None else _checked_shares(weights, flags)
    rows = []
    for name, column in covariates.items():
        values = checked_numbers(column, f"covariate '{name}'")
        same_length(flags, values, "exposure", f"covariate '{name}'")
        rows.append(_row(str(name), values, flags, weight, estimand))
    return BalanceTable(rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class _Moments:
    mean: float
    variance: float | None

    @classmethod
    def of(cls, values: Floats, weight: Floats, *, indicator: bool) -> _Moments | None:
        """Return the moments of the patients with a weight; None where there are none."""
        # Sorted, so that the order of the rows changes no bit; less a value among them, so that no digits are lost.
        # Complex numbers are sorted by their real part, then the other: in half the time of a lexsort.
        present = weight > 0
        ordered = np.sort(values[present] + 1j * weight[present])
        if not len(ordered):
            return None
        x, w = ordered.real, ordered.imag / ordered.imag.sum()
        middle = float(x[len(x) // 2])
        mean = middle + float(w @ (x - middle))
        if indicator:
            return cls(mean, mean * (1 - mean))
        left = 1 - float(w @ w)
        if len(x) < 2 or left <= 0:
            return cls(mean, None)
        return cls(mean, float(w @ (x - mean) ** 2) / left if x[0] != x[-1] else 0.0)


def _row(name: str, values: Floats, exposed: Bools, weight: Floats | None, estimand: Estimand) -> CovariateBalance:
    indicator = bool(np.isin(values, (0.0, 1.0)).all())

    def moments(share: Floats) -> tuple[_Moments | None, _Moments | None]:
        one, other = (_Moments.of(values[here], share[here], indicator=indicator) for here in (exposed, ~exposed))
        return one, other

    before = moments(np.ones(len(values)))
    denominator, reason = _denominator(before, estimand)
    after = None if weight is None else moments(weight)
    if after is not None and None in after:
        reason = reason or NOBODY_IN_GROUP
    return CovariateBalance(
        covariate=name,
        is_indicator=indicator,
        denominator=denominator,
        before=_compared(before, denominator, indicator=indicator),
        after=None if after is None else _compared(after, denominator, indicator=indicator),
        reason=reason,
    )


def _denominator(groups: Sequence[_Moments | None], estimand: Estimand) -> tuple[float | None, str | None]:
    if None in groups:
        return None, NOBODY_IN_GROUP
    variances = [group.variance for group in groups if group is not None]
    chosen = {"ATT": variances[:1], "ATC": variances[1:]}.get(estimand, variances)
    known = [variance for variance in chosen if variance is not None]
    if len(known) < len(chosen) or not sum(known) > 0:
        return None, NO_DENOMINATOR
    return float(np.sqrt(sum(known) / len(known))), None


def _compared(
    groups: tuple[_Moments | None, _Moments | None], denominator: float | None, *, indicator: bool
) -> GroupBalance:
    one, other = groups
    ratio = None
    if one and other and one.variance and other.variance and not indicator:
        ratio = one.variance / other.variance
    return GroupBalance(
        mean_exposed=one.mean if one else None,
        mean_unexposed=other.mean if other else None,
        difference=(one.mean - other.mean) / denominator if one and other and denominator else None,
        variance_ratio=ratio,
    )


def _checked_shares(weights: ArrayLike, exposed: Bools) -> Floats:
    numbers = checked_numbers(weights, "weight")
    same_length(exposed, numbers, "exposure", "weight")
    if (numbers < 0).any():
        rows = row_list(np.flatnonzero(numbers < 0) + 1)
        raise DataError(f"weight is negative in {rows}. A patient who was left out has the weight 0.")
    return numbers
