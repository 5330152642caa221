"""What a Word file says of itself and of its text: core properties, settings, language, styles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from ..text.eastern import EasternFonts
from ..word.wordml import (
    arrange,
    attribute,
    drop,
    find,
    find_all,
    make,
    property_of,
    put,
    qualified,
    remove,
    set_attributes,
)

_CORE: Final = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_TERMS: Final = "http://purl.org/dc/terms/"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

_SINGLE: Final = 240  # of `w:line`, where its rule is "auto"
_TEXT_STYLES: Final = ("BodyText", "Abstract", "Bibliography")

# What pandoc and Word leave in the settings: editing sessions, drawing grids, the mark that lets Word ask on opening
# whether to update fields.
_SETTINGS_UNSEEN: Final = (
    "embedSystemFonts proofState attachedTemplate stylePaneFormatFilter doNotTrackMoves drawingGridHorizontalSpacing "
    "drawingGridVerticalSpacing displayHorizontalDrawingGridEvery displayVerticalDrawingGridEvery savePreviewPicture "
    "updateFields rsids clrSchemeMapping"
)


def core_properties(texts: Mapping[str, str], epoch: int) -> Element:
    """Return docProps/core.xml.

    Parameters
    ----------
    texts : by name: title, creator, keywords, description, language; empty ones are left out.
    epoch : the time of creation and change, in seconds since 1970.
    """
    root = etree.Element(f"{{{_CORE}}}coreProperties", nsmap={"cp": _CORE, "dc": _DC, "dcterms": _TERMS, "xsi": _XSI})
    for name, text in texts.items():
        if text:
            etree.SubElement(root, f"{{{_CORE if name == 'keywords' else _DC}}}{name}").text = text
    for name in ("created", "modified"):
        time = etree.SubElement(root, f"{{{_TERMS}}}{name}")
        time.set(f"{{{_XSI}}}type", "dcterms:W3CDTF")
        time.text = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return root


def clean_settings(settings: Element, language: str) -> None:
    """Remove what no reader needs from the settings, and name the language of the text."""
    drop(settings, *(f"w:{name}" for name in _SETTINGS_UNSEEN.split()))
    for theme_language in find_all(settings, "w:themeFontLang"):
        set_attributes(theme_language, val=language)


def set_language(styles: Element, language: str) -> None:
    """Set the language of all text that names no other."""
    formats = find(styles, "w:docDefaults/w:rPrDefault/w:rPr")
    if formats is not None:
        put(formats, "w:lang", val=language, eastAsia=language, bidi="ar-SA")


def set_eastern_fonts(styles: Element, fonts: EasternFonts) -> None:
    """Set the letters of East Asia in a face that has them, in every style that names one, and their language."""
    for faces in styles.iter(qualified("w:rFonts")):
        set_attributes(faces, eastAsia=fonts.word)
    formats = find(styles, "w:docDefaults/w:rPrDefault/w:rPr")
    language = None if formats is None else find(formats, "w:lang")
    if language is not None:
        set_attributes(language, eastAsia=fonts.language)


def set_line_spacing(styles: Element, multiple: float) -> None:
    """Set the line spacing of the text, in multiples of single spacing."""
    for style in find_all(styles, "w:style"):
        formats = find(style, "w:pPr")
        if attribute(style, "w:styleId") in _TEXT_STYLES and formats is not None:
            set_line(formats, multiple)


def set_line(formats: Element, multiple: float) -> None:
    """Set the line spacing of a style's or paragraph's properties, in multiples of single spacing."""
    set_attributes(property_of(formats, "w:spacing"), line=round(_SINGLE * multiple), lineRule="auto")


def style_properties(style: Element, name: str) -> Element:
    """Return the properties of a style, made at their place where it has none: those of the paragraph come first."""
    found = find(style, name)
    if found is not None:
        return found
    made = make(name)
    letters = find(style, "w:rPr") if name == "w:pPr" else None
    if letters is None:
        style.append(made)
    else:
        letters.addprevious(made)
    return made


def text_size(styles: Element, style_id: str, default: float) -> float:
    """Return the size of a style's text in points, `default` where the style does not say."""
    for style in find_all(styles, "w:style"):
        size = find(style, "w:rPr/w:sz")
        if attribute(style, "w:styleId") == style_id and size is not None:
            return int(attribute(size)) / 2
    return default


def match_styles(styles: Element, roots: Sequence[Element]) -> None:
    """Define the styles that the document uses and its reference document lacks; remove what only program code needs.

    Pandoc writes some thirty styles for the words of program code, and some of Quarto's are not in the schema's order.
    """
    names = {"w:pStyle": "paragraph", "w:rStyle": "character", "w:tblStyle": "table"}
    used = {
        attribute(node): kind for root in roots for name, kind in names.items() for node in root.iter(qualified(name))
    }
    for style in find_all(styles, "w:style"):
        if attribute(style, "w:styleId").endswith("Tok") and attribute(style, "w:styleId") not in used:
            remove(style)
        for name in ("w:pPr", "w:rPr"):
            for formats in find_all(style, name):
                arrange(formats)
    defined = find_all(styles, "w:style")
    for style in defined:
        kind = attribute(style, "w:type")
        linked = "character" if kind == "paragraph" else "paragraph"
        for name, other in {"w:basedOn": kind, "w:next": kind, "w:link": linked}.items():
            used |= {attribute(node): other for node in find_all(style, name)}
    for style_id in sorted(used.keys() - {attribute(style, "w:styleId") for style in defined}):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", style_id)  # the name of which pandoc makes such an id
        styles.append(make("w:style", make("w:name", val=words), type=used[style_id], customStyle=1, styleId=style_id))
