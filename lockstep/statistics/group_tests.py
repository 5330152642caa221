"""Tests of a number between two or more groups, and which test goes with which summary of a variable."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..base.snapping import snapped_all
from .arrays import Floats, checked_numbers
from .chi_square import chi_square
from .estimate import finite

NumberTest: TypeAlias = Literal["welch_t", "student_t", "welch_anova", "anova", "mann_whitney", "kruskal_wallis"]
CategoryTest: TypeAlias = Literal["chi_square", "fisher"]

TEST_NAMES: Final[dict[str, str]] = {
    "welch_t": "Welch's t test",
    "student_t": "Student's t test",
    "welch_anova": "Welch's analysis of variance",
    "anova": "analysis of variance",
    "mann_whitney": "Mann-Whitney U test",
    "kruskal_wallis": "Kruskal-Wallis test",
    "chi_square": "chi-square test",
    "fisher": "Fisher's exact test",
}
"""What a table's note calls each test."""

TWO_GROUPS: Final = frozenset({"welch_t", "student_t", "mann_whitney"})

FEWER_THAN_TWO_GROUPS: Final = "fewer than two groups with values"
MORE_THAN_TWO_GROUPS: Final = "a test of two groups, and there are more"
SINGLE_VALUES: Final = "a group with a single value has no variance"
TOO_FEW_VALUES: Final = "no more values than groups"
NO_SPREAD: Final = "no variance within the groups"
GROUP_WITHOUT_SPREAD: Final = "no variance within a group"
ALL_EQUAL: Final = "all values are equal"

EXACT_BELOW: Final = 50  # R's wilcox.test is exact where both groups are smaller, and no two values are tied
FEW_EXPECTED: Final = 5  # in any cell: the strict reading of Cochran's rule


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTest:
    """A test of a number between groups.

    Attributes
    ----------
    method : the test with its variant, as a note prints it.
    statistic : t, F, U (of the first group) or the chi-square of Kruskal and Wallis.
    df, df_residual : degrees of freedom; of t the one, of F both; None where there are none.
    n : values in each group that was compared.
    reason : why there is no P value.
    """

    method: str
    statistic: float | None = None
    df: float | None = None
    df_residual: float | None = None
    p_value: float | None = None
    n: tuple[int, ...] = ()
    reason: str | None = None


def number_test(groups: int, summary: Literal["mean", "median"]) -> NumberTest:
    """Return the test that goes with a number's summary: of means where it is a mean, of ranks where it is a median.

    Notes
    -----
    Means are compared without the assumption of equal variances, by Welch's t test between two groups and by Welch's
    analysis of variance between more: of two groups the latter is the former (F = t squared).

    References
    ----------
    Ruxton GD. The unequal variance t-test is an underused alternative to Student's t-test and the Mann-Whitney U test.
    Behav Ecol 2006;17:688-690.

    Examples
    --------
    >>> number_test(2, "mean"), number_test(3, "median")
    ('welch_t', 'kruskal_wallis')
    """
    if summary == "mean":
        return "welch_t" if groups <= 2 else "welch_anova"
    return "mann_whitney" if groups <= 2 else "kruskal_wallis"


def category_test(table: ArrayLike) -> CategoryTest:
    """Return the test that goes with a table of counts: Fisher's where an expected count is below 5, else chi-square.

    Raises
    ------
    DataError
        If the table is not a rectangle of counts.

    Examples
    --------
    >>> category_test([[30, 20], [25, 40]]), category_test([[3, 20], [1, 40]])
    ('chi_square', 'fisher')
    """
    least = chi_square(table).expected_min
    return "fisher" if least is not None and least < FEW_EXPECTED else "chi_square"


def compare_groups(groups: Sequence[ArrayLike], test: NumberTest) -> GroupTest:
    """Test whether a number differs between groups.

    Parameters
    ----------
    groups : the values of each group; groups without values are left out.
    test : which one; `number_test` proposes it.

    Raises
    ------
    DataError
        If a value is missing or not a finite number; names the rows within the group.

    Notes
    -----
    As R: ``t.test`` (Welch's), ``t.test(var.equal = TRUE)`` (Student's), ``oneway.test`` (Welch's analysis of variance)
    and ``oneway.test(var.equal = TRUE)``, ``wilcox.test``, ``kruskal.test``. The Mann-Whitney test is exact where both
    groups have fewer than 50 values and none are tied; else it is the normal approximation with corrections for ties
    and continuity. Values that differ by the noise of floating-point arithmetic only are ties.

    Examples
    --------
    >>> test = compare_groups([[1.1, 2.3, 3.5, 0.4, 2.2, 7.1], [3.1, 4.4, 5.2, 6.1, 2.9]], "welch_t")
    >>> round(test.statistic, 3), round(test.df, 3), round(test.p_value, 4), test.method
    (-1.373, 8.147, 0.2064, "Welch's t test")
    """
    # Sorted, so that the order of the rows changes no bit.
    known = [np.sort(snapped_all(checked_numbers(values, "a value"))) for values in groups if np.size(values)]
    n, name = tuple(map(len, known)), TEST_NAMES[test]
    reason = _not_tested(known, test)
    if reason is not None:
        return GroupTest(method=name, n=n, reason=reason)
    if test in ("welch_t", "student_t"):
        return _t_test(known, test, n)
    run = {
        "welch_anova": _welch_anova,
        "anova": _anova,
        "mann_whitney": _mann_whitney,
        "kruskal_wallis": _kruskal_wallis,
    }
    return run[test](known, n)


def _not_tested(groups: Sequence[Floats], test: NumberTest) -> str | None:
    """Return why a test of these groups has no P value."""
    if len(groups) < 2:
        return FEWER_THAN_TWO_GROUPS
    if test in TWO_GROUPS and len(groups) > 2:
        return MORE_THAN_TWO_GROUPS
    constant = [bool(values[0] == values[-1]) for values in groups]
    if test in ("mann_whitney", "kruskal_wallis"):
        return ALL_EQUAL if all(constant) and len({float(values[0]) for values in groups}) == 1 else None
    if sum(map(len, groups)) <= len(groups):
        return TOO_FEW_VALUES
    if test in ("welch_t", "welch_anova") and min(map(len, groups)) < 2:
        return SINGLE_VALUES
    if all(constant):
        return NO_SPREAD
    return GROUP_WITHOUT_SPREAD if test == "welch_anova" and any(constant) else None


def _t_test(groups: Sequence[Floats], test: NumberTest, n: tuple[int, ...]) -> GroupTest:
    from scipy.stats import ttest_ind  # half a second, where numbers are compared only

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of one constant group: its variance is 0, and exactly so
        found = ttest_ind(*_centred(groups), equal_var=test == "student_t")
    return _tested(test, found.statistic, found.pvalue, n, df=found.df)


def _welch_anova(groups: Sequence[Floats], n: tuple[int, ...]) -> GroupTest:
    from statsmodels.stats.oneway import anova_oneway

    found = anova_oneway(_centred(groups), use_var="unequal")
    return _tested("welch_anova", found.statistic, found.pvalue, n, df=found.df_num, df_residual=found.df_denom)


def _anova(groups: Sequence[Floats], n: tuple[int, ...]) -> GroupTest:
    from scipy.stats import f_oneway  # statsmodels' wants two values in each group

    found = f_oneway(*_centred(groups))
    return _tested("anova", found.statistic, found.pvalue, n, df=len(n) - 1, df_residual=sum(n) - len(n))


def _mann_whitney(groups: Sequence[Floats], n: tuple[int, ...]) -> GroupTest:
    from scipy.stats import mannwhitneyu

    exact = max(n) < EXACT_BELOW and len(np.unique(np.concatenate(groups))) == sum(n)
    found = mannwhitneyu(*groups, use_continuity=True, method="exact" if exact else "asymptotic")
    variant = ", exact" if exact else ", normal approximation"
    return _tested("mann_whitney", found.statistic, found.pvalue, n, variant=variant)


def _kruskal_wallis(groups: Sequence[Floats], n: tuple[int, ...]) -> GroupTest:
    from scipy.stats import kruskal

    found = kruskal(*groups)
    return _tested("kruskal_wallis", found.statistic, found.pvalue, n, df=len(n) - 1)


def _centred(groups: Sequence[Floats]) -> list[Floats]:
    """Return the groups less a value amid them all, so that numbers far from 0 lose no digits."""
    middle = float(np.median([values[len(values) // 2] for values in groups]))
    return [values - middle for values in groups]


def _tested(
    test: NumberTest, statistic: Any, p_value: Any, n: tuple[int, ...], *, variant: str = "", **df: float
) -> GroupTest:
    return GroupTest(
        method=TEST_NAMES[test] + variant,
        statistic=finite(statistic),
        p_value=finite(p_value),
        n=n,
        reason=None if finite(p_value) is not None else NO_SPREAD,
        **{name: float(value) for name, value in df.items()},
    )
