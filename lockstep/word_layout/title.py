"""The first page of a Word file: authors with their affiliations, correspondence, date, keywords; the running title."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lxml.etree import _Element as Element

from ..references.authors import Author, Byline
from ..word.wordml import (
    find_all,
    has_style,
    is_a,
    make,
    paragraph,
    paragraph_style,
    properties,
    put,
    remove,
    text_of,
    text_run,
)

_KEPT: Final = ("Title", "Subtitle")
_REPLACED: Final = ("Author", "Affiliation", "Correspondence", "Date")
_ABSTRACT: Final = "Abstract"
_ABSTRACT_TITLE: Final = "AbstractTitle"
_KEYWORDS: Final = "Keywords"
_RUNNING_TITLE: Final = "Running title"  # what the header of reference.docx says
_LONGEST_RUNNING_TITLE: Final = 70  # characters


def set_title_block(body: Element, metadata: Mapping[str, Any], people: Byline) -> str:
    """Set the block of title and authors and the keywords as journals want them; return the title's text.

    Notes
    -----
    Pandoc writes a paragraph for each author's name and Quarto no affiliation. All is written anew, so that both give
    the same text: authors in one paragraph, a raised number for each affiliation (none where there is but one), an
    asterisk for who answers letters, signs for equal contribution and for who has died.
    """
    head = []
    for block in body:
        if not has_style(block, *_KEPT, *_REPLACED):
            break
        head.append(block)
    kept = [block for block in head if has_style(block, *_KEPT)]
    if not kept and metadata.get("title"):
        kept = [paragraph("Title", text_run(str(metadata["title"])))]
    new = list(_byline_paragraphs(people))
    if metadata.get("date"):
        new.append(paragraph("Date", text_run(str(metadata["date"]))))
    # What the metadata do not hold stays as the renderer wrote it.
    absent = {"Author", "Date"} - {paragraph_style(block) for block in new}
    new += [block for block in head if paragraph_style(block) in absent]
    for block in head:
        remove(block)
    body[:0] = [*kept, *new]
    _set_abstract(body, metadata, after=[*kept, *new])
    return " ".join(text_of(block) for block in kept if has_style(block, "Title"))


def _byline_paragraphs(people: Byline) -> Iterator[Element]:
    if not people.authors:
        return
    numbered = len(people.affiliations) > 1
    several = len(people.authors) > 1
    line: list[Element] = []
    for author in people.authors:
        line.append(text_run((people.separator if line else "") + author.with_degrees))
        if marks := people.marks(author):
            line.append(text_run(",".join(marks), superscript=True))
    yield paragraph("Author", *line)
    for affiliation in people.affiliations:
        mark = [text_run(str(affiliation.number), superscript=True), text_run(" ")] if numbered else []
        yield paragraph("Affiliation", *mark, text_run(affiliation.text))
    corresponding = [author for author in people.authors if author.corresponding]
    if corresponding:
        mark = [text_run("*", superscript=True)] if several else []
        yield paragraph("Correspondence", *mark, text_run("Correspondence: " + _contacts(corresponding)))
    identified = [f"{author.name}, {author.orcid}" for author in people.authors if author.orcid]
    if identified:
        yield paragraph("Correspondence", text_run("ORCID: " + "; ".join(identified)))
    for sign, words in people.notes:
        yield paragraph("Correspondence", text_run(sign, superscript=True), text_run(f" {words}"))


def _contacts(authors: Sequence[Author]) -> str:
    return "; ".join(f"{author.name}, {author.email}" if author.email else author.name for author in authors)


def keywords(metadata: Mapping[str, Any]) -> list[str]:
    """Return the keywords of the front matter: a list there, or one text."""
    words = metadata.get("keywords") or []
    return [words] if isinstance(words, str) else [str(word) for word in words]


def _set_abstract(body: Element, metadata: Mapping[str, Any], after: Sequence[Element]) -> None:
    """Head the abstract, and set the keywords under it (under the title block where there is none), once."""
    abstract = [block for block in body if has_style(block, _ABSTRACT)]
    if abstract and not _is_headed(abstract[0]):
        abstract[0].addprevious(paragraph(_ABSTRACT_TITLE, text_run(str(metadata.get("abstract-title") or "Abstract"))))
    words = keywords(metadata)
    if words and not any(has_style(block, _KEYWORDS) for block in body):
        line = paragraph(_KEYWORDS, text_run("Keywords: ", bold=True), text_run("; ".join(words)))
        place = [*after, *abstract][-1:]
        if place:
            place[0].addnext(line)
        else:
            body.insert(0, line)


def _is_headed(block: Element) -> bool:
    before = block.getprevious()
    return is_a(before, "w:p") and paragraph_style(before).startswith((_ABSTRACT_TITLE, "Heading"))


def set_running_title(header: Element, metadata: Mapping[str, Any], title: str, *, text_width: int) -> None:
    """Put the short title, and the manuscript's status, where the header of reference.docx says "Running title".

    Without a short title it is the beginning of the title.
    """
    words = str(metadata.get("short-title") or title)
    if len(words) > _LONGEST_RUNNING_TITLE:
        words = words[:_LONGEST_RUNNING_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
    status = str(metadata.get("status") or "")
    for block in find_all(header, "w:p"):
        if text_of(block) == _RUNNING_TITLE:
            for child in [child for child in block if not is_a(child, "w:pPr")]:
                remove(child)
            block.append(text_run(words))
            if status:
                put(properties(block, "w:pPr"), "w:tabs", make("w:tab", val="right", pos=text_width))
                block.extend([make("w:r", make("w:tab")), text_run(status)])
