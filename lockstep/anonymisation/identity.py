"""Words that identify a manuscript's authors, and their occurrences in a text, in whatever spelling."""

from __future__ import annotations

import getpass
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ..references.authors import TO_BE_WRITTEN, byline
from ..references.names import holds_cjk
from ..references.own_references import UMLAUTS, Person, is_one_of, people_of, read_references
from .registrations import REGISTRATION, registrations

EMAIL: Final = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
ORCID: Final = r"(?:https?://orcid\.org/)?\b\d{4}-\d{4}-\d{4}-\d{3}[\dXx]\b"
_NUMBER: Final = r"(?:(?:no|nos|nr|ref)\.?|numbers?|id|ID|code|reference|#|№)[\s:]*"
# At least four characters, a digit among them, and not a year
_CODE: Final = r"(?P<code>(?!(?:19|20)\d\d(?![\w/-]))(?=[\w./-]*\d)[A-Z0-9][\w./-]{2,}\w)"
GRANT: Final = (  # "grant no. 01KT2103", "award ABC-123", "R01 CA123456"
    rf"\b(?:[Gg]rant|[Aa]ward|[Cc]ontract|[Pp]roject|[Ff]ellowship)s?\s+(?:agreement\s+)?(?:{_NUMBER})?{_CODE}",
    r"\b(?P<code>[A-Z]\d{2}[ -]?[A-Z]{2}[ -]?\d{6}(?:-\d{2}\w*)?)\b",
)
ETHICS: Final = (  # "ethics committee of the hospital (reference EK 12/345)", "IRB 2019-114", "12/LO/1234"
    rf"\b(?:IRB|REC|IEC|[Ee]thics(?:\s+\w+)?|[Rr]eview\s+[Bb]oard)\b[^.;]{{0,60}}?\b{_NUMBER}(?:[A-Z]+\s)?{_CODE}",
    rf"\b(?:IRB|REC|IEC)[\s:#-]+{_CODE}",
    rf"\b(?:[Aa]pproval|[Pp]rotocol|[Vv]ote)\s+\(?{_NUMBER}{_CODE}",
    r"\b(?P<code>\d{2}/[A-Z]{2}/\d{4})\b",
)
REGISTERED: Final = (  # "NCT01234567", "registered at the faculty (no. F-2024/17)"
    REGISTRATION,
    rf"\b[Rr]egist(?:ration|ry|ered|er)\b[^.;]{{0,60}}?\b{_NUMBER}{_CODE}",
)
PATTERNS: Final = {"grant number": GRANT, "ethics number": ETHICS, "registration number": REGISTERED}
"""How numbers of grants, approvals and registrations are found in prose, besides those of the front matter."""

_NOT_IDENTIFYING: Final = frozenset(
    (
        *("author", "authors", "editor", "first", "second", "third", "last", "senior", "corresponding", "name"),
        *("root", "user", "admin", "home", "ubuntu", "runner", "nobody", "vagrant"),
    )
)
_SHORTEST: Final = 3
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h"}
)
_SPELLED_OUT: Final = re.compile(r"[aou]e|aa", re.IGNORECASE)  # as umlauts are where there is no key for them
_UMLAUT: Final = re.compile("[äöüøåÄÖÜØÅ]")
_UNSPACED: Final = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")  # as they are folded


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A word in a text: the word, and where in the text it starts and ends."""

    word: str
    start: int
    end: int


def identifying_words(
    front_matter: Mapping[str, Any], bibliography: str = "", *, text: str = "", this_machine: bool = True
) -> tuple[str, ...]:
    """Return the words of a draft that would identify its authors.

    Parameters
    ----------
    front_matter : of report.qmd: authors, affiliations, `funding`, `ethics`, `registration`, `blind`.
    bibliography : the BibTeX files that it cites.
    text : the manuscript; a name that occurs there in small letters ("young") is an ordinary word.
    this_machine : whether the name and home folder of who runs this belong to them.

    Notes
    -----
    Full names, in either order; family names of three letters or more, and each part of one; e-mail addresses; ORCIDs;
    names, departments, streets and cities of affiliations; numbers of grants and approvals; numbers of registries
    wherever they occur; the words of `blind`; DOIs of the authors' own references. A family name does not count by
    itself where it is an ordinary word, that of somebody else in the reference list, or of a publisher or journal
    there: then it is looked for with the first name or its initial. Of a name given as one text, a middle word counts
    as a family name, since it may be one. A name, or a part of an affiliation, that is to be written is a placeholder:
    its words stand elsewhere in the manuscript.
    """
    people = byline(front_matter)
    persons = people_of(front_matter)
    references = read_references(bibliography)
    others = {
        _fold(author.family)
        for reference in references
        for author in reference.authors
        if not is_one_of(author, persons)
    }
    others |= {_fold(re.sub(r"['’]s$", "", word)) for reference in references for word in reference.publication}
    words: list[str] = []
    for person in persons:
        words += _names(person, text, others)
    for author in people.authors:
        name = "" if author.is_to_be_written else author.name
        words += [value for value in (name, author.email, author.orcid) if value]
    for affiliation in people.affiliations:
        parts = (affiliation.parts.get(key, "") for key in ("group", "department", "name", "address", "city"))
        words += [part for part in parts if _identifies(part, text) and not TO_BE_WRITTEN.search(part)]
    for key in ("funding", "ethics", "registration"):
        words += _numbers_in(front_matter.get(key))
    words += _leaves(front_matter.get("blind"))
    words += registrations(text, bibliography, *_leaves(front_matter))
    own = (item for item in references if any(is_one_of(author, persons) for author in item.authors))
    words += [item.doi for item in own if item.doi]
    if this_machine:
        words += _of_this_machine()
    return tuple(dict.fromkeys(word.strip() for word in words if len(_fold(word)) >= 2))


def _names(person: Person, text: str, others: set[str]) -> Iterator[str]:
    """Yield the ways in which a text may name somebody; `others` are family names of other people, folded."""
    given, initials = person.given, re.findall(r"(?<![^\W\d_])[^\W\d_]", person.given)
    if person.group:
        yield from (family for family in person.families if _identifies(family, text))
        return
    yield f"{given} {person.family}".strip()
    for family in person.families:
        counts = (_identifies(family, text) or (holds_cjk(family) and len(family) > 1)) and _fold(family) not in others
        if counts:
            yield family
        if initials and (counts or _fold(family) not in _NOT_IDENTIFYING):  # else the initials would be left
            yield from (f"{initials[0]} {family}", f"{family} {initials[0]}", f"{family} {given}")
            if len(initials) > 1:
                yield from (f"{' '.join(initials)} {family}", f"{''.join(initials)} {family}")
                yield from (f"{family} {' '.join(initials)}", f"{family} {''.join(initials)}")
    if person.either_way:
        yield f"{person.family} {given}"
        if len(_fold(given)) > 1:  # the family name of who writes it first
            yield f"{given} {person.family[0]}"


def find_words(text: str, words: Iterable[str]) -> Iterator[FoundWord]:
    """Yield the occurrences of words in a text.

    Notes
    -----
    Case, accents and ligatures do not matter, nor what separates the parts of a word: spaces of any kind and
    number up to four, hyphens, dots, underscores, nothing at all. "Jane Müller" is found in "JANE-MUELLER_cv", and
    "Mueller" in "Müller". A word is found as a whole: no letter precedes or follows it.
    """
    words = tuple(words)
    yield from _find(text, words, {})
    if _UMLAUT.search(text) and (spelled_out := [word for word in words if _SPELLED_OUT.search(word)]):
        yield from _find(text, spelled_out, UMLAUTS)


def _find(text: str, words: Iterable[str], spelled: Mapping[int, str]) -> Iterator[FoundWord]:
    """Yield the occurrences of words in a text, some letters of which are spelled as others."""
    folded = (text.translate(spelled) if spelled else text).translate(_FOLDING)
    places: list[int] = []
    for word in words:
        for pattern, longest in _patterns(word):
            if longest not in folded:  # much faster than the pattern, and mostly so
                continue
            for met in pattern.finditer(folded):
                places = places or _places(text, spelled)
                yield FoundWord(word, places[met.start()], places[met.end() - 1] + 1)


def numbers_of_prose(text: str) -> Iterator[FoundWord]:
    """Yield numbers of grants, approvals and registrations in prose, e-mail addresses, ORCIDs; `word` says which."""
    for name, pattern in {"e-mail address": EMAIL, "ORCID": ORCID}.items():
        for met in re.finditer(pattern, text):
            yield FoundWord(name, met.start(), met.end())
    for name, patterns in PATTERNS.items():
        for pattern in patterns:
            for met in re.finditer(pattern, text):
                yield FoundWord(name, met.start("code"), met.end("code"))


def _identifies(word: str, text: str) -> bool:
    """Return whether a word by itself identifies its owner."""
    folded = _fold(word)
    if len(folded) < _SHORTEST or folded in _NOT_IDENTIFYING:
        return False
    alone = re.fullmatch(r"[^\W_]+", word) is not None
    # In sentences: an address or path is in small letters anyway.
    return not (alone and re.search(rf"(?<![\w./@-]){re.escape(word.lower())}(?![\w/@-]|\.\w)", text))


def _numbers_in(value: Any) -> Iterator[str]:
    """Yield numbers of `funding`, `ethics` and `registration`: fields that are one, and all in sentences but years."""
    for leaf in _leaves(value):
        if re.search(r"\d", leaf) and len(leaf.split()) <= 3:
            yield leaf
        for met in re.finditer(r"(?<![\w./-])[A-Z0-9][\w./-]{2,}[\w]", leaf):
            if re.search(r"\d", met[0]) and not re.fullmatch(r"(19|20)\d\d|[\d.]{1,3}", met[0]):
                yield met[0]


def _leaves(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves(item)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


def _of_this_machine() -> Iterator[str]:
    """Yield the name and the home folder of who runs this, where they are a person's."""
    try:
        names = {getpass.getuser(), Path.home().name}
    except (OSError, KeyError, RuntimeError):
        return
    for name in sorted(names):
        if _fold(name) not in _NOT_IDENTIFYING and len(_fold(name)) >= _SHORTEST:
            yield name


def _fold(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", text.translate(_FOLDING)))


class _Folding(dict[int, str]):
    """What each character is without case, accents and ligatures; invisible ones are nothing."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code)).casefold().translate(_LETTERS)
        self[code] = "".join(part for part in parts if unicodedata.category(part) not in ("Mn", "Cf"))
        return self[code]


_FOLDING: Final = _Folding()


def _places(text: str, spelled: Mapping[int, str]) -> list[int]:
    """Return the original position of each character of a folded text."""
    return [place for place, letter in enumerate(text) for _ in letter.translate(spelled).translate(_FOLDING)]


@lru_cache(maxsize=1024)
def _patterns(word: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what finds a word in each of its spellings, and the longest part of each."""
    spellings = dict.fromkeys((word, word.translate(UMLAUTS)))
    found = (tokens for spelling in spellings if (tokens := re.findall(r"[^\W_]+", spelling.translate(_FOLDING))))
    return tuple((_pattern(list(tokens)), max(tokens, key=len)) for tokens in dict.fromkeys(map(tuple, found)))


def _pattern(tokens: list[str]) -> re.Pattern[str]:
    """Return a pattern of these parts of a word in sequence; an initial and a name are separated by something."""
    written = re.escape(tokens[0])
    for before, token in itertools.pairwise(tokens):
        apart = 1 if 1 in (len(before), len(token)) else 0
        written += rf"[\W_]{{{apart},4}}{re.escape(token)}"
    left = r"(?<!\d)" if tokens[0][0].isdigit() else r"(?<![^\W\d_])"
    right = r"(?!\d)" if tokens[-1][-1].isdigit() else r"(?![^\W\d_])"
    # Chinese, Japanese and Korean words have no spaces between them.
    left, right = ("" if _UNSPACED.match(tokens[0]) else left), ("" if _UNSPACED.match(tokens[-1][-1]) else right)
    return re.compile((r"(?<!['’])" if len(tokens[0]) == 1 else "") + left + written + right)
