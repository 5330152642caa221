"""BibTeX files: which references a manuscript's own authors wrote, and the files without them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from .authors import byline
from .name_words import PARTICLES
from .names import AuthorName, particles_of

UMLAUTS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)
"""Letters as they are written where a keyboard lacks them."""

REMOVED: Final = "[Reference removed for blind review]"

_ENTRY: Final = re.compile(r"@(?P<type>\w+)\s*(?P<open>[{(])")
_KEY: Final = re.compile(r"\s*(?P<key>[^,\s{}()]+)\s*,")
_NOT_ENTRIES: Final = ("comment", "string", "preamble")
_LATEX_LETTERS: Final = {
    **{
        "ss": "ß",
        "o": "ø",
        "O": "Ø",
        "l": "ł",
        "L": "Ł",
        "ae": "æ",
        "AE": "Æ",
        "oe": "œ",
        "OE": "Œ",
        "aa": "å",
        "AA": "Å",
    },
    **{"dj": "đ", "DJ": "Đ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "ng": "ŋ", "NG": "Ŋ"},
}
_ACCENTS: Final = dict(
    zip("`'^\"~=.uvHcrk", "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u030a\u0328", strict=True)
)


_PUBLICATION: Final = (
    *("publisher", "institution", "organization", "school", "address", "location"),
    *("journal", "journaltitle", "shortjournal", "booktitle", "series"),
)
"""Fields that say where a work appeared: their words are names of houses and cities, and of journals."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's family name and first names, as far as they are known; of a group `family` is its whole name.

    `others` are what may be the family name as well: parts of it, or a middle word of a name given as one text.
    `either_way` tells that the two words of such a name may stand in either order.
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
    """An entry of a BibTeX file: key, authors, DOI, words of publisher, city and journal, its place in the file."""

    key: str
    authors: tuple[Person, ...]
    doi: str
    publication: tuple[str, ...]
    start: int
    end: int


def people_of(front_matter: Mapping[str, Any]) -> tuple[Person, ...]:
    """Return the authors of a manuscript."""
    return tuple(_person_of(author.parts) for author in byline(front_matter).authors)


def is_one_of(author: Person, people: Sequence[Person]) -> bool:
    """Tell whether a reference's author is one of these people: a family name and the first initial agree."""
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
    return list(_entries(text))


def without_own(
    text: str, people: Sequence[Person], renamed: Callable[[str], str] = lambda key: key
) -> tuple[str, list[str]]:
    """Return a BibTeX file in which references by these people are anonymous, and the keys of those.

    An entry keeps its place, and hence its number; `renamed` gives a key for each key.
    """
    new, done, own = [], 0, []
    for entry in _entries(text):
        new.append(text[done : entry.start])
        done = entry.end
        whole = text[entry.start : entry.end]
        if any(is_one_of(author, people) for author in entry.authors):
            own.append(entry.key)
            new.append(f"@misc{{{renamed(entry.key)},\n  title = {{{{{REMOVED}}}}},\n}}")
        else:
            new.append(whole.replace(entry.key, renamed(entry.key), 1))
    return "".join([*new, text[done:]]), own


def _entries(text: str) -> Iterator[Reference]:
    place = 0
    while met := _ENTRY.search(text, place):
        place = _closing(text, met.start("open"))
        key = _KEY.match(text, met.end())
        if met["type"].lower() in _NOT_ENTRIES or key is None:
            continue
        fields = text[key.end() : place]
        authors = _field(fields, "author") or _field(fields, "editor")
        names = [name for name in re.split(r"\s+and\s+", authors) if name.strip()]
        yield Reference(
            key=key["key"],
            authors=tuple(map(_person, names)),
            doi=_doi(_field(fields, "doi")),
            publication=tuple(
                word
                for name in _PUBLICATION
                for word in re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", _without_latex(_field(fields, name)))
            ),
            start=met.start(),
            end=place,
        )


def _closing(text: str, opened: int) -> int:
    """Return the index after the brace that closes the one at `opened`."""
    depth = 0
    for index in range(opened, len(text)):
        if text[index] in "{(" if text[opened] == "(" else text[index] == "{":
            depth += 1
        elif text[index] in "})" if text[opened] == "(" else text[index] == "}":
            depth -= 1
            if depth == 0:
                return index + 1
    return len(text)


def _field(fields: str, name: str) -> str:
    """Return the value of a field, its outer braces or quotes taken away, space made plain."""
    met = re.search(rf"(?:^|,)\s*{name}\s*=\s*", fields, re.IGNORECASE)
    if met is None or met.end() >= len(fields):
        return ""
    if fields[met.end()] == "{":
        value = fields[met.end() + 1 : _closing(fields, met.end()) - 1]
    elif fields[met.end()] == '"':
        value = re.match(r"(?:[^{}\"]|\{(?:[^{}]|\{[^{}]*\})*\})*", fields[met.end() + 1 :])[0]  # type: ignore[index]
    else:
        value = re.split(r"[,}]", fields[met.end() :])[0]
    return re.sub(r"\s+", " ", value).strip()


def _doi(text: str) -> str:
    """Return a DOI without the address or the word before it."""
    return re.sub(r"^(?:https?://)?(?:(?:dx\.|www\.)?doi\.org/|doi:?\s*)", "", text, flags=re.IGNORECASE).strip()


def _person(name: str) -> Person:
    name = _without_latex(name).strip()
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


def _without_latex(text: str) -> str:
    r"""Return text with LaTeX's accents as characters: M{\"u}ller is Müller."""
    text = re.sub(
        rf"\\({'|'.join(_LATEX_LETTERS)})(?![A-Za-z])\s*(?:\{{\}})?", lambda met: _LATEX_LETTERS[met[1]], text
    )

    def accented(met: re.Match[str]) -> str:
        return unicodedata.normalize("NFC", met["letter"] + _ACCENTS[met["accent"]])

    text = re.sub(r"(\\(?:[`'^\"~=.]|[uvHcrk]\b)\s*\{?\s*)\\([ij])(?![A-Za-z])\s*", r"\1\2", text)  # \'\i is \'i

    # A letter names some accents: then a brace or space comes before what it stands on.
    text = re.sub(r"\\(?P<accent>[`'^\"~=.])\s*\{?\\?(?P<letter>[A-Za-z])\}?", accented, text)
    text = re.sub(r"\\(?P<accent>[uvHcrk])(?:\s*\{|\s+)(?P<letter>[A-Za-z])\}?", accented, text)
    return text.replace("{", "").replace("}", "").replace("~", " ")


@cache
def _plain(name: str) -> str:
    """Return a name's letters, without case and accents."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ø", "o").replace("ł", "l").replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalpha())
