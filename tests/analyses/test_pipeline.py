"""The whole run: every statistic is a record, estimable or not, and every denominator adds up."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import IMPLANTS

from lockstep.analyses import pipeline
from lockstep.analyses.pipeline import compute, run
from lockstep.data_checks.examination import Examination, examine
from lockstep.results.json_file import from_json, to_json
from lockstep.results.model import Results
from lockstep.results.source import RESULTS_FILE, results_are_current, results_made_from, write_results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.syntax.names import slug


def value(results: Results, record_id: str) -> float:
    """Return a record's number."""
    found = results[record_id].value
    assert isinstance(found, int | float), record_id
    return found


def changed(folder: Path, *, study: tuple[str, str] | None = None, data: tuple[str, str] | None = None) -> Results:
    """Return the results of the second study with one pattern replaced in its definition or its data."""
    shutil.copytree(IMPLANTS, folder, dirs_exist_ok=True)
    for name, change in (("study.toml", study), ("data/implants.csv", data)):
        if change is not None:
            path = folder / name
            before = path.read_text(encoding="utf-8")
            after = re.sub(change[0], change[1], before, flags=re.MULTILINE)
            assert after != before
            path.write_text(after, encoding="utf-8")
    return compute(read_study(folder))


@pytest.mark.parametrize("whole", [True, False])
def test_results_tell_no_folder_outside_of_the_study(tmp_path: Path, *, whole: bool) -> None:
    """They travel in the PDF: a data file elsewhere is called by its name, and is as current as any other."""
    data = tmp_path / "Miss Example" / "implants.csv"
    data.parent.mkdir()
    shutil.copy(IMPLANTS / "data" / "implants.csv", data)
    named = data.as_posix() if whole else "../Miss Example/implants.csv"
    results = changed(tmp_path / "study", study=(r'^file = ".*"', f'file = "{named}"'))
    assert results.source.data_file == "implants.csv"
    assert "Miss Example" not in to_json(results)
    moved = read_study(tmp_path / "study")
    write_results(results, moved.folder / RESULTS_FILE, results_made_from(moved))
    assert results_are_current(moved)
    assert changed(tmp_path / "inside").source.data_file == "data/implants.csv"


def test_a_file_that_is_saved_while_results_are_computed_makes_them_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contents are noted before data and study.toml are read: the next run computes again."""
    folder = tmp_path / "study"
    shutil.copytree(IMPLANTS, folder)
    run(read_study(folder))
    assert results_are_current(read_study(folder))
    for name in ("study.toml", "data/implants.csv"):

        def read(study: Study, saved: Path = folder / name) -> Examination:
            found = examine(study)
            saved.write_bytes(saved.read_bytes() + b"\n")
            return found

        monkeypatch.setattr(pipeline, "examine", read)
        run(read_study(folder))
        assert not results_are_current(read_study(folder))
        monkeypatch.undo()
        run(read_study(folder))
        assert results_are_current(read_study(folder))


@pytest.mark.parametrize(
    ("events", "estimable"),
    [
        (None, True),
        (r"^(.*;left;.*;)1$", False),  # a level of the subgroup without events
        (r"^(.*;hybrid;.*;)1$", False),  # a level of the exposure
        (r"^(.*;cemented;.*;)1$", False),  # its reference
        (r"^(.*;hybrid;.*;left;.*;)1$", True),  # one group alone: R's likelihood-ratio test
    ],
)
def test_no_interaction_is_tested_with_a_level_without_events(
    tmp_path: Path, events: str | None, estimable: bool
) -> None:
    """R prints P = 1, or counts a degree of freedom for what changes no likelihood; there is nothing to test."""
    asked = (r'^exposure = "fixation"', 'exposure = "fixation"\nsubgroup = "side"')
    results = changed(tmp_path, study=asked, data=None if events is None else (events, r"\g<1>0"))
    test = results["retention.by_fixation.interaction_side.p_value"]
    assert (test.value is not None) == estimable
    diverges = "a hazard ratio tends to infinity (a level without events, or complete separation)"
    assert test.reason == (None if estimable else diverges)


def test_the_flow_adds_up(results: Results) -> None:
    """Reviewed is excluded plus analysed, and the excluded are the sum of their reasons."""
    reasons = [record.value for record in results if record.id.startswith("flow.excluded.")]
    assert sum(int(n or 0) for n in reasons) == value(results, "flow.excluded")
    assert value(results, "flow.reviewed") == value(results, "flow.excluded") + value(results, "flow.analysed")


@pytest.mark.parametrize("which", ["results", "implants_results"])
def test_every_count_is_within_its_denominator_and_every_percentage_follows(
    which: str, request: pytest.FixtureRequest
) -> None:
    """No count exceeds what it is out of, and a percentage is exactly its count over its denominator."""
    results: Results = request.getfixturevalue(which)
    percentages = 0
    for record in results:
        if record.kind == "count" and record.denominator is not None:
            assert 0 <= value(results, record.id) <= record.denominator
        stem = record.id.removesuffix(".percent")
        if stem != record.id and record.value is not None:
            assert record.denominator
            assert record.value == 100 * value(results, f"{stem}.count") / record.denominator
            percentages += 1
    assert percentages > 10


@pytest.mark.parametrize(("which", "definition"), [("results", "study"), ("implants_results", "implants")])
def test_levels_and_missing_values_add_up(which: str, definition: str, request: pytest.FixtureRequest) -> None:
    """The levels of a category sum to its known values; with the missing ones, to the patients it describes."""
    results: Results = request.getfixturevalue(which)
    study: Study = request.getfixturevalue(definition)
    for variable in (*study.columns, *study.derived):
        stem = slug(variable)
        if f"{stem}.n" not in results:
            continue
        known, missing = results[f"{stem}.n"], results[f"{stem}.missing.count"]
        assert value(results, known.id) + value(results, missing.id) == known.denominator
        levels = [value(results, f"{stem}.{slug(level)}.count") for level in study.levels(variable)]
        assert not levels or sum(levels) == known.value


def test_groups_add_up_to_the_whole(study: Study, results: Results) -> None:
    """Patients and events of the arms, and of the arms within age groups, sum to those of all."""
    for endpoint in study.endpoints:
        for part in ("n", "events", "censored"):
            whole = value(results, f"{endpoint}.{part}")
            arms = [f"{endpoint}.by_local_treatment.{arm}" for arm in ("no", "yes")]
            assert sum(value(results, f"{arm}.{part}") for arm in arms) == whole
            ages = [f"{endpoint}.by_local_treatment.in_age_group.{age}" for age in ("younger", "elderly")]
            assert sum(value(results, f"{age}.{arm}.{part}") for age in ages for arm in ("no", "yes")) == whole


def test_curves_agree_with_their_records(results: Results) -> None:
    """A figure starts with the patients that the text names, and the three numbers of its risk table add up to them."""
    assert len(results.curves) == 140
    for curve in results.curves:
        assert curve.n == value(results, f"{curve.id}.n")
        assert sum(curve.n_events) == value(results, f"{curve.id}.events")
        if curve.delayed_entry:  # who enters later is in none of the three at first
            continue
        table = curve.risk_table
        sums = {sum(row) for row in zip(table.n_at_risk, table.n_events, table.n_censored, strict=True)}
        assert sums == {curve.n}
        assert table.n_at_risk[0] == curve.n


def test_results_of_a_real_run_survive_the_file(results: Results) -> None:
    """What is written for the flagship is read back equal, floats included."""
    assert from_json(to_json(results)) == results


def test_two_runs_give_the_same_bytes_and_change_nothing_global(study: Study, results: Results) -> None:
    """The analysis depends on nothing but its input, and leaves NumPy as it found it."""
    np.random.seed(3)
    state, errors = np.random.get_state()[1].copy(), np.geterr()
    assert to_json(compute(study)) == to_json(results)
    assert (np.random.get_state()[1] == state).all()
    assert np.geterr() == errors


def test_a_level_that_no_patient_has_is_a_record_with_a_reason(tmp_path: Path) -> None:
    """A declared level without patients is nobody, its survival not estimable, and the other levels are as before."""
    results = changed(tmp_path, study=('hybrid = "Hybrid" }', 'hybrid = "Hybrid", press_fit = "Press fit" }'))
    stem = "retention.by_fixation.press_fit"
    assert results[f"{stem}.n"].value == 0
    assert (results[f"{stem}.median"].value, results[f"{stem}.median"].reason) == (None, "no patients")
    assert results[f"{stem}.restricted_mean.2y"].value is None
    assert results["retention.by_fixation.cox.press_fit.hazard_ratio"].value is None
    before = changed(tmp_path / "as_it_was", study=("Retention of implants", "Retention"))
    p_value = "retention.by_fixation.log_rank.p_value"
    assert results[p_value].value == before[p_value].value


def test_a_variable_that_is_missing_in_all_is_not_estimable_and_not_an_error(tmp_path: Path) -> None:
    """Without a single value there is no model and no cut-off, and each of their records says so."""
    cutoff = '[cutoff.bmi]\nmarker = "bmi"\noutcome = "retention"\ndirection = "high"\n\n'
    results = changed(
        tmp_path, data=(r"^(I\d+;\w+;)[^;]*;", r"\1;"), study=(r"\[tables\.baseline\]", cutoff + "[tables.baseline]")
    )
    threshold = results["cutoff.bmi.threshold"]
    assert (threshold.value, threshold.reason, threshold.n) == (None, "no patient has a value of the marker", 0)
    assert results["cutoff.bmi.auc"].value is None
    record = results["retention.adjusted.fixation.uncemented.hazard_ratio"]
    assert (record.value, record.reason, record.n) == (None, "no patients", 0)
    assert results["retention.adjusted.proportional_hazards.global.p_value"].reason == "no patients"
    assert results["bmi.missing.count"].value == 60
    assert results["bmi.mean"].value is None


def test_a_study_without_events_has_no_median_and_no_test(tmp_path: Path) -> None:
    """With everybody censored the curve stays at one, and nothing is compared."""
    results = changed(tmp_path, data=(r"1\s*$", "0"))
    assert results["retention.events"].value == 0
    assert results["retention.median"].reason == "not reached"
    assert results["retention.by_fixation.log_rank.p_value"].reason == "no events"
    assert results["retention.by_fixation.cox.hybrid.hazard_ratio"].value is None
