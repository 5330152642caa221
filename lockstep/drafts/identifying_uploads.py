"""Identifying words in files that reviewers may get, and of which there is no anonymised copy: tables, figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..anonymisation.identity import find_words
from ..anonymisation.scan import traces
from ..preflight.draft_files import DraftFiles
from ..submission.checklist import NAME as CHECKLIST
from ..word.passages import PrintedDocument, read_printed

ADVICE: Final = (
    "it has no anonymised copy, and reviewers may get it: write it in other words, or clear the file yourself"
)


def identifying_uploads(files: DraftFiles, words: tuple[str, ...], *, described: Mapping[int, str]) -> tuple[str, ...]:
    """Report the files for upload that identify the authors, each with its places and words.

    Parameters
    ----------
    files : of a draft; title page, letter and statements are not looked at, since they never go to reviewers.
    words : that identify them, from `identity.identifying_words`.
    described : what figures of study.toml show, in words, by their numbers.

    Notes
    -----
    A picture made of pixels cannot be read. It is judged by what study.toml has drawn there, or, where it is an image
    of the study's, by the alternative text that the manuscript gives it; one that wants legends alone has none.
    """
    warnings: list[str] = []
    for path in (*files.tables, *(path for path in files.others if path.name == f"{CHECKLIST}.docx")):
        warnings += _reported(path.name, _places(read_printed(path), words))
    manuscript = read_printed(files.docx).units()
    for path in files.figures:
        number = path.stem.removeprefix("Fig")
        found = [(trace.place, trace.word) for trace in traces(path, words)]
        if not found and (text := described.get(int(number))):
            found = [("what it shows", met.word) for met in find_words(text, words)]
        elif not found:
            alternative = (passage for passage in manuscript.get(f"Figure {number}", ()) if passage.kind == "alt text")
            found = [*_places(PrintedDocument(tuple(alternative)), words)]
        warnings += _reported(path.name, found)
    return tuple(warnings)


def _places(printed: PrintedDocument, words: Iterable[str]) -> Iterator[tuple[str, str]]:
    words = tuple(words)
    for passage in printed.passages:
        for found in find_words(passage.text, words):
            yield passage.place, found.word


def _reported(file: str, found: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a line on a file: its places, each with the words there; a name within a longer one is listed once."""
    places: dict[str, list[str]] = {}
    for place, word in found:
        places.setdefault(place, []).append(word)
    shown = []
    for place, there in places.items():
        whole = dict.fromkeys(f"'{word}'" for word in there if not any(word in other for other in {*there} - {word}))
        shown.append(f"{place} ({', '.join(whole)})")
    if shown:
        yield f"{file} identifies the authors in {'; '.join(shown)}; {ADVICE}"
