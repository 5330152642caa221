"""The STROBE checklist knows named comparisons, outcomes and models: what is compared, adjusted, and found."""

from __future__ import annotations

import pytest
from study_texts import TRIAL, written

from lockstep.analyses.pipeline import compute
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.submission.strobe_facts import facts_for
from lockstep.text.style import NBSP, Style

STUDY = f"""{TRIAL}
[columns.site]
type = "category"
levels = {{ x = "North", y = "South" }}
[columns.age]
type = "number"
[outcomes.early]
label = "Early death"
event = "dead == '1' and months < 10"
[populations.treated]
label = "Treated patients"
keep = "months > 1"
[comparisons.arms]
groups = "arm"
outcomes = ["early"]
within = ["site"]
[comparisons.stratified]
groups = "arm"
endpoints = ["os"]
strata = ["site"]
adjust_for = ["age"]
population = "treated"
[models.full]
label = "Model 2"
outcome = "early"
terms = ["arm", "age"]
"""


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return a study that says all by sections of their own, with its results."""
    folder = tmp_path_factory.mktemp("strobe")
    rows = (f"{i},{'ab'[i % 2]},{'xy'[i % 3 > 0]},{40 + i * 7 % 31},{1 + i * 5 % 23},{i % 5 % 2}" for i in range(60))
    study = written(folder, STUDY, ["id,arm,site,age,months,dead", *rows])
    return study, compute(study)


def facts(number: str, studied: tuple[Study, Results]) -> str:
    """Return the facts on an item, a line each."""
    return "\n".join(fact.text for fact in facts_for(number, *studied, Style())).replace(NBSP, " ")


def test_what_is_compared_is_defined(studied: tuple[Study, Results]) -> None:
    """Outcomes stand beside endpoints, and a comparison says how it is stratified, adjusted and of whom."""
    found = facts("7", studied)
    assert "Outcomes: Overall survival, Early death." in found
    assert "Compared (arms): Treatment (Control, New)." in found
    assert "; stratified by Site; adjusted for Age; Treated patients." in found


def test_models_are_among_the_methods(studied: tuple[Study, Results]) -> None:
    """Each model says what it is and what enters it."""
    assert "Model 2 (logistic regression): Treatment, Age." in facts("12a", studied)
    assert "Continuous in models: Age." in facts("11", studied)


def test_estimates_and_interactions_are_those_of_the_comparisons(studied: tuple[Study, Results]) -> None:
    """Item 16a has adjusted ratios and differences of risks, item 17 the interaction of each subgroup."""
    found = facts("16a", studied)
    assert "Overall survival, hazard ratio, Treatment: New vs Control; stratified by Site; adjusted for Age" in found
    assert "Early death, difference of risks, Treatment: New vs Control: " in found
    assert "percentage points" in found
    assert "Early death: interaction of Treatment and Site, P = " in facts("17", studied)
