"""How numbers are printed: one value, from which text, tables, captions, figures and alternative texts follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..catalogue.kinds import RATIOS
from ..results.model import Record
from .figure_size import FigureSize

NBSP: Final = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PValueStyle:
    """How P values are printed.

    Attributes
    ----------
    decimals : of a P value that no step asks more of.
    steps : (bound, decimals) from the lowest bound on: what lies below a bound has these decimals.
    significant : significant digits, in place of decimals and steps; never more decimals than `most_decimals`.
    floor : below it they print as "< floor".
    prescribed : whether a journal states the decimals: then only what is significant gets more of them, so that a P
        value above alpha may print as alpha, as the journal asks.
    letter, italic, spaced, leading_zero : "P", whether it is italic, whether space surrounds its sign, "0.03" or ".03".
    """

    decimals: int = 3
    steps: tuple[tuple[float, int], ...] = ()
    significant: int | None = None
    most_decimals: int = 4
    floor: float = 0.001
    prescribed: bool = False
    letter: str = "P"
    italic: bool = True
    spaced: bool = True
    leading_zero: bool = True

    @property
    def space(self) -> str:
        """The space on either side of the sign."""
        return NBSP if self.spaced else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How numbers are printed; a journal is another Style.

    Attributes
    ----------
    name : of the journal, or "" for the style of the study itself.
    decimal_mark, minus : characters of numbers.
    thousands, thousands_from : what separates groups of three digits, from this number on; "" for nothing.
    range_dash : between the bounds of ranges and intervals: "–", "-", " to ".
    interval_comma : "95% CI, 1.2–3.4" rather than "95% CI 1.2–3.4".
    percent_decimals, ratio_decimals, probability_decimals, statistic_decimals : decimals of each kind.
    percent_decimals_below : (n, decimals) for percentages of fewer than n patients, or None.
    p : how P values are printed.
    alpha : where rounding would carry a P value onto or over this level, it gets more decimals.
    ratio_digits : significant digits of a ratio at most: 442 rather than 441.73.
    default_decimals : of a number that belongs to no variable of the data.
    units : what units are called, by their name in the study; others keep it.
    marks, marks_raised : marks of notes under tables, and whether they are raised.
    empty : what a cell holds for which there is no value.
    count_name : what tables call a number of patients.
    counts_with_percent : "60 (42.3%)" in one cell of a table, rather than count and percentage side by side.
    percent_in_heading : "60 (42.3)" under a heading that says "No. (%)", rather than "60 (42.3%)".
    headings : what headings of the abstract are called, by the name that the document gives them.
    figures : how large figures and their text are.
    """

    name: str = ""
    decimal_mark: str = "."
    minus: str = "\N{MINUS SIGN}"
    thousands: str = ""
    thousands_from: int = 10_000
    range_dash: str = "\N{EN DASH}"
    interval_comma: bool = False
    percent_decimals: int = 1
    percent_decimals_below: tuple[int, int] | None = None
    ratio_decimals: int = 2
    ratio_digits: int = 3
    probability_decimals: int = 2
    statistic_decimals: int = 2
    p: PValueStyle = field(default_factory=PValueStyle)
    alpha: float = 0.05
    default_decimals: int = 1
    units: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ("\N{DAGGER}", "\N{DOUBLE DAGGER}", "\N{SECTION SIGN}", "\N{PILCROW SIGN}")
    marks_raised: bool = False
    empty: str = "\N{EN DASH}"
    count_name: str = "n"
    counts_with_percent: bool = False
    percent_in_heading: bool = False
    headings: Mapping[str, str] = field(default_factory=dict)
    figures: FigureSize = field(default_factory=FigureSize)

    def decimals(self, record: Record) -> int:
        """Return the decimals of a record's kind or variable, before what rounding would hide asks for more."""
        match record.kind:
            case "percent" | "difference" if is_percentage(record):
                few = self.fewer_decimals(record)
                return self.percent_decimals if few is None else few
            case kind if kind in RATIOS:
                return self.ratio_decimals
            case "probability":
                return self.probability_decimals
            case "statistic":
                return 0 if isinstance(record.value, int) else self.statistic_decimals  # degrees of freedom are whole
            case "time":
                return record.decimals or 0
            case _:
                return self.default_decimals if record.decimals is None else record.decimals

    def fewer_decimals(self, record: Record) -> int | None:
        """Return the decimals of a percentage of few patients, where the journal has a rule for it."""
        if self.percent_decimals_below is None or not is_percentage(record):
            return None
        fewest, decimals = self.percent_decimals_below
        patients = record.denominator if record.denominator is not None else record.n
        return decimals if patients < fewest else None


def is_percentage(record: Record) -> bool:
    """Return whether a record is a percentage of patients or a difference of such, and no number measured in %.

    The mean of HbA1c is in %, and so is a difference of such means: it has the decimals of the variable.
    """
    return record.unit == "%" and record.kind in ("percent", "difference") and record.decimals is None
