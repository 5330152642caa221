"""What Quarto writes: mended, without copies of pictures, finished as what the built-in renderer writes."""

import json
import os
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import pytest
from pypdf import PdfReader
from quarto_programs import PNG, study

from lockstep.base.resources import TEMPLATES
from lockstep.document.release import attachment
from lockstep.qmd.project import read_project
from lockstep.qmd.source import read_front_matter
from lockstep.render import builtin, pandoc, quarto
from lockstep.render.finish import finish

ROOT = Path(__file__).parents[2]


FONTS = TEMPLATES / "fonts"


# ---- with a real Quarto, where there is one --------------------------------------------------------------------------

REAL = quarto.find_quarto()


def test_entities_in_tables_are_characters():
    """Quarto escapes the entities of HTML tables once more on the way to Typst; text outside of tables stays."""
    frame = "A `&lt;` here.\n\n#table(\n  columns: 1,\n  [{}], [A & B],\n)\n&gt;\n".format
    made = frame(r"L &lt; R &amp; &quot;q&quot; it&\#x27;s &\#123;")
    mended = frame(r"L \< R & \"q\" it\'s {")
    assert quarto.with_characters(made) == mended


def test_copies_of_pictures_are_removed_and_nothing_else(tmp_path):
    """Quarto copies pictures of build/ into build/build; only those copies go, and a folder that is then empty."""
    built = tmp_path / "build"
    for name in ("figures/a.png", "build/figures/a.png", "build/figures/other/b.png", "figures/other/b.png"):
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_bytes(PNG)
    quarto.remove_copies(tmp_path, built)
    assert sorted(path.relative_to(built).as_posix() for path in built.rglob("*.*")) == [
        "figures/a.png",
        "figures/other/b.png",
    ]
    assert not (built / "build").exists()
    for name, content in (("a.png", b"changed"), ("mine.png", PNG)):
        (built / "build" / "figures").mkdir(parents=True, exist_ok=True)
        (built / "build" / "figures" / name).write_bytes(content)
    quarto.remove_copies(tmp_path, built)
    assert {path.name for path in (built / "build" / "figures").iterdir()} == {"a.png", "mine.png"}


@pytest.mark.parametrize("folder", [".", "elsewhere"])
def test_outputs_outside_of_an_output_folder_have_no_copies(tmp_path, folder):
    """A project whose outputs stand beside the document, or outside of it, loses nothing."""
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "a.png").write_bytes(PNG)
    quarto.remove_copies(tmp_path / "study", (tmp_path / "study" / folder if folder == "." else tmp_path / folder))
    assert (tmp_path / "study" / "a.png").read_bytes() == PNG


@pytest.mark.parametrize("output", ["build", "../elsewhere"])
def test_the_hook_finishes_what_quarto_tells_it_of(tmp_path, output):
    """Wherever Quarto has to put the outputs, the hook makes of them what the finishing step makes."""
    document = study(tmp_path / "study")
    project = read_project(document.parent)
    (document.parent / "_quarto.yml").write_text(json.dumps(dict(project.config)))
    made = builtin.render(document, project, tmp_path)
    built = (document.parent / output).resolve()
    built.mkdir(exist_ok=True)
    (built / "report.docx").write_bytes(made.docx.read_bytes())
    (built / "report.pdf").write_bytes(b"as Quarto made it")
    document.with_suffix(".typ").write_text(made.typst.read_text(encoding="utf-8"), encoding="utf-8")
    told = {
        "QUARTO_PROJECT_DIR": str(document.parent),
        "QUARTO_PROJECT_OUTPUT_DIR": str(built),
        "QUARTO_PROJECT_OUTPUT_FILES": f"{output}/report.docx\n{output}/report.pdf",
    }
    hook = ROOT / "lockstep" / "runs" / "hook.py"
    run = subprocess.run(
        [sys.executable, hook], env={**os.environ, **told}, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    draft = quarto.draft_of(made.docx, made.typst, project, read_front_matter(document))
    pdf = tmp_path / "report.pdf"
    told_too = partial(attachment, document)
    finish(draft, docx=made.docx, pdf=pdf, root=document.parent, fonts=FONTS, released=told_too)
    assert (built / "report.docx").read_bytes() == made.docx.read_bytes()
    assert (built / "report.pdf").read_bytes() == pdf.read_bytes()


def test_a_word_file_alone_is_not_described_by_an_older_render(tmp_path):
    """Without a PDF of the same render, no description of a figure is taken from the .typ that stands there."""
    document = study(tmp_path / "study")
    project = read_project(document.parent)
    (document.parent / "_quarto.yml").write_text(json.dumps(dict(project.config)))
    made = builtin.render(document, project, tmp_path)
    (document.parent / "report.docx").write_bytes(made.docx.read_bytes())
    document.with_suffix(".typ").write_text('#image("build/one.svg", alt: "Median 1 day")')
    told = {
        "QUARTO_PROJECT_DIR": str(document.parent),
        "QUARTO_PROJECT_OUTPUT_DIR": str(document.parent),
        "QUARTO_PROJECT_OUTPUT_FILES": "report.docx",
    }
    hook = ROOT / "lockstep" / "runs" / "hook.py"
    run = subprocess.run(
        [sys.executable, hook], env={**os.environ, **told}, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (
        0,
        "warning: report.docx: its figures are described by their captions. Render both formats, and they have "
        "descriptions of their own.\n",
    )
    text = zipfile.ZipFile(document.parent / "report.docx").read("word/document.xml").decode()
    assert "Median 1 day" not in text
    assert "Curves of A" in text


needs_quarto = pytest.mark.skipif(REAL is None, reason="there is no Quarto on this machine")


@needs_quarto
def test_both_renderers_print_the_same_text(tmp_path):
    """The Word file and the PDF of either renderer read alike, after the one finishing step."""
    assert REAL is not None
    document = study(tmp_path / "study")
    project = read_project(document.parent)
    texts = {}
    for name in ("builtin", "quarto"):
        work = tmp_path / name
        work.mkdir()
        if name == "builtin":
            draft = builtin.render(document, project, work)
        else:
            draft = quarto.render(document, project, work, quarto=REAL)
        pdf = work / "report.pdf"
        assert finish(draft, docx=draft.docx, pdf=pdf, root=document.parent, fonts=FONTS) == ()
        word, _ = pandoc.pandoc(["--to", "plain", "--wrap=none", str(draft.docx)], "", folder=work)
        texts[name] = (word, [(page.mediabox.width, page.extract_text()) for page in PdfReader(pdf).pages])
    assert texts["builtin"] == texts["quarto"]
    assert texts["quarto"][1][0][0] == 612  # letter, as the front matter has it, not a4 as the project


@needs_quarto
def test_a_render_by_hand_is_finished_too(tmp_path):
    """`quarto render` in a project with our post-render hook gives the very files that the finishing step makes."""
    assert REAL is not None
    document = study(tmp_path / "study")
    settings = dict(read_project(document.parent).config)
    settings["project"] = {
        "render": ["report.qmd"],
        "output-dir": "build",
        "post-render": str(ROOT / "lockstep" / "runs" / "hook.py"),
    }
    (document.parent / "_quarto.yml").write_text(json.dumps(settings))
    environment = {**os.environ, "QUARTO_PYTHON": sys.executable}
    subprocess.run(
        [REAL, "render", "report.qmd"], cwd=document.parent, env=environment, check=True, capture_output=True
    )
    built = document.parent / "build"
    work = tmp_path / "work"
    work.mkdir()
    project = read_project(document.parent)
    draft = quarto.render(document, project, work, quarto=REAL)
    finish(draft, docx=draft.docx, pdf=work / "report.pdf", root=document.parent, fonts=FONTS)
    assert (built / "report.docx").read_bytes() == draft.docx.read_bytes()
    assert (built / "report.pdf").read_bytes() == (work / "report.pdf").read_bytes()
    assert not (built / "build").exists()
