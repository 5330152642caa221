"""The PDF's look: what templates/manuscript.typ makes of a body in the shape that both renderers give it."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypandoc
import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject

from analysis.errors import ReportError
from manuscript.render.pdf import compile_pdf

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "templates" / "manuscript.typ"
FONTS = ROOT / "templates" / "fonts"
MM = 72 / 25.4

TITLE = "Survival after an uncommon operation: a single-centre cohort study with a title that needs several lines"
METADATA: dict[str, Any] = {
    "title": TITLE,
    "short-title": "An uncommon operation",
    "article-type": "Original article",
    "status": "Draft manuscript",
    "description": "Made for a test.",
    "lang": "en",
    "region": "GB",
    "keywords": ["survival", "cohort study"],
    "by-author": [
        {
            "name": {"literal": "Jane A. Smith", "family": "Smith"},
            "degrees": ["MD", "PhD"],
            "email": "jane@example.org",
            "orcid": "0000-0002-1825-0097",
            "attributes": {"corresponding": True},
            "affiliations": [{"number": "1"}, {"number": "2"}],
        },
        {"name": {"literal": "María O’Neill", "family": "O’Neill"}, "affiliations": [{"number": "2"}]},
    ],
    "affiliations": [
        {"number": "1", "department": "Department of Surgery", "name": "University A", "country": "Spain"},
        {"number": "2", "name": "Hospital B"},
    ],
}

BOXES = """
#block[
#strong[Synthetic data.] Nobody here is real.
] <notice>
#block[
#strong[Background] Why we asked.

#strong[Results.] What we found: $chi^2 = 3$.

] <abstract>
= Introduction
<introduction>
As others saw \\[#link(<ref-a>)[1]\\], see #ref(<tbl-a>, supplement: [Table]) and #ref(<fig-a>, supplement: [Figure]).
"""

REFERENCES = """
= References
<references>
#block[
#block[
\\1. Smith J. A trial. Lancet. 2020;395:1--10. #link("https://doi.org/10.1000/x")[10.1000/x]

] <ref-a>
#block[
\\10. Doe J. Another. BMJ. 2021;3:e12.

] <ref-b>
] <refs>
"""


def table(label: str, rows: int, *, columns: str = "3", note: str = "CI, confidence interval.") -> str:
    """Return a table float as Quarto 1.11 writes it, with a header over two columns and a note."""
    cells = "".join(f"  [row {label} {i}], table.cell(align: right)[{i}], [0.5 (0.4--0.6)],\n" for i in range(rows))
    return f"""
#figure([
#table(
  columns: {columns},
  align: (auto,right,auto,),
  table.header([], table.cell(align: center, colspan: 2)[Both columns],
    [Head of {label}], table.cell(align: right)[n], [HR (95% CI)],),
  table.hline(),
{cells})
#block[
{note}

]
], caption: figure.caption(
position: top, 
[
Caption of {label}.
]), 
kind: "quarto-float-tbl", 
supplement: "Table", 
)
<tbl-{label}>

"""  # noqa: W291  # the blanks after commas are Quarto's


def figure(label: str, file: str, width: str) -> str:
    """Return a figure float as Quarto 1.11 writes it."""
    return f"""
#figure([
#box(image("{file}", alt: "A \\"grey\\" square.", width: {width}))

], caption: figure.caption(
position: bottom, 
[
Caption of {label}.
]), 
kind: "quarto-float-fig", 
supplement: "Figure", 
)
<fig-{label}>

"""  # noqa: W291


def prose(paragraphs: int) -> str:
    """Return paragraphs of words that are not to be found elsewhere."""
    paragraph = "Prose runs on and on in lines that wrap over the end of the column again. " * 8
    return "\n\n".join([paragraph] * paragraphs)


def meta_value(value: Any) -> dict[str, Any]:
    """Return a metadata value of pandoc's document tree that holds text as it is, no Markdown read in it."""
    if isinstance(value, dict) and "t" in value:
        return value
    if isinstance(value, dict):
        return {"t": "MetaMap", "c": {key: meta_value(item) for key, item in value.items()}}
    if isinstance(value, list):
        return {"t": "MetaList", "c": [meta_value(item) for item in value]}
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    return {"t": "MetaInlines", "c": [{"t": "Str", "c": value}]}


def typst_source(body: str, **metadata: Any) -> str:
    """Return the Typst document that pandoc makes of a body and metadata with the template."""
    meta = {key: meta_value(value) for key, value in metadata.items()}
    tree = {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": [{"t": "RawBlock", "c": ["typst", body]}]}
    command = [pypandoc.get_pandoc_path(), "-f", "json", "-t", "typst", f"--template={TEMPLATE}"]
    return subprocess.run(command, input=json.dumps(tree).encode(), capture_output=True, check=True).stdout.decode()


def grey_square(path: Path) -> None:
    """Write a grey PNG of 10 by 10 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 10, 10, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * 10) * 10)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


class Page:
    """A page of a PDF: its text, where pieces of text begin, where images stand (in points, from the lower left)."""

    def __init__(self, page: pypdf.PageObject) -> None:
        """Read a page."""
        self.size = (float(page.mediabox.width), float(page.mediabox.height))
        self.pieces: list[tuple[str, float, float]] = []
        self.images: list[tuple[float, float]] = []
        self.text = page.extract_text(visitor_operand_before=self._operand, visitor_text=self._piece)

    def _piece(self, text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            self.pieces.append((text.strip(), tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))

    def _operand(self, operator: bytes, _operands: list[Any], cm: list[float], *_: object) -> None:
        if operator == b"Do":
            self.images.append((cm[4], abs(cm[0])))

    def words(self) -> str:
        """Return the page's text on one line."""
        return re.sub(r"\s+", " ", self.text)

    def left_of(self, start: str) -> float:
        """Return where the first piece of text that begins with `start` begins, from the left."""
        return next(x for text, x, _ in self.pieces if text.startswith(start))

    def line_distances(self, pattern: str) -> list[float]:
        """Return the distances between the lines that hold a pattern, from above."""
        heights = sorted({y for text, _, y in self.pieces if re.search(pattern, text)}, reverse=True)
        return [above - below for above, below in pairwise(heights)]


def read(pdf: Path) -> list[Page]:
    """Return the pages of a PDF."""
    return [Page(page) for page in pypdf.PdfReader(pdf).pages]


def print_pdf(folder: Path, body: str, **metadata: Any) -> Path:
    """Set a body with the template; the result must be certified as PDF/UA-1."""
    for name in ("wide.png", "narrow.png"):
        grey_square(folder / name)
    pdf = folder / "report.pdf"
    assert compile_pdf(typst_source(body, **metadata), pdf, root=folder, fonts=FONTS) == []
    return pdf


FLOATS = figure("a", "wide.png", "174mm") + table("a", 8) + prose(12) + figure("b", "narrow.png", "85mm")
SAMPLE = BOXES + FLOATS + prose(6) + REFERENCES


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
        "Jane A. Smith1,2,*, MD, PhD; María O’Neill2",
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


def test_wide_figures_take_174_mm_and_narrow_ones_keep_their_width(sample: Path) -> None:
    """A figure of 174 mm reaches from margin to margin, one of 85 mm stands on the text column, neither scaled."""
    images = [image for page in read(sample) for image in page.images]
    assert images == [pytest.approx((18 * MM, 174 * MM), abs=0.1), pytest.approx((74 * MM, 85 * MM), abs=0.1)]


def test_a_short_table_is_never_split(tmp_path: Path) -> None:
    """A table that fits on a page stands whole on one, under its caption and above its note, wherever it is met."""
    for paragraphs in (4, 5, 6):
        pages = read(print_pdf(tmp_path, prose(paragraphs) + table("a", 18) + prose(8), **METADATA))
        (page,) = [page for page in pages if "row a" in page.text]
        words = page.words()
        order = ["Table 1: Caption of a.", "Head of a", "row a 0", "row a 17", "CI, confidence interval."]
        assert sorted(map(words.index, order)) == list(map(words.index, order))


def test_a_long_table_breaks_with_its_header_repeated(tmp_path: Path) -> None:
    """Each page of a long table has its header and says that it goes on; each row is printed once, in order."""
    pages = read(print_pdf(tmp_path, prose(3) + table("a", 120) + prose(2), **METADATA))
    pages = [page for page in pages if "row a" in page.text]
    assert len(pages) >= 3
    assert [page.text.count("Head of a") for page in pages] == [1] * len(pages)
    assert ["Table 1 (continued)" in page.words() for page in pages] == [False] + [True] * (len(pages) - 1)
    rows = re.findall(r"row a (\d+)", " ".join(page.words() for page in pages))
    assert rows == [str(number) for number in range(120)]


def test_a_long_table_leaves_no_page_half_empty(tmp_path: Path) -> None:
    """A long table begins under the text that stands before it."""
    first = read(print_pdf(tmp_path, prose(3) + table("a", 120), **METADATA))[0]
    assert "row a 0" in first.text


def test_text_flows_on_around_a_float(tmp_path: Path) -> None:
    """A table that finds no room on its page goes to the next, and the text after it fills the gap."""
    body = prose(3) + table("a", 36) + "\n\nThe first words after it. " + prose(4)
    first, second, *_ = read(print_pdf(tmp_path, body, **METADATA))
    assert "row a" not in first.text
    assert "The first words after it." in first.words()
    assert "row a 35" in second.text
    assert "Prose runs" in second.text


def test_the_title_stands_above_every_float(tmp_path: Path) -> None:
    """A float on page 1 stands at its foot, below title, abstract and text."""
    (page,) = read(print_pdf(tmp_path, table("a", 2) + figure("a", "narrow.png", "20mm") + prose(1), **METADATA))
    lowest_text = min(y for text, _, y in page.pieces if "column again" in text)
    assert all(y < lowest_text for text, _, y in page.pieces if "Caption of" in text)
    assert page.text.count("Caption of") == 2


def test_a_long_note_does_not_widen_its_table(tmp_path: Path) -> None:
    """A table that fits into the text column stands there, however long the note below it; the note wraps."""
    note = "A note that is longer than the table is wide. " * 5
    (page,) = read(print_pdf(tmp_path, table("a", 3, note=note), **METADATA))
    assert page.left_of("row a 0") == pytest.approx(74 * MM, abs=0.5)
    assert page.left_of("A note") == pytest.approx(74 * MM, abs=0.5)
    assert page.words().count("A note that is longer than the table is wide.") == 5


@pytest.mark.parametrize("columns", ["3", "(33.33%, 33.33%, 33.33%)"])
def test_equal_widths_are_no_widths(tmp_path: Path, columns: str) -> None:
    """Equal column widths, which pandoc invents, leave a small table on the text column, spread over it."""
    (page,) = read(print_pdf(tmp_path, table("a", 3, columns=columns), **METADATA))
    assert page.left_of("row a 0") == pytest.approx(74 * MM, abs=0.5)
    assert page.left_of("0.5 (") > 130 * MM


def test_unequal_widths_are_kept(tmp_path: Path) -> None:
    """Column widths that someone chose are shares of the full width."""
    (page,) = read(print_pdf(tmp_path, table("a", 3, columns="(70%, 10%, 20%)"), **METADATA))
    assert page.left_of("row a 0") == pytest.approx(18 * MM, abs=0.5)
    assert page.left_of("0.5 (") == pytest.approx((18 + 174 * 0.8) * MM, abs=6)


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


def test_a_midline_decimal_point_does_not_break(tmp_path: Path) -> None:
    """A line ends before 12·34 or after it, never inside."""
    body = "= Results\n" + " ".join(f"{i}·{i + 10}–{i + 1}·{i + 20}" for i in range(10, 200)) + "\n"
    text = "\n".join(page.text for page in read(print_pdf(tmp_path, body, **METADATA)))
    assert "·" in text
    assert not re.search(r"·-?$|^·", text, re.MULTILINE)


def test_what_belongs_to_a_number_does_not_break_from_it(tmp_path: Path) -> None:
    """The sign before a number with a midline point, and the sign of percent behind it, stand on its line."""
    body = " ".join(f"{i} (57·{i}%), #emph[p]=0·{i} in" for i in range(10, 200))
    pages = read(print_pdf(tmp_path, body, title="T", look="manuscript", fontsize="12pt"))
    text = "\n".join(page.text for page in pages)
    assert "57·199%" in text
    assert not re.search(r"^%|[=(]$", text, re.MULTILINE)


def test_a_table_that_needs_more_than_the_page_gives_most_to_its_longest_text(tmp_path: Path) -> None:
    """Each column breaks its lines, none of a number; what is long gets the most."""
    cells = f"[What the report says on it at length (Methods)], [16.4%], [0.33 (0.19--0.54)], [{'long words ' * 40}],"
    source = table("a", 3, columns="4")
    head, rows = source.index("table.header("), source.index("table.hline()")
    names = "table.header([Statement], [Printed], [HR (95% CI)], [Verdict],),\n  "
    source = (
        source[:head] + names + source[rows : source.index("  [row a 0]")] + cells + source[source.index(")\n#block") :]
    )
    (page,) = read(print_pdf(tmp_path, source, title="T", look="manuscript"))
    assert "0.33 (0.19–0.54)" in page.text
    verdict, statement = page.left_of("Verdict"), page.left_of("Statement")
    assert verdict - statement < 0.5 * 160 * MM


def test_columns_under_one_heading_share_it_alike(tmp_path: Path) -> None:
    """A wide heading over two narrow columns gives room to both."""
    source = table("a", 3).replace("[Both columns]", "[A heading over two columns]").replace("0.5 (0.4--0.6)", "7")
    source = source.replace("HR (95% CI)", "%")
    (page,) = read(print_pdf(tmp_path, source, title="T", look="manuscript"))
    assert "A heading over two columns" in page.text
    assert page.left_of("A heading") + 20 < page.left_of("n") < page.left_of("%") - 20


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
    for page, distance in ((normal, 1.3 * 10.5), (double, 2 * 1.3 * 12)):
        gaps = [gap / distance for gap in page.line_distances("Prose|wrap|column again")]
        assert gaps
        assert gaps == pytest.approx([round(gap) for gap in gaps], rel=0.01)
    in_margin = [
        [text for text, x, _ in page.pieces if 65 * MM < x < 74 * MM and text.isdigit()] for page in (normal, double)
    ]
    assert in_margin == [[], [str(number) for number in range(1, 11)]]


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


def test_panels_of_a_quarto_figure_are_lettered(tmp_path: Path) -> None:
    """Sub-figures, as Quarto writes them, are panels (a) and (b) of one figure; the next figure has the next number."""
    panels = "".join(
        f"[\n#block[\n{figure(label, 'narrow.png', '80mm').replace('<fig-', '<fig-two-')}\n]\n],\n" for label in "ab"
    )
    body = f"""
See #ref(<fig-two-b>, supplement: [Figure]).
#quarto_super(
kind: "quarto-float-fig", caption: [Both.], label: <fig-two>, position: bottom, supplement: "Figure",
subcapnumbering: "(a)",
[
#grid(columns: 2, gutter: 2em, {panels})
]
)
{figure("last", "narrow.png", "85mm")}
"""
    words = " ".join(page.words() for page in read(print_pdf(tmp_path, body, **METADATA)))
    assert "See Figure 1b." in words
    captions = ("(a) Caption of a.", "(b) Caption of b.", "Figure 1: Both.", "Figure 2: Caption of last.")
    places = [words.index(text) for text in captions]
    assert places == sorted(places)


def test_floats_inside_of_other_blocks(tmp_path: Path) -> None:
    """A float inside of a div or a list, where Typst could not let it float, is printed all the same."""
    body = (
        f"Before.\n\n#block[\n{table('a', 3)}\n]\n\n- Item.\n\n  {figure('a', 'wide.png', '174mm').strip()}\n\nAfter."
    )
    words = " ".join(page.words() for page in read(print_pdf(tmp_path, body, **METADATA)))
    for text in ("row a 2", "Table 1: Caption of a.", "Figure 1: Caption of a.", "After."):
        assert text in words


def test_ranges_are_not_broken_over_lines(tmp_path: Path) -> None:
    """An interval such as 0.38–0.79 stands on one line, wherever the line ends."""
    body = " ".join(f"CI 0.{number}38--{number}.79;" for number in range(200))
    text = "".join(page.text for page in read(print_pdf(tmp_path, body, title="T")))
    assert re.findall(r"0\.(\d+)38–\1\.79;", text) == [str(number) for number in range(200)]
