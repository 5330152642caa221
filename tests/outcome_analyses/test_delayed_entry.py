"""Endpoints whose patients come under observation after time 0, and endpoints that are like another."""

from __future__ import annotations

from pathlib import Path

import pytest
from reference_values import REFERENCE, differences, read_rows
from study_texts import FLAGSHIP, added

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError, StudyError
from lockstep.figures.kinds import figure_content
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.text.style import Style

ROOT = Path(__file__).parents[2]
ENDPOINTS = """
[derived.os_days]
value = "days(date_initial_diagnosis, date_last_followup)"

[derived.late]
value = "days(date_initial_diagnosis, date_metastasis_treatment) + 1000"

[endpoints.os_delayed]
like = "os"
label = "Survival since diagnosis, from metastasis"
entry = "date_metastasis"

[endpoints.os_metastasis]
like = "os"
start = "date_metastasis"

[endpoints.os_late]
like = "os_delayed"
time = "os_days"
entry = "late"
"""
DELAYED = ("os_delayed", "os_late", "os_delayed_entry")
FIGURE = """
[figures.delayed]
endpoints = ["os_delayed", "os_late"]
groups = "local_treatment"
"""


def written(folder: Path, text: str, *, follow_up: str = "os") -> Study:
    """Return the flagship study, in a folder of its own, with more in its study.toml and data."""
    return added(folder, text, to=FLAGSHIP.replace('follow_up = "os"', f'follow_up = "{follow_up}"'))


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return the flagship study with endpoints of delayed entry, and its results."""
    study = written(tmp_path_factory.mktemp("entry") / "study", ENDPOINTS + FIGURE, follow_up="os_delayed")
    return study, compute(study)


def test_every_number_with_delayed_entry_is_that_of_r(entered: tuple[Study, Results]) -> None:
    """Counts, medians, rates, log-rank and Cox models with their checks, interaction and follow-up agree with R."""
    expected = read_rows(REFERENCE / "values" / "study_time.csv")
    found = {
        record.id: tuple(part for part in (record.value, record.conf_low, record.conf_high) if part is not None)
        for record in entered[1]
    }
    expected = {name: tuple(part for part in row if part is not None) for name, row in expected.items()}
    assert differences(expected, {name: found.get(name, ()) for name in expected}, relative=1e-6) == []


def test_who_was_never_at_risk_is_counted_and_said(entered: tuple[Study, Results]) -> None:
    """Patients whose follow-up ends before their entry are in no result of the endpoint, which says how many."""
    _, results = entered
    never = results["os_late.never_at_risk"]
    assert never.value
    assert results["os_late.n"].value == never.denominator - never.value  # type: ignore[operator]
    words = f"patients analysed; at risk from: Late; without {never.value} patients whose follow-up ended by then"
    assert results["os_late.median"].population == words
    assert results["os_late.adjusted.n"].value == results["os_late.n"].value
    assert "os.never_at_risk" not in results


def test_methods_say_that_entry_is_delayed(entered: tuple[Study, Results]) -> None:
    """Whoever traces a number of such an endpoint reads it there, and in no other."""
    for record in entered[1]:
        if record.kind in ("time", "percent", "p_value", "hazard_ratio") and record.key.endpoint is not None:
            assert ("delayed entry" in record.method) == (record.key.endpoint in DELAYED), record.id


def test_curves_begin_where_somebody_is_at_risk(entered: tuple[Study, Results]) -> None:
    """Before the first entry there is no curve and no rate, and the numbers at risk below the figure grow."""
    study, results = entered
    curve = results.curve("os_late")
    assert curve.time[0] > 1000
    assert curve.survival[0] == 1
    assert results["os_late.rate.1y"].reason == "before anybody is at risk"
    assert max(curve.risk_table.n_at_risk) > curve.risk_table.n_at_risk[0] == 0
    figure = figure_content("delayed", study, results, Style())
    assert {name for text in figure.printed() for name in text.ids} >= {"os_late.by_local_treatment.yes"}


def test_an_endpoint_like_another_has_its_keys_but_those_given(entered: tuple[Study, Results]) -> None:
    """What is said otherwise (`time` of `start` and `end`) is left out; labels that are alike have names behind."""
    study, results = entered
    assert study.endpoints["os_late"].axis == study.endpoints["os"].axis
    assert (study.endpoints["os_late"].start, study.endpoints["os_late"].time) == (None, "os_days")
    assert study.endpoints["os_metastasis"].event_label == "death"
    assert results["os_metastasis.median"].label == "Overall survival from initial diagnosis (os_metastasis): median"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('like = "oss"', "[endpoints.x.like] names 'oss'; the other endpoints are: 'os', 'pfs', "),
        ('like = "x"', "[endpoints.x.like] leads back to [endpoints.x]"),
        ('like = "os"\nentry = "sex"', "[endpoints.x.entry] names 'sex', a category; expected a date"),
        ('like = "os"\nentry = "age_at_diagnosis"', "names 'age_at_diagnosis', a number; expected a date"),
        ('like = "os"\ntime = "age_at_diagnosis"\nentry = "date_metastasis"', "a date; expected a number"),
        ('like = "os"\nentry = 3', "[endpoints.x.entry] is a number; expected a text"),
    ],
)
def test_an_entry_or_likeness_without_sense_is_refused(text: str, message: str, tmp_path: Path) -> None:
    """A fault names its key, what is wrong and what is allowed."""
    with pytest.raises(StudyError) as caught:
        written(tmp_path / "study", f"\n[endpoints.x]\n{text}\n")
    assert message in str(caught.value)


def test_a_missing_entry_is_an_error_with_its_rows(tmp_path: Path) -> None:
    """Nobody is dropped in silence: whose entry is not known is named by row."""
    study = written(tmp_path / "study", '\n[endpoints.x]\nlike = "os"\nentry = "date_progression"\n')
    with pytest.raises(DataError, match=r"endpoint 'x' has no entry \(column 'date_progression'\) in rows"):
        compute(study)


def test_an_entry_before_the_start_is_a_query(tmp_path: Path) -> None:
    """Such patients are at risk from the start, and the site is asked."""
    study = written(tmp_path / "study", '\n[endpoints.x]\nlike = "pfs"\nentry = "date_initial_diagnosis"\n')
    results = compute(study)
    assert results["data.queries.entry_before_start"].value
    assert results["x.median"].value == results["pfs.median"].value
    assert results["x.by_local_treatment.log_rank.p_value"].value == pytest.approx(
        results["pfs.by_local_treatment.log_rank.p_value"].value
    )
