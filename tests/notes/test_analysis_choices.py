"""What looks as if the data had chosen it is noted with what to do, and goes away where study.toml says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study_texts import refusal

from lockstep.analyses.pipeline import compute
from lockstep.notes.analysis_choices import choice_notes
from lockstep.notes.few_patients import few_patients_notes
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.submission.strobe_facts import facts_for
from lockstep.text.style import Style

CANDIDATES = ["strong", "good", "weak", "none", "noise", "chance"]
DECLARED = (
    """
schema = 1
[data]
file = "cohort.csv"
id = "patient"
[time]
unit = "months"
landmarks = [1]
[columns.arm]
type = "category"
levels = ["a", "b"]
[columns.marker]
type = "number"
[columns.age]
type = "number"
[columns.months]
type = "number"
[columns.died]
type = "category"
levels = ["0", "1"]
[endpoints.os]
time = "months"
event = "died == '1'"
[outcomes.died]
event = "died == '1'"
[tables.characteristics]
kind = "characteristics"
rows = [{ variable = "marker", summary = "median_iqr" }, { variable = "age", summary = "median_iqr" }]
""".replace("[outcomes.died]", "[outcomes.death]")
    + "".join(f"[columns.{name}]\ntype = 'category'\nlevels = ['n', 'y']\n" for name in CANDIDATES)
)


def patients() -> pd.DataFrame:
    """Return 120 made-up patients whose marker separates at 4.7, its median being 5.2 and that of age 60."""
    rng, n = np.random.default_rng(8), 120
    marker = np.round(np.r_[np.linspace(1, 4.6, 55), np.linspace(4.8, 9, 65)], 1)
    strong, good = rng.random(n) < 0.5, rng.random(n) < 0.5
    risk = np.where(marker > 4.7, 3.0, 1.0) * np.where(strong, 4.0, 1.0) * np.where(good, 4.0, 1.0)
    months = np.round(rng.exponential(60 / risk) + 0.1, 1)
    columns = {"strong": strong, "good": good} | {name: rng.random(n) < 0.5 for name in CANDIDATES[2:]}
    return pd.DataFrame(
        {
            "patient": range(n),
            "arm": np.where(rng.random(n) < 0.5, "a", "b"),
            "marker": marker,
            "age": np.r_[np.full(59, 50), 60, 60, np.full(59, 70)],
            "months": np.minimum(months, 30),
            "died": np.where(months < 30, "1", "0"),
        }
        | {name: np.where(column, "y", "n") for name, column in columns.items()}
    )


def made(folder: Path, text: str, frame: pd.DataFrame | None = None) -> tuple[Study, Results]:
    """Return a study with more in its study.toml, and its results."""
    (patients() if frame is None else frame).to_csv(folder / "cohort.csv", index=False)
    (folder / "study.toml").write_text(DECLARED + text, encoding="utf-8")
    study = read_study(folder)
    return study, compute(study)


def cut(variable: str, *at: float, more: str = "") -> str:
    """Return a category that cuts a number."""
    levels = ["low", "middle", "high", "highest"][: len(at) + 1]
    return f"[derived.cut]\ncut = '{variable}'\nat = {list(at)}\nlevels = {levels}\n{more}\n"


BEST = "[cutoff.best]\nmarker = 'marker'\noutcome = 'os'\ndirection = 'high'\n"


def test_a_cut_that_is_the_best_of_these_data_is_noted(tmp_path: Path) -> None:
    """As it prints; with the reason it goes away, and the checklist has the reason."""
    _, results = made(tmp_path, BEST + cut("marker", 9))
    threshold = results["cutoff.best.threshold"]
    assert isinstance(threshold.value, float)
    at = round(threshold.value, threshold.decimals)
    (note,) = choice_notes(*made(tmp_path, BEST + cut("marker", at)))
    assert f"[derived.cut] cuts Marker at {at:g}, where [cutoff.best] finds that it separates best" in note
    assert "`reason` under [derived.cut]" in note
    study, results = made(tmp_path, BEST + cut("marker", at, more="reason = 'the assay says so'"))
    assert [*choice_notes(study, results)] == []
    facts = [fact.text for fact in facts_for("11", study, results, Style())]
    assert any("Reason: the assay says so." in text for text in facts)
    assert [*choice_notes(*made(tmp_path, BEST + cut("marker", at + 0.1)))] == []


@pytest.mark.parametrize(
    ("variable", "at", "found"),
    [
        ("marker", ["median"], "the median of these data"),
        ("marker", ["q1", "median", "q3"], "the quartiles of these data"),
        ("marker", ["median", "q3"], ""),
        ("age", ["median"], ""),  # 60 is what people choose
    ],
)
def test_a_cut_at_the_middle_of_these_data_is_noted(variable: str, at: list[str], found: str, tmp_path: Path) -> None:
    """Where it is no round number, which others choose too."""
    _, results = made(tmp_path, "")
    values = [float(results[f"{variable}.{name}"].value or 0) for name in at]
    notes = [*choice_notes(*made(tmp_path, cut(variable, *values)))]
    assert len(notes) == bool(found)
    assert all(found in note for note in notes)


CRUDE = f"[models.crude]\neach = true\nendpoint = 'os'\nterms = {CANDIDATES}\n"


def model(terms: list[str], more: str = "") -> str:
    """Return a multivariable model of the endpoint."""
    return f"[analysis]\nexposure = 'arm'\n[models.full]\nendpoint = 'os'\nterms = {['arm', *terms]}\n{more}\n"


def test_covariates_that_their_p_values_chose_are_noted(tmp_path: Path) -> None:
    """The exposure does not count; other covariates, a reason, and fewer candidates are no screening."""
    _, results = made(tmp_path, CRUDE)
    p = {name: float(results[f"os.crude.{name}.y.p_value"].value or 0) for name in CANDIDATES}
    kept = [name for name in CANDIDATES if p[name] < 0.05]
    assert 2 <= len(kept) <= 4, "as the data are made"
    (note,) = choice_notes(*made(tmp_path, CRUDE + model(kept)))
    assert f"it has just the {len(kept)} of 6 variables with the smallest P values" in note
    assert "`reason` under [models.full]" in note
    study, results = made(tmp_path, CRUDE + model(kept, "reason = 'what the guideline names'"))
    assert [*choice_notes(study, results)] == []
    assert any("Reason: what the guideline names." in fact.text for fact in facts_for("12a", study, results, Style()))
    other = [kept[0], *[name for name in CANDIDATES if name not in kept][:2]]
    assert [*choice_notes(*made(tmp_path, CRUDE + model(other)))] == []
    few = f"[models.crude]\neach = true\nendpoint = 'os'\nterms = {[*kept[:2], 'weak', 'none']}\n"
    assert [*choice_notes(*made(tmp_path, few + model(kept[:2])))] == []


def test_the_short_form_is_held_to_the_same(tmp_path: Path) -> None:
    """Univariable comparisons and `adjust_for` of [analysis]."""
    analysis = f"[analysis]\nexposure = 'arm'\nunivariate = {CANDIDATES}\n"
    _, results = made(tmp_path, analysis)
    kept = [name for name in CANDIDATES if float(results[f"os.by_{name}.cox.y.p_value"].value or 0) < 0.05]
    (note,) = choice_notes(*made(tmp_path, f"{analysis}adjust_for = {kept}\n"))
    assert "`reason` under [analysis]" in note
    assert [*choice_notes(*made(tmp_path, f"{analysis}adjust_for = {kept}\nreason = 'known before'\n"))] == []


def test_everything_against_everything_is_noted_without_a_primary_outcome(tmp_path: Path) -> None:
    """Above 40 tests of groups; which outcome is the primary one silences it, and stands in the checklist."""
    comparisons = "".join(
        f"[comparisons.c{i}]\ngroups = '{groups}'\nwithin = {[name for name in CANDIDATES if name != groups]}\n"
        for i, groups in enumerate(CANDIDATES[:2])
    )
    (note,) = choice_notes(*made(tmp_path, comparisons))
    assert "`primary` under [analysis]" in note
    study, results = made(tmp_path, f"{comparisons}[analysis]\nprimary = 'os'\n")
    assert [*choice_notes(study, results)] == []
    assert "Primary outcome: Os." in [fact.text for fact in facts_for("7", study, results, Style())]


def test_a_percentage_of_few_patients_in_a_table_of_estimates_is_noted(tmp_path: Path) -> None:
    """By group, with how many they are; larger groups are not named."""
    table = "[tables.estimates]\nkind = 'estimates'\nby = 'arm'\noutcomes = ['death']\n"
    frame = patients()
    study, results = made(tmp_path, table, frame.assign(arm=["a"] * 12 + ["b"] * 108))
    (note,) = few_patients_notes(study, results)
    assert "[tables.estimates] has percentages of fewer than 20 patients" in note
    assert "(12)" in note
    assert "108" not in note
    assert [*few_patients_notes(*made(tmp_path, table, frame))] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[analysis]\nprimary = 'arm'\n",
            "[analysis.primary] names 'arm'; the endpoints and outcomes are: 'death' and 'os'",
        ),
        ("[analysis]\nreason = 'x'\n", "[analysis.reason] is why the covariates in `adjust_for` were chosen"),
        ("[derived.d]\nlevels = ['x']\nwhen.x = 'age > 1'\nreason = 'x'\n", "it belongs to `cut`"),
        (f"{model(['strong'])}reason = ''\n", "[models.full.reason] is empty"),
    ],
)
def test_a_reason_of_nothing_is_refused(text: str, message: str, tmp_path: Path) -> None:
    """Each key says to what it belongs."""
    assert message in refusal(tmp_path, DECLARED + text)
