"""Assumptions that the data contradict are reported: in the records, by `make report` and by `make check`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from awkward_studies import make_study
from reference_cohorts import veteran
from reference_values import REFERENCE, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.document.check import check
from lockstep.notes.assumptions import AVERAGE, notes
from lockstep.results.json_file import read_results
from lockstep.results.model import Results
from lockstep.results.source import RESULTS_FILE
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.tables.tables import render_table
from lockstep.text.style import NBSP, Style

STUDY = """
schema = 1
[data]
file = "data.csv"
id = "id"
[time]
unit = "days"
year = 365
[columns.time]
type = "number"
[columns.event]
type = "category"
levels = ["0", "1"]
"""

VETERAN = (
    STUDY
    + """
[columns.trt]
type = "category"
label = "Treatment"
levels = ["1", "2"]
[columns.celltype]
type = "category"
label = "Cell type"
levels = ["squamous", "smallcell", "adeno", "large"]
[columns.karno]
type = "number"
label = "Karnofsky score"
[endpoints.os]
label = "Overall survival"
time = "time"
event = "event == '1'"
[analysis]
exposure = "celltype"
univariate = ["trt"]
adjust_for = ["karno", "trt"]
[tables.models]
template = "models.html.j2"
endpoints = ["os"]
"""
)

DATES = """
schema = 1
[data]
file = "data.csv"
id = "id"
[columns.start]
type = "date"
[columns.relapsed]
type = "date"
label = "Relapse"
optional = true
[columns.seen]
type = "date"
[columns.status]
type = "category"
levels = ["alive", "dead"]
[columns.state]
type = "category"
levels = ["0", "1"]
[endpoints.os]
label = "Overall survival"
start = "start"
end = "seen"
event = "status == 'dead'"
event_label = "death"
[endpoints.rfs]
label = "{label}"
abbreviation = "{abbreviation}"
start = "start"
end = ["relapsed", "seen"]
event = "{event}"
"""
ROWS = [
    "a,2001-01-01,2002-01-01,2003-01-01,dead,1",
    "b,2001-01-01,,2002-06-01,dead,1",
    "c,2001-01-01,,2004-01-01,alive,0",
    "d,2001-01-01,2001-06-01,2005-01-01,alive,1",
]


@pytest.fixture(scope="module")
def soldiers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return a study of R's veteran data, whose hazards are not proportional, with its results."""
    folder = tmp_path_factory.mktemp("veteran")
    frame = veteran()[["time", "event", "trt", "celltype", "karno"]]
    frame.insert(0, "id", range(len(frame)))
    frame.to_csv(folder / "data.csv", index=False)
    (folder / "study.toml").write_text(VETERAN, encoding="utf-8")
    study = read_study(folder)
    return study, compute(study)


def with_alpha(study: Study, alpha: float) -> Study:
    """Return a study with another significance level."""
    return dataclasses.replace(study, analysis=dataclasses.replace(study.analysis, alpha=alpha))


def relapse(folder: Path, *, event: str, label: str = "Relapse-free survival", abbreviation: str = "RFS") -> Results:
    """Return the results of four patients, of whom b dies without relapse, with this endpoint."""
    (folder / "data.csv").write_text("\n".join(["id,start,relapsed,seen,status,state", *ROWS]), encoding="utf-8")
    text = DATES.replace("{event}", event).replace("{label}", label).replace("{abbreviation}", abbreviation)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return compute(read_study(folder))


# ---- proportional hazards ------------------------------------------------------------------------------------------


def test_a_covariate_of_several_levels_is_tested_as_a_whole_as_by_r(soldiers: tuple[Study, Results]) -> None:
    """The likelihood-ratio test of a factor in the multivariable model is that of R's drop1; a pair has none."""
    _, results = soldiers
    r = read_rows(REFERENCE / "values" / "datasets.csv")
    for part in ("statistic", "df", "p_value"):
        expected = r[f"veteran.cox.likelihood_ratio.celltype.{part}"][0]
        assert results[f"os.adjusted.likelihood_ratio.celltype.{part}"].value == pytest.approx(expected, rel=1e-6)
    assert "os.adjusted.likelihood_ratio.trt.p_value" not in results


def test_each_hazard_ratio_says_whose_proportionality_is_in_doubt(soldiers: tuple[Study, Results]) -> None:
    """A term whose own check is significant is distinguished from a term of a model in which another one's is."""
    _, results = soldiers
    found = {name: results[f"os.adjusted.{name}.hazard_ratio"].warning for name in ("karno", "trt.2")}
    assert found["karno"] == (
        "the check of proportional hazards is significant for this variable; "
        "the hazard ratio is an average over follow-up"
    )
    assert found["trt.2"] == "the check of proportional hazards is significant for other terms"


def test_a_univariable_model_is_checked_as_by_r(soldiers: tuple[Study, Results]) -> None:
    """A factor is checked as a whole and in each of its hazard ratios, which carry the warning where it is violated."""
    _, results = soldiers
    r = read_rows(REFERENCE / "values" / "datasets.csv")
    for part in ("statistic", "df", "p_value"):
        for term in ("", "smallcell.", "adeno.", "large."):
            expected = r[f"veteran.celltype.proportional_hazards.{term}{part}"][0]
            found = results[f"os.by_celltype.proportional_hazards.{term}{part}"]
            assert found.value == pytest.approx(expected, rel=1e-6)
            assert "multivariable" not in found.label + found.method
    assert results["os.by_celltype.cox.adeno.hazard_ratio"].warning == (
        "the check of proportional hazards is significant for this variable; "
        "the hazard ratio is an average over follow-up"
    )
    # Of treatment P is 0.06; a pair has one hazard ratio, whose check is that of the whole.
    assert results["os.by_trt.cox.2.hazard_ratio"].warning is None
    assert "os.by_trt.proportional_hazards.2.p_value" not in results


def test_each_model_whose_hazards_are_not_proportional_is_one_line(soldiers: tuple[Study, Results]) -> None:
    """A line names the model, its variables with a significant check, and all terms together; a last one what to do."""
    study, results = soldiers
    start = "the check of proportional hazards is significant for"
    assert notes(study, results) == (
        f"Overall survival, univariable model: {start} Cell type (P = 0.031)",
        f"Overall survival, multivariable model: {start} "
        "Cell type (P = 0.002), Karnofsky score (P < 0.001) and all terms together (P < 0.001)",
        AVERAGE,
    )
    assert AVERAGE.startswith("Where hazards are not proportional, a hazard ratio is an average over follow-up.")

    def silent(record_id: str) -> bool:
        return "proportional_hazards" in record_id and "global" not in record_id

    records = tuple(dataclasses.replace(r, value=0.5) if silent(r.id) else r for r in results)
    line, _ = notes(study, dataclasses.replace(results, records=records))
    assert line == f"Overall survival, multivariable model: {start} all terms together (P < 0.001)"
    assert notes(with_alpha(study, 0.1), results)[0] == (
        f"Overall survival, univariable models: {start} Cell type (P = 0.031) and Treatment (P = 0.060)"
    )
    assert notes(with_alpha(study, 1e-9), results) == ()


def test_a_study_without_multivariable_model_is_checked_too(soldiers: tuple[Study, Results]) -> None:
    """Univariable models alone are checked, and a table of models says which of them are violated."""
    study, _ = soldiers
    alone = dataclasses.replace(study, analysis=dataclasses.replace(study.analysis, adjust_for=()), models=())
    results = compute(alone)
    assert [line.split(":")[0] for line in notes(alone, results)] == [
        "Overall survival, univariable model",
        AVERAGE.split(":")[0],
    ]
    note = render_table("models", alone, results, Style()).markdown.split(":::")[1].replace(NBSP, " ")
    told = "was significant for cell type (*P* = 0.031) in the univariable model of overall survival. There"
    assert told in note


def test_a_model_within_a_subgroup_is_named_with_it(study: Study, results: Results) -> None:
    """The exposure's model in a level of the subgroup has a line of its own, and no word in the table without it."""
    lines = notes(with_alpha(study, 0.07), results)
    assert (
        "Progression-free survival, univariable model (Age group: Older than 60 years): "
        "the check of proportional hazards is significant for Local treatment (P = 0.069)"
    ) in lines
    assert "0.069" not in render_table("models", with_alpha(study, 0.07), results, Style()).markdown


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        ("one group only", "none of its hazard ratios can be estimated"),
        ("no exposure is known", "no patients"),
        ("no events", "no events"),
        ("death in one arm only", "a hazard ratio tends to infinity (a level without events, or complete separation)"),
        ("everybody dies at once", "too few event times"),
        ("one patient who dies", "none of its hazard ratios can be estimated"),
    ],
)
def test_a_check_that_cannot_be_computed_has_a_reason(tmp_path: Path, variant: str, reason: str) -> None:
    """Without groups, events or event times to compare, the check is not estimable, and raises no note."""
    folder = make_study(tmp_path / "study", variant)
    study = read_study(folder)
    results = compute(study)
    for part in ("statistic", "p_value"):
        record = results[f"os.by_arm.proportional_hazards.{part}"]
        assert (record.value, record.reason) == (None, reason)
    assert not any("Treatment" in line for line in notes(study, results) if line.startswith("Overall"))


def test_a_note_is_no_failure_of_the_check(soldiers: tuple[Study, Results]) -> None:
    """`make check` reports hazards that are not proportional, and passes."""
    study, _ = soldiers
    (study.folder / "report.qmd").write_text("# Results\n\nNothing.\n", encoding="utf-8")
    findings = check(study.folder)
    assert findings.passed
    assert sum(line.startswith("note: Overall survival, ") for line in findings.lines()) == 2
    assert notes(study, read_results(study.folder / RESULTS_FILE)) == findings.notes


# ---- death as an event of relapse-free survival --------------------------------------------------------------------


def test_deaths_that_an_endpoint_leaves_out_are_noted(tmp_path: Path) -> None:
    """Relapse-free survival whose event is relapse alone names how many died without it, and what to write."""
    results = relapse(tmp_path, event="relapsed present")
    record = results["rfs.deaths_without_event"]
    assert (record.value, record.denominator) == (1, 4)
    (line,) = notes(read_study(tmp_path), results)
    assert line.startswith(
        "study.toml: [endpoints.rfs.event] leaves out death: 1 patient died without it and count as censored."
    )
    assert "write `(relapsed present) or (status == 'dead')`" in line


@pytest.mark.parametrize(
    ("event", "label", "abbreviation"),
    [
        ("relapsed present or status == 'dead'", "Relapse-free survival", "RFS"),
        ("state == '1'", "Relapse-free survival", "RFS"),  # a ready column that includes death
        ("relapsed present", "Time to relapse", "TTR"),
        ("relapsed present", "Relapse-free interval", "RFI"),
        ("relapsed present", "Disease-specific survival", "DSS"),
    ],
)
def test_what_counts_death_or_is_not_named_so_raises_no_alarm(
    tmp_path: Path, event: str, label: str, abbreviation: str
) -> None:
    """An event that includes death, in whatever column, and an endpoint that is not survival free of it are right."""
    results = relapse(tmp_path, event=event, label=label, abbreviation=abbreviation)
    assert notes(read_study(tmp_path), results) == ()


def test_a_definition_without_death_is_told_before_anyone_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody died without relapse yet, an event that is the date of relapse alone is reported all the same."""
    monkeypatch.setitem(globals(), "ROWS", [row for row in ROWS if not row.startswith("b")])
    results = relapse(tmp_path, event="relapsed present", label="Survival without relapse", abbreviation="DFS")
    assert results["rfs.deaths_without_event"].value == 0
    (line,) = notes(read_study(tmp_path), results)
    assert "leaves out death, though nobody died without it so far" in line


def test_the_flagship_counts_death(study: Study, results: Results) -> None:
    """Progression-free survival has death as an event, and nobody died without progression."""
    assert study.endpoints["pfs"].event_label == "progression or death"
    record = results["pfs.deaths_without_event"]
    assert (record.value, record.warning) == (0, None)
