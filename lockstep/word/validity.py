"""What makes a Word file invalid: a check of the package and of WordprocessingML, after ECMA-376 part 1."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"

# Written out a second time, with more in them than `wordml` has: held against its own order, no file would be wrong.
# The sequences of CT_PPr, EG_RPrBase, CT_TblPr, CT_TcPr, CT_SectPr and CT_Style
SEQUENCES = {
    "pPr": """pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs
        suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd
        snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment
        textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange""",
    "rPr": """ins del moveFrom moveTo rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss
        imprint noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd
        fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath""",
    "tblPr": """tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing
        tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription""",
    "tcPr": """cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign
        hideMark""",
    "trPr": """cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tblCellSpacing jc hidden
        ins del trPrChange""",
    "sectPr": """headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType
        pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid""",
    "style": """name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked
        rsid pPr rPr tblPr trPr tcPr tblStylePr""",
}
REPEATED = {"headerReference", "footerReference", "tblStylePr"}
FIRST_CHILD = {"p": "pPr", "r": "rPr", "tc": "tcPr", "tr": "trPr", "tbl": "tblPr"}


def problems(path: Path) -> list[str]:
    """Return what is wrong with a Word file, a sentence each; an empty list for a valid one."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    trees: dict[str, Any] = {}
    found: list[str] = []
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            try:
                trees[name] = etree.fromstring(content)
            except etree.XMLSyntaxError as error:
                found.append(f"{name} is not well-formed: {error.msg}")
    if found:
        return found
    found += _package(parts, trees)
    for name, root in trees.items():
        if name.startswith("word/") and name.endswith(".xml"):
            found += [f"{name}: {problem}" for problem in _markup(root)]
    found += _references(trees)
    return found


def _package(parts: dict[str, bytes], trees: dict[str, Any]) -> Iterator[str]:
    """Content types cover the parts, relationships lead to parts, and ids in use are defined."""
    types = trees["[Content_Types].xml"]
    overrides = {item.get("PartName").lstrip("/") for item in types.iter(f"{TYPES}Override")}
    defaults = {item.get("Extension") for item in types.iter(f"{TYPES}Default")}
    for name in overrides - set(parts):
        yield f"a content type is given for {name}, which does not exist"
    for name in set(parts) - overrides - {"[Content_Types].xml"}:
        if name.rsplit(".", 1)[-1] not in defaults:
            yield f"no content type is given for {name}"
    reached = {"[Content_Types].xml"}
    for name, root in trees.items():
        if not name.endswith(".rels"):
            continue
        reached.add(name)
        folder, file = posixpath.split(posixpath.dirname(name))[0], posixpath.basename(name).removesuffix(".rels")
        defined = set()
        for item in root.iter(f"{PACKAGE}Relationship"):
            defined.add(item.get("Id"))
            if item.get("TargetMode") != "External":
                # One that begins with a slash starts from the package, as some programs write it
                target = posixpath.normpath(posixpath.join("/", folder, item.get("Target"))).lstrip("/")
                reached.add(target)
                if target not in parts:
                    yield f"{name} leads to {target}, which does not exist"
        owner = posixpath.join(folder, file)
        for node in trees.get(owner, []):
            for element in node.iter():
                used = {value for key, value in element.attrib.items() if key.startswith(R)}
                for missing in used - defined:
                    yield f"{owner} uses the relationship {missing}, which is not defined"
    for name in set(parts) - reached:
        yield f"nothing leads to {name}"


def _markup(root: Any) -> Iterator[str]:
    """The order and number of properties, tables, bookmarks, fields and ids within one part."""
    for parent, names in SEQUENCES.items():
        ranks = {f"{W}{name}": rank for rank, name in enumerate(names.split())}
        for element in root.iter(f"{W}{parent}"):
            found = [child.tag for child in element]
            unknown = [tag for tag in found if tag not in ranks]
            repeated = [
                tag for tag, count in Counter(found).items() if count > 1 and tag.removeprefix(W) not in REPEATED
            ]
            if unknown or repeated or found != sorted(found, key=lambda tag: ranks[tag]):
                yield f"w:{parent} holds {' '.join(tag.removeprefix(W) for tag in found)}"
    for parent, name in FIRST_CHILD.items():
        for element in root.iter(f"{W}{parent}"):
            places = [place for place, child in enumerate(element) if child.tag == f"{W}{name}"]
            if places not in ([], [0]):
                yield f"w:{parent} has w:{name} at {places}"
    yield from _tables(root)
    yield from _ranges(root)
    yield from _changes(root)
    ids = [item.get("id") for item in root.iter(f"{WP}docPr")]
    if len(ids) != len(set(ids)):
        yield f"ids of drawings repeat: {ids}"


def _tables(root: Any) -> Iterator[str]:
    for table in root.iter(f"{W}tbl"):
        if next(table.iterancestors(f"{W}tbl"), None) is not None:
            yield "a table is nested in a table"
            continue
        grid = [int(column.get(f"{W}w", "0")) for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
        for row in table.iterfind(f"{W}tr"):
            spans = []
            for cell in row.iterfind(f"{W}tc"):
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                spans.append(1 if span is None else int(span.get(f"{W}val")))
                if len(cell) == 0 or cell[-1].tag != f"{W}p":
                    yield "a cell does not end with a paragraph"
            if sum(spans) != len(grid):
                yield f"a row covers {sum(spans)} columns of a grid of {len(grid)}"


def _ranges(root: Any) -> Iterator[str]:
    """Bookmarks have their own ids and names and an end after their start; fields open and close."""
    starts = {item.get(f"{W}id"): place for place, item in enumerate(root.iter()) if item.tag == f"{W}bookmarkStart"}
    ends = {item.get(f"{W}id"): place for place, item in enumerate(root.iter()) if item.tag == f"{W}bookmarkEnd"}
    count = sum(1 for _ in root.iter(f"{W}bookmarkStart"))
    names = [item.get(f"{W}name") for item in root.iter(f"{W}bookmarkStart")]
    if count != len(starts) or set(starts) != set(ends) or any(ends[key] < starts[key] for key in starts):
        yield "bookmarks do not begin and end once each"
    if len(names) != len(set(names)):
        yield f"bookmark names repeat: {sorted(name for name, times in Counter(names).items() if times > 1)}"
    for name in names:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,39}", name):
            yield f"Word allows no bookmark named '{name}'"
    for paragraph in root.iter(f"{W}p"):
        marks = [mark.get(f"{W}fldCharType") for mark in paragraph.iter(f"{W}fldChar")]
        if marks != ["begin", "separate", "end"] * (len(marks) // 3):
            yield f"a field is not closed: {marks}"


def _changes(root: Any) -> Iterator[str]:
    """Tracked changes have an author and an id each, hold runs only, and deleted text is called so; a date is one."""
    changes = list(root.iter(*[f"{W}{name}" for name in ("ins", "del", "pPrChange")]))
    ids = [change.get(f"{W}id") for change in changes]
    if len(ids) != len(set(ids)):
        yield f"ids of changes repeat: {sorted(key for key, times in Counter(ids).items() if times > 1)}"
    for change in changes:
        name, parent = change.tag.removeprefix(W), change.getparent().tag.removeprefix(W)
        if not change.get(f"{W}author") or not str(change.get(f"{W}id")).isdecimal():
            yield f"w:{name} has no author or no id"
        date = change.get(f"{W}date")  # which a change may have (CT_TrackChange)
        if date is not None and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date):
            yield f"w:{name} is dated '{date}'"
        if name == "pPrChange":
            if [child.tag for child in change] != [f"{W}pPr"]:
                yield "w:pPrChange does not hold one w:pPr"
        elif parent in ("rPr", "trPr"):
            if len(change):
                yield f"w:{name} marks a paragraph or row and is not empty"
        elif parent not in ("p", "hyperlink") or not len(change):
            yield f"w:{name} is in w:{parent}, or is empty"
        elif {child.tag for child in change} - {f"{W}r", f"{MATH}oMath", f"{MATH}oMathPara"}:
            yield f"w:{name} holds {[child.tag for child in change]}"
    for inside, outside in (("t", "delText"), ("instrText", "delInstrText")):
        if any(True for change in root.iter(f"{W}del") for _ in change.iter(f"{W}{inside}")):
            yield f"w:del holds w:{inside}"
        if any(next(node.iterancestors(f"{W}del"), None) is None for node in root.iter(f"{W}{outside}")):
            yield f"w:{outside} is outside w:del"


def _references(trees: dict[str, Any]) -> Iterator[str]:
    """Styles, links and REF fields lead to something."""
    styles = {item.get(f"{W}styleId") for item in trees["word/styles.xml"].iter(f"{W}style")}
    bases = [f"{W}basedOn", f"{W}next", f"{W}link"]
    used = {item.get(f"{W}val") for item in trees["word/styles.xml"].iter(*bases)}
    texts = [
        root for name, root in trees.items() if re.fullmatch(r"word/(document|footnotes|header\d|footer\d)\.xml", name)
    ]
    for root in texts:
        used |= {item.get(f"{W}val") for item in root.iter(f"{W}pStyle", f"{W}rStyle", f"{W}tblStyle")}
    for style in used - styles:
        yield f"the style {style} is not defined"
    bookmarks = {item.get(f"{W}name") for root in texts for item in root.iter(f"{W}bookmarkStart")}
    for root in texts:
        targets = {item.get(f"{W}anchor") for item in root.iter(f"{W}hyperlink")} - {None}
        codes = (item.text or "" for item in root.iter(f"{W}instrText", f"{W}delInstrText"))
        targets |= {match[1] for code in codes if (match := re.match(r"\s*REF (\S+)", code))}
        for target in targets - bookmarks:
            yield f"a reference leads to '{target}', which does not exist"
