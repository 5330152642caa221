"""WordprocessingML: its names, its order of properties, and the few elements that a manuscript is made of."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Final, TypeGuard

from lxml import etree
from lxml.etree import _Element as Element

_NAMESPACES: Final = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
}

# ECMA-376 part 1: the children of a property element have this order, each at most once (header and footer
# references of a section excepted). Word refuses a file, or mends it with a warning, where they do not.
_ORDER: Final = {
    "pPr": (
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
        "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
        "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
        "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange"
    ),
    "rPr": (
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
        "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
        "lang eastAsianLayout specVanish oMath rPrChange"
    ),
    "tblPr": (
        "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd "
        "tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange"
    ),
    "trPr": "cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tblCellSpacing jc hidden",
    "tcPr": (
        "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark "
        "headers cellIns cellDel cellMerge tcPrChange"
    ),
    "sectPr": (
        "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType pgNumType "
        "cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings sectPrChange"
    ),
}


def qualified(name: str) -> str:
    """Return lxml's form of a prefixed name such as ``w:p``."""
    prefix, local = name.split(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


_RANK: Final = {
    qualified(f"w:{parent}"): {qualified(f"w:{name}"): rank for rank, name in enumerate(names.split())}
    for parent, names in _ORDER.items()
}
_REPEATABLE: Final = {qualified("w:headerReference"), qualified("w:footerReference")}


def find(element: Element, path: str) -> Element | None:
    """Return the first element at a path of prefixed names."""
    return element.find(path, _NAMESPACES)


def find_all(element: Element, path: str) -> list[Element]:
    """Return all elements at a path of prefixed names."""
    return element.findall(path, _NAMESPACES)


def is_a(element: Element | None, *names: str) -> TypeGuard[Element]:
    """Return whether there is an element, and it has one of these prefixed names."""
    return element is not None and element.tag in {qualified(name) for name in names}


def attribute(element: Element, name: str = "w:val") -> str:
    """Return an attribute's value, empty where there is none."""
    return str(element.get(qualified(name), ""))


def set_attributes(element: Element, /, **values: str | int) -> Element:
    """Set attributes in Word's namespace, in place; return the element."""
    for name, value in values.items():
        element.set(qualified(f"w:{name}"), str(value))
    return element


def make(name: str, /, *children: Element, **attributes: str | int) -> Element:
    """Return a new element with children and attributes in Word's namespace."""
    element = set_attributes(etree.Element(qualified(name), nsmap={"w": _NAMESPACES["w"]}), **attributes)
    element.extend(children)
    return element


def remove(element: Element) -> None:
    """Take an element out of its parent."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def properties(element: Element, name: str) -> Element:
    """Return an element's properties (``w:pPr`` of a paragraph ...), made as its first child where it has none."""
    found = find(element, name)
    if found is None:
        found = make(name)
        element.insert(0, found)
    return found


def put(owner: Element, name: str, /, *children: Element, **attributes: str | int) -> Element:
    """Set one property, replacing an earlier one, at its place in the schema's order; return it."""
    old = find(owner, name)
    if old is not None:
        owner.remove(old)
    new = make(name, *children, **attributes)
    ranks = _RANK[owner.tag]
    before = sum(1 for child in owner if ranks.get(child.tag, len(ranks)) <= ranks[new.tag])
    owner.insert(before, new)
    return new


def property_of(owner: Element, name: str) -> Element:
    """Return one property as it is, or made at its place in the schema's order where there is none."""
    found = find(owner, name)
    return put(owner, name) if found is None else found


def drop(owner: Element, *names: str) -> None:
    """Remove properties by name."""
    for name in names:
        for child in find_all(owner, name):
            owner.remove(child)


def arrange(owner: Element) -> None:
    """Bring properties into the schema's order, each once: of two with one name the later one stays."""
    ranks = _RANK[owner.tag]
    last = {child.tag: child for child in owner}
    kept = [child for child in owner if child.tag in _REPEATABLE or last[child.tag] is child]
    owner[:] = sorted(kept, key=lambda child: ranks.get(child.tag, len(ranks)))


def paragraph_style(paragraph: Element) -> str:
    """Return a paragraph's style id, empty for the default style."""
    style = find(paragraph, "w:pPr/w:pStyle")
    return "" if style is None else attribute(style)


def has_style(element: Element | None, *styles: str) -> TypeGuard[Element]:
    """Return whether there is an element, and it is a paragraph of one of these styles."""
    return is_a(element, "w:p") and paragraph_style(element) in styles


def set_style(paragraph: Element, style: str) -> None:
    """Give a paragraph a style."""
    put(properties(paragraph, "w:pPr"), "w:pStyle", val=style)


def relationship_ids(root: Element) -> set[str]:
    """Return the ids of the relationships that an element and those in it refer to: links, pictures, headers."""
    namespace = f"{{{_NAMESPACES['r']}}}"
    return {
        str(value) for node in root.iter() for name, value in node.attrib.items() if str(name).startswith(namespace)
    }


def text_of(element: Element) -> str:
    """Return the text of an element's runs, with tabs and line breaks."""
    special = {qualified("w:tab"): "\t", qualified("w:br"): "\n"}
    runs = element.iter(qualified("w:r"))
    return "".join(
        special.get(node.tag, (node.text or "") if is_a(node, "w:t") else "") for run in runs for node in run
    )


def all_bold(element: Element) -> bool:
    """Return whether an element has text, and every run of it is set bold by itself, not by a style."""
    runs = [run for run in element.iter(qualified("w:r")) if text_of(run).strip()]
    return bool(runs) and all(find(run, "w:rPr/w:b") is not None for run in runs)


def text_node(text: str) -> Element:
    """Return a ``w:t`` that keeps its spaces."""
    node = make("w:t")
    node.text = text or None  # as it is read back, so that a file may be finished again
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return node


def text_run(text: str, *, style: str = "", superscript: bool = False, bold: bool = False) -> Element:
    """Return a run of text."""
    element = make("w:r")
    if style or superscript or bold:
        formats = properties(element, "w:rPr")
        if style:
            put(formats, "w:rStyle", val=style)
        if bold:
            put(formats, "w:b")
            put(formats, "w:bCs")
        if superscript:
            put(formats, "w:vertAlign", val="superscript")
    element.append(text_node(text))
    return element


def paragraph(style: str, *content: Element) -> Element:
    """Return a paragraph of a style."""
    element = make("w:p")
    set_style(element, style)
    element.extend(content)
    return element


def field(code: str, *result: Element) -> Iterator[Element]:
    """Yield the runs of a field: its code and the result shown until Word works it out again."""
    formats = find(result[0], "w:rPr")

    def part(child: Element) -> Element:
        own = [] if formats is None else [deepcopy(formats)]
        return make("w:r", *own, child)

    instruction = make("w:instrText")
    instruction.text = f" {code} "
    instruction.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    yield part(make("w:fldChar", fldCharType="begin"))
    yield part(instruction)
    yield part(make("w:fldChar", fldCharType="separate"))
    yield from result
    yield part(make("w:fldChar", fldCharType="end"))
