"""Tests of lockstep.text.figure_size: widths and sizes of text by the rules of a journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lockstep.journals.file import Journal, JournalRule
from lockstep.journals.profiles import styled
from lockstep.journals.rules import RULES
from lockstep.text.figure_size import FigureSize, figure_size
from lockstep.text.style import Style


def journal(**rules: Any) -> Journal:
    """Return a journal with these rules."""
    stated = {
        name: JournalRule(name, value, "", "https://example.org", date(2026, 1, 1)) for name, value in rules.items()
    }
    return Journal("example", "Example", stated)


def test_without_rules_figures_keep_their_size() -> None:
    """No journal, and one whose rules say nothing of figures, print them as the study does."""
    assert figure_size() == FigureSize() == Style().figures
    assert styled(Style(), None).figures == FigureSize()
    assert styled(Style(), journal(p_letter="p")).figures == FigureSize()


def test_a_journal_sets_the_size_of_figures_in_its_style() -> None:
    """The four rules of size reach the style, from which every figure is drawn."""
    style = styled(
        Style(),
        journal(
            figure_column_mm={"one": 75, "two": 154},
            figure_width_mm={"max": 150},
            figure_height_mm={"min": 60, "max": 200},
            figure_points={"min": 8, "max": 12},
        ),
    )
    size = style.figures
    assert (size.width(1), size.width(2), size.least_height, size.most_height) == (75, 150, 60, 200)
    assert size.scale * 7 == pytest.approx(8)


@pytest.mark.parametrize(
    ("points", "smallest", "title", "largest"),
    [
        ({}, 7, 8, 9),
        ({"min": 6, "max": 12}, 7, 8, 9),
        ({"min": 8, "max": 12}, 8, 64 / 7, 72 / 7),
        ({"min": 8, "max": 10}, 8, 64 / 7, 10),
        ({"min": 8, "max": 8}, 8, 8, 8),
        ({"max": 6}, 6, 6, 6),
    ],
)
def test_text_is_as_near_to_its_usual_size_as_the_journal_allows(
    points: dict[str, float], smallest: float, title: float, largest: float
) -> None:
    """The smallest text is not below the least size that is allowed, the largest not above the most."""
    size = figure_size(points=points)
    assert 7 * size.scale == pytest.approx(smallest)
    assert size.title_size * size.scale == pytest.approx(title)
    assert size.letter_size * size.scale == pytest.approx(largest)


def test_larger_text_has_wider_figures_as_far_as_the_journal_allows() -> None:
    """Where a journal names no columns, width grows with the text, up to its limit."""
    size = figure_size(width={"min": 66.8, "max": 190.5}, points={"min": 8})
    assert size.one == pytest.approx(85 * 8 / 7)
    assert size.two == 190.5


@pytest.mark.parametrize("rule", ["figure_width_mm", "figure_height_mm", "figure_points", "figure_dpi", "keywords"])
def test_a_range_whose_least_is_over_its_most_is_no_value(rule: str) -> None:
    """Such a range could not be kept by any figure; the journal's file is refused instead."""
    accepts = RULES[rule].accepts
    assert accepts({"min": 8, "max": 8})
    assert accepts({"min": 8})
    assert not accepts({"min": 9, "max": 8})


def test_a_figure_that_does_not_fit_breaks_one_rule_before_another() -> None:
    """Points first, then width, columns and height; all of them last; and nothing where no rule is known."""
    rules = {
        "points": {"min": 30},
        "width": {"max": 20},
        "columns": {"one": 90, "two": 180},
        "height": {"max": 10},
    }
    size = figure_size(**rules)
    assert size.otherwise == (
        *(
            replace(figure_size(**{name: rule for name, rule in rules.items() if name != broken}), otherwise=())
            for broken in rules
            if broken != "columns"  # the width decides
        ),
        FigureSize(),
    )
    assert figure_size().otherwise == ()
