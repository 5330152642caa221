"""The results are those that the published report prints: 152 of 156 statements, the other four impossible."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from analysis.expressions import parse_expression
from analysis.results import Results
from manuscript import numbers

ROOT = Path(__file__).parent.parent
PUBLISHED = [
    row
    for row in csv.DictReader((ROOT / "data" / "published.csv").read_text(encoding="utf-8").splitlines())
    if row["record"] or row["condition"]
]

IMPOSSIBLE = {
    "P013": "with 114 of 142 patients younger than 18 years, the median age could not be 47.5",
    "P062": "13 of 79 is 16.456%, and no count of 79 prints 16.4%",
    "P117": "13 of 79 is 16.456%, and no count of 79 prints 16.4%",
    "P119": "81 of 142 is 57.042%, and no count of 142 prints 57.1%",
}


def agrees(row: dict[str, str], results: Results) -> bool:
    """Tell whether a printed statement is what the results give, at the printed precision."""
    if row["condition"]:
        expression = parse_expression(row["condition"])
        values = {
            name: results["setting.alpha"].value if name == "alpha" else results[name].value
            for name in expression.names
        }
        return bool(expression.holds(values))
    value, printed = results[row["record"]].value, row["value"]
    if isinstance(value, str):
        return numbers.month_text(value).replace(numbers.NBSP, " ") == printed
    assert value is not None
    if printed.startswith("<"):
        return value < float(printed[1:])
    return numbers.rounded(value, int(row["precision"])) == Decimal(printed)


def test_every_computable_statement_is_tied_to_the_results() -> None:
    """None of the 156 statements is left out."""
    assert len(PUBLISHED) == 156
    assert {row["id"] for row in PUBLISHED} >= set(IMPOSSIBLE)


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["id"])
def test_a_published_statement_is_reproduced_or_impossible(row: dict[str, str], results: Results) -> None:
    """A statement agrees at its printed precision, exactly where it is not one of the four that no data can give."""
    assert agrees(row, results) == (row["id"] not in IMPOSSIBLE)


def test_no_count_gives_the_impossible_percentages() -> None:
    """Of 79 patients no number is 16.4%, and of 142 none is 57.1%: the printed lists were adjusted to add up to 100."""

    def possible(printed: str, of: int) -> bool:
        return any(numbers.rounded(100 * k / of, 1) == Decimal(printed) for k in range(of + 1))

    assert not possible("16.4", 79)
    assert not possible("57.1", 142)
    assert possible("16.5", 79)
    assert possible("57.0", 142)


def test_the_printed_age_limit_contradicts_the_printed_median(results: Results) -> None:
    """114 patients under 18 are more than half of 142, so the median would be under 18; it is 47.5."""
    younger, analysed = results["age_group.younger.count"].value, results["flow.analysed"].value
    assert isinstance(younger, int)
    assert isinstance(analysed, int)
    assert 2 * younger > analysed + 1
    assert results["age_at_diagnosis.median"].value == 47.5


def test_a_median_beyond_five_years_excludes_a_five_year_rate_below_one_half(results: Results) -> None:
    """The printed 44% is the proportion followed beyond five years; the Kaplan-Meier rate is above 50%."""
    median, year = results["os.median"].value, results["setting.year"].value
    rate, beyond = results["os.rate.5y"].value, results["os.followed_beyond.5y.percent"].value
    assert isinstance(median, float)
    assert isinstance(year, float)
    assert isinstance(rate, float)
    assert isinstance(beyond, float)
    assert median > 5 * year
    assert rate > 50 > beyond
