"""Proportions of patients with an event, and two of them compared: risk difference, risk ratio, odds ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ..base.errors import DataError
from .estimate import Estimate, finite

NO_PATIENTS: Final = "no patients in a group"
A_GROUP_WITHOUT: Final = "no events in a group"
A_GROUP_OF_EVENTS: Final = "all patients of a group have the event"

RISK_RATIO_INTERVAL: Final = "Katz's log interval"
ODDS_RATIO_INTERVAL: Final = "Woolf's logit interval"


@dataclass(frozen=True, slots=True)
class EventCount:
    """How many of `n` patients had the event.

    Raises
    ------
    DataError
        If the counts are not whole numbers with 0 <= events <= n.
    """

    events: int
    n: int

    def __post_init__(self) -> None:
        """Refuse what is no count; raise DataError."""
        whole = all(float(count).is_integer() for count in (self.events, self.n))
        if not whole or not 0 <= self.events <= self.n:
            raise DataError(
                f"{self.events} events of {self.n} patients is no count; "
                "expected whole numbers, 0 <= events <= patients."
            )


def proportion(
    count: EventCount, *, conf_level: float = 0.95, interval: Literal["wilson", "exact"] = "wilson"
) -> Estimate:
    """Estimate the proportion of patients with the event, between 0 and 1.

    Notes
    -----
    Wilson's score interval, as ``prop.test(events, n, correct = FALSE)`` in R, or the exact one of Clopper and Pearson,
    as ``binom.test``. Both are known where no patient or every patient has the event.

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209-212. Clopper CJ, Pearson ES. Biometrika 1934;26:404-413.

    Examples
    --------
    >>> found = proportion(EventCount(13, 79))
    >>> round(found.value, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (0.165, 0.099, 0.261)
    """
    if not count.n:
        return Estimate(value=None, reason=NO_PATIENTS)
    from statsmodels.stats.proportion import proportion_confint  # only where proportions are estimated

    method = "wilson" if interval == "wilson" else "beta"
    low, high = proportion_confint(float(count.events), float(count.n), alpha=1 - conf_level, method=method)
    # At 0 and 1 Wilson's limit is exactly there, and not beside it by rounding.
    low, high = 0.0 if count.events == 0 else float(low), 1.0 if count.events == count.n else float(high)
    return Estimate(value=count.events / count.n, conf_low=low, conf_high=high)


def risk_difference(count: EventCount, reference: EventCount, *, conf_level: float = 0.95) -> Estimate:
    """Estimate by how much the risk of a group exceeds that of the reference, between -1 and 1.

    Notes
    -----
    Newcombe's hybrid score interval without continuity correction (his method 10), of the Wilson intervals of both
    groups. Unlike Wald's (R's ``prop.test``) it holds its level in small groups and where nobody has the event.

    References
    ----------
    Newcombe RG. Interval estimation for the difference between independent proportions: comparison of eleven methods.
    Stat Med 1998;17:873-890.

    Examples
    --------
    >>> found = risk_difference(EventCount(56, 70), EventCount(48, 80))  # Newcombe's example (a)
    >>> round(found.value, 4), round(found.conf_low, 4), round(found.conf_high, 4)
    (0.2, 0.0524, 0.3339)
    """
    if not (count.n and reference.n):
        return Estimate(value=None, reason=NO_PATIENTS)
    value = count.events / count.n - reference.events / reference.n
    low, high = _interval(count, reference, conf_level, compare="diff", method="newcomb")
    return Estimate(value=value, conf_low=max(-1.0, low), conf_high=min(1.0, high))


def risk_ratio(count: EventCount, reference: EventCount, *, conf_level: float = 0.95) -> Estimate:
    """Estimate the ratio of the risk of a group to that of the reference.

    Notes
    -----
    Katz's interval: Wald's on the logarithm of the ratio. Where a group has no events there is no ratio, rather than
    one of 0 or infinity; where all have it in both groups the ratio is 1 without an interval.

    References
    ----------
    Katz D, Baptista J, Azen SP, Pike MC. Biometrics 1978;34:469-474.

    Examples
    --------
    >>> found = risk_ratio(EventCount(15, 30), EventCount(10, 40))
    >>> round(found.value, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (2.0, 1.049, 3.812)
    """
    if not (count.n and reference.n):
        return Estimate(value=None, reason=NO_PATIENTS)
    if not (count.events and reference.events):
        return Estimate(value=None, reason=A_GROUP_WITHOUT)
    value = count.events / count.n / (reference.events / reference.n)
    if count.events == count.n and reference.events == reference.n:
        return Estimate(value=value, reason=A_GROUP_OF_EVENTS)
    low, high = _interval(count, reference, conf_level, compare="ratio", method="log")
    return Estimate(value=value, conf_low=finite(low), conf_high=finite(high))


def odds_ratio(count: EventCount, reference: EventCount, *, conf_level: float = 0.95) -> Estimate:
    """Estimate the ratio of the odds of the event in a group to those in the reference.

    Notes
    -----
    The cross product with Woolf's interval, Wald's on its logarithm: the odds ratio of a logistic model of the two
    groups. With an empty cell there is no ratio, rather than one of 0 or infinity.

    References
    ----------
    Woolf B. Ann Hum Genet 1955;19:251-253.

    Examples
    --------
    >>> found = odds_ratio(EventCount(15, 30), EventCount(10, 40))
    >>> round(found.value, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (3.0, 1.09, 8.254)
    """
    if not (count.n and reference.n):
        return Estimate(value=None, reason=NO_PATIENTS)
    if not (count.events and reference.events):
        return Estimate(value=None, reason=A_GROUP_WITHOUT)
    if count.events == count.n or reference.events == reference.n:
        return Estimate(value=None, reason=A_GROUP_OF_EVENTS)
    value = count.events / (count.n - count.events) * (reference.n - reference.events) / reference.events
    low, high = _interval(count, reference, conf_level, compare="odds-ratio", method="logit")
    return Estimate(value=value, conf_low=finite(low), conf_high=finite(high))


def _interval(
    count: EventCount, reference: EventCount, conf_level: float, *, compare: str, method: str
) -> tuple[float, float]:
    from statsmodels.stats.proportion import confint_proportions_2indep

    # As floats: products of whole numbers overflow in large registries.
    counts = (float(number) for number in (count.events, count.n, reference.events, reference.n))
    low, high = confint_proportions_2indep(*counts, compare=compare, method=method, alpha=1 - conf_level)
    return float(low), float(high)
