"""The anonymised copy: its source and front matter without a trace of the authors."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from anonymised_authors import FRONT, blind, words

from lockstep.anonymisation.document import SENTENCE, WORD, anonymised_front_matter, anonymised_source
from lockstep.anonymisation.identity import find_words, identifying_words, numbers_of_prose
from lockstep.base.errors import ReportError
from lockstep.references.own_references import Person, people_of


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


@pytest.mark.parametrize(
    "author",
    [
        {"name": "First Author (to be written)", "affiliations": [{"name": "Institution (to be written)"}]},
        {
            "name": {"literal": "[To be written]"},
            "affiliations": [{"name": "[To be written: hospital]", "city": "To be added"}],
        },
        {"name": {"given": "First", "family": "Author, to be written"}},
    ],
)
def test_who_is_still_to_be_written_identifies_nobody(author: dict[str, Any]) -> None:
    """The placeholders of a new study leave no word to remove: what is to be written elsewhere stays in the copy."""
    assert identifying_words({"author": author}, this_machine=False) == ()
    text = "[To be written: what is known.] The first author wrote."
    assert list(find_words(text, identifying_words({"author": author}, this_machine=False))) == []
    assert people_of({"author": [author, "Zoë Quistgaard"]}) == (Person("Quistgaard", "Zoë"),)


def test_the_address_of_who_is_to_be_written_is_still_looked_for() -> None:
    """Only the placeholder itself is nobody's."""
    author = {"name": "Author (to be written)", "email": "zq@northern.example", "affiliations": [{"city": "Tromsø"}]}
    assert identifying_words({"author": author}, this_machine=False) == ("zq@northern.example", "Tromsø")


def test_who_runs_the_program_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Paths hold the user's name; names that belong to nobody do not."""
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
