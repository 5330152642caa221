"""Tests of curves of cumulative incidence: what they show, in words and drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import StudyError
from lockstep.figures.kinds import figure_content
from lockstep.figures.survival import SurvivalFigure
from lockstep.figures.survival_steps import steps
from lockstep.graphics.drawing import draw
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.text.style import Style

COMPETING = ROOT / "tests" / "studies" / "competing"


@pytest.fixture(scope="module")
def study() -> Study:
    """Return the study in which death competes with progression."""
    return read_study(COMPETING)


@pytest.fixture(scope="module")
def results(study: Study) -> Results:
    """Return its results."""
    return compute(study)


def content(name: str, study: Study, results: Results) -> SurvivalFigure:
    """Return what a figure shows."""
    found = figure_content(name, study, results, Style())
    assert isinstance(found, SurvivalFigure)
    return found


def test_the_words_are_those_of_incidence(study: Study, results: Results) -> None:
    """The alternative text has incidence at the last landmark of the axis and Gray's test, and nothing of survival."""
    assert content("incidence", study, results).alt_text() == (
        "Cumulative incidence curves. Progression, 341 patients. M protein: Below 1.5 g/dL, 255 patients, at 20 years "
        "8.9% (95% CI 5.5–13.4). M protein: 1.5 g/dL or more, 86 patients, at 20 years 21.0% (95% CI 11.8–31.9). "
        "Gray’s test P = 0.008."
    )


def test_curves_rise_from_zero_on_an_axis_that_holds_them(study: Study, results: Results) -> None:
    """The first point is at 0, no step goes down, and the axis ends above curves and intervals, not at 100%."""
    (panel,) = content("incidence", study, results).panels
    assert panel.y_ticks == (0, 10, 20, 30, 40)
    assert panel.y_label == "Cumulative incidence of progression (%)"
    for group in panel.groups:
        line = steps(group.curve, per_unit=panel.per_unit, end=25).line
        assert line[0] == (0, 0)
        assert [y for _, y in line] == sorted(y for _, y in line)
        assert max(bound or 0 for bound in group.curve.conf_high) <= 0.4
        assert group.curve.censored == ()


def test_the_competing_event_is_dashed_and_named(study: Study, results: Results) -> None:
    """Where it is drawn, dashes mean it and not a group; all panels have one axis; both curves are traced and leave."""
    figure = content("both_events", study, results)
    assert figure.panels[1].subtitle == "Sex: Male; solid, progression; dashed, death without progression"
    assert {panel.y_ticks for panel in figure.panels} == {(0, 25, 50, 75, 100)}
    assert figure.panels[0].y_label == "Cumulative incidence (%)"
    ids = [f"progression.by_m_protein_group.in_sex.female.low{part}" for part in ("", ".competing")]
    assert set(ids) < figure.curves().keys()
    assert set(ids) < {name for text in figure.printed() for name in text.ids}
    shapes = figure.draw(figure.size, lambda text, *_: 1.2 * len(text)).shapes
    curves = [shape for shape in shapes if getattr(shape, "mitred", False) and len(shape.points) > 2]
    assert [bool(line.dashes) for line in curves] == [True, True, False, False] * 2


def test_numbers_at_risk_and_censored_leave_room_for_both_events(results: Results) -> None:
    """At each tick, patients at risk, both kinds of events and censorings are all patients."""
    curve = results.curve("progression")
    for counts in zip(
        *(getattr(curve.risk_table, name) for name in ("n_at_risk", "n_events", "n_censored")), strict=True
    ):
        assert sum(counts) == 346
    assert sum(curve.n_events) == 36


@pytest.mark.parametrize("name", ["incidence", "both_events"])
def test_the_figure_is_drawn(study: Study, results: Results, name: str) -> None:
    """In the format of vectors."""
    assert draw(content(name, study, results), formats=["svg"])["svg"]


def test_a_group_of_nobody_keeps_its_place_at_zero(study: Study) -> None:
    """It has no curve, no estimate in words, and its point lies at 0, not at 100%."""
    derived = study.derived["m_protein_group"]
    study = replace(study, derived={**study.derived, "m_protein_group": replace(derived, at=(99.0,))})
    figure = content("incidence", study, compute(study))
    nobody = figure.panels[0].groups[1]
    assert (nobody.curves, nobody.curve.survival, nobody.estimate_text) == ((), (0.0,), "no patients")
    assert "1.5 g/dL or more, 0 patients. Gray" in figure.alt_text()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("kind = 'cumulative_incidence'\nendpoints = ['os']", "names 'os', which has no competing event"),
        ("endpoints = ['progression']", "draw kind = 'cumulative_incidence'"),
        ("endpoints = ['os']\ncompeting = true", "is not a known key of survival curves"),
    ],
)
def test_figures_that_show_nothing_sensible_are_refused(tmp_path: Path, lines: str, message: str) -> None:
    """Incidence without a competing event is 1 - survival; survival with one is an overestimate."""
    text = (COMPETING / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "study.toml").write_text(f"{text}\n[figures.other]\n{lines}\n", encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_study(tmp_path)
    assert message in str(error.value)
