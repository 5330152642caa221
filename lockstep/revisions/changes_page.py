"""`make changes`: the change report as a page, as a Word file and as JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ..base.files import write_whole
from ..qmd.front_matter import DOCUMENT
from ..render import pandoc
from ..render.tree import Node
from ..runs.commit import check_targets, replace_together
from ..runs.run_lock import one_at_a_time, workshop
from ..tables.templates import render_template
from ..word_layout.finishing import finish_docx
from .changes import Changes, ClaimChange, DataChanges, FigureChange, ValueChange
from .locks import remove_unfinished
from .ranking import COUNTED, MEANING, RANKS

FILES: Final = tuple(Path("build") / f"changes.{extension}" for extension in ("html", "json", "docx"))
"""The path of a study's change report, relative to its folder."""

SCHEMA_VERSION: Final = 2
_OUTCOMES: Final = {"broke": "No longer supported by the data", "mended": "Supported by the data again"}
_OUTCOMES_OF_ONE: Final = {
    "broke": ("claim no longer holds", "claims no longer hold"),
    "mended": ("claim holds again", "claims hold again"),
}
_PATIENTS: Final = {"added": "added", "removed": "removed", "changed": "corrected"}


def write_changes(changes: Changes, folder: Path) -> tuple[Path, ...]:
    """Write build/changes.html, .json and .docx of a study, all or none; return their paths."""
    places = tuple(folder / path for path in FILES)
    page = changes_html(changes, folder)
    target = places[0].parent
    with one_at_a_time(target), workshop(target) as work:
        remove_unfinished(folder)
        html, as_json, word_file = (work / path.name for path in places)
        write_whole(html, page.encode())
        write_whole(as_json, change_report_json(changes).encode())
        _write_docx(page, changes, word_file)
        check_targets(places)
        replace_together(dict(zip(places, (html, as_json, word_file), strict=True)), work)
    return places


def changes_html(changes: Changes, folder: Path) -> str:
    """Return a page that needs no other file: what changed, what matters most first."""
    groups = [(rank, [value for value in changes.values if value.rank == rank]) for rank in RANKS]
    context: dict[str, Any] = {
        "since": changes.since,
        "summary": changes.summary(),
        "nothing": changes.nothing,
        "keys": _keys(changes),
        "data": [*changes.data.lines(), *_cells(changes.data)],
        "ids": _ids(changes.data),
        "groups": [
            {"name": rank, "meaning": MEANING[rank], "values": [_value(value) for value in values]}
            for rank, values in groups
            if values
        ],
        "unfollowed": changes.unfollowed,
        "outcomes": [
            {
                "name": name,
                "meaning": meaning,
                "claims": _claims(_of_outcome(changes, name)),
            }
            for name, meaning in _OUTCOMES.items()
            if _of_outcome(changes, name)
        ],
        "figures": [_figure(figure) for figure in changes.figures],
        "causes": [*changes.causes, *changes.presentation],
        "study_lines": changes.study_lines,
    }
    return render_template("changes.html.j2", folder, context)


def change_report_json(changes: Changes) -> str:
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
    pandoc.write_word(document, path)
    finish_docx(path, metadata={"title": title})


def _is_title(block: Node) -> bool:
    return bool(block["t"] == "Header" and block["c"][0] == 1)


def _keys(changes: Changes) -> list[dict[str, str]]:
    """Return the counts at the head of the page: what to look at first, each with its place on the page."""
    found: Mapping[str, Any] = changes.data.rows or {}
    counts = [
        *((name, len(_of_outcome(changes, name)), word) for name, word in _OUTCOMES_OF_ONE.items()),
        *((rank, sum(value.rank == rank for value in changes.values), words) for rank, words in COUNTED.items()),
        *(("data", found.get(name, 0), (f"patient {word}", f"patients {word}")) for name, word in _PATIENTS.items()),
        ("figures", len(changes.figures), ("figure shows something else", "figures show something else")),
    ]
    return [{"target": target, "n": str(n), "what": words[n != 1]} for target, n, words in counts if n]


def _of_outcome(changes: Changes, outcome: str) -> list[ClaimChange]:
    return [claim for claim in changes.claims if claim.outcome == outcome]


def _ids(data: DataChanges) -> list[tuple[str, str]]:
    found: Mapping[str, Any] = data.rows or {}
    lists = (("New patients", "added_ids"), ("Changed patients", "changed_ids"))
    return [(word, ", ".join(found[name])) for word, name in lists if found.get(name)]


def _value(value: ValueChange) -> dict[str, Any]:
    """Return what the page prints of a changed result; a place's own text only where it says more."""
    own_texts: dict[tuple[str, str], list[str]] = {}
    places = []
    for spot in value.spots:
        if spot.old != spot.new and spot.new != value.new:
            own_texts.setdefault((spot.old, spot.new), []).append(spot.where)
        else:
            places.append(spot.where)
    return {
        "id": value.id,
        "label": value.label,
        "population": value.population,
        "old": value.old,
        "new": value.new,
        "places": _places(places),
        "own_texts": [{"where": _places(where), "old": old, "new": new} for (old, new), where in own_texts.items()],
    }


def _places(places: Sequence[str]) -> str:
    """Return places as "lines 61, 167; tbl-baseline": what is a line is one of report.qmd."""
    head = f"{DOCUMENT}:"
    lines = list(dict.fromkeys(place.removeprefix(head) for place in places if place.startswith(head)))
    labels = list(dict.fromkeys(place for place in places if not place.startswith(head)))
    counted = [f"line{'s' if len(lines) > 1 else ''} {', '.join(lines)}"] if lines else []
    return "; ".join([*counted, *([", ".join(labels)] if labels else [])])


def _cells(data: DataChanges) -> list[str]:
    """Return the changed cells of each column in a sentence."""
    cells: Mapping[str, int] = (data.rows or {}).get("cells", {})
    return [f"Changed cells: {', '.join(f'{column} ({n})' for column, n in cells.items())}."] if cells else []


def _claims(claims: Sequence[ClaimChange]) -> list[dict[str, Any]]:
    """Return what the page prints of claims; a condition that is listed above is not repeated."""
    first: dict[str, str] = {}
    listed = []
    for claim in claims:
        where = _places([claim.where])
        found = [
            {"id": name, "old": claim.found_then.get(name, "\N{EN DASH}"), "new": text}
            for name, text in claim.found.items()
        ]
        same_as = first.setdefault(claim.condition, where)
        listed.append(
            {
                "where": where,
                "words": claim.words,
                "same_as": same_as if same_as != where else "",
                "condition": claim.condition,
                "found": found,
            }
        )
    return listed


def _figure(figure: FigureChange) -> dict[str, str]:
    return {
        "label": figure.label,
        "old": "" if figure.old is None else _data_uri(figure.old),
        "new": _data_uri(figure.new),
        "old_alt": figure.old_alt,
        "new_alt": figure.new_alt,
    }


def _data_uri(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
