"""Numbers of patients in alternative texts, held against the figures that they describe."""

from __future__ import annotations

import pytest
from conftest import ROOT

from lockstep.analyses.pipeline import compute
from lockstep.figures.kinds import figure_content
from lockstep.preflight.patient_numbers import disagreements
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.text.style import Style
from lockstep.word.passages import Passage, PrintedDocument


@pytest.fixture(scope="module")
def study() -> Study:
    """Return the study in which death competes with progression."""
    return read_study(ROOT / "tests" / "studies" / "competing")


@pytest.fixture(scope="module")
def results(study: Study) -> Results:
    """Return its results."""
    return compute(study)


def faults(text: str, study: Study, results: Results) -> tuple[str, ...]:
    """Return what is wrong with an alternative text."""
    passage = Passage("alt text", "Figure 1", "Figure 1, alternative text 1", text, None)
    return disagreements(PrintedDocument((passage,)), study, results, Style())


@pytest.mark.parametrize("figure", ["incidence", "both_events"])
def test_the_words_of_each_kind_of_curves_are_right(figure: str, study: Study, results: Results) -> None:
    """As the figure says them itself."""
    assert faults(figure_content(figure, study, results, Style()).alt_text(), study, results) == ()


def test_another_number_in_a_text_of_incidence_is_found(study: Study, results: Results) -> None:
    """Of all patients and of a group, whatever estimate stands behind it and whatever signs its label has."""
    text = figure_content("incidence", study, results, Style()).alt_text()
    text = text.replace("341 patients", "342 patients").replace("86 patients", "68 patients")
    assert faults(text, study, results) == (
        'Figure 1, alternative text 1: "Progression" has 342 patients; in the figure it has 341',
        'Figure 1, alternative text 1: "M protein: 1.5 g/dL or more" has 68 patients; in the figure it has 86',
    )


def test_a_text_of_another_picture_has_no_such_numbers(study: Study, results: Results) -> None:
    """Only what describes curves of study.toml is held against them."""
    assert faults("A photograph of 3 implants, 12 patients.", study, results) == ()
