"""Tests of lockstep.figures.forest: what each line prints, and where texts, marks and intervals are."""

from __future__ import annotations

import io
import itertools
import re
import shutil
from dataclasses import replace

import numpy as np
import pypdf
import pytest
from conftest import IMPLANTS
from drawn_boxes import overlap, text_box
from PIL import Image
from shipped_journals import SHIPPED

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import ReportError
from lockstep.figures.forest import ForestFigure
from lockstep.figures.forest_columns import ForestLine, ForestPlot
from lockstep.figures.forest_drawing import GUIDE_COLOUR
from lockstep.figures.forest_estimates import PlottedEstimate, effect_axis, labelled_ticks, plotted
from lockstep.figures.kinds import figure_content
from lockstep.graphics.drawing import draw
from lockstep.graphics.fonts import text_width
from lockstep.graphics.kind import NoRoomError, drawn_to_fit
from lockstep.graphics.shapes import Area, Drawing, Line
from lockstep.journals.profiles import read_journal, styled
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.exposure_times import Landmark
from lockstep.study.model import Study
from lockstep.text.figure_size import FigureSize
from lockstep.text.figure_text import Text
from lockstep.text.provenance import PrintedText
from lockstep.text.style import Style

STYLE = Style()
REFERENCE = "1 (reference)"


def estimate(value: float | None, low: float | None = None, high: float | None = None) -> PlottedEstimate:
    """Return an estimate with an interval."""
    if value is None:
        return PlottedEstimate(text="not estimable", reason="no events")
    return PlottedEstimate(text=f"{value:.2f} ({low}–{high})", value=value, low=low, high=high)


def subgroups(*names: str, lines: int = 2, **parts: object) -> ForestPlot:
    """Return a plot of subgroups of these names, each of so many levels."""
    counts = ("120/1400", "7/99")
    found = [
        ForestLine(name="All", label="All patients", counts=counts, estimate=estimate(0.7, 0.5, 0.98), is_overall=True)
    ]
    for name in names:
        found.append(ForestLine(name=name, label=name, p_text="<0.001"))
        for i in range(lines):
            level = f"{name}: level {i}"
            interval = estimate(0.5 + i / 10, 0.3 + i / 20, 0.9 + i)
            found.append(ForestLine(name=level, label=level, indent=True, counts=counts, estimate=interval))
    plot = ForestPlot(
        label_heading="Subgroup",
        count_headings=(("Control", "events/patients"), ("Adjuvant chemotherapy", "events/patients")),
        ratio_heading="Hazard ratio (95% CI)",
        p_heading="P for interaction",
        lines=tuple(found),
        axis_title=("Hazard ratio", "Adjuvant chemotherapy versus control"),
        favours=("Adjuvant chemotherapy better", "Control better"),
        is_sized=True,
    )
    return replace(plot, **parts)  # type: ignore[arg-type]


def models(*labels: str, parts: tuple[str, ...] = ("Univariable", "Multivariable, complete cases")) -> ForestPlot:
    """Return a plot of models with a level of each of these labels."""
    lines = [
        ForestLine(name=label, label="" if i else label, indent=True, part=part, counts=("1/2",) if not i else (),
                   estimate=estimate(1.5, 0.5, 4.5), series=i)
        for label in labels for i, part in enumerate(parts)
    ]  # fmt: skip
    return ForestPlot(
        label_heading="Variable",
        part_heading="Model",
        count_headings=(("Events/patients",),),
        ratio_heading="Hazard ratio (95% CI)",
        lines=(ForestLine(name="Heading", label="Heading"), *lines),
        axis_title=("Hazard ratio",),
    )


LONG = "Adjuvant chemotherapy with doxorubicin and ifosfamide followed by whole-abdominal radiotherapy"
AWKWARD = tuple(
    ForestLine(name=str(i), label=f"Level {i}", indent=True, counts=("1/2", "3/4"), estimate=found)
    for i, found in enumerate(
        [
            estimate(None),
            replace(estimate(None), reason="tends to infinity (a level without events, or complete separation)"),
            replace(estimate(None), reason="a reason that is much longer than the room that the plot has for it " * 3),
            estimate(1.0, 1.0, 1.0),
            estimate(1e-6, 1e-7, 1e-5),
            estimate(5e5, 4e4, 6e6),
            estimate(5e5, 0.5, 6e6),
            estimate(5e5, 1e-6, 6e9),
            estimate(0.8, 1e-6, 4e4),
            PlottedEstimate(text="0.80 (not estimable)", value=0.8),
            PlottedEstimate(text=REFERENCE),
        ]
    )
)
PLOTS = {
    "subgroups": subgroups("Age group", "Sex", "Grade"),
    "one subgroup, no favours": subgroups("Sex", favours=None),
    "40 lines": subgroups(*(f"Variable {i}" for i in range(13)), lines=2),
    "long labels": subgroups("Sex", LONG, LONG, favours=(f"{LONG} better", f"{LONG} not better")),
    "long groups": subgroups("Sex", count_headings=((LONG, "events/patients"), (LONG, "events/patients"))),
    "letters of East Asia": subgroups("年齢群と病期の組み合わせ", "性別"),
    "markup": subgroups("<b>Sex</b> & $x^2$ \\alpha {{ x }}", "`code` *stars* [link](http://example.org)"),
    "one word longer than a line": subgroups("Supercalifragilistic" * 5),
    "what cannot be drawn": subgroups("Sex", lines=1),
    "models": models("Sex: female", "Grade: 3", LONG),
    "one model": models("Sex: female", parts=("",)),
}
PLOTS["what cannot be drawn"] = replace(
    PLOTS["what cannot be drawn"], lines=PLOTS["what cannot be drawn"].lines + AWKWARD
)


def figure(plot: ForestPlot, size: FigureSize | None = None) -> ForestFigure:
    """Return a figure of a plot."""
    return ForestFigure(name="forest", subject="overall survival", plot=plot, size=size or FigureSize())


def texts(drawing: Drawing) -> list[Text]:
    """Return the texts of a drawing."""
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


@pytest.mark.parametrize("journal", SHIPPED)
@pytest.mark.parametrize("form", PLOTS)
def test_nothing_is_clipped_and_no_two_texts_touch(form: str, journal: str) -> None:
    """Whatever labels and journal: every text and shape is on the figure, texts keep apart, none is small."""
    size = styled(STYLE, read_journal(journal, IMPLANTS)).figures
    drawing = drawn_to_fit(figure(PLOTS[form], size), text_width)
    found = [text_box(text) for text in texts(drawing)]
    for left, top, right, bottom in found:
        assert min(left, top, drawing.width - right, drawing.height - bottom) >= -0.01
    for one, other in itertools.combinations(found, 2):
        assert not overlap(one, other)
    for shape in drawing.shapes:
        if not isinstance(shape, Text):
            points = shape.corners if isinstance(shape, Area) else shape.points if isinstance(shape, Line) else ()
            assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in points)
    assert min(text.size for text in texts(drawing)) >= 7 * min(1.0, size.scale)


@pytest.mark.parametrize("form", PLOTS)
def test_all_texts_are_there_whole(form: str) -> None:
    """Each estimate, count and P value stands on one line; broken labels lose no letter."""
    plot = PLOTS[form]
    drawn = [text.text for text in texts(drawn_to_fit(figure(plot), text_width))]
    for line in plot.lines:
        wanted = [text for text in (*line.counts, line.p_text, line.estimate.text if line.estimate else "") if text]
        assert all(text in drawn for text in wanted)
    letters = re.sub(r"\s", "", "".join(drawn))
    assert all(re.sub(r"\s", "", line.label) in letters for line in plot.lines)


def test_numbers_are_aligned() -> None:
    """Counts at their slash, or their last digit; ratios at the parenthesis; words at the left edge of the column."""
    for counts, mark in ((("9/10", "120/1400"), "/"), (("9", "1400"), "")):
        lines = [ForestLine(name=n, label=n, counts=(n,), estimate=estimate(float(n[:1]), 1, 2)) for n in counts]
        plot = replace(models("Sex"), part_heading="", lines=(*lines, replace(AWKWARD[0], counts=("1/2",))))
        drawn = {text.text: text for text in texts(drawn_to_fit(figure(plot), text_width))}
        found = [drawn[n].x + text_width(n.partition("/")[0] if mark else n, 7.0) for n in counts]
        assert found[0] == pytest.approx(found[1])
        ratio = drawn[lines[0].estimate.text]  # type: ignore[union-attr]
        assert drawn["not estimable"].x == ratio.x


def test_lines_are_evenly_apart() -> None:
    """The baselines of all lines but that of all patients have one distance; a least height is filled by it."""
    for size, least in ((FigureSize(), 0.0), (FigureSize(least_height=150), 150.0)):
        drawing = drawn_to_fit(figure(PLOTS["subgroups"], size), text_width)
        labels = [
            text.y for text in texts(drawing) if "level" in text.text or text.text in ("Age group", "Sex", "Grade")
        ]
        steps = {round(after - before, 6) for before, after in itertools.pairwise(labels)}
        assert len(steps) == 1
        assert drawing.height >= least


def test_estimates_lie_on_the_axis_as_their_numbers_say() -> None:
    """Marks and ends of intervals are where the logarithm of the printed number is between two ticks."""
    drawing = drawn_to_fit(figure(PLOTS["subgroups"]), text_width)
    ticks = {
        text.text: text.x for text in texts(drawing) if re.fullmatch(r"[\d.]+", text.text) and text.align == "center"
    }
    assert ticks.keys() >= {"0.5", "1", "2"}
    per_log = (ticks["2"] - ticks["0.5"]) / np.log(4)
    diamond = next(shape for shape in drawing.shapes if isinstance(shape, Area) and len(shape.corners) == 4)
    expected = [ticks["1"] + per_log * np.log(value) for value in (0.5, 0.7, 0.98)]
    assert [x for x, _ in diamond.corners[:3]] == pytest.approx(expected)
    guide = next(shape for shape in drawing.shapes if isinstance(shape, Line) and shape.colour == GUIDE_COLOUR)
    assert {round(x, 6) for x, _ in guide.points} == {round(ticks["1"], 6)}


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow() -> None:
    """At the axis' very end, and only there; an estimate beyond it has an arrow and no mark."""
    plot = subgroups("Sex")
    wide = ForestLine(name="w", label="w", estimate=estimate(0.8, 0.0001, 900))
    far = ForestLine(name="f", label="f", estimate=estimate(5000, 4000, 6000))
    shapes = [
        [shape for shape in drawn_to_fit(figure(replace(plot, lines=(*plot.lines, *more))), text_width).shapes
         if isinstance(shape, Area) and len(shape.corners) == 3]
        for more in ((), (wide,), (wide, far))
    ]  # fmt: skip
    heads = [len(found) - 2 for found in shapes]  # beside those of `favours`
    assert heads == [0, 2, 3]
    ends = [shape.corners[0][0] for shape in shapes[2] if isinstance(shape, Area)][:3]
    assert ends[1] == ends[2] > ends[0]


def test_squares_have_areas_in_proportion_to_the_information() -> None:
    """An interval of half the width on the logarithmic axis has four times the area, of the same estimate."""
    lines = [
        ForestLine(name=str(width), label=str(width), estimate=estimate(1, 1 / width, width)) for width in (1.5, 2.25)
    ]
    plot = replace(subgroups("Sex"), lines=tuple(lines))
    squares = [shape for shape in drawn_to_fit(figure(plot), text_width).shapes if isinstance(shape, Area)][:2]
    one, other = (shape.corners[1][0] - shape.corners[0][0] for shape in squares)
    assert one**2 / other**2 == pytest.approx(4)
    plain = drawn_to_fit(figure(replace(plot, is_sized=False)), text_width)
    sides = {
        round(a.corners[1][0] - a.corners[0][0], 6) for a in plain.shapes if isinstance(a, Area) and len(a.corners) == 4
    }
    assert len(sides) == 1


def test_what_cannot_be_estimated_says_why_and_draws_nothing() -> None:
    """The reason stands where the mark would be, if there is room, and the guide keeps off it."""
    plot = replace(subgroups("Sex"), lines=AWKWARD[:3], favours=None)
    drawing = drawn_to_fit(figure(plot), text_width)
    found = [text.text for text in texts(drawing)]
    assert "no events" in found
    assert "tends to infinity" in found
    assert not any(isinstance(shape, Area) for shape in drawing.shapes)
    boxes = [text_box(text) for text in texts(drawing)]
    for shape in drawing.shapes:
        if isinstance(shape, Line) and shape.colour == GUIDE_COLOUR:
            (x, top), (_, bottom) = shape.points
            assert not any(overlap((x - 0.1, top, x + 0.1, bottom), box) for box in boxes)
    assert (
        "not estimable (tends to infinity (a level without events, or complete separation))" in figure(plot).alt_text()
    )


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.4, 3.0, (0.2, 0.5, 1, 2, 5)),
        (0.55, 1.3, (0.4, 0.6, 0.8, 1, 1.2, 1.4)),
        (0.97, 1.02, (0.97, 0.98, 0.99, 1, 1.01, 1.02)),
        (1.2, 1.4, (0.9, 1, 1.1, 1.2, 1.3, 1.4)),
        (0.02, 0.9, (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2)),
        (3, 40, (0.5, 1, 2, 5, 10, 20, 50)),
    ],
)
def test_ticks_of_ratios_are_round_numbers_on_both_sides_of_1(
    low: float, high: float, expected: tuple[float, ...]
) -> None:
    """1, 2, 5 and their tens; where the range is narrow, equal steps."""
    axis = effect_axis([estimate((low * high) ** 0.5, low, high)], 1.0)
    assert axis.ticks == pytest.approx(expected)
    assert axis.share(1.0) == pytest.approx(np.log(1 / axis.low) / np.log(axis.high / axis.low))


def test_differences_have_a_linear_axis_with_a_line_at_0() -> None:
    """Ticks in equal steps on both sides of 0; the minus is that of the style."""
    axis = effect_axis([estimate(-3, -7.5, 1.2), estimate(2, -1, 5)], 0.0)
    assert axis.ticks == (-10, -5, 0, 5)
    assert axis.share(0) == pytest.approx(-axis.low / (axis.high - axis.low))
    plot = replace(models("Arm"), no_effect=0.0, marks=(".", "−"))
    plot = replace(plot, lines=(replace(plot.lines[1], estimate=estimate(-3, -7.5, 1.2)),))
    assert "−6" in [text.text for text in texts(drawn_to_fit(figure(plot), text_width))]


def test_labels_of_ticks_keep_apart() -> None:
    """Where not all have room, 1 keeps its label, then 0.1 and 10, 0.5 and 2."""
    axis = effect_axis([estimate(0.5, 0.06, 4)], 1.0)
    assert [axis.ticks[i] for i in labelled_ticks(axis, 40, [3.0] * len(axis.ticks), 0.8)] == list(axis.ticks)
    assert [axis.ticks[i] for i in labelled_ticks(axis, 16, [3.0] * len(axis.ticks), 0.8)] == [0.1, 1, 5]


def test_too_many_lines_or_columns_are_an_error_that_says_what_to_do() -> None:
    """What no page holds gives one error, not an unreadable picture."""
    with pytest.raises(NoRoomError) as error:
        drawn_to_fit(figure(subgroups(*(f"Variable {i}" for i in range(40)))), text_width)
    assert str(error.value) == (
        "study.toml: [figures.forest] does not fit on a page: with 121 lines it would be higher than 220 mm.\n"
        "Make two figures of it, or shorten the labels."
    )
    with pytest.raises(NoRoomError, match=r"does not fit into 60 mm: its columns leave 0 mm for the intervals"):
        drawn_to_fit(figure(subgroups("Sex"), FigureSize(one=60, two=60)), text_width)


def test_files_are_grey_with_embedded_type() -> None:
    """All formats show one drawing without colour; in the PDF for upload text is text, in the SVG outlines."""
    files = draw(figure(PLOTS["models"]), formats=("svg", "png", "pdf", "eps"))
    assert b"<text" not in files["svg"]
    pixels = np.asarray(Image.open(io.BytesIO(files["png"])))
    assert (pixels.min(axis=2) == pixels.max(axis=2)).all()
    page = pypdf.PdfReader(io.BytesIO(files["pdf"])).pages[0]
    assert "Sex: female" in page.extract_text()


# ---- what it shows of a study --------------------------------------------------------------------------------------


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
