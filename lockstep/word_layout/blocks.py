"""The body of a Word file brought into a plain shape: paragraphs and tables side by side, each well formed."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element as Element

from ..word.wordml import (
    arrange,
    attribute,
    find,
    find_all,
    is_a,
    make,
    properties,
    put,
    qualified,
    remove,
    set_attributes,
    text_node,
    text_of,
)


def unwrap_layout_tables(body: Element) -> None:
    """Put what a one-cell layout table holds in its place.

    Quarto sets every float into such a table, so that a real table is a nested one. Through it, each paragraph inside
    inherits the layout cell's centring as a further ``w:jc``, which is invalid, and which hides a cell's own alignment.
    """
    for table in find_all(body, "w:tbl"):
        cells = find_all(table, "w:tr/w:tc")
        if len(cells) == 1 and _is_layout(cells[0]):
            _disinherit(cells[0])
            for block in list(cells[0]):
                if not is_a(block, "w:tcPr"):
                    table.addprevious(block)
            remove(table)


def _is_layout(cell: Element) -> bool:
    styles = (attribute(style) for style in find_all(cell, "w:p/w:pPr/w:pStyle"))
    return find(cell, "w:tbl") is not None or any(style in ("ImageCaption", "TableCaption") for style in styles)


def _disinherit(cell: Element) -> None:
    """Take the centring away that paragraphs have from a layout cell, and leave their own."""
    alignments = [
        [jc for ppr in find_all(paragraph, "w:pPr") for jc in find_all(ppr, "w:jc")]
        for paragraph in cell.iter(qualified("w:p"))
    ]
    # Other versions of Quarto write no second alignment: there, a single one is the cell's own.
    if any(len(own) > 1 for own in alignments):
        for own in alignments:
            if own:
                remove(own[-1])


def mend_paragraphs(root: Element) -> None:
    """Give every paragraph one valid ``w:pPr``, and its text in as few runs as its formatting allows."""
    for paragraph in root.iter(qualified("w:p")):
        _unite_properties(paragraph)
        for owner in (paragraph, *find_all(paragraph, "w:hyperlink")):
            _join_runs(owner)
        for node in list(paragraph.iter(qualified("w:t"))):
            _write_tabs(node)


def _unite_properties(paragraph: Element) -> None:
    """Unite a paragraph's ``w:pPr`` elements into its first child, complete and in order, or into none."""
    first, *further = find_all(paragraph, "w:pPr") or [make("w:pPr")]
    for other in further:
        first.extend(list(other))
        remove(other)
    arrange(first)
    remove(first)
    if len(first):
        paragraph.insert(0, first)


def _join_runs(owner: Element) -> None:
    """Join neighbouring runs of equal formatting: pandoc makes a run of every space."""
    previous: Element | None = None
    for child in list(owner):
        text = None if previous is None else find(previous, "w:t")
        if previous is not None and text is not None and _same_text(previous, child):
            text.text = text_of(previous) + text_of(child)
            remove(child)
        else:
            previous = child


def _same_text(left: Element, right: Element) -> bool:
    """Return whether two elements are runs of nothing but text, formatted alike."""
    for element in (left, right):
        content = [child for child in element if not is_a(child, "w:rPr")]
        if not (is_a(element, "w:r") and len(content) == 1 and is_a(content[0], "w:t")):
            return False
    return _format(left) == _format(right)


def _format(run: Element) -> bytes:
    formats = find(run, "w:rPr")
    return b"" if formats is None or not len(formats) else etree.tostring(formats, method="c14n")


def _write_tabs(node: Element) -> None:
    """Convert a tab character, which is a space to Word, to a tab (citeproc sets one after a reference's number)."""
    first, *others = re.split(r" *\t", node.text or "")
    node.text = first
    place = node
    for text in others:
        tab, following = make("w:tab"), text_node(text)
        place.addnext(tab)
        tab.addnext(following)
        place = following


def anchor_bookmarks(body: Element) -> None:
    """Move bookmarks between paragraphs into the paragraph that follows them.

    A bookmark around a section or a reference list then marks its heading or first entry, where a link should lead.
    """
    ends = {attribute(end, "w:id"): end for end in body.iter(qualified("w:bookmarkEnd"))}
    for start in find_all(body, "w:bookmarkStart"):
        target = _following_paragraph(start)
        number = attribute(start, "w:id")
        remove(start)
        if target is not None:
            target.insert(0 if find(target, "w:pPr") is None else 1, start)
            target.append(make("w:bookmarkEnd", id=number))
        if number in ends:
            remove(ends[number])
    for end in find_all(body, "w:bookmarkEnd"):
        remove(end)


def _following_paragraph(place: Element) -> Element | None:
    """Return the next paragraph that shows something, the first one of a table where that comes before."""
    for block in place.itersiblings():
        if is_a(block, "w:tbl"):
            return next(block.iter(qualified("w:p")), None)
        if is_a(block, "w:p") and not _is_blank(block):
            return block
    return None


def break_pages(body: Element) -> None:
    """Let the paragraph after a page break begin the page: a break in a paragraph of its own leaves an empty line."""
    for block in find_all(body, "w:p"):
        following = next((other for other in block.itersiblings() if is_a(other, "w:p", "w:tbl")), None)
        breaks = [br for br in find_all(block, "w:r/w:br") if attribute(br, "w:type") == "page"]
        alone = breaks and len(find_all(block, "w:r")) == 1 and not text_of(block).strip()
        if alone and is_a(following, "w:p"):
            put(properties(following, "w:pPr"), "w:pageBreakBefore")
            remove(block)


def remove_blank_paragraphs(body: Element) -> None:
    """Remove paragraphs that hold nothing, and put one between tables that touch and after a table at the very end.

    Word would join such tables, and needs a paragraph at the end.
    """
    for block in find_all(body, "w:p"):
        if _is_blank(block):
            remove(block)
    for table in find_all(body, "w:tbl"):
        following = table.getnext()
        if following is None or is_a(following, "w:tbl", "w:sectPr"):
            table.addnext(make("w:p"))


def _is_blank(paragraph: Element) -> bool:
    """Return whether a paragraph shows nothing, nothing points to it and no section ends with it."""
    if text_of(paragraph).strip() or find(paragraph, "w:pPr/w:sectPr") is not None:
        return False
    content = (node for run in paragraph if not is_a(run, "w:pPr") for node in (run, *run))
    return all(is_a(node, "w:r", "w:rPr", "w:t", "w:proofErr") for node in content)


def number_bookmarks(body: Element) -> None:
    """Number bookmarks from 0, and remove those whose name was met before, as Word does."""
    seen: set[str] = set()
    numbers: dict[str, int] = {}
    for start in list(body.iter(qualified("w:bookmarkStart"))):
        name = attribute(start, "w:name")
        if name in seen:
            remove(start)
            continue
        seen.add(name)
        numbers[attribute(start, "w:id")] = len(numbers)
        set_attributes(start, id=numbers[attribute(start, "w:id")])
    for end in list(body.iter(qualified("w:bookmarkEnd"))):
        if attribute(end, "w:id") in numbers:
            set_attributes(end, id=numbers[attribute(end, "w:id")])
        else:
            remove(end)
