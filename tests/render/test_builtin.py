"""The built-in renderer: a document to Word and Typst, and what it refuses."""

import re
import zipfile

import pytest
from builtin_documents import FENCE, FONTS, TEMPLATE, refusal, render, typst, word

from lockstep.base.errors import ReportError
from lockstep.render import pandoc
from lockstep.render.finish import finish


def html(table: str) -> str:
    """Return a document whose one cell shows HTML."""
    return f"""{FENCE}{{python}}
class Table:
    def _repr_html_(self): return {table!r}
Table()
{FENCE}
"""


def test_text_is_the_same_in_both_formats(tmp_path):
    """Smart punctuation, emphasis, values and footnotes come out alike in Word and Typst."""
    text = '---\ntitle: "A *title*"\n---\n\n"Quoted" -- a--b... *P* = `{python} 0.05`, `{python} "a_b*"`.^[Note.]\n'
    draft = render(text, tmp_path)
    assert "“Quoted” – a–b… P = 0.05, a_b*.[1]" in word(draft)
    assert '"Quoted" -- a--b… #emph[P] = 0.05, a\\_b\\*.#footnote[Note.]' in typst(draft)


def test_an_image_takes_the_file_and_description_for_each_format(tmp_path):
    """One image in the source is a PNG in Word and an SVG in the PDF, described in both."""
    text = '::: {#fig-a}\n![](one){fig-alt="Curves of \\"A\\" & B" width=85mm}\n\nCaption.\n:::\n'
    draft = render(text, tmp_path)
    assert '#box(image("one.svg", alt: "Curves of \\"A\\" & B", width: 85mm))' in typst(draft)
    document = zipfile.ZipFile(draft.docx).read("word/document.xml").decode()
    assert 'descr="Curves of &quot;A&quot; &amp; B"' in document
    assert 'cx="3059999"' in document
    assert draft.inputs == {tmp_path / "one.png", tmp_path / "one.svg"}


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("![](missing)", "report.qmd:1: the image missing.png does not exist. Mend the path, or make the image first."),
        (
            "![](../secret.png)",
            "report.qmd:1: the image ../secret.png lies outside of the document's folder. Put it inside.",
        ),
        (
            "![](https://example.org/a.png)",
            "report.qmd:1: the image https://example.org/a.png is not a file. "
            "Save it in the study's folder and name that.",
        ),
        (
            "![](one){width=3furlong}",
            "report.qmd:1: unknown unit 'furlong' in '3furlong'. Use one of mm, cm, in, pt, em, %.",
        ),
        ("![](one){width=wide}", "report.qmd:1: 'wide' is not a size. Write a number with mm, cm, in, pt, em, %."),
    ],
)
def test_an_image_that_cannot_be_shown_is_an_error(tmp_path, image, message):
    """A missing file, one outside of the study, one on the web or a size without a unit names its line."""
    assert refusal(image, tmp_path) == message


def test_html_tables_become_native_ones(tmp_path):
    """A table that a cell returns is a table in Word and in Typst: header, spans, alignment, raised marks, indents."""
    table = (
        '<table><thead><tr><th>A</th><th colspan="2" style="text-align: right">B</th></tr></thead>'
        '<tbody><tr><th>\u2003x &lt;script&gt;</th><td align="right">1</td><td>2<sup>†</sup></td></tr></tbody></table>'
    )
    draft = render(f"::: {{#tbl-a}}\n{html(table)}\nCaption.\n:::\n\nSee @tbl-a.\n", tmp_path)
    assert "table.header([A], table.cell(align: right, colspan: 2)[B],)" in typst(draft)
    assert "[\u2003x \\<script\\>], table.cell(align: right)[1], [2#super[†]]," in typst(draft)
    document = zipfile.ZipFile(draft.docx).read("word/document.xml").decode()
    assert document.count("<w:tbl>") == 1
    assert "w:gridSpan" in document
    assert "x &lt;script&gt;" in document


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        (
            html("<table><tr><td>1</td></tr></table><p>lost note</p>"),
            "report.qmd: a cell gives HTML with text outside of a table, which shows neither in Word nor in the PDF. "
            "Return a <table> alone, and its notes as Markdown.",
        ),
        (
            html("<table><caption>Own</caption><tr><td>1</td></tr></table>"),
            "report.qmd: a cell gives an HTML table with its own <caption>. Write the caption as the last "
            "paragraph of the `::: {#tbl-x}` block.",
        ),
        (
            "a\n\nx<sup>2</sup>",
            "report.qmd:3: raw HTML (<sup>) shows neither in Word nor in the PDF. Write it as Markdown (^2^ for "
            "superscript), or return a whole table from a cell.",
        ),
        (
            "a\n\n::: {.callout-note}\nb\n:::",
            "report.qmd:3: callout blocks need Quarto: install it and use --renderer quarto, or write a `::: "
            '{custom-style="Notice"}` block.',
        ),
        (
            "::: {.panel-tabset}\n# A\n:::",
            "report.qmd:1: panels and tabsets need Quarto: install it and use --renderer quarto, or write sections.",
        ),
        (
            "a\n\n::: {layout-ncol=2}\nb\n:::",
            "report.qmd:3: layouts need Quarto: install it and use --renderer quarto, "
            "or put the panels into one figure.",
        ),
        (
            '::: {.content-visible when-format="dcox"}\na\n:::',
            "report.qmd:1: unknown format 'dcox'; did you mean 'docx'? Use docx or typst.",
        ),
        (
            '::: {.content-visible when-format="xyz"}\na\n:::',
            "report.qmd:1: unknown format 'xyz'. Use docx or typst.",
        ),
        (
            "---\ntoc: true\n---\n",
            "report.qmd:2: documents with `toc` need Quarto: install it and use --renderer quarto, "
            "or leave the key out.",
        ),
        (
            "---\ndate: today\n---\n",
            "report.qmd:2: `date: today` changes the document day by day. Write the date out.",
        ),
        (
            "---\nhighlight-style: github\n---\n",
            "report.qmd:2: documents with `highlight-style: github` need Quarto: install it and use --renderer quarto, "
            "or write `highlight-style: none`.",
        ),
        (
            "---\nabbreviations: {STROBE: a guideline}\n---\n",
            "report.qmd:2: `abbreviations` means another thing to Quarto, which would refuse the document. "
            "Abbreviations that need no explanation are listed under `known-abbreviations`.",
        ),
        (
            "---\nexecute:\n  freeze: auto\n---\n",
            "report.qmd:3: `freeze` keeps outputs when data change, so that a report could be stale. Leave it out: "
            "what has not changed is not made again anyway.",
        ),
        (
            "---\nbibliography: none.bib\n---\n",
            "report.qmd:2: {folder}/none.bib does not exist. Mend the name, or add the file.",
        ),
        (
            "---\nbibliography: .\n---\n",
            "report.qmd: {folder} is a folder, a pipe or a device, where a file is expected. Mend the name, or add the "
            "file.",
        ),
        (
            "as shown [@smith2020]",
            "report.qmd:1: cites 'smith2020', but the document has no bibliography. Name a .bib file under "
            "`bibliography:`, or write \\@ for a plain @.",
        ),
    ],
)
def test_what_it_cannot_show_is_refused_by_name_and_line(tmp_path, markdown, message):
    """Nothing is left out silently: what needs Quarto, or would be lost, is one message."""
    assert refusal(markdown, tmp_path) == message.replace("{folder}", str(tmp_path))


def test_code_in_the_text_is_plain(tmp_path):
    """Code has no colours in either format, whatever its language: what `highlight-style: none` means to Quarto."""
    draft = render("`x + 1`{.python} and `y`\n\n```python\nx = 1  # two\n```\n", tmp_path)
    assert "`x + 1` and `y`" in typst(draft)
    assert "\n```\nx = 1  # two\n```\n" in typst(draft)
    with zipfile.ZipFile(draft.docx) as archive:
        assert "Tok" not in archive.read("word/document.xml").decode()


def test_an_unknown_citation_names_the_nearest_key(tmp_path):
    """A misspelt key is an error with its line, never "(???)" in print."""
    (tmp_path / "refs.bib").write_text("@article{kaplan1958,\n  title = {T}\n}\n")
    text = "---\nbibliography: refs.bib\n---\n\nSee [@kaplan1985].\n"
    assert refusal(text, tmp_path) == (
        "report.qmd:5: no reference 'kaplan1985' in refs.bib; did you mean 'kaplan1958'? Mend or add it."
    )


def test_references_are_formatted_by_the_citation_style(tmp_path):
    """Citations are numbered in order and linked; the list stands where the document wants it."""
    (tmp_path / "refs.bib").write_text(
        "@article{b1,\n author = {Bee, A.},\n title = {Hives},\n journal = {J},\n year = {2001}\n}\n"
        "@article{a2,\n author = {Ant, B.},\n title = {Hills},\n journal = {J},\n year = {2002}\n}\n"
    )
    text = "---\nbibliography: refs.bib\n---\n\nSee [@b1; @a2].\n\n# References\n\n::: {#refs}\n:::\n\nAfter.\n"
    draft = render(text, tmp_path)
    assert re.search(r"See \[1,2\].*References.*1\..*Bee A.*2\..*Ant B.*After", word(draft), re.DOTALL)
    assert "#link(<ref-b1>)[1]" in typst(draft)


def test_conditional_content_follows_format_and_profile(tmp_path):
    """Blocks and words for one format or profile are in it and in no other; hidden floats are not counted."""
    text = """::: {.content-visible when-format="docx"}
Word only.
:::

::: {.content-hidden when-format="docx"}
::: {#fig-pdf}
![](one){fig-alt="x"}

PDF only.
:::
:::

::: {.content-visible when-profile="draft"}
Draft [words]{.content-hidden when-format="typst"}.
:::

::: {#fig-both}
![](one){fig-alt="x"}

Both.
:::

@fig-both
"""
    draft = render(text, tmp_path, profiles=("draft",))
    assert "Word only." in word(draft)
    assert "Draft words." in word(draft)
    assert "PDF only" not in word(draft)
    assert word(draft).endswith("Figure\u00a01\n")
    assert "Word only." not in typst(draft)
    assert "Draft ." in typst(draft)
    assert "PDF only." in typst(draft)
    assert "Draft" not in word(render(text, tmp_path))


def test_comments_styles_and_page_breaks(tmp_path):
    """Comments vanish, custom styles reach Word, page breaks reach both."""
    text = '::: {custom-style="Table Note"}\nA note.\n:::\n\n{{< pagebreak >}}\n\n<!-- not shown -->\nb <!-- nor -->\n'
    draft = render(text, tmp_path)
    document = zipfile.ZipFile(draft.docx).read("word/document.xml").decode()
    assert 'w:val="TableNote"' in document
    assert '<w:br w:type="page"' in document
    assert "#pagebreak()" in typst(draft)
    assert "shown" not in document + typst(draft)


@pytest.mark.parametrize(("key", "line"), [("title: 'Effect of <X>'", 2), ("title: T\nkeywords: [a, '<b>c</b>']", 3)])
def test_html_in_the_front_matter_is_refused(key, line, tmp_path):
    """A word in angle brackets would be left out of title and keywords without a word; escaped, it prints."""
    with pytest.raises(ReportError) as caught:
        render(f"---\n{key}\n---\nText\n", tmp_path)
    assert str(caught.value).startswith(f"report.qmd:{line}: HTML in the front matter (<")
    draft = render("---\ntitle: 'Effect of \\<X>'\n---\nText\n", tmp_path, template=TEMPLATE)
    assert draft.metadata["title"] == "Effect of <X>"


def test_front_matter_is_normalised_for_the_templates(tmp_path):
    """Authors and affiliations come as Quarto gives them: numbered, shared ones once, names in parts."""
    text = """---
title: "Of *mice*"
author:
  - name: Ann van Dam
    corresponding: true
    email: ann@example.org
    affiliations:
      - {id: a, name: Clinic, city: Köln}
  - name: Bo Li
    affiliations: [{ref: a}, Institute]
keywords: [one, two words]
format:
  typst:
    papersize: us-letter
---
"""
    draft = render(text, tmp_path, template=TEMPLATE)
    assert draft.metadata["title"] == "Of mice"
    assert draft.metadata["author"] == ["Ann van Dam", "Bo Li"]
    assert [a["name"] for a in draft.metadata["by-author"]] == [
        {"literal": "Ann van Dam", "given": "Ann", "non-dropping-particle": "van", "family": "Dam"},
        {"literal": "Bo Li", "given": "Bo", "family": "Li"},
    ]
    assert [[a["number"] for a in author["affiliations"]] for author in draft.metadata["by-author"]] == [
        ["1"],
        ["1", "2"],
    ]
    assert [a["name"] for a in draft.metadata["affiliations"]] == ["Clinic", "Institute"]
    assert "papersize" not in draft.metadata
    assert "papersize: [#none;us-letter]" in typst(draft)


def test_levels_of_the_data_print_literally_in_both_formats(tmp_path):
    """Text that looks like markup of any of the languages on the way prints as it is, and runs nothing."""
    hostile = [
        "{{ 7*7 }}",
        '#read("x")',
        "| a |",
        "<script>",
        "@fig-1",
        "=cmd()",
        "{{< pagebreak >}}",
        "$x_1$",
        "`{python} 1`",
    ]
    code = f"{FENCE}{{python}}\nlevels = {hostile!r}\n{FENCE}\n"
    text = code + "".join(f"- `{{python}} levels[{index}]`\n" for index in range(len(hostile)))
    draft = render(text, tmp_path, template=TEMPLATE)
    printed = re.findall(r"^- +(.+)$", word(draft), re.MULTILINE)
    assert printed == hostile
    pdf = tmp_path / "report.pdf"
    finish(draft, docx=draft.docx, pdf=pdf, root=tmp_path, fonts=FONTS)
    assert re.findall(r"^- +(.+)$", word(draft), re.MULTILINE) == hostile


def test_the_same_input_gives_the_same_bytes(tmp_path):
    """Two runs, in two folders, give the same Word file and the same PDF."""
    made = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        draft = render('---\ntitle: T\n---\n\n![](one){fig-alt="x" width=3cm}\n', folder, template=TEMPLATE)
        pdf = folder / "report.pdf"
        assert finish(draft, docx=draft.docx, pdf=pdf, root=folder, fonts=FONTS) == ()
        made.append((draft.docx.read_bytes(), pdf.read_bytes()))
    assert made[0] == made[1]


def test_a_pdf_that_cannot_be_certified_says_so(tmp_path):
    """An image without a description leaves a tagged PDF, without the certificate, and one warning."""
    draft = render("---\ntitle: T\n---\n\n![](one)\n", tmp_path, template=TEMPLATE)
    pdf = tmp_path / "report.pdf"
    (warning,) = finish(draft, docx=None, pdf=pdf, root=tmp_path, fonts=FONTS)
    assert warning.startswith("report.pdf is tagged, but not certified as PDF/UA-1: PDF/UA-1 error: missing alt text")
    assert b"/StructTreeRoot" in pdf.read_bytes()


def test_a_document_without_title_is_told_where_to_write_it(tmp_path):
    """The warning on a PDF without a title speaks of the front matter, not of Typst."""
    draft = render("Text.\n", tmp_path, template=TEMPLATE)
    warnings = finish(draft, docx=None, pdf=tmp_path / "report.pdf", root=tmp_path, fonts=FONTS)
    assert warnings == (
        "report.pdf is tagged, but not certified as PDF/UA-1: it has no title; write `title: ...` in the front matter",
    )


def test_pandoc_that_fails_says_what_it_said(tmp_path):
    """An error of pandoc's is one message, not a traceback."""
    with pytest.raises(ReportError, match=r"^pandoc could not convert the document: Unknown option --no-such"):
        pandoc.pandoc(["--no-such"], "", folder=tmp_path)
