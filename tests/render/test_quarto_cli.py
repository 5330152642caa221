"""The Quarto program: finding it, running it, and the same text from it as from the built-in renderer."""

import base64
import json
import os
import subprocess
import sys
import textwrap
import zipfile
from functools import partial
from pathlib import Path

import pytest
from pypdf import PdfReader

from lockstep.base.errors import ReportError
from lockstep.base.resources import TEMPLATES
from lockstep.document.release import attachment
from lockstep.qmd.project import read_project
from lockstep.qmd.source import read_front_matter
from lockstep.render import builtin, pandoc, quarto
from lockstep.render.finish import finish

ROOT = Path(__file__).parents[2]
FONTS = TEMPLATES / "fonts"
REAL = quarto.find_quarto()
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

SAMPLE = """---
title: 'A title with "quotes" and *emphasis*'
author:
  - name: Jane Doe
    corresponding: true
    email: jane@example.org
    affiliations:
      - {id: a, name: Clinic, city: Köln}
  - name: John Q. Public
    affiliations: [{ref: a}, Institute]
keywords: [one, two words]
bibliography: refs.bib
number-sections: true
papersize: us-letter
---

```{python}
#| include: false
class Shown:
    def __init__(self, text): self.text = text
    def _repr_markdown_(self): return self.text
class Table:
    def _repr_html_(self):
        rows = "<tr><td>\\u2003x &lt; &amp;</td><td align='right'>1</td><td>2<sup>†</sup></td></tr>"
        return f"<table><thead><tr><th>A</th><th colspan='2'>B</th></tr></thead><tbody>{rows}</tbody></table>"
value = Shown("**2411** days (95% CI 1890–3105)")
```

::: {#abstract .abstract custom-style="Abstract"}
**Background.** Of `{python} 154` patients, `{python} value`.
:::

# Introduction {#sec-one}

"Quoted" -- a--b... [@bee2001], see @fig-a, @tbl-a, [-@fig-a], [@fig-a; @tbl-b], @sec-one, @eq-x.
`{python} "s*t_r"`.^[A note.]

Marks [around [nested `{python} value` and *emph*]{#strobe-1a-in} words]{#strobe-1a}, `code <b>`, `x + 1`{.python}.
A comment <!-- [x]{#strobe-2} `{python} value` --> inside, [seen]{.content-visible when-format="docx"}.

```python
x = 1  # two
```

$$ a = b $$ {#eq-x}

::: {#fig-a}

```{python}
Shown('![](build/one){fig-alt="Curves of A" width=60mm}')
```

Caption with `{python} value`.
:::

::: {#tbl-a}

```{python}
Table()
```

Caption of the table.
:::

## Second

| a | b |
|:--|--:|
| 1 | 2 |

: Pipe {#tbl-b}

::: {.content-visible when-format="docx"}
Word only.
:::

```{python}
#| output: asis
print("printed *text*")
```

{{< pagebreak >}}

# References {.unnumbered}

::: {#refs}
:::
"""


def fake(folder: Path, code: str) -> Path:
    """Write a program that stands for Quarto: Python code that sees `arguments`."""
    path = folder / "quarto"
    path.write_text(f"#!{sys.executable}\nimport os, sys, pathlib\narguments = sys.argv[1:]\n{textwrap.dedent(code)}")
    path.chmod(0o755)
    return path


def study(folder: Path, text: str = SAMPLE) -> Path:
    """Write a document with what it needs into a folder without a _quarto.yml."""
    (folder / "build").mkdir(parents=True)
    (folder / "build" / "one.png").write_bytes(PNG)
    (folder / "build" / "one.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
    )
    (folder / "refs.bib").write_text("@article{bee2001,\n author = {Bee, A.},\n title = {Hives},\n year = {2001}\n}\n")
    (folder / "report.qmd").write_text(text, encoding="utf-8")
    return folder / "report.qmd"


WORKS = """
if arguments == ["--version"]:
    print("1.9.38")
else:
    pathlib.Path(".quarto/typst").mkdir(parents=True, exist_ok=True)
    pathlib.Path("report.typ").write_text('#image("build/one.svg", alt: "A \\\\"b\\\\"")')
    pathlib.Path(arguments[arguments.index("--output") + 1]).write_text("word")
    with open("seen.txt", "a") as seen:
        print(arguments[:5], os.environ["QUARTO_PYTHON"], os.environ["PYTHONPATH"], file=seen)
"""


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
    """Wherever Quarto is told to put the outputs, the hook makes of them what the finishing step makes."""
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


# ---- with a real Quarto, where there is one --------------------------------------------------------------------------

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
