"""Exposures that begin during follow-up: immortal time, landmark analyses and time-dependent exposures."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from reference_values import REFERENCE, differences, read_rows
from study_texts import FLAGSHIP, added

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError, StudyError
from lockstep.figures.kinds import figure_content
from lockstep.graphics.drawing import draw
from lockstep.notes.assumptions import notes
from lockstep.notes.immortal_time import immortal_time_notes
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.text.style import Style

ROOT = Path(__file__).parents[2]
KNOWN = 'known_at = "date_metastasis_treatment"       # within six weeks of metastasis\n'
TERMS = '"age_at_diagnosis"'
CHANGING = f'terms = [{{ variable = "local_treatment", time_dependent = true }}, {TERMS}]'
STUDY = f"""
[endpoints.os_delayed]
like = "os"
label = "Survival, at risk from metastasis"
entry = "date_metastasis"

[endpoints.os_metastasis]
like = "os"
label = "Survival from metastasis"
start = "date_metastasis"

[endpoints.of_disease]
like = "os"
label = "Death of disease"
event = "vital_status == 'died of disease'"
competing = "vital_status == 'died of other cause'"
competing_label = "death of another cause"

[models.landmark]
endpoints = ["os", "os_metastasis"]
landmark = "1 year"
terms = ["local_treatment", {TERMS}]

[comparisons.nobody]
groups = "local_treatment"
endpoints = ["os"]
landmark = "100 years"

[models.no_more]
endpoint = "os"
each = true
landmark = "100 years"
terms = ["local_treatment", {TERMS}]

[comparisons.from_one_year]
groups = "local_treatment"
endpoints = ["os_metastasis"]
landmark = 365

[comparisons.begins_later]
groups = "local_treatment"
endpoints = ["os_delayed"]
within = ["sex"]
time_dependent = true

[figures.begins_later]
comparison = "begins_later"

[figures.within_sex]
comparison = "begins_later"
within = "sex"

[figures.from_one_year]
comparison = "from_one_year"
endpoints = ["os_metastasis"]

[models.changing]
endpoints = ["os", "os_metastasis", "os_delayed", "of_disease"]
{CHANGING}

[models.bent]
endpoint = "os"
terms = [{{ variable = "local_treatment", time_dependent = true }}, {{ variable = "age_at_diagnosis", spline = 4 }}]
"""


def written(folder: Path, text: str, *, known: str = KNOWN) -> Study:
    """Return the flagship study, which knows when local treatment began, with more in its study.toml."""
    study = FLAGSHIP
    assert KNOWN in study
    if "date_metastasis_treatment" not in known:  # what needs it in the flagship goes, too
        study = re.sub(r"\[(?:models\.from_its_day|tables\.time_zero)\].*?(?=\n\[|\Z)", "", study, flags=re.DOTALL)
    study = study.replace(KNOWN, known)
    study = study.replace('event_label = "death"\n', 'event_label = "death"\nrestricted_mean = [5]\n')
    return added(folder, text, to=study)


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return the study with a landmark model and a time-dependent exposure, and its results."""
    study = written(tmp_path_factory.mktemp("exposures") / "study", STUDY)
    return study, compute(study)


def test_every_number_of_exposures_that_begin_later_is_that_of_r(exposed: tuple[Study, Results]) -> None:
    """Landmark and time-dependent models, also with delayed entry or a spline, with checks and counts of patients."""
    expected = read_rows(REFERENCE / "values" / "study_exposures.csv")
    found = {
        record.id: tuple(part for part in (record.value, record.conf_low, record.conf_high) if part is not None)
        for record in exposed[1]
    }
    assert differences(expected, {name: found.get(name, ()) for name in expected}, relative=1e-6) == []


def test_curves_of_groups_that_patients_enter_later_count_patients(exposed: tuple[Study, Results]) -> None:
    """Simon and Makuch's curves: all are untreated first, the treated at risk from their day on."""
    study, results = exposed
    stem = "os_delayed.begins_later.by_local_treatment"
    curves = {level: results.curve(f"{stem}.{level}") for level in study.levels("local_treatment")}
    assert [curve.n for curve in curves.values()] == [142, 79]
    assert all(curve.delayed_entry for curve in curves.values())
    assert "Mantel and Byar" in results[f"{stem}.log_rank.p_value"].method
    assert "Mantel–Byar test" in results[f"{stem}.log_rank.p_value"].label
    assert f"{stem}.no.censored" not in results
    ended = sum(sum(curve.n_censored) + sum(curve.n_events) for curve in curves.values())
    assert ended == 142  # who enters the other group is not censored by it
    last = [curve.risk_table for curve in curves.values()]
    # One patient comes under observation after 20 years.
    assert sum(table.n_at_risk[-1] + table.n_events[-1] + table.n_censored[-1] for table in last) == 141
    assert f"{stem}.in_sex.female.log_rank.p_value" in results
    assert f"{stem}.known_later" not in results


def test_figures_show_curves_of_a_comparison_as_it_compares(exposed: tuple[Study, Results]) -> None:
    """Each patient counts once, whatever group they enter; a landmark is named, and where time begins."""
    study, results = exposed
    later, landmark, within = (
        figure_content(name, study, results, Style()) for name in ("begins_later", "from_one_year", "within_sex")
    )
    assert "142 patients. Without local treatment, 142 patients" in later.alt_text()
    assert "With local treatment, 79 patients" in later.alt_text()
    assert "Mantel–Byar P" in later.alt_text()
    assert "Log-rank P" in landmark.alt_text()
    assert "At risk at 1 year" not in landmark.alt_text()
    assert "At risk at 365 days, 120 patients" in landmark.alt_text()
    assert {name for text in within.printed() for name in text.ids} >= {
        "os_delayed.begins_later.by_local_treatment.in_sex.male.yes",
        "os_delayed.begins_later.by_local_treatment.in_sex.male.log_rank.p_value",
    }
    assert all(draw(content, formats=["svg"])["svg"] for content in (later, landmark, within))
    assert len([item for item in study.comparisons if item.name is None]) == 1 + len(study.analysis.univariate)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('comparison = "none"', "[figures.f.comparison] names 'none'; the comparisons are: 'subgroups' and 'c'"),
        ('comparison = "c"\ngroups = "sex"', "[figures.f.groups] does not go with `comparison`"),
        ('comparison = "c"\nendpoints = ["pfs"]', "[figures.f.endpoints] has 'pfs'; the endpoints of 'c' are: 'os'"),
        ('comparison = "c"\nwithin = "grade"', "[figures.f.within] is 'grade'; 'c' compares within: 'sex'"),
    ],
)
def test_a_figure_of_what_a_comparison_does_not_compare_is_refused(keys: str, message: str, tmp_path: Path) -> None:
    """The error names the key, and what the comparison has."""
    compared = '\n[comparisons.c]\ngroups = "local_treatment"\nendpoints = ["os"]\nwithin = ["sex"]\n'
    with pytest.raises(StudyError) as caught:
        written(tmp_path / "study", f"{compared}[figures.f]\n{keys}\n")
    assert message in str(caught.value)


def test_restricted_means_print_in_the_unit_of_times(tmp_path: Path) -> None:
    """In months where study.toml asks for them: the means and their differences alike."""
    study = written(tmp_path / "study", "")
    path = study.folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('print_unit = "years"', 'print_unit = "months"'))
    results = compute(read_study(study.folder))
    for name in ("os.restricted_mean.5y", "os.by_local_treatment.yes.restricted_mean_difference.5y"):
        assert (results[name].unit, results[name].print_unit, results[name].decimals) == ("days", "months", 2), name
    label = "Overall survival from initial diagnosis: restricted mean up to 5 years"
    assert results["os.restricted_mean.5y"].label == label


def test_a_landmark_model_says_who_is_in_it(exposed: tuple[Study, Results]) -> None:
    """Its population counts who was left out and why; its method has the landmark."""
    record = exposed[1]["os_metastasis.landmark.local_treatment.yes.hazard_ratio"]
    assert record.population == (
        "patients analysed; at risk at 1 year; without 20 with the event before, 2 censored before"
    )
    assert record.n == 142 - 22
    assert "landmark at 1 year" in record.method
    assert record.warning is None


def test_a_landmark_that_nobody_reaches_is_noted(exposed: tuple[Study, Results]) -> None:
    """Nothing can be estimated then, and the number may be of another unit than the author meant."""
    study, results = exposed
    found = [note for note in notes(study, results) if "at risk of" in note]
    assert [note.split("]")[0] for note in found] == ["study.toml: [comparisons.nobody", "study.toml: [models.no_more"]
    assert "has a `landmark` at 100 years, when nobody" in found[0]
    assert results["os.nobody.by_local_treatment.cox.yes.hazard_ratio"].value is None


def test_a_time_dependent_exposure_counts_patients_and_not_rows(exposed: tuple[Study, Results]) -> None:
    """Each patient is one, untreated first and treated from the day on; the method says so."""
    _, results = exposed
    assert results["os.changing.n"].value == 142
    assert results["os.changing.local_treatment.no.n"].value == 142
    ratio = results["os.changing.local_treatment.yes.hazard_ratio"]
    assert (ratio.n, ratio.population, ratio.warning) == (142, "patients analysed", None)
    assert "time-dependent Local treatment" in ratio.method


def test_a_competing_event_ends_follow_up_whatever_the_exposure(exposed: tuple[Study, Results]) -> None:
    """The model is of cause-specific hazards, and says so."""
    _, results = exposed
    ratio = results["of_disease.changing.local_treatment.yes.hazard_ratio"]
    assert "time-dependent Local treatment" in ratio.method
    assert ratio.label.endswith("(cause-specific)")


def test_immortal_time_is_counted_and_noted(exposed: tuple[Study, Results]) -> None:
    """Results that take a later treatment as known at time 0 warn; a note of each endpoint says what answers it."""
    study, results = exposed
    later = results["os.by_local_treatment.known_later"]
    assert (later.value, later.denominator) == (79, 79)
    for name in ("os.by_local_treatment.log_rank.p_value", "os.adjusted.local_treatment.yes.hazard_ratio"):
        assert "immortal time bias: Local treatment was known only" in str(results[name].warning), name
    said = [note for note in notes(study, results) if "immortal time" in note]
    assert len(said) == len(study.endpoints) - 2  # two endpoints begin with the treatment
    assert "79 of 79 patients" in said[0]
    assert said[0].endswith("Report 'one_year', 'from_its_day', 'landmark', 'changing' and 'bent' beside it.")
    unanswered = replace(study, models=(), comparisons=())
    assert all("`landmark`" in note for note in immortal_time_notes(unanswered, results))


def test_a_study_that_does_not_say_when_exposures_are_known_has_no_such_result(tmp_path: Path) -> None:
    """Without `known_at` nothing is counted, and nothing warned of."""
    study = written(tmp_path / "study", "", known="")
    results = compute(study)
    assert not [record.id for record in results if "known_later" in record.id or "immortal" in str(record.warning)]
    assert not [note for note in notes(study, results) if "immortal" in note]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('landmark = 0\nterms = ["sex"]', "[models.m.landmark] is 0; expected a time after the start"),
        (
            'landmark = "a year"\nterms = ["sex"]',
            "[models.m.landmark] is 'a year'; expected a number of days, or a text such as '6 days', '6 mo",
        ),
        (f"landmark = 365\n{CHANGING}", "[models.m.landmark] does not go with `time_dependent`"),
        ('terms = [{ variable = "sex", time_dependent = true }]', "'sex' has no `known_at`"),
        ('terms = [{ variable = "age_at_diagnosis", time_dependent = true }]', "a number"),
    ],
)
def test_an_exposure_in_time_without_sense_is_refused(text: str, message: str, tmp_path: Path) -> None:
    """A fault names its key, what is wrong and what is allowed."""
    with pytest.raises(StudyError) as caught:
        written(tmp_path / "study", f'\n[models.m]\nendpoint = "os"\n{text}\n')
    assert message in str(caught.value)


def test_times_of_another_kind_are_refused(tmp_path: Path) -> None:
    """A date cannot be held against an endpoint whose times are numbers."""
    text = '\n[endpoints.x]\nlike = "os"\ntime = "age_at_diagnosis"\n\n[models.m]\nendpoint = "x"\n' + CHANGING
    with pytest.raises(StudyError, match="is a date, and the times of endpoint 'x' are numbers; expected a number"):
        written(tmp_path / "study", text)


def test_an_exposure_of_which_the_time_is_missing_is_an_error(tmp_path: Path) -> None:
    """Who has another level than the first has a time from which it was known, or is named by row."""
    study = written(tmp_path / "study", "", known='known_at = "date_progression"\n')
    with pytest.raises(DataError, match="'local_treatment' has another level than 'no' and no date from which"):
        compute(study)


def test_groups_that_are_entered_later_have_no_incidence(tmp_path: Path) -> None:
    """A comparison has Fine-Gray models where an event competes: who stays at risk, has an exposure nobody knows."""
    competing = 'like = "os"\ncompeting = "vital_status == \'died of other cause\'"\ncompeting_label = "other"\n'
    of = f"\n[endpoints.x]\n{competing}\n"
    with pytest.raises(StudyError, match="or a model of \\[models"):
        written(
            tmp_path / "a",
            f'{of}[comparisons.c]\ngroups = "local_treatment"\nendpoints = ["x"]\ntime_dependent = true\n',
        )
    with pytest.raises(StudyError, match="leave out `kind`, and the model is of cause-specific hazards"):
        written(tmp_path / "b", f'{of}[models.m]\nendpoint = "x"\nkind = "fine_gray"\n{CHANGING}\n')
