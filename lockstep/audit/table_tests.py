"""P values computed again from a printed cross table."""

from __future__ import annotations

from collections.abc import Sequence

from ..statistics.chi_square import chi_square
from ..statistics.fisher import fisher_exact
from .arithmetic import Finding
from .printed import PrintedNumber, exact, fixed

Table = Sequence[Sequence[int]]


def chi_square_p(p_value: PrintedNumber, table: Table) -> Finding:
    """Find whether Pearson's chi-square test without continuity correction of a printed table prints this P value."""
    test = chi_square(table)
    return _compared(p_value, test.p_value, f"Pearson's chi-square test (df {test.df})", test.reason)


def fisher_p(p_value: PrintedNumber, table: Table) -> Finding:
    """Find whether Fisher's exact test (Freeman-Halton for larger tables) of a printed table prints this P value."""
    test = fisher_exact(table, simulate=False)  # a simulated P value proves nothing
    return _compared(p_value, test.p_value, "Fisher's exact test", test.reason)


def _compared(p_value: PrintedNumber, computed: float | None, test: str, reason: str | None) -> Finding:
    if computed is None:
        return Finding(True, f"{test} says nothing of the printed table: {reason}")
    value = exact(computed)
    gives = f"{test} of the printed table gives P = {fixed(value, max(p_value.decimals, 3) + 2)}"
    if p_value.can_be(value):
        return Finding(True, f"{gives}, which prints as {p_value}")
    return Finding(False, f"{gives}, which does not print as {p_value}")
