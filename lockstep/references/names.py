"""The name of an author: a text such as "Max Planck, MD" or its parts, understood, or refused with the form to use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ..base.errors import ReportError, nearest
from .name_words import (
    CAPITAL_PARTICLES,
    CJK,
    DEGREE_SHAPE,
    DEGREES,
    DEGREES_LIKE_NAMES,
    EASTERN,
    FAMILY_FIRST,
    FOREIGN,
    FUNCTIONS,
    GERMAN_DEGREE,
    GROUP,
    INITIALS,
    JOINING,
    PARTICLES,
    SPANISH,
    SUFFIXES,
    TITLES,
)

PARTS: Final = ("literal", "given", "dropping-particle", "non-dropping-particle", "family", "suffix")
"""The parts of a name in Quarto's and CSL's schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorName:
    """A name: as it is printed (`literal`, without degrees), and its parts. A group has no parts but its `literal`.

    `guessed`: it was a text, in which a middle word may belong to the given or to the family name.
    """

    literal: str
    given: str = ""
    dropping: str = ""
    particle: str = ""
    family: str = ""
    suffix: str = ""
    degrees: tuple[str, ...] = ()
    group: bool = False
    guessed: bool = field(default=False, compare=False)

    @property
    def short(self) -> str:
        """The name in a running head: the family name with its particle, or the group."""
        return self.literal if self.group else f"{self.particle} {self.family}".strip()


def understood(value: Any) -> AuthorName:
    """Return the name that a text or a mapping of `PARTS` gives.

    Raises
    ------
    ReportError
        If it is empty, or can be read in more than one way; says how to write it. The message has no place.
    """
    if isinstance(value, Mapping):
        return _from_parts({str(key): _clean(item) for key, item in value.items() if item is not None})
    text = _clean(value)
    if not text:
        raise ReportError("an author has no name; write `author: - name: Given Family`")
    if GROUP.search(text) and " " in text:
        return AuthorName(literal=text, group=True)
    return _from_text(text)


def particles_of(words: Sequence[str]) -> int:
    """Return how many words at the beginning of a family name are particles: 2 of "van der Graaf"."""
    number = 0
    while number < len(words) - 1 and (
        words[number].replace("’", "'") in PARTICLES or words[number].lower() in CAPITAL_PARTICLES
    ):
        number += 1
    return number


def holds_cjk(text: str) -> bool:
    """Return whether a text has Chinese, Japanese or Korean letters, which have no spaces between them."""
    return CJK.search(text) is not None


def _clean(value: Any) -> str:
    """Return a text in composed characters, with single spaces and the apostrophe of print."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", str("" if value is None else value))).strip()
    return re.sub(r"(?<=\w)'(?=\w)|(?<!\S)'(?=[st]\b)", "’", text)


def _from_parts(parts: Mapping[str, str]) -> AuthorName:
    for key in parts:
        if key not in PARTS:
            raise ReportError(f"a name has the part '{key}'{nearest(key, PARTS) or '.'} Parts are {', '.join(PARTS)}.")
    literal = parts.get("literal", "")
    given, family, suffix = (parts.get(key, "") for key in ("given", "family", "suffix"))
    if not family:
        if given:
            raise ReportError(
                f"the name of '{given}' has no `family`; who has one name only is written `name: {given}`."
            )
        if not literal:
            raise ReportError("an author has no name; write `author: - name: Given Family`")
        try:
            return understood(literal)
        except ReportError:  # `literal` is printed unchanged
            return AuthorName(literal=literal, group=True)
    for text in (given, family):
        _refuse_foreign(text, f"{given} {family}".strip())
    dropping, particle = parts.get("dropping-particle", ""), parts.get("non-dropping-particle", "")
    words = family.split()
    if not particle and (number := particles_of(words)):
        particle, family = " ".join(words[:number]), " ".join(words[number:])
    return AuthorName(
        literal=literal or " ".join(filter(None, (given, dropping, particle, family, suffix))),
        given=given,
        dropping=dropping,
        particle=particle,
        family=family,
        suffix=suffix,
    )


def _from_text(text: str) -> AuthorName:
    """Return the name of a person written as one text."""
    bare, other = text, ""
    if native := re.fullmatch(r"([^,]+?) ?[(（]([^()（）]+)[)）]((?: *,.*)?)", text):  # Wei Zhang (张伟), MD
        bare, other = f"{native[1]}{native[3]}", native[2]
        if _is_degree(native[1].split()[-1]):  # FRCS (Orth)
            raise _unclear(text, f"what '({other})' belongs to")
    first, *rest = (part.strip() for part in bare.split(","))
    given, suffixes, degrees = _after_commas(first, rest, text)
    _refuse_foreign(first + " ".join(given), text)
    words = first.split()
    if not words:
        raise _unclear(text, "what the family name is")
    _refuse_titles([*words, *" ".join(given).split()], text)
    if given:
        while len(words) > 1 and _is_suffix(words[-1]):
            suffixes.insert(0, words.pop())
        number = particles_of(words)
        parts = (given[0], " ".join(words[:number]), " ".join(words[number:]))
    else:
        words, trailing = _without_degrees(words, text)
        degrees = [*trailing, *degrees]
        while len(words) > 2 and _is_suffix(words[-1]):
            suffixes.insert(0, words.pop())
        parts = _split(words, text)
    if not any(map(str.isalpha, parts[2])):
        raise _unclear(text, "what the family name is")
    literal = " ".join(filter(None, (*parts, *suffixes)))
    if not given and _capitals(words):
        literal = " ".join([*words, *suffixes])  # in the order in which it was written
    return AuthorName(
        literal=f"{literal} ({other})" if other else literal,
        given=parts[0],
        particle=parts[1],
        family=parts[2],
        suffix=" ".join(suffixes),
        degrees=tuple(degrees),
        guessed=not given,
    )


def _after_commas(first: str, rest: Sequence[str], text: str) -> tuple[list[str], list[str], list[str]]:
    """Return the given names, suffixes and degrees that follow the first comma of a name."""
    degrees: list[str] = []
    suffixes: list[str] = []
    given: list[str] = []
    for piece in rest:
        if _is_suffix(piece):
            suffixes.append(piece)
        elif " " not in first and not given and len(rest) == 1 and INITIALS.fullmatch(piece):
            # "Schmidt, MD" is M. D. Schmidt, or a Schmidt with a degree
            if _is_degree(piece):
                raise _unclear(text, f"whether '{piece}' is a degree or initials")
            given.append(piece)
        elif all(map(_is_degree, _tokens(piece))):
            degrees += _tokens(piece)
        elif not given and not degrees and not FUNCTIONS.search(piece):
            given.append(piece)
        else:
            raise _unclear(text, f"what '{piece}' is")
    return given, suffixes, degrees


def _split(words: Sequence[str], text: str) -> tuple[str, str, str]:
    """Return given name, particle and family name of the words of a name in their natural order."""
    if len(words) == 1:
        return "", "", words[0]
    if (block := _capitals(words)) and len(block) < len(words):  # LI Wei, Ana GARCÍA LÓPEZ
        if len(block) == 1 and len(block[0]) <= 3 and words[-1] == block[0]:
            raise _unclear(text, f"whether '{words[-1]}' is the family name or initials")
        return " ".join(word for word in words if word not in block), "", " ".join(block)
    if INITIALS.fullmatch(words[-1]) and (len(words[-1]) == 1 or "." in words[-1]):
        raise _unclear(text, f"whether '{words[-1]}' is the family name or an initial")
    if FAMILY_FIRST.fullmatch(" ".join(words)):
        raise _unclear(text, "which of its words is the family name")
    for place in range(1, len(words) - 1):
        number = particles_of(words[place:])
        if number and words[place].lower() not in JOINING:
            return (
                " ".join(words[:place]),
                " ".join(words[place : place + number]),
                " ".join(words[place + number :]),
            )
        if words[place] in JOINING and place > 1:
            return " ".join(words[: place - 1]), "", " ".join(words[place - 1 :])
    begin = len(words) - (2 if len(words) > 2 and SPANISH.fullmatch(words[-2]) else 1)
    return " ".join(words[:begin]), "", " ".join(words[begin:])


def _capitals(words: Sequence[str]) -> list[str]:
    """Return the words in capitals where they are adjacent and others are not: the family name, as many write it."""
    if len(words) == 2 and len(words[0]) <= 3 and words[0].isupper():
        eastern = words[0].lower() in EASTERN and not words[1].isupper()
        return [words[0]] if eastern else []  # LI Wei, but JA Smith
    found = [n for n, word in enumerate(words) if len(word) > 1 and word.isupper() and "." not in word]
    together = found == list(range(found[0], found[-1] + 1)) if found else False
    others = [word for n, word in enumerate(words) if n not in found]
    if not together or not others or all(INITIALS.fullmatch(word) for word in others):
        return []
    return [words[n] for n in found]


def _without_degrees(words: list[str], text: str) -> tuple[list[str], list[str]]:
    """Return the words of a name without the degrees at its end, and these."""
    words = list(words)
    degrees: list[str] = []
    while len(words) > 1 and (plain := words[-1].replace(".", "").upper()) in DEGREES | DEGREES_LIKE_NAMES:
        letters = words[-1].replace(".", "")
        if letters.islower() or letters.istitle():
            break  # "Bo Do" is a name
        if plain in DEGREES_LIKE_NAMES or len(words) == 2:
            raise _unclear(text, f"whether '{words[-1]}' is a degree or part of the name")
        degrees.insert(0, words.pop())
    return words, degrees


def _tokens(piece: str) -> list[str]:
    """Return the degrees of a text between two commas."""
    if GERMAN_DEGREE.fullmatch(piece):
        return [piece]
    return [token for token in re.split(r"\s+(?!\()", piece) if token]


def _is_degree(token: str) -> bool:
    plain = token.replace(".", "").upper()
    if plain in DEGREES or plain in DEGREES_LIKE_NAMES or GERMAN_DEGREE.fullmatch(token):
        return True
    return bool(DEGREE_SHAPE.fullmatch(token)) and not INITIALS.fullmatch(token)


def _is_suffix(word: str) -> bool:
    return word.rstrip(".").lower() in SUFFIXES


def _refuse_titles(words: Sequence[str], text: str) -> None:
    if words and words[0].rstrip(".").lower() in TITLES:
        raise ReportError(
            f"the name '{text}' begins with a title, which is not printed above a manuscript. "
            "Write `name: Given Family`, and academic degrees under `degrees:`."
        )


def _refuse_foreign(part: str, text: str) -> None:
    if met := FOREIGN.search(part):
        raise ReportError(
            f"the name '{text}' holds '{met[0].strip()}', which belongs to no name. Write one author to an entry, in "
            "plain letters; marks come from `corresponding`, `equal-contributor` and `deceased`; a group or another "
            "name that is to be printed unchanged is `name: {literal: ...}`."
        )


def _unclear(text: str, what: str) -> ReportError:
    return ReportError(
        f"the name '{text}' does not say {what}. Write it in parts, `name: {{given: ..., family: ...}}`, "
        "and degrees as `degrees: [MD, PhD]`."
    )
