"""Authors and affiliations: every form of Quarto's schema means the same."""

from __future__ import annotations

import pytest

from lockstep.base.errors import ReportError
from lockstep.references.authors import Affiliation, Author, Byline, byline
from lockstep.render.front_matter import normalised


def test_no_authors_are_an_empty_byline() -> None:
    """A document need not have authors."""
    assert byline({}) == Byline((), ())
    assert byline({"author": []}) == Byline((), ())


@pytest.mark.parametrize("author", ["A One", ["A One"], {"name": "A One"}, [{"name": {"given": "A", "family": "One"}}]])
def test_a_name_may_be_written_in_several_ways(author: object) -> None:
    """Text, a list, a mapping, or parts of a name: the author is the same."""
    assert byline({"author": author}).authors == (Author(name="A One"),)


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ("software", ("software",)),
        (["software", {"role": "writing", "vocab-term": "x"}, {"supervision": "lead"}],
         ("software", "writing", "supervision (lead)")),
        (None, ()),
    ],
)  # fmt: skip
def test_roles_may_be_written_in_quarto_s_ways(roles: object, expected: tuple[str, ...]) -> None:
    """As text, as a mapping, with the degree of the contribution; normalised for templates they read the same."""
    people = byline({"author": {"name": "A", "roles": roles}})
    assert people.authors[0].roles == expected
    assert byline(normalised({"author": {"name": "A", "roles": roles}})) == people


def test_affiliations_are_numbered_by_first_mention() -> None:
    """Those given by name, by fields and by reference count as one where they are equal, whoever declares them."""
    metadata = {
        "author": [
            {"name": "A", "affiliations": [{"ref": "z"}, "Institute Y"]},
            {"name": "B", "affiliation": {"id": "x", "name": "Hospital X", "department": "Ward"}},
            {"name": "C", "affiliations": [{"name": "Institute Y"}, {"ref": "x"}, {"ref": "x"}]},
        ],
        "affiliations": [{"id": "z", "name": "Z", "country": "Atlantis", "city": "Q"}],
    }
    people = byline(metadata)
    assert [author.affiliations for author in people.authors] == [(1, 2), (3,), (2, 3)]
    assert [(item.number, item.text) for item in people.affiliations] == [
        (1, "Z, Q, Atlantis"),
        (2, "Institute Y"),
        (3, "Ward, Hospital X"),
    ]


def test_what_quarto_normalised_before_reads_the_same() -> None:
    """Its `by-author` gives the byline that its source gives."""
    source = {
        "author": [
            {"name": "A One", "corresponding": True, "email": "a@x", "affiliations": [{"id": "a1", "name": "X"}]},
            {"name": "B Two", "affiliations": [{"ref": "a1"}]},
        ]
    }
    affiliation = {"id": "a1", "number": 1, "letter": "a", "name": "X"}
    normalised = {
        "author": ["A One", "B Two"],
        "by-author": [
            {
                "name": {"literal": "A One", "given": "A", "family": "One"},
                "attributes": {"corresponding": True},
                "email": "a@x",
                "affiliations": [affiliation],
            },
            {"name": {"literal": "B Two"}, "affiliations": [affiliation]},
        ],
        "affiliations": [affiliation],
    }
    assert byline(normalised) == byline(source)
    assert byline(source).affiliations == (Affiliation(id="a1", number=1, parts={"name": "X"}),)


def test_an_unknown_affiliation_is_named_with_the_nearest() -> None:
    """The message says who refers to what, and what there is."""
    metadata = {"author": [{"name": "A", "affiliations": [{"id": "oncology", "name": "X"}, {"ref": "oncolgy"}]}]}
    with pytest.raises(ReportError) as caught:
        byline(metadata)
    assert str(caught.value) == (
        "front matter: author 'A' refers to the affiliation 'oncolgy'; did you mean 'oncology'? "
        "Affiliations with an id: oncology. Give one of them, or add `id: oncolgy` to an affiliation."
    )


def test_an_author_without_a_name_is_an_error() -> None:
    """The message shows how a name is written."""
    with pytest.raises(ReportError, match=r"an author has no name; write `author: - name: Given Family`"):
        byline({"author": [{"email": "a@x"}]})
