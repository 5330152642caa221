"""The layout of survival curves in the sizes that journals want: what stands where, and nothing upon another."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sample_figures import JOURNALS, LONG, Contents, awkward, contents_of_figures

from lockstep.base.errors import ReportError
from lockstep.figures.survival import SurvivalFigure
from lockstep.figures.survival_layout import AXIS_OFFSET, EDGE, FigureLayout
from lockstep.figures.survival_layout import lay_out as lay_out_panels
from lockstep.graphics.drawing import Format, draw
from lockstep.graphics.fonts import text_width
from lockstep.graphics.kind import NoRoomError, drawn_to_fit
from lockstep.text.eastern import font_folder
from lockstep.text.figure_size import figure_size
from lockstep.text.figure_text import Measure, Text, labelled, wrapped_text

Box = tuple[float, float, float, float]

NAMES = ("overall", "by_arm", "by_age", "awkward", "one", "months")
TOO_LARGE = {("12 points, narrow", name) for name in ("by_age", "awkward", "one", "months")}  # on a page of 220 mm


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """Return the contents of the figures of the shipped cohort, and of awkward ones, by name."""
    return contents_of_figures(tmp_path_factory.mktemp("study"))


def lay_out(content: SurvivalFigure, measure: Measure) -> FigureLayout:
    """Place the panels of a figure in its size."""
    return lay_out_panels(content.rows, content.size, measure)


def refusal(content: SurvivalFigure) -> str:
    """Return the message with which a figure that does not fit into its size is refused."""
    with pytest.raises(NoRoomError) as error:
        drawn_to_fit(replace(content, size=replace(content.size, otherwise=())), text_width)
    return str(error.value)


def box(text: Text) -> Box:
    """Return left, top, right and bottom of a line of text, from the tops of its capitals to its descenders."""
    width, height = text_width(text.text, text.size, text.face), text.size / 72 * 25.4
    left = text.x - {"left": 0, "center": width / 2, "right": width}[text.align]
    if text.upright:
        return text.x - height / 2, text.y - width / 2, text.x + height / 2, text.y + width / 2
    return left, text.y - 0.74 * height, left + width, text.y + 0.22 * height


def overlap(one: Box, other: Box) -> bool:
    """Tell whether two boxes share more than a hair's breadth."""
    return all(min(one[i + 2], other[i + 2]) - max(one[i], other[i]) > 0.01 for i in (0, 1))


@pytest.mark.parametrize("journal", JOURNALS)
@pytest.mark.parametrize("name", NAMES)
def test_no_text_overlaps_another_or_a_plot_or_leaves_the_figure(contents: Contents, name: str, journal: str) -> None:
    """Whatever the labels and the size, each line of text has its own place on the figure, outside of the curves."""
    content = replace(contents[name], size=JOURNALS[journal])
    if (journal, name) in TOO_LARGE:
        with pytest.raises(ReportError, match=r"does not fit on a page: .* would be higher than 220 mm\."):
            lay_out(content, text_width)
        return
    layout = lay_out(content, text_width)
    offset = AXIS_OFFSET * layout.scale
    texts = [text for panel in layout.panels for text in panel.texts]
    plots = [(p.left - offset, p.top, p.left + p.width, p.top + p.height) for p in layout.panels]
    for one, other in itertools.combinations(texts, 2):
        assert not overlap(box(one), box(other)), (one.text, other.text)
    for text in texts:
        assert not any(overlap(box(text), plot) for plot in plots), text.text
        left, top, right, bottom = box(text)
        assert left >= EDGE - 0.01, text.text
        assert top >= -0.01, text.text
        assert right <= layout.width - EDGE + 0.01, text.text
        assert bottom <= layout.height + 0.01, text.text


@pytest.mark.parametrize(
    ("journal", "least", "most"),
    [("no journal", 7, 9), ("8 to 12 points", 8, 12), ("exactly 8 points", 8, 8), ("at most 6 points", 6, 6)],
)
@pytest.mark.parametrize("name", NAMES)
def test_all_text_can_be_read_at_print_size(
    contents: Contents, name: str, journal: str, least: float, most: float
) -> None:
    """No text is below the least size that the journal asks for, or 7 points, and none above its most."""
    layout = lay_out(replace(contents[name], size=JOURNALS[journal]), text_width)
    sizes = [text.size for panel in layout.panels for text in panel.texts]
    assert min(sizes) == least
    assert max(sizes) <= most


@pytest.mark.parametrize("journal", JOURNALS)
def test_a_figure_is_as_wide_as_the_journal_has_it(contents: Contents, journal: str) -> None:
    """One panel has the width of one column, two side by side that of two, to the last digit."""
    size = JOURNALS[journal]
    assert lay_out(replace(contents["overall"], size=size), text_width).width == size.two
    if (journal, "one") not in TOO_LARGE:
        assert lay_out(replace(contents["one"], size=size), text_width).width == size.one


def test_a_figure_of_a_least_height_is_filled_by_its_plots(contents: Contents) -> None:
    """Plots grow until the figure is as high as the journal wants it."""
    layout = lay_out(replace(contents["overall"], size=JOURNALS["at least 150 mm high"]), text_width)
    assert layout.height == pytest.approx(150)


def test_a_width_without_room_for_curves_is_an_error_that_says_what_to_do(contents: Contents) -> None:
    """Two panels do not stand side by side in 60 mm: one error, with the width and the size of text."""
    narrow = replace(contents["by_arm"], size=figure_size(width={"max": 60}, points={"min": 8}))
    assert refusal(narrow) == (
        "study.toml: [figures.by_arm] does not fit into the journal's 60 mm with text of 8 points.\n"
        "Make a figure of each endpoint, or fewer ticks of the time axis."
    )


def test_in_a_narrow_legend_medians_stand_under_the_labels(contents: Contents) -> None:
    """Where a long label and its median do not fit side by side, the median has a line of its own, named."""
    layout = lay_out(replace(contents["by_arm"], size=JOURNALS["12 points, narrow"]), text_width)
    texts = [text.text.replace("\u00a0", " ") for text in layout.panels[0].texts]
    assert "Median" not in texts
    assert sum(text.startswith("Median ") for text in texts) == 2


@pytest.mark.parametrize("name", ["by_age", "awkward"])
def test_panels_align(contents: Contents, name: str) -> None:
    """All plots have one size; those of a row share their top, those of a column their left edge."""
    panels = lay_out(contents[name], text_width).panels
    assert len({(panel.width, panel.height) for panel in panels}) == 1
    assert len({panel.left for panel in panels}) == 2
    assert len({panel.top for panel in panels}) == len(panels) / 2


@pytest.mark.parametrize("journal", [journal for journal in JOURNALS if (journal, "by_age") not in TOO_LARGE])
def test_patients_at_risk_stand_at_one_height_in_a_row(contents: Contents, journal: str) -> None:
    """The counts of a group stand as high in one panel as in the next, however long the medians are."""
    panels = lay_out(replace(contents["by_age"], size=JOURNALS[journal]), text_width).panels
    heights: dict[float, set[tuple[float, ...]]] = {}
    for panel in panels:
        counts = {round(text.y, 6) for text in panel.texts if re.fullmatch(r"\d+\s\(\d+\)", text.text)}
        assert len(counts) == 2
        heights.setdefault(round(panel.top, 6), set()).add(tuple(sorted(counts)))
    assert all(len(found) == 1 for found in heights.values())


def test_patients_at_risk_stand_under_their_ticks(contents: Contents) -> None:
    """Each count "at risk (censored)" is centred on the tick whose time it is of, as counted from the patients."""
    panel = lay_out(contents["by_arm"], text_width).panels[0]
    centred = {(round(text.x, 6), text.text) for text in panel.texts if text.align == "center" and not text.upright}
    ticks = ("0", "5", "10", "15", "20")
    without = ("63 (0)", "16 (19)", "5 (26)", "3 (27)", "0 (27)")
    treated = ("79 (0)", "47 (23)", "14 (43)", "9 (46)", "5 (47)")
    for i, column in enumerate(zip(ticks, without, treated, strict=True)):
        x = round(panel.left + i / 4 * panel.width, 6)
        assert {(x, text) for text in column} <= centred


@pytest.mark.parametrize("last", [60, 72])
def test_counts_stand_only_under_ticks_that_have_a_label(tmp_path: Path, last: int) -> None:
    """Where ticks are too dense for all their labels, a reader can tell the time of each count at risk."""
    content = awkward(tmp_path, ["os"], levels={"b": "B", "d": "D"}, ticks=range(last + 1))
    (panel,) = lay_out(content, text_width).panels
    centred = [text for text in panel.texts if text.align == "center" and not text.upright]
    labels = {round(text.x, 6) for text in centred if text.text.isdigit()}
    counts = {round(text.x, 6) for text in centred if re.fullmatch(r"[0-9]+ \([0-9]+\)", text.text)}
    assert len(counts) > 1
    assert counts <= labels


def test_a_panel_says_all_that_a_reader_needs(contents: Contents) -> None:
    """Endpoint, subgroup, test, axes, legend and medians are there, in words."""
    panel = lay_out(contents["by_age"], text_width).panels[1]
    texts = [text.text.replace("\u00a0", " ") for text in panel.texts]
    for expected in (
        "B", "Overall survival", "Age group: Older than 60 years", "Log-rank", "P", " = 0.707", "Overall survival (%)",
        "Time (years)", "No. at risk (censored)", "Without local treatment", "2411 days (95% CI 497 to not reached)",
    ):  # fmt: skip
        assert expected in texts


def test_too_many_panels_are_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """A figure that no page holds gives one error, not an unreadable picture."""
    assert refusal(awkward(tmp_path, [f"e{i}" for i in range(7)])) == (
        "study.toml: [figures.awkward] does not fit on a page: 7 panels of up to 6 curves would be higher than "
        "220 mm.\n"
        "Make two figures of it with fewer endpoints each, or shorten the labels of the levels."
    )


def test_a_character_that_the_typeface_lacks_is_an_error(tmp_path: Path) -> None:
    """A label that could not be printed is refused by name, rather than drawn as boxes."""
    with pytest.raises(ReportError) as error:
        draw(awkward(tmp_path, levels={"a": "ไทย", "b": "B"}))
    assert str(error.value) == (
        "study.toml: the label 'ไทย' has 'ท' (U+0E17 THAI CHARACTER THO THAHAN), 'ย' (U+0E22 THAI CHARACTER YO YAK), "
        "'ไ' (U+0E44 THAI CHARACTER SARA AI MAIMALAI), which the typeface of the figures (Liberation Sans) lacks.\n"
        "Write the label in Latin, Greek, Cyrillic, Chinese, Japanese or Korean letters."
    )


@pytest.mark.skipif(font_folder() is None, reason="the package of the font is not installed")
def test_east_asian_letters_are_drawn_as_outlines(tmp_path: Path) -> None:
    """In every format, the same bytes each time; the PDF embeds no other font than the typeface of the figures."""
    content = awkward(tmp_path, levels={"a": "肉腫 sarcoma", "b": "육종"})
    formats: tuple[Format, ...] = ("svg", "png", "tif", "pdf", "eps")
    files = draw(content, formats=formats)
    assert draw(content, formats=formats) == files
    assert b"NotoSansCJK" not in files["pdf"] + files["eps"]
    assert b"LiberationSans" in files["pdf"]
    plain = draw(awkward(tmp_path, levels={"a": "xx sarcoma", "b": "xx"}), formats=("png",))
    assert files["png"] != plain["png"]
    assert text_width("肉腫", 7) == pytest.approx(2 * 7 / 72 * 25.4, rel=0.1)  # two squares


def test_without_the_font_east_asian_letters_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are named as any other character that the typeface lacks."""
    monkeypatch.setattr("lockstep.graphics.fonts.font_folder", lambda: None)
    text_width.cache_clear()
    with pytest.raises(ReportError, match="has '肉' \\(U\\+8089 CJK UNIFIED IDEOGRAPH-8089\\), '腫'"):
        draw(awkward(tmp_path, levels={"a": "肉腫", "b": "B"}))


def test_lines_are_broken_at_spaces_and_words_only_where_they_must() -> None:
    """No line is wider than its room, and joined again the lines are the text."""
    lines = wrapped_text(LONG, 30, text_width)
    assert max(text_width(line, 7) for line in lines) <= 30
    assert LONG.replace(" ", "") == "".join(lines).replace(" ", "")
    assert wrapped_text("Two words", text_width("words", 7) + 0.1, text_width) == ("Two", "words")


@pytest.mark.parametrize(("width", "expected"), [(9, [0, 1, 2, 3, 4]), (9.5, [0, 2, 4]), (25, [0, 3]), (99, [0])])
def test_ticks_are_labelled_as_densely_as_labels_keep_apart(width: float, expected: list[int]) -> None:
    """Every, every second, every third tick ... has its label."""
    assert expected == labelled([0, 10, 20, 30, 40], width)


def test_a_single_panel_is_one_column_wide(contents: Contents) -> None:
    """A figure of one panel fits a journal's column of 85 mm."""
    assert lay_out(contents["one"], text_width).width == 85
