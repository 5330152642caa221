"""Authors and affiliations of the front matter, normalised once, in Quarto's schema, for every output format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from analysis.errors import ReportError, nearest

ADDRESS: Final = ("group", "department", "name", "address", "city", "region", "state", "postal-code", "country")


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
    """An author; `affiliations` are the numbers of the byline's affiliations, `roles` those of CRediT or others."""

    name: str
    affiliations: tuple[int, ...] = ()
    corresponding: bool = False
    email: str | None = None
    orcid: str | None = None
    degrees: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote the document, and where: authors in order, affiliations by number."""

    authors: tuple[Author, ...]
    affiliations: tuple[Affiliation, ...]


def byline(metadata: Mapping[str, Any]) -> Byline:
    """Return the authors of a document's front matter.

    Parameters
    ----------
    metadata : front matter, with `author` (or `authors`) as text, a mapping or a list of both; an author's
        `affiliations` (or `affiliation`) are names, mappings, or ``ref:`` to an `id` met anywhere in the front matter.
        Metadata that Quarto or this function normalised before (`by-author`) are read as well.

    Raises
    ------
    ReportError
        If an author has no name or refers to an unknown affiliation.

    Notes
    -----
    As in Quarto, affiliations are numbered by first mention and equal ones are one.
    """
    raw_authors = _as_list(metadata.get("by-author") or metadata.get("author") or metadata.get("authors"))
    declared = {str(item["id"]): item for item in _declared(metadata, raw_authors)}
    found: dict[tuple[tuple[str, str], ...], Affiliation] = {}
    authors = []
    for raw in raw_authors:
        fields: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {"name": raw}
        name = _name(fields.get("name"))
        numbers = []
        for item in _as_list(fields.get("affiliations") or fields.get("affiliation")):
            resolved = _resolve(item, declared, name)
            parts = _parts(resolved)
            identity = tuple(sorted(parts.items()))
            if identity not in found:
                number = len(found) + 1
                affiliation_id = str(resolved.get("id", f"aff-{number}"))
                found[identity] = Affiliation(id=affiliation_id, number=number, parts=parts)
            numbers.append(found[identity].number)
        attributes = fields.get("attributes") or {}
        authors.append(
            Author(
                name=name,
                affiliations=tuple(dict.fromkeys(numbers)),
                corresponding=bool(fields.get("corresponding") or attributes.get("corresponding")),
                email=_text(fields.get("email")),
                orcid=_text(fields.get("orcid")),
                degrees=tuple(str(degree) for degree in _as_list(fields.get("degrees"))),
                roles=tuple(_role(role) for role in _as_list(fields.get("roles"))),
            )
        )
    return Byline(tuple(authors), tuple(found.values()))


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _role(value: Any) -> str:
    """Return a role given as text, as ``role: ...``, or as ``<role>: <degree of contribution>``."""
    if not isinstance(value, Mapping):
        return str(value)
    if "role" in value:
        return str(value["role"])
    return "; ".join(f"{role} ({degree})" for role, degree in value.items())


def _name(value: Any) -> str:
    """Return a printed name from text or from Quarto's parts of a name."""
    if isinstance(value, Mapping):
        given_family = (value.get(key) for key in ("given", "dropping-particle", "non-dropping-particle", "family"))
        value = value.get("literal") or " ".join(str(part) for part in given_family if part)
    if not value:
        raise ReportError("front matter: an author has no name; write `author: - name: Given Family`")
    return str(value)


def _declared(metadata: Mapping[str, Any], authors: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every affiliation that has an id, wherever it is written."""
    places = [metadata, *(author for author in authors if isinstance(author, Mapping))]
    for place in places:
        for item in _as_list(place.get("affiliations") or place.get("affiliation")):
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
            f"front matter: author '{author}' refers to the affiliation '{reference}'{hint} "
            f"Affiliations with an id: {', '.join(declared) or 'none'}. "
            f"Give one of them, or add `id: {reference}` to an affiliation."
        )
    return declared[reference]


def _parts(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what an affiliation says of itself: text fields only, numbering and ids left out."""
    return {key: str(fields[key]) for key in ADDRESS if _text(fields.get(key)) is not None}
