"""Authors with everything that identifies them, and text made anonymous for them."""

from __future__ import annotations

import textwrap
from typing import Any

from lockstep.anonymisation.document import anonymised_source
from lockstep.anonymisation.identity import identifying_words

FRONT: dict[str, Any] = {
    "title": "A study^[With thanks to Zoë Quistgaard.]",
    "author": [
        {
            "name": "Zoë Quistgaard",
            "email": "zq@northern.example",
            "orcid": "0000-0002-1825-0097",
            "affiliations": [
                {"name": "Northern Light Hospital", "department": "Department of Repairs", "city": "Tromsø"}
            ],
        },
        {"name": {"given": "Bo", "family": "Li"}},
        {"name": "Ann Young"},
    ],
    "funding": [{"statement": "Grant agreement 01KT2103", "awards": [{"id": "R01 CA123456"}]}],
    "ethics": "Approved by the committee, EK-2019/114, in 2019",
    "registration": "German register, DRKS00012345",
    "blind": ["Northern registry"],
    "status": "Draft of Quistgaard",
    "description": "About repairs.",
    "keywords": ["repair", "Tromsø"],
}
BIB = r"""
@article{quistgaard2020, author = {Quistgaard, Z. and Smith, John}, title = {Old {work}}, doi = {10.1/own}}
@article{li2019, author = {Li, Xiang}, title = {Other}}
@article{own2, author = "B. Li and {\O}rsted, H{\"a}ns", title = "Mine"}
@comment{ @article{no, author = {Quistgaard, Z}} }
"""
TEXT = "The young patients. Li et al. showed this."


def words() -> tuple[str, ...]:
    """Return the words that identify the authors above."""
    return identifying_words(FRONT, BIB, text=TEXT, this_machine=False)


def blind(body: str, **options: Any) -> str:
    """Return the blinded body of a document without front matter."""
    return anonymised_source(textwrap.dedent(body), words(), **options).text
