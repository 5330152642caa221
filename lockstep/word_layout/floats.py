"""Captions of tables and figures in a Word file: numbered by fields, and referred to by fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import Final

from lxml.etree import _Element as Element

from ..word.wordml import (
    attribute,
    drop,
    field,
    find,
    find_all,
    is_a,
    make,
    paragraph_style,
    properties,
    put,
    qualified,
    remove,
    set_attributes,
    set_style,
    text_of,
    text_run,
)

_CAPTION_STYLES: Final = {"ImageCaption", "TableCaption", "Caption"}
_LABEL_STYLE: Final = "CaptionLabel"
_LABEL: Final = re.compile(r"[a-z]*(?:fig|tbl)-")  # "supptbl-x" is a kind that a Quarto project may define
# "Table 1: ..." with the no-break space that Quarto writes, "Table S1: ...", or another word for it
_NUMBERED: Final = re.compile(
    r"(?P<word>[^\W\d_]+(?: [^\W\d_]+)*[ \xa0][A-Z]?)(?P<number>\d+)(?P<mark>[:.|–—])(?=\s|$)"
)


@dataclass(frozen=True, slots=True)
class WordFloat:
    """A table or figure with its caption: `blocks` in the order of the document, the caption among them."""

    label: str
    caption: Element
    blocks: tuple[Element, ...]

    @property
    def is_table(self) -> bool:
        """Whether its label says that it is a table, or without a label its content; else it is a figure."""
        return "tbl-" in self.label if self.label else any(is_a(block, "w:tbl") for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Target:
    """What a cross-reference leads to: a bookmark named `label` around "Table 1", and one around its number."""

    label: str
    text: str
    number: str

    @property
    def number_label(self) -> str:
        """The name of the bookmark around the number."""
        return f"{self.label}-number"


def word_floats(body: Element) -> list[WordFloat]:
    """Return the floats of a body, whose labels are bookmarks around (or in) them."""
    opened: dict[str, tuple[str, list[Element]]] = {}
    floats: list[WordFloat] = []
    free = {block: None for block in find_all(body, "w:p") if paragraph_style(block) in _CAPTION_STYLES}
    for block in body:
        if is_a(block, "w:bookmarkStart"):
            opened[attribute(block, "w:id")] = (attribute(block, "w:name"), [])
        elif is_a(block, "w:bookmarkEnd"):
            name, blocks = opened.pop(attribute(block, "w:id"), ("", []))
            own = [item for item in blocks if item in free]
            if _LABEL.match(name) and own:
                # The caption of a figure of several parts follows those of its parts.
                floats.append(WordFloat(name, own[-1], tuple(blocks)))
                del free[own[-1]]
        else:
            for _, blocks in opened.values():
                blocks.append(block)
    return floats + [_float_around(caption) for caption in free]


def _float_around(caption: Element) -> WordFloat:
    """Return the float of a caption that no label surrounds: with the picture above it, or else the table below it."""
    names = [attribute(start, "w:name") for start in find_all(caption, "w:bookmarkStart")]
    label = next((name for name in names if _LABEL.match(name)), "")
    above, below = caption.getprevious(), caption.getnext()
    if is_a(above, "w:p") and has_picture(above):
        return WordFloat(label, caption, (above, caption))
    if is_a(below, "w:tbl"):
        return WordFloat(label, caption, (caption, below))
    return WordFloat(label, caption, (caption,))


def caption_words(caption: Element) -> str:
    """Return a caption's text without "Table 1:"."""
    text = text_of(caption)
    match = _NUMBERED.match(text)
    return text[match.end() if match else 0 :].strip()


def has_picture(block: Element) -> bool:
    """Return whether a block holds a drawing."""
    return next(block.iter(qualified("w:drawing")), None) is not None


def set_captions(body: Element, floats: Iterable[WordFloat]) -> dict[str, Target]:
    """Place and style the captions of all floats, and number them by fields; return the targets by label."""
    targets = {}
    for item in floats:
        _place_caption(item)
        match = _NUMBERED.match(text_of(item.caption))
        if match is None or _has_field(item.caption):
            continue  # without a number, or numbered by a field already
        target = None
        if item.label:
            target = Target(item.label, (match["word"] + match["number"]).replace("\xa0", " "), match["number"])
            targets[item.label] = target
            _remove_bookmark(body, item.label)
        _number(item.caption, match, target)
    return targets


def _has_field(paragraph: Element) -> bool:
    return next(paragraph.iter(qualified("w:instrText")), None) is not None


def _place_caption(item: WordFloat) -> None:
    """Set a table's caption above it and a figure's below, and leave their looks to the styles."""
    if item.is_table:
        set_style(item.caption, "TableCaption")
        if item.blocks[0] is not item.caption:
            item.blocks[0].addprevious(item.caption)
    else:
        set_style(item.caption, "ImageCaption")
        if item.blocks[-1] is not item.caption:
            item.blocks[-1].addnext(item.caption)
        for block in item.blocks:
            if is_a(block, "w:p") and has_picture(block):
                set_style(block, "CaptionedFigure")
                drop(properties(block, "w:pPr"), "w:jc")
    drop(properties(item.caption, "w:pPr"), "w:jc", "w:spacing", "w:ind")
    caption_text = text_of(item.caption)
    for block in item.blocks:
        if is_a(block, "w:tbl"):
            put(properties(block, "w:tblPr"), "w:tblCaption", val=caption_text)


def _number(caption: Element, match: re.Match[str], target: Target | None) -> None:
    """Write "Table 1:" anew: a bold label whose number is a field, in bookmarks to refer to."""
    _cut_text(caption, match.end())
    sequence = "_".join(match["word"].split())
    number = list(field(f"SEQ {sequence} \\* ARABIC", text_run(match["number"], style=_LABEL_STYLE)))
    if target is not None:
        number = _bookmarked(target.number_label, number)
    label = [text_run(match["word"], style=_LABEL_STYLE), *number]
    if target is not None:
        label = _bookmarked(target.label, label)
    label.append(text_run(match["mark"], style=_LABEL_STYLE))
    position = 0 if find(caption, "w:pPr") is None else 1
    caption[position:position] = label


def _bookmarked(name: str, content: Iterable[Element]) -> list[Element]:
    # The name serves as id until all bookmarks are numbered.
    return [make("w:bookmarkStart", id=name, name=name), *content, make("w:bookmarkEnd", id=name)]


def _cut_text(paragraph: Element, length: int) -> None:
    """Remove the first characters of a paragraph's text, whichever runs they are in."""
    for node in list(paragraph.iter(qualified("w:t"))):
        text = node.text or ""
        node.text = text[length:]
        length -= min(length, len(text))
        parent = node.getparent()
        if not node.text and parent is not None:
            remove(parent)
        if length == 0:
            return


def _remove_bookmark(body: Element, name: str) -> None:
    for start in [item for item in body.iter(qualified("w:bookmarkStart")) if attribute(item, "w:name") == name]:
        number = attribute(start, "w:id")
        for end in [item for item in body.iter(qualified("w:bookmarkEnd")) if attribute(item, "w:id") == number]:
            remove(end)
        remove(start)


def bookmark_names(body: Element) -> dict[str, str]:
    """Return, for each bookmark's name, one that Word allows.

    Notes
    -----
    Word's names have letters, digits and underscores, 40 at most, and begin with a letter or an underscore.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for old in dict.fromkeys(attribute(start, "w:name") for start in body.iter(qualified("w:bookmarkStart"))):
        wanted = re.sub(r"\W", "_", old, flags=re.ASCII)
        wanted = wanted if re.match(r"[A-Za-z_]", wanted) else f"b_{wanted}"
        candidates = (f"{wanted[: 40 - len(end)]}{end}" for end in chain([""], (f"_{i}" for i in count(2))))
        names[old] = next(name for name in candidates if name not in taken)
        taken.add(names[old])
    return names


def link_references(root: Element, targets: Mapping[str, Target], names: Mapping[str, str]) -> None:
    """Convert links to captions to REF fields, and give all bookmarks the names that Word allows.

    Notes
    -----
    A field is written where its result is what the link says: "Table 1", or the number alone. A link in other words,
    which Word would overwrite, stays a link. MERGEFORMAT keeps the reference from turning bold as the caption's label.
    """
    for link in list(root.iter(qualified("w:hyperlink"))):
        anchor = attribute(link, "w:anchor")
        label = _label_saying(text_of(link), targets.get(anchor))
        if label:
            for part in field(f"REF {names[label]} \\h \\* MERGEFORMAT", *find_all(link, "w:r")):
                link.addprevious(part)
            remove(link)
        elif anchor:
            set_attributes(link, anchor=names.get(anchor, anchor))
    for start in root.iter(qualified("w:bookmarkStart")):
        name = attribute(start, "w:name")
        set_attributes(start, name=names.get(name, name))


def _label_saying(text: str, target: Target | None) -> str:
    """Return the name of the bookmark around a text, empty where there is none."""
    if target is None:
        return ""
    return {target.text: target.label, target.number: target.number_label}.get(text.replace("\xa0", " "), "")
