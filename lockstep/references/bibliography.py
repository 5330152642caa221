"""Files of references: which keys they have, and on which lines; two references of one key are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..base.characters import hidden_in, refusal
from ..base.errors import ReportError
from ..base.resources import TEMPLATES
from ..qmd.source import utf8_text

MENDED: Final = TEMPLATES / "references.lua"
"""The filter of pandoc by which references print as medical journals want them, in whatever file they stand."""

ABBREVIATIONS: Final = Path("csl/journals.tsv")
"""The abbreviations of journals, which that filter reads beside itself."""

NOT_ENTRIES: Final = ("comment", "string", "preamble")
"""What begins with @ in a BibTeX file and is no reference."""

_BIBTEX: Final = (".bib", ".bibtex", ".biblatex")
_ENTRY: Final = re.compile(r"@\s*(?P<type>\w+)\s*(?P<open>[{(])\s*(?:(?P<key>[^,\s{}()\"=]+)\s*[,})])?")
_YAML: Final = re.compile(r"^[\s-]*[\"']?id[\"']?\s*:\s*[\"']?(?P<key>[^\"'\s#]+)", re.MULTILINE)
_KEYS: Final = {
    ".json": re.compile(r'"id"\s*:\s*"?(?P<key>[^",}\s]+)'),
    ".yaml": _YAML,
    ".yml": _YAML,
}


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """A reference: its key, and where it stands; `start` and `end` are offsets in the text of its file."""

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


def closing(text: str, opened: int) -> int:
    """Return the index after the brace or parenthesis that closes the one at `opened`; the end where none does."""
    depth = 0
    opening, closed = ("{(", "})") if text[opened] == "(" else ("{", "}")
    for met in re.compile(r"\\.|[{}()]", re.DOTALL).finditer(text, opened):
        if met[0] in opening:
            depth += 1
        elif met[0] in closed:
            depth -= 1
            if depth == 0:
                return met.end()
    return len(text)


def _entries(path: Path) -> Iterator[ReferenceEntry]:
    kind = path.suffix.lower()
    if kind not in (*_BIBTEX, *_KEYS):
        return
    text = utf8_text(path, needed="it holds references")
    for line, character in hidden_in(text):
        raise ReportError(f"{path.name}:{line}: {refusal(character)}")
    found = _bibtex_entries(text) if kind in _BIBTEX else ((met, met.end()) for met in _KEYS[kind].finditer(text))
    for met, end in found:
        yield ReferenceEntry(met["key"], path.name, text.count("\n", 0, met.start("key")) + 1, met.start(), end)


def _bibtex_entries(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield each entry's beginning and its end; what stands within an entry or between entries begins none."""
    place = 0
    while met := _ENTRY.search(text, place):
        if "%" in text[text.rfind("\n", place, met.start()) + 1 or place : met.start()]:  # a comment, to pandoc
            place = text.find("\n", met.start()) + 1 or len(text)
            continue
        place = closing(text, met.start("open"))
        if met["key"] and met["type"].lower() not in NOT_ENTRIES:
            yield met, place
