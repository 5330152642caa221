"""Docstrings of public functions show how they are used, and what they show is what comes out."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

STATISTICS = {
    "statistics.arrays": {"checked_follow_up"},
    "statistics.baseline": {"describe"},
    "statistics.chi_square": {"chi_square"},
    "statistics.contrast": {"difference_of"},
    "statistics.cox": {"cox_regression", "likelihood_ratio_test"},
    "statistics.cumulative_incidence": {"competing_risk_table", "cumulative_incidence"},
    "statistics.fisher": {"fisher_exact"},
    "statistics.gray": {"gray_test"},
    "statistics.landmark": {"landmark", "split_at", "split_at_exposure"},
    "statistics.log_rank": {"log_rank"},
    "statistics.proportional_hazards": {"proportional_hazards_test"},
    "statistics.restricted_mean": {"restricted_mean"},
    "statistics.roc": {"roc_curve_cutoff"},
    "statistics.survival": {"kaplan_meier", "number_at_risk", "reverse_kaplan_meier"},
    "statistics.time_point": {"survival_difference"},
    "statistics.wald": {"wald_test"},
}
OF_A_STUDY = {
    "document.report": {"open_study"},
    "results.model": {"read_results"},
}


class Checker(doctest.OutputChecker):
    """Compares printed text whose spaces do not break as it looks."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Return whether the output is the one that the docstring shows."""
        return super().check_output(want, got.replace("\N{NO-BREAK SPACE}", " "), optionflags)


def shown(name: str, **given: object) -> set[str]:
    """Run the examples of a module, with some names given; return which of its functions have any."""
    module = importlib.import_module(f"lockstep.{name}")
    runner, said = doctest.DocTestRunner(Checker(), optionflags=doctest.ELLIPSIS), []
    examples = [found for found in doctest.DocTestFinder().find(module, extraglobs=given) if found.examples]
    for found in examples:
        runner.run(found, out=said.append)
    assert not said, "".join(said)
    return {found.name.removeprefix(f"{module.__name__}.") for found in examples}


@pytest.mark.parametrize("name", STATISTICS)
def test_the_examples_of_statistics_are_true(name: str) -> None:
    """Each public statistic has an example, whose output is what its docstring prints."""
    assert shown(name) == STATISTICS[name]


@pytest.mark.parametrize("name", OF_A_STUDY)
def test_the_examples_of_a_study_are_true(name: str, built_implants: Path) -> None:
    """So have reading results, and the phrases, on the small study."""
    assert shown(name, folder=built_implants) == OF_A_STUDY[name]
