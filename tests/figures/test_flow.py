"""Tests of lockstep.figures.flow: whose numbers stand in which box, and where boxes, arrows and texts are."""

from __future__ import annotations

import io
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdf
import pytest
from conftest import IMPLANTS
from drawn_boxes import Box, overlap, text_box
from PIL import Image

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import ReportError, ResultsError
from lockstep.figures.flow import FlowFigure, Step
from lockstep.figures.kinds import FIGURE_KINDS, figure_content
from lockstep.graphics.drawing import draw
from lockstep.graphics.fonts import text_width
from lockstep.graphics.kind import NoRoomError, drawn_to_fit
from lockstep.graphics.shapes import Area, Drawing, Line
from lockstep.results.model import Results
from lockstep.study import figures as study_figures
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.text.figure_size import FigureSize, figure_size
from lockstep.text.figure_text import Text
from lockstep.text.provenance import PrintedText
from lockstep.text.style import NBSP, Style

STYLE = Style()

REASONS = (
    ("Excluded", 212),
    ("Age under 18 years at the time of the first diagnosis", 40),
    ("No histological confirmation by a reference pathologist", 31),
    ("Follow-up shorter than three months after the end of treatment", 77),
    ("Consent withdrawn", 4),
    ("Records incomplete: neither grade nor size of the primary tumor was found in any of the sources", 60),
)
TWO = (("Without local treatment", 63), ("With local treatment", 79))
THREE = (("Fixation: Cemented", 20), ("Fixation: Uncemented", 22), ("Fixation: Hybrid", 18))


def steps(*parts: tuple[str, int]) -> tuple[Step, ...]:
    """Return steps of these labels and numbers."""
    return tuple(Step(label, PrintedText(str(n), (f"id.{n}",))) for label, n in parts)


def flow(
    excluded: tuple[tuple[str, int], ...] = (),
    groups: tuple[tuple[str, int], ...] = (),
    ungrouped: tuple[tuple[str, int], ...] = (),
    size: FigureSize | None = None,
    read: tuple[tuple[str, int], ...] = (),
) -> FlowFigure:
    """Return a flow diagram."""
    reviewed, analysed = steps(("Patients reviewed", 354), ("Patients included in the analysis", 142))
    return FlowFigure(
        name="flow",
        reviewed=reviewed,
        excluded=steps(*excluded),
        analysed=analysed,
        ungrouped=steps(*ungrouped),
        groups=steps(*groups),
        read=steps(*read),
        size=size or FigureSize(),
    )


FORMS = {
    "no exclusions": flow(),
    "no exclusions, groups": flow(groups=THREE),
    "one reason": flow((("Excluded", 12), ("Incomplete records", 12))),
    "five long reasons": flow(REASONS),
    "five long reasons, two groups": flow(REASONS, TWO),
    "three groups, some in none": flow(REASONS[:1], THREE, (("Fixation missing", 2),)),
    "six groups": flow(REASONS, (*THREE, *THREE)),
    "rows read": flow(REASONS[:2], TWO, read=(("Visits in the data file", 1204),)),
    "rows read, nobody excluded": flow(read=(("Visits in the data file", 1204),)),
    "one word longer than a line": flow((("Excluded", 1), ("Supercalifragilistic" * 4, 1)), TWO),
}
JOURNALS = {
    "no journal": FigureSize(),
    "columns of 75 and 154 mm": figure_size(columns={"one": 75, "two": 154}),
    "8 to 12 points": figure_size(width={"min": 66.8, "max": 190.5}, points={"min": 8, "max": 12}),
    "at most 6 points": figure_size(points={"max": 6}),
    "12 points, narrow": figure_size(columns={"one": 85, "two": 174}, points={"min": 12}),
    "at least 150 mm high": figure_size(height={"min": 150, "max": 200}),
}


def outline(line: Line) -> Box | None:
    """Return the box that a line is the outline of."""
    xs, ys = zip(*line.points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys)) if len(line.points) == 5 else None


def boxes(drawing: Drawing) -> list[Box]:
    """Return the boxes of a diagram."""
    lines = (shape for shape in drawing.shapes if isinstance(shape, Line))
    return [found for found in map(outline, lines) if found]


def arrows(drawing: Drawing) -> Iterator[tuple[tuple[float, float], ...]]:
    """Yield the lines that are no outline."""
    for shape in drawing.shapes:
        if isinstance(shape, Line) and outline(shape) is None:
            yield shape.points


@pytest.mark.parametrize("journal", JOURNALS)
@pytest.mark.parametrize("form", FORMS)
def test_texts_stand_in_boxes_and_boxes_apart(form: str, journal: str) -> None:
    """Whatever labels, groups and size: every text is in one box, no two texts or boxes touch, all is on the figure."""
    drawing = drawn_to_fit(replace(FORMS[form], size=JOURNALS[journal]), text_width)
    found, texts = boxes(drawing), [text_box(shape) for shape in drawing.shapes if isinstance(shape, Text)]
    assert len(found) == 2 + len(FORMS[form].read) + bool(FORMS[form].excluded) + bool(FORMS[form].ungrouped) + len(
        FORMS[form].groups
    )
    for one, other in itertools.combinations(found, 2):
        assert max(one[i] - other[i + 2] for i in (0, 1)) > 0.5 or max(other[i] - one[i + 2] for i in (0, 1)) > 0.5
    for left, top, right, bottom in found:
        assert min(left, top, drawing.width - right, drawing.height - bottom) > 0
    for one, other in itertools.combinations(texts, 2):
        assert not overlap(one, other)
    for left, top, right, bottom in texts:
        assert any(a < left and b < top and right < c and bottom < d for a, b, c, d in found)


@pytest.mark.parametrize("form", FORMS)
def test_arrows_are_orthogonal_and_end_at_boxes(form: str) -> None:
    """Lines run down or across; each head's tip touches a box, and no line runs through one."""
    drawing = drawn_to_fit(FORMS[form], text_width)
    found = boxes(drawing)
    tips = [shape.corners[0] for shape in drawing.shapes if isinstance(shape, Area)]
    assert len(tips) == len(found) - 1, "all boxes but the first are reached"
    for x, y in tips:
        assert any(
            (x == pytest.approx(left) and top < y < bottom) or (y == pytest.approx(top) and left < x < right)
            for left, top, right, bottom in found
        )
    for (x1, y1), (x2, y2) in arrows(drawing):
        assert x1 == x2 or y1 == y2
        for left, top, right, bottom in found:
            inside = min(max(x1, x2), right) - max(min(x1, x2), left), min(max(y1, y2), bottom) - max(min(y1, y2), top)
            assert min(inside) < 0.01


@pytest.mark.parametrize(
    ("journal", "least", "most"), [("no journal", 7, 7), ("8 to 12 points", 8, 12), ("at most 6 points", 6, 6)]
)
def test_text_has_the_size_that_journals_want(journal: str, least: float, most: float) -> None:
    """No text is below the least size or above the largest."""
    drawing = drawn_to_fit(replace(FORMS["five long reasons, two groups"], size=JOURNALS[journal]), text_width)
    sizes = [shape.size for shape in drawing.shapes if isinstance(shape, Text)]
    assert least <= min(sizes) <= max(sizes) <= most


def test_a_diagram_is_one_column_wide_where_its_groups_have_room() -> None:
    """Up to three groups stand in 85 mm, more in 174; a journal's columns are kept to the last digit."""
    assert drawn_to_fit(FORMS["five long reasons, two groups"], text_width).width == 85
    assert drawn_to_fit(FORMS["six groups"], text_width).width == 174
    narrow = replace(FORMS["three groups, some in none"], size=JOURNALS["columns of 75 and 154 mm"])
    assert drawn_to_fit(narrow, text_width).width == 75


def test_a_least_height_is_filled() -> None:
    """Lines down grow until the diagram is as high as the journal wants it."""
    tall = replace(FORMS["one reason"], size=JOURNALS["at least 150 mm high"])
    assert drawn_to_fit(tall, text_width).height == pytest.approx(150)


def test_too_many_groups_or_reasons_are_an_error_that_says_what_to_do() -> None:
    """What no page holds gives one error, not an unreadable picture."""
    with pytest.raises(NoRoomError) as error:
        drawn_to_fit(flow(groups=THREE * 5), text_width)
    assert str(error.value) == (
        "study.toml: [figures.flow] does not fit into 173 mm with 15 groups side by side.\n"
        "Leave out `by`, or name a variable of fewer levels."
    )
    with pytest.raises(NoRoomError, match=r"does not fit on a page: it would be higher than 220 mm\.\nShorten"):
        drawn_to_fit(flow(REASONS * 9), text_width)


def test_a_number_is_never_broken_off() -> None:
    """Each "(n = 60)" stands whole on one line, in the narrowest box too."""
    drawing = drawn_to_fit(replace(FORMS["five long reasons"], size=JOURNALS["12 points, narrow"]), text_width)
    texts = [shape.text for shape in drawing.shapes if isinstance(shape, Text)]
    assert sum(f"(n{NBSP}={NBSP}" in text for text in texts) == 8


def test_files_are_black_lines_and_text_with_embedded_type() -> None:
    """All formats show one drawing without colour; in the PDF for upload text is text, in the SVG outlines."""
    files = draw(FORMS["five long reasons, two groups"], formats=("svg", "png", "tif", "pdf", "eps"))
    assert b"<text" not in files["svg"]
    image = Image.open(io.BytesIO(files["png"]))
    assert image.width == round(85 / 25.4 * 600) - 1 or image.width == round(85 / 25.4 * 600)
    pixels = np.asarray(image)
    assert (pixels.min(axis=2) == pixels.max(axis=2)).all()
    assert image.tobytes() == Image.open(io.BytesIO(files["tif"])).tobytes()
    page = pypdf.PdfReader(io.BytesIO(files["pdf"])).pages[0]
    assert "Consent withdrawn" in page.extract_text()
    assert all("LiberationSans" in str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values())
    assert files == draw(FORMS["five long reasons, two groups"], formats=("svg", "png", "tif", "pdf", "eps"))


# ---- what it shows of a study --------------------------------------------------------------------------------------


def test_the_flow_of_the_small_study(implants: Study, implants_results: Results) -> None:
    """Without rules nobody is excluded; each group has the number of its level."""
    found = figure_content("flow", implants, implants_results, STYLE)
    assert found.alt_text() == (
        "Flow diagram. Patients reviewed (n = 60). Patients included in the analysis (n = 60): "
        "Fixation: Cemented (n = 32); Fixation: Uncemented (n = 11); Fixation: Hybrid (n = 17)."
    )
    printed = {text.place: (str(text), text.ids) for text in found.printed()}
    assert printed["Patients reviewed"] == ("60", ("flow.reviewed",))
    assert printed["Fixation: Hybrid"] == ("17", ("fixation.hybrid.count",))


def test_where_patients_have_several_rows_these_stand_first(tmp_path: Path) -> None:
    """The small study with each row twice: 120 rows of 60 patients."""
    shutil.copytree(IMPLANTS, tmp_path, dirs_exist_ok=True)
    data, study = tmp_path / "data" / "implants.csv", tmp_path / "study.toml"
    header, *rows = data.read_text(encoding="utf-8").splitlines()
    data.write_text("\n".join([header, *rows, *rows]), encoding="utf-8")
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('id = "implant"', 'id = "implant"\nrows = "visits"'), encoding="utf-8")
    definition = read_study(tmp_path)
    found = figure_content("flow", definition, compute(definition), STYLE)
    assert found.alt_text().startswith(
        "Flow diagram. Visits in the data file (n = 120). Patients reviewed (n = 60). Patients included in the analysis"
    )
    assert [text.ids for text in found.printed()][:2] == [("flow.rows",), ("flow.reviewed",)]


def with_rules(folder: Path, keys: str) -> tuple[Study, Results]:
    """Return the small study with two rules of eligibility and a flow diagram with these keys, and its results."""
    shutil.copytree(IMPLANTS, folder, dirs_exist_ok=True)
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8").split("[figures.flow]")[0]
    rules = (
        "[eligibility.bmi]\nkeep = \"bmi present\"\nreason = \"no body-mass index\"\n"
        "[eligibility.heavy]\nkeep = \"bmi < 33\"\nreason = \"body-mass index of 33\\n  or more\"\n"
    )  # fmt: skip
    study.write_text(f'{text}{rules}[figures.flow]\nkind = "flow"\n{keys}', encoding="utf-8")
    found = read_study(folder)
    return found, compute(found)


def test_each_rule_is_a_line_and_who_has_no_group_stands_aside(tmp_path: Path) -> None:
    """Reviewed less excluded are analysed; those without a side are in a box of their own."""
    study, results = with_rules(tmp_path, 'by = "side"\n')
    found = figure_content("flow", study, results, STYLE)
    assert isinstance(found, FlowFigure)
    labels = [step.label for step in found.steps]
    assert labels == [
        "Patients reviewed", "Excluded", "No body-mass index", "Body-mass index of 33 or more",
        "Patients included in the analysis", "Side missing", "Side: Left", "Side: Right",
    ]  # fmt: skip
    counts = dict(zip(labels, (int(step.count) for step in found.steps), strict=True))
    assert counts["Excluded"] == counts["No body-mass index"] + counts["Body-mass index of 33 or more"] > 2
    assert counts["Patients included in the analysis"] == counts["Patients reviewed"] - counts["Excluded"]
    in_groups = counts["Side: Left"] + counts["Side: Right"]
    assert in_groups + counts["Side missing"] == counts["Patients included in the analysis"]
    assert counts["Side missing"] == 1


def test_numbers_follow_the_style(implants: Study, implants_results: Results) -> None:
    """Thousands are set apart as in tables."""
    records = tuple(
        replace(record, value=60000 if record.id in ("flow.reviewed", "flow.analysed") else 20000)
        if record.id.startswith("flow.") or record.id.startswith("fixation.")
        else record
        for record in implants_results
    )
    found = figure_content("flow", implants, replace(implants_results, records=records), Style(thousands=","))
    assert "Patients reviewed (n = 60,000). " in found.alt_text()


def test_numbers_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    """No diagram is drawn whose boxes contradict each other."""
    study, results = with_rules(tmp_path, "")
    wrong = tuple(replace(item, value=50) if item.id == "flow.excluded.heavy" else item for item in results)
    with pytest.raises(ResultsError, match=r"^flow\.excluded is \d+, but flow\.excluded\.bmi \+ flow\.excluded\.heavy"):
        figure_content("flow", study, replace(results, records=wrong), STYLE)
    wrong = tuple(replace(item, value=61) if item.id == "flow.reviewed" else item for item in results)
    with pytest.raises(ResultsError, match=r"^flow\.reviewed is 61, but flow\.analysed \+ flow\.excluded = "):
        figure_content("flow", study, replace(results, records=wrong), STYLE)


def test_a_variable_of_some_patients_only_splits_no_flow(tmp_path: Path) -> None:
    """Who could not have a value is no missing value, so that the groups would not add up."""
    derived = (
        '[derived.part]\nlevels = ["a", "b"]\namong = "side == \'left\'"\n'
        'when.a = "bmi < 25"\nwhen.b = "bmi >= 25"\n'
    )  # fmt: skip
    study, results = with_rules(tmp_path, f'by = "part"\n{derived}')
    with pytest.raises(ReportError) as error:
        figure_content("flow", study, results, STYLE)
    assert str(error.value) == (
        "study.toml: [figures.flow] is split by 'part', which only some of the patients can have.\n"
        "Name a variable of all patients in `by`, such as the exposure."
    )


# ---- kinds ---------------------------------------------------------------------------------------------------------


def test_what_study_toml_can_name_can_be_drawn() -> None:
    """Each kind that is read has a module that shows it, under the same word."""
    assert set(study_figures.FIGURE_KINDS) == set(FIGURE_KINDS)
