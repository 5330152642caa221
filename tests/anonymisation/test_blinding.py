"""The anonymised copy: source, reference list, labels and pictures without a trace of the authors."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from lockstep.anonymisation.document import SENTENCE, WORD, anonymised_front_matter, anonymised_source
from lockstep.anonymisation.files import anonymised_bibliography, anonymised_pictures, anonymised_study, new_keys
from lockstep.anonymisation.identity import find_words, identifying_words, numbers_of_prose
from lockstep.anonymisation.image_metadata import without_metadata
from lockstep.base.errors import ReportError
from lockstep.references.own_references import Person, people_of, read_references, without_own

FRONT: dict[str, Any] = {
    "title": "A study^[With thanks to Zoë Quistgaard.]",
    "author": [
        {
            "name": "Zoë Quistgaard",
            "email": "zq@northern.example",
            "orcid": "0000-0002-1825-0097",
            "affiliations": [
                {"name": "Northern Light Hospital", "department": "Department of Repairs", "city": "Tromsø"}
            ],
        },
        {"name": {"given": "Bo", "family": "Li"}},
        {"name": "Ann Young"},
    ],
    "funding": [{"statement": "Grant agreement 01KT2103", "awards": [{"id": "R01 CA123456"}]}],
    "ethics": "Approved by the committee, EK-2019/114, in 2019",
    "registration": "German register, DRKS00012345",
    "blind": ["Northern registry"],
    "status": "Draft of Quistgaard",
    "description": "About repairs.",
    "keywords": ["repair", "Tromsø"],
}
BIB = r"""
@article{quistgaard2020, author = {Quistgaard, Z. and Smith, John}, title = {Old {work}}, doi = {10.1/own}}
@article{li2019, author = {Li, Xiang}, title = {Other}}
@article{own2, author = "B. Li and {\O}rsted, H{\"a}ns", title = "Mine"}
@comment{ @article{no, author = {Quistgaard, Z}} }
"""
TEXT = "The young patients. Li et al. showed this."


def words() -> tuple[str, ...]:
    """Return the words that identify the authors above."""
    return identifying_words(FRONT, BIB, text=TEXT, this_machine=False)


def blind(body: str, **options: Any) -> str:
    """Return the blinded body of a document without front matter."""
    return anonymised_source(textwrap.dedent(body), words(), **options).text


def test_all_that_the_front_matter_tells_is_looked_for() -> None:
    """Names, addresses, numbers and declared words; no family name that is somebody else's or an ordinary word."""
    found = words()
    for word in (
        *("Zoë Quistgaard", "Quistgaard", "Bo Li", "B Li", "Li B", "Ann Young", "Young A", "zq@northern.example"),
        *("0000-0002-1825-0097", "Northern Light Hospital", "Department of Repairs", "Tromsø", "R01 CA123456"),
        *("01KT2103", "EK-2019/114", "DRKS 00012345", "Northern registry", "10.1/own"),
    ):
        assert word in found, word
    assert "Li" not in found
    assert "Young" not in found
    assert "2019" not in found


@pytest.mark.parametrize("name", ["Zoë Quistgaard ", " Zoë  Quistgaard", "Zoë\u00a0Quistgaard"])
def test_space_around_a_name_hides_nobody(name: str) -> None:
    """Whatever space stands in the front matter, the family name is looked for."""
    assert people_of({"author": name}) == (Person("Quistgaard", "Zoë"),)
    assert "Quistgaard" in identifying_words({"author": name}, this_machine=False)


def test_a_name_counts_by_itself_where_nobody_else_has_it() -> None:
    """Without the other Li in the reference list and the young patients, both names are looked for."""
    assert "Young" in identifying_words(FRONT, this_machine=False)
    assert "Li" not in identifying_words(FRONT, this_machine=False)  # too short


def test_who_runs_the_program_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Paths tell the user's name; names that belong to nobody do not."""
    monkeypatch.setattr("getpass.getuser", lambda: "zquist")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "root")
    found = identifying_words({})
    assert found == ("zquist",)


def test_statements_that_tell_are_removed_by_bold_opening() -> None:
    """Each keeps its opening, and says that it was removed; the line of what follows stays."""
    for opening in ("Funding", "Author contributions", "Acknowledgments", "Acknowledgements", "Conflicts of interest"):
        assert blind(f"**{opening}.** We\nmuch *thank* all.\n\nNext.") == f"**{opening}.** {SENTENCE}\n\n\nNext."
    assert blind('**`{python} r.heading("Funding")`.** None.') == f'**`{{python}} r.heading("Funding")`.** {SENTENCE}'


@pytest.mark.parametrize(
    "name",
    [
        *("Funding/Support", "Funding and support", "Primary Funding Source", "Financial support and sponsorship"),
        *("Role of the Funder/Sponsor", "Role of the funding source", "Sources of support", "Sponsor", "Grants"),
        *(
            "Conflict of Interest Disclosures",
            "Declaration of competing interest",
            "Competing interests",
            "Disclosures",
        ),
        *("Author Contributions", "Authors’ contributions", "Additional Contributions", "Statement of authorship"),
        *("Acknowledgements", "Contributors", "Collaborators", "Group Information", "Guarantor"),
        *("Corresponding author", "Correspondence to", "Reprint requests", "Prior presentation", "Presented at"),
    ],
)
def test_statements_are_known_by_the_names_that_journals_have_for_them(name: str) -> None:
    """Nobody can list the sponsors, colleagues and meetings that such a statement names: it is removed whole."""
    for text in (f"**{name}.** The Polar Fund.\n", f"## {name}\n\nThe Polar Fund.\n"):
        told = anonymised_source(text, ()).text
        assert SENTENCE in told
        assert "Polar" not in told


@pytest.mark.parametrize("name", ["Presentation", "Support vector machines", "Role of surgery", "Author", "Results"])
def test_other_sections_stay(name: str) -> None:
    """A section is removed for its whole name, not for a word in it."""
    text = f"## {name}\n\nThe Polar Fund.\n"
    assert (anonymised_source(text, ()).text == text) == (name != "Author")


def test_statements_that_tell_are_removed_by_heading() -> None:
    """The whole section goes, up to the next heading or the reference list."""
    body = """\
    # Declarations

    ## Funding {.unnumbered}

    We were funded.

    - richly

    ## Methods of funding research

    Stays.
    """
    new = blind(body)
    assert new.split("\n")[2:7] == ["## Funding {.unnumbered}", "", SENTENCE, "", ""]
    assert "richly" not in new
    assert new.rstrip().endswith("Stays.")
    assert blind("# Funding\nWe.\n\n# Next\n") == f"# Funding\n\n{SENTENCE}\n\n# Next\n"


@pytest.mark.parametrize(
    ("text", "removed"),
    [
        ("**Ethics.** Not applicable.", False),
        ("**Ethics approval.** Approved (IRB no. 2019-114).", True),
        ("**Ethics.** The board of the Northern Light Hospital agreed.", True),
        ("**Data availability.** All data are in the article.", False),
        ("**Data and code availability.** See https://github.com/somebody/repository.", True),
        ("**Trial registration.** ClinicalTrials.gov NCT01234567.", True),
        ("**Clinical trial registration number:** ISRCTN 12345678.", True),
        ("**Registration.** The study was not registered.", False),
        ("**Background.** Whether https://example.org helps is uncertain.", False),
    ],
)
def test_statements_that_may_tell_are_removed_where_they_do(text: str, *, removed: bool) -> None:
    """A number, an address or a name makes the difference."""
    assert (SENTENCE in blind(text)) is removed


def test_what_the_authors_mark_is_removed() -> None:
    """Spans become a word, divs a sentence."""
    assert blind("At [our [own] centre]{.identifying} we did.") == f"At {WORD} we did."
    assert blind("::: {.identifying}\nWho\n\nwe are.\n:::\nNext.") == f"{SENTENCE}\n\n\n\n\nNext."


@pytest.mark.parametrize(
    "text",
    ["## Our clinic {.identifying}\n\nText.\n", "![Ours](x.png){.identifying}\n", "`code`{.identifying} here\n"],
)
def test_a_mark_that_would_be_without_effect_is_refused(text: str) -> None:
    """What the authors mark never stays in the copy: where a mark is not understood, its line is named."""
    with pytest.raises(ReportError, match=r"^report\.qmd:2: what is marked as \.identifying here would stay"):
        anonymised_source(f"\n{text}", ())


def test_marked_words_may_hold_links_and_brackets() -> None:
    """A link inside of a mark, with brackets in its words, goes with it."""
    text = "Seen [at [our clinic [in the town]](https://a.example) here]{.identifying} in 2020."
    assert anonymised_source(text, ()).text == f"Seen {WORD} in 2020."


def test_what_stands_in_a_comment_is_no_heading() -> None:
    """A statement that the authors have put aside does not take the section after it along."""
    text = "<!--\n## Funding\n-->\n\nResults stay.\n"
    assert anonymised_source(text, ()).text == text


def test_words_are_replaced_wherever_they_stand_and_told_with_their_line() -> None:
    """In text, headings, captions, notes, alternative texts and tables; code and references stay."""
    body = """\
    # Work at Tromso

    We (Z. Quistgaard) used `{python} r.n("quistgaard.count")` at the Northern
    Light Hospital [@quistgaard2020; @li2019], see @fig-quistgaard.

    ```{python}
    quistgaard = 1
    ```

    ::: {#fig-quistgaard}
    ![](images/quistgaard.png){fig-alt="Map of Tromsø"}

    By Quistgaard^[Quistgaard.]
    :::
    """
    result = anonymised_source(textwrap.dedent(body), words(), renamed={"quistgaard2020": "removed1"})
    assert result.text == textwrap.dedent(
        f"""\
        # Work at {WORD}

        We ({WORD}) used `{{python}} r.n("quistgaard.count")` at the {WORD}
         [@removed1; @li2019], see @fig-quistgaard.

        ```{{python}}
        quistgaard = 1
        ```

        ::: {{#fig-quistgaard}}
        ![](images/quistgaard.png){{fig-alt="Map of {WORD}"}}

        By {WORD}^[{WORD}.]
        :::
        """
    )
    assert [(item.line, item.what) for item in result.removed] == [
        (1, "Tromso"),
        (3, "Z. Quistgaard"),
        (3, "Northern Light Hospital"),
        (11, "Tromsø"),
        (13, "Quistgaard"),
        (13, "Quistgaard"),
    ]


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Write to a.b@c.example.", "Write to [removed]."),
        ("ORCID 0000-0001-2345-678X, https://orcid.org/0000-0001-2345-678X", "ORCID [removed], [removed]"),
        ("Supported by grant no. ABC-123/4 (R01 CA123456).", "Supported by grant no. [removed] ([removed])."),
        ("The ethics committee of the hospital (reference EK 12/345) agreed.", None),
        ("Approved (IRB 2019-114).", "Approved (IRB [removed])."),
        ("RECIST 1.1, ethics in 2019, 5 projects, protocol of 2020, funding of 12 years.", "same"),
        ("Registered as NCT01234567 and CRD 42020123456.", "Registered as [removed] and [removed]."),
        ("[its entry](https://clinicaltrials.gov/study/NCT01234567)", "its entry"),
        ("<https://www.isrctn.com/ISRCTN12345678>", "[removed]"),
        ("It was registered at the faculty (no. F-2024/17).", "It was registered at the faculty (no. [removed])."),
        ("The registry has 1234 patients of 2019.", "same"),
        ("[our code](https://example.org/quistgaard)", "our code"),
        ("<https://example.org/quistgaard> and https://example.org/ok", "[removed] and https://example.org/ok"),
    ],
)
def test_numbers_and_addresses_are_found_by_their_patterns(text: str, new: str | None) -> None:
    """Grants, approvals, e-mails, ORCIDs and links, wherever they stand; ordinary numbers are left alone."""
    expected = {"same": text, None: text.replace("12/345", WORD)}.get(new, new)
    assert blind(text) == expected


def test_the_front_matter_keeps_what_does_not_tell() -> None:
    """No author, funding, ethics, registration or declared words; the title without its note's name."""
    new = anonymised_front_matter(FRONT | {"format": {"docx": {"author": "Z"}}, "lang": "en"}, words())
    assert new == {
        "title": f"A study^[With thanks to {WORD}.]",
        "description": "About repairs.",
        "keywords": ["repair", WORD],
        "format": {"docx": {}},
        "lang": "en",
    }


def test_own_references_are_anonymous_and_keep_their_place() -> None:
    """Family name and initial decide; somebody else of that name stays."""
    people = people_of(FRONT)
    assert people == (Person("Quistgaard", "Zoë"), Person("Li", "Bo"), Person("Young", "Ann"))
    assert [reference.entry.key for reference in read_references(BIB)] == ["quistgaard2020", "li2019", "own2"]
    assert read_references(BIB)[2].authors == (Person("Li", "B."), Person("Ørsted", "Häns"))
    text, own = without_own(BIB, people)
    assert own == ["quistgaard2020", "own2"]
    assert "Old" not in text
    assert "Mine" not in text
    assert [reference.entry.key for reference in read_references(text)] == ["quistgaard2020", "li2019", "own2"]


def test_a_key_that_tells_is_another_key() -> None:
    """It would stand in bookmarks and link targets."""
    keys = new_keys({"a.bib": BIB}, words())
    assert keys == {"quistgaard2020": "removed1"}
    assert "@misc{removed1," in anonymised_bibliography(BIB, people_of(FRONT), keys)


def test_the_entry_of_a_registry_is_cited_without_its_number() -> None:
    """Its author is the registry, not one of the authors, and its key tells as much."""
    bib = "@misc{nct01234567, author = {{ClinicalTrials.gov}}, title = {Repair}, note = {NCT01234567}}\n"
    keys = new_keys({"a.bib": bib}, identifying_words({}, bib, this_machine=False))
    new = anonymised_bibliography(bib, people_of(FRONT), keys)
    assert new == "@misc{removed1, author = {{ClinicalTrials.gov}}, title = {Repair}, note = {[removed]}}\n"


def test_labels_of_the_study_are_scrubbed_and_names_are_not() -> None:
    """What is printed changes; what the data know stays."""
    text = textwrap.dedent(
        """\
        [data]
        file = "quistgaard.csv"
        [columns.tromso]
        label = "Seen in Tromsø"
        levels = { Quistgaard = "By Dr. Quistgaard", other = "By others" }
        levels2 = 'Tromsø'
        [[eligibility]]
        keep = "tromso == 'Quistgaard'"
        reason = 'not of the Northern registry'
        note = "from NCT01234567"
        """
    )
    assert anonymised_study(text, words()) == text.replace('"Seen in Tromsø"', f'"Seen in {WORD}"').replace(
        '"By Dr. Quistgaard"', f'"By Dr. {WORD}"'
    ).replace("'not of the Northern registry'", f"'not of the {WORD}'").replace("NCT01234567", WORD)
    assert anonymised_study(text, ("Nobody",)) == text.replace("NCT01234567", WORD)


def test_pictures_come_under_other_names_without_metadata(tmp_path: Path) -> None:
    """PNG, JPEG and SVG keep their pixels; the file's name and what it tells are gone."""
    study, place = tmp_path / "study", tmp_path / "stage"
    (study / "images").mkdir(parents=True)
    place.mkdir()
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Quistgaard")
    exif = Image.Exif()
    exif[0x013B] = "Quistgaard"
    Image.new("RGB", (3, 2), "red").save(study / "images" / "quistgaard.png", pnginfo=told)
    Image.new("RGB", (3, 2), "red").save(study / "images" / "two.jpg", exif=exif, comment=b"Quistgaard")
    (study / "images" / "three.svg").write_text('<svg width="1"><metadata>Quistgaard</metadata><path d="M1"/></svg>')
    text = "![](images/quistgaard.png)\n![c](images/two.jpg){#fig-x} ![](images/three) ![](https://a.example/b.png)"
    assert anonymised_pictures(text, study, place) == (
        "![](blinded-pictures/picture1.png)\n![c](blinded-pictures/picture2.jpg){#fig-x} "
        "![](blinded-pictures/picture3) ![](https://a.example/b.png)"
    )
    files = sorted((place / "blinded-pictures").iterdir())
    assert [file.name for file in files] == ["picture1.png", "picture2.jpg", "picture3.svg"]
    for file, original in zip(files[:2], ("quistgaard.png", "two.jpg"), strict=True):
        assert b"Quistgaard" not in file.read_bytes()
        with Image.open(file) as new, Image.open(study / "images" / original) as old:
            assert list(new.convert("RGB").tobytes()) == list(old.convert("RGB").tobytes())
    assert files[2].read_text() == '<svg width="1"><path d="M1"/></svg>'


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0, "restart_marker_blocks": 1}])
def test_pictures_behind_the_first_of_a_jpeg_are_gone(options: dict[str, Any]) -> None:
    """Telephones put a second picture, with metadata of its own, behind the one that is shown."""
    exif = Image.Exif()
    exif[0x013B] = "Quistgaard"
    first, whole = io.BytesIO(), io.BytesIO()
    picture = Image.effect_noise((60, 40), 90)
    picture.save(first, "JPEG", exif=exif, **options)
    picture.save(whole, "MPO", save_all=True, append_images=[picture], exif=exif)
    for content in (first.getvalue() * 2, whole.getvalue()):
        cleared = without_metadata(content, name="a.jpg")
        assert b"Quistgaard" not in cleared
        assert cleared.count(b"\xff\xd9") == 1
        with Image.open(io.BytesIO(cleared)) as new, Image.open(io.BytesIO(content)) as old:
            assert new.tobytes() == old.tobytes()


def test_what_a_drawing_program_adds_to_an_svg_is_gone() -> None:
    """Inkscape writes the whole path of an exported file, at any depth; what is drawn, labels in HTML too, stays."""
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:i="http://ink.example">'
        '<i:view name="Quistgaard"/><g i:export="/home/quistgaard/a.png" id="g"><use xlink:href="#g"/></g>'
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">Label</p></foreignObject></svg>'
    )
    cleared = without_metadata(drawn.encode(), name="a.svg").decode()
    assert "uistgaard" not in cleared
    assert all(kept in cleared for kept in ('id="g"', 'xlink:href="#g"', "Label</p>"))
    with pytest.raises(ReportError, match=r"^a\.svg cannot be read as SVG"):
        without_metadata(b"<svg><g></svg>", name="a.svg")


def test_a_picture_that_cannot_be_cleared_is_refused() -> None:
    """A GIF could tell anything."""
    buffer = io.BytesIO()
    Image.new("P", (1, 1)).save(buffer, "GIF")
    with pytest.raises(ReportError, match=r"a\.gif: only PNG, JPEG and SVG"):
        without_metadata(buffer.getvalue(), name="a.gif")


def test_initials_need_something_between_them_and_the_name() -> None:
    """Neither "Authors" nor "the journal's author" is S. Author."""
    for text in ("Authors", "the journal's author"):
        assert list(find_words(text, ["S Author", "Author S"])) == []
    assert [item.word for item in find_words("by S. Author", ["S Author"])] == ["S Author"]


def test_numbers_of_prose_are_told_by_kind() -> None:
    """What kind of number it is stands beside it."""
    text = "Grant 01KT2103; x@y.example"
    assert {(item.word, text[item.start : item.end]) for item in numbers_of_prose(text)} == {
        ("e-mail address", "x@y.example"),
        ("grant number", "01KT2103"),
    }


def test_a_publisher_of_an_authors_name_is_no_trace() -> None:
    """A house, a city or a journal in the reference list keeps its name; the author is found with the first name."""
    front = {"author": ["Anna Springer", "Max Langenbeck", "Eva Quist"]}
    entries = (
        "@book{a, author = {Smith, J.}, title = {T}, publisher = {Springer}, address = {Berlin}, year = 2011}\n"
        "@article{b, author = {Smith, J.}, title = {T}, journal = {Langenbeck's Archives of Surgery}, year = 2011}\n"
    )
    found = set(identifying_words(front, entries, text="", this_machine=False))
    assert {"Springer", "Langenbeck"}.isdisjoint(found)
    assert {"Anna Springer", "A Springer", "Springer A", "Max Langenbeck", "Quist"} <= found
