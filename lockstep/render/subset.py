"""What the built-in renderer knows of Quarto's Markdown: conditional content is resolved, the rest refused by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from ..base.errors import ReportError, nearest
from ..qmd.source import Document, needs_quarto
from ..word.active_content import active_in_source
from .tree import Node, attributes, plain_text, rewrite, walk, with_attributes

VISIBLE: Final = "content-visible"
HIDDEN: Final = "content-hidden"
CONDITIONS: Final = ("when-format", "unless-format", "when-profile", "unless-profile")

# Formats that Quarto's conditions may name; of these the built-in renderer writes docx, typst and html.
CONDITION_FORMATS: Final = (
    "docx",
    "typst",
    "html",
    "pdf",
    "latex",
    "epub",
    "odt",
    "pptx",
    "revealjs",
    "beamer",
    "markdown",
)

_SCHEMES: Final = ("https", "http", "mailto", "tel", "doi")
"""What a link may begin with."""

_REFUSED_CLASSES: Final = {
    r"callout-.+": ("callout blocks", 'write a `::: {custom-style="Notice"}` block'),
    r"panel-.+": ("panels and tabsets", "write sections"),
    r"(column|aside|g-col)(-.+)?|columns|grid": ("columns and margin notes", "leave the class out"),
    r"landscape": ("landscape pages", "leave the class out"),
    r"proof|remark|solution": ("proofs and remarks", "write a paragraph"),
}
_REFUSED_ATTRIBUTES: Final = {
    r"layout.*": ("layouts", "put the panels into one figure"),
    r"(when|unless)-meta": ("conditions on metadata", "use when-profile"),
    r"tbl-colwidths": ("tbl-colwidths", "set the widths in the HTML table"),
    r"(fig|tbl)-(scap|subcap|link|pos|env|cap-location)": ("figure and table options", "leave the option out"),
}


def refuse_unsupported(tree: Node, document: Document) -> None:
    """Raise ReportError for the first thing in the tree that only Quarto can show; names the line."""
    refuse_html_in_metadata(tree["meta"], document)
    for node in walk(tree["blocks"]):
        _, classes, pairs = attributes(node)
        for name in classes:
            for pattern, (what, instead) in _REFUSED_CLASSES.items():
                if re.fullmatch(pattern, name):
                    raise needs_quarto(document.at(f".{name}", name), what, instead)
        for name in pairs:
            for pattern, (what, instead) in _REFUSED_ATTRIBUTES.items():
                if re.fullmatch(pattern, name):
                    raise needs_quarto(document.at(f"{name}="), what, instead)
        if node["t"] in ("RawBlock", "RawInline"):
            _refuse_html(node, document)
            _refuse_active(node, document)
        if node["t"] == "Link":
            _refuse_unsafe_link(node["c"][2][0], document)


def _refuse_unsafe_link(target: str, document: Document) -> None:
    """Refuse a link that runs a script, starts a program, or makes a reader's machine log in to another."""
    address = re.sub(r"[\x00-\x20]|%[01][0-9a-f]|%20", "", target.casefold())  # as a browser does
    scheme, colon, _ = address.partition(":")
    named = colon and re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme)
    if (named and scheme not in _SCHEMES) or address[:2] in ("\\\\", "//", "\\/", "/\\"):
        raise ReportError(
            f"{document.at(target)}: the link {target[:60]} leads neither to a page nor to a mail address. "
            f"Take it out, or name an address that begins with {', '.join(f'{name}:' for name in _SCHEMES)}."
        )


def _refuse_active(node: Node, document: Document) -> None:
    """Refuse OpenXML that would start a program or fetch a file when the Word file is opened."""
    kind, text = node["c"]
    found = active_in_source(text) if kind == "openxml" else None
    if found is not None:
        start = next(filter(None, map(str.strip, text.split("\n"))), "")
        raise ReportError(
            f"{document.at(found.rpartition(' ')[2], start)}: raw OpenXML holds {found}, which starts a program or "
            "fetches a file when the Word file is opened. Take it out: fields may only show what is in the file itself."
        )


def refuse_html_in_metadata(metadata: Node, document: Document) -> None:
    """Raise ReportError for HTML in the front matter, such as a word in angle brackets: it would not be printed."""
    for node in walk(metadata):
        if node["t"] in ("RawBlock", "RawInline") and not node["c"][1].strip().startswith("<!--"):
            text = node["c"][1].strip()
            raise ReportError(
                f"{document.at(text)}: HTML in the front matter ({text[:40]}) shows neither in Word nor in the PDF. "
                "Write a sign that is to be printed with a backslash, \\<, and ^2^ for a superscript."
            )


def _refuse_html(node: Node, document: Document) -> None:
    """Refuse HTML that neither Word nor Typst shows; comments are meant not to be shown."""
    kind, text = node["c"]
    if kind != "html" or not re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).strip():
        return
    first = text.strip().split("\n")[0][:40]
    raise ReportError(
        f"{document.at(first)}: raw HTML ({first}) shows neither in Word nor in the PDF. "
        "Write it as Markdown (^2^ for superscript), or return a whole table from a cell."
    )


def resolve_conditions(tree: Node, target: str, profiles: Collection[str], document: Document) -> Node:
    """Return the tree with conditional content of this format and these profiles shown, all other left out."""

    def resolve(node: Node) -> Node | list[Node]:
        identifier, classes, pairs = attributes(node)
        if VISIBLE not in classes and HIDDEN not in classes:
            return node
        met = _are_met(pairs, target, profiles, document)
        if met != (VISIBLE in classes):
            return []
        if node["t"] == "Div":
            blocks: list[Node] = node["c"][1]
            return blocks
        left = [name for name in classes if name not in (VISIBLE, HIDDEN)]
        return with_attributes(node, (identifier, left, {k: v for k, v in pairs.items() if k not in CONDITIONS}))

    new: Node = rewrite(tree, resolve)
    return new


def _are_met(pairs: dict[str, str], target: str, profiles: Collection[str], document: Document) -> bool:
    """Return whether all conditions hold; without any they do, as in Quarto."""
    met = True
    for key, value in pairs.items():
        if key not in CONDITIONS:
            continue
        if key.endswith("-format"):
            if value not in CONDITION_FORMATS:
                where, hint = document.at(f'{key}="{value}"'), nearest(value, CONDITION_FORMATS) or "."
                raise ReportError(f"{where}: unknown format '{value}'{hint} Use docx or typst.")
            holds = value == target
        else:
            holds = value in profiles
        met = met and holds == key.startswith("when-")
    return met


def without_comments(tree: Node) -> Node:
    """Return the tree without HTML comments."""

    def drop(node: Node) -> Node | list[Node]:
        return [] if node["t"] in ("RawBlock", "RawInline") and node["c"][0] == "html" else node

    new: Node = rewrite(tree, drop)
    return new


def tables_of(blocks: list[Node], where: str) -> list[Node]:
    """Return the tables among blocks read from a cell's HTML.

    Raises
    ------
    ReportError
        If there is anything else to read: Quarto leaves it out of Word and PDF without a word.
    """
    tables = list(_outermost_tables(blocks))
    inside = "".join(plain_text(table) for table in tables)
    if not tables or len(_letters(plain_text(blocks))) > len(_letters(inside)):
        raise ReportError(
            f"{where}: a cell gives HTML with text outside of a table, which shows neither in Word nor in the PDF. "
            "Return a <table> alone, and its notes as Markdown."
        )
    if any(plain_text(table["c"][1]) for table in tables):
        raise ReportError(
            f"{where}: a cell gives an HTML table with its own <caption>. "
            "Write the caption as the last paragraph of the `::: {#tbl-x}` block."
        )
    return tables


def _outermost_tables(value: Any) -> Iterator[Node]:
    if isinstance(value, list):
        for item in value:
            yield from _outermost_tables(item)
    elif isinstance(value, dict) and value.get("t") == "Table":
        yield value
    elif isinstance(value, dict):
        yield from _outermost_tables(value.get("c"))


def _letters(text: str) -> str:
    return re.sub(r"\s", "", text)
