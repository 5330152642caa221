"""Tests of lockstep.figures.survival_panels: what survival curves show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sample_results import Patients, make_results, make_study, trial

from lockstep.base.errors import ReportError, ResultsError
from lockstep.figures.kinds import figure_content
from lockstep.figures.survival import SurvivalFigure
from lockstep.results.model import Results
from lockstep.study.figures import SurvivalCurves
from lockstep.study.model import Study
from lockstep.text.style import Style

PATIENTS = [(100.0, True), (300.0, False), (500.0, True)]


def build(
    folder: Path,
    *,
    levels: Mapping[str, str],
    endpoints: Sequence[str] = ("os",),
    within: Mapping[str, str] | None = None,
    curves: Mapping[str, Patients] | None = None,
    label: str = "Grade",
) -> tuple[SurvivalFigure, Study, Results]:
    """Return the content of a figure that compares the levels of one variable, and the study and results behind it."""
    variables = {"g": (label, levels)}
    keys = {"endpoints": list(endpoints), "groups": "g"}
    if within:
        variables["s"] = ("Stage", within)
        keys["within"] = "s"
    study = make_study(
        folder,
        endpoints={name: (f"Endpoint {name}", "years", [0, 1, 2]) for name in endpoints},
        variables=variables,
        figures={"f": keys},
    )
    stems = [f"{e}.by_g.in_s.{s}" if within else f"{e}.by_g" for e in endpoints for s in within or [""]]
    curves = curves or {f"{stem}.{level}": PATIENTS for stem in stems for level in levels}
    results = make_results(study, curves, p_values=dict.fromkeys(stems, 0.04))
    return figure_content("f", study, results, Style()), study, results


def test_endpoints_flow_in_rows_of_two(tmp_path: Path) -> None:
    """Without subgroups, three endpoints make a row of two and a row of one, lettered in reading order."""
    content, _, _ = build(tmp_path, levels={"a": "A", "b": "B"}, endpoints=("os", "pfs", "ttp"))
    assert [[panel.letter for panel in row] for row in content.rows] == [["A", "B"], ["C"]]


def test_the_vertical_axis_says_what_falls_from_100_percent(tmp_path: Path) -> None:
    """Not the event: of an endpoint called by it, patients without it."""
    content, study, results = build(tmp_path, levels={"a": "A", "b": "B"})
    (panel,) = content.panels
    assert (panel.title, panel.y_label, panel.y_label_short) == ("Endpoint os", "Without event (%)", "Event-free (%)")
    called = replace(study.endpoints["os"], label="Overall survival")
    (panel,) = figure_content("f", replace(study, endpoints={"os": called}), results, Style()).panels  # type: ignore[attr-defined]
    assert panel.y_label == "Overall survival (%)"


def test_with_subgroups_each_endpoint_starts_a_row(tmp_path: Path) -> None:
    """Panels that share a time axis stand side by side, even where an endpoint has an odd number of them."""
    content, _, _ = build(
        tmp_path, levels={"a": "A", "b": "B"}, endpoints=("os", "pfs"), within={"1": "I", "2": "II", "3": "III"}
    )
    expected = [["Endpoint os"] * 2, ["Endpoint os"], ["Endpoint pfs"] * 2, ["Endpoint pfs"]]
    assert expected == [[panel.title for panel in row] for row in content.rows]
    assert [panel.subtitle for panel in content.panels[:3]] == ["Stage: I", "Stage: II", "Stage: III"]


def test_a_single_panel_has_no_letter(tmp_path: Path) -> None:
    """A letter is there to tell panels apart."""
    content, _, _ = build(tmp_path, levels={"a": "A", "b": "B"})
    assert [panel.letter for panel in content.panels] == [""]


def test_a_variable_is_named_where_its_levels_alone_do_not_tell(tmp_path: Path) -> None:
    """Levels such as "1" and "2" come with the name of their variable; those that contain it do not repeat it."""
    content, _, _ = build(tmp_path, levels={"1": "1", "2": "2"})
    assert content.panels[0].legend_title == "Grade"
    assert [group.full_label for group in content.panels[0].groups] == ["Grade: 1", "Grade: 2"]
    content, _, _ = build(tmp_path, levels={"n": "Without therapy", "y": "With Therapy"}, label="Therapy")
    assert content.panels[0].legend_title == ""
    assert [group.full_label for group in content.panels[0].groups] == ["Without therapy", "With Therapy"]
    content, *_ = build(tmp_path, levels={"a": "Without", "b": "Late T"}, label="T")
    assert [group.full_label for group in content.panels[0].groups] == ["T: Without", "Late T"]


def test_labels_are_brought_into_one_line(tmp_path: Path) -> None:
    """A label with line breaks and tabs takes one line, so that it cannot break the layout."""
    content, _, _ = build(tmp_path, levels={"a": "Two\nlines", "b": "a\ttab"})
    assert [group.label for group in content.panels[0].groups] == ["Two lines", "a tab"]


def test_a_group_without_patients_keeps_its_place(tmp_path: Path) -> None:
    """A level that nobody has is shown as such, has no median in words, and the levels after it keep their colours."""
    curves = {"os.by_g.a": PATIENTS, "os.by_g.b": [], "os.by_g.c": PATIENTS}
    content, _, _ = build(tmp_path, levels={"a": "A", "b": "B", "c": "C"}, curves=curves)
    groups = content.panels[0].groups
    assert [group.curve.n for group in groups] == [3, 0, 3]
    assert groups[1].estimate_text == "no patients"
    assert groups[1].curve.risk_table.n_at_risk == (0, 0, 0)
    assert "Grade: B, 0 patients. Grade: C, 3 patients, median" in content.alt_text()


def test_texts_follow_the_style_of_numbers(tmp_path: Path) -> None:
    """Medians, P values and ticks are printed by the manuscript's own style."""
    _, study, results = build(tmp_path, levels={"a": "A", "b": "B"})
    axis = replace(study.endpoints["os"].axis, unit="days", ticks=(0, 0.5, 1))
    study = replace(study, endpoints={"os": replace(study.endpoints["os"], axis=axis)})
    results = make_results(study, {"os.by_g.a": PATIENTS, "os.by_g.b": PATIENTS}, p_values={"os.by_g": 0.04})
    panel = figure_content("f", study, results, Style(decimal_mark=",")).panels[0]
    assert panel.tick_labels == ("0,0", "0,5", "1,0")
    assert panel.p_text == "P\u00a0=\u00a00,040"
    assert panel.groups[0].estimate_text.startswith("500\u00a0days")


def test_a_risk_table_that_does_not_add_up_is_refused(tmp_path: Path) -> None:
    """At each tick, patients at risk, with event and censored are all patients, or the figure is not drawn."""
    _, study, results = build(tmp_path, levels={"a": "A", "b": "B"})
    curve = results.curves[1]
    wrong = replace(curve, risk_table=replace(curve.risk_table, n_censored=(0, 2, 1)))
    results = replace(results, curves=(results.curves[0], wrong))
    with pytest.raises(ResultsError) as error:
        figure_content("f", study, results, Style())
    assert str(error.value) == (
        "curve os.by_g.b: at 365 days, at risk + events + censored = 1 + 1 + 2 is not 3, the number of patients; "
        "run `lockstep report` to compute it again"
    )


def test_a_risk_table_at_other_times_than_the_ticks_is_refused(tmp_path: Path) -> None:
    """Numbers at risk never stand under a tick that they do not belong to."""
    _, study, results = build(tmp_path, levels={"a": "A", "b": "B"})
    axis = replace(study.endpoints["os"].axis, ticks=(0, 1, 3))
    study = replace(study, endpoints={"os": replace(study.endpoints["os"], axis=axis)})
    with pytest.raises(ResultsError, match=r"^curve os\.by_g\.a: its risk table is not at the axis ticks"):
        figure_content("f", study, results, Style())


def test_a_comparison_that_the_results_lack_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """Results from before a figure was asked for give one error with the remedy."""
    _, study, results = build(tmp_path, levels={"a": "A", "b": "B"}, within={"1": "I", "2": "II"})
    results = replace(results, records=())
    with pytest.raises(ReportError) as error:
        figure_content("f", study, results, Style())
    assert str(error.value) == (
        "study.toml: [figures.f] compares by 'g' within 's', which is not among the results.\n"
        "Run `lockstep report` to compute them again."
    )


def test_counts_at_the_ticks_agree_with_the_patients(tmp_path: Path) -> None:
    """The shipped cohort's numbers at risk at 5 years are those of a direct count."""
    study, results = trial(tmp_path)
    panel = figure_content("by_arm", study, results, Style()).panels[0]
    assert [
        (group.curve.n, group.curve.risk_table.n_censored[0], group.curve.risk_table.n_at_risk[1])
        for group in panel.groups
    ] == [(63, 0, 16), (79, 0, 47)]


@pytest.mark.parametrize("which", ["flagship", "second"])
def test_every_figure_of_the_studies_can_be_shown(
    which: str, study: Study, results: Results, implants: Study, implants_results: Results
) -> None:
    """The ids, ticks and counts that the analysis gives are those that the figures ask for."""
    study, results = (study, results) if which == "flagship" else (implants, implants_results)
    for figure in study.figures.values():
        if not isinstance(figure, SurvivalCurves):
            continue
        content = figure_content(figure.name, study, results, Style())
        per_endpoint = len(study.levels(figure.within)) if figure.within else 1
        assert len(content.panels) == len(figure.endpoints) * per_endpoint
