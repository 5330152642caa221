"""The parts of a Quarto document, and what is refused before any of it runs."""

from pathlib import Path

import pytest

from lockstep.base.errors import ReportError
from lockstep.qmd.source import CodeCell, Document, Inline, Prose, parse, read_qmd

FENCE = "```"


def document(text: str) -> Document:
    """Parse text as report.qmd."""
    return parse(text, path=Path("report.qmd"))


def refusal(text: str) -> str:
    """Return the message with which text is refused."""
    with pytest.raises(ReportError) as error:
        document(text)
    return str(error.value)


def test_parts_are_in_order_and_know_their_lines():
    """Prose, inline expressions and cells come in document order, each with the line where it starts."""
    parts = document(
        "---\ntitle: T\n---\n\nOne `{python} a` and\ntwo `{python} b.c(1)`.\n\n"
        f"{FENCE}{{python}}\n#| echo: false\nx = 1\n{FENCE}\nEnd\n"
    ).parts
    assert [part for part in parts if not isinstance(part, Prose)] == [
        Inline("a", 5),
        Inline("b.c(1)", 6),
        CodeCell(code="#| echo: false\nx = 1", line=9, options={"echo": False}),
    ]
    assert "".join(part.text for part in parts if isinstance(part, Prose)) == "\nOne  and\ntwo .\n\nEnd\n\n"
    assert [part.line for part in parts if isinstance(part, Prose)] == [4, 5, 6, 12]


def test_versions_that_were_not_merged_are_refused():
    """The marks of a conflict in Git are never printed in a manuscript."""
    told = refusal("# Results\n\n<<<<<<< HEAD\nOne.\n=======\nTwo.\n>>>>>>> theirs\n")
    assert told == (
        "report.qmd:3: two versions of these lines were not merged. Keep one, and remove the lines that begin with "
        "<<<<<<<, ======= and >>>>>>>."
    )
    assert len(document("Title\n=======\n\n> quoted\n").parts) == 1


def test_windows_line_ends_and_a_byte_order_mark_make_no_difference(tmp_path):
    """A file with CRLF and a BOM, as some editors save it, reads as any other."""
    path = tmp_path / "report.qmd"
    path.write_bytes(b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\n`{python} x`\r\n")
    found = read_qmd(path)
    assert found.front_matter == {"title": "T"}
    assert [part for part in found.parts if isinstance(part, Inline)] == [Inline("x", 4)]


@pytest.mark.parametrize(
    "text",
    [
        f"{FENCE}python\n`{{python}} x`\n{FENCE}",
        f"~~~\n`{{python}} x`\n{FENCE}{{python}}\n~~~",
        "`` `{python} x` ``",
        "the span `{python}` alone",
        "`a {python} x`",
    ],
    ids=["fence", "tildes", "longer span", "no expression", "not at the start"],
)
def test_code_that_is_only_shown_is_not_run(text):
    """Inline syntax inside of code, or that is not quite inline syntax, stays literal text."""
    assert [part for part in document(text).parts if not isinstance(part, Prose)] == []


def test_a_cell_with_longer_fences_may_hold_shorter_ones():
    """Only a fence as long as the opening one closes a cell."""
    (cell,) = (
        p for p in document(f"{FENCE}`{{python}}\nx = '''\n{FENCE}\n'''\n{FENCE}`").parts if isinstance(p, CodeCell)
    )
    assert cell.code == f"x = '''\n{FENCE}\n'''"


def test_page_breaks_become_one_for_each_format():
    """The pagebreak shortcode gives a break in Word and one in Typst."""
    (prose,) = document("a\n\n{{< pagebreak >}}\n\nb").parts
    assert '<w:br w:type="page"/>' in prose.text
    assert "#pagebreak()" in prose.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"a\n\n{FENCE}{{r}}\n1\n{FENCE}",
            "report.qmd:3: {r} cells need Quarto: install it and use --renderer quarto, or write the cell in Python.",
        ),
        (
            "a `{r} x`",
            "report.qmd:1: inline {r} expressions need Quarto: install it and use --renderer quarto, "
            "or write them in Python.",
        ),
        (
            "a\n{{< include _methods.qmd >}}",
            "report.qmd:2: shortcodes such as {{< include _methods.qmd >}} need Quarto: install it and use "
            "--renderer quarto, or leave it out ({{< pagebreak >}} is supported).",
        ),
        ("a {{< pagebreak >}} b", "report.qmd:1: a page break is written on a line of its own, between empty lines."),
        (
            f"{FENCE}{{python}}\n#| echo: false\n#| fig-cap: A\n1\n{FENCE}",
            "report.qmd:3: cells with the option 'fig-cap' need Quarto: install it and use --renderer quarto, or write "
            "the caption as the last paragraph of a `::: {#fig-x}` or `::: {#tbl-x}` block.",
        ),
        (
            f"{FENCE}{{python}}\n#| ehco: false\n1\n{FENCE}",
            "report.qmd:2: cells with the option 'ehco' need Quarto: install it and use --renderer quarto, "
            "or use one of "
            "label, echo, include, output, eval, warning, error; did you mean 'echo'.",
        ),
        (
            f"{FENCE}{{python}}\n#| echo: [false\n1\n{FENCE}",
            "report.qmd:2: not valid YAML: expected ',' or ']', but got '<stream end>'. Mend this line.",
        ),
        (f"a\n{FENCE}{{python}}\nx", "report.qmd:2: this fence is never closed; end it with a line of ```."),
        ("---\ntitle: a: b\n---", "report.qmd:2: not valid YAML: mapping values are not allowed here. Mend this line."),
        ("---\ntitle: T\n", "report.qmd:1: the front matter is never closed; end it with a line of three hyphens."),
        ("---\n- T\n---", "report.qmd:2: expected `key: value` lines, found a list."),
        (
            "---\ntitle: T\nabstract: `{python} x`\n---",
            "report.qmd:3: not valid YAML: found character '`' that cannot start any token. Mend this line.",
        ),
        (
            "---\nabstract: |\n  Of `{python} x`\n---",
            "report.qmd:3: inline expressions in the front matter need Quarto: install it and use --renderer quarto, "
            "or "
            "move them to the body.",
        ),
        (
            "Methods\n---\ntext",
            "report.qmd:2: three hyphens beside text start a second front matter in Quarto. For a rule, put an empty "
            "line before and after; for a heading, write `## Heading`.",
        ),
        (
            "a `{python} f(1,\n2)` b",
            "report.qmd:1: this inline expression runs over the end of the line, where Quarto would print it as it "
            "stands. Write it on one line.",
        ),
        (
            "a `{python}  x` b",
            "report.qmd:1: `{python}  x` would be printed literally by Quarto. Write one space after {python}, and "
            "none at the end.",
        ),
    ],
)
def test_what_cannot_be_rendered_is_refused_by_name_and_line(text, message):
    """Everything outside of the supported subset is one message: line, what it is, what to do."""
    assert refusal(text) == message


def test_a_file_that_is_not_utf8_names_the_line(tmp_path):
    """A byte that is not UTF-8 is an error with its line, not a garbled letter in the manuscript."""
    path = tmp_path / "report.qmd"
    path.write_bytes("a\nK\xf6ln".encode("latin-1"))
    with pytest.raises(ReportError, match=r"^report.qmd:2: not UTF-8 text. Save the file as UTF-8.$"):
        read_qmd(path)


def test_front_matter_is_yaml_12():
    """Words such as no, and dates, stay text: an author from NO is Norwegian, not false."""
    assert document("---\ncountry: no\ndate: 2024-03-01\nratio: 16:9\nn: 3\nok: true\nnone:\n---\n").front_matter == {
        "country": "no",
        "date": "2024-03-01",
        "ratio": "16:9",
        "n": 3,
        "ok": True,
        "none": None,
    }
