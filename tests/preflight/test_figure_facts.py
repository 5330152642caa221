"""Tests of submission.figure_facts: what a file is, whatever it was meant to be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, TiffImagePlugin
from sample_results import trial

from lockstep.base.errors import ReportError
from lockstep.figures.kinds import figure_content
from lockstep.graphics.drawing import draw
from lockstep.preflight.figure_facts import FigureFont, measure_figure
from lockstep.text.figure_size import figure_size
from lockstep.text.style import Style


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a figure of 190.5 mm and text of 8 points and more, in all formats."""
    folder = tmp_path_factory.mktemp("drawn")
    study, results = trial(folder)
    style = Style(figures=figure_size(width={"max": 190.5}, points={"min": 8, "max": 10}))
    content = figure_content("by_arm", study, results, style)
    for name, file in draw(content, formats=("png", "tif", "pdf", "eps"), dpi=400).items():
        (folder / f"figure.{name}").write_bytes(file)
    return folder


def plot(path: Path, *, alpha: float = 1.0, **settings: object) -> Path:
    """Write a drawing as matplotlib does by itself, with text of 5 points and a line of text of 11."""
    with rc_context(settings):
        figure = Figure(figsize=(2, 1))
        FigureCanvasAgg(figure)
        figure.text(0.1, 0.1, "small", size=5)
        figure.text(0.1, 0.5, "large", size=11, color="red", alpha=alpha)
        figure.savefig(path, metadata={"Creator": "A program"})
    return path


def test_the_facts_of_a_tiff(drawn: Path) -> None:
    """Size, resolution, mode and compression are those that the file has, and nothing shows how it was made."""
    facts = measure_figure(drawn / "figure.tif")
    assert (facts.format, facts.width_mm, facts.dpi, facts.mode) == ("TIFF", 190.5, 400, "RGB")
    assert (facts.pixels or (0, 0))[0] == 3000
    assert (facts.alpha, facts.compression, facts.pages, facts.metadata) == (False, "LZW", 1, {})
    assert (facts.fonts, facts.smallest_points) == ((), None)
    assert facts.bytes == (drawn / "figure.tif").stat().st_size


@pytest.mark.parametrize("name", ["figure.pdf", "figure.eps"])
def test_the_facts_of_vector_files(drawn: Path, name: str) -> None:
    """Text is text in embedded TrueType fonts, of the sizes that the journal asks for; nothing is transparent."""
    facts = measure_figure(drawn / name)
    assert facts.fonts == tuple(
        FigureFont(f"LiberationSans{face}", embedded=True, kind="TrueType") for face in ("", "-Bold", "-Italic")
    )
    assert (facts.smallest_points, facts.largest_points) == (8, 10)
    assert (facts.width_mm, facts.mode, facts.alpha, facts.dpi, facts.pages) == (190.5, "RGB", False, None, 1)
    assert facts.metadata == {}


def test_all_formats_of_a_drawing_have_one_size(drawn: Path) -> None:
    """Pixels and points agree to a tenth of a millimetre."""
    facts = [measure_figure(drawn / f"figure.{name}") for name in ("png", "tif", "pdf", "eps")]
    assert {found.width_mm for found in facts} == {190.5}
    heights = [found.height_mm or 0 for found in facts]
    assert max(heights) - min(heights) <= 0.11


@pytest.mark.parametrize("name", ["plot.pdf", "plot.eps"])
@pytest.mark.parametrize(("fonttype", "kind"), [(3, "Type 3"), (42, "TrueType")])
def test_the_kind_of_a_font_is_found(tmp_path: Path, name: str, fonttype: int, kind: str) -> None:
    """Type 3, which journals refuse, is distinguished from TrueType; and the smallest and largest text are measured."""
    facts = measure_figure(plot(tmp_path / name, **{"pdf.fonttype": fonttype, "ps.fonttype": fonttype}))
    assert {font.kind for font in facts.fonts} == {kind}
    assert (facts.smallest_points, facts.largest_points) == (5, 11)
    assert facts.metadata["Creator"] == "A program"


def test_transparency_in_a_pdf_is_found(tmp_path: Path) -> None:
    """One transparent text is enough."""
    assert measure_figure(plot(tmp_path / "plot.pdf", alpha=0.5)).alpha
    assert not measure_figure(plot(tmp_path / "opaque.pdf")).alpha


def test_a_font_that_an_eps_does_not_hold_is_found(drawn: Path, tmp_path: Path) -> None:
    """Text set in a typeface of the reader's machine is known by its name."""
    path = tmp_path / "figure.eps"
    eps = (drawn / "figure.eps").read_bytes()
    path.write_bytes(re.sub(rb"/LiberationSans-0 8.000 selectfont", b"/Helvetica 6 selectfont", eps, count=1))
    facts = measure_figure(path)
    assert FigureFont("Helvetica", embedded=False, kind="unknown") in facts.fonts
    assert facts.smallest_points == 6


def test_an_eps_that_scales_its_text_leaves_the_size_open(drawn: Path, tmp_path: Path) -> None:
    """A size that would take a PostScript interpreter to know is not guessed."""
    path = tmp_path / "figure.eps"
    path.write_bytes((drawn / "figure.eps").read_bytes().replace(b"\nend\nshowpage", b"\n0.5 0.5 scale\nend\nshowpage"))
    facts = measure_figure(path)
    assert (facts.smallest_points, facts.largest_points) == (None, None)


def test_a_cmyk_drawing_is_told_from_an_rgb_one(drawn: Path, tmp_path: Path) -> None:
    """One colour in CMYK makes the mode of the file."""
    path = tmp_path / "figure.eps"
    path.write_bytes(
        (drawn / "figure.eps").read_bytes().replace(b"\nend\nshowpage", b"\n0 0 1 0 setcmykcolor\nshowpage")
    )
    assert measure_figure(path).mode == "CMYK"


def test_what_is_wrong_with_pixels_is_found(tmp_path: Path) -> None:
    """Transparency, another compression, a resolution that is missing or in centimetres, layers and metadata."""
    image = Image.new("RGBA", (300, 150), (255, 0, 0, 128))
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[305], tags[315] = "A program", "An author"
    image.save(tmp_path / "a.tif", tiffinfo=tags, save_all=True, append_images=[image])
    facts = measure_figure(tmp_path / "a.tif")
    assert (facts.alpha, facts.mode, facts.compression, facts.pages) == (True, "RGB", "none", 2)
    assert (facts.width_mm, facts.height_mm, facts.dpi) == (None, None, None)
    assert facts.metadata == {"Software": "A program", "Artist": "An author"}

    image.convert("L").save(tmp_path / "b.tif", resolution_unit="cm", x_resolution=100, y_resolution=100)
    facts = measure_figure(tmp_path / "b.tif")
    assert (facts.width_mm, facts.height_mm, facts.dpi, facts.mode) == (30, 15, 254, "grey")

    image.convert("CMYK").save(tmp_path / "c.jpg", dpi=(300, 300))
    facts = measure_figure(tmp_path / "c.jpg")
    assert (facts.format, facts.mode, facts.width_mm, facts.compression) == ("JPEG", "CMYK", 25.4, "JPEG")


@pytest.mark.parametrize("name", ["figure.tif", "figure.png", "figure.pdf", "figure.eps"])
def test_a_damaged_file_is_one_clear_error(drawn: Path, tmp_path: Path, name: str) -> None:
    """A file that breaks off, or is empty, is named; no traceback."""
    whole = (drawn / name).read_bytes()
    for content in (whole[: len(whole) // 3], b""):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ReportError, match=re.escape(str(path))):
            measure_figure(path)


@pytest.mark.parametrize("name", ["none.tif", "none.pdf", "none.eps", "figure.doc"])
def test_a_file_that_is_missing_or_of_another_kind_is_one_clear_error(tmp_path: Path, name: str) -> None:
    """The message says which file, and what can be measured."""
    with pytest.raises(ReportError, match=re.escape(str(tmp_path / name))):
        measure_figure(tmp_path / name)
