"""Names of authors: whatever way one is written, it is understood once, for every output, or refused with the form."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from typst_pages import FONTS, read, typst_source
from word_files import outline, para, word_file

from lockstep.anonymisation.document import WORD, anonymised_source
from lockstep.anonymisation.identity import find_words, identifying_words
from lockstep.base.errors import ReportError
from lockstep.pdf.byline import with_byline
from lockstep.pdf.typst import compile_pdf
from lockstep.qmd.source import parse
from lockstep.references.authors import byline
from lockstep.references.names import AuthorName, understood
from lockstep.references.own_references import people_of, read_references, without_own
from lockstep.render.front_matter import normalised, plain_metadata
from lockstep.render.pandoc import read_markdown
from lockstep.word_layout.finishing import finish_docx


def name(given: str, family: str, **others: Any) -> AuthorName:
    """Return a name whose literal is its parts in their order."""
    parts = (given, others.get("particle", ""), family, others.get("suffix", ""))
    return AuthorName(given=given, family=family, **{"literal": " ".join(filter(None, parts)), **others})


UNDERSTOOD = {
    "Max Planck": name("Max", "Planck"),
    "Max Planck, MD, PhD": name("Max", "Planck", degrees=("MD", "PhD")),
    "Max Planck, M.D. Ph.D.": name("Max", "Planck", degrees=("M.D.", "Ph.D.")),
    "Hans Schmidt MD": name("Hans", "Schmidt", degrees=("MD",)),
    "Hans Müller, Dr. med.": name("Hans", "Müller", degrees=("Dr. med.",)),
    "Ada Byron, FRCS (Orth)": name("Ada", "Byron", degrees=("FRCS (Orth)",)),
    "Martin Luther King, Jr.": name("Martin Luther", "King", suffix="Jr."),
    "Martin Luther King III": name("Martin Luther", "King", suffix="III"),
    "King, Jr., Martin Luther": name("Martin Luther", "King", suffix="Jr."),
    "Zhang, Wei": name("Wei", "Zhang"),
    "Wei Zhang (张伟), MD": name("Wei", "Zhang", literal="Wei Zhang (张伟)", degrees=("MD",)),
    "LI Wei": name("Wei", "LI", literal="LI Wei"),
    "Ana GARCÍA LÓPEZ": name("Ana", "GARCÍA LÓPEZ"),
    "JANE DOE": name("JANE", "DOE"),
    "JA Smith": name("JA", "Smith"),
    "Smith, John, MD": name("John", "Smith", degrees=("MD",)),
    "Ana García López": name("Ana", "García López"),
    "García López, Ana": name("Ana", "García López"),
    "José Ortega y Gasset": name("José", "Ortega y Gasset"),
    "van der Graaf, W.T.A.": name("W.T.A.", "Graaf", particle="van der"),
    "W. T. A. van der Graaf": name("W. T. A.", "Graaf", particle="van der"),
    "Juan De La Cruz": name("Juan", "Cruz", particle="De La"),
    "Jan van 't Hoff": name("Jan", "Hoff", particle="van ’t"),
    "O'Brien, Conor": name("Conor", "O’Brien"),
    "Madonna": name("", "Madonna"),
    "张伟": name("", "张伟"),
    "Cafe\u0301 Noe\u0308": name("Café", "Noë"),
    "Sarcoma Study Group": AuthorName(literal="Sarcoma Study Group", group=True),
    "for the EORTC Investigators": AuthorName(literal="for the EORTC Investigators", group=True),
}

REFUSED = {
    "Dr Li": "begins with a title",
    "Prof. Dr. med. Anna Müller": "begins with a title",
    "Schmidt, MD": "whether 'MD' is a degree or initials",
    "Yo-Yo MA": "whether 'MA' is a degree or part of the name",
    "Smith JA": "whether 'JA' is the family name or initials",
    "Smith J.A.": "whether 'J.A.' is the family name or an initial",
    "Kumar V": "whether 'V' is the family name or an initial",
    "Xi Jinping": "which of its words is the family name",
    "Kim Min-jun": "which of its words is the family name",
    "Max Planck, Director": "what 'Director' is",
    "Max Planck and Otto Hahn": "holds 'and'",
    "Max Planck; Otto Hahn": "holds ';'",
    "Max Planck*": "holds '*'",
    "Max Planck <max@example.org>": "holds '<'",
    "Max Planck^1^": "holds '^'",
    ",": "what the family name is",
    "- -": "what the family name is",
    "": "an author has no name",
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_a_text_is_a_name_with_its_parts(text: str) -> None:
    """Degrees, suffix, particles, order and capitals are distinguished."""
    assert understood(text) == UNDERSTOOD[text]


@pytest.mark.parametrize("text", REFUSED)
def test_a_text_that_may_be_read_in_two_ways_is_refused_with_its_line(text: str) -> None:
    """The message has the line, what is unclear, and how to write the name."""
    document = parse(f'---\ntitle: T\nauthor:\n  - name: "{text}"\n---\n', path=Path("report.qmd"))
    with pytest.raises(ReportError) as caught:
        byline(document.front_matter, at=document.at)
    said = str(caught.value)
    assert said.startswith("report.qmd:4: " if text else "report.qmd:3: ")
    assert REFUSED[text] in said
    assert "`name: " in said or "`author: - name: Given Family`" in said


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_a_name_is_the_same_after_normalising_and_pandoc(text: str) -> None:
    """What both renderers return gives the authors that the front matter gives, part by part."""
    front = {"author": [{"name": text, "equal-contributor": True, "deceased": True, "affiliations": ["A & B <X> *1"]}]}
    people = byline(front)
    after = byline(plain_metadata(read_markdown("", normalised(front), folder=Path())["meta"]))
    assert after == people
    assert [one.parts.short for one in after.authors] == [one.parts.short for one in people.authors]
    assert after.affiliations[0].text == "A & B <X> *1"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {"given": "Willem", "dropping-particle": "de", "non-dropping-particle": "van", "family": "Berg"},
            AuthorName(literal="Willem de van Berg", given="Willem", dropping="de", particle="van", family="Berg"),
        ),
        ({"given": "W", "family": "van der Graaf"}, name("W", "Graaf", particle="van der")),
        ({"given": "Martin", "family": "King", "suffix": "Jr."}, name("Martin", "King", suffix="Jr.")),
        ({"literal": "Sarcoma Study Group"}, AuthorName(literal="Sarcoma Study Group", group=True)),
        ({"literal": "Jane & John 2"}, AuthorName(literal="Jane & John 2", group=True)),
        ({"literal": "Zhang Wei", "given": "Wei", "family": "Zhang"}, name("Wei", "Zhang", literal="Zhang Wei")),
    ],
)
def test_a_name_may_be_given_in_parts(parts: dict[str, str], expected: AuthorName) -> None:
    """CSL's parts, which Quarto takes; `literal` prints as it stands."""
    assert understood(parts) == expected


@pytest.mark.parametrize(
    ("author", "line", "said"),
    [
        ("- name: {famly: X}", 4, "the part 'famly'; did you mean 'family'?"),
        ("- name: {given: X}", 4, "has no `family`"),
        ("- name: Ada Byron\n    degree: MD", 5, "has 'degree', which is not printed; did you mean 'degrees'?"),
        ("- name: Ada Byron\n    note: Now elsewhere", 5, "has 'note', which is not printed"),
        ("- name: Ada Byron\n    corresponding: no", 5, "`corresponding` is 'no'; write true or false"),
        ("- name: Ada Byron\n    email: a at x", 5, "`email` is 'a at x'"),
        ("- name: Ada Byron\n    orcid: 0000-0002-1825-0098", 5, "its last digit does not fit the others"),
        ("- name: Ada Byron\n    orcid: '1234'", 5, "`orcid` is '1234'; expected one such as 0000-0002-1825-0097"),
        ("- name: Ada Byron\n    affiliation: The *Pasteur*", 5, "'*Pasteur*' is markup"),
        ("- name: Ada Byron\n    affiliation: X<sup>1</sup>", 5, "'<sup>' is markup"),
        ("- name: Ada Byron\n    affiliation: X &amp; Y", 5, "'&amp;' is markup"),
        ("- name: Ada Byron\n    affiliations: [{ref: lab}]", 5, "refers to the affiliation 'lab'"),
    ],
)
def test_what_would_not_be_printed_as_meant_is_refused_with_its_line(author: str, line: int, said: str) -> None:
    """Unknown keys, wrong values and markup are not left out silently."""
    document = parse(f"---\ntitle: T\nauthor:\n  {author}\n---\n", path=Path("report.qmd"))
    with pytest.raises(ReportError) as caught:
        byline(document.front_matter, at=document.at)
    assert str(caught.value).startswith(f"report.qmd:{line}: ")
    assert said in str(caught.value)


@pytest.mark.parametrize("given", ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097", "0000000218250097"])
def test_an_orcid_is_printed_in_one_form(given: str) -> None:
    """Sixteen digits in fours, whichever way it is given."""
    assert byline({"author": {"name": "Ada Byron", "orcid": given}}).authors[0].orcid == "0000-0002-1825-0097"


FRONT: dict[str, Any] = {
    "title": "T",
    "author": [
        {
            "name": "Max Planck, MD, PhD",
            "corresponding": True,
            "equal-contributor": True,
            "affiliations": ["A <X> & *"],
        },
        {"name": "van der Graaf, W.T.A.", "equal-contributor": True, "affiliations": ["B"]},
        {"name": "Martin Luther King, Jr.", "deceased": True, "affiliations": ["B"]},
        {"name": {"literal": "Sarcoma Study Group"}},
    ],
}
LINE = "Max Planck, MD, PhD1,*,†; W.T.A. van der Graaf2,†; Martin Luther King Jr.2,‡; Sarcoma Study Group"
NOTES = ("† These authors contributed equally.", "‡ Deceased.")


def test_pdf_and_word_file_print_the_same_line_of_authors(tmp_path: Path) -> None:
    """Names, degrees, raised marks, notes and running head agree, whatever a renderer made of the names."""
    path = word_file(tmp_path / "report.docx", para("T", "Title") + para("Text"))
    finish_docx(path, metadata=FRONT)
    said = outline(path)
    assert said[1:4] == [f"Author: {LINE}", "Affiliation: 1 A <X> & *", "Affiliation: 2 B"]
    assert [f"Correspondence: {note}" for note in NOTES] == said[5:7]

    source = typst_source("Text.\n\n" * 150, title="T", author=["As a renderer has it"], lang="en")
    compile_pdf(with_byline(source, byline(FRONT)), tmp_path / "report.pdf", root=tmp_path, fonts=FONTS)
    pages = read(tmp_path / "report.pdf")
    first = pages[0].words()
    for text in (LINE, "1 A <X> & *", *NOTES):
        assert text in first, text
    assert "Planck et al." in pages[1].words()


def test_a_template_without_a_place_for_authors_stays_as_it_is() -> None:
    """A study's own template keeps its own authors."""
    assert with_byline("#let a = 1", byline(FRONT)) == "#let a = 1"
    assert with_byline("// byline\n  x\n  // end of byline", byline({})) == "// byline\n  x\n  // end of byline"


# ---- the anonymised copy -----------------------------------------------------------------------------------------

BIB = {
    "Max Planck, MD, PhD": "Planck, M.",
    "Martin Luther King, Jr.": "King, Jr., Martin L.",
    "Zhang, Wei": "W. Zhang",
    "Zhang Wei": "Zhang, W.",  # either may be the family name
    "Wei Zhang": "Zhang, Wei",
    "Hans Schmidt MD": "Schmidt, H.",
    "Ana García López": "Garcia-Lopez, A.",
    "Mary Jane Watson": "Jane Watson, M.",
    "van der Graaf, W.T.A.": "{van der Graaf}, W. T. A.",
    "W.T.A. van der Graaf": "Graaf, W. T. A. van der",
    "Jörg Müller": "Mueller, J.",
    "Søren Jørgensen": "Joergensen, S.",
    "Anna Müller-Huber": 'M{\\"u}ller-Huber, Anna',
    "LI Wei": "Li, Wei",
    "张伟": "张伟",
    "Sarcoma Study Group": "{Sarcoma Study Group}",
    "for the Sarcoma Study Group (SSG)": "{Sarcoma Study Group}",
}


@pytest.mark.parametrize("text", BIB)
def test_references_of_every_author_are_removed(text: str) -> None:
    """However a name is written above the paper and in the list of references, its work is anonymous; others' stays."""
    bib = (
        f"@article{{own, author = {{{BIB[text]} and Roe, R.}}}}\n@article{{other, author = {{Roe, R. and Poe, E.}}}}\n"
    )
    people = people_of({"author": text})
    assert without_own(bib, people)[1] == ["own"]
    assert [reference.entry.key for reference in read_references(without_own(bib, people)[0])] == ["own", "other"]


SAID = {
    "Max Planck, MD, PhD": ("Planck's law", "PLANCK", "Max-Planck", "M. Planck", "Planck M", "planck2020.csv"),
    "Martin Luther King, Jr.": ("King et al.", "Luther King", "M King"),
    "Zhang, Wei": ("Zhang's rule", "Wei Zhang", "W Zhang"),
    "Zhang Wei": ("Zhang W", "Wei Zhang", "Zhang Wei"),
    "Ana García López": ("García showed", "Lopez AG", "García-López", "A. Garcia"),
    "van der Graaf, W.T.A.": ("Graaf WTA", "van der Graaf", "VAN DER GRAAF"),
    "Jörg Müller": ("Mueller", "Muller", "MÜLLER"),
    "Søren Jørgensen": ("Jorgensen", "Joergensen"),
    "Åse Håland": ("Haaland", "Haland"),
    "Anna Müller-Huber": ("Müller", "Huber's"),
    "张伟": ("我们感谢张伟和其他人",),
    "김민준": ("김민준은",),
    "Wei Zhang (张伟)": ("张伟等",),
    "Sarcoma Study Group": ("the sarcoma study group",),
    "for the Sarcoma Study Group (SSG)": ("the SARCOMA Study Group", "SSG's"),
    "Hans Otto Schmidt MD": ("H. Schmidt", "H. O. Schmidt", "HO Schmidt", "Schmidt HO", "Schmidt, H.O."),
}


@pytest.mark.parametrize("text", SAID)
def test_no_part_of_a_name_stays_in_the_text(text: str) -> None:
    """Possessives, hyphens, capitals, initials, other spellings, parts of compound names: all are found and removed."""
    words = identifying_words({"author": text}, this_machine=False)
    for said in SAID[text]:
        assert any(find_words(said, words)), said
        blind = anonymised_source(f"We {said} here.\n", words).text
        assert WORD in blind
        assert not any(find_words(blind, words)), blind


@pytest.mark.parametrize("said", SAID["Hans Otto Schmidt MD"])
def test_no_initial_stays_beside_a_name_that_was_removed(said: str) -> None:
    """It goes with the name, and a possessive keeps its apostrophe."""
    words = identifying_words({"author": "Hans Otto Schmidt MD"}, this_machine=False)
    blind = anonymised_source(f"By {said}, and Schmidt's.\n", words).text
    assert blind.replace("].,", "],") == "By [removed], and [removed]’s.\n"


def test_degrees_and_suffixes_are_no_words_to_look_for() -> None:
    """A text may speak of an MD, and of Jr."""
    words = identifying_words({"author": ["Max Planck, MD, PhD", "Martin King, Jr."]}, this_machine=False)
    text = "An MD or PhD, Jr."
    assert anonymised_source(text, words).text == text


def test_a_front_matter_of_every_kind_is_blinded() -> None:
    """Names, addresses, numbers of a full front matter are nowhere in the copy, its own front matter included."""
    text = textwrap.dedent("""\
        ---
        title: T
        author:
          - name: "Max Planck, MD, PhD"
            orcid: https://orcid.org/0000-0002-1825-0097
            email: mp@example.org
            affiliations: [{name: Institute <X>, city: Göttingen}]
          - name: {given: Ana, family: García López}
        ---

        Planck's and GARCIA's work in Goettingen at Institute <X> (0000000218250097, mp@example.org).
        """)
    document = parse(text, path=Path("report.qmd"))
    words = identifying_words(document.front_matter, text=text, this_machine=False)
    blind = anonymised_source(text, words).text
    assert not any(find_words(blind, words))
    for word in ("Planck", "GARCIA", "ttingen", "1825", "example.org", "<X>"):
        assert word not in blind
