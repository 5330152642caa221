"""What a manuscript declares: funding, conflicts of interest, ethics and the like, in its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..word.reading import Paragraph
from ..word.text import ManuscriptText

PLACEHOLDER: Final = re.compile(r"placeholder|to be (stated|added|completed|written)|\bTODO\b|\bXXX+\b", re.IGNORECASE)
"""Words by which authors leave something for later."""

# What journals call a declaration. The text under such a heading, or after such words at the start of a paragraph,
# is it.
_NAMES: Final = {
    "funding": r"(primary )?(sources? of )?(funding|financial support|grant support|support|role of the funding source)"
    r"(/support| statement| and (support|sponsorship)| sources?| information)?",
    "conflicts": r"(conflicts?( of interests?)?|(declaration of |potential )?(competing |conflicting )?interests?"
    r"|(conflicts? of interest )?disclosures?)( statement| disclosures?)?",
    "ethics": r"ethic(s|al)( approval| statement| considerations?| approval and consent.*)?|ethics approval.*",
    "contributions": r"(author|authors’|authors'|author’s|credit author) ?contributions?( statement)?|contributors?",
    "acknowledgments": r"acknowledge?ments?",
    "availability": r"(data|code|data and code|data, code)( and (code|materials?))? (availability|sharing)( statement)?"
    r"|availability of data.*",
    "registration": r"(trial |study |clinical trial )?registration( number| of the study)?|protocol( registration)?",
}
_PATTERNS: Final = {kind: re.compile(names, re.IGNORECASE) for kind, names in _NAMES.items()}
_LABEL: Final = re.compile(r"(?P<label>[^.:]{3,60})[.:]\s+(?P<text>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration: what it is, its words, whether its authors have left it for later."""

    kind: str
    text: str

    @property
    def unfinished(self) -> bool:
        """Whether it says itself that it is not complete."""
        return bool(PLACEHOLDER.search(self.text))


def declarations(text: ManuscriptText) -> dict[str, Declaration]:
    """Return what a manuscript declares, by kind: funding, conflicts, ethics, contributions, acknowledgments ...

    Notes
    -----
    An abstract that says it in short, as some journals want, counts only where nothing else says it.
    """
    found: dict[str, list[str]] = {}
    for paragraphs in ((*text.front, *text.body), text.abstract):
        known = frozenset(found)
        for paragraph in paragraphs:
            kind, words = ("", "") if paragraph.level else _declared(paragraph)
            if kind and kind not in known:
                found.setdefault(kind, []).append(words)
    return {kind: Declaration(kind, " ".join(parts)) for kind, parts in found.items()}


def _declared(paragraph: Paragraph) -> tuple[str, str]:
    """Return which declaration a paragraph belongs to, and its words; "" where it belongs to none."""
    labelled = _LABEL.fullmatch(paragraph.text)
    for kind, pattern in _PATTERNS.items():
        if labelled and pattern.fullmatch(labelled["label"].strip()):
            return kind, labelled["text"].strip()
    for kind, pattern in _PATTERNS.items():
        if paragraph.path and pattern.fullmatch(paragraph.path[-1].strip()):
            return kind, paragraph.text
    return "", ""


def conclusion(text: ManuscriptText) -> str:
    """Return the manuscript's conclusion in its own words: the abstract's, else the text's; "" where it has none."""
    names = re.compile(r"(main )?conclusions?( and relevance)?|interpretation", re.IGNORECASE)
    for paragraph in text.abstract:
        labelled = _LABEL.fullmatch(paragraph.text)
        if labelled and names.fullmatch(labelled["label"].strip()):
            return labelled["text"].strip()
    inside = (
        paragraph.text for paragraph in text.main if paragraph.path and names.fullmatch(paragraph.path[-1].strip())
    )
    return " ".join(inside)


def written_part(text: str) -> str:
    """Return a text without the places in brackets that are to be written: "[To be written: what follows.]"."""
    return re.sub(r"\s*\[to be written[^\]]*\]\.?", "", text, flags=re.IGNORECASE).strip()


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+(?=[A-Z*“\"])", text) if part.strip()]
