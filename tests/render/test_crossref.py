"""Numbers and links of figures, tables, equations and sections, as Quarto makes them."""

import json
from pathlib import Path

import pytest

from lockstep.base.errors import ReportError
from lockstep.qmd.source import parse
from lockstep.render import pandoc
from lockstep.render.crossref import cross_reference
from lockstep.render.floats import Wording

HERE = Path(__file__).parents[1]

FIGURE = """
::: {#fig-one}
![](one.png)

The *first* figure.
:::
"""
TABLE = """
| a | b |
|:--|--:|
| 1 | 2 |

: The table {#tbl-one}
"""


def resolve(markdown: str, target: str, **wording: object) -> str:
    """Return Markdown with its references resolved: as Typst, or for Word as plain text."""
    document = parse(markdown, path=HERE / "report.qmd")
    tree = pandoc.read_markdown(markdown, {}, folder=HERE)
    tree = cross_reference(tree, target=target, wording=Wording(**wording), document=document)
    writer = "typst" if target == "typst" else "plain"
    arguments = ["--from", "json", "--to", writer, "--wrap=none"]
    return pandoc.pandoc(arguments, json.dumps(tree), folder=HERE)[0]


def refusal(markdown: str) -> str:
    """Return the message with which Markdown is refused."""
    with pytest.raises(ReportError) as error:
        resolve(markdown, "docx")
    return str(error.value)


@pytest.mark.parametrize(
    ("reference", "word", "typst"),
    [
        ("@fig-one", "Figure\u00a01", "#ref(<fig-one>, supplement: [Figure])"),
        ("@Fig-one", "Figure\u00a01", "#ref(<fig-one>, supplement: [Figure])"),
        ("[@fig-one]", "Figure\u00a01", "#ref(<fig-one>, supplement: [Figure])"),
        ("[-@fig-one]", "1", "#ref(<fig-one>, supplement: [])"),
        ("[Fig. @fig-one]", "Fig.\u00a01", "#ref(<fig-one>, supplement: [Fig.])"),
        (
            "[@fig-one; @tbl-one]",
            "Figure\u00a01, Table\u00a01",
            "#ref(<fig-one>, supplement: [Figure]), #ref(<tbl-one>, supplement: [Table])",
        ),
    ],
)
def test_references_read_as_in_quarto(reference, word, typst):
    """Each form of reference gives Quarto's text and Typst code, with a no-break space before the number."""
    text = f"See {reference}.\n{FIGURE}{TABLE}"
    assert resolve(text, "docx").split("\n")[0] == f"See {word}."
    assert resolve(text, "typst").split("\n")[0] == f"See {typst}."


def test_floats_are_numbered_by_kind_in_document_order():
    """Figures and tables count apart, whatever form they are written in, and a reference may come before its target."""
    text = f"@fig-two @fig-one @tbl-one @tbl-two\n{FIGURE}{TABLE}\n![Two](two.png){{#fig-two}}\n" + TABLE.replace(
        "tbl-one", "tbl-two"
    )
    assert resolve(text, "docx").split("\n")[0] == "Figure\u00a02 Figure\u00a01 Table\u00a01 Table\u00a02"


def test_typst_floats_have_quartos_shape():
    """One template serves both renderers: figures and tables come as Quarto writes them."""
    assert resolve(FIGURE, "typst").replace("\n\n", "\n").strip() == (
        '#figure([\n#box(image("one.png"))\n], caption: figure.caption(\nposition: bottom, \n[\nThe #emph[first] '
        'figure.\n]), \nkind: "quarto-float-fig", \nsupplement: "Figure", \n)\n<fig-one>'
    )
    table = resolve(TABLE, "typst")
    assert "#figure([\n#table(" in table
    assert (
        'position: top, \n[\nThe table\n]), \nkind: "quarto-float-tbl", \nsupplement: "Table", \n)\n<tbl-one>' in table
    )


def test_word_floats_have_their_number_in_the_caption():
    """For Word the caption says "Table 1: ", above a table and below a figure."""
    assert resolve(FIGURE, "docx").strip().endswith("Figure\u00a01: The first figure.")
    assert resolve(TABLE, "docx").strip().startswith("Table\u00a01: The table")


def test_equations_are_numbered():
    """A labelled formula has its number and can be referred to; the label is not printed."""
    text = "See @eq-b.\n\n$$a$$ {#eq-a}\n\n$$b = 1$$\n{#eq-b}\n"
    assert resolve(text, "docx").split("\n")[0] == "See Equation\u00a02."
    typst = resolve(text, "typst")
    assert "#math.equation(block: true, numbering: equation-numbering, [ $ b = 1 $ ])<eq-b>" in typst
    assert "{#eq" not in typst + resolve(text, "docx")


def test_sections_are_numbered_where_numbers_are_printed():
    """With number-sections, headings have numbers in Word as Quarto writes them, and references find them."""
    text = "# A\n\n## B\n\n# C {.unnumbered}\n\n# D {#sec-d}\n\n## E {#sec-e}\n\nSee @sec-d and @sec-e.\n"
    lines = resolve(text, "docx", number_sections=True).split("\n")
    assert [line for line in lines if line] == [
        "1. A",
        "1.1 B",
        "C",
        "2. D",
        "2.1 E",
        "See Section\u00a02 and Section\u00a02.1.",
    ]
    assert "#ref(<sec-d>, supplement: [Section])" in resolve(text, "typst", number_sections=True)
    assert refusal(text) == ("report.qmd:11: 'sec-d' has no number. Set `number-sections: true`, or write its name.")


def test_a_journals_words_replace_the_usual_ones():
    """Titles, prefixes and the delimiter of captions are the project's to choose."""
    wording = {
        "titles": {"fig": "Fig.", "tbl": "Table", "eq": "Eq.", "sec": "Section"},
        "prefixes": {"fig": "fig.", "tbl": "table", "eq": "eq.", "sec": "section"},
        "delimiter": ".",
    }
    text = f"@fig-one, @Fig-one\n{FIGURE}"
    assert resolve(text, "docx", **wording).startswith("fig.\u00a01, Fig.\u00a01")
    assert "Fig.\u00a01. The first figure." in resolve(text, "docx", **wording)
    assert 'supplement: "Fig.", ' in resolve(text, "typst", **wording)


def test_citations_of_the_literature_are_left_alone():
    """A key that is no label goes to the bibliography."""
    assert resolve("As shown [@kaplan1958; @figure2001].", "docx").strip() == "As shown [@kaplan1958; @figure2001]."


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        (
            f"@fig-one\n\nb @fig-on\n{FIGURE}",
            "report.qmd:3: no label 'fig-on'; did you mean 'fig-one'? The document's labels are fig-one.",
        ),
        ("@tbl-none", "report.qmd:1: no label 'tbl-none'. The document has no labels."),
        (FIGURE * 2, "report.qmd:2: the label 'fig-one' is used twice; rename one of them."),
        (
            f"see [@fig-one, panel A]\n{FIGURE}",
            "report.qmd:1: Quarto drops the other content of a bracket with a cross-reference (text after the label, a "
            "citation). Write it outside of the bracket.",
        ),
        (
            f"see @fig-one [95% CI]\n{FIGURE}",
            "report.qmd:1: Quarto drops the other content of a bracket with a cross-reference (text after the label, a "
            "citation). Write it outside of the bracket.",
        ),
        (
            "see @lst-code",
            "report.qmd:1: references such as @lst-code need Quarto: install it and use --renderer quarto, "
            "or refer to a "
            "figure, table, equation or section.",
        ),
        (
            "::: {#fig-x}\n![](one.png)\n:::",
            "report.qmd:1: 'fig-x' has no caption; write it as the last paragraph of the block.",
        ),
        ("::: {#tbl-x}\n:::", "report.qmd:1: 'tbl-x' has no caption; write it as the last paragraph of the block."),
        (
            "::: {#fig-x}\n::: {#fig-y}\n![](one.png)\n\nA\n:::\n\nB\n:::",
            "report.qmd:1: figures inside of figures need Quarto: install it and use --renderer quarto, or leave the "
            "image's brackets empty: ![](file).",
        ),
        (
            "![A caption](one.png)",
            "report.qmd:1: an image with text in its brackets is a figure, and needs a label like {#fig-name}. Where "
            "the text only describes the image, write `![](file){fig-alt=...}`.",
        ),
        (
            "| a |\n|---|\n| 1 |\n\n: No label",
            "report.qmd:5: a table with a caption needs a label: end the caption with {#tbl-name}.",
        ),
    ],
)
def test_what_quarto_would_pass_over_is_an_error(markdown, message):
    """An unknown label, a lost bracket, a float without caption: one message with the line, never a "?" in print."""
    assert refusal(markdown) == message
