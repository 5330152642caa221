"""References as they print: names, accents, identifiers, journals, located citations; repeated keys."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from builtin_documents import refusal, render, typst, word

from lockstep.base.resources import TEMPLATES
from lockstep.preflight.checks_text import cited_numbers
from lockstep.references.bibliography import MENDED, ReferenceEntry, entries_in
from lockstep.references.own_references import people_of, read_references, without_own
from lockstep.render import pandoc
from lockstep.word.passages import Passage, PrintedDocument
from lockstep.word.reading import CITATION, Citation

CSL = TEMPLATES / "csl"
FRONT = "---\nbibliography: refs.bib\n---\n\n"


def printed(entries: str, tmp_path: Path, *, text: str = '---\nnocite: "@*"\n---\n', csl: Path | None = None) -> str:
    """Return what pandoc prints of a BibTeX file, with the project's filter and a style."""
    (tmp_path / "refs.bib").write_text(entries, encoding="utf-8")
    arguments = ["--lua-filter", str(MENDED), "--citeproc", "--bibliography=refs.bib", "--to=plain", "--wrap=none"]
    arguments.append(f"--csl={csl or CSL / 'vancouver.csl'}")
    return pandoc.pandoc(arguments, text, folder=tmp_path)[0]


def article(author: str, *, title: str = "T", more: str = "") -> str:
    """Return an article as BibTeX."""
    return (
        f"@article{{one, author = {{{author}}}, title = {{{title}}}, journal = {{Annals of Oncology}}, "
        f"year = 2020, volume = 3, pages = {{1--2}}{more}}}\n"
    )


NAMES = {
    "van der Graaf, W. T. A.": "van der Graaf WTA",
    "Winette T. A. van der Graaf": "van der Graaf WTA",
    "van Gogh, Vincent": "van Gogh V",
    "Vincent van Gogh": "van Gogh V",
    "de la Cruz, Ana M.": "de la Cruz AM",
    "van 't Hoff, J.": "van ’t Hoff J",
    "'t Hooft, G.": "’t Hooft G",
    "von Elm, E.": "von Elm E",
    "von Elm, Jr, E.": "von Elm E Jr",
    "ter Braak, C. J. F.": "ter Braak CJF",
    "ten Berge, R.": "ten Berge R",
    "di Lorenzo, G.": "di Lorenzo G",
    "da Silva, J.": "da Silva J",
    "dos Santos, J.": "dos Santos J",
    "dei Tos, A. P.": "dei Tos AP",
    "Dei Tos, A. P.": "Dei Tos AP",
    "Le Doussal, V.": "Le Doussal V",
    "d'Alembert, J.": "d’Alembert J",
    "O'Neil, P.": "O’Neil P",
    "Al-Hassan, Z.": "Al-Hassan Z",
    "al-Hassan, Z.": "al-Hassan Z",
    "El Sayed, M.": "El Sayed M",
    "St. John, A.": "St. John A",
    "King, Jr., M. L.": "King ML Jr",
    "King Jr., M. L.": "King ML Jr",
    "Martin Luther King, Jr.": "King ML Jr",
    "Smith, III, J.": "Smith J III",
    "{van der Graaf}, W.": "van der Graaf W",
    "{Sarcoma Study Group}": "Sarcoma Study Group",
    "García López, Ana": "García López A",
    "Smith-Jones, A.-B.": "Smith-Jones AB",
}


@pytest.mark.parametrize("author", NAMES)
def test_particles_belong_to_the_family_name(author: str, tmp_path: Path) -> None:
    """A name prints with its particle first and its suffix last, however BibTeX has it."""
    assert f"1. {NAMES[author]}. T. Ann Oncol" in printed(article(author), tmp_path)


def test_names_hold_in_both_documents_and_for_editors(tmp_path: Path) -> None:
    """What is mended prints in the Word file and in the PDF's source."""
    (tmp_path / "refs.bib").write_text(
        "@incollection{one, author = {van der Graaf, W.}, title = {T}, booktitle = {B}, "
        "editor = {DeVita, V. T. and van Leeuwen, F.}, publisher = {P}, year = 1999}\n"
    )
    draft = render(FRONT + "See [@one].\n", tmp_path)
    for text in (word(draft), typst(draft)):
        assert "van der Graaf W. T. In: DeVita VT, van Leeuwen F, editors. B. P; 1999." in text


ACCENTS = {
    r"{\'\i}": "í",
    r"\'{\i}": "í",
    r"{\'{\i}}": "í",
    r"\'\i{}": "í",
    r"{\`\i}": "ì",
    r"{\^\i}": "î",
    r"{\"\i}": "ï",
    r"{\~\i}": "ĩ",
    r"\={\i}": "ī",
    r"\u{\i}": "ĭ",
    r"{\u\i}": "ĭ",
    r"{\v{\i}}": "ǐ",
    r"{\^\j}": "ĵ",
    r"{\'e}": "é",
    r"\'{e}": "é",
    r"\'e": "é",
    r"{\"u}": "ü",
    r"{\ss}": "ß",
    r"{\o}": "ø",
    r"{\O}": "Ø",
    r"{\l}": "ł",
    r"{\L}": "Ł",
    r"{\ae}": "æ",
    r"{\oe}": "œ",
    r"{\aa}": "å",
    r"{\AA}": "Å",
    r"{\c c}": "ç",
    r"\c{s}": "ş",
    r"{\v s}": "š",
    r"\v{C}": "Č",
    r"{\H o}": "ő",
    r"\k{a}": "ą",
    r"{\r u}": "ů",
    r"\.{z}": "ż",
    r"\d{h}": "ḥ",
    r"\b{t}": "ṯ",
    r"\u{g}": "ğ",
    r"{\dj}": "đ",
    r"{\DJ}": "Đ",
    r"{\dh}": "ð",
    r"{\th}": "þ",
    r"{\TH}": "Þ",
    r"{\ng}": "ŋ",
    r"{\i}": "ı",
}


@pytest.mark.parametrize("source", ACCENTS)
def test_accents_are_one_character(source: str, tmp_path: Path) -> None:
    """Each accent and letter of TeX is the one character that it stands for, in names and in titles."""
    text = printed(article(f"Mart{source}nez, J.", title=f"A mart{source}nez"), tmp_path)
    assert f"1. Mart{ACCENTS[source]}nez J. A mart{ACCENTS[source]}nez." in text
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize(
    "doi",
    [
        "10.1000/x",
        "https://doi.org/10.1000/x",
        "http://dx.doi.org/10.1000/x",
        "doi:10.1000/x",
        "DOI: 10.1000/x",
        " 10.1000/x ",
    ],
)
def test_a_doi_prints_once(doi: str, tmp_path: Path) -> None:
    """However a DOI is given, it stands behind one "doi:"."""
    text = printed(article("A, B.", more=f", doi = {{{doi}}}, url = {{https://doi.org/10.1000/x}}"), tmp_path)
    assert text.rstrip().endswith("Ann Oncol. 2020;3:1–2. doi:10.1000/x")


def test_journals_are_abbreviated(tmp_path: Path) -> None:
    """MEDLINE's abbreviation where it is known, the file's own where it has one, else the name as it is."""
    for journal, expected in {
        "European Journal of Cancer": "Eur J Cancer",
        "The Lancet": "Lancet",
        "The New England Journal of Medicine": "N Engl J Med",
        "Radiotherapy \\& Oncology": "Radiother Oncol",
        "Cancer": "Cancer",
        "Journal of Things Unheard of": "Journal of Things Unheard of",
    }.items():
        assert f"T. {expected}. 2020" in printed(article("A, B.").replace("Annals of Oncology", journal), tmp_path)
    own = printed(article("A, B.", more=", shortjournal = {Ann. of Onc.}"), tmp_path)
    assert "T. Ann of Onc. 2020" in own


def test_an_article_number_stands_for_pages(tmp_path: Path) -> None:
    """Where an article has a number instead of pages, the number prints; where it has both, the pages."""
    assert "2020;3:e030215." in printed(article("A, B.").replace("pages = {1--2}", "eid = {e030215}"), tmp_path)
    assert "2020;3:1–2." in printed(article("A, B.", more=", eid = {e030215}"), tmp_path)


def test_a_subtitle_begins_as_it_was_written(tmp_path: Path) -> None:
    """Small after a colon where BibTeX has it small; a capital and what braces protect stay."""
    assert "Sarcomas: report of 2. " in printed(article("A, B.", title="Sarcomas: report of 2"), tmp_path)
    assert "Sarcomas: Berlin revisited. " in printed(article("A, B.", title="Sarcomas: Berlin Revisited"), tmp_path)
    assert "Sarcomas: SPAM again. " in printed(article("A, B.", title="Sarcomas: {SPAM} again"), tmp_path)


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        ("[@one, p. 3]", "[1 p3]"),
        ("[@one, pp. 3-5]", "[1 pp3–5]"),
        ("[@one, chap. 2]", "[1 chap2]"),
        ("[@one, p. 3; @two]", "[1 p3,2]"),
        ("[@one; @two; @three]", "[1–3]"),
        ("@one [p. 3]", "[1 p3]"),
    ],
)
def test_a_located_citation_prints_its_place(citation: str, expected: str, tmp_path: Path) -> None:
    """The page of a citation is never lost, in a style that knows of none."""
    entries = "".join(article("A, B.").replace("{one,", f"{{{key},") for key in ("one", "two", "three"))
    assert f"See {expected}." in printed(entries, tmp_path, text=f"See {citation}.\n")


@pytest.mark.parametrize("style", ["bmj", "american-medical-association", "plos"])
def test_no_title_is_a_link_for_a_number_that_is_not_printed(style: str, tmp_path: Path) -> None:
    """A PubMed number that the style leaves out makes no link of this one title."""
    (tmp_path / "refs.bib").write_text(article("A, B.", more=", pmid = {123}"), encoding="utf-8")
    arguments = ["--lua-filter", str(MENDED), "--citeproc", "--bibliography=refs.bib", "--to=html"]
    text, _ = pandoc.pandoc([*arguments, f"--csl={CSL / style}.csl"], "See [@one].\n", folder=tmp_path)
    assert "Ann Oncol" in text
    assert "<a href" not in text


LOCATED = {
    "vancouver": "[1 p3,2]",
    "nlm-citation-sequence": "(1 p3,2)",
    "bmj": "[1 p3,2]",
    "plos": "[1 p3,2]",
    "american-medical-association": "^1(p3),2^",
    "the-lancet": "^1(p3),2^",
    "the-new-england-journal-of-medicine": "^1(p3),2^",
}


@pytest.mark.parametrize("style", LOCATED)
def test_every_style_prints_the_place_of_a_citation(style: str, tmp_path: Path) -> None:
    """In brackets behind the number, raised in parentheses."""
    (tmp_path / "refs.bib").write_text(article("A, B.") + article("A, B.").replace("{one,", "{two,"), encoding="utf-8")
    arguments = [
        "--lua-filter",
        str(MENDED),
        "--citeproc",
        "--bibliography=refs.bib",
        "--to=markdown-citations",
        "--wrap=none",
    ]
    arguments.append(f"--csl={CSL / style}.csl")
    text, _ = pandoc.pandoc(arguments, "See [@one, p. 3; @two].\n", folder=tmp_path)
    assert text.splitlines()[0].replace("\\", "").replace("See^", "See ^") == f"See {LOCATED[style]}."


def test_a_located_citation_counts_as_one_of_its_number() -> None:
    """The preflight takes the page for no reference, and the citation for a numbered one."""
    links = tuple(Citation(text, "ref-a") for text in ("1 p3", "2(p33)", "3", "2020a"))
    marked = PrintedDocument(
        (Passage("text", "text", "Results", f"See {CITATION} {CITATION} {CITATION} {CITATION}."),), links
    )
    assert cited_numbers(marked) == (1, 2, 3)


def test_an_entry_may_hold_any_sign(tmp_path: Path) -> None:
    """An address in an abstract ends no entry, and a byte-order mark begins none."""
    mail = ", eid = {e9}, abstract = {ask a@b.org}, note = {x: y}"
    assert "2020;3:1–2." in printed("\ufeff" + article("A, B.", title="T: an aim", more=mail), tmp_path)
    assert "T: an aim." in printed(article("A, B.", title="T: an aim", more=mail), tmp_path)


def test_what_is_no_bibtex_is_refused_with_its_line(tmp_path: Path) -> None:
    """The message names file and line, and no place in the program."""
    (tmp_path / "refs.bib").write_text("@book{one,\n  title = {T},\n  author = {A, B\n", encoding="utf-8")
    assert refusal(FRONT + "See [@one].\n", tmp_path) == (
        "pandoc could not convert the document: refs.bib: Error at (line 4, column 1): unexpected end of input"
    )


TWO = "@article{one,\n  title = {A}\n}\n\n@book{one,\n  title = {B}\n}\n"


def test_two_references_of_one_key_are_refused(tmp_path: Path) -> None:
    """Neither is cited in place of the other; the message names both lines, in one file or in two."""
    (tmp_path / "refs.bib").write_text(TWO)
    advice = "Only the last of them would be cited. Rename or remove one of each."
    assert refusal(FRONT + "See [@one].\n", tmp_path) == (
        f"refs.bib:1 and refs.bib:5: two references have the key 'one'.\n{advice}"
    )
    (tmp_path / "refs.bib").write_text("@article{one,\n  title = {A}\n}\n")
    (tmp_path / "more.json").write_text('[\n  {"id": "one", "type": "book", "title": "B"}\n]\n')
    assert refusal("---\nbibliography: [refs.bib, more.json]\n---\n\nSee [@one].\n", tmp_path) == (
        f"refs.bib:1 and more.json:2: two references have the key 'one'.\n{advice}"
    )


def test_keys_that_differ_in_case_are_two(tmp_path: Path) -> None:
    """As for pandoc, which cites each by its own key."""
    (tmp_path / "refs.bib").write_text(TWO.replace("@book{one", "@book{One"))
    draft = render(FRONT + "See [@one; @One].\n", tmp_path)
    assert "See [1,2]" in word(draft)


def test_entries_are_found_where_they_begin(tmp_path: Path) -> None:
    """What an entry or a comment holds is no entry; strings and comments have no key."""
    file = tmp_path / "refs.bib"
    file.write_text(
        "@string{j = {Journal}}\n@comment{@article{no, title = {N}}}\n% @book{perhaps, title = {P}}\n"
        '@article ( a1, title = {An @article{inner, } of \\} brace} )\n  @Book{b:2/x, title = "Q"}\n'
    )
    assert [(entry.key, entry.line) for entry in entries_in([file])] == [("a1", 4), ("b:2/x", 5)]
    yaml = tmp_path / "refs.yaml"
    yaml.write_text("references:\n- id: one\n  type: book\n- type: book\n  id: two\n")
    assert [(entry.key, entry.line) for entry in entries_in([yaml])] == [("one", 2), ("two", 5)]
    assert ReferenceEntry("one", "refs.yaml", 2, 0, 0).where == "refs.yaml:2"


def test_an_own_reference_is_found_however_bibtex_writes_it() -> None:
    """The blinded copy knows an author by particle, accent, letter of TeX or suffix, and a DOI without its address."""
    front = {
        "author": [{"name": name} for name in ("Jan van der Graaf", "Ana Martínez", "Luka Đorđević", "Martin L King")]
    }
    people = people_of(front)
    for author in (
        *("van der Graaf, J.", "J. van der Graaf", "{van der Graaf}, J.", "Mart{\\'\\i}nez, A.", "Mart\\'\\i nez, A."),
        *("{\\DJ}or{\\dj}evi{\\'c}, L.", "King, Jr., M. L.", "King Jr., M. L.", "Martin Luther King, Jr."),
    ):
        bib = f"@article{{k,\n  author = {{Other, B. and {author}}},\n  doi = {{https://doi.org/10.1000/X}}\n}}\n"
        assert without_own(bib, people)[1] == ["k"], author
        assert read_references(bib)[0].doi == "10.1000/X"


AWKWARD = r"""@string{me = {Roe, Jane}} @string{house = "Elsevier"}
% @article{commented, author = {Roe, Jane}}
@article{joined, author = "Poe, E. and " # me, title = {A brace \} and {"}quotes{"}}, publisher = house}
@Article { spaced , title = {A, author = {Roe, Jane}}, author = {Poe, E.}}
Words between entries, and @comment{ @article{no, author = {Roe, Jane}} }
@misc{misc, editor = me}
"""


def test_a_file_is_read_as_pandoc_reads_it(tmp_path: Path) -> None:
    """Abbreviations, joined values, comments and braces: keys and authors are those that are printed."""
    printed_ones = json.loads(pandoc.pandoc(["--from=biblatex", "--to=csljson"], AWKWARD, folder=tmp_path)[0])
    families = [[name["family"] for name in item.get("author") or item["editor"]] for item in printed_ones]
    found = read_references(AWKWARD)
    assert [reference.entry.key for reference in found] == [item["id"] for item in printed_ones]
    assert [[author.family for author in reference.authors] for reference in found] == families
    assert found[0].publication == ("Elsevier",)
    (tmp_path / "refs.bib").write_text(AWKWARD, encoding="utf-8")
    assert [(entry.key, entry.line) for entry in entries_in([tmp_path / "refs.bib"])] == [
        *(("joined", 3), ("spaced", 4), ("misc", 6)),
    ]


def test_an_own_reference_is_anonymous_however_it_is_written() -> None:
    """Where its authors are an abbreviation or joined of several too; the key of another changes and nothing else."""
    text, own = without_own(AWKWARD, people_of({"author": "Jane Roe"}), lambda key: f"new-{key}")
    assert own == ["joined", "misc"]
    assert "@Article { new-spaced , title = {A, author" in text
    assert "@misc{new-misc,\n  title" in text


@pytest.mark.parametrize(
    "field",
    [
        "url = {javascript:alert(1)}",
        "url = {JavaScript:alert(1)}",
        "url = {java\tscript:alert(1)}",
        "url = {file:///etc/passwd}",
        "url = {data:text/html,x}",
        "url = {vbscript:x}",
        r"url = {//host/share}",
        r"note = {\href{javascript:alert(1)}{page}}",
    ],
)
@pytest.mark.parametrize("kind", ["misc", "article"])
def test_an_address_that_is_none_of_a_page_is_refused(kind: str, field: str, tmp_path: Path) -> None:
    """A reference makes no link that runs a script or opens a file, in whatever field; the message names it."""
    entry = f"@{kind}{{one, author = {{A, B.}}, title = {{T}}, journal = {{Cancer}}, year = 2020, {field}}}\n"
    (tmp_path / "refs.bib").write_text(entry, encoding="utf-8")
    message = refusal(FRONT + "See [@one].\n", tmp_path)
    assert message.startswith("pandoc could not convert the document: the reference 'one' has the address ")
    assert "which is none of a page. Take it out, or give one that begins with https: or http:." in message


def test_addresses_of_pages_print(tmp_path: Path) -> None:
    """So do those without a scheme."""
    entries = article("A, B.", more=", url = {https://example.org/a:b}")
    assert "https://example.org/a:b" in printed(entries, tmp_path)
    assert "www.example.org" in printed("@misc{one, title = {T}, url = {www.example.org}}", tmp_path)
