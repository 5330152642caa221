"""What in a Word file acts when it is opened: fields that start programs or read other files, parts from elsewhere."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from ..base.errors import ReportError
from .wordml import attribute

FIELDS: Final = (
    "=", "ADDIN", "AUTHOR", "BIBLIOGRAPHY", "CITATION", "COMMENTS", "CREATEDATE", "DATE", "DOCPROPERTY", "EQ",
    "FORMCHECKBOX", "FORMDROPDOWN", "FORMTEXT", "HYPERLINK", "INDEX", "KEYWORDS", "LASTSAVEDBY", "LISTNUM", "NOTEREF",
    "NUMCHARS", "NUMPAGES", "NUMWORDS", "PAGE", "PAGEREF", "REF", "REVNUM", "SAVEDATE", "SECTION", "SECTIONPAGES",
    "SEQ", "STYLEREF", "SUBJECT", "SYMBOL", "TC", "TIME", "TITLE", "TOC", "XE",
)  # fmt: skip
"""Fields that only say what is in the file itself. Others (DDE, DDEAUTO, INCLUDETEXT, INCLUDEPICTURE, LINK, MACROBUTTON
...) start programs or fetch files, or can be put together to one that does (QUOTE, SET, IF)."""

_ELEMENTS: Final = ("altChunk", "subDoc", "object", "OLEObject", "control", "movie", "dataSource")
_SIMPLE: Final = re.compile(r"""\binstr\s*=\s*("[^"]*"|'[^']*')""")
_INSTRUCTION: Final = re.compile(r"<(?:\w+:)?instrText\b[^>]*>(.*?)</(?:\w+:)?instrText\s*>", re.DOTALL)
_BEGIN: Final = re.compile(r"""fldCharType\s*=\s*["']begin["']""")
_TAG: Final = re.compile(r"<(?:\w+:)?(\w+)\b")


def active_in_source(text: str) -> str | None:
    """Return what of raw OpenXML, as an author wrote it, would act: the name of a field or element; else None."""
    fields = [html.unescape(simple[1:-1]) for simple in _SIMPLE.findall(text)]
    written = html.unescape("".join(_INSTRUCTION.findall(text)))
    if _BEGIN.search(text):  # else it may go on from a piece before, as the Word file will show
        fields.append(written)
    for field in fields:
        for name in re.findall(r"[A-Za-z]+", field.split('"', 1)[0])[:1]:
            if name.upper() not in FIELDS:
                return f"the field {name}"
    names = re.findall(
        r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT)\b", " ".join([*fields, written]), re.IGNORECASE
    )
    if names:
        return f"the field {names[0].upper()}"
    return next((f"the element {name}" for name in _TAG.findall(text) if name in _ELEMENTS), None)


def refuse_active(parts: Mapping[str, bytes]) -> None:
    """Refuse a Word file of which something would act when it is opened.

    Raises
    ------
    ReportError
        Names the field, element or relationship, and the part that holds it.
    """
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
            found = next(_relationships(root) if name.endswith(".rels") else _acting(root), None)
            if found is not None:
                raise ReportError(
                    f"the Word file would hold {found} ({name}), which starts a program or fetches a file when it is "
                    "opened. It comes from raw OpenXML in the document, or from its reference-doc: take it out there."
                )


def _acting(root: etree._Element) -> Iterator[str]:
    """Yield the fields and elements that act, fields put together from the runs that they are split over."""
    open_fields: list[list[str]] = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        local = etree.QName(element).localname
        if local in _ELEMENTS:
            yield f"the element {local}"
        elif local == "fldSimple":
            yield from _unknown(attribute(element, "w:instr"))
        elif local == "fldChar":
            kind = attribute(element, "w:fldCharType")
            if kind == "begin":
                open_fields.append([])
            elif open_fields and kind in ("separate", "end"):
                instruction = "".join(open_fields[-1])
                open_fields[-1] = []
                if instruction:
                    yield from _unknown(instruction)
                if kind == "end":
                    open_fields.pop()
        elif local in ("instrText", "delInstrText"):  # what is deleted with changes tracked can be restored
            if open_fields:
                open_fields[-1].append(element.text or "")
            else:
                yield from _unknown(element.text or "")


def _unknown(instruction: str) -> Iterator[str]:
    name = (instruction.split() or ["="])[0]
    if name.upper() not in FIELDS and not name.startswith("="):
        yield f"the field {name[:40]}"


def _relationships(root: etree._Element) -> Iterator[str]:
    for relationship in root.iter("{*}Relationship"):
        kind = relationship.get("Type", "").rpartition("/")[2]
        if relationship.get("TargetMode") == "External" and kind != "hyperlink":
            yield f"a relationship to a file elsewhere ({kind})"
