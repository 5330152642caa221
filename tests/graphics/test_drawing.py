"""Figures as files: sizes, fonts and colours of each format, all of one drawing, the same bytes each time."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import matplotlib
import numpy as np
import pypdf
import pytest
from conftest import ROOT
from PIL import Image
from sample_figures import JOURNALS, Contents, contents_of_figures
from sample_results import make_results, make_study

from lockstep.base.resources import TEMPLATES
from lockstep.figures.kinds import figure_content
from lockstep.figures.survival_drawing import COLOURS, DASHES
from lockstep.graphics.drawing import draw
from lockstep.text.style import Style


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """Return the contents of the figures of the shipped cohort, and of awkward ones, by name."""
    return contents_of_figures(tmp_path_factory.mktemp("study"))


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
    code = "import sys, lockstep.graphics.drawing; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
