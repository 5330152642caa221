"""Tests of lockstep.figures.forest: what the forest plots of a study show, line by line, and from which results."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pytest
from conftest import IMPLANTS
from forest_plots import REFERENCE

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import ReportError
from lockstep.endpoints.exposure_times import Landmark
from lockstep.figures.forest import ForestFigure
from lockstep.figures.forest_estimates import PlottedEstimate, plotted
from lockstep.figures.kinds import figure_content
from lockstep.graphics.drawing import draw
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.text.provenance import PrintedText
from lockstep.text.style import Style

STYLE = Style()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return the small study with two groups as exposure, a subgroup of three levels, models, and its results."""
    folder = tmp_path_factory.mktemp("forest")
    shutil.copytree(IMPLANTS, folder, dirs_exist_ok=True)
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8").replace('exposure = "fixation"', 'exposure = "side"\nsubgroup = "fixation"')
    text = text.replace('univariate = ["side"]', 'univariate = ["fixation"]').replace('by = "fixation"', 'by = "side"')
    text = re.sub(r"crosstabs = .*\n", "", text).replace('"side", summary', '"fixation", summary')
    text += """
[models.crude]
each = true
endpoint = "retention"
terms = ["fixation", { variable = "bmi", per = 5 }]
[models.full]
label = "Adjusted"
endpoint = "retention"
terms = ["fixation", "side", { variable = "bmi", per = 5 }]
[figures.subgroups]
kind = "forest"
endpoint = "retention"
favours = ["Right", "Left"]
[figures.several]
kind = "forest"
endpoint = "retention"
groups = "fixation"
[figures.models]
kind = "forest"
models = ["crude", "full"]
[figures.chosen]
kind = "forest"
models = ["full"]
terms = ["bmi", "side"]
[figures.other]
kind = "forest"
groups = "fixation"
endpoint = "retention"
within = ["side"]
[populations.light]
keep = "bmi < 30"
[outcomes.heavy]
event = "bmi > 28"
[outcomes.weight]
value = "bmi"
[comparisons.in_light]
groups = "side"
endpoints = ["retention"]
within = ["fixation"]
adjust_for = ["bmi"]
population = "light"
[endpoints.wear]
time = "months"
event = "revised == '1' and months < 30"
competing = "revised == '1' and months >= 30"
competing_label = "revision for another reason"
[figures.wear]
kind = "forest"
endpoint = "wear"
within = []
[figures.named]
kind = "forest"
comparison = "in_light"
[figures.heavy]
kind = "forest"
outcome = "heavy"
[figures.weight]
kind = "forest"
outcome = "weight"
[models.risky]
outcome = "heavy"
terms = ["side"]
[models.mean]
outcome = "weight"
terms = ["side"]
[figures.logistic]
kind = "forest"
models = ["risky"]
[figures.linear]
kind = "forest"
models = ["mean"]
"""
    path.write_text(text, encoding="utf-8")
    study = read_study(folder)
    return study, compute(study)


def content(small: tuple[Study, Results], name: str, style: Style = STYLE) -> ForestFigure:
    """Return a forest plot of the small study."""
    found = figure_content(name, *small, style)
    assert isinstance(found, ForestFigure)
    return found


def test_subgroups_have_counts_ratios_and_interaction(small: tuple[Study, Results]) -> None:
    """All patients first, then the subgroup with its P value, then its levels; each text knows its results."""
    _, results = small
    found = content(small, "subgroups")
    assert [line.label for line in found.plot.lines] == ["All patients", "Fixation", "Cemented", "Uncemented", "Hybrid"]
    printed = {text.place: text for text in found.printed()}
    ratio = printed["Fixation: Hybrid, Hazard ratio (95%\N{NO-BREAK SPACE}CI)"]
    assert ratio.ids == ("retention.by_side.in_fixation.hybrid.cox.right.hazard_ratio",)
    counts = printed["Fixation: Cemented, Left events/patients"]
    stem = "retention.by_side.in_fixation.cemented.left"
    assert counts.ids == (f"{stem}.events", f"{stem}.n")
    assert str(counts) == f"{results[f'{stem}.events'].value}/{results[f'{stem}.n'].value}"
    assert printed["Fixation, P for interaction"].ids == ("retention.by_side.interaction_fixation.p_value",)
    assert found.plot.axis_title == ("Hazard ratio", "Right versus left")
    assert "To the left: Right. To the right: Left." in found.alt_text()
    assert dict(found.curves()) == {}
    assert all(line.estimate is None or str(line.estimate.text) in found.alt_text() for line in found.plot.lines)


def test_several_groups_have_a_line_each(small: tuple[Study, Results]) -> None:
    """The first is the reference; where the exposure is another, there is no usual subgroup."""
    lines = content(small, "several").plot.lines
    assert [(line.label, line.part) for line in lines] == [
        ("All patients", "Cemented"), ("", "Uncemented"), ("", "Hybrid"),
    ]  # fmt: skip
    assert lines[0].estimate == PlottedEstimate(text=REFERENCE)


def test_models_have_a_line_for_each_level_and_model(small: tuple[Study, Results]) -> None:
    """The label and the counts stand in the first; a model without the term has no line."""
    lines = content(small, "models").plot.lines
    assert [(line.label, line.part, line.series, bool(line.counts)) for line in lines] == [
        ("Fixation", "", 0, False),
        ("Cemented", "", 0, True),
        ("Uncemented", "Crude", 0, True),
        ("", "Adjusted", 1, False),
        ("Hybrid", "Crude", 0, True),
        ("", "Adjusted", 1, False),
        ("Body-mass index, per 5 kg/m²", "Crude", 0, False),
        ("", "Adjusted", 1, False),
        ("Side", "", 0, False),
        ("Left", "", 0, True),
        ("Right", "Adjusted", 1, True),
    ]
    ids = [text.ids for text in content(small, "models").printed()]
    assert ("retention.full.fixation.hybrid.hazard_ratio",) in ids
    assert ("retention.crude.bmi.hazard_ratio",) in ids


def test_terms_choose_and_order(small: tuple[Study, Results]) -> None:
    """With one model there is no column that names it."""
    plot = content(small, "chosen").plot
    assert [line.label for line in plot.lines] == ["Body-mass index, per 5 kg/m²", "Side", "Left", "Right"]
    assert plot.part_heading == ""


def test_groups_that_nothing_compares_are_compared_by_the_figure(small: tuple[Study, Results]) -> None:
    """A figure needs no entry under [analysis]; of results from before it was asked for, the message has the remedy."""
    study, results = small
    assert content(small, "other").plot.lines
    before = tuple(record for record in results if record.key.within != "side")
    with pytest.raises(ReportError) as error:
        content((study, replace(results, records=before)), "other")
    assert str(error.value) == (
        "study.toml: [figures.other] compares by 'fixation' within 'side', which is not among the results.\n"
        "Run `lockstep report` to compute them again."
    )


def test_any_category_can_be_a_subgroup(small: tuple[Study, Results]) -> None:
    """What a figure compares is analysed, whether [analysis] asks for it or not."""
    study, results = small
    found = content(small, "other")
    assert [line.label for line in found.plot.lines] == [
        "All patients",
        "",
        "",
        "Side",
        "Left",
        "",
        "",
        "Right",
        "",
        "",
    ]
    assert found.plot.lines[3].p_text == f"{results['retention.by_fixation.interaction_side.p_value'].value:.3f}"
    (compared,) = [item for item in study.comparisons if item.groups == "fixation"]
    assert compared.within == ("side",)


def test_a_named_comparison_has_its_subgroups_ratios_and_population(small: tuple[Study, Results]) -> None:
    """Adjusted ratios by the ids of the comparison; the patients are called by their population."""
    found = content(small, "named")
    assert [line.label for line in found.plot.lines] == ["Light", "Fixation", "Cemented", "Uncemented", "Hybrid"]
    assert found.plot.ratio_heading.startswith("Adjusted hazard ratio (95%")
    ids = [text.ids for text in found.printed()]
    assert ("retention.in_light.by_side.cox.right.hazard_ratio",) in ids
    assert ("retention.in_light.by_side.in_fixation.hybrid.cox.right.hazard_ratio",) in ids
    assert ("retention.in_light.by_side.interaction_fixation.p_value",) in ids
    study, results = small
    later = replace(study.comparisons[-1], landmark=Landmark(at=12.0, words="1 year"))
    found = content((replace(study, comparisons=(*study.comparisons[:-1], later)), results), "named")
    assert found.plot.lines[0].label == "Light at risk at 1 year"


def test_ratios_beside_a_competing_event_are_called_cause_specific(small: tuple[Study, Results]) -> None:
    """They are of another question than those of the incidence; without subgroups there is no column of P values."""
    plot = content(small, "wear").plot
    assert plot.axis_title[0] == "Cause-specific hazard ratio"
    assert (plot.p_heading, len(plot.lines)) == ("", 1)


def test_outcomes_have_odds_ratios_and_differences(small: tuple[Study, Results]) -> None:
    """Of a binary outcome events and patients and odds ratios; of a number patients and differences, on a line at 0."""
    binary, number = content(small, "heavy").plot, content(small, "weight").plot
    assert (binary.axis_title, binary.no_effect) == (("Odds ratio", "Right versus left"), 1.0)
    assert [heading[-1] for heading in binary.count_headings] == ["events/patients"] * 2
    assert re.fullmatch(r"\d+/\d+", binary.lines[0].counts[0])
    assert (number.axis_title, number.no_effect) == (("Difference, kg/m²", "Right versus left"), 0.0)
    assert [heading[-1] for heading in number.count_headings] == ["patients"] * 2
    assert number.lines[0].counts[0].isdigit()


def test_models_of_outcomes_have_their_own_estimates(small: tuple[Study, Results]) -> None:
    """Odds ratios of a logistic model, differences of means and a reference of 0 of a linear one."""
    logistic, linear = content(small, "logistic").plot, content(small, "linear").plot
    assert logistic.ratio_heading.startswith("Odds ratio")
    assert linear.ratio_heading.startswith("Difference")
    references = [
        line.estimate.text for line in (*logistic.lines, *linear.lines) if line.estimate and not line.estimate.kind
    ]
    assert references == ["1 (reference)", "0 (reference)"]
    assert [line.counts[0].isdigit() for line in linear.lines if line.counts] == [True, True]


def test_ratios_of_several_kinds_are_no_figure(small: tuple[Study, Results]) -> None:
    """One axis measures one thing."""
    study, results = small
    other = tuple(
        replace(item, kind="percent", no_effect=None) if item.id == "retention.full.bmi.hazard_ratio" else item
        for item in results
    )
    with pytest.raises(ReportError, match=r"\[figures\.chosen\] shows .* and hazard ratios\.\nMake a figure of each\."):
        figure_content("chosen", study, replace(results, records=other), STYLE)


def test_what_is_drawn_are_the_printed_numbers(small: tuple[Study, Results]) -> None:
    """Numbers are read back from their texts, in a journal's style too, so that a lock draws the same."""
    record = small[1]["retention.full.bmi.hazard_ratio"]
    for style in (STYLE, replace(STYLE, decimal_mark="·", ratio_decimals=1)):
        found = plotted(record, style)
        assert found.value == float(str(found.text).split(" ")[0].replace("·", "."))
        rounded = replace(record, value=found.value, conf_low=found.low, conf_high=found.high)
        assert plotted(rounded, style) == found
    extreme = plotted(replace(record, value=4e7, conf_low=3e6, conf_high=5e8), STYLE)
    assert extreme.value is not None
    assert extreme.value > 1e6
    assert str(extreme.text).startswith(">1000000")


def test_the_first_line_is_not_all_of_a_figure_that_has_no_ratio(small: tuple[Study, Results]) -> None:
    """Where nothing can be estimated there is a figure all the same, and it says so."""
    study, results = small
    none = tuple(
        replace(item, value=None, conf_low=None, conf_high=None, reason="no events")
        if item.kind == "hazard_ratio"
        else item
        for item in results
    )
    found = figure_content("subgroups", study, replace(results, records=none), STYLE)
    assert isinstance(found, ForestFigure)
    assert "All patients: not estimable (no events)" in found.alt_text()
    assert draw(found, formats=("svg",))["svg"]
    assert isinstance(found.plot.lines[0].counts[0], PrintedText)
