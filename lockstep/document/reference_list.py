"""Whether the references of a document are complete, known and cited; found without running the document."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from ..base.errors import nearest
from ..base.wording import first_of
from ..qmd.front_matter import reasons_under
from ..qmd.project import Project, bibliography_of, config_for
from ..qmd.source import Document, Prose
from ..qmd.yaml_text import as_list
from ..references.bibliography import ABBREVIATIONS, MENDED, ReferenceEntry, entries_in
from ..render import pandoc
from ..render.front_matter import plain_metadata
from ..render.tree import citation_keys

DECLARED: Final = "incomplete-references"
"""Key of the front matter: references that rightly lack something, each with its reason."""

_LABEL: Final = re.compile(r"(?:fig|tbl|sec|eq|lst|thm|lem|cor|prp|cnj|def|exm|exr)-")
_MOST_NAMED: Final = 10
# What each type of reference needs, by the names of CSL; "a|b" is met by either.
_SERIAL: Final = ("author", "title", "container-title", "issued")
_NEEDED: Final[Mapping[str, Sequence[str]]] = {
    "article-journal": (*_SERIAL, "volume", "page"),
    "article-magazine": ("title", "container-title", "issued"),
    "article-newspaper": ("title", "container-title", "issued"),
    "article": ("author", "title", "issued", "doi|url"),
    "book": ("author|editor", "title", "publisher", "issued"),
    "chapter": (*_SERIAL, "publisher", "page"),
    "paper-conference": _SERIAL,
    "entry-dictionary": ("title", "container-title", "publisher", "issued"),
    "entry-encyclopedia": ("title", "container-title", "publisher", "issued"),
    "thesis": ("author", "title", "publisher", "issued"),
    "report": ("author|publisher", "title", "issued"),
    "webpage": ("title", "url"),
    "dataset": ("author", "title", "issued", "doi|url|publisher"),
    "software": ("author", "title", "issued", "doi|url|publisher"),
    "legislation": ("title", "issued"),
    "patent": ("author", "title", "number", "issued"),
}
_NEEDED_ELSE: Final = ("author|editor", "title", "issued")
_PRINTED_LATER: Final = ("volume", "page")  # what a reference in press does not have yet
_WORDS: Final = {
    "issued": "year",
    "page": "pages",
    "container-title": "journal or book",
    "doi|url": "DOI or address",
    "doi|url|publisher": "DOI, address or publisher",
    "author|editor": "author or editor",
    "author|publisher": "author or institution",
    "url": "address",
}


@dataclass(frozen=True, slots=True)
class ReferenceFindings:
    """What was found: `faults` are what a journal sends back, `notes` worth knowing; each a line with its place."""

    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def reference_findings(document: Document, project: Project) -> ReferenceFindings:
    """Look through the references that a document cites, and those that it does not.

    Raises
    ------
    ReportError
        If a file of references cannot be read, or what the front matter declares is no mapping of keys to reasons.

    Notes
    -----
    A reference is judged as it prints, after templates/references.lua. What each type needs follows the NLM's *Citing
    Medicine*; of a reference in press (``pubstate``) neither volume nor pages are asked for.
    """
    config = config_for("docx", project, document)
    files = bibliography_of(config)
    if not files:
        return ReferenceFindings()
    entries = {entry.key: entry for entry in entries_in(files)}
    references = _read(files, config.get("csl"), document)
    cited = _cited(document, config)
    if "*" in cited:  # nocite: "@*"
        cited = [*cited, *entries]
    unknown = [
        key for key in cited if key not in entries and key not in references and key != "*" and not _LABEL.match(key)
    ]
    declared = reasons_under(
        DECLARED,
        document.front_matter,
        of="keys of references",
        example="`smith2020: the journal has no volumes`",
        where=document.at(f"{DECLARED}:"),
    )
    shortest = _names_printed(config.get("csl"))
    faults = [f"{document.at(f'@{key}')}: no reference '{key}'{nearest(key, list(entries)) or '.'}" for key in unknown]
    incomplete = set()
    for key in dict.fromkeys(cited):
        if key not in entries or key not in references:
            continue
        found = [*_missing(references[key]), *_cut(references[key], shortest)]
        if found and key not in declared:
            faults.append(
                f"{entries[key].where}: '{key}' has {', '.join(found)}. Add what is missing, or name the reference "
                f"under `{DECLARED}` with the reason."
            )
        if found:
            incomplete.add(key)
    notes = [
        f"{document.name}: '{key}' is declared under `{DECLARED}`, but it is not cited or lacks nothing"
        for key in declared
        if key not in incomplete
    ]
    notes += _notes(entries, references, set(cited), config.get("csl"))
    return ReferenceFindings(tuple(faults), tuple(notes))


def _read(files: Sequence[Path], csl: Any, document: Document) -> dict[str, Mapping[str, Any]]:
    """Return each reference as citeproc receives it, by key; names of fields in lower case."""
    arguments = [
        "--from=markdown",
        "--to=json",
        f"--lua-filter={MENDED}",
        *(f"--bibliography={path}" for path in files),
    ]
    arguments += [f"--csl={csl}"] if csl else []
    tree, _ = pandoc.pandoc([*arguments, "--standalone"], '---\nnocite: "@*"\n---\n', folder=document.path.parent)
    found = plain_metadata(json.loads(tree)["meta"]).get("references") or []
    return {item["id"]: {name.lower(): value for name, value in item.items()} for item in found}


def _cited(document: Document, config: Mapping[str, Any]) -> list[str]:
    """Return the keys that a document cites, in its order, those of ``nocite`` last."""
    text = "".join(part.text if isinstance(part, Prose) else " \n" for part in document.parts)
    noted = " ".join(str(item) for item in as_list(config.get("nocite")))
    return citation_keys(pandoc.read_markdown(f"{text}\n\n{noted}", {}, folder=document.path.parent))


def _missing(reference: Mapping[str, Any]) -> Iterator[str]:
    needed = _NEEDED.get(str(reference.get("type")), _NEEDED_ELSE)
    for field in needed:
        if field in _PRINTED_LATER and reference.get("status"):
            continue
        if not any(reference.get(name) for name in field.split("|")):
            yield f"no {_WORDS.get(field, field)}"


def _cut(reference: Mapping[str, Any], printed: int) -> Iterator[str]:
    """Report where "and others" ends a list before the style would."""
    authors = reference.get("author") or reference.get("editor") or []
    named = [name for name in authors if name.get("literal") != "others"]
    if len(named) < len(authors) and len(named) < printed:
        count = f"{len(named)} author{'' if len(named) == 1 else 's'}"
        yield f"{count} and \u201cothers\u201d, where the style prints {printed}"


def _names_printed(csl: Any) -> int:
    """Return how many authors a style prints before "et al."; 0 where it prints all."""
    text = _style_text(csl)
    whole = re.search(r"<bibliography[^>]*\bet-al-use-first=\"(\d+)\"", text)
    any_where = whole or re.search(r"\bet-al-use-first=\"(\d+)\"", text)
    return int(any_where[1]) if any_where else 0


def _notes(
    entries: Mapping[str, ReferenceEntry], references: Mapping[str, Mapping[str, Any]], cited: set[str], csl: Any
) -> Iterator[str]:
    for key, reference in references.items():
        if key not in cited or key not in entries:
            continue
        where = entries[key].where
        journal, short = reference.get("container-title"), reference.get("container-title-short")
        unknown = reference.get("type") == "article-journal" and journal and not short and " " in journal
        if unknown and journal not in _abbreviations() and _shortens(csl):
            yield f"{where}: '{key}': no abbreviation of '{journal}' is known; give one as `shortjournal`"
        if not all(unicodedata.is_normalized("NFC", text) for text in _texts(reference)):
            yield f"{where}: '{key}' has an accent as a character of its own; type the letter with its accent as one"
    uncited: dict[str, list[str]] = {}
    for key, entry in entries.items():
        if key not in cited:
            uncited.setdefault(entry.file, []).append(key)
    for file, keys in uncited.items():
        names = first_of(keys, most=_MOST_NAMED)
        yield f"{file}: {len(keys)} reference{' is' if len(keys) == 1 else 's are'} not cited: {names}"


@cache
def _abbreviations() -> frozenset[str]:
    """Return the abbreviations of journals that are known: a name that is one needs no other."""
    lines = (MENDED.parent / ABBREVIATIONS).read_text(encoding="utf-8").splitlines()
    return frozenset(line.rpartition("\t")[2] for line in lines)


def _shortens(csl: Any) -> bool:
    """Return whether a style prints the abbreviations of journals."""
    tags = re.findall(r"<text [^>]*>", _style_text(csl))
    return any('variable="container-title"' in tag and 'form="short"' in tag for tag in tags)


def _style_text(csl: Any) -> str:
    """Return the text of a citation style, empty where there is none."""
    return Path(str(csl)).read_text(encoding="utf-8") if csl and Path(str(csl)).is_file() else ""


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
