"""Running a document: what cells and inline expressions leave in it, and errors with the document's line."""

import os
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from lockstep.base.errors import ReportError
from lockstep.qmd.source import parse
from lockstep.render import cells

SHOWN = """
class Markdown:
    def __init__(self, text): self.text = text
    def _repr_markdown_(self): return self.text
class Html:
    def _repr_html_(self): return "<table><tr><td>1</td></tr></table>"
"""


def run(text: str, folder: Path, **options: object) -> str:
    """Run text as report.qmd and return its Markdown; code is not echoed unless asked for."""
    document = parse(textwrap.dedent(text), path=folder / "report.qmd")
    return cells.run_cells(document, {"echo": False} | options).markdown


def cell(code: str, *options: str) -> str:
    """Return a cell."""
    lines = [*(f"#| {option}" for option in options), textwrap.dedent(code).strip("\n")]
    return "\n".join(["```{python}", *lines, "```", ""])


def failure(text: str, folder: Path) -> str:
    """Return the message with which a document fails."""
    with pytest.raises(ReportError) as error:
        run(text, folder)
    return str(error.value)


def test_cells_and_inline_expressions_share_one_namespace_in_order(tmp_path):
    """A sentence reads what the cells above it made, as in Jupyter."""
    text = cell("n = 1") + "`{python} n` " + "\n\n" + cell("n += 1") + "`{python} n`"
    assert run(text, tmp_path).split() == ["1", "2"]


@pytest.mark.parametrize(
    ("expression", "markdown"),
    [
        ("42", "42"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("Markdown('*P* = 0.012')", "*P* = 0.012"),
        ("'*P* [@x] $m$ <b> {{< pagebreak >}}'", r"\*P\* \[\@x\] \$m\$ \<b\> \{\{\< pagebreak \>\}\}"),
        ("'# not a heading'", r"\# not a heading"),
    ],
)
def test_inline_values_print_as_in_quarto(tmp_path, expression, markdown):
    """Objects print their Markdown, numbers as Python prints them, text literally whatever it holds."""
    assert run(f"{cell(SHOWN)}Of `{{python}} {expression}`!", tmp_path).strip() == f"Of {markdown}!"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("None", "gives None, which must not be printed. Does a function forget its `return`?"),
        (
            "np.float64(47.5)",
            "gives a NumPy value, which Quarto would print as np.float64(47.5). Print it through a phrase.",
        ),
        ("float('nan')", "gives nan, which must not be printed. Print the result through a phrase."),
        ("[1, 2]", "gives a list, which has no form for a sentence. Print a phrase, a text or a number."),
        (r"'\ud800'", "gives half of a character (U+D800), which no file can hold. Mend the text."),
        ("''", "gives an empty text, for which Quarto would print the expression itself. Leave it out."),
    ],
)
def test_a_value_that_must_not_be_printed_stops_the_run(tmp_path, expression, message):
    """None, nan, NumPy scalars and empty texts never reach a manuscript."""
    text = f"{cell('import numpy as np')}\na `{{python}} {expression}` b"
    assert failure(text, tmp_path) == (f"report.qmd:5: `{expression}` {message}\n    a `{{python}} {expression}` b")


def test_a_cell_that_prints_half_of_a_character_is_one_error(tmp_path):
    """What no file can hold is refused where it is printed, not where the file is written."""
    assert failure(cell(r"print('a\ud800')"), tmp_path).startswith(
        "report.qmd:2: a cell prints half of a character (U+D800), which no file can hold."
    )


def test_numpy_scalars_are_refused_although_some_are_floats():
    """np.float64 is a float to Python; it is refused all the same."""
    from lockstep.qmd.outputs import inline_markdown

    with pytest.raises(ValueError, match="NumPy"):
        inline_markdown(np.float64(0.05))


@pytest.mark.parametrize(
    ("code", "options", "markdown"),
    [
        ("print('hello *x*')\n1 + 1", (), "```\nhello *x*\n```\n\n```\n2\n```"),
        ("print('hello *x*')\nMarkdown('more')", ("output: asis",), "hello *x*\nmore"),
        ("Html()", (), "```{=html}\n<table><tr><td>1</td></tr></table>\n```"),
        ("display(Markdown('a'), Markdown('b'))", (), "a\n\nb"),
        ("Markdown('a');", (), ""),
        ("x = 1\nNone", (), ""),
        ("Markdown('a')", ("include: false",), ""),
        ("Markdown('a')", ("output: false",), ""),
        ("1 / 0", ("eval: false", "echo: true"), "```{.python .cell-code}\n1 / 0\n```"),
        ("print('````')", (), "`````\n````\n`````"),
        ("Markdown('a')", ("echo: true",), "```{.python .cell-code}\nMarkdown('a')\n```\n\na"),
    ],
)
def test_cell_options_decide_what_is_left(tmp_path, code, options, markdown):
    """Options echo, include, output and eval do what they do in Quarto; printed text cannot close its own fence."""
    assert run(cell(SHOWN) + cell(code, *options), tmp_path).strip() == markdown


def test_a_cells_own_options_win_over_the_projects(tmp_path):
    """A cell's echo wins over that of _quarto.yml."""
    text = cell("x = 1") + cell("y = 2", "echo: false")
    assert run(text, tmp_path, echo=True).strip() == "```{.python .cell-code}\nx = 1\n```"


def test_warnings_go_to_whoever_runs_it_and_not_into_the_manuscript(tmp_path, capsys):
    """With `warning: false` a warning is printed with its place, and the document holds none of it."""
    text = cell("import sys\nprint('careful', file=sys.stderr)")
    assert run(text, tmp_path, warning=False).strip() == ""
    assert capsys.readouterr().err == "report.qmd:2: careful\n"
    assert "careful" in run(text, tmp_path)


QUARTO = "need Quarto: install it and use --renderer quarto, or write"


@pytest.mark.parametrize(
    ("text", "line", "message", "shown"),
    [
        ("a\n\n" + cell("x = 1\n\nfoo()"), 6, "NameError: name 'foo' is not defined", "foo()"),
        (
            cell("def f():\n    return 1 / 0") + "\n\n`{python} f()`",
            *(3, "ZeroDivisionError: division by zero", "return 1 / 0"),
        ),
        (cell("x = (1,\ny 2"), 2, "SyntaxError: '(' was never closed", "x = (1,"),
        (cell("x = 1\n%matplotlib inline"), 3, f"IPython commands {QUARTO} plain Python.", "%matplotlib inline"),
        ("a `{python} 1 +` b", 1, "SyntaxError: invalid syntax", "a `{python} 1 +` b"),
        (
            "a `{python} len(“x”)` b",
            *(
                1,
                "SyntaxError: invalid character '“' (U+201C); code has straight quotes, \" or '",
                "a `{python} len(“x”)` b",
            ),
        ),
        (
            "`{python} r.n('a')`",
            1,
            "NameError: name 'r' is not defined; begin with a cell that has `from lockstep import "
            "open_study` and `r = open_study()`",
            "`{python} r.n('a')`",
        ),
        (
            cell("import sys\nsys.exit(3)"),
            *(3, "the code ends the program (exit 3); let it run to its end", "sys.exit(3)"),
        ),
        (
            cell("import os\nos._exit(0)"),
            *(3, "the code ends the program (exit 0); let it run to its end", "os._exit(0)"),
        ),
        (cell("raise KeyError"), 2, "KeyError", "raise KeyError"),
        (
            cell("import json\njson.loads('')"),
            3,
            "JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
            "json.loads('')",
        ),
        (
            cell("from lockstep.base.errors import ResultsError\nraise ResultsError('no result')"),
            *(3, "no result", "raise ResultsError('no result')"),
        ),
    ],
)
def test_errors_name_the_line_of_the_document(tmp_path, text, line, message, shown):
    """Whatever fails, in a cell, in a function it defined or in a library, one message points at the author's line."""
    assert failure(text, tmp_path) == f"report.qmd:{line}: {message}\n    {shown}"


RAISES = """
from lockstep.base.errors import ResultsError
exec("def look_up(name): raise ResultsError(f'no result {name}')")
"""


def test_one_run_names_every_place_that_cannot_be_printed(tmp_path: Path) -> None:
    """After a change of study.toml dozens of names may be gone: sentences and tables go on, to the last of them."""
    text = f"{cell(RAISES)}\n`{{python}} look_up('a')`\n\nWord.\n\n{cell('look_up(1)')}\n`{{python}} 1 + 1`\n"
    text += "`{python} look_up('b')` `{python} look_up('c')`\n\n"
    assert failure(text, tmp_path) == (
        "report.qmd:6: no result a\n    `{python} look_up('a')`\n"
        "report.qmd:11: no result 1\n    look_up(1)\n"
        "report.qmd:15: no result b\n    `{python} look_up('b')` `{python} look_up('c')`\n"
        "report.qmd:15: no result c\n    `{python} look_up('b')` `{python} look_up('c')`\n"
        "4 places cannot be printed."
    )


def test_what_other_code_depends_on_ends_the_run(tmp_path: Path) -> None:
    """A cell that failed before its last expression leaves no names for those below; errors of Python's end it too."""
    text = cell(RAISES) + "\n`{python} look_up('a')`\n\n" + cell("x = look_up('b')\nx") + "\n`{python} look_up(x)`\n"
    found = failure(text, tmp_path).split("\n")
    assert [line for line in found if "no result" in line] == ["report.qmd:6: no result a", "report.qmd:9: no result b"]
    assert failure(cell(RAISES) + "\n`{python} 1 / 0` `{python} look_up('a')`\n", tmp_path).startswith(
        "report.qmd:6: ZeroDivisionError: division by zero\n"
    )


def test_of_very_many_places_the_first_are_named(tmp_path: Path) -> None:
    """And their number is said."""
    found = failure(cell(RAISES) + "`{python} look_up('a')`\n\n" * 60, tmp_path).split("\n")
    assert len([line for line in found if "no result" in line]) == 50
    assert found[-1] == "60 places cannot be printed, of which the first 50 are above."


def test_a_process_that_the_code_forks_may_end(tmp_path: Path) -> None:
    """Workers of `multiprocessing` end by `os._exit`; the document goes on, and the real one is put back."""
    end = os._exit
    code = """
        import os
        child = os.fork()
        if not child:
            os._exit(7)
        os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    """
    assert "7" in run(cell(code), tmp_path)
    assert os._exit is end


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("output: hidden", f"cells with `output: hidden` {QUARTO} true or false or asis."),
        ("error: true", f"cells with `error: True` {QUARTO} false."),
        ("echo: fenced", f"cells with `echo: fenced` {QUARTO} true or false."),
    ],
)
def test_an_option_that_only_quarto_knows_is_refused(tmp_path, option, message):
    """A value of an option that would do nothing here is an error with the cell's line."""
    assert failure(cell("x", option), tmp_path) == f"report.qmd:2: {message}"


def test_pictures_that_only_jupyter_would_catch_are_refused(tmp_path):
    """A pyplot figure left open would be in Quarto's document and not in ours, so it is an error."""
    text = cell("from matplotlib import pyplot\npyplot.figure()\n0;")
    assert failure(text, tmp_path).startswith("report.qmd:2: figures that pyplot shows need Quarto")
    picture = cell("class P:\n    def _repr_png_(self): ...\nP()")
    assert failure(picture, tmp_path).startswith("report.qmd:4: a P is shown as a picture, which needs Quarto")


def test_code_runs_in_the_documents_folder_and_leaves_no_trace(tmp_path):
    """Relative files and modules beside the document are found; folder and import path are put back."""
    (tmp_path / "beside_the_report.py").write_text("N = 7\n")
    (tmp_path / "words.txt").write_text("seven")
    before = Path.cwd(), list(sys.path)
    code = cell("from pathlib import Path\nfrom beside_the_report import N")
    text = code + "`{python} N` `{python} Path('words.txt').read_text()`"
    assert run(text, tmp_path).split() == ["7", "seven"]
    assert (Path.cwd(), list(sys.path)) == before


def test_the_files_that_code_reads_are_known(tmp_path):
    """Data and modules that cells open are inputs of the document; what they write and caches are not."""
    (tmp_path / "module_read_here.py").write_text("N = 7\n")
    (tmp_path / "words.txt").write_text("seven")
    hidden = tmp_path / ".cache"
    hidden.mkdir()
    (hidden / "x").write_text("x")
    code = """
    import module_read_here, pathlib, json
    pathlib.Path("words.txt").read_text()
    pathlib.Path(".cache/x").read_text()
    pathlib.Path("made.txt").write_text("made")
    """
    document = parse(cell(code), path=tmp_path / "report.qmd")
    assert cells.run_cells(document, {}).files_read == {tmp_path / "module_read_here.py", tmp_path / "words.txt"}
