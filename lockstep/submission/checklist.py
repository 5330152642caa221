"""The STROBE checklist as a Word file for editors and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ..base.files import write_whole
from .strobe import Checklist, ChecklistLine, ItemPlace
from .strobe_items import SOURCE
from .word_files import write_word_file

NAME: Final = "strobe_checklist"
SCHEMA_VERSION: Final = 1
_TITLE: Final = "STROBE checklist for cohort studies"
_BY_GROUP: Final = "* Give such information separately, if applicable, for exposed and unexposed groups."


def write_checklist(
    checklist: Checklist, folder: Path, *, study_folder: Path, metadata: Mapping[str, Any], in_word: bool
) -> tuple[Path, Path]:
    """Write strobe_checklist.docx and .json into a folder; `in_word`: whether lines in the Word file are known."""
    word_file, as_json = folder / f"{NAME}.docx", folder / f"{NAME}.json"
    write_word_file(
        word_file,
        f"{NAME}.html.j2",
        _context(checklist, in_word=in_word),
        study_folder=study_folder,
        metadata={**metadata, "title": _TITLE, "landscape": True},
    )
    write_whole(as_json, checklist_json(checklist).encode())
    return word_file, as_json


def checklist_json(checklist: Checklist) -> str:
    """Return everything of a checklist, with the ids of the results behind its facts."""
    items = [{**asdict(entry), "status": entry.status} for entry in checklist.entries]
    head = {"schema": SCHEMA_VERSION, "source": SOURCE, "not_covered": list(checklist.uncovered)}
    return json.dumps({**head, "items": items}, ensure_ascii=False, indent=1) + "\n"


def _context(checklist: Checklist, *, in_word: bool) -> dict[str, Any]:
    parts = groupby(checklist.entries, key=lambda entry: entry.item.part)
    covered = sum(1 for entry in checklist.entries if entry.status == "covered")
    explained = sum(1 for entry in checklist.entries if entry.status == "explained")
    summary = f"Of {len(checklist.entries)} items, {covered} are covered by the manuscript"
    if explained:
        summary += f", {explained} left out for a reason"
    summary += f", {len(checklist.uncovered)} not covered{_named(checklist.uncovered)}."
    layout = (
        "Pages and lines of the Word file are those of LibreOffice’s layout; Word may break lines elsewhere."
        if in_word
        else "For the Word file, whose lines depend on the program that shows it, section and paragraph are given."
    )
    return {
        "summary": summary,
        "parts": [{"name": name, "entries": [_entry(entry, in_word) for entry in part]} for name, part in parts],
        "notes": [_BY_GROUP, f"Lines are those numbered in the margin. {layout}", SOURCE],
    }


def _entry(entry: ChecklistLine, in_word: bool) -> dict[str, Any]:
    return {
        "number": entry.item.number,
        "mark": "*" if entry.item.by_group else "",
        "topic": entry.item.topic,
        "recommendation": entry.item.recommendation,
        "status": entry.status,
        "reason": entry.reason,
        "spots": [
            {"section": spot.section, "places": _places(spot, in_word), "words": spot.words} for spot in entry.spots
        ],
        "facts": [fact.text for fact in entry.facts],
    }


def _places(spot: ItemPlace, in_word: bool) -> str:
    """Print where a place is in both files: "(PDF p. 2, line 18; Word p. 2, line 45)"."""
    places = [f"PDF {spot.pdf}"] if spot.pdf else []
    if in_word and spot.word:
        places.append(f"Word {spot.word}")
    elif spot.paragraph:
        places.append(f"Word paragraph {spot.paragraph}")
    return f"({'; '.join(places)})" if places else ""


def _named(numbers: tuple[str, ...]) -> str:
    return f" ({', '.join(numbers)})" if numbers else ""
