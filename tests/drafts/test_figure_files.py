"""Tests of submission.figure_files: which files a journal gets of each figure, and that they keep its rules."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sample_results import make_results, make_study, trial

from lockstep.base.errors import ReportError
from lockstep.document.report import Report
from lockstep.drafts.figure_files import NumberedFigure, numbered_figures, upload_for, write_figure_files
from lockstep.journals.file import Journal, JournalRule
from lockstep.journals.profiles import styled
from lockstep.preflight.figure_facts import FigureFacts, measure_figure
from lockstep.qmd.source import parse
from lockstep.results.json_file import to_json
from lockstep.text.style import Style

pytestmark = pytest.mark.slow  # figures in each format for each journal

ROOT = Path(__file__).parents[2]
TEXT = """
::: {#fig-age}

```{python}
r.figure("by_age")
```

By age, as @fig-flow and ![](not/of/this/figure.png).
:::

::: {#tbl-one}

```{python}
r.table("one")
```

A table.
:::

![The flow.](flow.png){#fig-flow width=50%}

::: {#fig-all}

```{python}
r.figure("overall")
```

All.
:::

::: {#fig-scan}
![](scans/one){fig-alt="A scan"}

A scan.
:::
"""
RULES: dict[str, dict[str, Any]] = {
    "plos": {
        "figure_formats": ["TIFF", "EPS"],
        "figure_width_mm": {"min": 66.8, "max": 190.5},
        "figure_height_mm": {"max": 222.2},
        "figure_points": {"min": 8, "max": 12},
        "figure_dpi": {"min": 300, "max": 600},
        "figure_megabytes": {"max": 10},
    },
    "lancet": {"figure_column_mm": {"one": 75, "two": 154}, "figure_dpi": {"min": 300}, "decimal_mark": "·"},
    "jama": {"figure_width_mm": {"min": 127}, "figure_dpi": {"min": 350}, "figure_megabytes": {"max": 0.6}},
    "line art": {"figure_formats": ["tif"], "figure_dpi": {"min": 800, "max": 1200}},
    "generic": {},
}


def journal(name: str, **rules: Any) -> Journal:
    """Return a journal with these rules."""
    stated = {
        rule: JournalRule(rule, value, "", "https://example.org", date(2026, 1, 1)) for rule, value in rules.items()
    }
    return Journal(name, name, stated)


def measured(report: Report, text: str, asked: Journal, folder: Path) -> dict[str, FigureFacts]:
    """Write the files of a text for a journal, and measure them."""
    document = parse(text, path=report.study.folder / "report.qmd")
    own = Report(report.results, styled(report.style, asked), report.study)
    return {path.name: measure_figure(path) for path in write_figure_files(document, own, asked, folder)}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Return the report of the shipped cohort, with a picture of its flow and a scan in its folder."""
    folder = tmp_path_factory.mktemp("study")
    study, results = trial(folder)
    (folder / "scans").mkdir()
    Image.new("RGB", (60, 30)).save(folder / "flow.png")
    Image.new("RGB", (60, 30)).save(folder / "scans" / "one.tif")
    return Report(results, Style(), study)


def test_figures_are_numbered_as_the_document_prints_them(report: Report) -> None:
    """Figures of study.toml and image files count together, in the order of their floats; tables do not."""
    document = parse(TEXT, path=report.study.folder / "report.qmd")
    assert numbered_figures(document) == (
        NumberedFigure(1, "fig-age", name="by_age"),
        NumberedFigure(2, "fig-flow", image="flow.png"),
        NumberedFigure(3, "fig-all", name="overall"),
        NumberedFigure(4, "fig-scan", image="scans/one.tif"),
    )


def test_numbers_are_those_of_the_journal_s_manuscript(report: Report) -> None:
    """A figure in a comment or hidden in the journal's profile takes no number; attributes stand in any order."""
    text = (
        "<!--\n::: {#fig-old}\n![](old.png)\n\nOld.\n:::\n-->\n\n"
        "::: {.content-visible unless-profile=mine}\n::: {#fig-others}\n![](flow.png)\n\nFlow.\n:::\n:::\n\n"
        '::: {.content-visible when-format="html"}\n![Web.](web.png){#fig-web}\n:::\n\n'
        "::: {.wide #fig-scan}\n![](scans/one)\n\nScan.\n:::\n\n"
        "![The flow.](flow.png){width=50% #fig-flow}\n\n"
        '```{python}\n#| label: fig-all\nr.figure("overall")\n```\n'
    )
    document = parse(text, path=report.study.folder / "report.qmd")
    here = [(one.number, one.label, one.name or one.image) for one in numbered_figures(document, profile="mine")]
    assert here == [(1, "fig-scan", "scans/one.tif"), (2, "fig-flow", "flow.png"), (3, "fig-all", "overall")]
    elsewhere = [(one.number, one.label) for one in numbered_figures(document, profile="other")]
    assert elsewhere == [(1, "fig-others"), (2, "fig-scan"), (3, "fig-flow"), (4, "fig-all")]


def test_files_are_named_by_number_and_images_are_copied(report: Report, tmp_path: Path) -> None:
    """Each figure comes in each format; an image file of the study comes as it is."""
    found = measured(report, TEXT, journal("generic"), tmp_path)
    drawn = [f"Fig{number}.{suffix}" for number in (1, 3) for suffix in ("tif", "pdf", "eps")]
    assert sorted(found) == sorted([*drawn, "Fig2.png", "Fig4.tif"])
    assert (tmp_path / "Fig2.png").read_bytes() == (report.study.folder / "flow.png").read_bytes()


@pytest.mark.parametrize("name", RULES)
def test_files_keep_the_rules_of_the_journal(report: Report, tmp_path: Path, name: str) -> None:
    """Width, resolution, size, colours, compression, fonts and text, measured from each file."""
    rules = RULES[name]
    asked = journal(name, **rules)
    found = measured(report, TEXT, asked, tmp_path)
    drawn = {file: facts for file, facts in found.items() if file[:4] in ("Fig1", "Fig3")}
    assert {facts.format for facts in drawn.values()} == (
        {"tif": {"TIFF"}, "TIFF": {"TIFF", "EPS"}}[rules["figure_formats"][0]]
        if "figure_formats" in rules
        else {"TIFF", "PDF", "EPS"}
    )
    size = styled(Style(), asked).figures
    for facts in drawn.values():
        assert facts.width_mm == pytest.approx(size.two, abs=0.06)
        assert facts.height_mm is not None
        assert facts.height_mm <= size.most_height
        assert (facts.mode, facts.alpha, facts.pages, facts.metadata) == ("RGB", False, 1, {})
        assert facts.bytes <= rules.get("figure_megabytes", {}).get("max", 10) * 1e6
        if facts.format == "TIFF":
            dpi = rules.get("figure_dpi", {})
            assert facts.compression == "LZW"
            assert dpi.get("min", 300) <= (facts.dpi or 0) <= dpi.get("max", 600)
        else:
            assert {(font.embedded, font.kind) for font in facts.fonts} == {(True, "TrueType")}
            assert facts.smallest_points is not None
            assert facts.largest_points is not None
            points = rules.get("figure_points", {})
            assert points.get("min", 7) <= facts.smallest_points
            assert facts.largest_points <= points.get("max", 9)


def test_a_file_that_would_be_too_large_has_a_lower_resolution(report: Report, tmp_path: Path) -> None:
    """The best resolution is taken with which the file is small enough; where none is, the least."""
    text = TEXT.split("::: {#tbl-one}")[0]
    rules = {"figure_formats": ["TIFF"], "figure_dpi": {"min": 350}}
    sizes = {
        most: measured(report, text, journal(f"most {most}", **rules, figure_megabytes={"max": most}), tmp_path)
        for most in (10, 0.6, 0.01)
    }
    dpi = {most: facts["Fig1.tif"].dpi for most, facts in sizes.items()}
    assert dpi[10] == 600
    assert 350 <= (dpi[0.6] or 0) < 600
    assert sizes[0.6]["Fig1.tif"].bytes <= 0.6e6
    assert dpi[0.01] == 350
    assert {facts["Fig1.tif"].width_mm for facts in sizes.values()} == {174}


def test_resolutions_lie_in_the_range_of_the_journal() -> None:
    """From the best one on; a journal that asks for more than is usual gets it."""
    assert upload_for(None).dpi == (600, 500, 450, 400, 350, 300)
    assert upload_for(journal("a", figure_dpi={"min": 350, "max": 500})).dpi == (500, 450, 400, 350)
    assert upload_for(journal("b", figure_dpi={"max": 200})).dpi == (200,)
    assert upload_for(journal("c", figure_dpi={"min": 1200})).dpi == (1200,)


def test_a_journal_that_takes_no_format_of_ours_is_one_clear_error() -> None:
    """The message has what the journal takes, what can be written, and what to do."""
    with pytest.raises(ReportError) as error:
        upload_for(journal("example", figure_formats=["AI", "PSD"]))
    assert str(error.value) == (
        "example: figure_formats has AI, PSD, none of which can be written.\n"
        "Figures are written as TIFF, PDF and EPS: add one that the journal takes, or leave out the rule."
    )


def test_a_figure_whose_name_is_computed_is_one_clear_error(report: Report) -> None:
    """Which figure it is cannot be known from the text."""
    text = "::: {#fig-a}\n\n```{python}\nr.figure(names[0])\n```\n\nCaption.\n:::\n"
    with pytest.raises(ReportError, match=r"^report.qmd:4: the name of the figure is computed") as error:
        numbered_figures(parse(text, path=report.study.folder / "report.qmd"))
    assert 'r.figure("name")' in str(error.value)


def test_a_figure_without_a_file_is_one_clear_error(report: Report) -> None:
    """The message names line and label."""
    text = "Text.\n\n::: {#fig-a}\n![](lost.png)\n\nCaption.\n:::\n"
    with pytest.raises(ReportError, match=r"^report.qmd:3: the figure 'fig-a' is neither"):
        numbered_figures(parse(text, path=report.study.folder / "report.qmd"))


@pytest.mark.parametrize("shown", ["drawing.svg", "drawing"])
def test_a_drawing_that_cannot_be_uploaded_is_told_at_once(report: Report, shown: str) -> None:
    """An SVG shows in the document, and no check could measure it: the message says what to save it as."""
    (report.study.folder / "drawing.svg").write_text("<svg/>")
    text = f"Text.\n\n::: {{#fig-a}}\n![]({shown})\n\nCaption.\n:::\n"
    with pytest.raises(
        ReportError, match=r"^report.qmd:3: the figure 'fig-a' is drawing.svg, .* not for upload.\nSave"
    ):
        numbered_figures(parse(text, path=report.study.folder / "report.qmd"))


def test_files_are_drawn_once_and_then_copied(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second draft with the same figures draws nothing, and has the same files."""
    from lockstep.graphics import drawing as figures

    first = measured(report, TEXT, journal("lancet", **RULES["lancet"]), tmp_path)
    hashes = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in first}
    monkeypatch.setattr(figures, "draw", lambda *_, **__: pytest.fail("drawn again"))
    assert measured(report, TEXT, journal("lancet", **RULES["lancet"]), tmp_path) == first
    assert hashes == {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in first}


def test_the_same_bytes_on_any_day_and_run_and_no_word_of_the_machine(tmp_path: Path) -> None:
    """Neither the clock, the order of hashes, the user nor the folder enters a file."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from lockstep.results.json_file import read_results\n"
        "from lockstep.study.definition import read_study\n"
        "from lockstep.figures.illustrations import upload_files\n"
        "from lockstep.text.style import Style\n"
        "from lockstep.drafts.figure_files import upload_for\n"
        "folder = Path(sys.argv[1])\n"
        "study, results = read_study(folder), read_results(folder / 'results.json')\n"
        "upload_files('figure', study, results, folder, Style(), upload_for(None))\n"
    )
    runs = []
    for seed, epoch in (("1", "1000000000"), ("2", "1700000000")):
        folder = tmp_path / f"of-someone-{seed}"
        folder.mkdir()
        study = make_study(
            folder,
            endpoints={"os": ("Overall survival", "years", [0, 1, 2])},
            variables={"g": ("Grade", {"1": "1", "2": "2"})},
            figures={"figure": {"endpoints": ["os"], "groups": "g"}},
        )
        patients = [(100.0 * i, i % 3 > 0) for i in range(1, 9)]
        curves = {"os.by_g.1": patients[:4], "os.by_g.2": patients[4:]}
        results = make_results(study, curves, p_values={"os.by_g": 0.04})
        (folder / "results.json").write_text(to_json(results), encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder), "USER": "someone"}
        environment |= {"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": epoch}
        subprocess.run([sys.executable, "-c", code, str(folder)], env=environment, check=True)
        files = sorted((folder / "build/figures/upload").glob("figure.[tpe]*"))
        runs.append({path.name: path.read_bytes() for path in files})
    assert sorted(runs[0]) == ["figure.eps", "figure.pdf", "figure.tif"]
    assert runs[0] == runs[1]
    for content in runs[0].values():
        assert not any(
            word in content.lower() for word in (b"someone", b"matplotlib v", b"pillow", b"%%creator", b"d:20")
        )
