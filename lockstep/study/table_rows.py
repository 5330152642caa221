"""Rows of a table of characteristics: the variable of each, how it is summarised, and how groups are compared in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from ..base.wording import listing, shown
from ..syntax.conditions import VariableType
from ..syntax.sections import Section
from ..variables.named_variables import variable

Summary: TypeAlias = Literal["n_percent", "n", "median_range", "median_iqr", "mean_sd", "median_range_mean"]
RowTest: TypeAlias = Literal[
    "student", "welch", "mann_whitney", "anova", "kruskal_wallis", "chi_square", "fisher", "none"
]
TestRule: TypeAlias = Literal["of_means", "of_ranks", "of_counts"]
"""By what a row without a `test` of its own is tested: its means, its ranks (medians), its counts."""

_OF_CATEGORIES: Final[tuple[Summary, ...]] = ("n_percent", "n")
_CATEGORY_TESTS: Final[tuple[RowTest, ...]] = ("chi_square", "fisher", "none")
_FOR_MORE_GROUPS: Final[Mapping[str, str]] = {"student": "anova", "mann_whitney": "kruskal_wallis"}
"""The tests of two groups, and what stands in their place where there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A variable of a table, how it is summarised and tested.

    Attributes
    ----------
    summaries : one, or several of a number, each in a row of its own.
    level : of a category the only level that is shown, in the variable's own row.
    test : asked for by name; None for the one that goes with the variable and its first summary.
    decimals : of all numbers of the row but counts, in place of those of variable and style.
    """

    variable: str
    summaries: tuple[Summary, ...]
    level: str | None = None
    test: RowTest | None = None
    decimals: int | None = None

    @property
    def test_or_rule(self) -> RowTest | TestRule:
        """The test that is asked for, or the rule by which one is chosen when the data are known."""
        if self.test is not None:
            return self.test
        if self.summaries[0] in _OF_CATEGORIES:
            return "of_counts"
        return "of_means" if self.summaries[0] == "mean_sd" else "of_ranks"


def read_table_rows(
    section: Section, types: Mapping[str, VariableType], by: str | None, *, tested: bool = False, compared: bool = False
) -> tuple[TableRow, ...]:
    """Read `rows` of a table.

    Parameters
    ----------
    types : of the variables that a row can show.
    by : the category that the columns are split by.
    tested : whether the table has a column of P values.
    compared : whether it has that, or one of standardised differences.
    """
    groups = 0 if by is None else len(types[by].levels)
    rows = tuple(_row(row, types, groups, tested=tested, compared=compared) for row in section.rows("rows"))
    if not rows:
        raise section.error("rows", 'is empty; expected rows such as { variable = "age", summary = "median_range" }')
    if by in {row.variable for row in rows}:
        raise section.error("rows", f"has {shown(str(by))}, by which the columns are split; leave it out")
    return rows


def _row(section: Section, types: Mapping[str, VariableType], groups: int, *, tested: bool, compared: bool) -> TableRow:
    section.allow("variable", "summary", "level", "test", "decimals")
    name = variable(section, "variable", section.text("variable"), types, "number", "category")
    summaries = _summaries(section, name, types[name])
    level = _level(section, name, types[name]) if section.has("level") else None
    if level is not None and compared and len(types[name].levels) > 2:
        found = f"leaves out levels of {shown(name)}, and P values and differences would be of all of them"
        raise section.error("level", f"{found}; derive a variable of two levels under [derived] and show that")
    return TableRow(
        variable=name,
        summaries=summaries,
        level=level,
        test=_test(section, name, types[name], groups, tested=tested) if section.has("test") else None,
        decimals=section.decimals(),
    )


def _summaries(section: Section, name: str, of: VariableType) -> tuple[Summary, ...]:
    """Read one summary or a list of them; those of a number may be several."""
    several = isinstance(section.values.get("summary"), list)
    found: Any = section.texts("summary") if several else (section.choice("summary", get_args(Summary)),)
    fitting = [item for item in get_args(Summary) if (item in _OF_CATEGORIES) == (of.kind == "category")]
    for summary in found:
        if summary not in fitting:
            word = f"is {shown(summary)}, but {shown(name)} is a {of.kind}"
            raise section.error("summary", f"{word}; expected {listing(fitting)}")
    if not found or (of.kind == "category" and len(found) > 1):
        raise section.error("summary", f"has {len(found)} summaries of a {of.kind}; expected {listing(fitting)}")
    return tuple(found)


def _level(section: Section, name: str, of: VariableType) -> str:
    if of.kind != "category":
        raise section.error("level", f"belongs to a category, and {shown(name)} is a {of.kind}")
    return section.choice("level", of.levels)


def _test(section: Section, name: str, of: VariableType, groups: int, *, tested: bool) -> RowTest:
    test: Any = section.choice("test", get_args(RowTest))
    if not tested:
        raise section.error("test", "is of the column of P values; add `p_values = true` to the table")
    of_numbers = [item for item in get_args(RowTest) if item == "none" or item not in _CATEGORY_TESTS]
    fitting = _CATEGORY_TESTS if of.kind == "category" else of_numbers
    if test not in fitting:
        raise section.error("test", f"is {shown(test)}, but {shown(name)} is a {of.kind}; expected {listing(fitting)}")
    if test in _FOR_MORE_GROUPS and groups > 2:
        found = f"is {shown(test)}, a test of two groups, and there are {groups}"
        raise section.error("test", f"{found}; expected {shown(_FOR_MORE_GROUPS[test])}, 'welch' or 'none'")
    return test  # type: ignore[no-any-return]
