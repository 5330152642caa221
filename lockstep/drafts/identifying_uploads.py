"""Identifying words in files that reviewers may get, and of which there is no anonymised copy: tables, figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..anonymisation.identity import find_words
from ..anonymisation.scan import traces
from ..preflight.draft_files import DraftFiles
from ..submission.checklist import NAME as CHECKLIST
from ..word.passages import PrintedDocument, read_printed

ADVICE: Final = (
    "it has no anonymised copy, and reviewers may get it: write it in other words, or clear the file yourself"
)


def identifying_uploads(files: DraftFiles, words: tuple[str, ...]) -> tuple[str, ...]:
    """Report the files for upload that identify the authors, each with its places and words.

    Parameters
    ----------
    files : of a draft; title page, letter and statements are not looked at, since they never go to reviewers.
    words : that identify them, from `identity.identifying_words`.

    Notes
    -----
    A picture made of pixels cannot be read. It is judged by its alternative text, which names what is drawn.
    """
    warnings: list[str] = []
    for path in (*files.tables, *(path for path in files.others if path.name == f"{CHECKLIST}.docx")):
        warnings += _reported(path.name, _places(read_printed(path), words))
    described = read_printed(files.docx)
    for path in files.figures:
        found = [(trace.place, trace.word) for trace in traces(path, words)]
        alternative = described.units().get(f"Figure {path.stem.removeprefix('Fig')}", ())
        alternative = tuple(passage for passage in alternative if passage.kind == "alt text")
        warnings += _reported(path.name, found or _places(PrintedDocument(alternative), words))
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
