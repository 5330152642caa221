"""Tests of survival curves, their layout and the files that are drawn: what stands where."""

from __future__ import annotations

import io
import itertools
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import matplotlib
import numpy as np
import pypdf
import pytest
from PIL import Image
from sample_results import make_results, make_study, trial

from lockstep.base.errors import ReportError
from lockstep.base.resources import TEMPLATES
from lockstep.figures.drawing import Format, draw
from lockstep.figures.fonts import text_width
from lockstep.figures.kind import NoRoomError, drawn_to_fit
from lockstep.figures.kinds import figure_content
from lockstep.figures.survival import SurvivalFigure
from lockstep.figures.survival_drawing import COLOURS, DASHES
from lockstep.figures.survival_layout import AXIS_OFFSET, EDGE, FigureLayout
from lockstep.figures.survival_layout import lay_out as lay_out_panels
from lockstep.text.eastern import font_folder
from lockstep.text.figure_size import FigureSize, figure_size
from lockstep.text.figure_text import Measure, Text, labelled, wrapped_text
from lockstep.text.style import Style

Contents = dict[str, SurvivalFigure]
Box = tuple[float, float, float, float]

ROOT = Path(__file__).parents[2]
LONG = "Supercalifragilisticexpialidocious" * 2 + " and a very long further label, longer than any line of any legend"
AWKWARD = {
    "a": "$x_1$ and {{ 7*7 }}",
    "b": "<script>",
    "c": '| a | *b* #read("x")',
    "d": "One patient",
    "e": "No events; Ünïcödé αβγ Жук",
    "f": LONG,
}
PATIENTS = [(100.0, True), (150.0, False), (400.0, True), (900.0, True), (1300.0, False)]


def awkward(
    folder: Path,
    endpoints: Sequence[str] = ("os", "pfs"),
    levels: Mapping[str, str] = AWKWARD,
    ticks: Iterable[float] = (0, 1, 2, 3, 4),
) -> SurvivalFigure:
    """Return a figure with many groups, awkward labels, one patient, no events, and large numbers."""
    study = make_study(
        folder,
        endpoints={name: ("Überleben ‰, at some length, " * 3, "years", list(ticks)) for name in endpoints},
        variables={"g": ("Variable {{< meta x >}} $y^2$", levels)},
        figures={"awkward": {"endpoints": list(endpoints), "groups": "g"}},
    )
    patients = {"a": PATIENTS * 2000, "b": PATIENTS, "d": [(120.0, True)], "e": [(5.0, False), (1500.0, False)]}
    curves = {f"{e}.by_g.{level}": patients.get(level, PATIENTS * 3) for e in endpoints for level in levels}
    results = make_results(study, curves, p_values={f"{e}.by_g": None for e in endpoints})
    return figure_content("awkward", study, results, Style())


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """Return the contents of the figures of the shipped cohort, and of awkward ones, by name."""
    folder = tmp_path_factory.mktemp("study")
    study, results = trial(folder)
    found = {name: figure_content(name, study, results, Style()) for name in study.figures}
    return found | {
        "awkward": awkward(folder),
        "one": awkward(folder, ["os"]),
        "months": awkward(folder, ticks=range(40)),
    }


NAMES = ("overall", "by_arm", "by_age", "awkward", "one", "months")

JOURNALS = {
    "no journal": FigureSize(),
    "columns of 75 and 154 mm": figure_size(columns={"one": 75, "two": 154}),
    "8 to 12 points": figure_size(width={"min": 66.8, "max": 190.5}, points={"min": 8, "max": 12}),
    "8 points, narrow": figure_size(columns={"one": 85, "two": 154}, points={"min": 8}),
    "exactly 8 points": figure_size(points={"min": 8, "max": 8}),
    "at most 6 points": figure_size(points={"max": 6}),
    "at least 127 mm": figure_size(width={"min": 127}),
    "12 points": figure_size(points={"min": 12}),
    "12 points, narrow": figure_size(columns={"one": 85, "two": 174}, points={"min": 12}),
    "at least 150 mm high": figure_size(height={"min": 150, "max": 200}),
}
TOO_LARGE = {("12 points, narrow", name) for name in ("by_age", "awkward", "one", "months")}  # on a page of 220 mm


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
    monkeypatch.setattr("lockstep.figures.fonts.font_folder", lambda: None)
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


def test_files_have_journal_sizes_and_embedded_type(contents: Contents) -> None:
    """The SVG is 174 mm wide with text as outlines, the PNG has 600 dpi and no transparency, the PDF TrueType fonts."""
    files = draw(contents["by_arm"], formats=("svg", "png", "pdf"))
    svg = files["svg"].decode()
    assert float(re.search(r'<svg [^>]*width="([\d.]+)pt"', svg)[1]) == pytest.approx(174 / 25.4 * 72, abs=0.01)
    assert "<text" not in svg
    image = Image.open(io.BytesIO(files["png"]))
    assert (image.mode, image.width) == ("RGB", 4110)
    pixels = np.asarray(image)
    for edge in (pixels[:, :8], pixels[:, -8:], pixels[:4], pixels[-4:]):
        assert edge.min() == 255, "ink at an edge is shaved off where the picture is scaled"
    assert image.info["dpi"] == pytest.approx((600, 600), abs=0.1)
    fonts = pypdf.PdfReader(io.BytesIO(files["pdf"])).pages[0]["/Resources"]["/Font"].values()
    descendants = [font.get_object()["/DescendantFonts"][0].get_object() for font in fonts]
    assert {"/CIDFontType2"} == {font["/Subtype"] for font in descendants}
    assert all("LiberationSans" in font["/BaseFont"] for font in descendants)


def test_all_formats_are_one_drawing(contents: Contents) -> None:
    """TIFF and PNG have the same pixels, PDF and EPS the same text and colours, at any scale."""
    content = replace(contents["by_age"], size=JOURNALS["8 to 12 points"])
    files = draw(content, formats=("png", "tif", "pdf", "eps"))
    images = [Image.open(io.BytesIO(files[name])) for name in ("png", "tif")]
    assert images[0].size == images[1].size == (4500, images[0].height)
    assert images[0].tobytes() == images[1].tobytes()
    page = pypdf.PdfReader(io.BytesIO(files["pdf"])).pages[0]
    assert "".join(page.extract_text().split()).count("Log-rank") == 4
    in_pdf = re.findall(rb"(?m)([\d.]+) ([\d.]+) ([\d.]+) rg\b", page.get_contents().get_data())
    assert painted(files["eps"]) <= {tuple(round(float(part) * 255) for part in colour) for colour in in_pdf}


def painted(eps: bytes) -> set[tuple[int, ...]]:
    """Return the colours of the areas of an EPS; those of marks, which are lines, come after a `gsave`."""
    found = re.findall(rb"(?m)(?<!gsave\n)^([\d.]+) ([\d.]+) ([\d.]+) setrgbcolor\nfill$", eps)
    return {tuple(round(float(part) * 255) for part in colour) for colour in found}


def test_an_eps_paints_the_colours_that_the_picture_shows(contents: Contents) -> None:
    """Each band is painted in a colour that is also in the pixels of the transparent drawing, overlap included."""
    files = draw(contents["by_age"], formats=("png", "eps"))
    image = Image.open(io.BytesIO(files["png"]))
    common = {colour for count, colour in image.getcolors(1 << 20) if count > 2000}
    areas = painted(files["eps"])
    assert len(areas) == 3  # two bands, and where they lie upon each other
    for colour in areas:
        assert any(all(abs(a - b) <= 1 for a, b in zip(colour, other, strict=True)) for other in common), colour


def test_a_single_panel_is_one_column_wide(contents: Contents) -> None:
    """A figure of one panel fits a journal's column of 85 mm."""
    assert lay_out(contents["one"], text_width).width == 85


def test_labels_are_drawn_literally(contents: Contents) -> None:
    """No label is read as mathematics or markup: "$x_1$ and {{ 7*7 }}" is drawn with all its characters."""
    svg = draw(contents["one"], formats=["svg"])["svg"].decode()
    assert "<script" not in svg
    drawn = set(re.findall(r'xlink:href="#LiberationSans-?[A-Za-z]*-([0-9a-f]+)"', svg))
    glyphs = {f"{glyph:x}" for glyph in glyph_numbers('$_{}*<>|#"')}
    assert glyphs <= drawn


def glyph_numbers(characters: str) -> list[int]:
    """Return the numbers of glyphs in the figures' typeface."""
    from matplotlib.ft2font import FT2Font

    font = FT2Font(TEMPLATES / "fonts" / "LiberationSans-Regular.ttf")
    return [font.get_char_index(ord(character)) for character in characters]


def test_each_censored_time_has_a_mark_unless_marks_would_run_together(tmp_path: Path) -> None:
    """Times that print apart are marked one by one; in a large cohort marks would hide the curve, and none is drawn."""
    study = make_study(
        tmp_path,
        endpoints={"os": ("Overall survival", "days", [0, 5000])},
        variables={},
        figures={"overall": {"endpoints": ["os"]}},
    )

    def marks(n: int, days: float) -> int:
        patients = [(days * i, i % 3 == 0) for i in range(1, n + 1)]
        results = make_results(study, {"os": patients}, p_values={})
        content = figure_content("overall", study, results, Style())
        svg = draw(content, formats=["svg"])["svg"].decode()
        return len(re.findall(r'<use xlink:href="#m[0-9a-f]{10}"', svg))

    assert marks(30, 100) == 20
    assert marks(30, 1) == 2  # within the width of two lines
    assert marks(480, 10) == 0


def test_the_same_content_gives_the_same_bytes_whatever_the_settings(contents: Contents) -> None:
    """Neither a second run nor the user's matplotlib settings change a byte, and those settings stay as they were."""
    formats: Final = ("svg", "png", "tif", "pdf", "eps")
    first = draw(contents["by_arm"], formats=formats)
    with matplotlib.rc_context({"font.size": 20, "lines.linewidth": 9, "text.usetex": True, "svg.fonttype": "none"}):
        before = dict(matplotlib.rcParams)
        assert first == draw(contents["by_arm"], formats=formats)
        assert before == dict(matplotlib.rcParams)


def test_a_change_of_the_results_changes_the_picture(contents: Contents) -> None:
    """The bytes follow the curves."""
    content = contents["overall"]
    group = content.rows[0][0].groups[0]
    curve = replace(group.curve, survival=tuple(s**2 for s in group.curve.survival))
    panel = replace(content.rows[0][0], groups=(replace(group, curve=curve),))
    changed = replace(content, rows=((panel, content.rows[0][1]),))
    assert draw(content, formats=["svg"]) != draw(changed, formats=["svg"])


def test_curves_can_be_told_apart_without_colour() -> None:
    """The first colours differ in lightness as well, and no two of 36 groups share colour and dashes."""

    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    assert abs(lightness(COLOURS[0]) - lightness(COLOURS[1])) > 0.15
    assert len(set(DASHES)) == len(DASHES)
    pairs = {(i % len(COLOURS), (i + i // len(COLOURS)) % len(DASHES)) for i in range(36)}
    assert len(pairs) == 36


def test_drawing_needs_no_pyplot() -> None:
    """The part of matplotlib that keeps global state is not even imported."""
    code = "import sys, lockstep.figures.drawing; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
