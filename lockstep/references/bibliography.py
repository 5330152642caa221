"""Files of references: which keys they have, and on which lines; two references of one key are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..base.characters import hidden_in, refusal
from ..base.errors import ReportError
from ..base.files import utf8_text
from ..base.resources import TEMPLATES
from .bibtex import bibtex_entries

MENDED: Final = TEMPLATES / "references.lua"
"""The filter of pandoc by which references print as medical journals want them, from whatever file."""

ABBREVIATIONS: Final = Path("csl/journals.tsv")
"""The abbreviations of journals, which that filter reads beside itself."""

_BIBTEX: Final = (".bib", ".bibtex", ".biblatex")
_YAML: Final = re.compile(r"^[\s-]*[\"']?id[\"']?\s*:\s*[\"']?(?P<key>[^\"'\s#]+)", re.MULTILINE)
_KEYS: Final = {
    ".json": re.compile(r'"id"\s*:\s*"?(?P<key>[^",}\s]+)'),
    ".yaml": _YAML,
    ".yml": _YAML,
}


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """A reference: its key and position; `start` and `end` are offsets in the text of its file."""

    key: str
    file: str
    line: int
    start: int
    end: int

    @property
    def where(self) -> str:
        """File and line, as messages name them."""
        return f"{self.file}:{self.line}"


def entries_in(files: Iterable[Path]) -> tuple[ReferenceEntry, ...]:
    """Return the references of files, in their order; of a format without keys that are known here, none.

    Raises
    ------
    ReportError
        If a file is not there, is no UTF-8 text, or has hidden characters.
    """
    return tuple(entry for path in files for entry in _entries(path))


def reference_keys(files: Iterable[Path]) -> list[str]:
    """Return the keys of the references in files."""
    return [entry.key for entry in entries_in(files)]


def refuse_repeated(files: Iterable[Path]) -> None:
    """Refuse two references of one key: pandoc cites the last and says nothing.

    Raises
    ------
    ReportError
        With file and line of each.

    Notes
    -----
    Keys that differ in case are two keys to pandoc, other than to BibTeX.
    """
    first: dict[str, ReferenceEntry] = {}
    repeated = []
    for entry in entries_in(dict.fromkeys(files)):
        if entry.key in first:
            repeated.append(f"{first[entry.key].where} and {entry.where}: two references have the key '{entry.key}'.")
        first.setdefault(entry.key, entry)
    if repeated:
        raise ReportError("\n".join([*repeated, "Only the last of them would be cited. Rename or remove one of each."]))


def _entries(path: Path) -> Iterator[ReferenceEntry]:
    kind = path.suffix.lower()
    if kind not in (*_BIBTEX, *_KEYS):
        return
    text = utf8_text(path, needed="it holds references")
    for line, character in hidden_in(text):
        raise ReportError(f"{path.name}:{line}: {refusal(character)}")
    if kind in _BIBTEX:
        found = ((entry.key, entry.key_start, entry.start, entry.end) for entry in bibtex_entries(text))
    else:
        found = ((met["key"], met.start("key"), *met.span()) for met in _KEYS[kind].finditer(text))
    line, counted = 1, 0  # from entry to entry: from the beginning, a list of thousands would take seconds
    for key, place, start, end in found:
        line += text.count("\n", counted, place)
        counted = place
        yield ReferenceEntry(key, path.name, line, start, end)
