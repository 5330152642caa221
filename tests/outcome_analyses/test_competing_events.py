"""Endpoints that another event competes with: who has which event when, what is computed, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from study_texts import TWO_ARMS, written

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import ResultsError, StudyError
from lockstep.data.cohort import build_cohort
from lockstep.data.findings import FaultyDataError
from lockstep.data.reading import read_data
from lockstep.notes.assumptions import notes
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.tables.tables import RenderedTable, render_table
from lockstep.text.phrases import Phrases
from lockstep.text.style import Style

STUDY = (
    TWO_ARMS
    + """[columns.rtime]
type = "number"
[columns.relapsed]
type = "category"
levels = ["0", "1"]
[columns.dtime]
type = "number"
[columns.dead]
type = "category"
levels = ["0", "1"]
[endpoints.relapse]
time = "rtime"
event = "relapsed == '1'"
event_label = "relapse"
COMPETING
[endpoints.os]
label = "Overall survival"
time = "dtime"
event = "dead == '1'"
event_label = "death"
[analysis]
exposure = "arm"
"""
)
HEADER = "id,arm,rtime,relapsed,dtime,dead"
ROWS = ["1,a,5,1,9,1", "2,a,7,0,8,1", "3,b,6,0,6,0", "4,b,4,1,4,1", "5,a,3,0,10,0", "6,b,2,0,3,1"]
BY_CONDITION = 'competing = "dead == \'1\'"\ncompeting_label = "death without relapse"'
BY_ENDPOINT = 'competing = "os"'
IGNORED = 'competing = "ignored"\nreason = "Nobody under 40 died of another cause."'


def results_of(folder: Path, competing: str, rows: list[str] = ROWS, more: str = "") -> Results:
    """Return the results of a study with these lines on the competing event of relapse."""
    return compute(read_one(folder, competing, rows, more))


def read_one(folder: Path, competing: str, rows: list[str] = ROWS, more: str = "") -> Study:
    """Write the study, and read it."""
    return written(folder, STUDY.replace("COMPETING", competing) + more, [HEADER, *rows])


@pytest.mark.parametrize(
    ("competing", "times"), [(BY_CONDITION, [5, 7, 6, 4, 3, 2]), (BY_ENDPOINT, [5, 8, 6, 4, 3, 3])]
)
def test_the_first_event_counts_and_of_two_at_once_the_endpoint_s(
    tmp_path: Path, competing: str, times: list[float]
) -> None:
    """A condition competes at the end of follow-up, an endpoint at its own time; death after relapse does not."""
    study = read_one(tmp_path, competing)
    observed = build_cohort(study, read_data(study)).endpoints["relapse"]
    assert observed.competing is not None
    assert observed.event.tolist() == [True, False, False, True, False, False]
    assert observed.competing.tolist() == [False, True, False, False, False, True]
    assert observed.time.tolist() == times
    label = study.endpoints["relapse"].competing
    assert label is not None
    assert label.label == "death without relapse"


def test_counts_add_up_and_nothing_is_estimated_by_kaplan_meier(tmp_path: Path) -> None:
    """Events, competing events and censorings are all patients; there is incidence, and no median or log-rank test."""
    found = results_of(tmp_path, BY_CONDITION)
    counts = [found[f"relapse.{name}"].value for name in ("n", "events", "competing_events", "censored")]
    assert counts == [6, 2, 2, 2]
    assert found["relapse.incidence.1y"].label == "Relapse: cumulative incidence at 1 year"
    by_kaplan_meier = (
        "relapse.median",
        "relapse.rate.1y",
        "relapse.by_arm.b.median",
        "relapse.by_arm.log_rank.p_value",
    )
    assert not [name for name in by_kaplan_meier if name in found]
    assert {curve.estimates for curve in found.curves if curve.id.startswith("relapse")} == {"incidence"}
    assert {curve.estimates for curve in found.curves if curve.id.startswith("os")} == {"survival"}


def test_hazard_ratios_are_called_cause_specific(tmp_path: Path) -> None:
    """Cox models of the endpoint say in label and method that they are of the cause-specific hazard; others do not."""
    found = results_of(tmp_path, BY_CONDITION)
    ratio = found["relapse.by_arm.cox.b.hazard_ratio"]
    assert ratio.label == "Relapse: Treatment: New vs Control (cause-specific)"
    assert ratio.method.endswith("follow-up is censored at a competing event (death without relapse)")
    assert "cause-specific" not in found["os.by_arm.cox.b.hazard_ratio"].method
    shr = found["relapse.by_arm.fine_gray.b.subdistribution_hazard_ratio"]
    assert shr.method.startswith("Fine-Gray model of the subdistribution hazard")


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        ("relapse.rate.1y", "print 'relapse.incidence.1y'"),
        ("relapse.by_arm.b.rate.1y", "print 'relapse.by_arm.b.incidence.1y'"),
        ("relapse.median", "cumulative incidence at a landmark"),
        ("relapse.by_arm.log_rank.p_value", "print 'relapse.by_arm.gray.p_value'"),
    ],
)
def test_what_kaplan_meier_would_overestimate_is_refused_with_what_to_print(
    tmp_path: Path, asked: str, instead: str
) -> None:
    """The message says why, what to print, and how to insist."""
    found = results_of(tmp_path, BY_CONDITION)
    with pytest.raises(ResultsError) as error:
        Phrases(found, Style()).estimate(asked)
    message = str(error.value)
    assert instead in message
    assert "overestimate 'relapse'" in message
    assert '`competing = "ignored"` with a `reason` under [endpoints.relapse]' in message


def test_other_unknown_results_are_answered_as_ever(tmp_path: Path) -> None:
    """Of an endpoint without competing events, and of a misspelt one, the nearest name is given."""
    found = results_of(tmp_path, BY_CONDITION)
    for asked in ("relapse.evnts", "os.rate.2y"):
        with pytest.raises(ResultsError, match=f"no result '{asked}'") as error:
            found[asked]
        assert "competing event" not in str(error.value)


def test_an_ignored_competing_event_has_its_reason_for_methods(tmp_path: Path) -> None:
    """Kaplan-Meier is then computed; the reason is a result, and the notes say how to print it."""
    found = results_of(tmp_path, IGNORED)
    assert "relapse.median" in found
    assert found["relapse.competing_ignored"].value == "Nobody under 40 died of another cause."
    assert Phrases(found, Style()).value("relapse.competing_ignored").text == "Nobody under 40 died of another cause."
    (line,) = [line for line in notes(read_study(tmp_path), found) if "ignored" in line]
    assert 'r.value("relapse.competing_ignored")' in line
    assert "overestimates" in line


@pytest.mark.parametrize(
    ("competing", "message"),
    [
        ('competing = "so"', "is 'so'; expected a condition, or one of the other endpoints: 'os'"),
        ('competing = "relapse"', "names the endpoint itself"),
        ("competing = \"dead == '1'\"", "competing_label"),
        ('competing = "ignored"', "reason"),
        (BY_ENDPOINT + '\nreason = "x"', "goes with `competing = 'ignored'` alone"),
        ('competing_label = "death"', "goes with `competing`, which is missing"),
        (IGNORED + '\ncompeting_label = "x"', "does not go with"),
        (BY_ENDPOINT + '\nentry = "dtime"', "does not go with `entry`"),
    ],
)
def test_a_competing_event_that_makes_no_sense_is_refused(tmp_path: Path, competing: str, message: str) -> None:
    """Each fault has its key and what is allowed."""
    with pytest.raises(StudyError) as error:
        read_one(tmp_path, competing)
    assert "[endpoints.relapse" in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("competing", "row", "message"),
    [
        (BY_CONDITION, "7,a,9,0,9,", "has an unknown competing event (\"dead == '1'\") in row 8"),
        (BY_ENDPOINT, "7,a,9,1,8,1", "has its event after the competing event of 'os' in row 8"),
    ],
)
def test_unknown_and_impossible_competing_events_are_reported_with_their_rows(
    tmp_path: Path, competing: str, row: str, message: str
) -> None:
    """Nobody counts as censored of whom the competing event is not known."""
    with pytest.raises(FaultyDataError) as error:
        results_of(tmp_path, competing, [*ROWS, row])
    assert message in str(error.value)


def test_the_competing_event_of_a_patient_with_the_event_may_be_unknown(tmp_path: Path) -> None:
    """It comes after the event, or not at all: nothing depends on it."""
    study = read_one(tmp_path, BY_CONDITION, [*ROWS, "7,a,9,1,9,"])
    # Death itself is then unknown for overall survival, which refuses it; without that endpoint all is known.
    text = (study.folder / "study.toml").read_text(encoding="utf-8")
    start, end = text.index("[endpoints.os]"), text.index("[analysis]")
    (study.folder / "study.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    assert compute(read_study(study.folder))["relapse.events"].value == 3


def test_survival_curves_of_a_competing_endpoint_are_refused(tmp_path: Path) -> None:
    """The message names the figure that shows cumulative incidence."""
    with pytest.raises(StudyError, match="draw kind = 'cumulative_incidence'"):
        read_one(tmp_path, BY_CONDITION, more='[figures.relapse]\nendpoints = ["relapse"]\n')


def test_an_empty_group_and_one_without_events_have_reasons(tmp_path: Path) -> None:
    """Nobody in a group, and no event of a kind, give no number without a reason, and no warning of NumPy."""
    found = results_of(tmp_path, BY_CONDITION, [row.replace(",b,", ",a,") for row in ROWS])
    assert found["relapse.by_arm.b.incidence.1y"].reason == "no patients"
    assert found["relapse.by_arm.gray.p_value"].reason == "patients in one group only"
    alive = results_of(tmp_path, BY_CONDITION, [row[:-1] + "0" for row in ROWS])
    assert alive["relapse.competing_events"].value == 0
    assert alive["relapse.censored"].value == 4


def test_each_ratio_of_a_table_of_estimates_has_the_test_of_its_own(tmp_path: Path) -> None:
    """Cause-specific hazard ratios stand beside their Wald test, subdistribution ones beside Gray's."""
    more = '[tables.t]\nkind = "estimates"\nby = "arm"\nendpoints = ["relapse"]\ndifferences = true\n'
    rows = [f"{i},{'ab'[i % 2]},{3 + i % 7},{int(i % 3 == 0)},{5 + i % 9},{int(i % 4 == 1)}" for i in range(40)]
    results = results_of(tmp_path, BY_CONDITION, rows, more)
    table = render_table("t", read_study(tmp_path), results, Style())
    lines = [text.ids for text in table.printed if text.ids and not text.ids[0].startswith("relapse.by_arm.a.")]
    ids = [name for names in lines for name in names]
    ratio, gray = ids.index("relapse.by_arm.cox.b.hazard_ratio"), ids.index("relapse.by_arm.gray.p_value")
    assert ids[ratio + 1] == "relapse.by_arm.cox.b.p_value"
    assert ids[gray - 1] == "relapse.by_arm.fine_gray.b.subdistribution_hazard_ratio"
    assert "Wald tests of cause-specific hazard ratios; Gray's tests of cumulative incidence" in unescaped(table)


def unescaped(table: RenderedTable) -> str:
    """Return the text of a table."""
    return table.markdown.replace("\\", "")
