"""Authors and affiliations of the front matter, normalised once, in Quarto's schema, for every output format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..base.errors import ReportError, nearest
from ..qmd.yaml_text import as_list
from .names import AuthorName, understood

KEYS: Final = (
    *("name", "degrees", "email", "orcid", "affiliations", "affiliation", "roles"),
    *("corresponding", "equal-contributor", "deceased", "attributes"),
)
"""What an author of the front matter may have, as far as it is printed."""

ADDRESS: Final = ("group", "department", "name", "address", "city", "region", "state", "postal-code", "country")

TO_BE_WRITTEN: Final = re.compile(r"\bto be (?:stated|added|completed|written)\b", re.IGNORECASE)
"""Words that stand in the place of a name or an institution: they are nobody's."""

_NOT_PRINTED: Final = ("id", "number", "letter", "marks", "url", "phone", "fax", "metadata")  # Quarto's, and allowed
_MARKUP: Final = re.compile(
    r"(?P<mark>\*\*|[*^~$`])(?=\S)(?:(?!(?P=mark)).)*?\S(?P=mark)|(?<!\w)_[^_]+_(?!\w)|\[[^\]]*\]\(|"
    r"</?(?:[biu]|su[bp]|em|strong|br|span|a)\b[^<>]*>|&(?:\w+|#\d+);|\\[!-/:-@\[-`{-~]"
)
_ORCID: Final = re.compile(r"(?:(?:https?://)?orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])/?", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Affiliation:
    """An institution. `number` counts from 1, by first mention; `parts` are its fields as the front matter has them."""

    id: str
    number: int
    parts: Mapping[str, str]

    @property
    def text(self) -> str:
        """The address in one line, from the smallest unit to the country."""
        return ", ".join(self.parts[key] for key in ADDRESS if key in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """An author; `affiliations` are the numbers of the byline's affiliations, `roles` those of CRediT or others.

    `name` is as printed, without degrees; `parts` are what it consists of.
    """

    name: str
    parts: AuthorName = field(default=AuthorName(literal=""), compare=False)
    affiliations: tuple[int, ...] = ()
    corresponding: bool = False
    equal_contributor: bool = False
    deceased: bool = False
    email: str | None = None
    orcid: str | None = None
    degrees: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def with_degrees(self) -> str:
        """The name as the line of authors has it: "Max Planck, MD, PhD"."""
        return ", ".join((self.name, *self.degrees))

    @property
    def is_to_be_written(self) -> bool:
        """Whether the name says that it is to be written."""
        return bool(TO_BE_WRITTEN.search(self.name))


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote the document, and where: authors in order, affiliations by number."""

    authors: tuple[Author, ...]
    affiliations: tuple[Affiliation, ...]

    @property
    def separator(self) -> str:
        """The separator of two authors: a semicolon where a name has degrees, which follow commas."""
        return "; " if any(author.degrees for author in self.authors) else ", "

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """The signs beside names with their meaning, but for the asterisk of who answers letters."""
        equal = any(author.equal_contributor for author in self.authors)
        deceased = any(author.deceased for author in self.authors)
        return (("†", "These authors contributed equally."),) * equal + (("‡", "Deceased."),) * deceased

    def marks(self, author: Author) -> tuple[str, ...]:
        """Return what is raised after a name: numbers of affiliations where there are several, asterisk, signs."""
        numbers = map(str, author.affiliations if len(self.affiliations) > 1 else ())
        asterisk = author.corresponding and len(self.authors) > 1
        signs = {"*": asterisk, "†": author.equal_contributor, "‡": author.deceased}
        return (*numbers, *(sign for sign, shown in signs.items() if shown))


def byline(metadata: Mapping[str, Any], *, at: Callable[[str], str] | None = None) -> Byline:
    """Return the authors of a document's front matter.

    Parameters
    ----------
    metadata : front matter, with `author` (or `authors`) as text, a mapping or a list of both; an author's
        `affiliations` (or `affiliation`) are names, mappings, or ``ref:`` to an `id` met anywhere in the front matter.
        Metadata that Quarto or this function normalised before (`by-author`) are read as well.
    at : gives the place of a text in the document, for messages ("report.qmd:7").

    Raises
    ------
    ReportError
        If an author has no name or one that can be read in several ways, a key that is not printed, an ORCID or e-mail
        address that is none, an unknown affiliation, or markup: names and affiliations are plain text.

    Notes
    -----
    As in Quarto, affiliations are numbered by first mention and equal ones are one.
    """
    raw_authors = as_list(metadata.get("by-author") or metadata.get("author") or metadata.get("authors"))
    declared = {str(item["id"]): item for item in _declared(metadata, raw_authors)}
    found: dict[tuple[tuple[str, str], ...], Affiliation] = {}
    authors = []
    for raw in raw_authors:
        fields: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {"name": raw}
        try:
            name = understood(fields.get("name"))
            numbers = []
            for item in as_list(fields.get("affiliations") or fields.get("affiliation")):
                resolved = _resolve(item, declared, name.literal)
                parts = _parts(resolved)
                identity = tuple(sorted(parts.items()))
                if identity not in found:
                    number = len(found) + 1
                    affiliation_id = str(resolved.get("id", f"aff-{number}"))
                    found[identity] = Affiliation(id=affiliation_id, number=number, parts=parts)
                numbers.append(found[identity].number)
            authors.append(_author(fields, name, tuple(dict.fromkeys(numbers))))
        except ReportError as error:
            raise ReportError(f"{_place(fields, str(error), at)}: {error}") from None
    return Byline(tuple(authors), tuple(found.values()))


def _author(fields: Mapping[str, Any], name: AuthorName, affiliations: tuple[int, ...]) -> Author:
    """Return an author, every field checked."""
    for key in map(str, fields):
        if key not in (*KEYS, *_NOT_PRINTED):
            hint = nearest(key, KEYS) or "."
            raise ReportError(f"author '{name.literal}' has '{key}', which is not printed{hint} Use {', '.join(KEYS)}.")
    attributes = fields.get("attributes") or {}
    marked = {
        key: _flag(key, fields.get(key, attributes.get(key)), name.literal)
        for key in ("corresponding", "equal-contributor", "deceased")
    }
    degrees = (*name.degrees, *(_plain(degree) for degree in as_list(fields.get("degrees"))))
    return Author(
        name=name.literal,
        parts=name,
        affiliations=affiliations,
        corresponding=marked["corresponding"],
        equal_contributor=marked["equal-contributor"],
        deceased=marked["deceased"],
        email=_email(fields.get("email"), name.literal),
        orcid=_orcid(fields.get("orcid"), name.literal),
        degrees=tuple(dict.fromkeys(degrees)),
        roles=tuple(_role(role) for role in as_list(fields.get("roles"))),
    )


def _place(fields: Mapping[str, Any], message: str, at: Callable[[str], str] | None) -> str:
    """Return the line of what a message quotes, the last quote first, else of the author's name."""
    if at is None:
        return "front matter"
    name = fields.get("name")
    quoted = [text for text in re.findall(r"'([^']+)'", message.split("; did you mean")[0]) if len(text) > 1]
    named = [str(part) for part in name.values()] if isinstance(name, Mapping) else [str(name or "")]
    for text in (*quoted[::-1], *named, "author:", "authors:"):
        if text and ":" in (place := at(text)):
            return place
    return "front matter or _quarto.yml"


def _plain(value: Any) -> str:
    """Return a text that is printed unchanged, in composed characters and with the apostrophe of print."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", str(value))).strip()
    if met := _MARKUP.search(text):
        raise ReportError(
            f"'{met[0]}' is markup, and names, degrees and affiliations are plain text. "
            "Write the characters that are to be printed."
        )
    return re.sub(r"(?<=\w)'(?=\w|\s|$)", "’", text)


def _flag(key: str, value: Any, name: str) -> bool:
    if value not in (True, False, None, "true", "false", ""):
        raise ReportError(f"author '{name}': `{key}` is '{value}'; write true or false.")
    return value in (True, "true")


def _email(value: Any, name: str) -> str | None:
    text = _text(value)
    if text is not None and not _EMAIL.fullmatch(text):
        raise ReportError(f"author '{name}': `email` is '{text}'; expected one address such as ada@example.org.")
    return text


def _orcid(value: Any, name: str) -> str | None:
    """Return an ORCID as its sixteen digits in fours, however it is given; the last digit checks the others."""
    text = _text(value)
    if text is None:
        return None
    met = _ORCID.fullmatch(text)
    if met is None:
        raise ReportError(f"author '{name}': `orcid` is '{text}'; expected one such as 0000-0002-1825-0097.")
    number = "-".join(met.groups()).upper()
    total = 0
    for digit in number.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    if number[-1] != "0123456789X"[(12 - total % 11) % 11]:  # ISO/IEC 7064, MOD 11-2
        raise ReportError(
            f"author '{name}': `orcid` is '{text}', and its last digit does not fit the others. Copy it from orcid.org."
        )
    return number


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _role(value: Any) -> str:
    """Return a role given as text, as ``role: ...``, or as ``<role>: <degree of contribution>``."""
    if not isinstance(value, Mapping):
        return str(value)
    if "role" in value:
        return str(value["role"])
    return "; ".join(f"{role} ({degree})" for role, degree in value.items())


def _declared(metadata: Mapping[str, Any], authors: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every affiliation that has an id, wherever it is written."""
    places = [metadata, *(author for author in authors if isinstance(author, Mapping))]
    for place in places:
        for item in as_list(place.get("affiliations") or place.get("affiliation")):
            if isinstance(item, Mapping) and "id" in item:
                yield item


def _resolve(item: Any, declared: Mapping[str, Mapping[str, Any]], author: str) -> Mapping[str, Any]:
    """Return the fields of an affiliation given by name, by fields or by reference."""
    if not isinstance(item, Mapping):
        return declared.get(str(item), {"name": item})
    if "ref" not in item:
        return item
    reference = str(item["ref"])
    if reference not in declared:
        hint = nearest(reference, declared) or "."
        raise ReportError(
            f"author '{author}' refers to the affiliation '{reference}'{hint} "
            f"Affiliations with an id: {', '.join(declared) or 'none'}. "
            f"Give one of them, or add `id: {reference}` to an affiliation."
        )
    return declared[reference]


def _parts(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what an affiliation says of itself: text fields only, numbering and ids left out."""
    return {key: _plain(fields[key]) for key in ADDRESS if _text(fields.get(key)) is not None}
