"""The front matter as templates want it: authors and affiliations as Quarto normalises them."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Any

from ..base.escape import markdown
from ..references.authors import Affiliation, Author, Byline, byline
from .tree import plain_text


def normalised(metadata: Mapping[str, Any], *, at: Callable[[str], str] | None = None) -> dict[str, Any]:
    """Return metadata with `author` as names, and `by-author` and `affiliations` as Quarto gives them to templates.

    Texts of authors and affiliations are escaped, since pandoc reads metadata as Markdown.

    Raises
    ------
    ReportError
        As `byline`, with the place that `at` gives.
    """
    people = byline(metadata, at=at)
    new = {key: value for key, value in metadata.items() if key not in ("author", "authors", "affiliations")}
    if people.authors:
        new["author"] = [markdown(author.name) for author in people.authors]
        new["author-separator"] = people.separator.strip()
        new["author-notes"] = [" ".join(note) for note in people.notes]
        new["by-author"] = [_author(number, author, people) for number, author in enumerate(people.authors, start=1)]
    if people.affiliations:
        new["affiliations"] = [_affiliation(affiliation) for affiliation in people.affiliations]
    return new


def plain_metadata(meta: Any) -> Any:
    """Return metadata of a document tree as plain text, lists and mappings."""
    match meta:
        case {"t": "MetaMap", "c": items}:
            return plain_metadata(items)
        case {"t": "MetaList", "c": items}:
            return [plain_metadata(item) for item in items]
        case {"t": "MetaBool", "c": value}:
            return value
        case {"t": "MetaBlocks", "c": blocks}:
            return "\n\n".join(plain_text(block) for block in blocks)
        case {"t": _}:
            return plain_text(meta)
        case _:
            return {key: plain_metadata(value) for key, value in meta.items()}


def _author(number: int, author: Author, people: Byline) -> dict[str, Any]:
    name = author.parts
    parts = {
        "literal": name.literal,
        "given": name.given,
        "dropping-particle": name.dropping,
        "non-dropping-particle": name.particle,
        "family": name.family,
        "suffix": name.suffix,
    }
    marks = {
        "corresponding": author.corresponding,
        "equal-contributor": author.equal_contributor,
        "deceased": author.deceased,
    }
    fields = {
        "id": number,
        "number": number,
        "letter": _letter(number),
        "name": {key: markdown(part) for key, part in parts.items() if part},
        "email": markdown(author.email or ""),
        "orcid": author.orcid,
        "marks": markdown(",".join(people.marks(author))),
        "degrees": [markdown(degree) for degree in author.degrees],
        "roles": [{"role": markdown(role)} for role in author.roles],
        "attributes": {key: True for key, marked in marks.items() if marked},
        "affiliations": [_affiliation(people.affiliations[index - 1]) for index in author.affiliations],
    }
    return {key: value for key, value in fields.items() if value}


def _affiliation(affiliation: Affiliation) -> dict[str, Any]:
    fields = {key: markdown(part) for key, part in affiliation.parts.items()}
    if "state" in fields:
        fields["region"] = fields.pop("state")
    numbers = {"id": affiliation.id, "number": affiliation.number, "letter": _letter(affiliation.number)}
    return {**numbers, **fields, "text": markdown(affiliation.text)}


def _letter(number: int) -> str:
    return string.ascii_lowercase[(number - 1) % 26]
