"""Models with imputed values: pooled over the data sets, reproducible, honest of what is missing and never imputed.

That Rubin's rules and D1 are those of mice is held by tests/adjustment/test_adjustment_packages.py.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from imputed_study import DECLARED, LABEL, MODELS, made, patients

from lockstep.adjusted_analyses.imputed_cohort import ImputedValues, imputed_values
from lockstep.adjustment.pooling import pool, pooled_wald_test
from lockstep.analyses.pipeline import compute, patient_labels
from lockstep.data.cohort import Cohort
from lockstep.data_checks.examination import examine
from lockstep.notes.assumptions import notes
from lockstep.regression.cox import CoxModel, cox_regression
from lockstep.regression.linear import linear_regression
from lockstep.results.json_file import to_json
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.submission.strobe_facts import facts_for
from lockstep.tables.tables import render_table
from lockstep.text.style import Style


@pytest.fixture(scope="module")
def imputed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return the study and its results."""
    study = made(tmp_path_factory.mktemp("imputed"))
    return study, compute(study)


@pytest.fixture(scope="module")
def filled(imputed: tuple[Study, Results]) -> tuple[Cohort, ImputedValues]:
    """Return the analysed patients and what is imputed of them."""
    study, _ = imputed
    examined = examine(study)
    assert study.imputation is not None
    labels = patient_labels(examined.data, examined.cohort)
    return examined.cohort, imputed_values(study, study.imputation, examined.cohort, labels)


# ---- what is imputed -----------------------------------------------------------------------------------------------


def test_what_is_known_stays_and_what_is_made_of_imputed_parts_is_made_again(
    filled: tuple[Cohort, ImputedValues],
) -> None:
    """Body mass index and age group follow the imputed weight, height and age of the same data set."""
    cohort, values = filled
    assert set(values.missing) == {"grade", "weight", "height", "age", "waited"}
    for frame in values.completed:
        for name in frame.columns:
            known = cohort.analysed[name].notna()
            assert frame.loc[known, name].tolist() == cohort.analysed.loc[known, name].tolist()
        assert frame["bmi"].to_numpy() == pytest.approx((frame["weight"] / (frame["height"] / 100) ** 2).to_numpy())
        assert (frame["old"] == np.where(frame["age"] > 60, "yes", "no")).all()
        assert frame["waited"].notna().all()  # made of a date, and therefore imputed as it is


def test_exposures_outcomes_dates_and_blanks_by_right_stay_missing(filled: tuple[Cohort, ImputedValues]) -> None:
    """Also the auxiliary variable, which only predicts; nobody is given a margin who has none."""
    cohort, values = filled
    for frame in values.completed:
        for name in ("arm", "response", "pain", "born", "margin", "crp"):
            assert frame[name].isna().tolist() == cohort.analysed[name].isna().tolist()


def test_an_exposure_that_is_named_is_imputed(tmp_path: Path) -> None:
    """Then nobody is left out for want of it."""
    study = made(tmp_path, (DECLARED + MODELS).replace("also =", 'variables = ["arm", "grade", "bmi", "age"]\nalso ='))
    results = compute(study)
    assert results["os.full_imputed.n"].value == 80
    assert results["arm.imputed.count"].value == 4


def test_the_order_of_rows_does_not_matter(tmp_path: Path, imputed: tuple[Study, Results]) -> None:
    """The same seed gives the same results to the last byte; another one gives others."""

    def texts(results: Results) -> str:
        # Files differ by their hash.
        return to_json(dataclasses.replace(results, source=imputed[1].source))

    frame = patients()
    shuffled = compute(made(tmp_path, frame=frame.sample(frac=1, random_state=1)))
    assert texts(shuffled) == texts(imputed[1])
    other = compute(made(tmp_path, (DECLARED + MODELS).replace("seed = 5", "seed = 6")))
    key = "os.full_imputed.grade.2.hazard_ratio"
    assert other[key].value != imputed[1][key].value
    assert other["os.full.grade.2.hazard_ratio"].value == imputed[1]["os.full.grade.2.hazard_ratio"].value


# ---- models --------------------------------------------------------------------------------------------------------


def design(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the design of the model `same`, by pandas alone."""
    columns = {"arm.b": frame["arm"] == "b", "grade.2": frame["grade"] == "2", "grade.3": frame["grade"] == "3"}
    return pd.DataFrame(columns).astype(float).assign(bmi=frame["weight"] / (frame["height"] / 100) ** 2)


def test_records_are_rubins_rules_over_the_fits_of_the_data_sets(
    imputed: tuple[Study, Results], filled: tuple[Cohort, ImputedValues]
) -> None:
    """Of the patients whose exposure is known: estimate, limits, P, missing information, and the test of all levels."""
    _, results = imputed
    cohort, values = filled
    known = cohort.analysed["arm"].notna().to_numpy()
    time, event = cohort.endpoints["os"].time[known], cohort.endpoints["os"].event[known]
    fits: list[CoxModel] = [cox_regression(time, event, design(frame[known])) for frame in values.completed]
    for position, name in enumerate(["arm.b", "grade.2", "grade.3", "bmi"]):
        terms = [fit.terms[position] for fit in fits]
        expected = pool(
            [float(term.coef or 0) for term in terms],
            [float(term.se or 0) for term in terms],
            df_complete=fits[0].events - 4,
            exponentiate=True,
        )
        ratio = results[f"os.same_imputed.{name}.hazard_ratio"]
        assert (ratio.value, ratio.conf_low, ratio.conf_high) == pytest.approx(
            (expected.estimate, expected.conf_low, expected.conf_high), rel=1e-9
        )
        assert results[f"os.same_imputed.{name}.p_value"].value == pytest.approx(expected.p_value, rel=1e-9)
        information = results[f"os.same_imputed.{name}.missing_information"].value
        assert information == pytest.approx(expected.missing_information, rel=1e-9)
    test = pooled_wald_test(fits, ["grade.2", "grade.3"], df_complete=fits[0].events - 4)
    assert results["os.same_imputed.wald.grade.p_value"].value == pytest.approx(test.p_value, rel=1e-9)
    assert results["os.same_imputed.n"].value == known.sum()


def test_a_model_of_a_number_is_pooled_on_its_own_scale(
    imputed: tuple[Study, Results], filled: tuple[Cohort, ImputedValues]
) -> None:
    """Differences of means of the patients with an outcome, who alone are in the model."""
    _, results = imputed
    cohort, values = filled
    known = cohort.analysed[["arm", "pain"]].notna().all(axis=1).to_numpy()
    found = []
    for frame in (frame[known] for frame in values.completed):
        covariates = pd.DataFrame({"arm": (frame["arm"] == "b") * 1.0, "age": frame["age"], "waited": frame["waited"]})
        found.append(linear_regression(frame["pain"], covariates).terms[1])
    expected = pool([float(t.coef or 0) for t in found], [float(t.se or 0) for t in found], df_complete=known.sum() - 4)
    record = results["hurt.pain.age.difference"]
    assert (record.value, record.conf_low) == pytest.approx((expected.estimate, expected.conf_low), rel=1e-9)
    assert results["hurt.pain.outcome_missing"].value == cohort.analysed["pain"].isna().sum()
    assert "not imputed" in str(results["hurt.pain.outcome_missing"].warning)


def test_a_spline_has_its_knots_at_known_values(imputed: tuple[Study, Results]) -> None:
    """The same in all data sets; both tests are pooled, and there is no ratio of a bend."""
    _, results = imputed
    known = patients().query("arm != '' and age != ''")["age"].astype(float)
    test = results["os.bent.non_linearity.age.p_value"]
    assert results["os.bent.age.knot.2"].value == known.quantile(0.5)
    assert "pooled Wald (D1, F with 1 and" in test.method
    assert results["os.bent.wald.age.df"].value == 2
    assert "os.bent.age.hazard_ratio" not in results


def test_complete_cases_stand_beside(imputed: tuple[Study, Results]) -> None:
    """The model that `like` names where nothing else differs, else one of its own; tables show both."""
    study, results = imputed
    models = {model.name: model for model in study.models}
    assert models["same_imputed"].complete_cases == "same"
    assert models["same_imputed"].label == "Same, imputed"
    assert models["full_imputed"].complete_cases == "full_imputed_complete_cases"
    lacking = patients()[["arm", "grade", "weight", "height", "age"]].eq("").any(axis=1)
    assert results["os.full_imputed_complete_cases.n"].value == (~lacking).sum()
    table = render_table("regression", study, results, Style())
    columns = ["Full, imputed", "Full, imputed, complete cases", "Same, imputed", "Same"]
    places = [table.markdown.index(f">{column}<") for column in columns]
    assert places == sorted(places)
    assert "76 patients" in table.markdown
    assert "with an imputed value in 3 data sets" in table.markdown
    assert "patients without missing values" in table.markdown
    assert "<b>" not in table.markdown


def test_counts_of_levels_are_of_known_values(imputed: tuple[Study, Results]) -> None:
    """An imputed level is no count of patients; the denominator says of how many the level is known."""
    _, results = imputed
    known = patients().query("arm != '' and grade != ''")
    found = results["os.same_imputed.grade.2.n"]
    assert (found.value, found.denominator) == ((known["grade"] == "2").sum(), len(known))


def test_methods_say_what_a_journal_asks(imputed: tuple[Study, Results]) -> None:
    """Which variables, how many data sets, the seed, what predicts, and the assumption; the checklist has it too."""
    study, results = imputed
    method = results["os.same_imputed.bmi.hazard_ratio"].method
    words = [f"missing values of {LABEL} and Bmi imputed", "3 data sets", "seed 5", "auxiliary Crp", "Rubin's rules"]
    for text in (*words, "event and Nelson-Aalen estimate of Survival", "missing at random", "2 iterations"):
        assert text in method
    facts = " ".join(fact.text for fact in facts_for("12c", study, results, Style()))
    for text in (
        "Multiple imputation by chained equations in Full, imputed",
        LABEL,
        "3 data sets",
        "missing at random",
    ):
        assert text in facts


def test_nothing_of_a_patient_is_among_the_results(imputed: tuple[Study, Results]) -> None:
    """Of imputed values there are counts, shares, settings and pooled estimates, and no smallest or largest one."""
    _, results = imputed
    kinds = {record.kind for record in results if "imputed." in record.id or record.id.startswith("imputation.")}
    assert kinds <= {"setting", "count", "percent", "probability", "hazard_ratio", "p_value", "statistic", "number"}
    assert results["imputation.patients.count"].value == sum(
        patients()[["grade", "weight", "height", "age", "born"]].eq("").any(axis=1)
    )


# ---- comparisons ---------------------------------------------------------------------------------------------------


def test_adjusted_comparisons_are_pooled(imputed: tuple[Study, Results]) -> None:
    """Ratios of endpoints and outcomes, in subgroups and the interaction; curves and log-rank are of the data."""
    _, results = imputed
    ratio = results["os.adjusted.by_arm.cox.b.hazard_ratio"]
    assert ratio.n == 76
    assert "Rubin's rules" in ratio.method
    assert results["os.adjusted.by_arm.in_margin.clear.cox.b.hazard_ratio"].n < 40
    assert "pooled Wald (D1" in results["os.adjusted.by_arm.interaction_margin.p_value"].method
    assert "Rubin's rules" in results["responded.adjusted.by_arm.b.odds_ratio"].method
    assert "Rubin's rules" in results["hurt.adjusted.by_arm.b.mean_difference"].method
    assert "imputed" not in results["os.adjusted.by_arm.log_rank.p_value"].method


# ---- warnings ------------------------------------------------------------------------------------------------------


def test_doubts_are_noted_with_what_to_do(tmp_path: Path) -> None:
    """Too few data sets, a variable that mostly lacks values, and missing outcomes."""
    frame = patients()
    frame.loc[np.arange(len(frame)) % 5 < 3, "grade"] = ""
    study = made(tmp_path, frame=frame)
    results = compute(study)
    found = [note for note in notes(study, results) if "mputed" in note or "imputation" in note]
    assert sum("more than half" in note and LABEL in note for note in found) == 1
    assert sum("[imputation.m] is 3" in note and "Take m = " in note for note in found) == 1
    assert sum("outcome of" in note and "are left out" in note for note in found) == 2
    assert "more than half of the patients" in str(results["os.same_imputed.grade.2.hazard_ratio"].warning)


def test_complete_data_give_the_model_itself(tmp_path: Path) -> None:
    """Nothing is imputed, nothing is warned of; the estimate is that of the complete cases."""
    frame = patients().replace("", np.nan).ffill().bfill()
    text = DECLARED + MODELS.split("[models.bent]")[0]
    results = compute(made(tmp_path, text, frame))
    one, other = (results[f"os.{name}.bmi.hazard_ratio"] for name in ("same", "same_imputed"))
    assert other.value == pytest.approx(one.value)
    assert results["imputation.patients.count"].value == 0
    assert "here none" in other.method
