"""The document as one page of HTML, in which each printed result shows on hover and on focus where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Final

from ..qmd.project import Project
from ..qmd.source import read_qmd
from . import builtin
from .cells import run_cells
from .settings import settings_for
from .tree import Node, attributes, rewrite, string, words

TARGET: Final = "html"
RESULT: Final = "result"  # the class of spans that name their results

Explain = Callable[[str], Sequence[tuple[str, str]]]
"""What the page shows of a result, by id: terms with their texts, such as ("n", "142")."""


def render_page(
    path: Path, project: Project, output: Path, *, explain: Explain, template: Path, style: Path, lua_filter: Path
) -> None:
    """Render a document into a page that needs no other file.

    Parameters
    ----------
    explain : says what is shown of a result.
    template, style, lua_filter : pandoc's template of the page, its style sheet, and what is changed in the tree.

    Raises
    ------
    ReportError
        As `builtin.render`.
    """
    document = read_qmd(path)
    settings = settings_for(TARGET, project, document)
    ran = run_cells(document, settings.execute, marked=True)
    tree = builtin.read_tree(ran.markdown, [settings], document)
    tree = {**tree, "blocks": with_tooltips(tree["blocks"], explain)}
    extra = ["--embed-resources", "--mathml", "--toc", "--toc-depth=2"]
    extra += [f"--template={template}", f"--css={style}", f"--lua-filter={lua_filter}"]
    builtin.write_format(tree, settings, output, project, document, extra=extra)


def with_tooltips(blocks: list[Node], explain: Explain) -> list[Node]:
    """Return blocks in which each span that names its results holds a tooltip about them, reachable by keyboard."""
    numbers = count(1)

    def change(node: Node) -> Node:
        _, classes, pairs = attributes(node)
        ids = pairs.get("data-ids") or pairs.get("ids")  # pandoc drops the prefix when it reads HTML
        if node["t"] != "Span" or RESULT not in classes or not ids:
            return node
        name = f"source-{next(numbers)}"
        parts = [_span([RESULT + "-source"], _source(record_id, explain)) for record_id in ids.split()]
        tooltip = _span(["tooltip"], parts, identifier=name, role="tooltip")
        return _span([RESULT], [*node["c"][1], tooltip], tabindex="0", **{"aria-describedby": name})

    new: list[Node] = rewrite(blocks, change)
    return new


def _source(record_id: str, explain: Explain) -> list[Node]:
    lines = [_span(["result-id"], [string(record_id)])]
    for term, text in explain(record_id):
        head = [_span(["term"], words(term)), {"t": "Space"}] if term else []
        lines.append(_span(["result-fact"], [*head, *words(text)]))
    return lines


def _span(classes: list[str], content: list[Node], *, identifier: str = "", **pairs: str) -> Node:
    return {"t": "Span", "c": [[identifier, classes, [list(pair) for pair in pairs.items()]], content]}
