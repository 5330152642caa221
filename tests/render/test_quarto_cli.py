"""The Quarto program: finding it, running it, and what it is not to be asked to do or leaves open."""

import sys
import textwrap
from functools import partial
from pathlib import Path

import pytest
from quarto_programs import WORKS, fake, study

from lockstep.base.errors import ReportError
from lockstep.base.resources import TEMPLATES
from lockstep.qmd.project import read_project
from lockstep.render import builtin, quarto

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("given", ["bin/quarto", "bin", "."])
def test_quarto_path_may_name_the_program_or_its_folder(tmp_path, monkeypatch, given):
    """QUARTO_PATH wins over PATH, whether it names the program, its folder or the folder of the installation."""
    (tmp_path / "bin").mkdir()
    program = fake(tmp_path / "bin", "")
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / given))
    assert quarto.find_quarto() == program


def test_quarto_is_found_on_path_or_not_at_all(tmp_path, monkeypatch):
    """Without QUARTO_PATH, PATH decides; a machine without Quarto is no error."""
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert quarto.find_quarto() is None
    assert quarto.find_quarto() is None
    program = fake(tmp_path, "")
    assert quarto.find_quarto() == program


def test_a_wrong_quarto_path_is_an_error(tmp_path, monkeypatch):
    """A QUARTO_PATH that leads nowhere is not passed over in silence."""
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "none"))
    with pytest.raises(ReportError, match=r"none', where there is no quarto\. Mend or unset it\.$"):
        quarto.find_quarto()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("print('1.3.450')", "is version 1.3.450; 1.4 or newer is needed. Use it, or --renderer builtin."),
        ("sys.exit('broken')", "does not run (broken). Mend the installation, or use --renderer builtin."),
        ("print('no number')", "does not run (no number). Mend the installation, or use --renderer builtin."),
    ],
)
def test_an_old_or_broken_quarto_is_refused(tmp_path, code, message):
    """A Quarto that cannot render the document is named with its version, and what to do."""
    with pytest.raises(ReportError) as error:
        quarto.check_version(fake(tmp_path, code))
    assert str(error.value) == f"{tmp_path / 'quarto'} {message}"


def test_quarto_runs_in_this_python_and_leaves_nothing_behind(tmp_path):
    """Its cells run in our environment; the kept .typ is taken along, and descriptions of images come from it."""
    document = study(tmp_path / "study", "---\ntitle: T\nauthor: Jo Li\n---\n")
    work = tmp_path / "work"
    work.mkdir()
    project = read_project(document.parent)
    draft = quarto.render(document, project, work, quarto=fake(tmp_path, WORKS))
    seen = (document.parent / "seen.txt").read_text().splitlines()
    assert [line.split("]")[0] for line in seen] == [
        "['render', 'report.qmd', '--to', 'docx', '--no-execute-daemon'",
        "['render', 'report.qmd', '--to', 'typst', '--no-execute-daemon'",
    ]
    assert all(f"] {sys.executable} {ROOT}" in line for line in seen)
    assert draft.docx.read_text() == "word"
    assert draft.alt_texts == {"one": 'A "b"'}
    assert draft.inputs == {document.parent / "build" / "one.svg"}
    assert draft.metadata["by-author"][0]["name"]["family"] == "Li"
    assert {path.name for path in document.parent.iterdir()} == {"report.qmd", "refs.bib", "build", "seen.txt"}


def test_files_that_cells_read_are_known(tmp_path):
    """A file that a cell in a kernel of Quarto's has read makes the report out of date when it changes."""
    document = study(tmp_path / "study", "---\ntitle: T\n---\n")
    (document.parent / "words.txt").write_text("some")
    (tmp_path / "elsewhere.txt").write_text("not of the study")
    read = """
    sys.path.insert(0, os.environ["PYTHONPATH"])
    import lockstep
    for name in ("words.txt", "../elsewhere.txt", "words.txt"):
        pathlib.Path(name).read_text()
    """
    work = tmp_path / "work"
    work.mkdir()
    project = read_project(document.parent)
    program = fake(tmp_path, textwrap.dedent(WORKS) + textwrap.indent(textwrap.dedent(read), "    "))
    draft = quarto.render(document, project, work, quarto=program)
    assert draft.inputs == {document.parent / "build" / "one.svg", document.parent / "words.txt"}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            "execute: {cache: true}",
            r"^report\.qmd:3: `cache` keeps outputs when data change, so that a report could be",
        ),
        ("date: today", r"^report\.qmd:3: `date: today` changes the document day by day\. Write the date out\.$"),
        ("csl: own.csl", r"^report\.qmd:3: \S*own\.csl does not exist\. Mend the name, or add the file\.$"),
        ("bibliography: link.bib", r"^report\.qmd:3: \S*link\.bib is a link that leads out of the study's folder\."),
        ("filters: [none.lua]", r"^report\.qmd:3: \S*none\.lua does not exist\. Mend the name, or add the file\.$"),
        (
            "filters: [templates/references.lua]",
            r"^report\.qmd:3: \S*references\.lua does not find csl/journals\.tsv beside it, the abbreviations of "
            r"journals\. Copy it too, or leave the filter out: every report has it by itself\.$",
        ),
    ],
)
@pytest.mark.parametrize("renderer", ["quarto", "builtin"])
def test_either_renderer_refuses_what_neither_may_be_told(tmp_path, renderer, setting, message):
    """What could make a report stale, or reads files that are not the study's, passes neither renderer."""
    document = study(tmp_path / "study", f"---\ntitle: T\n{setting}\n---\n\nText.\n")
    (document.parent / "templates").mkdir()
    (document.parent / "templates" / "references.lua").write_bytes((TEMPLATES / "references.lua").read_bytes())
    (document.parent / "link.bib").symlink_to(tmp_path / "elsewhere.bib")
    (tmp_path / "elsewhere.bib").write_text("")
    project = read_project(document.parent)
    by_quarto = partial(quarto.render, quarto=fake(tmp_path, WORKS))
    render = by_quarto if renderer == "quarto" else builtin.render
    with pytest.raises(ReportError, match=message):
        render(document, project, tmp_path)


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (
            "\n\nAn error occurred while executing the following cell:\n---\nx = 1\n1 / 0\n---\n\n"
            "\x1b[31m-----\x1b[39m\n\x1b[31mZeroDivisionError\x1b[39m  Traceback\nZeroDivisionError: division by zero\n"
            "WARN: Error encountered",
            "report.qmd:6: Quarto could not render it as docx:\n    x = 1\n    1 / 0\n"
            "    ZeroDivisionError: division by zero",
        ),
        (
            "pandoc\nERROR: Typst compilation failed\nStack trace:",
            "report.qmd: Quarto could not render it as docx:\n    ERROR: Typst compilation failed",
        ),
        (
            "ERROR: Validation of YAML front matter failed.\nERROR: In file report.qmd\n"
            '(line 2, column 8 through line 3, column 9) Field "\x1b[34mtoc\x1b[39m" has value\n\n'
            "\x1b[34m# why\n  a: b\x1b[39m\n\n"
            "The value must instead be a string.\n1: ---\n2: \x1b[34mtoc:\x1b[39m\n        ~\n"
            "ERROR: Render failed due to invalid YAML.",
            'report.qmd:2: Quarto does not take this:\n    Field "toc" has value\n    # why\n      a: b\n'
            "    The value must instead be a string.",
        ),
        (
            "ERROR: Validation of configuration profile file _quarto-x.yml failed.\n\nIn file _quarto-x.yml\n"
            '(line 5, column 22) Field "toc" has value 5, which must instead be `true` or `false`\n4:   docx:\n',
            "_quarto-x.yml:5: Quarto does not take this:\n"
            '    Field "toc" has value 5, which must instead be `true` or `false`',
        ),
        ("what is this", "report.qmd: Quarto could not render it as docx:\n    what is this"),
    ],
)
def test_a_failure_shows_the_lines_that_say_why(tmp_path, log, message):
    """Of a long log, the cell, its line in the document and the error are shown; half-made files are removed."""
    document = study(tmp_path / "study", "---\ntitle: T\n---\n\n```{python}\nx = 1\n1 / 0\n```\n")
    code = f"""
    if arguments == ["--version"]:
        print("1.9.38")
        sys.exit()
    pathlib.Path("report.typ").write_text("half")
    pathlib.Path("report.docx").write_text("half")
    sys.stderr.write({log!r})
    sys.exit(1)
    """
    project = read_project(document.parent)
    with pytest.raises(ReportError) as error:
        quarto.render(document, project, tmp_path, quarto=fake(tmp_path, code))
    assert str(error.value) == message
    assert {path.name for path in document.parent.iterdir()} == {"report.qmd", "refs.bib", "build"}


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (
            "WARN: Unable to resolve crossref @fig-on",
            "report.qmd:6: no label 'fig-on'; did you mean 'fig-one'? Mend or add it.",
        ),
        (
            "[WARNING] Citeproc: citation bee2010 not found",
            "report.qmd:8: no reference 'bee2010'; did you mean 'bee2001'? Mend or add it.",
        ),
    ],
)
def test_a_reference_that_quarto_leaves_open_is_an_error(tmp_path, log, message):
    """What Quarto only warns of, and prints as "?@fig-on", never reaches a manuscript."""
    text = "---\ntitle: T\nbibliography: refs.bib\n---\n\n@fig-on\n\n[@bee2010]\n\n::: {#fig-one}\n:::\n"
    document = study(tmp_path / "study", text)
    project = read_project(document.parent)
    program = fake(tmp_path, f"{WORKS}\n    sys.stderr.write({log!r})")
    with pytest.raises(ReportError) as error:
        quarto.render(document, project, tmp_path, quarto=program)
    assert str(error.value) == message
