"""Which references of a BibTeX file a manuscript's own authors wrote, and the file without them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from .authors import byline
from .bibtex import BibtexEntry, bibtex_entries, without_latex
from .name_words import PARTICLES
from .names import AuthorName, particles_of

UMLAUTS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)
"""Letters as they are written where a keyboard lacks them."""

REMOVED: Final = "[Reference removed for blind review]"


_PUBLICATION: Final = (
    *("publisher", "institution", "organization", "school", "address", "location"),
    *("journal", "journaltitle", "shortjournal", "booktitle", "series"),
)
"""Fields that say where a work appeared: their words are names of houses and cities, and of journals."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's family name and first names, as far as they are known; of a group `family` is its whole name.

    `others` are what may be the family name as well: parts of it, or a middle word of a name given as one text.
    `either_way`: the two words of such a name may be in either order.
    """

    family: str
    given: str = ""
    others: tuple[str, ...] = field(default=(), compare=False)
    either_way: bool = field(default=False, compare=False)
    group: bool = field(default=False, compare=False)

    @property
    def families(self) -> tuple[str, ...]:
        """Whatever may be the family name."""
        return tuple(dict.fromkeys((self.family, *self.others)))


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of a BibTeX file: its authors, or else editors, its DOI, the words of publisher, city and journal."""

    entry: BibtexEntry
    authors: tuple[Person, ...]
    doi: str
    publication: tuple[str, ...]


def people_of(front_matter: Mapping[str, Any]) -> tuple[Person, ...]:
    """Return the authors of a manuscript, without those that are to be written: a placeholder is nobody's name."""
    return tuple(_person_of(author.parts) for author in byline(front_matter).authors if not author.is_to_be_written)


def is_one_of(author: Person, people: Sequence[Person]) -> bool:
    """Return whether a reference's author is one of these people: a family name and the first initial agree."""
    return any(_are_same(author, person) for person in people)


def _person_of(name: AuthorName) -> Person:
    if name.group:  # "for the Implant Study Group (ISG)"
        bare = re.sub(r"^(?:(?:on behalf of|for) )?(?:the )?|\s*\([^()]*\)", "", name.literal, flags=re.IGNORECASE)
        return Person(name.literal, others=(bare, *re.findall(r"\(([^()]+)\)", name.literal)), group=True)
    whole = name.short
    parts = re.split(r"[\s-]", name.family)
    others = [name.family, *(part for part in parts if len(part) > 2 and part.lower() not in PARTICLES)]
    words = name.given.split()
    if name.guessed:  # a middle word is another given name, or the first of two family names
        others += [word for word in words[1:] if len(word.strip(".")) > 2]
        others += [" ".join([*words[place:], whole]) for place in range(1, len(words))]
    if native := re.search(r"[(（]([^()（）]+)[)）]", name.literal):
        others.append(native[1])
    return Person(
        whole,
        name.given,
        others=tuple(other for other in dict.fromkeys(others) if other != whole),
        either_way=name.guessed and len(words) == 1 and len(name.family.split()) == 1,
    )


def _are_same(author: Person, person: Person) -> bool:
    if person.group:
        return _plain(f"{author.given}{author.family}") in {_plain(family) for family in person.families}
    ways = [(person.families, person.given)]
    if person.either_way:
        ways.append(((person.given,), person.family))
    written = _forms(author.family)
    return any(
        written & {form for family in families for form in _forms(family)}
        and (not author.given or not given or _initial(author.given) & _initial(given))
        for families, given in ways
    )


@cache  # each author of each reference is held against the same few people, several times
def _forms(family: str) -> frozenset[str]:
    """Return the letters of a family name as they may be written: without its particles, umlauts as two letters."""
    words = family.split()
    shorter = " ".join(words[particles_of(words) :])
    forms = (_plain(form) for name in (family, shorter) for form in (name, name.translate(UMLAUTS)))
    return frozenset(form for form in forms if form)


def _initial(given: str) -> set[str]:
    return {form[:1] for form in (_plain(given), _plain(given.translate(UMLAUTS)))}


def read_references(text: str) -> list[Reference]:
    """Return the entries of a BibTeX file, or of several one after the other."""
    return [_reference(entry) for entry in bibtex_entries(text)]


def without_own(
    text: str, people: Sequence[Person], renamed: Callable[[str], str] = lambda key: key
) -> tuple[str, list[str]]:
    """Return a BibTeX file in which references by these people are anonymous, and the keys of those.

    An entry keeps its place, and hence its number; `renamed` gives a key for each key.
    """
    new, done, own = [], 0, []
    for reference in read_references(text):
        entry = reference.entry
        key = renamed(entry.key)
        new.append(text[done : entry.start])
        if any(is_one_of(author, people) for author in reference.authors):
            own.append(entry.key)
            new.append(f"@misc{{{key},\n  title = {{{{{REMOVED}}}}},\n}}")
        else:
            new += [text[entry.start : entry.key_start], key, text[entry.key_start + len(entry.key) : entry.end]]
        done = entry.end
    return "".join([*new, text[done:]]), own


def _reference(entry: BibtexEntry) -> Reference:
    said = {name: without_latex(value) for name, value in entry.fields.items()}
    names = re.split(r"\s+and\s+", entry.fields.get("author") or entry.fields.get("editor", ""))
    published = (said.get(name, "") for name in _PUBLICATION)
    return Reference(
        entry=entry,
        authors=tuple(_person(name) for name in names if name.strip()),
        doi=_doi(entry.fields.get("doi", "")),
        publication=tuple(word for text in published for word in re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", text)),
    )


def _doi(text: str) -> str:
    """Return a DOI without the address or the word before it."""
    return re.sub(r"^(?:https?://)?(?:(?:dx\.|www\.)?doi\.org/|doi:?\s*)", "", text, flags=re.IGNORECASE).strip()


def _person(name: str) -> Person:
    name = without_latex(name).strip()
    if "," in name:
        family, *rest = (part.strip() for part in name.split(","))
        if len(rest) == 1 and _without_suffix(f"x {rest[0]}") == "x":  # Martin Luther King, Jr.
            return _person(family)
        return Person(_without_suffix(family), rest[-1] if rest else "")
    words = _without_suffix(name).split()
    for place in range(1, len(words)):
        if particles_of(words[place:]):  # W. T. A. van der Graaf
            return Person(" ".join(words[place:]), " ".join(words[:place]))
    return Person(" ".join(words[-1:]), " ".join(words[:-1]))


def _without_suffix(name: str) -> str:
    return re.sub(r"(?<=\w),?\s+(?:[JS]n?r\.?|I{2,3}|IV)$", "", name)


@cache
def _plain(name: str) -> str:
    """Return a name's letters, without case and accents."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ø", "o").replace("ł", "l").replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalpha())
