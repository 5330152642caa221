"""Tests of lockstep.figures.illustrations: figure files that are current, alt texts, Markdown."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypandoc
import pytest
from PIL import Image
from sample_results import make_results, make_study, trial

from lockstep.base import stamp as base_stamp
from lockstep.base.errors import ReportError
from lockstep.base.files import sha256
from lockstep.base.resources import PACKAGE
from lockstep.figures import illustrations
from lockstep.figures.illustrations import Illustration, illustrate, stand_in
from lockstep.figures.kinds import figure_content
from lockstep.graphics.kind import FigureContent
from lockstep.results.json_file import to_json
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.text.figure_size import figure_size
from lockstep.text.style import Style

ROOT = Path(__file__).parents[2]
FILES = (".overall.json", "overall.png", "overall.svg")


@pytest.fixture
def study_and_results(tmp_path: Path) -> tuple[Study, Results]:
    """Return a small study with one figure of one panel, and its results."""
    study = make_study(
        tmp_path,
        endpoints={"os": ("Overall survival", "years", [0, 1, 2])},
        variables={"g": ("Grade", {"1": "1", "2": "2"})},
        figures={"overall": {"endpoints": ["os"]}, "by_grade": {"endpoints": ["os"], "groups": "g"}},
    )
    patients = [(100.0, True), (300.0, False), (500.0, True), (800.0, False)]
    curves = {"os": patients, "os.by_g.1": patients[:1], "os.by_g.2": patients[1:]}
    return study, make_results(study, curves, p_values={"os.by_g": 0.0004})


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the drawings: return a list that grows by the figure's name at each."""
    from lockstep.graphics import drawing as figures

    names: list[str] = []
    draw = figures.draw

    def counted(content: FigureContent, **options: Any) -> Mapping[str, bytes]:
        names.append(content.name)
        return draw(content, **options)

    monkeypatch.setattr(figures, "draw", counted)
    return names


def stamps(folder: Path) -> list[int]:
    """Return the modification times of a figure's files."""
    return [(folder / "build/figures" / name).stat().st_mtime_ns for name in FILES]


def test_a_figure_is_drawn_once_and_then_is_current(
    tmp_path: Path, study_and_results: tuple[Study, Results], drawings: list[str]
) -> None:
    """A second run with the same content draws nothing and writes nothing."""
    study, results = study_and_results
    first = illustrate("overall", study, results, tmp_path, Style())
    before = stamps(tmp_path)
    assert illustrate("overall", study, results, tmp_path, Style()) == first
    assert drawings == ["overall"]
    assert stamps(tmp_path) == before


def test_a_figure_is_drawn_anew_when_what_it_shows_changes(
    tmp_path: Path, study_and_results: tuple[Study, Results], drawings: list[str]
) -> None:
    """A changed median, label or style of numbers gives new files; a change elsewhere in the results does not."""
    study, results = study_and_results
    illustrate("overall", study, results, tmp_path, Style())
    others = tuple(replace(r, value=0.9) if r.id.endswith("p_value") else r for r in results.records)
    illustrate("overall", study, replace(results, records=others), tmp_path, Style())
    assert len(drawings) == 1
    changed = tuple(replace(r, value=501.5, decimals=1) if r.id == "os.median" else r for r in results.records)
    illustrate("overall", study, replace(results, records=changed), tmp_path, Style())
    assert len(drawings) == 2
    illustrate("overall", study, replace(results, records=changed), tmp_path, Style(decimal_mark=","))
    assert len(drawings) == 3


@pytest.mark.parametrize(
    "module",
    ["figures/survival_layout.py", "graphics/drawing.py", "graphics/shapes.py", "text/eastern.py", "text/numbers.py"],
)
def test_a_figure_is_drawn_anew_when_the_code_that_draws_it_changes(
    tmp_path: Path,
    study_and_results: tuple[Study, Results],
    drawings: list[str],
    monkeypatch: pytest.MonkeyPatch,
    module: str,
) -> None:
    """A version of the program that draws in another way makes its own figures, in whichever folder the change is."""
    package = tmp_path / "package"
    for folder in ("figures", "graphics", "results", "text"):
        shutil.copytree(PACKAGE / folder, package / folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(illustrations, "PACKAGE", package)
    for addition in ("", "", "# another way\n"):
        with (package / module).open("a", encoding="utf-8") as file:
            file.write(addition)
        illustrate("overall", *study_and_results, tmp_path, Style())
    assert drawings == ["overall", "overall"]


def test_a_stand_in_takes_the_place_of_a_drawing(
    tmp_path: Path, study_and_results: tuple[Study, Results], drawings: list[str]
) -> None:
    """A document that shows the legend alone describes its figure as ever, and nothing is drawn until it is another."""
    study, results = study_and_results
    stand_in("overall", study, results, tmp_path / "copy", Style())
    shown = illustrate("overall", study, results, tmp_path / "copy", Style())
    assert drawings == []
    drawn = illustrate("overall", study, results, tmp_path, Style())
    assert (shown.path, shown.alt, shown.printed) == (drawn.path, drawn.alt, drawn.printed)
    with Image.open(tmp_path / "copy/build/figures/overall.png") as picture:
        assert picture.convert("L").getextrema() == (0, 255)  # it has words
    assert "in a file of its own" in (tmp_path / "copy/build/figures/overall.svg").read_text()
    changed = tuple(replace(r, value=501.5, decimals=1) if r.id == "os.median" else r for r in results.records)
    illustrate("overall", study, replace(results, records=changed), tmp_path / "copy", Style())
    assert drawings == ["overall", "overall"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:100])])
def test_a_missing_or_damaged_file_is_drawn_again(
    tmp_path: Path,
    study_and_results: tuple[Study, Results],
    drawings: list[str],
    name: str,
    damage: Callable[[Path], object],
) -> None:
    """Whatever happened to the files of a figure, the next run mends them, to the same bytes."""
    study, results = study_and_results
    illustrate("overall", study, results, tmp_path, Style())
    path = tmp_path / "build/figures" / name
    whole = path.read_bytes()
    damage(path)
    illustrate("overall", study, results, tmp_path, Style())
    assert path.read_bytes() == whole
    assert len(drawings) == 2


def test_a_run_that_is_stopped_between_two_files_is_made_good(
    tmp_path: Path, study_and_results: tuple[Study, Results], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a crash between SVG and PNG no old stamp vouches for the mixture: the next run draws both again."""
    study, results = study_and_results
    illustrate("overall", study, results, tmp_path, Style())
    changed = replace(
        results, records=tuple(replace(r, value=501.5) if r.id == "os.median" else r for r in results.records)
    )
    write_whole = base_stamp.write_whole

    def full_disk(path: Path, content: bytes) -> None:
        if path.suffix == ".png":
            raise OSError("no space left on device")
        write_whole(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(base_stamp, "write_whole", full_disk)
        with pytest.raises(OSError, match="no space"):
            illustrate("overall", study, changed, tmp_path, Style())
    # Even if the study goes back to what it was, the SVG is of the changed one.
    illustrate("overall", study, results, tmp_path, Style())
    stamp = json.loads((tmp_path / "build/figures/.overall.json").read_text())
    assert stamp["outputs"]["overall.svg"] == sha256(tmp_path / "build/figures/overall.svg")


def test_alt_text_of_one_curve(tmp_path: Path, study_and_results: tuple[Study, Results]) -> None:
    """The alt text of a single curve says endpoint, patients and median."""
    study, results = study_and_results
    figure = illustrate("overall", study, results, tmp_path, Style())
    assert (
        figure.alt == "Kaplan–Meier curve. Overall survival, 4 patients, median 500 days (95% CI 100 to not reached)."
    )


def test_alt_text_of_a_comparison(tmp_path: Path, study_and_results: tuple[Study, Results]) -> None:
    """The alt text of a comparison says of each group what it is, its patients and median, and the test."""
    study, results = study_and_results
    figure = illustrate("by_grade", study, results, tmp_path, Style())
    assert figure.alt == (
        "Kaplan–Meier curves. Overall survival, 4 patients. "
        "Grade: 1, 1 patient, median 100 days (95% CI not estimable). "
        "Grade: 2, 3 patients, median 500 days (95% CI 500 to not reached). Log-rank P < 0.001."
    )


def test_alt_text_of_panels_within_subgroups(tmp_path: Path) -> None:
    """Each panel of the shipped cohort's third figure is named by letter, endpoint and subgroup."""
    study, results = trial(tmp_path)
    content = figure_content("by_age", study, results, Style())
    assert (
        "B, Overall survival, Age group: Older than 60 years, 28 patients. "
        "Without local treatment, 14 patients, median 2411 days (95% CI 497 to not reached). "
        "With local treatment, 14 patients, median 2160 days (95% CI 1875 to not reached). Log-rank P = 0.707. C, "
    ) in content.alt_text()


@pytest.mark.parametrize(
    "alt", ['"}quoted" \\ back', "{{< meta title >}}", '$x_1$ `code` *b* @fig-1 #read("x")', "&amp; &lt;b> | 5–7 % ü"]
)
def test_alt_text_survives_markdown(alt: str) -> None:
    """Pandoc reads back the alt text and the width as they are, whatever a label holds."""
    markdown = Illustration("build/figures/x", alt, 174)._repr_markdown_()
    assert "{{<" not in markdown
    tree = json.loads(pypandoc.convert_text(markdown, "json", format="markdown"))
    image = tree["blocks"][0]["c"][0]
    assert image["t"] == "Image"
    assert image["c"][0][2] == [["fig-alt", alt], ["width", "174mm"]]
    assert image["c"][2] == ["build/figures/x", ""]


def test_an_unknown_figure_is_an_error_with_the_nearest_name(
    tmp_path: Path, study_and_results: tuple[Study, Results]
) -> None:
    """A misspelled figure in the document gives one error that names those of study.toml."""
    study, results = study_and_results
    with pytest.raises(ReportError) as error:
        illustrate("overal", study, results, tmp_path, Style())
    assert str(error.value) == (
        "no figure 'overal' in study.toml; did you mean 'overall'? Its figures: overall, by_grade."
    )


def test_drawing_leaves_home_alone_and_current_figures_need_no_matplotlib(
    tmp_path: Path, study_and_results: tuple[Study, Results]
) -> None:
    """Nothing is written into an empty home, the environment is as before, and matplotlib is loaded only to draw."""
    _, results = study_and_results
    (tmp_path / "results.json").write_text(to_json(results), encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from lockstep.results.json_file import read_results\n"
        "from lockstep.study.definition import read_study\n"
        "from lockstep.figures.illustrations import illustrate\n"
        "from lockstep.text.style import Style\n"
        "folder, before = Path(sys.argv[1]), dict(os.environ)\n"
        "illustrate('overall', read_study(folder), read_results(folder / 'results.json'), folder, Style())\n"
        "assert before == dict(os.environ)\n"
        "print('matplotlib' in sys.modules)\n"
    )
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    runs = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    assert [run.stdout for run in runs] == ["True\n", "False\n"]
    assert [run.stderr for run in runs] == ["", ""]
    assert list(home.iterdir()) == []


def test_a_figure_that_is_wider_than_the_page_is_shown_on_its_width(tmp_path: Path) -> None:
    """A journal's 190.5 mm stay so in the file, and in the document the figure fits between the margins."""
    study, results = trial(tmp_path)
    style = Style(name="wide", figures=figure_size(width={"max": 190.5}, points={"min": 8}))
    figure = illustrate("by_arm", study, results, tmp_path, style)
    assert (figure.path, figure.width_mm) == ("build/figures/wide/by_arm", 174)
    svg = (tmp_path / f"{figure.path}.svg").read_text()
    assert f'width="{190.5 / 25.4 * 72:g}pt"' in svg


def test_a_change_of_the_size_alone_draws_anew(
    tmp_path: Path, study_and_results: tuple[Study, Results], drawings: list[str]
) -> None:
    """A rule of a journal that changes from one day to the next changes its figures."""
    study, results = study_and_results
    for points in (8, 9, 9):
        illustrate("overall", study, results, tmp_path, Style(figures=figure_size(points={"min": points})))
    assert drawings == ["overall", "overall"]


def test_a_figure_that_cannot_keep_a_journal_s_limits_is_drawn_all_the_same(tmp_path: Path) -> None:
    """It breaks the one that leaves no room, and the document shows it in the width that it has."""
    study, results = trial(tmp_path)
    narrow = Style(name="narrow", figures=figure_size(width={"max": 30}))
    assert illustrate("by_arm", study, results, tmp_path, narrow).width_mm == 174
    large = Style(name="large", figures=figure_size(columns={"one": 85, "two": 160}, points={"min": 40}))
    assert illustrate("by_arm", study, results, tmp_path, large).width_mm == 160
