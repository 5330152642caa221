"""Names of what study.toml declares: which are allowed, labels that follow from them, their form in ids of results."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from ..base.wording import listing
from .sections import Section
from .shapes import WORDS

FOLLOW_UP: Final = "follow_up"
"""The reserved variable: follow-up in months, there where [analysis] follow_up names an endpoint."""

RESERVED: Final = WORDS | {"flow", "setting", "data", "reviewed", "cutoff", FOLLOW_UP}
"""Words that begin ids of other results, and words of the conditions."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")


def check_names(top: Section, *outers: str, reserved: Collection[str] = ()) -> None:
    """Check the names of the tables inside these tables: they make ids, so no two may become the same."""
    owners: dict[str, str] = {}
    for outer in outers:
        section = top.section(outer)
        for name in section.values:
            if not _NAME.fullmatch(name):
                raise section.error(
                    name, "a name has letters (a-z), digits and _ only, begins with a letter, at most 60"
                )
            if slug(name) in reserved:
                raise section.error(name, f"this name is reserved, as are {listing(sorted(reserved), word='and')}")
            if slug(name) in owners:
                raise section.error(name, f"this name is taken by [{owners[slug(name)]}]; case makes no difference")
            owners[slug(name)] = section.path(name)


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """Return the form a name takes inside a record id: lower case, other characters than letters and digits are ``_``.

    Record ids are ASCII: a letter with an accent counts as the letter without it.
    """
    letters = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]", "_", plain.lower())


def default_label(name: str) -> str:
    """Return the label of a variable that states none: ``tumor_size`` is "Tumor size"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def distinct(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels by name, with the name behind where several things are called alike: "Size (size_group)"."""
    often = Counter(labels.values())
    return {name: f"{label} ({name})" if often[label] > 1 else label for name, label in labels.items()}
