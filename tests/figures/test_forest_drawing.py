"""Tests of lockstep.figures.forest_drawing: where texts, marks and intervals are, and what does not fit on a page."""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import replace

import numpy as np
import pypdf
import pytest
from conftest import IMPLANTS
from drawn_boxes import overlap, text_box
from forest_plots import AWKWARD, PLOTS, estimate, figure, models, subgroups, texts
from PIL import Image
from shipped_journals import SHIPPED

from lockstep.figures.forest_columns import ForestLine
from lockstep.figures.forest_drawing import GUIDE_COLOUR
from lockstep.graphics.drawing import draw
from lockstep.graphics.fonts import text_width
from lockstep.graphics.kind import NoRoomError, drawn_to_fit
from lockstep.graphics.shapes import Area, Line
from lockstep.journals.profiles import read_journal, styled
from lockstep.text.figure_size import FigureSize
from lockstep.text.figure_text import Text
from lockstep.text.style import Style

STYLE = Style()


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
