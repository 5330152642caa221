"""What printed counts, percentages and averages allow: each check finds numbers possible together, or proves them not.

The checks apply to any publication and need no data. A number is taken as the interval of all values that round to it,
whichever way ties are rounded, so that what is called impossible is so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .printed import PrintedNumber, fixed, half_up


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: whether the printed numbers can be true together, and the calculation that shows it."""

    possible: bool
    reason: str


def percent_of(percent: PrintedNumber, count: int, total: int) -> Finding:
    """Find whether `count` of `total` prints as `percent`; where not, say which counts would.

    Notes
    -----
    The reasoning of the GRIM test (Brown & Heathers 2017) for proportions: out of `total` there are only `total` + 1.
    """
    if total == 0:
        return Finding(False, f"nothing of 0 has a percentage, but {percent}% is printed")
    share = Fraction(100 * count, total)
    is_so = f"{count} of {total} is {fixed(share, percent.decimals + 2)}%"
    printed = fixed(share, percent.decimals)
    if percent.can_be(share):
        return Finding(True, f"{is_so}, which prints as {percent}")
    counts = counts_printing(percent, total)
    others = (
        f"no count out of {total} prints as {percent}" if not counts else f"{percent} is printed by {_either(counts)}"
    )
    return Finding(False, f"{is_so}, which prints as {printed}, not {percent}; {others}")


def percent_of_some_count(percent: PrintedNumber, total: int) -> Finding:
    """Find whether any count out of `total` prints as `percent`."""
    if total == 0:
        return Finding(False, f"nothing of 0 has a percentage, but {percent}% is printed")
    counts = counts_printing(percent, total)
    if counts:
        return Finding(True, f"{percent}% is {_either(counts)} of {total}")
    below = max(0, min(total, int(percent.value * total / 100)))
    near = " and ".join(
        f"{k} prints as {fixed(Fraction(100 * k, total), percent.decimals)}" for k in (below, below + 1) if k <= total
    )
    return Finding(False, f"no count out of {total} prints as {percent}%: {near}")


def counts_printing(percent: PrintedNumber, total: int) -> range:
    """Return the counts out of `total` that print as `percent`, ties rounded either way."""
    first = max(0, -(-(percent.low * total) // 100))
    last = min(total, percent.high * total // 100)
    return range(int(first), int(last) + 1)


def adjusted_to_100(percents: Sequence[PrintedNumber], counts: Sequence[int]) -> Finding:
    """Find whether a list of percentages is that of its counts, or was adjusted to add up to 100.

    Parameters
    ----------
    percents : as printed.
    counts : in the same order; together they are the whole.

    Notes
    -----
    Shares that are each rounded correctly need not add up to 100; to alter one so that they do makes it wrong.
    """
    total = sum(counts)
    if len(percents) != len(counts) or not total:
        return Finding(False, f"{len(percents)} percentages are printed for {len(counts)} counts of {total} in all")
    shares = [Fraction(100 * count, total) for count in counts]
    decimals = max(percent.decimals for percent in percents)
    rights = [Fraction(half_up(s, percent.decimals)) for s, percent in zip(shares, percents, strict=True)]
    rounded = fixed(sum(rights, Fraction(0)), decimals)
    listed = fixed(sum((Fraction(percent.value) for percent in percents), Fraction(0)), decimals)
    wrong = [
        f"{count} of {total} stands as {percent} instead of {fixed(share, percent.decimals)}"
        for percent, count, share in zip(percents, counts, shares, strict=True)
        if not percent.can_be(share)
    ]
    if not wrong:
        return Finding(True, f"the listed percentages are those of their counts, and add up to {listed}")
    why = f", while correct rounding adds up to {rounded}" if rounded != listed else ""
    return Finding(False, f"the listed percentages add up to {listed}{why}: {' and '.join(wrong)}")


def counts_sum(counts: Sequence[int], total: int) -> Finding:
    """Find whether counts of groups that exclude each other add up to the whole."""
    added = sum(counts)
    sum_of = f"{' + '.join(map(str, counts))} = {added}"
    return Finding(added == total, sum_of if added == total else f"{sum_of}, not {total}")


def group_below_cut(cut: PrintedNumber, count: int, total: int, median: PrintedNumber) -> Finding:
    """Find whether `count` of `total` can lie below a cut-off, given the median of all.

    Notes
    -----
    If more than half lie below the cut, both middle values do, and so does the median; if more than half do not, the
    median does not either.
    """
    if count > total:
        return Finding(False, f"{count} of {total} is more than all")
    if 2 * count > total and median.low >= cut.high:
        side = "below"
    elif 2 * (total - count) > total and median.high < cut.low:
        side = "not below"
    else:
        return Finding(True, f"a median of {median} allows {count} of {total} below {cut}")
    part = count if side == "below" else total - count
    return Finding(
        False,
        f"{part} of {total}, more than half, would be {side} {cut}, and so would be the median, which is {median}",
    )


def mean_of_whole_numbers(mean: PrintedNumber, n: int) -> Finding:
    """Find whether `n` whole numbers can have this mean.

    References
    ----------
    Brown NJL, Heathers JAJ (2017). The GRIM test: a simple technique detects numerous anomalies in the reporting of
    results in psychology. Social Psychological and Personality Science 8:363-369.
    """
    if n == 0:
        return Finding(False, f"0 values have no mean, but {mean} is printed")
    first, last = -(-(mean.low * n) // 1), mean.high * n // 1
    if first <= last:
        sums = f"a sum of {first}" if first == last else f"a sum from {first} to {last}"
        return Finding(True, f"{sums} over {n} prints as {mean}")
    near = " and ".join(f"{k}/{n} prints as {fixed(Fraction(int(k), n), mean.decimals)}" for k in (last, first))
    return Finding(False, f"no {n} whole numbers have the mean {mean}: {near}")


def mean_with_median_and_range(
    mean: PrintedNumber, median: PrintedNumber, low: PrintedNumber, high: PrintedNumber, n: int
) -> Finding:
    """Find whether `n` values between `low` and `high` can have both this mean and this median.

    Notes
    -----
    The mean is least when all values are as small as the median lets them be: of n = 2k or 2k + 1 values one is the
    maximum, k the median and the others the minimum; and greatest the other way round. With fewer than three values the
    mean of their range is all there is.
    """
    if not (low.low <= median.high and median.low <= high.high):
        return Finding(False, f"the median {median} is outside of the range {low} to {high}")
    least, most = _mean_bounds(median.low, low.low, high.low, n), _mean_bounds(median.high, high.high, low.high, n)
    places = mean.decimals + 1
    between = f"with the median {median} and the range {low} to {high} the mean of {n} values lies from "
    between += f"{fixed(least, places)} to {fixed(most, places)}"
    if mean.high < least or mean.low > most:
        return Finding(False, f"{between}; {mean} does not")
    return Finding(True, f"{between}, as {mean} does")


def _mean_bounds(median: Fraction, near: Fraction, far: Fraction, n: int) -> Fraction:
    """Return the mean of one value at the `far` end, half of all at the median and the others at the `near` end."""
    if n < 3:
        return (near + far) / 2
    half = n // 2
    return (far + half * median + (n - half - 1) * near) / n


def _either(counts: range) -> str:
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
