"""A journal as a profile of Quarto: made from its file, written for renders by hand, and a study's own file wins."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import IMPLANTS, ROOT
from shipped_journals import SHIPPED

from lockstep.base.errors import ReportError
from lockstep.base.resources import TEMPLATES
from lockstep.cli.command import run_verb
from lockstep.journals.profiles import read_journal
from lockstep.qmd.journal_profile import journal_profile, write_profile
from lockstep.qmd.project import config_for, journals_config, read_project
from lockstep.qmd.source import read_front_matter
from lockstep.qmd.yaml_text import read_mapping

MINE = """schema = 1
title = "Mine"

[quarto]
csl = "{csl}"
papersize = "letter"

[rules.line_numbers]
value = "none"
quote = "No line numbers."
source = "https://example.org/authors"
read = 2026-11-25
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a folder with a document, a project of its own and a journal of its own."""
    (tmp_path / "report.qmd").write_text("---\ntitle: T\n---\n")
    (tmp_path / "study.toml").write_bytes((IMPLANTS / "study.toml").read_bytes())
    (tmp_path / "_quarto.yml").write_text("csl: own.csl\nformat: {docx: {papersize: a4}, typst: {papersize: a4}}\n")
    (tmp_path / "templates" / "journals").mkdir(parents=True)
    (tmp_path / "templates" / "journals" / "mine.toml").write_text(MINE.format(csl="templates/mine.csl"))
    (tmp_path / "templates" / "mine.csl").write_text("<style/>")
    return tmp_path


@pytest.mark.parametrize("name", SHIPPED)
def test_the_written_profile_says_what_every_run_is_told(name: str, tmp_path: Path) -> None:
    """By hand and by the program a journal is the same, its citation style too; nothing else is in the file."""
    path = write_profile(name, tmp_path)
    told = journal_profile(name, ROOT)
    written = read_mapping(path.read_text(encoding="utf-8"), name=path.name)
    if style := written.pop("csl", None):
        assert (tmp_path / style).read_bytes() == Path(told.pop("csl")).read_bytes()
        assert style.startswith("build/csl/")
    assert written == told
    assert set(written) <= {"linestretch", "line-numbers", "notes-after-punctuation", "crossref", "format"}


def test_the_verb_writes_it(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says so; made again it is the same, and a name that is none is an error with those that there are."""
    assert run_verb(["profile", "mine", "--study", str(study)]) == 0
    content = (study / "_quarto-mine.yml").read_bytes()
    assert content.startswith(b"# Made by `lockstep profile mine`")
    assert b"csl: templates/mine.csl\n" in content
    assert run_verb(["profile", "mine", "--study", str(study)]) == 0
    assert (study / "_quarto-mine.yml").read_bytes() == content
    assert capsys.readouterr().out == f"{study / '_quarto-mine.yml'}: written\n" * 2
    assert run_verb(["profile", "mien", "--study", str(study)]) == 1
    assert capsys.readouterr().err.startswith("no journal 'mien'; did you mean 'mine'?")


@pytest.mark.parametrize("words", [["profile", "bmj"], ["draft", "bmj"], ["check", "--journal", "bmj"]])
def test_outside_of_a_study_nothing_is_written(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error is that of the other verbs: there is no study.toml, or a file was named for the folder."""
    assert run_verb([*words, "--study", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path / 'study.toml'}: No such file or directory; a study folder ")
    assert not list(tmp_path.iterdir())
    (tmp_path / "study.toml").touch()
    assert run_verb([*words, "--study", str(tmp_path / "study.toml")]) == 1
    told = f"{tmp_path / 'study.toml'}: is a file; name the folder that holds the study.toml: --study {tmp_path}\n"
    assert capsys.readouterr().err.startswith(told)


def test_what_somebody_wrote_stays_and_wins(study: Path) -> None:
    """A study's own file for a journal is all that is said of it; it is never written over."""
    own = study / "_quarto-mine.yml"
    own.write_text("lang: fr\n")
    project = read_project(study, profiles=["mine"])
    assert project.files == (study / "_quarto.yml", own)
    assert (project.config["lang"], project.config["csl"], "line-numbers" in project.config) == (
        "fr",
        str(study / "own.csl"),
        False,
    )
    assert project.made == {}
    with pytest.raises(ReportError, match=r"^_quarto-mine\.yml: somebody wrote this file, and it stays\."):
        write_profile("mine", study)
    assert own.read_text() == "lang: fr\n"


def test_a_made_file_is_never_older_than_its_journal(study: Path) -> None:
    """When the journal's file changes, what the program does follows at once, whatever was written for Quarto."""
    write_profile("mine", study)
    file = study / "templates" / "journals" / "mine.toml"
    file.write_text(file.read_text().replace('"letter"', '"a4"'))
    project = read_project(study, profiles=["mine"])
    assert project.config["format"]["docx"]["papersize"] == "a4"
    assert file in project.files


def test_quarto_is_told_of_a_journal_that_it_finds_no_file_of(study: Path) -> None:
    """What the journal asks for, as project, journal and front matter together have it; what else they say it reads."""
    (study / "report.qmd").write_text("---\ntitle: T\nlinestretch: 3\n---\n")
    project = read_project(study, profiles=["mine"])
    document = read_front_matter(study / "report.qmd")
    assert journals_config("typst", project, document) == {
        "format": {
            "typst": {
                "csl": str(study / "templates" / "mine.csl"),
                "line-numbers": False,
                "linestretch": 3,
                "papersize": "letter",
            }
        }
    }
    assert journals_config("typst", read_project(study), document) == {}


def test_a_style_is_found_by_its_name(study: Path) -> None:
    """One that comes with the program stands there; another comes from the collection into build/csl."""
    file = study / "templates" / "journals" / "mine.toml"
    for name, place in {"the-lancet": TEMPLATES / "csl", "nature": study / "build" / "csl"}.items():
        file.write_text(MINE.format(csl=name))
        config = config_for("docx", read_project(study, profiles=["mine"]), read_front_matter(study / "report.qmd"))
        assert Path(config["csl"]) == place / f"{name}.csl"
        assert Path(config["csl"]).is_file()
    file.write_text(MINE.format(csl="the-lancte"))
    with pytest.raises(ReportError, match="has no 'the-lancte'; did you mean 'the-lancet'"):
        read_project(study, profiles=["mine"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('papersize = "letter"', 'papersize = "a5"', '6: [quarto]: papersize is \'a5\'; expected "a4" or "letter".'),
        ("papersize", "paper-size", "6: [quarto]: unknown key 'paper-size'; did you mean 'papersize'?"),
        ("csl =", "csl = 1 #", "5: [quarto]: csl is 1; expected the name of a citation style"),
        ('[quarto]\ncsl = "vancouver"\npapersize = "letter"\n', "quarto = 1\n", "4: `quarto` is not a table"),
    ],
)
def test_a_slip_in_the_table_is_an_error_with_its_line(study: Path, old: str, new: str, message: str) -> None:
    """As a slip in a rule is: what was found, what is allowed."""
    file = study / "templates" / "journals" / "mine.toml"
    file.write_text(MINE.format(csl="vancouver").replace(old, new, 1))
    with pytest.raises(ReportError) as error:
        read_journal("mine", study)
    assert str(error.value).startswith(f"templates/journals/mine.toml:{message}")
