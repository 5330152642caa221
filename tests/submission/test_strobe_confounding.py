"""The checklist says how patients were weighted or matched, and who was left out; notes say what is amiss."""

from __future__ import annotations

from pathlib import Path

import pytest
from confounded_study import ADJUSTED, confounded

from lockstep.analyses.pipeline import compute
from lockstep.notes.balance_notes import balance_notes
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.submission.strobe_facts import facts_for
from lockstep.text.style import Style

ASKED = (
    ADJUSTED.split("[weights.treated]")[0]
    + """
[weights.few]
terms = ["age"]
estimand = "ATT"
truncate = [5, 95]

[matching.pairs]
label = "Matched pairs"
terms = ["age", "menopause"]

[comparisons.weighted]
label = "Weighted analysis"
groups = "hormones"
endpoints = ["rfs"]
weights = "iptw"

[models.weighted_cox]
label = "Model W"
endpoint = "rfs"
terms = ["hormones"]
weights = "iptw"
"""
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return a study with weights and a matching, with its results."""
    study = confounded(tmp_path_factory.mktemp("strobe") / "study", ASKED)
    return study, compute(study)


def texts(number: str, asked: tuple[Study, Results]) -> list[str]:
    """Return the sentences on an item."""
    return [fact.text for fact in facts_for(number, *asked, Style())]


def test_item_6b_has_the_criteria_and_the_numbers_matched(asked: tuple[Study, Results]) -> None:
    """Exposed and unexposed, each of those who could have been matched."""
    criteria, unexposed, exposed = texts("6b", asked)
    assert criteria == (
        "Matched pairs: up to 1 with Hormonal therapy: None for each with Hormonal therapy: Tamoxifen, nearest "
        "neighbour without replacement, caliper 0.2 SD of the logit, on the propensity score."
    )
    assert unexposed.startswith("Hormonal therapy: None: ")
    assert exposed.endswith("matched.")


def test_item_12_says_how_confounding_was_controlled_and_who_was_left_out(asked: tuple[Study, Results]) -> None:
    """The score, its covariates, whom the weights stand for, what was truncated, and the balance that was reached."""
    methods = texts("12a", asked)
    assert (
        "Inverse probability of treatment weighting: weights to all patients by the propensity score of Hormonal "
        "therapy: Tamoxifen (covariates: Age, Tumour size, Menopausal status, Grade)."
    ) in methods
    assert "Inverse probability of treatment weighting: largest standardized mean difference 0.01." in methods
    assert any("(truncated at percentiles 5 and 95)" in text for text in methods)
    assert "Model W (Cox model): Hormonal therapy; Inverse probability of treatment weighting." in methods
    missing = "Inverse probability of treatment weighting: 36 of 686 without a propensity score, left out."
    assert missing in texts("12c", asked)
    assert any(text.startswith("Compared (Weighted analysis)") for text in texts("7", asked))


def test_what_is_out_of_balance_is_noted(asked: tuple[Study, Results]) -> None:
    """Truncation brings age out of balance again, which the author sees with its size; else nothing is named."""
    notes = list(balance_notes(*asked))
    assert not [note for note in notes if "weights.iptw" in note]
    assert all("standard deviations in" in note for note in notes)


def test_large_weights_and_scores_of_many_terms_are_noted(tmp_path: Path) -> None:
    """Both with what to do; of a covariate that is not in the score there is nothing to say."""
    study = confounded(tmp_path / "study", '[analysis]\nexposure = "hormones"\n[weights.w]\nterms = ["age", "size"]\n')
    path = study.folder / "data" / "confounded.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    treated = [row for row in rows if row.split(",")[3] == "yes"][:15]
    others = [row for row in rows if row.split(",")[3] == "no"]
    path.write_text("\n".join([header, *treated, *others]) + "\n", encoding="utf-8")
    few, large, *_ = balance_notes(study, compute(study))
    assert "patients of the smaller group for each parameter of the propensity score" in few
    assert "weights above 10: few patients stand for many" in large
