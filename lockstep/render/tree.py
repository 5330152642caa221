"""The document tree that pandoc reads and writes as JSON: walking it, rewriting it, making its nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

Node = dict[str, Any]  # a block, an inline or a metadata value: {"t": its type, "c": its content}
Attributes = tuple[str, list[str], dict[str, str]]  # identifier, classes, key-value pairs

# The position of the attributes in a node's content.
_ATTRIBUTE_PLACE: Final = {"Header": 1} | dict.fromkeys(
    ("Div", "Span", "Code", "CodeBlock", "Image", "Link", "Table", "Figure"), 0
)


def walk(value: Any) -> Iterator[Node]:
    """Yield every node under a value, parents before children, in document order."""
    if isinstance(value, list):
        for item in value:
            yield from walk(item)
    elif isinstance(value, dict):
        if "t" in value:
            yield value
            yield from walk(value.get("c"))
        else:
            for item in value.values():
                yield from walk(item)


def rewrite(value: Any, change: Callable[[Node], Node | list[Node]]) -> Any:
    """Return a copy in which `change` has replaced each node, children before parents, by one node or by several."""
    if isinstance(value, list):
        new: list[Any] = []
        for item in value:
            result = rewrite(item, change)
            if isinstance(result, list) and isinstance(item, dict):
                new.extend(result)
            else:
                new.append(result)
        return new
    if not isinstance(value, dict):
        return value
    if "t" not in value:
        return {key: rewrite(item, change) for key, item in value.items()}
    return change({"t": value["t"], "c": rewrite(value["c"], change)} if "c" in value else value)


def attributes(node: Node) -> Attributes:
    """Return a node's identifier, classes and key-value pairs; empty ones for a node that cannot have any."""
    place = _ATTRIBUTE_PLACE.get(node["t"])
    if place is None:
        return "", [], {}
    identifier, classes, pairs = node["c"][place]
    return identifier, classes, dict(pairs)


def with_attributes(node: Node, new: Attributes) -> Node:
    """Return a copy of a node with other attributes."""
    content = list(node["c"])
    content[_ATTRIBUTE_PLACE[node["t"]]] = [new[0], list(new[1]), [list(pair) for pair in new[2].items()]]
    return {"t": node["t"], "c": content}


def plain_text(value: Any) -> str:
    """Return the text of inlines, blocks or metadata as a reader sees it."""
    if isinstance(value, list):
        return "".join(plain_text(item) for item in value)
    if not isinstance(value, dict):
        return ""
    match value.get("t"):
        case "Str" | "MetaString":
            return str(value["c"])
        case "Space" | "SoftBreak" | "LineBreak":
            return " "
        case "Code" | "Math":
            return str(value["c"][1])
        case "Quoted":
            kind, inlines = value["c"]
            marks = "‘’" if kind["t"] == "SingleQuote" else "“”"
            return f"{marks[0]}{plain_text(inlines)}{marks[1]}"
        case "RawInline" | "RawBlock" | "Note":
            return ""
        case "MetaBool":
            return "true" if value["c"] else ""
        case _:
            return plain_text(value.get("c"))


def string(text: str) -> Node:
    """Return text without spaces that may be broken."""
    return {"t": "Str", "c": text}


def words(text: str) -> list[Node]:
    """Return text as inlines."""
    inlines: list[Node] = []
    for word in text.split(" "):
        inlines += [{"t": "Space"}, string(word)] if inlines else [string(word)]
    return [inline for inline in inlines if inline.get("c") != ""]


def raw(kind: str, target: str, text: str) -> Node:
    """Return a RawInline or RawBlock, which only the writer of that format shows."""
    return {"t": kind, "c": [target, text]}


def div(blocks: Sequence[Node], *, identifier: str = "", pairs: Mapping[str, str] | None = None) -> Node:
    """Return blocks in a Div with an identifier and attributes."""
    return {"t": "Div", "c": [[identifier, [], [list(pair) for pair in (pairs or {}).items()]], list(blocks)]}


def citation_keys(tree: Node) -> list[str]:
    """Return the keys that a document cites, in order."""
    cites = (node for node in walk(tree["blocks"]) if node["t"] == "Cite")
    return [citation["citationId"] for cite in cites for citation in cite["c"][0]]
