"""How much a changed result matters to what a manuscript says, from a crossed significance level down."""

from __future__ import annotations

from typing import Final, Literal, get_args

from ..catalogue.adjustment_catalogue import BALANCED, LARGEST_AFTER, SMD_AFTER
from ..catalogue.catalogue import MEDIAN, REVERSE_MEDIAN, SURVIVAL_MEDIAN
from ..results.model import Record

Rank = Literal["significance", "interval", "balance", "median", "count", "other", "new"]

RANKS: Final[tuple[Rank, ...]] = get_args(Rank)
"""The ranks, what matters most first."""

MEANING: Final[dict[Rank, str]] = {
    "significance": "P value crossed the significance level",
    "interval": "Confidence interval crossed no effect",
    "balance": "Covariate came out of balance, or into it",
    "median": "Median became reached, or is no longer reached",
    "count": "Number of patients or events changed",
    "other": "Printed otherwise than before",
    "new": "Printed now, and not in the lock",
}

COUNTED: Final[dict[Rank, tuple[str, str]]] = {
    "significance": ("P value crossed the significance level", "P values crossed the significance level"),
    "interval": ("interval crossed no effect", "intervals crossed no effect"),
    "balance": ("covariate out of balance, or no longer", "covariates out of balance, or no longer"),
    "median": ("median reached, or no longer", "medians reached, or no longer"),
    "count": ("number of patients or events changed", "numbers of patients or events changed"),
    "other": ("other result prints otherwise", "other results print otherwise"),
    "new": ("result was not printed then", "results were not printed then"),
}
"""The ranks by the number of results, for one and for more."""

_BALANCE: Final = frozenset(statistic.path for statistic in (SMD_AFTER, LARGEST_AFTER))
_MEDIANS: Final = frozenset(statistic.path for statistic in (MEDIAN, SURVIVAL_MEDIAN, REVERSE_MEDIAN))


def rank(old: Record | None, new: Record | None, *, old_alpha: float, new_alpha: float) -> Rank:
    """Rank a result that is printed otherwise than before.

    Parameters
    ----------
    old, new : the record as it is printed then and now; None where it was not printed, or is not there any more.
    old_alpha, new_alpha : the significance levels then and now.

    Notes
    -----
    A P value that cannot be estimated is not significant, and a bound that cannot be estimated excludes nothing. "No
    effect" is 1 for a hazard ratio, 0 for a difference, one half for an area under the ROC curve; a survival time or a
    rate has no such value.
    """
    if old is not None and new is not None:
        if new.kind == "p_value" and _significant(old, old_alpha) != _significant(new, new_alpha):
            return "significance"
        if _side(old) != _side(new):
            return "interval"
        if new.key.statistic in _BALANCE and _is_balanced(old) != _is_balanced(new):
            return "balance"
        if _is_median(new) and (old.value is None) != (new.value is None):
            return "median"
        if new.kind == "count" and old.value != new.value:
            return "count"
    return "new" if old is None else "other"


def _significant(record: Record, alpha: float) -> bool:
    return record.value is not None and float(record.value) < alpha


def _side(record: Record) -> int:
    """Return on which side of no effect the interval lies, 0 where it includes that or there is no such value."""
    none = record.no_effect
    if none is None:
        return 0
    low, high = record.conf_low, record.conf_high
    return int(low is not None and low > none) - int(high is not None and high < none)


def _is_balanced(record: Record) -> bool:
    """Return whether a standardised difference after weighting or matching is small."""
    return record.value is not None and abs(float(record.value)) <= BALANCED


def _is_median(record: Record) -> bool:
    return record.key.statistic in _MEDIANS
