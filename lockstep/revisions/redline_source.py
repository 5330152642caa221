"""What a source prints: its paragraphs in tokens, each known as prose or as printed by one inline expression."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..qmd.source import CodeCell, Document, Inline
from ..render.pandoc import read_markdown
from ..render.tree import Node, plain_text, rewrite, string

TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d]+|\s+|.", re.DOTALL)
"""The smallest texts that change: a number, a word, blanks, a sign."""

PROSE: Final = -1
"""In place of the position of an inline expression, where none prints a text."""

_SLOT: Final = 0xF0000  # a private character for each expression and reference, which pandoc passes on as it is
_WRITTEN: Final = "\0"  # before an expression or reference as it is written, which is no word of the prose
_LEAVES: Final = ("Para", "Plain", "Header", "LineBlock", "CodeBlock")


@dataclass(frozen=True, slots=True)
class PrintedSource:
    """A document, and the text that each of its inline expressions prints, in order; None where nobody knows."""

    document: Document
    printed: tuple[str | None, ...]

    @property
    def code(self) -> tuple[str, ...]:
        """The code of its cells."""
        return tuple(part.code for part in self.document.parts if isinstance(part, CodeCell))


@dataclass(frozen=True, slots=True)
class SourceParagraph:
    """A paragraph of a source, in tokens twice: as it is written, and as it is printed.

    `expressions` and `printers` give for each written and each printed token the inline expression it belongs to.
    """

    written: tuple[str, ...]
    expressions: tuple[int, ...]
    printed: tuple[str, ...]
    printers: tuple[int, ...]
    in_table: bool


def paragraphs_of(source: PrintedSource) -> tuple[SourceParagraph, ...]:
    """Return the paragraphs of a source's body as pandoc reads them, in order; a footnote's are left out.

    Raises
    ------
    ReportError
        If pandoc cannot read it.
    """
    slots: list[tuple[str, str | None]] = []
    pieces: list[str] = []
    for part in source.document.parts:
        match part:
            case Inline(expression=expression):
                pieces.append(chr(_SLOT + len(slots)))
                slots.append((expression, source.printed[len(slots)]))
            case CodeCell():
                pieces.append("\n\n")
            case _:
                pieces.append(part.text)
    expressions = len(slots)

    def simplify(node: Node) -> Node | list[Node]:
        if node["t"] in ("Note", "Image"):
            return []
        if node["t"] != "Cite":
            return node
        slots.append((plain_text(node["c"][1]), None))
        return string(chr(_SLOT + len(slots) - 1))

    tree = read_markdown("".join(pieces), {}, folder=source.document.path.parent)
    return tuple(
        _paragraph(text, in_table, slots, expressions)
        for text, in_table in _texts(rewrite(tree["blocks"], simplify))
        if text.strip()
    )


def _texts(value: Any, *, in_table: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield the text of each paragraph under a node, and whether it is in a table."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, in_table=in_table)
    elif isinstance(value, dict):
        if value.get("t") in _LEAVES:
            yield _text(value), in_table
        elif value.get("t") == "DefinitionList":
            for term, definitions in value["c"]:
                yield plain_text(term), in_table
                yield from _texts(definitions, in_table=in_table)
        else:
            yield from _texts(value.get("c"), in_table=in_table or value.get("t") == "Table")


def _text(leaf: Node) -> str:
    return str(leaf["c"][1]) if leaf["t"] == "CodeBlock" else plain_text(leaf["c"])


def _paragraph(text: str, in_table: bool, slots: Sequence[tuple[str, str | None]], expressions: int) -> SourceParagraph:
    written: list[tuple[str, int]] = []
    printed: list[tuple[str, int]] = []
    for token in TOKEN.findall(text):
        place = ord(token[0]) - _SLOT
        if not 0 <= place < len(slots):
            written.append((token, PROSE))
            printed.append((token, PROSE))
            continue
        printer = place if place < expressions else PROSE
        as_written, as_printed = slots[place]
        written.append((_WRITTEN + as_written, printer))
        answer = [_WRITTEN] if as_printed is None else TOKEN.findall(as_printed)
        printed += [(item, printer) for item in answer]
    return SourceParagraph(
        *(tuple(token for token, _ in written), tuple(printer for _, printer in written)),
        *(tuple(token for token, _ in printed), tuple(printer for _, printer in printed)),
        in_table,
    )
