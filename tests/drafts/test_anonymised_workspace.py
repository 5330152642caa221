"""The anonymised copy of a manuscript: no trace of its authors is in its workspace, nor in what is built there."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
import word_files
from conftest import ROOT
from flagship_workspaces import contents, copy, copy_with_results, journal, make

from lockstep.anonymisation.scan import traces
from lockstep.base.errors import ReportError
from lockstep.base.progress import Progress
from lockstep.drafts.workspace import make_workspace, study_identifying_words
from lockstep.pdf.reading import read_pdf
from lockstep.runs.build import build
from lockstep.word import validity as ooxml
from lockstep.word.text import read_text

pytestmark = pytest.mark.slow  # drafts of the flagship

AUTHORS = """author:
  - name: Zoë Quistgaard
    corresponding: true
    email: zoe.quistgaard@northernlight.example
    orcid: 0000-0002-1825-0097
    affiliations:
      - name: Northern Light Hospital
        department: Department of Repairs
        city: Tromsø
  - name: Odd Fjeldheim
    affiliations:
      - name: Polar Institute
funding:
  - statement: "Supported by the Polar Fund."
    awards: [{id: "PF-2024/117", name: polar}]
ethics: "Regional committee, REK 2019/4711"
blind: ["Whale registry"]
"""
DISCUSSION = (
    "# Discussion\n\n::: {.identifying}\nIn our Tromsø of 1965.\n:::\n\nProtocol no. PF-2024/117, NCT 01234567.\n"
)
LIMITATIONS = '## Limitations\n\n![](images/quistgaard.png){fig-alt="By Odd Fjeldheim"}\n'
BIBLIOGRAPHY = """
@article{quistgaard2021, author = {Quistgaard, Zo{\\"e} and Smith, J}, title = {Earlier repairs in {Troms{\\o}}},
  journal = {Repairs}, year = {2021}, doi = {10.9999/repairs.1}}
"""


@pytest.fixture(scope="module")
def study(built_flagship: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the flagship study with its results and figures."""
    return copy_with_results(built_flagship, tmp_path_factory.mktemp("flagship") / "study")


@pytest.fixture(scope="module")
def planted(study: Path) -> Path:
    """Return a flagship study with its authors' names, and what identifies them, planted throughout."""
    folder = study.parent / "planted"
    shutil.copytree(study, folder, symlinks=True, ignore=shutil.ignore_patterns("report.*", ".report*"))
    document = folder / "report.qmd"
    text = (ROOT / "report.qmd").read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^author:\n.*?(?=^article-type)", AUTHORS, text)
    for old, new in {
        'a retrospective cohort study"': 'a retrospective cohort study^[Presented by Z. Quistgaard in Tromsø.]"',
        'status: "Worked example': 'status: "Northern Light Hospital, worked example',
        "# Introduction\n": "# Introduction\n\nAs Quistgaard and Fjeldheim wrote [@quistgaard2021], ",
        "We reviewed consecutive patients of one institution": "We (ZOE QUISTGAARD, [our ward]{.identifying}) saw",
        "Response to metastasis treatment by local treatment.": "Response at the Northern Light Hospital.",
        "**Ethics.** Not applicable: the data": "**Ethics.** Approved (REK 2019/4711): the data",
        "**Funding.** [No funding": "**Funding.** PF-2024/117 of the Polar Fund. [No funding",
        "are in the project's repository": "are at https://github.com/zquistgaard/repairs and in the Whale registry",
        "# Discussion\n": DISCUSSION,
        "## Limitations\n": LIMITATIONS,
        "To be stated by the authors": "Odd Fjeldheim did it, says zoe.quistgaard@northernlight.example,",
    }.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    document.write_text(text, encoding="utf-8")
    with (folder / "references.bib").open("a", encoding="utf-8") as bibliography:
        bibliography.write(BIBLIOGRAPHY)
    definition = folder / "study.toml"
    labels = definition.read_text(encoding="utf-8").replace(
        'label = "Sex"', 'label = "Sex, asked in Tromsø, ISRCTN12345678"'
    )
    definition.write_text(labels, encoding="utf-8")
    (folder / "images").mkdir()
    (folder / "images" / "quistgaard.png").write_bytes(word_files.pixel())
    return folder


def test_the_anonymised_copy_has_no_trace_of_its_authors(planted: Path) -> None:
    """Names planted in title, text, caption, table, notes, picture, references and statements are in neither file."""
    words = study_identifying_words(planted, journal())
    assert {"Quistgaard", "Fjeldheim", "Tromsø", "2019/4711", "PF-2024/117", "Whale registry"} <= set(words)
    open_draft = make(planted, planted.parent / "build" / "open")
    found = {path.suffix: {trace.word for trace in traces(path, words)} for path in open_draft.outputs}
    for names in found.values():  # what is planted does arrive in the documents
        assert {
            "Quistgaard",
            "Fjeldheim",
            "Tromsø",
            "PF-2024/117",
            "Whale registry",
            "Northern Light Hospital",
            "NCT 01234567",
            "ISRCTN 12345678",
        } <= names
    report = make(planted, planted.parent / "build" / "blinded", anonymised=True)
    for path in report.outputs:
        assert [str(trace) for trace in traces(path, words)] == []
    assert report.warnings == ()
    assert ooxml.problems(report.outputs[1]) == []
    facts = read_pdf(report.outputs[0])
    assert facts.attachments == {}
    assert "Author" not in facts.info
    text = " ".join(facts.text.replace("\xa0", " ").split())
    assert text.count("Removed for blind review") >= 5
    assert "Reference removed for blind review" in text
    blind, plain = (read_text(one.outputs[1]) for one in (report, open_draft))
    assert len(blind.references) == len(plain.references)
    assert [item.number for item in blind.floats] == [item.number for item in plain.floats]
    removed = (planted.parent / "build" / "blinded" / "build" / "removed.txt").read_text(encoding="utf-8")
    line = (planted / "report.qmd").read_text(encoding="utf-8").split("\n").index("# Introduction") + 3
    assert f"report.qmd:{line}: Quistgaard\n" in removed


def test_keys_for_blinding_trip_neither_report_nor_front_matter(planted: Path) -> None:
    """A report with funding, ethics and blind in its front matter is made as any other."""
    with Path(os.devnull).open("w") as nowhere:
        report = build(planted, progress=Progress(nowhere, shown=False), renderer="builtin")
    assert report.made
    assert "Whale registry" not in word_files.raw(report.outputs[1], "docProps/core.xml").decode()


def test_a_bibliography_in_a_folder_is_replaced_there_and_nowhere_else(tmp_path: Path) -> None:
    """The folder is one of the workspace then, its other files copies; a list outside of the study is refused."""
    folder = copy(tmp_path / "study")
    (folder / "lists").mkdir()
    bibliography = (folder / "references.bib").read_text(encoding="utf-8")
    (folder / "lists" / "own.bib").write_text(bibliography.replace("Stiller, C. A.", "Author, F."), encoding="utf-8")
    (folder / "lists" / "other.txt").write_text("x")
    project = (folder / "_quarto.yml").read_text(encoding="utf-8")
    (folder / "_quarto.yml").write_text(project.replace("references.bib", "lists/own.bib"), encoding="utf-8")
    before = contents(folder)
    place = make_workspace(folder, journal(), tmp_path / "build" / "workspace", anonymised=True)
    assert contents(folder) == before
    new = (place / "lists" / "own.bib").read_text(encoding="utf-8")
    assert "@misc{stiller2013,\n  title = {{[Reference removed for blind review]}},\n}" in new
    assert new.count("removed for blind review") == 1
    assert (place / "lists" / "other.txt").read_text() == "x"
    (folder / "_quarto.yml").write_text(project.replace("references.bib", "../own.bib"), encoding="utf-8")
    (tmp_path / "own.bib").write_text(bibliography, encoding="utf-8")
    with pytest.raises(ReportError, match=r"bibliography: \.\./own\.bib lies outside of the study's folder"):
        make_workspace(folder, journal(), tmp_path / "build" / "workspace", anonymised=True)


def test_authors_of_the_project_file_are_removed_as_well(tmp_path: Path) -> None:
    """Quarto takes authors from _quarto.yml, too."""
    folder = copy(tmp_path / "study")
    document = folder / "report.qmd"
    text = re.sub(r"(?ms)^author:\n.*?(?=^article-type)", "", document.read_text(encoding="utf-8"))
    document.write_text(text.replace("# Introduction\n", "# Introduction\n\nBy Zoë Quistgaard.\n"), encoding="utf-8")
    with (folder / "_quarto.yml").open("a", encoding="utf-8") as project:
        project.write("\nauthor: Zoë Quistgaard\n")
    place = make_workspace(folder, journal(), tmp_path / "build" / "workspace", anonymised=True)
    for name in ("report.qmd", "_quarto.yml"):
        assert "Quistgaard" not in (place / name).read_text(encoding="utf-8")
    assert "By [removed]." in (place / "report.qmd").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["references.bib", "_quarto.yml", "_quarto-generic.yml"])
def test_a_file_that_is_not_utf_8_is_one_clear_error(tmp_path: Path, name: str) -> None:
    """A list of references in Latin-1, as older programs export it, is named with its line."""
    study = copy(tmp_path / "study")
    (study / name).write_bytes(b"# first\n# M\xfcller\n")
    with pytest.raises(ReportError, match=rf"^{re.escape(name)}:2: not UTF-8 text. Save the file as UTF-8.$"):
        make_workspace(study, journal(), tmp_path / "build" / "workspace", anonymised=True)
