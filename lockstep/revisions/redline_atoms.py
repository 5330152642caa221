"""A paragraph as a row of atoms that are kept, removed or added whole: words, fields, pictures, breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from ..word.wordml import attribute, find, find_all, is_a, make, qualified, remove, text_node, text_of
from .redline_source import TOKEN

_IN_DELETION: Final = {"w:t": "w:delText", "w:instrText": "w:delInstrText"}


@dataclass(frozen=True, slots=True)
class Atom:
    """What is kept, removed or added whole.

    `runs` are its elements, `key` says what it is, its form included, `link` is the hyperlink around it, `marks` are
    the bookmarks that start or end before it, and `words` is what it prints.
    """

    key: tuple[str, ...]
    runs: tuple[Element, ...]
    words: str
    link: Element | None = None
    marks: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackedAtom:
    """An atom in the redline: `change` is "", "ins" or "del", and `author` is whose change that is."""

    atom: Atom
    change: str = ""
    author: str = ""


@dataclass(slots=True)
class _Reading:
    """What has been read of a paragraph: atoms, the bookmarks met since the last one, and a field not yet closed."""

    atoms: list[Atom] = field(default_factory=list)
    marks: list[Element] = field(default_factory=list)
    open_field: list[Element] = field(default_factory=list)

    def add(self, kind: str, runs: Sequence[Element], words: str, link: Element | None) -> None:
        target = () if link is None else tuple(f"{name!s}={value!s}" for name, value in sorted(link.items(), key=str))
        key = (kind, *(_canonical(run) for run in runs), *target)
        self.atoms.append(Atom(key, tuple(runs), words, link, tuple(self.marks)))
        self.marks.clear()


def read_atoms(paragraph: Element) -> list[Atom]:
    """Return a paragraph's atoms; where bookmarks follow the last one, they are put on an empty atom of their own."""
    reading = _Reading()
    for child in paragraph:
        if is_a(child, "w:hyperlink"):
            for inner in child:
                _read(inner, child, reading)
        elif not is_a(child, "w:pPr"):
            _read(child, None, reading)
    if reading.marks:
        reading.add("end", (), "", None)
    return reading.atoms


def _read(node: Element, link: Element | None, reading: _Reading) -> None:
    if is_a(node, "w:bookmarkStart", "w:bookmarkEnd"):
        reading.marks.append(node)
    elif not is_a(node, "w:r"):
        if not is_a(node, "w:proofErr", "w:lastRenderedPageBreak"):
            reading.add("other", (node,), "", link)  # a formula
    elif reading.open_field or find(node, "w:fldChar") is not None:
        reading.open_field.append(node)
        marks = [attribute(mark, "w:fldCharType") for run in reading.open_field for mark in find_all(run, "w:fldChar")]
        if marks.count("begin") == marks.count("end"):
            words = "".join(map(text_of, reading.open_field))
            reading.add("field", reading.open_field, words, link)
            reading.open_field = []
    else:
        for part in _parts(node):
            reading.add("run", (part,), text_of(part), link)


def _parts(run: Element) -> Iterator[Element]:
    """Yield a run as runs of one word, break or picture each."""
    formats = find(run, "w:rPr")
    for child in run:
        if is_a(child, "w:rPr"):
            continue
        contents = [text_node(token) for token in TOKEN.findall(child.text or "")] if is_a(child, "w:t") else [child]
        for content in contents:
            yield make("w:r", *([] if formats is None else [deepcopy(formats)]), deepcopy(content))


def _canonical(element: Element) -> str:
    """Return an element's markup, however namespaces are declared; ids and alt texts of drawings do not count."""
    copy = deepcopy(element)
    for node in copy.iter():
        if str(node.tag).endswith(("}docPr", "}cNvPr")):
            for name in ("id", "name", "descr", "title"):
                if name in node.attrib:
                    del node.attrib[name]
    return etree.tostring(copy, method="c14n", exclusive=True).decode()


def write_atoms(pieces: Sequence[TrackedAtom], stamp: dict[str, str]) -> Iterator[Element]:
    """Yield the content of a paragraph: runs, hyperlinks and bookmarks, with insertions and deletions around runs.

    Parameters
    ----------
    pieces : the atoms of the redline, in order.
    stamp : attributes of every change beside its author.
    """
    waiting: list[TrackedAtom] = []
    for piece in pieces:
        if piece.atom.marks:
            yield from _linked(waiting, stamp)
            waiting = []
            yield from (deepcopy(mark) for mark in piece.atom.marks)
        waiting.append(piece)
    yield from _linked(waiting, stamp)


def _linked(pieces: Sequence[TrackedAtom], stamp: dict[str, str]) -> Iterator[Element]:
    """Yield hyperlinks as often as their address changes, as a change may not hold one."""

    def address(piece: TrackedAtom) -> tuple[tuple[str, str], ...] | None:
        link = piece.atom.link
        return None if link is None else tuple(sorted((str(name), str(value)) for name, value in link.items()))

    for attributes, group in groupby(pieces, key=address):
        content = list(_changes(list(group), stamp))
        if attributes is None:
            yield from content
        elif content:
            link = make("w:hyperlink", *content)
            for name, value in attributes:
                link.set(name, value)
            yield link


def _changes(pieces: Sequence[TrackedAtom], stamp: dict[str, str]) -> Iterator[Element]:
    for (change, author), group in groupby(pieces, key=lambda piece: (piece.change, piece.author)):
        runs = _joined([deepcopy(run) for piece in group for run in piece.atom.runs])
        if not change or not runs:
            yield from runs
            continue
        if change == "del":
            for run in runs:
                _strike(run)
        yield make(f"w:{change}", *runs, author=author, **stamp)


def _joined(runs: list[Element]) -> list[Element]:
    """Return runs with neighbours of one form, both of text alone, joined."""
    joined: list[Element] = []
    for run in runs:
        text, before = _only_text(run), _only_text(joined[-1]) if joined else None
        if text is not None and before is not None and _form(joined[-1]) == _form(run):
            before.text = f"{before.text or ''}{text.text or ''}"
            continue
        joined.append(run)
    return joined


def _form(run: Element) -> str:
    formats = find(run, "w:rPr")
    return "" if formats is None else _canonical(formats)


def _only_text(run: Element) -> Element | None:
    content = [child for child in run if not is_a(child, "w:rPr")]
    return content[0] if len(content) == 1 and is_a(content[0], "w:t") else None


def _strike(run: Element) -> None:
    """Convert the text of a run to deleted text, in place."""
    for old, new in _IN_DELETION.items():
        for node in list(run.iter(qualified(old))):
            node.tag = qualified(new)


def drop_bookmarks(root: Element, names: set[str]) -> None:
    """Take the bookmarks of these names out of a text, in place; their ends go when bookmarks are numbered."""
    for start in list(root.iter(qualified("w:bookmarkStart"))):
        if attribute(start, "w:name") in names:
            remove(start)
