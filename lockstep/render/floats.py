"""Figures and tables with a label and a caption: found in the document, and written for Word and for Typst."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..base.errors import ReportError
from ..base.escape import typst_string
from ..qmd.source import Document, needs_quarto
from .tree import Node, attributes, div, plain_text, raw, string, walk, with_attributes, words

NBSP: Final = "\u00a0"
KINDS: Final = {"fig": "Figure", "tbl": "Table", "eq": "Equation", "sec": "Section"}

_BRACED: Final = re.compile(r"\{#(tbl-[^ }]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of captions (`titles`) and references (`prefixes`) by kind; `delimiter` follows a caption's number."""

    titles: Mapping[str, str] = field(default_factory=lambda: dict(KINDS))
    prefixes: Mapping[str, str] = field(default_factory=lambda: dict(KINDS))
    delimiter: str = ":"
    number_sections: bool = False


@dataclass(frozen=True, slots=True)
class PandocFloat:
    """A figure or table: its label, what it shows, the inlines of its caption."""

    label: str
    content: list[Node]
    caption: list[Node]

    @property
    def kind(self) -> str:
        """The first part of the label: "fig" or "tbl"."""
        return self.label.partition("-")[0]


def find_float(node: Node, document: Document) -> PandocFloat | None:
    """Return a node as a float: a div with a label, an image with a label, a Markdown table with a label.

    Raises
    ------
    ReportError
        If a figure has no label, a table no label for its caption, or a labelled div no caption; names the line.
    """
    identifier, _, _ = attributes(node)
    match node["t"]:
        case "Div" if identifier.startswith(("fig-", "tbl-")):
            return _of_div(identifier, node["c"][1], document)
        case "Figure":
            caption = [inline for block in node["c"][1][1] for inline in block["c"]]
            if not identifier.startswith("fig-"):
                where = document.at(plain_text(caption)[:30])
                raise ReportError(
                    f"{where}: an image with text in its brackets is a figure, and needs a label like {{#fig-name}}. "
                    "Where the text only describes the image, write `![](file){fig-alt=...}`."
                )
            return PandocFloat(identifier, node["c"][2], caption)
        case "Table":
            caption = [inline for block in node["c"][1][1] for inline in block["c"]]
            if not caption:
                return None
            text, label = _split_label(caption)
            if label is None:
                where = document.at(plain_text(caption)[:30])
                raise ReportError(f"{where}: a table with a caption needs a label: end the caption with {{#tbl-name}}.")
            content = [node["c"][0], [None, []], *node["c"][2:]]
            return PandocFloat(label, [bare_table({"t": "Table", "c": content})], text)
        case _:
            return None


def _of_div(label: str, blocks: list[Node], document: Document) -> PandocFloat:
    where = document.at(f"#{label}")
    for inner in walk(blocks):
        if inner["t"] == "Figure" or attributes(inner)[0].startswith(("fig-", "tbl-")):
            raise needs_quarto(where, "figures inside of figures", "leave the image's brackets empty: ![](file)")
    *content, last = blocks or [{"t": "Null"}]
    if last["t"] not in ("Para", "Plain") or not content or any(i["t"] == "Image" for i in last["c"]):
        raise ReportError(f"{where}: '{label}' has no caption; write it as the last paragraph of the block.")
    return PandocFloat(label, content, last["c"])


def _split_label(inlines: list[Node]) -> tuple[list[Node], str | None]:
    """Take a braced label from the end of a caption."""
    last = inlines[-1]
    label = _BRACED.fullmatch(last["c"]) if last["t"] == "Str" else None
    if label is None:
        return inlines, None
    text = inlines[:-1]
    while text and text[-1]["t"] in ("Space", "SoftBreak"):
        text = text[:-1]
    return text, label[1]


def bare_table(table: Node) -> Node:
    """Keep pandoc from wrapping a table into a Typst figure of its own, as Quarto does."""
    identifier, classes, pairs = attributes(table)
    if "typst:no-figure" in classes:
        return table
    return with_attributes(table, (identifier, [*classes, "typst:no-figure"], pairs))


def typst_float(found: PandocFloat, wording: Wording) -> list[Node]:
    """Return a float as Quarto writes it for Typst, so that one template serves both."""
    position = "bottom" if found.kind == "fig" else "top"

    def code(text: str) -> Node:
        return {"t": "Plain", "c": [raw("RawInline", "typst", text)]}

    return [
        code("#figure(["),
        *found.content,
        code("], caption: figure.caption("),
        code(f"position: {position}, "),
        code("["),
        {"t": "Plain", "c": found.caption},
        code("]), "),
        code(f'kind: "quarto-float-{found.kind}", '),
        code(f"supplement: {typst_string(wording.titles[found.kind])}, "),
        code(")"),
        code(f"<{found.label}>"),
        code("\n\n"),
    ]


def docx_float(found: PandocFloat, number: str, wording: Wording) -> Node:
    """Return a float as paragraphs with the styles of captions, under a bookmark."""
    prefix = f"{wording.titles[found.kind]}{NBSP}{number}{wording.delimiter}"
    caption: Node = {"t": "Para", "c": [*words(prefix), {"t": "Space"}, *found.caption]}
    if found.kind == "tbl":
        return div([div([caption], pairs={"custom-style": "Table Caption"}), *found.content], identifier=found.label)
    content = [div([block], pairs={"custom-style": "Captioned Figure"}) for block in found.content]
    return div([*content, div([caption], pairs={"custom-style": "Image Caption"})], identifier=found.label)


def html_float(found: PandocFloat, number: str, wording: Wording) -> Node:
    """Return a float as a figure of HTML, under its label."""
    prefix = [string(f"{wording.titles[found.kind]}{NBSP}{number}{wording.delimiter}")]
    caption: Node = {
        "t": "Plain",
        "c": [{"t": "Span", "c": [["", ["number"], []], prefix]}, {"t": "Space"}, *found.caption],
    }
    return {"t": "Figure", "c": [[found.label, [found.kind], []], [None, [caption]], found.content]}
