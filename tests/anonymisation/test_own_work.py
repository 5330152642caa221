"""What lets the authors of a blinded manuscript be guessed: their earlier work, their initials."""

from __future__ import annotations

import pytest

from lockstep.anonymisation.self_citation import self_citations
from lockstep.word.reading import Paragraph
from lockstep.word.text import ManuscriptText

FRONT = {"author": [{"name": "Wilhelmina Zorrberg"}, {"name": "Anna Maria Lee"}, {"name": "Plato"}]}


def told(words: str) -> tuple[str, ...]:
    """Return what is reported of a text with these words in its methods."""
    body = (Paragraph(words, "BodyText", ("Methods", "Patients")),)
    return self_citations(ManuscriptText("T", (), (), body, (), ()), FRONT)


@pytest.mark.parametrize(
    "words",
    [
        *("our previous study", "Our earlier randomized work", "our own series", "we have previously reported"),
        *("as we showed", "As we have shown", "described by us", "published previously by our group"),
        *("W.Z.", "W. Z.", "A. M. L.", "A.L.", "(WZ, AML)", "(WZ and AML)"),
    ],
)
def test_what_points_to_the_authors_is_told_with_its_section(words: str) -> None:
    """In whatever words they speak of what they did before."""
    assert told(f"Charts, {words}, were read.") == (f"Methods: “{words}”",)


@pytest.mark.parametrize(
    "words",
    [
        *("in our study", "previous studies", "we report", "we previously treated patients", "our patients"),
        *("panels A. and B.", "(WZ)", "(WZ, CR)", "AML was excluded", "U.S.", "U.W.Z. Ltd", "as shown by others"),
    ],
)
def test_what_does_not_is_not(words: str) -> None:
    """What a manuscript says of itself and of others, and abbreviations, are no hint."""
    assert told(f"Charts, {words}, were read.") == ()
