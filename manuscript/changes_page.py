"""`make changes`: the change report as a page, as a Word file and as JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from analysis.files import write_whole

from .build import REPOSITORY
from .changes import Changes, ClaimChange, DataChanges, FigureChange, ValueChange
from .pending import check_places, replace_together
from .ranking import MEANING, RANKS
from .render import pandoc
from .render.docx import finish_docx
from .render.tree import Node
from .templates import render_template
from .turns import one_at_a_time, workshop

FILES: Final = tuple(Path("build") / f"changes.{extension}" for extension in ("html", "json", "docx"))
"""Where a study's change report stands, relative to its folder."""

SCHEMA_VERSION: Final = 1
_REFERENCE: Final = REPOSITORY / "templates" / "reference.docx"
_OUTCOMES: Final = {"broke": "No longer supported by the data", "mended": "Supported by the data again"}


def write_changes(changes: Changes, folder: Path) -> tuple[Path, ...]:
    """Write build/changes.html, .json and .docx of a study, all or none; return where they stand."""
    places = tuple(folder / path for path in FILES)
    page = changes_html(changes, folder)
    target = places[0].parent
    with one_at_a_time(target), workshop(target) as work:
        html, as_json, word_file = (work / path.name for path in places)
        write_whole(html, page.encode())
        write_whole(as_json, changes_json(changes).encode())
        _write_docx(page, changes, word_file)
        check_places(places)
        replace_together(dict(zip(places, (html, as_json, word_file), strict=True)), work)
    return places


def changes_html(changes: Changes, folder: Path) -> str:
    """Return a page that needs no other file: what changed, what matters most first."""
    groups = [(rank, [value for value in changes.values if value.rank == rank]) for rank in RANKS]
    context: dict[str, Any] = {
        "since": changes.since,
        "summary": changes.summary(),
        "nothing": changes.nothing,
        "data": _data_lines(changes.data),
        "cells": list((changes.data.rows or {}).get("cells", {}).items()),
        "ids": _ids(changes.data),
        "groups": [
            {"name": rank, "meaning": MEANING[rank], "values": [_value(value) for value in values]}
            for rank, values in groups
            if values
        ],
        "unprinted": changes.unprinted,
        "unfollowed": changes.unfollowed,
        "outcomes": [
            {
                "name": name,
                "meaning": meaning,
                "claims": [_claim(claim) for claim in changes.claims if claim.outcome == name],
            }
            for name, meaning in _OUTCOMES.items()
            if any(claim.outcome == name for claim in changes.claims)
        ],
        "figures": [_figure(figure) for figure in changes.figures],
        "causes": [*changes.causes, *changes.presentation],
        "study_lines": changes.study_lines,
    }
    return render_template("changes.html.j2", folder, context)


def changes_json(changes: Changes) -> str:
    """Return everything of a change report but the pictures."""
    content = asdict(changes)
    content["figures"] = [figure.label for figure in changes.figures]
    head = {"schema": SCHEMA_VERSION, "nothing": changes.nothing, "summary": changes.summary()}
    return json.dumps(head | content, ensure_ascii=False, indent=1) + "\n"


def _write_docx(page: str, changes: Changes, path: Path) -> None:
    """Make a Word file of the page; pandoc leaves out its style sheet."""
    title = f"Changes since lock {changes.since}"
    blocks = [block for block in pandoc.read_html(page, folder=path.parent) if not _is_title(block)]
    document = pandoc.read_markdown("", {"title": title.replace("_", r"\_")}, folder=path.parent) | {"blocks": blocks}
    arguments = ["--to", "docx", "--standalone", f"--reference-doc={_REFERENCE}"]
    pandoc.write(document, arguments, path, folder=path.parent)
    finish_docx(path, metadata={"title": title})


def _is_title(block: Node) -> bool:
    return bool(block["t"] == "Header" and block["c"][0] == 1)


def _data_lines(data: DataChanges) -> list[str]:
    """Say what changed in the data file, in counts."""
    if data.same:
        return [f"The data file is the same, byte for byte ({data.new_rows} rows, {data.new_columns} columns)."]
    rows = f"Rows: {data.old_rows} in the lock, {data.new_rows} now. "
    lines = [rows + f"Columns: {data.old_columns} in the lock, {data.new_columns} now."]
    if data.key_missing:
        return [
            *lines,
            "The key of the lock, .lockstep-key, is not here, so that patients and cells could not be compared.",
        ]
    found = data.rows or {}
    lines.append(
        f"{found['added']} patients added, {found['removed']} removed, {found['changed']} with changed values."
    )
    for name, word in (("columns_added", "New"), ("columns_removed", "Removed")):
        if found[name]:
            lines.append(f"{word} columns: {', '.join(found[name])}.")
    if not any(found[name] for name in ("added", "removed", "changed", "columns_added", "columns_removed")):
        lines.append("Only the form of the file changed, or the order of its rows.")
    return lines


def _ids(data: DataChanges) -> list[tuple[str, str]]:
    found: Mapping[str, Any] = data.rows or {}
    lists = (("New patients", "added_ids"), ("Changed patients", "changed_ids"))
    return [(word, ", ".join(found[name])) for word, name in lists if found.get(name)]


def _value(value: ValueChange) -> dict[str, Any]:
    """Return what the page prints of a changed result; a place's own text only where it says more."""
    told = [spot for spot in value.spots if spot.old != spot.new and spot.new != value.new]
    places = dict.fromkeys(spot.where for spot in value.spots if spot not in told)
    return {
        "id": value.id,
        "label": value.label,
        "population": value.population,
        "old": value.old,
        "new": value.new,
        "places": ", ".join(places),
        "told": told,
    }


def _claim(claim: ClaimChange) -> dict[str, Any]:
    found = [(name, claim.found_then.get(name, ""), text) for name, text in claim.found.items()]
    return {"where": claim.where, "words": claim.words, "condition": claim.condition, "found": found}


def _figure(figure: FigureChange) -> dict[str, str]:
    return {
        "label": figure.label,
        "old": "" if figure.old is None else _data_uri(figure.old),
        "new": _data_uri(figure.new),
    }


def _data_uri(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
