"""The table and the love plot of balance: both sides of each covariate, from the same results, hostile labels too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from confounded_study import ADJUSTED, COHORT, confounded

from lockstep.analyses.pipeline import compute
from lockstep.figures.kinds import figure_content
from lockstep.figures.love_plot_drawing import axis_ticks
from lockstep.graphics.drawing import draw
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.tables.tables import render_table
from lockstep.text.style import Style

SMALL = (
    ADJUSTED.split("[weights.treated]")[0]
    + """
[matching.pairs]
label = "Matched pairs"
terms = ["age", "menopause"]

[comparisons.weighted]
groups = "hormones"
weights = "iptw"

[tables.weighted]
kind = "balance"
weights = "iptw"

[tables.matched]
kind = "balance"
matching = "pairs"

[tables.estimates]
kind = "estimates"
comparison = "weighted"
differences = true

[figures.weighted]
kind = "balance"
weights = "iptw"

[figures.curves]
comparison = "weighted"
"""
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return a study with tables and figures of balance, with its results."""
    study = confounded(tmp_path_factory.mktemp("balance") / "study", SMALL)
    return study, compute(study)


def cells(markdown: str, label: str) -> list[str]:
    """Return the texts of the row with a label."""
    rows = ([re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row)]
            for row in markdown.split("<tr>"))  # fmt: skip
    return next(row for row in rows if row and row[0] == label)


def test_the_table_has_both_groups_before_and_after(small: tuple[Study, Results]) -> None:
    """Means of numbers, percentages of levels, differences; and to how many patients the weights amount."""
    table = render_table("weighted", *small, Style())
    assert cells(table.markdown, "Patients") == ["Patients", "421", "229", "", "421", "229", ""]
    assert cells(table.markdown, "Effective number of patients")[4:6] == ["402", "189"]
    assert cells(table.markdown, "Age, years, mean") == [
        "Age, years, mean", "51.2", "56.6", "0.56", "53.1", "53.0", "\N{MINUS SIGN}0.01",
    ]  # fmt: skip
    assert "Patients left out for a missing value: 36" in table.markdown
    places = {text.place for text in table.printed}
    assert "Grade, %: 3, After weighting, SMD" in places


def test_the_table_of_a_matching_counts_those_who_are_matched(small: tuple[Study, Results]) -> None:
    """There is no effective number: each patient counts once."""
    markdown = render_table("matched", *small, Style()).markdown
    assert "Effective number" not in markdown
    assert cells(markdown, "Patients")[4] == cells(markdown, "Patients")[5]
    assert "After matching" in markdown


def test_a_table_of_weighted_estimates_says_which_counts_and_tests_they_are(small: tuple[Study, Results]) -> None:
    """Counts are without weights, proportions with them, and no test is one that does not know weights."""
    markdown = render_table("estimates", *small, Style()).markdown
    assert "counts are without weights" in markdown
    assert "from Wald tests; t tests, all by robust variances" in markdown
    assert "log-rank" not in markdown


def test_the_love_plot_draws_what_is_printed(small: tuple[Study, Results]) -> None:
    """Its marks are the printed numbers, of which a lock has no other; of two levels the second stands for both."""
    plot = figure_content("weighted", *small, Style())
    assert plot.alt_text().startswith(
        "Love plot of standardized mean differences, with a line at 0.1. Age, 0.56 before"
    )
    places = {text.place for text in plot.printed()}
    assert {"Grade: 1, After weighting", "Menopausal status: Postmenopausal, Before weighting"} <= places
    assert not {place for place in places if "Premenopausal" in place}
    assert b"<svg" in draw(plot, formats=["svg"])["svg"]


def test_weighted_curves_say_that_numbers_at_risk_are_without_weights(small: tuple[Study, Results]) -> None:
    """The legend and the alternative text say what is weighted, and which test it is."""
    curves = figure_content("curves", *small, Style())
    assert curves.alt_text().startswith("Weighted Kaplan–Meier curves.")
    assert "Robust score test P = 0.019" in curves.alt_text()
    assert b"unweighted" in draw(curves, formats=["pdf"])["pdf"] or "is_weighted=True" in repr(curves)


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(0.1, (0, 0.05, 0.1)), (0.59, (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)), (1.31, (0, 0.5, 1, 1.5)), (60, (0, 10, 60))],
)
def test_the_axis_holds_all_marks(most: float, ticks: tuple[float, ...]) -> None:
    """It begins at 0, has at most seven ticks, and ends at or beyond the largest difference."""
    found = axis_ticks(most)
    assert set(ticks) <= set(found)
    assert len(found) <= 7
    assert found[-1] >= most


def test_hostile_labels_survive(tmp_path: Path) -> None:
    """Markup, quotes and dollars in labels are printed as they are, in the table and in the plot."""
    label = "<b>Age</b> $x$ | * \\\\ \N{LEFT DOUBLE QUOTATION MARK}a\N{RIGHT DOUBLE QUOTATION MARK} {{< x >}}"
    cohort = COHORT.replace('[columns.age]\ntype = "number"', f'[columns.age]\ntype = "number"\nlabel = "{label}"')
    study = confounded(tmp_path / "study", SMALL.replace("Matched pairs", "<i>Pairs</i>"), cohort=cohort)
    results = compute(study)
    assert "&lt;b&gt;Age" in render_table("weighted", study, results, Style()).markdown
    assert "<b>Age" in figure_content("weighted", study, results, Style()).alt_text()
