"""The PDF's look: what templates/manuscript.typ makes of front matter, headings, boxes, references and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject
from typst_pages import (
    BOXES,
    FONTS,
    METADATA,
    MM,
    REFERENCES,
    SAMPLE,
    TITLE,
    figure,
    print_pdf,
    prose,
    read,
    table,
    typst_source,
)

from lockstep.base.errors import ReportError
from lockstep.pdf.typst import compile_pdf


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a PDF with boxes, floats, a formula, prose and references."""
    return print_pdf(tmp_path_factory.mktemp("sample"), SAMPLE, **METADATA)


def tags(pdf: Path) -> list[tuple[str, str]]:
    """Return the elements of a tagged PDF's structure with their alternative texts, in reading order."""

    def walk(node: Any) -> Iterator[tuple[str, str]]:
        node = node.get_object()
        if isinstance(node, ArrayObject):
            for child in node:
                yield from walk(child)
        elif isinstance(node, DictionaryObject) and "/S" in node:
            yield str(node["/S"]), str(node.get("/Alt", ""))
            yield from walk(node.get("/K", ArrayObject()))

    return list(walk(catalogue(pdf)["/StructTreeRoot"]["/K"]))


def catalogue(pdf: Path) -> Any:
    """Return what a PDF says of itself as a whole."""
    root: Any = pypdf.PdfReader(pdf).trailer["/Root"]
    return root


def test_properties_come_from_the_front_matter(sample: Path) -> None:
    """Title, authors, keywords, description and language are properties of the PDF; it carries no date of its own."""
    properties = pypdf.PdfReader(sample).metadata
    assert properties is not None
    assert properties.title == TITLE
    assert properties.author == "Jane A. Smith, María O’Neill"
    assert properties.keywords == "survival, cohort study"
    assert properties.subject == "Made for a test."
    assert catalogue(sample)["/Lang"] == "en-GB"


def test_readers_of_the_screen_get_headers_alt_texts_and_formulas(sample: Path) -> None:
    """The tags tell the title, headings, header cells of tables, captions, and words for each picture and formula."""
    elements = tags(sample)
    kinds = [kind for kind, _ in elements]
    assert kinds.count("/Title") == 1
    assert kinds.count("/H1") == 3  # abstract, introduction, references
    assert kinds.count("/TH") == 5
    assert kinds.count("/Caption") == 3
    assert [alt for kind, alt in elements if kind in ("/Figure", "/Formula")] == [
        "χ^2 = 3",
        'A "grey" square.',
        'A "grey" square.',
    ]


def test_bundled_fonts_only(sample: Path) -> None:
    """Every embedded font is one that Typst brings or one of templates/fonts."""
    fonts = set()
    for page in pypdf.PdfReader(sample).pages:
        resources: Any = page["/Resources"]
        fonts |= {font.get_object()["/BaseFont"].partition("+")[2] for font in resources["/Font"].values()}
    families = {re.split("[-,]", font)[0] for font in fonts}
    assert {"LibertinusSerif", "LiberationSans"} <= families <= {"LibertinusSerif", "LiberationSans", "NewCMMath"}


def test_same_bytes_twice(sample: Path, tmp_path: Path) -> None:
    """The same document gives the same PDF, byte for byte."""
    assert print_pdf(tmp_path, SAMPLE, **METADATA).read_bytes() == sample.read_bytes()


def test_page_one_holds_title_authors_notice_and_abstract(sample: Path) -> None:
    """Page 1 names authors with the numbers of their affiliations, and shows notice, abstract and keywords in order."""
    words = read(sample)[0].words()
    expected = [
        "ORIGINAL ARTICLE",
        "Survival after an uncommon operation",
        "Jane A. Smith, MD, PhD1,2,*; María O’Neill2",
        "1 Department of Surgery, University A, Spain",
        "2 Hospital B",
        "Correspondence Jane A. Smith, jane@example.org",
        "Jane A. Smith 0000-0002-1825-0097",
        "Synthetic data Nobody here is real.",
        "Abstract",
        "Background Why we asked.",
        "Results What we found",
        "Keywords survival; cohort study",
        "Introduction",
    ]
    places = [words.find(text) for text in expected]
    assert -1 not in places, expected[places.index(-1)]
    assert places == sorted(places)


def test_running_head_from_page_two_and_page_numbers(sample: Path) -> None:
    """Short title and status stand above every page but the first, and each page says where it is."""
    pages = read(sample)
    heads = [("An uncommon operation" in page.text, "Draft manuscript" in page.text) for page in pages]
    assert heads == [(False, False), *[(True, True)] * (len(pages) - 1)]
    assert all(f"{number} / {len(pages)}" in page.text for number, page in enumerate(pages, start=1))


def test_running_head_without_short_title_is_shortened_at_a_word(tmp_path: Path) -> None:
    """A long title fits the running head, cut between words, and authors stand where no status is given."""
    metadata = {key: value for key, value in METADATA.items() if key not in ("short-title", "status")}
    second = read(print_pdf(tmp_path, prose(12), **metadata))[1].words()
    assert second.startswith("Survival after an uncommon operation: a single-centre cohort study with a title that…")
    assert "Smith and O’Neill" in second


def test_references_hang_from_their_numbers(sample: Path) -> None:
    """Each reference begins with its number, the text of all beginning at one place; citations link to them."""
    last = next(page for page in reversed(read(sample)) if "References" in page.text)
    number = {text: x for text, x, _ in last.pieces}
    starts = [x for text, x, _ in last.pieces if text.startswith(("Smith J.", "Doe J."))]
    assert len(starts) == 2
    assert starts[0] == pytest.approx(starts[1], abs=0.1)
    assert number["10."] < number["1."] < starts[0]
    links = [note.get_object() for page in pypdf.PdfReader(sample).pages for note in page.get("/Annots", [])]
    assert sum("/Dest" in link or "/D" in link.get("/A", {}) for link in links) == 3  # one citation, a table, a figure


@pytest.mark.parametrize("look", [{}, {"look": "manuscript"}])
def test_references_of_an_older_pandoc_look_the_same(tmp_path: Path, look: dict[str, str]) -> None:
    """Numbers whose dot is not escaped, which Typst reads as a list, stand where escaped ones do."""
    pieces = []
    for name, references in (("escaped", REFERENCES), ("list", REFERENCES.replace("\\1", "1"))):
        (tmp_path / name).mkdir()
        pages = read(print_pdf(tmp_path / name, references, **METADATA, **look))
        pieces.append([page.pieces for page in pages])
    assert pieces[0] == pieces[1]


@pytest.mark.parametrize("look", [{}, {"look": "manuscript"}])
def test_numbers_without_a_dot_hang_too(tmp_path: Path, look: dict[str, str]) -> None:
    """As BMJ and Lancet print them: "1 Smith J". A number that does not count the entries begins a name."""
    plain = REFERENCES.replace("\\1. Smith", "1 Smith").replace("\\10. Doe", "2 Doe")
    pages = {}
    for name, references in (
        ("dot", plain.replace("1 Smith", "\\1. Smith").replace("2 Doe", "\\2. Doe")),
        ("bare", plain),
        ("name", plain.replace("2 Doe", "1000 Genomes")),
    ):
        (tmp_path / name).mkdir()
        (pages[name],) = read(print_pdf(tmp_path / name, references, **METADATA, **look))
    hanging = pages["dot"].left_of("Smith")
    assert pages["bare"].left_of("Smith") == pages["bare"].left_of("Doe") == hanging
    assert "1 Smith J. A trial." in pages["bare"].words()
    assert pages["name"].left_of("1000 Genomes") < hanging - 10


@pytest.mark.parametrize("box", ["", "#block[\n#strong[What this adds]\n\nMuch.\n] <box>\n"])
def test_the_text_of_a_manuscript_begins_a_page(tmp_path: Path, box: str) -> None:
    """As in the Word file: after the abstract, or a journal's box that follows it; later sections run on."""
    body = f"#block[\n#strong[Results.] Much.\n] <abstract>\n{box}= Introduction\nWhy.\n\n= Methods\nHow.\n"
    pages = read(print_pdf(tmp_path, body, **METADATA, look="manuscript"))
    begins = [page for page in pages if "Introduction" in page.text]
    assert begins == [pages[-1]]
    assert "Methods" in begins[0].text
    assert len(pages) == (4 if box else 3)  # title, abstract, the box, the text
    assert all("Much" in page.text for page in pages[1:-1])
    plain = "= Introduction\nWhy.\n\n= Methods\nHow.\n"
    assert len(read(print_pdf(tmp_path, plain, **METADATA, look="manuscript"))) == 1


def test_abstract_of_the_front_matter_looks_like_one_in_the_body(tmp_path: Path) -> None:
    """An abstract under `abstract:` is printed as the box in the body would be, keywords at its end."""
    paragraphs = [("Background", "Why we asked."), ("Results.", "What we found.")]
    body = "".join(f"#strong[{name}] {text}\n\n" for name, text in paragraphs)
    blocks = [
        {"t": "Para", "c": [{"t": "Strong", "c": [{"t": "Str", "c": name}]}, {"t": "Space"}, {"t": "Str", "c": text}]}
        for name, text in paragraphs
    ]
    (in_body,) = read(print_pdf(tmp_path, f"#block[\n{body}] <abstract>\nAfter.", **METADATA))
    abstract = {"t": "MetaBlocks", "c": blocks}
    (in_front,) = read(print_pdf(tmp_path, "After.", **METADATA, abstract=abstract))
    assert "Background Why we asked. Results What we found. Keywords survival" in in_front.words()
    assert in_front.text == in_body.text


def test_a_box_of_the_body_is_framed_with_its_labels(tmp_path: Path) -> None:
    """A journal's box takes the look of page 1: labels in a column of their own, without line numbers."""
    body = "#block[\n#strong[Key Points]\n\n#strong[Question.] Why is it so?\n\n] <box>\n= Introduction\nText.\n"
    page = read(print_pdf(tmp_path, body, **METADATA))[0]
    assert "Key Points Question Why is it so?" in page.words()
    assert page.left_of("Question") == page.left_of("Key Points") < page.left_of("Why")


def test_a_bold_word_is_no_label_where_its_sentence_goes_on(tmp_path: Path) -> None:
    """Only a label stands in the margin: bold words inside a sentence stay there, further paragraphs have none."""
    body = "#block[\n#strong[Nobody] here is real.\n\n#strong[Note:] nobody\n\nat all.\n] <notice>\n"
    (page,) = read(print_pdf(tmp_path, body, **METADATA))
    assert page.left_of("Note") < page.left_of("nobody") == page.left_of("Nobody") == page.left_of("at all.")


def test_headings_label_the_parts_of_an_abstract(tmp_path: Path) -> None:
    """Headings inside the abstract, as some journals write it, become its labels."""
    body = "#block[\n=== Background\n<background>\nWhy we asked.\n\n=== Results\n<results-1>\nMuch.\n\n] <abstract>\n"
    (page,) = read(print_pdf(tmp_path, body, **METADATA))
    assert "Abstract Background Why we asked. Results Much. Keywords" in page.words()


def test_a_section_called_abstract_is_a_section(tmp_path: Path) -> None:
    """A heading whose label is "abstract" is left as it is, and keywords go below the authors."""
    words = read(print_pdf(tmp_path, "= Abstract\n<abstract>\nWhy we asked.\n", **METADATA))[0].words()
    assert words.index("Keywords") < words.index("Abstract Why we asked.")


def test_draft_settings(tmp_path: Path) -> None:
    """Paper, size, line distance and line numbers follow the front matter; floats and boxes take no line numbers."""
    body = BOXES + prose(1) + table("a", 4) + figure("a", "narrow.png", "85mm") + REFERENCES
    draft = {**METADATA, "papersize": "letter", "linestretch": "2", "fontsize": "12pt", "line-numbers": True}
    normal, double = (read(print_pdf(tmp_path, body, **metadata))[0] for metadata in (METADATA, draft))
    assert normal.size == pytest.approx((210 * MM, 297 * MM), abs=0.1)
    assert double.size == (612, 792)
    for page, distance in ((normal, 1.26 * 9.5), (double, 2 * 1.26 * 12)):
        gaps = [gap / distance for gap in page.line_distances("Prose|wrap|column again")]
        assert gaps
        assert gaps == pytest.approx([round(gap) for gap in gaps], rel=0.01)
    in_margin = [
        [text for text, x, _ in page.pieces if not 18 * MM < x < page.size[0] - 18 * MM and text.isdigit()]
        for page in (normal, double)
    ]
    assert in_margin == [[], [str(number) for number in range(1, len(in_margin[1]) + 1)]]
    assert len(in_margin[1]) >= 10


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("papersize", "a5", "papersize is 'a5'; expected a4 or letter"),
        ("linestretch", "double", "linestretch is 'double'; expected a number, such as 1.5"),
        ("fontsize", "large", "fontsize is 'large'; expected points, such as 10.5pt"),
        ("lang", "x", "lang is 'x'; expected a language such as en-GB"),
    ],
)
def test_a_wrong_setting_stops_with_a_sentence(tmp_path: Path, name: str, value: str, expected: str) -> None:
    """A setting that means nothing is named, with what is allowed, instead of being left out."""
    source = typst_source("Text.", **{**METADATA, name: value})
    with pytest.raises(ReportError, match=re.escape(expected)):
        compile_pdf(source, tmp_path / "report.pdf", root=tmp_path, fonts=FONTS)


HOSTILE = [
    *('#read("secret.txt")', "#let x = 1", "*a*", "$y$", "@fig-a", "<script>", "_u_", "`r`", "~", "\\", ";"),
    *("= x", "- x", "+ x", "/ a: b", "1. x", "// c", "/* c", "[x] ]", "{a}", "(x)", ".len()", 'it\'s "so"'),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_metadata_are_printed_literally(tmp_path: Path, text: str) -> None:
    """Whatever titles, names, addresses and keywords hold is printed as it is; nothing is run, no file is read."""
    (tmp_path / "secret.txt").write_text("TOP SECRET")
    affiliation = {"number": "1", "name": text, "department": text, "city": text, "country": text}
    other = {"number": "2", "name": "B"}
    author = {
        **dict.fromkeys(("email", "orcid"), text),
        "name": {"literal": text, "family": text},
        "degrees": [text],
        "attributes": {"corresponding": True},
        "affiliations": [affiliation, other],
    }
    everywhere = dict.fromkeys(("title", "subtitle", "short-title", "status", "date", "description"), text)
    metadata = {**everywhere, "by-author": [author], "affiliations": [affiliation, other], "keywords": [text, "end"]}
    pdf = print_pdf(tmp_path, "Text.\n#pagebreak()\nText.", **metadata)
    first, second = read(pdf)
    assert first.text.count(text) >= 14
    assert second.text.count(text) >= 2
    assert "SECRET" not in first.text
    properties = pypdf.PdfReader(pdf).metadata
    assert properties is not None
    assert (properties.title, properties.author, properties.subject) == (text, text, text)


def test_plain_pandoc_authors(tmp_path: Path) -> None:
    """Without Quarto's normalised authors, names under `author` are printed."""
    for author in (["Ann Lee", "Bo Berg", "Cy Chu"], [{"name": name} for name in ("Ann Lee", "Bo Berg", "Cy Chu")]):
        pages = read(print_pdf(tmp_path, prose(12), title="T", author=author))
        assert "Ann Lee, Bo Berg, Cy Chu" in pages[0].words()
        assert pages[1].words().startswith("T Ann Lee et al.")


def test_one_affiliation_needs_no_numbers(tmp_path: Path) -> None:
    """Where all authors share one affiliation, names carry no numbers."""
    authors = [{"name": {"literal": name}, "affiliations": [{"number": "1"}]} for name in ("Ann Lee", "Bo Berg")]
    metadata = {"title": "T", "by-author": authors, "affiliations": [{"number": "1", "name": "Hospital B"}]}
    assert "Ann Lee, Bo Berg Affiliations Hospital B" in read(print_pdf(tmp_path, "Text.", **metadata))[0].words()


def test_what_else_pandoc_writes(tmp_path: Path) -> None:
    """Lists, formulas in them, quotations, code, definitions, rules, footnotes and tables without caption are set."""
    body = """
- A list with $alpha / 2$.

+ First
+ Second

#quote(block: true)[A quotation.]

```r
survfit(Surv(time, event) ~ 1)
```

/ Term: #block[
A definition.
]

#horizontalrule

A note.#footnote[Below.]

#table(columns: 2, align: (auto,right,), table.header([A], [B],), table.hline(), [1], [2],)

#math.equation(block: true, numbering: equation-numbering, [ $ S (t) = root(2, d_i / n_i) $ ])<eq-a>

See #ref(<eq-a>, supplement: [Equation]).
"""
    pdf = print_pdf(tmp_path, body, **METADATA)
    words = read(pdf)[0].words()
    for text in ("First", "A quotation.", "survfit(", "Term", "A definition.", "Below.", "Equation"):
        assert text in words
    assert [alt for kind, alt in tags(pdf) if kind == "/Formula"] == ["α/2", "S (t) = root of ((d_i)/(n_i))"]


def test_ranges_are_not_broken_over_lines(tmp_path: Path) -> None:
    """An interval such as 0.38–0.79 stands on one line, wherever the line ends."""
    body = " ".join(f"CI 0.{number}38--{number}.79;" for number in range(200))
    text = "".join(page.text for page in read(print_pdf(tmp_path, body, title="T")))
    assert re.findall(r"0\.(\d+)38–\1\.79;", text) == [str(number) for number in range(200)]
