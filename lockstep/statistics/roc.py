"""The cut-off of a marker that best separates two outcomes: ROC curve, area under it, Youden's index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from ..base.snapping import snapped
from .arrays import Floats, checked_flags, checked_numbers, same_length
from .estimate import Estimate, normal_quantile

ONE_OUTCOME: Final = "all patients have the same outcome"
NO_MARKER: Final = "no patient has a value of the marker"
NO_CUTOFF: Final = "no cut-off separates the outcomes better than chance"


@dataclass(frozen=True, slots=True, kw_only=True)
class RocCutoff:
    """A marker's area under the ROC curve, and its best cut-off.

    Attributes
    ----------
    auc : probability that the marker ranks a patient with the event beyond one without it; DeLong's interval.
    threshold : half way between two neighbouring observed values; the event is predicted on the side `direction` of it.
    between : these two neighbouring values.
    youden, sensitivity, specificity : at the threshold.
    direction : "low" where a low marker goes with the event, "high" where a high one does.
    n, n_events : patients, and those with the event.
    ties : how many thresholds share the largest Youden index.
    reason : why there is no threshold.
    """

    auc: Estimate
    threshold: float | None
    between: tuple[float, float] | None
    youden: float | None
    sensitivity: float | None
    specificity: float | None
    direction: Literal["low", "high"]
    n: int
    n_events: int
    ties: int
    reason: str | None = None


def roc_curve_cutoff(
    marker: ArrayLike, outcome: ArrayLike, *, direction: Literal["low", "high"], conf_level: float = 0.95
) -> RocCutoff:
    """Find the value of a marker that best separates patients with an event from those without.

    Parameters
    ----------
    marker : (n,) a measurement, in any unit.
    outcome : (n,) True or 1 where the patient had the event.
    direction : "low" where a low marker goes with the event, "high" where a high one does.

    Raises
    ------
    DataError
        If there is no patient, or a value is missing or not of its kind; names the rows.

    Notes
    -----
    The threshold maximises Youden's index, sensitivity + specificity - 1, and is the midpoint of neighbouring observed
    values, as ``coords(roc, "best")`` of R's pROC gives it. Of several best thresholds the one with the highest
    sensitivity is given (pROC gives all). The interval of the area is DeLong's, cut at 0 and 1; where the variance is 0
    (perfect separation) there is none.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845. Youden WJ. Cancer 1950;3:32-35.

    Examples
    --------
    >>> cutoff = roc_curve_cutoff([1, 2, 3, 4, 5, 6, 7], [0, 0, 1, 0, 0, 1, 1], direction="high")
    >>> cutoff.threshold, round(cutoff.sensitivity, 3), cutoff.specificity, round(cutoff.auc.value, 3)
    (5.5, 0.667, 1.0, 0.833)
    """
    values, events = checked_numbers(marker, "marker"), checked_flags(outcome, "outcome")
    same_length(values, events, "marker", "outcome")
    # Turned where low goes with the event, so that high always does.
    sign = 1.0 if direction == "high" else -1.0
    values = sign * values
    with_event, without = np.sort(values[events]), np.sort(values[~events])
    n_with, n_without = len(with_event), len(without)
    if not (n_with and n_without):
        none = Estimate(value=None, reason=ONE_OUTCOME)
        return _no_cutoff(none, direction, n=len(values), n_events=n_with, reason=ONE_OUTCOME)

    # For each value but the lowest: those with the event found by "at least this value", and those without it not.
    auc, distinct = _area(with_event, without, conf_level), np.unique(values)
    found = n_with - np.searchsorted(with_event, distinct[1:])
    spared = np.searchsorted(without, distinct[1:])
    # Youden's index times n_with * n_without: in whole numbers equal indices are equal.
    index = found * n_without + spared * n_with - n_with * n_without
    if index.max(initial=0) <= 0:
        return _no_cutoff(auc, direction, n=len(values), n_events=n_with, reason=NO_CUTOFF)
    best = int(np.argmax(index))  # the first: the most found
    lower, upper = float(distinct[best]), float(distinct[best + 1])
    middle = lower + (upper - lower) / 2
    middle = snapped(middle) if lower < snapped(middle) < upper else middle
    return RocCutoff(
        auc=auc,
        between=(lower, upper) if sign > 0 else (-upper, -lower),
        threshold=sign * (middle if middle > lower else upper),  # neighbouring floats have no number between them
        youden=float(index[best] / (n_with * n_without)),
        sensitivity=float(found[best] / n_with),
        specificity=float(spared[best] / n_without),
        direction=direction,
        n=len(values),
        n_events=n_with,
        ties=int(np.sum(index == index[best])),
    )


def cutoff_of_nobody(direction: Literal["low", "high"]) -> RocCutoff:
    """Return what is known of a marker that no patient has: nothing, and why."""
    none = Estimate(value=None, reason=NO_MARKER)
    return _no_cutoff(none, direction, n=0, n_events=0, reason=NO_MARKER)


def _area(with_event: Floats, without: Floats, conf_level: float) -> Estimate:
    """Return the area under the ROC curve with DeLong's interval, from the place of each patient among the others."""
    area_with = _share_below(with_event, without)
    area_without = 1 - _share_below(without, with_event)
    area = float(area_with.mean())
    if min(len(with_event), len(without)) < 2:
        return Estimate(value=area)
    variance = area_with.var(ddof=1) / len(with_event) + area_without.var(ddof=1) / len(without)
    if variance == 0:
        return Estimate(value=area)
    margin = normal_quantile(conf_level) * float(np.sqrt(variance))
    return Estimate(value=area, conf_low=max(0.0, area - margin), conf_high=min(1.0, area + margin))


def _share_below(values: Floats, others: Floats) -> Floats:
    """Return, for each value, the share of the sorted others below it, ties counting half."""
    below, not_above = (np.searchsorted(others, values, side=side) for side in ("left", "right"))
    return np.asarray((below + not_above) / (2 * len(others)))


def _no_cutoff(auc: Estimate, direction: Literal["low", "high"], *, n: int, n_events: int, reason: str) -> RocCutoff:
    return RocCutoff(
        auc=auc,
        threshold=None,
        between=None,
        youden=None,
        sensitivity=None,
        specificity=None,
        direction=direction,
        n=n,
        n_events=n_events,
        ties=0,
        reason=reason,
    )
