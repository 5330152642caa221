"""Cross-references: figures, tables, equations and sections, numbered in document order and linked as in Quarto."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from ..base.errors import ReportError, nearest
from ..qmd.source import Document, needs_quarto
from .floats import NBSP, Wording, bare_table, docx_float, find_float, html_float, typst_float
from .tree import Node, raw, rewrite, string, walk, words

_LABEL: Final = re.compile(r"(fig|tbl|eq|sec)-.+")
_BRACED: Final = re.compile(r"\{#(eq-[^ }]+)\}")

# Kinds of label that Quarto knows besides: listings, theorems and their kin, diagrams, callouts.
_ONLY_QUARTO: Final = (
    *("lst", "thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "sol", "rem", "alg", "vid", "dia"),
    *("nte", "tip", "wrn", "imp", "cau"),
)


def cross_reference(tree: Node, *, target: str, wording: Wording, document: Document) -> Node:
    """Return the tree with floats, equations and sections numbered and every reference resolved.

    Parameters
    ----------
    tree : the document, its conditional content resolved.
    target : "docx" or "html", where numbers are text and references links, or "typst", where Typst counts and refers.

    Raises
    ------
    ReportError
        If a label is unknown, used twice or of a kind that needs Quarto, or a float has no caption or no label.
    """
    numbers = _numbers(tree, document)

    def change(node: Node) -> Node | list[Node]:
        match node["t"]:
            case "Div" | "Figure" | "Table":
                found = find_float(node, document)
                if found is None:
                    return bare_table(node) if node["t"] == "Table" else node
                if target == "typst":
                    return typst_float(found, wording)
                if target == "html":
                    return html_float(found, numbers[found.label], wording)
                return docx_float(found, numbers[found.label], wording)
            case "Para" | "Plain":
                return {"t": node["t"], "c": _equations(node["c"], numbers, target)}
            case "Header" if target != "typst" and wording.number_sections:
                return _numbered_header(node, numbers)
            case "Cite":
                return _references(node, numbers, target, wording, document)
            case _:
                return node

    blocks: list[Node] = rewrite(tree["blocks"], change)
    return {**tree, "blocks": blocks}


def _numbers(tree: Node, document: Document) -> dict[str, str]:
    """Return the number of every label, in document order; headers without a label go by their identifier."""
    numbers: dict[str, str] = {}
    counts: Counter[str] = Counter()
    headers = [node for node in walk(tree["blocks"]) if node["t"] == "Header"]
    top = min((node["c"][0] for node in headers), default=1)
    sections = [0] * 8

    def add(label: str, number: str) -> None:
        if label in numbers:
            raise ReportError(f"{document.at('#' + label)}: the label '{label}' is used twice; rename one of them.")
        numbers[label] = number

    for node in walk(tree["blocks"]):
        if node["t"] == "Header":
            level, (identifier, classes, _), _ = node["c"]
            if "unnumbered" not in classes:
                sections[level - 1] += 1
                sections[level:] = [0] * (8 - level)
                add(identifier, ".".join(map(str, sections[top - 1 : level])))
        elif node["t"] in ("Div", "Figure", "Table"):
            found = find_float(node, document)
            if found is not None:
                counts[found.kind] += 1
                add(found.label, str(counts[found.kind]))
        elif node["t"] in ("Para", "Plain"):
            for label in _equation_labels(node["c"]):
                counts["eq"] += 1
                add(label, str(counts["eq"]))
    return numbers


def _equation_labels(inlines: list[Node]) -> list[str]:
    return [label for _, label in _labelled_equations(inlines) if label]


def _labelled_equations(inlines: list[Node]) -> list[tuple[Node, str | None]]:
    """Pair each inline with the label of the display formula that it is; the label's own text is left out."""
    pairs: list[tuple[Node, str | None]] = []
    for inline in inlines:
        label = _BRACED.fullmatch(inline["c"]) if inline["t"] == "Str" else None
        before = len(pairs) - 1
        while before >= 0 and pairs[before][0]["t"] in ("Space", "SoftBreak"):
            before -= 1
        if label and before >= 0 and pairs[before][0]["t"] == "Math" and pairs[before][0]["c"][0]["t"] == "DisplayMath":
            pairs[before:] = [(pairs[before][0], label[1])]
        else:
            pairs.append((inline, None))
    return pairs


def _equations(inlines: list[Node], numbers: Mapping[str, str], target: str) -> list[Node]:
    """Number the labelled formulas of a paragraph."""
    new: list[Node] = []
    for inline, label in _labelled_equations(inlines):
        if label is None:
            new.append(inline)
        elif target == "typst":
            start = "#math.equation(block: true, numbering: equation-numbering, [ "
            new += [raw("RawInline", "typst", start), inline, raw("RawInline", "typst", f" ])<{label}>")]
        else:
            kind, formula = inline["c"]
            math: Node = {"t": "Math", "c": [kind, f"{formula} \\qquad({numbers[label]})"]}
            new.append({"t": "Span", "c": [[label, [], []], [math]]})
    return new


def _numbered_header(node: Node, numbers: Mapping[str, str]) -> Node:
    level, header_attributes, inlines = node["c"]
    if "unnumbered" in header_attributes[1]:
        return node
    number = numbers[header_attributes[0]] + ("." if level == 1 else "")
    return {"t": "Header", "c": [level, header_attributes, [string(number), {"t": "Space"}, *inlines]]}


def _references(
    cite: Node, numbers: Mapping[str, str], target: str, wording: Wording, document: Document
) -> Node | list[Node]:
    """Return the links of a citation of labels; a citation of the literature is left to citeproc."""
    citations, _ = cite["c"]
    names = [citation["citationId"] for citation in citations]
    where = document.at(*(f"@{name}" for name in names))
    for name in names:
        if "-" in name and name.partition("-")[0].lower() in _ONLY_QUARTO:
            raise needs_quarto(where, f"references such as @{name}", "refer to a figure, table, equation or section")
    ours = [_LABEL.fullmatch(_lower(name)) is not None for name in names]
    if not any(ours):
        return cite
    if not all(ours) or any(citation["citationSuffix"] for citation in citations):
        raise ReportError(
            f"{where}: Quarto drops the other content of a bracket with a cross-reference (text after the label, "
            "a citation). Write it outside of the bracket."
        )
    links: list[Node] = []
    for citation in citations:
        links += [string(","), {"t": "Space"}] if links else []
        links += _reference(citation, numbers, target, wording, document)
    return links


def _reference(
    citation: Mapping[str, Any], numbers: Mapping[str, str], target: str, wording: Wording, document: Document
) -> list[Node]:
    """Return one reference: "Figure 1", or what the author wrote before the number."""
    name = citation["citationId"]
    label = _lower(name)
    kind = label.partition("-")[0]
    if label not in numbers:
        known = [name for name in numbers if _LABEL.fullmatch(name)]
        labels = f"The document's labels are {', '.join(known)}." if known else "The document has no labels."
        raise ReportError(f"{document.at(f'@{name}')}: no label '{label}'{nearest(label, known) or '.'} {labels}")
    if kind == "sec" and not wording.number_sections:
        raise ReportError(
            f"{document.at(f'@{name}')}: '{label}' has no number. Set `number-sections: true`, or write its name."
        )
    prefix = wording.prefixes[kind]
    text = words(prefix[0].upper() + prefix[1:] if name[0].isupper() else prefix)
    if citation["citationPrefix"]:
        text = citation["citationPrefix"]
    elif citation["citationMode"]["t"] == "SuppressAuthor":
        text = []
    if target == "typst":
        return [raw("RawInline", "typst", f"#ref(<{label}>, supplement: ["), *text, raw("RawInline", "typst", "])")]
    number = string(f"{NBSP if text else ''}{numbers[label]}")
    return [{"t": "Link", "c": [["", ["quarto-xref"], []], [*text, number], [f"#{label}", ""]]}]


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
