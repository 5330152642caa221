"""Self-citation in an anonymised text: the authors' earlier work called theirs, and their initials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..references.own_references import people_of
from ..word.text import ManuscriptText

_WORK: Final = (
    r"(?:stud(?:y|ies)|works?|papers?|reports?|trials?|cohorts?|analys[ei]s|series|publications?|articles?|experience|"
    r"results|findings|data)"
)
_SHOWED: Final = r"(?:showed|shown|reported|described|demonstrated|published|found|proposed|developed|observed)"
_EARLIER: Final = r"(?:previous(?:ly)?|earlier|prior|recent(?:ly)?|former(?:ly)?)"
OWN_WORK: Final = re.compile(
    rf"\b(?:our|my)\s+(?:own\s+)?(?:{_EARLIER}|own|published|pilot)\s+(?:[\w-]+\s+){{0,2}}?{_WORK}\b|"
    rf"\b(?:we|I)\s+(?:have\s+|had\s+)?(?:{_EARLIER}|already)\s+{_SHOWED}\b|"
    rf"\bas\s+(?:we|I)\s+(?:have\s+|had\s+)?{_SHOWED}\b|"
    rf"\b{_SHOWED}\s+(?:{_EARLIER}\s+)?by\s+(?:us|our\s+\w+)\b",
    re.IGNORECASE,
)
"""How authors speak of what they did before this manuscript."""


def self_citations(text: ManuscriptText, front_matter: Mapping[str, Any]) -> tuple[str, ...]:
    """Report where an anonymised manuscript calls earlier work its authors' own, or names them by their initials.

    Parameters
    ----------
    text : of the anonymised Word file.
    front_matter : that names the authors.

    Notes
    -----
    "W.Z." and "W. Z." count, and in brackets "(WZ, JS)" where all are authors; "WZ" by itself may be an abbreviation.
    """
    patterns = (OWN_WORK, *_initials(front_matter))
    found: list[str] = []
    for paragraph in (*text.abstract, *text.main):
        place = paragraph.path[0] if paragraph.path else "Abstract"
        for pattern in patterns:
            found += [f"{place}: “{' '.join(met[0].split())}”" for met in pattern.finditer(paragraph.text)]
    return tuple(dict.fromkeys(found))


def _initials(front_matter: Mapping[str, Any]) -> Iterator[re.Pattern[str]]:
    """Yield what finds the initials of the authors."""
    letters = set()
    for person in people_of(front_matter):
        given = [part[0] for part in re.findall(r"[^\W\d_]+", person.given)]
        for family in () if person.group else person.families:
            words = re.findall(r"[^\W\d_]+", family)
            letters |= {
                "".join([*given, *(word[0] for word in words)]),
                "".join([*given, *(word[0] for word in words[-1:])]),
            }
    letters = {name for name in letters if len(name) > 1}
    dotted = "|".join(rf"{re.escape(name[0])}\.\s?(?:\w\.\s?)?{re.escape(name[-1])}\." for name in sorted(letters))
    plain = "|".join(map(re.escape, sorted(letters)))
    if letters:
        yield re.compile(rf"(?<![\w.])(?:{dotted})(?!\w)")
        yield re.compile(rf"\((?:{plain})(?:(?:,|;|\sand|\s&|,\sand)\s(?:{plain}))+\)")
