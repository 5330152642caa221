"""The front matter as templates want it: authors and affiliations as Quarto normalises them."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from .authors import Affiliation, Author, Byline, byline
from .tree import plain_text


def normalised(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata with `author` as names, and `by-author` and `affiliations` as Quarto gives them to templates.

    Raises
    ------
    ReportError
        If an author has no name or refers to an unknown affiliation.
    """
    people = byline(metadata)
    new = {key: value for key, value in metadata.items() if key not in ("author", "authors", "affiliations")}
    if people.authors:
        new["author"] = [author.name for author in people.authors]
        new["by-author"] = [_author(number, author, people) for number, author in enumerate(people.authors, start=1)]
    if people.affiliations:
        new["affiliations"] = [_affiliation(affiliation) for affiliation in people.affiliations]
    return new


def plain(meta: Any) -> Any:
    """Return metadata of a document tree as plain text, lists and mappings."""
    match meta:
        case {"t": "MetaMap", "c": items}:
            return plain(items)
        case {"t": "MetaList", "c": items}:
            return [plain(item) for item in items]
        case {"t": "MetaBool", "c": value}:
            return value
        case {"t": "MetaBlocks", "c": blocks}:
            return "\n\n".join(plain_text(block) for block in blocks)
        case {"t": _}:
            return plain_text(meta)
        case _:
            return {key: plain(value) for key, value in meta.items()}


def _author(number: int, author: Author, people: Byline) -> dict[str, Any]:
    given, _, family = author.name.rpartition(" ")
    fields = {
        "id": number,
        "number": number,
        "letter": _letter(number),
        "name": {"literal": author.name, "given": given, "family": family},
        "email": author.email,
        "orcid": author.orcid,
        "degrees": list(author.degrees),
        "roles": [{"role": role} for role in author.roles],
        "attributes": {"corresponding": True} if author.corresponding else None,
        "affiliations": [_affiliation(people.affiliations[index - 1]) for index in author.affiliations],
    }
    return {key: value for key, value in fields.items() if value}


def _affiliation(affiliation: Affiliation) -> dict[str, Any]:
    fields = dict(affiliation.parts)
    if "state" in fields:
        fields["region"] = fields.pop("state")
    numbers = {"id": affiliation.id, "number": affiliation.number, "letter": _letter(affiliation.number)}
    return {**numbers, **fields}


def _letter(number: int) -> str:
    return string.ascii_lowercase[(number - 1) % 26]
