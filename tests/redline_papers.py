"""Small papers as Word files, with their sources, and the redline of two of them; tests change one thing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from revisions import accept_all, blocks, reject_all
from word_files import W, body, link, pandoc_float, para, picture, run, table, word_file

from lockstep.qmd.source import Inline, parse
from lockstep.revisions.redline import Redline, redline
from lockstep.revisions.redline_source import PrintedSource
from lockstep.word.validity import problems
from lockstep.word_layout.finishing import finish_docx

SOURCE = """---
title: A title
---

Of `{python} r.n("flow.reviewed")` patients, `{python} r.n("flow.analysed")` were analyzed (@tbl-one) and followed well.

Median survival was `{python} r.estimate("os.median")` in the group [@smith].

::: {#tbl-one}
Of all `{python} r.n("flow.analysed")` patients
:::

A closing paragraph, which says what all of this may mean.
"""
VALUES = {
    'r.n("flow.reviewed")': "154",
    'r.n("flow.analysed")': "142",
    'r.estimate("os.median")': "2411 days (95% CI 2160–6262)",
}
ROWS = [
    ["Group|left", "n|right", "P|center"],
    ["A &lt; B|left", "12|right", "&lt;\u00a00.001|center"],
    ["Local, none|left", "130|right", "|center"],
    ["Missing|left", "0|right", "|center"],
]


def paper(
    *,
    reviewed: str = "154",
    analysed: str = "142",
    median: str = "2411 days (95% CI 2160–6262)",
    rows: list[list[str]] | None = None,
    first: str = "patients, {n} were analyzed ({ref}) and followed well.",
    before_closing: str = "",
    closing: str = "A closing paragraph, which says what all of this may mean.",
    figure: str = "",
) -> str:
    """Return a small paper as pandoc writes it, with a table and a figure that the text refers to."""
    head, tail = first.format(n=analysed, ref="\0").split("\0") if "{ref}" in first else (first.format(n=analysed), "")
    opening = run(f"Of {reviewed} {head}") + (link("tbl-one", "Table\u00a01") + run(tail) if tail else "")
    return (
        para("A title", "Title")
        + para(opening, "FirstParagraph")
        + para(f"Median survival was {median} in the group [7].")
        + pandoc_float("tbl-one", f"Table\u00a01: Of all {analysed} patients", table(rows or ROWS), number=1)
        + pandoc_float("fig-one", f"Figure\u00a01: Survival of {analysed} patients", figure or picture(), number=2)
        + before_closing
        + para(closing)
    )


def finished(path: Path, markup: str, extra: Mapping[str, bytes] | None = None) -> Path:
    """Return a finished Word file with this body."""
    word_file(path, markup, dict(extra or {}))
    finish_docx(path, metadata={"title": "A title"})
    return path


def source(text: str, **values: str) -> PrintedSource:
    """Return a source with what its expressions print: `VALUES`, those of `values` by the last part of their id."""
    document = parse(text, path=Path("report.qmd"))
    known = {expression: values.get(expression.split(".")[-1][:-2], told) for expression, told in VALUES.items()}
    return PrintedSource(
        document, tuple(known.get(part.expression) for part in document.parts if isinstance(part, Inline))
    )


def tracked(
    tmp_path: Path,
    old: str,
    new: str,
    *,
    old_source: str | PrintedSource = SOURCE,
    new_source: str | PrintedSource = SOURCE,
    **extra: Any,
) -> tuple[Path, Redline]:
    """Return the redline of two papers, held to everything that holds for every redline."""
    before = finished(tmp_path / "old.docx", old, extra.get("old_parts"))
    after = finished(tmp_path / "new.docx", new, extra.get("new_parts"))
    return compared(before, after, tmp_path, old_source=old_source, new_source=new_source)


def compared(
    before: Path,
    after: Path,
    folder: Path,
    *,
    old_source: str | PrintedSource,
    new_source: str | PrintedSource,
    when: int | None = 946_684_800,
) -> tuple[Path, Redline]:
    """Return the redline of two files: valid, the same bytes twice, and either text exactly."""
    sources = [item if isinstance(item, PrintedSource) else source(item) for item in (old_source, new_source)]
    targets = [folder / "redline.docx", folder / "again.docx"]
    made = [
        redline(
            before,
            after,
            target,
            old_source=sources[0],
            new_source=sources[1],
            data_author="Data lock May",
            prose_author="A. Writer",
            when=when,
        )
        for target in targets
    ]
    assert problems(targets[0]) == []
    assert accept_all(targets[0]) == blocks(after)
    assert reject_all(targets[0]) == blocks(before)
    assert targets[0].read_bytes() == targets[1].read_bytes()
    return targets[0], made[0]


def changes(path: Path) -> list[tuple[str, str, str]]:
    """Return the changes of runs as (author's first word, "ins" or "del", text)."""
    found = []
    for node in body(path).iter(f"{W}ins", f"{W}del"):
        words = "".join(item.text or "" for item in node.iter(f"{W}t", f"{W}delText"))
        if words:
            found.append((node.get(f"{W}author").split()[0], node.tag.removeprefix(W), words))
    return found
