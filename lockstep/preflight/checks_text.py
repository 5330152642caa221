"""Checks of the text: its length, headings, references, floats, abbreviations, statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final, Literal

from ..base.errors import counted
from ..word.passages import PrintedDocument
from ..word.reading import CITATION
from ..word.text import ManuscriptText, PrintedFloat
from .abbreviations import undefined
from .checks import DraftFacts, Measure, Measurement, at_most, faulty
from .declared import declared_abbreviations, quoted_tables

_NUMBER: Final = r"\d+[A-Z]?"
# A list of numbers follows "Tables" only: in "Table 1, 60 of 142 patients" the 60 is no table.
_MENTION: Final = re.compile(
    rf"""
    \b(?P<kind>(?:Table|Figure|Fig)(?P<several>s)?\b(?:(?<=Fig)\.|(?<=Figs)\.)?)
    [ \xa0]
    (?P<numbers>
        {_NUMBER}
        (?:
            (?: [ \xa0]?[–-][ \xa0]?  # "Figures 1–3", "Figure 1A–C"
            |   (?(several) (?: ,[ \xa0] | [ \xa0]and[ \xa0] ) | (?!) )  # "Tables 1, 2 and 3"
            )
            {_NUMBER}
        )*
    )
    """,
    re.VERBOSE,
)
EMPTIES: Final = ("–", "—", "-", "··", "…", "...", "NA", "N/A", "n/a")
"""The content of cells that have no value."""

_CITED: Final = re.compile(r"\d+(?=$|[\s(,])")  # a number of the list, alone or with a page: "1", "1 p3", "1(p3)"
_SUPPLEMENTARY: Final = re.compile(r"(?:supplement|supporting)", re.IGNORECASE)


def _words(draft: DraftFacts, limit: Any) -> Measurement:
    sections = "; ".join(
        f"{name or 'before the first heading'} {n}" for name, n in draft.text.words_by_section().items()
    )
    return Measurement(draft.text.words <= limit, f"{counted(draft.text.words, 'word')} ({sections})")


def abstract_headings(draft: DraftFacts) -> tuple[str, ...]:
    """Return the headings of the abstract: the bold words with which its paragraphs open."""
    return tuple(passage.lead for passage in draft.printed.of_kind("abstract") if passage.lead)


def _abstract_headings(draft: DraftFacts, limit: Any) -> Measurement:
    """Names are another rule's: a heading counts as what the journal calls it."""
    names = {key.casefold(): name for key, name in draft.value("abstract_names", {}).items()}
    found = [names.get(name.casefold(), name) for name in abstract_headings(draft)]
    holds = [name.casefold() for name in found] == [name.casefold() for name in limit]
    return Measurement(holds, ", ".join(abstract_headings(draft)) or "no headings")


def _abstract_names(draft: DraftFacts, limit: Any) -> Measurement:
    old = {key.casefold(): name for key, name in limit.items() if key.casefold() != name.casefold()}
    faults = [
        f'abstract: "{name}" is called "{old[name.casefold()]}" here'
        for name in abstract_headings(draft)
        if name.casefold() in old
    ]
    return faulty(faults, ", ".join(abstract_headings(draft)) or "no headings")


def display_items(text: ManuscriptText, *kinds: Literal["table", "figure"]) -> tuple[PrintedFloat, ...]:
    """Return the tables and figures that count: supplementary ones do not."""
    return tuple(item for item in text.floats if item.kind in kinds and not is_supplementary(item))


def is_supplementary(item: PrintedFloat) -> bool:
    """Return whether a table or figure is supplementary: numbered S1, or with a caption that begins so."""
    return item.number.startswith("S") or _SUPPLEMENTARY.match(item.caption) is not None


def _items(*kinds: Literal["table", "figure"]) -> Callable[[DraftFacts], int]:
    return lambda draft: len(display_items(draft.text, *kinds))


def _short_title(draft: DraftFacts, limit: Any) -> Measurement:
    title = str(draft.front_matter.get("short-title") or "")
    if not title:
        return Measurement(None, "no short title")
    return Measurement(len(title) <= limit, counted(len(title), "character"))


def keywords_of(draft: DraftFacts) -> tuple[str, ...]:
    """Return the keywords as printed."""
    text = " ; ".join(paragraph.text for paragraph in draft.text.front if paragraph.style == "Keywords")
    _, colon, listed = text.partition(":")
    return tuple(word.strip() for word in re.split(r"[;,·]", listed if colon else text) if word.strip())


def _keywords(draft: DraftFacts, limit: Any) -> Measurement:
    number = len(keywords_of(draft))
    return Measurement(limit.get("min", 0) <= number <= limit.get("max", number), counted(number, "keyword"))


def _heading_levels(draft: DraftFacts) -> int:
    return max((heading.level for heading in draft.text.headings), default=0)


def _footnotes(draft: DraftFacts, limit: Any) -> Measurement:
    return Measurement(bool(limit) or not draft.text.footnotes, counted(draft.text.footnotes, "footnote"))


def _titled(draft: DraftFacts) -> set[str]:
    """Return what acts as a heading: headings, bold words that open a paragraph, paragraphs of few words."""
    passages = draft.printed.of_kind("front", "abstract", "heading", "text", "back")
    names = {passage.lead for passage in passages} | {
        passage.text.strip(" .:") for passage in passages if len(passage.text.split()) <= 8
    }
    return {name.casefold() for name in names if name}


def _has_all(draft: DraftFacts, limit: Any) -> Measurement:
    titled = _titled(draft)
    missing = [name for name in limit if name.casefold() not in titled]
    measured = f"{len(limit) - len(missing)} of {len(limit)}"
    return faulty([f'no heading "{name}"' for name in missing], measured)


def cited_numbers(printed: PrintedDocument) -> tuple[int, ...]:
    """Return the numbers of references in the order in which they are cited, ranges written out."""
    links = iter(printed.citations)
    numbers: list[int] = []
    for passage in printed.passages:
        before = ""
        for letter in passage.text:
            if letter != CITATION:
                before += letter
                continue
            link = next(links, None)
            met = _CITED.match(link.text) if link is not None else None
            if met is None:
                before = ""
                continue
            number = int(met[0])
            if before.strip() in ("–", "-") and numbers:
                numbers += range(numbers[-1] + 1, number)
            numbers.append(number)
            before = ""
    return tuple(numbers)


def _is_numbered(draft: DraftFacts) -> bool:
    """Return whether references are cited by number: years are numbers as well, but none by which the list counts."""
    counted_list = all(re.match(r"\d", text) for text in draft.text.references)
    return counted_list and all(_CITED.match(citation.text) for citation in draft.printed.citations)


def _citations(draft: DraftFacts, limit: Any) -> Measurement:
    numbers = cited_numbers(draft.printed)
    numbered = _is_numbered(draft)
    if limit == "author and year":
        return Measurement(
            not numbered or not draft.printed.citations, "numbered" if numbered else "by author and year"
        )
    faults = ["references are cited by author and year"] if not numbered else []
    for place, number in enumerate(dict.fromkeys(numbers), start=1):
        if place != number:
            faults.append(f"reference {number} is cited before reference {place}")
    return faulty(faults[:1], "numbered" if numbered else "not numbered")


def _references_complete(draft: DraftFacts, _: Any) -> Measurement:
    return faulty(draft.findings.references, f"{counted(len(draft.text.references), 'reference')}")


def _references_cited(draft: DraftFacts, _: Any) -> Measurement:
    cited = {citation.target for citation in draft.printed.citations}
    faults = [
        f"a citation leads to '{target}', which is no reference" for target in sorted(cited - draft.printed.targets)
    ]
    if _is_numbered(draft):
        numbers = set(cited_numbers(draft.printed))
        listed = {int(met[0]): text for text in draft.text.references if (met := re.match(r"\d+", text))}
        faults += [f"reference {number} is not cited" for number in sorted(listed.keys() - numbers)]
        faults += [f"reference {number} is cited and not listed" for number in sorted(numbers - listed.keys())]
    else:
        faults += [f"reference '{target}' is not cited" for target in sorted(draft.printed.targets - cited)]
    return faulty(faults, f"{counted(len(draft.text.references), 'reference')}")


def float_mentions(text: str) -> Iterator[tuple[str, int]]:
    """Yield each mention of a table or figure in a text, in its order, ranges written out: ("Table", 1)."""
    for found in _MENTION.finditer(text):
        kind = "Table" if found["kind"].startswith("Table") else "Figure"
        previous, ranged = 0, False
        for piece in re.findall(r"\d+|[–-]", found["numbers"]):
            if not piece.isdecimal():
                ranged = True
                continue
            for number in range(previous + 1, int(piece) + 1) if ranged else [int(piece)]:
                yield kind, number
            previous, ranged = int(piece), False


def _floats_cited(draft: DraftFacts, _: Any) -> Measurement:
    mentioned, inserted = (
        [one for passage in printed.of_kind("abstract", "text") for one in float_mentions(passage.text)]
        for printed in (draft.printed, draft.inserted)
    )
    faults = []
    for kind in ("Table", "Figure"):
        there = [
            int(item.number) for item in draft.text.floats if item.name.startswith(kind) and item.number.isdecimal()
        ]
        first = list(dict.fromkeys(number for name, number in mentioned if name == kind))
        faults += [f"{kind} {number} is not cited in the text" for number in sorted(set(there) - set(first))]
        led = {number for name, number in inserted if name == kind}
        faults += [f"{kind} {number} is cited, and there is none" for number in sorted(led - set(there))]
        for earlier, later in pairwise(first):
            if later < earlier:
                faults.append(f"{kind} {later} is first cited after {kind} {earlier}")
    return faulty(faults, counted(len(draft.text.floats), "table or figure", "tables and figures"))


def _figure_word(draft: DraftFacts, limit: Any) -> Measurement:
    faults, number = [], 0
    for passage in draft.inserted.of_kind("abstract", "text", "caption", "note"):
        for found in _MENTION.finditer(passage.text):
            word = re.sub(r"s(?=\.?$)", "", found["kind"])
            if word != "Table":
                number += 1
                if word != limit:
                    faults.append(f'{passage.place}: "{found[0]}" is not called "{limit}"')
    return faulty(faults, counted(number, "mention"))


def _abbreviations(draft: DraftFacts, _: Any) -> Measurement:
    printed = draft.printed
    if draft.states("empty_cell"):  # "NA" in an empty cell is that rule's
        printed = replace(
            printed,
            passages=tuple(
                passage for passage in printed.passages if passage.kind != "cell" or passage.text.strip() not in EMPTIES
            ),
        )
    faults = undefined(
        printed,
        declared_abbreviations(draft.front_matter),
        quoted=quoted_tables(draft.printed, draft.front_matter),
    )
    return faulty(faults, "explained where first used" if not faults else "not all explained where first used")


CHECKS: Final[dict[str, Measure]] = {
    "text_words": _words,
    "abstract_words": at_most(lambda draft: draft.text.abstract_words, "word"),
    "abstract_headings": _abstract_headings,
    "abstract_names": _abstract_names,
    "references": at_most(lambda draft: len(draft.text.references), "reference"),
    "display_items": at_most(_items("table", "figure"), "item"),
    "tables": at_most(_items("table"), "table"),
    "figures": at_most(_items("figure"), "figure"),
    "title_characters": at_most(lambda draft: len(draft.text.title), "character"),
    "title_words": at_most(lambda draft: len(draft.text.title.split()), "word"),
    "short_title_characters": _short_title,
    "keywords": _keywords,
    "heading_levels": at_most(_heading_levels, "level"),
    "footnotes": _footnotes,
    "statements": _has_all,
    "boxes": _has_all,
    "citations": _citations,
    "references_cited": _references_cited,
    "references_complete": _references_complete,
    "floats_cited": _floats_cited,
    "figure_word": _figure_word,
    "abbreviations": _abbreviations,
}
"""The checks of this module, by rule."""
