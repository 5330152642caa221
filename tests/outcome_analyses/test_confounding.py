"""Weights and matched sets of study.toml: every kind of result is that of R; what has no valid result is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from confounded_study import ADJUSTED, COHORT, DATA, confounded
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_values import REFERENCE, differences, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError, StudyError
from lockstep.results.model import Record, Results
from lockstep.study.model import Study

AGREES = 1e-6


@pytest.fixture(scope="module")
def adjusted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return the study of weighted and matched patients, with its results."""
    study = confounded(tmp_path_factory.mktemp("adjusted") / "study")
    return study, compute(study)


def shown(record: Record) -> tuple[float | int | str | None, ...]:
    """Return a record's value, with its limits where it has an interval."""
    alone = record.conf_level is None
    return (record.value,) if alone else (record.value, record.conf_low, record.conf_high)


def test_every_result_is_that_of_r(adjusted: tuple[Study, Results]) -> None:
    """Scores, weights, balance, sets, curves, differences, ratios and E-values agree with R to 1e-6."""
    expected = read_rows(REFERENCE / "values" / "confounding.csv")
    found = {record.id: shown(record) for record in adjusted[1]}
    assert differences(expected, {name: found[name] for name in expected}, relative=AGREES) == []


def test_no_kind_of_result_is_without_a_value_of_r(adjusted: tuple[Study, Results]) -> None:
    """Of what weights and matchings add, only the counts of models, which are those of all models, have none."""
    study, results = adjusted
    expected = read_rows(REFERENCE / "values" / "confounding.csv")
    compared = [item.name for item in study.comparisons if item.name]
    named = {*study.score_models, *compared, *(model.name for model in study.models if model.name != "plain")}
    without = {record.id.split(".")[-1] for record in results if record.key.analysis in named} - {
        name.split(".")[-1] for name in expected
    }
    assert without <= {"events_per_parameter"}


def test_methods_say_how_patients_are_weighted(adjusted: tuple[Study, Results]) -> None:
    """A reader of any result knows whom the patients stand for, and that the variance is robust."""
    results = adjusted[1]
    assert results["rfs.weighted.by_hormones.yes.rate.5y"].method == (
        "Kaplan-Meier estimate, weighted by the propensity score to all patients (Inverse probability of treatment "
        "weighting), robust variance, infinitesimal jackknife variance, log-log confidence interval"
    )
    assert "in sets matched on the propensity score (Matched pairs), robust variance by set" in (
        results["rfs.paired.by_hormones.cox.yes.hazard_ratio"].method
    )
    assert results["rfs.of_treated.by_hormones.interaction_menopause.p_value"].method.startswith("Wald test")
    assert "to the patients with Hormonal therapy: Tamoxifen" in (
        results["relapse.of_treated.by_hormones.yes.odds_ratio"].method
    )
    assert results["rfs.weighted.by_hormones.yes.median"].label == "Recurrence-free survival, Weighted: median"


def test_patients_without_a_score_are_counted_and_left_out(adjusted: tuple[Study, Results]) -> None:
    """686 women, of whom 36 lack a covariate or the exposure, are 650 in every weighted result."""
    results = adjusted[1]
    assert (results["score.iptw.n"].value, results["score.iptw.missing"].value) == (650, 36)
    assert results["rfs.weighted.by_hormones.robust_score.p_value"].n == 650
    assert results["flow.pairs.unknown"].value == 36
    assert "weighted: Inverse probability of treatment weighting" in (
        results["rfs.weighted.by_hormones.yes.rate.5y"].population
    )


def test_weighted_models_have_no_check_that_takes_weights_for_patients(adjusted: tuple[Study, Results]) -> None:
    """Proportional hazards are checked where no patient counts more than once, and nowhere else."""
    checked = {record.key.analysis for record in adjusted[1] if "proportional_hazards" in record.key.statistic}
    assert {"paired", "plain"} <= checked
    assert not checked & {"weighted", "of_treated", "of_graded", "in_sets", "weighted_cox", "matched_cox"}
    assert "rfs.weighted.by_hormones.log_rank.p_value" not in adjusted[1]


def test_no_result_is_the_weight_or_score_of_one_patient(adjusted: tuple[Study, Results]) -> None:
    """The largest weight would identify whoever had it; how many are above 10 does not."""
    study, results = adjusted
    named = [record.id for record in results if record.key.analysis in study.score_models]
    assert not [name for name in named if re.search(r"\.(min|max|minimum|maximum)$", name)]
    assert results["weights.iptw.over_10"].value == 0


def test_an_e_value_says_whether_the_outcome_is_common(adjusted: tuple[Study, Results]) -> None:
    """A hazard ratio of an outcome that 44% have is no risk ratio, and a limit beyond 1 has the E-value 1."""
    results = adjusted[1]
    assert "approximated as a risk ratio: the outcome is common (over 15% had it)" in (
        results["rfs.weighted.by_hormones.cox.yes.e_value"].method
    )
    assert results["relapse.weighted.by_hormones.yes.odds_ratio.e_value_limit"].value == 1


@settings(max_examples=5, deadline=None)
@given(order=st.permutations(range(686)))
def test_the_order_of_the_rows_changes_no_number(
    adjusted: tuple[Study, Results], tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    """Scores, weights, sets and all that follows are those of the same patients in another order."""
    text = ADJUSTED.split("[tables.balance]")[0]
    study = confounded(tmp_path_factory.mktemp("shuffled") / "study", text)
    header, *rows = DATA.read_text(encoding="utf-8").splitlines()
    shuffled = "\n".join([header, *(rows[place] for place in order)]) + "\n"
    (study.folder / "data" / DATA.name).write_text(shuffled, encoding="utf-8")
    found = {record.id: shown(record) for record in compute(study)}
    expected = {record.id: shown(record) for record in adjusted[1] if record.id in found}
    assert differences(expected, found, relative=1e-9) == []


BASE = COHORT + "[analysis]\nexposure = 'hormones'\n"
WEIGHTS = "[weights.w]\nterms = ['age', 'grade']\n"
MATCHED = "[matching.m]\nterms = ['age', 'grade']\n"
THREE = "[derived.third]\nlevels = ['a', 'b', 'c']\nwhen.a = 'age < 40'\nwhen.b = 'age < 60'\nwhen.c = 'age >= 60'\n"
COMPARED = WEIGHTS + "[comparisons.c]\ngroups = 'hormones'\nweights = 'w'\n"
MODEL = WEIGHTS + "[models.m]\nendpoint = 'rfs'\nweights = 'w'\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[weights.w]\nexposure = 'third'\nterms = ['age']\n" + THREE,
         "[weights.w.exposure] is 'third', which has 3 levels; a propensity score is the probability of one of two"),
        ("[weights.w]\nterms = ['age', 'hormones']\n", "the exposure cannot predict itself"),
        ("[weights.w]\nterms = ['age']\nestimand = 'ATX'\n", "is 'ATX'; expected 'ATE', 'ATT', 'ATC' or 'overlap'"),
        ("[weights.w]\nterms = ['age']\nestimand = 'ATT'\nstabilised = true\n", "is for `estimand = 'ATE'`"),
        ("[weights.w]\nterms = ['age']\nestimand = 'overlap'\ntruncate = [1, 99]\n", "none of which is above 1"),
        ("[weights.w]\nterms = ['age']\ntruncate = [5]\n", "expected two percentiles of the weights, such as [1, 99]"),
        ("[weights.w]\nterms = ['age']\ntrim = [5, 95]\n", "the lowest and the highest score that stays"),
        ("[matching.m]\nterms = ['age']\nratio = 1.5\n", "is 1.5; expected how many patients are matched to each"),
        ("[matching.m]\nterms = ['age']\ncaliper = 'no'\n", "expected standard deviations, such as 0.2, or 'none'"),
        ("[matching.m]\nterms = ['age']\ncaliper = 0\n", "is 0; expected standard deviations"),
        (WEIGHTS + "[matching.w]\nterms = ['age']\n", "this name is taken by [weights.w]"),
        (WEIGHTS + "[matching.m]\nlabel = 'W'\nterms = ['age']\n", "is 'W', as of [weights.w]; give each its own"),
        (COMPARED.replace("'w'", "'v'"), "names 'v'; the weights are: 'w'"),
        (COMPARED + "strata = ['menopause']\n", "[comparisons.c.strata] does not go with weights or a matching"),
        (COMPARED + "landmark = '1 year'\nendpoints = ['rfs']\n", "as these are at the start of follow-up"),
        (COMPARED + "population = 'graded'\n", "does not go with the weights 'w', which are of other patients"),
        (COMPARED.replace("groups = 'hormones'", "groups = 'menopause'"),
         "makes the groups of 'hormones' comparable, and 'menopause' is compared"),
        (MODEL + "terms = ['grade']\n", "expected a model with this variable among its `terms`"),
        (MATCHED + "[models.m2]\nendpoint = 'rfs'\nterms = ['hormones']\npopulation = 'm'\ncluster = 'grade'\n",
         "whose sets are the clusters"),
        ("[models.x]\noutcome = 'quality'\nterms = ['hormones']\ne_value = true\n", "a linear model has none"),
        ("[models.x]\nendpoint = 'rfs'\nterms = ['age']\ne_value = true\n", "is of the ratio of 'hormones'"),
        ("[models.x]\nendpoint = 'rfs'\nterms = ['hormones', 'grade', 'hormones:grade']\ne_value = true\n",
         "which differs by the product 'hormones:grade'"),
        ("[comparisons.c]\ngroups = 'hormones'\noutcomes = ['quality']\ne_value = true\n", "and a number has none"),
        ("[tables.t]\nkind = 'balance'\n", "[tables.t] expected `weights` or `matching`"),
        (WEIGHTS + "[figures.f]\nkind = 'balance'\nmatching = 'w'\n",
         "[figures.f.matching] names 'w'; expected one of: none is declared under [matching]"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """Each fault of study.toml is named by its key, with what is allowed."""
    with pytest.raises(StudyError, match=re.escape(message)):
        confounded(tmp_path / "study", text, cohort=BASE)


COMPETING = """event = "event == '1'"
competing = "grade == '3'"
competing_label = "death"
"""
INCIDENCE = "[figures.f]\nkind = 'cumulative_incidence'\nendpoints = ['rfs']\npopulation = 'm'\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (COMPARED, "[comparisons.c.weights] does not go with endpoint 'rfs', which has a competing event"),
        (MODEL + "terms = ['hormones']\nkind = 'fine_gray'\n", "does not go with a Fine-Gray model"),
        (MATCHED + INCIDENCE, "[figures.f.population] does not go with endpoint 'rfs'"),
    ],
)
def test_there_are_no_weighted_curves_of_competing_events(tmp_path: Path, text: str, message: str) -> None:
    """There is no weighted cumulative incidence, and the message says what to take: a Cox model, which is allowed."""
    cohort = BASE.replace("event = \"event == '1'\"\n", COMPETING)
    with pytest.raises(StudyError, match=re.escape(message)):
        confounded(tmp_path / "refused", text, cohort=cohort)
    allowed = confounded(tmp_path / "allowed", MODEL + "terms = ['hormones']\n", cohort=cohort)
    assert allowed.models[0].weights == "w"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[weights.w]\nterms = ['age']\ntrim = [0.9, 0.95]\n",
         "leaves no patient with Hormonal therapy: None: none of"),
        ("[weights.w]\nterms = ['side']\n[derived.side]\nlevels = { l = 'Left', r = 'Right' }\n"
         "when.l = \"hormones == 'yes'\"\nwhen.r = \"hormones == 'no'\"\n",
         "the covariates determine the exposure of some patients, who have nobody to be compared with"),
        ("[matching.m]\nterms = ['age']\ncaliper = 0.0000001\n[derived.older]\nvalue = \"age * 2\"\n"
         "[weights.w]\nterms = ['older']\npopulation = 'nobody'\n[populations.nobody]\nkeep = \"hormones == 'yes'\"\n",
         "has Hormonal therapy: None"),
    ],
)  # fmt: skip
def test_data_without_a_score_end_in_one_message(tmp_path: Path, text: str, message: str) -> None:
    """Separation, an empty group and a range that leaves nobody are named with the section and what to do."""
    study = confounded(tmp_path / "study", text, cohort=BASE)
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        compute(study)
    assert "study.toml" in str(caught.value)


def test_too_many_terms_for_the_smaller_group_are_a_warning(tmp_path: Path) -> None:
    """A score with fewer than ten patients of the smaller group per coefficient is unstable, and says so."""
    study = confounded(tmp_path / "study", WEIGHTS, cohort=BASE)
    header, *rows = DATA.read_text(encoding="utf-8").splitlines()
    groups = {level: [row for row in rows if row.split(",")[3] == level] for level in ("yes", "no")}
    few = [*groups["yes"][:15], *groups["no"][:60]]
    (study.folder / "data" / DATA.name).write_text("\n".join([header, *few]) + "\n", encoding="utf-8")
    record = compute(study)["score.w.patients_per_parameter"]
    assert record.warning == "fewer than 10 patients of the smaller group per parameter: the score is unstable"
