"""What the code of a document prints, and what of it no result is behind: numbers that the document itself computes.

What `r` prints knows its results. A number that code makes of them, or of anything else, is a number like a typed one:
no record has its value, population and method, and nothing reports when it is wrong.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Final

from ..figures.illustrations import Illustration
from ..qmd.outputs import Output
from ..qmd.project import profiles_in_environment, read_project
from ..qmd.source import CodeCell, Document, Inline
from ..render.cells import run_cells
from ..render.settings import settings_for
from ..tables.tables import RenderedTable
from ..text.phrases import Phrase

Outputs = Mapping[int, Sequence[Output]]
"""What the parts of a document leave in it, by their place among `Document.parts`; parts without outputs are absent."""

_UNSEEN: Final = re.compile(r"(?s:<!--.*?-->|<(style|script)\b.*?</\1>|<[^>]*>)")


def run_document(document: Document, *, profiles: Sequence[str] = ()) -> Outputs:
    """Run the code of a document; return what it prints.

    Parameters
    ----------
    profiles : names of active Quarto profiles, such as a journal's; without any, those of QUARTO_PROFILE.

    Raises
    ------
    ReportError
        If code fails, or a value has no printed form; names the line.
    """
    places = {id(part): place for place, part in enumerate(document.parts)}
    outputs: dict[int, list[Output]] = {}

    def watch(part: Inline | CodeCell, output: Output) -> None:
        outputs.setdefault(places[id(part)], []).append(output)

    project = read_project(document.path.parent, profiles=profiles)
    with profiles_in_environment(project):
        run_cells(document, settings_for("typst", project, document).execute, watch=watch)
    return outputs


def typed_words(value: object) -> tuple[str, ...] | None:
    """Return the words in a phrase, table or figure of `r` that the author typed; None for any other object."""
    if isinstance(value, Phrase):
        return value.typed
    return () if isinstance(value, RenderedTable | Illustration) else None


def visible_text(output: Output) -> str:
    """Return what readers see of an output, as Markdown where it is such."""
    if output.kind == "html":
        return html.unescape(_UNSEEN.sub(" ", output.text))
    if isinstance(output.value, str | int | float):
        return str(output.value)  # an inline value, without what escapes it
    return output.text
