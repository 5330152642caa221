"""The files beside report.qmd without a trace of the authors: reference lists, labels of the study, pictures."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..base.errors import ReportError
from ..base.files import utf8_text
from ..references.own_references import Person, read_references, without_own
from .document import WORD, without_words
from .identity import find_words
from .image_metadata import without_metadata
from .registrations import registrations, without_registrations

PICTURES: Final = "blinded-pictures"

_LABELS: Final = ("title", "label", "event_label", "abbreviation", "reason", "unit", "note", "caption", "subtitle")
_IMAGE: Final = re.compile(r"(!\[(?:[^\[\]]|\[[^\[\]]*\])*\]\()(?!\w+:)([^()\s]+)(?=[\s)])")


def read_bibliographies(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the text of the BibTeX files that a study cites, by name.

    Raises
    ------
    ReportError
        If one is not UTF-8, or lies outside of the study's folder, where it cannot be replaced by another.
    """
    texts = {}
    for name in names:
        path = (folder / name).resolve()
        if path.suffix == ".bib" and path.is_file():
            if not path.is_relative_to(folder):
                raise ReportError(f"bibliography: {name} lies outside of the study's folder. Put a copy inside.")
            texts[path.relative_to(folder).as_posix()] = utf8_text(path, needed="it holds references")
    return texts


def new_keys(texts: Mapping[str, str], words: Sequence[str]) -> dict[str, str]:
    """Return another key for each reference whose key identifies an author: keys are in the documents' links."""
    keys = [reference.entry.key for text in texts.values() for reference in read_references(text)]
    identifying = [key for key in dict.fromkeys(keys) if any(find_words(_apart(key), words))]
    free = (f"removed{number}" for number in range(1, len(keys) + len(identifying) + 1))
    return dict(zip(identifying, (name for name in free if name not in keys), strict=False))


def anonymised_bibliography(text: str, people: Sequence[Person], renamed: Mapping[str, str]) -> str:
    """Return a BibTeX file in which the authors' own references are anonymous, each with its place and number.

    Numbers of registries are gone from all of them: authors cite the entry of their own trial as a registry's.
    """
    return without_registrations(without_own(text, people, lambda key: renamed.get(key, key))[0], WORD)


def anonymised_study(text: str, words: Sequence[str]) -> str:
    """Return study.toml without identifying words in its labels; names and conditions stay, as the data use them."""
    labels = {
        label for label in _labels_in(tomllib.loads(text)) if any(find_words(label, words)) or any(registrations(label))
    }
    for label in sorted(labels, key=len, reverse=True):
        pattern = rf"(=\s*)([\"']){re.escape(label)}\2"
        new = without_words(label, words)
        text = re.sub(pattern, lambda met, new=new: f"{met[1]}{met[2]}{new}{met[2]}", text)  # type: ignore[misc]
    return text


def _labels_in(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            # The labels of levels are keyed by their names.
            yield from _labels_in(item, "label" if key == "levels" and isinstance(item, str) else name)
    elif isinstance(value, list):
        for item in value:
            yield from _labels_in(item) if isinstance(item, dict) else ()
    elif isinstance(value, str) and key in _LABELS:
        yield value


def anonymised_pictures(text: str, folder: Path, place: Path) -> str:
    """Bring the pictures that a document names to a folder under new names and without metadata; return the document.

    Raises
    ------
    ReportError
        If a picture is in a format whose metadata cannot be removed.
    """
    known: dict[str, str] = {}

    def renamed(met: re.Match[str]) -> str:
        name = met[2]
        source = folder / name
        found = [source] if source.is_file() else sorted(source.parent.glob(f"{source.name}.*"))
        if not found or not source.resolve().is_relative_to(folder.resolve()):
            return met[0]
        if name not in known:
            known[name] = f"{PICTURES}/picture{len(known) + 1}{source.suffix if source.is_file() else ''}"
            (place / PICTURES).mkdir(exist_ok=True)
            for file in found:
                new = place / (known[name] if source.is_file() else f"{known[name]}{file.suffix}")
                shutil.copyfile(file, new)
                new.write_bytes(without_metadata(new.read_bytes(), name=name))
        return met[1] + known[name]

    return _IMAGE.sub(renamed, text)


def _apart(key: str) -> str:
    """Return a key with its words apart: doeRegistry2020 is "doe Registry 2020"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)", " ", key)
