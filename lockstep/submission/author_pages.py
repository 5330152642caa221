"""What title page, letter and statements print: facts of front matter, manuscript and results, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Final

from ..base.clock import source_date_epoch
from ..base.errors import counted
from ..base.invocation import called
from ..journals.file import Journal
from ..references.authors import TO_BE_WRITTEN, Author, Byline, byline
from ..results.model import Source
from ..text.numbers import date_text, number_text
from ..text.phrases import UNSUPPORTED
from ..text.style import Style
from ..word.text import ManuscriptText
from ..word_layout.title import keywords
from .declarations import PLACEHOLDER, Declaration, conclusion, declarations, sentences, written_part

_TITLE_PAGE: Final = {
    "funding": "Funding",
    "conflicts": "Conflicts of interest",
    "ethics": "Ethics",
    "contributions": "Author contributions",
    "registration": "Registration of the study",
    "acknowledgments": "Acknowledgments",
    "availability": "Data and code availability",
}
_STATEMENTS: Final = ("funding", "conflicts", "ethics", "contributions")
_GENERIC: Final = "generic"

# What editors expect a letter to say. The program cannot know it: the authors confirm it.
TO_CONFIRM: Final = (
    "The manuscript is original, has not been published, and is not under consideration elsewhere.",
    "All authors have read and approved the manuscript, meet the criteria for authorship, and agree to be accountable "
    "for it.",
    "Conflicts of interest and funding are declared completely in the manuscript.",
    "Whoever is named or quoted has agreed, and approvals that the study needed were obtained.",
)


def title_page(text: ManuscriptText, front_matter: Mapping[str, Any], style: Style) -> dict[str, Any]:
    """Return what the title page prints, after the ICMJE recommendations."""
    people, declared = byline(front_matter), declarations(text)
    return {
        "title": text.title or str(front_matter.get("title") or ""),
        "short_title": str(front_matter.get("short-title") or ""),
        "article_type": str(front_matter.get("article-type") or ""),
        "authors": [_author(author, people) for author in people.authors],
        "affiliations": [{"number": str(item.number), "text": item.text} for item in people.affiliations],
        "corresponding": [_author(author, people) for author in corresponding(people)],
        "counts": [(name, value) for name, value in counts(text, style).items()],
        "keywords": "; ".join(keywords(front_matter)),
        "several": len(people.affiliations) > 1,
        "notes": [" ".join(note) for note in people.notes],
        "declarations": [
            _declared(declared, kind) for kind in _TITLE_PAGE if kind in declared or kind != "acknowledgments"
        ],
    }


def cover_letter(
    text: ManuscriptText, front_matter: Mapping[str, Any], journal: Journal | None, style: Style
) -> dict[str, Any]:
    """Return what the letter to the editors prints.

    Notes
    -----
    What was found is the manuscript's own conclusion, without the sentences that its results do not support, and
    without what is to be written. The date is that of SOURCE_DATE_EPOCH; without it the letter has none, so that the
    same manuscript gives the same letter.
    """
    people = byline(front_matter)
    found = sentences(written_part(conclusion(text)))
    tables, figures = len(text.of_kind("table")), len(text.of_kind("figure"))
    return {
        "date": _date(),
        "journal": "" if journal is None or journal.name == _GENERIC else journal.title,
        "title": text.title or str(front_matter.get("title") or ""),
        "article_type": _within(str(front_matter.get("article-type") or "")),
        "findings": " ".join(sentence for sentence in found if UNSUPPORTED not in sentence),
        "text_words": number_text(text.words, 0, style),
        "abstract_words": number_text(text.abstract_words, 0, style),
        "tables": _counted(tables, "table"),
        "figures": _counted(figures, "figure"),
        "references": _counted(len(text.references), "reference"),
        "to_confirm": list(TO_CONFIRM),
        "corresponding": [_author(author, people) for author in corresponding(people)],
    }


def statements(text: ManuscriptText, front_matter: Mapping[str, Any], source: Source, style: Style) -> dict[str, Any]:
    """Return what the statements print: data and code as the results know them, the rest as the manuscript has it."""
    declared, people = declarations(text), byline(front_matter)
    versions = ", ".join(
        f"{'Python' if name == 'python' else name} {version}" for name, version in source.versions.items()
    )
    return {
        "availability": _declared(declared, "availability"),
        "data": {
            "file": PurePosixPath(source.data_file).name,
            "rows": number_text(source.data_rows, 0, style),
            "columns": number_text(source.data_columns, 0, style),
            "hash": source.data_sha256,
            "further": list(source.further_files.items()),
            "study_hash": source.study_sha256,
            "code_hash": source.code_sha256,
            "versions": versions,
        },
        "repeat": called("report"),
        "declarations": [_declared(declared, kind) for kind in _STATEMENTS],
        "roles": [(author.name, ", ".join(author.roles)) for author in people.authors]
        if any(author.roles for author in people.authors)
        else [],
    }


def counts(text: ManuscriptText, style: Style) -> dict[str, str]:
    """Return the counts of a title page by their names, as printed."""
    numbers = {
        "Words of the text": text.words,
        "Words of the abstract": text.abstract_words,
        "Tables": len(text.of_kind("table")),
        "Figures": len(text.of_kind("figure")),
        "References": len(text.references),
    }
    return {name: number_text(value, 0, style) for name, value in numbers.items()}


def missing_details(text: ManuscriptText, front_matter: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the authors have still to add, a sentence each."""
    people, declared = byline(front_matter), declarations(text)
    for key in ("short-title", "article-type", "keywords"):
        if not front_matter.get(key):
            yield f"title page: the front matter has no `{key}`"
    writing = corresponding(people)
    if not writing:
        yield "title page: no author has `corresponding: true`"
    for author in writing:
        if not (author.email or author.is_to_be_written):
            yield f"title page: no `email` of {author.name}, who answers letters"
    for key in ("degrees", "orcid"):
        known = (author for author in people.authors if not (author.parts.group or author.is_to_be_written))
        names = [author.name for author in known if not getattr(author, key)]
        if names:
            yield f"title page: no `{key}` of {', '.join(names)}"
    yield from _placeholders(people)
    for kind, name in _TITLE_PAGE.items():
        if kind in declared and declared[kind].unfinished:
            yield f"{name}: the manuscript says that it is to be completed: “{_short(declared[kind].text)}”"
        elif kind not in declared and kind != "acknowledgments":
            yield f"{name}: the manuscript does not say; add a paragraph **{name}.** under its declarations"
    whole = conclusion(text)
    found = sentences(written_part(whole))
    if written_part(whole) != whole:
        yield f"cover letter: {'part of ' if found else ''}the conclusion is to be written, and is left out"
    elif not found:
        yield "cover letter: the manuscript has no conclusion to quote"
    for sentence in found:
        if UNSUPPORTED in sentence:
            yield f"cover letter: left out, since the results do not support it: “{_short(sentence)}”"


def _placeholders(people: Byline) -> Iterator[str]:
    """Yield one line with all names and institutions that are to be written, and a line for each other placeholder."""
    places = [*(author.name for author in people.authors), *(item.text for item in people.affiliations)]
    missing = [place for place in places if TO_BE_WRITTEN.search(place)]
    if missing:
        yield f"title page: to be written: {' and '.join(f'“{_short(place)}”' for place in missing)}"
    for place in places:
        if place not in missing and PLACEHOLDER.search(place):
            yield f"title page: “{_short(place)}” is a placeholder"


def corresponding(people: Byline) -> Sequence[Author]:
    """Return who answers letters: those marked so, or the only author."""
    marked = [author for author in people.authors if author.corresponding]
    return marked or (people.authors if len(people.authors) == 1 else ())


def _author(author: Author, people: Byline) -> dict[str, Any]:
    addresses = [people.affiliations[number - 1].text for number in author.affiliations]
    return {
        "name": author.name,
        "group": author.parts.group,
        "degrees": ", ".join(author.degrees),
        "marks": ",".join(people.marks(author)),
        "address": addresses[0] if addresses else "",
        "email": author.email or "",
        "orcid": author.orcid or "",
        "corresponding": author.corresponding,
    }


def _declared(declared: Mapping[str, Declaration], kind: str) -> dict[str, Any]:
    found = declared.get(kind)
    return {
        "name": _TITLE_PAGE[kind],
        "text": found.text if found else "",
        "unfinished": found is not None and found.unfinished,
    }


def _date() -> str:
    time = source_date_epoch()
    return "" if time is None else date_text(datetime.fromtimestamp(time, UTC).date().isoformat())


def _within(name: str) -> str:
    """Return a name as written within a sentence: "original research", but "RCT"."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _counted(number: int, word: str) -> str:
    return counted(number, word) if number else f"no {word}s"


def _short(text: str) -> str:
    return text if len(text) <= 90 else text[:90].rsplit(" ", 1)[0] + " …"
