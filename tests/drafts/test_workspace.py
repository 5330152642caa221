"""A draft's documents: floats at the end with their numbers, lines numbered and spaced, legends without pictures."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import word_files
from conftest import IMPLANTS
from flagship_workspaces import contents, copy, copy_with_results, journal, make

from lockstep.base.errors import StudyError
from lockstep.base.progress import Progress
from lockstep.drafts.workspace import make_workspace
from lockstep.pdf.reading import PdfFacts, read_pdf
from lockstep.runs.build import BuildResult, build
from lockstep.word import validity as ooxml
from lockstep.word.text import read_text

pytestmark = pytest.mark.slow  # drafts of the flagship


def lines_of(facts: PdfFacts) -> Iterator[tuple[int, float, str]]:
    """Yield page, place from the left and text of a PDF's lines."""
    for page in facts.pages:
        for line in page.lines:
            yield page.number, line.x, line.text.strip()


@pytest.fixture(scope="module")
def study(built_flagship: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the flagship study with its results and figures."""
    return copy_with_results(built_flagship, tmp_path_factory.mktemp("flagship") / "study")


@pytest.fixture(scope="module")
def draft(study: Path) -> BuildResult:
    """Return a draft with floats at the end; the study's report is made first, and is not touched by the draft."""
    with Path(os.devnull).open("w") as nowhere:
        build(study, progress=Progress(nowhere, shown=False), renderer="builtin")
    before = contents(study)
    report = make(study, study.parent / "build" / "workspace")
    assert contents(study) == before
    return report


@pytest.fixture(scope="module")
def legends(study: Path, draft: BuildResult) -> BuildResult:
    """Return a draft whose figures are files of their own; made after the other, when results are there."""
    assert draft.made
    return make(study, study.parent / "build" / "legends", figures_stand="in files of their own")


def test_a_draft_is_made_without_a_warning(draft: BuildResult, legends: BuildResult) -> None:
    """Its PDF is certified as PDF/UA, its Word file valid."""
    for report in (draft, legends):
        assert report.made
        assert report.warnings == ()
        assert ooxml.problems(report.outputs[1]) == []


def test_results_and_figures_of_the_study_are_used(study: Path, draft: BuildResult) -> None:
    """Nothing is computed again where data, study and code are the same."""
    assert draft.made
    for name in ("results.json", "audit.json"):
        assert (study.parent / "build" / "workspace" / "build" / name).stat().st_mode & 0o777 == 0o600
        assert (study.parent / "build" / "workspace" / "build" / name).read_bytes() == (
            study / "build" / name
        ).read_bytes()
    drawn = study.parent / "build" / "workspace" / "build" / "figures" / "generic"
    shutil.copytree(drawn, study / "build" / "figures" / "generic")
    other = make_workspace(study, journal(), study.parent / "build" / "other")
    shutil.rmtree(study / "build" / "figures" / "generic")
    for path in drawn.iterdir():
        assert (other / "build" / "figures" / "generic" / path.name).read_bytes() == path.read_bytes()


def test_floats_keep_their_numbers_at_the_end(study: Path, draft: BuildResult, legends: BuildResult) -> None:
    """Captions have the numbers and the order that they have in the report; references say the same."""
    assert legends.made
    ordinary = read_text(study / "build" / "report.docx")
    for report in (draft, legends):
        manuscript = read_text(report.outputs[1])
        for kind in ("table", "figure"):
            numbered = [[(item.number, item.caption) for item in text.of_kind(kind)] for text in (ordinary, manuscript)]
            assert numbered[0] == numbered[1]
        cited = [
            [re.findall(r"(?:Figure|Table)\s\d", paragraph.text) for paragraph in text.main]
            for text in (ordinary, manuscript)
        ]
        assert cited[0] == cited[1]
        assert all(item.place >= len(manuscript.body) - 2 for item in manuscript.floats)


def test_the_pdf_has_tables_and_figures_on_pages_of_their_own(draft: BuildResult) -> None:
    """Each caption is the only one of its page, behind the references; tables come first."""
    found = [(page, text) for page, _, text in lines_of(read_pdf(draft.outputs[0]))]
    references = max(page for page, text in found if text == "References")
    captions = [(page, text[:8]) for page, text in found if re.match(r"(Table|Figure)\s\d:", text.replace("\xa0", " "))]
    assert [text.replace("\xa0", " ") for _, text in captions] == [
        *(f"Table {number}:"[:8] for number in range(1, 8)),
        *(f"Figure {number}"[:8] for number in range(1, 6)),
    ]
    pages = [page for page, _ in captions]
    assert len(set(pages)) == len(pages)
    assert min(pages) > references


def test_every_line_of_the_pdf_is_numbered_once(draft: BuildResult) -> None:
    """Line numbers run from 1 without a gap: title, abstract, text, references and captions; tables have none."""
    facts = read_pdf(draft.outputs[0])
    numbers = [int(text) for _, x, text in lines_of(facts) if x < 71 and text.isdigit()]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for page in facts.pages[1:12]:
        margin = {round(line.y) for line in page.lines if line.x < 70 and line.text.strip().isdigit()}
        own = [line for line in page.lines if 70 <= line.x < 72 and line.y < page.height - 60]
        assert own
        assert all(any(abs(line.y - y) <= 3 for y in margin) for line in own), page.number


def test_lines_of_the_pdf_are_double_spaced(draft: BuildResult) -> None:
    """Abstract, text, references: from line to line about twice 1.15 of the size."""
    facts = read_pdf(draft.outputs[0])
    gaps = []
    for page in facts.pages[1:14]:
        places = sorted({line.y for line in page.lines if line.x < 70 and line.text.strip().isdigit()}, reverse=True)
        gaps += [round(first - second, 1) for first, second in itertools.pairwise(places)]
    assert min(gaps) == pytest.approx(2 * 1.15 * 12, abs=0.3)
    assert sum(abs(gap - 27.6) < 0.5 for gap in gaps) > 0.8 * len(gaps)


def test_the_word_file_looks_like_a_manuscript(draft: BuildResult) -> None:
    """Line numbers and page numbers in the one section, all text double-spaced in one size, no box."""
    word = draft.outputs[1]
    (section,) = word_files.body(word).iter("{*}sectPr")
    (numbers,) = section.iter("{*}lnNumType")
    assert numbers.get(f"{ooxml.W}countBy") == "1"
    assert numbers.get(f"{ooxml.W}restart") == "continuous"
    assert "PAGE" in word_files.raw(word, "word/footer1.xml").decode()
    styles = {
        style.get(f"{ooxml.W}styleId"): style for style in word_files.part(word, "word/styles.xml").iter("{*}style")
    }
    for name in ("BodyText", "Abstract", "Bibliography", "Caption", "ImageCaption", "Keywords", "Notice", "Heading1"):
        (spacing,) = styles[name].iter("{*}spacing")
        assert spacing.get(f"{ooxml.W}line") == "480", name
    for name in ("BodyText", "Abstract", "Bibliography", "Keywords", "Notice"):
        (size,) = styles[name].iter("{*}sz")
        assert size.get(f"{ooxml.W}val") == "24", name
    assert not list(styles["Notice"].iter("{*}pBdr", "{*}shd"))
    assert list(styles["TableText"].iter("{*}suppressLineNumbers"))
    assert not any(spacing.get(f"{ooxml.W}line") for spacing in styles["TableText"].iter("{*}spacing"))


def test_legends_come_without_pictures(draft: BuildResult, legends: BuildResult) -> None:
    """Neither the Word file nor the PDF holds one; the report with pictures does."""
    for report, there in ((draft, True), (legends, False)):
        assert bool(list(word_files.body(report.outputs[1]).iter("{*}drawing"))) is there
        assert (b"word/media/" in report.outputs[1].read_bytes()) is there
        assert any("Kaplan" in text for text in read_pdf(report.outputs[0]).strings) is there
    text = read_pdf(legends.outputs[0]).text.replace("\xa0", " ")
    assert [f"Figure {number}:" in text for number in range(1, 7)] == [True] * 5 + [False]


def test_rules_win_over_what_the_files_say_of_the_look(tmp_path: Path) -> None:
    """A profile or front matter with another spacing cannot make a draft that breaks the rule."""
    folder = copy(tmp_path / "study")
    document = folder / "report.qmd"
    document.write_text(document.read_text(encoding="utf-8").replace("lang: en-US", "linestretch: 1\nlang: en-US"))
    (folder / "_quarto-generic.yml").write_text(
        "line-numbers: false\nformat:\n  docx:\n    linestretch: 3\nnote: kept\n"
    )
    place = make_workspace(folder, journal(line_spacing=1.5), tmp_path / "build" / "workspace")
    assert (place / "_quarto-generic.yml").read_text() == (
        "note: kept\nformat:\n  docx: {look: manuscript, fontsize: 12pt, linestretch: 1.5, line-numbers: true}\n"
        "  typst: {look: manuscript, fontsize: 12pt, linestretch: 1.5, line-numbers: true}\n"
    ).replace("note: kept\n", "", 1) + "note: kept\n"
    assert "linestretch" not in (place / "report.qmd").read_text(encoding="utf-8")


def test_a_study_without_a_project_has_the_program_s(tmp_path: Path) -> None:
    """Its draft is made as its report is, with a workspace's own project file that Quarto would find."""
    folder = tmp_path / "implants"
    (tmp_path / "study.toml").touch()
    shutil.copytree(IMPLANTS, folder, ignore=shutil.ignore_patterns("build"))
    report = make(folder, tmp_path / "build" / "workspace", tables_stand="in the text")
    assert report.warnings == ()
    assert (tmp_path / "build" / "workspace" / "_quarto.yml").is_file()
    assert [item.number for item in read_text(report.outputs[1]).floats] == ["1", "1"]
    assert "post-render" not in (tmp_path / "build" / "workspace" / "_quarto.yml").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["analysis", "data", "report.qmd", "study.toml"]


def test_data_that_another_folder_cannot_find_are_refused(tmp_path: Path) -> None:
    """A path that leads out of the study leads elsewhere from a workspace: one error says so, and what to do."""
    folder = copy(tmp_path / "study")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(re.sub(r'file = "[^"]*"', 'file = "../away.csv"', text), encoding="utf-8")
    with pytest.raises(StudyError, match=r"file is '\.\./away\.csv'; a draft is made in another folder"):
        make_workspace(folder, journal(), tmp_path / "build" / "workspace")
    assert not (tmp_path / "build" / "workspace").exists()
    joined = text.replace("[time]", '[data.join.labs]\nfile = "../labs.csv"\nid = "id"\n\n[time]', 1)
    (folder / "study.toml").write_text(joined, encoding="utf-8")
    with pytest.raises(StudyError, match=r"\[data\.join\.labs\] file is '\.\./labs\.csv'; a draft is made in another"):
        make_workspace(folder, journal(), tmp_path / "build" / "workspace")
